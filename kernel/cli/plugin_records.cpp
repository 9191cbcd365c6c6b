// One JSON file for each plugin in <state>/plugins.
#include "kernel/cli/plugin_records.hpp"

#include <ctime>

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/base/text.hpp"
#include "kernel/plugin/manifest.hpp"
#include "kernel/state/directory.hpp"

namespace fleetd::cli {

namespace {

constexpr std::uint64_t kMostBytes = 16u << 20;

Result<std::string> recordDirectory(std::string_view fleet) {
  FLEETD_TRY_ASSIGN(const std::string state, state::stateDirectory(fleet));
  return state + "/plugins";
}

Result<void> keep(const std::string& fleet, std::string_view command, std::map<std::string, plugin::Touched>& touched) {
  FLEETD_TRY_ASSIGN(const std::string directory, recordDirectory(fleet));
  FLEETD_TRY(base::makeDirs(directory, 0700));
  const std::int64_t now = std::time(nullptr);
  for (auto& [id, one] : touched) {
    one.command = command;
    one.at = now;
    std::string text;
    base::JsonWriter json(text, 2);
    json.beginObject();
    plugin::writeTouched(json, one);
    json.endObject();
    text += '\n';
    FLEETD_TRY(base::writeFileAtomic(fmt::format("{}/{}.json", directory, id), text, 0600, base::Durability::Volatile));
  }
  return {};
}

}  // namespace

void keepPluginRecords(Context& cx) {
  if (!cx.hasWorkspace()) return;
  auto touched = cx.workspace().plugins().touched();
  if (touched.empty()) return;
  const auto kept = keep(cx.workspace().fleet().name(), cx.args.command->name, touched);
  if (!kept && cx.verbose())
    cx.out.message(fmt::format("what the plugins did is not recorded: {}\n", base::sanitize(kept.error().message)));
}

Result<std::optional<plugin::Touched>> lastRun(std::string_view fleet, const std::string& id) {
  if (!plugin::isPluginId(id)) return std::optional<plugin::Touched>();
  FLEETD_TRY_ASSIGN(const std::string directory, recordDirectory(fleet));
  const std::string path = fmt::format("{}/{}.json", directory, id);
  if (base::fileType(path) == base::FileType::Missing) return std::optional<plugin::Touched>();
  FLEETD_TRY_ASSIGN(const std::string text, base::readFile(path, kMostBytes));
  auto read = plugin::readTouched(text);
  if (!read) return Error{read.error().code, fmt::format("{}: {}", path, read.error().message), "remove it", {}};
  return std::optional(*std::move(read));
}

}  // namespace fleetd::cli
