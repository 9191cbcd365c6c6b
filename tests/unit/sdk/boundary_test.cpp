#include <fleet/cxx/plugin.hpp>

#include <gtest/gtest.h>

#include <stdexcept>

namespace fleet {
namespace {

fleet_error_t empty() {
  fleet_error_t out{};
  out.struct_size = FLEET_SIZE(fleet_error_t);
  return out;
}

TEST(Guard, PassesResultsOn) {
  auto err = empty();
  EXPECT_EQ(guard(&err, []() -> Result<void> { return {}; }), FLEET_OK);
  EXPECT_EQ(guard(&err, []() -> Result<void> { return Error{FLEET_E_DENIED, "C1", "a.b", "no", "ask", 5}; }),
            FLEET_E_DENIED);
  EXPECT_EQ(err.status, FLEET_E_DENIED);
  EXPECT_STREQ(err.code, "C1");
  EXPECT_STREQ(err.path, "a.b");
  EXPECT_STREQ(err.message, "no");
  EXPECT_STREQ(err.hint, "ask");
  EXPECT_EQ(err.span, 5u);
}

TEST(Guard, StopsEveryException) {
  auto err = empty();
  EXPECT_EQ(guard(&err, []() -> Result<void> { throw std::runtime_error("thrown"); }), FLEET_E_EXCEPTION);
  EXPECT_STREQ(err.message, "thrown");
  EXPECT_EQ(guard(&err, []() -> Result<void> { throw std::bad_alloc(); }), FLEET_E_OUT_OF_MEMORY);
  EXPECT_EQ(guard(&err, []() -> Result<void> { throw 42; }), FLEET_E_EXCEPTION);
  EXPECT_EQ(guard(nullptr, []() -> Result<void> { throw 42; }), FLEET_E_EXCEPTION);
  guardVoid([] { throw 42; });
}

TEST(FillError, CutsTextsAtWholeCharacters) {
  auto err = empty();
  std::string text;
  while (text.size() < 600) text += "ä";
  fillError(&err, FLEET_E_SCHEMA, "", "", "x" + text, "");
  EXPECT_LT(std::strlen(err.message), sizeof err.message);
  EXPECT_TRUE(isUtf8(err.message));
  EXPECT_GE(std::strlen(err.message), sizeof err.message - 2);
  const std::string exact(sizeof err.message - 1, 'y');
  fillError(&err, FLEET_E_SCHEMA, "", "", exact, "");
  EXPECT_EQ(err.message, exact);
}

TEST(FillError, LeavesAnErrorOfAnOlderHostAlone) {
  auto err = empty();
  err.struct_size = 16;
  EXPECT_EQ(fillError(&err, FLEET_E_SCHEMA, "c", "p", "m", "h"), FLEET_E_SCHEMA);
  EXPECT_STREQ(err.message, "");
}

TEST(FillError, NeverSaysThatAllIsWell) {
  auto err = empty();
  EXPECT_EQ(fillError(&err, FLEET_OK, "", "", "", ""), FLEET_E_UNKNOWN);
}

class Old final : public ServicePlugin<Old> {
 public:
  static constexpr auto manifest = fleet::manifest({.id = "old", .name = "Old", .version = "1"});
};

TEST(Entry, AnOlderShorterHostIsSeenAsSuch) {
  // A host struct that ends before a field of a newer one.
  fleet_host_t host{};
  host.struct_size = offsetof(fleet_host_t, request_restart);
  const fleet_host_t* view = &host;
  EXPECT_TRUE(FLEET_HAS(view, fleet_host_t, request_callback));
  EXPECT_FALSE(FLEET_HAS(view, fleet_host_t, request_restart));
  const fleet_host_t* none = nullptr;
  EXPECT_FALSE(FLEET_HAS(none, fleet_host_t, name));
}

TEST(Entry, FindsPluginsById) {
  const auto* factory = static_cast<const fleet_plugin_factory_t*>(Entry<Old>::factory(FLEET_PLUGIN_FACTORY));
  ASSERT_NE(factory, nullptr);
  EXPECT_EQ(Entry<Old>::factory("fleet.plugin-factory/2"), nullptr);
  EXPECT_EQ(factory->count(factory), 1u);
  EXPECT_EQ(factory->manifest(factory, 0), &Old::manifest);
  EXPECT_EQ(factory->manifest(factory, 1), nullptr);
  auto err = empty();
  EXPECT_EQ(factory->create(factory, nullptr, "other", &err), nullptr);
  EXPECT_EQ(err.status, FLEET_E_INVALID_ARGUMENT);
  const auto* plugin = factory->create(factory, nullptr, "old", &err);
  ASSERT_NE(plugin, nullptr);
  EXPECT_EQ(plugin->struct_size, sizeof(fleet_plugin_t));
  EXPECT_EQ(plugin->manifest, &Old::manifest);
  EXPECT_NE(plugin->get_extension(plugin, FLEET_EXT_CONTRIBUTE), nullptr);
  EXPECT_EQ(plugin->get_extension(plugin, FLEET_EXT_RENDER), nullptr);
  EXPECT_EQ(plugin->get_extension(plugin, "org.example.other/1"), nullptr);
  plugin->destroy(plugin);
}

TEST(Version, SameMajorAndAtLeastTheMinor) {
  const fleet_version_t host{1, 2, 0, 0};
  EXPECT_TRUE(fleet_version_ok(host, {1, 2, 9, 0}));
  EXPECT_TRUE(fleet_version_ok(host, {1, 0, 0, 0}));
  EXPECT_FALSE(fleet_version_ok(host, {1, 3, 0, 0}));
  EXPECT_FALSE(fleet_version_ok(host, {2, 0, 0, 0}));
  EXPECT_FALSE(fleet_version_ok(host, {0, 9, 0, 0}));
}

}  // namespace
}  // namespace fleet
