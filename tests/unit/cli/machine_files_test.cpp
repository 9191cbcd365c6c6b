// Files that carry a machine's name, and those that only seem to.
#include "kernel/cli/machine_files.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/temp_dir.hpp"

namespace fleetd::cli {
namespace {

using Names = std::vector<std::string>;

TEST(MachineFiles, OwnAndLinks) {
  const test::TempDir dir;
  for (const char* path :
       {"machines/web", "machines/web-2", "vars/per-machine/web/g/f/machines", "vars/per-machine/web-2",
        "vars/shared/g/f/machines", "vars/shared/g/f/users", "sops/machines/web", "sops/secrets/web-age.key",
        "sops/secrets/web-2-age.key", "sops/secrets/webmail", "sops/groups/all/machines"})
    ASSERT_TRUE(base::makeDirs(dir.at(path)));
  for (const char* path :
       {"vars/per-machine/web/g/f/machines/web", "vars/shared/g/f/machines/web", "vars/shared/g/f/machines/web-2",
        "vars/shared/g/f/users/web", "sops/groups/all/machines/web"})
    std::filesystem::create_symlink("nowhere", dir.at(path));
  const MachineFiles files = filesOfMachine(dir.path(), "web", {"web", "web-2"});
  EXPECT_EQ(files.own,
            (Names{"machines/web", "sops/machines/web", "sops/secrets/web-age.key", "vars/per-machine/web"}));
  EXPECT_EQ(files.links, (Names{"sops/groups/all/machines/web", "vars/per-machine/web/g/f/machines/web",
                                "vars/shared/g/f/machines/web"}));
  EXPECT_TRUE(filesOfMachine(dir.path(), "mail", {}).own.empty());
  EXPECT_TRUE(filesOfMachine(dir.at("none"), "web", {}).links.empty());
}

TEST(MachineFiles, NewNames) {
  EXPECT_EQ(renamedPath("sops/secrets/web-age.key", "web", "www"), "sops/secrets/www-age.key");
  EXPECT_EQ(renamedPath("machines/web", "web", "www"), "machines/www");
}

}  // namespace
}  // namespace fleetd::cli
