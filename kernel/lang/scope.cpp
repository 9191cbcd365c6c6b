// Forcing shared and private thunks while a scope is in use.
#include "kernel/lang/scope.hpp"

namespace fleetd::lang {

Value Scope::force(Evaluator& ev, Thunk* cell) {
  const std::uint16_t marks = cell->value.spare;
  if (marks & kAlways) {
    read_ = true;
    return cell->native(ev, cell->data);
  }
  if (marks & kScoped) return forceScoped(ev, cell);
  const bool shared = (marks & kPrivate) == 0;
  base::Arena* outerArena = &ev.arena();
  ev.useArena(shared ? &ev.ownArena() : &arena_);
  const bool outerRead = std::exchange(read_, false);
  const Value result = ev.runThunk(cell);
  if (shared && read_ && cell->value.tag != Tag::Pending) {
    slots_.push_back({cell->value, epoch_});
    cell->value = Value();
    cell->value.tag = Tag::Pending;
    cell->value.spare = kScoped;
    cell->value.aux = static_cast<std::uint32_t>(slots_.size() - 1);
  }
  read_ = read_ || outerRead;
  ev.useArena(outerArena);
  return result;
}

Value Scope::forceScoped(Evaluator& ev, Thunk* cell) {
  const std::uint32_t at = cell->value.aux;
  // A copy is run, so that the cell stays what it is for the next pass.
  Thunk run = *cell;
  run.value.spare = 0;
  if (slots_[at].epoch == epoch_) {
    run.value = slots_[at].value;
    read_ = true;
    return ev.forceThunk(&run);
  }
  slots_[at] = {Value(), epoch_};
  slots_[at].value.tag = Tag::Running;
  base::Arena* outerArena = &ev.arena();
  ev.useArena(&arena_);
  const Value result = ev.runThunk(&run);
  ev.useArena(outerArena);
  slots_[at] = {run.value, run.value.tag == Tag::Pending ? 0 : epoch_};
  read_ = true;
  return result;
}

void SelectionReads::afterStep(Symbol name, bool fromSet, Value result) {
  if (!reads_) return;
  if (at_ != kNone) {
    if (fromSet && name)
      path_.push_back(name);
    else
      at_ = kNone;
    return;
  }
  // The step reached a source: its read is the last one, with the value that was selected.
  if (reads_->size() == before_ || reads_->empty()) return;
  const Read& last = reads_->back();
  if (last.path.empty() && !last.absent && last.value.tag == result.tag && last.value.integer == result.integer)
    at_ = reads_->size() - 1;
}

void SelectionReads::end(Value value, bool absent) {
  if (!reads_ || at_ == kNone || (path_.empty() && !absent)) return;
  Read& read = (*reads_)[at_];
  read.value = absent ? Value() : value;
  read.absent = absent;
  read.path = std::move(path_);
}

}  // namespace fleetd::lang
