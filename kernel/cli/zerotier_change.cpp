// Changes of members: one after the other, each asked for and read back, so that it is known what was done when
// something fails.
#include <algorithm>

#include <fmt/format.h>

#include "kernel/base/text.hpp"
#include "kernel/cli/text_table.hpp"
#include "kernel/cli/vars_request.hpp"
#include "kernel/cli/zerotier.hpp"

namespace fleetd::cli {

namespace {

using base::Code;
using deploy::zerotier::Compared;
using deploy::zerotier::Member;
using deploy::zerotier::State;

std::string memberPath(const OpenOverlay& one, const std::string& id) {
  return fmt::format("/controller/network/{}/member/{}", one.overlay.id, id);
}

std::string shownMember(const Compared& member) {
  return member.name.empty() ? member.id : fmt::format("{} ({})", base::sanitize(member.name), member.id);
}

bool holdsAll(const Member& member, const std::vector<std::string>& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const std::string& one) {
    return std::find(member.addresses.begin(), member.addresses.end(), one) != member.addresses.end();
  });
}

// What was done so far, for the message of the failure that ended it.
class Changes {
 public:
  explicit Changes(Context& cx) : cx_(cx) {}

  void done(std::string what) {
    if (!cx_.quiet()) cx_.out.message(what + "\n");
    done_.push_back(std::move(what));
  }
  Error failed(const Compared& member, Error why) const {
    why.message = fmt::format("{}: {}; before that: {}", shownMember(member), why.message,
                              done_.empty() ? "nothing was changed" : base::join(done_, ", "));
    return why;
  }

 private:
  Context& cx_;
  std::vector<std::string> done_;
};

Result<Member> sendAndRead(OpenOverlay& one, const std::string& id, const std::string& body) {
  const std::string path = memberPath(one, id);
  FLEETD_TRY_ASSIGN(const auto said, one.controller->ask({{"POST", path, body}, {"GET", path, ""}}));
  for (const auto& answer : said.answers)
    if (answer.status != 200) return Error{Code::FL0874, fmt::format("the daemon answers {}", answer.status), "", {}};
  FLEETD_TRY_ASSIGN(const auto record, deploy::zerotier::readAnswer(said.answers[1].body));
  return deploy::zerotier::readMember(record, id);
}

Result<void> change(OpenOverlay& one, const Compared& member, bool in, Changes& changes) {
  auto now = sendAndRead(one, member.id, in ? deploy::zerotier::authorization(member) : "{\"authorized\":false}");
  if (!now) return changes.failed(member, now.error());
  if (now->authorized != in || (in && member.declared && !holdsAll(*now, member.wanted)))
    return changes.failed(
        member, {Code::FL0878,
                 fmt::format("the controller was told to {}, and does not say so", in ? "let it in" : "shut it out"),
                 "look at the daemon's log on the controller",
                 {}});
  changes.done(fmt::format("{} is {}", shownMember(member), in ? "let in" : "shut out"));
  return {};
}

Result<void> fixSettings(OpenOverlay& one, Changes& changes) {
  if (one.settings.empty()) return {};
  const std::string path = "/controller/network/" + one.overlay.id;
  Json::Object body;
  for (const auto& setting : one.settings) body.emplace_back(setting.name, setting.declared);
  Compared network;
  network.id = network.name = one.overlay.instance;
  const auto said = one.controller->ask({{"POST", path, base::toJsonText(Json(std::move(body)))}, {"GET", path, ""}});
  if (!said) return changes.failed(network, said.error());
  const auto record = deploy::zerotier::readNetwork(said->answers[1].body, one.overlay.id);
  if (said->answers[0].status != 200 || !record)
    return changes.failed(network,
                          {Code::FL0874, fmt::format("the daemon answers {}", said->answers[0].status), "", {}});
  if (const auto left = deploy::zerotier::compareNetwork(one.overlay, *record); !left.empty())
    return changes.failed(network, {Code::FL0878, fmt::format("{} is not what it was set to", left[0].name), "", {}});
  changes.done(fmt::format("settings of {} are as declared", one.overlay.instance));
  return {};
}

Error unknown(std::string_view word, const OpenOverlay& one) {
  std::vector<std::string_view> names;
  for (const Compared& member : one.members)
    if (!member.name.empty()) names.push_back(member.name);
  return unknownMember(word, one.overlay.instance, names);
}

void warn(Context& cx, std::string message, std::string hint) {
  Diagnostic d;
  d.code = Code::FL0876;
  d.severity = base::Severity::Warning;
  d.message = std::move(message);
  d.notes.push_back(std::move(hint));
  cx.diagnostics.add(std::move(d));
}

// The members that the words name, all known before the first is changed. One nobody heard of yet can be let in by id.
Result<std::vector<Compared>> membersOf(Context& cx, const OpenOverlay& one, const std::vector<std::string>& words,
                                        bool in) {
  std::vector<Compared> out;
  for (const std::string& word : words) {
    const Compared* found = findMember(one, word);
    Compared member;
    if (found)
      member = *found;
    else if (in && deploy::zerotier::isNodeId(word))
      member.id = word;
    else
      return unknown(word, one);
    if (!in && member.id == one.overlay.id.substr(0, 10))
      return Error{Code::FL0903,
                   fmt::format("{} is the controller itself", shownMember(member)),
                   "without it nobody is let in",
                   {}};
    if (!in && !member.actual)
      return Error{Code::FL0903, fmt::format("the controller never heard of {}", shownMember(member)), "", {}};
    const bool twice =
        std::any_of(out.begin(), out.end(), [&](const Compared& other) { return other.id == member.id; });
    if (twice) return Error{Code::FL0903, fmt::format("{} is named twice", shownMember(member)), "", {}};
    if (in && !member.declared)
      warn(cx, fmt::format("{} is let in, but not declared", member.id),
           one.overlay.revoke ? "the controller shuts it out again when it starts: add it to externalMembers"
                              : "add it to externalMembers of the controller to keep it");
    if (!in && member.declared)
      warn(cx, fmt::format("{} is shut out, but declared", shownMember(member)),
           "the controller lets it in again when it starts: take it out of the inventory");
    out.push_back(std::move(member));
  }
  return out;
}

}  // namespace

