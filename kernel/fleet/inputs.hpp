// Flake inputs as values: those that describe fleets are native, sources at hand are read, the rest is unknown.
#pragma once
#include <map>
#include <string>

#include "kernel/base/diagnostic.hpp"
#include "kernel/fleet/input_sources.hpp"
#include "kernel/fleet/intrinsics.hpp"
#include "kernel/fleet/lock.hpp"

namespace fleetd::fleet {

class Inputs {
 public:
  // `lock` may be null (a flake without a lock file): then inputs are known by the URLs written in flake.nix only.
  Inputs(Intrinsics& intrinsics, const Lock* lock, InputSources sources, base::Diagnostics& diagnostics);

  // The arguments of `outputs` besides self: every input of the flake at `directory`, whose locked node is `node`
  // (null: none). `declared` is the flake's `inputs` attribute, `outputs` the function, whose arguments are inputs,
  // too. FL0511 is reported for inputs that are declared and not
  // locked, unless the flake is a `foreign` one, see flakeValue.
  lang::Value all(lang::Value declared, lang::Value outputs, const LockNode* node, const std::string& directory,
                  bool foreign = false);
  // `{ outPath, inputs, … } // outputs` as `self` and as the value of a flake read natively.
  // `foreign`: a source that was fetched, so nothing is unknown of its state.
  lang::Value flakeValue(lang::Value outputs, lang::Value inputs, const std::string& directory, bool foreign = false);
  // Evaluates flake.nix in a directory: its outputs applied. Errors are values.
  lang::Value evalFlake(const std::string& directory, const LockNode* node, lang::Value* self, bool foreign = false);

 private:
  lang::Value one(const std::string& name, std::string_view url, const LockNode* node, const std::string& directory);
  lang::Value native(std::string_view name, std::string_view identity);

  Intrinsics& intrinsics_;
  const Lock* lock_;
  InputSources sources_;
  base::Diagnostics& diagnostics_;
  // Stuck when the source cannot be read; FL0516 tells why.
  lang::Value fromSource(const std::string& name, const LockNode* node, const std::string& directory,
                         lang::Value facts);

  int depth_ = 0;
};

// "github:Owner/Repo/ref" → "owner/repo"; what a lock node would be known by, when only the URL in flake.nix is there.
std::string identityOfUrl(std::string_view url);

}  // namespace fleetd::fleet
