// Names inside the values of options: what a schema says of submodules, compared with what the fleet sets there.
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/compose/model.hpp"
#include "kernel/fleet/schema.hpp"
#include "kernel/lang/evaluator.hpp"

namespace fleetd::fleet {

// Looks only where the type leaves no doubt: submodules without a freeform type, in sets and lists of them and where
// null may stand for them. What declares options of its own (`imports`, `options`), is a function or is not known is
// left alone. Forces the definitions; an error met there is not this class's affair.
class SchemaValues {
 public:
  // A name that the submodule does not have: its path, the definition, the names there are.
  using Found =
      std::function<void(const std::string& path, const compose::Def& def, std::vector<std::string> siblings)>;
  SchemaValues(compose::Compose& c, const Schema& schema, Found found);

  // The definitions of the option at `node`, whose path is `path`.
  void check(std::uint32_t node, const std::string& path, std::span<const compose::Def> defs);

 private:
  using Defs = std::vector<compose::Def>;
  void option(std::uint32_t node, const std::string& path, const Defs& defs, int depth);
  void typed(std::string_view type, std::uint32_t node, const std::string& path, const Defs& defs, int depth);
  void submodule(std::uint32_t node, const std::string& path, const Defs& defs, int depth);
  void names(std::uint32_t node, const std::string& path, const Defs& sets, int depth);
  bool plain(const compose::Def& def, Defs& out, int depth);

  compose::Compose& c_;
  lang::Evaluator& ev_;
  const Schema& schema_;
  Found found_;
};

}  // namespace fleetd::fleet
