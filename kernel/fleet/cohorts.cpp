// Composing hosts over shared modules (see cohorts.hpp).
#include "kernel/fleet/cohorts.hpp"

#include <algorithm>

#include "kernel/fleet/config_tree.hpp"
#include "kernel/fleet/configuration.hpp"

namespace fleetd::fleet {

namespace {

using lang::Tag;
using lang::Value;

constexpr std::uint32_t kNoLeaf = ~std::uint32_t{0};

// The JSON and the counts of a host; everything else is composed when it is asked for.
class SharedConfiguration : public ComposedHost {
 public:
  SharedConfiguration(Fleet& fleet, Host host, const Counts& counts, std::string json)
      : fleet_(fleet), host_(std::move(host)), counts_(counts), json_(std::move(json)) {}

  const Host& host() const override { return host_; }
  const Counts& counts() const override { return counts_; }
  Result<void> writeJson(base::JsonWriter& out, const std::string& path, bool defaults) override {
    if (!path.empty() || defaults) return whole().writeJson(out, path, defaults);
    out.raw(json_);
    return {};
  }
  Result<std::string> text(const std::string& path, bool defaults) override { return whole().text(path, defaults); }
  Result<Explanation> explain(const std::string& path) override { return whole().explain(path); }
  std::vector<std::string> homes() override { return {}; }

 private:
  ComposedHost& whole() {
    base::Diagnostics unheard;  // there are none, or there would be no shared configuration
    if (!whole_) whole_ = fleet_.compose(host_, unheard);
    return *whole_;
  }

  Fleet& fleet_;
  Host host_;
  Counts counts_;
  std::string json_;
  std::unique_ptr<ComposedHost> whole_;
};

bool sameArgs(Value a, Value b) {
  if (!a.is(Tag::Attrs) || !b.is(Tag::Attrs)) return false;
  return std::equal(a.attrs->begin(), a.attrs->end(), b.attrs->begin(), b.attrs->end(),
                    [](const lang::Attr& x, const lang::Attr& y) { return x.name == y.name && compose::sameValue(x.value, y.value); });
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
  auto finish = [this](const compose::Leaf& leaf, compose::Option& option, compose::Summary& out) { return this->finish(option, leaf, out); };
  auto cohort = std::make_unique<compose::Cohort>(fleet_.composition(), klass, args, finish);
  return cohorts_.emplace_back(One{host.klass, args, std::move(cohort)}).cohort.get();
}

bool Cohorts::finish(compose::Option& option, const compose::Leaf& leaf, compose::Summary& out) {
  compose::Compose& c = *option.c;
  bool fine = true;
  ConfigWalker walker(c, [&](const lang::EvalError&, const std::string&) { fine = false; }, [](const ConfigWalker::Undeclared&) {});
  const ConfigNode node = walker.walkOption(option, leaf.child->name);
  if (!fine) return false;
  out.definitions = static_cast<std::uint32_t>(walker.definitions());
  out.undefined = node.undefined;
  if (node.undefined) return true;
  Counts counts;
  countNode(c.ev, node, counts);
  out.options = static_cast<std::uint32_t>(counts.options);
  out.known = static_cast<std::uint32_t>(counts.known);
  out.assumed = static_cast<std::uint32_t>(counts.assumed);
  out.unknown = static_cast<std::uint32_t>(counts.unknown);
  base::JsonWriter json(out.json);
  return static_cast<bool>(writeNode(c.ev, node, json));
}

void Cohorts::addPieces(const compose::Shape& shape, const compose::Level& level, Plan& plan, bool root) {
  lang::Evaluator& ev = fleet_.evaluator();
  std::vector<const compose::Child*> children;
  for (const compose::Child& child : level.children)
    if (!root || child.name != ev.names().module) children.push_back(&child);
  std::sort(children.begin(), children.end(), [&](const auto* a, const auto* b) { return ev.text(a->name) < ev.text(b->name); });
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

std::unique_ptr<ComposedHost> Cohorts::compose(const Host& host, base::Diagnostics&) {
  compose::Cohort* cohort = cohortFor(host);
  if (!cohort || !cohort->open(host.modules)) return nullptr;
  struct Close {
    compose::Cohort& cohort;
    ~Close() { cohort.close(); }
  } const close{*cohort};
  const Plan& plan = planOf(cohort->shape());
  if (plan.hasHomes || plan.hasPlatform) return nullptr;
  Host out = host;
  Counts counts;
  counts.options = counts.known = plan.emptyRecords;
  modules_.clear();
  const std::string mark = "#modules." + std::string(host.klass == "home" ? "homeManager" : host.klass) + ".";
  std::vector<std::string> aggregates;
  for (const compose::CohortNode* node : cohort->modules()) {
    const auto at = node->file.rfind(mark);
    if (node->file.find('#') != std::string_view::npos) modules_.push_back(node->file);
    if (at == std::string_view::npos) continue;
    const std::string_view name = node->file.substr(at + mark.size());
    if (std::find(aggregates.begin(), aggregates.end(), name) == aggregates.end()) aggregates.emplace_back(name);
  }
  if (!aggregates.empty()) out.aggregates = std::move(aggregates);
  std::string json = "{";
  bool first = true;
  for (const Piece& piece : plan.pieces) {
    const compose::Summary* summary = nullptr;
    if (piece.leaf != kNoLeaf) {
      summary = cohort->settle(piece.leaf);
      if (!summary) return nullptr;
      counts.definitions += summary->definitions;
      for (const std::string& file : summary->modules) modules_.push_back(file);
      if (summary->undefined) continue;
      counts.options += summary->options;
      counts.known += summary->known;
      counts.assumed += summary->assumed;
      counts.unknown += summary->unknown;
    }
    const bool end = piece.text == "}";
    if (!first && !end) json += ',';
    json += piece.text;
    if (summary) json += summary->json;
    first = piece.leaf == kNoLeaf && !end;
  }
  json += '}';
  return std::make_unique<SharedConfiguration>(fleet_, std::move(out), counts, std::move(json));
}

}  // namespace fleetd::fleet
