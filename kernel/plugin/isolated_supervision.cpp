// The transitions, one function a phase.
#include "kernel/plugin/isolated_supervision.hpp"

namespace fleetd::plugin {

namespace {

Step stay(const Supervision& before) { return {before}; }

Step to(const Supervision& before, Phase phase) {
  Step out{before};
  out.now.phase = phase;
  return out;
}

Step spawned(const Supervision& before) {
  Step out = to(before, Phase::starting);
  out.spawn = true;
  return out;
}

Step failed(const Supervision& before, bool kill) {
  Step out = to(before, Phase::failed);
  out.now.calls = 0;
  out.kill = kill;
  out.report = true;
  return out;
}

Step stopped(const Supervision& before) {
  Step out = to(before, Phase::stopping);
  out.now.calls = 0;
  out.bye = true;
  return out;
}

// Its process is gone and it is still needed. What it was asked is asked again only when that changes nothing.
Step gone(const Supervision& before, const RestartPolicy& policy) {
  const bool may = before.restarts < policy.restarts && (before.calls == 0 || policy.pure);
  if (!may) return failed(before, false);
  Step out = to(before, Phase::waiting);
  out.waitMs = policy.waitMs << (2 * before.restarts);
  out.again = before.calls > 0;
  out.now.calls = 0;
  ++out.now.restarts;
  return out;
}

Step whileStarting(const Supervision& before, Event event) {
  switch (event) {
    case Event::hello: return to(before, Phase::ready);
    // One that dies before it is up would do so again.
    case Event::refused:
    case Event::died: return failed(before, false);
    case Event::deadline:
    case Event::broke: return failed(before, true);
    case Event::stop: return stopped(before);
    default: return stay(before);
  }
}

Step whileUp(const Supervision& before, Event event, const RestartPolicy& policy) {
  switch (event) {
    case Event::call: {
      Step out = to(before, Phase::calling);
      ++out.now.calls;
      return out;
    }
    case Event::answered: {
      if (before.calls == 0) return stay(before);
      Step out = to(before, before.calls == 1 ? Phase::ready : Phase::calling);
      --out.now.calls;
      return out;
    }
    case Event::died: return gone(before, policy);
    // What hangs or cheats once is not given another chance.
    case Event::deadline: return before.calls == 0 ? stay(before) : failed(before, true);
    case Event::broke: return failed(before, true);
    case Event::stop: return stopped(before);
    default: return stay(before);
  }
}

Step whileStopping(const Supervision& before, Event event) {
  if (event == Event::died) return to(before, Phase::down);
  Step out = stay(before);
  out.kill = event == Event::deadline || event == Event::broke;
  return out;
}

}  // namespace

std::string_view phaseName(Phase phase) {
  switch (phase) {
    case Phase::down: return "down";
    case Phase::starting: return "starting";
    case Phase::ready: return "ready";
    case Phase::calling: return "calling";
    case Phase::waiting: return "waiting";
    case Phase::stopping: return "stopping";
    case Phase::failed: return "failed";
  }
  return "";
}

Step step(const Supervision& before, Event event, const RestartPolicy& policy) {
  switch (before.phase) {
    case Phase::down: return event == Event::start ? spawned(before) : stay(before);
    case Phase::starting: return whileStarting(before, event);
    case Phase::ready:
    case Phase::calling: return whileUp(before, event, policy);
    case Phase::waiting:
      if (event == Event::wake) return spawned(before);
      return event == Event::stop ? to(before, Phase::down) : stay(before);
    case Phase::stopping: return whileStopping(before, event);
    case Phase::failed: return stay(before);
  }
  return stay(before);
}

}  // namespace fleetd::plugin
