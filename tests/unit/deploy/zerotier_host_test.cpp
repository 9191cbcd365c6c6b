// What the script on the host prints.
#include "kernel/deploy/zerotier_host.hpp"

#include <gtest/gtest.h>

#include <fmt/format.h>

namespace fleetd::deploy::zerotier {
namespace {

using base::Code;

std::string answer(const std::string& text) { return fmt::format("answer {}\n{}\n", text.size(), text); }

TEST(ZerotierHost, Answers) {
  const auto said =
      readSaid("collision\n" + answer("{\"a\":\n1}\n200 0") + answer("\n404 0") + "pong fd00::1\nsilent fd00::2\n", 2);
  ASSERT_TRUE(said);
  EXPECT_TRUE(said->collision);
  EXPECT_EQ(said->answers[0].body, "{\"a\":\n1}");
  EXPECT_EQ(said->answers[1].status, 404);
  EXPECT_EQ(said->answers[1].body, "");
  EXPECT_EQ(said->pongs, std::vector<std::string>{"fd00::1"});
}

TEST(ZerotierHost, ABodyCannotPretend) {
  const auto said = readSaid(answer("answer 5\nrefuse curl\npong fd00::1\n200 0"), 1);
  ASSERT_TRUE(said);
  EXPECT_TRUE(said->pongs.empty());
  EXPECT_EQ(said->answers.size(), 1u);
}

TEST(ZerotierHost, Failures) {
  const std::pair<std::string, Code> cases[] = {{"refuse curl\n", Code::FL0871},
                                                {"refuse rights\n", Code::FL0871},
                                                {"refuse what\n", Code::FL0874},
                                                {answer("\n000 7"), Code::FL0872},
                                                {answer("\n000 28"), Code::FL0872},
                                                {answer("\n000 52"), Code::FL0874},
                                                {answer("{}\n401 0"), Code::FL0873},
                                                {"", Code::FL0874},
                                                {"answer 99\nx\n", Code::FL0874},
                                                {"answer -1\nx\n", Code::FL0874},
                                                {answer("x"), Code::FL0874},
                                                {answer("x\n200"), Code::FL0874},
                                                {answer("\n200 0") + answer("\n200 0"), Code::FL0874},
                                                {"motd\n", Code::FL0874}};
  for (const auto& [text, code] : cases) {
    const auto said = readSaid(text, 1);
    ASSERT_FALSE(said) << text;
    EXPECT_EQ(said.error().code, code) << text;
  }
}

}  // namespace
}  // namespace fleetd::deploy::zerotier
