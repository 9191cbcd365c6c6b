#include "kernel/plugin/schema_lint.hpp"

#include <gtest/gtest.h>

namespace fleetd::plugin {
namespace {

namespace type = sdk::type;
using sdk::Attrs;
using sdk::List;

Schema with(sdk::OptionDecl option) { return {{std::move(option)}, {}}; }

std::vector<std::string> words(const Schema& schema) {
  std::vector<std::string> out;
  for (const auto& fault : lintSchema(schema)) out.push_back(fault.option + ": " + fault.what);
  return out;
}
using Words = std::vector<std::string>;

TEST(SchemaLint, IsContentWithAGoodOne) {
  EXPECT_EQ(words(with(sdk::declareOption("port", type::port(), "A port.", PluginValue(80)))), Words{});
  EXPECT_EQ(words(with(sdk::declareOption("later", type::package(), "One.", PluginValue(sdk::Package{"pkgs.hello"})))),
            Words{});
}

TEST(SchemaLint, WantsTexts) {
  EXPECT_EQ(words(with(sdk::declareOption("a", type::boolean(), ""))), Words{"a: it has no text"});
  auto hidden = sdk::declareOption("a", type::boolean(), "");
  hidden.hidden = true;
  EXPECT_EQ(words(with(hidden)), Words{});
  auto renamed = sdk::declareOption("a", type::boolean(), "");
  renamed.renamedTo = {"b"};
  EXPECT_EQ(words(with(renamed)), Words{});
}

TEST(SchemaLint, ComparesDefaultsWithTypes) {
  EXPECT_EQ(words(with(sdk::declareOption("a", type::port(), "A port.", PluginValue(70000)))),
            Words{"a: its default is not of its type"});
  EXPECT_EQ(words(with(sdk::declareOption("a", type::list(type::str()), "Texts.", PluginValue(List{"x", 1})))),
            Words{"a: its default is not of its type"});
}

TEST(SchemaLint, FindsTypesThatAllowNothing) {
  EXPECT_EQ(words(with(sdk::declareOption("a", type::integer(5, 4), "None."))),
            Words{"a: no integer is between 5 and 4"});
  EXPECT_EQ(words(with(sdk::declareOption("a", type::enumeration({}), "None."))),
            Words{"a: its enumeration has no values"});
  EXPECT_EQ(words(with(sdk::declareOption("a", type::enumeration({"x", "y", "x"}), "Two."))),
            Words{"a: its enumeration has a value twice"});
}

TEST(SchemaLint, LooksIntoSubmodulesAndRoles) {
  const auto inner = sdk::declareOption("b", type::boolean(), "");
  EXPECT_EQ(words(with(sdk::declareOption("a", type::map(type::submodule({inner})), "Many."))),
            Words{"a.b: it has no text"});
  Schema roles;
  roles.roles.push_back({"server", "", {inner}});
  roles.roles.back().minMachines = 3;
  roles.roles.back().maxMachines = 2;
  EXPECT_EQ(words(roles), (Words{"role server: it has no text", "role server: it wants more machines than it allows",
                                 "role server: b: it has no text"}));
}

TEST(SchemaLint, Fits) {
  const auto submodule = type::submodule({sdk::declareOption("x", type::integer(), "X.")});
  EXPECT_TRUE(fits(submodule, Attrs{{"x", 1}}));
  EXPECT_FALSE(fits(submodule, Attrs{{"x", "1"}}));
  EXPECT_FALSE(fits(submodule, Attrs{{"y", 1}}));
  EXPECT_TRUE(fits(type::submodule({}, type::str()), Attrs{{"y", "1"}}));
  EXPECT_TRUE(fits(type::nullable(type::str()), PluginValue()));
  EXPECT_FALSE(fits(type::str(), PluginValue()));
  EXPECT_TRUE(fits(type::either({type::str(), type::integer()}), PluginValue(1)));
  EXPECT_FALSE(fits(type::either({type::str(), type::integer()}), PluginValue(true)));
  EXPECT_TRUE(fits(type::number(), PluginValue(1)));
  EXPECT_TRUE(fits(type::integer(), PluginValue(sdk::Expr{"1"})));
  EXPECT_FALSE(fits(type::boolean(), PluginValue("true")));
}

}  // namespace
}  // namespace fleetd::plugin
