#include "kernel/plugin/fragment.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include <fleet/cxx/contribution.hpp>
#include <fleet/cxx/text.hpp>

namespace fleetd::plugin {
namespace {

Manifest manifest() {
  Manifest out;
  out.id = "org.example.hello";
  out.writes = {{"out"}};
  out.reads = {{"a"}, {"b"}, {"c"}};
  return out;
}

std::string packed(const sdk::Fragment& fragment) {
  sdk::Packer out;
  sdk::pack(out, fragment);
  return out.take();
}

std::string packed(sdk::Value value, std::optional<sdk::Cond> condition = {}) {
  return packed(sdk::Fragment{{{{"out", "x"}, std::move(value), 100, 1000, std::move(condition), {}}}});
}

Result<Fragment> decode(std::string_view bytes) { return decodeFragment(manifest(), "web", bytes); }

Code codeOf(std::string_view bytes) {
  const auto fragment = decode(bytes);
  return fragment ? Code::FL0001 : fragment.error().code;
}

TEST(Fragment, KeepsEveryForm) {
  sdk::Contribution out;
  out.set("out.plain", sdk::Attrs{{"a", 1}, {"b", sdk::List{true, 2.5, "x", sdk::Value()}}});
  out.set("out.ref", sdk::ref("a.b"), sdk::Priority::force, sdk::Order::after);
  out.set("out.text", sdk::text("a", sdk::ref("b.c"), 3, sdk::pkg("hello"), sdk::secretPath("g", "f")));
  out.set("out.expr", sdk::expr("lib.mkIf true 1"));
  out.set("out.secret", sdk::secretValue("ssh", "key"));
  out.set("out.merge", sdk::mkMerge({sdk::mkIf(sdk::isTrue("a"), 1), sdk::mkOverride(50, 2), sdk::mkOrder(500, 3)}));
  out.when(sdk::isTrue("a.b") && !sdk::equals("c", "d")).set(sdk::at("out", {"with.dot"}), 1);
  const auto sent = out.finish();
  ASSERT_TRUE(sent.ok());
  const auto got = decode(packed(*sent));
  ASSERT_TRUE(got.ok()) << got.error().message;
  EXPECT_EQ(got->definitions, sent->definitions);
  EXPECT_EQ(got->plugin, "org.example.hello");
  EXPECT_EQ(got->host, "web");
}

TEST(Fragment, ReadsOnlyWhatTheManifestLists) {
  for (const auto& path : {sdk::Path{"a"}, {"a", "b"}, {"out", "y"}})
    EXPECT_TRUE(decode(packed(sdk::Value(sdk::Ref{path})))) << sdk::formatPath(path);
  for (const auto& path : {sdk::Path{"d"}, {"networking", "a"}, {"own", "x"}})
    EXPECT_EQ(codeOf(packed(sdk::Value(sdk::Ref{path}))), Code::FL0334) << sdk::formatPath(path);
  // Wherever it is hidden.
  const sdk::Value hidden(sdk::Ref{{"d"}});
  EXPECT_EQ(codeOf(packed(sdk::Attrs{{"x", sdk::List{hidden}}})), Code::FL0334);
  EXPECT_EQ(codeOf(packed(sdk::text("x", sdk::ref("d")))), Code::FL0334);
  EXPECT_EQ(codeOf(packed(sdk::mkIf(sdk::isTrue("d"), 1))), Code::FL0334);
  EXPECT_EQ(codeOf(packed(1, !(sdk::isTrue("a") && sdk::equals("d", 2)))), Code::FL0334);
  auto owner = manifest();
  owner.optionRoot = sdk::Path{"own"};
  EXPECT_TRUE(decodeFragment(owner, "web", packed(sdk::Value(sdk::Ref{{"own", "x"}}))));
  owner.role = Role::platform;
  EXPECT_TRUE(decodeFragment(owner, "web", packed(hidden)));
}

TEST(Fragment, NothingIsAFragment) {
  EXPECT_TRUE(decode(packed(sdk::Fragment{})).ok());
  EXPECT_TRUE(decode("\x80").ok());
}

TEST(Fragment, RefusesPathsOutsideOfTheManifest) {
  for (const sdk::Path& path :
       {sdk::Path{"other"}, sdk::Path{"ou"}, sdk::Path{"output", "x"}, sdk::Path{"*"}, sdk::Path{"out.x"}}) {
    const auto fragment = decode(packed(sdk::Fragment{{{path, 1, 100, 1000, {}, {}}}}));
    ASSERT_FALSE(fragment.ok());
    EXPECT_EQ(fragment.error().code, Code::FL0312);
    EXPECT_NE(fragment.error().message.find("org.example.hello"), std::string::npos);
    EXPECT_NE(fragment.error().message.find(sdk::formatPath(path)), std::string::npos);
  }
}

TEST(Fragment, RefusesValuesThatMeanNothing) {
  const std::string nul("a\0b", 3);
  const std::vector<sdk::Value> values = {
      sdk::SpanRef{1, 2, 3},
      sdk::Hash{},
      nul,
      sdk::Attrs{{nul, 1}},
      sdk::Ref{{nul}},
      sdk::Package{"hello"},
      sdk::Package{"pkgs"},
      sdk::Package{"pkgs..x"},
      sdk::Package{"pkgs.${evil}\" x"},
      sdk::text(sdk::List{1}),
      sdk::text(sdk::Attrs{}),
      sdk::text(sdk::Value()),
      sdk::text(sdk::mkOverride(1, "x")),
      sdk::secretPath("../g", "f"),
      sdk::secretPath("g", ".."),
      sdk::secretPath("g", "a/b"),
      sdk::List{sdk::Attrs{{"deep", sdk::Hash{}}}},
      sdk::mkMerge({sdk::mkIf(sdk::equals("a", sdk::ref("b")), 1)}),
  };
  for (std::size_t i = 0; i < values.size(); ++i) EXPECT_EQ(codeOf(packed(values[i])), Code::FL0310) << i;
}

TEST(Fragment, RefusesConditionsThatAreNotPlain) {
  EXPECT_EQ(codeOf(packed(1, sdk::equals("a", sdk::expr("1")))), Code::FL0310);
  EXPECT_EQ(codeOf(packed(1, sdk::equals("a", sdk::Attrs{{"b", sdk::ref("c")}}))), Code::FL0310);
  EXPECT_EQ(codeOf(packed(1, sdk::equals("a", sdk::List{sdk::Attrs{{"b", sdk::pkg("c")}}}))), Code::FL0310);
  EXPECT_EQ(codeOf(packed(1, !sdk::equals("a", sdk::List{sdk::ref("b")}))), Code::FL0310);
  EXPECT_EQ(codeOf(packed(1, sdk::equals("a", sdk::List{1, "x", true, sdk::Value()}))), Code::FL0001);
  EXPECT_EQ(codeOf(packed(1, sdk::equals("a", sdk::Attrs{{"b", 1}}))), Code::FL0001);
}

TEST(Fragment, BoundsExpressions) {
  EXPECT_EQ(codeOf(packed(sdk::expr(std::string(FLEET_MAX_EXPRESSION, 'x')))), Code::FL0001);
  EXPECT_EQ(codeOf(packed(sdk::expr(std::string(FLEET_MAX_EXPRESSION + 1, 'x')))), Code::FL0311);
  EXPECT_EQ(codeOf(packed(sdk::expr(""))), Code::FL0320);
  EXPECT_EQ(codeOf(packed(sdk::expr(std::string("1\0", 2)))), Code::FL0320);
  EXPECT_EQ(codeOf(packed(sdk::expr("\xff"))), Code::FL0310);
}

TEST(Fragment, AsksWhetherAnExpressionIsAllowed) {
  std::vector<std::string> asked;
  const ExpressionCheck check = [&](const std::string& source) -> Result<void> {
    asked.push_back(source);
    if (source == "import ./x") return Error{Code::FL0320, "no imports", {}, {}};
    return {};
  };
  EXPECT_TRUE(
      decodeFragment(manifest(), "web", packed(sdk::List{sdk::expr("1"), sdk::text(sdk::expr("2"))}), check).ok());
  EXPECT_EQ(asked, (std::vector<std::string>{"1", "2"}));
  const auto refused = decodeFragment(manifest(), "web", packed(sdk::mkMerge({sdk::expr("import ./x")})), check);
  EXPECT_EQ(refused.error().code, Code::FL0320);
  EXPECT_EQ(refused.error().message, "plugin `org.example.hello`, at `out.x`: no imports");
}

TEST(Fragment, RefusesAForgedOrigin) {
  EXPECT_EQ(codeOf(packed(sdk::Fragment{{{{"out"}, 1, 100, 1000, {}, "nixos"}}})), Code::FL0310);
}

TEST(Fragment, EveryPrefixIsAnError) {
  const auto bytes = packed(sdk::text("a", sdk::ref("b"), sdk::expr("c")), sdk::isTrue("x"));
  for (std::size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(decode(bytes.substr(0, size)).ok()) << size;
  EXPECT_FALSE(decode(bytes + "\xc0").ok());
}

TEST(Fragment, MalformedPartsNameTheirPlace) {
  const std::string bytes =
      "\x81\xab"
      "definitions\x92\x82\xa4path\x91\xa3out\xa5value\x01\x82\xa4path\x91\x05\xa5value\x01";
  const auto fragment = decode(bytes);
  ASSERT_FALSE(fragment.ok());
  EXPECT_NE(fragment.error().message.find("definitions.1.path"), std::string::npos) << fragment.error().message;
}

TEST(Fragment, RefusesNumbersThatAreTooLarge) {
  sdk::Packer out;
  out.map(1);
  out.str("definitions");
  out.array(1);
  out.map(3);
  out.str("path");
  out.array(1);
  out.str("out");
  out.str("prio");
  out.integer(std::int64_t{1} << 31);
  out.str("value");
  out.nil();
  EXPECT_EQ(codeOf(out.view()), Code::FL0311);
}

template <std::size_t Size>
std::string bytes(const char (&text)[Size]) {
  return {text, Size - 1};
}

TEST(Fragment, EqualContentHasEqualHashHoweverItWasWritten) {
  // The same fragment with maps in another order and longer forms of numbers, texts and counts.
  const auto a =
      decode(bytes("\x81\xab"
                   "definitions\x91\x82\xa4path\x91\xa3out\xa5value\x82\xa1"
                   "a\x01\xa1"
                   "b\x02"));
  const auto b =
      decode(bytes("\xde\x00\x01\xd9\x0b"
                   "definitions\xdc\x00\x01\x84\xa5value\x82\xa1"
                   "b\xd3\x00\x00\x00\x00\x00\x00\x00\x02\xa1"
                   "a\xcc\x01\xa4prio\xcd\x00\x64\xa5order\xd1\x03\xe8\xa4path\x91\xda\x00\x03out"));
  ASSERT_TRUE(a.ok()) << a.error().message;
  ASSERT_TRUE(b.ok()) << b.error().message;
  EXPECT_EQ(a->hash, b->hash);
  const auto c = decode(packed(sdk::Attrs{{"a", 1}, {"b", 3}}));
  EXPECT_NE(a->hash, c->hash);
}

TEST(Fragment, TheRunHashDoesNotDependOnOrder) {
  std::vector<Fragment> fragments;
  for (int plugin = 0; plugin < 4; ++plugin)
    for (int host = 0; host < 8; ++host)
      fragments.push_back({"p" + std::to_string(plugin),
                           "h" + std::to_string(host),
                           {},
                           base::blake2b(std::to_string(plugin * 8 + host))});
  std::vector<const Fragment*> order;
  for (const auto& fragment : fragments) order.push_back(&fragment);
  const auto expected = runHash(order);
  std::mt19937 random(7);
  for (int i = 0; i < 1000; ++i) {
    std::shuffle(order.begin(), order.end(), random);
    ASSERT_EQ(runHash(order), expected);
  }
  fragments[5].hash = base::blake2b("another");
  EXPECT_NE(runHash(order), expected);
  fragments[5].hash = base::blake2b("5");
  EXPECT_EQ(runHash(order), expected);
  std::swap(fragments[0].host, fragments[1].host);
  EXPECT_NE(runHash(order), expected);
}

}  // namespace
}  // namespace fleetd::plugin
