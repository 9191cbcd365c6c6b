// What a file of sops holds, whatever it is written in: mappings, lists and values in their order.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugins/vars/age/primitives.hpp"

namespace fleetd::vars::sops {

struct Member;

struct Node {
  enum class Kind : std::uint8_t { Null, Map, List, Text, Int, Float, Bool, Time };
  Kind kind = Kind::Null;
  unsigned line = 0;  // where it begins; 0: not known
  std::string text;   // of a value, with the bytes that sops counts for its MAC
  std::vector<Member> members;
  std::vector<Node> items;

  // A member; null when there is none.
  const Node* find(std::string_view name) const;
  // A text that is a member; null when there is none or it is something else.
  const std::string* textOf(std::string_view name) const;
};

struct Member {
  std::string name;
  Node value;
};

// "number" and the like, for people.
std::string_view kindName(Node::Kind kind);

// Errors of what is built or read. SOPS02.
fleet::Error malformed(std::string what);

// Puts a tree together from a reader's events; they may come in any order, and what does not fit is an error.
class TreeBuilder {
 public:
  // Errors: SOPS02 for too much, too deep, or a key that is there twice.
  fleet::Result<void> begin(Node::Kind kind, unsigned line);  // Map or List
  fleet::Result<void> key(std::string name);
  fleet::Result<void> value(Node value);
  fleet::Result<void> end();
  // Errors: SOPS02 when there is no mapping at the top.
  fleet::Result<Node> finish();

 private:
  fleet::Result<Node*> place();
  Node root_;
  std::vector<Node*> open_;
  std::size_t count_ = 0;
  bool begun_ = false, hasKey_ = false;
};

// Readers of the formats. Errors: SOPS02 with the line, SOPS05 for what is allowed there and not understood here.
fleet::Result<Node> readJson(std::string_view text);
fleet::Result<Node> readYaml(std::string_view text);
// KEY=value, with the metadata in keys that begin with sops_.
fleet::Result<Node> readDotenv(std::string_view text);

// A number as Go writes it: the shortest digits, never an exponent.
std::string goFloat(double value);

}  // namespace fleetd::vars::sops
