// `fleetd network connect`: standard input and output as one end of a connection through a SOCKS5 proxy.
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include <fmt/format.h>

#include "kernel/base/text.hpp"
#include "kernel/cli/network.hpp"
#include "kernel/deploy/socks.hpp"
#include "kernel/process/quiet_pipe.hpp"

namespace fleetd::cli {

namespace {

using base::Code;

constexpr auto kLimit = std::chrono::seconds(90);

bool writeAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t wrote = process::writeQuietly(fd, bytes);
    if (wrote > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(wrote));
    } else if (errno == EAGAIN) {
      pollfd room{fd, POLLOUT, 0};
      ::poll(&room, 1, -1);
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

// What can be read now goes on. False at the end, or when nobody takes it.
bool passOn(int from, int to) {
  char buffer[32 << 10];
  const ssize_t got = ::read(from, buffer, sizeof buffer);
  if (got < 0) return errno == EAGAIN || errno == EINTR;
  return got > 0 && writeAll(to, {buffer, static_cast<std::size_t>(got)});
}

// Until the far end is done: what it says last must arrive even when nothing more is sent to it.
void relay(int connection) {
  bool sending = true;
  for (;;) {
    pollfd fds[2] = {{connection, POLLIN, 0}, {sending ? STDIN_FILENO : -1, POLLIN, 0}};
    if (::poll(fds, 2, -1) < 0 && errno != EINTR) return;
    if (fds[0].revents && !passOn(connection, STDOUT_FILENO)) return;
    if (sending && fds[1].revents && !passOn(STDIN_FILENO, connection)) {
      sending = false;
      ::shutdown(connection, SHUT_WR);
    }
  }
}

}  // namespace

int connectThroughProxy(Context& cx) {
  if (cx.args.positionals.size() != 4)
    return cx.fail({Code::FL0903,
                    "`network connect` takes a proxy, a host and a port",
                    "for example: fleetd network connect 127.0.0.1:9050 example.onion 22",
                    {}});
  const auto port = base::parseInt(cx.args.positional(3));
  if (!port || *port < 1 || *port > 65535)
    return cx.fail({Code::FL0903,
                    fmt::format("`{}` is no port", shownWord(cx.args.positional(3))),
                    "a port is a number from 1 to 65535",
                    {}});
  const auto connection = deploy::connectBySocks(std::string(cx.args.positional(1)), std::string(cx.args.positional(2)),
                                                 static_cast<unsigned>(*port), kLimit);
  if (!connection) return cx.fail(connection.error());
  relay(connection->get());
  return kOk;
}

}  // namespace fleetd::cli
