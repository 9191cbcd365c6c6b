// One host from question to confirmation, and many of them.
#include "kernel/deploy/deployment.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include "kernel/base/clock.hpp"
#include "kernel/base/hash.hpp"
#include "kernel/base/text.hpp"
#include "kernel/base/thread_pool.hpp"
#include "kernel/deploy/dialogue.hpp"
#include "kernel/deploy/nix.hpp"
#include "kernel/deploy/waves.hpp"

namespace fleetd::deploy {

namespace {

using base::Code;

// One that is there stays. The directory stands in front.
constexpr char kPutKey[] =
    "umask 077; mkdir -p $d && cd $d && cat >key.txt.new && [ -s key.txt.new ] && "
    "{ [ -s key.txt ] && rm -f key.txt.new || mv -f key.txt.new key.txt; }";
constexpr std::string_view kEndings[] = {"deployed", "unchanged", "incomplete", "rolled back",
                                         "failed",   "unknown",   "not reached"};

// Names an activation on its host; never used twice.
std::string activationId(const Target& target) {
  static std::atomic<std::uint64_t> count{0};
  base::Blake2b hash;
  hash.field(target.name).field(target.path).update(static_cast<std::uint64_t>(base::monotonicNanos()));
  hash.update(static_cast<std::uint64_t>(::getpid())).update(count.fetch_add(1));
  return hash.finish().hex().substr(0, 16);
}

class OneHost {
 public:
  OneHost(Ssh& ssh, const Target& target, DeploySettings settings, const OnStep& onStep)
      : ssh_(ssh), target_(target), settings_(std::move(settings)), onStep_(onStep) {
    auto& health = settings_.activation.health;
    health.insert(health.end(), target.health.begin(), target.health.end());
  }

  Ended run() {
    const base::Stopwatch watch;
    Ended out;
    out.ending = Ending::Failed;  // as long as nothing was changed
    out.error = work(out);
    out.milliseconds = watch.elapsed().count() / 1'000'000;
    return out;
  }

 private:
  // What went wrong; `out` says what the host runs in either case.
  std::optional<Error> work(Ended& out) {
    onStep_(target_, "asking");
    const auto before = probe(ssh_, target_.address, target_.klass, Asking::Brief);
    if (!before) return before.error();
    out.previous = before->system;
    if (auto wrong = wrongHost(*before)) return wrong;
    if (auto stopped = macNotReady(out)) return stopped;
    if (auto failed = bringKey(*before)) return failed;
    bool changed = false;
    if (target_.bringValues && settings_.activation.goal != Goal::DryActivate) {
      onStep_(target_, "bringing its secrets");
      const auto brought = target_.bringValues();
      if (!brought) return brought.error();
      changed = *brought;
    }
    if (auto failed = bringKeys(false)) return failed;
    // Values are taken out of what was brought when the system is activated.
    if (!changed && isThere(*before)) {
      out.ending = Ending::Unchanged;
      return withoutKeys(out);
    }
    if (auto stopped = interrupted(out)) return stopped;
    if (target_.generation == 0) {
      onStep_(target_, "copying");
      // A path that login shells do not have is named.
      const bool usual = before->nixStore.starts_with("/usr/bin/") || before->nixStore.empty();
      if (auto copied =
              copySystem(ssh_, target_.address, target_.path, usual ? "" : before->nixStore, settings_.stopFd);
          !copied) {
        const auto stopped = interrupted(out);
        return stopped ? *stopped : copied.error();
      }
    }
    if (auto stopped = interrupted(out)) return stopped;
    onStep_(target_, std::string(goalName(settings_.activation.goal)));
    const Order order{target_.klass,      target_.name,          target_.path,
                      target_.generation, activationId(target_), before->boot};
    auto active = activate(ssh_, target_.address, order, settings_.activation,
                           [&](std::string_view step) { onStep_(target_, step); });
    out.ending = active.ending;
    if (active.error) return std::move(active.error);
    if (settings_.activation.goal == Goal::Reboot && !settings_.activation.wayBack)
      if (auto failed = reboot(out)) return failed;
    if (settings_.verify)
      if (auto other = notWhatWasDeployed()) {
        out.ending = Ending::Unknown;
        return other;
      }
    return withoutKeys(out);
  }

  // The host has its system, and perhaps not all of its keys.
  std::optional<Error> withoutKeys(Ended& out) {
    auto failed = bringKeys(true);
    if (failed) out.ending = Ending::Incomplete;
    return failed;
  }

