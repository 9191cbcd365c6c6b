// Kept: what a shared object computes once and keeps, while hosts are evaluated one after another (lang/scope.hpp).
#pragma once
#include "kernel/lang/scope.hpp"

namespace fleetd::compose {

// While it lives, what is made lives as long as the object that keeps it. A shared object must not keep what depends on
// one host: dependent() tells, and unless the caller asked and kept nothing, the scope is spoiled.
class Kept {
 public:
  Kept(lang::Evaluator& ev, bool isPrivate) : ev_(ev), scope_(isPrivate ? nullptr : ev.scope()) {
    if (!scope_) return;
    arena_ = &ev_.arena();
    ev_.useArena(&ev_.ownArena());
    outer_ = scope_->takeRead();
  }
  ~Kept() {
    if (!scope_) return;
    ev_.useArena(arena_);
    const bool read = scope_->takeRead();
    if (read && !dropped_) scope_->spoil();
    if (read || outer_ || dropped_) scope_->note();
  }
  Kept(const Kept&) = delete;
  Kept& operator=(const Kept&) = delete;

  // Whether what was computed depends on the host: the caller then keeps nothing.
  bool dependent() {
    dropped_ = scope_ && scope_->takeRead();
    return dropped_;
  }

 private:
  lang::Evaluator& ev_;
  lang::Scope* scope_;
  base::Arena* arena_ = nullptr;
  bool outer_ = false;
  bool dropped_ = false;
};

}  // namespace fleetd::compose
