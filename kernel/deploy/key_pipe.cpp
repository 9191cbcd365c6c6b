// What is read is held in one page that is locked and wiped.
#include "kernel/deploy/key_pipe.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <thread>

#include <fmt/format.h>
#include <sodium.h>

#include "kernel/base/fd.hpp"
#include "kernel/base/text.hpp"
#include "kernel/process/child.hpp"
#include "kernel/process/quiet_pipe.hpp"
#include "kernel/process/spawn.hpp"

extern char** environ;  // NOLINT: POSIX has it, and no header declares it everywhere

namespace fleetd::deploy {

namespace {

using base::Code;

constexpr std::size_t kMostErrors = 4096;
constexpr std::size_t kMostKey = 64u << 20;
constexpr int kLookMs = 20;

std::vector<std::string> ourEnvironment() {
  std::vector<std::string> out;
  for (char** one = environ; one && *one; ++one) out.emplace_back(*one);
  return out;
}

bool writeAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = process::writeQuietly(fd, bytes);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return true;
}

Result<base::UniqueFd> openFile(const std::string& path) {
  base::UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  struct stat about {};
  const bool read = file && ::fstat(file.get(), &about) == 0;
  const std::string why = !read ? std::strerror(errno) : S_ISREG(about.st_mode) ? "" : "it is no regular file";
  if (why.empty()) return file;
  return Error{Code::FL0003, fmt::format("cannot read {}: {}", base::sanitize(path), why), "", {}};
}

Result<process::Child> startProgram(std::vector<std::string> argv) {
  const auto program = process::findProgram(argv.front());
  if (!program) return Error{Code::FL0008, fmt::format("`{}` was not found", base::sanitize(argv.front())), "", {}};
  argv.front() = *program;
  FLEETD_TRY_ASSIGN(auto child, process::startChild(argv, ourEnvironment()));
  child.input.reset();
  return child;
}

}  // namespace

struct KeyPipe::State {
  const ColmenaKey& key;
  base::Pipe pipe;
  base::UniqueFd file;
  std::optional<process::Child> child;
  std::thread thread;
  std::optional<Error> failed;  // set by the thread

  void run() {
    alignas(4096) char page[4096] = {};
    if (::mlock(page, sizeof page) != 0) {
      failed = Error{Code::FL0003, "cannot lock memory for a key", "raise the limit `ulimit -l`", {}};
    } else {
      write(page, sizeof page);
      sodium_memzero(page, sizeof page);
      ::munlock(page, sizeof page);
    }
    pipe.write.reset();
  }

  void write(char* page, std::size_t size) {
    bool whole = false;
    if (key.from == ColmenaKey::From::Text)
      whole = writeAll(pipe.write.get(), key.text);
    else if (child)
      whole = move(child->output.get(), child->errors.get(), page, size) && ended();
    else
      whole = move(file.get(), -1, page, size);
    if (whole) static_cast<void>(writeAll(pipe.write.get(), kKeyEnd));
  }

  // Until both ends are reached; the second is for people, and only its beginning is kept.
  bool move(int from, int errors, char* page, std::size_t size) {
    std::size_t all = 0;
    bool open = true;
    while (open) {
      pollfd fds[3] = {{from, POLLIN, 0}, {errors, POLLIN, 0}, {pipe.write.get(), 0, 0}};
      if (::poll(fds, 3, -1) < 0) {
        if (errno == EINTR) continue;
        return fail(Code::FL0003, fmt::format("it cannot be read: {}", std::strerror(errno)));
      }
      if (fds[2].revents != 0) return false;  // nobody reads it any more
      if (errors >= 0 && fds[1].revents != 0 && !keepError(errors)) errors = -1;
      if (fds[0].revents == 0) continue;
      const ssize_t got = ::read(from, page, size);
      if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (got < 0) return fail(Code::FL0003, fmt::format("it cannot be read: {}", std::strerror(errno)));
      open = got > 0;
      all += static_cast<std::size_t>(got);
      if (all > kMostKey) return fail(Code::FL0003, "it is longer than 64 MiB");
      if (open && !writeAll(pipe.write.get(), {page, static_cast<std::size_t>(got)})) return false;
    }
    return true;
  }

  ssize_t readError(int from) {
    char some[512];
    const ssize_t got = ::read(from, some, sizeof some);
    if (got > 0 && said.size() < kMostErrors) said.append(some, static_cast<std::size_t>(got));
    return got;
  }
  bool keepError(int from) {
    const ssize_t got = readError(from);
    return got > 0 || (got < 0 && (errno == EINTR || errno == EAGAIN));
  }

  // A program may go on after its output has ended; while somebody waits for the key it may.
  bool ended() {
    while (!child->exit.ended()) {
      pollfd reader{pipe.write.get(), 0, 0};
      if (::poll(&reader, 1, kLookMs) > 0) return false;
    }
    if (child->exit.code() == 0 && child->exit.endSignal() == 0) return true;
    while (said.size() < kMostErrors && readError(child->errors.get()) > 0) {
    }
    const process::ExitStatus status{child->exit.code(), child->exit.endSignal(), false};
    return fail(Code::FL0007,
                fmt::format("`{}` failed: {}{}{}", base::sanitize(key.command.front()), process::describe(status),
                            said.empty() ? "" : ": ", base::sanitize(base::trim(said))));
  }

  bool fail(Code code, std::string why) {
    failed = Error{code, std::move(why), "", {}};
    return false;
  }

  std::string said;
};

KeyPipe::KeyPipe(std::unique_ptr<State> state) : state_(std::move(state)) {}
KeyPipe::KeyPipe(KeyPipe&&) noexcept = default;

KeyPipe::~KeyPipe() {
  if (state_) static_cast<void>(end());
}

Result<KeyPipe> KeyPipe::open(const ColmenaKey& key) {
  auto state = std::unique_ptr<State>(new State{key, base::makePipe(), {}, {}, {}, {}, {}});
  if (!state->pipe.read) return Error{Code::FL0004, "there are no more file descriptors for keys", "", {}};
  if (key.from == ColmenaKey::From::File) {
    FLEETD_TRY_ASSIGN(state->file, openFile(key.text));
  } else if (key.from == ColmenaKey::From::Command) {
    FLEETD_TRY_ASSIGN(auto child, startProgram(key.command));
    state->child = std::move(child);
  }
  state->thread = std::thread([one = state.get()] { one->run(); });
  return KeyPipe(std::move(state));
}

int KeyPipe::reading() const { return state_->pipe.read.get(); }

Result<void> KeyPipe::end() {
  if (!state_->thread.joinable()) return {};
  state_->pipe.read.reset();
  state_->thread.join();
  if (state_->failed) return *state_->failed;
  return {};
}

}  // namespace fleetd::deploy
