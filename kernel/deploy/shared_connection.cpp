// The part of OpenSSH's PROTOCOL.mux (version 4) that an end takes: both say hello, one asks, one agrees. Messages have
// their length in front; numbers have four bytes, the highest first.
#include "kernel/deploy/shared_connection.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "kernel/base/fd.hpp"
#include "kernel/process/quiet_pipe.hpp"

namespace fleetd::deploy {

namespace {

constexpr std::uint32_t kHello = 1, kVersion = 4, kTerminate = 0x10000005, kOk = 0x80000001, kRequest = 1;
constexpr std::uint32_t kLongest = 4096;

void append(std::string& out, std::uint32_t number) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>((number >> shift) & 0xff);
}

std::uint32_t numberAt(std::string_view bytes, std::size_t at) {
  std::uint32_t out = 0;
  for (std::size_t i = 0; i < 4; ++i) out = (out << 8) | static_cast<unsigned char>(bytes[at + i]);
  return out;
}

bool sendAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = process::writeQuietly(fd, bytes);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::optional<std::string> receive(int fd, std::size_t size) {
  std::string out(size, '\0');
  for (std::size_t got = 0; got < size;) {
    const ssize_t more = ::recv(fd, out.data() + got, size - got, 0);
    if (more < 0 && errno == EINTR) continue;
    if (more == 0) errno = 0;
    if (more <= 0) return std::nullopt;
    got += static_cast<std::size_t>(more);
  }
  return out;
}

std::optional<std::string> message(int fd) {
  const auto head = receive(fd, 4);
  if (!head) return std::nullopt;
  const std::uint32_t size = numberAt(*head, 0);
  errno = EPROTO;
  if (size < 8 || size > kLongest) return std::nullopt;
  return receive(fd, size);
}

base::UniqueFd connectTo(const std::string& path, std::chrono::milliseconds patience) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return {};
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  base::UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM, 0));
  if (!fd) return {};
  timeval limit{};
  limit.tv_sec = static_cast<decltype(limit.tv_sec)>(patience.count() / 1000);
  limit.tv_usec = static_cast<decltype(limit.tv_usec)>(patience.count() % 1000 * 1000);
  if (::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) != 0 ||
      ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) != 0 ||
      ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return {};
  return fd;
}

}  // namespace

bool endSharedConnection(const std::string& socket, std::chrono::milliseconds patience) {
  const base::UniqueFd fd = connectTo(socket, patience);
  if (!fd) return false;
  std::string words;
  for (const std::uint32_t number : {8u, kHello, kVersion, 8u, kTerminate, kRequest}) append(words, number);
  if (!sendAll(fd.get(), words)) return false;
  const auto hello = message(fd.get());
  if (!hello || numberAt(*hello, 0) != kHello || numberAt(*hello, 4) != kVersion) return false;
  // It may be gone before it has answered.
  errno = 0;
  const auto answer = message(fd.get());
  if (!answer) return errno == 0 || errno == ECONNRESET;
  return numberAt(*answer, 0) == kOk && numberAt(*answer, 4) == kRequest;
}

}  // namespace fleetd::deploy
