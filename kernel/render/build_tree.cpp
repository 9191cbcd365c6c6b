// Putting a build tree together.
#include "kernel/render/build_tree.hpp"

#include <algorithm>
#include <cstdlib>
#include <set>

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/base/text.hpp"
#include "kernel/fleet/discovery.hpp"
#include "kernel/fleet/intrinsics.hpp"
#include "kernel/lang/expr.hpp"
#include "kernel/render/channels.hpp"
#include "kernel/render/flake_text.hpp"
#include "kernel/render/source_info.hpp"
#include "kernel/render/sources.hpp"

namespace fleetd::render {

namespace {

using base::Code;
using lang::Tag;

Diagnostic note(Code code, std::string message) {
  Diagnostic d;
  d.code = code;
  d.severity = base::info(code).severity;
  d.message = std::move(message);
  return d;
}

// The inputs a repository without a flake is built with; only those its hosts need.
std::vector<FlakeInput> repositoryInputs(const fleet::Fleet& fleet, const std::vector<GeneratedFile>& files) {
  std::vector<FlakeInput> out{{"nixpkgs", "github:NixOS/nixpkgs/nixos-unstable"}};
  const auto has = [&](std::string_view klass) {
    return std::any_of(fleet.hosts().begin(), fleet.hosts().end(),
                       [&](const fleet::Host& host) { return host.klass == klass; });
  };
  if (has("darwin")) out.push_back({"nix-darwin", "github:nix-darwin/nix-darwin"});
  if (has("home")) out.push_back({"home-manager", "github:nix-community/home-manager"});
  // Machines of the inventory have variables, and hosts with variables of their own a file that declares them.
  const bool secrets = std::any_of(fleet.hosts().begin(), fleet.hosts().end(),
                                   [](const fleet::Host& host) { return host.origin == "clan"; }) ||
                       std::any_of(files.begin(), files.end(),
                                   [](const GeneratedFile& file) { return file.path.ends_with("/_clan-core.nix"); });
  if (secrets) out.push_back({"sops-nix", "github:Mic92/sops-nix"});
  return out;
}

Result<std::string> aroundFlake(fleet::Fleet& fleet, const std::string& own) {
  lang::Evaluator& ev = fleet.evaluator();
  const lang::Value flake = ev.force(ev.evalFile(fleet.root() + "/flake.nix"));
  const lang::Attr* outputs = flake.is(Tag::Attrs) ? flake.attrs->find(ev.symbol("outputs")) : nullptr;
  const lang::Value function = outputs ? ev.force(outputs->value) : lang::Value::null();
  std::vector<std::string> formals;
  bool hasFormals = false;
  if (function.is(Tag::Lambda)) {
    hasFormals = function.closure->lambda->hasFormals;
    for (const lang::Formal& formal : function.closure->lambda->formals) formals.emplace_back(ev.text(formal.name));
  }
  return adoptingFlake(own, formals, hasFormals);
}

Result<void> addFlake(fleet::Fleet& fleet, std::vector<GeneratedFile>& files, Sources& sources) {
  FLEETD_TRY_ASSIGN(std::string own, base::readFile(fleet.root() + "/flake.nix"));
  FLEETD_TRY_ASSIGN(std::string text, aroundFlake(fleet, own));
  files.push_back({"flake.nix", std::move(text), false});
  files.push_back({kOwnFlake, std::move(own), false});
  FLEETD_TRY_ASSIGN(std::string info, sourceInfoText(fleet.root(), sources));
  if (!info.empty()) files.push_back({kSourceInfoFile, std::move(info), false});
  // In the tree it is called otherwise. The lock stays what it is: the inputs are the same.
  std::erase_if(sources.files, [](const Source& source) { return source.path == "flake.nix"; });
  return {};
}

Result<void> addRepository(const fleet::Fleet& fleet, std::vector<GeneratedFile>& files, const Sources& sources) {
  const std::string modules = fleet.root() + "/modules";
  std::vector<std::string> relative;
  if (base::isDirectory(modules)) {
    FLEETD_TRY_ASSIGN(const auto found, fleet::nixFiles(modules, fleet::Selection::Modules));
    std::set<std::string_view> there;
    for (const Source& source : sources.files) there.insert(source.path);
    for (const std::string& path : found) {
      std::string name = path.starts_with(fleet.root() + "/") ? path.substr(fleet.root().size() + 1) : path;
      if (there.contains(name)) relative.push_back(std::move(name));
    }
  }
  // The modules that evaluate an inventory; exports.nix is there when there is one.
  if (std::any_of(files.begin(), files.end(),
                  [](const GeneratedFile& file) { return file.path == std::string(kGenerated) + "/exports.nix"; }))
    for (const char* name : {"clan.nix", "exports.nix", "inventory.nix", "services.nix", "settings.nix"})
      files.push_back({fmt::format("{}/lib/clan/{}", kGenerated, name), std::string(fleet::nixPart(name)), false});
  files.push_back({fmt::format("{}/files.nix", kGenerated), filesText(relative), false});
  files.push_back({"flake.nix", repositoryFlake(fleet.name(), repositoryInputs(fleet, files)), false});
  return {};
}

Result<void> refuseTakenNames(const Sources& sources, const std::vector<GeneratedFile>& files) {
  std::set<std::string_view> generated;
  for (const GeneratedFile& file : files) generated.insert(file.path);
  for (const Source& source : sources.files)
    if (generated.contains(source.path) || source.path == kGenerated ||
        source.path.starts_with(std::string(kGenerated) + "/"))
      return Error{Code::FL0807,
                   fmt::format("the fleet has a file {}, and in the build tree a generated one has this name",
                               base::sanitize(source.path)),
                   "rename it, or move it out of the directory fleetd/",
                   {}};
  return {};
}

void sayWhatIsMissing(const fleet::Fleet& fleet, const Sources& sources, Diagnostics& diagnostics) {
  if (!sources.untracked.empty()) {
    auto d =
        note(Code::FL0808,
             fmt::format("{} that git does not track {} no part of the build tree",
                         sources.untracked.size() == 1 ? "1 file" : fmt::format("{} files", sources.untracked.size()),
                         sources.untracked.size() == 1 ? "is" : "are"));
    constexpr std::size_t kShown = 5;
    for (std::size_t i = 0; i < std::min(kShown, sources.untracked.size()); ++i)
      d.notes.push_back(base::sanitize(sources.untracked[i]));
    if (sources.untracked.size() > kShown)
      d.notes.push_back(fmt::format("and {} more", sources.untracked.size() - kShown));
    diagnostics.add(std::move(d));
  }
  for (const std::string& path : sources.submodules)
    diagnostics.add(
        note(Code::FL0808, fmt::format("the git submodule {} is no part of the build tree", base::sanitize(path))));
  if (!fleet.lock()) diagnostics.add(note(Code::FL0810, "the fleet has no flake.lock"));
}

// Warnings about the file are for `check`. Without what it says hosts would get other packages than meant.
Result<void> addChannels(fleet::Fleet& fleet, std::vector<GeneratedFile>& files) {
  Diagnostics said;
  const auto channels = fleet::readChannels(fleet.root(), fleet.evaluator().sources(), said);
  if (said.hasErrors()) {
    const Diagnostic first = said.sorted().front();
    return Error{first.code, first.message, first.notes.empty() ? "" : first.notes.front(), first.span};
  }
  if (channels) files.push_back({fmt::format("{}/channels.nix", kGenerated), channelsText(*channels), false});
  return {};
}

}  // namespace

Result<std::string> defaultTree(const std::string& fleetName) {
  std::string name;
  for (const char c : fleetName) name += c == '/' || c == '\0' ? '-' : c;
  if (name.empty() || name == "." || name == "..") name = "fleet";
  const char* state = std::getenv("XDG_STATE_HOME");
  if (state && *state == '/') return fmt::format("{}/fleetd/{}/tree", state, name);
  const char* home = std::getenv("HOME");
  if (home && *home == '/') return fmt::format("{}/.local/state/fleetd/{}/tree", home, name);
  return Error{Code::FL0903,
               "there is no place for the build tree: neither XDG_STATE_HOME nor HOME is an absolute path",
               "name one with --out DIR",
               {}};
}

Result<BuildTree> writeBuildTree(fleet::Fleet& fleet, std::vector<GeneratedFile> hostFiles, const std::string& out,
                                 Diagnostics& diagnostics) {
  FLEETD_TRY_ASSIGN(Sources sources, findSources(fleet.root(), out));
  sayWhatIsMissing(fleet, sources, diagnostics);
  std::vector<GeneratedFile> files = std::move(hostFiles);
  for (const std::string& name : runtimeNames())
    files.push_back({fmt::format("{}/lib/{}", kGenerated, name), std::string(runtimeNix(name)), false});
  FLEETD_TRY(addChannels(fleet, files));
  if (fleet.kind() == fleet::Kind::Flake)
    FLEETD_TRY(addFlake(fleet, files, sources));
  else
    FLEETD_TRY(addRepository(fleet, files, sources));
  FLEETD_TRY(refuseTakenNames(sources, files));
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });

  BuildTree result;
  result.sources = sources.files.size();
  FLEETD_TRY_ASSIGN(Tree tree, Tree::open(out));
  result.root = out;
  std::vector<std::string> paths;
  for (const Source& source : sources.files) paths.push_back(source.path);
  for (const GeneratedFile& file : files) paths.push_back(file.path);
  FLEETD_TRY(tree.begin(std::move(paths)));
  FLEETD_TRY(copySources(fleet.root(), sources, tree));
  for (const GeneratedFile& file : files) {
    FLEETD_TRY(tree.put(file.path, file.text, file.executable ? FileKind::Executable : FileKind::Plain));
    result.generated.push_back(file.path);
  }
  FLEETD_TRY(tree.finish());
  result.counts = tree.counts();
  return result;
}

}  // namespace fleetd::render
