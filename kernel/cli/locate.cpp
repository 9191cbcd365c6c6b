// Finding the fleet.
#include "kernel/cli/locate.hpp"

#include <cstdlib>
#include <vector>

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/base/text.hpp"
#include "kernel/cli/arguments.hpp"
#include "kernel/fleet/fleet.hpp"

namespace fleetd::cli {

using base::Code;
using base::Error;

namespace {

// A directory that somebody named must be the root itself: silently taking one above it would check another fleet.
Result<std::string> exactly(std::string_view directory, std::string_view source) {
  if (directory.empty())
    return Error{Code::FL0903, fmt::format("{} is empty", source), "give the directory of the fleet", {}};
  auto real = base::realPath(std::string(directory));
  if (!real || !base::isDirectory(*real))
    return Error{Code::FL0501, fmt::format("{}: there is no directory `{}`", source, shownWord(directory)), "", {}};
  auto found = fleet::findFleet(*real);
  if (!found || *found != *real) {
    std::string hint = "a fleet has a flake.nix, a fleet.json or a modules/ directory";
    if (found) hint = fmt::format("the fleet that contains it is {}", shownWord(*found));
    return Error{Code::FL0501, fmt::format("`{}` is not a fleet", shownWord(*real)), std::move(hint), {}};
  }
  return found;
}

}  // namespace

Result<std::string> locateFleet(std::string_view given, bool wasGiven) {
  if (wasGiven) return exactly(given, "--fleet");
  if (const char* variable = std::getenv("FLEETD_DIR"); variable && *variable) return exactly(variable, "FLEETD_DIR");
  FLEETD_TRY_ASSIGN(const std::string here, base::currentDir());
  return fleet::findFleet(here);
}

Result<std::string> absolutePath(std::string_view path) {
  std::string whole(path);
  if (!path.starts_with('/')) {
    FLEETD_TRY_ASSIGN(whole, base::currentDir());
    whole += '/';
    whole += path;
  }
  std::vector<std::string_view> parts;
  for (const std::string_view part : base::split(whole, '/')) {
    if (part.empty() || part == ".") continue;
    if (part != "..")
      parts.push_back(part);
    else if (!parts.empty())
      parts.pop_back();
  }
  return "/" + base::join(parts, "/");
}

}  // namespace fleetd::cli
