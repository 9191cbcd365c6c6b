// The native lib against nixpkgs' own: values of several hundred expressions (expected/ was written by
// oracle.py), and the names there are.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "kernel/base/source.hpp"
#include "kernel/base/symbol.hpp"
#include "kernel/compose/compose.hpp"
#include "kernel/lang/evaluator.hpp"
#include "kernel/lang/lib/lib.hpp"
#include "kernel/lang/prims/support.hpp"
#include "kernel/lang/unknown.hpp"

namespace fleetd::lang {

namespace {

const std::filesystem::path kRoot = std::filesystem::path(FLEETD_CONFORMANCE_DIR) / "lib";

std::string readAll(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

class Native {
 public:
  Native() : ev(sources_, symbols_, Purity::Command) {
    ev.onTrace = [](std::string_view) {};
    compose::installCompose(ev);
  }

  std::string json(Value v) {
    if (!v.isError()) v = prims::applyPrim(ev, findPrim("toJSON"), {v}, 0);
    if (v.isError()) return "error: " + std::string(v.error->message);
    return v.isUnknown() ? "unknown: " + printUnknown(ev, v) : std::string(v.string());
  }
  Value fromJson(const std::filesystem::path& path) {
    return prims::applyPrim(ev, findPrim("fromJSON"), {ev.string(readAll(path))}, 0);
  }
  std::vector<std::string> names(Value set) const {
    std::vector<std::string> out;
    for (const Attr* attr : ev.sortedByName(set.attrs)) out.emplace_back(ev.text(attr->name));
    return out;
  }

 private:
  base::SourceMap sources_;
  base::SymbolTable symbols_;

 public:
  Evaluator ev;
};

std::vector<std::string> caseFiles() {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(kRoot / "cases"))
    if (entry.path().extension() == ".nix") out.push_back(entry.path().stem().string());
  std::sort(out.begin(), out.end());
  return out;
}

class LibCases : public testing::TestWithParam<std::string> {};

// The names below a path of lib, or nothing when that is no set.
std::set<std::string> namesBelow(Native& native, std::string_view path) {
  Value set = native.ev.lib();
  while (!path.empty() && set.is(Tag::Attrs)) {
    const std::size_t dot = std::min(path.find('.'), path.size());
    set = native.ev.select(set, native.ev.symbol(path.substr(0, dot)), 0);
    path = dot == path.size() ? std::string_view() : path.substr(dot + 1);
  }
  if (!set.is(Tag::Attrs)) return {};
  const auto names = native.names(set);
  return {names.begin(), names.end()};
}

// Names of nixpkgs' lib that the native one has not, and why.
std::set<std::string> exceptions() {
  std::set<std::string> out;
  std::istringstream lines(readAll(kRoot / "missing.txt"));
  for (std::string line; std::getline(lines, line);)
    if (!line.empty() && line[0] != '#') out.insert(line.substr(0, line.find(' ')));
  return out;
}

}  // namespace

TEST_P(LibCases, AsNixpkgs) {
  Native native;
  const Value expected = native.fromJson(kRoot / "expected" / (GetParam() + ".json"));
  ASSERT_TRUE(expected.is(Tag::Attrs)) << native.json(expected);
  const Value lib = GetParam() == "home" ? homeLib(native.ev) : native.ev.lib();
  const Value function = native.ev.evalFile(kRoot / "cases" / (GetParam() + ".nix"));
  const Value actual = function.isError() ? function : native.ev.call(function, native.ev.attrs({{"lib", lib}}), 0);
  ASSERT_TRUE(actual.is(Tag::Attrs)) << native.json(actual);
  EXPECT_EQ(native.names(actual), native.names(expected)) << "write expected/ again with oracle.py";
  for (const Attr* attr : native.ev.sortedByName(expected.attrs))
    if (const Attr* found = actual.attrs->find(attr->name)) {
      EXPECT_EQ(native.json(found->value), native.json(attr->value))
          << GetParam() << ": " << native.ev.text(attr->name);
    }
}

INSTANTIATE_TEST_SUITE_P(Files, LibCases, testing::ValuesIn(caseFiles()), [](const auto& file) { return file.param; });

TEST(LibNames, AllOfNixpkgs) {
  Native native;
  const Value expected = native.fromJson(kRoot / "expected" / "names.json");
  ASSERT_TRUE(expected.is(Tag::Attrs)) << native.json(expected);
  const std::set<std::string> known = exceptions();
  std::set<std::string> missing;
  for (const Attr* attr : native.ev.sortedByName(expected.attrs)) {
    const std::string path(native.ev.text(attr->name));
    if (path.find('.') == std::string::npos && namesBelow(native, "").count(path) == 0) missing.insert(path);
    const Value list = native.ev.force(attr->value);
    if (!list.is(Tag::List)) continue;
    const std::set<std::string> found = namesBelow(native, path);
    for (const Value& name : list.list())
      if (const std::string text(native.ev.force(name).string()); found.count(text) == 0)
        missing.insert(path + "." + text);
  }
  for (const std::string& name : missing) EXPECT_TRUE(known.count(name)) << "lib." << name << " is missing";
  for (const std::string& name : known)
    EXPECT_TRUE(missing.count(name)) << "lib." << name << " is there: take it off missing.txt";
}

}  // namespace fleetd::lang
