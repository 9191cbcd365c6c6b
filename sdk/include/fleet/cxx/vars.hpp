// fleet/cxx/vars.hpp - generated variables: how a plugin asks for them and what it sees of them.
//
//   fleet::Generator("openssh").secret("ssh.id_ed25519").open("ssh.id_ed25519.pub")
//       .builtin("ssh-key", {{"type", "ed25519"}}).addTo(out);
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "contribution.hpp"
#include "text.hpp"
#include "view.hpp"

namespace fleet {

// Collects one generator; addTo() writes it as clan.core.vars.generators.<name>.
class Generator {
 public:
  explicit Generator(std::string name) : name_(std::move(name)) {}

  // A file that is encrypted in the repository and reaches the machine. `more` holds further fields: owner, group,
  // mode, neededFor, restartUnits.
  Generator& secret(std::string file, Attrs more = {}) {
    files_.set(std::move(file), std::move(more));
    return *this;
  }
  // A secret no machine gets.
  Generator& hidden(std::string file) { return secret(std::move(file), {{"deploy", false}}); }
  // A file that everybody may read, kept as it is in the repository.
  Generator& open(std::string file, Attrs more = {}) {
    more.set("secret", false);
    files_.set(std::move(file), std::move(more));
    return *this;
  }
  // Asks a person: type is line, hidden, multiline or multiline-hidden. A kept answer is a file of the same name.
  Generator& prompt(std::string name, std::string description, std::string type, bool persist = true) {
    prompts_.set(std::move(name),
                 Attrs{{"description", std::move(description)}, {"persist", persist}, {"type", std::move(type)}});
    return *this;
  }
  Generator& dependsOn(std::string generator) {
    dependencies_.push_back(std::move(generator));
    return *this;
  }
  // One value for all machines.
  Generator& share(bool shared = true) {
    share_ = shared;
    return *this;
  }
  // Outputs are made anew when this changes.
  Generator& validation(Value value) {
    validation_ = std::move(value);
    return *this;
  }
  // One of fleetd's own generators, with its parameters; no script is needed.
  Generator& builtin(std::string generator, Attrs parameters = {}) {
    parameters.set("generator", std::move(generator));
    builtin_ = std::move(parameters);
    return *this;
  }
  Generator& script(std::string text, List runtimeInputs = {}) {
    script_ = std::move(text);
    runtimeInputs_ = std::move(runtimeInputs);
    return *this;
  }

  void addTo(Contribution& out) const {
    Attrs all;
    if (files_.size() != 0) all.set("files", files_);
    if (prompts_.size() != 0) all.set("prompts", prompts_);
    if (!dependencies_.empty()) all.set("dependencies", dependencies_);
    if (share_) all.set("share", true);
    if (!validation_.isNil()) all.set("validation", validation_);
    if (!builtin_.isNil()) all.set("builtin", builtin_);
    if (!script_.empty()) all.set("script", script_);
    if (!runtimeInputs_.empty()) all.set("runtimeInputs", runtimeInputs_);
    out.set(at("clan.core.vars.generators", {name_}), Value(std::move(all)));
  }

 private:
  std::string name_;
  Attrs files_, prompts_;
  List dependencies_;
  bool share_ = false;
  Value validation_, builtin_;
  std::string script_;
  List runtimeInputs_;
};

// A public value in the repository: of a machine, or of all of them when `machine` is empty. Null when it is not there
// (yet). Borrowed from the view.
inline const std::string* publicValueOf(const FleetView& fleet, std::string_view machine, std::string_view generator,
                                        std::string_view file) {
  const Value* vars = nullptr;
  if (machine.empty()) {
    vars = &fleet.shared;
  } else {
    const auto found = fleet.machines.find(std::string(machine));
    if (found != fleet.machines.end()) vars = found->second.facts.find("vars");
  }
  if (vars) vars = vars->find(generator);
  if (vars) vars = vars->find(file);
  return vars ? vars->get<std::string>() : nullptr;
}

}  // namespace fleet
