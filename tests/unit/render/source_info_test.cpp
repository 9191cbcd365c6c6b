// Which texts ask for what Nix says of a flake's source.
#include "kernel/render/source_info.hpp"

#include <gtest/gtest.h>

namespace fleetd::render {
namespace {

TEST(SourceInfo, WhoAsks) {
  for (const std::string_view text :
       {"system.configurationRevision = self.rev or \"dirty\";", "self ? lastModified", "inherit (self) shortRev;",
        "inherit (inputs.self)\n  rev\n  ;", "self.sourceInfo.x", "x = self . dirtyRev;"})
    EXPECT_TRUE(asksForSourceInfo(text)) << text;
  for (const std::string_view text : {"", "fetchFromGitHub { rev = \"1\"; }", "self.revision", "self.reverse",
                                      "inherit rev;", "inherit (x) y; rev = 1;", "# rev", "lastModified = 1;"})
    EXPECT_FALSE(asksForSourceInfo(text)) << text;
}

}  // namespace
}  // namespace fleetd::render
