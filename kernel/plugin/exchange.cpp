// Passing on what plugins publish and ask.
#include "kernel/plugin/exchange.hpp"

#include <map>
#include <mutex>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "kernel/base/text.hpp"
#include "kernel/bus/errors.hpp"
#include "kernel/bus/prescan.hpp"
#include "kernel/plugin/failure.hpp"
#include "kernel/plugin/host_bus.hpp"
#include "kernel/plugin/messages.hpp"
#include "kernel/plugin/plugins_state.hpp"
#include "kernel/plugin/topics.hpp"

namespace fleetd::plugin {

namespace {

constexpr std::uint32_t kDeliverMs = 60'000;
constexpr std::size_t kMaxRefusals = 64;

bus::Message refusal(fleet_status_t status, std::string message) {
  bus::Message out;
  out.header.kind = bus::Kind::error;
  out.body = bus::packError({status, {}, {}, std::move(message), {}, 0});
  return out;
}

bus::Message done() {
  bus::Message out;
  out.header.kind = bus::Kind::reply;
  return out;
}

// The documents of a message a plugin host sent; nothing when it has another form.
std::vector<std::string> parts(const std::string& body, std::size_t count) {
  if (!bus::prescan(body)) return {};
  const auto documents = parseDocuments(body);
  if (!documents || documents->size() != count) return {};
  return {documents->begin(), documents->end()};
}

}  // namespace

struct Exchange::State {
  struct Member {
    std::string peer;
    std::vector<std::string> topicsIn, topicsOut;
    std::size_t behind = 0;
    bool told = false;  // that it is behind
    Tally published, received;
  };

  State(bus::BusThread& b, LogSink l) : bus(b), log(std::move(l)) {}

  bus::BusThread& bus;
  LogSink log;
  std::mutex mutex;                       // guards all below
  std::map<std::string, Member> members;  // by id
  std::set<std::pair<std::string, std::string>> refused;
  std::vector<Error> refusals;

  // Once for each plugin and topic, and not without end. The caller holds the mutex.
  void refuse(const std::string& id, const std::string& topic, Error error) {
    if (refused.size() < kMaxRefusals && refused.emplace(id, topic).second) refusals.push_back(std::move(error));
  }

  bool mayUse(const std::string& id, const std::string& topic, std::string_view what) {
    const std::lock_guard lock(mutex);
    const auto member = members.find(id);
    if (member == members.end()) return false;  // too early: nobody looked at its hello yet
    if (coversTopic(member->second.topicsOut, topic)) return true;
    refuse(
        id, topic,
        fail(Code::FL0335, fmt::format("{} {} on the topic `{}`, which its manifest does not list under `topics_out`",
                                       called(id), what, base::sanitize(topic.substr(0, FLEET_MAX_TOPIC)))));
    return false;
  }

  bus::Message onPublish(const std::shared_ptr<State>& self, const std::string& id, const bus::Message& message) {
    const auto got = parts(message.body, 2);
    if (got.empty() || !isTopic(got[0])) return refusal(FLEET_E_INVALID_ARGUMENT, "an event is a topic and a body");
    if (!mayUse(id, got[0], "publishes")) return refusal(FLEET_E_DENIED, "the topic is not in the manifest");
    if (got[1].size() > HostBus::kMaxEvent) {
      const std::lock_guard lock(mutex);
      refuse(id, got[0],
             fail(Code::FL0311, fmt::format("{} publishes an event of {} bytes on `{}`; {} are allowed", called(id),
                                            got[1].size(), got[0], HostBus::kMaxEvent)));
      return refusal(FLEET_E_LIMIT, "the event is too large");
    }
    bus.publish(got[0], id, got[1]);
    const std::string body = packDocuments({got[0], id, got[1]});
    const std::lock_guard lock(mutex);
    members.at(id).published.add(got[0]);
    for (auto& [other, member] : members) {
      if (other == id || !coversTopic(member.topicsIn, got[0])) continue;
      if (member.behind >= kMaxBehind) {  // it may be lost, and the others get theirs
        if (!std::exchange(member.told, true) && log) log(other, FLEET_LOG_WARNING, "does not keep up with events");
        continue;
      }
      ++member.behind;
      member.received.add(got[0]);
      bus.request(member.peer, topic::kEvent, body, kDeliverMs, [self, id = other](Result<bus::Message>) {
        const std::lock_guard inner(self->mutex);
        if (const auto at = self->members.find(id); at != self->members.end() && at->second.behind > 0)
          --at->second.behind;
      });
    }
    return done();
  }

