// fleet/cxx/names.hpp - what hosts and programs are told of the fleet's networks: names, host keys, blocks of
// ssh_config.
#pragma once
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "networks.hpp"
#include "ssh_options.hpp"

namespace fleet {

// One machine, or device that is none, in one network.
struct Naming {
  std::string machine, network;
  std::vector<std::string> names;      // full ones, the machine's own name in the fleet first where it is meant
  std::vector<std::string> addresses;  // none when only another name is known
  std::string alias;                   // that name
  bool device = false;
};

namespace detail {

inline bool isName(std::string_view text) {
  return !text.empty() && text.size() < 254 && text.front() != '-' && text.front() != '.' &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
                  c == '_';
         });
}

inline void addName(std::vector<std::string>& to, std::string name) {
  if (isName(name) && std::find(to.begin(), to.end(), name) == to.end()) to.push_back(std::move(name));
}

// Of a machine or a device; null for what is no member.
inline const std::vector<Way>* waysTo(const Network& network, const std::string& name) {
  if (const auto found = network.machines.find(name); found != network.machines.end()) return &found->second;
  const auto found = network.devices.find(name);
  return found == network.devices.end() ? nullptr : &found->second;
}

// "barn.mesh" and "barn.mesh.example.org"; "barn.example.org" in a network whose domain is the fleet's.
inline std::vector<std::string> namesIn(const Network& network, const std::string& machine, const std::string& domain) {
  std::vector<std::string> out;
  const std::string name = machine + "." + network.domain;
  addName(out, name);
  if (!domain.empty() && network.domain != domain && !network.domain.ends_with("." + domain))
    addName(out, name + "." + domain);
  return out;
}

}  // namespace detail

// By machine, then as the networks are sorted. A machine's own name, <machine>.<domain>, belongs to the first network
// that has an address for it, unless the name itself is what a network is reached by.
inline std::vector<Naming> namesOf(const std::vector<Network>& networks, const std::string& domain) {
  std::map<std::string, std::vector<Naming>> found;
  std::set<std::string> taken;
  for (const Network& network : networks)
    for (const auto& [machine, ways] : network.machines)
      for (const Way& way : ways) taken.insert(way.host);
  for (const Network& network : networks) {
    if (network.isTor()) continue;
    const auto add = [&](const std::string& machine, const std::vector<Way>& ways, bool device) {
      Naming one{machine, network.instance, detail::namesIn(network, machine, domain), {}, {}, device};
      for (const Way& way : ways) {
        if (addressFamily(way.host) != 0)
          one.addresses.push_back(way.host);
        else if (one.alias.empty() && detail::isName(way.host))
          one.alias = way.host;
      }
      if (!one.addresses.empty()) one.alias.clear();
      std::erase_if(one.names, [&](const std::string& name) { return taken.contains(name) && one.alias == name; });
      if (one.addresses.empty() && one.alias.empty()) return;
      auto& all = found[machine];
      const std::string own = machine + "." + domain;
      const bool first = std::none_of(all.begin(), all.end(), [](const Naming& n) { return !n.addresses.empty(); });
      if (!domain.empty() && !one.addresses.empty() && first && !taken.contains(own) && detail::isName(own)) {
        std::erase(one.names, own);
        one.names.insert(one.names.begin(), own);
      }
      all.push_back(std::move(one));
    };
    for (const auto& [machine, ways] : network.machines) add(machine, ways, false);
    for (const auto& [device, ways] : network.devices) add(device, ways, true);
  }
  std::vector<Naming> out;
  for (auto& [machine, all] : found) out.insert(out.end(), all.begin(), all.end());
  return out;
}

// "ssh-ed25519 AAAA…" without its comment; nothing for a text that is no public key.
inline std::optional<std::string> publicKeyIn(std::string_view text) {
  text = detail::withoutBlanks(text);
  const auto end = text.find(' ');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view kind = text.substr(0, end);
  std::string_view key = text.substr(end + 1);
  key = key.substr(0, key.find(' '));
  const auto fits = [](std::string_view part, std::string_view others) {
    return !part.empty() && std::all_of(part.begin(), part.end(), [&](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             others.find(c) != std::string_view::npos;
    });
  };
  const bool known = kind.starts_with("ssh-") || kind.starts_with("ecdsa-") || kind.starts_with("sk-");
  if (!known || !fits(kind, "-.@") || !fits(key, "+/=")) return std::nullopt;
  return std::string(kind) + " " + std::string(key);
}

