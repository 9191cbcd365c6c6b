// Composing many hosts together (see together.hpp).
#include "kernel/fleet/together.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

#include "kernel/fleet/cohorts.hpp"
#include "kernel/process/worker.hpp"

namespace fleetd::fleet {

namespace {

constexpr std::size_t kWarmUp =
    16;  // hosts composed before there are workers, so that all of them know the usual merges
constexpr std::size_t kHostsForWorker = 24;  // fewer are not worth a process
constexpr std::size_t kPiece = 256 << 10;    // bytes a worker collects before it sends them

template <class T>
void append(std::string& out, T number) {
  char bytes[sizeof number];
  std::memcpy(bytes, &number, sizeof number);
  out.append(bytes, sizeof number);
}

void appendText(std::string& out, std::string_view text) {
  append(out, static_cast<std::uint64_t>(text.size()));
  out += text;
}

void appendTexts(std::string& out, const std::vector<std::string>& texts) {
  append(out, static_cast<std::uint64_t>(texts.size()));
  for (const std::string& text : texts) appendText(out, text);
}

template <class T>
bool take(std::string_view* in, T* number) {
  if (in->size() < sizeof *number) return false;
  std::memcpy(number, in->data(), sizeof *number);
  in->remove_prefix(sizeof *number);
  return true;
}

bool takeText(std::string_view* in, std::string* text) {
  std::uint64_t size = 0;
  if (!take(in, &size) || size > in->size()) return false;
  text->assign(in->data(), size);
  in->remove_prefix(size);
  return true;
}

bool takeTexts(std::string_view* in, std::vector<std::string>* texts) {
  std::uint64_t count = 0;
  if (!take(in, &count) || count > in->size()) return false;
  texts->resize(count);
  return std::all_of(texts->begin(), texts->end(), [&](std::string& text) { return takeText(in, &text); });
}

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
  std::vector<std::string> homes() override { return {}; }

 private:
  ComposedHost& whole() {
    base::Diagnostics unheard;  // there are none, or there would be no shared result
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

void appendResult(std::string& out, const SharedResult* result) {
  append(out, static_cast<std::uint8_t>(result != nullptr));
  if (!result) return;
  append(out, result->counts);
  appendText(out, result->system);
  appendTexts(out, result->aggregates);
  appendTexts(out, result->imported);
  appendText(out, result->json);
}

bool takeResult(std::string_view* in, bool* there, SharedResult* out) {
  std::uint8_t has = 0;
  if (!take(in, &has)) return false;
  *there = has != 0;
  if (!has) return true;
  return take(in, &out->counts) && takeText(in, &out->system) && takeTexts(in, &out->aggregates) &&
         takeTexts(in, &out->imported) && takeText(in, &out->json);
}

Fleet::ForTheMoment::ForTheMoment(Fleet& fleet) {
  if (!fleet.scope_) fleet.scope_ = std::make_unique<lang::Scope>(*fleet.evaluator_);
  host_ = std::make_unique<compose::ForOneHost>(*fleet.compose_, *fleet.scope_);
}

Fleet::ForTheMoment::~ForTheMoment() = default;

std::unique_ptr<ComposedHost> Fleet::shared(const Host& host, std::optional<SharedResult> result, bool json,
                                            base::Diagnostics& diagnostics) {
  if (!result) return compose(host, diagnostics);
  for (const std::string& aggregate : result->imported) countAggregate(host, aggregate);
  auto out = std::make_unique<SharedConfiguration>(*this, host, *std::move(result), json);
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
  const auto composeHere = [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i)
      if (!give(i, composeOne(*hosts[i]))) return false;
    return true;
  };
  const std::size_t warm = std::min(hosts.size(), kWarmUp);
  if (!composeHere(0, warm)) return;
  const std::size_t rest = hosts.size() - warm;
  const std::size_t parts =
      share ? std::max<std::size_t>(std::min<std::size_t>(how.workers, rest / kHostsForWorker), 1) : 1;
  const auto begins = [&](std::size_t part) { return warm + rest * part / parts; };
  std::vector<Result<process::Worker>> workers;
  for (std::size_t part = 1; part < parts; ++part)
    workers.push_back(process::Worker::start([&](const process::Worker::Send& send) {
      std::string piece;
      for (std::size_t i = begins(part); i < begins(part + 1); ++i) {
        const auto result = composeOne(*hosts[i]);
        appendResult(piece, result ? &*result : nullptr);
        if (piece.size() >= kPiece && !send(std::exchange(piece, {}))) return;
      }
      send(piece);
    }));
  if (!composeHere(begins(0), begins(1))) return;
  for (std::size_t part = 1; part < parts; ++part) {
    auto& worker = workers[part - 1];
    auto sent = worker.ok() ? worker->finish() : Result<std::string>(worker.error());
    // What a worker did not get to is done here.
    std::string_view left = sent.ok() ? std::string_view(*sent) : std::string_view();
    for (std::size_t i = begins(part); i < begins(part + 1); ++i) {
      bool there = false;
      std::optional<SharedResult> result(std::in_place);
      if (!takeResult(&left, &there, &*result))
        result = composeOne(*hosts[i]);
      else if (!there)
        result.reset();
      if (!give(i, std::move(result))) return;
    }
  }
}

}  // namespace fleetd::fleet
