// Looking for addresses in everything that names one.
#include "kernel/deploy/targets.hpp"

#include <optional>

#include <fmt/format.h>

#include "kernel/base/text.hpp"
#include "kernel/fleet/intrinsics.hpp"
#include "kernel/render/views.hpp"

namespace fleetd::deploy {

namespace {

using base::Code;
using lang::Tag;
using lang::Value;
using plugin::PluginValue;

// A text of the host's configuration; empty when it has none there, or one that only Nix knows.
std::string configured(render::Workspace& workspace, fleet::ComposedHost& composed, const sdk::Path& path) {
  const PluginValue found = render::everythingBelow(workspace.fleet().evaluator(), composed, path);
  if (const auto* text = found.get<std::string>()) return *text;
  if (const auto* number = found.get<std::int64_t>()) return std::to_string(*number);
  return {};
}

// A value inside sets of level F; null when it is missing or cannot be evaluated.
Value inside(lang::Evaluator& ev, Value set, std::initializer_list<std::string_view> path) {
  for (const std::string_view name : path) {
    set = ev.force(set);
    const lang::Attr* attr = set.is(Tag::Attrs) ? set.attrs->find(ev.symbol(name)) : nullptr;
    if (!attr) return Value::null();
    set = attr->value;
  }
  return ev.force(set);
}
std::string textOf(Value v) { return v.is(Tag::String) ? std::string(v.string()) : std::string(); }

Result<Reach> reach(const std::string& text, std::string_view from) {
  auto address = parseAddress(text);
  if (!address) {
    Error error = address.error();
    error.message += fmt::format(" ({})", from);
    return error;
  }
  return Reach{*std::move(address), std::string(from), {}};
}

std::optional<Result<Reach>> ofInventory(render::Workspace& workspace, const std::string& machine) {
  lang::Evaluator& ev = workspace.fleet().evaluator();
  const Value clan = workspace.fleet().intrinsics().clan;
  const std::string text = textOf(inside(ev, clan, {"clan", "inventory", "machines", machine, "deploy", "targetHost"}));
  if (text.empty()) return std::nullopt;
  return reach(text, "deploy.targetHost of the inventory");
}

std::optional<Result<Reach>> ofColmena(render::Workspace& workspace, fleet::ComposedHost& composed) {
  const std::string host = configured(workspace, composed, {"deployment", "targetHost"});
  if (host.empty()) return std::nullopt;
  auto out = reach(host, "deployment.targetHost");
  if (!out) return out;
  if (const auto user = configured(workspace, composed, {"deployment", "targetUser"}); !user.empty())
    out->address.user = user;
  const auto port = base::parseInt(configured(workspace, composed, {"deployment", "targetPort"}));
  if (port && *port > 0 && *port < 65536) out->address.port = static_cast<unsigned>(*port);
  // Read again as a whole, so that what was put together is checked, too.
  return reach(out->address.text(), "deployment.targetHost");
}

std::optional<Result<Reach>> ofDeployRs(render::Workspace& workspace, const std::string& name) {
  lang::Evaluator& ev = workspace.fleet().evaluator();
  const Value nodes = inside(ev, workspace.fleet().outputs(), {"deploy", "nodes"});
  const std::string host = textOf(inside(ev, nodes, {name, "hostname"}));
  if (host.empty()) return std::nullopt;
  std::string user = textOf(inside(ev, nodes, {name, "sshUser"}));
  if (user.empty()) user = textOf(inside(ev, nodes, {name, "profiles", "system", "sshUser"}));
  if (user.empty()) user = textOf(inside(ev, workspace.fleet().outputs(), {"deploy", "sshUser"}));
  return reach(user.empty() ? host : user + "@" + host, "deploy.nodes");
}

using Reaches = Result<std::vector<Reach>>;

Reaches only(Result<Reach> one) {
  if (!one) return one.error();
  return std::vector<Reach>{*std::move(one)};
}

Reaches ofMachine(render::Workspace& workspace, const std::vector<Network>& networks, const fleet::Host& host,
                  fleet::ComposedHost& composed) {
  if (auto found = ofInventory(workspace, host.name)) return only(*std::move(found));
  if (host.origin == "colmena")
    if (auto found = ofColmena(workspace, composed)) return only(*std::move(found));
  std::vector<Reach> out;
  for (const Network& network : networks)
    if (const auto peers = network.machines.find(host.name); peers != network.machines.end())
      for (const Address& address : peers->second)
        out.push_back({address, fmt::format("network {} ({})", network.instance, network.service), {}});
  const std::string clan = configured(workspace, composed, {"clan", "core", "networking", "targetHost"});
  if (!clan.empty()) {
    auto found = reach(clan, "clan.core.networking.targetHost");
    if (!found) return found.error();
    out.push_back(*std::move(found));
  }
  if (auto found = ofDeployRs(workspace, host.name)) {
    if (!*found) return found->error();
    out.push_back(**std::move(found));
  }
  if (!out.empty()) return out;
  const std::string domain = configured(workspace, composed, {"networking", "domain"});
  std::string name = configured(workspace, composed, {"networking", "hostName"});
  if (name.empty()) name = host.name;
  if (!domain.empty()) return only(reach(fmt::format("root@{}.{}", name, domain), "networking.domain"));
  return out;
}

// "ada@web": the machine's addresses with that user.
Reaches ofHome(render::Workspace& workspace, const std::vector<Network>& networks, const fleet::Host& home) {
  const auto at = home.name.find('@');
  if (at == std::string::npos) return std::vector<Reach>();
  const auto machine = workspace.fleet().findHost(std::string_view(home.name).substr(at + 1));
  if (!machine || (*machine)->klass == "home") return std::vector<Reach>();
  Diagnostics unheard;
  const auto composed = workspace.compose(**machine, unheard);
  auto found = ofMachine(workspace, networks, **machine, *composed);
  if (!found) return found;
  for (Reach& one : *found) one.address.user = home.name.substr(0, at);
  return found;
}

}  // namespace

Result<std::vector<Reach>> reachesOf(render::Workspace& workspace, const std::vector<Network>& networks,
                                     const fleet::Host& host, fleet::ComposedHost& composed) {
  auto found =
      host.klass == "home" ? ofHome(workspace, networks, host) : ofMachine(workspace, networks, host, composed);
  if (!found || !found->empty()) return found;
  // What fleetd's own parts made of the fleet has no place that anybody could look at.
  const auto* file = workspace.fleet().evaluator().sources().fileOf(host.place.begin);
  const base::Span place = file && file->name.starts_with('/') ? host.place : base::Span{};
  return Error{Code::FL0813, fmt::format("nothing says where {} is reached", host.name),
               host.klass == "home" ? "call it user@machine after a machine of the fleet, or give --target-host"
                                    : "set deploy.targetHost of the machine in the inventory, or give --target-host",
               place};
}

bool onlyWhenNamed(render::Workspace& workspace, fleet::ComposedHost& composed) {
  const PluginValue found = render::everythingBelow(workspace.fleet().evaluator(), composed,
                                                    {"clan", "core", "deployment", "requireExplicitUpdate"});
  const bool* flag = found.get<bool>();
  return flag && *flag;
}

}  // namespace fleetd::deploy
