// Fragment: what one plugin sets, decoded, checked against its manifest and hashed. Immutable by convention.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/hash.hpp"
#include "kernel/base/result.hpp"
#include "kernel/plugin/manifest.hpp"
#include "kernel/plugin/sdk.hpp"

namespace fleetd::plugin {

struct Fragment {
  std::string plugin;
  std::string host;  // empty for rules, which hold for every host
  std::vector<Definition> definitions;
  Hash256 hash;  // BLAKE2b-256 of the definitions in canonical form
};

// Says whether Nix source may be part of a definition, FL0320 if not. This layer does not know the language:
// whoever does passes it in. Size and encoding are checked here.
using ExpressionCheck = std::function<Result<void>(const std::string& source)>;

// Decodes bytes a plugin wrote. Errors, each with the plugin's name: FL0310 malformed, FL0311 over a limit,
// FL0312 outside of `writes`, FL0334 outside of `reads`, FL0320 expression.
Result<Fragment> decodeFragment(const Manifest& manifest, std::string host, std::string_view bytes,
                                const ExpressionCheck& check = {});

// The bytes the hash is made of: two fragments with the same content have the same bytes.
std::string canonicalForm(const std::vector<Definition>& definitions);

// One hash over the fragments of a run, whatever order they came in: over (plugin, host, hash), sorted.
Hash256 runHash(const std::vector<const Fragment*>& fragments);

}  // namespace fleetd::plugin
