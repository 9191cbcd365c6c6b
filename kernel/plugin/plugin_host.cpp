// Serving one plugin on the bus.
#include "kernel/plugin/plugin_host.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "kernel/base/clock.hpp"
#include "kernel/bus/errors.hpp"
#include "kernel/bus/rpc_client.hpp"
#include "kernel/plugin/host_bus.hpp"
#include "kernel/plugin/instance.hpp"
#include "kernel/plugin/messages.hpp"

namespace fleetd::plugin {

namespace {

// An error of ours on its way to the kernel keeps its code: the other end reads it back.
sdk::Error outward(const Error& error) {
  return {FLEET_E_INVALID_ARGUMENT, std::string(base::info(error.code).id), {}, error.message, error.hint, 0};
}

sdk::Result<std::string> noDocument(sdk::Result<void> done) {
  if (!done) return std::move(done).error();
  return std::string();
}

class PluginHost {
 public:
  PluginHost(bus::RpcClient client, const PluginHostConfig& config)
      : client_(std::move(client)),
        config_(config),
        api_(config.id, config.log, [this] { return current_ && client_.cancelled(*current_); }) {}

  void run() {
    if (auto error = start()) {
      client_.helloFailed(*error, config_.token);
      // Ended right away, a process would take the message with it.
      for (int turns = 0; turns < kLastTurns && !client_.wait(-1, 100).ended;) ++turns;
      return;
    }
    client_.hello(encodeManifest(*manifest_), config_.token);
    while (true) {
      const auto turn = client_.wait(api_.wakeFd(), bus_.millisUntilNext());
      if (turn.ended) return bus_.setActive(false);
      if (turn.message) take(*turn.message);
      while (!later_.empty()) {
        const bus::Message message = std::move(later_.front());
        later_.pop_front();
        take(message);
      }
      bus_.expire();
      bus_.flush();
      serveWishes();
    }
  }

 private:
  static constexpr int kLastTurns = 50;

  std::optional<sdk::Error> start() {
    if (config_.beforeLoading)
      if (auto ready = config_.beforeLoading(); !ready) return outward(ready.error());
    auto library = Library::open(config_.library);
    if (!library) return outward(library.error());
    library_.emplace(*std::move(library));
    auto manifest = library_->manifest(config_.id);
    if (!manifest) return outward(manifest.error());
    manifest_ = *std::move(manifest);
    auto plugin = library_->create(config_.id, api_.c());
    if (!plugin) return outward(plugin.error());
    bus_.allow(manifest_->topicsOut);
    api_.setBus(&bus_);
    instance_.emplace(*plugin);
    auto started = instance_->init();
    if (started) started = instance_->activate(config_.settings);
    if (!started) return std::move(started).error();
    bus_.setActive(true);
    return std::nullopt;
  }

  void take(const bus::Message& message) {
    const auto& header = message.header;
    if (header.kind == bus::Kind::reply) {
      bus_.settle(header.correlation, nullptr);
    } else if (header.kind == bus::Kind::error) {
      const auto refusal = bus::parseError(message.body);
      bus_.settle(header.correlation, &refusal);
    } else if (header.kind == bus::Kind::request) {
      const bool event = header.topic == topic::kEvent;
      if (event || header.topic == topic::kMessage || header.topic == topic::kAnswer)
        passOn(message, event);
      else
        answer(message);
    }
  }

  // A message of another plugin, or the answer of one.
  void passOn(const bus::Message& message, bool event) {
    const auto documents = parseDocuments(message.body);
    if (!documents || documents->size() != 3)
      return client_.fail(message.header, {FLEET_E_INVALID_ARGUMENT, {}, {}, "three documents are expected", {}, 0});
    const auto& parts = *documents;
    Answer answer{std::string(), {}};
    current_ = message.header;
    api_.begin(deadlineOf(message.header));
    if (message.header.topic == topic::kAnswer)
      bus_.deliver(parts[0], parts[1] == "ok", parts[2]);
    else
      answer.document =
          instance_->message(event, std::string(parts[0]), std::string(parts[1]), deadlineOf(message.header), parts[2]);
    answer.findings = api_.end();
    current_.reset();
    std::string body = packAnswers({std::move(answer)});
    if (body.size() > FLEET_MAX_MESSAGE) return client_.fail(message.header, tooLarge(body.size()));
    client_.reply(message.header, std::move(body));
  }

  static std::int64_t deadlineOf(const bus::Envelope& header) {
    return header.timeoutMs == 0 ? 0 : base::monotonicNanos() + std::int64_t{header.timeoutMs} * 1'000'000;
  }

