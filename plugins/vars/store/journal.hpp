// What a transaction is about to do, as a file: whoever finds it after a crash can bring it to its end.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <fleet/cxx/result.hpp>

namespace fleetd::vars {

enum class ChangeKind : std::uint8_t { Put, Remove };

// Put: what was staged under this change's number comes to `path`, replacing what is there. Remove: with all below it.
struct Change {
  ChangeKind kind = ChangeKind::Put;
  std::string path;  // relative to the fleet
  friend bool operator==(const Change&, const Change&) = default;
};

struct Journal {
  std::string message;  // for the commit, one line
  std::vector<Change> changes;
  friend bool operator==(const Journal&, const Journal&) = default;
};

inline constexpr std::size_t kMaxJournal = 64u << 20;  // bytes

// Whether a path is one of the store: below vars/, sops/ or secrets/, without `..`, without bytes that are no text.
bool isStorePath(std::string_view path);

std::string writeJournal(const Journal& journal);
// Errors: VARS38 for what is no journal, is not complete or touches what is not the store's.
fleet::Result<Journal> readJournal(std::string_view text);

}  // namespace fleetd::vars
