// ConfigTree: a configuration walked once into options, records and values, with what is known of each.
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/compose/evaluation.hpp"
#include "kernel/lang/evaluator.hpp"

namespace fleetd::fleet {

struct ConfigNode {
  enum class Kind : std::uint8_t { Record, Leaf };
  Kind kind = Kind::Leaf;
  base::Symbol name;
  std::vector<ConfigNode> children;  // Record: sorted by name
  lang::Value value;                 // Leaf: forced to weak head normal form; may be an error
  compose::Option* option = nullptr; // the option it is, or is a part of
  bool assumed = false;              // rests on something assumed
  bool undefined = false;            // an option without any value
  bool fleetMade = false;            // the fleet defines it, or declares it
};

class ConfigWalker {
 public:
  // Told of every error that is a fact, with the node's path as printed by showOption.
  using OnError = std::function<void(const lang::EvalError&, std::string path)>;
  // Told of each option that is defined and cannot exist: it lies below a name that only the fleet's own modules declare options under.
  // `maybe`: a module that cannot be read here might declare it.
  struct Undeclared {
    std::string path;
    std::vector<std::string> siblings;  // sorted
    std::span<const compose::Def> defs;
    bool maybe = false;
  };
  using OnUndeclared = std::function<void(const Undeclared&)>;
  ConfigWalker(compose::Compose& compose, OnError onError, OnUndeclared onUndeclared)
      : c_(compose), ev_(compose.ev), onError_(std::move(onError)), onUndeclared_(std::move(onUndeclared)) {}

  // The whole configuration. With `defaults`, options of a platform that nobody defines are part of it.
  ConfigNode walk(compose::Evaluation& evaluation, bool defaults);
  std::size_t definitions() const { return definitions_; }  // made by the fleet, of all options walked

 private:
  void walkLevel(compose::Level& level, ConfigNode& out, bool defaults, std::string path);
  void walkChild(compose::Child& child, ConfigNode& out, bool defaults, const std::string& path);
  void walkOption(compose::Option& option, ConfigNode& out, bool defaults, const std::string& path);
  bool definesNothing(const compose::Option& option);
  void walkValue(lang::Value v, ConfigNode& out, bool defaults, const std::string& path, int depth);
  compose::Evaluation* evaluationOf(lang::Value v);
  // Reports a name of `level` that nobody declares when it cannot exist; true when it was reported.
  bool undeclared(compose::Level& level, compose::Child& child, const std::string& path);
  void error(lang::Value v, const std::string& path);

  compose::Compose& c_;
  lang::Evaluator& ev_;
  OnError onError_;
  OnUndeclared onUndeclared_;
  std::size_t definitions_ = 0;
};

// "a.b.\"c d\"" below `up`.
std::string joinPath(std::string_view up, std::string_view name);

}  // namespace fleetd::fleet
