// hello: a service in thirty lines. It opens a port and hands a greeting to the service's unit.
#include <fleet/cxx/plugin.hpp>

struct HelloOptions {
  bool enable = false;
  fleet::Port port{8080};
  std::string greeting = "hello";
  static constexpr auto schema() {
    return fleet::options(fleet::option("enable", &HelloOptions::enable, "Whether to run the hello service."),
                          fleet::option("port", &HelloOptions::port, "TCP port to listen on."),
                          fleet::option("greeting", &HelloOptions::greeting, "Text to answer with."));
  }
};

class Hello final : public fleet::ServicePlugin<Hello, HelloOptions> {
  static constexpr const char* writes[] = {"systemd.services.hello", "networking.firewall", nullptr};

 public:
  static constexpr auto manifest = fleet::manifest({.id = "org.example.hello",
                                                    .name = "Hello",
                                                    .version = "1.0.0",
                                                    .optionRoot = "services.hello",
                                                    .writes = writes});

  fleet::Result<void> contribute(const fleet::HostView& host, const HelloOptions& options,
                                 fleet::Contribution& out) const override {
    if (!options.enable) return {};
    if (options.greeting.empty())
      return fleet::Error{FLEET_E_SCHEMA, "HELLO01", "services.hello.greeting", "the greeting is empty"};
    out.set("networking.firewall.allowedTCPPorts", std::vector{options.port});
    out.set("systemd.services.hello.environment.GREETING", options.greeting + " from " + host.name);
    return {};
  }
};

FLEET_PLUGIN(Hello);
