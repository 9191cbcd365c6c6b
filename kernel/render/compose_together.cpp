// Composing many hosts with their plugins, on several processors.
#include <algorithm>
#include <utility>

#include "kernel/process/spread.hpp"
#include "kernel/render/worker_result.hpp"
#include "kernel/render/workspace.hpp"

namespace fleetd::render {

namespace {

// Most files that hosts share are read, and their modules known, after this many.
constexpr std::size_t kWarmUp = 2;
// A worker evaluates anew what hosts share and none of the first needed, and copies each page it or we write to.
constexpr std::size_t kHostsForWorker = 16;

}  // namespace

void Workspace::composeTogether(const std::vector<const fleet::Host*>& hosts, const fleet::Fleet::Together& how,
                                Diagnostics& diagnostics, const fleet::Fleet::TakeHost& take) {
  const auto asked = [&](const fleet::Host* host) {
    return std::any_of(host->plugins.begin(), host->plugins.end(),
                       [&](const std::string& id) { return !idle(id, *host); });
  };
  // Only those share more than a process.
  if (fleet_->kind() == fleet::Kind::FleetJson && std::none_of(hosts.begin(), hosts.end(), asked))
    return fleet_->composeTogether(hosts, how, diagnostics, take);
  base::Pos known = 0;  // behind all that is read when workers begin
  const auto make = [&](std::size_t i) { return composeAsBytes(*hosts[i], how.json, known, diagnostics); };
  const auto takeOne = [&](std::size_t i, std::optional<std::string_view> bytes) {
    auto result = bytes ? decodeWorkerResult(*bytes) : std::nullopt;
    if (!result) {
      const bool more = composeHere(i, *hosts[i], diagnostics, take);
      if (i + 1 == kWarmUp)
        if (const auto mark = fleet_->evaluator().sources().add("«workers»", ""); mark.ok()) known = (*mark)->base;
      return more;
    }
    for (const std::string& file : result->files) fleet_->noteRead(file);
    for (Diagnostic& d : result->found) diagnostics.add(std::move(d));
    for (auto& [id, view] : result->toCheck) toCheck_[id].push_back(std::move(view));
    const fleet::Fleet::ForTheMoment moment(*fleet_);
    const auto composed = fleet_->composedElsewhere(*hosts[i], std::move(result->host), how.json);
    return take(i, *composed);
  };
  process::spread(hosts.size(), {how.workers, kWarmUp, kHostsForWorker}, make, takeOne);
}

// What composing adds to the host is gone with the moment, so the host must not keep it.
void Workspace::keepParts(const fleet::Host& host, const std::function<void()>& work) {
  const Key key = keyOf(host);
  const auto before = added_.at(key).parts;
  work();
  if (added_.at(key).parts.size() == before.size()) return;
  added_.at(key).parts = before;
  for (fleet::Host& own : fleet_->hosts())
    if (keyOf(own) == key) rebuild(own);
}

bool Workspace::composeHere(std::size_t index, const fleet::Host& host, Diagnostics& diagnostics,
                            const fleet::Fleet::TakeHost& take) {
  bool more = true;
  keepParts(host, [&] {
    const fleet::Fleet::ForTheMoment moment(*fleet_);
    const auto composed = compose(host, diagnostics);
    more = take(index, *composed);
  });
  return more;
}

// As bytes, for a worker and for hosts whose turn is later. Nothing when it must be done in its turn: for findings in
// files that only this worker has read, and for what reading them told.
std::string Workspace::composeAsBytes(const fleet::Host& host, bool json, base::Pos known, Diagnostics& diagnostics) {
  const auto said = [&] {
    return diagnostics.count(Severity::Error) + diagnostics.count(Severity::Warning) +
           diagnostics.count(Severity::Note);
  };
  const std::size_t before = said(), files = fleet_->filesRead().size();
  auto toCheckBefore = std::exchange(toCheck_, {});
  WorkerResult out;
  bool whole = true;
  keepParts(host, [&] {
    const fleet::Fleet::ForTheMoment moment(*fleet_);
    Diagnostics found;
    const auto composed = compose(host, found);
    const fleet::Host& own = composed->host();
    out.host = {composed->counts(), own.system, own.aggregates, fleet_->importedBy(host), composed->homes(), {}};
    base::JsonWriter writer(out.host.json);
    if (json && !composed->writeJson(writer, "", false)) whole = false;
    out.found = found.sorted();
  });
  const auto toCheck = std::exchange(toCheck_, std::move(toCheckBefore));
  whole = whole && said() == before &&
          std::all_of(out.found.begin(), out.found.end(), [&](const Diagnostic& d) { return isBelow(d, known); });
  if (!whole) return {};
  for (const auto& [id, views] : toCheck)
    for (const auto& view : views) out.toCheck.emplace_back(id, view);
  const auto& read = fleet_->filesRead();
  out.files.assign(read.begin() + static_cast<std::ptrdiff_t>(files), read.end());
  return encode(out);
}

}  // namespace fleetd::render
