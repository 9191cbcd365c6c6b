// fleet/cxx/service.hpp - Service: a service of the inventory, with roles that machines take in its instances.
//
//   struct Settings {
//     std::string greeting = "hello";
//     static constexpr auto schema() {
//       return fleet::options(fleet::option("greeting", &Settings::greeting, "What to say."));
//     }
//   };
//   class Greeter final : public fleet::Service<Greeter> {
//    public:
//     static constexpr auto manifest = fleet::manifest({.id = "greeter", ...});
//     static constexpr const char* exportName = "greeter";
//     Greeter() { role("default", "Machines that greet.", &Greeter::greet); }
//    private:
//     fleet::Result<void> greet(const fleet::Member<Settings>& member, fleet::Contribution& out) const { ... }
//   };
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base.hpp"
#include "vars.hpp"

namespace fleet {

// One role of one host in one instance. Everything is borrowed from the call.
template <Record Settings>
struct Member {
  const HostView& host;
  const FleetView& fleet;
  const std::string& instance;
  const std::string& role;
  const InstanceView& view;  // all roles of the instance
  Settings settings;         // of this host, all layers merged

  bool isNixos() const { return host.hostClass == "nixos"; }
  bool isDarwin() const { return host.hostClass == "darwin"; }
  bool isHome() const { return host.hostClass == "home"; }

  // "<machine>.<domain>"
  std::string nameOf(std::string_view machine) const { return std::string(machine) + "." + fleet.domain; }
  std::string fullName() const { return nameOf(host.name); }

  // Machines of a role of this instance, with their settings; none when nobody has it.
  const std::map<std::string, Value>& machines(std::string_view of) const {
    static const std::map<std::string, Value> nobody;
    const auto found = view.roles.find(std::string(of));
    return found == view.roles.end() ? nobody : found->second.machines;
  }
  // A public value another machine (or, with an empty name, all machines together) generated; null when the
  // repository does not have it yet.
  const std::string* publicValue(std::string_view machine, std::string_view generator, std::string_view file) const {
    return publicValueOf(fleet, machine, generator, file);
  }
};

// An instance for exports(), with its roles as they are told before hosts are composed.
struct ExportContext {
  const FleetView& fleet;
  const std::string& instance;
  const InstanceView& view;
};

template <class Self>
class Service : public PluginBase {
 public:
  Service() : PluginBase(&Self::manifest, kContributes | kExportsToo | whetherItChecks<Self>()) {}

 protected:
  template <Record Settings>
  using Handler = Result<void> (Self::*)(const Member<Settings>&, Contribution&) const;

  // Declares a role: its settings are the struct's options, and `handler` is called for every instance a host has
  // it in. The result takes limits: role(...).maxMachines = 1. Call it in the constructor.
  template <Record Settings>
  RoleDecl& role(std::string name, std::string doc, Handler<Settings> handler) {
    RoleDecl decl;
    decl.name = std::move(name);
    decl.doc = std::move(doc);
    decl.settings = declare<Settings>();
    roles_.push_back(
        {std::move(decl),
         [handler](const Self& self, const HostView& host, const FleetView& fleet, const Membership& membership,
                   const InstanceView& view, Contribution& out) -> Result<void> {
           auto settings =
               membership.settings.isNil() ? Result<Settings>(Settings{}) : read<Settings>(membership.settings);
           if (!settings) return under("settings", std::move(settings).error());
           const Member<Settings> member{host, fleet, membership.instance, membership.role, view, *std::move(settings)};
           return (self.*handler)(member, out);
         }});
    return roles_.back().decl;
  }
  // At most so many instances in a fleet.
  void maxInstances(std::int64_t count) { maxInstances_ = count; }
  // Interfaces that exportsOf() writes.
  void exportsInterfaces(std::vector<std::string> names) { interfaces_ = std::move(names); }

  // Generators that roles declare, for `fleetd services show`.
  void generates(std::vector<GeneratorDecl> generators) { generators_ = std::move(generators); }

  // What a host gets once, whatever its roles; called after the roles' handlers.
  virtual Result<void> perMachine(const HostView& host, Contribution& out) const {
    (void)host, (void)out;
    return {};
  }
  // What the instance tells other services.
  virtual Result<void> exportsOf(const ExportContext& context, Exports& out) const {
    (void)context, (void)out;
    return {};
  }
  const FleetView& fleet() const { return fleet_; }

  // "service:instance:role:machine"; an empty part stands for all.
  std::string scope(std::string_view instance, std::string_view role = {}, std::string_view machine = {}) const {
    std::string out = Self::exportName;
    for (const std::string_view part : {instance, role, machine}) (out += ':') += part;
    return out;
  }

 private:
  struct Role {
    RoleDecl decl;
    std::function<Result<void>(const Self&, const HostView&, const FleetView&, const Membership&, const InstanceView&,
                               Contribution&)>
        handle;
  };

  Result<Schema> schema() const final {
    Schema out;
    for (const Role& role : roles_) out.roles.push_back(role.decl);
    out.service = Self::exportName;
    out.maxInstances = maxInstances_;
    out.exports = interfaces_;
    out.generators = generators_;
    return out;
  }
  Result<void> doFleet(FleetView view) final {
    fleet_ = std::move(view);
    return {};
  }
  Result<Exports> doExports() const final {
    Exports out;
    for (const auto& [name, view] : fleet_.instances) {
      auto done = exportsOf({fleet_, name, view}, out);
      if (!done) return under(name, std::move(done).error());
    }
    return out;
  }
  Result<void> doContribute(const HostView& host, Contribution& out) const final {
    static const InstanceView nothing;
    for (const Membership& membership : host.memberships)
      for (const Role& role : roles_) {
        if (role.decl.name != membership.role) continue;
        const auto view = fleet_.instances.find(membership.instance);
        auto done = role.handle(static_cast<const Self&>(*this), host, fleet_, membership,
                                view == fleet_.instances.end() ? nothing : view->second, out);
        if (!done) return under(membership.instance, std::move(done).error());
      }
    return perMachine(host, out);
  }

  std::vector<Role> roles_;
  std::optional<std::int64_t> maxInstances_;
  std::vector<std::string> interfaces_;
  std::vector<GeneratorDecl> generators_;
  FleetView fleet_;
};

}  // namespace fleet
