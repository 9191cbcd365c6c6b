// Asking plugins over the bus, and judging what they answer.
#include <algorithm>
#include <deque>
#include <functional>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>
#include <fleet/cxx/view_codec.hpp>

#include "kernel/bus/errors.hpp"
#include "kernel/bus/prescan.hpp"
#include "kernel/plugin/batches.hpp"
#include "kernel/plugin/documents.hpp"
#include "kernel/plugin/failure.hpp"
#include "kernel/plugin/plugins_state.hpp"

namespace fleetd::plugin {

namespace {

bool isUnsupported(const Answer& answer) {
  return !answer.document && answer.document.error().status == FLEET_E_UNSUPPORTED;
}

// `error` is the kernel's when its code is one of ours (a batch that failed as a whole), else the plugin's.
Error answerError(const std::string& id, const sdk::Error& error) {
  if (error.status == FLEET_E_IO)
    if (const auto code = base::codeFromId(error.code)) return fail(*code, error.message, error.hint);
  return pluginError(called(id), error);
}

void addFor(Diagnostics& diagnostics, const std::string& host, const Error& error) {
  auto out = Diagnostic::from(error);
  out.host = host;
  diagnostics.add(std::move(out));
}

Severity severityOf(std::uint32_t severity) {
  if (severity == FLEET_SEVERITY_NOTE) return Severity::Note;
  return severity == FLEET_SEVERITY_WARNING ? Severity::Warning : Severity::Error;
}

void addFindings(Diagnostics& diagnostics, const std::string& id, const std::string& host,
                 const std::vector<Finding>& findings) {
  for (const auto& finding : findings) {
    Diagnostic out;
    out.code = Code::FL0317;
    out.severity = severityOf(finding.severity);
    out.message = fmt::format("{}: {}", called(id),
                              finding.error.message.empty() ? "a finding without a text" : finding.error.message);
    if (!finding.error.code.empty()) out.message += fmt::format(" [{}]", finding.error.code);
    if (!finding.error.hint.empty()) out.notes.push_back(finding.error.hint);
    out.host = host;
    out.option = finding.error.path;
    diagnostics.add(std::move(out));
  }
}

// Gives each host its document through `read`; findings and errors go to the diagnostics.
template <class T, class Host>
class Collector {
 public:
  using Read = std::function<Result<T>(const Host& host, std::string_view document)>;
  Collector(const std::string& id, const std::vector<Host>& hosts, Diagnostics& diagnostics, Read read)
      : id_(id), hosts_(hosts), diagnostics_(diagnostics), read_(std::move(read)), out_(hosts.size()) {}

  void take(std::size_t i, const Answer& answer) {
    const Host& host = hosts_[i];
    addFindings(diagnostics_, id_, host.name, answer.findings);
    if (!answer.document) {
      const Error error = answerError(id_, answer.document.error());
      if (!endsPlugin(error.code)) return addFor(diagnostics_, host.name, error);
      ended_ = error;
      ++without_;
      return;
    }
    Result<T> value = read_(host, *answer.document);
    if (value)
      out_[i] = *std::move(value);
    else
      addFor(diagnostics_, host.name, value.error());
  }

  std::vector<std::optional<T>> finish() {
    if (ended_) {
      auto said = Diagnostic::from(*ended_);
      said.notes.push_back(fmt::format("{} host{} without it", without_, without_ == 1 ? " is" : "s are"));
      diagnostics_.add(std::move(said));
    }
    return std::move(out_);
  }

 private:
  const std::string& id_;
  const std::vector<Host>& hosts_;
  Diagnostics& diagnostics_;
  const Read read_;
  std::vector<std::optional<T>> out_;
  std::optional<Error> ended_;  // of the plugin as a whole, which is said once
  std::size_t without_ = 0;
};

// Answers of one plugin that were read before: hosts in the same roles mostly get the same.
class FragmentsOnce {
 public:
  const Fragment* find(std::string_view bytes) {
    const auto at = known_.find(bytes);
    if (at == known_.end()) return nullptr;
    ++at->second->hosts;
    return &at->second->fragment;
  }
  void add(std::string_view bytes, const Fragment& fragment) {
    const One& one = all_.emplace_back(One{std::string(bytes), fragment, 1});
    known_.emplace(one.bytes, &all_.back());
  }
  void tell(Touched& touched) const {
    for (const One& one : all_) touched.take(one.fragment, one.hosts);
  }