  static sdk::Error tooLarge(std::size_t size) {
    return {FLEET_E_LIMIT,
            {},
            {},
            fmt::format("an answer of {} bytes exceeds the limit of {}", size, static_cast<int>(FLEET_MAX_MESSAGE)),
            {},
            0};
  }

  void answer(const bus::Message& request) {
    const auto call = callOf(request.header.topic);
    if (!call) {
      return client_.fail(request.header,
                          {FLEET_E_UNSUPPORTED, {}, {}, "a plugin host knows no topic " + request.header.topic, {}, 0});
    }
    auto documents = parseDocuments(request.body);
    if (!documents) return client_.fail(request.header, documents.error());
    if (documents->empty()) documents->emplace_back();
    current_ = request.header;
    const std::int64_t deadline = deadlineOf(request.header);
    std::vector<Answer> answers;
    for (const auto document : *documents) {
      api_.begin(deadline);
      auto result = call(*instance_, document);
      answers.push_back({std::move(result), api_.end()});
      if (client_.cancelled(request.header)) break;  // nobody waits for the rest
    }
    current_.reset();
    if (answers.size() != documents->size()) return;
    std::string body = packAnswers(answers);
    if (body.size() > FLEET_MAX_MESSAGE) return client_.fail(request.header, tooLarge(body.size()));
    client_.reply(request.header, std::move(body));
  }

  // Callbacks and restarts the plugin asked for.
  void serveWishes() {
    if (api_.takeCallback()) instance_->callback();
    std::string reason;
    if (!api_.takeRestart(reason)) return;
    if (config_.log) config_.log(config_.id, FLEET_LOG_INFO, "restarts: " + reason);
    bus_.setActive(false);
    instance_->deactivate();
    const auto done = instance_->activate(config_.settings);
    bus_.setActive(done.ok());
    if (!done && config_.log)
      config_.log(config_.id, FLEET_LOG_ERROR, "cannot be activated again: " + done.error().message);
  }

  using Call = sdk::Result<std::string> (*)(Instance&, std::string_view);

  static Call callOf(std::string_view name) {
    if (name == topic::kSchema) return [](Instance& i, std::string_view) { return i.schema(); };
    if (name == topic::kRules) return [](Instance& i, std::string_view) { return i.rules(); };
    if (name == topic::kFleet) return [](Instance& i, std::string_view in) { return noDocument(i.fleet(in)); };
    if (name == topic::kExports) return [](Instance& i, std::string_view) { return i.exports(); };
    if (name == topic::kContribute) return [](Instance& i, std::string_view in) { return i.contribute(in); };
    if (name == topic::kCheck) return [](Instance& i, std::string_view in) { return noDocument(i.check(in)); };
    if (name == topic::kRequest) return [](Instance& i, std::string_view in) { return i.request(in); };
    if (name == topic::kResolve) return [](Instance& i, std::string_view in) { return i.resolve(in); };
    if (name == topic::kFacts) return [](Instance& i, std::string_view in) { return i.facts(in); };
    if (name == topic::kRender) return [](Instance& i, std::string_view in) { return i.render(in); };
    return nullptr;
  }

  bus::RpcClient client_;
  const PluginHostConfig& config_;
  std::optional<bus::Envelope> current_;  // the request a call belongs to
  HostApi api_;
  HostBus bus_{api_,
               [this](const char* topic, std::string body, std::uint32_t timeoutMs) {
                 return client_.request(topic, std::move(body), timeoutMs);
               },
               [this] {
                 while (auto message = client_.nextAnswer()) {
                   if (message->header.kind == bus::Kind::reply)
                     take(*message);
                   else
                     later_.push_back(*std::move(message));  // it may call the plugin back, which is in a call
                 }
               }};
  std::deque<bus::Message> later_;
  std::optional<Library> library_;
  std::optional<Manifest> manifest_;
  std::optional<Instance> instance_;  // last: it is destroyed first
};

}  // namespace

void servePlugin(const bus::Context& context, const PluginHostConfig& config) {
  auto client = bus::RpcClient::connect(context, config.endpoint, config.routingId);
  if (!client) {
    if (config.log) config.log(config.id, FLEET_LOG_ERROR, client.error().message);
    return;  // the kernel's wait for a hello ends at its deadline
  }
  constexpr int kConnectMs = 10'000;
  if (!client->connected(kConnectMs)) {
    if (config.log) config.log(config.id, FLEET_LOG_ERROR, "the bus does not answer");
    return;
  }
  PluginHost(*std::move(client), config).run();
}

}  // namespace fleetd::plugin
