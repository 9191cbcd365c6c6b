// localbackup: snapshots of what machines say is state (clan.core.state), on disks of their own.
#include <algorithm>

#include <fleet/cxx/plugin.hpp>
#include <fleet/cxx/service.hpp>

namespace {

struct Target {
  std::optional<std::string> name, mountpoint;
  std::string directory;
  std::optional<std::string> preMountHook, postMountHook, preUnmountHook, postUnmountHook, preBackupHook,
      postBackupHook;
  static constexpr auto schema() {
    return fleet::options(
        fleet::option("name", &Target::name, "Name of the target; by default the one it has here."),
        fleet::option("directory", &Target::directory, "Where snapshots are kept."),
        fleet::option("mountpoint", &Target::mountpoint, "Mounted for the time of a backup; null: always there."),
        fleet::option("preMountHook", &Target::preMountHook, "Shell commands before it is mounted."),
        fleet::option("postMountHook", &Target::postMountHook, "Shell commands once it is mounted."),
        fleet::option("preUnmountHook", &Target::preUnmountHook, "Shell commands before it is unmounted."),
        fleet::option("postUnmountHook", &Target::postUnmountHook, "Shell commands once it is unmounted."),
        fleet::option("preBackupHook", &Target::preBackupHook, "Shell commands before the backup."),
        fleet::option("postBackupHook", &Target::postBackupHook, "Shell commands after the backup."));
  }
};

struct Settings {
  std::map<std::string, Target> targets;
  std::int64_t snapshots = 20;
  static constexpr auto schema() {
    return fleet::options(fleet::option("targets", &Settings::targets, "Where backups go."),
                          fleet::option("snapshots", &Settings::snapshots, "How many are kept of each target."));
  }
};

// What all commands begin with. A target is a directory below /etc/localbackup: its configuration and its hooks.
constexpr const char* kCommon = R"sh(
set -uo pipefail
targets=/etc/localbackup
hook() { # target, name
  if [ -e "$targets/$1/$2" ]; then bash -euo pipefail "$targets/$1/$2"; fi
}
root() { sed -n "s/^snapshot_root	//p" "$targets/$1/rsnapshot.conf"; }
# The mount point of a target; nothing when hooks alone bring its disk.
where() { if [ -e "$targets/$1/mountpoint" ]; then cat "$targets/$1/mountpoint"; fi; }
attach() {
  point=$(where "$1")
  if [ -n "$point" ] && mountpoint -q "$point"; then return 0; fi
  touch "/run/localbackup-$1.mounted" || return 1
  hook "$1" preMountHook || return 1
  if [ -n "$point" ]; then mount -o X-mount.mkdir "$point" || return 1; fi
  hook "$1" postMountHook
}
detach() { # only what was mounted here
  if [ ! -e "/run/localbackup-$1.mounted" ]; then return 0; fi
  hook "$1" preUnmountHook
  point=$(where "$1")
  if [ -n "$point" ] && mountpoint -q "$point"; then umount "$point" || return 1; fi
  rm -f "/run/localbackup-$1.mounted" && hook "$1" postUnmountHook
}
)sh";
constexpr const char* kCreate = R"sh(
failed=0
run() {
  hook "$1" preBackupHook || return 1
  for command in $(cat "$targets/states"); do
    if command -v "pre-backup-$command" > /dev/null; then "pre-backup-$command" || return 1; fi
  done
  # A backup that is interrupted leaves the snapshots alone: they move once everything is copied.
  rsnapshot -c "$targets/$1/rsnapshot.conf" sync
  status=$?
  if [ "$status" -eq 0 ] || [ "$status" -eq 2 ]; then
    rsnapshot -c "$targets/$1/rsnapshot.conf" snapshot || status=$?
  fi
  for command in $(cat "$targets/states"); do
    if command -v "post-backup-$command" > /dev/null; then "post-backup-$command" || status=1; fi
  done
  # 2: done with warnings, such as a file that went away.
  if [ "$status" -ne 0 ] && [ "$status" -ne 2 ]; then return "$status"; fi
  hook "$1" postBackupHook
}
for directory in "$targets"/*/; do
  target=$(basename "$directory")
  if attach "$target" && run "$target"; then :; else
    echo "localbackup: the backup to $target failed" >&2
    failed=1
  fi
  detach "$target" || failed=1
done
exit "$failed"
)sh";
constexpr const char* kList = R"sh(
for directory in "$targets"/*/; do
  target=$(basename "$directory")
  if attach "$target"; then
    find "$(root "$target")" -mindepth 1 -maxdepth 1 -name "snapshot.*" -printf "$target::%p\n" 2> /dev/null | sort -V
  else
    echo "localbackup: $target is not there" >&2
  fi
  detach "$target"
