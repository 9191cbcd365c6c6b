// What Nix tells a flake about its own source besides where it is: revision and date. The build tree has others, so
// that those of the fleet are handed on where its files ask for them.
#pragma once
#include <string>
#include <string_view>

#include "kernel/base/result.hpp"
#include "kernel/render/sources.hpp"

namespace fleetd::render {

inline constexpr char kSourceInfoFile[] = "fleetd/source.nix";

// Whether a text of Nix asks for it: `self.rev`, `self ? lastModified`, `inherit (self) rev`.
bool asksForSourceInfo(std::string_view text);

// fleetd/source.nix, a set for `self`; empty when no file of the fleet asks. A fleet's commit is part of it, so that
// every commit changes hosts of such a fleet, as with Nix itself. Errors: FL0002.
Result<std::string> sourceInfoText(const std::string& root, const Sources& sources);

}  // namespace fleetd::render
