// channels.json: where packages come from. Named nixpkgs channels, packages taken from another channel for a while,
// packages, overlays and patches of the fleet's own.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "kernel/base/diagnostic.hpp"
#include "kernel/base/json.hpp"
#include "kernel/base/source.hpp"

namespace fleetd::fleet {

inline constexpr char kChannelsFile[] = "channels.json";

struct Channel {
  std::string name;   // pkgs.<name>
  std::string input;  // of the flake
  std::vector<std::string> patches;
  Span place;
};

// A package that comes from another channel on a platform.
struct Fallback {
  std::string package;
  std::string platform;  // "all", "linux", "darwin", or a system such as "aarch64-darwin"
  std::string channel;
  std::string reason, link;
  std::string since, until;  // dates, "2026-05-01"; may be empty
  std::string fixed;         // from this date on the default channel has what is waited for; may be empty
  Span place;
};

// Something in a file of the fleet: an overlay, a package.
struct NamedFile {
  std::string name;  // of the package; empty for overlays
  std::string path;  // relative to the fleet
  Span place;
};

struct PackagePatches {
  std::string package;
  std::vector<std::string> patches;
  Span place;
};

struct Channels {
  std::vector<Channel> channels;    // sorted by name
  std::vector<Fallback> fallbacks;  // sorted by package and platform
  std::vector<NamedFile> packages;  // sorted by name
  std::vector<NamedFile> overlays;  // in their order
  std::vector<PackagePatches> patches;
};

// The fleet's channels; nothing without the file. What is wrong goes to `diagnostics` (FL0834 with its place), and then
// there are none.
std::optional<Channels> readChannels(const std::string& root, base::SourceMap& sources, base::Diagnostics& diagnostics);

// Whether a fallback is for hosts of this system, and how exactly: 0 not at all, 3 by the system's name.
int fits(const Fallback& fallback, const std::string& system);
// Whether it is a date as they stand in the file: four digits, two, two, of a month and a day that exist.
bool isDate(std::string_view text);
bool isPackageName(std::string_view text);
bool isPlatform(std::string_view text);

}  // namespace fleetd::fleet
