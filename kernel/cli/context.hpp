// Context: what a running command works with — its arguments, the streams, the findings so far and the fleet.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/diagnostic.hpp"
#include "kernel/base/json_writer.hpp"
#include "kernel/base/source.hpp"
#include "kernel/base/symbol.hpp"
#include "kernel/cli/arguments.hpp"
#include "kernel/cli/exit_code.hpp"
#include "kernel/cli/output.hpp"
#include "kernel/fleet/fleet.hpp"
#include "kernel/fleet/schema_store.hpp"
#include "kernel/render/workspace.hpp"

namespace fleetd::cli {

// Thread: everything on the thread the command runs on.
class Context {
 public:
  Context(const Arguments& arguments, Output& output);

  const Arguments& args;
  Output& out;
  base::SourceMap sources;
  base::SymbolTable symbols;
  base::Diagnostics diagnostics;

  bool json() const { return json_; }
  bool verbose() const { return verbose_; }
  bool quiet() const { return quiet_; }
  const std::string& root() const { return root_; }  // of the fleet; "" before it was opened

  // Opens the fleet with its plugins at the first call. Findings go to `diagnostics`.
  Result<fleet::Fleet*> openFleet();
  fleet::SchemaStore& schemas() { return *schemas_; }     // once the fleet was opened
  render::Workspace& workspace() { return *workspace_; }  // once the fleet was opened
  bool hasWorkspace() const { return workspace_ != nullptr; }
  // The hosts with these names, or all when there are none; all unknown names are reported. Sorted as Fleet::hosts.
  Result<std::vector<const fleet::Host*>> selectHosts(const std::vector<std::string>& names);
  std::unique_ptr<fleet::ComposedHost> compose(const fleet::Host& host);
  // Many, for their counts and perhaps their JSON, on the processors --jobs allows; `take` gets them in order.
  void composeTogether(const std::vector<const fleet::Host*>& hosts, bool json, const fleet::Fleet::TakeHost& take);
  // What the plugins find about the hosts composed so far.
  void checkPlugins();
  // "composing 3/12 cinnabar", on a terminal, once a command takes longer than a moment.
  void progress(std::string_view doing, std::size_t index, std::size_t count, std::string_view name);

  // Prints all findings, ordered, and gives the exit code they stand for.
  int finish();
  // The same after a failure that ends the command.
  int fail(const base::Error& error);

  // A place as JSON: { "file", "line", "column" } or null.
  void writePlace(base::JsonWriter& json, base::Span place) const;
  // The same for people, relative to the fleet: "modules/a.nix:3:5", or "".
  std::string placeText(base::Span place) const;
  // What --override-input says. Error FL0903.
  Result<std::vector<fleet::InputOverride>> inputOverrides() const;

 private:
  Result<unsigned> jobs() const;
  void report();

  bool json_ = false;
  bool verbose_ = false;
  bool quiet_ = false;
  std::int64_t started_ = 0;
  std::int64_t lastProgress_ = 0;
  std::string root_;
  unsigned jobs_ = 1;
  std::unique_ptr<fleet::SchemaStore> schemas_;
  std::unique_ptr<render::Workspace> workspace_;  // after what it refers to
};

}  // namespace fleetd::cli
