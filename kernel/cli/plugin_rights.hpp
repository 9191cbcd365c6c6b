// What a plugin may touch, from its manifest, and what it did touch in its last run: for people who decide about it.
#pragma once
#include <optional>

#include "kernel/base/json_writer.hpp"
#include "kernel/cli/output.hpp"
#include "kernel/plugin/manifest.hpp"
#include "kernel/plugin/touched.hpp"

namespace fleetd::cli {

// `isolated`: it runs in a sandboxed process of its own, else inside of fleetd; `files` are those it sees there.
void printRights(Output& out, const plugin::Manifest& manifest, bool isolated, const std::vector<std::string>& files);
void printLastRun(Output& out, const std::optional<plugin::Touched>& touched);

// Members `may` and `lastRun` of an object that was begun.
void writeRights(base::JsonWriter& json, const plugin::Manifest& manifest, bool isolated,
                 const std::vector<std::string>& files);
void writeLastRun(base::JsonWriter& json, const std::optional<plugin::Touched>& touched);

}  // namespace fleetd::cli
