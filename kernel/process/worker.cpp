// Forking workers and reading what they send.
#include "kernel/process/worker.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <fmt/core.h>

#include "kernel/base/fd.hpp"

namespace fleetd::process {

namespace {

constexpr std::size_t kPiece = 1 << 16;
constexpr int kDone = 0, kStopped = 1;

bool writeAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

void readAll(int fd, std::string& out) {
  for (std::size_t size = 0;;) {
    out.resize(size + kPiece);
    const ssize_t n = ::read(fd, out.data() + size, kPiece);
    if (n < 0 && errno == EINTR) continue;
    size += n > 0 ? static_cast<std::size_t>(n) : 0;
    out.resize(size);
    if (n <= 0) return;
  }
}

bool isWorker = false;

[[noreturn]] void work(int fd, const std::function<void(const Worker::Send&)>& body) {
  // A parent that is gone shows as an error of write().
  ::signal(SIGPIPE, SIG_IGN);
  isWorker = true;
  bool heard = true;
  body([&](std::string_view bytes) { return heard = heard && writeAll(fd, bytes); });
  // Nothing of the parent's is to be flushed or ended here.
  ::_exit(heard ? kDone : kStopped);
}

}  // namespace

Result<Worker> Worker::start(const std::function<void(const Send&)>& body) {
  base::Pipe pipe = base::makePipe();
  if (!pipe.read) return Error{base::Code::FL0004, fmt::format("no pipe can be had: {}", std::strerror(errno)), "", {}};
  const pid_t pid = ::fork();
  if (pid < 0)
    return Error{base::Code::FL0004, fmt::format("no further process can be had: {}", std::strerror(errno)), "", {}};
  if (pid == 0) work(pipe.write.get(), body);
  Worker out;
  out.child_ = ChildExit(pid);
  out.received_ = std::make_unique<std::string>();
  out.reader_ = std::thread([fd = std::move(pipe.read), into = out.received_.get()] { readAll(fd.get(), *into); });
  return out;
}

void Worker::giveUp() { ::_exit(kStopped); }

bool Worker::is() { return isWorker; }

Worker::~Worker() {
  if (!reader_.joinable()) return;
  child_.signal(SIGKILL);
  reader_.join();
}

Result<std::string> Worker::finish() {
  reader_.join();
  child_.wait();
  if (child_.code() != kDone || child_.endSignal() != 0)
    return Error{base::Code::FL0007,
                 fmt::format("a worker process ended early (status {}, signal {})", child_.code(), child_.endSignal()),
                 "",
                 {}};
  return std::move(*received_);
}

unsigned processors() { return std::max(std::thread::hardware_concurrency(), 1u); }

}  // namespace fleetd::process
