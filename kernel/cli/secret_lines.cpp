// Walking clan's layout: vars/per-machine/HOST/GENERATOR/FILE/{secret,value}, vars/shared/GENERATOR/FILE/….
#include "kernel/cli/secret_lines.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/base/hash.hpp"

namespace fleetd::cli {

namespace {

constexpr std::string_view kStart = "vars/";

std::vector<std::string> directoriesIn(const std::string& path) {
  std::vector<std::string> out;
  if (const auto entries = base::listDir(path))
    for (const auto& entry : *entries)
      if (entry.type == base::FileType::Directory) out.push_back(entry.name);
  std::sort(out.begin(), out.end());
  return out;
}

void addFile(const std::string& root, const std::string& directory, std::string& out) {
  for (const char* name : {"secret", "value"}) {
    const std::string path = fmt::format("{}/{}/{}", root, directory, name);
    if (!base::isRegularFile(path)) continue;
    const auto content = base::readFile(path);
    if (!content) continue;
    base::Blake2b hash;
    hash.field(*content);
    out += fmt::format("{} = \"{}\"\n", directory, hash.finish().hex().substr(0, 12));
  }
}

}  // namespace

std::string secretLines(const std::string& root, const std::string& host) {
  std::string out;
  for (const std::string& place : {fmt::format("vars/per-machine/{}", host), std::string("vars/shared")})
    for (const std::string& generator : directoriesIn(root + "/" + place))
      for (const std::string& file : directoriesIn(fmt::format("{}/{}/{}", root, place, generator))) {
        const std::string directory = fmt::format("{}/{}/{}", place, generator, file);
        // Shared with those that a directory names; with all where there is none.
        const std::string machines = fmt::format("{}/{}/machines", root, directory);
        if (base::fileType(machines) != base::FileType::Missing &&
            base::fileType(machines + "/" + host) == base::FileType::Missing)
          continue;
        addFile(root, directory, out);
      }
  return out;
}

std::vector<std::string> takeSecretChanges(std::vector<OptionChange>& changes) {
  std::vector<std::string> out;
  const auto isSecret = [](const OptionChange& one) { return one.option.starts_with(kStart); };
  for (const OptionChange& one : changes)
    if (isSecret(one)) out.push_back(one.option);
  changes.erase(std::remove_if(changes.begin(), changes.end(), isSecret), changes.end());
  return out;
}

std::vector<std::string> changedSecrets(std::string_view before, std::string_view after) {
  if (!before.starts_with(kStart) && before.find("\nvars/") == before.npos) return {};
  auto changes = optionChanges(before, after);
  return takeSecretChanges(changes);
}

}  // namespace fleetd::cli
