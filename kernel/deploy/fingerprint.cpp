// Reading and hashing the tree.
#include "kernel/deploy/fingerprint.hpp"

#include <unistd.h>

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/base/text.hpp"
#include "kernel/render/tree.hpp"

namespace fleetd::deploy {

namespace {

constexpr std::string_view kGeneratedFiles = "fleetd/", kHosts = "fleetd/hosts/";
constexpr char kChannels[] = "fleetd/channels.nix";
constexpr int kDeepest = 64;

template <typename Add>
Result<void> readInto(const std::string& root, const std::string& below, int depth, const Add& add) {
  if (depth > kDeepest)
    return Error{base::Code::FL0004, fmt::format("{}/{} is nested too deeply", root, below), "", {}};
  auto entries = base::listDir(below.empty() ? root : fmt::format("{}/{}", root, below));
  if (!entries) return entries.error();
  for (const auto& entry : *entries) {
    const std::string path = below.empty() ? entry.name : fmt::format("{}/{}", below, entry.name);
    const std::string full = fmt::format("{}/{}", root, path);
    if (path == render::kManifest) continue;
    if (entry.type == base::FileType::Directory) {
      FLEETD_TRY(readInto(root, path, depth + 1, add));
      continue;
    }
    const bool isLink = entry.type == base::FileType::Symlink;
    auto content = isLink ? base::readLink(full) : base::readFile(full);
    if (!content) return content.error();
    // What may be run is another file to Nix.
    const bool mayRun = !isLink && ::access(full.c_str(), X_OK) == 0;
    base::Blake2b hash;
    hash.update(static_cast<std::uint64_t>(entry.type)).update(std::uint64_t{mayRun}).field(*content);
    add(path, hash.finish(), isLink);
  }
  return {};
}

bool isGenerated(std::string_view path) {
  return path.starts_with(kGeneratedFiles) || path == "flake.nix" || path == "flake.lock";
}

bool isBelow(const std::set<std::string>& directories, std::string_view path) {
  if (directories.contains("")) return true;
  for (auto slash = path.rfind('/'); slash != std::string_view::npos && slash > 0; slash = path.rfind('/', slash - 1))
    if (directories.contains(std::string(path.substr(0, slash)))) return true;
  return false;
}

}  // namespace

Result<Fingerprints> Fingerprints::read(const NixSettings& settings, fleet::Fleet* fleet) {
  Fingerprints out;
  out.fixed_ = settings.locked && settings.overrides.empty();
  out.options_ = base::shellJoin(settings.options);
  if (!out.fixed_) return out;
  out.sources_ = std::make_shared<fleet::FleetFiles>();
  FLEETD_TRY(readInto(settings.tree, "", 0, [&](const std::string& path, const Hash256& content, bool isLink) {
    out.files_.emplace(path, File{content, isLink});
    // The fleet's own flake.nix is in the tree under another name.
    if (!path.starts_with(kGeneratedFiles)) out.sources_->emplace(path, isLink);
  }));
  if (!fleet) return out;
  out.reader_ = std::make_shared<fleet::HostReader>(
      *fleet, *out.sources_, [tree = settings.tree, root = fleet->root()](const std::string& path) {
        auto text = base::readFile(path == "flake.nix" ? root + "/flake.nix" : tree + "/" + path);
        return text ? std::optional(*std::move(text)) : std::nullopt;
      });
  return out;
}

fleet::HostReads Fingerprints::readsOf(const fleet::Host& host, const std::string& own) {
  fleet::HostReads out;
  out.all = true;
  if (!reader_) return out;
  out = reader_->of(host);
  // What generated modules have to do with secrets, and with variables.
  out.trees.insert("sops");
  for (auto it = files_.lower_bound(own); it != files_.end() && it->first.starts_with(own); ++it) {
    if (!it->first.ends_with(".nix")) continue;
    if (it->first.ends_with("/_clan-core.nix"))
      out.trees.insert({"vars", "secrets"});
    else
      reader_->addGenerated(it->first, out);
  }
  if (files_.contains(kChannels)) reader_->addGenerated(kChannels, out);
  return out;
}

std::string Fingerprints::of(const fleet::Host& host, const std::string& directory) {
  why_.clear();
  if (!fixed_) return {};
  base::Blake2b hash;
  hash.field("fleetd host 2").field(systemAttribute(host)).field(options_);
  const std::string own = fmt::format("fleetd/{}/", directory);
  const auto reads = readsOf(host, own);
  if (reads.all) why_ = reads.why;
  for (const auto& [path, file] : files_) {
    if (path.starts_with(kHosts) && !path.starts_with(own)) continue;
    const bool content = reads.all || isGenerated(path) || reads.files.contains(path) || isBelow(reads.trees, path);
    if (content)
      hash.field(path).field(file.content.view());
    else if (isBelow(reads.names, path))
      hash.field("there is").field(path);
  }
  for (const auto& path : reads.files)
    if (!files_.contains(path)) hash.field("there is no").field(path);
  return hash.finish().hex();
}

}  // namespace fleetd::deploy
