// Tests of the pipe that the content of a key goes through.
#include "kernel/deploy/key_pipe.hpp"

#include <unistd.h>

#include <gtest/gtest.h>

#include "kernel/base/clock.hpp"
#include "tests/support/temp_dir.hpp"

namespace fleetd::deploy {
namespace {

std::string all(int fd) {
  std::string out;
  char some[1000];
  for (ssize_t got = 0; (got = ::read(fd, some, sizeof some)) > 0;) out.append(some, static_cast<std::size_t>(got));
  return out;
}

ColmenaKey key(ColmenaKey::From from, std::string text, std::vector<std::string> command = {}) {
  ColmenaKey out;
  out.from = from;
  out.text = std::move(text);
  out.command = std::move(command);
  return out;
}

ColmenaKey program(const std::string& script) { return key(ColmenaKey::From::Command, "", {"sh", "-c", script}); }

TEST(KeyPipe, TextsFilesAndProgramsArriveWithTheEnd) {
  const test::TempDir directory;
  const std::string big(300'000, 'k');
  ASSERT_TRUE(base::writeFileAtomic(directory.at("secret"), big));
  const ColmenaKey keys[] = {key(ColmenaKey::From::Text, "word"), key(ColmenaKey::From::Text, ""),
                             key(ColmenaKey::From::File, directory.path() + "/secret"),
                             program("head -c 300000 /dev/zero | tr '\\0' k; echo talk >&2"),
                             program("exec 2>&-; printf x; exec 1>&-; sleep 0.1")};
  const std::string expected[] = {"word", "", big, big, "x"};
  for (std::size_t i = 0; i < std::size(keys); ++i) {
    auto pipe = KeyPipe::open(keys[i]);
    ASSERT_TRUE(pipe) << pipe.error().message;
    EXPECT_EQ(all(pipe->reading()), expected[i] + std::string(kKeyEnd)) << i;
    EXPECT_TRUE(pipe->end()) << i;
  }
}

TEST(KeyPipe, WhatFailsHasNoEnd) {
  const auto one = program("printf half; echo why >&2; exit 4");
  auto pipe = KeyPipe::open(one);
  ASSERT_TRUE(pipe);
  EXPECT_EQ(all(pipe->reading()), "half");
  const auto ended = pipe->end();
  ASSERT_FALSE(ended);
  EXPECT_NE(ended.error().message.find("exit status 4: why"), std::string::npos) << ended.error().message;
}

TEST(KeyPipe, WhatIsNotThereIsSaidAtOnce) {
  EXPECT_FALSE(KeyPipe::open(key(ColmenaKey::From::File, "/no/such")));
  EXPECT_FALSE(KeyPipe::open(key(ColmenaKey::From::File, "/dev/zero")));
  EXPECT_FALSE(KeyPipe::open(key(ColmenaKey::From::Command, "", {"no-such-program"})));
}

TEST(KeyPipe, AProgramIsEndedWithItsReader) {
  for (const char* script : {"sleep 60", "exec 1>&- 2>&-; sleep 60", "yes"}) {
    const base::Stopwatch watch;
    const auto one = program(script);
    auto pipe = KeyPipe::open(one);
    ASSERT_TRUE(pipe);
    static_cast<void>(pipe->end());
    EXPECT_LT(watch.elapsed().count(), 20'000'000'000) << script;
  }
}

}  // namespace
}  // namespace fleetd::deploy