done | jq --raw-input --slurp 'split("\n") | map(select(length > 0) | { name: . })'
)sh";
constexpr const char* kRestore = R"sh(
if [ -z "''${NAME-}" ] || [ -z "''${FOLDERS-}" ]; then
  echo "localbackup: NAME is a backup, FOLDERS says what to restore, with colons in between" >&2
  exit 1
fi
target=$(printf %s "$NAME" | sed "s/::.*//")
path=$(printf %s "$NAME" | sed "s/^[^:]*:://")
if [ ! -d "$targets/$target" ]; then echo "localbackup: there is no target $target" >&2; exit 1; fi
trap 'detach "$target"' EXIT
attach "$target" || exit 1
# Below the name the machine had when the backup was made.
from=$(find "$path" -mindepth 1 -maxdepth 1 -type d 2> /dev/null | head -n 1)
if [ -z "$from" ]; then echo "localbackup: there is no backup $NAME" >&2; exit 1; fi
failed=0
IFS=:
for folder in $FOLDERS; do
  if [ ! -e "$from$folder" ]; then echo "localbackup: $NAME has no $folder" >&2; failed=1; continue; fi
  mkdir -p "$folder"
  rsync -aAX "$from$folder/" "$folder/" || failed=1
done
exit "$failed"
)sh";

class Localbackup final : public fleet::Service<Localbackup> {
  static constexpr const char* kClasses[] = {"nixos", nullptr};
  static constexpr const char* kWrites[] = {"environment.etc", "environment.systemPackages",
                                            "clan.core.backups.providers.localbackup", nullptr};
  static constexpr const char* kReads[] = {"clan.core.state", "networking.hostName", nullptr};

 public:
  static constexpr const char* exportName = "localbackup";
  static constexpr auto manifest = fleet::manifest({.id = "localbackup",
                                                    .name = "Local backup",
                                                    .version = "1.0.0",
                                                    .description = "Snapshots of machines' state on their own disks",
                                                    .platforms = kClasses,
                                                    .reads = kReads,
                                                    .writes = kWrites});

  Localbackup() {
    role("default", "Machines that are backed up to disks of their own.", &Localbackup::add).classes = {"nixos"};
  }

 private:
  static fleet::Error wrong(std::string path, std::string message, std::string hint) {
    return fleet::Error{FLEET_E_SCHEMA, "LOCAL01", std::move(path), std::move(message), std::move(hint), 0};
  }
  static bool isName(const std::string& name) {
    return !name.empty() && name.front() != '-' && name.front() != '.' &&
           std::all_of(name.begin(), name.end(), [](char c) {
             return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                    c == '-' || c == '.';
           });
  }
  static bool isPath(const std::string& path) {
    return path.starts_with('/') && path.find_first_of("\n\t") == std::string::npos;
  }

  // Whether the target is brought for the time of a backup.
  static bool attached(const Target& target) {
    return target.mountpoint || target.preMountHook || target.postMountHook || target.preUnmountHook ||
           target.postUnmountHook;
  }

  // A command with the programs it uses; the text has no `''` and no `${`.
  static fleet::Expr command(const std::string& name, const std::string& body) {
    return fleet::expr("pkgs.writeShellApplication {\n  name = \"" + name +
                       "\";\n  bashOptions = [ ];\n  excludeShellChecks = [ \"SC2046\" ];\n"
                       "  runtimeInputs = [ pkgs.bash pkgs.coreutils pkgs.findutils pkgs.gnused pkgs.jq pkgs.rsnapshot "
                       "pkgs.rsync pkgs.util-linux ];\n  text = ''" +
                       kCommon + body + "'';\n}");
  }

