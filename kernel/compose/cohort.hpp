// Cohort: the hosts of one class, evaluated one after another over modules that are loaded once.
//
// lib.evalModules applies every module function anew for every host. Here each module is applied once; what it defines
// are shared thunks, and only those that look at the host (lang/scope.hpp) are evaluated for each. An option is merged
// anew only for a combination of definitions and of values read that has not occurred yet: each merge is remembered
// with all it read. Where a host asks for something that cannot be shared — modules that depend on `config`, `options`,
// open evaluations, errors — open() or settle() say so, and the host is evaluated by itself: a cohort never reports,
// and is exact whenever it succeeds.
//
// Reading guide: cohort_modules.cpp (loading), cohort_shape.cpp (options and definitions), cohort_leaf.cpp (one option
// of one host), cohort_values.cpp (values that outlive their host).
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "kernel/compose/evaluation.hpp"
#include "kernel/lang/scope.hpp"

namespace fleetd::compose {

// What a walk over one option found, for those who show and count it.
struct Summary {
  std::string json;        // its value; empty when it has none
  bool undefined = false;  // nobody gives it a value
  std::uint32_t options = 0, definitions = 0, known = 0, assumed = 0, unknown = 0;
  std::vector<std::string> aggregates;  // that evaluations inside it import
};

// A remembered merge.
struct Remembered {
  std::vector<const Def*> defs;
  std::vector<lang::Read> reads;  // values in the evaluator's own arena
  Value value;                    // complete, in the evaluator's own arena
  Summary summary;
};

// The merges of the same definitions. Those that read what every host has for itself are not kept for long.
struct Bucket {
  std::vector<std::unique_ptr<Remembered>> merges;
  std::uint32_t hits = 0, misses = 0;
  bool useful() const { return misses < 6 || hits >= misses / 2; }
};

struct Shape;

// One option of a shape.
struct Leaf {
  Cohort* cohort;
  Shape* shape;
  Child* child;
  const Option* option;  // without any definition: copied for each merge
  std::uint32_t id;      // in the cohort
  std::uint32_t hits = 0, kept = 0;
  std::unordered_map<std::uint64_t, Bucket> remembered;  // by the definitions
};

// A definition of a leaf, made by one module.
struct LeafDef {
  std::uint32_t leaf;  // index in the shape
  Def def;
};

// A loaded module with what it imports.
struct CohortNode {
  Module* module = nullptr;
  bool anonymous = true;  // has no key by which it could be the same as another
  bool loading = false;
  std::vector<CohortNode*> imports;
  std::string_view aggregate;  // "<class>.<name>" when it is one of flake.modules
};

// The options that a set of declaring modules has, and what each module defines of them.
struct Shape {
  std::vector<Module*> declaring;
  Evaluation* evaluation = nullptr;           // has the tree of options and no definitions
  std::vector<std::unique_ptr<Leaf>> leaves;  // in the order of the tree
  std::unordered_map<const Child*, std::uint32_t> leafOf;
  std::unordered_map<const Module*, std::unique_ptr<std::vector<LeafDef>>> definitions;  // null: cannot be shared
};

class Cohort {
 public:
  // Shows and counts an option of the current host; false when it has errors.
  using Finish = std::function<bool(const Leaf&, Option&, Summary&)>;
  Cohort(Compose& compose, Value klass, Value specialArgs, Finish finish);
  ~Cohort();
  Cohort(const Cohort&) = delete;
  Cohort& operator=(const Cohort&) = delete;

  // Begins a host with these modules. False: it must be evaluated by itself. close() ends what a true one began.
  bool open(Value modules);
  void close();
  const Shape& shape() const { return *shape_; }
  // All modules of the current host, the first import first.
  const std::vector<const CohortNode*>& modules() const { return nodes_; }
  // What the option is for the current host; null: the host must be evaluated by itself. Valid until close().
  const Summary* settle(std::uint32_t leaf);

  // --- of the module system ---
  void refuse() { failed_ = true; }  // the host asks for something that is not shared
  Value leafValue(Leaf& leaf);
  Value currentConfig();

 private:
  enum class Progress : std::uint8_t { Untouched, Checking, Running, Done };
  struct LeafState {
    std::uint64_t host = 0;
    Progress progress = Progress::Untouched;
    Value value;
    Option* option = nullptr;  // when merged for this host
    const Remembered* remembered = nullptr;
    std::uint64_t hash = 0;              // of the definitions, once they were looked for
    std::uint32_t begin = 0, count = 0;  // in defs_
  };

  CohortNode* load(Value m, File* file);
  bool loadList(Value list, File* file, std::vector<CohortNode*>& out);
  bool plain(const Module& module);
  void order(const std::vector<CohortNode*>& roots);
  Shape* shapeOf();
  bool makeLeaves(Shape& shape, Level& level);
  const std::vector<LeafDef>* definitionsOf(Shape& shape, Module& module);
  bool distribute();

  LeafState& state(const Leaf& leaf);
  std::span<const Def* const> defsOf(const LeafState& state) const { return {defs_.data() + state.begin, state.count}; }
  Option* merged(const Leaf& leaf, const LeafState& state);
  Value demand(Leaf& leaf);
  const Remembered* recall(Leaf& leaf, LeafState& state);
  bool holds(const lang::Read& read);
  bool worthwhile(const Leaf& leaf, const LeafState& at) const;
  const Remembered* remember(Leaf& leaf, LeafState& state, Value value, std::vector<lang::Read>& reads,
                             Summary summary);

  Compose& c_;
  lang::Scope scope_;
  Finish finish_;
  Value klass_;
  Evaluation* args_;  // what module functions are applied with
  CohortNode* internal_ = nullptr;
  std::vector<std::unique_ptr<CohortNode>> allNodes_;
  std::unordered_map<const void*, std::vector<std::pair<File*, CohortNode*>>> byIdentity_;
  std::unordered_map<std::string, CohortNode*> byPath_;
  std::vector<std::unique_ptr<Shape>> shapes_;
  std::vector<Leaf*> leaves_;  // by id

  // The current host.
  std::uint64_t host_ = 0;
  bool failed_ = false;
  Shape* shape_ = nullptr;
  std::vector<const CohortNode*> nodes_;
  std::vector<const Def*> defs_;
  std::vector<LeafState> states_;  // by id
  std::deque<Summary> own_;        // summaries of this host only
  std::vector<const void*> privateConfigs_;
  Evaluation* evaluationsBefore_ = nullptr;
  std::function<void(std::string_view)> trace_;
};

// --- cohort_modules.cpp ---
// The aggregate that a module's file names, "<class>.<name>", or nothing. Level F calls them
// "…#modules.<class>.<name>".
std::string_view aggregateIn(std::string_view file);

// --- cohort_values.cpp ---
// A copy of everything below v in the evaluator's own arena, with all of it evaluated; false when something cannot be
// copied: functions, unknown values, more than `budget` values.
bool copyComplete(Evaluator& ev, Value v, std::size_t* budget, Value* out);
// Whether two values are equal, where `kept` is such a copy. Gives up (false) beyond the budget.
bool equalComplete(Evaluator& ev, Value v, Value kept, std::size_t* budget);

}  // namespace fleetd::compose