bool proveIdentities(Context& cx, const OpenOverlay& one, const std::vector<const Compared*>& members) {
  sdk::List identities;
  std::vector<const Compared*> asked;
  for (const Compared* member : members) {
    if (!member->actual || member->actual->identity.empty()) continue;
    identities.push_back(member->actual->identity);
    asked.push_back(member);
  }
  if (asked.empty()) return true;
  const auto answer = cx.workspace().plugins().request(
      "zerotier", plugin::PluginValue(sdk::Attrs{{"verb", "prove"}, {"identities", std::move(identities)}}));
  if (!answer) {
    cx.diagnostics.add(answer.error());
    return false;
  }
  const auto& problems = listOf(*answer, "problems");
  bool fine = problems.size() == asked.size();
  for (std::size_t i = 0; i < std::min(problems.size(), asked.size()); ++i) {
    const auto* text = problems[i].get<std::string>();
    if (!text) continue;
    fine = false;
    Diagnostic d;
    d.code = Code::FL0877;
    d.message = fmt::format("{} in {}: {}", shownMember(*asked[i]), one.overlay.instance, base::sanitize(*text));
    d.notes.emplace_back("delete the member on the controller; a true node shows its identity when it asks again");
    cx.diagnostics.add(std::move(d));
  }
  return fine;
}

Result<void> fixOverlay(Context& cx, OpenOverlay& one) {
  std::vector<Compared> in, out;
  for (const Compared& member : one.members) {
    const bool lacks =
        member.state == State::Missing || member.state == State::Unauthorized || member.state == State::Addresses;
    if (lacks && cx.args.has("--fix")) in.push_back(member);
    if (member.state == State::Undeclared && cx.args.has("--revoke") && member.id != one.overlay.id.substr(0, 10))
      out.push_back(member);
  }
  std::vector<const Compared*> all;
  for (const Compared& member : in) all.push_back(&member);
  if (!proveIdentities(cx, one, all))
    return Error{Code::FL0877, "there are identities that are not to be trusted: nothing was changed", "", {}};
  Changes changes(cx);
  if (cx.args.has("--fix")) FLEETD_TRY(fixSettings(one, changes));
  for (const Compared& member : in) FLEETD_TRY(change(one, member, true, changes));
  for (const Compared& member : out) FLEETD_TRY(change(one, member, false, changes));
  return {};
}

Result<void> changeMembers(Context& cx, OpenOverlay& one, const std::vector<std::string>& words, bool in) {
  FLEETD_TRY_ASSIGN(const auto members, membersOf(cx, one, words, in));
  std::vector<const Compared*> all;
  for (const Compared& member : members) all.push_back(&member);
  if (in && !proveIdentities(cx, one, all))
    return Error{Code::FL0877, "there are identities that are not to be trusted: nothing was changed", "", {}};
  Changes changes(cx);
  for (const Compared& member : members) FLEETD_TRY(change(one, member, in, changes));
  return {};
}

int pingMembers(Context& cx, OpenOverlay& one, const std::vector<std::string>& words) {
  std::vector<const Compared*> asked;
  for (const std::string& word : words) {
    const Compared* member = findMember(one, word);
    if (!member) return cx.fail(unknown(word, one));
    asked.push_back(member);
  }
  if (words.empty())
    for (const Compared& member : one.members)
      if (member.declared) asked.push_back(&member);
  std::vector<std::string> addresses;
  for (const Compared* member : asked)
    addresses.insert(addresses.end(), member->addresses.begin(), member->addresses.end());
  const auto said = one.controller->reach(addresses);
  if (!said) return cx.fail(said.error());
  const auto answers = [&](const std::string& address) {
    return std::find(said->pongs.begin(), said->pongs.end(), address) != said->pongs.end();
  };
  TextTable table({{"MEMBER"}, {"ID", false, 0, 2}, {"ADDRESS"}, {"ANSWERS"}, {"PATH", false, 0, 1}});
  std::string text;
  base::JsonWriter json(text, 2);
  json.beginArray();
  bool silent = false;
  for (const Compared* member : asked) {
    const auto* peer = one.actual.peer(member->id);
    const std::string path = peer ? peer->path : "";
    if (member->addresses.empty()) silent = true;
    for (const std::string& address : member->addresses) {
      const bool yes = answers(address);
      silent = silent || (!yes && (member->isMachine || !words.empty()));
      json.beginObject().member("member", member->name).member("id", member->id).member("machine", member->isMachine);
      json.member("address", address).member("answers", yes).member("path", path).endObject();
      table.add({{member->name, kBold}, {member->id}, {address}, {yes ? "yes" : "no", yes ? kGreen : kYellow}, {path}});
    }
  }
  json.endArray();
  if (cx.json())
    cx.out.write(text + "\n");
  else if (!table.empty())
    cx.out.write(table.text(cx.out.dataWidth(), cx.out.colorData()));
  return worse(cx.finish(), silent ? kEnvironment : kOk);
}

}  // namespace fleetd::cli
