// `fleetd plugins`: what is installed, and which hosts use it.
#include <algorithm>
#include <functional>
#include <map>

#include <fmt/format.h>
#include <fleet/cxx/path.hpp>

#include "kernel/base/text.hpp"
#include "kernel/cli/context.hpp"
#include "kernel/cli/open_plugins.hpp"
#include "kernel/cli/plugin_records.hpp"
#include "kernel/cli/plugin_rights.hpp"
#include "kernel/cli/text_table.hpp"

namespace fleetd::cli {

namespace {

using base::Code;
using plugin::Manifest;

struct Row {
  const plugin::PluginFile* file;
  const Manifest* manifest = nullptr;  // null: it cannot be loaded, and a finding says why
  std::vector<std::string> hosts;      // that select it
};

std::vector<std::string> pathTexts(const std::vector<sdk::Path>& paths) {
  std::vector<std::string> out;
  for (const auto& path : paths) out.push_back(path.empty() ? "everything" : sdk::formatPath(path));
  return out;
}

std::string rootText(const Manifest& manifest) {
  if (!manifest.optionRoot) return "";
  return manifest.optionRoot->empty() ? "everything" : sdk::formatPath(*manifest.optionRoot);
}

void writeNames(base::JsonWriter& json, std::string_view key, const std::vector<std::string>& names) {
  json.key(key).beginArray();
  for (const std::string& name : names) json.string(name);
  json.endArray();
}

// `more` writes further members.
void writeRow(base::JsonWriter& json, const Row& row, const std::function<void()>& more = {}) {
  json.beginObject().member("id", row.file->id).member("path", row.file->path);
  json.member("origin", plugin::originName(row.file->origin)).member("loaded", row.manifest != nullptr);
  if (const Manifest* m = row.manifest) {
    json.member("name", m->name).member("version", m->version).member("role", plugin::roleName(m->role));
    json.member("vendor", m->vendor)
        .member("license", m->license)
        .member("url", m->url)
        .member("description", m->description);
    json.key("options");
    if (m->optionRoot)
      json.string(sdk::formatPath(*m->optionRoot));
    else
      json.null();
    writeNames(json, "platforms", m->platforms);
    writeNames(json, "requires", m->requires_);
    json.key("writes").beginArray();
    for (const auto& path : m->writes) json.string(sdk::formatPath(path));
    json.endArray().key("reads").beginArray();
    for (const auto& path : m->reads) json.string(sdk::formatPath(path));
    json.endArray();
    writeNames(json, "topicsIn", m->topicsIn);
    writeNames(json, "topicsOut", m->topicsOut);
  }
  writeNames(json, "hosts", row.hosts);
  if (more) more();
  json.endObject();
}

void printList(Context& cx, const std::vector<Row>& rows) {
  TextTable table({{"ID"},
                   {"ROLE", false, 0, 2},
                   {"VERSION", false, 0, 3},
                   {"OPTIONS", false, 10, 4},
                   {"WRITES", false, 10, 5},
                   {"HOSTS", false, 8, 1}});
  for (const Row& row : rows) {
    const Manifest* m = row.manifest;
    table.add({{row.file->id, m ? kBold : kRed},
               {m ? std::string(plugin::roleName(m->role)) : "(unusable)"},
               {m ? m->version : ""},
               {m ? rootText(*m) : ""},
               {m ? base::join(pathTexts(m->writes), " ") : ""},
               {base::join(row.hosts, " ")}});
  }
  cx.out.write(table.text(cx.out.dataWidth(), cx.out.colorData()));
}

void printOne(Context& cx, const Row& row) {
  const auto line = [&](std::string_view name, std::string_view text) {
    if (!text.empty())
      cx.out.write(fmt::format("{} {}\n", cx.out.styled(kDim, fmt::format("{:<12}", name)), base::sanitize(text)));
  };
  line("id", row.file->id);
  line("file", row.file->path);
  line("found in", plugin::originName(row.file->origin));
  if (const Manifest* m = row.manifest) {
    line("name", m->name);
    line("version", m->version);
    line("role", plugin::roleName(m->role));
    line("description", m->description);
    line("vendor", m->vendor);
    line("licence", m->license);
    line("address", m->url);
    line("requires", base::join(m->requires_, " "));
  }
  line("hosts", base::join(row.hosts, " "));
}

// The fleet is optional here: without one, plugins are listed all the same.
Result<fleet::Fleet*> fleetIfAny(Context& cx) {
  auto fleet = cx.openFleet();
  const bool wanted = cx.args.has("--fleet");
  if (!fleet && !wanted && fleet.error().code == Code::FL0501) return static_cast<fleet::Fleet*>(nullptr);
  return fleet;
}

std::vector<Row> rowsOf(const plugin::Plugins& plugins, const fleet::Fleet* fleet) {
  std::map<std::string, std::vector<std::string>> users;
  if (fleet)
    for (const fleet::Host& host : fleet->hosts())
      for (const std::string& id : host.plugins) users[id].push_back(host.name);
  std::vector<Row> rows;
  for (const plugin::PluginFile& file : plugins.files()) rows.push_back({&file, nullptr, users[file.id]});
  return rows;
}

void load(Context& cx, plugin::Plugins& plugins, Row& row) {
  const auto manifest = plugins.manifest(row.file->id);
  if (manifest)
    row.manifest = *manifest;
  else
    cx.diagnostics.add(manifest.error());
}

int showPlugin(Context& cx, plugin::Plugins& plugins, std::vector<Row> rows, const fleet::Fleet* fleet) {
  const std::string_view id = cx.args.positional(1);
  const auto row = std::find_if(rows.begin(), rows.end(), [&](const Row& r) { return r.file->id == id; });
  if (row == rows.end()) {
    std::vector<std::string_view> ids;
    for (const Row& each : rows) ids.push_back(each.file->id);
    std::string hint = suggestion(id, ids);
    if (hint.empty()) hint = "`fleetd plugins` lists those there are";
    return worse(kUsage,
                 cx.fail({Code::FL0301, fmt::format("there is no plugin `{}`", shownWord(id)), std::move(hint), {}}));
  }
  load(cx, plugins, *row);
  std::optional<plugin::Touched> did;
  if (fleet) {
    auto kept = lastRun(fleet->name(), row->file->id);
    if (kept)
      did = *std::move(kept);
    else
      cx.diagnostics.add(kept.error());
  }
  const auto isolation = pluginIsolation(cx);
  if (!isolation) return cx.fail(isolation.error());
  const bool isolated = plugin::isIsolated(*isolation, *row->file);
  const auto shown = isolation->files.find(row->file->id);
  const auto seen = shown == isolation->files.end() ? std::vector<std::string>() : shown->second;
  if (cx.json()) {
    base::JsonWriter json(cx.out.data(), 2);
    writeRow(json, *row, [&] {
      if (row->manifest) writeRights(json, *row->manifest, isolated, seen);
      writeLastRun(json, did);
    });
    cx.out.write("\n");
  } else {
    printOne(cx, *row);
    if (row->manifest) printRights(cx.out, *row->manifest, isolated, seen);
    if (fleet) printLastRun(cx.out, did);
  }
  return cx.finish();
}

}  // namespace

int runPlugins(Context& cx) {
  const bool one = !cx.args.positionals.empty();
  if (one && cx.args.positional(0) != "show")
    return cx.fail({Code::FL0903,
                    fmt::format("unexpected argument `{}`", shownWord(cx.args.positional(0))),
                    "did you mean `show`?",
                    {}});
  if (one && cx.args.positionals.size() < 2)
    return cx.fail({Code::FL0903, "`fleetd plugins show` needs the id of a plugin", "`fleetd plugins` lists them", {}});
  const auto fleet = fleetIfAny(cx);
  if (!fleet) return cx.fail(fleet.error());
  plugin::Plugins plugins = openPlugins(cx, *fleet ? (*fleet)->root() : "");
  std::vector<Row> rows = rowsOf(plugins, *fleet);
  if (one) return showPlugin(cx, plugins, std::move(rows), *fleet);
  for (Row& row : rows) load(cx, plugins, row);
  if (cx.json()) {
    base::JsonWriter json(cx.out.data(), 2);
    json.beginArray();
    for (const Row& row : rows) writeRow(json, row);
    json.endArray();
    cx.out.write("\n");
  } else if (rows.empty()) {
    if (!cx.quiet()) cx.out.message("no plugins were found\n");
  } else {
    printList(cx, rows);
  }
  return cx.finish();
}

}  // namespace fleetd::cli
