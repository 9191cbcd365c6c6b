// Serving one plugin on the bus.
#include "kernel/plugin/plugin_host.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "kernel/base/clock.hpp"
#include "kernel/bus/rpc_client.hpp"
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
      const auto turn = client_.wait(api_.wakeFd(), -1);
      if (turn.ended) return;
      if (turn.message && turn.message->header.kind == bus::Kind::request) answer(*turn.message);
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
    instance_.emplace(*plugin);
    auto started = instance_->init();
    if (started) started = instance_->activate(config_.settings);
    if (!started) return std::move(started).error();
    return std::nullopt;
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
    const std::int64_t deadline =
        request.header.timeoutMs == 0 ? 0 : base::monotonicNanos() + std::int64_t{request.header.timeoutMs} * 1'000'000;
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
    if (body.size() > FLEET_MAX_MESSAGE) {
      return client_.fail(request.header, {FLEET_E_LIMIT,
                                           {},
                                           {},
                                           fmt::format("an answer of {} bytes exceeds the limit of {}", body.size(),
                                                       static_cast<int>(FLEET_MAX_MESSAGE)),
                                           {},
                                           0});
    }
    client_.reply(request.header, std::move(body));
  }

  // Callbacks and restarts the plugin asked for.
  void serveWishes() {
    if (api_.takeCallback()) instance_->callback();
    std::string reason;
    if (!api_.takeRestart(reason)) return;
    if (config_.log) config_.log(config_.id, FLEET_LOG_INFO, "restarts: " + reason);
    instance_->deactivate();
    if (const auto done = instance_->activate(config_.settings); !done && config_.log)
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
    if (name == topic::kRender) return [](Instance& i, std::string_view in) { return i.render(in); };
    return nullptr;
  }

  bus::RpcClient client_;
  const PluginHostConfig& config_;
  std::optional<bus::Envelope> current_;  // the request a call belongs to
  HostApi api_;
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
