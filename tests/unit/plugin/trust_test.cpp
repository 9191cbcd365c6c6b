#include "kernel/plugin/trust.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "kernel/base/file.hpp"
#include "tests/support/temp_dir.hpp"

namespace fleetd::plugin {
namespace {

class TrustTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(base::writeFileAtomic(file.path, "one").ok()); }

  test::TempDir dir;
  TrustStore store{dir.at("store")};
  PluginFile file{"org.example.a", dir.at("org.example.a.so"), Origin::fleet};
};

TEST_F(TrustTest, OneContentIsTrustedAndNoOther) {
  EXPECT_EQ(store.look(file)->trust, Trust::none);
  EXPECT_EQ(store.copyOf(file).error().code, Code::FL0307);
  const auto added = store.add(file);
  ASSERT_TRUE(added.ok());
  EXPECT_EQ(*store.copyOf(file), added->copy);
  EXPECT_EQ(*base::readFile(added->copy), "one");

  ASSERT_TRUE(base::writeFileAtomic(file.path, "two").ok());
  EXPECT_EQ(store.look(file)->trust, Trust::changed);
  const auto refused = store.copyOf(file);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::FL0307);
  EXPECT_NE(refused.error().message.find("changed"), std::string::npos);

  ASSERT_TRUE(base::writeFileAtomic(file.path, "one").ok());
  EXPECT_TRUE(store.copyOf(file).ok()) << "the same content again";
  PluginFile other{"org.example.b", file.path, Origin::fleet};
  EXPECT_EQ(store.look(other)->trust, Trust::none) << "trust is for an id, too";
}

TEST_F(TrustTest, TrustIsTakenBack) {
  EXPECT_FALSE(*store.remove(file.id));
  ASSERT_TRUE(store.add(file).ok());
  EXPECT_EQ(*store.ids(), std::vector<std::string>{file.id});
  EXPECT_TRUE(*store.remove(file.id));
  EXPECT_EQ(store.look(file)->trust, Trust::none);
  EXPECT_TRUE(store.ids()->empty());
  EXPECT_FALSE(*store.remove("..")) << "no id, so nothing outside of the store";
  EXPECT_TRUE(base::isRegularFile(file.path));
}

TEST_F(TrustTest, ACopyThatOthersMayWriteIsRefused) {
  const auto added = store.add(file);
  ASSERT_TRUE(added.ok());
  ASSERT_EQ(chmod(added->copy.c_str(), 0622), 0);
  EXPECT_EQ(store.copyOf(file).error().code, Code::FL0326);
  ASSERT_EQ(chmod(added->copy.c_str(), 0600), 0);
  ASSERT_TRUE(store.copyOf(file).ok());
  ASSERT_EQ(chmod(dir.at("store").c_str(), 0770), 0);
  EXPECT_EQ(store.copyOf(file).error().code, Code::FL0326);
}

TEST_F(TrustTest, ADamagedCopyIsRefusedAndMended) {
  const auto added = store.add(file);
  ASSERT_TRUE(added.ok());
  ASSERT_TRUE(base::writeFileAtomic(added->copy, "other", 0600).ok());
  EXPECT_EQ(store.copyOf(file).error().code, Code::FL0326);
  ASSERT_TRUE(store.add(file).ok());
  EXPECT_TRUE(store.copyOf(file).ok());
}

TEST_F(TrustTest, AFileThatIsGoneIsAnError) {
  ASSERT_TRUE(base::removeTree(file.path).ok());
  EXPECT_EQ(store.look(file).error().code, Code::FL0002);
  EXPECT_EQ(store.add(file).error().code, Code::FL0002);
}

}  // namespace
}  // namespace fleetd::plugin
