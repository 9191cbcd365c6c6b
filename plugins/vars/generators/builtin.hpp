// fleetd's own generators: what clan's scripts make with tools, made here without any.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fleet/cxx/value.hpp>

#include "plugins/vars/age/primitives.hpp"

namespace fleetd::vars {

// What a generator may read.
struct Inputs {
  std::map<std::string, SecretBytes> files;    // "<generator>/<file>" of its dependencies
  std::map<std::string, SecretBytes> prompts;  // answers by prompt
};
using Outputs = std::map<std::string, SecretBytes>;  // by file

// The generator `builtin.generator` with the other members as parameters. Errors: VARS10 for an unknown generator or
// parameter, with what there is; VARS11 for an input that is missing or cannot be used.
fleet::Result<Outputs> generateBuiltin(const fleet::Value& builtin, const Inputs& inputs, age::Random& random);

// Reads the parameters of one generator, strictly.
class Parameters {
 public:
  explicit Parameters(const fleet::Value& values) : values_(values) {}
  std::string text(std::string_view name, std::string fallback);
  std::int64_t number(std::string_view name, std::int64_t fallback, std::int64_t least, std::int64_t most);
  bool flag(std::string_view name, bool fallback);
  std::vector<std::string> texts(std::string_view name);
  // A set of texts, by name.
  std::vector<std::pair<std::string, std::string>> pairs(std::string_view name);
  // The first mistake, or a parameter nobody asked for. Call it before anything is made.
  fleet::Result<void> finish() const;

 private:
  const fleet::Value* take(std::string_view name);
  const fleet::Value& values_;
  std::vector<std::string> known_{"generator"};
  std::string mistake_;
};

using Generator = fleet::Result<Outputs> (*)(Parameters&, const Inputs&, age::Random&);
fleet::Result<Outputs> makeSshKey(Parameters&, const Inputs&, age::Random&);
fleet::Result<Outputs> makeSshCertificate(Parameters&, const Inputs&, age::Random&);
fleet::Result<Outputs> makePassword(Parameters&, const Inputs&, age::Random&);
fleet::Result<Outputs> makeHtpasswd(Parameters&, const Inputs&, age::Random&);
fleet::Result<Outputs> makeTemplate(Parameters&, const Inputs&, age::Random&);
fleet::Result<Outputs> makeX509Authority(Parameters&, const Inputs&, age::Random&);
fleet::Result<Outputs> makeX509Certificate(Parameters&, const Inputs&, age::Random&);
fleet::Result<Outputs> makeRandom(Parameters&, const Inputs&, age::Random&);
fleet::Result<Outputs> makeWireguardKey(Parameters&, const Inputs&, age::Random&);
fleet::Result<Outputs> makeOnionService(Parameters&, const Inputs&, age::Random&);
fleet::Result<Outputs> makeNixKey(Parameters&, const Inputs&, age::Random&);
fleet::Result<Outputs> makeBorgClient(Parameters&, const Inputs&, age::Random&);
fleet::Result<Outputs> makeSyncthingDevice(Parameters&, const Inputs&, age::Random&);
fleet::Result<Outputs> makeText(Parameters&, const Inputs&, age::Random&);
fleet::Result<Outputs> makeAgeKey(Parameters&, const Inputs&, age::Random&);
fleet::Result<Outputs> makeZerotierIdentity(Parameters&, const Inputs&, age::Random&);
fleet::Result<Outputs> makeZerotierNetwork(Parameters&, const Inputs&, age::Random&);
fleet::Result<Outputs> makeZerotierAddress(Parameters&, const Inputs&, age::Random&);
fleet::Result<Outputs> makeZerotierMoon(Parameters&, const Inputs&, age::Random&);
fleet::Result<Outputs> makeZerotierWorld(Parameters&, const Inputs&, age::Random&);

fleet::Result<const SecretBytes*> inputFile(const Inputs& inputs, const std::string& name);
fleet::Result<void> addOutput(Outputs& out, std::string file, std::string_view content);

}  // namespace fleetd::vars
