// Where sources of inputs are found.
#include "kernel/fleet/input_sources.hpp"

#include <gtest/gtest.h>

#include "kernel/base/file.hpp"

namespace fleetd::fleet {
namespace {

constexpr char kHash[] =
    "sha256-t1KrkiP0SuCSd5lffdJLOoHk6QB6TLkZkB4PkqGJYnY=";  // of a directory with one file, a.txt: "hello\n"

constexpr char kLock[] = R"({
  "nodes": {
    "frame": {"inputs": {"base": "base"}, "locked": {"type": "github", "owner": "example", "repo": "frame",
      "narHash": "sha256-t1KrkiP0SuCSd5lffdJLOoHk6QB6TLkZkB4PkqGJYnY=", "dir": "nix"}, "original": {"type": "github", "owner": "example", "repo": "frame"}},
    "base": {"locked": {"type": "github", "owner": "example", "repo": "base", "narHash": "md5-x"}},
    "root": {"inputs": {"frame": "frame"}}
  }, "root": "root", "version": 7})";

class Sources : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = base::makeTempDir("fleetd-sources-").value();
    auto lock = Lock::parse(kLock, "flake.lock");
    ASSERT_TRUE(lock.ok());
    lock_ = std::make_unique<Lock>(std::move(lock).value());
  }
  void TearDown() override { static_cast<void>(base::removeTree(directory_)); }
  const LockNode& frame() const { return *lock_->node("frame"); }

  std::string directory_;
  std::unique_ptr<Lock> lock_;
};

// The path `nix-store --add-fixed --recursive sha256` gives a directory called source.
TEST(SourceStorePath, IsWhatNixGives) {
  EXPECT_EQ(sourceStorePath(kHash, "/nix/store"), "/nix/store/9qk25fygkjk0kssllrgcwkszaxdp406g-source");
}

TEST(SourceStorePath, IsNothingForOtherHashes) {
  EXPECT_EQ(sourceStorePath("", "/nix/store"), "");
  EXPECT_EQ(sourceStorePath("sha256-AAAA", "/nix/store"), "");
  EXPECT_EQ(sourceStorePath("sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=", "/nix/store"), "");
}

TEST_F(Sources, AreFoundInTheStore) {
  const auto sources = InputSources::make({}, directory_, lock_.get());
  ASSERT_TRUE(sources.ok());
  EXPECT_EQ(frame().dir, "nix");
  EXPECT_FALSE(sources->find("frame", &frame()));
  const std::string path = sourceStorePath(frame().narHash, directory_);
  ASSERT_TRUE(base::makeDirs(path).ok());
  EXPECT_EQ(sources->find("frame", &frame()), path);
  EXPECT_FALSE(sources->find("base", lock_->node("base")));
  EXPECT_FALSE(sources->find("frame", nullptr));
}

TEST_F(Sources, AreWhereTheUserSays) {
  const auto sources = InputSources::make({{"frame/base", directory_}, {"frame", "github:x/y"}}, "/none", lock_.get());
  ASSERT_TRUE(sources.ok());
  EXPECT_EQ(sources->find("base", lock_->node("base")), *base::realPath(directory_));
  EXPECT_EQ(sources->reference("frame", &frame()), "github:x/y");
  EXPECT_FALSE(sources->find("frame", &frame()));
}

TEST_F(Sources, HaveNamesWithoutALockFile) {
  const auto sources = InputSources::make({{"frame", "path:" + directory_}}, "/none", nullptr);
  ASSERT_TRUE(sources.ok());
  EXPECT_TRUE(sources->find("frame", nullptr));
  EXPECT_FALSE(sources->find("other", nullptr));
}

TEST_F(Sources, RefuseWhatThereIsNot) {
  const auto noInput = InputSources::make({{"frane", directory_}}, "/none", lock_.get());
  ASSERT_FALSE(noInput.ok());
  EXPECT_EQ(noInput.error().code, base::Code::FL0515);
  EXPECT_NE(noInput.error().hint.find("frame"), std::string::npos);
  EXPECT_FALSE(InputSources::make({{"frame/bas", directory_}}, "/none", lock_.get()).ok());
  const auto noDirectory = InputSources::make({{"frame", directory_ + "/none"}}, "/none", lock_.get());
  ASSERT_FALSE(noDirectory.ok());
  EXPECT_EQ(noDirectory.error().code, base::Code::FL0515);
}

}  // namespace
}  // namespace fleetd::fleet
