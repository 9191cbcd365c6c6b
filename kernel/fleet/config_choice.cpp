// Sets of a configuration that conditions choose.
#include <utility>

#include "kernel/fleet/choice_set.hpp"
#include "kernel/fleet/config_tree.hpp"

namespace fleetd::fleet {

using lang::Value;

namespace {

constexpr int kMaxDepth = 64;
constexpr std::size_t kMaxNodes = 20'000;  // of the value of one option; what is beyond stays in one piece

}  // namespace

// Which of several sets it is may be open: what each name is can be said.
void ConfigWalker::walkChoice(Value v, ConfigNode& node, bool defaults, const Path& path, int depth) {
  const std::string here = text(path);  // every case is compared with it
  const CaseReader reader{[&](Value one) { return isReferenceTo(ev_, one, here); },
                          [&](Value one) { return ownNames(one, defaults, path, depth); }};
  const auto attrs = attrsOfChoice(ev_, v, reader);
  if (!attrs || depth >= kMaxDepth || (nodes_ += attrs->size()) > kMaxNodes) return;
  node.kind = ConfigNode::Kind::Record;
  for (const lang::Attr& attr : *attrs)
    if (!isReferenceTo(ev_, attr.value, joinPath(here, ev_.text(attr.name))))
      walkAttr(attr, node, defaults, path, depth);
}

// What the fleet says of a submodule that is there in one case.
std::optional<std::vector<base::Symbol>> ConfigWalker::ownNames(Value v, bool defaults, const Path& path, int depth) {
  compose::Evaluation* inner = defaults ? nullptr : evaluationOf(v);
  if (!inner) return std::nullopt;
  const bool quiet = std::exchange(quiet_, true);
  const std::size_t definitions = definitions_;
  ConfigNode all;
  walkEvaluation(*inner, all, false, path, depth);
  definitions_ = definitions;
  quiet_ = quiet;
  std::vector<base::Symbol> out;
  for (const ConfigNode& child : all.children) out.push_back(child.name);
  return out;
}

}  // namespace fleetd::fleet
