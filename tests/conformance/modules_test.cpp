// The conformance cases of the module system: modules/okay and modules/fail, with Nix's own results.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "tests/unit/compose/helpers.hpp"

namespace fleetd::compose::test {
namespace {

std::string root() { return FLEETD_CONFORMANCE_DIR "/modules"; }

std::vector<std::string> cases(const std::string& kind) {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(root() + "/" + kind))
    out.push_back(entry.path().filename().string());
  std::sort(out.begin(), out.end());
  return out;
}

lang::Value evaluate(Nix& nix, const std::string& directory) {
  const lang::Value fn = nix.ev.evalFile(directory + "/main.nix");
  if (fn.isError()) return fn;
  const lang::Value modules = nix.ev.call(fn, nix.ev.attrs({{"lib", nix.ev.lib()}}), 0);
  if (modules.isError()) return modules;
  const lang::Value args = nix.ev.attrs({{"modules", modules}, {"specialArgs", nix.ev.attrs({})}});
  const lang::Value result = nix.ev.call(nix.ev.select(nix.ev.lib(), nix.ev.symbol("evalModules"), 0), args, 0);
  return nix.ev.select(result, nix.ev.symbol("config"), 0);
}

base::Json parsed(const std::string& path, const std::string& directory) {
  auto json = base::parseJson(replaced(readText(path), "@DIR@", directory));
  EXPECT_TRUE(json.ok()) << path;
  return json.ok() ? std::move(*json) : base::Json();
}

class ModulesOkay : public testing::TestWithParam<std::string> {};
class ModulesFail : public testing::TestWithParam<std::string> {};

TEST_P(ModulesOkay, Value) {
  const std::string directory = root() + "/okay/" + GetParam();
  Nix nix;
  base::Json got;
  lang::Value error;
  ASSERT_TRUE(toJson(nix.ev, evaluate(nix, directory), &got, &error)) << error.error->message;
  std::string where;
  EXPECT_TRUE(sameJson(parsed(directory + "/expected.json", directory), got, &where)) << "at " << where << "\n"
                                                                                      << base::toJsonText(got);

  std::vector<std::string> expected;
  if (std::filesystem::exists(directory + "/expected-warnings.json")) {
    const base::Json json = parsed(directory + "/expected-warnings.json", directory);
    for (const base::Json& line : *json.asArray()) expected.push_back(*line.asString());
  }
  EXPECT_EQ(expected, nix.traces);
}

TEST_P(ModulesFail, Error) {
  const std::string directory = root() + "/fail/" + GetParam();
  Nix nix;
  base::Json got;
  lang::Value error;
  ASSERT_FALSE(toJson(nix.ev, evaluate(nix, directory), &got, &error)) << base::toJsonText(got);
  const lang::EvalError& e = *error.error;
  const base::Json expected = parsed(directory + "/expected-error.json", directory);

  const std::string message(e.message);
  for (const base::Json& part : *expected.find("substrings")->asArray())
    EXPECT_NE(message.find(*part.asString()), std::string::npos)
        << "missing: " << *part.asString() << "\nin: " << message;
  if (const std::string* option = expected.find("option")->asString()) {
    EXPECT_EQ(*option, e.option);
  }
  const auto files = filesOf(nix.ev, e, directory);
  for (const base::Json& file : *expected.find("files")->asArray())
    EXPECT_NE(std::find(files.begin(), files.end(), *file.asString()), files.end())
        << "not mentioned: " << *file.asString();
  if (const base::Json* position = expected.find("position"); position && position->asObject()) {
    const base::Location at = nix.sources.locate(e.pos);
    ASSERT_NE(at.file, nullptr);
    EXPECT_EQ(directory + "/" + *position->find("file")->asString(), at.file->name);
    EXPECT_EQ(*position->find("line")->asInt(), at.at.line);
    EXPECT_EQ(*position->find("column")->asInt(), at.at.column);
  }
}

std::string caseName(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Modules, ModulesOkay, testing::ValuesIn(cases("okay")), caseName);
INSTANTIATE_TEST_SUITE_P(Modules, ModulesFail, testing::ValuesIn(cases("fail")), caseName);

}  // namespace
}  // namespace fleetd::compose::test
