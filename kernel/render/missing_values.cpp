// Looking for the files of generators.
#include "kernel/render/missing_values.hpp"

#include <algorithm>
#include <initializer_list>
#include <string_view>

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/fleet/configuration.hpp"

namespace fleetd::render {

namespace {

using fleet::ConfigNode;
using lang::Evaluator;
using lang::Tag;

const ConfigNode* below(Evaluator& ev, const ConfigNode& root, std::initializer_list<std::string_view> path) {
  const ConfigNode* node = &root;
  for (const std::string_view name : path) {
    const auto next = std::find_if(node->children.begin(), node->children.end(),
                                   [&](const ConfigNode& child) { return ev.text(child.name) == name; });
    if (next == node->children.end()) return nullptr;
    node = &*next;
  }
  return node;
}

// The file of an age store beside `…/vars/<place>/<file>/secret`.
std::string ofAge(std::string_view stored, std::string_view file) {
  const std::string_view end = "/secret", vars = "/vars/";
  const auto at = stored.rfind(vars);
  if (at == std::string_view::npos || !stored.ends_with(end)) return std::string(stored);
  const auto place = stored.substr(at + vars.size(), stored.size() - at - vars.size() - end.size());
  return fmt::format("{}/secrets/clan-vars/{}/{}.age", stored.substr(0, at), place, file);
}

bool isMissing(Evaluator& ev, const ConfigNode& file, std::string_view store) {
  const ConfigNode *secret = below(ev, file, {"secret"}), *stored = below(ev, file, {"flakePath"});
  if (!secret || !stored || !stored->value.is(Tag::Path)) return false;
  const std::string path(stored->value.string());
  if (secret->value.isFalse()) return base::fileType(path) == base::FileType::Missing;
  if (!secret->value.isTrue()) return false;
  if (store == "age") return base::fileType(ofAge(path, ev.text(file.name))) == base::FileType::Missing;
  return store == "sops" && base::fileType(path) == base::FileType::Missing;
}

}  // namespace

std::vector<std::string> missingValues(Evaluator& ev, fleet::ComposedHost& composed) {
  std::vector<std::string> out;
  const ConfigNode& tree = static_cast<fleet::HostConfiguration&>(composed).tree();
  const ConfigNode* vars = below(ev, tree, {"clan", "core", "vars"});
  const ConfigNode* generators = vars ? below(ev, *vars, {"generators"}) : nullptr;
  if (!generators) return out;
  const ConfigNode* kept = below(ev, *vars, {"settings", "secretStore"});
  const std::string store(kept && kept->value.is(Tag::String) ? kept->value.string() : "sops");
  for (const ConfigNode& generator : generators->children) {
    // One that a plugin keeps is that plugin's affair.
    const ConfigNode *own = below(ev, generator, {"store"}), *files = below(ev, generator, {"files"});
    if (!files || (own && !own->value.is(Tag::Null))) continue;
    if (std::any_of(files->children.begin(), files->children.end(),
                    [&](const ConfigNode& file) { return isMissing(ev, file, store); }))
      out.emplace_back(ev.text(generator.name));
  }
  return out;
}

}  // namespace fleetd::render
