// Comparing locks, and driving `nix flake`.
#include "kernel/deploy/inputs.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <set>

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/base/text.hpp"
#include "kernel/deploy/nix.hpp"
#include "kernel/process/spawn.hpp"

namespace fleetd::deploy {

namespace {

using base::Code;

constexpr std::pair<int, int> kNamesSince{2, 19};

bool same(const fleet::LockNode& a, const fleet::LockNode& b) {
  return a.rev == b.rev && a.narHash == b.narHash && a.identity == b.identity;
}

}  // namespace

std::vector<PinnedInput> pinnedInputs(const fleet::Lock& lock) {
  std::vector<PinnedInput> out;
  std::set<std::string> seen{lock.root().key};
  std::deque<std::pair<std::string, const fleet::LockNode*>> open{{"", &lock.root()}};
  while (!open.empty()) {
    const auto [path, node] = open.front();
    open.pop_front();
    for (const auto& [name, key] : node->inputs) {
      const fleet::LockNode* next = lock.node(key);
      if (!next || !seen.insert(key).second) continue;
      std::string full = path.empty() ? name : path + "/" + name;
      open.emplace_back(full, next);
      out.push_back({std::move(full), *next});
    }
  }
  std::stable_sort(out.begin(), out.end(), [](const PinnedInput& a, const PinnedInput& b) {
    const bool deepA = a.name.find('/') != std::string::npos, deepB = b.name.find('/') != std::string::npos;
    return deepA != deepB ? deepB : a.name < b.name;
  });
  return out;
}

std::vector<InputChange> inputChanges(const fleet::Lock& before, const fleet::Lock& after) {
  std::map<std::string, InputChange> found;
  std::vector<std::string> order;
  for (auto& one : pinnedInputs(before)) {
    order.push_back(one.name);
    found[one.name] = {one.name, std::move(one.node), {}};
  }
  for (auto& one : pinnedInputs(after)) {
    if (!found.contains(one.name)) order.push_back(one.name);
    InputChange& change = found[one.name];
    change.name = one.name;
    change.after = std::move(one.node);
  }
  std::vector<InputChange> out;
  for (const auto& name : order)
    if (InputChange& one = found[name]; one.before.key.empty() || one.after.key.empty() || !same(one.before, one.after))
      out.push_back(std::move(one));
  return out;
}

std::pair<int, int> nixVersion(std::string_view text) {
  std::pair<int, int> out{0, 0};
  // The last one: what is in parentheses before it is the name of a variant, perhaps with its own version.
  for (const std::string_view word : base::split(base::trim(text), ' ')) {
    const auto parts = base::split(word, '.');
    if (parts.size() < 2) continue;
    const auto major = base::parseInt(parts[0]);
    // "2.19pre2023" is a number and more.
    const auto minor = base::parseInt(parts[1].substr(0, parts[1].find_first_not_of("0123456789")));
    if (major && minor && *major >= 0 && *major < 1000 && *minor >= 0 && *minor < 100'000)
      out = {static_cast<int>(*major), static_cast<int>(*minor)};
  }
  return out;
}

std::vector<std::string> updateWords(std::pair<int, int> version, const std::string& flake,
                                     const std::vector<std::string>& names) {
  std::vector<std::string> out{"flake"};
  if (version != std::pair{0, 0} && version < kNamesSince) {
    out.emplace_back(names.empty() ? "update" : "lock");
    for (const auto& name : names) out.insert(out.end(), {"--update-input", name});
    out.push_back(flake);
    return out;
  }
  out.emplace_back("update");
  out.insert(out.end(), names.begin(), names.end());
  out.insert(out.end(), {"--flake", flake});
  return out;
}

Result<void> updateInputs(const std::string& root, const std::vector<std::string>& names) {
  const std::string file = root + "/flake.lock";
  const bool existed = base::fileType(file) != base::FileType::Missing;
  std::string before;
  if (existed) {
    FLEETD_TRY_ASSIGN(before, base::readFile(file));
  }
  process::Command ask;
  ask.argv = {"nix", "--version"};
  FLEETD_TRY_ASSIGN(const std::string version, process::runForOutput(ask));
  process::Command command;
  command.argv = {"nix", "--extra-experimental-features", "nix-command flakes"};
  const auto words = updateWords(nixVersion(version), root, names);
  command.argv.insert(command.argv.end(), words.begin(), words.end());
  const auto restore = [&] {
    if (!existed) return static_cast<void>(base::removeTree(file));
    const auto now = base::readFile(file);
    if (!now || *now != before) static_cast<void>(base::writeFileAtomic(file, before));
  };
  const auto finished = process::run(command);
  if (!finished) {
    restore();
    return finished.error();
  }
  if (!finished->status.success()) {
    restore();
    return Error{Code::FL0838,
                 fmt::format("Nix cannot lock the inputs: {}", reduceNixError(finished->errors, root)),
                 "flake.lock is what it was before",
                 {}};
  }
  auto after = base::readFile(file);
  auto lock = after ? fleet::Lock::parse(*after, file) : Result<fleet::Lock>(after.error());
  if (lock) return {};
  restore();
  return Error{Code::FL0838, lock.error().message, "flake.lock is what it was before", {}};
}

}  // namespace fleetd::deploy
