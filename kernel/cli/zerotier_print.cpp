// Tables and JSON of `fleetd zerotier`.
#include <algorithm>

#include <fmt/format.h>

#include "kernel/base/text.hpp"
#include "kernel/cli/text_table.hpp"
#include "kernel/cli/zerotier.hpp"

namespace fleetd::cli {

namespace {

using deploy::zerotier::Compared;
using deploy::zerotier::State;

std::string wordsOf(const Compared& member) {
  switch (member.state) {
    case State::Fine: return "ok";
    case State::Missing: return "not known to the controller";
    case State::Unauthorized: return "not let in";
    case State::Addresses: return member.detail;
    case State::Undeclared: return "let in, and not declared";
    case State::Waiting: return "asks to be let in";
  }
  return {};
}

Style styleOf(const Compared& member) {
  return member.differs() ? kYellow : member.state == State::Fine ? kGreen : kDim;
}

std::size_t count(const OpenOverlay& one, State state) {
  return static_cast<std::size_t>(
      std::count_if(one.members.begin(), one.members.end(), [&](const Compared& m) { return m.state == state; }));
}

std::string summaryOf(const OpenOverlay& one) {
  if (one.error) return "unknown";
  std::string out;
  const auto add = [&](std::size_t number, std::string_view what) {
    if (number == 0) return;
    if (!out.empty()) out += ", ";
    out += fmt::format("{} {}", number, what);
  };
  add(count(one, State::Missing), "missing");
  add(count(one, State::Unauthorized), "not let in");
  add(count(one, State::Addresses), "with other addresses");
  add(count(one, State::Undeclared), "not declared");
  add(one.settings.size(), one.settings.size() == 1 ? "setting" : "settings");
  return out.empty() ? "as declared" : out + (one.settings.empty() ? "" : " of the network");
}

void writeHead(base::JsonWriter& json, const OpenOverlay& one) {
  json.member("network", one.overlay.instance).member("id", one.overlay.id);
  json.member("controller", one.overlay.controller).key("error");
  one.error ? json.string(one.error->message) : json.null();
}

void writeSettings(base::JsonWriter& json, const OpenOverlay& one) {
  json.key("settings").beginArray();
  for (const auto& setting : one.settings) {
    json.beginObject().member("name", setting.name).key("declared");
    writeJson(json, setting.declared);
    json.key("actual");
    writeJson(json, setting.actual);
    json.endObject();
  }
  json.endArray();
}

void writeTexts(base::JsonWriter& json, std::string_view name, const std::vector<std::string>& texts) {
  json.key(name).beginArray();
  for (const auto& one : texts) json.string(one);
  json.endArray();
}

void writeMember(base::JsonWriter& json, const OpenOverlay& one, const Compared& member) {
  json.beginObject().member("name", member.name).member("id", member.id);
  json.member("machine", member.isMachine).member("declared", member.declared);
  json.member("authorized", member.actual && member.actual->authorized)
      .member("state", deploy::zerotier::stateName(member.state));
  json.member("detail", member.detail);
  writeTexts(json, "addresses", member.addresses);
  json.member("version", member.actual ? member.actual->version : "");
  const auto* peer = one.actual.peer(member.id);
  json.key("path");
  peer && !peer->path.empty() ? json.string(peer->path) : json.null();
  json.key("latency");
  peer && peer->latency >= 0 ? json.integer(peer->latency) : json.null();
  json.endObject();
}

}  // namespace

void printStatus(Context& cx, const std::vector<OpenOverlay>& all) {
  if (cx.json()) {
    base::JsonWriter json(cx.out.data(), 2);
    json.beginArray();
    for (const OpenOverlay& one : all) {
      json.beginObject();
      writeHead(json, one);
      json.member("version", one.actual.status.version).member("online", one.actual.status.online);
      json.member("declared", static_cast<std::int64_t>(one.overlay.members.size()));
      json.member("differs", one.differs()).key("members").beginObject();
      for (const State state :
           {State::Fine, State::Missing, State::Unauthorized, State::Addresses, State::Undeclared, State::Waiting})
        json.member(deploy::zerotier::stateName(state), static_cast<std::int64_t>(count(one, state)));
      json.endObject();
      writeSettings(json, one);
      json.endObject();
    }
    json.endArray();
    cx.out.write("\n");
    return;
  }
  TextTable table({{"NETWORK"},
                   {"ID", false, 0, 3},
                   {"CONTROLLER"},
                   {"VERSION", false, 0, 4},
                   {"ROOTS", false, 0, 4},
                   {"DECLARED", true, 0, 2},
                   {"WAITING", true, 0, 2},
                   {"MEMBERS"}});
  for (const OpenOverlay& one : all) {
    const bool known = !one.error;
    table.add({{one.overlay.instance, kBold},
               {one.overlay.id},
               {one.overlay.controller},
               {known ? one.actual.status.version : ""},
               {!known                     ? ""
                : one.actual.status.online ? "heard"
                                           : "silent"},
               {std::to_string(one.overlay.members.size())},
               {known ? std::to_string(count(one, State::Waiting)) : ""},
               {summaryOf(one), !known || one.differs() ? kYellow : kGreen}});
  }
  cx.out.write(table.text(cx.out.dataWidth(), cx.out.colorData()));
}

void printMembers(Context& cx, const std::vector<OpenOverlay>& all) {
  if (cx.json()) {
    base::JsonWriter json(cx.out.data(), 2);
    json.beginArray();
    for (const OpenOverlay& one : all) {
      json.beginObject();
      writeHead(json, one);
      writeSettings(json, one);
      json.key("members").beginArray();
      for (const Compared& member : one.members) writeMember(json, one, member);
      json.endArray().endObject();
    }
    json.endArray();
    cx.out.write("\n");
    return;
  }
  TextTable table({{"NETWORK", false, 0, 1},
                   {"MEMBER"},
                   {"ID"},
                   {"STATE"},
                   {"ADDRESSES", false, 20, 2},
                   {"VERSION", false, 0, 4},
                   {"PATH", false, 0, 3}});
  for (const OpenOverlay& one : all)
    for (const Compared& member : one.members) {
      const auto* peer = one.actual.peer(member.id);
      table.add({{one.overlay.instance, kDim},
                 {member.name, kBold},
                 {member.id},
                 {wordsOf(member), styleOf(member)},
                 {base::join(member.addresses, " ")},
                 {member.actual ? member.actual->version : ""},
                 {peer ? peer->path : ""}});
    }
  if (!table.empty()) cx.out.write(table.text(cx.out.dataWidth(), cx.out.colorData()));
  for (const OpenOverlay& one : all)
    for (const auto& setting : one.settings)
      cx.out.write(fmt::format("{}: {} is {}, declared is {}\n", one.overlay.instance, setting.name,
                               base::sanitize(base::toJsonText(setting.actual)), base::toJsonText(setting.declared)));
}

}  // namespace fleetd::cli
