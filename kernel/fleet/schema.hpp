// Schema: the options of a class of hosts as the platform's modules declare them, in a form that is used where it lies.
//
// Format, version 1, little endian: a header (Header in schema.cpp), nodes, options, references to texts, texts. A node
// is one name of the tree of options; its children stand together, sorted by name as bytes. Node 0 is the root. Bytes
// come from a file: each number is checked when it is used, and what does not fit reads as empty.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/hash.hpp"
#include "kernel/base/result.hpp"

namespace fleetd::fleet {

// Where a list of options comes from.
enum class SchemaOrigin : std::uint8_t {
  Structured,  // Nix evaluated the modules: what is not listed does not exist
  Imported,    // somebody's options.json: of about this release, without the fleet's inputs
};

namespace option_flag {
inline constexpr std::uint32_t kInternal = 1, kReadOnly = 2, kHidden = 4, kHasDefault = 8, kDefined = 16;
}

// One option, to be written. A path may have "<name>" and "*" for names that are free.
struct SchemaEntry {
  std::vector<std::string> path;
  std::string type, defaultText, description;
  std::string renamedTo;    // the option this one is an old name of
  std::uint32_t flags = 0;  // option_flag; kDefined: the platform itself defines it
};

struct SchemaContent {
  SchemaOrigin origin = SchemaOrigin::Imported;
  base::Hash256 key;                 // of what it was made from
  std::string source;                // the file it was made from; empty: the flake
  std::vector<std::string> covered;  // imports, as Nix text, whose options are in it
  std::vector<SchemaEntry> entries;
};

// The bytes of a schema. Of entries with the same path the last is kept. FL0004 when it would be too large.
Result<std::string> writeSchema(SchemaContent content);

class Schema {
 public:
  // Keeps the view. Error FL0561 for anything that is no schema of this version.
  static Result<Schema> read(std::string_view bytes);

  struct Option {
    std::string_view type, defaultText, description, renamedTo;
    std::uint32_t flags = 0;
  };
  enum class Found : std::uint8_t {
    Missing,  // nothing of this name: `known` names of the path exist
    Tree,     // options lie below
    Option,   // an option is there, or at the first `known` names of the path
  };
  struct Lookup {
    Found found = Found::Missing;
    std::uint32_t node = 0;  // the last that was found
    std::size_t known = 0;   // names of the path that led there
  };

  SchemaOrigin origin() const { return origin_; }
  const base::Hash256& key() const { return key_; }
  std::string_view source() const { return source_; }
  std::size_t optionCount() const { return options_; }
  std::vector<std::string_view> covered() const;

  // One name below a node that is a tree.
  Lookup step(std::uint32_t from, std::string_view name) const;
  Lookup find(std::span<const std::string_view> path) const;
  // Below options too, through free names: what `schema show` looks up.
  Lookup findInside(std::span<const std::string_view> path) const;
  std::optional<Option> option(std::uint32_t node) const;
  std::vector<std::string_view> names(std::uint32_t node) const;  // of its children
  // The child that stands for any name or place ("<name>", "*"), when it is the only one.
  std::optional<std::uint32_t> freeChild(std::uint32_t node) const;

 private:
  struct Node {
    std::string_view name;
    std::uint32_t firstChild = 0, children = 0, option = 0;
  };
  std::optional<Node> node(std::uint32_t index) const;
  std::string_view text(std::size_t at) const;
  std::optional<std::uint32_t> child(const Node& parent, std::string_view name) const;

  std::string_view bytes_;
  SchemaOrigin origin_ = SchemaOrigin::Imported;
  base::Hash256 key_;
  std::string_view source_;
  std::uint32_t nodes_ = 0, options_ = 0, covered_ = 0;
  std::size_t nodesAt_ = 0, optionsAt_ = 0, coveredAt_ = 0, textsAt_ = 0;
};

}  // namespace fleetd::fleet
