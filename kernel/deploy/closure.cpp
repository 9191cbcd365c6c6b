// Sums and differences.
#include "kernel/deploy/closure.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <map>
#include <set>

#include "kernel/base/file.hpp"
#include "kernel/base/json.hpp"
#include "kernel/deploy/nix.hpp"
#include "kernel/process/spawn.hpp"

namespace fleetd::deploy {

namespace {

using base::Code;

constexpr std::int64_t kNoise = 8 << 10;  // bytes

std::int64_t sizeOf(const base::Json& one) {
  const base::Json* size = one.find("narSize");
  return size && size->asInt() ? *size->asInt() : 0;
}

struct Package {
  std::set<std::string> versions;
  std::int64_t size = 0;
};

std::map<std::string, Package> packagesOf(const std::vector<ClosurePath>& closure) {
  std::map<std::string, Package> out;
  for (const ClosurePath& one : closure) {
    PackageName name = packageName(one.path);
    Package& package = out[name.name];
    if (!name.version.empty()) package.versions.insert(std::move(name.version));
    package.size += one.size;
  }
  return out;
}

// Units of a system by name, with what each leads to.
std::map<std::string, std::string> unitsOf(const std::string& system) {
  std::map<std::string, std::string> out;
  const std::string directory = system + "/etc/systemd/system";
  const auto entries = base::listDir(directory);
  if (!entries) return out;
  for (const auto& entry : *entries) {
    if (entry.name.ends_with(".wants") || entry.name.ends_with(".requires")) continue;
    const auto real = base::realPath(directory + "/" + entry.name);
    out[entry.name] = real ? *real : "";
  }
  return out;
}

}  // namespace

Result<std::vector<ClosurePath>> parsePathInfo(std::string_view text) {
  FLEETD_TRY_ASSIGN(const base::Json json, base::parseJson(text));
  std::vector<ClosurePath> out;
  const auto add = [&](std::string_view path, const base::Json& one) {
    if (isStorePath(path)) out.push_back({std::string(path), sizeOf(one)});
  };
  if (const auto* list = json.asArray()) {
    for (const auto& one : *list) add(one.stringOr("path", ""), one);
  } else if (const auto* set = json.asObject()) {
    for (const auto& [path, one] : *set) add(path, one);
  } else {
    return Error{Code::FL0006, "what `nix path-info --json` printed is neither a list nor a set", "", {}};
  }
  return out;
}

Result<std::vector<ClosurePath>> closureOf(const std::string& path) {
  process::Command command;
  command.argv = {"nix", "--extra-experimental-features", "nix-command", "path-info", "--json", "-r", path};
  FLEETD_TRY_ASSIGN(const std::string text, process::runForOutput(command));
  return parsePathInfo(text);
}

PackageName packageName(std::string_view path) {
  std::string_view name = path.substr(path.rfind('/') + 1);
  constexpr std::size_t kHash = 33;  // and the dash behind it
  if (name.size() > kHash) name.remove_prefix(kHash);
  for (std::size_t i = 0; i + 1 < name.size(); ++i)
    if (name[i] == '-' && !std::isalpha(static_cast<unsigned char>(name[i + 1])))
      return {std::string(name.substr(0, i)), std::string(name.substr(i + 1))};
  return {std::string(name), {}};
}

std::vector<PackageChange> packageChanges(const std::vector<ClosurePath>& before,
                                          const std::vector<ClosurePath>& after) {
  const auto old = packagesOf(before), now = packagesOf(after);
  std::set<std::string> names;
  for (const auto& [name, ignored] : old) names.insert(name);
  for (const auto& [name, ignored] : now) names.insert(name);
  std::vector<PackageChange> out;
  for (const std::string& name : names) {
    const auto a = old.find(name), b = now.find(name);
    PackageChange one;
    one.name = name;
    one.added = a == old.end();
    one.removed = b == now.end();
    if (!one.added) one.before.assign(a->second.versions.begin(), a->second.versions.end());
    if (!one.removed) one.after.assign(b->second.versions.begin(), b->second.versions.end());
    one.bytes = (one.removed ? 0 : b->second.size) - (one.added ? 0 : a->second.size);
    if (one.added || one.removed || one.before != one.after || std::abs(one.bytes) >= kNoise)
      out.push_back(std::move(one));
  }
  return out;
}

Needs needsOf(const std::string& before, const std::string& after) {
  Needs out;
  for (const char* part : {"kernel", "initrd", "kernel-modules"}) {
    const auto a = base::realPath(before + "/" + part), b = base::realPath(after + "/" + part);
    if (a && b && *a != *b) out.reboot.emplace_back(part);
  }
  const auto old = unitsOf(before), now = unitsOf(after);
  for (const auto& [name, leads] : now) {
    const auto found = old.find(name);
    if (found == old.end())
      out.added.push_back(name);
    else if (found->second != leads)
      out.changed.push_back(name);
  }
  for (const auto& [name, ignored] : old)
    if (!now.contains(name)) out.gone.push_back(name);
  return out;
}

}  // namespace fleetd::deploy
