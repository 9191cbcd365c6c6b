// Which plugins the hosts of a fleet select, from its data.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/diagnostic.hpp"
#include "kernel/fleet/fleet.hpp"
#include "kernel/plugin/sdk.hpp"

namespace fleetd::render {

// Lists of texts that a fleet has for all hosts, for those with a tag, for single ones ("web" or "nixos:web").
struct Lists {
  std::vector<std::string> all;
  std::map<std::string, std::vector<std::string>> tags, hosts;
};

// What a fleet says about plugins.
struct PluginChoice : Lists {
  std::map<std::string, plugin::PluginValue> settings;  // by plugin, maps
  std::map<std::string, std::string> providers;         // of clan.core, by host
};

// Reads the flake output `fleet`, or fleet.json: `plugins`, `tags.<tag>.plugins`, `hosts.<name>.plugins`, all lists of
// ids. What has another shape is no choice of plugins; a note says so (FL0805). `pluginSettings.<id>` are settings;
// those that are no map, or not known, are an error (FL0891). So is a `hosts.<name>.provider` other than fleetd and
// clan (FL0735).
PluginChoice readChoice(fleet::Fleet& fleet, Diagnostics& diagnostics);

// `<key>`, `tags.<tag>.<key>` and `hosts.<name>.<key>` of the same. What is no list of texts is said with this code.
Lists readLists(fleet::Fleet& fleet, std::string_view key, base::Code otherwise, Diagnostics& diagnostics);
// What holds for one host: of the whole fleet, by tag, own; each once.
std::vector<std::string> listFor(const Lists& lists, const fleet::Host& host);

// The ids for one host besides its platform: own, by tag, of the whole fleet; sorted, unique.
std::vector<std::string> chosenFor(const PluginChoice& choice, const fleet::Host& host);

// Gives hosts the provider of clan.core that was chosen for them. Errors: FL0735 for hosts that the fleet does not
// have, FL0736 where it cannot be.
void applyProviders(const PluginChoice& choice, fleet::Fleet& fleet, Diagnostics& diagnostics);

}  // namespace fleetd::render
