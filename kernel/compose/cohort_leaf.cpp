// One option of the current host: remembered from another host, or merged.
#include <algorithm>

#include "kernel/compose/cohort.hpp"

namespace fleetd::compose {

namespace {

using lang::Read;
using lang::Scope;

constexpr std::size_t kMaxReads = 64;        // of a remembered merge
constexpr std::size_t kMaxReadValues = 256;  // compared for one read
constexpr std::size_t kMaxValues = 16384;    // of a remembered value
constexpr std::uint32_t kFirstKept = 16;     // merges kept of an option before one of them was of use

std::uint64_t hashOf(std::span<const Def* const> defs) {
  std::uint64_t hash = 0x9e3779b97f4a7c15u;
  for (const Def* def : defs) {
    hash ^= reinterpret_cast<std::uintptr_t>(def) >> 4;
    hash *= 0xff51afd7ed558ccdu;
    hash ^= hash >> 32;
  }
  return hash;
}

}  // namespace

Cohort::LeafState& Cohort::state(const Leaf& leaf) {
  LeafState& out = states_[leaf.id];
  if (out.host != host_) {
    out = {};
    out.host = host_;
  }
  return out;
}

Option* Cohort::merged(const Leaf& leaf, const LeafState& at) { return optionWith(*leaf.option, defsOf(at)); }

Value Cohort::leafValue(Leaf& leaf) {
  const Value v = demand(leaf);
  scope_.note(leaf.id, v);
  return v;
}

Value Cohort::demand(Leaf& leaf) {
  LeafState& at = state(leaf);
  if (at.progress == Progress::Done) return at.value;
  if (at.progress == Progress::Running) return c_.recursion();
  // Asked for while it is being compared (Checking), it is merged without another look.
  if (at.progress == Progress::Untouched) {
    at.progress = Progress::Checking;
    const Remembered* found = recall(leaf, at);
    if (at.progress == Progress::Done) return at.value;
    if (found) {
      at.remembered = found;
      at.value = found->value;
      at.progress = Progress::Done;
      return at.value;
    }
  }
  at.progress = Progress::Running;
  const Scope::Pass pass(scope_, nullptr);
  at.option = merged(leaf, at);
  at.value = c_.ev.force(optionValue(*at.option));
  at.progress = Progress::Done;
  return at.value;
}

bool Cohort::holds(const Read& read) {
  Value v = demand(*leaves_[read.source]);
  for (std::size_t i = 0; i < read.path.size(); ++i) {
    v = c_.ev.force(v);
    if (!v.is(Tag::Attrs)) return false;
    const Attr* attr = v.attrs->find(read.path[i]);
    if (!attr) return read.absent && i + 1 == read.path.size();
    v = attr->value;
  }
  if (read.absent) return false;
  std::size_t budget = kMaxReadValues;
  return equalComplete(c_.ev, v, read.value, &budget);
}

const Remembered* Cohort::recall(Leaf& leaf, LeafState& at) {
  const auto defs = defsOf(at);
  at.hash = hashOf(defs);
  const auto found = leaf.remembered.find(at.hash);
  if (found == leaf.remembered.end()) return nullptr;
  Bucket& bucket = found->second;
  if (!bucket.useful()) return nullptr;
  const Scope::Pass pass(scope_, nullptr);
  for (const auto& candidate : bucket.merges) {
    if (!std::equal(defs.begin(), defs.end(), candidate->defs.begin(), candidate->defs.end())) continue;
    if (!std::all_of(candidate->reads.begin(), candidate->reads.end(), [&](const Read& read) { return holds(read); }))
      continue;
    ++leaf.hits;
    ++bucket.hits;
    return candidate.get();
  }
  ++bucket.misses;
  return nullptr;
}

// Remembering costs a second merge and memory; an option that no two hosts agree on is not worth it.
bool Cohort::worthwhile(const Leaf& leaf, const LeafState& at) const {
  if (leaf.kept >= kFirstKept + leaf.hits / 8) return false;
  const auto bucket = leaf.remembered.find(at.hash);
  return bucket == leaf.remembered.end() || bucket->second.useful();
}

const Remembered* Cohort::remember(Leaf& leaf, LeafState& at, Value value, std::vector<Read>& reads, Summary summary) {
  const Scope::Pass pass(scope_, nullptr);
  auto out = std::make_unique<Remembered>();
  for (Read& read : reads) {
    if (read.source == leaf.id) return nullptr;
    const bool seen = std::any_of(out->reads.begin(), out->reads.end(), [&](const Read& known) {
      return known.source == read.source && known.path == read.path;
    });
    if (seen) continue;
    if (out->reads.size() == kMaxReads) return nullptr;
    const LeafState& from = state(*leaves_[read.source]);
    if (!read.absent) {
      std::size_t budget = kMaxReadValues;
      if (read.path.empty() && from.remembered)
        read.value = from.remembered->value;
      else if (!copyComplete(c_.ev, read.value, &budget, &read.value))
        return nullptr;
    }
    out->reads.push_back(std::move(read));
  }
  const auto defs = defsOf(at);
  out->defs.assign(defs.begin(), defs.end());
  out->value = value;
  out->summary = std::move(summary);
  ++leaf.kept;
  at.remembered = leaf.remembered[at.hash].merges.emplace_back(std::move(out)).get();
  at.value = value;
  return at.remembered;
}

const Summary* Cohort::settle(std::uint32_t index) {
  Leaf& leaf = *shape_->leaves[index];
  static_cast<void>(demand(leaf));
  LeafState& at = state(leaf);
  if (failed_ || scope_.spoiled()) return nullptr;
  if (at.remembered) return &at.remembered->summary;
  const bool keep = worthwhile(leaf, at);
  std::vector<Read> reads;
  Summary summary;
  Value value;
  bool complete = false;
  const Evaluation* before = c_.evaluations;
  {
    const Scope::Pass pass(scope_, keep ? &reads : nullptr);
    // From the beginning, so that all it reads is seen; on demand it was evaluated no further than asked for.
    Option* option = keep ? merged(leaf, at) : at.option;
    if (!finish_(leaf, *option, summary)) failed_ = true;
    std::size_t budget = kMaxValues;
    complete = keep && !failed_ && copyComplete(c_.ev, optionValue(*option), &budget, &value);
  }
  for (const Evaluation* e = c_.evaluations; e != before; e = e->made)
    for (const Module* module : e->collected) {
      const Value file = c_.fileText(module->file);
      const std::string_view aggregate = file.is(Tag::String) ? aggregateIn(file.string()) : std::string_view();
      if (!aggregate.empty()) summary.aggregates.emplace_back(aggregate);
    }
  if (failed_ || scope_.spoiled()) return nullptr;
  if (complete && remember(leaf, at, value, reads, summary)) return &at.remembered->summary;
  return &own_.emplace_back(std::move(summary));
}

}  // namespace fleetd::compose
