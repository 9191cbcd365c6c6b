// A server on this machine that says one thing to everybody who connects.
#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "kernel/base/fd.hpp"

namespace fleetd::test {

class Greeter {
 public:
  // Nothing said: it accepts and stays silent. Not listening: a port where nobody is.
  explicit Greeter(std::string says, bool listening = true) : says_(std::move(says)) {
    fd_.reset(::socket(AF_INET, SOCK_STREAM, 0));
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    EXPECT_EQ(::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&at), size), 0);
    EXPECT_EQ(::getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&at), &size), 0);
    port_ = ntohs(at.sin_port);
    if (!listening) return;
    EXPECT_EQ(::listen(fd_.get(), 16), 0);
    thread_ = std::thread([this] { serve(); });
  }
  ~Greeter() {
    ::shutdown(fd_.get(), SHUT_RDWR);
    if (thread_.joinable()) thread_.join();
  }
  Greeter(const Greeter&) = delete;
  Greeter& operator=(const Greeter&) = delete;

  unsigned port() const { return port_; }
  int visits() const { return visits_; }

 private:
  void serve() {
    for (;;) {
      base::UniqueFd guest(::accept(fd_.get(), nullptr, nullptr));
      if (!guest) return;
      ++visits_;
      if (!says_.empty()) {
        EXPECT_EQ(::send(guest.get(), says_.data(), says_.size(), 0), static_cast<ssize_t>(says_.size()));
      }
      guests_.push_back(std::move(guest));
    }
  }

  std::string says_;
  base::UniqueFd fd_;
  unsigned port_ = 0;
  std::atomic<int> visits_{0};
  std::vector<base::UniqueFd> guests_;  // of the thread
  std::thread thread_;
};

}  // namespace fleetd::test
