#include "kernel/base/named_file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <thread>

#include "kernel/base/file.hpp"
#include "tests/support/temp_dir.hpp"

namespace fleetd::base {
namespace {

using test::TempDir;

TEST(NamedFile, AFileIsReplacedAndLinksStay) {
  const TempDir dir;
  const std::string file = dir.at("file"), link = dir.at("link");
  ASSERT_TRUE(writeNamed(file, "one"));
  ASSERT_EQ(::symlink("file", link.c_str()), 0);
  ASSERT_TRUE(writeNamed(link, "two"));
  EXPECT_EQ(*readFile(file), "two");
  EXPECT_EQ(fileType(link), FileType::Symlink);
  EXPECT_EQ(writeNamed(dir.at("."), "x").error().code, Code::FL0003);
  EXPECT_EQ(writeNamed(dir.at("none/x"), "x").error().code, Code::FL0003);
  EXPECT_EQ(writeNamed("", "x").error().code, Code::FL0003);
  EXPECT_EQ(writeNamed(std::string("a\0b", 3), "x").error().code, Code::FL0003);
}

TEST(NamedFile, APipeIsWrittenTo) {
  const TempDir dir;
  const std::string pipe = dir.at("pipe");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const std::string sent(std::size_t{1} << 20, 'x');  // more than it holds
  std::string got;
  std::thread reader([&] {
    const int fd = ::open(pipe.c_str(), O_RDONLY);
    got = *readDescriptor(fd, "pipe");
    ::close(fd);
  });
  const auto done = writeNamed(pipe, sent);
  reader.join();
  EXPECT_TRUE(done);
  EXPECT_EQ(got, sent);
  struct stat st {};
  ASSERT_EQ(::lstat(pipe.c_str(), &st), 0);
  EXPECT_TRUE(S_ISFIFO(st.st_mode));
}

// A device is not replaced by a file, even by somebody who might. The one that is named here is a link to it, so that
// nothing is lost when this fails.
TEST(NamedFile, ADeviceStaysADevice) {
  const TempDir dir;
  const std::string full = dir.at("full");
  ASSERT_EQ(::symlink("/dev/full", full.c_str()), 0);
  struct stat st {};
  if (::stat(full.c_str(), &st) != 0) GTEST_SKIP() << "there is no /dev/full";
  const auto done = writeNamed(full, "x");
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message.find("No space left"), std::string::npos) << done.error().message;
  EXPECT_EQ(fileType(full), FileType::Symlink);
}

}  // namespace
}  // namespace fleetd::base
