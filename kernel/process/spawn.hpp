// Child processes: started by argument list, never through a shell; bounded capture, deadline, a readable
// exit status.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/result.hpp"

namespace fleetd::process {

enum class Stream : std::uint8_t {
  Capture,  // into the result, up to the bound
  Inherit,  // ours
  Discard,  // /dev/null
};

struct Command {
  // argv[0] without '/' is searched in the PATH of `environment` (or ours).
  std::vector<std::string> argv;
  // The complete environment as KEY=VALUE; nothing means ours.
  std::optional<std::vector<std::string>> environment;
  std::string workingDir;  // "" = ours

  // Given to the child on standard input; nothing means /dev/null unless `inheritInput`. A child that closes
  // its input early is no error.
  std::optional<std::string> input;
  bool inheritInput = false;
  // A descriptor that is the child's standard input instead; the caller keeps it. For bytes that must not pass through
  // our memory.
  int inputFd = -1;
  Stream output = Stream::Capture;
  Stream errors = Stream::Capture;
  std::size_t maxOutput = 64u << 20;  // bytes kept of each captured stream; the rest is read and dropped
  std::size_t maxErrors = 1u << 20;
  // Called from run() with each captured piece as it arrives, beyond the bounds, too.
  std::function<void(std::string_view)> onOutput;
  std::function<void(std::string_view)> onErrors;

  // When it passes: SIGTERM, and SIGKILL after `grace`. Zero means no limit.
  std::chrono::milliseconds timeout{0};
  // The same happens once this descriptor can be read from or its other end is closed; the caller keeps it.
  int stopFd = -1;
  std::chrono::milliseconds grace{2000};
  // Puts the child into a process group of its own and sends those signals to the group. Not for children
  // that talk to the terminal (ssh prompts): they would be stopped as background jobs.
  bool ownGroup = false;
};

struct ExitStatus {
  int code = 0;    // meaningful when signal is 0
  int signal = 0;  // the signal that ended the child, or 0
  bool timedOut = false;

  bool success() const { return code == 0 && signal == 0 && !timedOut; }
};

struct Finished {
  ExitStatus status;
  std::string output;
  std::string errors;
  bool outputTruncated = false;
  bool errorsTruncated = false;
};

// Runs a child to its end. An unsuccessful exit is not an error of this function. What grandchildren still
// write after the child has ended is not waited for. Errors: FL0008 (no such program), FL0007 (cannot be
// started). Thread: safe from several threads at once.
Result<Finished> run(const Command& command);

// Like run, but an unsuccessful exit is FL0007 with the exit status and the last lines of its standard error.
Result<std::string> runForOutput(const Command& command);

// "exit status 3", "killed by SIGSEGV (Segmentation fault)", "stopped after its time limit"
std::string describe(const ExitStatus& status);
// "SIGTERM"; "signal 64" for those without a name.
std::string signalName(int signal);

// The absolute or given path of an executable regular file. A name with '/' is checked, not searched; an
// empty `path` is the PATH of our environment. Empty parts of PATH are skipped: the current directory is
// never searched.
std::optional<std::string> findProgram(std::string_view name, std::string_view path = {});

}  // namespace fleetd::process
