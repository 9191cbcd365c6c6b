// Fleet: a repository opened at level F — what kind it is, its hosts, aggregates and inventory — and the composition of
// its hosts.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "kernel/base/diagnostic.hpp"
#include "kernel/base/json_writer.hpp"
#include "kernel/base/result.hpp"
#include "kernel/base/source.hpp"
#include "kernel/base/symbol.hpp"
#include "kernel/fleet/composed_host.hpp"
#include "kernel/fleet/host.hpp"
#include "kernel/fleet/input_sources.hpp"
#include "kernel/lang/evaluator.hpp"

namespace fleetd::base {
class Json;
}

namespace fleetd::compose {
class Compose;
class ForOneHost;
struct Evaluation;
}  // namespace fleetd::compose

namespace fleetd::fleet {

class Cohorts;
class Inputs;
class Intrinsics;
class Lock;
class SchemaStore;
struct SharedResult;

enum class Kind : std::uint8_t {
  Flake,      // flake.nix
  Modules,    // modules/**/*.nix, perhaps machines/ and inventory.json
  FleetJson,  // the same, with hosts named in fleet.json
};
std::string_view kindName(Kind kind);

// One aggregate: flake.modules.<class>.<name>.
struct Aggregate {
  std::string klass;
  std::string name;
  std::size_t contributions = 0;  // modules that add to it
  std::size_t hosts = 0;          // hosts that import it, set once all hosts are composed
  Span place;                     // of the first contribution
};

// A stage of the main job and how long it took.
struct Stage {
  std::string name;
  std::uint64_t nanoseconds = 0;
};

class Fleet;

struct OpenOptions {
  std::string directory;  // the root of the repository, absolute
  std::vector<InputOverride> overrides;
  // Called before anything is evaluated, so that layers above can give platforms their options (Intrinsics::platforms).
  std::function<void(Fleet&)> prepare;
};

// The nearest directory at or above `start` that looks like a fleet (flake.nix, fleet.json, or modules/). Error FL0501.
Result<std::string> findFleet(const std::string& start);

// Thread: open and compose on one thread (a big stack, see base/big_stack.hpp).
class Fleet {
 public:
  // Reads the repository. Findings about its code go to `diagnostics`; an Error means there is nothing to work on.
  static Result<std::unique_ptr<Fleet>> open(const OpenOptions& options, base::SourceMap& sources,
                                             base::SymbolTable& symbols, base::Diagnostics& diagnostics);
  ~Fleet();

  Kind kind() const { return kind_; }
  const std::string& root() const { return root_; }
  const std::string& name() const { return name_; }
  // Sorted by class (nixos, darwin, home), then name.
  const std::vector<Host>& hosts() const { return hosts_; }
  std::vector<Host>& hosts() { return hosts_; }  // for the layer above, which adds plugins and their modules
  const std::vector<Aggregate>& aggregates();
  // By name; a name that several classes use needs "class:name". Error FL0503 with suggestions.
  Result<const Host*> findHost(std::string_view name) const;
  // Composes hosts for those who want them as a whole, their counts and perhaps their JSON; the rest of a host is
  // composed when somebody asks. `take` gets each, in order, and returns false when it wants no more.
  struct Together {
    unsigned workers = 1;  // processes that work at once; the result is the same for any number
    bool json = false;
  };
  using TakeHost = std::function<bool(std::size_t index, ComposedHost& host)>;
  void composeTogether(std::span<const Host* const> hosts, const Together& how, base::Diagnostics& diagnostics,
                       const TakeHost& take);
  // A host that a worker composed: what the worker noted is noted here, too.
  std::unique_ptr<ComposedHost> composedElsewhere(const Host& host, SharedResult result, bool json);
  // Aggregates the host imports, "<class>.<name>", as far as it was composed. Sorted.
  std::vector<std::string> importedBy(const Host& host) const;
  // While it lives, hosts are composed for the moment: what was composed is gone with it, and its memory serves the
  // next.
  class ForTheMoment {
   public:
    explicit ForTheMoment(Fleet& fleet);
    ~ForTheMoment();
    ForTheMoment(const ForTheMoment&) = delete;
    ForTheMoment& operator=(const ForTheMoment&) = delete;

   private:
    std::unique_ptr<compose::ForOneHost> host_;
  };
  // Composes one host; findings go to `diagnostics` with the host's name.
  std::unique_ptr<ComposedHost> compose(const Host& host, base::Diagnostics& diagnostics);

  // Schemas that composing asks about options nobody declares here. Null: none. They outlive the fleet.
  void useSchemas(SchemaStore* schemas) { schemas_ = schemas; }
  SchemaStore* schemas() const { return schemas_; }

  std::vector<Stage>& stages() { return stages_; }
  // Files of the fleet, each once, in the order they were read.
  const std::vector<std::string>& filesRead() const { return filesRead_; }
  void noteRead(const std::string& file) {
    if (readOnce_.insert(file).second) filesRead_.push_back(file);
  }
  lang::Evaluator& evaluator() { return *evaluator_; }
  compose::Compose& composition() { return *compose_; }
  lang::Value outputs() const { return outputs_; }
  Intrinsics& intrinsics() { return *intrinsics_; }
  const Lock* lock() const { return lock_.get(); }                // null without flake.lock
  const base::Json* document() const { return document_.get(); }  // fleet.json; null for the other kinds

 private:
  friend class Loader;
  void countAggregates(const Host& host, compose::Evaluation* evaluation);
  void countAggregate(const Host& host, std::string_view aggregate);
  bool isOwn(const Host& host) const;  // whether it is an element of hosts()
  std::unique_ptr<ComposedHost> shared(const Host& host, std::optional<SharedResult> result, bool json,
                                       base::Diagnostics& diagnostics);
  void noteComposed(const Host& host, const Host& composed);
  Fleet(std::string root, base::SourceMap& sources, base::SymbolTable& symbols);

  std::string root_;
  std::string name_;
  Kind kind_ = Kind::Flake;
  std::unique_ptr<lang::Evaluator> evaluator_;
  compose::Compose* compose_;  // the evaluator's
  std::unique_ptr<Intrinsics> intrinsics_;
  std::unique_ptr<Lock> lock_;
  std::unique_ptr<Inputs> inputs_;
  std::unique_ptr<base::Json> document_;
  lang::Value outputs_;
  std::vector<Host> hosts_;
  std::vector<Aggregate> aggregates_;
  struct NameHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const { return std::hash<std::string_view>{}(name); }
  };
  std::unordered_map<std::string, std::vector<std::uint32_t>, NameHash, std::equal_to<>>
      importers_;  // "<class>.<name>" of an aggregate -> indices of hosts, sorted
  SchemaStore* schemas_ = nullptr;
  std::unique_ptr<Cohorts> cohorts_;
  std::unique_ptr<lang::Scope> scope_;  // of hosts composed for the moment
  std::vector<Stage> stages_;
  std::vector<std::string> filesRead_;
  std::unordered_set<std::string> readOnce_;
};

}  // namespace fleetd::fleet
