// Values that nothing declares any more.
#pragma once
#include <string>
#include <vector>

#include "plugins/vars/request.hpp"

namespace fleetd::vars {

struct Orphan {
  std::string path;     // "vars/per-machine/web/old", or a file of a generator that is there; as its store names it
  std::string place;    // "per-machine/web/old", the same without the store
  std::string machine;  // empty: shared
  bool secret = false;  // there are secrets in it
  bool sure = true;     // false: the configuration that may declare it is not known completely
};

// What is below vars/per-machine and vars/shared and is declared by nobody; sorted. `unsure` are machines of which not
// everything is known; what is shared may be declared by any of them. Errors: VARS30.
fleet::Result<std::vector<Orphan>> orphansOf(const Request& request, const std::set<std::string>& unsure);

// The verbs `orphans` (a list for people to look at) and `prune`, which removes those of `paths` that still are
// orphans.
fleet::Result<fleet::Value> orphans(const Request& request, const fleet::Value& value);
fleet::Result<fleet::Value> prune(Request& request, const fleet::Value& value);

// Machines of a request whose declarations are not all known: those in `incomplete`, and those with generators that
// only Nix can tell.
std::set<std::string> unsureMachines(const fleet::Value& value);

}  // namespace fleetd::vars
