// A small JSON file in the fleet's state.
#include "kernel/cli/install_progress.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/base/json.hpp"

namespace fleetd::cli {

using base::Json;

InstallProgress InstallProgress::read(const std::string& file, const std::string& target) {
  InstallProgress out;
  const auto text = base::readFile(file, 64 << 10);
  const auto json = text ? base::parseJson(*text) : Result<Json>(Error{});
  if (!json || json->stringOr("target", "") != target) return out;
  const Json* phases = json->find("phases");
  for (std::size_t i = 0; phases && phases->asArray() && i < phases->asArray()->size(); ++i)
    if (const auto* phase = (*phases->asArray())[i].asString()) out.phases.push_back(*phase);
  out.disks = json->stringOr("disks", "");
  return out;
}

Result<void> InstallProgress::write(const std::string& file, const std::string& target) const {
  Json::Array done;
  for (const auto& one : phases) done.emplace_back(one);
  return base::writeFileAtomic(
      file,
      base::toJsonText(
          Json(Json::Object{{"disks", Json(disks)}, {"phases", Json(std::move(done))}, {"target", Json(target)}})),
      0600);
}

bool InstallProgress::has(std::string_view phase) const {
  return std::find(phases.begin(), phases.end(), phase) != phases.end();
}

Result<void> InstallProgress::checkDisks(const std::string& machine, const std::string& script) const {
  if (!has("disko") || disks.empty() || script.empty() || disks == script) return {};
  return Error{base::Code::FL0842,
               fmt::format("the disks of {} were made by another script than the fleet has now", machine),
               "--restart makes them anew; or take the change of the disks back",
               {}};
}

}  // namespace fleetd::cli
