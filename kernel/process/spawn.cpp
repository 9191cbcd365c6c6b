// Starting a child and moving its bytes until it ends.
#include "kernel/process/spawn.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <fmt/core.h>

#include "kernel/base/clock.hpp"
#include "kernel/base/fd.hpp"
#include "kernel/base/text.hpp"
#include "kernel/process/child_exit.hpp"
#include "kernel/process/quiet_pipe.hpp"
#include "kernel/process/spawn_impl.hpp"

extern char** environ;  // NOLINT(readability-redundant-declaration): only glibc declares it by itself

namespace fleetd::process {

namespace {

using base::Deadline;
using base::Pipe;
using base::UniqueFd;

Error cannotStart(const Command& command, std::string_view why) {
  return {Code::FL0007, fmt::format("cannot start `{}`: {}", command.argv.front(), why), "", {}};
}

std::string_view pathOf(const Command& command) {
  if (command.environment)
    for (const std::string& entry : *command.environment)
      if (entry.starts_with("PATH=")) return std::string_view(entry).substr(5);
  return {};
}

// A captured stream: our end of the pipe and what came through it.
struct Capture {
  UniqueFd fd;
  std::string* text;
  bool* truncated;
  std::size_t limit;
  const std::function<void(std::string_view)>* onPiece;

  // Reads what is there now, but no more than a pipe can hold (1 MiB), so that a child that never stops
  // writing cannot keep us from looking at the clock; closes at the end of the stream.
  void readAvailable() {
    std::array<char, 64 << 10> buffer;
    for (int pieces = 0; fd && pieces < 16; ++pieces) {
      const ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0 && errno == EAGAIN) return;
      if (got <= 0) {
        fd.reset();
        return;
      }
      const std::string_view piece(buffer.data(), static_cast<std::size_t>(got));
      if (*onPiece) (*onPiece)(piece);
      const std::size_t room = limit - std::min(limit, text->size());
      *truncated = *truncated || piece.size() > room;
      text->append(piece.substr(0, room));
    }
  }
};

class Running {
 public:
  Running(const Command& command, Finished& result) : command_(command), result_(result) {}

  Result<void> start();
  void pump();

 private:
  Result<void> spawn(const std::string& program, const Pipe& in, const Pipe& out, const Pipe& err);
  void writeInput();
  void waitOnce(const Deadline& deadline);

  const Command& command_;
  Finished& result_;
  ChildExit child_;
  UniqueFd input_;
  std::size_t inputDone_ = 0;
  bool stopped_ = false;
  Capture captures_[2] = {};
};

Result<void> Running::start() {
  if (command_.argv.empty()) return Error{Code::FL0001, "a command without words cannot be run", "", {}};
  if (holdsNul(command_.argv) || (command_.environment && holdsNul(*command_.environment)))
    return cannotStart(command_, "an argument or a variable holds a NUL byte");
  const auto program = findProgram(command_.argv.front(), pathOf(command_));
  if (!program)
    return Error{Code::FL0008,
                 fmt::format("the program `{}` was not found", command_.argv.front()),
                 "install it, or put its directory into PATH",
                 {}};
  Pipe in, out, err;
  if (command_.input) in = base::makePipe();
  if (command_.output == Stream::Capture) out = base::makePipe();
  if (command_.errors == Stream::Capture) err = base::makePipe();
  if ((command_.input && !in.write) || (command_.output == Stream::Capture && !out.read) ||
      (command_.errors == Stream::Capture && !err.read))
    return cannotStart(command_, std::strerror(errno));
  FLEETD_TRY(spawn(*program, in, out, err));
  input_ = std::move(in.write);
  captures_[0] = {std::move(out.read), &result_.output, &result_.outputTruncated, command_.maxOutput,
                  &command_.onOutput};
  captures_[1] = {std::move(err.read), &result_.errors, &result_.errorsTruncated, command_.maxErrors,
                  &command_.onErrors};
  for (const int fd : {input_.get(), captures_[0].fd.get(), captures_[1].fd.get()})
    if (fd >= 0) base::setNonBlocking(fd);
  return {};  // the child's ends close here, so that we see the end of its streams
}

Result<void> Running::spawn(const std::string& program, const Pipe& in, const Pipe& out, const Pipe& err) {
  SpawnPlan plan;
  int code = plan.signals(command_.ownGroup);
  if (code == 0) code = plan.input(command_, in.read);
  if (code == 0) code = plan.stream(command_.output, out.write, 1);
  if (code == 0) code = plan.stream(command_.errors, err.write, 2);
  if (code == 0) code = plan.workingDir(command_.workingDir);
  const std::vector<char*> argv = pointers(command_.argv);
  std::vector<char*> environment;
  if (command_.environment) environment = pointers(*command_.environment);
  char* const* env = command_.environment ? environment.data() : environ;
  pid_t pid = 0;
  if (code == 0) code = ::posix_spawn(&pid, program.c_str(), &plan.actions, &plan.attributes, argv.data(), env);
  if (code != 0) return cannotStart(command_, std::strerror(code));
  child_ = ChildExit(pid);
  return {};
}

void Running::writeInput() {
  const std::string& bytes = *command_.input;
  while (inputDone_ < bytes.size()) {
    const ssize_t wrote = writeQuietly(input_.get(), std::string_view(bytes).substr(inputDone_));
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0 && errno == EAGAIN) return;
    if (wrote < 0) break;  // the child does not want the rest
    inputDone_ += static_cast<std::size_t>(wrote);
  }
  input_.reset();
}

