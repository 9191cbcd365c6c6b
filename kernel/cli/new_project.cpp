// Claiming a directory and filling in texts.
#include "kernel/cli/new_project.hpp"

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/base/text.hpp"

namespace fleetd::cli {

Result<void> claimDirectory(const std::string& directory, base::Code code, std::string_view what, std::string hint) {
  if (base::fileType(directory) == base::FileType::Missing) return base::makeDirs(directory);
  FLEETD_TRY_ASSIGN(const auto entries, base::listDir(directory));
  for (const auto& entry : entries)
    if (entry.name != ".git")
      return Error{code,
                   fmt::format("{} holds {}: {} is made in an empty directory", base::sanitize(directory),
                               base::sanitize(entry.name), what),
                   std::move(hint),
                   {}};
  return {};
}

std::string filledIn(std::string_view text, std::span<const std::pair<std::string_view, std::string>> values) {
  std::string out(text);
  for (const auto& [mark, value] : values)
    for (auto at = out.find(mark); at != std::string::npos; at = out.find(mark, at + value.size()))
      out.replace(at, mark.size(), value);
  return out;
}

}  // namespace fleetd::cli
