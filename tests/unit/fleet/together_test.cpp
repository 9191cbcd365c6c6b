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
  out.homes = {"ada"};
  out.json = R"({"a":1})";
  return out;
}

std::string sampleBytes() {
  base::RecordWriter out;
  writeResult(out, sample());
  return out.take();
}

TEST(Together, AResultArrivesAsItWas) {
  const std::string bytes = sampleBytes() + "rest";
  base::RecordReader in(bytes);
  const SharedResult sent = sample();
  SharedResult got;
  ASSERT_TRUE(readResult(in, got));
  EXPECT_EQ(got.counts.options, 7u);
  EXPECT_EQ(got.counts.unknown, 2u);
  EXPECT_EQ(got.system, sent.system);
  EXPECT_EQ(got.aggregates, sent.aggregates);
  EXPECT_EQ(got.imported, sent.imported);
  EXPECT_EQ(got.homes, sent.homes);
  EXPECT_EQ(got.json, sent.json);
  EXPECT_EQ(in.rest(), "rest");
}

TEST(Together, NothingIsTakenOfWhatIsCutOff) {
  const std::string bytes = sampleBytes();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    base::RecordReader in(std::string_view(bytes).substr(0, size));
    SharedResult got;
    EXPECT_FALSE(readResult(in, got)) << size;
  }
}

TEST(Together, LengthsBeyondTheEndAreRefused) {
  std::string bytes(sizeof(Counts), '\0');
  bytes.append(8, '\xff');
  base::RecordReader in(bytes);
  SharedResult got;
  EXPECT_FALSE(readResult(in, got));
}

}  // namespace
}  // namespace fleetd::fleet
