// Sources of flake inputs on this machine, see input_sources.hpp.
#include "kernel/fleet/input_sources.hpp"

#include <fmt/format.h>

#include "kernel/base/encoding.hpp"
#include "kernel/base/file.hpp"
#include "kernel/base/hash.hpp"
#include "kernel/base/suggest.hpp"
#include "kernel/base/text.hpp"

namespace fleetd::fleet {

namespace {

constexpr std::size_t kStoreHash = 20;  // bytes of a store path's hash, a SHA-256 folded

// The directory a reference means, or nothing when it is another kind of reference.
std::optional<std::string> directoryOf(std::string_view reference) {
  if (constexpr std::string_view kPath = "path:"; reference.starts_with(kPath))
    reference.remove_prefix(kPath.size());
  else if (!reference.starts_with('/') && !reference.starts_with('.'))
    return std::nullopt;
  return std::string(reference);
}

// The node of the lock file that `a/b` means.
const LockNode* follow(const Lock& lock, std::string_view path) {
  const LockNode* at = &lock.root();
  for (const std::string_view step : base::split(path, '/')) {
    const auto next = at->inputs.find(std::string(step));
    at = next == at->inputs.end() ? nullptr : lock.node(next->second);
    if (!at) return nullptr;
  }
  return at;
}

Error noInput(const Lock& lock, const std::string& name) {
  std::vector<std::string_view> names;
  for (const auto& [input, key] : lock.root().inputs) names.push_back(input);
  auto hint = base::didYouMean(base::nearestNames(name, names));
  if (hint.empty()) hint = "`fleetd inputs` lists them";
  return {base::Code::FL0515, fmt::format("flake.lock has no input `{}`", base::sanitize(name)), std::move(hint), {}};
}

}  // namespace

std::string sourceStorePath(std::string_view narHash, std::string_view storeDirectory) {
  const auto hash = base::parseHash(narHash);
  if (!hash || hash->algo != base::HashAlgo::Sha256) return {};
  const std::string full = base::digest(
      base::HashAlgo::Sha256, fmt::format("source:sha256:{}:{}:source", base::toBase16(hash->bytes), storeDirectory));
  std::string folded(kStoreHash, '\0');
  for (std::size_t i = 0; i < full.size(); ++i)
    folded[i % kStoreHash] = static_cast<char>(folded[i % kStoreHash] ^ full[i]);
  return fmt::format("{}/{}-source", storeDirectory, base::toNix32(folded));
}

Result<InputSources> InputSources::make(const std::vector<InputOverride>& overrides, std::string storeDirectory,
                                        const Lock* lock) {
  InputSources out;
  out.store_ = std::move(storeDirectory);
  for (const InputOverride& one : overrides) {
    const LockNode* node = lock ? follow(*lock, one.input) : nullptr;
    if (lock && !node) return noInput(*lock, one.input);
    Chosen chosen;
    if (const auto directory = directoryOf(one.reference)) {
      auto real = base::realPath(*directory);
      if (!real || !base::isDirectory(*real))
        return Error{base::Code::FL0515,
                     fmt::format("input `{}`: there is no directory `{}`", base::sanitize(one.input),
                                 base::sanitize(*directory)),
                     "name the directory the sources of the input are in",
                     {}};
      chosen.directory = *std::move(real);
    } else {
      chosen.reference = one.reference;
    }
    if (node)
      out.byKey_.insert_or_assign(node->key, std::move(chosen));
    else
      out.byName_.insert_or_assign(one.input, std::move(chosen));
  }
  return out;
}

const InputSources::Chosen* InputSources::chosen(std::string_view name, const LockNode* node) const {
  const auto& all = node ? byKey_ : byName_;
  const auto at = all.find(node ? std::string_view(node->key) : name);
  return at == all.end() ? nullptr : &at->second;
}

std::string InputSources::reference(std::string_view name, const LockNode* node) const {
  const Chosen* one = chosen(name, node);
  return one ? one->reference : std::string();
}

std::optional<std::string> InputSources::find(std::string_view name, const LockNode* node) const {
  if (const Chosen* one = chosen(name, node)) {
    if (one->directory.empty()) return std::nullopt;
    return one->directory;
  }
  if (!node || node->narHash.empty()) return std::nullopt;
  std::string path = sourceStorePath(node->narHash, store_);
  if (path.empty() || !base::isDirectory(path)) return std::nullopt;
  return path;
}

}  // namespace fleetd::fleet
