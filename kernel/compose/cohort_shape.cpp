// The options a host's modules declare, and what each module defines of them.
#include <algorithm>

#include "kernel/compose/cohort.hpp"

namespace fleetd::compose {

namespace {

Value configOfHost(Evaluator&, void* data) { return static_cast<Evaluation*>(data)->cohort->currentConfig(); }

Value optionsOfHost(Evaluator&, void* data) {
  Evaluation& e = *static_cast<Evaluation*>(data);
  e.cohort->refuse();
  return e.c->fail(nullptr, "the options of this host are looked at as a whole");
}

Value valueOfLeaf(Evaluator&, void* data) {
  Leaf& leaf = *static_cast<Leaf*>(data);
  return leaf.cohort->leafValue(leaf);
}

// Sorts the definitions a module makes below a level by option; false when one of them belongs to none.
bool sortInto(Shape& shape, Level& level, Value raw, File* file, const Wrap* wraps, std::vector<LeafDef>& out) {
  SmallVector<Part, 16> parts;
  if (pushDown(level, raw, file, wraps, parts).isError()) return false;
  for (const Part& part : parts)
    for (const Attr& attr : *part.set) {
      Child* child = findChild(level, attr.name);
      if (!child) return false;
      if (child->kind == ChildKind::Tree) {
        if (!sortInto(shape, *child->tree, attr.value, part.file, part.wraps, out)) return false;
        continue;
      }
      LeafDef def{shape.leafOf.at(child), {}};
      def.def.value = attr.value;
      def.def.file = part.file;
      def.def.wraps = part.wraps;
      def.def.pos = attr.pos;
      out.push_back(def);
    }
  return true;
}

}  // namespace

Cohort::Cohort(Compose& compose, Value klass, Value specialArgs, Finish finish)
    : c_(compose),
      scope_(compose.ev),
      finish_(std::move(finish)),
      klass_(klass),
      args_(newEvaluation(compose, {{}, specialArgs, klass, nullptr, false})) {
  args_->cohort = this;
  initThunk(c_.ev, args_->config, configOfHost, args_);
  initThunk(c_.ev, args_->options, optionsOfHost, args_);
  args_->config.value.spare = args_->options.value.spare = lang::kAlways;
}

Cohort::~Cohort() = default;

Value Cohort::currentConfig() { return c_.ev.force(configOf(*shape_->evaluation)); }

Shape* Cohort::shapeOf() {
  std::vector<Module*> declaring;
  for (auto node = nodes_.rbegin(); node != nodes_.rend(); ++node)
    if (!(*node)->module->options.is(Tag::Null)) declaring.push_back((*node)->module);
  for (const auto& shape : shapes_)
    if (shape->declaring == declaring) return shape->evaluation ? shape.get() : nullptr;
  Shape& shape = *shapes_.emplace_back(std::make_unique<Shape>());
  shape.declaring = std::move(declaring);
  Evaluation* e = newEvaluation(c_, {{}, args_->specialArgs, klass_, nullptr, false});
  e->cohort = this;
  e->collectState = State::Done;
  Decl* decls = c_.ev.arena().array<Decl>(shape.declaring.size());
  for (std::size_t i = 0; i < shape.declaring.size(); ++i)
    decls[i] = {shape.declaring[i]->file, 0, shape.declaring[i]->options, false, shape.declaring[i]->subtree};
  e->root = newLevel(*e, nullptr, nullptr, {decls, shape.declaring.size()});
  if (!makeLeaves(shape, *e->root) || scope_.takeRead() || isOpen(*e)) return nullptr;
  shape.evaluation = e;
  return &shape;
}

bool Cohort::makeLeaves(Shape& shape, Level& level) {
  if (resolveDecls(level).isError()) return false;
  for (Child& child : level.children) {
    if (resolveChild(child).isError()) return false;
    if (child.kind == ChildKind::Tree) {
      if (!makeLeaves(shape, *child.tree)) return false;
      continue;
    }
    if (child.kind != ChildKind::Option) return false;
    Value error;
    const auto declared = level.declsByChild.subspan(child.declBegin, child.declCount);
    child.option = declareOption(c_, c_.loc(level.loc, child.name), declared, {}, &error);
    if (!child.option) return false;
    auto leaf = std::make_unique<Leaf>();
    leaf->cohort = this;
    leaf->shape = &shape;
    leaf->child = &child;
    leaf->option = child.option;
    leaf->id = static_cast<std::uint32_t>(leaves_.size());
    leaves_.push_back(leaf.get());
    initThunk(c_.ev, child.config, valueOfLeaf, leaf.get());
    child.config.value.spare = lang::kAlways;
    shape.leafOf.emplace(&child, static_cast<std::uint32_t>(shape.leaves.size()));
    shape.leaves.push_back(std::move(leaf));
  }
  return true;
}

const std::vector<LeafDef>* Cohort::definitionsOf(Shape& shape, Module& module) {
  const auto known = shape.definitions.find(&module);
  if (known != shape.definitions.end()) return known->second.get();
  auto out = std::make_unique<std::vector<LeafDef>>();
  scope_.takeRead();
  const bool sorted = sortInto(shape, *shape.evaluation->root, module.config, module.file, nullptr, *out);
  // Which options it speaks of must not depend on the host.
  if (!sorted || scope_.takeRead() || isOpen(*shape.evaluation)) out.reset();
  if (out) out->shrink_to_fit();
  return shape.definitions.emplace(&module, std::move(out)).first->second.get();
}

// Gives each option its definitions, in the order of the modules.
bool Cohort::distribute() {
  Shape& shape = *shape_;
  states_.resize(leaves_.size());
  std::vector<const std::vector<LeafDef>*> made;
  made.reserve(nodes_.size());
  std::uint32_t total = 0;
  for (auto node = nodes_.rbegin(); node != nodes_.rend(); ++node) {
    const std::vector<LeafDef>* defs = definitionsOf(shape, *(*node)->module);
    if (!defs) return false;
    for (const LeafDef& def : *defs) ++state(*shape.leaves[def.leaf]).count;
    total += static_cast<std::uint32_t>(defs->size());
    made.push_back(defs);
  }
  defs_.resize(total);
  std::uint32_t begin = 0;
  for (const auto& leaf : shape.leaves) {
    LeafState& at = state(*leaf);
    at.begin = begin;
    begin += std::exchange(at.count, 0);
  }
  for (const auto* defs : made)
    for (const LeafDef& def : *defs) {
      LeafState& at = state(*shape.leaves[def.leaf]);
      defs_[at.begin + at.count++] = &def.def;
    }
  // How undeclared definitions are taken is not for a cohort to know.
  if (const Child* own = findChild(*shape.evaluation->root, c_.common.module); own && own->kind == ChildKind::Tree)
    for (const Symbol name : {c_.common.check, c_.common.freeformType})
      if (const Child* child = findChild(*own->tree, name); child && child->kind == ChildKind::Option)
        if (state(*shape.leaves[shape.leafOf.at(child)]).count != 0) return false;
  return true;
}

}  // namespace fleetd::compose
