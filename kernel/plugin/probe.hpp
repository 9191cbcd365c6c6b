// Probe: loads one library into this process and calls everything of it as fleetd would, with a look at each answer.
// Meant for a process of its own, which a crash or an endless call may cost.
#pragma once
#include <functional>
#include <string>

#include "kernel/base/hash.hpp"
#include "kernel/base/result.hpp"
#include "kernel/plugin/fragment.hpp"

namespace fleetd::plugin {

// What a probe tells, as it goes. A step that was begun and not followed by another is the one that did not end.
struct ProbeReport {
  std::function<void(const std::string& step)> begin;
  std::function<void(const std::string& step, const Error& finding)> find;
  std::function<void(const std::string& step, const Hash256& bytes)> answer;  // of calls that must be deterministic
  std::function<void(const Manifest& manifest, fleet_version_t sdk)> manifest;
  std::function<bool()> wroteToOutput;  // since it was asked last
};

// `path` is absolute. Never fails: everything that is wrong is a finding.
void probeLibrary(const std::string& path, const ExpressionCheck& expressions, const ProbeReport& report);

}  // namespace fleetd::plugin
