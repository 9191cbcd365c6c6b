// The table of commands. Parsing, help texts, completion and the test that compares docs/cli.md with it start here.
#include <algorithm>

#include "kernel/cli/command.hpp"
#include "kernel/cli/operations_table.hpp"
#include "kernel/cli/secrets_table.hpp"

namespace fleetd::cli {

int runSecrets(Context& cx);

namespace {

constexpr OptionSpec kGlobal[] = {
    {"--fleet", 0, Kind::Directory, "DIR",
     "the fleet's directory; else $FLEETD_DIR, else the nearest at or above the current one"},
    {"--json", 0, Kind::Flag, "", "data as JSON on standard output, findings as JSON lines on standard error"},
    {"--color", 0, Kind::Color, "WHEN", "auto (on a terminal, unless NO_COLOR is set), always or never"},
    {"--override-input", 0, Kind::Text, "NAME=REF", "use another flake, or a directory with its source, for an input"},
    {"--isolate", 0, Kind::Isolation, "[=WHO]",
     "who runs in processes of their own: all, third-party (without this option), unsandboxed, none"},
    {"--plugin-files", 0, Kind::Text, "ID=PATH",
     "show a plugin in a sandbox this file or directory, read-only; may be given several times"},
    {"--verbose", 'v', Kind::Flag, "", "show notes, too"},
    {"--quiet", 'q', Kind::Flag, "", "show errors only"},
    {"--help", 'h', Kind::Flag, "", "show help and do nothing else"},
    {"--version", 0, Kind::Flag, "", "show the version and do nothing else"},
};

constexpr OptionSpec kTiming{"--timing", 0, Kind::Flag, "", "show how long each stage took"};
constexpr OptionSpec kDefaults{"--defaults", 0, Kind::Flag, "",
                               "show the platform's options that only have their default, too"};
constexpr OptionSpec kTag{"--tag", 't', Kind::Tag, "TAG", "only hosts with this tag; several must all be there"};
constexpr OptionSpec kClass{"--class", 'c', Kind::Class, "CLASS", "only hosts of this class: nixos, darwin or home"};

constexpr OptionSpec kJobs{"--jobs", 'j', Kind::Text, "N", "use N processors; all when not given"};

constexpr OptionSpec kCheckOptions[] = {
    kJobs,
    kTiming,
    {"--coverage", 0, Kind::Flag, "", "show how much of what modules define is known"},
    {"--watch", 'w', Kind::Flag, "", "check again whenever a file of the fleet changes, until interrupted"}};
constexpr PositionalSpec kCheckWords[] = {{"HOST", Kind::Host, "hosts to check; all when none is named", false, true}};

constexpr OptionSpec kShowOptions[] = {{"--all", 'a', Kind::Flag, "", "all hosts"}, kDefaults, kJobs};
constexpr PositionalSpec kShowWords[] = {
    {"HOST", Kind::Host, "a host; class:name where several classes use the name"},
    {"PATH", Kind::Path, "an option path, or home:USER and a path inside that home"},
    {"PATH", Kind::Path, "the path inside home:USER"},
};

constexpr OptionSpec kExplainOptions[] = {{"--codes", 0, Kind::Flag, "", "list the codes of all messages"}};
constexpr PositionalSpec kExplainWords[] = {
    {"HOST|CODE", Kind::HostOrCode, "a host, or the code of a message such as FL0412"},
    {"PATH", Kind::Path, "an option path, or home:USER and a path inside that home"},
    {"PATH", Kind::Path, "the path inside home:USER"},
};

constexpr OptionSpec kHostsOptions[] = {kTag, kClass};

constexpr PositionalSpec kPluginsWords[] = {
    {"show", Kind::Verb, "show one plugin in full"},
    {"ID", Kind::Plugin, "the plugin to show"},
};

constexpr OptionSpec kPluginOptions[] = {
    {"--kind", 0, Kind::Text, "KIND", "new: hello (the default), service, platform or secrets"},
    {"--language", 0, Kind::Text, "LANG", "new: c++ (the default) or c, which has hello"},
    {"--into", 0, Kind::Directory, "DIR", "new: the directory; one called like the plugin when not given"},
    {"--timeout", 0, Kind::Text, "SECS", "check: how many seconds one process may take; 10 when not given"},
};
constexpr PositionalSpec kPluginWords[] = {
    {"VERB", Kind::Text, "new or check", true},
    {"NAME|FILE", Kind::File, "new: the id of the plugin, such as org.example.greeter; check: the library"},
};

constexpr PositionalSpec kTrustWords[] = {
    {"PLUGIN", Kind::Plugin,
     "the id or the file of a plugin in the fleet's plugins/; all are listed when none is given", false, true},
};
constexpr PositionalSpec kUntrustWords[] = {{"PLUGIN", Kind::Plugin, "the id of a plugin", true, true}};

constexpr OptionSpec kChannelsOptions[] = {
    {"--channel", 0, Kind::Text, "NAME", "add: the channel that the package is to come from"},
    {"--platform", 'p', Kind::Text, "PLATFORM",
     "all (the default of add), linux, darwin, or a system; for drop all of them"},
    {"--reason", 'r', Kind::Text, "TEXT", "add: why"},
    {"--link", 0, Kind::Text, "URL", "add: where to read about it"},
    {"--until", 0, Kind::Text, "DATE", "add: from then on `check` warns"},
    {"--fixed", 0, Kind::Text, "DATE",
     "add: the default channel has it from then on; `check` compares with flake.lock"},
    {"--input", 0, Kind::Text, "INPUT", "add: make a channel of this flake input"},
    {"--cache", 0, Kind::Text, "URL",
     "check: ask this binary cache instead of those of Nix; may be given several times"},
    {"--offline", 0, Kind::Flag, "", "check: ask no binary cache"},
    kNoCommit,
};
constexpr PositionalSpec kChannelsWords[] = {{"list|check|add|drop", Kind::Text, "what to do; list when not given"},
                                             {"NAME", Kind::Text, "a package, or a channel with --input"}};

constexpr OptionSpec kInputsOptions[] = {{"--commit", 0, Kind::Flag, "", "update: commit flake.lock"}};
constexpr PositionalSpec kInputsWords[] = {{"list|update", Kind::Text, "what to do; list when not given"},
                                           {"NAME", Kind::Text, "update: inputs; all when none is named", false, true}};
constexpr OptionSpec kAdoptOptions[] = {kOnlyTag, kMaxBuilds};
constexpr OptionSpec kEjectOptions[] = {
    {"--verify", 0, Kind::Flag, "", "have Nix compare the derivations of all hosts with the fleet's"}, kMaxBuilds};
constexpr PositionalSpec kEjectWords[] = {
    {"DIR", Kind::Directory, "a new or empty directory; <fleet>-ejected beside the fleet when not given"}};

constexpr OptionSpec kServicesOptions[] = {
    {"--service", 0, Kind::Plugin, "NAME", "add: the service; else the one called like the instance"},
    {"--input", 0, Kind::Text, "INPUT", "add: the flake input that has the service; self for this fleet's own modules"},
    {"--role", 'r', Kind::Text, "ROLE", "the role that is changed; not needed when there is only one"},
    {"--machine", 'm', Kind::Host, "MACHINE", "a machine of the role; may be given several times"},
    {"--tag", 't', Kind::Tag, "TAG", "a tag of the role; may be given several times"},
    kNoCommit,
};
constexpr OptionSpec kSchemaOptions[] = {
    {"--class", 'c', Kind::Class, "CLASS", "nixos, darwin or home; for sync and show all when not given"},
    {"--from", 0, Kind::File, "FILE", "sync: list the options of { lib }: [ modules ] instead of the flake's hosts"},
    {"--lib", 0, Kind::Directory, "DIR", "sync: nixpkgs' lib for --from"},
};
constexpr PositionalSpec kSchemaWords[] = {
    {"VERB", Kind::Text, "import, sync or show", true},
    {"FILE|PATH", Kind::File, "the list to import, or the option to show"},
};

constexpr PositionalSpec kServicesWords[] = {
    {"VERB", Kind::Text, "list (the default), show or schema of a service; add, set or remove of an instance"},
    {"NAME", Kind::Plugin, "the service, or the instance"},
    {"SETTING", Kind::Text, "set: NAME=VALUE, remove: NAME; of the machines and tags that are named, else of the role",
     false, true},
};

constexpr OptionSpec kMachinesOptions[] = {
    kTag,
    kClass,
    {"--description", 0, Kind::Text, "TEXT", "create: what the machine is for"},
    {"--system", 0, Kind::Text, "SYSTEM", "create: its platform; x86_64-linux or aarch64-darwin when not given"},
    {"--template", 0, Kind::Text, "TEMPLATE",
     "create: new-machine, or one of this fleet (.#NAME) or of an input (INPUT#NAME)"},
    {"--target-host", 0, Kind::Text, "ADDRESS", "create, hardware, install: where it is reached, with the user"},
    {"--phases", 0, Kind::Text, "LIST", "install: some of kexec,disko,install,reboot; all when not given"},
    {"--yes", 'y', Kind::Flag, "", "install: erase the disks without asking"},
    {"--restart", 0, Kind::Flag, "", "install: begin with the first phase again"},
    {"--skip-hardware-check", 0, Kind::Flag, "", "install: do not compare disks and boot loader with facter.json"},
    {"--build-on", 0, Kind::Text, "WHERE", "install: let nixos-anywhere build: auto, local or remote"},
    {"--identity", 'i', Kind::File, "FILE", "install: the ssh key for the installer"},
    kHostKeyCheck,
    kSshConfig,
    kNoCommit,
};
constexpr PositionalSpec kMachinesWords[] = {
    {"VERB", Kind::Text, "list (the default), create, delete, rename, set, hardware or install"},
    {"MACHINE", Kind::Host, "the machine"},
    {"WORD", Kind::Text, "rename: the new name; set: FIELD=VALUE", false, true},
};

constexpr OptionSpec kTagsOptions[] = {kNoCommit};
constexpr PositionalSpec kTagsWords[] = {
    {"VERB", Kind::Text, "list (the default), add or remove"},
    {"MACHINE", Kind::Host, "the machine that gets or loses the tag"},
    {"TAG", Kind::Tag, "the tag"},
};

constexpr OptionSpec kGraphOptions[] = {
    {"--out", 'o', Kind::File, "FILE", "write the picture there instead of standard output"},
};
constexpr PositionalSpec kImportWords[] = {
    {"clan", Kind::Verb, "what to look at: a clan repository", true},
    {"DIR", Kind::Directory, "its directory", true},
};

constexpr OptionSpec kVarsOptions[] = {
    {"--generator", 'g', Kind::Text, "NAME", "only this generator; may be given several times"},
    {"--regenerate", 'r', Kind::Flag, "", "also what has values already"},
    {"--user", 0, Kind::Text, "NAME", "the user a new key is registered for; else the one who is logged in"},
    {"--no-commit", 0, Kind::Flag, "", "write files and leave git alone"},
    {"--recipient", 0, Kind::Text, "KEY", "export: a public key that opens the archive; may be given several times"},
    {"--store", 0, Kind::Text, "STORE", "export, import: another store than the fleet's: sops, age or password-store"},
    {"--from", 0, Kind::Text, "STORE", "migrate: where the secrets are; else the fleet's store"},
    {"--remove", 0, Kind::Flag, "", "migrate: remove from there what both have"},
    {"--replace", 0, Kind::Flag, "", "import: also values that are there and differ"},
    {"--directory", 0, Kind::Directory, "DIR",
     "upload: write decrypted files there, in memory, instead of to the host"},
    {"--yes", 'y', Kind::Flag, "", "prune: remove without asking"},
    kTargetHost,
    kSudo,
    kAskSudo,
    kHostKeyCheck,
    kSshConfig,
    {"--changed-scripts", 0, Kind::Flag, "", "generate: also what an earlier script made"},
    {"--no-sandbox", 0, Kind::Flag, "", "generate: run scripts with your rights"},
    {"--script-timeout", 0, Kind::Text, "SECONDS", "generate: how long a script may take; 600"},
    {"--nix-option", 0, Kind::Text, "WORD", "generate: a further word for `nix build`; may be given several times"},
};
constexpr PositionalSpec kVarsWords[] = {
    {"VERB", Kind::Text, "keygen, list, get, set, check, fix, generate, upload, export, import, migrate or prune",
     true},
    {"MACHINE|ID", Kind::Host,
     "machines, all when none is named; for get and set a machine and an id; for export and import a file", false,
     true},
};

constexpr OptionSpec kRenderOptions[] = {
    {"--out", 'o', Kind::Directory, "DIR", "write the tree there instead of $XDG_STATE_HOME/fleetd/<fleet>/tree"},
};
constexpr PositionalSpec kRenderWords[] = {
    {"HOST", Kind::Host, "hosts to render; all when none is named", false, true}};

constexpr OptionSpec kInitOptions[] = {
    {"--name", 0, Kind::Text, "NAME", "the fleet's name; else the directory's"},
    {"--machine", 0, Kind::Text, "NAME", "the first machine; `first` when not given"},
    {"--class", 'c', Kind::Class, "CLASS", "its class: nixos (the default) or darwin"},
    {"--user", 0, Kind::Text, "NAME", "what you are called in the fleet; $USER when not given"},
    {"--no-key", 0, Kind::Flag, "", "make no key, and let nobody into the fleet's secrets yet"},
};
constexpr PositionalSpec kInitWords[] = {
    {"DIR", Kind::Directory, "an empty directory, or one that is made; the current one when not given"}};

constexpr OptionSpec kEvalOptions[] = {
    {"--expr", 'E', Kind::Text, "EXPR", "evaluate this text instead of a file"},
};
constexpr PositionalSpec kEvalWords[] = {
    {"FILE", Kind::File, "a file, a directory with a default.nix, or - for standard input"}};

constexpr PositionalSpec kEvalModulesWords[] = {{"FILE", Kind::File, "a file holding { lib }: [ modules ]", true}};

constexpr PositionalSpec kCompletionsWords[] = {{"SHELL", Kind::Shell, "bash, zsh or fish", true}};
constexpr PositionalSpec kHelpWords[] = {{"COMMAND", Kind::Command, "the command to explain"}};

constexpr Command kCommands[] = {
    {"init", "make a new fleet",
     "Writes a flake with an inventory and one machine, files for direnv, just and CI, and starts a git repository. The fleet is\n"
     "without errors at once. You become a user of it, with the age key you have, or with one that is made; its secret half stays\n"
     "in your key file.",
     kInitOptions, kInitWords, Stack::Big, runInit},
    {"check", "check the fleet and show its hosts",
     "Reads the repository, composes every host and reports all errors with their places. Nothing is built and Nix is not\n"
     "started. The table counts, for each host, the definitions the fleet makes, the values that are left to Nix because the\n"
     "fleet alone does not determine them, and the errors found.",
     kCheckOptions, kCheckWords, Stack::Big, runCheck},
    {"show", "show the configuration of a host",
     "Prints the composed configuration of a host, or the part of it below PATH: one line a value, or JSON. Values that rest\n"
     "on a platform's defaults are marked as assumed; values that are left to Nix are printed as expressions, in JSON as\n"
     "{ \"$expr\": …, \"$at\": … }. `show HOST home:USER` shows the home of a user inside a host.",
     kShowOptions, kShowWords, Stack::Big, runShow},
    {"explain", "explain where a value comes from, or what a code means",
     "For a host and an option path: the value, its type and default, every definition with file, line and column, which one\n"
     "won and why the others lost, what the value was computed from and what is unknown about it. For a code such as FL0412:\n"
     "what it means and the ways out.",
     kExplainOptions, kExplainWords, Stack::Big, runExplain},
    {"hosts",
     "list the hosts of the fleet",
     "Lists hosts with class, system, tags and the place that defines them. Does not compose them, so it works as long as the\n"
     "fleet itself can be read.",
     kHostsOptions,
     {},
     Stack::Big,
     runHosts},
    {"plugins",
     "list plugins, or show one",
     "Lists the plugins that fleetd finds: role, version, the options each declares, the options it may write and the hosts\n"
     "that select it. `plugins show ID` shows one in full: what it is, everything it may touch, and what it did touch in the last\n"
     "command that used it.\n"
     "\n"
     "  fleetd plugins\n"
     "  fleetd plugins show zerotier\n"
     "  fleetd plugins show zerotier --json | jq .lastRun.writes",
     {},
     kPluginsWords,
     Stack::Big,
     runPlugins},
    {"plugin", "write plugins: make a project, check a library",
     "`plugin new NAME` writes a project that builds and tests outside of fleetd. `plugin check FILE` looks at the file before it\n"
     "loads it, then lets two processes with a time limit load it and call everything as fleetd would: manifest, schema, answers,\n"
     "the rules of each call, determinism. One line a finding; the exit code is 1 when there is one.\n"
     "\n"
     "  fleetd plugin new org.example.greeter --kind service\n"
     "  fleetd plugin check build/org.example.greeter.so --json",
     kPluginOptions, kPluginWords, Stack::Big, runPlugin},
    {"trust",
     "let a plugin that comes with the fleet run",
     "Code in the fleet's own plugins/ is not loaded before you say so. `trust PLUGIN` keeps a private copy of the library as it is\n"
     "now, and only that copy is loaded; when the file changes it has to be trusted again. Without a name it lists the fleet's own\n"
     "plugins and whether each is trusted. Nothing of a plugin is run by this command.\n"
     "\n"
     "  fleetd plugin check plugins/org.example.greeter.so\n"
     "  fleetd trust org.example.greeter",
     {},
     kTrustWords,
     Stack::Ordinary,
     runTrust},
    {"untrust",
     "take that back",
     "Removes the private copies of these plugins, whatever their content. They are not loaded any more.",
     {},
     kUntrustWords,
     Stack::Ordinary,
     runUntrust},
    {"machines", "list and change the machines of the inventory",
     "Lists machines, makes new ones from a template, renames and deletes them with all that belongs to them (values, keys, roles,\n"
     "tags), and sets their fields in inventory.json. What a Nix file defines is refused with its place. `machines hardware NAME` has\n"
     "nixos-facter report what a machine is made of, `machines install NAME` erases it and installs it with nixos-anywhere.",
     kMachinesOptions, kMachinesWords, Stack::Big, runMachines},
    {"tags", "list tags, give and take them",
     "Lists the tags of the fleet with their machines and the roles given by them. `tags add MACHINE TAG` and `tags remove MACHINE\n"
     "TAG` change inventory.json.",
     kTagsOptions, kTagsWords, Stack::Big, runTags},
    {"graph",
     "draw who has which role",
     "Draws instances of services, their roles and the hosts that have them as an SVG, for light and dark backgrounds.",
     kGraphOptions,
     {},
     Stack::Big,
     runGraph},
    {"import",
     "explain what of another repository is understood",
     "`import clan DIR` tells what of a clan repository fleetd reads natively, what it leaves to Nix and what it does not understand.\n"
     "Nothing is changed.",
     {},
     kImportWords,
     Stack::Big,
     runImport},
    {"services", "list the instances of services, or show one service",
     "Lists the instances of the inventory: the service of each, who implements it (a plugin, a module of this fleet, or Nix)\n"
     "and which machines have which role. `services show NAME` prints the roles and settings of a service, `services schema NAME`\n"
     "the settings as JSON Schema. `add`, `set` and `remove` change instances in inventory.json; a change that would give the\n"
     "fleet new errors is taken back.",
     kServicesOptions, kServicesWords, Stack::Big, runServices},
    {"schema", "what the options of the platforms are",
     "`schema sync` has Nix list the options of the hosts, those of modules that cannot be read here included; from then on an\n"
     "option that does not exist is an error. `schema import FILE --class CLASS` takes an options.json as manuals are made of:\n"
     "an option it does not have is a warning. `schema show PATH` prints type, default and description of an option.",
     kSchemaOptions, kSchemaWords, Stack::Big, runSchema},
    {"vars", "generated values and secrets",
     "`vars generate` makes what is missing: it asks what has to be asked, runs fleetd's own generators and stores each value at\n"
     "once, secrets encrypted for you and for the machines that get them. `vars list MACHINE` shows what a machine has, `vars get`\n"
     "and `vars set MACHINE GENERATOR/FILE` read and write one value, `vars check` tells what is missing or encrypted for the\n"
     "wrong keys, `vars fix` encrypts again for the right ones, `vars keygen` makes your key. Files are committed to git.\n"
     "`vars upload HOST` brings a machine its key and what it needs before its services, `vars export` and `vars import` move\n"
     "values in an encrypted archive, `vars migrate` copies them into another store, `vars prune` removes what nothing declares.\n"
     "\n"
     "  fleetd vars generate web\n"
     "  fleetd vars get web openssh/ssh.id_ed25519.pub\n"
     "  fleetd vars export backup.age --recipient age1…\n"
     "  fleetd vars migrate age\n"
     "  fleetd vars prune",
     kVarsOptions, kVarsWords, Stack::Big, runVars},
    {"secrets", "people, machines and groups, their keys and secrets", kSecretsText, kSecretsOptions, kSecretsWords,
     Stack::Big, runSecrets},
    {"channels", "where packages come from, and for how long",
     "Lists the packages that channels.json takes from another nixpkgs channel, with reason, dates and whether that is still needed.\n"
     "`channels check` shows only those that have expired, are not needed, or whose package nixpkgs has in a binary cache by now;\n"
     "exit code 1 when there are any. `channels add PACKAGE\n"
     "--channel NAME --reason TEXT` and `channels drop PACKAGE` change the file; `channels add NAME --input INPUT` makes a channel of\n"
     "a flake input. The file is committed to git.\n"
     "\n"
     "  fleetd channels add stable --input nixpkgs-stable\n"
     "  fleetd channels add quarto --channel stable --platform darwin --reason 'does not build' --until 2027-01-31\n"
     "  fleetd channels drop quarto",
     kChannelsOptions, kChannelsWords, Stack::Big, runChannels},
    {"inputs", "list and update what flake.lock pins",
     "Lists the inputs of the flake with revision and date. `inputs update` has Nix lock newer versions of all of them, or of those\n"
     "named, and shows what changed. If that fails, flake.lock stays as it was. Nothing is committed unless --commit is given.\n"
     "\n"
     "  fleetd inputs update nixpkgs --commit",
     kInputsOptions, kInputsWords, Stack::Big, runInputs},
    {"adopt", "show that fleetd builds what you build already",
     "Renders the build tree outside of the repository and compares, for every host, the derivation that Nix gives for it with the\n"
     "one of the repository's own flake. Nothing is built, and nothing in the repository changes.",
     kAdoptOptions, kOperationWords, Stack::Big, runAdopt},
    {"eject", "write a flake that does without fleetd",
     "Writes the fleet as an ordinary flake that builds the same systems: its own files, and what plugins contribute as Nix modules.\n"
     "--verify has Nix compare the derivations of all hosts.",
     kEjectOptions, kEjectWords, Stack::Big, runEject},
    {"render", "write the build tree",
     "Writes the fleet's files and a generated flake around the fleet's own modules, for Nix to build. Files are written only\n"
     "when they change, each at once or not at all; while the fleet has errors nothing is written. Hosts that are not named\n"
     "cannot be built from the tree.",
     kRenderOptions, kRenderWords, Stack::Big, runRender},
    {"build", "build the systems of hosts",
     "Renders the build tree and lets Nix build it. Hosts whose fingerprint is unchanged are not evaluated at all. What Nix reports\n"
     "is reduced to the error itself, with places in the fleet's own files; the whole log of each host is kept.",
     kBuildOptions, kOperationWords, Stack::Big, runBuild},
    {"plan", "show what a deployment would change",
     "Compares what the fleet says of each host with what was deployed to it last from this machine: options that change, and the\n"
     "system if it is built. No host is asked, and Nix is not started.",
     kPlanOptions, kOperationWords, Stack::Big, runPlan},
    {"deploy", "build systems and bring hosts to them",
     "Builds, copies, activates, and confirms over a new connection. A host that is not reached anew in time, whose units fail or\n"
     "whose health check fails returns to its earlier system by itself, and boots that one if it loses power meanwhile. Hosts that\n"
     "run their system already are left alone: run again to continue a deployment that was cut off.",
     kDeployOptions, kOperationWords, Stack::Big, runDeploy},
    {"rollback", "return hosts to an earlier generation",
     "Activates the generation before the present one, or the one given, as carefully as a deployment.",
     kRollbackOptions, kOperationWords, Stack::Big, runRollback},
    {"generations", "list the generations that hosts have", "Asks hosts for the generations of their system profile.",
     kGenerationsOptions, kOperationWords, Stack::Big, runGenerations},
    {"status", "show what hosts run and whether they are well",
     "Asks every host at once: what it runs and boots against what was deployed last, failed units, a pending reboot, disks, clock.\n"
     "The exit code is 1 when a host differs, 3 when one cannot be asked.",
     kStatusOptions, kOperationWords, Stack::Big, runStatus},
    {"history",
     "list the deployments made from this machine",
     "The newest first: who, when, which commit, and what became of each host.",
     kHistoryOptions,
     {},
     Stack::Big,
     runHistory},
    {"diff",
     "compare the fleet with what was deployed",
     "The options of a host that differ between an earlier deployment and the fleet as it is.",
     {},
     kDiffWords,
     Stack::Big,
     runDiff},
    {"network", "show the ways that lead to machines",
     "list: the addresses that services export, the best network first. ping: which of them answer. overview: machines against\n"
     "networks, and the way a deployment would take. hosts: names, addresses and keys for other programs. graph: a picture as SVG.\n"
     "connect PROXY HOST PORT: a connection through a SOCKS5 proxy on standard input and output, for ssh's ProxyCommand.\n"
     "\n"
     "  fleetd network ping web --network vpn\n"
     "  fleetd network hosts --zone >fleet.zone\n"
     "  fleetd network graph --ask --out networks.svg",
     kNetworkOptions, kNetworkWords, Stack::Big, runNetwork},
    {"zerotier", "members of ZeroTier networks, declared and actual",
     "Asks the daemon on the controller's host, over ssh. `status` counts what differs from the fleet, `members` lists members and\n"
     "differing settings; nothing is changed unless --fix or --revoke is given. `authorize` and `revoke` let single members in and shut\n"
     "them out, `ping` sends echoes over the network from the controller. `migrate` moves values of clan's earlier layouts to where\n"
     "they are looked for now. The exit code is 1 where something differs, 3 where the controller cannot be asked.\n"
     "\n"
     "  fleetd zerotier members --json\n"
     "  fleetd zerotier members --fix\n"
     "  fleetd zerotier authorize phone",
     kZerotierOptions, kZerotierWords, Stack::Big, runZerotier},
    {"ssh", "log in to a host, or run a command there", kSshHelp, kSshOptions, kSshWords, Stack::Big, runSsh},
    {"eval", "evaluate a Nix expression",
     "Evaluates an expression completely and prints its value, like `nix-instantiate --eval --strict`. With --json as JSON.\n"
     "There is no store and no search path.",
     kEvalOptions, kEvalWords, Stack::Big, runEval},
    {"eval-modules",
     "evaluate a list of modules",
     "Evaluates the modules of FILE as lib.evalModules does and prints the resulting configuration, with --json as JSON.",
     {},
     kEvalModulesWords,
     Stack::Big,
     runEvalModules},
    {"completions",
     "print a completion script for a shell",
     "bash: add  source <(fleetd completions bash)  to ~/.bashrc\n"
     "zsh:  write it to a file called _fleetd in a directory of $fpath\n"
     "fish: write it to ~/.config/fish/completions/fleetd.fish",
     {},
     kCompletionsWords,
     Stack::Ordinary,
     runCompletions},
    {"version", "print the version", "", {}, {}, Stack::Ordinary, runVersion},
    {"help", "explain fleetd or one command", "", {}, kHelpWords, Stack::Ordinary, runHelp},
};

}  // namespace

std::span<const OptionSpec> globalOptions() { return kGlobal; }

std::span<const Command> commands() { return kCommands; }

const Command* findCommand(std::string_view name) {
  const auto* found =
      std::find_if(std::begin(kCommands), std::end(kCommands), [&](const Command& c) { return c.name == name; });
  return found == std::end(kCommands) ? nullptr : found;
}

}  // namespace fleetd::cli
