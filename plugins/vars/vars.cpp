// The plugin: generated variables and secrets for `fleetd vars`.
#include <fleet/cxx/plugin.hpp>

#include "plugins/vars/commands.hpp"

namespace {

class Vars final : public fleet::PluginBase {
  static constexpr const char* kTopics[] = {"fleet.request/1", nullptr};

 public:
  static constexpr auto manifest =
      fleet::manifest({.role = FLEET_ROLE_SECRETS,
                       .flags = FLEET_MF_IN_PROCESS,
                       .id = "vars",
                       .name = "Variables and secrets",
                       .version = "1.0.0",
                       .description = "Generated values, public and secret, in clan's layout",
                       .topicsIn = kTopics});

  Vars() : PluginBase(&manifest, 0) {}

 private:
  fleet::Result<std::string> onMessage(const fleet::Message& message) override {
    FLEET_TRY_ASSIGN(const auto request, fleet::parseValue(message.body));
    FLEET_TRY_ASSIGN(const auto answer, fleetd::vars::runRequest(request));
    fleet::Packer out;
    fleet::pack(out, answer);
    return out.take();
  }
};

}  // namespace

FLEET_PLUGIN(Vars);
