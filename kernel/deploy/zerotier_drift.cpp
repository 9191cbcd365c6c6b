// Reading all that is needed, and comparing.
#include "kernel/deploy/zerotier_drift.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>

#include <fmt/format.h>

#include "kernel/base/text.hpp"

namespace fleetd::deploy::zerotier {

namespace {

using base::Code;

constexpr std::size_t kAtOnce = 500;  // members asked one by one
constexpr int kOk = 200, kNotFound = 404, kLoading = 503;
constexpr std::string_view kSettings[] = {"name",
                                          "private",
                                          "mtu",
                                          "multicastLimit",
                                          "enableBroadcast",
                                          "v4AssignMode",
                                          "v6AssignMode",
                                          "ipAssignmentPools",
                                          "routes",
                                          "rules",
                                          "dns"};

Error unexpected(std::string_view what, const Answer& answer) {
  return {Code::FL0874, fmt::format("the daemon answers {} to a request for {}", answer.status, what), "", {}};
}

struct Ip {
  int family = 0;
  std::array<unsigned char, 16> bytes{};
  friend bool operator==(const Ip&, const Ip&) = default;
};

std::optional<Ip> ipOf(const std::string& text) {
  for (const int family : {AF_INET, AF_INET6}) {
    Ip out;
    out.family = family;
    if (::inet_pton(family, text.c_str(), out.bytes.data()) == 1) return out;
  }
  return std::nullopt;
}

class Pools {
 public:
  explicit Pools(const Json& network) {
    const Json* pools = network.find("ipAssignmentPools");
    const auto* list = pools ? pools->asArray() : nullptr;
    for (std::size_t i = 0; list && i < list->size(); ++i) {
      const auto start = ipOf(std::string((*list)[i].stringOr("ipRangeStart", "")));
      const auto end = ipOf(std::string((*list)[i].stringOr("ipRangeEnd", "")));
      if (start && end && start->family == end->family) pools_.emplace_back(*start, *end);
    }
  }
  bool holds(const std::string& text) const {
    const auto ip = ipOf(text);
    return ip && std::any_of(pools_.begin(), pools_.end(), [&](const auto& pool) {
             return pool.first.family == ip->family && pool.first.bytes <= ip->bytes && ip->bytes <= pool.second.bytes;
           });
  }

