// Walking all definitions of a host, each to its leaves.
#include "kernel/fleet/coverage.hpp"

#include <algorithm>

#include "kernel/compose/merge.hpp"
#include "kernel/compose/submodule.hpp"
#include "kernel/fleet/config_tree.hpp"
#include "kernel/fleet/value_knowledge.hpp"
#include "kernel/lang/unknown.hpp"

namespace fleetd::fleet {

namespace {

using compose::Child;
using compose::ChildKind;
using compose::Def;
using compose::Evaluation;
using compose::Level;
using compose::Option;
using compose::Property;
using lang::Tag;
using lang::UnknownOp;
using lang::Value;

constexpr int kMaxDepth = 64;                   // of sets and properties in one definition
constexpr std::size_t kMaxLeaves = 4096;        // of one definition; what is beyond counts as one
constexpr std::size_t kMaxValuesLooked = 4096;  // for evaluations inside a value

bool isOurs(std::string_view file) {
  return file.starts_with("fleetd: ") || file.starts_with("lib/modules.nix") || file.starts_with("options of plugin ");
}

// "modules/a.nix, via option flake.modules.nixos.a" is modules/a.nix.
std::string_view withoutVia(std::string_view file) { return file.substr(0, file.find(", via option ")); }

}  // namespace

// What is said around a leaf definition on the way to it.
struct Around {
  const Def* def;
  base::Pos pos;
  bool structure = true;
  bool conditional = false;
  bool pathKnown = true;
};

class CoverageWalk {
 public:
  CoverageWalk(Coverage& out, compose::Compose& c, std::string_view klass)
      : out_(out), c_(c), ev_(c.ev), klass_(klass) {}

  void evaluation(Evaluation& e, bool isHost) {
    if (!seen_.insert(&e).second || !e.root) return;
    const std::string outer = klass_;
    const Value klass = ev_.force(e.klass);
    if (klass.is(Tag::String)) klass_ = klass.string() == "homeManager" ? "home" : std::string(klass.string());
    if (isHost || klass.is(Tag::String)) modules(e);
    opaque(e, OpaquePart::What::Module, e.knowledge.imports);
    opaque(e, OpaquePart::What::Definitions, e.knowledge.definitions);
    opaque(e, OpaquePart::What::Declarations, e.knowledge.declarations);
    // A set of definitions whose names are not known is one definition without a path.
    for (auto* part = e.knowledge.definitions; part; part = part->next) {
      CoverageCounts one;
      one.definitions = one.structure = one.residual = 1;
      count(fileName(part->file, part->value.isUnknown() ? part->value.unknown->pos : 0), one);
    }
    level(*e.root, 0);
    klass_ = outer;
  }

 private:
  void modules(const Evaluation& e) {
    for (const compose::Module* module : e.collected) {
      std::string file = fileName(module->file, 0);
      if (!isOurs(file) && !module->opaque && !module->platform) out_.imported_.emplace(klass_, std::move(file));
    }
  }

  void opaque(Evaluation&, OpaquePart::What what, const compose::Opaque* first) {
    for (const compose::Opaque* part = first; part; part = part->next) {
      const std::string file = fileName(part->file, 0);
      std::string reason = lang::printUnknown(ev_, part->value);
      auto& entry = out_.opaque_[{klass_, file, reason, static_cast<int>(what)}];
      if (entry.hosts++ > 0) continue;
      const base::Pos pos = part->value.isUnknown() ? part->value.unknown->pos : 0;
      entry.what = what;
      entry.klass = klass_;
      entry.file = file;
      entry.reason = std::move(reason);
      if (pos != 0) entry.place = {pos, pos + 1};
    }
  }

  void level(Level& level, int depth) {
    if (depth > kMaxDepth) return;
    for (const std::span<Child> group : {level.children, level.assumed})
      for (Child& child : group) {
        if (&level == level.evaluation->root && child.name == c_.common.module) continue;
        if (child.kind == ChildKind::Tree)
          this->level(*child.tree, depth + 1);
        else if (child.kind == ChildKind::Option && child.option)
          option(*child.option);
        else if (child.ownDefs || !compose::childDefs(child).empty())
          definitions(compose::childDefs(child), nullptr);
      }
  }

  void option(Option& option) {
    Value error;
    // Definitions of submodules are those of the evaluations they became part of.
    if (compose::hasSubModules(option.type, &error)) {
      std::size_t budget = kMaxValuesLooked;
      if (inner(compose::optionValue(option), 0, &budget)) return;
    }
    definitions(option.cell.defs, &option);
  }

