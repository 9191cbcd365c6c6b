#include <fleet/cxx/options.hpp>

#include <gtest/gtest.h>

#include <fleet/cxx/contribution.hpp>
#include <fleet/cxx/type_codec.hpp>
#include <fleet/cxx/view_codec.hpp>

enum class Mode { fast, safe };
template <>
struct fleet::EnumNames<Mode> {
  static constexpr const char* names[] = {"fast", "safe"};
};

namespace fleet {
namespace {

struct Inner {
  int level = 1;
  std::optional<double> ratio;
  static constexpr auto schema() {
    return options(option("level", &Inner::level, "How deep."), option("ratio", &Inner::ratio, "How much."));
  }
  bool operator==(const Inner&) const = default;
};

struct Outer {
  bool enable = false;
  Port port{80};
  std::uint8_t small = 7;
  std::uint64_t large = 8;
  float factor = 0.5f;
  std::string name = "x";
  Mode mode = Mode::safe;
  std::vector<Inner> list{{}};
  std::map<std::string, std::vector<bool>> flags{{"a", {true, false}}};
  Inner inner;
  Value anything = Attrs{{"free", 1}};
  static constexpr auto schema() {
    return options(
        option("enable", &Outer::enable, ""), option("port", &Outer::port, ""), option("small", &Outer::small, ""),
        option("large", &Outer::large, ""), option("factor", &Outer::factor, ""), option("name", &Outer::name, ""),
        option("mode", &Outer::mode, "The mode."), option("list", &Outer::list, ""), option("flags", &Outer::flags, ""),
        option("inner", &Outer::inner, ""), option("anything", &Outer::anything, ""));
  }
};

const OptionDecl& find(const std::vector<OptionDecl>& options, const std::string& name) {
  for (const auto& option : options)
    if (option.path == Path{name}) return option;
  ADD_FAILURE() << name;
  return options.front();
}

TEST(Options, AStructIsItsSchema) {
  const auto declared = declare<Outer>();
  EXPECT_EQ(declared.size(), 11u);
  EXPECT_EQ(find(declared, "port").type.max, 65535);
  EXPECT_EQ(*find(declared, "port").fallback, Value(80));
  EXPECT_EQ(find(declared, "small").type.min, 0);
  EXPECT_EQ(find(declared, "small").type.max, 255);
  EXPECT_EQ(find(declared, "large").type.max, std::nullopt);
  EXPECT_EQ(find(declared, "mode").doc, "The mode.");
  EXPECT_EQ(find(declared, "mode").type.values, (List{"fast", "safe"}));
  EXPECT_EQ(*find(declared, "mode").fallback, Value("safe"));
  EXPECT_EQ(find(declared, "list").type.of[0].kind, Type::Kind::submodule);
  EXPECT_EQ(find(declared, "inner").type.options[1].type.kind, Type::Kind::nullable);
  EXPECT_EQ(find(declared, "flags").type.of[0].of[0].kind, Type::Kind::boolean);
  EXPECT_EQ(find(declared, "anything").type.kind, Type::Kind::anything);
  // The document made of it reads back.
  Packer out;
  pack(out, Schema{declared, {}});
  const auto read = parseSchema(out.view());
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->options.size(), declared.size());
}

TEST(Options, ValuesSurviveARoundTrip) {
  Outer outer;
  outer.enable = true;
  outer.mode = Mode::fast;
  outer.inner.ratio = 2.5;
  outer.list.push_back({9, 0.25});
  const auto read = fleet::read<Outer>(toValue(outer));
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_TRUE(read->enable);
  EXPECT_EQ(read->mode, Mode::fast);
  EXPECT_EQ(read->inner, outer.inner);
  EXPECT_EQ(read->list, outer.list);
  EXPECT_EQ(read->flags, outer.flags);
  EXPECT_EQ(read->factor, 0.5f);
  EXPECT_EQ(read->anything, outer.anything);
}

TEST(Options, MissingFieldsKeepTheirDefaultsAndUnknownOnesArePassedOver) {
  const auto read = fleet::read<Outer>(Attrs{{"name", "y"}, {"newer", 1}});
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->name, "y");
  EXPECT_EQ(read->port, Port{80});
}

TEST(Options, AnIntegerIsANumber) { EXPECT_EQ(fleet::read<Outer>(Attrs{{"factor", 3}})->factor, 3.0f); }

