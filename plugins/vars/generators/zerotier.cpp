// zerotier-identity, zerotier-network and zerotier-address: who a node is, the id of a network, and where the node is
// in it. zerotier-moon and zerotier-world: the key of a moon, and what members are told of where it is reached.
#include <chrono>

#include "plugins/common/zerotier/moon_file.hpp"
#include "plugins/common/zerotier/network.hpp"
#include "plugins/common/zerotier/world.hpp"
#include "plugins/vars/generators/builtin.hpp"

namespace fleetd::vars {

namespace {

fleet::Error unusable(const std::string& name, const fleet::Error& why) {
  return age::error("VARS11", "`" + name + "` cannot be used: " + why.message, why.hint);
}

// Values of earlier deployments come in here, too, so the proof of work is looked at.
fleet::Result<zerotier::Identity> identityOf(const Inputs& inputs, const std::string& name) {
  FLEET_TRY_ASSIGN(const auto* text, inputFile(inputs, name));
  auto identity = zerotier::readIdentity(text->text());
  if (!identity) return unusable(name, identity.error());
  return identity;
}

}  // namespace

fleet::Result<Outputs> makeZerotierIdentity(Parameters& parameters, const Inputs&, age::Random& random) {
  const std::string file = parameters.text("file", "identity-secret");
  FLEET_TRY(parameters.finish());
  FLEET_TRY_ASSIGN(const auto identity, zerotier::generateIdentity(random));
  FLEET_TRY_ASSIGN(auto text, identity.secretText());
  Outputs out;
  out.insert_or_assign(file, std::move(text));
  return out;
}

fleet::Result<Outputs> makeZerotierNetwork(Parameters& parameters, const Inputs& inputs, age::Random& random) {
  const std::string file = parameters.text("file", "network-id"), controller = parameters.text("controller", "");
  FLEET_TRY(parameters.finish());
  FLEET_TRY_ASSIGN(const auto identity, identityOf(inputs, controller));
  Outputs out;
  FLEET_TRY(addOutput(out, file, zerotier::newNetworkId(identity.address, random).text()));
  return out;
}

fleet::Result<Outputs> makeZerotierAddress(Parameters& parameters, const Inputs& inputs, age::Random&) {
  const std::string file = parameters.text("file", "ip"), node = parameters.text("identity", ""),
                    network = parameters.text("network", "");
  FLEET_TRY(parameters.finish());
  FLEET_TRY_ASSIGN(const auto identity, identityOf(inputs, node));
  FLEET_TRY_ASSIGN(const auto* text, inputFile(inputs, network));
  std::string_view id = text->text();
  if (id.ends_with('\n')) id.remove_suffix(1);
  const auto parsed = zerotier::parseNetworkId(id);
  if (!parsed) return unusable(network, parsed.error());
  Outputs out;
  FLEET_TRY(addOutput(out, file, zerotier::ip6Text(zerotier::rfc4193(*parsed, identity.address))));
  return out;
}

fleet::Result<Outputs> makeZerotierMoon(Parameters& parameters, const Inputs& inputs, age::Random& random) {
  const std::string file = parameters.text("file", "moon.json"), root = parameters.text("identity", "");
  FLEET_TRY(parameters.finish());
  FLEET_TRY_ASSIGN(const auto identity, identityOf(inputs, root));
  FLEET_TRY_ASSIGN(auto text, zerotier::newMoonFile(identity, random));
  Outputs out;
  out.insert_or_assign(file, std::move(text));
  return out;
}

fleet::Result<Outputs> makeZerotierWorld(Parameters& parameters, const Inputs& inputs, age::Random&) {
  const std::string file = parameters.text("file", "moon"), root = parameters.text("identity", ""),
                    moon = parameters.text("moon", "");
  const auto endpoints = parameters.texts("endpoints");
  FLEET_TRY(parameters.finish());
  FLEET_TRY_ASSIGN(const auto identity, identityOf(inputs, root));
  FLEET_TRY_ASSIGN(const auto* text, inputFile(inputs, moon));
  const auto key = zerotier::readMoonFile(text->text());
  if (!key) return unusable(moon, key.error());
  if (key->id != identity.address)
    return age::error("VARS11",
                      "`" + moon + "` belongs to the moon " + key->id.text() + ", not to " + identity.address.text(),
                      "restore the identity that the moon had, or remove `" + moon + "` to make another key");
  // Members take a newer world only.
  const auto now =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch());
  zerotier::World world{zerotier::WorldKind::Moon,
                        identity.address.bits,
                        static_cast<std::uint64_t>(now.count()),
                        {{identity.address, identity.publicKey, {}}}};
  for (const auto& one : endpoints) {
    const auto endpoint = zerotier::parseEndpoint(one);
    if (!endpoint) return age::error("VARS10", endpoint.error().message, endpoint.error().hint);
    world.roots[0].endpoints.push_back(*endpoint);
  }
  if (endpoints.empty()) return age::error("VARS10", "a moon without endpoints is never reached");
  const auto bytes = zerotier::encodeWorld(world, key->signer);
  if (!bytes) return age::error("VARS10", bytes.error().message, bytes.error().hint);
  Outputs out;
  FLEET_TRY(addOutput(out, file, zerotier::worldText(*bytes)));
  return out;
}

}  // namespace fleetd::vars
