// Two pipes and a child.
#include "plugins/vars/age/plugin_process.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <poll.h>
#include <sodium.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace fleetd::vars::age {

namespace {

constexpr int kPatience = 10 * 60 * 1000;  // milliseconds; somebody may have to find a key and touch it
constexpr std::size_t kMaxStanza = 1 << 20;

// Writing to a program that has ended is an error, and no end of ours. The signal goes to the writing thread, so it is
// blocked there and taken back when it came.
class NoPipeSignal {
 public:
  NoPipeSignal() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    wasPending_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  NoPipeSignal(const NoPipeSignal&) = delete;
  NoPipeSignal& operator=(const NoPipeSignal&) = delete;
  ~NoPipeSignal() {
    sigset_t pending;
    sigpending(&pending);
    int taken = 0;
    if (!wasPending_ && sigismember(&pending, SIGPIPE) == 1) sigwait(&pipe_, &taken);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t pipe_{}, before_{};
  bool wasPending_ = false;
};

bool makePipe(int ends[2]) {
  if (::pipe(ends) != 0) return false;
  for (int i = 0; i < 2; ++i) ::fcntl(ends[i], F_SETFD, FD_CLOEXEC);
  return true;
}

}  // namespace

PluginProcess& PluginProcess::operator=(PluginProcess&& other) noexcept {
  std::swap(program_, other.program_);
  std::swap(buffer_, other.buffer_);
  std::swap(to_, other.to_);
  std::swap(from_, other.from_);
  std::swap(child_, other.child_);
  return *this;
}

PluginProcess::~PluginProcess() {
  if (child_ > 0) ::kill(child_, SIGTERM);
  close();
  sodium_memzero(buffer_.data(), buffer_.size());
}

void PluginProcess::close() {
  for (int* fd : {&to_, &from_})
    if (*fd >= 0) ::close(std::exchange(*fd, -1));
  if (child_ > 0)
    while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
    }
  child_ = -1;
}

fleet::Error PluginProcess::wrong(const std::string& what) const { return error("AGE10", program_ + ": " + what); }

fleet::Result<PluginProcess> PluginProcess::start(const std::string& program, const std::string& machine) {
  PluginProcess out;
  out.program_ = program;
  int in[2], from[2];
  if (!makePipe(in)) return out.wrong(std::string("no pipe: ") + std::strerror(errno));
  if (!makePipe(from)) {
    const int code = errno;
    ::close(in[0]), ::close(in[1]);
    return out.wrong(std::string("no pipe: ") + std::strerror(code));
  }
  const std::string option = "--age-plugin=" + machine;
  char* argv[] = {const_cast<char*>(program.c_str()), const_cast<char*>(option.c_str()), nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, from[1], STDOUT_FILENO);
  // Whatever this thread has blocked, the plugin can be interrupted.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  pid_t child = -1;
  const int code = ::posix_spawnp(&child, program.c_str(), &actions, &attributes, argv, environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  ::close(in[0]), ::close(from[1]);
  out.to_ = in[1];
  out.from_ = from[0];
  if (code == 0) {
    out.child_ = child;
    return out;
  }
  fleet::Error failed = out.wrong(std::string("it cannot be started: ") + std::strerror(code));
  if (code == ENOENT) {
    failed.message = "the program " + program + ", which a key needs, is not installed";
    failed.hint = "install it, or put its directory into PATH";
  }
  return failed;
}

fleet::Result<void> PluginProcess::send(const Stanza& stanza) {
  const NoPipeSignal quiet;
  std::string text;
  appendStanza(text, stanza);
  std::size_t at = 0;
  fleet::Result<void> done;
  while (at < text.size()) {
    const ssize_t size = ::write(to_, text.data() + at, text.size() - at);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) {
      done = wrong("it ended before it was asked");
      break;
    }
    at += static_cast<std::size_t>(size);
  }
  sodium_memzero(text.data(), text.size());
  return done;
}

fleet::Result<std::string> PluginProcess::line() {
  for (;;) {
    if (const std::size_t end = buffer_.find('\n'); end != std::string::npos) {
      std::string out = buffer_.substr(0, end);
      sodium_memzero(buffer_.data(), end);
      buffer_.erase(0, end + 1);
      return out;
    }
    if (buffer_.size() > kMaxStanza) return wrong("it says too much");
    pollfd wait{from_, POLLIN, 0};
    const int ready = ::poll(&wait, 1, kPatience);
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0) return wrong("it has been silent for ten minutes");
    char piece[4096];
    const ssize_t size = ::read(from_, piece, sizeof piece);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return wrong("it ended in the middle of its work");
    buffer_.append(piece, static_cast<std::size_t>(size));
    sodium_memzero(piece, sizeof piece);
  }
}

fleet::Result<Stanza> PluginProcess::receive() {
  StanzaReader reader;
  std::size_t size = 0;
  while (!reader.done()) {
    FLEET_TRY_ASSIGN(std::string text, line());
    size += text.size();
    const auto taken = size <= kMaxStanza ? reader.take(text) : fleet::Result<void>(wrong("it says too much"));
    sodium_memzero(text.data(), text.size());
    if (!taken) return wrong("it does not keep to the protocol of age plugins");
  }
  return std::move(reader.stanza());
}

fleet::Result<void> PluginProcess::end() {
  close();
  return {};
}

}  // namespace fleetd::vars::age
