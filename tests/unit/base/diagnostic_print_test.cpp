// What a user sees: exact texts.
#include "kernel/base/diagnostic_print.hpp"

#include <gtest/gtest.h>

#include "tests/unit/base/diagnostic_helpers.hpp"

namespace fleetd::base {
namespace {

class Print : public DiagnosticTest {};

TEST_F(Print, ExcerptCaretLabelNotesAndFixes) {
  std::string text(11, '\n');
  const SourceFile* file = *sources_.add("/repo/hosts/web1.nix", text + "  services.ngnix.enable = true;\n");
  Diagnostic d = diagnostic(at(*file, "ngnix"));
  d.labels.push_back({d.span, "no such option"});
  d.notes = {"a note\nof two lines"};
  d.fixes.push_back({"did you mean `services.nginx`?", {}});
  d.host = "web1";
  EXPECT_EQ(formatDiagnostic(d, sources_, {.root = "/repo"}),
            "error[FL0101]: this is wrong\n"
            "    ┌─ hosts/web1.nix:12:12\n"
            "12 │   services.ngnix.enable = true;\n"
            "   │            ^^^^^ no such option\n"
            "   = a note\n"
            "     of two lines\n"
            "   = did you mean `services.nginx`?\n"
            "   = on host web1\n");
}

TEST_F(Print, SecondaryLabelsInOrderAndOtherFiles) {
  const SourceFile* a = *sources_.add("a.nix", "one\ntwo\nthree\nfour\n");
  const SourceFile* b = *sources_.add("b.nix", "other\n");
  Diagnostic d = diagnostic(at(*a, "four"));
  d.severity = Severity::Warning;
  d.labels = {{at(*b, "other"), "and here"}, {at(*a, "one"), "first"}, {at(*a, "wo"), "second"}};
  EXPECT_EQ(formatDiagnostic(d, sources_),
            "warning[FL0101]: this is wrong\n"
            "   ┌─ a.nix:4:1\n"
            "1 │ one\n"
            "  │ --- first\n"
            "2 │ two\n"
            "  │  -- second\n"
            "  ·\n"
            "4 │ four\n"
            "  │ ^^^^\n"
            "   ├─ b.nix:1:1\n"
            "1 │ other\n"
            "  │ ----- and here\n");
}

TEST_F(Print, WithoutAPlace) {
  Diagnostic d = diagnostic({});
  d.message = "two\nlines";
  EXPECT_EQ(formatDiagnostic(d, sources_), "error[FL0101]: two\n  lines\n");
  d.file = "/repo/flake.lock";
  EXPECT_EQ(formatDiagnostic(d, sources_, {.root = "/repo/"}), "error[FL0101]: two\n  lines\n   ┌─ flake.lock\n");
}

TEST_F(Print, EndOfFileAndMultiLineSpans) {
  const SourceFile* file = *sources_.add("f", "{\n  a = 1;\n");
  EXPECT_EQ(formatDiagnostic(diagnostic({file->whole().end, file->whole().end}), sources_),
            "error[FL0101]: this is wrong\n   ┌─ f:3:1\n3 │ \n  │ ^\n");
  EXPECT_EQ(formatDiagnostic(diagnostic(file->whole()), sources_),
            "error[FL0101]: this is wrong\n   ┌─ f:1:1\n1 │ {\n  │ ^\n");
}

TEST_F(Print, ColourOnlyWhenAsked) {
  const SourceFile* file = *sources_.add("f", "x\x1b[2J\n");
  Diagnostic d = diagnostic(file->whole());
  d.message = "evil \x1b]0;x\x07";
  PrintOptions colored;
  colored.color = true;
  EXPECT_EQ(formatDiagnostic(d, sources_).find('\x1b'), std::string::npos);
  EXPECT_NE(formatDiagnostic(d, sources_, colored).find("\x1b[1;31merror[FL0101]\x1b[0m"), std::string::npos);
  EXPECT_EQ(formatDiagnostic(d, sources_, colored).find("\x1b[2J"), std::string::npos);
}

TEST_F(Print, LabelsOfALongLineShowTheirOwnPart) {
  const std::string line = "begin" + std::string(1000, ' ') + "end";
  const SourceFile* file = *sources_.add("f", line);
  Diagnostic d = diagnostic(at(*file, "begin"));
  d.labels.push_back({at(*file, "end"), "far away"});
  const std::string out = formatDiagnostic(d, sources_);
  EXPECT_NE(out.find("^^^^^\n"), std::string::npos) << out;
  EXPECT_NE(out.find(" end\n"), std::string::npos) << out;
  EXPECT_LT(out.size(), 1000u);
}

TEST_F(Print, Json) {
  const SourceFile* file = *sources_.add("/r/a.nix", "x\nyy = 1;\n");
  Diagnostic d = diagnostic(at(*file, "yy"));
  d.host = "h";
  d.option = "a.b";
  d.labels.push_back({at(*file, "1"), "here"});
  d.notes.emplace_back("n");
  d.fixes.push_back({"use z", {{d.span, "z"}}});
  EXPECT_EQ(
      diagnosticJson(d, sources_, "/r"),
      R"({"code":"FL0101","severity":"error","message":"this is wrong","file":"a.nix","line":2,"column":1,"endLine":2,"endColumn":3,)"
      R"("host":"h","option":"a.b","labels":[{"file":"a.nix","line":2,"column":6,"endLine":2,"endColumn":7,"text":"here"}],)"
      R"("notes":["n"],"fixes":[{"message":"use z","edits":[{"file":"a.nix","line":2,"column":1,"endLine":2,"endColumn":3,"replacement":"z"}]}]})");
  Diagnostic bare;
  bare.file = "/r/f";
  EXPECT_EQ(
      diagnosticJson(bare, sources_, "/r"),
      R"({"code":"FL0001","severity":"error","message":"","file":"f","line":null,"column":null,"endLine":null,"endColumn":null,)"
      R"("host":"","option":"","labels":[],"notes":[],"fixes":[]})");
}

TEST_F(Print, ShownPath) {
  EXPECT_EQ(shownPath("/a/b/c", "/a/b"), "c");
  EXPECT_EQ(shownPath("/a/bc", "/a/b"), "/a/bc");
  EXPECT_EQ(shownPath("/a/b", "/a/b"), "/a/b");
  EXPECT_EQ(shownPath("/a/b", ""), "/a/b");
}

}  // namespace
}  // namespace fleetd::base
