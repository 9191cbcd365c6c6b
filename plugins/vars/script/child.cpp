// fork, exec, and a loop over two pipes.
#include "plugins/vars/script/child.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <mutex>
#include <thread>

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sodium.h>
#include <sys/wait.h>
#include <unistd.h>

#include "plugins/vars/age/primitives.hpp"

namespace fleetd::vars {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMaxErrors = 8 << 10, kFirst = 64 << 10;
constexpr uid_t kNobody = 65534;

struct Pipe {
  int read = -1, write = -1;
  Pipe() = default;
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    closeRead();
    closeWrite();
  }
  // Children of other threads must not get it; nobody else forks while the lock below is held.
  bool open() {
    int ends[2];
    if (::pipe(ends) != 0) return false;
    read = ends[0];
    write = ends[1];
    return ::fcntl(read, F_SETFD, FD_CLOEXEC) == 0 && ::fcntl(write, F_SETFD, FD_CLOEXEC) == 0;
  }
  void closeRead() {
    if (read >= 0) ::close(std::exchange(read, -1));
  }
  void closeWrite() {
    if (write >= 0) ::close(std::exchange(write, -1));
  }
};

fleet::Error failed(const char* what) {
  return age::error("VARS76", std::string("a script cannot be started: ") + what + ": " + std::strerror(errno));
}

std::vector<char*> pointers(const std::vector<std::string>& words) {
  std::vector<char*> out;
  for (const auto& word : words) out.push_back(const_cast<char*>(word.c_str()));
  out.push_back(nullptr);
  return out;
}

// In the child: nothing here may allocate or lock.
[[noreturn]] void become(const Pipe& in, const Pipe& out, const Pipe& errors, char* const* words,
                         char* const* environment, bool dropRoot, bool ownGroup) {
  if (ownGroup) static_cast<void>(::setpgid(0, 0));
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int one : {SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD}) std::signal(one, SIG_DFL);
  bool fine = ::dup2(in.read, 0) == 0 && ::dup2(out.write, 1) == 1 && ::dup2(errors.write, 2) == 2;
  // Limits of processes do not hold for root, and a hole in the sandbox would be one to root's files.
  if (dropRoot && ::geteuid() == 0)
    fine = fine && ::setgroups(0, nullptr) == 0 && ::setgid(kNobody) == 0 && ::setuid(kNobody) == 0;
  if (fine) ::execve(words[0], words, environment);
  constexpr std::string_view kText = "cannot be executed\n";
  static_cast<void>(!::write(2, kText.data(), kText.size()));
  ::_exit(127);
}

// Feeds the child. SIGPIPE is this thread's own, and goes with it.
void feed(int to, const std::vector<SecretBytes>& input) {
  sigset_t quiet;
  sigemptyset(&quiet);
  sigaddset(&quiet, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &quiet, nullptr);
  for (const auto& piece : input) {
    std::size_t at = 0;
    while (at < piece.size()) {
      const ssize_t size = ::write(to, piece.data() + at, piece.size() - at);
      if (size < 0 && errno == EINTR) continue;
      if (size <= 0) return;
      at += static_cast<std::size_t>(size);
    }
  }
}

// Bytes of standard output, in locked memory that grows.
class Received {
 public:
  explicit Received(std::size_t most) : most_(most) {}

  // False: there is no more room, or no memory.
  bool add(const std::uint8_t* bytes, std::size_t size) {
    if (size > most_ - size_) return false;
    if (size_ + size > held_.size()) {
      auto larger = SecretBytes::make(std::min(most_, std::max({kFirst, held_.size() * 2, size_ + size})));
      if (!larger) return false;
      std::copy(held_.data(), held_.data() + size_, larger->data());
      held_ = *std::move(larger);
    }
    std::copy(bytes, bytes + size, held_.data() + size_);
    size_ += size;
    return true;
  }
  SecretBytes take() {
    held_.shrink(size_);
    return std::move(held_);
  }

 private:
  std::size_t most_, size_ = 0;
  SecretBytes held_;
};

class Child {
 public:
  Child(pid_t pid, const ChildPlan& plan)
      : pid_(pid), group_(plan.ownGroup), received_(plan.maxOutput), end_(Clock::now() + plan.timeout) {}