// The host keys the service sshd made for a machine; none before they were generated.
inline std::vector<std::string> hostKeysOf(const FleetView& fleet, const std::string& machine) {
  std::vector<std::string> out;
  constexpr std::pair<const char*, const char*> kFiles[] = {{"openssh", "ssh.id_ed25519.pub"},
                                                            {"openssh-rsa", "ssh.id_rsa.pub"}};
  for (const auto& [generator, file] : kFiles)
    if (const auto* text = publicValueOf(fleet, machine, generator, file))
      if (auto key = publicKeyIn(*text)) out.push_back(*std::move(key));
  return out;
}

// The key that certifies host keys.
inline std::optional<std::string> hostAuthorityOf(const FleetView& fleet) {
  const auto* text = publicValueOf(fleet, {}, "openssh-ca", "id_ed25519.pub");
  return text ? publicKeyIn(*text) : std::nullopt;
}

// Everything a machine may be called when somebody connects to it, as known_hosts names it.
inline std::vector<std::string> hostNamesOf(const std::vector<Network>& networks, const std::string& machine,
                                            const std::string& domain) {
  std::vector<std::string> out;
  const auto add = [&](const std::string& name, std::int64_t port) {
    const bool fits = addressFamily(name) != 0 || detail::isName(name);
    const std::string text = port ? "[" + name + "]:" + std::to_string(port) : name;
    if (fits && std::find(out.begin(), out.end(), text) == out.end()) out.push_back(text);
  };
  add(machine, 0);
  if (!domain.empty()) add(machine + "." + domain, 0);
  for (const Network& network : networks)
    if (const auto* ways = detail::waysTo(network, machine)) {
      if (!network.isTor())
        for (const auto& name : detail::namesIn(network, machine, domain)) add(name, 0);
      for (const Way& way : *ways) {
        add(way.host, 0);
        if (way.port) add(way.host, way.port);
      }
    }
  return out;
}

// One entry of known_hosts.
struct KnownHost {
  std::string id;                  // "barn", "barn-rsa", "authority"
  std::vector<std::string> hosts;  // names, addresses, patterns
  std::string key;
  bool authority = false;

  std::string line() const {
    std::string out = authority ? "@cert-authority " : "";
    for (std::size_t i = 0; i < hosts.size(); ++i) out += (i ? "," : "") + hosts[i];
    return out + " " + key;
  }
};

// Of all machines with keys, by name; the authority last.
inline std::vector<KnownHost> knownHostsOf(const FleetView& fleet, const std::vector<Network>& networks) {
  std::vector<KnownHost> out;
  for (const auto& [machine, view] : fleet.machines) {
    if (!detail::isName(machine)) continue;
    for (const std::string& key : hostKeysOf(fleet, machine))
      out.push_back({key.starts_with("ssh-rsa ") ? machine + "-rsa" : machine,
                     hostNamesOf(networks, machine, fleet.domain), key, false});
  }
  if (const auto key = hostAuthorityOf(fleet); key && detail::isName(fleet.domain))
    out.push_back({"authority", {"*." + fleet.domain}, *key, true});
  return out;
}

// A block of ssh_config for a machine or a device at its best way; nothing for one that no network reaches without a
// proxy. `userOtherwise` is who logs in where nobody said; empty: nothing is said.
inline std::optional<std::string> sshBlockOf(const FleetView& fleet, const std::vector<Network>& networks,
                                             const std::string& machine, const std::string& userOtherwise = {}) {
  if (!detail::isName(machine)) return std::nullopt;
  for (const Network& network : networks) {
    const auto* ways = detail::waysTo(network, machine);
    if (network.isTor() || !ways) continue;
    for (const Way& way : *ways) {
      if (addressFamily(way.host) == 0 && !detail::isName(way.host)) continue;
      std::string out = "Host";
      for (const std::string& name : hostNamesOf(networks, machine, fleet.domain))
        if (detail::isName(name) && name != way.host && addressFamily(name) == 0) out += " " + name;
      out += "\n  HostName " + way.host + "\n";
      const SshOptions more = readSshOptions(way.sshOptions);
      const std::string& user = way.user.empty() ? userOtherwise : way.user;
      if (detail::isName(user)) out += "  User " + user + "\n";
      if (way.port) out += "  Port " + std::to_string(way.port) + "\n";
      if (detail::isName(fleet.domain) && fleet.machines.contains(machine) &&
          (!hostKeysOf(fleet, machine).empty() || hostAuthorityOf(fleet)))
        out += "  HostKeyAlias " + machine + "." + fleet.domain + "\n";
      for (const auto& [name, value] : more.options) out += "  " + name + " " + value + "\n";
      return out;
    }
  }
  return std::nullopt;
}

}  // namespace fleet
