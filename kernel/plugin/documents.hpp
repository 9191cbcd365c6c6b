// Schema documents and rendered files as plugins write them, decoded and checked.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/result.hpp"
#include "kernel/plugin/fleet_document.hpp"
#include "kernel/plugin/manifest.hpp"
#include "kernel/plugin/sdk.hpp"

namespace fleetd::plugin {

// The options below the manifest's option root, as written (paths stay relative to it). Errors: FL0310,
// FL0311, FL0313.
Result<Schema> decodeSchema(const Manifest& manifest, std::string_view bytes);

// What a service exports. Errors: FL0310, FL0311, FL0325 for scopes of another service and interfaces its schema does
// not list.
Result<Exports> decodeExports(const Manifest& manifest, const Schema& schema, std::string_view bytes);

// Files of one host, sorted by path. Errors: FL0310, FL0311, FL0319 for paths that are absolute, not
// normalised or come twice.
Result<std::vector<RenderedFile>> decodeFiles(const Manifest& manifest, std::string_view bytes);

// What a secrets backend resolved: as many sealed values as were asked for, none empty. Errors: FL0310, FL0311.
Result<std::vector<std::string>> decodeSealed(const Manifest& manifest, std::string_view bytes, std::size_t count);

// What a network's plugin tells: a map for each machine, which must be one of `fleet`. Errors: FL0310, FL0311, FL0893.
Result<std::map<std::string, PluginValue>> decodeFacts(const Manifest& manifest, const FleetDocument& fleet,
                                                       std::string_view bytes);

// "a/b.nix": relative, `/` between non-empty names other than "." and "..", printable, at most 1024 bytes.
bool isRelativePath(std::string_view path);

}  // namespace fleetd::plugin
