// Manifest: what a plugin is and may touch, copied out of the plugin and validated.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/result.hpp"
#include "kernel/plugin/sdk.hpp"

namespace fleetd::plugin {

enum class Role : std::uint8_t {
  service = FLEET_ROLE_SERVICE,
  platform = FLEET_ROLE_PLATFORM,
  secrets = FLEET_ROLE_SECRETS,
  network = FLEET_ROLE_NETWORK,
};
std::string_view roleName(Role role);

struct Manifest {
  std::string id, name, version;
  std::string vendor, license, url, description;  // may be empty
  Role role = Role::service;
  std::uint32_t flags = 0;  // FLEET_MF_*
  fleet_version_t minHost{};
  std::optional<sdk::Path> optionRoot;  // nothing = declares no options; empty path = everywhere (platforms)
  std::vector<std::string> platforms;   // empty = any class
  std::vector<std::string> requires_;
  std::vector<sdk::Path> reads, writes;
  std::vector<std::string> topicsIn, topicsOut;

  bool serves(std::string_view hostClass) const;
  bool mayWrite(const sdk::Path& path) const;
  // Its own subtree, what it may write, and what `reads` lists; platforms read everything.
  bool mayRead(const sdk::Path& path) const;
};

// [a-z0-9] at both ends, [a-z0-9.-] between, at most FLEET_MAX_ID bytes.
bool isPluginId(std::string_view id);
// "0.1.0"
std::string formatVersion(fleet_version_t version);

// A manifest inside a loaded library. Null, wrong sizes and broken rules give FL0304 or FL0305 with the
// field's name.
Result<Manifest> readManifest(const fleet_manifest_t* manifest);

// The same as a document, as a plugin host sends it. Decoding validates again.
std::string encodeManifest(const Manifest& manifest);
Result<Manifest> decodeManifest(std::string_view bytes);

}  // namespace fleetd::plugin
