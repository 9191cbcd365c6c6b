// Reading and hashing the tree.
#include "kernel/deploy/fingerprint.hpp"

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/base/text.hpp"
#include "kernel/render/tree.hpp"

namespace fleetd::deploy {

namespace {

constexpr std::string_view kHosts = "fleetd/hosts/";
constexpr int kDeepest = 64;

Result<void> readInto(const std::string& root, const std::string& below, std::map<std::string, Hash256>& out,
                      int depth) {
  if (depth > kDeepest)
    return Error{base::Code::FL0004, fmt::format("{}/{} is nested too deeply", root, below), "", {}};
  auto entries = base::listDir(below.empty() ? root : fmt::format("{}/{}", root, below));
  if (!entries) return entries.error();
  for (const auto& entry : *entries) {
    const std::string path = below.empty() ? entry.name : fmt::format("{}/{}", below, entry.name);
    const std::string full = fmt::format("{}/{}", root, path);
    if (path == render::kManifest) continue;
    if (entry.type == base::FileType::Directory) {
      FLEETD_TRY(readInto(root, path, out, depth + 1));
      continue;
    }
    auto content = entry.type == base::FileType::Symlink ? base::readLink(full) : base::readFile(full);
    if (!content) return content.error();
    base::Blake2b hash;
    hash.update(static_cast<std::uint64_t>(entry.type)).field(*content);
    out.emplace(path, hash.finish());
  }
  return {};
}

}  // namespace

Result<Fingerprints> Fingerprints::read(const NixSettings& settings) {
  Fingerprints out;
  out.fixed_ = settings.locked && settings.overrides.empty();
  out.options_ = base::shellJoin(settings.options);
  if (!out.fixed_) return out;
  FLEETD_TRY(readInto(settings.tree, "", out.files_, 0));
  return out;
}

std::string Fingerprints::of(const fleet::Host& host, const std::string& directory) const {
  if (!fixed_) return {};
  base::Blake2b hash;
  hash.field("fleetd host 1").field(systemAttribute(host)).field(options_);
  const std::string own = fmt::format("fleetd/{}/", directory);
  for (const auto& [path, content] : files_) {
    if (path.starts_with(kHosts) && !path.starts_with(own)) continue;
    hash.field(path).field(content.view());
  }
  return hash.finish().hex();
}

}  // namespace fleetd::deploy
