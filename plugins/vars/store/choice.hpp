// Which store the secrets of generators are in, as the fleet says (clan.vars.settings).
#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <fleet/cxx/result.hpp>
#include <fleet/cxx/value.hpp>

namespace fleetd::vars {

enum class StoreKind : std::uint8_t { Sops, Age, Password };

struct StoreChoice {
  StoreKind kind = StoreKind::Sops;
  // Of the age store: who can read machines' keys and what no machine gets, by machine, and for all others.
  std::map<std::string, std::vector<std::string>> recipientsOf;
  std::vector<std::string> recipients;
  std::string passCommand = "passage";  // of the password store: pass or passage
};

// Who is to read a secret of a generator.
struct Audience {
  std::set<std::string> machines;  // that declare it
  bool deploy = true;              // whether they get it
  std::set<std::string> groups;    // that can always read it; a matter of sops

  // Those that get it.
  std::set<std::string> readers() const { return deploy ? machines : std::set<std::string>(); }
};

// "sops", "age", "password-store"
std::string nameOf(StoreKind kind);
// Errors: VARS95 for a store that fleetd does not know.
fleet::Result<StoreKind> storeKind(std::string_view name);
// From { kind, recipients: { hosts: { machine: [ … ] }, default: [ … ] }, passCommand }; nil is sops. Errors: VARS95.
fleet::Result<StoreChoice> readStoreChoice(const fleet::Value& value);

}  // namespace fleetd::vars
