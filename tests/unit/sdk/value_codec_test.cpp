#include <fleet/cxx/value_codec.hpp>
#include <fleet/cxx/view_codec.hpp>

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <random>

#define MSGPACK_NO_BOOST
#include <fleet/cxx/text.hpp>
#include <msgpack.hpp>

namespace fleet {
namespace {

std::string packed(const Value& value) {
  Packer out;
  pack(out, value);
  return out.take();
}

Value randomValue(std::mt19937& random, int depth) {
  const auto text = [&] {
    std::string out;
    for (auto size = random() % 40; size > 0; --size) out.push_back(static_cast<char>('a' + random() % 26));
    return out;
  };
  const auto list = [&] {
    List out;
    for (auto size = random() % 4; size > 0; --size) out.push_back(randomValue(random, depth - 1));
    return out;
  };
  switch (random() % (depth > 0 ? 15 : 6)) {
    case 0: return {};
    case 1: return random() % 2 == 0;
    case 2: return static_cast<std::int64_t>(random()) - (std::int64_t{1} << 31);
    case 3: return static_cast<std::int64_t>(random() % 300);
    case 4: return static_cast<double>(random()) / 7;
    case 5: return text();
    case 6: return list();
    case 7: {
      Attrs out;
      for (auto size = random() % 4; size > 0; --size) out.set(text(), randomValue(random, depth - 1));
      return out;
    }
    case 8: return Ref{{text() + "r", text() + "s"}};
    case 9: return Text{list()};
    case 10:
      return Secret{random() % 2 ? text() : "", text() + "g", text() + "f",
                    random() % 2 ? SecretPart::path : SecretPart::value};
    case 11: return Expr{text()};
    case 12: return Package{"pkgs." + text()};
    case 13: return mkIf(isTrue("a.b") || !equals("c", static_cast<int>(random() % 9)), randomValue(random, depth - 1));
    default:
      return random() % 2 ? Value(mkMerge(list()))
                          : Value(mkOverride(static_cast<std::int32_t>(random()), randomValue(random, depth - 1)));
  }
}

TEST(Value, SurvivesARoundTrip) {
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    const auto value = randomValue(random, 4);
    const auto bytes = packed(value);
    const auto read = parseValue(bytes);
    ASSERT_TRUE(read.ok()) << read.error().message;
    ASSERT_EQ(*read, value);
    ASSERT_EQ(packed(*read), bytes);
  }
}

// msgpack-cxx writes a whole float as an integer; what it writes otherwise is its own.
void pack(msgpack::packer<msgpack::sbuffer>& out, const msgpack::object& object) {
  switch (object.type) {
    case msgpack::type::FLOAT32:
    case msgpack::type::FLOAT64:
      if (std::isfinite(object.via.f64) && object.via.f64 == std::trunc(object.via.f64)) {
        const auto bits = std::bit_cast<std::uint64_t>(object.via.f64);
        char bytes[9] = {'\xcb'};
        for (unsigned i = 0; i < 8; ++i) bytes[1 + i] = static_cast<char>(bits >> (56 - 8 * i));
        // A body without a head is written as it stands.
        out.pack_bin_body(bytes, sizeof bytes);
      } else {
        out.pack(object);
      }
      return;
    case msgpack::type::ARRAY:
      out.pack_array(object.via.array.size);
      for (std::uint32_t i = 0; i < object.via.array.size; ++i) pack(out, object.via.array.ptr[i]);
      return;
    case msgpack::type::MAP:
      out.pack_map(object.via.map.size);
      for (std::uint32_t i = 0; i < object.via.map.size; ++i) {
        pack(out, object.via.map.ptr[i].key);
        pack(out, object.via.map.ptr[i].val);
      }
      return;
    default: out.pack(object); return;
  }
}

TEST(Value, AnotherImplementationAgrees) {
  // msgpack-cxx reads what we write, and we read what it writes.
  std::mt19937 random(2);
  for (int i = 0; i < 5'000; ++i) {
    const auto value = randomValue(random, 3);
    const auto bytes = packed(value);
    const auto handle = msgpack::unpack(bytes.data(), bytes.size());
    msgpack::sbuffer again;
    msgpack::packer<msgpack::sbuffer> packer(again);
    pack(packer, handle.get());
    const auto read = parseValue({again.data(), again.size()});
    ASSERT_TRUE(read.ok()) << read.error().message;
    ASSERT_EQ(*read, value);
  }
}

TEST(Value, EveryPrefixIsAnError) {
  const auto bytes = packed(Attrs{{"a", List{1, 2.5, "x", ref("b.c"), secretPath("g", "f")}},
                                  {"m", mkIf(isTrue("x"), text("y", expr("z")))}});
  for (std::size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(parseValue(bytes.substr(0, size)).ok()) << size;
  EXPECT_FALSE(parseValue(bytes + '\0').ok());
}

TEST(Value, NestingIsBounded) {
  Value nested = 1;
  for (int i = 0; i < FLEET_MAX_DEPTH - 1; ++i) nested = List{nested};
  EXPECT_TRUE(parseValue(packed(nested)).ok());
  EXPECT_EQ(parseValue(packed(List{nested})).error().status, FLEET_E_LIMIT);
  Cond condition = isTrue("a");
  for (int i = 0; i < 200; ++i) condition = !std::move(condition);
  EXPECT_EQ(parseValue(packed(mkIf(condition, 1))).error().status, FLEET_E_LIMIT);
  EXPECT_EQ(parseValue(std::string(1'000'000, '\x91')).error().status, FLEET_E_LIMIT);
}

TEST(Value, MalformedOnesAreRefused) {
  const auto ext = [](ExtType type, const std::string& body) {
    Packer out;
    out.ext(type, body);
    return out.take();
  };
  for (const std::string& bytes : {std::string("\xc4\x01x"),
                                   ext(ExtType::reference, "\x90"),
                                   ext(ExtType::reference, "\x91\xa0"),
                                   ext(ExtType::reference, "\x91\x01"),
                                   ext(ExtType::reference, "\x91\xa1x\xc0"),
                                   ext(ExtType::text, "\x80"),
                                   ext(ExtType::secret,
                                       "\x93\xc0\xa1g\xa1"
                                       "f"),
                                   ext(ExtType::secret,
                                       "\x94\xc0\xa1g\xa1"
                                       "f\xa5other"),
                                   ext(ExtType::secret,
                                       "\x94\xc0\xa0\xa1"
                                       "f\xa4path"),
                                   ext(ExtType::span, "\x92\x01\x01"),
                                   ext(ExtType::property, "\x90"),
                                   ext(ExtType::property, "\x91\xa5merge"),
                                   ext(ExtType::property, "\x92\xa5merge\x01"),
                                   ext(ExtType::property, "\x93\xa2if\x91\xa3xor\x01"),
                                   ext(ExtType::property, "\x93\xa2if\x91\xa3not\x01"),
                                   ext(ExtType::property, "\x92\xa5other\x01"),
                                   ext(ExtType::property, "\x93\xa8override\xa1x\x01"),
                                   ext(ExtType::hash, std::string(31, 'h')),
                                   ext(ExtType::expression, "\xff"),
                                   ext(static_cast<ExtType>(99), "x"),
                                   ext(static_cast<ExtType>(-1), "1234"),
                                   std::string("\x82\xa1"
                                               "a\x01\xa1"
                                               "a\x02")})
    EXPECT_EQ(parseValue(bytes).error().status, FLEET_E_SCHEMA) << bytes;
}

TEST(Value, ErrorsNameTheirPlace) {
  const auto read = parseValue(
      "\x81\xa5"
      "outer\x92\x01\x81\xa5inner\xc1");
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().path, "outer.1.inner");
}

TEST(Value, IsSmall) {
  EXPECT_LE(sizeof(Value), 40u) << "a message of two million values must not take hundreds of megabytes";
}

TEST(Attrs, CopiesShareUntilOneIsChanged) {
  Attrs first{{"a", 1}, {"b", Attrs{{"c", 2}}}};
  const Attrs kept = first;
  EXPECT_TRUE(kept.sharesWith(first));
  EXPECT_EQ(kept, first);
  first.set("a", 5);
  EXPECT_FALSE(kept.sharesWith(first));
  EXPECT_EQ(*kept.find("a"), Value(1));
  EXPECT_EQ(*first.find("a"), Value(5));

  Attrs second = kept;
  *second.find("a") = Value(6);  // what may be changed is the copy's own
  EXPECT_EQ(*kept.find("a"), Value(1));
  Attrs third = kept;
  for (Attr& attr : third) attr.value = Value();
  EXPECT_EQ(*kept.find("a"), Value(1));
  Attrs fourth = kept;
  fourth.find("b")->get<Attrs>()->set("c", 7);
  EXPECT_EQ(*kept.find("b")->find("c"), Value(2));

  Attrs taken = std::move(fourth);
  EXPECT_EQ(taken.size(), 2u);
  EXPECT_TRUE(fourth.empty());  // NOLINT(bugprone-use-after-move): documented
  EXPECT_EQ(fourth.begin(), fourth.end());
  EXPECT_FALSE(Attrs().sharesWith(Attrs()));
  EXPECT_EQ(Attrs(), Attrs());
}

TEST(RoleView, SettingsOfManyMachinesAreReadOnce) {
  const Attrs shared{{"port", 80}, {"names", List{"a", "b"}}};
  RoleView role;
  for (const char* machine : {"ash", "elm", "oak"}) role.machines.emplace(machine, shared);
  role.machines.emplace("fir", Attrs{{"port", 81}});
  role.machines.emplace("yew", Attrs{});
  role.machines.emplace("zelkova", Attrs{});
  role.machines.emplace("aspen", Value());
  role.machines.emplace("birch", Attrs{{"port", 80}, {"names", List{"a", "b"}}});  // equal, not shared
  Packer out;
  pack(out, role);
  Reader in(out.view());
  const auto back = readRoleView(in);
  ASSERT_TRUE(back.ok());
  EXPECT_TRUE(in.done());
  EXPECT_EQ(back->machines, role.machines);
  // Neighbours with the same settings share them again: ash, aspen, birch, elm, fir, oak.
  EXPECT_TRUE(back->machines.at("birch").get<Attrs>()->sharesWith(*back->machines.at("elm").get<Attrs>()));
  EXPECT_FALSE(back->machines.at("oak").get<Attrs>()->sharesWith(*back->machines.at("fir").get<Attrs>()));
  // A value that only begins like the one before is read for itself.
  RoleView numbers;
  numbers.machines.emplace("a", 1);
  numbers.machines.emplace("b", 1000);
  numbers.machines.emplace("c", 1);
  numbers.machines.emplace("d", 1);
  Packer packed;
  pack(packed, numbers);
  Reader again(packed.view());
  EXPECT_EQ(readRoleView(again)->machines, numbers.machines);
}

TEST(Attrs, StaySorted) {
  Attrs attrs{{"b", 1}, {"a", 2}};
  attrs.set("c", 3).set("a", 4);
  std::string order;
  for (const auto& attr : attrs) order += attr.name;
  EXPECT_EQ(order, "abc");
  EXPECT_EQ(*attrs.find("a"), Value(4));
  EXPECT_EQ(attrs.find("x"), nullptr);
  Attrs twice;
  EXPECT_FALSE(twice.assign({{"a", 1}, {"b", 2}, {"a", 3}}));
  EXPECT_TRUE(twice.assign({{"b", 1}, {"a", 2}}));
}

TEST(Path, ParsesAndPrints) {
  for (const char* text : {"a", "a.b", "systemd.services.\"a.b\".enable", "\"with \\\"quotes\\\" and \\\\\".x",
                           "a-b.c_d.e'", "users.*.shell"}) {
    const auto path = parsePath(text);
    ASSERT_TRUE(path.ok()) << text;
    EXPECT_EQ(formatPath(*path), text);
  }
  EXPECT_EQ(*parsePath("a.\"b\".1x"), (Path{"a", "b", "1x"}));
  EXPECT_EQ(formatPath({"1x", "", "a b"}), "\"1x\".\"\".\"a b\"");
  EXPECT_TRUE(parsePath("")->empty());
  for (const char* text : {".", "a.", ".a", "a..b", "a b", "\"a", "\"a\"b", "a\"b\"", "\"\"", "a\n"})
    EXPECT_FALSE(parsePath(text).ok()) << text;
  EXPECT_FALSE(parsePath(std::string(2000, 'a')).ok());
  std::string many = "a";
  for (int i = 0; i < FLEET_MAX_PATH_PARTS; ++i) many += ".a";
  EXPECT_FALSE(parsePath(many).ok());
}

}  // namespace
}  // namespace fleet
