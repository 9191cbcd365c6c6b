// inventory.json on its way into the inventory: read with bounds, judged, and made a value whose members know where
// they stand in the file.
#pragma once
#include <map>
#include <string>

#include "kernel/base/diagnostic.hpp"
#include "kernel/base/source.hpp"
#include "kernel/lang/evaluator.hpp"

namespace fleetd::fleet {

class InventoryText {
 public:
  // Where mistakes go; null: nowhere.
  void tell(base::Diagnostics* diagnostics) { diagnostics_ = diagnostics; }
  // What the file says, without what is wrong in it.
  lang::Value read(lang::Evaluator& ev, const std::string& path);
  // Whether something was wrong in a file that was read.
  bool faulty() const { return faulty_; }

 private:
  void mistake(base::Code code, std::string message, std::string hint, Span place, const std::string& path);
  std::map<std::string, const base::SourceFile*> files_;
  base::Diagnostics* diagnostics_ = nullptr;
  bool faulty_ = false;
};

}  // namespace fleetd::fleet
