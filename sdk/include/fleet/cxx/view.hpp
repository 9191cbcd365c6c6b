// fleet/cxx/view.hpp - what a plugin is shown: the fleet, one host, a composed host; and the files it answers
// with.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "definition.hpp"

namespace fleet {

struct MachineView {
  std::string hostClass, system;  // "nixos", "x86_64-linux"
  std::vector<std::string> tags;
  Value facts;  // a map, may be empty: `vars` = generator -> file -> public value
};

// What services tell each other: scope ("service:instance:role:machine") -> interface -> value.
using Exports = std::map<std::string, std::map<std::string, Value>>;

struct RoleView {
  std::map<std::string, Value> machines;  // machine -> settings of that machine in that role
};

struct InstanceView {
  std::map<std::string, RoleView> roles;
};

// What all hosts have in common.
struct FleetView {
  std::string name, domain;  // as the inventory's `meta` has them
  std::map<std::string, MachineView> machines;
  std::map<std::string, InstanceView> instances;  // of the services this plugin implements
  Value shared;                                   // public values all machines share: generator -> file -> value
  Exports exports;                                // of all services; empty while exports are asked for
};

// One role this host takes in one instance.
struct Membership {
  std::string instance, role;
  Value settings;  // for this machine, all layers merged
};

struct HostView {
  std::string name, hostClass, system;
  std::vector<std::string> tags;
  std::vector<Membership> memberships;
  Value options;  // the known values of the plugin's own subtree, relative to its option root
  Value facts;
};

struct ComposedHost {
  std::string name, hostClass, system;
  std::vector<std::string> tags;
  std::vector<std::string> aggregates;  // names of the modules the host selected
  std::vector<Definition> definitions;  // of all plugins, each with `from`, sorted by (from, place in its fragment)
  Value options;                        // known values only; what is assumed or unknown is absent
  // Only for check(): below the paths the manifest lists under `reads`, values that rest on what the platform's
  // options are assumed to be. One that is set and not known stands as an Expr.
  Value assumed;
  bool partial = false;  // some imported module could not be read: what is absent may be set there
};

struct RenderedFile {
  std::string path;  // relative, with `/`, without empty, `.` and `..` parts
  std::string content;
  std::uint32_t mode = 0644;  // 0644 or 0755
};

}  // namespace fleet
