// Flake inputs as values.
#include "kernel/fleet/inputs.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/base/text.hpp"

namespace fleetd::fleet {

namespace {

using lang::BinaryOp;
using lang::Evaluator;
using lang::Tag;
using lang::UnknownOp;
using lang::Value;

constexpr int kMaxFlakeDepth = 32;  // flakes that are inputs of flakes, read natively

// What an input is, by the repository it is locked to; forks keep the name of the repository often enough to be listed
// too.
struct Known {
  std::string_view identity;
  std::string_view part;
};
constexpr std::array kKnown = {
    Known{"hercules-ci/flake-parts", "flakeParts"},
    Known{"vic/import-tree", "importTree"},
    Known{"denful/import-tree", "importTree"},
    Known{"nixos/nixpkgs", "nixpkgs"},
    Known{"nixos/nixpkgs-channels", "nixpkgs"},
    Known{"nix-community/nixpkgs.lib", "nixpkgs"},
    Known{"nix-community/home-manager", "homeManager"},
    Known{"rycee/home-manager", "homeManager"},
    Known{"nix-darwin/nix-darwin", "nixDarwin"},
    Known{"lnl7/nix-darwin", "nixDarwin"},
    Known{"clan/clan-core", "clan"},
    Known{"clan-lol/clan-core", "clan"},
    Known{"git.clan.lol/clan/clan-core", "clan"},
    Known{"zhaofengli/colmena", "colmena"},
    Known{"numtide/flake-utils", "flakeUtils"},
};

std::string_view partOf(std::string_view identity) {
  for (const Known& known : kKnown)
    if (known.identity == identity) return known.part;
  // Channel tarballs: channels.nixos.org/nixos-unstable/nixexprs.tar.xz and the like.
  if (identity.starts_with("channels.nixos.org/") || identity.starts_with("releases.nixos.org/")) return "nixpkgs";
  return {};
}

// What the global registry of flakes calls the repositories above.
constexpr std::array kRegistry = {
    std::pair<std::string_view, std::string_view>{"flake-parts", "hercules-ci/flake-parts"},
    std::pair<std::string_view, std::string_view>{"flake-utils", "numtide/flake-utils"},
    std::pair<std::string_view, std::string_view>{"home-manager", "nix-community/home-manager"},
    std::pair<std::string_view, std::string_view>{"nix-darwin", "nix-darwin/nix-darwin"},
    std::pair<std::string_view, std::string_view>{"nixpkgs", "nixos/nixpkgs"},
    std::pair<std::string_view, std::string_view>{"systems", "nix-systems/default"},
};

std::string_view stringAttr(Evaluator& ev, Value set, std::string_view name) {
  if (!set.is(Tag::Attrs)) return {};
  const lang::Attr* attr = set.attrs->find(ev.symbol(name));
  if (!attr) return {};
  const Value v = ev.force(attr->value);
  return v.is(Tag::String) ? v.string() : std::string_view();
}

}  // namespace

std::string identityOfUrl(std::string_view url) {
  std::string text = base::toLower(url);
  if (constexpr std::string_view kIndirect = "flake:"; text.starts_with(kIndirect)) text.erase(0, kIndirect.size());
  if (text.find(':') == std::string::npos) {
    const std::string_view id = std::string_view(text).substr(0, text.find('/'));
    for (const auto& [name, identity] : kRegistry)
      if (name == id) return std::string(identity);
  }
  for (std::string_view scheme : {"github:", "gitlab:", "sourcehut:"})
    if (text.starts_with(scheme)) {
      const auto parts = base::split(std::string_view(text).substr(scheme.size()), '/');
      if (parts.size() < 2) return text;
      std::string repo(parts[1].substr(0, parts[1].find('?')));
      return std::string(parts[0]) + "/" + repo;
    }
  for (std::string_view prefix : {"git+", "tarball+"})
    if (text.starts_with(prefix)) text.erase(0, prefix.size());
  if (const auto scheme = text.find("://"); scheme != std::string::npos) text.erase(0, scheme + 3);
  for (std::string_view cut : {"?", "#", "/archive/", "/-/archive/"})
    if (const auto at = text.find(cut); at != std::string::npos) text.resize(at);
  if (text.ends_with(".git")) text.resize(text.size() - 4);
  if (text.starts_with("github.com/")) text.erase(0, 11);
  return text;
}

Inputs::Inputs(Intrinsics& intrinsics, const Lock* lock, InputSources sources, base::Diagnostics& diagnostics)
    : intrinsics_(intrinsics), lock_(lock), sources_(std::move(sources)), diagnostics_(diagnostics) {}

namespace {

// Where an input comes from, as flake.nix says it, in the form of a URL. Without a lock file, `follows` is known by the
// name at its end only: "clan-core/nixpkgs" is most likely nixpkgs.
std::string urlOf(Evaluator& ev, Value spec) {
  if (const auto url = stringAttr(ev, spec, "url"); !url.empty()) return std::string(url);
  if (const auto repo = stringAttr(ev, spec, "repo"); !repo.empty())
    return fmt::format("github:{}/{}", stringAttr(ev, spec, "owner"), repo);
  if (const auto path = stringAttr(ev, spec, "path"); !path.empty()) return fmt::format("path:{}", path);
  if (const auto id = stringAttr(ev, spec, "id"); !id.empty()) return std::string(id);
  const auto follows = stringAttr(ev, spec, "follows");
  return std::string(follows.substr(follows.rfind('/') + 1));
}

}  // namespace

Value Inputs::native(std::string_view name, std::string_view identity) {
  std::string_view part = partOf(identity);
  // One repository for each list of systems, and nothing else in them.
  if (constexpr std::string_view kSystems = "nix-systems/"; identity.starts_with(kSystems)) {
    part = "systems";
    name = identity.substr(kSystems.size());
  }
  if (part.empty()) return Value::stuck();
  Evaluator& ev = intrinsics_.ev;
  const Value maker = ev.select(intrinsics_.part("inputs"), ev.symbol(part), 0);
  return ev.call(maker, ev.string(name), 0);
}

Value Inputs::one(const std::string& name, std::string_view url, const LockNode* node, const std::string& directory) {
  Evaluator& ev = intrinsics_.ev;
  const std::string other = sources_.reference(name, node);
  if (!other.empty()) {  // another flake, of which nothing but the reference is known
    node = nullptr;
    url = other;
  }
  const std::string identity = node ? node->identity : identityOfUrl(url);
  const Value source = ev.unknownRoot(fmt::format("inputs.{}", name));
  const Value known = native(name, identity);
  if (known.isError()) return known;
  std::vector<lang::Attr> facts;
  const auto add = [&](std::string_view key, Value v) { facts.push_back({ev.symbol(key), 0, v}); };
  if (node) {
    if (!node->rev.empty()) {
      add("rev", ev.string(node->rev));
      add("shortRev", ev.string(std::string_view(node->rev).substr(0, 7)));
    }
    if (!node->narHash.empty()) add("narHash", ev.string(node->narHash));
    if (node->lastModified != 0) add("lastModified", Value::of(node->lastModified));
  }
  add("outPath", ev.unknown(UnknownOp::Select, std::span<const Value>(&source, 1), 0, ev.names().outPath));
  if (!known.isStuck()) {
    // A functor (import-tree) must stay a closed set to be callable; the others may have more than fleetd knows.
    const Value withFacts = ev.update(ev.attrs(facts), known, 0);
    if (known.is(Tag::Attrs) && known.attrs->find(ev.names().functor)) return withFacts;
    return ev.update(source, withFacts, 0);
  }
  const bool isPath = node ? node->type == "path" : url.starts_with("path:") || url.starts_with("./");
  if (isPath && depth_ < kMaxFlakeDepth) {
    std::string path = node ? node->path : std::string(url.starts_with("path:") ? url.substr(5) : url);
    if (!path.starts_with('/')) path = directory + "/" + path;
    const std::string flake(ev.path(path).string());
    if (node && !node->isFlake) return ev.attrs({{"outPath", ev.path(flake)}});
    if (base::isRegularFile(flake + "/flake.nix")) {
      ++depth_;
      Value self;
      const Value outputs = evalFlake(flake, node, &self);
      --depth_;
      return outputs.isError() ? outputs : ev.force(self);
    }
  }
  const Value unread = ev.update(source, ev.attrs(facts), 0);
  const auto directoryAtHand = other.empty() ? sources_.find(name, node) : std::nullopt;
  if (!directoryAtHand || depth_ >= kMaxFlakeDepth) return unread;
  const Value read = fromSource(name, node, *directoryAtHand, ev.attrs(facts));
  return read.isStuck() ? unread : read;
}

// What somebody else's flake says of itself. A finding in it is not the fleet's: the input is left to Nix then.
Value Inputs::fromSource(const std::string& name, const LockNode* node, const std::string& directory, Value facts) {
  Evaluator& ev = intrinsics_.ev;
  const auto leave = [&](const std::string& why, Span span) {
    base::Diagnostic d;
    d.code = base::Code::FL0516;
    d.severity = base::Severity::Note;
    d.message = fmt::format("the source of input `{}` cannot be read here: {}", name, why);
    d.span = span;
    diagnostics_.add(std::move(d));
    return Value::stuck();
  };
  std::string flake = directory;
  if (node && !node->dir.empty()) {
    // Nix keeps to the source as well.
    const auto steps = base::split(node->dir, '/');
    if (std::find(steps.begin(), steps.end(), "..") != steps.end())
      return leave(fmt::format("`dir` in flake.lock leaves it: {}", base::sanitize(node->dir)), {});
    flake += "/" + node->dir;
  }
  const Value place = ev.attrs({{"outPath", ev.path(flake)}});
  if (node && !node->isFlake) return ev.update(facts, place, 0);
  if (!base::isRegularFile(flake + "/flake.nix")) return leave(fmt::format("{} has no flake.nix", flake), {});
  ++depth_;
  Value self;
  const Value outputs = evalFlake(std::string(ev.path(flake).string()), node, &self, true);
  --depth_;
  const Value whole = outputs.isError() ? outputs : ev.force(self);
  if (!whole.isError()) return ev.update(whole, ev.update(facts, place, 0), 0);
  const base::Diagnostic why = ev.diagnostic(*whole.error);
  return leave(why.message, why.span);
}

Value Inputs::all(Value declared, Value outputs, const LockNode* node, const std::string& directory, bool foreign) {
  Evaluator& ev = intrinsics_.ev;
  std::map<std::string, std::string> urls;
  declared = ev.force(declared);
  if (declared.is(Tag::Attrs))
    for (const lang::Attr* attr : ev.sortedByName(declared.attrs)) {
      const Value spec = ev.force(attr->value);
      const std::string name(ev.text(attr->name));
      urls[name] = urlOf(ev, spec);
      if (urls[name].empty()) urls[name] = name;
      if (lock_ && node && !foreign && !node->inputs.contains(std::string(ev.text(attr->name)))) {
        base::Diagnostic d;
        d.code = base::Code::FL0511;
        d.message = fmt::format("input `{}` is not in flake.lock", ev.text(attr->name));
        d.span = {attr->pos, attr->pos + static_cast<Pos>(ev.text(attr->name).size())};
        d.notes.emplace_back("run `nix flake lock` to add it");
        diagnostics_.add(std::move(d));
      }
    }
  // Arguments nobody declares are looked up in the registry of flakes.
  outputs = ev.force(outputs);
  if (outputs.is(Tag::Lambda))
    for (const lang::Formal& formal : outputs.closure->lambda->formals)
      if (const std::string name(ev.text(formal.name)); name != "self") urls.try_emplace(name, name);
  if (node)
    for (const auto& [name, key] : node->inputs) urls.try_emplace(name);

  // Names and directories must outlive the thunks, so they are copied to the evaluator's arena.
  std::vector<lang::Attr> items;
  for (const auto& [name, url] : urls) {
    const LockNode* target = nullptr;
    if (node)
      if (auto it = node->inputs.find(name); it != node->inputs.end()) target = lock_->node(it->second);
    struct Request {
      Inputs* inputs;
      std::string_view name, url, directory;
      const LockNode* node;
    };
    auto* request = ev.arena().make<Request>(Request{this, ev.arena().copy(std::string_view(name)),
                                                     ev.arena().copy(std::string_view(url)),
                                                     ev.arena().copy(std::string_view(directory)), target});
    items.push_back({ev.symbol(name), 0,
                     ev.nativeThunk(
                         [](Evaluator&, void* raw) {
                           auto* r = static_cast<Request*>(raw);
                           return r->inputs->one(std::string(r->name), r->url, r->node, std::string(r->directory));
                         },
                         request)});
  }
  return ev.attrs(items);
}

Value Inputs::flakeValue(Value outputs, Value inputs, const std::string& directory, bool foreign) {
  Evaluator& ev = intrinsics_.ev;
  outputs = ev.force(outputs);
  if (outputs.isError()) return outputs;
  const Value source = ev.unknownRoot("self");
  const auto unknownAttr = [&](std::string_view name) {
    return ev.unknown(UnknownOp::Select, std::span<const Value>(&source, 1), 0, ev.symbol(name));
  };
  const Value facts = ev.attrs({{"outPath", ev.path(directory)},
                                {"inputs", inputs},
                                {"outputs", outputs},
                                {"_type", Value::text("flake")},
                                {"narHash", unknownAttr("narHash")},
                                {"lastModified", unknownAttr("lastModified")},
                                {"lastModifiedDate", unknownAttr("lastModifiedDate")},
                                {"sourceInfo", ev.attrs({{"outPath", ev.path(directory)}})}});
  // Of a source that was fetched the lock file has told what there is to know.
  if (foreign) return ev.update(outputs, facts, 0);
  // Whether the tree is clean is not known here: either rev or dirtyRev exists.
  const Value clean = ev.attrs(
      {{"rev", unknownAttr("rev")}, {"shortRev", unknownAttr("shortRev")}, {"revCount", unknownAttr("revCount")}});
  const Value dirty =
      ev.attrs({{"dirtyRev", unknownAttr("dirtyRev")}, {"dirtyShortRev", unknownAttr("dirtyShortRev")}});
  const Value isClean = ev.unknown(UnknownOp::HasAttr, std::span<const Value>(&source, 1), 0, ev.symbol("rev"));
  const Value parts[] = {isClean, clean, dirty};
  return ev.update(ev.update(outputs, facts, 0), ev.unknown(UnknownOp::If, parts, 0), 0);
}

Value Inputs::evalFlake(const std::string& directory, const LockNode* node, Value* self, bool foreign) {
  Evaluator& ev = intrinsics_.ev;
  const Value flake = ev.evalFile(directory + "/flake.nix");
  if (flake.isError()) return flake;
  if (!flake.is(Tag::Attrs))
    return ev.fail(lang::ErrorKind::Type, 0, "{}/flake.nix must be a set but is {}", directory, ev.typeName(flake));
  const lang::Attr* declared = flake.attrs->find(ev.names().inputs);
  const lang::Attr* outputs = flake.attrs->find(ev.symbol("outputs"));
  if (!outputs) return ev.fail(lang::ErrorKind::MissingAttr, 0, "{}/flake.nix has no attribute 'outputs'", directory);
  Value inputs =
      all(declared ? declared->value : Value::of(ev.newBindings(0)), outputs->value, node, directory, foreign);

  // self is the result of the call it is an argument of.
  struct Knot {
    Inputs* owner;
    Value outputs, arguments, inputs;
    std::string_view directory;
    bool foreign;
  };
  auto* knot = ev.arena().make<Knot>(Knot{this, {}, {}, {}, ev.arena().copy(std::string_view(directory)), foreign});
  *self = ev.nativeThunk(
      [](Evaluator&, void* raw) {
        auto* k = static_cast<Knot*>(raw);
        return k->owner->flakeValue(k->outputs, k->inputs, std::string(k->directory), k->foreign);
      },
      knot);
  knot->inputs = ev.update(inputs, ev.attrs({{"self", *self}}), 0);
  knot->outputs = ev.lazyCall(outputs->value, {knot->inputs}, outputs->pos);
  return ev.force(knot->outputs);
}

}  // namespace fleetd::fleet
