// Which changes of disks a deployment does not carry out.
#include "kernel/cli/made_once.hpp"

#include <gtest/gtest.h>

namespace fleetd::cli {
namespace {

TEST(MadeOnce, DisksButNotMounts) {
  const std::string before =
      "disko.devices.disk.main.device = \"/dev/sda\"\ndisko.devices.disk.main.content.size = \"1G\"\n";
  const std::string after =
      "disko.devices.disk.main.content.mountOptions = [ \"noatime\" ]\ndisko.devices.disk.main.content.size = \"2G\"\n"
      "disko.devices.disk.main.device = \"/dev/sda\"\ndisko.enableConfig = true\n";
  EXPECT_EQ(madeOnce(before, after), std::vector<std::string>{"disko.devices.disk.main.content.size"});
  EXPECT_TRUE(madeOnce(after, after).empty());
}

}  // namespace
}  // namespace fleetd::cli
