// What of a hardware report decides about an installation.
#include "kernel/deploy/hardware.hpp"

#include <gtest/gtest.h>

namespace fleetd::deploy {
namespace {

constexpr std::string_view kReport = R"({"system":"x86_64-linux","uefi":{"supported":false},"hardware":{"disk":[
  {"unix_device_name":"/dev/sda","unix_device_names":["/dev/sda","/dev/disk/by-id/a", 3]}, 4, {"unix_device_names":"x"}]}})";

TEST(Hardware, Reads) {
  const auto one = readHardware(kReport);
  ASSERT_TRUE(one);
  EXPECT_EQ(one->disks, (std::vector<std::string>{"/dev/disk/by-id/a", "/dev/sda"}));
  EXPECT_TRUE(one->knowsFirmware);
  EXPECT_FALSE(one->uefi);
  for (const std::string_view text : {"", "[]", "{}", R"({"hardware":[]})"})
    EXPECT_EQ(readHardware(text).error().code, base::Code::FL0842) << text;
}

TEST(Hardware, Misfits) {
  const auto report = *readHardware(kReport);
  const auto wanted = [](std::string_view system, std::vector<std::string> disks, bool uefi) {
    Wanted out;
    out.system = system;
    out.disks = std::move(disks);
    out.needsUefi = uefi;
    return out;
  };
  EXPECT_TRUE(misfits(report, wanted("x86_64-linux", {"/dev/sda", "/dev/disk/by-id/a"}, false)).empty());
  EXPECT_EQ(misfits(report, wanted("aarch64-linux", {"/dev/sdb"}, true)).size(), 3u);
  EXPECT_TRUE(misfits(*readHardware(R"({"hardware":{}})"), wanted("aarch64-linux", {}, true)).empty());
  auto grub = wanted("x86_64-linux", {"/dev/sda"}, true);
  grub.loader = "GRUB";
  grub.bootDisks = {"/dev/sda", "/dev/sdb"};
  EXPECT_EQ(misfits(report, grub), (std::vector<std::string>{"GRUB is to be written to /dev/sdb, which it has not",
                                                             "GRUB needs UEFI, and its firmware has none"}));
}

}  // namespace
}  // namespace fleetd::deploy