void Running::waitOnce(const Deadline& deadline) {
  pollfd fds[5];
  nfds_t count = 0;
  auto add = [&](int fd, short events) {
    if (fd >= 0) fds[count++] = {fd, events, 0};
  };
  add(input_.get(), POLLOUT);
  for (const Capture& capture : captures_) add(capture.fd.get(), POLLIN);
  add(child_.pollFd(), POLLIN);
  const nfds_t before = count;
  if (!stopped_) add(command_.stopFd, POLLIN);
  int wait = deadline.pollTimeout();
  // Without a descriptor for its end the child has to be asked now and then.
  if (child_.pollFd() < 0) wait = wait < 0 ? 20 : std::min(wait, 20);
  if (::poll(fds, count, wait) > 0 && count > before) stopped_ = fds[before].revents != 0;
}

void Running::pump() {
  const bool limited = command_.timeout.count() > 0;
  Deadline deadline = limited ? Deadline::after(command_.timeout) : Deadline::never();
  while (!child_.ended()) {
    waitOnce(deadline);
    if (input_) writeInput();
    for (Capture& capture : captures_) capture.readAvailable();
    if (stopped_ && !result_.status.timedOut) deadline = Deadline::after(std::chrono::nanoseconds(0));
    if (!child_.ended() && deadline.expired()) {
      child_.signal(result_.status.timedOut ? SIGKILL : SIGTERM, command_.ownGroup);
      deadline = result_.status.timedOut ? Deadline::never() : Deadline::after(command_.grace);
      result_.status.timedOut = true;
    }
  }
  // All that the child wrote is in the pipes by now.
  for (Capture& capture : captures_) capture.readAvailable();
  if (result_.status.timedOut && command_.ownGroup) child_.signal(SIGKILL, true);  // what its group left behind
  result_.status.code = child_.code();
  result_.status.signal = child_.endSignal();
}

}  // namespace

Result<Finished> run(const Command& command) {
  Finished result;
  Running running(command, result);
  FLEETD_TRY(running.start());
  running.pump();
  return result;
}

Result<std::string> runForOutput(const Command& command) {
  FLEETD_TRY_ASSIGN(Finished finished, run(command));
  if (finished.status.success()) return std::move(finished.output);
  const auto lines = base::splitLines(base::trim(finished.errors));
  const std::size_t shown = std::min<std::size_t>(lines.size(), 10);
  const std::vector<std::string_view> last(lines.end() - static_cast<std::ptrdiff_t>(shown), lines.end());
  return Error{Code::FL0007,
               fmt::format("`{}` failed: {}", command.argv.front(), describe(finished.status)),
               base::sanitize(base::join(last, "\n")),
               {}};
}

}  // namespace fleetd::process
