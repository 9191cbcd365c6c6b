// `fleetd zerotier`: the members of overlay networks, as the fleet declares them and as their controllers have them.
#include "kernel/cli/zerotier.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "kernel/base/text.hpp"

namespace fleetd::cli {

namespace {

using base::Code;
using deploy::zerotier::Compared;

constexpr std::string_view kVerbs[] = {"status", "members", "authorize", "revoke", "ping", "migrate"};

Error noNetwork(std::string message, std::string hint) {
  return {Code::FL0870, std::move(message), std::move(hint), {}};
}

std::string whichOf(std::string_view wanted, const std::vector<std::string_view>& names) {
  std::string hint = suggestion(wanted, names);
  if (!hint.empty()) return hint;
  return names.size() == 1 ? fmt::format("there is {}", names[0])
                           : fmt::format("there are {}", base::join(names, ", "));
}

Result<std::vector<deploy::Overlay>> wantedOverlays(Context& cx, bool one) {
  std::vector<deploy::Overlay> out;
  std::vector<std::string_view> names;
  const std::string wanted(cx.args.value("--instance"));
  auto all = deploy::overlaysOf(cx.workspace().services());
  for (auto& overlay : all) {
    if (overlay.kind != "zerotier") continue;
    names.push_back(overlay.instance);
    if (!cx.args.has("--instance") || overlay.instance == wanted) out.push_back(overlay);
  }
  if (names.empty())
    return noNetwork("the fleet has no ZeroTier network",
                     "`fleetd services add NAME --service zerotier` makes one; see docs/services.md");
  if (out.empty())
    return noNetwork(fmt::format("the fleet has no ZeroTier network `{}`", shownWord(wanted)), whichOf(wanted, names));
  if (one && out.size() > 1)
    return noNetwork(fmt::format("the fleet has {} ZeroTier networks: {}", out.size(), base::join(names, ", ")),
                     "--instance names the one that is meant");
  for (const auto& overlay : out) {
    if (overlay.controller.empty())
      return noNetwork(fmt::format("the network {} has not exactly one controller", overlay.instance),
                       "give one machine the role controller");
    if (!deploy::zerotier::isNetworkId(overlay.id))
      return noNetwork(
          fmt::format("the network {} has no id yet", overlay.instance),
          cx.diagnostics.hasErrors() ? "`fleetd check` shows the errors" : "`fleetd vars generate` makes it");
  }
  return out;
}

Result<deploy::ActivationSettings> rightsOf(Context& cx) {
  deploy::ActivationSettings out;
  out.sudo = cx.args.has("--sudo") || cx.args.has("--ask-sudo-password");
  if (cx.args.has("--ask-sudo-password")) {
    FLEETD_TRY_ASSIGN(out.password, process::Secret::ask("password for sudo on the controller: "));
  }
  return out;
}

bool isAddress(std::string_view word) {
  return word.find_first_of(".:") != std::string_view::npos &&
         word.find_first_not_of("0123456789abcdefABCDEF.:") == std::string_view::npos;
}

// Words that can name nobody, before a host is asked. The controller alone knows of other ids and of addresses that it
// gave out.
Result<void> checkWords(const std::vector<deploy::Overlay>& overlays, const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    if (deploy::zerotier::isNodeId(word) || isAddress(word)) continue;
    std::vector<std::string_view> names;
    for (const auto& overlay : overlays)
      for (const auto& member : overlay.members)
        if (!member.name.empty()) names.push_back(member.name);
    if (std::find(names.begin(), names.end(), word) != names.end()) continue;
    return unknownMember(word, overlays[0].instance, names);
  }
  return {};
}

// Finds each controller's host and asks it.
Result<std::vector<OpenOverlay>> openOverlays(Context& cx, deploy::Ssh& ssh, std::vector<deploy::Overlay> overlays) {
  std::vector<std::string> hosts;
  for (const auto& overlay : overlays)
    if (std::find(hosts.begin(), hosts.end(), overlay.controller) == hosts.end()) hosts.push_back(overlay.controller);
  FLEETD_TRY_ASSIGN(const auto operation, beginOperation(cx, Reaching::Yes, hosts));
  FLEETD_TRY_ASSIGN(const auto rights, rightsOf(cx));
  std::vector<OpenOverlay> out;
  for (auto& overlay : overlays) {
    OpenOverlay& one = out.emplace_back();
    one.overlay = std::move(overlay);
    for (const Meant& meant : operation.meant) {
      if (meant.host->name != one.overlay.controller) continue;
      if (*meant.reach)
        one.controller = std::make_unique<deploy::zerotier::Controller>(ssh, (**meant.reach).address, rights);
      else
        one.error = meant.reach->error();
    }
    if (one.controller) {
      cx.progress("asking", out.size() - 1, overlays.size(), one.overlay.controller);
      readOverlay(cx, one);
    }
  }
  return out;
}

// Only the members that are named, in whichever network they are.
Result<void> keepNamed(std::vector<OpenOverlay>& all, const std::vector<std::string>& words) {
  std::set<std::pair<const OpenOverlay*, std::string>> named;
  const auto failed = std::any_of(all.begin(), all.end(), [](const OpenOverlay& one) { return one.error.has_value(); });
  for (const std::string& word : words) {
    const std::size_t before = named.size();
    bool found = false;
    for (const OpenOverlay& one : all)
      if (const Compared* member = findMember(one, word)) {
        found = true;
        named.emplace(&one, member->id);
      }
    if (found && named.size() == before)
      return Error{Code::FL0903, fmt::format("{} is named twice", shownWord(word)), "", {}};
    if (!found && !failed) return unknownMember(word, all[0].overlay.instance, {});
  }
  for (OpenOverlay& one : all) {
    std::erase_if(one.members, [&](const Compared& member) { return !named.contains({&one, member.id}); });
    one.settings.clear();
  }
  return {};
}

int finishOverlays(Context& cx, const std::vector<OpenOverlay>& all) {
  int code = kOk;
  for (const OpenOverlay& one : all) {
    if (one.error) {
      Diagnostic d = Diagnostic::from(*one.error);
      d.host = one.overlay.controller;
      cx.diagnostics.add(std::move(d));
      code = worse(code, exitCodeOf(one.error->code));
    } else if (one.differs()) {
      code = worse(code, kFindings);
    }
  }
  return worse(cx.finish(), code);
}

void proveKnown(Context& cx, const OpenOverlay& one) {
  std::vector<const Compared*> known;
  for (const Compared& member : one.members)
    if (member.actual && (member.declared || member.actual->authorized)) known.push_back(&member);
  static_cast<void>(proveIdentities(cx, one, known));
  if (!one.actual.collision) return;
  Diagnostic d;
  d.code = Code::FL0877;
  d.message = fmt::format("the daemon on {} once gave its identity up, because another node had the address",
                          one.overlay.controller);
  d.notes.emplace_back(
      "identity.secret.saved_after_collision is the old one; deploy the host to place the declared one, "
      "and remove that file");
  cx.diagnostics.add(std::move(d));
}

int runOn(Context& cx, const std::string& verb, const std::vector<std::string>& words) {
  const bool changes = verb == "authorize" || verb == "revoke";
  auto fleet = cx.openFleet();
  if (!fleet) return cx.fail(fleet.error());
  auto overlays = wantedOverlays(cx, changes || verb == "ping");
  if (!overlays) return cx.fail(overlays.error());
  if (changes && words.empty())
    return cx.fail({Code::FL0903,
                    fmt::format("`fleetd zerotier {}` needs a member", verb),
                    "a name, the ten digits of its id, or an address; `fleetd zerotier members` lists them",
                    {}});
  if (verb == "status" && !words.empty())
    return cx.fail(
        {Code::FL0903, fmt::format("unexpected argument `{}`", shownWord(words[0])), "--instance names a network", {}});
  if (verb == "members" && !words.empty() && (cx.args.has("--fix") || cx.args.has("--revoke")))
    return cx.fail({Code::FL0903,
                    "--fix and --revoke are for all members",
                    "`fleetd zerotier authorize` and `revoke` change single ones",
                    {}});
  if (auto known = checkWords(*overlays, words); !known) return cx.fail(known.error());
  const bool repairs = verb == "members" && (cx.args.has("--fix") || cx.args.has("--revoke"));
  if ((changes || repairs) && cx.diagnostics.hasErrors())
    return cx.fail({Code::FL0801, "there are errors: nothing is changed", "`fleetd check` shows them", {}});
  auto ssh = openSsh(cx);
  if (!ssh) return cx.fail(ssh.error());
  auto all = openOverlays(cx, *ssh, *std::move(overlays));
  if (!all) return cx.fail(all.error());
  for (const OpenOverlay& one : *all)
    if (!one.error) proveKnown(cx, one);
  if (verb == "ping" && !(*all)[0].error) return pingMembers(cx, (*all)[0], words);
  for (OpenOverlay& one : *all) {
    if (one.error || !(changes || repairs)) continue;
    if (auto done = changes ? changeMembers(cx, one, words, verb == "authorize") : fixOverlay(cx, one); !done)
      return cx.fail(done.error());
    readOverlay(cx, one);
  }
  if (verb == "members" && !words.empty())
    if (auto left = keepNamed(*all, words); !left) return cx.fail(left.error());
  if (verb == "status") printStatus(cx, *all);
  if (verb == "members") printMembers(cx, *all);
  if (!changes) return finishOverlays(cx, *all);
  if ((*all)[0].error) return cx.fail(*(*all)[0].error);
  return cx.finish();
}

}  // namespace

