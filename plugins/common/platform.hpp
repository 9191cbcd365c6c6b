// What the platform plugins have in common: rendering definitions, and looking values up for checks.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fleet/cxx/nix_module.hpp>
#include <fleet/cxx/plugin.hpp>

namespace platform {

// One module for each plugin that defines something, called after it, and `_facts.nix` with what the host is.
inline fleet::Result<std::vector<fleet::RenderedFile>> renderHost(const fleet::ComposedHost& host) {
  std::vector<fleet::RenderedFile> out;
  const auto& all = host.definitions;
  for (std::size_t first = 0; first < all.size();) {
    std::size_t last = first;
    while (last < all.size() && all[last].from == all[first].from) ++last;
    const std::string& plugin = all[first].from;
    const std::vector<fleet::Definition> own(all.begin() + static_cast<std::ptrdiff_t>(first),
                                             all.begin() + static_cast<std::ptrdiff_t>(last));
    auto text =
        fleet::nix::moduleText({"What the plugin " + plugin + " sets on " + host.name + ".", "plugin " + plugin}, own);
    if (!text) return std::move(text).error();
    out.push_back({plugin + ".nix", *std::move(text), 0644});
    first = last;
  }
  fleet::Contribution facts;
  fleet::List tags;
  for (const auto& tag : host.tags) tags.emplace_back(tag);
  facts.set("fleet.host.name", host.name).set("fleet.host.class", host.hostClass).set("fleet.host.tags", tags);
  FLEET_TRY_ASSIGN(const auto fragment, facts.finish());
  FLEET_TRY_ASSIGN(auto text,
                   fleet::nix::moduleText({"What " + host.name + " is.", "facts of the host"}, fragment.definitions));
  out.push_back({"_facts.nix", std::move(text), 0644});
  return out;
}

// The value at a path, known or assumed; null when nothing is there.
inline const fleet::Value* find(const fleet::ComposedHost& host, const fleet::Path& path) {
  for (const fleet::Value* value : {&host.options, &host.assumed}) {
    for (const auto& name : path) value = value ? value->find(name) : nullptr;
    if (value) return value;
  }
  return nullptr;
}

inline fleet::Error finding(const char* code, const char* path, std::string message, std::string hint) {
  return {FLEET_OK, code, path, std::move(message), std::move(hint), 0};
}

}  // namespace platform
