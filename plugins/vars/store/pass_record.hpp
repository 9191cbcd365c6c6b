// The record of a change to a password store that is binding and not yet done: a line for each entry.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/vars/store/journal.hpp"

namespace fleetd::vars {

struct PassStep {
  ChangeKind kind = ChangeKind::Put;
  std::string id;  // "<placement>/<generator>/<file>"
  friend bool operator==(const PassStep&, const PassStep&) = default;
};

std::string writePassRecord(const std::vector<PassStep>& steps);
// Nothing for a record that was not written like this, or that names an entry outside of the store.
std::optional<std::vector<PassStep>> readPassRecord(std::string_view text);

}  // namespace fleetd::vars
