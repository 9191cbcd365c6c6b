// The record of an unfinished change: what is read is written the same, and never names a file outside of the store.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "plugins/vars/store/journal.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fleetd::vars;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto journal = readJournal(text);
  if (!journal) return 0;
  for (const auto& change : journal->changes)
    if (!isStorePath(change.path) || change.path.find("..") == 0 || change.path.find("/../") != std::string::npos)
      std::abort();
  const auto again = readJournal(writeJournal(*journal));
  if (!again || again->changes != journal->changes) std::abort();
  return 0;
}
