// ConfigTree: a configuration walked once into options, records and values, with what is known of each.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kernel/base/json_writer.hpp"
#include "kernel/base/result.hpp"
#include "kernel/compose/evaluation.hpp"
#include "kernel/fleet/composed_host.hpp"
#include "kernel/fleet/schema.hpp"
#include "kernel/lang/evaluator.hpp"

namespace fleetd::fleet {

struct ConfigNode {
  enum class Kind : std::uint8_t { Record, Leaf };
  Kind kind = Kind::Leaf;
  base::Symbol name;
  std::vector<ConfigNode> children;   // Record: sorted by name
  lang::Value value;                  // Leaf: forced to weak head normal form; may be an error
  compose::Option* option = nullptr;  // the option it is, or is a part of
  bool assumed = false;               // rests on something assumed
  bool undefined = false;             // an option without any value
  bool fleetMade = false;             // the fleet defines it, or declares it
  bool endless = false;               // a set that holds itself, or has too many parts: a Leaf, not looked into
};

class ConfigWalker {
 public:
  // Told of every error that is a fact, with the node's path as printed by showOption.
  using OnError = std::function<void(const lang::EvalError&, std::string path)>;
  // Told of each option that is defined and cannot exist: it lies below a name that only the fleet's own modules
  // declare options under, or a schema does not have it. `maybe`: a module that cannot be read here might declare it.
  struct Undeclared {
    std::string path;
    std::vector<std::string> siblings;  // sorted
    std::span<const compose::Def> defs;
    bool maybe = false;
    bool bySchema = false;  // a schema says so, not the fleet's own declarations
    bool imported = false;  // that schema is somebody's list, which may be of another release
  };
  using OnUndeclared = std::function<void(const Undeclared&)>;
  // The options that an evaluation's platform is known to have.
  struct Listing {
    enum class What : std::uint8_t { All, Some, Imported };  // Some: imports that are not covered may declare more
    const Schema* schema = nullptr;                          // null: nothing is known
    What what = What::All;
  };
  using AskSchema = std::function<Listing(compose::Evaluation&)>;
  ConfigWalker(compose::Compose& compose, OnError onError, OnUndeclared onUndeclared)
      : c_(compose), ev_(compose.ev), onError_(std::move(onError)), onUndeclared_(std::move(onUndeclared)) {}

  void useSchema(AskSchema ask) { askSchema_ = std::move(ask); }

  // The whole configuration. With `defaults`, options of a platform that nobody defines are part of it.
  ConfigNode walk(compose::Evaluation& evaluation, bool defaults);
  // One option, as walk() would have it.
  ConfigNode walkOption(compose::Option& option, base::Symbol name);
  std::size_t definitions() const { return definitions_; }  // made by the fleet, of all options walked

 private:
  // Where the walk is; becomes text only when there is something to say about it.
  struct Path {
    const Path* up = nullptr;
    base::Symbol name;
    const compose::Loc* loc = nullptr;  // of the first, in place of a name
  };
  std::string text(const Path& path) const;
  static int depthOf(const Path& path);
  void walkLevel(compose::Level& level, ConfigNode& out, bool defaults, const Path& path);
  void walkChild(compose::Child& child, ConfigNode& out, bool defaults, const Path& path);
  void walkOption(compose::Option& option, ConfigNode& out, bool defaults, const Path& path);
  void walkEvaluation(compose::Evaluation& evaluation, ConfigNode& out, bool defaults, const Path& path, int depth);
  void walkSet(lang::Value v, ConfigNode& out, bool defaults, const Path& path, int depth);
  void walkChoice(lang::Value v, ConfigNode& out, bool defaults, const Path& path, int depth);
  std::optional<std::vector<base::Symbol>> ownNames(lang::Value v, bool defaults, const Path& path, int depth);
  void walkAttr(const lang::Attr& attr, ConfigNode& out, bool defaults, const Path& path, int depth);
  void walkArguments(lang::Value v, ConfigNode& out, bool defaults, const Path& path);
  bool definesNothing(const compose::Option& option);
  bool isAssertions(const compose::Option& option);
  lang::Value forceConditions(lang::Value list);
  void walkValue(lang::Value v, ConfigNode& out, bool defaults, const Path& path, int depth);
  void walkParts(lang::Value v, ConfigNode& out, bool defaults, const Path& path, int depth);
  compose::Evaluation* evaluationOf(lang::Value v);
  lang::Value platformName(lang::Value v);
  // Where a level is in the schema of its evaluation; no schema: it is inside an option, or nothing is known.
  struct Spot {
    Listing listing;
    std::uint32_t node = 0;
  };
  const Spot& spotOf(compose::Level& level);
  // Reports a name of `level` that nobody declares when it cannot exist; true when it was reported.
  bool undeclared(compose::Level& level, compose::Child& child, const Path& path);
  void undeclaredInside(const Listing& listing, std::uint32_t node, compose::Child& child, const Path& path);
  void error(lang::Value v, const Path& path, const compose::Option* option = nullptr);

  compose::Compose& c_;
  lang::Evaluator& ev_;
  OnError onError_;
  OnUndeclared onUndeclared_;
  AskSchema askSchema_;
  std::unordered_map<const compose::Level*, Spot> spots_;
  std::size_t definitions_ = 0;
  std::vector<const lang::Bindings*> above_;  // the sets the walk is inside of
  int wholeDepth_ = 0;                        // hosts and homes the walk is inside of
  bool quiet_ = false;                        // errors are nobody's
  std::size_t treeNodes_ = 0;                 // levels met below one name of the first level
  std::size_t nodes_ = 0;                     // sets met in the value of the option that is walked
};

// Whether an option holds arguments of modules: whole flakes and libraries, of which nobody but their readers look at
// parts.
bool holdsArguments(compose::Compose& compose, const compose::Option& option);

// Adds what a node and all below it count.
void countNode(lang::Evaluator& ev, const ConfigNode& node, Counts& counts);
// The node as JSON.
Result<void> writeNode(lang::Evaluator& ev, const ConfigNode& node, base::JsonWriter& out);

// "a.b.\"c d\"" below `up`.
std::string joinPath(std::string_view up, std::string_view name);

}  // namespace fleetd::fleet
