// Which files evaluation asks for: their contents, their names, or whether they are there.
#pragma once
#include <set>
#include <span>
#include <string>

#include "kernel/lang/value.hpp"

namespace fleetd::lang {

// While it lives, what this thread's evaluators look at is added to `paths`. The innermost one is told.
class ReadLog {
 public:
  explicit ReadLog(std::set<std::string>& paths);
  ~ReadLog();
  ReadLog(const ReadLog&) = delete;
  ReadLog& operator=(const ReadLog&) = delete;
  static void note(const std::string& path);

 private:
  std::set<std::string>& paths_;
  ReadLog* outer_;
};

// What Evaluator::lazyCall made a thunk of.
struct LazyCall {
  Value fn;
  std::span<Value> args;
  Pos pos;
};
const LazyCall* asLazyCall(const Thunk& thunk);  // null for other thunks

}  // namespace fleetd::lang
