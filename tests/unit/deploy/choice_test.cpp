// What is chosen, what is remembered, what is told.
#include "kernel/deploy/choice.hpp"

#include <gtest/gtest.h>

#include "kernel/base/file.hpp"
#include "tests/support/greeter.hpp"
#include "tests/support/temp_dir.hpp"

namespace fleetd::deploy {
namespace {

using test::Greeter;

constexpr char kSsh[] = "SSH-2.0-test\r\n";

Reach at(const Greeter& server, std::string from) {
  return {{"root", "127.0.0.1", server.port(), {}, {}, false}, std::move(from), {}};
}

class ChoiceTest : public ::testing::Test {
 protected:
  test::TempDir directory_;
  Choosing how() const { return {nullptr, directory_.path() + "/ways"}; }
};

TEST_F(ChoiceTest, TheOnlyOneIsTakenUnasked) {
  const Greeter closed("", false);
  EXPECT_TRUE(choose("web", {at(closed, "a")}, how()));
}

TEST_F(ChoiceTest, WhatWasTriedIsTold) {
  const Greeter closed("", false), open(kSsh), shut("", false);
  const auto chosen = choose("web", {at(closed, "network a (x)"), at(open, "network b (y)")}, how());
  ASSERT_TRUE(chosen);
  EXPECT_EQ(chosen->from, "network b (y)");
  ASSERT_EQ(chosen->tried.size(), 1u);
  EXPECT_NE(chosen->tried[0].find("network a (x): Connection refused"), std::string::npos) << chosen->tried[0];
  const auto none = choose("web", {at(closed, "a"), at(shut, "b")}, {});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, base::Code::FL0815);
  EXPECT_NE(none.error().message.find("by b: Connection refused"), std::string::npos);
}

TEST_F(ChoiceTest, WhatAnsweredLastIsAskedFirst) {
  const Greeter closed("", false), open(kSsh);
  const std::vector<Reach> reaches{at(closed, "a"), at(open, "b")};
  ASSERT_TRUE(choose("web", reaches, how()));
  const auto again = choose("web", reaches, how());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->from, "b");
  EXPECT_TRUE(again->tried.empty());
  EXPECT_EQ(choose("db", reaches, how())->tried.size(), 1u);
  forgetChoice(how().directory, "web");
  EXPECT_EQ(choose("web", reaches, how())->tried.size(), 1u);
}

TEST_F(ChoiceTest, WhatNoLongerAnswersIsForgotten) {
  const Greeter better(kSsh);
  std::vector<Reach> reaches;
  {
    const Greeter closed("", false), worse(kSsh);
    reaches = {at(closed, "a"), at(worse, "b"), at(better, "c")};
    EXPECT_EQ(choose("web", reaches, how())->from, "b");
  }
  EXPECT_EQ(choose("web", reaches, how())->from, "c");
  EXPECT_TRUE(choose("web", reaches, how())->tried.empty());
}

TEST_F(ChoiceTest, OldAndBrokenRecordsAreNone) {
  const Greeter closed("", false), open(kSsh);
  const std::vector<Reach> reaches{at(closed, "a"), at(open, "b")};
  ASSERT_TRUE(choose("web", reaches, how()));
  const auto files = base::listDir(how().directory);
  ASSERT_TRUE(files);
  ASSERT_EQ(files->size(), 1u);
  const std::string file = how().directory + "/" + files->front().name;
  const std::string good = *base::readFile(file);
  auto old = good;
  old.replace(old.find("\"at\":") + 5, 2, "11");  // some time in the eighties
  for (const std::string& text :
       {std::string("{"), std::string("[]"), std::string("{\"at\":\"x\"}"), old, std::string(9000, ' ')}) {
    ASSERT_TRUE(base::writeFileAtomic(file, text));
    EXPECT_EQ(choose("web", reaches, how())->tried.size(), 1u) << text.substr(0, 40);
  }
}

}  // namespace
}  // namespace fleetd::deploy
