// SchemaStore: the schemas of a fleet's classes on disk, one file each, and which of them apply now.
//
// They are in $XDG_CACHE_HOME/fleetd/schema (else ~/.cache/…), below a name made of the fleet's directory. A structured
// schema carries a key made of flake.lock and the file it was made from; with another key it is out of date.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/diagnostic.hpp"
#include "kernel/base/mapped_file.hpp"
#include "kernel/fleet/schema.hpp"

namespace fleetd::fleet {

inline constexpr std::string_view kSchemaClasses[] = {"nixos", "darwin", "home"};

class SchemaStore {
 public:
  // `root` is the fleet's directory, absolute. Without a home directory the store is empty.
  explicit SchemaStore(std::string root);

  // The schema of a class, or null; opened at the first call. One that is out of date is told of once (FL0564), a
  // malformed one, too (FL0561 as a warning).
  const Schema* of(std::string_view klass, base::Diagnostics& diagnostics);
  // Stores one. Errors: FL0003, FL0004, and FL0903 without a directory to write to.
  Result<void> write(std::string_view klass, SchemaContent content);
  // The key of a structured schema made now from `source`.
  base::Hash256 keyNow(std::string_view source) const;
  std::string pathOf(std::string_view klass, SchemaOrigin origin) const;  // empty without a directory

 private:
  struct Opened {
    base::MappedFile file;
    Schema schema;
  };
  std::unique_ptr<Opened> open(std::string_view klass, SchemaOrigin origin, base::Diagnostics& diagnostics) const;

  std::string root_;
  std::string directory_;
  std::map<std::string, std::unique_ptr<Opened>, std::less<>> opened_;
};

}  // namespace fleetd::fleet
