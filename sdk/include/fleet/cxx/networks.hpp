// fleet/cxx/networks.hpp - networks of the fleet: what services export about where machines are reached.
//
//   for (const fleet::Network& network : fleet::networksOf(fleet()))
//     for (const auto& [machine, ways] : network.machines) ...
//
// Names, keys and configurations of ssh are made from this (names.hpp), so that nobody writes an address twice.
#pragma once
#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "vars.hpp"
#include "view.hpp"

namespace fleet {

// A way to a machine inside a network. Texts are as a service gave them: look at them before they become part of a
// file or a command.
struct Way {
  std::string host;                     // an address or a name
  std::int64_t port = 0;                // 0: what ssh takes by itself
  std::string user;                     // empty: nobody said
  std::vector<std::string> sshOptions;  // words of ssh's command line

  friend bool operator==(const Way&, const Way&) = default;
};

struct Network {
  std::string service, instance;
  std::string module;  // how it is used, "clan_lib.network.direct"
  std::int64_t priority = 1000;
  std::string domain;                   // machines are called <machine>.<domain> in it
  std::vector<std::string> interfaces;  // on NixOS; `*` stands for the rest of a name
  std::map<std::string, std::vector<Way>> machines;
  std::map<std::string, std::vector<Way>> devices;  // members that are no machines of the fleet: phones and the like
  std::vector<std::string> incomplete;              // "web: its address is generated and does not exist yet"

