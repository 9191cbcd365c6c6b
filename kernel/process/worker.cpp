// Forking workers and reading what they send.
#include "kernel/process/worker.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <cstring>
#include <mutex>

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

// What the reading thread got so far.
struct Worker::Received {
  std::mutex mutex;
  std::condition_variable more;
  std::string bytes;
  std::size_t taken = 0;
  bool ended = false;

  void readAll(int fd) {
    std::string piece(kPiece, '\0');
    for (bool end = false; !end;) {
      const ssize_t n = ::read(fd, piece.data(), piece.size());
      if (n < 0 && errno == EINTR) continue;
      const std::scoped_lock lock(mutex);
      if (n > 0) bytes.append(piece, 0, static_cast<std::size_t>(n));
      end = ended = n <= 0;
      more.notify_one();
    }
  }
};

Worker::Worker() = default;
Worker::Worker(Worker&&) noexcept = default;

Result<Worker> Worker::start(const std::function<void(const Send&)>& body) {
  base::Pipe pipe = base::makePipe();
  if (!pipe.read) return Error{base::Code::FL0004, fmt::format("no pipe can be had: {}", std::strerror(errno)), "", {}};
  const pid_t pid = ::fork();
  if (pid < 0)
    return Error{base::Code::FL0004, fmt::format("no further process can be had: {}", std::strerror(errno)), "", {}};
  if (pid == 0) {
    pipe.read.reset();  // else nobody would tell it that the parent is gone
    work(pipe.write.get(), body);
  }
  Worker out;
  out.child_ = ChildExit(pid);
  out.received_ = std::make_unique<Received>();
  out.reader_ = std::thread([fd = std::move(pipe.read), into = out.received_.get()] { into->readAll(fd.get()); });
  return out;
}

void Worker::giveUp() { ::_exit(kStopped); }

bool Worker::is() { return isWorker; }

Worker::~Worker() {
  if (!reader_.joinable()) return;
  child_.signal(SIGKILL);
  reader_.join();
}

bool Worker::has(std::size_t size) const {
  const std::scoped_lock lock(received_->mutex);
  return received_->ended || received_->bytes.size() - received_->taken >= size;
}

std::optional<std::string> Worker::take(std::size_t size) {
  Received& in = *received_;
  std::unique_lock lock(in.mutex);
  in.more.wait(lock, [&] { return in.ended || in.bytes.size() - in.taken >= size; });
  if (in.bytes.size() - in.taken < size) return std::nullopt;
  std::string out = in.bytes.substr(in.taken, size);
  in.taken += size;
  if (in.taken >= kPiece * 16) {
    in.bytes.erase(0, in.taken);
    in.taken = 0;
  }
  return out;
}

Result<std::string> Worker::finish() {
  reader_.join();
  child_.wait();
  if (child_.code() != kDone || child_.endSignal() != 0)
    return Error{base::Code::FL0007,
                 fmt::format("a worker process ended early (status {}, signal {})", child_.code(), child_.endSignal()),
                 "",
                 {}};
  return received_->bytes.substr(received_->taken);
}

unsigned processors() { return std::max(std::thread::hardware_concurrency(), 1u); }

}  // namespace fleetd::process
