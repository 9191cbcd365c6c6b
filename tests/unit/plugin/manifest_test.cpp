#include "kernel/plugin/manifest.hpp"

#include <gtest/gtest.h>

#include <fleet/cxx/manifest.hpp>
#include <fleet/cxx/pack.hpp>

namespace fleetd::plugin {
namespace {

constexpr const char* kWrites[] = {"systemd.services.hello", "users.*.shell", nullptr};
constexpr const char* kPlatforms[] = {"nixos", nullptr};

fleet_manifest_t good() {
  return sdk::manifest({.id = "org.example.hello",
                        .name = "Hello",
                        .version = "1.2.0-rc.1",
                        .vendor = "Somebody",
                        .description = "Says hello",
                        .optionRoot = "services.hello",
                        .platforms = kPlatforms,
                        .writes = kWrites});
}

TEST(Manifest, IsCopied) {
  const auto manifest = readManifest(std::make_unique<fleet_manifest_t>(good()).get());
  ASSERT_TRUE(manifest.ok()) << manifest.error().message;
  EXPECT_EQ(manifest->id, "org.example.hello");
  EXPECT_EQ(manifest->role, Role::service);
  EXPECT_EQ(manifest->flags, static_cast<std::uint32_t>(FLEET_MF_PURE));
  EXPECT_EQ(manifest->vendor, "Somebody");
  EXPECT_EQ(manifest->license, "");
  EXPECT_EQ(*manifest->optionRoot, (sdk::Path{"services", "hello"}));
  EXPECT_EQ(manifest->writes[1], (sdk::Path{"users", "*", "shell"}));
  EXPECT_TRUE(manifest->serves("nixos"));
  EXPECT_FALSE(manifest->serves("darwin"));
}

TEST(Manifest, AllowsWhatItListsAndBelow) {
  const auto c = good();
  const auto manifest = readManifest(&c);
  EXPECT_TRUE(manifest->mayWrite({"systemd", "services", "hello"}));
  EXPECT_TRUE(manifest->mayWrite({"systemd", "services", "hello", "enable"}));
  EXPECT_TRUE(manifest->mayWrite({"users", "alice", "shell"}));
  EXPECT_FALSE(manifest->mayWrite({"systemd", "services"}));
  EXPECT_FALSE(manifest->mayWrite({"systemd", "services", "hello2"}));
  EXPECT_FALSE(manifest->mayWrite({"users", "alice", "extra", "shell"}));
  EXPECT_FALSE(manifest->mayWrite({"users", "alice"}));
  EXPECT_FALSE(manifest->mayWrite({}));
}

TEST(Manifest, SurvivesARoundTripAsADocument) {
  constexpr const char* reads[] = {"*", "a.\"b.c\"", nullptr};
  constexpr const char* topics[] = {"fleet.facts/1", nullptr};
  auto c = good();
  c.reads = reads;
  c.topics_in = c.topics_out = topics;
  const auto manifest = readManifest(&c);
  ASSERT_TRUE(manifest.ok()) << manifest.error().message;
  const auto bytes = encodeManifest(*manifest);
  const auto decoded = decodeManifest(bytes);
  ASSERT_TRUE(decoded.ok()) << decoded.error().message;
  EXPECT_EQ(encodeManifest(*decoded), bytes);
  EXPECT_EQ(decoded->reads, manifest->reads);
  EXPECT_EQ(decoded->reads[1], (sdk::Path{"a", "b.c"}));
  EXPECT_EQ(decoded->optionRoot, manifest->optionRoot);
  EXPECT_EQ(decoded->topicsOut, std::vector<std::string>{"fleet.facts/1"});
  for (std::size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(decodeManifest(bytes.substr(0, size)).ok());
}

struct Case {
  const char* name;
  void (*spoil)(fleet_manifest_t&);
  Code code;
  const char* says;
};

class BadManifest : public testing::TestWithParam<Case> {};

TEST_P(BadManifest, IsRefusedWithTheFieldsName) {
  auto c = good();
  GetParam().spoil(c);
  const auto manifest = readManifest(&c);
  ASSERT_FALSE(manifest.ok());
  EXPECT_EQ(manifest.error().code, GetParam().code);
  EXPECT_NE(manifest.error().message.find(GetParam().says), std::string::npos) << manifest.error().message;
}

const std::string kLongId(FLEET_MAX_ID + 1, 'a');
const std::string kLongText(5000, 'a');
constexpr const char* kBadPath[] = {"a..b", nullptr};
constexpr const char* kEverything[] = {"*", nullptr};
constexpr const char* kEmptyEntry[] = {"", nullptr};
constexpr const char* kBadTopic[] = {"Fleet Facts", nullptr};
constexpr const char* kBadId[] = {"Up", nullptr};

INSTANTIATE_TEST_SUITE_P(
    Fields, BadManifest,
    testing::Values(
        Case{"sizeZero", [](fleet_manifest_t& m) { m.struct_size = 0; }, Code::FL0304, "0 bytes"},
        Case{"sizeHuge", [](fleet_manifest_t& m) { m.struct_size = 0xffffffffu; }, Code::FL0304, "4294967295"},
        Case{"noId", [](fleet_manifest_t& m) { m.id = nullptr; }, Code::FL0305, "id"},
        Case{"emptyId", [](fleet_manifest_t& m) { m.id = ""; }, Code::FL0305, "id"},
        Case{"upperId", [](fleet_manifest_t& m) { m.id = "Hello"; }, Code::FL0305, "id"},
        Case{"slashId", [](fleet_manifest_t& m) { m.id = "../x"; }, Code::FL0305, "id"},
        Case{"dotId", [](fleet_manifest_t& m) { m.id = "x."; }, Code::FL0305, "id"},
        Case{"longId", [](fleet_manifest_t& m) { m.id = kLongId.c_str(); }, Code::FL0305, "id"},
        Case{"noName", [](fleet_manifest_t& m) { m.name = nullptr; }, Code::FL0305, "name"},
        Case{"escapeName", [](fleet_manifest_t& m) { m.name = "\x1b[31mred"; }, Code::FL0305, "a text"},
        Case{"noUtf8", [](fleet_manifest_t& m) { m.description = "\xff"; }, Code::FL0305, "a text"},
        Case{"longText", [](fleet_manifest_t& m) { m.description = kLongText.c_str(); }, Code::FL0305, "too long"},
        Case{"noVersion", [](fleet_manifest_t& m) { m.version = nullptr; }, Code::FL0305, "version"},
        Case{"textVersion", [](fleet_manifest_t& m) { m.version = "latest"; }, Code::FL0305, "version"},
        Case{"roleZero", [](fleet_manifest_t& m) { m.role = 0; }, Code::FL0305, "role"},
        Case{"roleNew", [](fleet_manifest_t& m) { m.role = 5; }, Code::FL0305, "role"},
        Case{"flagNew", [](fleet_manifest_t& m) { m.flags = 1u << 20; }, Code::FL0305, "flags"},
        Case{"newerHost", [](fleet_manifest_t& m) { m.min_host.minor = 999; }, Code::FL0304, "0.999.0"},
        Case{"otherMajor", [](fleet_manifest_t& m) { m.min_host.major = 1; }, Code::FL0304, "1.1.0"},
        Case{"rootEverywhere", [](fleet_manifest_t& m) { m.option_root = ""; }, Code::FL0305, "option_root"},
        Case{"rootStar", [](fleet_manifest_t& m) { m.option_root = "services.*"; }, Code::FL0305, "option_root"},
        Case{"rootBad", [](fleet_manifest_t& m) { m.option_root = "a b"; }, Code::FL0305, "option_root"},
        Case{"writesBad", [](fleet_manifest_t& m) { m.writes = kBadPath; }, Code::FL0305, "writes"},
        Case{"writesEmpty", [](fleet_manifest_t& m) { m.writes = kEmptyEntry; }, Code::FL0305, "writes"},
        Case{"writesAll", [](fleet_manifest_t& m) { m.writes = kEverything; }, Code::FL0305, "writes"},
        Case{"readsBad", [](fleet_manifest_t& m) { m.reads = kBadPath; }, Code::FL0305, "reads"},
        Case{"platformBad", [](fleet_manifest_t& m) { m.platforms = kBadId; }, Code::FL0305, "platforms"},
        Case{"requiresBad", [](fleet_manifest_t& m) { m.requires_ = kBadId; }, Code::FL0305, "requires"},
        Case{"topicBad", [](fleet_manifest_t& m) { m.topics_in = kBadTopic; }, Code::FL0305, "topics"},
        Case{"topicOutBad", [](fleet_manifest_t& m) { m.topics_out = kBadTopic; }, Code::FL0305, "topics"}),
    [](const auto& of) { return std::string(of.param.name); });

TEST(Manifest, PlatformsMayDeclareAndWriteEverywhere) {
  auto c = good();
  c.role = FLEET_ROLE_PLATFORM;
  c.option_root = "";
  c.writes = kEverything;
  const auto manifest = readManifest(&c);
  ASSERT_TRUE(manifest.ok()) << manifest.error().message;
  EXPECT_EQ(manifest->optionRoot, sdk::Path{});
  EXPECT_TRUE(manifest->mayWrite({"anything"}));
  EXPECT_EQ(decodeManifest(encodeManifest(*manifest))->optionRoot, sdk::Path{});
}

TEST(Manifest, WithoutARootItDeclaresNothing) {
  auto c = good();
  c.option_root = nullptr;
  const auto manifest = readManifest(&c);
  EXPECT_FALSE(manifest->optionRoot);
  EXPECT_FALSE(decodeManifest(encodeManifest(*manifest))->optionRoot);
}

TEST(Manifest, NullIsRefused) { EXPECT_EQ(readManifest(nullptr).error().code, Code::FL0305); }

TEST(Manifest, AnUnboundedListIsRefused) {
  std::vector<const char*> many(1000, "a.b");
  many.push_back(nullptr);
  auto c = good();
  c.writes = many.data();
  EXPECT_EQ(readManifest(&c).error().code, Code::FL0305);
}

TEST(Manifest, ALongerStructOfANewerSdkIsRead) {
  struct {
    fleet_manifest_t known;
    std::uint64_t more[4];
  } newer{good(), {1, 2, 3, 4}};
  newer.known.struct_size = sizeof newer;
  EXPECT_TRUE(readManifest(&newer.known).ok());
}

TEST(Manifest, DocumentsAreCheckedToo) {
  sdk::Packer out;
  out.map(1);
  out.str("surprise");
  out.nil();
  EXPECT_EQ(decodeManifest(out.view()).error().code, Code::FL0310);
  EXPECT_EQ(decodeManifest("\x80").error().code, Code::FL0305);
  EXPECT_EQ(decodeManifest("\x90").error().code, Code::FL0310);
  EXPECT_EQ(decodeManifest("").error().code, Code::FL0311);
}

}  // namespace
}  // namespace fleetd::plugin
