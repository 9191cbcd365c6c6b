// Rights of plugins and their use.
#include "kernel/cli/plugin_rights.hpp"

#include <fmt/format.h>
#include <fleet/cxx/path.hpp>

#include "kernel/base/text.hpp"
#include "kernel/cli/operations.hpp"

namespace fleetd::cli {

namespace {

using plugin::Manifest;
using plugin::Tally;
using plugin::Touched;

constexpr std::size_t kTitle = 12;
constexpr std::size_t kShown = 24;  // names of one list; --json has all

// A title, then one line for each text.
void section(Output& out, std::string_view title, const std::vector<std::string>& lines) {
  for (std::size_t i = 0; i < lines.size(); ++i)
    out.write(fmt::format("  {} {}\n", out.styled(kDim, fmt::format("{:<{}}", i == 0 ? title : "", kTitle)),
                          base::sanitize(lines[i])));
}

std::string pathText(const sdk::Path& path) {
  return path.empty() || path == sdk::Path{"*"} ? "everything" : sdk::formatPath(path);
}

std::vector<std::string> pathTexts(const std::vector<sdk::Path>& paths) {
  std::vector<std::string> out;
  for (const auto& path : paths) out.push_back(pathText(path));
  return out;
}

std::string classesOf(const Manifest& manifest) {
  return manifest.platforms.empty() ? "hosts of every class"
                                    : fmt::format("hosts of class {}", base::join(manifest.platforms, ", "));
}

std::vector<std::string> orNothing(std::vector<std::string> lines) {
  if (lines.empty()) lines.emplace_back("nothing");
  return lines;
}

void tallySection(Output& out, std::string_view title, const Tally& tally) {
  std::vector<std::string> lines;
  std::uint64_t hidden = tally.more();
  for (const auto& [name, times] : tally.names()) {
    if (lines.size() < kShown)
      lines.push_back(times == 1 ? name : fmt::format("{} ({} times)", name, times));
    else
      hidden += times;
  }
  if (hidden > 0) lines.push_back(fmt::format("and {} more", hidden));
  section(out, title, lines);
}

void names(base::JsonWriter& json, std::string_view key, const std::vector<std::string>& texts) {
  json.key(key).beginArray();
  for (const auto& text : texts) json.string(text);
  json.endArray();
}

std::vector<std::string> formatted(const std::vector<sdk::Path>& paths) {
  std::vector<std::string> out;
  for (const auto& path : paths) out.push_back(sdk::formatPath(path));
  return out;
}

}  // namespace

void printRights(Output& out, const Manifest& m, bool isolated, const std::vector<std::string>& files) {
  const bool platform = m.role == plugin::Role::platform;
  out.write(fmt::format("\n{}\n", out.styled(kBold, fmt::format("may, on {}", classesOf(m)))));
  section(out, "declare", orNothing(m.optionRoot ? std::vector{pathText(*m.optionRoot)} : std::vector<std::string>()));
  section(out, "write", orNothing(pathTexts(m.writes)));
  auto reads = pathTexts(m.reads);
  if (platform) reads = {"everything"};
  if (!platform && (m.optionRoot || !m.writes.empty())) reads.insert(reads.begin(), "what it may declare and write");
  section(out, "read", orNothing(std::move(reads)));
  if (!m.writes.empty())
    section(out, "expressions",
            {"Nix source over pkgs, lib, config, options and inputs, without paths and imports;",
             "what it reads of config is known only to Nix"});
  if (m.role == plugin::Role::secrets)
    section(out, "secrets", {"keeps generated values: it makes, encrypts and decrypts them"});
  else
    section(out, "secrets", {m.writes.empty() ? "none" : "refer to them in what it writes; it never sees a value"});
  section(out, "hear", orNothing(m.topicsIn));
  section(out, "announce", orNothing(m.topicsOut));
  if (isolated) {
    section(out, "process", {"a sandbox of its own: no network, no home, no files but read-only system ones"});
    if (!files.empty()) section(out, "sees", files);
  } else {
    section(out, "process", {"inside fleetd: network, files and programs as far as you may"});
  }
}

void printLastRun(Output& out, const std::optional<Touched>& touched) {
  if (!touched) {
    out.write(fmt::format("\n{}\n  no run is recorded here\n", out.styled(kBold, "did")));
    return;
  }
  const Touched& t = *touched;
  out.write(fmt::format(
      "\n{}\n", out.styled(kBold, fmt::format("did, in `fleetd {}`, {}, as version {}", base::sanitize(t.command),
                                              timeText(t.at), t.version.empty() ? "unknown" : t.version))));
  tallySection(out, "was asked", t.calls);
  tallySection(out, "for hosts", t.hosts);
  tallySection(out, "wrote", t.writes);
  tallySection(out, "read", t.reads);
  if (t.expressions > 0) section(out, "expressions", {fmt::format("{}", t.expressions)});
  tallySection(out, "secrets", t.secrets);
  tallySection(out, "packages", t.packages);
  tallySection(out, "exported", t.exports);
  tallySection(out, "rendered", t.files);
  tallySection(out, "announced", t.published);
  tallySection(out, "heard", t.received);
  tallySection(out, "was refused", t.refused);
}

void writeRights(base::JsonWriter& json, const Manifest& m, bool isolated, const std::vector<std::string>& files) {
  json.key("may").beginObject();
  names(json, "classes", m.platforms);
  json.key("declare");
  m.optionRoot ? json.string(sdk::formatPath(*m.optionRoot)) : json.null();
  names(json, "write", formatted(m.writes));
  json.member("readAll", m.role == plugin::Role::platform);
  names(json, "read", formatted(m.reads));
  json.member("expressions", !m.writes.empty());
  json.member("secrets", m.role == plugin::Role::secrets ? "keep" : m.writes.empty() ? "none" : "refer");
  names(json, "hear", m.topicsIn);
  names(json, "announce", m.topicsOut);
  json.member("isolated", isolated).member("network", !isolated).member("files", !isolated);
  names(json, "sees", isolated ? files : std::vector<std::string>());
  json.endObject();
}

void writeLastRun(base::JsonWriter& json, const std::optional<Touched>& touched) {
  json.key("lastRun");
  if (!touched) {
    json.null();
    return;
  }
  json.beginObject();
  plugin::writeTouched(json, *touched);
  json.endObject();
}

}  // namespace fleetd::cli
