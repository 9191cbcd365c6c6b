// The conformance cases of the language: lang/okay prints exactly what Nix prints, lang/fail fails with Nix's words at
// Nix's line.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

#include "kernel/base/big_stack.hpp"
#include "kernel/base/json.hpp"
#include "kernel/lang/evaluator.hpp"
#include "kernel/lang/json_value.hpp"

namespace fleetd::lang {
namespace {

std::string directoryOf(const std::string& kind) { return FLEETD_CONFORMANCE_DIR "/lang/" + kind; }

std::vector<std::string> cases(const std::string& kind) {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(directoryOf(kind)))
    if (entry.path().extension() == ".nix") out.push_back(entry.path().stem().string());
  std::sort(out.begin(), out.end());
  return out;
}

std::string readText(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string withDirectory(std::string text, const std::string& directory) {
  for (std::size_t at = 0; (at = text.find("@DIR@", at)) != std::string::npos; at += directory.size())
    text.replace(at, 5, directory);
  return text;
}

struct Case {
  base::SourceMap sources;
  base::SymbolTable symbols;
  std::unique_ptr<Evaluator> ev;
  Value result;

  // The strict value as JSON, like `nix-instantiate --eval --strict --json`.
  explicit Case(const std::string& path) {
    const auto ran = base::runOnBigStack([&] {
      ev = std::make_unique<Evaluator>(sources, symbols, Purity::Command);
      ev->onTrace = [](std::string_view) {};
      result = toJson(*ev, ev->forceDeep(ev->evalFile(path)));
    });
    EXPECT_TRUE(ran.ok());
  }

  // Where a person is sent: the error's own place, else the innermost frame inside `file`.
  base::Location place(const std::string& file) const {
    const EvalError& error = *result.error;
    if (error.pos != 0) return sources.locate(error.pos);
    for (const Frame* frame = error.frames; frame; frame = frame->outer)
      if (const base::Location at = sources.locate(frame->pos); at.file && at.file->name == file) return at;
    return {};
  }
};

class LangOkay : public testing::TestWithParam<std::string> {};
class LangFail : public testing::TestWithParam<std::string> {};

TEST_P(LangOkay, Value) {
  const std::string path = directoryOf("okay") + "/" + GetParam();
  const Case run(path + ".nix");
  ASSERT_FALSE(run.result.isError()) << run.result.error->message;
  ASSERT_TRUE(run.result.is(Tag::String));
  EXPECT_EQ(withDirectory(readText(path + ".json"), directoryOf("okay")), std::string(run.result.string()) + "\n");
}

std::string_view kindName(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::Throw: return "throw";
    case ErrorKind::Assertion: return "assertion";
    case ErrorKind::Abort: return "abort";
    case ErrorKind::Type: return "type";
    case ErrorKind::UndefinedVariable: return "undefined-variable";
    case ErrorKind::MissingAttr: return "missing-attribute";
    case ErrorKind::DuplicateAttr: return "duplicate-attribute";
    case ErrorKind::InfiniteRecursion: return "infinite-recursion";
    case ErrorKind::Arguments: return "arguments";
    case ErrorKind::Overflow: return "overflow";
    case ErrorKind::Range: return "range";
    case ErrorKind::Regex: return "regex";
    case ErrorKind::Data: return "data";
    case ErrorKind::File:
    case ErrorKind::TooLarge: return "file";
    case ErrorKind::Value: return "value";
    case ErrorKind::StackOverflow: return "stack-overflow";
    case ErrorKind::Syntax: return "syntax";
    case ErrorKind::Budget: return "budget";
    case ErrorKind::Module: return "module";
  }
  return "";
}

TEST_P(LangFail, Error) {
  const std::string path = directoryOf("fail") + "/" + GetParam();
  auto expected = base::parseJson(withDirectory(readText(path + ".err"), directoryOf("fail")));
  ASSERT_TRUE(expected.ok());
  const Case run(path + ".nix");
  ASSERT_TRUE(run.result.isError());
  EXPECT_EQ(expected->stringOr("kind", ""), kindName(run.result.error->kind));
  EXPECT_NE(run.result.error->message.find(expected->stringOr("message", "")), std::string_view::npos)
      << "expected " << expected->stringOr("message", "") << "\nbut found " << run.result.error->message;

  const base::Json* line = expected->find("line");
  if (!line || !line->asInt()) {
    const base::Json* frame = expected->find("frame");
    line = frame ? frame->find("line") : nullptr;
  }
  if (!line || !line->asInt()) return;
  const std::string file(expected->stringOr("file", path + ".nix"));
  const base::Location at = run.place(file);
  ASSERT_NE(at.file, nullptr) << "no place";
  EXPECT_EQ(file, at.file->name);
  EXPECT_EQ(*line->asInt(), at.at.line);
}

std::string safeName(const testing::TestParamInfo<std::string>& info) {
  std::string out = info.param;
  for (char& c : out)
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  return out;
}

INSTANTIATE_TEST_SUITE_P(Cases, LangOkay, testing::ValuesIn(cases("okay")), safeName);
INSTANTIATE_TEST_SUITE_P(Cases, LangFail, testing::ValuesIn(cases("fail")), safeName);

}  // namespace
}  // namespace fleetd::lang