  // Counts the evaluations in a value; false when there are none.
  bool inner(Value v, int depth, std::size_t* budget) {
    if (depth > 8 || *budget == 0) return false;
    --*budget;
    v = ev_.force(v);
    const void* id = compose::identityOf(v);
    if (const auto found = id ? c_.byConfig.find(id) : c_.byConfig.end(); found != c_.byConfig.end()) {
      evaluation(*found->second, false);
      return true;
    }
    bool any = false;
    if (v.is(Tag::List))
      for (const Value& element : v.list()) any = inner(element, depth + 1, budget) || any;
    if (v.is(Tag::Attrs))
      for (const lang::Attr& attr : *v.attrs) any = inner(attr.value, depth + 1, budget) || any;
    return any;
  }

  void definitions(std::span<const Def> defs, const Option* option) {
    for (const Def& def : defs) {
      if (option && option->hasDefault && &def == option->cell.defs.data()) continue;
      Around around{&def, def.pos};
      for (const compose::Wrap* wrap = def.wraps; wrap; wrap = wrap->outer)
        property(around, wrap->kind == compose::Wrap::Kind::If, wrap->value);
      leaves_ = 0;
      // Arguments of modules are whole flakes and libraries: no definitions.
      if (option && holdsArguments(c_, *option))
        leaf(around, ev_.force(def.value));
      else
        content(around, def.value, 0);
    }
  }

  void property(Around& around, bool isCondition, Value v) {
    v = ev_.force(v);
    if (isCondition) {
      around.structure = around.structure && (v.is(Tag::Bool) || v.isUnknown());
      around.conditional = around.conditional || v.isUnknown();
    } else {
      around.structure = around.structure && v.is(Tag::Int);
    }
  }

  void content(Around around, Value v, int depth) {
    v = ev_.force(v);
    if (depth > kMaxDepth || leaves_ >= kMaxLeaves) return leaf(around, v);
    if (v.isUnknown()) return unknown(around, v, depth);
    if (!v.is(Tag::Attrs)) return leaf(around, v);
    Value error;
    const lang::Names& n = ev_.names();
    const auto part = [&](base::Symbol name) {
      const lang::Attr* attr = v.attrs->find(name);
      return attr ? attr->value : Value::null();
    };
    switch (compose::propertyOf(c_, v, &error)) {
      case Property::If: property(around, true, part(n.condition)); return content(around, part(n.content), depth + 1);
      case Property::Override:
      case Property::Order:
        property(around, false, part(n.priority));
        return content(around, part(n.content), depth + 1);
      case Property::Merge: return merged(around, part(n.contents), depth + 1);
      case Property::None: break;
      case Property::Definition:
      case Property::Other: return leaf(around, v);
    }
    if (error.isError() || v.attrs->size == 0 || v.attrs->find(n.outPath) || v.attrs->find(n.functor) ||
        v.attrs->find(n.toString) || v.attrs->find(ev_.symbol("_withoutFunctions")) || c_.byConfig.contains(v.attrs))
      return leaf(around, v);
    record(around, *v.attrs, depth);
  }

  void record(Around around, const lang::Bindings& set, int depth) {
    for (const lang::Attr& attr : set) {
      if (attr.pos != 0) around.pos = attr.pos;
      content(around, attr.value, depth + 1);
    }
  }

  void merged(const Around& around, Value contents, int depth) {
    contents = ev_.force(contents);
    if (contents.is(Tag::List))
      for (const Value& part : contents.list()) content(around, part, depth + 1);
    else
      leaf(around, contents);
  }

  // Of a set that is known in part each known name is a leaf, and what it may have besides is one without a path.
  void unknown(Around around, Value v, int depth) {
    const lang::Unknown& u = *v.unknown;
    if (u.op == UnknownOp::If && (isSet(u.args[1]) || isSet(u.args[2]))) {
      around.conditional = true;
      for (const Value branch : {ev_.force(u.args[1]), ev_.force(u.args[2])}) {
        const bool empty = branch.isError() || (branch.is(Tag::Attrs) && branch.attrs->size == 0);
        if (!empty) content(around, branch, depth + 1);
      }
      return;
    }
    if (u.op == UnknownOp::Assert) return content(around, u.args[1], depth + 1);
    if (u.op == UnknownOp::Binary && u.binary == lang::BinaryOp::Update) {
      for (const Value operand : {u.args[0], u.args[1]}) side(around, operand, depth);
      return;
    }
    const auto names = u.op == UnknownOp::Attrs ? lang::knownNames(ev_, v) : std::nullopt;
    if (!names) return leaf(around, v);
    record(around, *names->known, depth);
    if (!names->open) return;
    around.pathKnown = false;
    leaf(around, v);
  }

