// Results of workers: what is sent arrives, and what is cut off is noticed.
#include "kernel/fleet/together.hpp"

#include <gtest/gtest.h>

namespace fleetd::fleet {
namespace {

SharedResult sample() {
  SharedResult out;
  out.counts.options = 7;
  out.counts.unknown = 2;
  out.system = "x86_64-linux";
  out.aggregates = {"core", "web"};
  out.imported = {"nixos.core", "nixos.web", "homeManager.base"};
  out.json = R"({"a":1})";
  return out;
}

TEST(Together, AResultArrivesAsItWas) {
  std::string bytes;
  const SharedResult sent = sample();
  appendResult(bytes, &sent);
  appendResult(bytes, nullptr);
  std::string_view in = bytes;
  bool there = false;
  SharedResult got;
  ASSERT_TRUE(takeResult(&in, &there, &got));
  EXPECT_TRUE(there);
  EXPECT_EQ(got.counts.options, 7u);
  EXPECT_EQ(got.counts.unknown, 2u);
  EXPECT_EQ(got.system, sent.system);
  EXPECT_EQ(got.aggregates, sent.aggregates);
  EXPECT_EQ(got.imported, sent.imported);
  EXPECT_EQ(got.json, sent.json);
  ASSERT_TRUE(takeResult(&in, &there, &got));
  EXPECT_FALSE(there);
  EXPECT_TRUE(in.empty());
  EXPECT_FALSE(takeResult(&in, &there, &got));
}

TEST(Together, NothingIsTakenOfWhatIsCutOff) {
  std::string bytes;
  const SharedResult sent = sample();
  appendResult(bytes, &sent);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    std::string_view in = std::string_view(bytes).substr(0, size);
    bool there = false;
    SharedResult got;
    EXPECT_FALSE(takeResult(&in, &there, &got)) << size;
  }
}

TEST(Together, LengthsBeyondTheEndAreRefused) {
  std::string bytes(1, '\1');
  bytes.append(sizeof(Counts), '\0');
  bytes.append(8, '\xff');
  std::string_view in = bytes;
  bool there = false;
  SharedResult got;
  EXPECT_FALSE(takeResult(&in, &there, &got));
}

}  // namespace
}  // namespace fleetd::fleet
