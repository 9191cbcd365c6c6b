// Walking a configuration: options through the module system's own tree, so that definitions and knowledge stay at
// hand.
#include "kernel/fleet/config_tree.hpp"

#include <algorithm>

#include "kernel/compose/model.hpp"
#include "kernel/fleet/platform_names.hpp"
#include "kernel/fleet/schema_values.hpp"
#include "kernel/fleet/value_text.hpp"
#include "kernel/lang/to_json.hpp"
#include "kernel/lang/unknown.hpp"

namespace fleetd::fleet {

namespace {

using compose::Child;
using compose::ChildKind;
using compose::Evaluation;
using compose::Level;
using compose::Option;
using lang::Tag;
using lang::Value;

constexpr int kMaxRecordDepth = 64;
constexpr int kMaxWholeDepth = 3;                // hosts and homes inside of each other
constexpr std::size_t kMaxOptionNodes = 20'000;  // of the value of one option; what is beyond stays in one piece

std::span<compose::Decl> declsOf(const Child& child) {
  return child.level->declsByChild.subspan(child.declBegin, child.declCount);
}

// Whether a level lies where only the fleet's modules or one plugin declare options: below a top-level name of theirs,
// or in the subtree that a plugin's manifest claims. Then nothing else can.
bool isFleetsOwn(compose::Compose& c, const Level& level) {
  const Child* top = level.origin;
  for (; top; top = top->level->origin) {
    const auto decls = declsOf(*top);
    if (!decls.empty() &&
        std::all_of(decls.begin(), decls.end(), [](const compose::Decl& decl) { return decl.subtree; }))
      return true;
    if (!top->level->origin) break;
  }
  if (!top || top->ownDefs || isPlatformName(c.text(top->name))) return false;
  const auto decls = declsOf(*top);
  return !decls.empty() &&
         std::none_of(decls.begin(), decls.end(), [](const compose::Decl& decl) { return decl.platform; });
}

// Whether an option is a platform's: what the fleet does not set of it, it says nothing about.
bool isPlatforms(const Child& child) {
  const auto decls = declsOf(child);
  return std::any_of(decls.begin(), decls.end(), [](const compose::Decl& decl) { return decl.platform; });
}

// Whether a definition is there whatever an undecided condition says: the module system refuses `mkIf` around an option
// that does not exist in either case.
bool isCertain(const compose::Def& def) {
  for (const compose::Wrap* wrap = def.wraps; wrap; wrap = wrap->outer)
    if (wrap->perhaps) return false;
  return def.condition.is(Tag::Null);
}

bool isDefaultDef(const Option& option, const compose::Def& def) {
  return option.hasDefault && &def == option.cell.defs.data();
}

}  // namespace

std::string joinPath(std::string_view up, std::string_view name) {
  const std::string part = compose::showOptionPart(name);
  return up.empty() ? part : std::string(up) + "." + part;
}

std::string ConfigWalker::text(const Path& path) const {
  return path.up ? joinPath(text(*path.up), ev_.text(path.name)) : compose::showOption(c_, path.loc);
}

void ConfigWalker::error(Value v, const Path& path, const Option* option) {
  if (v.error->assumed || quiet_) return;
  // A cycle and what the module system itself finds have no place in a file. The option's first definition is one.
  bool placed = v.error->pos != 0;
  for (const auto* frame = v.error->frames; frame && !placed; frame = frame->outer) placed = frame->pos != 0;
  if (!placed && option)
    for (const compose::Def& def : option->cell.defs) {
      if (def.pos == 0 || isDefaultDef(*option, def)) continue;
      v = ev_.addFrame(v, def.pos, "while evaluating the option that is defined here");
      break;
    }
  onError_(*v.error, text(path));
}

Evaluation* ConfigWalker::evaluationOf(Value v) {
  const void* id = compose::identityOf(v);
  const auto found = id ? c_.byConfig.find(id) : c_.byConfig.end();
  return found == c_.byConfig.end() ? nullptr : found->second;
}

ConfigNode ConfigWalker::walk(Evaluation& evaluation, bool defaults) {
  ConfigNode root;
  root.kind = ConfigNode::Kind::Record;
  const Value config = ev_.force(compose::visibleConfig(evaluation));
  if (config.isError()) {
    error(config, {});
    const Value all = ev_.force(compose::configOf(evaluation));
    if (all.isError() || !evaluation.root) return root;
  }
  const Path start{nullptr, {}, evaluation.prefix};
  walkLevel(*evaluation.root, root, defaults, start);
  // Freeform values stand beside the options at the root.
  if (config.is(Tag::Attrs))
    for (const lang::Attr& attr : *config.attrs) {
      const bool seen = std::any_of(root.children.begin(), root.children.end(),
                                    [&](const ConfigNode& n) { return n.name == attr.name; }) ||
                        compose::findChild(*evaluation.root, attr.name);
      if (seen) continue;
      ConfigNode node;
      node.name = attr.name;
      node.fleetMade = true;
      walkValue(attr.value, node, defaults, Path{&start, attr.name}, 0);
      root.children.push_back(std::move(node));
    }
  std::sort(root.children.begin(), root.children.end(),
            [&](const ConfigNode& a, const ConfigNode& b) { return ev_.text(a.name) < ev_.text(b.name); });
  return root;
}

void ConfigWalker::walkLevel(Level& level, ConfigNode& out, bool defaults, const Path& path) {
  for (const Value& failed : {compose::resolveDecls(level), compose::resolveDefs(level)})
    if (failed.isError()) return error(failed, path);
  if (compose::isOpen(*level.evaluation))
    if (const Value failed = compose::makeAssumed(level); failed.isError()) return error(failed, path);
  for (std::span<Child> group : {level.children, level.assumed})
    for (Child& child : group) {
      if (&level == level.evaluation->root && child.name == c_.common.module) continue;
      if (!above_.empty() && ++nodes_ > kMaxOptionNodes) break;
      const Path below{&path, child.name};
      if (child.ownDefs && undeclared(level, child, below)) continue;
      walkChild(child, out, defaults, below);
    }
  std::sort(out.children.begin(), out.children.end(),
            [&](const ConfigNode& a, const ConfigNode& b) { return ev_.text(a.name) < ev_.text(b.name); });
}

const ConfigWalker::Spot& ConfigWalker::spotOf(Level& level) {
  if (const auto known = spots_.find(&level); known != spots_.end()) return known->second;
  Spot spot;
  if (!level.origin) {
    spot.listing = askSchema_(*level.evaluation);
  } else {
    const Spot& above = spotOf(*level.origin->level);
    if (const Schema* schema = above.listing.schema) {
      const Schema::Lookup found = schema->step(above.node, ev_.text(level.origin->name));
      if (found.found == Schema::Found::Tree) spot = {above.listing, found.node};
    }
  }
  return spots_.emplace(&level, spot).first->second;
}

bool ConfigWalker::undeclared(Level& level, Child& child, const Path& path) {
  const bool own = isFleetsOwn(c_, level);
  const Spot spot = own || !askSchema_ ? Spot{} : spotOf(level);
  const Listing& listing = spot.listing;
  if (!own) {
    if (!listing.schema) return false;
    const Schema::Lookup there = listing.schema->step(spot.node, ev_.text(child.name));
    if (there.found == Schema::Found::Option && there.known == 1) undeclaredInside(listing, there.node, child, path);
    if (there.found != Schema::Found::Missing) return false;
  }
  if (!compose::refusesUndeclared(*level.evaluation)) return false;
  Undeclared found;
  found.path = text(path);
  found.defs = compose::childDefs(child);
  // What holds under a condition that is not known may never be defined.
  if (!std::any_of(found.defs.begin(), found.defs.end(), isCertain)) return false;
  found.bySchema = !own;
  found.imported = !own && listing.what == Listing::What::Imported;
  found.maybe = own ? compose::isPartial(*level.evaluation) : listing.what == Listing::What::Some;
  for (const Child& sibling : level.children) found.siblings.emplace_back(ev_.text(sibling.name));
  if (!own)
    for (const std::string_view name : listing.schema->names(spot.node)) found.siblings.emplace_back(name);
  std::sort(found.siblings.begin(), found.siblings.end());
  found.siblings.erase(std::unique(found.siblings.begin(), found.siblings.end()), found.siblings.end());
  onUndeclared_(found);
  return true;
}

// Names in submodules of an option that only the platform declares.
void ConfigWalker::undeclaredInside(const Listing& listing, std::uint32_t node, Child& child, const Path& path) {
  const auto decls = declsOf(child);
  if (!std::all_of(decls.begin(), decls.end(), [](const compose::Decl& decl) { return decl.platform; })) return;
  std::vector<compose::Def> all;
  for (const compose::Def& def : compose::childDefs(child)) {
    all.push_back(def);
    all.back().value = compose::materialize(c_, def);
    all.back().wraps = nullptr;
  }
  SchemaValues values(c_, *listing.schema, [&](const std::string& at, const compose::Def& def, auto siblings) {
    Undeclared found;
    found.path = at;
    found.defs = {&def, 1};
    found.bySchema = true;
    found.imported = listing.what == Listing::What::Imported;
    found.maybe = listing.what == Listing::What::Some;
    found.siblings = std::move(siblings);
    std::sort(found.siblings.begin(), found.siblings.end());
    onUndeclared_(found);
  });
  values.check(node, text(path), all);
}

int ConfigWalker::depthOf(const Path& path) {
  int out = 0;
  for (const Path* at = &path; at; at = at->up) ++out;
  return out;
}

void ConfigWalker::walkChild(Child& child, ConfigNode& out, bool defaults, const Path& path) {
  const Value unresolved = compose::resolveChild(child);
  if (unresolved.isError()) return error(unresolved, path);
  if (!defaults && child.kind == ChildKind::Option && isPlatforms(child) && compose::childDefs(child).empty()) return;
  const Value failed = compose::resolveOption(child);
  if (failed.isError()) return error(failed, path);
  ConfigNode node;
  node.name = child.name;
  if (child.kind == ChildKind::Tree) {
    // Options nobody declares, made of what is defined: of a set that holds itself there is no end of them.
    const bool top = !path.up || !path.up->up;
    treeNodes_ = top ? 0 : treeNodes_ + 1;
    if (treeNodes_ > kMaxOptionNodes || depthOf(path) > kMaxRecordDepth) {
      node.endless = node.fleetMade = true;
      out.children.push_back(std::move(node));
      return;
    }
    node.kind = ConfigNode::Kind::Record;
    walkLevel(*child.tree, node, defaults, path);
    // A level of a platform's options is shown when the fleet says something below it.
    if (node.children.empty() && compose::isOpen(*child.level->evaluation) && !defaults) return;
    out.children.push_back(std::move(node));
  } else if (child.kind == ChildKind::Option) {
    walkOption(*child.option, node, defaults, path);
    if (node.undefined) return;
    if (!defaults && !node.fleetMade) return;
    out.children.push_back(std::move(node));
  }
}

ConfigNode ConfigWalker::walkOption(Option& option, base::Symbol name) {
  ConfigNode node;
  node.name = name;
  walkOption(option, node, false, {nullptr, {}, option.loc});
  return node;
}

void ConfigWalker::walkOption(Option& option, ConfigNode& node, bool defaults, const Path& path) {
  node.option = &option;
  std::size_t own = 0;
  for (const compose::Def& def : option.cell.defs)
    if (!isDefaultDef(option, def)) ++own;
  definitions_ += own;
  // Options the fleet declares itself are its own, whether it sets them or not.
  node.fleetMade = own > 0 || !option.assumed;
  if (!node.fleetMade && !defaults) return;
  // Where no definition holds, the fleet says nothing about it.
  if (option.type->kind == compose::Kind::Assumed && compose::isDefined(option.cell).isFalse()) {
    node.undefined = true;
    return;
  }
  // An option nobody sets may be an old name, which warns whoever reads it.
  std::function<void(std::string_view)> trace;
  if (own == 0) trace = std::exchange(ev_.onTrace, [](std::string_view) {});
  Value v;
  node.assumed = ev_.tracksAssumed([&] { v = ev_.force(compose::optionValue(option)); });
  if (own == 0) ev_.onTrace = std::move(trace);
  if (v.isError()) {
    const bool noValue = v.error->kind == lang::ErrorKind::Module &&
                         v.error->message.find("was accessed but has no value defined") != std::string_view::npos;
    // An option nobody sets may say by throwing that it has to be set; that is for whoever reads it.
    if ((noValue || v.error->kind == lang::ErrorKind::Throw) && own == 0) {
      node.undefined = true;
      return;
    }
    // Every definition may be under a condition that does not hold: then what is wrong with it is never met.
    const Value defined = compose::isDefined(option.cell);
    if (defined.isUnknown() || (noValue && defined.isFalse())) {
      node.undefined = true;
      return;
    }
    node.value = v;
    return error(v, path, &option);
  }
  // A variant of a host (`virtualisation.vmVariant`) has the same variant of itself, and so on.
  const Evaluation* whole = own == 0 ? evaluationOf(v) : nullptr;
  if (whole && compose::isOpen(*whole)) {
    node.value = v;
    node.endless = true;
    return;
  }
  if (above_.empty()) nodes_ = 0;
  if (holdsArguments(c_, option)) return walkArguments(v, node, defaults, path);
  walkValue(definesNothing(option) ? Value::of(ev_.newBindings(0)) : v, node, defaults, path, 0);
}

// What is wrong with a part that no module reads never shows.
void ConfigWalker::walkArguments(Value v, ConfigNode& node, bool defaults, const Path& path) {
  const auto trace = std::exchange(ev_.onTrace, [](std::string_view) {});
  const bool quiet = std::exchange(quiet_, true);
  walkValue(v, node, defaults, path, 0);
  quiet_ = quiet;
  ev_.onTrace = trace;
}

// Whether an option nobody declares is set to the empty set: read, it has what its type gives it; shown, it is what the
// fleet says.
bool ConfigWalker::definesNothing(const Option& option) {
  if (option.type->kind != compose::Kind::Assumed) return false;
  return std::all_of(option.cell.final.begin(), option.cell.final.end(), [&](const compose::Def& def) {
    const Value v = ev_.force(def.value);
    return v.is(Tag::Attrs) && v.attrs->size == 0;
  });
}

// The name of a platform that lib.systems.elaborate made hundreds of facts of; else null.
Value ConfigWalker::platformName(Value v) {
  if (!v.is(Tag::Attrs) || !v.attrs->find(ev_.symbol("_withoutFunctions"))) return {};
  return ev_.selectOr(v, ev_.names().system, Value::null(), 0);
}

void ConfigWalker::walkValue(Value v, ConfigNode& node, bool defaults, const Path& path, int depth) {
  bool assumed = ev_.tracksAssumed([&] { v = ev_.force(v); });
  node.assumed = node.assumed || assumed;
  node.value = v;
  if (v.isError()) return error(v, path, node.option);
  if (!v.is(Tag::Attrs) && !v.is(Tag::List) && !v.isUnknown()) return;
  // The configuration of a host as an argument, of which there may be many.
  if (const Evaluation* inner = quiet_ ? evaluationOf(v) : nullptr; inner && compose::isOpen(*inner)) {
    node.endless = true;
    return;
  }
  // A set that holds itself (all of a flake as an argument of modules, say), or one of which there is no end.
  if (v.is(Tag::Attrs)) {
    node.endless = depth >= kMaxRecordDepth || ++nodes_ > kMaxOptionNodes ||
                   std::find(above_.begin(), above_.end(), v.attrs) != above_.end();
    if (node.endless) return;
  }
  above_.push_back(v.is(Tag::Attrs) ? v.attrs : nullptr);
  walkParts(v, node, defaults, path, depth);
  above_.pop_back();
}

void ConfigWalker::walkParts(Value v, ConfigNode& node, bool defaults, const Path& path, int depth) {
  if (Evaluation* inner = evaluationOf(v)) {
    const bool whole = compose::isOpen(*inner);
    if (whole && wholeDepth_ >= kMaxWholeDepth) {
      node.endless = true;
      return;
    }
    const int above = std::exchange(wholeDepth_, wholeDepth_ + (whole ? 1 : 0));
    walkEvaluation(*inner, node, defaults, path, depth);
    wholeDepth_ = above;
    return;
  }
  if (v.isUnknown())
    walkChoice(v, node, defaults, path, depth);
  else
    walkSet(v, node, defaults, path, depth);
}

void ConfigWalker::walkAttr(const lang::Attr& attr, ConfigNode& node, bool defaults, const Path& path, int depth) {
  ConfigNode child;
  child.name = attr.name;
  child.option = node.option;
  child.fleetMade = true;
  child.assumed = node.assumed;
  walkValue(attr.value, child, defaults, Path{&path, attr.name}, depth + 1);
  node.children.push_back(std::move(child));
}

void ConfigWalker::walkEvaluation(Evaluation& evaluation, ConfigNode& node, bool defaults, const Path& path,
                                  int depth) {
  node.kind = ConfigNode::Kind::Record;
  if (evaluation.root) walkLevel(*evaluation.root, node, defaults, path);
  const Value config = evaluation.visibleConfig.value;
  if (config.is(Tag::Attrs))
    for (const lang::Attr& attr : *config.attrs)
      if (!compose::findChild(*evaluation.root, attr.name)) {
        ConfigNode child;
        child.name = attr.name;
        child.fleetMade = true;
        walkValue(attr.value, child, defaults, Path{&path, attr.name}, depth + 1);
        node.children.push_back(std::move(child));
      }
  std::sort(node.children.begin(), node.children.end(),
            [&](const ConfigNode& a, const ConfigNode& b) { return ev_.text(a.name) < ev_.text(b.name); });
}

void ConfigWalker::walkSet(Value v, ConfigNode& node, bool defaults, const Path& path, int depth) {
  const lang::Names& n = ev_.names();
  if (const Value name = platformName(v); name.is(Tag::String)) {
    node.value = name;
    return;
  }
  if (v.is(Tag::Attrs) && !v.attrs->find(n.toString) && !v.attrs->find(n.outPath) && !v.attrs->find(n.functor) &&
      !v.attrs->find(n.type)) {
    node.kind = ConfigNode::Kind::Record;
    for (const lang::Attr* attr : ev_.sortedByName(v.attrs)) {
      if (attr->name == c_.common.module) continue;  // of a configuration that is kept as a value
      walkAttr(*attr, node, defaults, path, depth);
    }
    return;
  }
  if (v.is(Tag::List)) {
    const Value deep = node.option && isAssertions(*node.option) ? forceConditions(v) : ev_.forceDeep(v);
    if (deep.isError()) {
      node.value = deep;
      error(deep, path, node.option);
    }
  }
}

// What an assertion says is looked at only when it fails.
Value ConfigWalker::forceConditions(Value list) {
  for (const Value& element : list.list()) {
    const Value one = ev_.force(element);
    if (one.isError()) return one;
    if (!one.is(Tag::Attrs)) continue;
    const Value condition = ev_.selectOr(one, ev_.symbol("assertion"), Value::null(), 0);
    if (condition.isError()) return condition;
  }
  return list;
}

bool ConfigWalker::isAssertions(const Option& option) {
  return option.loc && c_.text(option.loc->name) == "assertions";  // also those of a variant or a home
}

bool holdsArguments(compose::Compose& compose, const Option& option) {
  const std::string_view name = option.loc ? compose.text(option.loc->name) : std::string_view();
  return option.type->kind == compose::Kind::Raw || name == "extraSpecialArgs" || name == "specialArgs";
}

void countNode(lang::Evaluator& ev, const ConfigNode& node, Counts& counts) {
  if (node.kind == ConfigNode::Kind::Record && !node.children.empty()) {
    for (const ConfigNode& child : node.children) countNode(ev, child, counts);
    return;
  }
  ++counts.options;
  if (node.endless || (node.kind == ConfigNode::Kind::Leaf && !node.value.isError() && hasUnknown(ev, node.value)))
    ++counts.unknown;
  else if (node.assumed)
    ++counts.assumed;
  else
    ++counts.known;
}

Result<void> writeNode(lang::Evaluator& ev, const ConfigNode& node, base::JsonWriter& out) {
  if (node.kind == ConfigNode::Kind::Record) {
    out.beginObject();
    for (const ConfigNode& child : node.children) {
      out.key(ev.text(child.name));
      FLEETD_TRY(writeNode(ev, child, out));
    }
    out.endObject();
    return {};
  }
  if (node.endless) {
    out.beginObject().member("$error", "the set holds itself or is too large").endObject();
    return {};
  }
  Value error = node.value;
  if (!node.value.isError()) {
    // Written aside first: a value that fails half way must not leave half a document.
    std::string text;
    base::JsonWriter leaf(text);
    error = lang::writeJson(ev, node.value, leaf, lang::UnknownJson::Object);
    if (error.is(Tag::Null)) {
      out.raw(text);
      return {};
    }
  }
  out.beginObject().member("$error", error.error->message).endObject();
  return {};
}

}  // namespace fleetd::fleet
