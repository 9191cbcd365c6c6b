// Connections that are opened all at once and closed again.
#include "kernel/deploy/reachable.hpp"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "kernel/base/clock.hpp"
#include "kernel/base/fd.hpp"

namespace fleetd::deploy {

namespace {

constexpr std::size_t kMost = 32;  // addresses that are tried

bool throughAnother(const Address& address) {
  return std::any_of(address.options.begin(), address.options.end(),
                     [](const auto& option) { return option.first == "ProxyJump" || option.first == "ProxyCommand"; });
}

// A connection under way, or the reason why there is none. A name that only ssh's configuration knows cannot be looked
// up here.
base::UniqueFd connecting(const Address& address, std::string& why, bool& lookedUp) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(address.port ? address.port : 22);
  if (const int code = ::getaddrinfo(address.host.c_str(), port.c_str(), &hints, &found); code != 0) {
    why = ::gai_strerror(code);
    lookedUp = false;
    return {};
  }
  base::UniqueFd out;
  for (const addrinfo* one = found; one && !out; one = one->ai_next) {
    base::UniqueFd fd(::socket(one->ai_family, SOCK_STREAM, 0));
    if (!fd || !base::setNonBlocking(fd.get())) continue;
    if (::connect(fd.get(), one->ai_addr, one->ai_addrlen) == 0 || errno == EINPROGRESS)
      out = std::move(fd);
    else
      why = std::strerror(errno);
  }
  ::freeaddrinfo(found);
  return out;
}

class Race {
 public:
  Race(const std::vector<Address>& addresses, std::chrono::milliseconds grace, std::chrono::milliseconds limit)
      : grace_(base::Deadline::after(grace)), limit_(base::Deadline::after(limit)) {
    for (std::size_t i = 0; i < std::min(addresses.size(), kMost); ++i) {
      out_.answers.push_back(Answer::NotAsked);
      out_.reasons.emplace_back();
      bool lookedUp = true;
      const bool proxied = throughAnother(addresses[i]);
      fds_.push_back(proxied ? base::UniqueFd() : connecting(addresses[i], out_.reasons[i], lookedUp));
      leftToSsh_.push_back(proxied || !lookedUp);
      if (!leftToSsh_[i] && !fds_[i]) out_.answers[i] = Answer::No;
    }
  }

  Reached run() {
    while (!settled()) wait();
    for (std::size_t i = 0; i < fds_.size(); ++i)
      if (out_.answers[i] == Answer::NotAsked && !leftToSsh_[i]) out_.reasons[i] = "no answer";
    return std::move(out_);
  }

 private:
  bool open(std::size_t i) const { return out_.answers[i] == Answer::NotAsked && !leftToSsh_[i]; }

  // Whether the choice is made, or nothing is left to wait for.
  bool settled() {
    bool waiting = false;
    for (std::size_t i = 0; i < fds_.size(); ++i) {
      if (out_.answers[i] == Answer::Yes && (!waiting || grace_.expired())) {
        out_.best = i;
        return true;
      }
      waiting = waiting || open(i);
    }
    if (waiting && !limit_.expired()) return false;
    for (std::size_t i = 0; i < fds_.size() && !out_.best; ++i)
      if (out_.answers[i] == Answer::Yes || leftToSsh_[i]) out_.best = i;
    return true;
  }

  void wait() {
    std::vector<pollfd> polled;
    std::vector<std::size_t> indices;
    for (std::size_t i = 0; i < fds_.size(); ++i)
      if (open(i)) {
        polled.push_back({fds_[i].get(), POLLOUT, 0});
        indices.push_back(i);
      }
    const base::Deadline& next = grace_.expired() ? limit_ : grace_;
    if (::poll(polled.data(), static_cast<nfds_t>(polled.size()), std::max(1, next.pollTimeout())) <= 0) return;
    for (std::size_t k = 0; k < polled.size(); ++k) {
      if (!polled[k].revents) continue;
      int error = 0;
      socklen_t size = sizeof error;
      if (::getsockopt(polled[k].fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
      out_.answers[indices[k]] = error ? Answer::No : Answer::Yes;
      if (error) out_.reasons[indices[k]] = std::strerror(error);
      fds_[indices[k]].reset();
    }
  }

  base::Deadline grace_, limit_;
  std::vector<base::UniqueFd> fds_;
  std::vector<bool> leftToSsh_;
  Reached out_;
};

}  // namespace

Reached firstReachable(const std::vector<Address>& addresses, std::chrono::milliseconds grace,
                       std::chrono::milliseconds limit) {
  return Race(addresses, grace, limit).run();
}

}  // namespace fleetd::deploy
