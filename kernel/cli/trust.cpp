// `fleetd trust` and `fleetd untrust`: which of the fleet's own plugins may run.
#include <algorithm>

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/base/text.hpp"
#include "kernel/cli/context.hpp"
#include "kernel/cli/locate.hpp"
#include "kernel/cli/open_plugins.hpp"
#include "kernel/cli/text_table.hpp"

namespace fleetd::cli {

namespace {

using base::Code;
using plugin::PluginFile;
using plugin::TrustStore;

struct Row {
  const PluginFile* file;
  TrustStore::Answer answer;
};

int print(Context& cx, const std::vector<Row>& rows) {
  if (cx.json()) {
    base::JsonWriter json(cx.out.data(), 2);
    json.beginArray();
    for (const auto& [file, answer] : rows)
      json.beginObject()
          .member("id", file->id)
          .member("path", file->path)
          .member("state", plugin::trustName(answer.trust))
          .member("hash", answer.hash)
          .endObject();
    json.endArray();
    cx.out.write("\n");
  } else {
    TextTable table({{"ID"}, {"STATE"}, {"HASH", false, 12, 2}, {"FILE", false, 0, 1}});
    for (const auto& [file, answer] : rows)
      table.add(
          {{file->id, kBold},
           {std::string(plugin::trustName(answer.trust)), answer.trust == plugin::Trust::trusted ? Style{} : kRed},
           {answer.hash.substr(0, 12)},
           {file->path}});
    if (!table.empty()) cx.out.write(table.text(cx.out.dataWidth(), cx.out.colorData()));
  }
  return cx.finish();
}

int list(Context& cx, const TrustStore& store, const std::vector<PluginFile>& files) {
  std::vector<Row> rows;
  for (const auto& file : files) {
    auto answer = store.look(file);
    if (answer)
      rows.push_back({&file, *std::move(answer)});
    else
      cx.diagnostics.add(answer.error());
  }
  if (rows.empty() && !cx.json() && !cx.quiet()) cx.out.message("the fleet has no plugins of its own\n");
  return print(cx, rows);
}

// By id, or by a path to the file.
const PluginFile* find(const std::vector<PluginFile>& files, const std::string& word) {
  const auto byId = std::find_if(files.begin(), files.end(), [&](const PluginFile& file) { return file.id == word; });
  if (byId != files.end()) return &*byId;
  const auto path = base::realPath(word);
  if (!path) return nullptr;
  const auto byPath = std::find_if(files.begin(), files.end(), [&](const PluginFile& file) {
    const auto real = base::realPath(file.path);
    return real && *real == *path;
  });
  return byPath == files.end() ? nullptr : &*byPath;
}

Error unknown(const std::vector<PluginFile>& files, const std::string& word, const std::string& root) {
  std::vector<std::string_view> ids;
  for (const auto& file : files) ids.push_back(file.id);
  std::string hint = suggestion(word, ids);
  if (hint.empty()) hint = fmt::format("only plugins in {}/plugins need trust; `fleetd trust` lists them", root);
  return {Code::FL0301, fmt::format("the fleet has no plugin `{}` of its own", shownWord(word)), std::move(hint), {}};
}

}  // namespace

int runTrust(Context& cx) {
  const auto root = locateFleet(cx.args.value("--fleet"), cx.args.has("--fleet"));
  if (!root) return cx.fail(root.error());
  const auto store = trustStore();
  if (!store) return cx.fail(store.error());
  auto files = plugin::findPlugins(pluginPaths(*root), cx.diagnostics);
  files.erase(std::remove_if(files.begin(), files.end(),
                             [](const PluginFile& file) { return file.origin != plugin::Origin::fleet; }),
              files.end());
  if (cx.args.positionals.empty()) return list(cx, *store, files);
  // All names are looked at before anything is trusted.
  std::vector<const PluginFile*> chosen;
  for (const auto& word : cx.args.positionals) {
    const PluginFile* file = find(files, word);
    if (!file) return worse(kUsage, cx.fail(unknown(files, word, *root)));
    chosen.push_back(file);
  }
  std::vector<Row> rows;
  for (const PluginFile* file : chosen) {
    auto answer = store->add(*file);
    if (!answer) return cx.fail(answer.error());
    rows.push_back({file, *std::move(answer)});
  }
  return print(cx, rows);
}

int runUntrust(Context& cx) {
  const auto store = trustStore();
  if (!store) return cx.fail(store.error());
  const auto known = store->ids();
  if (!known) return cx.fail(known.error());
  std::vector<std::string> removed;
  for (const auto& id : cx.args.positionals) {
    const auto done = store->remove(id);
    if (!done) return cx.fail(done.error());
    if (*done)
      removed.push_back(id);
    else if (!cx.quiet())
      cx.out.message(fmt::format("`{}` was not trusted{}\n", shownWord(id), [&] {
        const auto hint = suggestion(id, {known->begin(), known->end()});
        return hint.empty() ? hint : "; " + hint;
      }()));
  }
  if (cx.json()) {
    base::JsonWriter json(cx.out.data(), 2);
    json.beginArray();
    for (const auto& id : removed) json.string(id);
    json.endArray();
    cx.out.write("\n");
  } else {
    for (const auto& id : removed) cx.out.write(fmt::format("{} is not trusted any more\n", id));
  }
  return cx.finish();
}

}  // namespace fleetd::cli
