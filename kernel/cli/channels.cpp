// `fleetd channels`: fallbacks to other channels, listed and changed.
#include <algorithm>

#include <fmt/format.h>

#include "kernel/base/text.hpp"
#include "kernel/cli/channels_caches.hpp"
#include "kernel/cli/context.hpp"
#include "kernel/cli/git_commit.hpp"
#include "kernel/cli/text_table.hpp"
#include "kernel/fleet/channels.hpp"
#include "kernel/fleet/inventory_file.hpp"
#include "kernel/fleet/lock.hpp"
#include "kernel/render/channels.hpp"

namespace fleetd::cli {

namespace {

using base::Code;
using base::Json;
using fleet::Fallback;

struct Listed {
  const Fallback* fallback = nullptr;
  std::string state;  // "ok", "expired", "not needed" or "cached"
  std::string why;
};

std::vector<Listed> listed(const fleet::Fleet& fleet, const fleet::Channels& channels) {
  std::vector<Listed> out;
  const std::string now = render::today();
  for (const Fallback& one : channels.fallbacks) {
    Listed entry{&one, "ok", render::notNeeded(fleet, channels, one)};
    if (!entry.why.empty())
      entry.state = "not needed";
    else if (!one.until.empty() && now > one.until)
      entry.state = "expired";
    out.push_back(std::move(entry));
  }
  return out;
}

// Those of which nothing else is to be said.
void lookIntoCaches(Context& cx, const fleet::Channels& channels, std::vector<Listed>& fallbacks) {
  std::vector<const Fallback*> open;
  for (const Listed& one : fallbacks)
    if (one.state == "ok") open.push_back(one.fallback);
  const auto found = cachedMeanwhile(cx, channels, open);
  std::size_t next = 0;
  for (Listed& one : fallbacks) {
    if (one.state != "ok") continue;
    if (const std::string& where = found[next++]; !where.empty()) {
      one.state = "cached";
      one.why = fmt::format("{}; it was meant because: {}", where, one.fallback->reason);
    }
  }
}

void write(Context& cx, const fleet::Channels& channels, const std::vector<Listed>& fallbacks) {
  base::JsonWriter json(cx.out.data(), 2);
  const auto optional = [&](std::string_view key, const std::string& text) {
    json.key(key);
    text.empty() ? json.null() : json.string(text);
  };
  json.beginObject().key("channels").beginArray();
  for (const auto& one : channels.channels) {
    json.beginObject().member("name", one.name).member("input", one.input).key("patches").beginArray();
    for (const auto& patch : one.patches) json.string(patch);
    json.endArray().endObject();
  }
  json.endArray().key("fallbacks").beginArray();
  for (const auto& [fallback, state, why] : fallbacks) {
    json.beginObject().member("package", fallback->package).member("platform", fallback->platform);
    json.member("channel", fallback->channel).member("reason", fallback->reason);
    optional("link", fallback->link);
    optional("since", fallback->since);
    optional("until", fallback->until);
    optional("fixed", fallback->fixed);
    json.member("state", state);
    optional("why", why);
    json.key("place");
    cx.writePlace(json, fallback->place);
    json.endObject();
  }
  json.endArray().key("packages").beginArray();
  for (const auto& one : channels.packages)
    json.beginObject().member("name", one.name).member("file", one.path).endObject();
  json.endArray().key("overlays").beginArray();
  for (const auto& one : channels.overlays) json.string(one.path);
  json.endArray().endObject();
  cx.out.write("\n");
}

void print(Context& cx, const fleet::Channels& channels, const std::vector<Listed>& fallbacks, bool onlyFindings) {
  TextTable table({{"PACKAGE"},
                   {"PLATFORM"},
                   {"CHANNEL"},
                   {"SINCE", false, 0, 3},
                   {"UNTIL", false, 0, 1},
                   {"STATE"},
                   {"REASON", false, 20, 2}});
  for (const auto& [fallback, state, why] : fallbacks)
    table.add({{fallback->package, kBold},
               {fallback->platform},
               {fallback->channel},
               {fallback->since},
               {fallback->until},
               {state, state == "ok" ? kGreen : kYellow},
               {why.empty() ? fallback->reason : why}});
  if (!table.empty()) cx.out.write(table.text(cx.out.dataWidth(), cx.out.colorData()));
  if (table.empty() && onlyFindings) {
    if (!cx.quiet()) cx.out.message("no fallback has expired, and all are needed as far as the repository tells\n");
    return;
  }
  if (table.empty() && !cx.quiet())
    cx.out.message(fmt::format(
        "no fallbacks; channels: {}\n", channels.channels.empty() ? "none" : [&] {
          std::vector<std::string> names;
          for (const auto& one : channels.channels) names.push_back(one.name);
          return base::join(names, " ");
        }()));
}

int list(Context& cx, bool onlyFindings) {
  auto fleet = cx.openFleet();
  if (!fleet) return cx.fail(fleet.error());
  // Composing tells of which systems hosts are.
  const auto hosts = cx.selectHosts({});
  if (!hosts) return cx.fail(hosts.error());
  cx.composeTogether(*hosts, false, [](std::size_t, fleet::ComposedHost&) { return true; });
  const auto read = fleet::readChannels(cx.root(), cx.sources, cx.diagnostics);
  const fleet::Channels channels = read ? *read : fleet::Channels();
  auto fallbacks = listed(**fleet, channels);
  if (onlyFindings) {
    if (!cx.args.has("--offline")) lookIntoCaches(cx, channels, fallbacks);
    std::erase_if(fallbacks, [](const Listed& one) { return one.state == "ok"; });
  }
  cx.json() ? write(cx, channels, fallbacks) : print(cx, channels, fallbacks, onlyFindings);
  const int code = cx.finish();
  return onlyFindings && !fallbacks.empty() ? worse(code, kFindings) : code;
}

// --- changes ---

Error missing(std::string_view option, std::string_view what) {
  return {Code::FL0903, fmt::format("`fleetd channels add` needs {}: {}", option, what), "", {}};
}

Result<std::string> addChannel(Context& cx, fleet::InventoryFile& file, const std::string& name) {
  const std::string input(cx.args.value("--input"));
  if (!cx.workspace().fleet().lock() || !cx.workspace().fleet().lock()->root().inputs.contains(input))
    return Error{Code::FL0834,
                 fmt::format("flake.lock has no input `{}`", shownWord(input)),
                 "add it to flake.nix, and let `nix flake lock` lock it",
                 {}};
  file.set({"channels", name, "input"}, Json(input));
  return fmt::format("channels.json: channel {} is {}", name, input);
}

Result<std::string> addFallback(Context& cx, fleet::InventoryFile& file, const std::string& package) {
  if (!cx.args.has("--channel")) return missing("--channel NAME", "where the package is to come from");
  if (!cx.args.has("--reason")) return missing("--reason TEXT", "whoever reads it later must know when it may go");
  const std::string platform(cx.args.has("--platform") ? cx.args.value("--platform") : "all");
  const std::string since = render::today();
  const fleet::InventoryPath path{"fallbacks", package, platform};
  const Json* old = file.find(path);
  Json::Object value;
  const auto put = [&](const char* name, std::string_view text) {
    if (!text.empty()) value.emplace_back(name, Json(std::string(text)));
  };
  put("channel", cx.args.value("--channel"));
  put("reason", cx.args.value("--reason"));
  put("link", cx.args.value("--link"));
  put("since", old ? old->stringOr("since", since) : since);
  put("until", cx.args.value("--until"));
  put("fixed", cx.args.value("--fixed"));
  file.set(path, Json(std::move(value)));
  return fmt::format("channels.json: {} from {} on {}", package, cx.args.value("--channel"), platform);
}

Result<std::string> drop(Context& cx, fleet::InventoryFile& file, const std::string& name) {
  const Json* package = file.find({"fallbacks", name});
  if (!package && file.find({"channels", name})) {
    const Json* fallbacks = file.find({"fallbacks"});
    if (fallbacks && fallbacks->asObject())
      for (const auto& [other, platforms] : *fallbacks->asObject())
        if (platforms.asObject())
          for (const auto& [platform, one] : *platforms.asObject())
            if (one.stringOr("channel", "") == name)
              return Error{Code::FL0834,
                           fmt::format("{} comes from the channel {} on {}", other, name, platform),
                           fmt::format("fleetd channels drop {}", other),
                           {}};
    static_cast<void>(file.remove({"channels", name}));
    return fmt::format("channels.json: no channel {}", name);
  }
  std::vector<std::string_view> names;
  if (const Json* all = file.find({"fallbacks"}); all && all->asObject())
    for (const auto& [other, ignored] : *all->asObject()) names.push_back(other);
  if (!package) {
    std::string hint = suggestion(name, names);
    return Error{
        Code::FL0903, fmt::format("channels.json has no fallback of {}", shownWord(name)), std::move(hint), {}};
  }
  const std::string platform(cx.args.value("--platform"));
  if (!platform.empty()) {
    if (!file.remove({"fallbacks", name, platform}))
      return Error{Code::FL0903, fmt::format("{} has no fallback on {}", name, shownWord(platform)), "", {}};
    package = file.find({"fallbacks", name});
  }
  if (platform.empty() || (package->asObject() && package->asObject()->empty()))
    static_cast<void>(file.remove({"fallbacks", name}));
  return fmt::format("channels.json: {} from the default channel{}", name, platform.empty() ? "" : " on " + platform);
}

// Writes the file if it can be read afterwards, else leaves what was there.
Result<void> apply(Context& cx, fleet::InventoryFile& file) {
  FLEETD_TRY(file.write());
  base::SourceMap sources;
  Diagnostics found;
  static_cast<void>(fleet::readChannels(cx.root(), sources, found));
  if (!found.hasErrors()) return {};
  FLEETD_TRY(file.restore());
  const Diagnostic first = found.sorted().front();
  return Error{first.code, first.message, first.notes.empty() ? "nothing was changed" : first.notes.front(), {}};
}

int change(Context& cx, bool add) {
  const std::string name(cx.args.positional(1));
  if (cx.args.positionals.size() != 2 || !fleet::isPackageName(name))
    return cx.fail({Code::FL0903,
                    fmt::format("`fleetd channels {}` needs a name of a package or channel", add ? "add" : "drop"),
                    "one attribute of the package set, without dots",
                    {}});
  auto fleet = cx.openFleet();
  if (!fleet) return cx.fail(fleet.error());
  auto file = fleet::InventoryFile::read(cx.root() + "/" + fleet::kChannelsFile);
  if (!file) return cx.fail(file.error());
  auto message = !add                     ? drop(cx, *file, name)
                 : cx.args.has("--input") ? addChannel(cx, *file, name)
                                          : addFallback(cx, *file, name);
  if (!message) return cx.fail(message.error());
  if (!file->changed()) {
    if (!cx.quiet()) cx.out.message("nothing changes\n");
    return cx.finish();
  }
  if (auto done = apply(cx, *file); !done) return cx.fail(done.error());
  if (auto done = gitCommit(cx.root(), {fleet::kChannelsFile}, *message, !cx.args.has("--no-commit")); !done)
    cx.diagnostics.add(done.error());
  if (!cx.quiet() && !cx.json()) cx.out.message(*message + "\n");
  return cx.finish();
}

}  // namespace

int runChannels(Context& cx) {
  const std::string_view verb = cx.args.positionals.empty() ? "list" : cx.args.positional(0);
  if (verb == "add" || verb == "drop") return change(cx, verb == "add");
  if (verb == "list" || verb == "check") {
    if (cx.args.positionals.size() > 1)
      return cx.fail({Code::FL0903, fmt::format("`fleetd channels {}` takes no name", verb), "", {}});
    return list(cx, verb == "check");
  }
  return cx.fail(
      {Code::FL0903, fmt::format("unknown verb `{}`", shownWord(verb)), "the verbs are list, check, add and drop", {}});
}

}  // namespace fleetd::cli
