// The forms a module may have, and the arguments module functions get.
#include <gtest/gtest.h>

#include "tests/unit/compose/helpers.hpp"

namespace fleetd::compose::test {
namespace {

std::string with(const std::string& modules) {
  Nix nix;
  return nix.config("[ { options.a = mkOption { type = types.int; default = 0; }; } " + modules + " ]");
}

TEST(Module, ShortAndLongForm) {
  EXPECT_EQ(with("{ a = 1; }"), R"({"a":1})");
  EXPECT_EQ(with("{ config = { a = 1; }; }"), R"({"a":1})");
}

TEST(Module, FunctionsAndFunctors) {
  EXPECT_EQ(with("({ lib, ... }: { a = lib.mkForce 2; })"), R"({"a":2})");
  EXPECT_EQ(with("{ __functor = self: { ... }: { a = 3; }; }"), R"({"a":3})");
}

TEST(Module, WholeModuleMayBeAProperty) {
  EXPECT_EQ(with("(mkIf true { a = 1; })"), R"({"a":1})");
  EXPECT_EQ(with("(mkForce { a = 1; }) { a = 2; }"), R"({"a":1})");
  EXPECT_NE(with("(mkMerge [ { a = 1; } ])").find("Expected a module, but found a value of type \"merge\""),
            std::string::npos);
}

TEST(Module, ArgumentsAreLazyAndOwn) {
  EXPECT_EQ(with("({ n, ... }: { a = n; }) { _module.args.n = 7; }"), R"({"a":7})");
  EXPECT_EQ(with("({ missing, ... }: { a = 1; })"), R"({"a":1})");
  EXPECT_EQ(with("({ missing ? 5, ... }: { a = missing; })"), "error: attribute 'missing' missing");
}

TEST(Module, PatternNeedsEllipsis) {
  EXPECT_EQ(with("({ lib }: { })"), "error: function 'anonymous lambda' called with unexpected argument 'specialArgs'");
}

TEST(Module, MixedFormsAreRefused) {
  EXPECT_NE(with("{ config.a = 1; a = 2; }").find("has an unsupported attribute `a'"), std::string::npos);
}

TEST(Module, MetaIsSugarBesideConfig) {
  Nix nix;
  EXPECT_EQ(nix.config("[ { options.meta = mkOption { type = types.attrs; }; } { config = { }; meta = { x = 1; }; } ]"),
            R"({"meta":{"x":1}})");
}

TEST(Module, OtherValuesAreNoModules) {
  EXPECT_NE(with("5").find("cannot coerce an integer to a string: 5"), std::string::npos);
  EXPECT_NE(with("(x: 1)").find("does not look like a module"), std::string::npos);
}

}  // namespace
}  // namespace fleetd::compose::test