bool OpenOverlay::differs() const {
  return !settings.empty() ||
         std::any_of(members.begin(), members.end(), [](const Compared& one) { return one.differs(); });
}

void readOverlay(Context&, OpenOverlay& one) {
  auto actual = deploy::zerotier::readActual(*one.controller, one.overlay);
  if (!actual) {
    one.error = actual.error();
    return;
  }
  one.error.reset();
  one.actual = *std::move(actual);
  one.members = deploy::zerotier::compare(one.overlay, one.actual);
  one.settings = deploy::zerotier::compareNetwork(one.overlay, one.actual.network);
}

const Compared* findMember(const OpenOverlay& one, std::string_view word) {
  const auto found = [&](auto fits) -> const Compared* {
    const auto at = std::find_if(one.members.begin(), one.members.end(), fits);
    return at == one.members.end() ? nullptr : &*at;
  };
  // What the fleet calls a member comes before what somebody wrote into the controller.
  if (const auto* member = found([&](const Compared& m) { return m.declared && m.name == word; })) return member;
  if (const auto* member = found([&](const Compared& m) { return m.id == word; })) return member;
  return found(
      [&](const Compared& m) { return std::find(m.addresses.begin(), m.addresses.end(), word) != m.addresses.end(); });
}

Error unknownMember(std::string_view word, const std::string& instance, const std::vector<std::string_view>& names) {
  std::string hint = suggestion(word, names);
  if (hint.empty()) hint = "a name, the ten digits of its id, or an address; `fleetd zerotier members` lists them";
  return {
      Code::FL0903, fmt::format("the network {} has no member `{}`", instance, shownWord(word)), std::move(hint), {}};
}

