// Fragment: what one plugin sets, decoded, checked against its manifest and hashed. Immutable by convention.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernel/base/hash.hpp"
#include "kernel/base/result.hpp"
#include "kernel/plugin/manifest.hpp"
#include "kernel/plugin/sdk.hpp"

namespace fleetd::plugin {

// A list that its copies share: many hosts get the same.
class Definitions {
 public:
  Definitions() : Definitions(std::vector<Definition>()) {}
  Definitions(std::vector<Definition> all) : all_(std::make_shared<const std::vector<Definition>>(std::move(all))) {}
  auto begin() const { return all_->begin(); }
  auto end() const { return all_->end(); }
  bool empty() const { return all_->empty(); }
  std::size_t size() const { return all_->size(); }
  const Definition& operator[](std::size_t i) const { return (*all_)[i]; }
  const std::vector<Definition>& all() const { return *all_; }
  friend bool operator==(const Definitions& a, const Definitions& b) { return a.all() == b.all(); }

 private:
  std::shared_ptr<const std::vector<Definition>> all_;
};

struct Fragment {
  std::string plugin;
  std::string host;  // empty for rules, which hold for every host
  Definitions definitions;
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
