// borgbackup: what machines say is state (clan.core.state) goes to every server of the instance, encrypted.
#include <fleet/cxx/plugin.hpp>
#include <fleet/cxx/service.hpp>

namespace {

struct ServerSettings {
  std::optional<std::string> address;
  std::string directory = "/var/lib/borgbackup";
  static constexpr auto schema() {
    return fleet::options(
        fleet::option("address", &ServerSettings::address, "Where clients reach the server; its name by default."),
        fleet::option("directory", &ServerSettings::directory, "Where the repositories are."));
  }
};

struct Destination {
  std::optional<std::string> name, rsh;
  std::string repo;
  static constexpr auto schema() {
    return fleet::options(
        fleet::option("name", &Destination::name, "Name of the job; by default the one it has here."),
        fleet::option("repo", &Destination::repo, "The repository, as borg writes it."),
        fleet::option("rsh", &Destination::rsh, "How to reach it; ssh with the machine's own key by default."));
  }
};

struct ClientSettings {
  std::string startAt = "*-*-* 01:00:00";
  std::map<std::string, Destination> destinations;
  std::vector<std::string> exclude;
  static constexpr auto schema() {
    return fleet::options(
        fleet::option("startAt", &ClientSettings::startAt, "When backups start, as systemd writes it."),
        fleet::option("destinations", &ClientSettings::destinations, "Repositories outside of the fleet."),
        fleet::option("exclude", &ClientSettings::exclude, "Patterns of files to leave out."));
  }
};

class Borgbackup final : public fleet::Service<Borgbackup> {
  static constexpr const char* kClasses[] = {"nixos", nullptr};
  static constexpr const char* kWrites[] = {"services.borgbackup",       "services.openssh.enable",
                                            "systemd.services",          "clan.core.backups.providers.borgbackup",
                                            "clan.core.vars.generators", nullptr};
  static constexpr const char* kReads[] = {"clan.core.state", nullptr};

 public:
  static constexpr const char* exportName = "borgbackup";
  static constexpr auto manifest = fleet::manifest({.id = "borgbackup",
                                                    .name = "Borg backup",
                                                    .version = "1.0.0",
                                                    .description = "Encrypted backups of machines' state",
                                                    .platforms = kClasses,
                                                    .reads = kReads,
                                                    .writes = kWrites});

  Borgbackup() {
    role("server", "Machines that keep backups.", &Borgbackup::server).classes = {"nixos"};
    role("client", "Machines that are backed up, to every server of the instance.", &Borgbackup::client).classes = {
        "nixos"};
  }

 private:
  fleet::Result<void> server(const fleet::Member<ServerSettings>& member, fleet::Contribution& out) const {
    if (!member.isNixos()) return {};
    out.set("services.openssh.enable", true);
    for (const auto& [name, settings] : member.machines("client")) {
      // A client whose key is not there yet cannot be let in.
      const auto* key = member.publicValue(name, "borgbackup", "borgbackup.ssh.pub");
      if (!key) continue;
      out.set(fleet::at("services.borgbackup.repos", {name}),
              fleet::Attrs{{"authorizedKeys", fleet::List{*key}}, {"path", member.settings.directory + "/" + name}});
    }
    return {};
  }

  static fleet::Text ownShell(const char* more) {
    return fleet::text("ssh -i ", fleet::secretPath("borgbackup", "borgbackup.ssh"),
                       " -o StrictHostKeyChecking=accept-new -o IdentitiesOnly=Yes", more);
  }

  fleet::Result<void> client(const fleet::Member<ClientSettings>& member, fleet::Contribution& out) const {
    if (!member.isNixos()) return {};
    fleet::Generator("borgbackup")
        .secret("borgbackup.ssh")
        .open("borgbackup.ssh.pub")
        .secret("borgbackup.repokey")
        .builtin("borg-client")
        .addTo(out);
    for (const auto& [name, value] : member.machines("server")) {
      FLEET_TRY_ASSIGN(const auto settings, fleet::read<ServerSettings>(value));
      job(member, name, "borg@" + settings.address.value_or(member.nameOf(name)) + ":.", ownShell(""), out);
    }
    for (const auto& [name, destination] : member.settings.destinations) {
      if (destination.repo.empty())
        return fleet::Error{
            FLEET_E_SCHEMA, "BORG01", "destinations." + name + ".repo", "a destination needs a repository", {}, 0};
      const fleet::Value shell =
          destination.rsh ? fleet::Value(*destination.rsh) : fleet::Value(ownShell(" -o PasswordAuthentication=no"));
      job(member, destination.name.value_or(name), destination.repo, shell, out);
    }
    out.when(hasState())
        .set("clan.core.backups.providers.borgbackup",
             fleet::Attrs{
                 {"create", "borgbackup-create"}, {"list", "borgbackup-list"}, {"restore", "borgbackup-restore"}});
    return {};
  }

  // Machines that have nothing to back up get no jobs.
  static fleet::Cond hasState() { return !fleet::equals("clan.core.state", fleet::Attrs{}); }

  static void job(const fleet::Member<ClientSettings>& member, const std::string& name, const std::string& repo,
                  const fleet::Value& shell, fleet::Contribution& out) {
    fleet::Attrs job{
        {"compression", "auto,zstd"},
        {"encryption",
         fleet::Attrs{{"mode", "repokey"},
                      {"passCommand", fleet::text("cat ", fleet::secretPath("borgbackup", "borgbackup.repokey"))}}},
        {"environment", fleet::Attrs{{"BORG_RELOCATED_REPO_ACCESS_IS_OK", "yes"}, {"BORG_RSH", shell}}},
        {"exclude", fleet::toValue(member.settings.exclude)},
        {"paths",
         fleet::expr("lib.unique (lib.concatMap (state: state.folders) (lib.attrValues config.clan.core.state))")},
        {"persistentTimer", true},
        {"prune", fleet::Attrs{{"keep", fleet::Attrs{{"daily", 7}, {"monthly", 0}, {"weekly", 4}, {"within", "1d"}}}}},
        {"repo", repo},
        {"startAt", member.settings.startAt}};
    out.when(hasState()).set(fleet::at("services.borgbackup.jobs", {name}), job);
  }
};

}  // namespace

FLEET_PLUGIN(Borgbackup);
