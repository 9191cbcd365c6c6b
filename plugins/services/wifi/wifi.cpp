// wifi: networks machines join by themselves, with names and passwords that are secrets.
#include <fleet/cxx/plugin.hpp>
#include <fleet/cxx/service.hpp>

namespace {

struct Network {
  bool enable = true;
  bool autoConnect = true;
  std::string keyMgmt = "wpa-psk";
  static constexpr auto schema() {
    return fleet::options(
        fleet::option("enable", &Network::enable, "Whether the network is set up."),
        fleet::option("autoConnect", &Network::autoConnect, "Whether machines join it by themselves."),
        fleet::option("keyMgmt", &Network::keyMgmt, "Key management, as NetworkManager calls it; \"none\" is open."));
  }
};

struct Settings {
  std::map<std::string, Network> networks;
  static constexpr auto schema() {
    return fleet::options(fleet::option("networks", &Settings::networks,
                                        "Networks by a name of your own; what they are really called is asked for."));
  }
};

// Names of networks become names of shell variables.
bool isVariableName(const std::string& name) {
  for (const char c : name)
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_')) return false;
  return !name.empty();
}

class Wifi final : public fleet::Service<Wifi> {
  static constexpr const char* kClasses[] = {"nixos", nullptr};
  static constexpr const char* kWrites[] = {"networking.networkmanager", "systemd.services",
                                            "clan.core.vars.generators", nullptr};

 public:
  static constexpr const char* exportName = "wifi";
  static constexpr auto manifest = fleet::manifest({.id = "wifi",
                                                    .name = "Wi-Fi",
                                                    .version = "1.0.0",
                                                    .description = "Networks that machines join",
                                                    .platforms = kClasses,
                                                    .writes = kWrites});

  Wifi() {
    role("default", "Machines that know the networks.", &Wifi::join).classes = {"nixos"};
    generates({{"wifi.<network>", "its name and password, which are asked for; the same on all machines"}});
  }

 private:
  // Twice escaped: for a keyfile of NetworkManager, where a backslash and a blank in front mean something, and for an
  // environment file of systemd.
  static constexpr const char* kValue =
      "\n"
      "value() { # variable, file\n"
      "  printf '%s=\"%s\"\\n' \"$1\" \"$(sed -e 's/\\\\/\\\\\\\\/g' -e 's/^ /\\\\s/' -e 's/[\\\\\"$`]/\\\\&/g' \"$2\")\"\n"
      "}\n";

  fleet::Result<void> join(const fleet::Member<Settings>& member, fleet::Contribution& out) const {
    if (!member.isNixos()) return {};
    const std::string file = "/run/secrets/NetworkManager/wifi-secrets-" + member.instance;
    fleet::Text script = fleet::text("umask 077\nmkdir -p /run/secrets/NetworkManager\n: > ", file, kValue);
    bool any = false;
    for (const auto& [name, network] : member.settings.networks) {
      if (!network.enable) continue;
      if (!isVariableName(name))
        return fleet::Error{FLEET_E_SCHEMA,
                            "WIFI01",
                            "networks",
                            "`" + name + "` cannot be the name of a network here",
                            "use letters, digits and _; what the network is really called is asked for",
                            0};
      any = true;
      profile(name, network, out);
      add(script, file, "ssid_" + name, "wifi." + name, "network-name");
      if (network.keyMgmt != "none") add(script, file, "pw_" + name, "wifi." + name, "password");
    }
    if (!any) return {};
    out.set("networking.networkmanager.enable", true);
    out.set("networking.networkmanager.ensureProfiles.environmentFiles", fleet::List{file});
    const std::string unit = "NetworkManager-setup-secrets-" + member.instance;
    const auto of = [&](std::initializer_list<std::string_view> names) {
      fleet::Path path = fleet::at("systemd.services", {unit});
      for (const auto name : names) path.emplace_back(name);
      return path;
    };
    const fleet::List profiles{"NetworkManager-ensure-profiles.service"};
    out.set(of({"description"}), "Secrets of Wi-Fi networks for NetworkManager");
    for (const char* relation : {"requiredBy", "partOf", "before"}) out.set(of({relation}), profiles);
    out.set(of({"serviceConfig", "Type"}), "oneshot");
    out.set(of({"script"}), script);
    return {};
  }

  static void add(fleet::Text& script, const std::string& file, const std::string& variable,
                  const std::string& generator, const char* secret) {
    for (fleet::Value part : {fleet::Value("value " + variable + " "),
                              fleet::Value(fleet::secretPath(generator, secret)), fleet::Value(" >> " + file + "\n")})
      script.parts.push_back(std::move(part));
  }

  static void profile(const std::string& name, const Network& network, fleet::Contribution& out) {
    fleet::Generator secrets("wifi." + name);
    secrets.prompt("network-name", "name of the Wi-Fi network", "line").share();
    if (network.keyMgmt != "none") secrets.prompt("password", "password of the Wi-Fi network", "hidden");
    secrets.addTo(out);
    fleet::Attrs all{
        {"connection", fleet::Attrs{{"autoconnect", network.autoConnect}, {"id", "$ssid_" + name}, {"type", "wifi"}}},
        {"wifi", fleet::Attrs{{"mode", "infrastructure"}, {"ssid", "$ssid_" + name}}}};
    if (network.keyMgmt != "none")
      all.set("wifi-security", fleet::Attrs{{"key-mgmt", network.keyMgmt}, {"psk", "$pw_" + name}});
    out.set(fleet::at("networking.networkmanager.ensureProfiles.profiles", {name}), all);
  }
};

}  // namespace

FLEET_PLUGIN(Wifi);