  fleet::Result<void> add(const fleet::Member<Settings>& member, fleet::Contribution& out) const {
    const Settings& settings = member.settings;
    if (settings.targets.empty()) return {};
    if (settings.snapshots < 1 || settings.snapshots > 100000)
      return wrong("snapshots", "at least one snapshot is kept", "set `snapshots` to a number from 1");
    const auto something = out.when(!fleet::equals("clan.core.state", fleet::Attrs{}));
    fleet::List commands{command("localbackup-create", kCreate), command("localbackup-list", kList),
                         command("localbackup-restore", kRestore)};
    for (const auto& [key, target] : settings.targets) {
      const std::string name = target.name.value_or(key), where = "targets." + key;
      if (!isName(name))
        return wrong(where, "`" + name + "` cannot be the name of a target", "use letters, digits, _, - and .");
      if (!isPath(target.directory))
        return wrong(where + ".directory", "a target needs an absolute directory", "for example \"/mnt/backup\"");
      if (target.mountpoint && !isPath(*target.mountpoint))
        return wrong(where + ".mountpoint", "a mount point is an absolute path", "for example \"/mnt/backup\"");
      files(name, target, settings.snapshots, something);
      if (!attached(target)) continue;
      commands.push_back(command("localbackup-mount-" + name, "attach " + name + "\n"));
      commands.push_back(command("localbackup-unmount-" + name, "detach " + name + "\n"));
    }
    something.set("environment.systemPackages", commands);
    something.set(fleet::at("environment.etc", {"localbackup/states", "text"}),
                  fleet::expr("lib.concatMapStrings (name: name + \"\\n\") (lib.attrNames config.clan.core.state)"));
    something.set("clan.core.backups.providers.localbackup", fleet::Attrs{{"create", "localbackup-create"},
                                                                          {"list", "localbackup-list"},
                                                                          {"restore", "localbackup-restore"}});
    return {};
  }

  static void files(const std::string& name, const Target& target, std::int64_t snapshots,
                    const fleet::Contribution::Rule& out) {
    const auto file = [&](const char* which) {
      return fleet::at("environment.etc", {"localbackup/" + name + "/" + which, "text"});
    };
    // rsnapshot wants tabs. A disk that is not mounted must not get its directory made below the mount point.
    out.set(
        file("rsnapshot.conf"),
        fleet::text(
            "config_version\t1.2\nsnapshot_root\t" + target.directory + "\nno_create_root\t" +
                (attached(target) ? "1" : "0") + "\nsync_first\t1\nverbose\t2\nlockfile\t/run/localbackup-" + name +
                ".pid\nlink_dest\t1\nretain\tsnapshot\t" + std::to_string(snapshots) + "\ncmd_cp\t",
            fleet::pkg("coreutils"), "/bin/cp\ncmd_rsync\t", fleet::pkg("rsync"),
            "/bin/rsync\nrsync_long_args\t--delete\t--numeric-ids\t--relative\t--delete-excluded\t-AX\n",
            fleet::expr(
                "lib.concatMapStrings (folder: \"backup\\t\" + folder + \"\\t\" + config.networking.hostName "
                "+ \"/\\n\") (lib.unique (lib.concatMap (state: state.folders) (lib.attrValues config.clan.core.state)))")));
    if (target.mountpoint) out.set(file("mountpoint"), *target.mountpoint);
    const std::pair<const char*, const std::optional<std::string>*> hooks[] = {
        {"preMountHook", &target.preMountHook},     {"postMountHook", &target.postMountHook},
        {"preUnmountHook", &target.preUnmountHook}, {"postUnmountHook", &target.postUnmountHook},
        {"preBackupHook", &target.preBackupHook},   {"postBackupHook", &target.postBackupHook}};
    for (const auto& [hook, text] : hooks)
      if (*text) out.set(file(hook), **text);
  }
};

}  // namespace

FLEET_PLUGIN(Localbackup);
