// How lib is put together: laziness by family, extensions, parts of other layers, nixpkgs' own lib behind it,
// home-manager's addition.
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "kernel/lang/lib/data.hpp"
#include "kernel/lang/lib/lib.hpp"
#include "kernel/lang/lib/natives.hpp"
#include "lib_helpers.hpp"

namespace fleetd::lang::test {

namespace {

std::size_t libTexts(const LibWorld& world) {
  return static_cast<std::size_t>(std::count_if(world.parsed().begin(), world.parsed().end(),
                                                [](const std::string& name) { return name.starts_with("«lib/"); }));
}

}  // namespace

TEST(Lib, NativesNeedNoText) {
  LibWorld world;
  EXPECT_EQ(world.json("lib.mkIf true (lib.mkForce 1)"),
            R"({"_type":"if","condition":true,"content":{"_type":"override","content":1,"priority":50}})");
  EXPECT_EQ(world.json("[ (lib.head [ 1 ]) (lib.optional true 2) (lib ? mkIf) (lib ? noSuchName) ]"),
            "[1,[2],true,false]");
  EXPECT_EQ(libTexts(world), 0u);
}

TEST(Lib, AMemberNeedsTheTextOfItsFamilyOnly) {
  LibWorld world;
  EXPECT_EQ(world.json("lib.versions.major \"1.2\""), "\"1\"");
  ASSERT_EQ(libTexts(world), 1u);
  EXPECT_EQ(world.json("lib.versions.minor \"1.2\""), "\"2\"");
  EXPECT_EQ(libTexts(world), 1u);
}

TEST(Lib, EveryTextParsesAndEveryTopMemberExists) {
  LibWorld world;
  for (const lib::TopMember& member : lib::topMembers()) {
    if (member.part) continue;
    const Value v = world.ev.select(world.ev.lib(), world.ev.symbol(member.name), 0);
    EXPECT_FALSE(v.isError() && v.error->kind == ErrorKind::MissingAttr) << member.name << ": " << v.error->message;
  }
  for (const lib::Family& family : lib::families()) {
    if (family.name == "." || family.name == "types" || family.name.starts_with("hm")) continue;
    const Value v = world.eval("lib." + std::string(family.name));
    EXPECT_TRUE(v.is(Tag::Attrs)) << family.name << ": " << world.jsonOf(v);
  }
}

TEST(Lib, NativesAreNamedAfterTheirPlace) {
  LibWorld world;
  for (const lib::NativeFamily& table : lib::natives()) {
    for (const PrimOp& prim : table.prims) {
      const Value byPath = world.eval(std::string(prim.name));
      EXPECT_TRUE(byPath.is(Tag::Prim) && byPath.prim == &prim) << prim.name;
      if (table.family == "types") continue;
      const Value inFamily = world.eval("lib." + std::string(table.family) + "." + std::string(lib::memberName(prim)));
      EXPECT_TRUE(inFamily.is(Tag::Prim) && inFamily.prim == &prim) << table.family << " " << prim.name;
    }
  }
}

TEST(Lib, ExtensionsReachInside) {
  LibWorld world;
  EXPECT_EQ(world.json(R"(
    let
      one = lib.extend (final: prev: { toUpper = text: "up"; mine = final.range 1 2; });
      two = one.extend (final: prev: { mine = prev.mine ++ [ 3 ]; });
    in
    [ (one.strings.toSentenceCase "abc") two.mine (two.toUpper "x") (lib.strings.toSentenceCase "abc") (lib ? mine) ])"),
            R"(["upbc",[1,2,3],"up","Abc",false])");
}

TEST(Lib, PartsAreMembersOfTheirFamilyAndOfLib) {
  LibWorld world;
  int made = 0;
  world.ev.setLibPart("modules.evalModules", [&](Evaluator&) {
    ++made;
    return Value::of(std::int64_t{42});
  });
  world.ev.setLibPart("types", [](Evaluator& ev) {
    return ev.attrs({{"mkOptionType", Value::of(std::int64_t{1})}, {"str", Value::text("s")}});
  });
  world.ev.setLibPart("trivial.release", [](Evaluator&) { return Value::text("31.05"); });
  world.ev.setLibPart("extra", [](Evaluator& ev) { return ev.select(libOfPart(ev), ev.symbol("marker"), 0); });
  EXPECT_EQ(made, 0);
  EXPECT_EQ(world.json("[ lib.evalModules lib.modules.evalModules lib.mkOptionType lib.types lib.version ]"),
            R"([42,42,1,{"mkOptionType":1,"str":"s"},"31.05pre-git"])");
  EXPECT_EQ(made, 1);
  EXPECT_EQ(world.json("(lib.extend (final: prev: { marker = 7; })).extra"), "7");
  EXPECT_EQ(world.json("lib ? mergeModules"), "false");
}

TEST(Lib, WithoutPartsTheirNamesAreAbsent) {
  LibWorld world;
  EXPECT_EQ(world.json("[ (lib ? evalModules) (lib ? mkOptionType) (lib ? isType) (lib.isType \"x\" { _type "
                       "= \"x\"; }) ]"),
            "[false,false,true,true]");
}

TEST(Lib, NamesWithoutNativeFormComeFromTheFallback) {
  const std::string folder = testing::TempDir() + "/lib-fallback-" + std::to_string(::getpid());
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/default.nix")
      << R"({ newName = "new"; mkIf = throw "native wins"; strings = { newer = "s"; toUpper = 1; }; later = throw "lazy"; evalModules = "own"; })";
  LibWorld world;
  world.ev.setLibFallback(folder);
  EXPECT_EQ(world.json("[ lib.newName (lib.mkIf true 1)._type lib.strings.newer (lib.strings.toUpper \"a\") "
                       "(lib ? later) (lib ? nothing) ]"),
            R"(["new","if","s","A",true,false])");
  std::filesystem::remove_all(folder);
}

TEST(Lib, HomeManagersLibHasHm) {
  LibWorld world;
  const Value home = homeLib(world.ev);
  EXPECT_EQ(world.jsonOf(world.evalWith(
                home, "[ (lib.hm.dag.entryAfter [ \"a\" ] 1) (lib.mkIf true 1)._type (lib.hm ? dag) (lib ? extend) ]")),
            R"([{"after":["a"],"before":[],"data":1},"if",true,true])");
  EXPECT_EQ(world.json("lib ? hm"), "false");
  EXPECT_EQ(homeLib(world.ev).attrs, home.attrs) << "one value an evaluator";
}

TEST(Lib, MaintainersAreNotKnown) {
  LibWorld world;
  EXPECT_EQ(world.json("lib.maintainers.somebody"), "lib.maintainers.somebody");
  EXPECT_EQ(world.json("builtins.length (with lib.maintainers; [ a b ])"), "2");
}

TEST(Lib, MembersLiveLongerThanTheArenaInUse) {
  LibWorld world;
  const Value lib = world.ev.lib();
  base::Arena host;
  world.ev.useArena(&host);
  EXPECT_EQ(world.json("lib.systems.platforms.raspberrypi2.gcc.arch"), "\"armv7-a\"");
  world.ev.useArena(&world.ev.ownArena());
  host.reset();
  EXPECT_EQ(world.jsonOf(world.evalWith(lib, "builtins.attrNames lib.versions")),
            R"(["compareVersions","major","majorMinor","minor","pad","patch","splitVersion"])");
}

}  // namespace fleetd::lang::test
