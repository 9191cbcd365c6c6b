// Settings of the roles. The first ones of each are clan's; what follows is fleetd's own.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <fleet/cxx/options.hpp>

namespace zerotier {

struct Pool {
  std::string start, end;
  static constexpr auto schema() {
    return fleet::options(fleet::option("start", &Pool::start, "The first address."),
                          fleet::option("end", &Pool::end, "The last address, which is not given out."));
  }
};

struct Route {
  std::string target;
  std::optional<std::string> via;
  static constexpr auto schema() {
    return fleet::options(fleet::option("target", &Route::target, "Addresses: 10.147.17.0/24."),
                          fleet::option("via", &Route::via, "The member that forwards them; none: they are members."));
  }
};

struct Dns {
  std::string domain;
  std::vector<std::string> servers;
  static constexpr auto schema() {
    return fleet::options(fleet::option("domain", &Dns::domain, "The domain the servers know."),
                          fleet::option("servers", &Dns::servers, "Addresses of at most four servers."));
  }
};

struct External {
  std::optional<std::string> id, ip;
  std::vector<std::string> addresses;
  std::optional<std::string> user;
  std::optional<fleet::Port> port;
  static constexpr auto schema() {
    return fleet::options(
        fleet::option("id", &External::id, "The device's ten digits."),
        fleet::option("ip", &External::ip, "Its address in the network, in place of the id."),
        fleet::option("addresses", &External::addresses, "Further addresses it gets; a route must cover them."),
        fleet::option("user", &External::user, "Who logs in to its ssh server."),
        fleet::option("port", &External::port, "The port of its ssh server."));
  }
};

struct ControllerSettings {
  std::vector<std::string> allowedIps, allowedIds;
  bool isPublic = false;
  std::map<std::string, External> externalMembers;
  std::map<std::string, std::vector<std::string>> addresses;
  std::vector<Pool> pools;
  std::vector<Route> routes;
  Dns dns;
  std::optional<std::string> domain;
  bool revoke = false;
  static constexpr auto schema() {
    return fleet::options(
        fleet::option("allowedIps", &ControllerSettings::allowedIps, "Members by their address in the network."),
        fleet::option("allowedIds", &ControllerSettings::allowedIds, "Members by their ten digits."),
        fleet::option("public", &ControllerSettings::isPublic, "Whether everybody may join."),
        fleet::option("externalMembers", &ControllerSettings::externalMembers,
                      "Devices that are no machines of the fleet, by name."),
        fleet::option("addresses", &ControllerSettings::addresses,
                      "Further addresses of machines; a route must cover them."),
        fleet::option("pools", &ControllerSettings::pools, "IPv4 addresses that are given out."),
        fleet::option("routes", &ControllerSettings::routes, "Routes of all members."),
        fleet::option("dns", &ControllerSettings::dns, "Name servers that members are told of."),
        fleet::option("domain", &ControllerSettings::domain,
                      "Domain of the members' names; the instance's name by default."),
        fleet::option("revoke", &ControllerSettings::revoke,
                      "Whether members that are not declared are shut out; otherwise they are only told of."));
  }
};

struct MoonSettings {
  std::vector<std::string> stableEndpoints;
  static constexpr auto schema() {
    return fleet::options(
        fleet::option("stableEndpoints", &MoonSettings::stableEndpoints, "Where the moon is reached: 192.0.2.1/9993."));
  }
};

struct PeerSettings {
  std::vector<std::string> orbitMoons;
  bool cask = false;
  static constexpr auto schema() {
    return fleet::options(
        fleet::option("orbitMoons", &PeerSettings::orbitMoons, "Moons outside of the fleet, by their ten digits."),
        fleet::option("cask", &PeerSettings::cask, "Whether a Mac runs Homebrew's daemon in place of Nixpkgs'."));
  }
};

}  // namespace zerotier
