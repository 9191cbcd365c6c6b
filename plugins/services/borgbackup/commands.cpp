// Commands as Nix expressions. The texts stand between two single quotes, so they have none of these side by side, and
// what comes from settings goes through lib.escapeShellArg.
#include "plugins/services/borgbackup/commands.hpp"

#include <fleet/cxx/nix_text.hpp>

namespace borgbackup {

namespace {

// Commands of all states, one after the other; a failure is told when all have run.
std::string script(const std::string& name, const char* which, const char* what) {
  return "pkgs.writeShellScript \"" + name + "\" (\"failed=\\n\" + lib.concatMapStrings (state: let command = state." +
         which +
         R"nix( or null; in lib.optionalString (command != null) "/run/current-system/sw/bin/${command} || failed=\"$failed ${state.name}\"\n") (lib.attrValues config.clan.core.state) + "if [ -n \"$failed\" ]; then\n  echo \"borgbackup: )nix" +
         what + R"nix( failed for$failed\" >&2\n  exit 1\nfi\n"))nix";
}

std::string shellWord(const std::string& text) { return "${lib.escapeShellArg " + fleet::nix::quoted(text) + "}"; }

fleet::Expr command(const std::string& name, const std::string& packages, const std::string& body) {
  return fleet::expr("pkgs.writeShellApplication {\n  name = \"" + name + "\";\n  bashOptions = [ \"nounset\" ];\n" +
                     "  runtimeInputs = [ " + packages + " ];\n  text = ''\n" + body + "'';\n}");
}

constexpr const char* kRestore = R"sh(job=''${NAME%%::*}
archive=''${NAME#*::}
if ! command -v "borg-job-$job" > /dev/null; then
  echo "borgbackup-restore: there is no job $job: NAME is job::repository::archive" >&2
  exit 1
fi
paths=()
IFS=: read -r -a folders <<< "''${FOLDERS-}"
for folder in "''${folders[@]}"; do paths+=("''${folder#/}"); done
if [ "''${#paths[@]}" -eq 0 ]; then
  echo "borgbackup-restore: FOLDERS says what to restore, with colons in between" >&2
  exit 1
fi
cd / || exit 1
# borg asks about repositories that have moved.
echo y | "borg-job-$job" extract "$archive" "''${paths[@]}"
)sh";

constexpr const char* kList = R"sh(failed=0
list() { # job, repository
  if ! archives=$(echo y | "borg-job-$1" list --json); then
    echo "borgbackup-list: the backups of $1 cannot be listed" >&2
    return 1
  fi
  jq --arg prefix "$1::$2::" '[.archives[] | { name: ($prefix + .name) }]' <<< "$archives"
}
all=$(
  status=0
)sh";

}  // namespace

fleet::Attrs hooks(const Job& job) {
  const std::string name = "borgbackup-job-" + job.name;
  // `+`: as root, outside of the read-only view that borg has.
  return {
      {"ExecStartPre",
       fleet::List{fleet::text("+", fleet::expr(script(name + "-before", "preBackupCommand", "what goes before")))}},
      {"ExecStopPost",
       fleet::List{fleet::text("+", fleet::expr(script(name + "-after", "postBackupCommand", "what comes after")))}},
      {"TimeoutStartSec", "infinity"},
      {"TimeoutStopSec", "infinity"}};
}

fleet::List commands(const std::vector<Job>& jobs) {
  std::string create = "failed=0\n", list = kList;
  for (const Job& job : jobs) {
    create += "systemctl start " + shellWord("borgbackup-job-" + job.name + ".service") + " || failed=1\n";
    list += "  list " + shellWord(job.name) + " " + shellWord(job.repo) + " || status=1\n";
  }
  create += "exit \"$failed\"\n";
  list += "  exit \"$status\"\n) || failed=1\njq -s 'add // []' <<< \"$all\"\nexit \"$failed\"\n";
  return {command("borgbackup-create", "config.systemd.package", create), command("borgbackup-list", "pkgs.jq", list),
          command("borgbackup-restore", "pkgs.bash", kRestore)};
}

}  // namespace borgbackup
