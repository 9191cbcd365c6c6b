// Composing hosts over shared modules (see cohorts.hpp).
#include "kernel/fleet/cohorts.hpp"

#include <algorithm>

#include "kernel/fleet/config_tree.hpp"
#include "kernel/fleet/configuration.hpp"
#include "kernel/fleet/missing_paths.hpp"
#include "kernel/lang/to_json.hpp"

namespace fleetd::fleet {

namespace {

using lang::Tag;
using lang::Value;

constexpr std::uint32_t kNoLeaf = ~std::uint32_t{0};

bool sameArgs(Value a, Value b) {
  if (!a.is(Tag::Attrs) || !b.is(Tag::Attrs)) return false;
  return std::equal(a.attrs->begin(), a.attrs->end(), b.attrs->begin(), b.attrs->end(),
                    [](const lang::Attr& x, const lang::Attr& y) {
                      return x.name == y.name && compose::sameValue(x.value, y.value);
                    });
}

}  // namespace

compose::Cohort* Cohorts::cohortFor(const Host& host) {
  lang::Evaluator& ev = fleet_.evaluator();
  const Value args = ev.force(host.specialArgs);
  if (!args.is(Tag::Attrs)) return nullptr;
  for (const One& one : cohorts_)
    if (one.klass == host.klass && sameArgs(one.specialArgs, args)) return one.cohort.get();
  // As evalHost in nix/host.nix without a platform.
  const Value klass = ev.string(host.klass == "home" ? "homeManager" : host.klass);
  auto finish = [this](const compose::Leaf& leaf, compose::Option& option, compose::Summary& out) {
    return this->finish(option, leaf, out);
  };
  auto cohort = std::make_unique<compose::Cohort>(fleet_.composition(), klass, args, finish);
  return cohorts_.emplace_back(One{host.klass, args, std::move(cohort)}).cohort.get();
}

bool Cohorts::finish(compose::Option& option, const compose::Leaf& leaf, compose::Summary& out) {
  compose::Compose& c = *option.c;
  const Value v = c.ev.force(compose::optionValue(option));
  if (v.is(Tag::String) || v.is(Tag::Bool) || v.is(Tag::Int) || v.is(Tag::Null)) {
    // What most options are, without a tree for it.
    out.definitions = static_cast<std::uint32_t>(option.cell.defs.size()) - (option.hasDefault ? 1 : 0);
    out.options = out.known = 1;
    if (!json_) return true;
    base::JsonWriter json(out.json);
    return lang::writeJson(c.ev, v, json, lang::UnknownJson::Object).is(Tag::Null);
  }
  bool fine = true;
  ConfigWalker walker(
      c, [&](const lang::EvalError&, const std::string&) { fine = false; }, [](const ConfigWalker::Undeclared&) {});
  const ConfigNode node = walker.walkOption(option, leaf.child->name);
  if (!fine || hasMissingPath(c.ev, node, fleet_.root())) return false;
  out.definitions = static_cast<std::uint32_t>(walker.definitions());
  out.undefined = node.undefined;
  if (node.undefined) return true;
  Counts counts;
  countNode(c.ev, node, counts);
  out.options = static_cast<std::uint32_t>(counts.options);
  out.known = static_cast<std::uint32_t>(counts.known);
  out.assumed = static_cast<std::uint32_t>(counts.assumed);
  out.unknown = static_cast<std::uint32_t>(counts.unknown);
  if (!json_) return true;
  base::JsonWriter json(out.json);
  return static_cast<bool>(writeNode(c.ev, node, json));
}

void Cohorts::addPieces(const compose::Shape& shape, const compose::Level& level, Plan& plan, bool root) {
  lang::Evaluator& ev = fleet_.evaluator();
  std::vector<const compose::Child*> children;
  for (const compose::Child& child : level.children)
    if (!root || child.name != ev.names().module) children.push_back(&child);
  std::sort(children.begin(), children.end(),
            [&](const auto* a, const auto* b) { return ev.text(a->name) < ev.text(b->name); });
  if (children.empty()) ++plan.emptyRecords;
  for (const compose::Child* child : children) {
    const std::string_view name = ev.text(child->name);
    if (root && name == "home-manager") plan.hasHomes = true;
    if (root && name == "nixpkgs") plan.hasPlatform = true;
    Piece piece;
    base::JsonWriter(piece.text).string(name);
    piece.text += ':';
    if (child->kind == compose::ChildKind::Option) {
      piece.leaf = shape.leafOf.at(child);
      plan.pieces.push_back(std::move(piece));
      continue;
    }
    piece.leaf = kNoLeaf;
    piece.text += '{';
    plan.pieces.push_back(std::move(piece));
    addPieces(shape, *child->tree, plan, false);
    plan.pieces.push_back({"}", kNoLeaf});
  }
}

const Cohorts::Plan& Cohorts::planOf(const compose::Shape& shape) {
  const auto known = plans_.find(&shape);
  if (known != plans_.end()) return known->second;
  Plan& plan = plans_[&shape];
  addPieces(shape, *shape.evaluation->root, plan, true);
  return plan;
}

std::optional<SharedResult> Cohorts::compose(const Host& host, bool json) {
  if (json && !json_) {
    cohorts_.clear();
    plans_.clear();
    json_ = true;
  }
  compose::Cohort* cohort = cohortFor(host);
  if (!cohort || !cohort->open(host.modules)) return std::nullopt;
  struct Close {
    compose::Cohort& cohort;
    ~Close() { cohort.close(); }
  } const close{*cohort};
  const Plan& plan = planOf(cohort->shape());
  if (plan.hasHomes || plan.hasPlatform) return std::nullopt;
  SharedResult out;
  out.system = host.system;
  out.counts.options = out.counts.known = plan.emptyRecords;
  nameAggregates(*cohort, host, out);
  if (json) out.json.reserve(lastSize_ + lastSize_ / 8);
  if (json) out.json += '{';
  bool first = true;
  for (const Piece& piece : plan.pieces) {
    const compose::Summary* summary = nullptr;
    if (piece.leaf != kNoLeaf) {
      summary = cohort->settle(piece.leaf);
      if (!summary) return std::nullopt;
      out.counts.definitions += summary->definitions;
      out.imported.insert(out.imported.end(), summary->aggregates.begin(), summary->aggregates.end());
      if (summary->undefined) continue;
      out.counts.options += summary->options;
      out.counts.known += summary->known;
      out.counts.assumed += summary->assumed;
      out.counts.unknown += summary->unknown;
    }
    if (!json) continue;
    const bool end = piece.text == "}";
    if (!first && !end) out.json += ',';
    out.json += piece.text;
    if (summary) out.json += summary->json;
    first = piece.leaf == kNoLeaf && !end;
  }
  if (json) out.json += '}';
  lastSize_ = out.json.size();
  return out;
}

// The aggregates the host imports by itself, in the order of its modules.
void Cohorts::nameAggregates(const compose::Cohort& cohort, const Host& host, SharedResult& out) {
  const std::string prefix = std::string(host.klass == "home" ? "homeManager" : host.klass) + ".";
  for (const compose::CohortNode* node : cohort.modules()) {
    if (node->aggregate.empty()) continue;
    out.imported.emplace_back(node->aggregate);
    if (!node->aggregate.starts_with(prefix)) continue;
    const std::string_view name = node->aggregate.substr(prefix.size());
    if (std::find(out.aggregates.begin(), out.aggregates.end(), name) == out.aggregates.end())
      out.aggregates.emplace_back(name);
  }
  if (out.aggregates.empty()) out.aggregates = host.aggregates;
}

}  // namespace fleetd::fleet
