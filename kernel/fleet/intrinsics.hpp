// The natives behind kernel/fleet/nix: what level F asks of the kernel, and the parts of level F written in Nix.
#pragma once
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernel/base/diagnostic.hpp"
#include "kernel/fleet/inventory_text.hpp"
#include "kernel/lang/evaluator.hpp"

namespace fleetd::fleet {

inline constexpr char kIntrinsicsKind[] = "fleet.intrinsics";

// The embedded text of kernel/fleet/nix/<name>, or empty.
std::string_view nixPart(std::string_view fileName);

// One for each evaluator that evaluates level F; outlives every value made through it. One thread.
class Intrinsics : public lang::NativeObject {
 public:
  explicit Intrinsics(lang::Evaluator& evaluator) : lang::NativeObject{kIntrinsicsKind}, ev(evaluator) {}

  lang::Evaluator& ev;
  // The set of kernel/fleet/nix/default.nix: evalHost, hosts, flakeParts, clan, … An error value when a part is broken.
  lang::Value parts();
  lang::Value part(std::string_view name);  // one of them
  lang::Value kernel();                     // the set of natives that the parts call `kernel`
  // A module with the options of a platform ("nixos", "darwin", "home"), set by the layer that knows schemas; else an
  // open module.
  std::map<std::string, lang::Value, std::less<>> platforms;
  // The roles of a service that a plugin implements, as a set: role -> module with the options of its settings; Null
  // when no plugin does. Set by the layer that knows plugins; may be empty.
  std::function<lang::Value(std::string_view service)> serviceRoles;
  // What the services that plugins implement export: scope -> interface -> value. Gets the clan's configuration. Set by
  // the layer that knows plugins; may be empty.
  std::function<lang::Value(lang::Value clan)> pluginExports;
  // The clan the fleet describes: { clan = its configuration; resolved = what nix/services.nix makes of it; }, or Null.
  lang::Value clan;
  // inventory.json of the clan.
  InventoryText inventory;
  // What mkFlake evaluated last: the result of evalModules, or Null. Aggregates are read from it.
  lang::Value levelF;

  // What host_reads.hpp goes by. The flake itself, Null for no flake; files and directories that were looked at while
  // the fleet was opened, wherever they are; and what the outputs hold for each host, by class and name.
  lang::Value self;
  std::set<std::string> reads;
  std::map<std::pair<std::string, std::string>, lang::Value> requests;

  lang::Value evalPart(std::string_view name, lang::Value scope);

 private:
  lang::Value kernel_;
  lang::Value parts_;
  std::map<std::string, lang::Value, std::less<>> loaded_;
};

}  // namespace fleetd::fleet
