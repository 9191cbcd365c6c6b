// What an interrupt takes along, and what it does not.
#include "kernel/process/left_behind.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel/base/file.hpp"

namespace fleetd::process {
namespace {

class LeftBehind : public ::testing::Test {
 protected:
  void SetUp() override { directory = *base::makeTempDir("fleetd-left"); }
  void TearDown() override { EXPECT_TRUE(base::removeTree(directory)); }

  std::string made(const char* name) const {
    const std::string path = directory + "/" + name;
    EXPECT_TRUE(base::makeDirs(path + "/deep"));
    EXPECT_TRUE(base::writeFileAtomic(path + "/deep/file", "x", 0600, base::Durability::Volatile));
    return path;
  }

  // The signal that ends a child which does this.
  template <class Body>
  static int endOf(const Body& body) {
    const pid_t child = ::fork();
    if (child == 0) {
      body();
      ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  }

  std::string directory;
};

TEST_F(LeftBehind, GoesWithTheSignalThatEndsTheProgram) {
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    const std::string gone = made("-gone"), done = made("done"), moved = made("moved");
    EXPECT_EQ(endOf([&] {
                const RemovedOnInterrupt one(gone);
                { const RemovedOnInterrupt forgotten(done); }
                RemovedOnInterrupt first(moved), second(std::move(first));
                ::raise(number);
              }),
              number);
    EXPECT_EQ(base::fileType(gone), base::FileType::Missing);
    EXPECT_EQ(base::fileType(moved), base::FileType::Missing);
    EXPECT_EQ(base::fileType(done + "/deep/file"), base::FileType::Regular);
  }
}

TEST_F(LeftBehind, ASignalThatIsIgnoredStaysIgnored) {
  const std::string kept = made("kept");
  EXPECT_EQ(endOf([&] {
              ::signal(SIGHUP, SIG_IGN);
              const RemovedOnInterrupt one(kept);
              ::raise(SIGHUP);
            }),
            0);
  EXPECT_TRUE(base::isDirectory(kept));
}

TEST_F(LeftBehind, AForkedChildLeavesItToItsParent) {
  const std::string kept = made("kept");
  EXPECT_EQ(endOf([&] {
              const RemovedOnInterrupt one(kept);
              const int inner = endOf([] { ::raise(SIGTERM); });
              if (inner != SIGTERM || !base::isDirectory(kept)) ::abort();
            }),
            0);
}

TEST_F(LeftBehind, MoreThanThereIsRoomFor) {
  const std::string kept = made("kept"), gone = made("gone");
  EXPECT_EQ(endOf([&] {
              std::vector<RemovedOnInterrupt> many;
              for (int i = 0; i < 40; ++i) many.emplace_back(i == 39 ? kept : gone);
              const RemovedOnInterrupt relative("relative"), empty(""), longer("/" + std::string(5000, 'x'));
              ::raise(SIGINT);
            }),
            SIGINT);
  EXPECT_EQ(base::fileType(gone), base::FileType::Missing);
  EXPECT_TRUE(base::isDirectory(kept));
}

}  // namespace
}  // namespace fleetd::process
