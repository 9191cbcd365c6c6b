#include "kernel/process/sandbox.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace fleetd::process {
namespace {

using Words = std::vector<std::string>;

TEST(Sandbox, ClosesEverythingAndOpensWhatIsListed) {
  const auto words =
      bubblewrapArguments("/bin/bwrap", {{"/usr/lib", "/nix/store"}, {"/run/x"}, {"/bin/host", "--", "a b"}});
  ASSERT_TRUE(words.ok());
  EXPECT_EQ(*words, (Words{"/bin/bwrap",
                           "--unshare-all",
                           "--die-with-parent",
                           "--new-session",
                           "--clearenv",
                           "--cap-drop",
                           "ALL",
                           "--proc",
                           "/proc",
                           "--dev",
                           "/dev",
                           "--tmpfs",
                           "/tmp",
                           "--chdir",
                           "/tmp",
                           "--ro-bind",
                           "/nix/store",
                           "/nix/store",
                           "--ro-bind",
                           "/usr/lib",
                           "/usr/lib",
                           "--bind",
                           "/run/x",
                           "/run/x",
                           "--",
                           "/bin/host",
                           "--",
                           "a b"}));
}

TEST(Sandbox, RefusesPathsThatOpenMore) {
  for (const std::string path : {"", "/", "relative", "/a/../b", "--bind"}) {
    EXPECT_FALSE(bubblewrapArguments("/bin/bwrap", {{path}, {}, {"/bin/true"}}).ok()) << path;
    EXPECT_FALSE(bubblewrapArguments("/bin/bwrap", {{}, {path}, {"/bin/true"}}).ok()) << path;
    EXPECT_FALSE(bubblewrapArguments("/bin/bwrap", {{}, {}, {path}}).ok()) << path;
  }
  EXPECT_FALSE(bubblewrapArguments("/bin/bwrap", {{std::string("/a\0b", 4)}, {}, {"/bin/true"}}).ok());
  EXPECT_FALSE(bubblewrapArguments("/bin/bwrap", {}).ok());
}

}  // namespace
}  // namespace fleetd::process
