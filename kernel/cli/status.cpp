// `fleetd status`: what every host runs, and whether it is well.
#include <algorithm>
#include <chrono>
#include <thread>

#include <fmt/format.h>

#include "kernel/base/text.hpp"
#include "kernel/base/thread_pool.hpp"
#include "kernel/cli/operations.hpp"
#include "kernel/cli/secret_lines.hpp"
#include "kernel/cli/text_table.hpp"
#include "kernel/deploy/probe.hpp"

namespace fleetd::cli {

namespace {

using base::Code;

constexpr unsigned kAtOnce = 32;
constexpr int kDiskFull = 90;           // percent
constexpr std::int64_t kClockOff = 60;  // seconds, more than a slow connection explains
constexpr auto kAgain = std::chrono::seconds(5);

struct Asked {
  std::optional<Result<deploy::Probe>> probe;
  std::string deployed;  // the system that was deployed last; empty: none
  std::string outcome;   // of that deployment
  std::int64_t contact = 0;
  std::vector<std::string> notes;  // what is not as it should be
};

std::vector<std::string> notesOf(const deploy::Probe& probe, const std::string& deployed, const std::string& klass,
                                 std::int64_t now) {
  std::vector<std::string> out;
  if (deployed.empty())
    out.emplace_back("never deployed from here");
  else if (probe.system != deployed && probe.trial != deployed)
    out.emplace_back("runs another system");
  const bool onTrial = !deployed.empty() && probe.trial == deployed;
  if (onTrial) out.emplace_back("tries what was deployed at its next boot");
  if (!deployed.empty() && klass != "home" && probe.profile != deployed && !onTrial)
    out.emplace_back("boots another system");
  if (!probe.reboot.empty()) out.push_back(fmt::format("reboot needed ({})", probe.reboot));
  for (const auto& unit : probe.failedUnits) out.push_back(fmt::format("{} failed", unit));
  for (const auto& [place, used] : probe.diskUsed)
    if (used >= kDiskFull) out.push_back(fmt::format("{} is {} % full", place, used));
  if (probe.now && std::abs(probe.now - now) > kClockOff)
    out.push_back(fmt::format("clock is {} s {}", std::abs(probe.now - now), probe.now > now ? "ahead" : "behind"));
  for (const std::string_view state : {"STARTED", "ACTIVATING", "WAITING", "KEEPING", "RETURNING", "STUCK"})
    if (probe.lastActivation.starts_with(state)) out.push_back(fmt::format("activation: {}", probe.lastActivation));
  return out;
}

// A host can run what it should and yet lack what belongs to it; only the record knows.
std::string incompleteNote(const state::Outcome& last) {
  const std::string why = base::sanitize(last.message.substr(0, last.message.find('\n')));
  return fmt::format("deployment {} is incomplete until `fleetd deploy {}` succeeds{}{}", last.deployment, last.host,
                     why.empty() ? "" : ": ", why);
}

std::vector<Asked> askAll(Context& cx, Operation& operation, deploy::Ssh& ssh) {
  std::vector<Asked> out(operation.meant.size());
  base::ThreadPool pool(std::clamp(static_cast<unsigned>(out.size()), 1u, kAtOnce), std::size_t{1} << 20);
  pool.parallelFor(out.size(), [&](std::size_t i) {
    const Meant& one = operation.meant[i];
    out[i].probe = *one.reach ? deploy::probe(ssh, (**one.reach).address, one.host->klass, deploy::Asking::Everything)
                              : Result<deploy::Probe>(one.reach->error());
  });
  const std::int64_t now = secondsSinceEpoch();
  for (std::size_t i = 0; i < out.size(); ++i) {
    const fleet::Host& host = *operation.meant[i].host;
    const auto last = operation.state->lastDeployed(host.klass, host.name);
    if (last && *last) {
      out[i].deployed = (*last)->system;
      out[i].outcome = (*last)->outcome;
    }
    if (*out[i].probe) {
      static_cast<void>(operation.state->contacted(host.klass, host.name, now));
      out[i].contact = now;
      out[i].notes = notesOf(**out[i].probe, out[i].deployed, host.klass, now);
      if (out[i].outcome == "incomplete") out[i].notes.push_back(incompleteNote(**last));
      const auto secrets =
          last && *last ? changedSecrets((*last)->options, operation.meant[i].options) : std::vector<std::string>();
      for (const auto& file : secrets) out[i].notes.push_back(fmt::format("{} is newer in the fleet", file));
    } else {
      const auto contact = operation.state->lastContact(host.klass, host.name);
      out[i].contact = contact ? *contact : 0;
      forgetUnreachable(cx, host.name, out[i].probe->error());
    }
  }
  return out;
}

void print(Context& cx, const Operation& operation, const std::vector<Asked>& all) {
  TextTable table(
      {{"HOST"}, {"STATE"}, {"GENERATION", true, 0, 3}, {"LAST CONTACT", false, 0, 4}, {"NOTES", false, 20, 1}});
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Asked& one = all[i];
    const bool there = one.probe->ok();
    const std::string state = !there ? "no answer" : one.notes.empty() ? "ok" : "differs";
    table.add({{operation.meant[i].host->name, kBold},
               {state, there ? (one.notes.empty() ? kGreen : kYellow) : kRed},
               {there ? (*one.probe)->generation : ""},
               {timeText(one.contact)},
               {there ? base::join(one.notes, ", ") : one.probe->error().message}});
  }
  if (!table.empty()) cx.out.write(table.text(cx.out.dataWidth(), cx.out.colorData()));
}

void textOrNull(base::JsonWriter& json, std::string_view key, const std::string& text) {
  json.key(key);
  text.empty() ? json.null() : json.string(text);
}

void write(Context& cx, const Operation& operation, const std::vector<Asked>& all) {
  base::JsonWriter json(cx.out.data(), 2);
  json.beginArray();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Asked& one = all[i];
    const fleet::Host& host = *operation.meant[i].host;
    json.beginObject().member("host", host.name).member("class", host.klass).member("answers", one.probe->ok());
    json.member("lastContact", one.contact);
    textOrNull(json, "deployed", one.deployed);
    textOrNull(json, "outcome", one.outcome);
    textOrNull(json, "error", one.probe->ok() ? "" : one.probe->error().message);
    if (one.probe->ok()) {
      const deploy::Probe& probe = **one.probe;
      textOrNull(json, "system", probe.system);
      textOrNull(json, "booted", probe.booted);
      textOrNull(json, "profile", probe.profile);
      textOrNull(json, "trial", probe.trial);
      textOrNull(json, "generation", probe.generation);
      textOrNull(json, "reboot", probe.reboot);
      json.key("failedUnits").beginArray();
      for (const auto& unit : probe.failedUnits) json.string(unit);
      json.endArray().key("disks").beginObject();
      for (const auto& [place, used] : probe.diskUsed) json.member(place, static_cast<std::int64_t>(used));
      json.endObject();
    }
    json.key("notes").beginArray();
    for (const auto& note : one.notes) json.string(note);
    json.endArray().endObject();
  }
  json.endArray();
  cx.out.write("\n");
}

}  // namespace

int runStatus(Context& cx) {
  auto operation = beginOperation(cx, Reaching::Yes);
  if (!operation) return cx.fail(operation.error());
  deploy::Ssh& ssh = *operation->ssh;
  std::vector<Asked> all;
  for (bool again = false;; again = true) {
    if (again) std::this_thread::sleep_for(kAgain);
    all = askAll(cx, *operation, ssh);
    cx.json() ? write(cx, *operation, all) : print(cx, *operation, all);
    if (!cx.args.has("--watch")) break;
    cx.out.write("\n");
    cx.out.drain();
    if (cx.out.readerGone()) break;
  }
  int code = kOk;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!*all[i].probe) code = worse(code, kEnvironment);
    if (*all[i].probe && !all[i].notes.empty()) code = worse(code, kFindings);
  }
  return worse(cx.finish(), code);
}

}  // namespace fleetd::cli
