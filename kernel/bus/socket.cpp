// libzmq behind a narrow interface, see socket.hpp.
#include "kernel/bus/socket.hpp"

#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <zmq.h>

#include "kernel/base/sanitizer.hpp"
#include "kernel/bus/errors.hpp"
#include "kernel/bus/limits.hpp"

#if FLEETD_THREAD_SANITIZER
extern "C" void __tsan_acquire(void* address);
extern "C" void __tsan_release(void* address);
#endif

namespace fleetd::bus {

namespace {

// libzmq is not instrumented: tell the thread sanitizer that what was written before a send is seen after a
// receive.
#if FLEETD_THREAD_SANITIZER
char handover;
void published() { __tsan_release(&handover); }
void received() { __tsan_acquire(&handover); }
#else
void published() {}
void received() {}
#endif

Error failure(const char* what) { return fail(Code::FL0316, fmt::format("{}: {}", what, zmq_strerror(errno))); }

bool setInt(void* socket, int option, int value) { return zmq_setsockopt(socket, option, &value, sizeof value) == 0; }

class ZmqMessage {
 public:
  ZmqMessage() { zmq_msg_init(&message_); }
  ZmqMessage(const ZmqMessage&) = delete;
  ZmqMessage& operator=(const ZmqMessage&) = delete;
  ~ZmqMessage() { zmq_msg_close(&message_); }
  zmq_msg_t* get() { return &message_; }
  std::size_t size() { return zmq_msg_size(&message_); }
  int descriptor() { return zmq_msg_get(&message_, ZMQ_SRCFD); }
  bool more() { return zmq_msg_more(&message_) != 0; }
  // A copy: up to 33 bytes live inside zmq_msg_t itself, so views into one do not survive a move.
  std::string text() { return {static_cast<const char*>(zmq_msg_data(&message_)), size()}; }

