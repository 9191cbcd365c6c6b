// Results of workers: all of a finding arrives, and only what the parent can look up is sent.
#include "kernel/render/worker_result.hpp"

#include <gtest/gtest.h>

namespace fleetd::render {
namespace {

WorkerResult sample() {
  WorkerResult out;
  out.host.system = "aarch64-darwin";
  Diagnostic d;
  d.code = base::Code::FL0402;
  d.severity = base::Severity::Warning;
  d.message = "the option `a` does not exist";
  d.span = {3, 9};
  d.labels = {{{20, 25}, "also here"}};
  d.notes = {"one", "two"};
  d.fixes = {{"write `b`", {{{3, 9}, "b"}}}};
  d.host = "barn";
  d.option = "a";
  d.file = "/x.nix";
  out.found = {d};
  out.toCheck = {{"nixos", {"barn", std::string("\x80\0", 2)}}};
  out.files = {"/x.nix"};
  return out;
}

TEST(WorkerResult, AllOfItArrives) {
  const WorkerResult sent = sample();
  const auto got = decodeWorkerResult(encode(sent));
  ASSERT_TRUE(got);
  EXPECT_EQ(got->host.system, "aarch64-darwin");
  ASSERT_EQ(got->found.size(), 1u);
  const Diagnostic &a = sent.found[0], &b = got->found[0];
  EXPECT_EQ(std::tie(b.code, b.severity, b.message, b.span, b.notes, b.host, b.option, b.file),
            std::tie(a.code, a.severity, a.message, a.span, a.notes, a.host, a.option, a.file));
  ASSERT_EQ(b.labels.size(), 1u);
  EXPECT_EQ(b.labels[0].span, a.labels[0].span);
  EXPECT_EQ(b.labels[0].text, "also here");
  ASSERT_EQ(b.fixes.size(), 1u);
  EXPECT_EQ(b.fixes[0].message, "write `b`");
  ASSERT_EQ(b.fixes[0].edits.size(), 1u);
  EXPECT_EQ(b.fixes[0].edits[0].span, a.fixes[0].edits[0].span);
  EXPECT_EQ(b.fixes[0].edits[0].replacement, "b");
  ASSERT_EQ(got->toCheck.size(), 1u);
  EXPECT_EQ(got->toCheck[0].first, "nixos");
  EXPECT_EQ(got->toCheck[0].second.name, "barn");
  EXPECT_EQ(got->toCheck[0].second.document, sent.toCheck[0].second.document);
  EXPECT_EQ(got->files, sent.files);
}

TEST(WorkerResult, NothingOfWhatIsNotWhole) {
  const std::string bytes = encode(sample());
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(decodeWorkerResult(std::string_view(bytes).substr(0, size))) << size;
  EXPECT_FALSE(decodeWorkerResult(bytes + "x"));
}

TEST(WorkerResult, EachPlaceOfAFindingCounts) {
  Diagnostic d = sample().found[0];
  EXPECT_TRUE(isBelow(d, 25));
  EXPECT_FALSE(isBelow(d, 24));
  d.labels.clear();
  EXPECT_TRUE(isBelow(d, 9));
  EXPECT_FALSE(isBelow(d, 8));
  d.span = {};
  EXPECT_FALSE(isBelow(d, 8));  // the edit
  d.fixes.clear();
  EXPECT_TRUE(isBelow(d, 0));
}

}  // namespace
}  // namespace fleetd::render
