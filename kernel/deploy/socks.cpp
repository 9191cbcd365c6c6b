// Speaking SOCKS5.
#include "kernel/deploy/socks.hpp"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "kernel/base/clock.hpp"
#include "kernel/base/text.hpp"
#include "kernel/deploy/address.hpp"
#include "kernel/process/quiet_pipe.hpp"

namespace fleetd::deploy {

namespace {

using base::Code;
using base::Deadline;
using base::UniqueFd;

constexpr std::string_view kUnix = "unix:";

Error failed(const std::string& proxy, std::string_view why) {
  return {Code::FL0884, fmt::format("the SOCKS proxy {}: {}", base::sanitize(proxy), why), "", {}};
}

bool waitFor(int fd, short events, const Deadline& deadline) {
  for (;;) {
    pollfd one{fd, events, 0};
    const int ready = ::poll(&one, 1, deadline.pollTimeout());
    if (ready > 0) return true;
    if (ready == 0 || errno != EINTR) return false;
  }
}

// Connected, or nothing with errno.
UniqueFd connected(int family, const sockaddr* address, socklen_t size, const Deadline& deadline) {
  UniqueFd fd(::socket(family, SOCK_STREAM, 0));
  if (!fd || !base::setNonBlocking(fd.get())) return {};
  if (::connect(fd.get(), address, size) == 0) return fd;
  if (errno != EINPROGRESS) return {};
  int error = ETIMEDOUT;
  socklen_t length = sizeof error;
  if (waitFor(fd.get(), POLLOUT, deadline)) ::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &length);
  errno = error;
  return error ? UniqueFd() : std::move(fd);
}

Result<UniqueFd> connectTo(const std::string& proxy, const Deadline& deadline) {
  if (proxy.starts_with(kUnix)) {
    const std::string path = proxy.substr(kUnix.size());
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path) return failed(proxy, "its path is too long");
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    UniqueFd fd = connected(AF_UNIX, reinterpret_cast<const sockaddr*>(&address), sizeof address, deadline);
    if (!fd) return failed(proxy, std::strerror(errno));
    return fd;
  }
  const auto address = parseAddress(proxy);
  if (!address || !address->port) return failed(proxy, "a proxy is HOST:PORT or unix:PATH");
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int code = ::getaddrinfo(address->host.c_str(), std::to_string(address->port).c_str(), &hints, &found))
    return failed(proxy, ::gai_strerror(code));
  UniqueFd fd;
  int error = 0;
  for (const addrinfo* one = found; one && !fd; one = one->ai_next) {
    fd = connected(one->ai_family, one->ai_addr, one->ai_addrlen, deadline);
    if (!fd) error = errno;
  }
  ::freeaddrinfo(found);
  if (!fd) return failed(proxy, std::strerror(error));
  return fd;
}

bool sendAll(int fd, std::string_view bytes, const Deadline& deadline) {
  while (!bytes.empty()) {
    const ssize_t wrote = process::writeQuietly(fd, bytes);
    if (wrote > 0)
      bytes.remove_prefix(static_cast<std::size_t>(wrote));
    else if (errno != EINTR && (errno != EAGAIN || !waitFor(fd, POLLOUT, deadline)))
      return false;
  }
  return true;
}

// Exactly so many bytes; what follows belongs to the connection.
bool receive(int fd, std::size_t count, std::string& out, const Deadline& deadline) {
  out.clear();
  while (out.size() < count) {
    char buffer[256];
    const ssize_t got = ::recv(fd, buffer, std::min(count - out.size(), sizeof buffer), 0);
    if (got > 0)
      out.append(buffer, static_cast<std::size_t>(got));
    else if (got == 0 || (errno != EINTR && (errno != EAGAIN || !waitFor(fd, POLLIN, deadline))))
      return false;
  }
  return true;
}

bool greet(int fd, const Deadline& deadline) {
  std::string answer;
  return sendAll(fd, std::string_view("\5\1\0", 3), deadline) && receive(fd, 2, answer, deadline) &&
         answer == std::string_view("\5\0", 2);
}

std::string_view meaning(unsigned char code) {
  constexpr std::string_view kTexts[] = {"",
                                         "cannot reach the host",
                                         "is not allowed to",
                                         "cannot reach the network",
                                         "the host cannot be reached",
                                         "refused",
                                         "the way took too long",
                                         "knows no such command",
                                         "knows no such kind of address"};
  if (code >= 0xF0 && code <= 0xF7) return "the onion service does not exist, or cannot be reached now";
  return code < std::size(kTexts) ? kTexts[code] : "failed for a reason of its own";
}

}  // namespace

Result<UniqueFd> connectBySocks(const std::string& proxy, const std::string& host, unsigned port,
                                std::chrono::milliseconds limit) {
  if (host.empty() || host.size() > 255 || port == 0 || port > 65535)
    return failed(proxy, "the host or the port is none");
  const Deadline deadline = Deadline::after(limit);
  auto opened = connectTo(proxy, deadline);
  if (!opened) return opened;
  const int fd = opened->get();
  if (!greet(fd, deadline)) return failed(proxy, "it does not answer as a SOCKS5 proxy without a password");
  std::string request("\5\1\0\3", 4);
  request += static_cast<char>(host.size());
  request += host;
  request += static_cast<char>(port >> 8);
  request += static_cast<char>(port & 255);
  std::string answer, rest;
  if (!sendAll(fd, request, deadline) || !receive(fd, 4, answer, deadline))
    return failed(proxy, deadline.expired() ? "no answer in time" : "it closed the connection");
  if (answer[0] != '\5') return failed(proxy, "its answer is not SOCKS5");
  if (answer[1] != '\0')
    return failed(proxy, fmt::format("{}: {}", host, meaning(static_cast<unsigned char>(answer[1]))));
  // The address the proxy uses, which nobody needs.
  std::size_t length = answer[3] == '\1' ? 4 : 16;
  if (answer[3] == '\3') {
    if (!receive(fd, 1, rest, deadline)) return failed(proxy, "its answer ends early");
    length = static_cast<unsigned char>(rest[0]);
  }
  if (!receive(fd, length + 2, rest, deadline)) return failed(proxy, "its answer ends early");
  return opened;
}

bool socksAnswers(const std::string& proxy) {
  const Deadline deadline = Deadline::after(std::chrono::seconds(1));
  const auto fd = connectTo(proxy, deadline);
  return fd && greet(fd->get(), deadline);
}

}  // namespace fleetd::deploy
