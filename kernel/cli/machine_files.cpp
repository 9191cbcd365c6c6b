// Looking for the files of a machine.
#include "kernel/cli/machine_files.hpp"

#include <algorithm>

#include "kernel/base/file.hpp"

namespace fleetd::cli {

namespace {

constexpr int kDeepest = 12;  // folders below vars/, sops/ or secrets/

void findLinks(const std::string& root, const std::string& folder, const std::string& name, int depth,
               std::vector<std::string>& out) {
  const auto entries = base::listDir(root + "/" + folder);
  if (!entries || depth > kDeepest) return;
  const bool ofMachines = folder.ends_with("/machines");
  for (const base::DirEntry& entry : *entries) {
    const std::string path = folder + "/" + entry.name;
    if (entry.type == base::FileType::Directory) findLinks(root, path, name, depth + 1, out);
    if (entry.type == base::FileType::Symlink && ofMachines && entry.name == name) out.push_back(path);
  }
}

bool isOfAnother(const std::string& entry, const std::string& name, const std::vector<std::string>& others) {
  return std::any_of(others.begin(), others.end(), [&](const std::string& other) {
    return other.size() > name.size() && entry.starts_with(other + "-");
  });
}

}  // namespace

MachineFiles filesOfMachine(const std::string& directory, const std::string& name,
                            const std::vector<std::string>& others) {
  MachineFiles out;
  for (const char* above : {"machines/", "vars/per-machine/", "sops/machines/", "secrets/clan-vars/per-machine/",
                            "secrets/age-keys/machines/"})
    if (base::fileType(directory + "/" + above + name) != base::FileType::Missing) out.own.push_back(above + name);
  if (const auto entries = base::listDir(directory + "/sops/secrets"))
    for (const base::DirEntry& entry : *entries)
      if (entry.name.starts_with(name + "-") && !isOfAnother(entry.name, name, others))
        out.own.push_back("sops/secrets/" + entry.name);
  for (const char* top : {"vars", "sops", "secrets"}) findLinks(directory, top, name, 0, out.links);
  std::sort(out.own.begin(), out.own.end());
  std::sort(out.links.begin(), out.links.end());
  return out;
}

std::string renamedPath(const std::string& path, const std::string& name, const std::string& newName) {
  const auto slash = path.rfind('/');
  return path.substr(0, slash + 1) + newName + path.substr(slash + 1 + name.size());
}

}  // namespace fleetd::cli
