// Scope: one evaluation after another over values that all of them share — the hosts of a fleet over the fleet's
// modules.
//
// A thunk made outside of any scope is shared. When what it evaluates to depends on the scope, which shows in something
// calling note() on the way, the result is kept in a slot of the scope instead of the thunk; all other results are
// computed once for all hosts. What is made for one host lies in the scope's arena and is forgotten with begin().
//
// Slots hold for one pass: a part of the work whose reads are recorded by themselves. Within a pass a thunk is
// evaluated once, as always.
#pragma once
#include <cstdint>
#include <utility>
#include <vector>

#include "kernel/base/arena.hpp"
#include "kernel/lang/evaluator.hpp"

namespace fleetd::lang {

// Something of the host that was read: a value of a source, or what a path of names leads to in it.
struct Read {
  std::uint32_t source = 0;
  bool absent = false;  // there is nothing at the path
  Value value;
  std::vector<Symbol> path;
};

// Thread: the evaluator's.
class Scope {
 public:
  explicit Scope(Evaluator& ev) : ev_(ev), arena_(256 << 10) {}
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

  base::Arena& arena() { return arena_; }
  // The next host: all values of the last one are gone.
  void begin() {
    arena_.reset();
    epoch_ = ++lastEpoch_;
  }
  // Says that the value of `source` was looked at.
  void note(std::uint32_t source, Value value) {
    read_ = true;
    if (reads_) reads_->push_back({source, false, value, {}});
  }
  void note() { read_ = true; }
  // Whether anything was noted since the last call.
  bool takeRead() { return std::exchange(read_, false); }

  // Something shared would have to keep what depends on one host: nothing that was made for hosts so far may be used
  // for another one.
  void spoil() { spoiled_ = true; }
  bool spoiled() const { return spoiled_; }

  // While it lives, reads go to `reads` (may be null) and private values to the scope's arena.
  class Pass {
   public:
    Pass(Scope& scope, std::vector<Read>* reads)
        : scope_(scope),
          reads_(std::exchange(scope.reads_, reads)),
          epoch_(std::exchange(scope.epoch_, ++scope.lastEpoch_)),
          arena_(&scope.ev_.arena()) {
      scope.ev_.useArena(&scope.arena_);
    }
    ~Pass() {
      scope_.reads_ = reads_;
      scope_.epoch_ = epoch_;
      scope_.ev_.useArena(arena_);
    }
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;

   private:
    Scope& scope_;
    std::vector<Read>* reads_;
    std::uint64_t epoch_;
    base::Arena* arena_;
  };

  // --- of the evaluator ---
  Value force(Evaluator& ev, Thunk* cell);  // a pending one
  std::vector<Read>* reads() { return reads_; }

 private:
  struct Slot {
    Value value;
    std::uint64_t epoch = 0;  // of the pass it holds for; 0: none
  };
  Value forceScoped(Evaluator& ev, Thunk* cell);

  Evaluator& ev_;
  base::Arena arena_;
  std::vector<Slot> slots_;
  std::uint64_t epoch_ = 1;
  std::uint64_t lastEpoch_ = 1;
  bool read_ = false;
  bool spoiled_ = false;
  std::vector<Read>* reads_ = nullptr;
};

// Follows a selection so that what is recorded is the part of a source's value that was looked at, not all of it.
class SelectionReads {
 public:
  explicit SelectionReads(Scope* scope) : reads_(scope ? scope->reads() : nullptr) {}
  void beforeStep() { before_ = reads_ ? reads_->size() : 0; }
  // After a component was selected from a known set (or from an unknown value, which ends the matter).
  void afterStep(Symbol name, bool fromSet, Value result);
  // The selection ended with `value`, or with nothing there.
  void end(Value value, bool absent);

 private:
  std::vector<Read>* reads_;
  std::size_t before_ = 0;
  std::size_t at_ = kNone;
  std::vector<Symbol> path_;
  static constexpr std::size_t kNone = ~std::size_t{0};
};

}  // namespace fleetd::lang