int runZerotier(Context& cx) {
  const std::string verb(cx.args.positionals.empty() ? "status" : cx.args.positional(0));
  if (std::find(std::begin(kVerbs), std::end(kVerbs), verb) == std::end(kVerbs)) {
    std::string hint = suggestion(verb, {std::begin(kVerbs), std::end(kVerbs)});
    if (hint.empty()) hint = "the verbs are status, members, authorize, revoke, ping and migrate";
    return cx.fail({Code::FL0903, fmt::format("unknown verb `{}`", shownWord(verb)), std::move(hint), {}});
  }
  for (const auto& [option, only] : {std::pair{"--fix", "members"}, std::pair{"--revoke", "members"},
                                     std::pair{"--dry-run", "migrate"}, std::pair{"--no-commit", "migrate"}})
    if (cx.args.has(option) && verb != only)
      return cx.fail({Code::FL0903, fmt::format("{} belongs to `fleetd zerotier {}`", option, only), "", {}});
  if (verb == "migrate") {
    for (const char* option :
         {"--instance", "--sudo", "--ask-sudo-password", "--target-host", "--host-key-check", "--ssh-config"})
      if (cx.args.has(option))
        return cx.fail({Code::FL0903,
                        fmt::format("`fleetd zerotier migrate` takes no {}", option),
                        "it moves values of all networks, and asks no host",
                        {}});
    return migrateZerotier(cx);
  }
  const std::size_t first = cx.args.positionals.empty() ? 0 : 1;
  return runOn(cx, verb, {cx.args.positionals.begin() + static_cast<std::ptrdiff_t>(first), cx.args.positionals.end()});
}

}  // namespace fleetd::cli
