// The configuration of a plugin host as a document.
#include "kernel/plugin/isolated_config.hpp"

#include <fleet/cxx/mapping.hpp>

#include "kernel/bus/errors.hpp"
#include "kernel/plugin/failure.hpp"

namespace fleetd::plugin {

std::string encodeConfig(const IsolatedConfig& config) {
  sdk::FieldPacker map;
  map.text("endpoint", config.host.endpoint);
  map.text("id", config.host.id);
  map.text("library", config.host.library);
  map.field("memory").natural(config.ceilings.memory);
  map.field("processes").natural(config.ceilings.processes);
  map.text("routingId", config.host.routingId);
  map.field("settings").bin(config.host.settings);
  map.text("token", config.host.token);
  sdk::Packer out;
  map.finish(out);
  return out.take();
}

Result<IsolatedConfig> decodeConfig(std::string_view bytes) {
  IsolatedConfig out;
  sdk::Reader in(bytes);
  const auto number = [&](std::uint64_t& into) -> sdk::Result<bool> {
    FLEET_TRY_ASSIGN(into, in.natural());
    return true;
  };
  const auto done = sdk::readFields(in, sdk::Unknown::refuse, [&](std::string_view name) -> sdk::Result<bool> {
    if (name == "endpoint") return sdk::readInto(in, out.host.endpoint);
    if (name == "id") return sdk::readInto(in, out.host.id);
    if (name == "library") return sdk::readInto(in, out.host.library);
    if (name == "memory") return number(out.ceilings.memory);
    if (name == "processes") return number(out.ceilings.processes);
    if (name == "routingId") return sdk::readInto(in, out.host.routingId);
    if (name == "token") return sdk::readInto(in, out.host.token);
    if (name != "settings") return false;
    FLEET_TRY_ASSIGN(out.host.settings, in.bin());
    return true;
  });
  if (!done) return bus::fromReader(done.error(), "what a plugin host is told");
  if (!in.done() || out.host.endpoint.empty() || out.host.library.empty() || out.host.token.empty())
    return fail(Code::FL0310, "what a plugin host is told: something is missing, or too much");
  return out;
}

}  // namespace fleetd::plugin
