// Options and words of the commands that build and deploy, for the table of commands.
#pragma once
#include "kernel/cli/command.hpp"

namespace fleetd::cli {

inline constexpr OptionSpec kOnlyTag{"--tag", 't', Kind::Tag, "TAG",
                                     "only hosts with this tag; several must all be there"};
inline constexpr OptionSpec kMaxBuilds{"--max-builds", 0, Kind::Text, "N",
                                       "evaluate and build N hosts at once; 4 at most when not given"};
inline constexpr OptionSpec kKeepGoing{"--keep-going", 'k', Kind::Flag, "", "build the others when one fails"};
inline constexpr OptionSpec kVerify{
    "--verify-fingerprints", 0, Kind::Flag, "",
    "evaluate hosts whose fingerprint is unchanged, too, and fail when the result differs"};
inline constexpr OptionSpec kNixOption{"--nix-option", 0, Kind::Text, "WORD",
                                       "pass a word on to `nix build`; may be given several times"};
inline constexpr OptionSpec kBuildHost{"--build-host", 0, Kind::Text, "ADDRESS",
                                       "let this host build; systems come here and go on from here"};
inline constexpr OptionSpec kEvalMemory{"--eval-memory", 0, Kind::Text, "MIB",
                                        "how much memory one evaluation may use; fewer run at once if needed"};
inline constexpr OptionSpec kTargetHost{"--target-host", 0, Kind::Text, "ADDRESS",
                                        "where the one named host is reached"};
inline constexpr OptionSpec kSshConfig{"--ssh-config", 0, Kind::File, "FILE",
                                       "use this instead of your and the system's ssh_config"};
inline constexpr OptionSpec kHostKeyCheck{"--host-key-check", 0, Kind::Text, "HOW",
                                          "strict, accept-new or none; else as ssh is configured"};
inline constexpr OptionSpec kSudo{"--sudo", 0, Kind::Flag, "",
                                  "become root with `sudo -n` when the address has another user"};
inline constexpr OptionSpec kAskSudo{
    "--ask-sudo-password", 0, Kind::Flag, "",
    "ask once for the password that sudo wants; else its first line of standard input"};
inline constexpr OptionSpec kGoal{"--goal", 'g', Kind::Text, "GOAL",
                                  "switch (the default), boot, test, dry-activate or reboot"};
inline constexpr OptionSpec kDeployGoal{"--goal", 'g', Kind::Text, "GOAL",
                                        "switch (the default), boot, test, dry-activate, reboot or upload-keys"};
inline constexpr OptionSpec kNoWayBack{
    "--no-way-back", 0, Kind::Flag, "",
    "boot and reboot: also hosts that could not return to their earlier system by themselves"};
inline constexpr OptionSpec kConfirm{
    "--confirm-timeout", 0, Kind::Text, "SECONDS",
    "how long a host waits for a new connection before it returns to its earlier system; 60"};
inline constexpr OptionSpec kActivation{"--activation-timeout", 0, Kind::Text, "SECONDS",
                                        "how long an activation may take; 600"};
inline constexpr OptionSpec kHealth{
    "--health-check", 0, Kind::Text, "CHECK",
    "must hold before a system is kept: unit:NAME, port:PORT, a URL or a command; may be given again"};
inline constexpr OptionSpec kNoSwitchCheck{"--no-switch-check", 0, Kind::Flag, "",
                                           "switch even if the system's own checks are against it"};
inline constexpr OptionSpec kIgnoreUnits{"--ignore-failed-units", 0, Kind::Flag, "",
                                         "keep a system even if units failed that had not before"};

inline constexpr OptionSpec kBuildOptions[] = {kOnlyTag,   kMaxBuilds,  kKeepGoing,    kVerify,   kNixOption,
                                               kBuildHost, kEvalMemory, kHostKeyCheck, kSshConfig};
inline constexpr OptionSpec kPlanOptions[] = {
    kOnlyTag,
    kGoal,
    kNoWayBack,
    {"--closures", 0, Kind::Flag, "",
     "compare the built systems, too: packages, sizes, units, whether a reboot is needed"}};
inline constexpr OptionSpec kDeployOptions[] = {
    kOnlyTag,
    kDeployGoal,
    kNoWayBack,
    {"--canary", 0, Kind::Host, "HOST",
     "deploy to this host first, and to others only if it is well; may be given several times"},
    {"--last", 0, Kind::Host, "HOST", "deploy to this host after all others; may be given several times"},
    {"--max-parallel", 'p', Kind::Text, "N", "deploy to N hosts at once; 8 when not given"},
    {"--max-failures", 0, Kind::Text, "N", "begin no further host after N failures; 1 when not given, 0 for no end"},
    {"--store-path", 0, Kind::Text, "PATH", "deploy this system, which is built already, to the one named host"},
    kHealth,
    kIgnoreUnits,
    kNoSwitchCheck,
    kConfirm,
    kActivation,
    kSudo,
    kAskSudo,
    kTargetHost,
    kHostKeyCheck,
    kSshConfig,
    kMaxBuilds,
    kKeepGoing,
    kVerify,
    kBuildHost,
    kEvalMemory,
    kNixOption};
inline constexpr OptionSpec kRollbackOptions[] = {
    kOnlyTag,       {"--generation", 0, Kind::Text, "N", "this one instead of the one before"},
    kHealth,        kIgnoreUnits,
    kNoSwitchCheck, kConfirm,
    kActivation,    kSudo,
    kAskSudo,       kTargetHost,
    kHostKeyCheck,  kSshConfig};
inline constexpr OptionSpec kGenerationsOptions[] = {kOnlyTag, kTargetHost, kHostKeyCheck, kSshConfig};
inline constexpr OptionSpec kStatusOptions[] = {
    kOnlyTag,
    {"--watch", 'w', Kind::Flag, "", "ask again every few seconds until interrupted"},
    kTargetHost,
    kHostKeyCheck,
    kSshConfig};
inline constexpr OptionSpec kHistoryOptions[] = {
    {"--limit", 'n', Kind::Text, "N", "the last N deployments; 20 when not given"}};
inline constexpr OptionSpec kSshOptions[] = {kTargetHost, kHostKeyCheck, kSshConfig};

inline constexpr OptionSpec kZerotierOptions[] = {
    {"--instance", 'i', Kind::Text, "NAME", "this network; needed where there are several and one is changed"},
    {"--fix", 0, Kind::Flag, "", "members: let in who is declared, with the declared addresses and settings"},
    {"--revoke", 0, Kind::Flag, "", "members: shut out who is not declared"},
    {"--dry-run", 0, Kind::Flag, "", "migrate: only show what would be moved"},
    {"--no-commit", 0, Kind::Flag, "", "migrate: leave git alone"},
    kSudo,
    kAskSudo,
    kTargetHost,
    kHostKeyCheck,
    kSshConfig};

inline constexpr PositionalSpec kOperationWords[] = {
    {"HOST", Kind::Host, "hosts; all when none is named", false, true}};
inline constexpr OptionSpec kNetworkOptions[] = {
    {"--network", 'n', Kind::Text, "NAME", "only this network; may be given several times"},
    {"--zone", 0, Kind::Flag, "", "hosts: records for a zone of DNS"},
    {"--hosts", 0, Kind::Flag, "", "hosts: lines for /etc/hosts"},
    {"--ssh-config", 0, Kind::Flag, "", "hosts: blocks for ssh_config"},
    {"--known-hosts", 0, Kind::Flag, "", "hosts: host keys and their authority for known_hosts"},
    {"--for", 0, Kind::Host, "HOST", "hosts: as this host sees the others; else as one that is in all networks"},
    {"--out", 'o', Kind::File, "FILE", "graph: write here instead of standard output"},
    {"--ask", 0, Kind::Flag, "", "graph: ask which ways answer, and show it"},
    {"--ssh-config-file", 0, Kind::File, "FILE",
     "ping, overview, graph: use this instead of your and the system's ssh_config"},
    kHostKeyCheck};
inline constexpr PositionalSpec kNetworkWords[] = {
    {"VERB", Kind::Text, "list (the default), ping, overview, hosts, graph, ssh-config or connect"},
    {"MACHINE", Kind::Host, "machines; all when none is named; for connect PROXY HOST PORT", false, true}};
inline constexpr PositionalSpec kZerotierWords[] = {
    {"VERB", Kind::Text, "status (the default), members, authorize, revoke, ping or migrate"},
    {"MEMBER", Kind::Host, "members, authorize, revoke, ping: a name, the ten digits of an id, or an address", false,
     true}};
inline constexpr PositionalSpec kDiffWords[] = {
    {"HOST", Kind::Host, "the host", true},
    {"DEPLOYMENT", Kind::Text, "number of an earlier deployment; the last one when not given"}};
inline constexpr std::string_view kSshHelp =
    "Connects to the address a deployment would use. A device that is no machine, such as a phone, is a host here when the\n"
    "inventory gives it a user or a port.\n"
    "\n"
    "  fleetd ssh web\n"
    "  fleetd ssh web -- systemctl --failed";
inline constexpr PositionalSpec kSshWords[] = {
    {"HOST", Kind::Host, "the host", true}, {"COMMAND", Kind::Text, "a command to run there, after --", false, true}};

}  // namespace fleetd::cli