  void side(Around around, Value operand, int depth) {
    operand = ev_.force(operand);
    if (operand.is(Tag::Attrs) && operand.attrs->size == 0) return;
    const bool set =
        operand.is(Tag::Attrs) ||
        (operand.isUnknown() &&
         (operand.unknown->op == UnknownOp::If || operand.unknown->op == UnknownOp::Attrs ||
          (operand.unknown->op == UnknownOp::Binary && operand.unknown->binary == lang::BinaryOp::Update)));
    around.pathKnown = around.pathKnown && set;
    if (set) return content(around, operand, depth + 1);
    leaf(around, operand);
  }

  bool isSet(Value v) { return ev_.force(v).is(Tag::Attrs); }

  void leaf(const Around& around, Value v) {
    ++leaves_;
    CoverageCounts one;
    one.definitions = 1;
    one.paths = around.pathKnown ? 1 : 0;
    one.structure = around.structure ? 1 : 0;
    one.conditional = around.conditional ? 1 : 0;
    switch (knowledgeOf(ev_, v)) {
      case ValueKnowledge::Known: one.known = 1; break;
      case ValueKnowledge::Packages: one.packages = 1; break;
      case ValueKnowledge::Residual: one.residual = 1; break;
    }
    count(fileName(around.def->file, around.pos), one);
  }

  void count(const std::string& file, const CoverageCounts& one) {
    if (!isOurs(file)) out_.modules_[{klass_, file}].add(one);
  }

  // The file a place is in; else what the module system calls the module.
  std::string fileName(compose::File* file, base::Pos pos) {
    const base::SourceFile* source = pos != 0 ? ev_.sources().fileOf(pos) : nullptr;
    if (source && source->name.starts_with('/')) return source->name;
    return std::string(withoutVia(c_.fileName(file)));
  }

  Coverage& out_;
  compose::Compose& c_;
  lang::Evaluator& ev_;
  std::string klass_;
  std::set<const Evaluation*> seen_;
  std::size_t leaves_ = 0;
};

void CoverageCounts::add(const CoverageCounts& other) {
  definitions += other.definitions;
  paths += other.paths;
  structure += other.structure;
  conditional += other.conditional;
  known += other.known;
  packages += other.packages;
  residual += other.residual;
}

std::string_view opaqueName(OpaquePart::What what) {
  switch (what) {
    case OpaquePart::What::Module: return "module";
    case OpaquePart::What::Definitions: return "definitions";
    case OpaquePart::What::Declarations: return "declarations";
  }
  return "";
}

void Coverage::add(Evaluation* evaluation, std::string_view klass) {
  if (evaluation) CoverageWalk(*this, *evaluation->c, klass).evaluation(*evaluation, true);
}

std::map<std::string, ClassCoverage> Coverage::classes() const {
  std::map<std::string, ClassCoverage> out;
  for (const auto& [key, counts] : modules_) out[key.first].counts.add(counts);
  for (const auto& [klass, file] : imported_) ++out[klass].modules;
  for (const auto& [key, part] : opaque_)
    if (part.what == OpaquePart::What::Module) {
      ++out[part.klass].opaque;
      ++out[part.klass].modules;
    }
  return out;
}

ClassCoverage Coverage::total() const {
  ClassCoverage out;
  for (const auto& [klass, one] : classes()) {
    out.counts.add(one.counts);
    out.modules += one.modules;
    out.opaque += one.opaque;
  }
  return out;
}

std::vector<ModuleCoverage> Coverage::worst() const {
  std::vector<ModuleCoverage> out;
  for (const auto& [key, counts] : modules_) out.push_back({key.first, key.second, counts});
  // In whole numbers, so that the order is the same everywhere: residual / definitions descending.
  std::stable_sort(out.begin(), out.end(), [](const ModuleCoverage& a, const ModuleCoverage& b) {
    const auto left = a.counts.residual * b.counts.definitions, right = b.counts.residual * a.counts.definitions;
    if (left != right) return left > right;
    return a.counts.residual > b.counts.residual;
  });
  return out;
}

std::vector<OpaquePart> Coverage::opaque() const {
  std::vector<OpaquePart> out;
  for (const auto& [key, part] : opaque_) out.push_back(part);
  return out;
}

double percent(std::size_t part, std::size_t whole) {
  return whole == 0 ? 100.0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace fleetd::fleet
