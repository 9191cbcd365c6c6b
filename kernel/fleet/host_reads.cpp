// What a host is searched from.
#include "kernel/fleet/host_reads.hpp"

#include <algorithm>
#include <array>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <fmt/format.h>

#include "kernel/fleet/intrinsics.hpp"
#include "kernel/fleet/lock.hpp"
#include "kernel/fleet/read_search.hpp"
#include "kernel/lang/parser.hpp"
#include "kernel/lang/read_log.hpp"
#include "kernel/lang/unknown.hpp"

namespace fleetd::fleet {

namespace {

using lang::Evaluator;
using lang::Tag;
using lang::Value;

// Repositories whose modules for hosts take no arguments of the fleet's own, as their code of summer 2026 says: none
// has `inputs` or `self` among its arguments but those that are closed over the repository's own. Modules of
// flake-parts that git-hooks and treefmt bring do take `self`, for checks, which no host reads. What stands for others'
// modules (NUR) is not here.
constexpr std::array<std::string_view, 22> kModest = {"nixos/nixpkgs",
                                                      "nix-community/home-manager",
                                                      "nix-darwin/nix-darwin",
                                                      "lnl7/nix-darwin",
                                                      "mic92/sops-nix",
                                                      "ryantm/agenix",
                                                      "nix-community/disko",
                                                      "nixos/nixos-hardware",
                                                      "nix-community/impermanence",
                                                      "nix-community/lanzaboote",
                                                      "nix-community/stylix",
                                                      "nix-community/nixvim",
                                                      "nix-community/nix-index-database",
                                                      "nix-community/nixos-generators",
                                                      "nix-community/nixos-wsl",
                                                      "nix-community/nixos-facter-modules",
                                                      "catppuccin/nix",
                                                      "hercules-ci/flake-parts",
                                                      "zhaofengli/colmena",
                                                      "serokell/deploy-rs",
                                                      "cachix/git-hooks.nix",
                                                      "numtide/treefmt-nix"};

bool isModest(std::string_view repository) {
  return std::find(kModest.begin(), kModest.end(), repository) != kModest.end();
}

}  // namespace

struct HostReader::Shared {
  Fleet& fleet;
  Evaluator& ev;
  const FleetFiles& files;
  Text text;
  base::SourceMap sources;  // of files that are only looked at
  std::unordered_map<std::string, std::unique_ptr<lang::ParsedFile>> parsed;
  std::unordered_map<const void*, const Host*> requests;
  KnownValues known;
  std::set<std::string> immodest;   // names of inputs
  std::string nothing;              // why no host can be told from another, or empty
  std::optional<HostReads> byText;  // of any host, by the text of all files that make hosts