  bus::Message onAsk(const std::shared_ptr<State>& self, const std::string& id, const bus::Message& message) {
    const auto got = parts(message.body, 5);
    if (got.empty() || !isTopic(got[2])) return refusal(FLEET_E_INVALID_ARGUMENT, "a request has five parts");
    const auto timeout = base::parseInt(got[3]);
    if (!timeout || *timeout < 1 || *timeout > bus::kMaxTimeoutMs)
      return refusal(FLEET_E_INVALID_ARGUMENT, "a request has a timeout");
    if (!mayUse(id, got[2], "asks")) return refusal(FLEET_E_DENIED, "the topic is not in the manifest");
    const std::lock_guard lock(mutex);
    const auto target = members.find(got[1]);
    if (target == members.end() || got[1] == id || !coversTopic(target->second.topicsIn, got[2]))
      return refusal(FLEET_E_UNSUPPORTED, fmt::format("nobody called `{}` listens to `{}`",
                                                      base::sanitize(got[1].substr(0, FLEET_MAX_ID)), got[2]));
    target->second.received.add(got[2]);
    members.at(id).published.add(got[2]);
    bus.request(target->second.peer, topic::kMessage, packDocuments({got[2], id, got[4]}),
                static_cast<std::uint32_t>(*timeout),
                [self, asker = members.at(id).peer, whom = got[1], number = got[0]](Result<bus::Message> reply) {
                  self->answer(asker, whom, number, std::move(reply));
                });
    return done();
  }

  void answer(const std::string& asker, const std::string& whom, const std::string& number,
              Result<bus::Message> reply) {
    fleet_status_t status = FLEET_E_UNKNOWN;
    std::string body;
    if (!reply) {
      status = reply.error().code == Code::FL0314 ? FLEET_E_DEADLINE : FLEET_E_IO;
    } else if (auto answers = readAnswers(whom, reply, 1); answers) {
      const auto& document = answers->front().document;
      status = document ? FLEET_OK : document.error().status;
      if (document) body = *document;
    }
    const bool ok = status == FLEET_OK;
    bus.request(asker, topic::kAnswer,
                packDocuments({number, ok ? "ok" : "error", ok ? body : fmt::format("{}", status)}), kDeliverMs,
                [](const Result<bus::Message>&) {});
  }
};

Exchange::Exchange(bus::BusThread& bus, LogSink log) : state_(std::make_shared<State>(bus, std::move(log))) {
  bus.handle(topic::kPublish,
             [s = state_](const std::string& id, const bus::Message& message) { return s->onPublish(s, id, message); });
  bus.handle(topic::kAsk,
             [s = state_](const std::string& id, const bus::Message& message) { return s->onAsk(s, id, message); });
}

void Exchange::add(const std::string& peer, const Manifest& manifest) {
  const std::lock_guard lock(state_->mutex);
  auto& member = state_->members[manifest.id];
  member.peer = peer;
  member.topicsIn = manifest.topicsIn;
  member.topicsOut = manifest.topicsOut;
  member.behind = 0;
}

std::vector<Error> Exchange::takeRefusals() {
  const std::lock_guard lock(state_->mutex);
  return std::exchange(state_->refusals, {});
}

void Exchange::count(const std::string& id, Tally& published, Tally& received) const {
  const std::lock_guard lock(state_->mutex);
  const auto at = state_->members.find(id);
  if (at == state_->members.end()) return;
  published = at->second.published;
  received = at->second.received;
}

}  // namespace fleetd::plugin
