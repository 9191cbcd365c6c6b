// Reading flake.lock. The file is the user's, but hostile all the same: every reference is checked, cycles of `follows`
// end.
#include "kernel/fleet/lock.hpp"

#include <fmt/format.h>

#include "kernel/base/json.hpp"
#include "kernel/base/text.hpp"

namespace fleetd::fleet {

namespace {

using base::Code;
using base::Json;

Error malformed(const std::string& path, std::string_view what) {
  return {Code::FL0510, fmt::format("{}: {}", path, what), "let `nix flake lock` write the file again", {}};
}

std::string identityOf(const Json& locked) {
  const std::string_view owner = locked.stringOr("owner", "");
  const std::string_view repo = locked.stringOr("repo", "");
  if (!owner.empty() && !repo.empty()) return base::toLower(fmt::format("{}/{}", owner, repo));
  std::string_view url = locked.stringOr("url", locked.stringOr("path", ""));
  if (const auto scheme = url.find("://"); scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  std::string out = base::toLower(url);
  for (std::string_view cut : {"?", "#", "/archive/", "/-/archive/"})
    if (const auto at = out.find(cut); at != std::string::npos) out.resize(at);
  // Gitea serves archives of a repository below /api/v1/repos/, too.
  if (const auto at = out.find("/api/v1/repos/"); at != std::string::npos) out.replace(at, 14, "/");
  if (out.ends_with(".git")) out.resize(out.size() - 4);
  return out;
}

}  // namespace

const LockNode* Lock::node(const std::string& key) const {
  const auto it = nodes_.find(key);
  return it == nodes_.end() ? nullptr : &it->second;
}

Result<Lock> Lock::parse(std::string_view text, const std::string& path) {
  auto json = base::parseJson(text);
  if (!json) return malformed(path, json.error().message);
  const Json* version = json->find("version");
  const Json* nodes = json->find("nodes");
  const Json* root = json->find("root");
  if (!version || !version->asInt() || *version->asInt() < 5 || *version->asInt() > 7)
    return malformed(path, "not a lock file of version 5, 6 or 7");
  if (!nodes || !nodes->asObject() || !root || !root->asString())
    return malformed(path, "the lock file has no nodes or no root");

  Lock lock;
  lock.rootKey_ = *root->asString();
  const Json* rootNode = nodes->find(lock.rootKey_);
  if (!rootNode) return malformed(path, fmt::format("the root node {} is missing", lock.rootKey_));

  // An input is a node key, or a path of input names from the root (`follows`).
  const auto resolve = [&](const Json& input) -> std::string {
    if (const std::string* key = input.asString()) return *key;
    Json current = input;
    std::string at;
    for (int hops = 0; hops < 64; ++hops) {
      const Json::Array* steps = current.asArray();
      if (!steps) return {};
      at = lock.rootKey_;
      bool again = false;
      for (std::size_t i = 0; i < steps->size() && !again; ++i) {
        const std::string* name = (*steps)[i].asString();
        const Json* node = nodes->find(at);
        const Json* inputs = node ? node->find("inputs") : nullptr;
        const Json* next = inputs && name ? inputs->find(*name) : nullptr;
        if (!next) return {};
        if (const std::string* key = next->asString()) {
          at = *key;
        } else {
          Json::Array rest = next->asArray() ? *next->asArray() : Json::Array{};
          rest.insert(rest.end(), steps->begin() + static_cast<std::ptrdiff_t>(i) + 1, steps->end());
          current = Json(std::move(rest));
          again = true;
        }
      }
      if (!again) return at;
    }
    return {};
  };

  for (const auto& [key, value] : *nodes->asObject()) {
    LockNode node;
    node.key = key;
    if (const Json* locked = value.find("locked")) {
      node.identity = identityOf(*locked);
      // A checkout in place of what flake.nix asks for is still that.
      const Json* original = value.find("original");
      if (locked->stringOr("type", "") == "path" && original && !original->stringOr("repo", "").empty())
        node.identity = identityOf(*original);
      node.type = locked->stringOr("type", "");
      node.path = locked->stringOr("path", "");
      node.dir = locked->stringOr("dir", "");
      node.rev = locked->stringOr("rev", "");
      node.narHash = locked->stringOr("narHash", "");
      if (const Json* modified = locked->find("lastModified"); modified && modified->asInt())
        node.lastModified = *modified->asInt();
    }
    if (const Json* flake = value.find("flake"); flake && flake->asBool()) node.isFlake = *flake->asBool();
    if (const Json* inputs = value.find("inputs"); inputs && inputs->asObject())
      for (const auto& [name, input] : *inputs->asObject()) node.inputs[name] = resolve(input);
    lock.nodes_.emplace(key, std::move(node));
  }
  for (const auto& [name, key] : lock.root().inputs)
    if (!lock.node(key)) return malformed(path, fmt::format("input {} refers to a node that does not exist", name));
  return lock;
}

}  // namespace fleetd::fleet
