// WorkerResult: what a worker found out about a host it composed.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernel/base/diagnostic.hpp"
#include "kernel/fleet/together.hpp"
#include "kernel/plugin/plugins.hpp"

namespace fleetd::render {

struct WorkerResult {
  fleet::SharedResult host;
  std::vector<Diagnostic> found;
  std::vector<std::pair<std::string, plugin::PackedHost>> toCheck;  // by plugin
  std::vector<std::string> files;                                   // read for it
};

std::string encode(const WorkerResult& result);
// Nothing when the bytes are no whole result.
std::optional<WorkerResult> decodeWorkerResult(std::string_view bytes);

// Whether all places in a finding are below a position: what a worker read itself nobody else can look up.
bool isBelow(const Diagnostic& finding, base::Pos end);

}  // namespace fleetd::render