 private:
  std::vector<std::pair<Ip, Ip>> pools_;
};

bool has(const std::vector<std::string>& list, const std::string& text) {
  const auto ip = ipOf(text);
  return std::any_of(list.begin(), list.end(),
                     [&](const std::string& one) { return one == text || (ip && ipOf(one) == ip); });
}

bool hasFamily(const std::vector<std::string>& list, const std::string& text) {
  const auto ip = ipOf(text);
  return std::any_of(list.begin(), list.end(), [&](const std::string& one) {
    const auto other = ipOf(one);
    return ip && other && ip->family == other->family;
  });
}

// Pinned addresses, and those out of pools where none of the family is pinned.
void compareAddresses(const OverlayMember& declared, const Pools& pools, Compared& out) {
  out.wanted = declared.pinned;
  std::string detail;
  const auto add = [&](std::string_view text, const std::string& address) {
    if (!detail.empty()) detail += ", ";
    detail += fmt::format("{} {}", address, text);
  };
  for (const std::string& pinned : declared.pinned)
    if (!has(out.actual->addresses, pinned)) add("is missing", pinned);
  for (const std::string& address : out.actual->addresses) {
    if (has(declared.pinned, address)) continue;
    const bool pooled = pools.holds(address);
    if (!pooled) add("is not declared", base::sanitize(address));
    if (pooled && !hasFamily(declared.pinned, address)) out.wanted.push_back(address);
  }
  if (detail.empty()) return;
  out.state = State::Addresses;
  out.detail = std::move(detail);
}

Compared comparedOf(const OverlayMember& declared, const Actual& actual, const Pools& pools) {
  Compared out;
  out.id = declared.id;
  out.name = declared.name;
  out.isMachine = declared.isMachine;
  out.declared = true;
  out.addresses = declared.addresses;
  out.wanted = declared.pinned;
  const Member* found = actual.find(declared.id);
  if (!found) {
    out.state = State::Missing;
    return out;
  }
  out.actual = *found;
  for (const std::string& address : found->addresses)
    if (!has(out.addresses, address)) out.addresses.push_back(address);
  compareAddresses(declared, pools, out);
  if (!found->authorized) out.state = State::Unauthorized;
  return out;
}

bool isNothing(const Json& value) {
  if (const auto* list = value.asArray()) return list->empty();
  if (const auto* set = value.asObject()) return set->empty();
  return value.isNull();
}

bool sameMembers(const Json& a, const Json& b);
// Without regard to the order of members, and of a list only to its own.
bool same(const Json& a, const Json& b) {
  if (a.asObject() && b.asObject()) return sameMembers(a, b);
  if (a.asArray() && b.asArray())
    return std::equal(a.asArray()->begin(), a.asArray()->end(), b.asArray()->begin(), b.asArray()->end(), same);
  if (isNothing(a) && isNothing(b)) return true;
  return a == b;
}
// What is false and what is not said are the same: controllers drop what is off.
bool sameMembers(const Json& a, const Json& b) {
  const auto within = [](const Json& one, const Json& other) {
    return std::all_of(one.asObject()->begin(), one.asObject()->end(), [&](const auto& member) {
      const Json* found = other.find(member.first);
      if (found) return same(member.second, *found);
      const bool* flag = member.second.asBool();
      return (flag && !*flag) || isNothing(member.second);
    });
  };
  return within(a, b) && within(b, a);
}

Result<std::vector<Member>> askEach(Controller& controller, const Overlay& overlay, const std::string& list) {
  FLEETD_TRY_ASSIGN(const Json answer, readAnswer(list));
  FLEETD_TRY_ASSIGN(const auto ids, readMemberIds(answer));
  std::vector<Member> out;
  for (std::size_t first = 0; first < ids.size(); first += kAtOnce) {
    const std::size_t last = std::min(ids.size(), first + kAtOnce);
    std::vector<Request> requests;
    for (std::size_t i = first; i < last; ++i)
      requests.push_back({"GET", fmt::format("/controller/network/{}/member/{}", overlay.id, ids[i]), ""});
    FLEETD_TRY_ASSIGN(const Said said, controller.ask(requests));
    for (std::size_t i = first; i < last; ++i) {
      const Answer& one = said.answers[i - first];
      if (one.status == kNotFound) continue;  // deleted meanwhile
      if (one.status != kOk) return unexpected("a member", one);
      FLEETD_TRY_ASSIGN(const Json record, readAnswer(one.body));
      FLEETD_TRY_ASSIGN(auto member, readMember(record, ids[i]));
      out.push_back(std::move(member));
    }
  }
  return out;
}

Result<void> checkController(const Overlay& overlay, const Status& status, const Answer& answer) {
  if (!overlay.id.starts_with(status.address))
    return Error{Code::FL0875,
                 fmt::format("the network {} belongs to the controller {}, but the daemon on {} is {}", overlay.id,
                             overlay.id.substr(0, 10), overlay.controller, status.address),
                 "deploy the machine to place its identity, or give the role back to the machine that has it",
                 {}};
  if (answer.status == kLoading)
    return Error{Code::FL0872, "the controller still reads its records", "ask again in a few seconds", {}};
  const auto json = answer.status == kOk ? readAnswer(answer.body) : Result<Json>(Error{});
  const Json* flag = json ? json->find("controller") : nullptr;
  if (!flag || !flag->asBool() || !*flag->asBool())
    return Error{Code::FL0875,
                 fmt::format("the daemon on {} (version {}) has no controller", overlay.controller,
                             base::sanitize(status.version)),
                 "from version 1.16 on it is part of the unfree build only",
                 {}};
  return {};
}

}  // namespace

const Member* Actual::find(std::string_view id) const {
  const auto at = std::find_if(members.begin(), members.end(), [&](const Member& one) { return one.id == id; });
  return at == members.end() ? nullptr : &*at;
}
const Peer* Actual::peer(std::string_view id) const {
  const auto at = std::find_if(peers.begin(), peers.end(), [&](const Peer& one) { return one.id == id; });
  return at == peers.end() ? nullptr : &*at;
}

Result<Actual> readActual(Controller& controller, const Overlay& overlay) {
  const std::string network = "/controller/network/" + overlay.id;
  FLEETD_TRY_ASSIGN(const Said said, controller.ask({{"GET", "/status", ""},
                                                     {"GET", "/controller", ""},
                                                     {"GET", network, ""},
                                                     {"GET", "/unstable" + network + "/member", ""},
                                                     {"GET", network + "/member", ""},
                                                     {"GET", "/peer", ""}}));
  Actual out;
  out.collision = said.collision;
  const auto& answers = said.answers;
  if (answers[0].status != kOk) return unexpected("its status", answers[0]);
  FLEETD_TRY_ASSIGN(const Json status, readAnswer(answers[0].body));
  FLEETD_TRY_ASSIGN(out.status, readStatus(status));
  FLEETD_TRY(checkController(overlay, out.status, answers[1]));
  if (answers[2].status == kNotFound)
    return Error{Code::FL0875,
                 fmt::format("the controller {} does not have the network {}", overlay.controller, overlay.id),
                 fmt::format("`fleetd deploy {}` places its record", overlay.controller),
                 {}};
  if (answers[2].status != kOk) return unexpected("the network", answers[2]);
  FLEETD_TRY_ASSIGN(out.network, readNetwork(answers[2].body, overlay.id));
  // One request for all members is newer than the controller itself.
  if (answers[3].status == kOk) {
    FLEETD_TRY_ASSIGN(const Json all, readAnswer(answers[3].body));
    FLEETD_TRY_ASSIGN(out.members, readMembers(all));
  } else {
    if (answers[4].status != kOk) return unexpected("the members", answers[4]);
    FLEETD_TRY_ASSIGN(out.members, askEach(controller, overlay, answers[4].body));
  }
  if (answers[5].status == kOk) {
    FLEETD_TRY_ASSIGN(const Json peers, readAnswer(answers[5].body));
    FLEETD_TRY_ASSIGN(out.peers, readPeers(peers));
  }
  return out;
}

std::string_view stateName(State state) {
  constexpr std::string_view kNames[] = {"ok", "missing", "unauthorized", "address", "undeclared", "waiting"};
  return kNames[static_cast<std::size_t>(state)];
}

std::vector<Compared> compare(const Overlay& overlay, const Actual& actual) {
  const Pools pools(actual.network);
  const Json* flag = actual.network.find("private");
  const bool open = flag && flag->asBool() && !*flag->asBool();
  std::vector<Compared> out;
  std::vector<std::string> known;
  for (const OverlayMember& member : overlay.members) {
    out.push_back(comparedOf(member, actual, pools));
    known.push_back(member.id);
  }
  for (const Member& member : actual.members) {
    if (std::find(known.begin(), known.end(), member.id) != known.end()) continue;
    Compared one;
    one.id = member.id;
    one.name = member.name;
    one.actual = member;
    one.addresses = one.wanted = member.addresses;
    one.state = !member.authorized ? State::Waiting : open ? State::Fine : State::Undeclared;
    out.push_back(std::move(one));
  }
  return out;
}

std::vector<Setting> compareNetwork(const Overlay& overlay, const Json& actual) {
  const auto none = [&](std::string_view name) {
    const Json* value = overlay.record.find(name);
    return !value || isNothing(*value);
  };
  std::vector<Setting> out;
  for (const std::string_view name : kSettings) {
    const Json* declared = overlay.record.find(name);
    if (!declared || isNothing(*declared)) continue;
    if (name == "v4AssignMode" && none("ipAssignmentPools")) continue;
    const Json* found = actual.find(name);
    const Json is = found ? *found : Json();
    if (!same(*declared, is)) out.push_back({std::string(name), *declared, is});
  }
  return out;
}

std::string authorization(const Compared& member) {
  Json::Object body{{"authorized", Json(true)}};
  if (member.declared && !member.name.empty()) body.emplace_back("name", Json(member.name));
  const bool given =
      member.declared && (!member.wanted.empty() || (member.actual && !member.actual->addresses.empty()));
  if (given) {
    Json::Array addresses;
    for (const std::string& one : member.wanted) addresses.emplace_back(one);
    body.emplace_back("ipAssignments", Json(std::move(addresses)));
  }
  return base::toJsonText(Json(std::move(body)));
}

}  // namespace fleetd::deploy::zerotier
