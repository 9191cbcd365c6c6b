// syncthing: folders that machines keep the same.
#include <algorithm>

#include <fleet/cxx/plugin.hpp>
#include <fleet/cxx/service.hpp>

namespace {

enum class FolderType { sendreceive, sendonly, receiveonly };
enum class VersioningType { external, simple, staggered, trashcan };

}  // namespace

template <>
struct fleet::EnumNames<FolderType> {
  static constexpr const char* names[] = {"sendreceive", "sendonly", "receiveonly"};
};
template <>
struct fleet::EnumNames<VersioningType> {
  static constexpr const char* names[] = {"external", "simple", "staggered", "trashcan"};
};

namespace {

struct Versioning {
  VersioningType type = VersioningType::simple;
  std::map<std::string, std::string> params;
  static constexpr auto schema() {
    return fleet::options(fleet::option("type", &Versioning::type, "How old versions are kept."),
                          fleet::option("params", &Versioning::params, "Parameters of it, as syncthing calls them."));
  }
};

struct Folder {
  std::string path;
  std::vector<std::string> devices;
  bool ignorePerms = false;
  std::int64_t rescanIntervalS = 3600;
  FolderType type = FolderType::sendreceive;
  std::optional<Versioning> versioning;
  static constexpr auto schema() {
    return fleet::options(fleet::option("path", &Folder::path, "Where the folder is."),
                          fleet::option("devices", &Folder::devices, "Devices that have it; all when empty."),
                          fleet::option("ignorePerms", &Folder::ignorePerms, "Whether permissions are left alone."),
                          fleet::option("rescanIntervalS", &Folder::rescanIntervalS, "Seconds between two full looks."),
                          fleet::option("type", &Folder::type, "Which way changes go."),
                          fleet::option("versioning", &Folder::versioning, "Whether old versions are kept."));
  }
};

struct Device {
  std::string id;
  std::vector<std::string> addresses{"dynamic"};
  std::string name;
  static constexpr auto schema() {
    return fleet::options(fleet::option("id", &Device::id, "The device's id."),
                          fleet::option("addresses", &Device::addresses, "Where it is reached."),
                          fleet::option("name", &Device::name, "Its name; by default the one it has here."));
  }
};

struct Settings {
  bool openDefaultPorts = true;
  std::map<std::string, Folder> folders;
  std::map<std::string, Device> extraDevices;
  static constexpr auto schema() {
    return fleet::options(
        fleet::option("openDefaultPorts", &Settings::openDefaultPorts, "Whether the firewall lets syncthing through."),
        fleet::option("folders", &Settings::folders, "Folders by id."),
        fleet::option("extraDevices", &Settings::extraDevices, "Devices that are no machines of the fleet."));
  }
};

std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

class Syncthing final : public fleet::Service<Syncthing> {
  static constexpr const char* kClasses[] = {"nixos", "darwin", "home", nullptr};
  static constexpr const char* kWrites[] = {"services.syncthing",
                                            "networking.firewall",
                                            "boot.kernel.sysctl",
                                            "environment.systemPackages",
                                            "launchd.user.agents.syncthing",
                                            "clan.core.vars.generators",
                                            nullptr};

 public:
  static constexpr const char* exportName = "clan-core/syncthing";
  static constexpr auto manifest = fleet::manifest({.id = "syncthing",
                                                    .name = "Syncthing",
                                                    .version = "1.0.0",
                                                    .description = "Folders that machines keep the same",
                                                    .platforms = kClasses,
                                                    .writes = kWrites});

  Syncthing() {
    role("peer", "Machines that share folders.", &Syncthing::peer);
    generates({{"syncthing", "certificate, key and id of the machine, and the key of its interface"}});
  }

 private:
  // Devices by name: the machines whose id is known already, and the others.
  static fleet::Attrs devicesOf(const fleet::Member<Settings>& member) {
    fleet::Attrs out;
    for (const auto& [name, settings] : member.machines("peer")) {
      const auto* id = member.publicValue(name, "syncthing", "id");
      if (!id || trimmed(*id).empty()) continue;
      out.set(name, fleet::Attrs{{"addresses", fleet::List{"dynamic", "tcp://" + member.nameOf(name) + ":22000"}},
                                 {"id", trimmed(*id)},
                                 {"name", name}});
    }
    for (const auto& [name, device] : member.settings.extraDevices)
      out.set(name, fleet::Attrs{{"addresses", fleet::toValue(device.addresses)},
                                 {"id", device.id},
                                 {"name", device.name.empty() ? name : device.name}});
    return out;
  }

