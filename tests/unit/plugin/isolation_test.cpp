#include "kernel/plugin/isolation.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <algorithm>

#include "kernel/base/file.hpp"
#include "tests/support/temp_dir.hpp"

namespace fleetd::plugin {
namespace {

PluginFile file(const char* id, bool bundled) { return {id, "/x.so", Origin::environment, bundled}; }

TEST(Isolation, Words) {
  EXPECT_EQ(readIsolation("none")->who, Isolate::none);
  EXPECT_EQ(readIsolation("third-party")->who, Isolate::thirdParty);
  EXPECT_EQ(readIsolation("all")->who, Isolate::all);
  EXPECT_EQ(readIsolation("")->who, Isolate::all);
  EXPECT_TRUE(readIsolation("all")->sandbox);
  EXPECT_EQ(readIsolation("unsandboxed")->who, Isolate::thirdParty);
  EXPECT_FALSE(readIsolation("unsandboxed")->sandbox);
  for (const char* word : {"None", "no", "third_party", " "}) EXPECT_FALSE(readIsolation(word)) << word;
}

TEST(Isolation, Who) {
  Isolation isolation;
  EXPECT_FALSE(isIsolated(isolation, file("org.x", false)));
  isolation.who = Isolate::thirdParty;
  EXPECT_TRUE(isIsolated(isolation, file("org.x", false)));
  EXPECT_TRUE(isIsolated(isolation, file("vars", false)));  // a name is no proof
  EXPECT_FALSE(isIsolated(isolation, file("nixos", true)));
  isolation.who = Isolate::all;
  EXPECT_TRUE(isIsolated(isolation, file("nixos", true)));
  EXPECT_FALSE(isIsolated(isolation, file("vars", true)));
  EXPECT_TRUE(isIsolated(isolation, file("vars", false)));
}

TEST(Isolation, TheCommandShowsTheLibraryAndTheSocketOnly) {
  Isolation isolation;
  isolation.program = PLUGIN_HOST;
  isolation.sandbox = false;
  EXPECT_EQ(*hostCommand(isolation, "org.x", "/a/b.so", "/run/s"), std::vector<std::string>{PLUGIN_HOST});
  isolation.sandbox = true;
  const auto words = hostCommand(isolation, "org.x", "/a/b.so", "/run/s");
  if (!words) GTEST_SKIP() << words.error().message;
  for (const char* path : {"/a/b.so", "/run/s", PLUGIN_HOST})
    EXPECT_NE(std::find(words->begin(), words->end(), path), words->end()) << path;
  for (const char* word : {"--bind", "/home", "/a", "/", "--share-net"})
    if (std::string(word) != "/") {
      EXPECT_EQ(std::find(words->begin(), words->end(), word), words->end()) << word;
    }
  isolation.program = "/nonexistent";
  EXPECT_FALSE(hostCommand(isolation, "org.x", "/a/b.so", "/run/s").ok());
  isolation.program = "";
  EXPECT_EQ(hostCommand(isolation, "org.x", "/a/b.so", "/run/s").error().code,
            Code::FL0328);  // there is none beside this test
}

TEST(Isolation, FilesAreShownToOnePluginOnly) {
  Isolation isolation;
  isolation.program = PLUGIN_HOST;
  test::TempDir dir;
  ASSERT_EQ(symlink(dir.path().c_str(), dir.at("link").c_str()), 0);
  const std::string real = *base::realPath(dir.path());
  ASSERT_TRUE(addFiles(isolation, "org.x=" + dir.at("link")).ok());
  EXPECT_EQ(isolation.files.at("org.x"), std::vector<std::string>{real}) << "where the link leads";
  for (const std::string& word :
       {std::string("org.x"), std::string("=/tmp"), std::string("org.x=tmp"), std::string("org.x=/"),
        std::string("org.x="), "org.x=" + dir.at("none"), std::string("Org X=/tmp"), std::string("org.x=/tmp/..")})
    EXPECT_EQ(addFiles(isolation, word).error().code, Code::FL0903) << word;
  const auto words = hostCommand(isolation, "org.x", "/a/b.so", "/run/s");
  if (!words) GTEST_SKIP() << words.error().message;
  EXPECT_NE(std::find(words->begin(), words->end(), real), words->end());
  const auto others = *hostCommand(isolation, "org.y", "/a/b.so", "/run/s");
  EXPECT_EQ(std::find(others.begin(), others.end(), real), others.end());
}

}  // namespace
}  // namespace fleetd::plugin