 private:
  struct One {
    std::string bytes;
    Fragment fragment;
    std::uint64_t hosts;
  };
  std::deque<One> all_;  // in the order they first came; the map looks into it
  std::unordered_map<std::string_view, One*> known_;
};

// The record keeps what was refused.
template <class T>
Result<T> noted(Touched& touched, Result<T> read) {
  if (!read) touched.refuse(read.error());
  return read;
}

}  // namespace

Result<std::vector<Answer>> readAnswers(const std::string& id, const Result<bus::Message>& reply,
                                        std::size_t documents) {
  if (!reply) return reply.error();
  if (reply->header.kind == bus::Kind::error) return pluginError(called(id), bus::parseError(reply->body));
  FLEETD_TRY_ASSIGN(auto answers, parseAnswers(reply->body));
  if (answers.size() != std::max<std::size_t>(documents, 1))
    return fail(Code::FL0310, fmt::format("{} gave {} answers to {} questions", called(id), answers.size(), documents));
  return answers;
}

Plugins::State::Reply Plugins::State::ask(const std::string& id, const char* topic,
                                          const std::vector<std::string>& documents, std::uint32_t timeoutMs) {
  return askBody(id, topic, {documents.size(), packDocuments(documents)}, timeoutMs);
}

Plugins::State::Reply Plugins::State::askBody(const std::string& id, const char* topic, Batch batch,
                                              std::uint32_t timeoutMs) {
  std::optional<Batch> only = std::move(batch);
  std::optional<Reply> out;
  converse(
      id, topic, timeoutMs == 0 ? options.callMs : timeoutMs, [&] { return std::exchange(only, std::nullopt); },
      [&](std::size_t, Reply reply) { out.emplace(std::move(reply)); });
  return *std::move(out);
}

Result<std::optional<sdk::Error>> Plugins::State::tellFleet(const std::string& id, const FleetDocument& fleet) {
  FLEETD_TRY_ASSIGN(auto* plugin, up(id));
  if (plugin->toldFleet == fleet.body()) return std::optional<sdk::Error>();
  FLEETD_TRY_ASSIGN(const auto answers, askBody(id, topic::kFleet, {1, *fleet.body()}));
  if (!answers.front().document) return std::optional(answers.front().document.error());
  plugin->toldFleet = fleet.body();
  return std::optional<sdk::Error>();
}

void Plugins::tell(const std::vector<std::pair<std::string, FleetDocument>>& fleets) {
  std::vector<std::pair<std::size_t, bus::BusThread::Answer>> sent;
  for (std::size_t i = 0; i < fleets.size(); ++i) {
    const auto& [id, fleet] = fleets[i];
    const auto plugin = state_->up(id);
    // What a process is asked may end it, and is better told alone.
    if (!plugin || (*plugin)->isolated || (*plugin)->toldFleet == fleet.body()) continue;
    (*plugin)->touched.calls.add(topic::kFleet, 1);
    sent.emplace_back(i,
                      state_->bus->request((*plugin)->routingId, topic::kFleet, *fleet.body(), state_->options.callMs));
  }
  for (auto& [i, answer] : sent) {
    const auto& [id, fleet] = fleets[i];
    const auto answers = readAnswers(id, answer.get(), 1);
    if (answers && answers->front().document) state_->loaded.at(id).toldFleet = fleet.body();
  }
}

void Plugins::State::askAll(const std::string& id, const char* topic, std::size_t count, const PackDocument& pack,
                            const TakeAnswer& take) {
  Batches batches(count, pack);
  converse(
      id, topic, options.callMs, [&] { return batches.next(); },
      [&](std::size_t batch, Reply reply) {
        const std::size_t first = batches.first(batch), end = batches.end(batch);
        if (reply) {
          for (std::size_t i = first; i < end; ++i) take(i, std::move((*reply)[i - first]));
          return;
        }
        const Error& error = reply.error();
        const sdk::Error why{FLEET_E_IO, std::string(base::info(error.code).id), {}, error.message, error.hint, 0};
        for (std::size_t i = first; i < end; ++i) take(i, Answer{why, {}});
      });
}

Result<const Schema*> Plugins::schema(const std::string& id) {
  FLEETD_TRY_ASSIGN(auto* plugin, state_->up(id));
  if (!plugin->schema) {
    FLEETD_TRY_ASSIGN(const auto answers, state_->ask(id, topic::kSchema, {}));
    const Answer& answer = answers.front();
    if (isUnsupported(answer)) {
      plugin->schema.emplace();
    } else {
      if (!answer.document) return answerError(id, answer.document.error());
      FLEETD_TRY_ASSIGN(plugin->schema, noted(plugin->touched, decodeSchema(*plugin->manifest, *answer.document)));
    }
  }
  return &*plugin->schema;
}

Result<Fragment> Plugins::rules(const std::string& id) {
  FLEETD_TRY_ASSIGN(auto* plugin, state_->up(id));
  FLEETD_TRY_ASSIGN(const auto answers, state_->ask(id, topic::kRules, {}));
  const Answer& answer = answers.front();
  if (isUnsupported(answer)) return Fragment{id, {}, {}, base::blake2b(canonicalForm({}))};
  if (!answer.document) return answerError(id, answer.document.error());
  auto fragment =
      noted(plugin->touched, decodeFragment(*plugin->manifest, {}, *answer.document, state_->options.checkExpression));
  if (fragment) plugin->touched.take(*fragment);
  return fragment;
}

Result<PluginValue> Plugins::request(const std::string& id, const PluginValue& body) {
  constexpr std::uint32_t kTenMinutes = 600'000;
  sdk::Packer packer;
  sdk::pack(packer, body);
  FLEETD_TRY_ASSIGN(const auto answers, state_->ask(id, topic::kRequest, {packer.take()}, kTenMinutes));
  const Answer& answer = answers.front();
  if (!answer.document) return answerError(id, answer.document.error());
  if (auto scanned = bus::prescan(*answer.document); !scanned) return scanned.error();
  auto value = sdk::parseValue(*answer.document);
  if (!value) return bus::fromReader(value.error(), "its answer");
  return *std::move(value);
}

Result<std::vector<std::string>> Plugins::resolve(const std::string& id, const std::vector<sdk::Secret>& references) {
  sdk::List list;
  for (const auto& reference : references) list.emplace_back(reference);
  sdk::Packer packer;
  sdk::pack(packer, PluginValue(std::move(list)));
  FLEETD_TRY_ASSIGN(const auto answers, state_->ask(id, topic::kResolve, {packer.take()}));
  auto& plugin = **state_->up(id);
  for (const auto& reference : references)
    plugin.touched.secrets.add(fmt::format("{}{}{}/{}", reference.machine, reference.machine.empty() ? "" : ":",
                                           reference.generator, reference.file));
  const Answer& answer = answers.front();
  if (!answer.document) return answerError(id, answer.document.error());
  return noted(plugin.touched, decodeSealed(*plugin.manifest, *answer.document, references.size()));
}

bool Plugins::revive(const std::string& id) {
  const auto found = state_->loaded.find(id);
  if (found == state_->loaded.end()) return false;
  LoadedPlugin& plugin = found->second;
  if (!plugin.failure) return true;
  if (!(plugin.isolated || state_->movable(id)) || !endsPlugin(plugin.failure->code)) return false;
  plugin.failure.reset();
  plugin.toldFleet.reset();
  state_->notices.erase(id);
  plugin.supervision = {Phase::down, 0, state_->options.isolation.restarts};
  static_cast<void>(state_->happened(plugin, Event::start));
  state_->launch(id, plugin, true);
  return state_->up(id).ok();
}

Result<Exports> Plugins::exports(const std::string& id, const FleetDocument& fleet) {
  FLEETD_TRY_ASSIGN(const auto refused, state_->tellFleet(id, fleet));
  if (refused && refused->status == FLEET_E_UNSUPPORTED) return Exports{};
  if (refused) return answerError(id, *refused);
  FLEETD_TRY_ASSIGN(const auto answers, state_->ask(id, topic::kExports, {}));
  const Answer& answer = answers.front();
  if (isUnsupported(answer)) return Exports{};
  if (!answer.document) return answerError(id, answer.document.error());
  FLEETD_TRY_ASSIGN(const auto* own, schema(id));
  auto& plugin = **state_->up(id);
  auto out = noted(plugin.touched, decodeExports(*plugin.manifest, *own, *answer.document));
  if (out)
    for (const auto& [scope, interfaces] : *out)
      for (const auto& [interface, value] : interfaces) plugin.touched.exports.add(interface);
  return out;
}

Result<std::map<std::string, PluginValue>> Plugins::facts(const std::string& id, const FleetDocument& fleet) {
  FLEETD_TRY_ASSIGN(const auto answers, state_->askBody(id, topic::kFacts, {1, *fleet.body()}));
  const Answer& answer = answers.front();
  if (isUnsupported(answer)) return std::map<std::string, PluginValue>();
  if (!answer.document) return answerError(id, answer.document.error());
  auto& plugin = **state_->up(id);
  return noted(plugin.touched, decodeFacts(*plugin.manifest, fleet, *answer.document));
}

std::vector<std::optional<Fragment>> Plugins::contribute(const std::string& id, const FleetDocument& fleet,
                                                         const std::vector<HostView>& hosts, Diagnostics& diagnostics) {
  if (hosts.empty()) return {};
  const auto refused = state_->tellFleet(id, fleet);
  if (!refused || (*refused && (*refused)->status != FLEET_E_UNSUPPORTED)) {
    diagnostics.add(refused ? answerError(id, **refused) : refused.error());
    return std::vector<std::optional<Fragment>>(hosts.size());
  }
  LoadedPlugin& plugin = **state_->up(id);
  for (const auto& host : hosts) plugin.touched.hosts.add(host.hostClass);
  sdk::Packer nothing;
  sdk::pack(nothing, sdk::Fragment{});
  FragmentsOnce known;
  Collector<Fragment, HostView> collector(id, hosts, diagnostics, [&](const HostView& host, std::string_view bytes) {
    if (const Fragment* same = known.find(bytes)) {
      Fragment out = *same;
      out.host = host.name;
      return Result<Fragment>(std::move(out));
    }
    auto out =
        noted(plugin.touched, decodeFragment(*plugin.manifest, host.name, bytes, state_->options.checkExpression));
    if (out) known.add(bytes, *out);
    return out;
  });
  state_->askAll(id, topic::kContribute, hosts.size(), packerOf(hosts), [&](std::size_t i, Answer answer) {
    if (isUnsupported(answer)) answer.document = std::string(nothing.view());  // it may work by rules alone
    collector.take(i, answer);
  });
  known.tell(plugin.touched);
  state_->tellNotices(diagnostics);
  state_->reportRefusals(diagnostics);
  return collector.finish();
}

std::vector<std::optional<std::vector<RenderedFile>>> Plugins::render(const std::string& id,
                                                                      const std::vector<ComposedView>& hosts,
                                                                      Diagnostics& diagnostics) {
  Collector<std::vector<RenderedFile>, ComposedView> collector(
      id, hosts, diagnostics, [&](const ComposedView&, std::string_view bytes) {
        LoadedPlugin& plugin = state_->loaded.at(id);
        auto out = noted(plugin.touched, decodeFiles(*plugin.manifest, bytes));
        if (out)
          for (const auto& file : *out) plugin.touched.files.add(file.path);
        return out;
      });
  state_->askAll(id, topic::kRender, hosts.size(), packerOf(hosts),
                 [&](std::size_t i, const Answer& answer) { collector.take(i, answer); });
  state_->tellNotices(diagnostics);
  state_->reportRefusals(diagnostics);
  return collector.finish();
}

PackedHost packed(const ComposedView& host) {
  sdk::Packer out;
  sdk::pack(out, host);
  return {host.name, out.take()};
}

bool Plugins::check(const std::string& id, const std::vector<PackedHost>& hosts, Diagnostics& diagnostics) {
  Collector<bool, PackedHost> collector(id, hosts, diagnostics,
                                        [](const PackedHost&, std::string_view) { return Result<bool>(true); });
  const auto pack = [&](std::size_t i, sdk::Packer& out) { out.raw(hosts[i].document); };
  state_->askAll(id, topic::kCheck, hosts.size(), pack, [&](std::size_t i, Answer answer) {
    if (isUnsupported(answer)) answer.document = std::string();
    collector.take(i, answer);
  });
  state_->tellNotices(diagnostics);
  state_->reportRefusals(diagnostics);
  const auto done = collector.finish();
  return std::all_of(done.begin(), done.end(), [](const std::optional<bool>& one) { return one.has_value(); });
}

}  // namespace fleetd::plugin
