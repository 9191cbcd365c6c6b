// A line read into locked memory, and the pipe that hands it on.
#include "kernel/process/secret.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include "kernel/base/file.hpp"

namespace fleetd::process {
namespace {

// A pipe that holds a text and ends.
UniqueFd holding(std::string_view text) {
  base::Pipe pipe = base::makePipe();
  EXPECT_EQ(::write(pipe.write.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  return std::move(pipe.read);
}

TEST(Secret, OneLineAndNotMore) {
  const UniqueFd from = holding("pass word\\\nrest");
  const auto secret = Secret::readLine(from.get());
  ASSERT_TRUE(secret);
  EXPECT_EQ((*secret)->bytes(), "pass word\\");
  EXPECT_EQ(*base::readDescriptor(from.get(), "rest"), "rest");
}

TEST(Secret, Refuses) {
  EXPECT_EQ(Secret::readLine(holding("").get()).error().code, base::Code::FL0903);
  EXPECT_EQ(Secret::readLine(holding("\nx").get()).error().code, base::Code::FL0903);
  EXPECT_EQ(Secret::readLine(holding(std::string(Secret::kMost + 1, 'x')).get()).error().code, base::Code::FL0903);
  EXPECT_TRUE(Secret::readLine(holding("no end").get()));
}

TEST(Secret, PipeGivesAllInOrder) {
  const auto secret = Secret::readLine(holding("one\n").get());
  ASSERT_TRUE(secret);
  const UniqueFd rest = holding("three\n");
  const auto pipe = secretPipe(*secret, "two\n", rest.get());
  ASSERT_TRUE(pipe);
  EXPECT_EQ(*base::readDescriptor(pipe->get(), "pipe"), "one\ntwo\nthree\n");
  const auto alone = secretPipe(*secret, "", -1);
  ASSERT_TRUE(alone);
  EXPECT_EQ(*base::readDescriptor(alone->get(), "pipe"), "one\n");
}

TEST(Secret, AReaderThatLeavesEndsNobody) {
  const auto secret = Secret::readLine(holding("one\n").get());
  ASSERT_TRUE(secret);
  { const auto pipe = secretPipe(*secret, std::string(1 << 20, 'x'), -1); }
  const auto again = secretPipe(*secret, "", -1);
  EXPECT_EQ(*base::readDescriptor(again->get(), "pipe"), "one\n");
}

}  // namespace
}  // namespace fleetd::process
