// Cohorts: hosts over shared modules have exactly the configuration each has by itself, or are refused.
#include "kernel/compose/cohort.hpp"

#include <gtest/gtest.h>

#include <memory>

#include "tests/unit/compose/helpers.hpp"

namespace fleetd::compose::test {
namespace {

// What became of the hosts of an expression: "same" as by itself, "refused", or the first difference.
struct Outcome {
  std::vector<std::string> hosts;
  std::uint32_t merges = 0;  // options shown, that is: not remembered from another host
};

std::vector<std::string> partsOf(const Compose& c, const Loc* loc) {
  std::vector<std::string> out;
  for (; loc; loc = loc->up) out.emplace_back(c.text(loc->name));
  return {out.rbegin(), out.rend()};
}

std::string alone(Nix& nix, lang::Value modules, const std::vector<std::string>& path) {
  const lang::Value made = nix.ev.call(nix.eval("modules: (lib.evalModules { inherit modules; }).config"), modules, 0);
  lang::Value v = made;
  for (const std::string& name : path) v = nix.ev.select(v, nix.symbols.intern(name), 0);
  return nix.json(v);
}

std::string compare(Nix& nix, Cohort& cohort, lang::Value modules) {
  if (!cohort.open(modules)) return "refused";
  std::vector<std::pair<std::vector<std::string>, std::string>> found;
  std::string out = "same";
  for (std::uint32_t i = 0; i < cohort.shape().leaves.size() && out == "same"; ++i) {
    const auto path = partsOf(nix.compose, cohort.shape().leaves[i]->option->loc);
    if (path[0] == "_module") continue;
    const Summary* summary = cohort.settle(i);
    if (summary)
      found.emplace_back(path, summary->json);
    else
      out = "refused";
  }
  cohort.close();
  for (const auto& [path, json] : found)
    if (const std::string expected = alone(nix, modules, path); json != expected && out == "same")
      out = path.back() + ": " + json + " is " + expected;
  return out;
}

Outcome compare(const std::string& text) {
  Nix nix;
  Outcome out;
  const auto finish = [&](const Leaf&, Option& option, Summary& summary) {
    ++out.merges;
    summary.json = nix.json(optionValue(option));
    return !summary.json.starts_with("error: ");
  };
  Cohort cohort(nix.compose, lang::Value::null(), lang::Value::of(nix.ev.newBindings(0)), finish);
  const lang::Value hosts = nix.eval(text);
  if (!hosts.is(Tag::List)) return {{nix.json(hosts)}, 0};
  for (const lang::Value& modules : hosts.list()) out.hosts.push_back(compare(nix, cohort, nix.ev.force(modules)));
  return out;
}

using Strings = std::vector<std::string>;

constexpr const char* kOptions = R"(
  options = { name = mkOption { type = types.str; default = "none"; };
              ports = mkOption { type = types.listOf types.int; default = [ ]; };
              text = mkOption { type = types.lines; default = ""; };
              any = mkOption { type = types.lazyAttrsOf types.anything; default = { }; };
              users = mkOption { default = { }; type = types.attrsOf (types.submodule ({ name, config, ... }: {
                options.home = mkOption { type = types.str; default = "/home/${name}"; };
                options.shell = mkOption { type = types.str; default = "${config.home}/sh"; }; })); }; };
)";

std::string let(const std::string& shared, const std::string& hosts) {
  return std::string("let base = { ") + kOptions + " }; shared = " + shared + "; in [ " + hosts + " ]";
}

TEST(Cohort, HostsOfTheSameModulesAreMergedOnce) {
  const auto one = compare(let("{ ports = [ 1 ]; users.ada = { }; }", "[ base shared ]"));
  const auto three =
      compare(let("{ ports = [ 1 ]; users.ada = { }; }", "[ base shared ] [ base shared ] [ base shared ]"));
  EXPECT_EQ(three.hosts, (Strings{"same", "same", "same"}));
  EXPECT_EQ(three.merges, one.merges);
}

TEST(Cohort, WhatReadsAnOptionIsMergedForEachOfItsValues) {
  const auto out = compare(
      let("({ config, ... }: { text = \"on ${config.name}\"; ports = mkIf (config.name == \"b\") [ 2 ]; })",
          "[ base shared { name = \"a\"; } ] [ base shared { name = \"b\"; } ] [ base shared { name = \"a\"; } ]"));
  EXPECT_EQ(out.hosts, (Strings{"same", "same", "same"}));
}

TEST(Cohort, ReadsThroughOtherOptionsCount) {
  const auto out = compare(let(
      "({ config, ... }: { any.port = head (config.ports ++ [ 0 ]); ports = mkIf (config.name != \"none\") [ (stringLength config.name) ]; "
      "text = toString config.any.port; })",
      "[ base shared { name = \"a\"; } ] [ base shared { name = \"abc\"; } ] [ base shared ] [ base shared { ports = [ 7 ]; } ]"));
  EXPECT_EQ(out.hosts, (Strings{"same", "same", "same", "same"}));
}

TEST(Cohort, PartsOfAValueAreComparedByThemselves) {
  // `text` reads one user's home: hosts that differ in other users share it.
  const auto out = compare(let(
      "({ config, ... }: { users.ada = { }; text = config.users.ada.home; any.x = config.users.eve.home or \"nobody\"; })",
      "[ base shared ] [ base shared { users.bob = { }; } ] [ base shared { users.ada.home = \"/x\"; } ] [ base shared { users.eve = { }; } ]"));
  EXPECT_EQ(out.hosts, (Strings{"same", "same", "same", "same"}));
}

TEST(Cohort, NamesComputedFromOptionsAreRead) {
  const auto out = compare(let(
      "({ config, ... }: { any = mapAttrs (n: u: u.home) config.users; text = concatStringsSep \",\" (attrNames config.users); "
      "ports = optional (config.users ? bob) 1; })",
      "[ base shared ] [ base shared { users.bob = { }; } ] [ base shared { users.bob.home = \"/b\"; } ] [ base shared { users = mkForce { }; } ]"));
  EXPECT_EQ(out.hosts, (Strings{"same", "same", "same", "same"}));
}

TEST(Cohort, WithAndLetAndInheritAreReads) {
  const auto out = compare(let(
      "({ config, ... }: let cfg = config; inherit (config) ports; in with config; { text = name; any = { inherit ports; n = cfg.name; }; })",
      "[ base shared { name = \"a\"; } ] [ base shared { name = \"b\"; ports = [ 3 ]; } ]"));
  EXPECT_EQ(out.hosts, (Strings{"same", "same"}));
}

TEST(Cohort, SubmodulesThatReadTheHostAreMergedForEach) {
  const auto out = compare(let(
      "({ config, ... }: { options.s = mkOption { default = { }; type = types.attrsOf (types.submodule { options.v = mkOption { default = config.name; }; }); };"
      " config.s.x = { }; })",
      "[ base shared { name = \"a\"; } ] [ base shared { name = \"b\"; } ] [ base shared { name = \"a\"; s.y = { }; } ]"));
  EXPECT_EQ(out.hosts, (Strings{"same", "same", "same"}));
}

TEST(Cohort, TypesThatDependOnTheHostAreNotShared) {
  const auto out = compare(let(
      "({ config, ... }: { options.e = mkOption { type = types.listOf (types.enum [ config.name ]); default = [ ]; }; config.e = [ config.name ]; })",
      "[ base shared { name = \"a\"; } ] [ base shared { name = \"b\"; } ] [ base shared { name = \"c\"; } ]"));
  EXPECT_EQ(out.hosts, (Strings{"same", "same", "same"}));
}

TEST(Cohort, AnOptionThatReadsItself) {
  const auto out = compare(let(
      "({ config, ... }: { any = { a = 1; b = config.any.a + stringLength config.name; }; users.ada.shell = \"${config.users.ada.home}/zsh\"; })",
      "[ base shared ] [ base shared { name = \"xy\"; } ] [ base shared { users.ada.home = \"/a\"; } ]"));
  EXPECT_EQ(out.hosts, (Strings{"same", "same", "same"}));
}

TEST(Cohort, OptionsThatReadEachOther) {
  const auto out =
      compare(let("({ config, ... }: { any = { a = config.text; b = 1; }; text = toString config.any.b; })",
                  "[ base shared ] [ base shared { any.c = 2; } ] [ base shared ]"));
  EXPECT_EQ(out.hosts, (Strings{"same", "same", "same"}));
}

TEST(Cohort, ArgumentsOfModulesAreRead) {
  const auto out =
      compare(let("({ who, ... }: { text = \"by ${who}\"; })",
                  "[ base shared { _module.args.who = \"a\"; } ] [ base shared { _module.args.who = \"b\"; } ]"));
  EXPECT_EQ(out.hosts, (Strings{"same", "same"}));
}

TEST(Cohort, EvaluationsInsideThatReadTheHostAreNeverMixedUp) {
  const auto out = compare(let(
      "({ config, ... }: let inner = (evalModules { modules = [ { options.v = mkOption { }; config.v = config.name; } ]; }).config; in "
      "{ text = inner.v; any.v = inner.v; })",
      "[ base shared { name = \"a\"; } ] [ base shared { name = \"b\"; } ] [ base shared { name = \"c\"; } ]"));
  for (const std::string& host : out.hosts) EXPECT_TRUE(host == "same" || host == "refused") << host;
}

TEST(Cohort, FunctionsInValuesAreNotRemembered) {
  const auto out = compare(let(
      "({ config, ... }: { options.f = mkOption { type = types.functionTo types.str; }; config.f = x: \"${config.name}${x}\"; config.text = config.f \"!\"; "
      "options.shown = mkOption { type = types.str; }; config.shown = config.f \"?\"; })",
      "[ base shared { name = \"a\"; } ] [ base shared { name = \"b\"; } ]"));
  // A function is no JSON, so these hosts are refused; had they been shared, the values would differ.
  EXPECT_EQ(out.hosts, (Strings{"refused", "refused"}));
}

TEST(Cohort, PrioritiesOrderAndImportsAreThoseOfTheModuleGraph) {
  const auto out = compare(let(
      "{ imports = [ { ports = mkBefore [ 1 ]; text = \"i\"; } ]; ports = mkAfter [ 9 ]; name = mkDefault \"d\"; text = \"s\"; }",
      "[ base shared { ports = [ 5 ]; text = \"h\"; } ] [ { text = \"h\"; } shared base ] [ base shared { name = mkForce \"f\"; ports = mkForce [ ]; } ]"));
  EXPECT_EQ(out.hosts, (Strings{"same", "same", "same"}));
}

TEST(Cohort, AKeyCountsOnceAndTheSameAnonymousModuleTwice) {
  const auto out = compare(let(
      "{ key = \"k\"; ports = [ 1 ]; }",
      "[ base shared shared ] [ base { imports = [ shared ]; } shared { ports = [ 2 ]; } ] [ base (let m = { ports = [ 3 ]; }; in { imports = [ m m ]; }) ]"));
  EXPECT_EQ(out.hosts, (Strings{"same", "same", "same"}));
}

TEST(Cohort, OptionsThatOnlySomeHostsDeclare) {
  const auto out = compare(let(
      "{ options.extra.on = mkEnableOption \"x\"; config.extra.on = true; }",
      "[ base ] [ base shared ] [ base ({ config, options, ... }: { text = toString (config.extra.on or 0); }) ] [ base shared { text = \"t\"; } ]"));
  EXPECT_EQ(out.hosts, (Strings{"same", "same", "same", "same"}));
}

TEST(Cohort, WhatCannotBeSharedIsRefused) {
  EXPECT_EQ(compare(let("({ options, ... }: { text = toString options.name.isDefined; })",
                        "[ base shared { name = \"a\"; } ]"))
                .hosts,
            (Strings{"refused"}));
  EXPECT_EQ(
      compare(
          let("({ config, ... }: mkMerge [ { text = \"x\"; } (optionalAttrs (config.name == \"a\") { ports = [ 1 ]; }) ])",
              "[ base { name = \"a\"; } shared ]"))
          .hosts,
      (Strings{"refused"}));
  EXPECT_EQ(compare(let("{ unknown = 1; }", "[ base shared ]")).hosts, (Strings{"refused"}));
  EXPECT_EQ(compare(let("{ freeformType = types.attrsOf types.int; unknown = 1; }", "[ base shared ]")).hosts,
            (Strings{"refused"}));
  EXPECT_EQ(compare(let("{ disabledModules = [ \"k\" ]; }", "[ base shared { key = \"k\"; ports = [ 1 ]; } ]")).hosts,
            (Strings{"refused"}));
  EXPECT_EQ(compare(let("{ name = builtins.trace \"said\" \"x\"; }", "[ base shared ] [ base shared ]")).hosts,
            (Strings{"refused", "refused"}));
  EXPECT_EQ(compare(let("{ ports = \"no list\"; }", "[ base shared ] [ base ]")).hosts, (Strings{"refused", "same"}));
  EXPECT_EQ(
      compare(let("({ config, ... }: { name = config.text; text = config.name; })", "[ base shared ] [ base ]")).hosts,
      (Strings{"refused", "same"}));
}

TEST(Cohort, ManyHostsKeepLittle) {
  std::string hosts;
  for (int i = 0; i < 400; ++i)
    hosts +=
        "[ base shared { name = \"host" + std::to_string(i) + "\"; ports = [ " + std::to_string(i % 3) + " ]; } ] ";
  const auto out = compare(
      let("({ config, ... }: { text = \"n ${config.name}\"; users.ada = { }; any.p = head config.ports; })", hosts));
  for (const std::string& host : out.hosts) ASSERT_EQ(host, "same");
  // Each host defines name and ports itself and text follows the name; what reads the ports has three values.
  EXPECT_LT(out.merges, 400u * 3 + 100);
}

}  // namespace
}  // namespace fleetd::compose::test
