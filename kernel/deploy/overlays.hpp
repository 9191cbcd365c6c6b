// Overlays: networks whose addresses follow from ids, as services export them (`overlay`): who is a member, machines
// and other devices, by which names and addresses.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/json.hpp"
#include "kernel/base/result.hpp"
#include "kernel/render/workspace.hpp"

namespace fleetd::deploy {

struct OverlayMember {
  std::string id;
  std::string name;  // empty for members that are only an id
  bool isMachine = false;
  std::vector<std::string> addresses;  // all of them, the derived one first
  std::vector<std::string> pinned;     // those that the controller is told
};

struct Overlay {
  std::string instance, service;
  std::string kind;        // "zerotier"
  std::string id;          // empty: not generated yet
  std::string controller;  // the machine; empty: there is none, or more than one
  std::string domain;      // of the members' names
  std::string interface;   // on Linux
  bool revoke = false;     // whether the controller shuts out who is not declared
  std::vector<OverlayMember> members;
  Json record;  // what the controller is told of the network

  // By name, id or address; null: nobody.
  const OverlayMember* find(std::string_view text) const;
};

// By instance. What a plugin exports is looked at as anything foreign: members without an id or with text that no name
// or address has are left out.
std::vector<Overlay> overlaysOf(const render::Services& services);

}  // namespace fleetd::deploy
