// Loading the modules of a cohort's hosts, each once.
#include <algorithm>
#include <unordered_set>

#include "kernel/compose/cohort.hpp"

namespace fleetd::compose {

std::string_view aggregateIn(std::string_view file) {
  constexpr std::string_view kMark = "#modules.";
  const auto at = file.rfind(kMark);
  return at == std::string_view::npos ? std::string_view() : file.substr(at + kMark.size());
}

// Whether a module takes part in every evaluation in the same way, whoever the host is.
bool Cohort::plain(const Module& module) {
  if (module.opaque || module.platform) return false;
  const Value disabled = c_.ev.force(module.disabled);
  if (!disabled.is(Tag::List) || disabled.aux != 0) return false;
  if (module.klass.is(Tag::Null)) return true;
  const Value own = c_.ev.force(module.klass), expected = c_.ev.force(klass_);
  return own.is(Tag::String) && (!expected.is(Tag::String) || own.string() == expected.string());
}

CohortNode* Cohort::load(Value m, File* file) {
  m = moduleFile(c_, m);
  const bool isFile = m.is(Tag::Path) || (m.is(Tag::String) && !(m.flags & lang::kHasContext));
  const void* identity = m.is(Tag::Attrs)    ? static_cast<const void*>(m.attrs)
                         : m.is(Tag::Lambda) ? static_cast<const void*>(m.closure)
                                             : nullptr;
  CohortNode** known = nullptr;
  if (isFile) {
    known = &byPath_[std::string(m.string())];
  } else if (identity) {
    auto& same = byIdentity_[identity];
    const auto at = std::find_if(same.begin(), same.end(), [&](const auto& entry) { return entry.first == file; });
    known = at != same.end() ? &at->second : &same.emplace_back(file, nullptr).second;
  } else {
    return nullptr;
  }
  if (*known) return (*known)->loading ? nullptr : *known;
  CohortNode* node = allNodes_.emplace_back(std::make_unique<CohortNode>()).get();
  *known = node;
  node->loading = true;  // and stays so when it cannot be loaded
  Value error;
  node->module = loadModule(*args_, m, file, isFile ? m.string() : std::string_view(), &error);
  if (!node->module || !plain(*node->module)) return nullptr;
  node->anonymous = node->module->key.empty();
  if (!loadList(node->module->require, node->module->file, node->imports)) return nullptr;
  if (!loadList(node->module->imports, node->module->file, node->imports)) return nullptr;
  const Value text = c_.fileText(node->module->file);
  if (!text.is(Tag::String)) return nullptr;
  node->aggregate = aggregateIn(text.string());
  node->loading = false;
  return node;
}

bool Cohort::loadList(Value list, File* file, std::vector<CohortNode*>& out) {
  list = c_.ev.force(list);
  if (!list.is(Tag::List)) return false;
  Value error;
  if (!c_.ev.enter(0, &error)) return false;
  bool ok = true;
  for (const Value& m : list.list()) {
    CohortNode* node = load(m, file);
    ok = node != nullptr;
    if (!ok) break;
    out.push_back(node);
  }
  c_.ev.leave();
  return ok;
}

// Breadth first, the first of equal keys, as collect.cpp does.
void Cohort::order(const std::vector<CohortNode*>& roots) {
  nodes_.assign(roots.begin(), roots.end());
  std::unordered_set<std::string_view> seen;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const CohortNode* node = nodes_[i];
    if (!node->anonymous && !seen.insert(node->module->key).second) continue;
    nodes_.insert(nodes_.end(), node->imports.begin(), node->imports.end());
    nodes_[kept++] = node;
  }
  nodes_.resize(kept);
}

bool Cohort::open(Value modules) {
  if (scope_.spoiled()) return false;
  lang::Evaluator& ev = c_.ev;
  ++host_;
  failed_ = false;
  shape_ = nullptr;
  own_.clear();
  defs_.clear();
  evaluationsBefore_ = c_.evaluations;
  ev.useScope(&scope_);
  scope_.begin();
  scope_.takeRead();
  c_.privateConfigs = &privateConfigs_;
  // What a module says while it is evaluated must be said for each host, and what is evaluated once says it once.
  trace_ = std::exchange(ev.onTrace, [this](std::string_view) {
    failed_ = true;
    scope_.spoil();
  });
  std::vector<CohortNode*> roots;
  if (!internal_) internal_ = load(internalModule(*args_), &c_.unknownFile);
  const bool loaded = internal_ && loadList(modules, &c_.unknownFile, roots);
  roots.push_back(internal_);
  if (loaded && !scope_.takeRead()) {
    order(roots);
    shape_ = shapeOf();
  }
  if (shape_ && distribute() && !failed_) return true;
  close();
  return false;
}

void Cohort::close() {
  c_.ev.useScope(nullptr);
  c_.ev.onTrace = std::move(trace_);
  c_.evaluations = evaluationsBefore_;
  c_.privateConfigs = nullptr;
  for (const void* id : privateConfigs_) c_.byConfig.erase(id);
  privateConfigs_.clear();
}

}  // namespace fleetd::compose
