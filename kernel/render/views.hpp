// What plugins are shown of a composed host: plain data, taken from its configuration.
#pragma once
#include <optional>

#include "kernel/fleet/composed_host.hpp"
#include "kernel/fleet/configuration.hpp"
#include "kernel/plugin/sdk.hpp"

namespace fleetd::render {

// A value that is known down to its last part, as plain data; nothing for one that is not, or that plain data cannot
// hold (functions).
std::optional<plugin::PluginValue> plainValue(lang::Evaluator& ev, lang::Value value);

// Everything below a path, known or assumed; what only Nix knows is an Expr. Nil when nothing is there.
plugin::PluginValue everythingBelow(lang::Evaluator& ev, fleet::ComposedHost& host, const sdk::Path& path);
// Known values below a path, as a map; nil when there are none.
plugin::PluginValue knownBelow(lang::Evaluator& ev, fleet::ComposedHost& host, const sdk::Path& path);

// The host as check() sees it: known and assumed values below the paths of `reads`, both with the whole path.
// Definitions are not set.
plugin::ComposedView checkView(lang::Evaluator& ev, fleet::ComposedHost& host, const std::vector<sdk::Path>& reads);

}  // namespace fleetd::render