  Shared(Fleet& f, const FleetFiles& all, Text read) : fleet(f), ev(f.evaluator()), files(all), text(std::move(read)) {}
  const lang::ParsedFile* parse(const std::string& path, const std::string& label);
  void knowWhatIsNotOurs();
  Value inputsOf();
  std::string nameOfInputs();
  Value requestOf(const Host& host);
  ReadSearch look(ReadSearch::By by);
  void followValues(const Host& host, ReadSearch& found);
  void followTexts(ReadSearch& found);
  HostReads result(ReadSearch& found);
};

const lang::ParsedFile* HostReader::Shared::parse(const std::string& path, const std::string& label) {
  const auto it = parsed.find(path);
  if (it != parsed.end()) return it->second && it->second->ok() ? it->second.get() : nullptr;
  auto& out = parsed[path];
  const auto content = text(path);
  if (!content) return nullptr;
  const auto source = sources.add(label, *content);
  if (!source) return nullptr;
  const std::string full = fleet.root() + "/" + path;
  out = lang::parse(**source, full.substr(0, full.rfind('/')), ev.symbols(), lang::BaseScope{ev.globalNames(), {}});
  return out->ok() ? out.get() : nullptr;
}

// The library, builtins and inputs, which are what the lock file says.
void HostReader::Shared::knowWhatIsNotOurs() {
  const auto all = [&](Value set) {
    if (const void* id = identity(set)) known.emplace(id, "");
    if (set.is(Tag::Attrs))
      for (const lang::Attr& attr : *set.attrs)
        if (const void* id = identity(attr.value)) known.emplace(id, "");
  };
  all(ev.lib());
  all(ev.builtins());
  if (fleet.lock())
    for (const auto& [name, key] : fleet.lock()->root().inputs) {
      const LockNode* node = fleet.lock()->node(key);
      if (!node || !isModest(node->identity)) immodest.insert(name);
      if (node && node->type == "path" &&
          (!node->path.starts_with('/') || (node->path + "/").starts_with(fleet.root() + "/")))
        nothing = fmt::format("the input {} is a part of the fleet", name);
    }
  const Value inputs = inputsOf();
  if (!inputs.is(Tag::Attrs)) return;
  for (const lang::Attr& attr : *inputs.attrs) {
    const std::string name(ev.text(attr.name));
    if (name == "self") continue;
    if (const void* id = identity(attr.value)) known.insert_or_assign(id, immodest.contains(name) ? name : "");
  }
}

Value HostReader::Shared::inputsOf() {
  return fleet.intrinsics().self.is(Tag::Null) ? Value::null()
                                               : ev.select(fleet.intrinsics().self, ev.symbol("inputs"), 0);
}

// What flake.nix calls all of its inputs: `outputs = flakes@{ … }: …`.
std::string HostReader::Shared::nameOfInputs() {
  if (fleet.kind() != Kind::Flake) return {};
  const Value flake = ev.evalFile(fleet.root() + "/flake.nix");
  const Value outputs = ev.selectOr(flake, ev.symbol("outputs"), Value::null(), 0);
  if (!outputs.is(Tag::Lambda) || !outputs.closure->lambda->arg) return {};
  return std::string(ev.text(outputs.closure->lambda->arg));
}

Value HostReader::Shared::requestOf(const Host& host) {
  const auto& all = fleet.intrinsics().requests;
  const auto it = all.find({host.klass, host.name});
  return it == all.end() ? Value::null() : it->second;
}

ReadSearch HostReader::Shared::look(ReadSearch::By by) {
  ReadSearch out(
      ev, [this](const std::string& path) { return parse(path, path); }, fleet.root(), files, by);
  out.immodest = immodest;
  return out;
}

// By the values of what makes the host, as far as the fleet's outputs hold it.
void HostReader::Shared::followValues(const Host& host, ReadSearch& found) {
  found.useRequests(requests, &host);
  found.useKnown(known, fleet.intrinsics().self);
  if (const Value inputs = inputsOf(); inputs.is(Tag::Attrs)) found.addArgument(ev.symbol("inputs"), inputs);
  const Value request = ev.selectOr(requestOf(host), ev.symbol("_fleetd"), Value::null(), 0);
  const Value modules = ev.selectOr(request, ev.names().modules, Value::null(), 0);
  const Value arguments = ev.selectOr(request, ev.names().specialArgs, Value::null(), 0);
  if (!modules.is(Tag::List) || !arguments.is(Tag::Attrs)) return found.unknown("its modules are not known", 0);
  found.addArguments(arguments);
  for (const auto& path : fleet.intrinsics().reads) found.addRead(path);
  for (const Value& element : modules.list()) found.addModulePath(element);
  found.modulesKnown = true;
  if (!found.request(requestOf(host))) return found.unknown("what makes it is not known", 0);
  found.follow();
  // Modules may make other hosts, by the same code.
  found.modulesKnown = false;
  found.forgetSeen();
  for (const Value& element : modules.list()) found.module(element);
  found.follow();
}

// By the texts of all files that make hosts, and what they lead to.
void HostReader::Shared::followTexts(ReadSearch& found) {
  for (const char* name : {"inputs", "self"}) found.addArgument(ev.symbol(name), Value::null());
  for (const auto& name : immodest) found.addArgument(ev.symbol(name), Value::null());
  if (const std::string name = nameOfInputs(); !name.empty()) {
    found.inputsNames.insert(name);
    found.addArgument(ev.symbol(name), Value::null());
  }
  for (const Host& host : fleet.hosts()) {
    found.addArguments(host.specialArgs);
    const Value modules = ev.selectOr(ev.selectOr(requestOf(host), ev.symbol("_fleetd"), Value::null(), 0),
                                      ev.names().modules, Value::null(), 0);
    if (modules.is(Tag::List))
      for (const Value& element : modules.list()) found.addModulePath(element);
  }
  for (const auto& path : fleet.intrinsics().reads) found.addRead(path);
  found.follow();
}

HostReads HostReader::Shared::result(ReadSearch& found) {
  if (!found.reads.all) return std::move(found.reads);
  const base::SourceMap& map = found.place().empty() ? ev.sources() : sources;
  std::string place = found.at() ? map.describe(found.at()) : found.place();
  if (place.starts_with(fleet.root() + "/")) place.erase(0, fleet.root().size() + 1);
  if (!place.empty()) found.reads.why = fmt::format("{}: {}", place, found.reads.why);
  return std::move(found.reads);
}

HostReader::HostReader(Fleet& fleet, const FleetFiles& files, Text text)
    : shared_(std::make_unique<Shared>(fleet, files, std::move(text))) {
  Shared& s = *shared_;
  s.knowWhatIsNotOurs();
  for (const Host& host : fleet.hosts()) {
    const Value request = s.requestOf(host);
    if (const void* id = identity(request)) s.requests.emplace(id, &host);
    if (request.is(Tag::Thunk))
      if (const void* id = identity(request.thunk->value)) s.requests.emplace(id, &host);
    // The inventory is evaluated by Nix, and by modules that read whatever they need.
    if (host.origin == "clan") s.nothing = "the fleet has an inventory";
  }
  if (!fleet.intrinsics().clan.is(Tag::Null)) s.nothing = "the fleet has an inventory";
}

HostReader::~HostReader() = default;

HostReads HostReader::of(const Host& host) {
  Shared& s = *shared_;
  if (!s.nothing.empty()) {
    HostReads out;
    out.all = true;
    out.why = s.nothing;
    return out;
  }
  // Of evaluation nothing is told here but what it reads.
  auto& ev = s.ev;
  auto onTrace = std::move(ev.onTrace);
  auto onParsed = std::move(ev.onParsed);
  ev.onTrace = [](std::string_view) {};
  ev.onParsed = nullptr;
  HostReads out;
  out.all = true;
  if (s.fleet.kind() == Kind::Flake && host.origin != "colmena") {
    ReadSearch found = s.look(ReadSearch::By::Values);
    std::set<std::string> looked;
    const lang::ReadLog log(looked);
    s.followValues(host, found);
    for (const auto& path : looked) found.addRead(path);
    out = s.result(found);
  }
  if (out.all && !s.byText) {
    ReadSearch found = s.look(ReadSearch::By::Text);
    s.followTexts(found);
    s.byText = s.result(found);
  }
  ev.onTrace = std::move(onTrace);
  ev.onParsed = std::move(onParsed);
  if (!out.all) return out;
  // The better reason is the one that is about this host.
  std::string why = std::move(out.why);
  out = *s.byText;
  if (out.all && !why.empty()) out.why = std::move(why);
  return out;
}

void HostReader::addGenerated(const std::string& path, HostReads& reads) {
  if (reads.all) return;
  Shared& s = *shared_;
  const lang::ParsedFile* file = s.parse(path, path);
  ReadSearch found = s.look(ReadSearch::By::Text);
  for (const char* name : {"inputs", "self"}) found.addArgument(s.ev.symbol(name), Value::null());
  if (file)
    found.text(*file, path);
  else
    found.unknown("it cannot be parsed", 0);
  found.follow();
  HostReads more = s.result(found);
  reads.all = more.all;
  if (more.all) reads.why = std::move(more.why);
  reads.files.merge(more.files);
  reads.trees.merge(more.trees);
  reads.names.merge(more.names);
}

}  // namespace fleetd::fleet
