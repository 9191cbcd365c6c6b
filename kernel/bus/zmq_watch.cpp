// The edge-triggered descriptor of ZeroMQ under Boost.Asio.
#include "kernel/bus/loop_impl.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

#include "kernel/bus/limits.hpp"
#include "kernel/bus/zmq_watch.hpp"

namespace fleetd::bus {

namespace {
constexpr std::int64_t kRetryNanos = 10'000'000;  // there is no descriptor for "can be written"
}

struct ZmqWatch::Impl {
  boost::asio::posix::stream_descriptor descriptor;
  std::shared_ptr<bool> alive = std::make_shared<bool>(true);  // handlers may be queued when the watch ends
};

ZmqWatch::ZmqWatch(Loop& loop, Socket& socket, std::size_t maxFrames, OnMessage onMessage, OnUnreachable onUnreachable)
    : loop_(loop),
      socket_(socket),
      maxFrames_(maxFrames),
      onMessage_(std::move(onMessage)),
      onUnreachable_(std::move(onUnreachable)),
      impl_(new Impl{boost::asio::posix::stream_descriptor(loop.impl().io, socket.descriptor())}) {
  schedule();  // what arrived before now gave its edge already
}

ZmqWatch::~ZmqWatch() {
  *impl_->alive = false;
  loop_.cancel(retry_);
  impl_->descriptor.release();  // the descriptor is libzmq's
}

void ZmqWatch::send(std::vector<std::string> frames) {
  outbox_.push_back(std::move(frames));
  flush();
}

void ZmqWatch::sendLast(std::vector<std::string> frames) {
  std::erase_if(outbox_, [&](const auto& waiting) { return waiting.front() == frames.front(); });
  static_cast<void>(socket_.send(frames));
  schedule();  // it may have eaten an edge
}

void ZmqWatch::flush() {
  bool sent = false;
  while (!outbox_.empty()) {
    const auto status = socket_.send(outbox_.front());
    if (status == SendStatus::full) break;
    const auto frames = std::move(outbox_.front());
    outbox_.pop_front();
    sent = true;
    if (status == SendStatus::unreachable) onUnreachable_(frames);
  }
  if (!outbox_.empty() && retry_ == 0) {
    retry_ = loop_.after(kRetryNanos, [this] {
      retry_ = 0;
      flush();
    });
  }
  if (sent) schedule();  // a send may have eaten the edge that told of a message
}

// One pump is queued at most.
void ZmqWatch::schedule() {
  if (scheduled_) return;
  scheduled_ = true;
  loop_.post([this, alive = impl_->alive] {
    if (!*alive) return;
    scheduled_ = false;
    pump();
  });
}

void ZmqWatch::pump() {
  const auto alive = impl_->alive;
  for (int taken = 0; taken < kMaxDrain; ++taken) {
    if (!socket_.events().readable) {
      if (!outbox_.empty()) flush();
      return arm();
    }
    auto message = socket_.receive(maxFrames_);
    if (!message) return;  // the context ends
    if (*message) onMessage_(std::move(**message));
    if (!*alive) return;
  }
  schedule();
}

// One wait is pending at most.
void ZmqWatch::arm() {
  if (!armed_) {
    armed_ = true;
    impl_->descriptor.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                                 [this, alive = impl_->alive](const boost::system::error_code& error) {
                                   if (error || !*alive) return;
                                   armed_ = false;
                                   schedule();
                                 });
  }
  // Between the last look and the wait a message may have come without leaving an edge to wait for.
  if (socket_.events().readable) schedule();
}

}  // namespace fleetd::bus
