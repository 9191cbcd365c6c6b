// borgbackup: what machines say is state (clan.core.state) goes to every server of the instance, encrypted.
#include <algorithm>

#include <fleet/cxx/plugin.hpp>
#include <fleet/cxx/service.hpp>

#include "plugins/services/borgbackup/commands.hpp"

namespace {

using borgbackup::Job;

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
  static constexpr const char* kWrites[] = {"services.borgbackup",
                                            "services.openssh.enable",
                                            "systemd.services",
                                            "environment.systemPackages",
                                            "clan.core.backups.providers.borgbackup",
                                            "clan.core.vars.generators",
                                            nullptr};
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
    generates({{"borgbackup", "the key a client logs in with, and that of its repository"}});
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
    FLEET_TRY_ASSIGN(const auto jobs, jobsOf(member));
    if (jobs.empty()) return {};
    // Machines that have nothing to back up get no jobs.
    const auto something = out.when(!fleet::equals("clan.core.state", fleet::Attrs{}));
    for (const Job& one : jobs) {
      something.set(fleet::at("services.borgbackup.jobs", {one.name}), job(member.settings, one));
      something.set(fleet::at("systemd.services", {"borgbackup-job-" + one.name, "serviceConfig"}),
                    borgbackup::hooks(one));
    }
    something.set("environment.systemPackages", borgbackup::commands(jobs));
    something.set(
        "clan.core.backups.providers.borgbackup",
        fleet::Attrs{{"create", "borgbackup-create"}, {"list", "borgbackup-list"}, {"restore", "borgbackup-restore"}});
    return {};
  }

  // Jobs are units and commands of the machine.
  static bool isName(const std::string& name) {
    return !name.empty() && name.front() != '-' && std::all_of(name.begin(), name.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
             c == '.';
    });
  }
  static fleet::Error wrong(const std::string& path, std::string message, std::string hint) {
    return fleet::Error{FLEET_E_SCHEMA, "BORG01", path, std::move(message), std::move(hint), 0};
  }

  // One for each server of the instance and for each destination, which may take a server's place.
  static fleet::Result<std::vector<Job>> jobsOf(const fleet::Member<ClientSettings>& member) {
    std::map<std::string, Job> all;
    for (const auto& [name, value] : member.machines("server")) {
      FLEET_TRY_ASSIGN(const auto settings, fleet::read<ServerSettings>(value));
      all[name] = {name, "borg@" + settings.address.value_or(member.nameOf(name)) + ":.", ownShell("")};
    }
    std::map<std::string, std::string> taken;
    for (const auto& [key, destination] : member.settings.destinations) {
      const std::string name = destination.name.value_or(key), where = "destinations." + key;
      if (!isName(name))
        return wrong(where, "`" + name + "` cannot be the name of a job", "use letters, digits, _, - and .");
      if (destination.repo.empty())
        return wrong(where + ".repo", "a destination needs a repository", "for example \"ssh://user@host/./backup\"");
      if (destination.repo.find_first_of("\n\r") != std::string::npos)
        return wrong(where + ".repo", "the name of a repository is one line", {});
      if (const auto [at, isNew] = taken.emplace(name, key); !isNew)
        return wrong(where + ".name", "`" + at->second + "` has the job " + name + " already", "give it another name");
      const fleet::Value shell =
          destination.rsh ? fleet::Value(*destination.rsh) : fleet::Value(ownShell(" -o PasswordAuthentication=no"));
      all[name] = {name, destination.repo, shell};
    }
    std::vector<Job> out;
    for (auto& [name, one] : all) out.push_back(std::move(one));
    return out;
  }

  static fleet::Attrs job(const ClientSettings& settings, const Job& one) {
    return {
        {"compression", "auto,zstd"},
        {"encryption",
         fleet::Attrs{{"mode", "repokey"},
                      {"passCommand", fleet::text("cat ", fleet::secretPath("borgbackup", "borgbackup.repokey"))}}},
        {"environment", fleet::Attrs{{"BORG_RELOCATED_REPO_ACCESS_IS_OK", "yes"}, {"BORG_RSH", one.shell}}},
        {"exclude", fleet::toValue(settings.exclude)},
        {"paths",
         fleet::expr("lib.unique (lib.concatMap (state: state.folders) (lib.attrValues config.clan.core.state))")},
        {"persistentTimer", true},
        {"prune", fleet::Attrs{{"keep", fleet::Attrs{{"daily", 7}, {"monthly", 0}, {"weekly", 4}, {"within", "1d"}}}}},
        {"repo", one.repo},
        {"startAt", settings.startAt}};
  }
};

}  // namespace

FLEET_PLUGIN(Borgbackup);
