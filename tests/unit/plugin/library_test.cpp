#include "kernel/plugin/library.hpp"

#include <gtest/gtest.h>

#include "kernel/base/file.hpp"
#include "tests/support/temp_dir.hpp"

namespace fleetd::plugin {
namespace {

std::string fixture(const std::string& id) { return std::string(FIXTURES) + "/" + id + ".so"; }

// Goes as far as making an instance.
Result<void> use(const std::string& id) {
  static const fleet_host_t host{};
  FLEETD_TRY_ASSIGN(const auto library, Library::open(fixture(id)));
  FLEETD_TRY(library.manifest(id));
  FLEETD_TRY(library.create(id, &host));
  return {};
}

struct Case {
  const char* id;
  Code code;
  const char* says;
};

class Flaw : public testing::TestWithParam<Case> {};

TEST_P(Flaw, IsFoundAndNamed) {
  const auto used = use(GetParam().id);
  ASSERT_FALSE(used.ok());
  EXPECT_EQ(used.error().code, GetParam().code) << used.error().message;
  EXPECT_NE(used.error().message.find(GetParam().says), std::string::npos) << used.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    Libraries, Flaw,
    testing::Values(
        Case{"flaw.other-major", Code::FL0302, "version 7 of the plugin ABI"},
        Case{"flaw.no-entry", Code::FL0302, "does not export `fleet_entry_v0`"},
        Case{"flaw.size-small", Code::FL0304, "8 bytes"}, Case{"flaw.size-large", Code::FL0304, "1073741824 bytes"},
        Case{"flaw.needs-major", Code::FL0304, "needs version 9."},
        Case{"flaw.needs-minor", Code::FL0304, "needs version 0.999.0"},
        Case{"flaw.no-function", Code::FL0304, "lacks a function"}, Case{"flaw.no-factory", Code::FL0304, "no factory"},
        Case{"flaw.init-fails", Code::FL0308, "no start today [FLAW01]"},
        Case{"flaw.count", Code::FL0304, "4294967295 plugins"}, Case{"flaw.no-manifest", Code::FL0305, "no manifest"},
        Case{"flaw.manifest-size", Code::FL0304, "7 bytes"}, Case{"flaw.manifest-id", Code::FL0305, "id"},
        Case{"flaw.manifest-minor", Code::FL0304, "0.999.0"},
        Case{"flaw.other-id", Code::FL0305, "holds no plugin `flaw.other-id` but `org.example.other`"},
        Case{"flaw.create-fails", Code::FL0309, "unknown failure"},
        Case{"flaw.instance-size", Code::FL0304, "4294967280 bytes"},
        Case{"flaw.instance-null", Code::FL0304, "lacks a function"}),
    [](const auto& of) {
      std::string name(of.param.id + 5);
      std::replace(name.begin(), name.end(), '-', '_');
      return name;
    });

TEST(Library, AFlawlessOneLoads) { EXPECT_TRUE(use("flaw.none").ok()); }

TEST(Library, TheSameOneLoadsTwice) {
  const auto first = Library::open(fixture("test.service"));
  const auto second = Library::open(fixture("test.service"));
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->manifest("test.service")->id, "test.service");
  EXPECT_EQ(second->manifest("test.second")->role, Role::platform);
}

TEST(Library, GarbageGivesTheLoadersWords) {
  test::TempDir dir;
  const auto path = dir.at("garbage.so");
  ASSERT_TRUE(base::writeFileAtomic(path, std::string(4096, 'x')).ok());
  const auto library = Library::open(path);
  ASSERT_FALSE(library.ok());
  EXPECT_EQ(library.error().code, Code::FL0303);
  EXPECT_NE(library.error().message.find("invalid ELF header"), std::string::npos) << library.error().message;
  ASSERT_TRUE(base::writeFileAtomic(path, "").ok());
  EXPECT_NE(Library::open(path).error().message.find("file too short"), std::string::npos);
}

TEST(Library, AMissingFileGivesTheLoadersWords) {
  const auto library = Library::open("/nonexistent/x.so");
  ASSERT_FALSE(library.ok());
  EXPECT_EQ(library.error().code, Code::FL0303);
  EXPECT_NE(library.error().message.find("No such file"), std::string::npos) << library.error().message;
}

TEST(Library, OnlyAbsolutePathsAreTaken) {
  for (const char* path : {"", "x.so", "./x.so", "../x.so"})
    EXPECT_EQ(Library::open(path).error().code, Code::FL0303) << path;
}

TEST(Library, StaysMappedAfterItsEnd) {
  // Code with thread-local state or unique symbols does not survive being unmapped, so nothing ever is.
  const auto isMapped = [] {
    const auto maps = base::readFile("/proc/self/maps");
    return !maps || maps->find("/test.hang.so") != std::string::npos;
  };
  { ASSERT_TRUE(Library::open(fixture("test.hang")).ok()); }
  EXPECT_TRUE(isMapped());
}

}  // namespace
}  // namespace fleetd::plugin
