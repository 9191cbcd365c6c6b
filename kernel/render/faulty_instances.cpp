// Asking a service again without the instances it fails for.
#include <set>
#include <utility>

#include <fmt/format.h>

#include "kernel/plugin/isolated_death.hpp"
#include "kernel/render/workspace.hpp"

namespace fleetd::render {

namespace {

using Views = std::vector<plugin::HostView>;

// The same hosts with some of their roles; those without any are left out. `at` tells where each came from.
template <class F>
Views withSome(const Views& views, const std::vector<std::size_t>& hosts, std::vector<std::size_t>& at, F&& wanted) {
  Views out;
  at.clear();
  for (const std::size_t host : hosts) {
    plugin::HostView view = views[host];
    std::erase_if(view.memberships, [&](const sdk::Membership& one) { return !wanted(host, one.instance); });
    if (view.memberships.empty()) continue;
    out.push_back(std::move(view));
    at.push_back(host);
  }
  return out;
}

bool ends(const Diagnostic& d) { return plugin::endsPlugin(d.code); }

}  // namespace

std::vector<Diagnostic> Workspace::askWithoutFaulty(const std::string& id, const Views& views,
                                                    std::vector<std::optional<plugin::Fragment>>& fragments,
                                                    std::vector<Diagnostic> found) {
  std::vector<std::size_t> failed;
  std::set<std::string> names, suspects;
  for (std::size_t i = 0; i < views.size(); ++i) {
    if (fragments[i]) continue;
    failed.push_back(i);
    names.insert(views[i].name);
    for (const auto& one : views[i].memberships) suspects.insert(one.instance);
  }
  if (suspects.size() < 2) return found;  // it is the one, or this is no service
  std::set<std::string> ending;
  std::set<std::pair<std::size_t, std::string>> faulty;  // host and instance
  std::vector<Diagnostic> out;
  std::vector<std::size_t> at;
  for (const std::string& instance : suspects) {
    if (ending.size() >= Services::kMostEnds || !plugins_->revive(id)) return found;
    const Views alone = withSome(views, failed, at, [&](std::size_t, const auto& one) { return one == instance; });
    Diagnostics its;
    const auto got = plugins_->contribute(id, services_->fleetDocument(id, instance), alone, its);
    const std::size_t before = faulty.size();
    for (std::size_t i = 0; i < got.size(); ++i)
      if (!got[i]) faulty.emplace(at[i], instance);
    if (faulty.size() == before) continue;
    for (Diagnostic d : its.sorted()) {
      if (ends(d)) {
        ending.insert(instance);
        d.message += fmt::format(" (with the instance {})", instance);  // else those of several are the same finding
      }
      d.notes.push_back(fmt::format("the instance {} sets nothing there; others of {} do", instance, id));
      out.push_back(std::move(d));
    }
  }
  if (faulty.empty() || !plugins_->revive(id)) return found;  // they fail only together
  for (const std::string& instance : ending) services_->leaveOut(id, instance);
  fleets_.erase(id);
  const Views rest = withSome(views, failed, at, [&](std::size_t host, const std::string& instance) {
    return !ending.contains(instance) && !faulty.contains({host, instance});
  });
  Diagnostics last;
  auto got = plugins_->contribute(id, fleetOf(id), rest, last);
  for (std::size_t i = 0; i < got.size(); ++i) fragments[at[i]] = std::move(got[i]);
  for (Diagnostic& d : last.sorted()) out.push_back(std::move(d));
  // What was said of the other hosts stays.
  for (Diagnostic& d : found)
    if (!names.contains(d.host) && !ends(d)) out.push_back(std::move(d));
  return out;
}

}  // namespace fleetd::render
