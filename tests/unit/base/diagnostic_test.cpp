// Diagnostics as a sink.
#include "kernel/base/diagnostic.hpp"

#include <gtest/gtest.h>

namespace fleetd::base {
namespace {

TEST(Diagnostics, FromErrorKeepsEverything) {
  const Diagnostic d = Diagnostic::from({Code::FL0002, "cannot read x", "check it", {3, 4}});
  EXPECT_EQ(d.code, Code::FL0002);
  EXPECT_EQ(d.severity, Severity::Error);
  EXPECT_EQ(d.message, "cannot read x");
  EXPECT_EQ(d.notes, std::vector<std::string>{"check it"});
  EXPECT_EQ(d.span, (Span{3, 4}));
}

TEST(Diagnostics, SortsAndDropsDuplicates) {
  Diagnostics sink;
  EXPECT_FALSE(sink.hasErrors());
  sink.add(Error{Code::FL0101, "b", "", {9, 10}});
  sink.add(Error{Code::FL0101, "a", "", {2, 3}});
  sink.add(Error{Code::FL0101, "b", "", {9, 10}});
  Diagnostic note;
  note.severity = Severity::Note;
  note.message = "n";
  sink.add(note);
  EXPECT_EQ(sink.count(Severity::Error), 3u);
  EXPECT_EQ(sink.count(Severity::Note), 1u);
  const auto sorted = sink.sorted();
  ASSERT_EQ(sorted.size(), 3u);
  EXPECT_EQ(sorted[0].message, "n");
  EXPECT_EQ(sorted[1].message, "a");
  EXPECT_EQ(sorted[2].message, "b");
}

}  // namespace
}  // namespace fleetd::base
