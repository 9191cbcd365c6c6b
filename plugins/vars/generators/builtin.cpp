// The table of generators and their parameters.
#include "plugins/vars/generators/builtin.hpp"

#include <algorithm>

namespace fleetd::vars {

namespace {

struct Entry {
  std::string_view name;
  Generator make;
};
constexpr Entry kGenerators[] = {
    {"age-key", makeAgeKey},
    {"borg-client", makeBorgClient},
    {"htpasswd", makeHtpasswd},
    {"nix-key", makeNixKey},
    {"onion-service", makeOnionService},
    {"password", makePassword},
    {"random", makeRandom},
    {"ssh-certificate", makeSshCertificate},
    {"ssh-key", makeSshKey},
    {"syncthing-device", makeSyncthingDevice},
    {"template", makeTemplate},
    {"text", makeText},
    {"wireguard-key", makeWireguardKey},
    {"x509-ca", makeX509Authority},
    {"x509-certificate", makeX509Certificate},
    {"zerotier-address", makeZerotierAddress},
    {"zerotier-identity", makeZerotierIdentity},
    {"zerotier-moon", makeZerotierMoon},
    {"zerotier-network", makeZerotierNetwork},
    {"zerotier-world", makeZerotierWorld},
};

}  // namespace

const fleet::Value* Parameters::take(std::string_view name) {
  known_.emplace_back(name);
  return values_.find(name);
}

std::string Parameters::text(std::string_view name, std::string fallback) {
  const fleet::Value* value = take(name);
  if (!value) return fallback;
  if (const auto* text = value->get<std::string>()) return *text;
  if (mistake_.empty()) mistake_ = "the parameter `" + std::string(name) + "` must be a text";
  return fallback;
}

std::int64_t Parameters::number(std::string_view name, std::int64_t fallback, std::int64_t least, std::int64_t most) {
  const fleet::Value* value = take(name);
  if (!value) return fallback;
  const auto* number = value->get<std::int64_t>();
  if (number && *number >= least && *number <= most) return *number;
  if (mistake_.empty())
    mistake_ = "the parameter `" + std::string(name) + "` must be a number from " + std::to_string(least) + " to " +
               std::to_string(most);
  return fallback;
}

std::vector<std::string> Parameters::texts(std::string_view name) {
  std::vector<std::string> out;
  const fleet::Value* value = take(name);
  const auto* list = value ? value->get<fleet::List>() : nullptr;
  bool fits = !value || list;
  if (list)
    for (const auto& item : *list) {
      const auto* text = item.get<std::string>();
      fits = fits && text;
      if (text) out.push_back(*text);
    }
  if (!fits && mistake_.empty()) mistake_ = "the parameter `" + std::string(name) + "` must be a list of texts";
  return out;
}

bool Parameters::flag(std::string_view name, bool fallback) {
  const fleet::Value* value = take(name);
  if (!value) return fallback;
  if (const bool* flag = value->get<bool>()) return *flag;
  if (mistake_.empty()) mistake_ = "the parameter `" + std::string(name) + "` must be true or false";
  return fallback;
}

std::vector<std::pair<std::string, std::string>> Parameters::pairs(std::string_view name) {
  std::vector<std::pair<std::string, std::string>> out;
  const fleet::Value* value = take(name);
  const auto* set = value ? value->get<fleet::Attrs>() : nullptr;
  bool fits = !value || set;
  if (set)
    for (const auto& attr : *set) {
      const auto* text = attr.value.get<std::string>();
      fits = fits && text;
      if (text) out.emplace_back(attr.name, *text);
    }
  if (!fits && mistake_.empty()) mistake_ = "the parameter `" + std::string(name) + "` must be a set of texts";
  return out;
}

fleet::Result<void> Parameters::finish() const {
  if (!mistake_.empty()) return age::error("VARS10", mistake_);
  if (const auto* attrs = values_.get<fleet::Attrs>())
    for (const auto& attr : *attrs)
      if (std::find(known_.begin(), known_.end(), attr.name) == known_.end())
        return age::error("VARS10", "the generator has no parameter `" + attr.name + "`");
  return {};
}

fleet::Result<const SecretBytes*> inputFile(const Inputs& inputs, const std::string& name) {
  const auto found = inputs.files.find(name);
  if (found == inputs.files.end())
    return age::error("VARS11", "it needs `" + name + "`, which is no file of its dependencies",
                      "list the generator under `dependencies`");
  return &found->second;
}

fleet::Result<void> addOutput(Outputs& out, std::string file, std::string_view content) {
  FLEET_TRY_ASSIGN(auto bytes, SecretBytes::copy(content));
  out.insert_or_assign(std::move(file), std::move(bytes));
  return {};
}

fleet::Result<Outputs> generateBuiltin(const fleet::Value& builtin, const Inputs& inputs, age::Random& random) {
  const fleet::Value* name = builtin.find("generator");
  const auto* wanted = name ? name->get<std::string>() : nullptr;
  for (const Entry& entry : kGenerators)
    if (wanted && *wanted == entry.name) {
      Parameters parameters(builtin);
      return entry.make(parameters, inputs, random);
    }
  std::string all;
  for (const Entry& entry : kGenerators) all += (all.empty() ? "" : ", ") + std::string(entry.name);
  return age::error("VARS10", wanted ? "there is no generator `" + *wanted + "`" : "`builtin` names no generator",
                    "there are: " + all);
}

}  // namespace fleetd::vars
