// What listens at a ControlPath is asked to end, and nothing it may answer does harm.
#include "kernel/deploy/shared_connection.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <thread>

#include <gtest/gtest.h>

#include "kernel/base/fd.hpp"
#include "kernel/base/file.hpp"

namespace fleetd::deploy {
namespace {

using namespace std::string_literals;

const std::string kHello = "\0\0\0\x08\0\0\0\x01\0\0\0\x04"s;
const std::string kAgreed = "\0\0\0\x08\x80\0\0\x01\0\0\0\x01"s;
const std::string kAsked = kHello + "\0\0\0\x08\x10\0\0\x05\0\0\0\x01"s;

// Somebody at the other end of a socket who says one thing and keeps what it hears.
class Listener {
 public:
  explicit Listener(std::string says, bool stays = false) : says_(std::move(says)), stays_(stays) {
    directory_ = *base::makeTempDir("mux");
    path = directory_ + "/s";
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    fd_.reset(::socket(AF_UNIX, SOCK_STREAM, 0));
    EXPECT_EQ(::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(fd_.get(), 1), 0);
    thread_ = std::thread([this] { serve(); });
  }
  ~Listener() {
    thread_.join();
    static_cast<void>(base::removeTree(directory_));
  }

  std::string path, heard;

 private:
  void serve() {
    const UniqueFd peer(::accept(fd_.get(), nullptr, nullptr));
    char buffer[256];
    while (heard.size() < kAsked.size()) {
      const auto got = ::read(peer.get(), buffer, sizeof buffer);
      if (got <= 0) return;
      heard.append(buffer, static_cast<std::size_t>(got));
    }
    EXPECT_EQ(::write(peer.get(), says_.data(), says_.size()), static_cast<ssize_t>(says_.size()));
    if (!stays_) return;
    EXPECT_LE(::read(peer.get(), buffer, sizeof buffer), 0);
  }

  std::string says_, directory_;
  bool stays_;
  UniqueFd fd_;
  std::thread thread_;
};

TEST(SharedConnection, IsAskedToEnd) {
  std::string heard;
  {
    Listener listener(kHello + kAgreed);
    EXPECT_TRUE(endSharedConnection(listener.path));
    heard = listener.heard;
  }
  EXPECT_EQ(heard, kAsked);
}

TEST(SharedConnection, IsGoneBeforeItAnswers) {
  Listener listener(kHello);
  EXPECT_TRUE(endSharedConnection(listener.path));
}

TEST(SharedConnection, AHelloMayHaveExtensions) {
  Listener listener("\0\0\0\x10\0\0\0\x01\0\0\0\x04\0\0\0\0\0\0\0\0"s + kAgreed);
  EXPECT_TRUE(endSharedConnection(listener.path));
}

TEST(SharedConnection, OthersAreNotUnderstood) {
  for (const std::string& says :
       {""s, "x"s, "\0\0\0\x08\0\0\0\x01\0\0\0\x05"s + kAgreed, kHello + "\0\0\0\x08\x80\0\0\x02\0\0\0\x01"s,
        kHello + "\0\0\0\x08\x80\0\0\x01\0\0\0\x07"s, kHello + "\0\0\0\x04\x80\0\0\x01"s, "\xff\xff\xff\xff"s + kAgreed,
        "\0\0\0\x07\0\0\0\x01\0\0\0"s, "HTTP/1.1 400 Bad Request\r\n\r\n"s}) {
    Listener listener(says);
    EXPECT_FALSE(endSharedConnection(listener.path)) << testing::PrintToString(says);
  }
}

TEST(SharedConnection, SilenceIsNotWaitedForForEver) {
  Listener listener(kHello, true);
  EXPECT_FALSE(endSharedConnection(listener.path, std::chrono::milliseconds(50)));
}

TEST(SharedConnection, NobodyThere) {
  EXPECT_FALSE(endSharedConnection("/nonexistent/socket"));
  EXPECT_FALSE(endSharedConnection("/tmp/" + std::string(200, 'x')));
}

}  // namespace
}  // namespace fleetd::deploy