  // Often in memory, so they are sent to hosts that are unchanged, too.
  std::optional<Error> bringKeys(bool afterActivation) {
    if (target_.keys.empty() || settings_.activation.goal == Goal::DryActivate) return std::nullopt;
    onStep_(target_, "sending its keys");
    const auto sent =
        bringColmenaKeys(ssh_, target_.address, target_.name, target_.keys, afterActivation, settings_.activation);
    if (sent) return std::nullopt;
    Error error = sent.error();
    if (afterActivation)
      error.hint = fmt::format("{} has its system; `fleetd deploy --goal upload-keys {}` sends the keys again",
                               target_.name, target_.name);
    return error;
  }

  // Up to here nothing was changed.
  std::optional<Error> interrupted(Ended& out) const {
    if (!isAskedToStop(settings_.stopFd)) return std::nullopt;
    out.ending = Ending::NotReached;
    return Error{Code::FL0828, fmt::format("{} was left alone after an interrupt", target_.name), "", {}};
  }

  // What nix-darwin would stop at in the middle is looked for before anything is changed.
  std::optional<Error> macNotReady(Ended& out) {
    if (!target_.mac) return std::nullopt;
    const auto state = macState(ssh_, target_.address);
    if (!state) return state.error();
    out.lost = lostSettings(*state, *target_.mac);
    const auto why = obstacles(*state, *target_.mac);
    if (why.empty()) return std::nullopt;
    const bool recorded = std::any_of(why.begin(), why.end(),
                                      [](const std::string& one) { return one.find("nixbld") != std::string::npos; });
    return Error{Code::FL0848,
                 fmt::format("{} is not ready: {}", target_.name, base::join(why, "; ")),
                 recorded ? fmt::format("`fleetd machines hardware {}` records the ids that it has", target_.name) : "",
                 {}};
  }

  // Secrets cannot be read without it, so it is there before what reads them.
  std::optional<Error> bringKey(const Probe& before) {
    if (!target_.key || before.hasKey || settings_.activation.goal == Goal::DryActivate) return std::nullopt;
    if (target_.key->missing) return target_.key->missing;
    onStep_(target_, "bringing its key");
    Ssh::Call call =
        asRoot(fmt::format("d={}; {}", target_.key->directory, kPutKey), target_.address, settings_.activation);
    call.inputFd = target_.key->pipe.get();
    const auto put = ssh_.run(target_.address, call);
    if (!put) return put.error();
    if (put->status.success()) return std::nullopt;
    return Error{Code::FL0832,
                 fmt::format("{} did not take its key: {}", target_.name, base::sanitize(base::trim(put->errors))),
                 "",
                 {}};
  }

  // The new system is the one to boot. What comes up is looked at over a new connection.
  std::optional<Error> reboot(Ended& out) {
    onStep_(target_, "rebooting");
    out.ending = Ending::Incomplete;
    Dialogue dialogue(ssh_, target_.address, target_.klass, "-", settings_.activation);
    const std::string before = dialogue.bootId();
    if (before.empty()) return notRebooted("does not tell which start of it this is");
    // Detached, so that this connection ends before the host does.
    Ssh::Call call = asRoot("(sleep 1; systemctl reboot || reboot) </dev/null >/dev/null 2>&1 &", target_.address,
                            settings_.activation);
    const auto told = ssh_.run(target_.address, call);
    // A connection that ended may have brought the order all the same.
    if (told && !told->status.success())
      return notRebooted("refused to reboot: " + base::sanitize(base::trim(told->errors)));
    const auto deadline = base::Deadline::after(std::chrono::seconds(settings_.activation.activateSeconds));
    std::string now;
    while (!deadline.expired()) {
      std::this_thread::sleep_for(std::chrono::seconds(1));
      now = dialogue.bootId();
      if (!now.empty() && now != before) break;
    }
    if (now == before) return notRebooted("did not reboot");
    if (now.empty()) {
      out.ending = Ending::Unknown;
      return Error{Code::FL0821,
                   fmt::format("{} did not come back after its reboot", target_.name),
                   "choose the earlier generation in its boot menu",
                   {}};
    }
    // The shared connection was to the host before.
    if (const auto why = unhealthy(ssh_, target_.address, target_.klass, target_.name, settings_.activation))
      return Error{Code::FL0819,
                   fmt::format("{} runs the new system, and its health check fails: {}", target_.name, *why),
                   fmt::format("fleetd rollback {}", target_.name),
                   {}};
    out.ending = Ending::Deployed;
    return std::nullopt;
  }