TEST(Options, MismatchesNameTheirPlace) {
  const auto failsAt = [](Value value, std::string_view path) {
    const auto read = fleet::read<Outer>(std::move(value));
    if (read) return false;
    EXPECT_EQ(read.error().path, path);
    EXPECT_EQ(read.error().code, "FL0324");
    return true;
  };
  EXPECT_TRUE(failsAt(Attrs{{"port", 65536}}, "port"));
  EXPECT_TRUE(failsAt(Attrs{{"port", -1}}, "port"));
  EXPECT_TRUE(failsAt(Attrs{{"port", "80"}}, "port"));
  EXPECT_TRUE(failsAt(Attrs{{"small", 256}}, "small"));
  EXPECT_TRUE(failsAt(Attrs{{"large", -1}}, "large"));
  EXPECT_TRUE(failsAt(Attrs{{"enable", 1}}, "enable"));
  EXPECT_TRUE(failsAt(Attrs{{"mode", "slow"}}, "mode"));
  EXPECT_TRUE(failsAt(Attrs{{"mode", 1}}, "mode"));
  EXPECT_TRUE(failsAt(Attrs{{"list", List{Attrs{}, Attrs{{"level", "x"}}}}}, "list.1.level"));
  EXPECT_TRUE(failsAt(Attrs{{"flags", Attrs{{"k", List{1}}}}}, "flags.k.0"));
  EXPECT_TRUE(failsAt(Attrs{{"inner", List{}}}, "inner"));
  EXPECT_TRUE(failsAt(Attrs{{"inner", Attrs{{"ratio", "x"}}}}, "inner.ratio"));
  EXPECT_TRUE(failsAt(List{}, ""));
}

TEST(Contribution, CollectsInOrder) {
  Contribution out;
  out.set("a.b", std::vector<Port>{{1}, {2}}).set(at("c", {"d.e"}), "text", Priority::force, Order::before);
  out.when("x.enable").set("f", 1).when(!isTrue("y")).set("g", Inner{});
  EXPECT_EQ(out.size(), 4u);
  const auto fragment = out.finish();
  ASSERT_TRUE(fragment.ok());
  const auto& d = fragment->definitions;
  EXPECT_EQ(d[0].value, Value(List{1, 2}));
  EXPECT_EQ(d[0].priority, 100);
  EXPECT_EQ(d[1].path, (Path{"c", "d.e"}));
  EXPECT_EQ(d[1].priority, 50);
  EXPECT_EQ(d[1].order, 500);
  EXPECT_EQ(d[2].condition, isTrue("x.enable"));
  EXPECT_EQ(d[3].condition, isTrue("x.enable") && !isTrue("y"));
  EXPECT_EQ(d[3].value, Value(Attrs{{"level", 1}, {"ratio", Value()}}));
  EXPECT_TRUE(out.finish()->definitions.empty());
}

TEST(Contribution, KeepsTheFirstMistake) {
  Contribution out;
  out.set("a..b", 1).set("fine", 2).set("c.", 3);
  const auto fragment = out.finish();
  ASSERT_FALSE(fragment.ok());
  EXPECT_EQ(fragment.error().path, "a..b");
}

template <class T, class R>
void expectRoundTrip(const T& document, R&& read) {
  Packer out;
  pack(out, document);
  Reader in(out.view());
  const auto got = read(in);
  ASSERT_TRUE(got.ok()) << got.error().message;
  EXPECT_TRUE(in.done());
  Packer again;
  pack(again, *got);
  EXPECT_EQ(again.view(), out.view());
  for (std::size_t size = 0; size < out.size(); ++size) {
    Reader cut(out.view().substr(0, size));
    EXPECT_FALSE(read(cut).ok()) << size;
  }
}

TEST(Views, SurviveARoundTrip) {
  FleetView fleet;
  fleet.machines["web"] = {"nixos", "x86_64-linux", {"a", "b"}, Attrs{{"ip", "10.0.0.1"}}};
  fleet.instances["lan"].roles["peer"].machines = {{"web", Attrs{{"x", 1}}}, {"db", Value()}};
  expectRoundTrip(fleet, [](Reader& in) { return readFleetView(in); });
  HostView host;
  host.name = "web";
  host.hostClass = "nixos";
  host.system = "x86_64-linux";
  host.tags = {"t"};
  host.memberships = {{"lan", "peer", Attrs{{"x", 1}}}};
  host.options = Attrs{{"enable", true}};
  host.facts = Attrs{};
  expectRoundTrip(host, [](Reader& in) { return readHostView(in); });
  ComposedHost composed;
  composed.name = "web";
  composed.hostClass = "nixos";
  composed.system = "x86_64-linux";
  composed.aggregates = {"base"};
  composed.definitions = {{{"a"}, 1, 50, 1500, isTrue("b"), "org.example.hello"}};
  composed.options = Attrs{{"a", 1}};
  expectRoundTrip(composed, [](Reader& in) { return readComposedHost(in); });
  expectRoundTrip(std::vector<RenderedFile>{{"a/b", std::string("\0x", 2), 0755}},
                  [](Reader& in) { return readRenderedFiles(in); });
}

TEST(Views, PluginsSkipWhatANewerKernelAdds) {
  Packer out;
  out.map(2);
  out.str("host");
  out.str("web");
  out.str("invented");
  out.array(1);
  out.nil();
  Reader in(out.view());
  EXPECT_EQ(readHostView(in)->name, "web");
}

}  // namespace
}  // namespace fleet
