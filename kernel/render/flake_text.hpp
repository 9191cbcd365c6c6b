// FlakeText: the top level of a flake.nix as text, so that parts of it can be repeated to the letter.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/result.hpp"

namespace fleetd::render {

// One `path = value;` of a set, as written.
struct Binding {
  std::string name;        // the first name of its path
  std::string second;      // the second one, or empty
  std::string_view text;   // from the path to the semicolon
  std::string_view value;  // between `=` and the semicolon, without the blanks around it
};

// The bindings of the set that `text` is, in their order. Error FL0804 when it is no set or has a binding with a
// computed name. The text must be valid Nix; views point into it.
Result<std::vector<Binding>> bindingsOf(std::string_view text);

// The description, nixConfig and inputs of a flake, each as written, one below the other with two blanks before;
// without an entry for `self`, which concerns how the fleet itself is fetched. Error FL0804.
Result<std::string> flakeHead(std::string_view text);

}  // namespace fleetd::render