 private:
  zmq_msg_t message_;
};

}  // namespace

Result<Context> Context::create(int ioThreads) {
  void* handle = zmq_ctx_new();
  if (!handle) return failure("the bus cannot be started");
  zmq_ctx_set(handle, ZMQ_IO_THREADS, ioThreads);
  zmq_ctx_set(handle, ZMQ_BLOCKY, 0);
  return Context(handle);
}

Context::~Context() {
  if (!handle_) return;
  while (zmq_ctx_term(handle_) != 0 && errno == EINTR) {
  }
}

void Context::shutdown() { zmq_ctx_shutdown(handle_); }

namespace {

int zmqType(SocketType type) {
  switch (type) {
    case SocketType::router: return ZMQ_ROUTER;
    case SocketType::dealer: return ZMQ_DEALER;
    case SocketType::publisher: return ZMQ_XPUB;
    case SocketType::subscriber: return ZMQ_SUB;
    case SocketType::monitor: return ZMQ_PAIR;
  }
  return ZMQ_DEALER;
}

// Whoever makes connections and breaks them must not be able to stop the thread that tells of it: no end to its queue.
int highWaterOf(SocketType type) {
  if (type == SocketType::monitor) return 0;
  return type == SocketType::publisher || type == SocketType::subscriber ? kEventHighWater : kHighWater;
}

}  // namespace

Result<Socket> Socket::create(const Context& context, SocketType type, const std::string& routingId) {
  void* handle = zmq_socket(context.handle(), zmqType(type));
  if (!handle) return failure("a socket of the bus cannot be made");
  Socket out(handle);
  const std::int64_t most = static_cast<std::int64_t>(kMaxBodyBytes);
  bool done = setInt(handle, ZMQ_LINGER, 0) && setInt(handle, ZMQ_SNDHWM, highWaterOf(type)) &&
              setInt(handle, ZMQ_RCVHWM, highWaterOf(type)) &&
              zmq_setsockopt(handle, ZMQ_MAXMSGSIZE, &most, sizeof most) == 0;
  if (type == SocketType::router)
    done = done && setInt(handle, ZMQ_ROUTER_MANDATORY, 1);
  else if (type == SocketType::dealer)  // writable only once it is connected; a connection that broke is not made again
    done = done && setInt(handle, ZMQ_IMMEDIATE, 1) && setInt(handle, ZMQ_RECONNECT_IVL, -1);
  if (!routingId.empty())
    done = done && zmq_setsockopt(handle, ZMQ_ROUTING_ID, routingId.data(), routingId.size()) == 0;
  if (!done) return failure("a socket of the bus cannot be set up");
  return out;
}

Socket::~Socket() {
  if (handle_) zmq_close(handle_);
}

Result<void> Socket::bind(const std::string& endpoint) {
  if (zmq_bind(handle_, endpoint.c_str()) != 0) return failure("the bus cannot listen");
  return {};
}

Result<void> Socket::connect(const std::string& endpoint) {
  if (zmq_connect(handle_, endpoint.c_str()) != 0) return failure("the bus cannot be reached");
  return {};
}

Result<void> Socket::subscribe(const std::string& prefix) {
  if (zmq_setsockopt(handle_, ZMQ_SUBSCRIBE, prefix.data(), prefix.size()) != 0)
    return failure("the bus cannot be listened to");
  return {};
}

Result<void> Socket::tellEnds(const std::string& endpoint) {
  if (zmq_socket_monitor(handle_, endpoint.c_str(), ZMQ_EVENT_DISCONNECTED) != 0)
    return failure("connections of the bus cannot be watched");
  return {};
}

void Socket::tellEnds() { zmq_socket_monitor(handle_, nullptr, 0); }

SendStatus Socket::send(const std::vector<std::string>& frames) {
  published();
  const auto part = [&](std::size_t i) {
    const int more = i + 1 < frames.size() ? ZMQ_SNDMORE : 0;
    int done = 0;
    do done = zmq_send(handle_, frames[i].data(), frames[i].size(), ZMQ_DONTWAIT | more);
    while (done < 0 && errno == EINTR);
    return done >= 0;
  };
  // Whether a message is taken is decided at its first frame; a later one is refused only while the context
  // ends.
  if (!part(0)) {
    if (errno != EAGAIN) return SendStatus::unreachable;
    // The receiver may have made room that the socket has not heard of yet: looking at the events tells it.
    static_cast<void>(events());
    if (!part(0)) return errno == EAGAIN ? SendStatus::full : SendStatus::unreachable;
  }
  for (std::size_t i = 1; i < frames.size(); ++i)
    if (!part(i)) return SendStatus::unreachable;
  return SendStatus::sent;
}

Result<std::optional<Received>> Socket::receive(std::size_t maxFrames) {
  Received out;
  while (true) {
    ZmqMessage part;
    int size = 0;
    do size = zmq_msg_recv(part.get(), handle_, ZMQ_DONTWAIT);
    while (size < 0 && errno == EINTR);
    if (size < 0) {
      if (errno == EAGAIN) return std::optional<Received>();
      return failure("the bus is closed");
    }
    received();
    out.refused = out.refused || out.frames.size() == maxFrames || part.size() > kMaxBodyBytes;
    // A router's first part, the routing id, may come without it.
    if (out.descriptor < 0 && out.frames.size() < 2) out.descriptor = part.descriptor();
    if (!out.refused) out.frames.push_back(part.text());
    if (!part.more()) return std::optional(std::move(out));
  }
}

bool Socket::waitWritable(int timeoutMs) {
  zmq_pollitem_t item = {handle_, 0, ZMQ_POLLOUT, 0};
  int done = 0;
  do done = zmq_poll(&item, 1, timeoutMs);
  while (done < 0 && errno == EINTR);
  return done > 0;
}

SocketEvents Socket::events() const {
  int events = 0;
  std::size_t size = sizeof events;
  while (zmq_getsockopt(handle_, ZMQ_EVENTS, &events, &size) != 0)
    if (errno != EINTR) return {};
  return {(events & ZMQ_POLLIN) != 0, (events & ZMQ_POLLOUT) != 0};
}

int Socket::descriptor() const {
  int fd = -1;
  std::size_t size = sizeof fd;
  return zmq_getsockopt(handle_, ZMQ_FD, &fd, &size) == 0 ? fd : -1;
}

WaitResult wait(const Socket& socket, int fd, int timeoutMs) {
  zmq_pollitem_t items[2] = {{socket.handle(), 0, ZMQ_POLLIN, 0}, {nullptr, fd, ZMQ_POLLIN, 0}};
  const int done = zmq_poll(items, fd < 0 ? 1 : 2, timeoutMs);
  if (done < 0) return {false, false, errno != EINTR};
  return {(items[0].revents & ZMQ_POLLIN) != 0, (items[1].revents & ZMQ_POLLIN) != 0, false};
}

}  // namespace fleetd::bus
