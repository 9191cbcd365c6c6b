// zerotier-identity, zerotier-network and zerotier-address: who a node is, the id of a network, and where the node is
// in it.
#include "plugins/common/zerotier/network.hpp"
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

}  // namespace fleetd::vars
