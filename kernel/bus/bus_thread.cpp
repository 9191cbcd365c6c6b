// The bus thread, see bus_thread.hpp.
#include "kernel/bus/bus_thread.hpp"

#include <atomic>
#include <optional>
#include <thread>
#include <utility>

#include "kernel/bus/limits.hpp"
#include "kernel/bus/loop.hpp"

namespace fleetd::bus {

struct BusThread::State {
  explicit State(Context made) : context(std::move(made)) {}

  Context context;
  Loop loop;
  std::unique_ptr<RpcServer> server;  // the bus thread's, like the next
  std::unique_ptr<EventPublisher> events;
  std::atomic<std::size_t> posted{0};     // events on their way to the bus thread
  std::atomic<std::uint64_t> skipped{0};  // that found no room there
  std::atomic<std::uint64_t> epoch{1};
  std::thread thread;

  // Runs `action(server)` on the bus thread; its promise, moved in by the caller, is completed by the server.
  template <class F>
  Answer ask(F action) {
    // std::function wants copies, so the promise is shared between them.
    auto promise = std::make_shared<std::promise<Result<Message>>>();
    auto answer = promise->get_future();
    loop.post([this, promise, action = std::move(action)]() mutable {
      action(*server, [promise](Result<Message> result) { promise->set_value(std::move(result)); });
    });
    return answer;
  }
};

Result<std::unique_ptr<BusThread>> BusThread::start(const std::vector<std::string>& endpoints, bool reachable) {
  FLEETD_TRY_ASSIGN(auto context, Context::create(endpoints.empty() && !reachable ? 0 : 1));
  auto state = std::make_unique<State>(std::move(context));
  std::vector<std::string> all{kInproc};
  all.insert(all.end(), endpoints.begin(), endpoints.end());
  std::promise<std::optional<Error>> started;
  auto failed = started.get_future();
  state->thread = std::thread([s = state.get(), &started, all] {
    auto server = RpcServer::create(s->context, s->loop, all);
    if (!server) return started.set_value(std::move(server).error());
    s->server = *std::move(server);
    auto events = EventPublisher::create(s->context);
    if (!events) {
      s->server.reset();
      return started.set_value(std::move(events).error());
    }
    s->events = *std::move(events);
    started.set_value(std::nullopt);
    s->loop.run();
    s->events.reset();
    s->server.reset();
  });
  if (auto error = failed.get()) {
    state->thread.join();
    return *std::move(error);
  }
  return std::unique_ptr<BusThread>(new BusThread(std::move(state)));
}

BusThread::BusThread(std::unique_ptr<State> state) : state_(std::move(state)) {}

BusThread::~BusThread() {
  // Through the queue, so that what was posted before still runs.
  state_->loop.post([s = state_.get()] { s->loop.stop(); });
  state_->thread.join();
}

BusThread::Answer BusThread::expect(std::string peer, std::string name, std::uint32_t timeoutMs, std::string token) {
  // A hello does not queue behind what is posted here: it would be a stranger's if it came first.
  std::promise<void> registered;
  auto known = registered.get_future();
  auto answer = state_->ask([&](RpcServer& server, RpcServer::Done done) {
    server.expect(peer, std::move(name), timeoutMs, std::move(done), std::move(token));
    registered.set_value();
  });
  known.wait();
  return answer;
}

BusThread::Answer BusThread::request(std::string peer, std::string topic, std::string body, std::uint32_t timeoutMs) {
  const auto epoch = state_->epoch.load();
  return state_->ask([peer = std::move(peer), topic = std::move(topic), body = std::move(body), epoch, timeoutMs](
                         RpcServer& server, RpcServer::Done done) mutable {
    server.request(peer, std::move(topic), std::move(body), epoch, timeoutMs, std::move(done));
  });
}

void BusThread::request(std::string peer, std::string topic, std::string body, std::uint32_t timeoutMs,
                        RpcServer::Done done) {
  const auto epoch = state_->epoch.load();
  state_->loop.post([s = state_.get(), peer = std::move(peer), topic = std::move(topic), body = std::move(body), epoch,
                     timeoutMs,
                     done = std::move(done)] { s->server->request(peer, topic, body, epoch, timeoutMs, done); });
}

void BusThread::bye(std::string peer) {
  state_->loop.post([s = state_.get(), peer = std::move(peer)] { s->server->bye(peer); });
}

void BusThread::lost(std::string peer, Error why) {
  state_->loop.post([s = state_.get(), peer = std::move(peer), why = std::move(why)] { s->server->lost(peer, why); });
}

void BusThread::onFault(std::string peer, RpcServer::OnFault onFault) {
  state_->loop.post(
      [s = state_.get(), peer = std::move(peer), onFault = std::move(onFault)] { s->server->onFault(peer, onFault); });
}

void BusThread::publish(std::string topic, std::string sender, std::string body) {
  if (state_->posted.fetch_add(1) >= kMaxPosted) {
    --state_->posted;
    ++state_->skipped;
    return;
  }
  state_->loop.post([s = state_.get(), topic = std::move(topic), sender = std::move(sender), body = std::move(body)] {
    --s->posted;
    s->events->skip(topic, s->skipped.exchange(0));
    s->events->publish(topic, sender, body);
  });
}

void BusThread::flushEvents() {
  std::promise<void> done;
  auto flushed = done.get_future();
  state_->loop.post([&] { done.set_value(); });
  flushed.wait();
}

Result<std::unique_ptr<EventReader>> BusThread::read(std::vector<std::string> topics, EventReader::Take take) {
  return EventReader::start(state_->context, std::move(topics), std::move(take));
}

Result<void> BusThread::listen(std::string endpoint) {
  std::promise<Result<void>> done;
  auto listening = done.get_future();
  state_->loop.post([&] { done.set_value(state_->server->listen(endpoint)); });
  return listening.get();
}

void BusThread::handle(std::string topic, RpcServer::Handler handler) {
  state_->loop.post([s = state_.get(), topic = std::move(topic), handler = std::move(handler)] {
    s->server->handle(topic, handler);
  });
}

void BusThread::nextEpoch() { ++state_->epoch; }

const Context& BusThread::context() const { return state_->context; }

}  // namespace fleetd::bus
