// Keeping copies of what somebody trusts.
#include "kernel/plugin/trust.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/base/hash.hpp"
#include "kernel/plugin/failure.hpp"
#include "kernel/plugin/manifest.hpp"

namespace fleetd::plugin {

namespace {

// Only root and whoever runs this may change what is loaded.
Result<void> ours(const std::string& path) {
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0 || S_ISLNK(status.st_mode))
    return fail(Code::FL0326, fmt::format("`{}` is missing or a symbolic link", path), "trust the plugin again");
  if (status.st_uid != geteuid() && status.st_uid != 0)
    return fail(Code::FL0326, fmt::format("`{}` belongs to another user", path),
                "remove it and trust the plugin again");
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return fail(Code::FL0326, fmt::format("`{}` may be written by others", path), fmt::format("chmod go-w '{}'", path));
  return {};
}

}  // namespace

std::string_view trustName(Trust trust) {
  switch (trust) {
    case Trust::none: return "not trusted";
    case Trust::changed: return "changed";
    case Trust::trusted: return "trusted";
  }
  return "";
}

Error notTrusted(const PluginFile& file, Trust trust) {
  return fail(Code::FL0307,
              trust == Trust::changed
                  ? fmt::format("plugin `{}` (`{}`) is not what was trusted: it has changed", file.id, file.path)
                  : fmt::format("plugin `{}` comes with the fleet (`{}`) and is not trusted", file.id, file.path),
              fmt::format("it runs with your rights; when you know what it does: `fleetd trust {}`", file.id));
}

Result<TrustStore::Answer> TrustStore::look(const PluginFile& file) const {
  FLEETD_TRY_ASSIGN(const std::string bytes, base::readFile(file.path));
  Answer out;
  out.hash = base::blake2b(bytes).hex();
  const std::string directory = fmt::format("{}/{}", directory_, file.id);
  out.copy = fmt::format("{}/{}.so", directory, out.hash);
  if (base::fileType(out.copy) != base::FileType::Missing)
    out.trust = Trust::trusted;
  else if (const auto others = base::listDir(directory); others && !others->empty())
    out.trust = Trust::changed;
  return out;
}

Result<std::string> TrustStore::copyOf(const PluginFile& file) const {
  FLEETD_TRY_ASSIGN(const Answer answer, look(file));
  if (answer.trust != Trust::trusted) return notTrusted(file, answer.trust);
  FLEETD_TRY(ours(directory_));
  FLEETD_TRY(ours(fmt::format("{}/{}", directory_, file.id)));
  FLEETD_TRY(ours(answer.copy));
  FLEETD_TRY_ASSIGN(const std::string bytes, base::readFile(answer.copy));
  if (base::blake2b(bytes).hex() != answer.hash)
    return fail(Code::FL0326, fmt::format("`{}` is not what was trusted: it is damaged", answer.copy),
                fmt::format("`fleetd untrust {0}`, then `fleetd trust {0}`", file.id));
  return answer.copy;
}

Result<TrustStore::Answer> TrustStore::add(const PluginFile& file) const {
  FLEETD_TRY_ASSIGN(const std::string bytes, base::readFile(file.path));
  Answer out{Trust::trusted, base::blake2b(bytes).hex(), {}};
  const std::string directory = fmt::format("{}/{}", directory_, file.id);
  FLEETD_TRY(base::makeDirs(directory, 0700));
  out.copy = fmt::format("{}/{}.so", directory, out.hash);
  FLEETD_TRY(base::writeIfChanged(out.copy, bytes, 0600));
  return out;
}

Result<bool> TrustStore::remove(const std::string& id) const {
  const std::string directory = fmt::format("{}/{}", directory_, id);
  if (!isPluginId(id) || base::fileType(directory) == base::FileType::Missing) return false;
  FLEETD_TRY(base::removeTree(directory));
  return true;
}

Result<std::vector<std::string>> TrustStore::ids() const {
  std::vector<std::string> out;
  if (base::fileType(directory_) == base::FileType::Missing) return out;
  FLEETD_TRY_ASSIGN(const auto entries, base::listDir(directory_));
  for (const auto& entry : entries)
    if (entry.type == base::FileType::Directory && isPluginId(entry.name)) out.push_back(entry.name);
  return out;
}

}  // namespace fleetd::plugin