  static fleet::Attrs foldersOf(const fleet::Member<Settings>& member, const fleet::Attrs& devices) {
    fleet::Attrs out;
    for (const auto& [id, folder] : member.settings.folders) {
      const auto& chosen = folder.devices;
      if (!chosen.empty() && std::find(chosen.begin(), chosen.end(), member.host.name) == chosen.end()) continue;
      fleet::Value value = fleet::toValue(folder);
      fleet::List names;
      if (chosen.empty())
        for (const auto& device : devices) names.push_back(device.name);
      else
        for (const auto& name : chosen) names.push_back(name);
      value.get<fleet::Attrs>()->set("devices", names);
      out.set(id, std::move(value));
    }
    return out;
  }

  static fleet::Result<void> checked(const Settings& settings) {
    const auto missing = [](std::string path, const char* message) {
      return fleet::Error{FLEET_E_SCHEMA, "SYNC01", std::move(path), message, {}, 0};
    };
    for (const auto& [id, folder] : settings.folders)
      if (folder.path.empty()) return missing("folders." + id + ".path", "a folder needs a path");
    for (const auto& [name, device] : settings.extraDevices)
      if (device.id.empty()) return missing("extraDevices." + name + ".id", "a device needs its id");
    return {};
  }

  // The user's own daemon, with a key it makes itself; who it may talk to and what it shares is set here.
  static void inHome(const fleet::Member<Settings>& member, fleet::Contribution& out) {
    const fleet::Attrs devices = devicesOf(member);
    out.set("services.syncthing.enable", true);
    out.set("services.syncthing.settings.devices", devices);
    out.set("services.syncthing.settings.folders", foldersOf(member, devices));
  }

  fleet::Result<void> peer(const fleet::Member<Settings>& member, fleet::Contribution& out) const {
    FLEET_TRY(checked(member.settings));
    if (member.isHome()) {
      inHome(member, out);
      return {};
    }
    fleet::Generator("syncthing")
        .secret("key")
        .secret("cert")
        .secret("api")
        .open("id")
        .builtin("syncthing-device")
        .addTo(out);
    // On a Mac it runs for the user who is logged in; its folders are set there.
    if (member.isDarwin()) {
      out.set("environment.systemPackages", fleet::List{fleet::pkg("syncthing")});
      const auto of = [](const char* option) {
        return fleet::at("launchd.user.agents.syncthing.serviceConfig", {option});
      };
      out.set(of("ProgramArguments"),
              fleet::List{fleet::text(fleet::pkg("syncthing"), "/bin/syncthing"), "serve", "--no-browser"});
      out.set(of("RunAtLoad"), true);
      out.set(of("KeepAlive"), true);
      return {};
    }
    const fleet::Attrs devices = devicesOf(member);
    out.set("services.syncthing.enable", true);
    out.set("services.syncthing.configDir", "/var/lib/syncthing");
    out.set("services.syncthing.group", "syncthing");
    out.set("services.syncthing.key", fleet::secretPath("syncthing", "key"), fleet::Priority::fallback);
    out.set("services.syncthing.cert", fleet::secretPath("syncthing", "cert"), fleet::Priority::fallback);
    out.set("services.syncthing.settings.devices", devices);
    out.set("services.syncthing.settings.folders", foldersOf(member, devices));
    if (!member.settings.openDefaultPorts) return {};
    out.set("services.syncthing.openDefaultPorts", true);
    out.set("networking.firewall.allowedTCPPorts", fleet::List{8384, 22000});
    out.set("networking.firewall.allowedUDPPorts", fleet::List{22000, 21027});
    return {};
  }

  fleet::Result<void> perMachine(const fleet::HostView& host, fleet::Contribution& out) const override {
    if (host.hostClass == "nixos")
      out.set(fleet::at("boot.kernel.sysctl", {"fs.inotify.max_user_watches"}), 524288, 900);
    return {};
  }
};

}  // namespace

FLEET_PLUGIN(Syncthing);
