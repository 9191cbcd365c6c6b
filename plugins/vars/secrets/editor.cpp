// Running an editor as shells do, while signals of the terminal are its own.
#include "plugins/vars/secrets/editor.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "plugins/vars/store/disk.hpp"

namespace fleetd::vars {

namespace {

constexpr std::size_t kMost = 16 << 20;  // bytes

fleet::Error failed(const std::string& what) { return age::error("VARS79", what, "nothing was changed"); }

std::string editor() {
  for (const char* name : {"VISUAL", "EDITOR"})
    if (const char* held = std::getenv(name); held && *held) return held;
  return "vi";
}

// Ctrl-C in an editor is for the editor.
class Undisturbed {
 public:
  Undisturbed() {
    struct sigaction ignored {};
    ignored.sa_handler = SIG_IGN;
    sigemptyset(&ignored.sa_mask);
    for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &ignored, &before_[i]);
  }
  Undisturbed(const Undisturbed&) = delete;
  Undisturbed& operator=(const Undisturbed&) = delete;
  ~Undisturbed() {
    for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &before_[i], nullptr);
  }

 private:
  static constexpr std::array kSignals{SIGINT, SIGQUIT};
  std::array<struct sigaction, kSignals.size()> before_{};
};

fleet::Result<void> run(const std::string& command, const std::string& path) {
  const Undisturbed undisturbed;
  const std::string line = command + " \"$1\"";
  const pid_t pid = ::fork();
  if (pid == 0) {
    for (const int one : {SIGPIPE, SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGCHLD}) std::signal(one, SIG_DFL);
    ::execl("/bin/sh", "sh", "-c", line.c_str(), "sh", path.c_str(), static_cast<char*>(nullptr));
    ::_exit(127);
  }
  if (pid < 0) return failed(std::string("the editor cannot be started: ") + std::strerror(errno));
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0)
    if (errno != EINTR) return failed("the editor is gone");
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return failed("the editor `" + command.substr(0, 80) + "` ended with an error");
}

}  // namespace

fleet::Result<SecretBytes> edited(const std::string& directory, const std::string& name, const SecretBytes& before) {
  const std::string path = directory + "/" + name;
  {
    const disk::Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (file.get() < 0) return failed("cannot write " + path + ": " + std::strerror(errno));
    FLEET_TRY(disk::writeAll(file.get(), before.text(), path));
  }
  FLEET_TRY(run(editor(), path));
  // It may be another file of the same name by now.
  const disk::Fd file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat info {};
  if (file.get() < 0 || ::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode))
    return failed("the editor left no file");
  if (static_cast<std::size_t>(info.st_size) > kMost) return failed("the value is longer than 16 MiB");
  FLEET_TRY_ASSIGN(auto out, SecretBytes::make(static_cast<std::size_t>(info.st_size)));
  for (std::size_t at = 0; at < out.size();) {
    const ssize_t got = ::read(file.get(), out.data() + at, out.size() - at);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return failed("cannot read what the editor left");
    at += static_cast<std::size_t>(got);
  }
  return out;
}

}  // namespace fleetd::vars