  fleet::Result<ChildEnd> listen(Pipe& out, Pipe& errors) {
    FLEET_TRY_ASSIGN(buffer_, SecretBytes::make(kFirst));
    // What others of its group still write after its end is not waited for.
    while (!over_) {
      pollfd fds[2] = {{out.read, POLLIN, 0}, {errors.read, POLLIN, 0}};
      static_cast<void>(::poll(fds, 2, 50));
      const bool ended = hasEnded();
      if (out.read >= 0 && !take(out)) over_ = true;
      if (errors.read >= 0) drain(errors);
      if (ended && out.read < 0) break;
      if (ended && quiet(fds)) break;
      if (Clock::now() >= end_) {
        result_.how = ChildEnd::How::TooLong;
        over_ = true;
      }
    }
    stop();
    result_.output = received_.take();
    return std::move(result_);
  }

 private:
  static bool quiet(const pollfd (&fds)[2]) { return (fds[0].revents & POLLIN) == 0; }

  // It is not waited for yet: while it keeps its number, nobody else's group can have it.
  bool hasEnded() {
    siginfo_t info{};
    return ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid_;
  }

  // All that is there now. False: too much.
  bool take(Pipe& out) {
    for (;;) {
      const ssize_t size = ::read(out.read, buffer_.data(), buffer_.size());
      if (size < 0) {
        if (errno != EAGAIN && errno != EINTR) out.closeRead();
        return true;
      }
      if (size == 0) {
        out.closeRead();
        return true;
      }
      if (!received_.add(buffer_.data(), static_cast<std::size_t>(size))) {
        result_.how = ChildEnd::How::TooMuch;
        return false;
      }
    }
  }

  void drain(Pipe& errors) {
    for (;;) {
      const ssize_t size = ::read(errors.read, buffer_.data(), buffer_.size());
      if (size <= 0) {
        if (size == 0 || (errno != EAGAIN && errno != EINTR)) errors.closeRead();
        return;
      }
      std::string& text = result_.errors;
      text.append(reinterpret_cast<const char*>(buffer_.data()), static_cast<std::size_t>(size));
      if (text.size() > kMaxErrors) {
        sodium_memzero(text.data(), text.size() - kMaxErrors);
        text.erase(0, text.size() - kMaxErrors);
      }
      if (Clock::now() >= end_) return;
    }
  }

  // With all it left running.
  void stop() {
    ::kill(group_ ? -pid_ : pid_, SIGKILL);
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0)
      if (errno != EINTR) return;
    if (result_.how != ChildEnd::How::Exit) return;
    if (WIFSIGNALED(status)) {
      result_.how = ChildEnd::How::Signal;
      result_.number = WTERMSIG(status);
    } else {
      result_.number = WEXITSTATUS(status);
    }
  }

  pid_t pid_;
  bool group_;
  Received received_;
  Clock::time_point end_;
  SecretBytes buffer_;
  ChildEnd result_;
  bool over_ = false;
};

}  // namespace

fleet::Result<ChildEnd> runChild(const ChildPlan& plan) {
  static std::mutex oneForks;
  Pipe in, out, errors;
  const auto words = pointers(plan.words), environment = pointers(plan.environment);
  pid_t pid = -1;
  {
    const std::lock_guard lock(oneForks);
    if (!in.open() || !out.open() || !errors.open()) return failed("no pipe");
    pid = ::fork();
    if (pid == 0) become(in, out, errors, words.data(), environment.data(), plan.dropRoot, plan.ownGroup);
  }
  if (pid < 0) return failed("no process");
  if (plan.ownGroup) static_cast<void>(::setpgid(pid, pid));  // both do it, so that it is done for either
  in.closeRead();
  out.closeWrite();
  errors.closeWrite();
  for (const int fd : {out.read, errors.read}) static_cast<void>(::fcntl(fd, F_SETFL, O_NONBLOCK));
  std::thread feeder([&] {
    if (plan.input) feed(in.write, *plan.input);
    in.closeWrite();
  });
  auto end = Child(pid, plan).listen(out, errors);
  feeder.join();
  return end;
}

}  // namespace fleetd::vars
