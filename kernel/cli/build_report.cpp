// Events and progress.
#include "kernel/cli/build_report.hpp"

#include <fmt/format.h>

#include "kernel/base/clock.hpp"
#include "kernel/base/text.hpp"

namespace fleetd::cli {

namespace {

using What = deploy::BuildEvent::What;

constexpr std::int64_t kSecond = 1'000'000'000;

JsonWriter& begin(JsonWriter& json, std::string_view event, const fleet::Host& host) {
  return json.beginObject().member("event", event).member("host", host.name).member("class", host.klass);
}

void writeSeconds(JsonWriter& json, std::int64_t milliseconds) {
  json.key("seconds").real(static_cast<double>(milliseconds) / 1000);
}

void writeText(JsonWriter& json, std::string_view key, const std::string& text) {
  json.key(key);
  text.empty() ? json.null() : json.string(text);
}

}  // namespace

std::string_view buildResultName(const Result<deploy::Built>& result) {
  if (!result) return result.error().code == base::Code::FL0828 ? "skipped" : "failed";
  if (result->path.empty()) return "failed";
  if (!result->evaluated) return "unchanged";
  return result->made ? "built" : "evaluated";
}

void BuildReport::tell(const deploy::BuildEvent& event, const deploy::NixSettings& nix) {
  if (began_ == 0) began_ = base::monotonicNanos();
  switch (event.what) {
    case What::Covers:
      if (form_ == Form::People && cx_.verbose())
        cx_.out.message(
            fmt::format("the fingerprint of {} covers all files: {}\n", event.host.name, base::sanitize(event.line)));
      return;
    case What::Started: started(event, nix); break;
    case What::Line:
      if (form_ == Form::People && cx_.verbose())
        cx_.out.message(fmt::format("{}: {}\n", event.host.name, base::sanitize(event.line)));
      break;
    case What::Ended: ended(event, nix); break;
  }
  if (form_ == Form::People && !cx_.quiet()) progress(event);
}

void BuildReport::started(const deploy::BuildEvent& event, const deploy::NixSettings& nix) {
  running_.insert_or_assign(event.host.name, base::monotonicNanos());
  if (form_ != Form::Events) return;
  JsonWriter json(cx_.out.data());
  begin(json, "started", event.host);
  json.member("log", deploy::logFile(nix, event.host)).endObject();
  line();
}

void BuildReport::ended(const deploy::BuildEvent& event, const deploy::NixSettings& nix) {
  ++done_;
  running_.erase(event.host.name);
  const auto& result = *event.result;
  const std::string_view name = buildResultName(result);
  ++counts_[std::string(name)];
  if (form_ != Form::Events) return;
  const bool asked = event.milliseconds > 0 || (result && result->evaluated);
  JsonWriter json(cx_.out.data());
  begin(json, result ? "finished" : "failed", event.host).member("result", name);
  writeText(json, "system", result ? result->path : std::string());
  json.member("evaluated", asked);
  writeSeconds(json, event.milliseconds);
  writeText(json, "log", asked ? deploy::logFile(nix, event.host) : std::string());
  if (!result) {
    json.member("code", base::info(result.error().code).id).member("error", result.error().message);
  }
  json.endObject();
  line();
}

void BuildReport::progress(const deploy::BuildEvent& event) {
  const std::int64_t now = base::monotonicNanos();
  std::string text = fmt::format("building: {}/{} done", done_, hosts_);
  if (const auto failed = counts_.find("failed"); failed != counts_.end())
    text += fmt::format(", {} failed", failed->second);
  text += fmt::format(", {} running, {} s", running_.size(), (now - began_) / kSecond);
  if (const auto it = running_.find(event.host.name); it != running_.end())
    text += fmt::format("; {} ({} s): {}", event.host.name, (now - it->second) / kSecond, event.line);
  cx_.out.progress(text);
}

void BuildReport::summary(const std::vector<const fleet::Host*>& hosts, const std::vector<deploy::Built>& built) {
  JsonWriter json(cx_.out.data());
  json.beginObject().member("event", "summary").key("hosts").unsignedInteger(hosts.size());
  for (const char* name : {"unchanged", "evaluated", "built", "failed", "skipped"}) json.member(name, counts_[name]);
  writeSeconds(json, began_ == 0 ? 0 : (base::monotonicNanos() - began_) / 1'000'000);
  json.key("systems").beginArray();
  for (std::size_t i = 0; i < built.size(); ++i) {
    json.beginObject().member("host", hosts[i]->name).member("class", hosts[i]->klass);
    writeText(json, "system", built[i].path);
    json.member("evaluated", built[i].evaluated).endObject();
  }
  json.endArray().endObject();
  line();
}

// At once: who reads may act on it.
void BuildReport::line() {
  cx_.out.write("\n");
  cx_.out.drain();
}

}  // namespace fleetd::cli
