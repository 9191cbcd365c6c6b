// Composing many hosts together (see together.hpp).
#include "kernel/fleet/together.hpp"

#include <optional>
#include <utility>

#include "kernel/fleet/cohorts.hpp"
#include "kernel/process/spread.hpp"

namespace fleetd::fleet {

namespace {

constexpr std::size_t kWarmUp =
    16;  // hosts composed before there are workers, so that all of them know the usual merges
constexpr std::size_t kHostsForWorker = 24;  // fewer are not worth a process

// The JSON and the counts of a host; everything else is composed when it is asked for.
class SharedConfiguration : public ComposedHost {
 public:
  SharedConfiguration(Fleet& fleet, const Host& host, SharedResult result, bool json)
      : fleet_(fleet), host_(host), result_(std::move(result)), hasJson_(json) {
    host_.system = result_.system;
    host_.aggregates = std::move(result_.aggregates);
  }

  const Host& host() const override { return host_; }
  const Counts& counts() const override { return result_.counts; }
  Result<void> writeJson(base::JsonWriter& out, const std::string& path, bool defaults) override {
    if (!path.empty() || defaults || !hasJson_) return whole().writeJson(out, path, defaults);
    out.raw(result_.json);
    return {};
  }
  Result<std::string> text(const std::string& path, bool defaults) override { return whole().text(path, defaults); }
  Result<Explanation> explain(const std::string& path) override { return whole().explain(path); }
  std::vector<std::string> homes() override { return result_.homes; }

 private:
  ComposedHost& whole() {
    base::Diagnostics unheard;  // told already
    if (!whole_) whole_ = fleet_.compose(host_, unheard);
    return *whole_;
  }

  Fleet& fleet_;
  Host host_;
  SharedResult result_;
  bool hasJson_;
  std::unique_ptr<ComposedHost> whole_;
};

}  // namespace

void writeResult(base::RecordWriter& out, const SharedResult& result) {
  out.plain(result.counts);
  out.text(result.system);
  out.texts(result.aggregates);
  out.texts(result.imported);
  out.texts(result.homes);
  out.text(result.json);
}

bool readResult(base::RecordReader& in, SharedResult& out) {
  return in.plain(out.counts) && in.text(out.system) && in.texts(out.aggregates) && in.texts(out.imported) &&
         in.texts(out.homes) && in.text(out.json);
}

Fleet::ForTheMoment::ForTheMoment(Fleet& fleet) {
  if (!fleet.scope_) fleet.scope_ = std::make_unique<lang::Scope>(*fleet.evaluator_);
  host_ = std::make_unique<compose::ForOneHost>(*fleet.compose_, *fleet.scope_);
}

Fleet::ForTheMoment::~ForTheMoment() = default;

std::unique_ptr<ComposedHost> Fleet::shared(const Host& host, std::optional<SharedResult> result, bool json,
                                            base::Diagnostics& diagnostics) {
  return result ? composedElsewhere(host, *std::move(result), json) : compose(host, diagnostics);
}

std::unique_ptr<ComposedHost> Fleet::composedElsewhere(const Host& host, SharedResult result, bool json) {
  for (const std::string& aggregate : result.imported) countAggregate(host, aggregate);
  auto out = std::make_unique<SharedConfiguration>(*this, host, std::move(result), json);
  noteComposed(host, out->host());
  return out;
}

void Fleet::composeTogether(std::span<const Host* const> hosts, const Together& how, base::Diagnostics& diagnostics,
                            const TakeHost& takeHost) {
  // Only where the fleet declares all options itself are modules free of what a platform may add to each host.
  const bool share = kind_ == Kind::FleetJson;
  if (share && !cohorts_) cohorts_ = std::make_unique<Cohorts>(*this);
  const auto composeOne = [&](const Host& host) {
    return share ? cohorts_->compose(host, how.json) : std::optional<SharedResult>();
  };
  const auto give = [&](std::size_t i, std::optional<SharedResult> result) {
    const ForTheMoment moment(*this);
    const auto host = shared(*hosts[i], std::move(result), how.json, diagnostics);
    return takeHost(i, *host);
  };
  const auto make = [&](std::size_t i) {
    base::RecordWriter out;
    if (const auto result = composeOne(*hosts[i])) writeResult(out, *result);
    return out.take();  // nothing: to be composed as a whole
  };
  const auto takeOne = [&](std::size_t i, std::optional<std::string_view> bytes) {
    if (!bytes) return give(i, composeOne(*hosts[i]));
    base::RecordReader in(*bytes);
    std::optional<SharedResult> result(std::in_place);
    if (!readResult(in, *result)) result.reset();
    return give(i, std::move(result));
  };
  process::spread(hosts.size(), {share ? how.workers : 1, kWarmUp, kHostsForWorker}, make, takeOne);
}

}  // namespace fleetd::fleet
