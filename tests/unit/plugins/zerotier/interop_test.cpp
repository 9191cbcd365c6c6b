// The official tool takes what is made here, and the other way round. ZEROTIER_IDTOOL names the program; without it
// these tests are skipped.
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "plugins/common/zerotier/moon_file.hpp"
#include "plugins/common/zerotier/world.hpp"
#include "tests/unit/plugins/zerotier/support.hpp"

namespace fleetd::zerotier {
namespace {

class ZerotierInterop : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* path = std::getenv("ZEROTIER_IDTOOL");
    if (!path || !*path) GTEST_SKIP() << "set ZEROTIER_IDTOOL to the official zerotier-idtool";
    tool_ = path;
    std::string name = (std::filesystem::temp_directory_path() / "zerotier-interop-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    directory_ = name;
  }
  void TearDown() override {
    if (!directory_.empty()) std::filesystem::remove_all(directory_);
  }

  // Standard output; the words hold nothing a shell would act on.
  std::string run(const std::string& words, int expected = 0) {
    const std::string command = "cd '" + directory_ + "' && '" + tool_ + "' " + words + " 2>&1";
    FILE* pipe = ::popen(command.c_str(), "r");
    std::string out;
    std::array<char, 4096> buffer{};
    for (std::size_t got = 0; (got = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
      out.append(buffer.data(), got);
    const int status = ::pclose(pipe);
    EXPECT_EQ(WEXITSTATUS(status), expected) << words << "\n" << out;
    return out;
  }
  void write(const std::string& name, std::string_view text) { std::ofstream(directory_ + "/" + name) << text; }
  std::string read(const std::string& name) {
    std::ifstream in(directory_ + "/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  std::string tool_, directory_;
};

TEST_F(ZerotierInterop, IdentitiesAreTakenByBothSides) {
  for (int i = 0; i < 3; ++i) {
    const auto ours = generateIdentity();
    ASSERT_TRUE(ours.ok());
    EXPECT_NE(run("validate " + std::string(ours->secretText()->text())).find("is a valid identity"),
              std::string::npos);
    EXPECT_EQ(run("getpublic " + std::string(ours->secretText()->text())), ours->publicText());
    const auto theirs = readIdentity(run("generate"));
    ASSERT_TRUE(theirs.ok()) << theirs.error().message;
    EXPECT_TRUE(theirs->hasSecret());
  }
}

TEST_F(ZerotierInterop, SignaturesAreTheSameBytes) {
  const auto identity = generateIdentity();
  ASSERT_TRUE(identity.ok());
  const std::string message = "ways to machines", secret(identity->secretText()->text());
  write("message", message);
  const auto ours = sign(*identity, bytesOf(message));
  ASSERT_TRUE(ours.ok());
  EXPECT_EQ(run("sign " + secret + " message"), hexOf(*ours));
  EXPECT_NE(run("verify " + identity->publicText() + " message " + hexOf(*ours)).find("signature valid"),
            std::string::npos);
  Signature altered = *ours;
  altered[3] ^= 1;
  run("verify " + identity->publicText() + " message " + hexOf(altered), 1);
}

TEST_F(ZerotierInterop, MoonsAreTheSameBytes) {
  const auto root = generateIdentity();
  ASSERT_TRUE(root.ok());
  // The tool's moon.json, signed by the tool and by us.
  std::string text = run("initmoon " + root->publicText());
  const auto moon = readMoonFile(text);
  ASSERT_TRUE(moon.ok()) << moon.error().message;
  EXPECT_EQ(moon->id, root->address);
  const std::vector<std::string> endpoints{"192.0.2.9/9993", "2001:db8::1/9993", "192.0.2.1/443", "10.0.0.1/9993"};
  World world{WorldKind::Moon, root->address.bits, 0, {{root->address, root->publicKey, {}}}};
  std::string list;
  for (const auto& one : endpoints) {
    world.roots[0].endpoints.push_back(*parseEndpoint(one));
    list += (list.empty() ? "\"" : ", \"") + one + "\"";
  }
  text.replace(text.find("\"stableEndpoints\": []"), 21, "\"stableEndpoints\": [" + list + "]");
  write("moon.json", text);
  run("genmoon moon.json");
  const std::string theirs = read("000000" + root->address.text() + ".moon");
  const auto decoded = decodeWorld(bytesOf(theirs));
  ASSERT_TRUE(decoded.ok()) << decoded.error().message;
  world.timestamp = decoded->world.timestamp;
  EXPECT_EQ(hexOf(*encodeWorld(world, moon->signer)), hexOf(bytesOf(theirs)));
  // Ours, signed by the tool.
  const auto own = newMoonFile(*root, systemRandom());
  ASSERT_TRUE(own.ok());
  write("own.json", own->text());
  run("genmoon own.json");
  const auto again = decodeWorld(bytesOf(read("000000" + root->address.text() + ".moon")));
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->key, readMoonFile(own->text())->signer.publicKey);
}

}  // namespace
}  // namespace fleetd::zerotier