  Error notRebooted(std::string_view why) const {
    return {Code::FL0819,
            fmt::format("{} {}", target_.name, why),
            "the new system is the next to boot; reboot it by hand",
            {}};
  }

  // A laptop's address may lead to another machine.
  std::optional<Error> wrongHost(const Probe& probe) const {
    const bool darwin = probe.kernel == "Darwin";
    if (target_.klass == "home" || darwin == (target_.klass == "darwin")) return std::nullopt;
    return Error{Code::FL0829,
                 fmt::format("{} runs {}, and {} is a {} host", target_.address.text(), probe.kernel, target_.name,
                             target_.klass),
                 "its address leads to another machine",
                 {}};
  }

  bool isThere(const Probe& probe) const {
    const bool runs = probe.system == target_.path, boots = probe.profile == target_.path;
    switch (settings_.activation.goal) {
      case Goal::Switch: return runs && (boots || target_.klass == "home");
      case Goal::Boot: return boots || probe.trial == target_.path;
      case Goal::Reboot: return runs && boots;
      case Goal::Test: return runs;
      case Goal::DryActivate: return false;
    }
    return false;
  }

  std::optional<Error> notWhatWasDeployed() {
    if (settings_.activation.goal == Goal::DryActivate) return std::nullopt;
    const auto after = probe(ssh_, target_.address, target_.klass, Asking::Brief);
    if (!after)
      return Error{Code::FL0821,
                   fmt::format("{}, after it was activated and confirmed: {}", target_.name, after.error().message),
                   "`fleetd status` shows what it runs once it answers",
                   {}};
    if (isThere(*after)) return std::nullopt;
    // A home's profile may hold a wrapper of the package, which only its own tools make.
    if (target_.klass == "home") return std::nullopt;
    return Error{
        Code::FL0821,
        fmt::format("{} runs {} and boots {}, not {}", target_.name, after->system, after->profile, target_.path),
        "",
        {}};
  }

  Ssh& ssh_;
  const Target& target_;
  DeploySettings settings_;
  const OnStep& onStep_;
};

bool isFailure(Ending ending) { return ending != Ending::Deployed && ending != Ending::Unchanged; }

}  // namespace

bool isAskedToStop(int stopFd) {
  pollfd one{stopFd, POLLIN, 0};
  return stopFd >= 0 && ::poll(&one, 1, 0) > 0;
}

std::string_view endingName(Ending ending) { return kEndings[static_cast<std::size_t>(ending)]; }

std::vector<Ended> deployAll(Ssh& ssh, const std::vector<Target>& targets, const DeploySettings& settings,
                             const OnStep& onStep, const OnEnd& onEnd) {
  std::vector<Ended> out(targets.size());
  std::mutex mutex;
  std::atomic<unsigned> failures{0};
  const OnStep step = [&](const Target& target, std::string_view what) {
    const std::lock_guard lock(mutex);
    onStep(target, what);
  };
  const auto stopped = [&] {
    return isAskedToStop(settings.stopFd) || (settings.maxFailures != 0 && failures.load() >= settings.maxFailures);
  };
  // Each worker mostly waits for ssh, so there may be more of them than processors.
  const auto most = static_cast<unsigned>(std::max<std::size_t>(1, targets.size()));
  base::ThreadPool pool(std::clamp(settings.parallel, 1u, most), std::size_t{1} << 20);
  bool canaries = std::any_of(targets.begin(), targets.end(), [](const Target& one) { return one.canary; });
  for (const auto& wave : wavesOf(targets)) {
    if (stopped()) break;
    canaries = canaries && isCanaryWave(targets, wave);
    pool.parallelFor(wave.size(), [&](std::size_t i) {
      const std::size_t index = wave[i];
      if (stopped()) return;
      // A home is for the system that its machine was to get.
      if (const auto machine = machineOf(targets, index); machine && isFailure(out[*machine].ending)) return;
      Ended ended = OneHost(ssh, targets[index], settings, step).run();
      if (isFailure(ended.ending)) failures.fetch_add(1);
      const std::lock_guard lock(mutex);
      onStep(targets[index], endingName(ended.ending));
      onEnd(index, ended);
      out[index] = std::move(ended);
    });
    // What a canary does not survive, nobody else gets.
    if (canaries && failures.load() > 0) break;
  }
  return out;
}

}  // namespace fleetd::deploy
