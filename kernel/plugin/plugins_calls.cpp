// Asking plugins over the bus, and judging what they answer.
#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fleet/cxx/view_codec.hpp>

#include "kernel/bus/errors.hpp"
#include "kernel/bus/prescan.hpp"
#include "kernel/plugin/documents.hpp"
#include "kernel/plugin/failure.hpp"
#include "kernel/plugin/plugins_state.hpp"

namespace fleetd::plugin {

namespace {

constexpr std::size_t kBatchHosts = 64;
constexpr std::size_t kBatchBytes = 1 << 20;

template <class T>
std::vector<std::string> packEach(const std::vector<T>& items) {
  std::vector<std::string> out;
  out.reserve(items.size());
  for (const auto& item : items) {
    sdk::Packer packer;
    sdk::pack(packer, item);
    out.push_back(packer.take());
  }
  return out;
}

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
template <class T, class Host, class Read>
std::vector<std::optional<T>> collect(const std::string& id, const std::vector<Host>& hosts,
                                      std::vector<Answer> answers, Diagnostics& diagnostics, Read&& read) {
  std::vector<std::optional<T>> out(hosts.size());
  std::optional<Error> ended;  // of the plugin as a whole, which is said once
  std::size_t without = 0;
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    addFindings(diagnostics, id, hosts[i].name, answers[i].findings);
    if (!answers[i].document) {
      const Error error = answerError(id, answers[i].document.error());
      if (endsPlugin(error.code)) {
        ended = error;
        ++without;
      } else {
        addFor(diagnostics, hosts[i].name, error);
      }
      continue;
    }
    Result<T> value = read(hosts[i], *answers[i].document);
    if (value)
      out[i] = *std::move(value);
    else
      addFor(diagnostics, hosts[i].name, value.error());
  }
  if (ended) {
    auto said = Diagnostic::from(*ended);
    said.notes.push_back(fmt::format("{} host{} without it", without, without == 1 ? " is" : "s are"));
    diagnostics.add(std::move(said));
  }
  return out;
}

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
  return std::move(converse(id, topic, {documents}, timeoutMs == 0 ? options.callMs : timeoutMs).front());
}

std::vector<Answer> Plugins::State::askAll(const std::string& id, const char* topic,
                                           const std::vector<std::string>& documents) {
  const auto failed = [](const Error& error) {
    return Answer{sdk::Error{FLEET_E_IO, std::string(base::info(error.code).id), {}, error.message, error.hint, 0}, {}};
  };
  std::vector<std::vector<std::string>> batches;
  for (std::size_t first = 0; first < documents.size();) {
    auto& some = batches.emplace_back();
    std::size_t bytes = 0;
    while (first < documents.size() && some.size() < kBatchHosts && (some.empty() || bytes < kBatchBytes)) {
      bytes += documents[first].size();
      some.push_back(documents[first++]);
    }
  }
  std::vector<Answer> out;
  out.reserve(documents.size());
  auto replies = converse(id, topic, batches, options.callMs);
  for (std::size_t i = 0; i < replies.size(); ++i) {
    if (replies[i])
      std::move(replies[i]->begin(), replies[i]->end(), std::back_inserter(out));
    else
      out.insert(out.end(), batches[i].size(), failed(replies[i].error()));
  }
  return out;
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

Result<Exports> Plugins::exports(const std::string& id, const FleetView& fleet) {
  FLEETD_TRY_ASSIGN(const auto told, state_->ask(id, topic::kFleet, packEach(std::vector{fleet})));
  if (isUnsupported(told.front())) return Exports{};
  if (!told.front().document) return answerError(id, told.front().document.error());
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

Result<std::map<std::string, PluginValue>> Plugins::facts(const std::string& id, const FleetView& fleet) {
  FLEETD_TRY_ASSIGN(const auto answers, state_->ask(id, topic::kFacts, packEach(std::vector{fleet})));
  const Answer& answer = answers.front();
  if (isUnsupported(answer)) return std::map<std::string, PluginValue>();
  if (!answer.document) return answerError(id, answer.document.error());
  auto& plugin = **state_->up(id);
  return noted(plugin.touched, decodeFacts(*plugin.manifest, fleet, *answer.document));
}

std::vector<std::optional<Fragment>> Plugins::contribute(const std::string& id, const FleetView& fleet,
                                                         const std::vector<HostView>& hosts, Diagnostics& diagnostics) {
  if (hosts.empty()) return {};
  const auto told = state_->ask(id, topic::kFleet, packEach(std::vector{fleet}));
  const bool refused = !told || (!told->front().document && !isUnsupported(told->front()));
  if (refused) {
    diagnostics.add(told ? answerError(id, told->front().document.error()) : told.error());
    return std::vector<std::optional<Fragment>>(hosts.size());
  }
  LoadedPlugin& plugin = **state_->up(id);
  for (const auto& host : hosts) plugin.touched.hosts.add(host.hostClass);
  auto answers = state_->askAll(id, topic::kContribute, packEach(hosts));
  state_->tellNotices(diagnostics);
  for (auto& answer : answers) {
    if (!isUnsupported(answer)) continue;
    sdk::Packer nothing;
    sdk::pack(nothing, sdk::Fragment{});
    answer.document = nothing.take();  // it may work by rules alone
  }
  state_->reportRefusals(diagnostics);
  return collect<Fragment>(
      id, hosts, std::move(answers), diagnostics, [&](const HostView& host, std::string_view bytes) {
        auto out =
            noted(plugin.touched, decodeFragment(*plugin.manifest, host.name, bytes, state_->options.checkExpression));
        if (out) plugin.touched.take(*out);
        return out;
      });
}

std::vector<std::optional<std::vector<RenderedFile>>> Plugins::render(const std::string& id,
                                                                      const std::vector<ComposedView>& hosts,
                                                                      Diagnostics& diagnostics) {
  auto answers = state_->askAll(id, topic::kRender, packEach(hosts));
  state_->tellNotices(diagnostics);
  const auto plugin = state_->up(id);
  state_->reportRefusals(diagnostics);
  return collect<std::vector<RenderedFile>>(
      id, hosts, std::move(answers), diagnostics, [&](const ComposedView&, std::string_view bytes) {
        auto out = noted((*plugin)->touched, decodeFiles(*(*plugin)->manifest, bytes));
        if (out)
          for (const auto& file : *out) (*plugin)->touched.files.add(file.path);
        return out;
      });
}

bool Plugins::check(const std::string& id, const std::vector<ComposedView>& hosts, Diagnostics& diagnostics) {
  auto answers = state_->askAll(id, topic::kCheck, packEach(hosts));
  state_->tellNotices(diagnostics);
  for (auto& answer : answers)
    if (isUnsupported(answer)) answer.document = std::string();
  state_->reportRefusals(diagnostics);
  const auto done = collect<bool>(id, hosts, std::move(answers), diagnostics,
                                  [](const ComposedView&, std::string_view) { return Result<bool>(true); });
  return std::all_of(done.begin(), done.end(), [](const std::optional<bool>& one) { return one.has_value(); });
}

}  // namespace fleetd::plugin
