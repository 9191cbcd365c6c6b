// InventoryFile: inventory.json as it is written: read with bounds, changed by path, written at once in the form it
// had.
#pragma once
#include <string>

#include "kernel/base/json.hpp"
#include "kernel/base/result.hpp"
#include "kernel/fleet/inventory_origins.hpp"

namespace fleetd::fleet {

class InventoryFile {
 public:
  // A missing file is an empty object. Errors: FL0613 with line and column, FL0002, FL0004.
  static Result<InventoryFile> read(std::string path);
  // The same of a text; `path` is for messages and for write().
  static Result<InventoryFile> parse(std::string path, std::string text);

  const std::string& path() const { return path_; }
  const base::Json& json() const { return json_; }
  const base::Json* find(const InventoryPath& path) const;

  // Sets a value; objects on the way are made. A new name goes where the order of its object has it, else to the end.
  void set(const InventoryPath& path, base::Json value);
  // Removes a value and nothing else. False when there is none.
  bool remove(const InventoryPath& path);
  // Gives a member of an object another name, at its place.
  bool rename(const InventoryPath& path, const std::string& name);

  // Indented as the file was (two blanks for a new one), with a final newline if it had one.
  std::string text() const;
  bool changed() const { return text_ != text(); }
  // The text as it was read.
  const std::string& before() const { return text_; }
  bool existed() const { return existed_; }
  // Errors: FL0003.
  Result<void> write();
  // Brings back what was read.
  Result<void> restore();

 private:
  std::string path_, text_;
  base::Json json_{base::Json::Object()};
  unsigned indent_ = 2;
  bool newline_ = false;
  bool existed_ = false;
};

}  // namespace fleetd::fleet