  bool isTor() const { return module == "clan_lib.network.tor"; }
};

namespace detail {

inline std::string textIn(const Value& set, std::string_view name) {
  const Value* value = set.find(name);
  const auto* text = value ? value->get<std::string>() : nullptr;
  return text ? *text : std::string();
}

inline std::vector<std::string> textsIn(const Value& set, std::string_view name) {
  std::vector<std::string> out;
  const Value* value = set.find(name);
  if (const auto* list = value ? value->get<List>() : nullptr)
    for (const Value& one : *list)
      if (const auto* text = one.get<std::string>()) out.push_back(*text);
  return out;
}

// service:instance:role:machine
struct Scope {
  std::string service, instance, role, machine;
};
inline bool readScope(std::string_view text, Scope& out) {
  std::string* parts[] = {&out.service, &out.instance, &out.role, &out.machine};
  for (std::size_t i = 0; i < 4; ++i) {
    const auto colon = text.find(':');
    if ((colon == std::string_view::npos) != (i == 3)) return false;
    *parts[i] = text.substr(0, colon);
    if (i < 3) text.remove_prefix(colon + 1);
  }
  return true;
}

inline std::string_view withoutBlanks(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

// { plain = "…"; } or { var = { machine, generator, file }; }, whose value lies in the repository.
inline std::string hostIn(const FleetView& fleet, const Value& host, std::string& why) {
  if (std::string plain = textIn(host, "plain"); !plain.empty()) return plain;
  const Value* var = host.find("var");
  if (!var) return {};
  const std::string machine = textIn(*var, "machine"), generator = textIn(*var, "generator"),
                    file = textIn(*var, "file");
  // A machine's own, or one that all machines share: which of the two is the generator's business.
  const std::string* value = publicValueOf(fleet, machine, generator, file);
  if (!value) value = publicValueOf(fleet, {}, generator, file);
  if (value) return std::string(withoutBlanks(*value));
  why = generator + "/" + file + " of " + machine + " does not exist yet";
  return {};
}

inline void addPeer(const FleetView& fleet, Network& network, const std::string& machine, const Value& peer) {
  const Value* hosts = peer.find("hosts");
  const auto* list = hosts ? hosts->get<List>() : nullptr;
  if (!list) return;
  for (const Value& host : *list) {
    std::string why;
    Way way;
    way.host = hostIn(fleet, host, why);
    if (!why.empty()) network.incomplete.push_back(machine + ": " + why);
    if (way.host.empty()) continue;
    way.user = textIn(peer, "user");
    const Value* port = peer.find("port");
    if (const auto* number = port ? port->get<std::int64_t>() : nullptr;
        number && *number > 0 && *number < 65536 && *number != 22)
      way.port = *number;
    way.sshOptions = textsIn(peer, "SSHOptions");
    // Machines with several roles of an instance export the same for each.
    auto& ways = network.machines[machine];
    if (std::find(ways.begin(), ways.end(), way) == ways.end()) ways.push_back(std::move(way));
  }
}

// Of the export `overlay`: what has a name and is no machine. A machine's name is not given away.
inline void addDevices(const FleetView& fleet, Network& network, const Value& overlay) {
  const Value* members = overlay.find("members");
  const auto* list = members ? members->get<List>() : nullptr;
  if (!list) return;
  for (const Value& member : *list) {
    const std::string name = textIn(member, "name");
    const Value* machine = member.find("machine");
    const bool* flag = machine ? machine->get<bool>() : nullptr;
    if (name.empty() || !flag || *flag || fleet.machines.contains(name)) continue;
    for (std::string& address : textsIn(member, "addresses")) {
      Way way;
      way.host = std::move(address);
      way.user = textIn(member, "user");
      const Value* port = member.find("port");
      if (const auto* number = port ? port->get<std::int64_t>() : nullptr;
          number && *number > 0 && *number < 65536 && *number != 22)
        way.port = *number;
      network.devices[name].push_back(std::move(way));
    }
  }
}

}  // namespace detail

// The highest priority first, then by name. `peer` exports without a `networking` export of the same instance are no
// network.
inline std::vector<Network> networksOf(const FleetView& fleet) {
  std::map<std::pair<std::string, std::string>, Network> found;
  for (const auto& [key, interfaces] : fleet.exports) {
    detail::Scope scope;
    const auto networking = interfaces.find("networking");
    if (networking == interfaces.end() || !detail::readScope(key, scope) || scope.instance.empty() ||
        !scope.machine.empty())
      continue;
    Network& network = found[{scope.service, scope.instance}];
    network.instance = scope.instance;
    network.service = scope.service;
    network.module = detail::textIn(networking->second, "module");
    network.domain = detail::textIn(networking->second, "domain");
    if (network.domain.empty()) network.domain = scope.instance;
    network.interfaces = detail::textsIn(networking->second, "interfaces");
    const Value* priority = networking->second.find("priority");
    if (const auto* number = priority ? priority->get<std::int64_t>() : nullptr) network.priority = *number;
    if (const auto overlay = interfaces.find("overlay"); overlay != interfaces.end())
      detail::addDevices(fleet, network, overlay->second);
  }
  for (const auto& [key, interfaces] : fleet.exports) {
    detail::Scope scope;
    const auto peer = interfaces.find("peer");
    if (peer == interfaces.end() || !detail::readScope(key, scope) || scope.machine.empty()) continue;
    if (const auto network = found.find({scope.service, scope.instance}); network != found.end())
      detail::addPeer(fleet, network->second, scope.machine, peer->second);
  }
  std::vector<Network> out;
  for (auto& [key, network] : found) {
    auto& missing = network.incomplete;
    std::sort(missing.begin(), missing.end());
    missing.erase(std::unique(missing.begin(), missing.end()), missing.end());
    out.push_back(std::move(network));
  }
  std::sort(out.begin(), out.end(), [](const Network& a, const Network& b) {
    return std::tuple(-a.priority, a.instance, a.service) < std::tuple(-b.priority, b.instance, b.service);
  });
  return out;
}

// Those that lead anywhere from a machine: an overlay, which has interfaces, is for its members.
inline std::vector<Network> networksFrom(const std::vector<Network>& networks, const std::string& machine) {
  std::vector<Network> out;
  for (const Network& network : networks)
    if (network.interfaces.empty() || network.machines.contains(machine)) out.push_back(network);
  return out;
}

// 4 or 6 for an address, 0 for anything else. No zones: "fe80::1%eth0" means something on one machine only.
inline int addressFamily(std::string_view text) {
  const auto parts = [](std::string_view all, char separator) {
    std::vector<std::string_view> out;
    for (;;) {
      const auto at = all.find(separator);
      out.push_back(all.substr(0, at));
      if (at == std::string_view::npos) return out;
      all.remove_prefix(at + 1);
    }
  };
  const auto isDigit = [](char c) { return c >= '0' && c <= '9'; };
  const auto isV4 = [&](std::string_view all) {
    const auto numbers = parts(all, '.');
    return numbers.size() == 4 && std::all_of(numbers.begin(), numbers.end(), [&](std::string_view number) {
             if (number.empty() || number.size() > 3 || (number.size() > 1 && number[0] == '0')) return false;
             int value = 0;
             for (const char c : number) {
               if (!isDigit(c)) return false;
               value = value * 10 + (c - '0');
             }
             return value < 256;
           });
  };
  if (text.size() > 45) return 0;
  if (text.find(':') == std::string_view::npos) return isV4(text) ? 4 : 0;
  const auto gap = text.find("::");
  if (gap != std::string_view::npos && text.find("::", gap + 1) != std::string_view::npos) return 0;
  // The groups on one side of the gap: how many, or -1.
  const auto groups = [&](std::string_view side, bool last) {
    if (side.empty()) return 0;
    int count = 0;
    const auto all = parts(side, ':');
    for (std::size_t i = 0; i < all.size(); ++i) {
      const std::string_view group = all[i];
      if (last && i + 1 == all.size() && group.find('.') != std::string_view::npos) {
        if (!isV4(group)) return -1;
        count += 2;
        continue;
      }
      const bool hex = std::all_of(group.begin(), group.end(), [&](char c) {
        return isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
      });
      if (group.empty() || group.size() > 4 || !hex) return -1;
      ++count;
    }
    return count;
  };
  if (gap == std::string_view::npos) return groups(text, true) == 8 ? 6 : 0;
  const int before = groups(text.substr(0, gap), false), after = groups(text.substr(gap + 2), true);
  return before >= 0 && after >= 0 && before + after <= 7 ? 6 : 0;
}

}  // namespace fleet
