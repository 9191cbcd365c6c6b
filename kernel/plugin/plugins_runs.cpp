// Running plugins on threads and in processes, and asking them until they answer or are given up.
#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/bus/hello.hpp"
#include "kernel/bus/limits.hpp"
#include "kernel/plugin/documents.hpp"
#include "kernel/plugin/exchange.hpp"
#include "kernel/plugin/failure.hpp"
#include "kernel/plugin/plugins_state.hpp"
#include "kernel/plugin/told.hpp"
#include "kernel/process/spawn.hpp"
#include "kernel/process/worker.hpp"

namespace fleetd::plugin {

namespace {

constexpr std::size_t kMaxSocketPath = 100;  // 107 bytes is what a socket may have on Linux, 103 on macOS

bool isPure(const LoadedPlugin& plugin) { return plugin.manifest && (plugin.manifest->flags & FLEET_MF_PURE) != 0; }

Event eventOf(const Error& why) {
  if (why.code == Code::FL0314) return Event::deadline;
  return why.code == Code::FL0330 || why.code == Code::FL0331 ? Event::broke : Event::died;
}

Cause causeOf(const Error& why) {
  switch (eventOf(why)) {
    case Event::deadline: return Cause::deadline;
    case Event::broke: return Cause::conduct;
    default: return Cause::itself;
  }
}

Event eventOf(const Death& death) {
  if (death.cause == Cause::deadline) return Event::deadline;
  return death.cause == Cause::conduct ? Event::broke : Event::died;
}

}  // namespace

Plugins::State::~State() {
  if (!bus) return;
  for (auto& [id, plugin] : loaded) {
    if (plugin.isolated) static_cast<void>(happened(plugin, Event::stop));
    bus->bye(plugin.routingId);
  }
  for (auto& [id, plugin] : loaded) {
    if (!plugin.host || plugin.host->finished(options.stopMs)) continue;
    if (log)
      log(id, FLEET_LOG_WARNING, plugin.isolated ? "does not end and was killed" : "does not end and is left behind");
    remains = plugin.host->abandon() || remains;
  }
  for (auto& [id, plugin] : loaded) plugin.host.reset();
  told.reset();
  // A thread that is left still holds a socket: closing the bus would wait for it for ever.
  if (remains)
    static_cast<void>(bus.release());
  else
    bus.reset();
  if (!socketDirectory.empty()) static_cast<void>(base::removeTree(socketDirectory));
}

Result<void> Plugins::State::openSocket() {
  if (!socketDirectory.empty()) return {};
  FLEETD_TRY_ASSIGN(std::string directory, base::makeTempDir("fleetd-bus-"));
  if (directory.size() > kMaxSocketPath)
    return fail(Code::FL0316, fmt::format("the path `{}` is too long for a socket", directory),
                "set TMPDIR to a shorter one");
  socketDirectory = *base::realPath(directory);
  socketsRemoved = process::RemovedOnInterrupt(socketDirectory);
  return bus->listen(fmt::format("ipc://{}/rpc", socketDirectory));
}

void Plugins::State::launch(const std::string& id, LoadedPlugin& plugin, bool isolate) {
  plugin.routingId = fmt::format("plugin-{}-{}", ++started, bus::randomName());
  PluginHostConfig config;
  config.endpoint = bus::BusThread::kInproc;
  config.routingId = plugin.routingId;
  config.library = plugin.library;
  config.id = id;
  config.settings = plugin.settings;
  config.log = log;
  config.token = bus::randomName();
  const auto* file = find(id);
  // Without isolation nothing is started again, and it is told whose crash it was.
  config.suspect = movable(id) || options.isolation.who == Isolate::none;
  if (!isolate) {
    plugin.hello = bus->expect(plugin.routingId, id, options.startMs, config.token);
    plugin.host = std::make_unique<InProcessHost>(*bus, std::move(config));
    return;
  }
  auto opened = openSocket();
  if (!opened) {
    plugin.failure = std::move(opened).error();
    return;
  }
  Isolation isolation = options.isolation;
  auto command = hostCommand(isolation, id, plugin.library, socketDirectory);
  Isolation before;
  before.who = isolation.who;
  if (!command && file && !isIsolated(before, *file)) {
    // It ran inside of this program before; a process without a sandbox may do no more than that.
    isolation.sandbox = false;
    command = hostCommand(isolation, id, plugin.library, socketDirectory);
  }
  if (!command) {
    plugin.failure = std::move(command).error();
    return;
  }
  config.endpoint = fmt::format("ipc://{}/rpc", socketDirectory);
  plugin.hello = bus->expect(plugin.routingId, id, options.startMs, config.token);
  auto host = std::make_unique<IsolatedHost>(
      *bus, IsolatedConfig{std::move(config), {options.isolation.memory, options.isolation.processes}},
      *std::move(command), isolation.sandbox);
  plugin.isolated = host.get();
  plugin.endTold = false;
  plugin.host = std::move(host);
}

Step Plugins::State::happened(LoadedPlugin& plugin, Event event) const {
  const Step out = step(plugin.supervision, event, {isPure(plugin), options.isolation.restarts});
  plugin.supervision = out.now;
  return out;
}

Death Plugins::State::ended(LoadedPlugin& plugin, const Error& why) const {
  // It has ended by itself then, or is ended soon.
  if (why.code == Code::FL0336) return plugin.isolated->death();
  if (const auto cause = causeOf(why); cause != Cause::itself)
    plugin.isolated->end(cause, why);
  else if (!plugin.isolated->finished(options.stopMs))
    plugin.isolated->end(Cause::deadline);  // it left the bus and stayed
  return plugin.isolated->death();
}

Error Plugins::State::failedToStart(const std::string& id, LoadedPlugin& plugin, const Error& error) {
  if (!plugin.isolated) return error;
  const Death death = ended(plugin, error);
  static_cast<void>(happened(plugin, eventOf(death)));
  return describeDeath(id, death, {});
}

void Plugins::State::leaveBehind(const std::string& id, LoadedPlugin& plugin, const char* topic) {
  bus->bye(plugin.routingId);
  if (!plugin.host->finished(options.stopMs)) remains = plugin.host->abandon() || remains;
  plugin.host.reset();
  plugin.early.clear();
  plugin.failure = fail(
      Code::FL0329, fmt::format("plugin `{}` did not answer {} in time and was left behind with its thread", id, topic),
      "a defect of the plugin: tell its author, or take it out of the hosts' plugins");
}

void Plugins::State::noticeCrashes() {
  for (const auto& [id, signal] : options.isolation.crashed) {
    const auto found = loaded.find(id);
    if (found == loaded.end() || found->second.crashTold || !found->second.isolated) continue;
    found->second.crashTold = true;
    process::ExitStatus status;
    status.signal = signal;
    const std::string what =
        signal == 0 ? fmt::format("plugin `{}` ended fleetd", id)
                    : fmt::format("plugin `{}` crashed inside of fleetd: {}", id, process::describe(status));
    auto notice = Diagnostic::from(fail(Code::FL0327, what, "a defect of the plugin: tell its author"));
    notice.severity = Severity::Warning;
    notice.notes.insert(notice.notes.begin(), "the command was started again with the plugin in a process of its own");
    notices.insert_or_assign(id, std::move(notice));
  }
}

bool Plugins::State::recover(const std::string& id, LoadedPlugin& plugin, const Error& why, const std::string& topic) {
  plugin.crashTold = true;
  const Death death = ended(plugin, why);
  const Error error = describeDeath(id, death, topic);
  const Step next = happened(plugin, eventOf(death));
  if (next.now.phase != Phase::waiting) {
    plugin.failure = error;
    notices.erase(id);  // the failure says it
    return false;
  }
  auto notice = Diagnostic::from(error);
  notice.severity = Severity::Warning;
  notice.notes.insert(notice.notes.begin(), "it was started again and asked once more");
  notices.insert_or_assign(id, std::move(notice));
  std::this_thread::sleep_for(std::chrono::milliseconds(next.waitMs));
  static_cast<void>(happened(plugin, Event::wake));
  const std::string known = encodeManifest(*plugin.manifest);
  launch(id, plugin, true);
  if (!up(id)) {
    notices.erase(id);
    return false;
  }
  if (encodeManifest(*plugin.manifest) != known) {
    plugin.failure = fail(Code::FL0305, fmt::format("{} says something else about itself the second time", called(id)),
                          "a plugin's manifest is constant");
    return false;
  }
  // What it cannot take in now fails where it is asked for something.
  if (plugin.toldFleet)
    static_cast<void>(bus->request(plugin.routingId, topic::kFleet, *plugin.toldFleet, options.callMs).get());
  return true;
}

namespace {

// The error that ends the process of a plugin, when a reply is one: late, gone, or no reply at all.
std::optional<Error> fatal(const std::string& id, const Result<bus::Message>& reply,
                           const Result<std::vector<Answer>>& answers, std::size_t bytes) {
  if (!reply) {
    const Error& error = reply.error();
    if (error.code != Code::FL0311) return error;
    if (bytes > bus::kMaxBodyBytes) return std::nullopt;  // the question was too large
    return fail(Code::FL0330, fmt::format("{} floods the bus: {}", called(id), error.message));
  }
  if (answers || reply->header.kind == bus::Kind::error) return std::nullopt;
  return fail(Code::FL0331, fmt::format("{} sends what is no answer: {}", called(id), answers.error().message));
}

}  // namespace

void Plugins::State::converse(const std::string& id, const char* topic, std::uint32_t timeoutMs, const NextBatch& next,
                              const TakeReply& take) {
  // The threads that would answer are the parent's.
  if (process::Worker::is()) process::Worker::giveUp();
  struct Asked {
    std::size_t documents, bytes;
    std::string body;  // of a process, which may have to be asked again
    bool answered = false;
  };
  std::vector<Asked> batches;
  std::optional<Error> failure;
  for (bool more = true; true;) {
    auto found = up(id);
    if (!found) {
      failure = found.error();
      while (auto batch = more ? next() : std::nullopt) batches.push_back({batch->documents, 0, {}});
      break;
    }
    LoadedPlugin& plugin = **found;
    if (plugin.isolated && plugin.supervision.phase == Phase::ready && plugin.isolated->finished(0) &&
        !recover(id, plugin, fail(Code::FL0327, {}), {}))
      continue;  // up() says why
    std::vector<std::pair<std::size_t, bus::BusThread::Answer>> sent;
    const auto send = [&](std::size_t batch, std::string body) {
      if (plugin.isolated) static_cast<void>(happened(plugin, Event::call));
      auto early = plugin.takeEarly(topic, body);
      sent.emplace_back(batch,
                        early ? *std::move(early) : bus->request(plugin.routingId, topic, std::move(body), timeoutMs));
    };
    for (std::size_t i = 0; i < batches.size(); ++i)
      if (!batches[i].answered) send(i, batches[i].body);
    while (auto batch = more ? next() : std::nullopt) {
      plugin.touched.calls.add(topic, std::max<std::size_t>(batch->documents, 1));
      batches.push_back({batch->documents, batch->body.size(), plugin.isolated ? batch->body : std::string()});
      send(batches.size() - 1, std::move(batch->body));
    }
    more = false;
    std::optional<Error> end;
    bool hangs = false;
    for (auto& [i, answer] : sent) {
      const auto reply = answer.get();
      Reply answers = readAnswers(id, reply, batches[i].documents);
      if (plugin.isolated) {
        if (auto why = fatal(id, reply, answers, batches[i].bytes)) {
          // At once, so that the others need not wait for their deadlines.
          if (!end && causeOf(*why) != Cause::itself) plugin.isolated->end(causeOf(*why), *why);
          if (!end) end = std::move(why);
          continue;
        }
        static_cast<void>(happened(plugin, Event::answered));
      } else if (!reply && reply.error().code == Code::FL0314 && movable(id)) {
        hangs = true;
        continue;
      }
      batches[i].answered = true;
      take(i, std::move(answers));
    }
    if (hangs) {
      leaveBehind(id, plugin, topic);
      continue;  // up() says why
    }
    if (!end) return;
    static_cast<void>(recover(id, plugin, *end, topic));
  }
  for (std::size_t i = 0; i < batches.size(); ++i)
    if (!batches[i].answered) take(i, *failure);
}

void Plugins::State::noticeEnds() {
  for (auto& [id, plugin] : loaded) {
    if (!plugin.isolated || plugin.failure || plugin.endTold || plugin.supervision.phase != Phase::ready) continue;
    if (!plugin.isolated->finished(0)) continue;
    plugin.endTold = true;
    const Death death = plugin.isolated->death();
    const Error error = describeDeath(id, death, {});
    auto notice = Diagnostic::from(error);
    // One that crashed has done what it was asked, and is started again when it is asked for more.
    if (death.cause == Cause::conduct)
      plugin.failure = error;
    else
      notice.severity = Severity::Warning;
    notices.insert_or_assign(id, std::move(notice));
  }
}

void Plugins::State::tellNotices(Diagnostics& diagnostics) {
  for (auto& [id, notice] : std::exchange(notices, {})) diagnostics.add(std::move(notice));
}

}  // namespace fleetd::plugin
