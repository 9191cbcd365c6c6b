// greeter: a service with two roles, on machines of every class. Machines of the role `server` make a key and tell
// other services where they answer; those of the role `client` get a file that says whom to greet.
#include <fleet/cxx/plugin.hpp>
#include <fleet/cxx/service.hpp>

namespace {

// Settings of a role are a struct: names, types, defaults and texts in one place.
struct Server {
  fleet::Port port{7100};
  static constexpr auto schema() {
    return fleet::options(fleet::option("port", &Server::port, "TCP port that greetings arrive at."));
  }
};
struct Client {
  std::string greeting = "hello";
  static constexpr auto schema() {
    return fleet::options(fleet::option("greeting", &Client::greeting, "What to say to every server."));
  }
};

class Greeter final : public fleet::Service<Greeter> {
  static constexpr const char* kClasses[] = {"nixos", "darwin", "home", nullptr};
  // Each half has its own paths: what is not listed here is refused.
  static constexpr const char* kWrites[] = {"environment.etc.\"greeter.conf\"", "networking.firewall.allowedTCPPorts",
                                            "home.file.\".config/greeter.conf\"", "clan.core.vars.generators.greeter",
                                            nullptr};

 public:
  static constexpr const char* exportName = "org.example/greeter";
  static constexpr auto manifest = fleet::manifest({.id = "org.example.greeter",
                                                    .name = "Greeter",
                                                    .version = "1.0.0",
                                                    .license = "MIT",
                                                    .description = "Machines that greet each other",
                                                    .platforms = kClasses,
                                                    .writes = kWrites});

  Greeter() {
    role("server", "Machines that are greeted.", &Greeter::serve).classes = {"nixos", "darwin"};
    role("client", "Machines and homes that greet.", &Greeter::greet);
    exportsInterfaces({"greeting"});
  }

 private:
  fleet::Result<void> serve(const fleet::Member<Server>& member, fleet::Contribution& out) const {
    // Only NixOS has this firewall.
    if (member.isNixos())
      out.set("networking.firewall.allowedTCPPorts", std::vector<fleet::Port>{member.settings.port});
    fleet::Generator("greeter").secret("key").open("key.pub").builtin("ssh-key").addTo(out);
    return {};
  }

  fleet::Result<void> greet(const fleet::Member<Client>& member, fleet::Contribution& out) const {
    if (member.settings.greeting.empty())
      return fleet::Error{FLEET_E_SCHEMA, "GREET01", "greeting", "the greeting is empty", "say \"hello\"", 0};
    std::string text;
    for (const auto& [machine, value] : member.machines("server")) {
      // Settings of another machine; all layers are merged already.
      FLEET_TRY_ASSIGN(const auto server, fleet::read<Server>(value));
      text += member.settings.greeting + " " + member.nameOf(machine) + ":" + std::to_string(server.port.value) + "\n";
    }
    if (member.isHome())
      out.set(fleet::at("home.file", {".config/greeter.conf", "text"}), text);
    else
      out.set(fleet::at("environment.etc", {"greeter.conf", "text"}), text);
    return {};
  }

  // Told before any host is composed: other services read it from fleet().exports.
  fleet::Result<void> exportsOf(const fleet::ExportContext& context, fleet::Exports& out) const override {
    const auto servers = context.view.roles.find("server");
    if (servers == context.view.roles.end()) return {};
    for (const auto& [machine, value] : servers->second.machines) {
      FLEET_TRY_ASSIGN(const auto settings, fleet::read<Server>(value.isNil() ? fleet::Attrs{} : value));
      out[scope(context.instance, "server", machine)]["greeting"] =
          fleet::Attrs{{"host", machine + "." + context.fleet.domain}, {"port", fleet::toValue(settings.port)}};
    }
    return {};
  }
};

}  // namespace

FLEET_PLUGIN(Greeter);
