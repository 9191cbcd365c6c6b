// Connections that are opened to hear a server's first line, and closed again.
#include "kernel/deploy/greeting.hpp"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "kernel/base/fd.hpp"
#include "kernel/process/quiet_pipe.hpp"

namespace fleetd::deploy {

namespace {

using base::Deadline;

constexpr auto kPause = std::chrono::milliseconds(250);  // until the next address of a name is tried as well
constexpr std::size_t kMostAddresses = 8;
constexpr std::size_t kLongestGreeting = 4096;  // a server may say something before its version
// Said before leaving, so that the server's log names who was there.
constexpr std::string_view kOurs = "SSH-2.0-fleetd_looks\r\n";

struct Target {
  sockaddr_storage address{};
  socklen_t size = 0;
  int family = 0;
};

std::vector<Target> lookedUp(const std::string& host, unsigned port, std::string& why) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* found = nullptr;
  if (const int code = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found); code != 0) {
    why = ::gai_strerror(code);
    return {};
  }
  std::vector<Target> out;
  for (const addrinfo* one = found; one && out.size() < kMostAddresses; one = one->ai_next) {
    if (one->ai_addrlen > sizeof(sockaddr_storage)) continue;
    Target target;
    std::memcpy(&target.address, one->ai_addr, one->ai_addrlen);
    target.size = one->ai_addrlen;
    target.family = one->ai_family;
    out.push_back(target);
  }
  ::freeaddrinfo(found);
  return out;
}

// One connection on its way to a greeting.
struct Attempt {
  base::UniqueFd fd;
  bool connected = false;
  std::string said;
};

enum class Step : unsigned char { Wait, Heard, Failed };

// A line that begins with "SSH-", as RFC 4253 has it.
Step judge(const std::string& said, std::string& why) {
  std::size_t at = 0;
  for (;;) {
    if (said.compare(at, 4, "SSH-") == 0) return Step::Heard;
    const auto end = said.find('\n', at);
    if (end == std::string::npos) break;
    at = end + 1;
  }
  const bool mayCome = said.size() < kLongestGreeting && said.find('\0') == std::string::npos;
  if (!mayCome) why = "answers, but not as an ssh server";
  return mayCome ? Step::Wait : Step::Failed;
}

Step proceed(Attempt& attempt, std::string& why) {
  if (!attempt.connected) {
    int error = 0;
    socklen_t size = sizeof error;
    if (::getsockopt(attempt.fd.get(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
    if (error) {
      why = std::strerror(error);
      return Step::Failed;
    }
    attempt.connected = true;
    return Step::Wait;
  }
  char buffer[512];
  const ssize_t got = ::recv(attempt.fd.get(), buffer, sizeof buffer, 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return Step::Wait;
  if (got <= 0) {
    why = got < 0 ? std::strerror(errno) : "closes the connection at once";
    return Step::Failed;
  }
  attempt.said.append(buffer, static_cast<std::size_t>(got));
  return judge(attempt.said, why);
}

}  // namespace

Greeting greetingOf(const std::string& host, unsigned port, const Deadline& deadline) {
  Greeting out;
  const auto targets = lookedUp(host, port, out.why);
  if (targets.empty()) {
    out.lookedUp = false;
    return out;
  }
  std::vector<Attempt> open;
  std::size_t next = 0;
  Deadline pause = Deadline::after(std::chrono::nanoseconds(0));
  while (!deadline.expired() && (!open.empty() || next < targets.size())) {
    if (next < targets.size() && (open.empty() || pause.expired())) {
      const Target& target = targets[next++];
      pause = Deadline::after(kPause);
      Attempt attempt;
      attempt.fd.reset(::socket(target.family, SOCK_STREAM, 0));
      if (!attempt.fd || !base::setNonBlocking(attempt.fd.get()) ||
          (::connect(attempt.fd.get(), reinterpret_cast<const sockaddr*>(&target.address), target.size) != 0 &&
           errno != EINPROGRESS)) {
        out.why = std::strerror(errno);
        continue;
      }
      open.push_back(std::move(attempt));
    }
    std::vector<pollfd> polled;
    for (const Attempt& attempt : open)
      polled.push_back({attempt.fd.get(), static_cast<short>(attempt.connected ? POLLIN : POLLOUT), 0});
    int wait = deadline.pollTimeout();
    if (next < targets.size()) wait = std::min(wait, pause.pollTimeout());
    if (::poll(polled.data(), static_cast<nfds_t>(polled.size()), wait) <= 0) continue;
    for (std::size_t i = open.size(); i-- > 0;) {
      if (!polled[i].revents) continue;
      const Step step = proceed(open[i], out.why);
      if (step == Step::Heard) {
        static_cast<void>(process::writeQuietly(open[i].fd.get(), kOurs));
        out.heard = true;
        return out;
      }
      if (step == Step::Failed) open.erase(open.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
  if (out.why.empty() || !open.empty())
    out.why = std::any_of(open.begin(), open.end(), [](const Attempt& one) { return one.connected; })
                  ? "connects, but says nothing"
                  : "no answer";
  return out;
}

std::string connects(const std::string& host, unsigned port, const Deadline& deadline) {
  std::string why;
  for (const Target& target : lookedUp(host, port, why)) {
    Attempt attempt;
    attempt.fd.reset(::socket(target.family, SOCK_STREAM, 0));
    if (!attempt.fd || !base::setNonBlocking(attempt.fd.get()) ||
        (::connect(attempt.fd.get(), reinterpret_cast<const sockaddr*>(&target.address), target.size) != 0 &&
         errno != EINPROGRESS)) {
      why = std::strerror(errno);
      continue;
    }
    pollfd polled{attempt.fd.get(), POLLOUT, 0};
    if (::poll(&polled, 1, deadline.pollTimeout()) <= 0)
      why = "no answer";
    else if (proceed(attempt, why) == Step::Wait)
      return {};
  }
  return why.empty() ? "no answer" : why;
}

}  // namespace fleetd::deploy
