// Which changes of a Mac stay when it returns.
#include "kernel/cli/not_taken_back.hpp"

#include <gtest/gtest.h>

namespace fleetd::cli {
namespace {

TEST(NotTakenBack, OnlyWhatChangesAndStays) {
  const std::string before =
      "environment.systemPackages = [ ]\nhomebrew.casks = [ ]\nsystem.defaults.dock.autohide = false\n";
  const std::string after =
      "environment.systemPackages = [ x ]\nhomebrew.casks = [ ]\nsystem.defaults.dock.autohide = true\n"
      "system.defaultsX = 1\nusers.users.ada.shell = \"zsh\"\n";
  const std::vector<std::string> both{"system.defaults.dock.autohide", "users.users.ada.shell"};
  EXPECT_EQ(notTakenBack(before, after), both);
  EXPECT_EQ(notTakenBack(after, before), both);
  EXPECT_TRUE(notTakenBack(after, after).empty());
  EXPECT_EQ(notTakenBack("", before), (std::vector<std::string>{"homebrew.casks", "system.defaults.dock.autohide"}));
}

}  // namespace
}  // namespace fleetd::cli
