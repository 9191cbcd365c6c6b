// Archives of values: whatever is read has paths that were in the text, and nothing is read beyond its end.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "plugins/vars/archive.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fleetd::vars;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto archive = parseArchive(text);
  if (!archive) return 0;
  for (const auto& one : archive->values)
    if (text.find(one.path) == std::string_view::npos || one.value.size() > size) std::abort();
  for (const auto& one : archive->hashes)
    if (text.find(one.path) == std::string_view::npos) std::abort();
  return 0;
}
