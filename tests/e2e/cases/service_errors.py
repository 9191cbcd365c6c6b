"""What can be wrong with instances of services, each with a code, a place and a way out; homes that take part through tags."""

from harness import Case

HOSTS = """{ lib, ... }: {
  clan.meta.name = "yard";
  clan.meta.domain = "yard.example.org";
  clan.inventory.machines.oak.tags = [ "server" ];
  clan.inventory.machines.elm.machineClass = "darwin";
  clan.machines.oak.nixpkgs.hostPlatform = "x86_64-linux";
  clan.machines.elm.nixpkgs.hostPlatform = "aarch64-darwin";
  clan.inventory.tags.homes = [ "ada@desk" ];
  fleet.machines."ada@desk" = {
    class = "home";
    system = "x86_64-linux";
    modules = [ { home.username = "ada"; home.homeDirectory = "/home/ada"; home.stateVersion = "25.11"; } ];
  };
  clan.modules.mine = { lib, ... }: {
    _class = "clan.service";
    manifest.name = "yard/mine";
    roles.peer.interface.options.greeting = lib.mkOption { type = lib.types.str; default = "hello"; };
    roles.peer.perInstance = { settings, ... }: { nixosModule.networking.domain = settings.greeting; };
  };
  %s
}
"""
FLAKE = """{ outputs = { clan-core, self, ... }: clan-core.lib.clan { inherit self; imports = [ ./clan.nix ]; };
  inputs.clan-core.url = "https://git.clan.lol/clan/clan-core/archive/main.tar.gz"; }
"""
LOCK = """{ "nodes": { "clan-core": { "locked": { "type": "tarball", "narHash": "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
  "url": "https://git.clan.lol/clan/clan-core/archive/main.tar.gz" }, "original": { "type": "tarball",
  "url": "https://git.clan.lol/clan/clan-core/archive/main.tar.gz" } }, "root": { "inputs": { "clan-core": "clan-core" } } }, "root": "root", "version": 7 }
"""


def yard(text):
    return {"modules/yard.nix": HOSTS % text}


def instance(text, module="mine", source="self"):
    given = f'input = "{source}";' if source else ""
    return f'clan.inventory.instances.one = {{ module = {{ name = "{module}"; {given} }}; {text} }};'


def refused(name, text, *err, code=1):
    return Case(name, ["check"], code=code, files=yard(text), err=list(err))


def clan(name, text, *err, code=1, flags=()):
    files = {"flake.nix": FLAKE, "flake.lock": LOCK, "clan.nix": '{ meta.name = "yard"; inventory.machines.oak = { }; machines.oak.nixpkgs.hostPlatform = "x86_64-linux"; %s }' % text}
    return Case(name, ["check", *flags], code=code, files=files, err=list(err))


PEER = "roles.peer.machines.oak = { };"

CASES = [
    refused("a module the fleet does not have", instance(PEER, module="mien"), "error[FL0627]", "`mien`", "did you mean `mine`?", "yard.nix:"),
    refused("self for what comes with fleetd", instance("roles.server.tags.all = { };", module="sshd"), "error[FL0627]", "leave out `module.input`"),
    refused("a module of the fleet without self", instance(PEER, source=""), "error[FL0627]", 'set `module.input = "self"`'),
    refused("a service there is not", instance("roles.server.tags.all = { };", module="ssdh", source=""), "error[FL0627]", "did you mean `sshd`?"),
    clan("a service of clan that is misspelt", 'inventory.instances.one = { module.name = "borgbakup"; roles.client.machines.oak = { }; };', "warning[FL0606]", "did you mean `borgbackup`?", code=0),
    clan("a service of clan that fleetd does not have", 'inventory.instances.one = { module.name = "matrix-synapse"; roles.default.machines.oak = { }; };', "note[FL0606]", code=0, flags=["-v"]),
    clan("an input the flake does not have", 'inventory.instances.one = { module = { name = "mesh"; input = "clna-core"; }; roles.peer.machines.oak = { }; };', "error[FL0628]", "`clna-core`", "did you mean `clan-core`?"),
    refused("a role the module does not have", instance("roles.pear.machines.oak = { };"), "error[FL0601]", "`pear`", "did you mean `peer`?"),
    refused("no roles", instance(""), "error[FL0608]", "one"),
    refused("a setting the interface does not have", instance("roles.peer = { tags.server = { }; settings.greting = \"x\"; };"), "error[", "greting"),
    refused("a function in settings", instance("roles.peer = { tags.server = { }; settings = { lib, ... }: { }; };"), "are a function", "plain values", "yard.nix:"),
    refused("a function in settings of a machine", instance("roles.peer.machines.oak.settings = { ... }: { };"), "are a function"),
    refused("imports in settings", instance("roles.peer = { tags.server = { }; settings.imports = [ ]; };"), "cannot import modules", "extraModules"),
    refused("imports in settings of a tag", instance("roles.peer.tags.server.settings.imports = [ ];"), "cannot import modules"),
    refused("settings that are no set", instance("roles.peer = { tags.server = { }; settings = 5; };"), "error["),
    refused("a name in a tag that nobody has", instance(PEER) + ' clan.inventory.tags.green = [ "oka" ];', "warning[FL0626]", "`oka`", "did you mean `oak`?", code=0),
    refused("a machine that is not there", instance("roles.peer.machines.oka = { };"), "error[FL0602]", "did you mean `oak`?"),
    refused("extraModules of a machine", instance("roles.peer.machines.oak.extraModules = [ ];"), "error[", "extraModules"),
    refused("a class the service does nothing on", instance("roles.default.tags.all = { };", module="emergency-access", source=""), "error[FL0605]", "elm (darwin)", "excludeMachines", "check clan-core/emergency-access-one-default-class"),
    refused("a class that is left out", instance('roles.default = { tags.all = { }; excludeMachines = [ "elm" ]; };', module="emergency-access", source=""), code=0),
    refused("a class that is silenced by id", instance("roles.default.tags.all = { };", module="emergency-access", source="") + ' flake.fleet.silence = [ "clan-core/emergency-access-one-default-class" ];', code=0),
    clan("a class in a clan is a note", 'inventory.machines.elm.machineClass = "darwin"; machines.elm.nixpkgs.hostPlatform = "aarch64-darwin"; inventory.instances.emergency-access.roles.default.tags.all = { };', "note[FL0605]", code=0, flags=["-v"]),
    refused("a module of the fleet in a home", instance("roles.peer.tags.homes = { };"), "error[FL0605]", "ada@desk (home)"),
    Case("packages in a home", ["show", "ada@desk", "home.packages"], files=yard(instance('roles.default = { tags.homes = { }; settings.packages = [ "git" ]; };', module="packages", source="")), out=["pkgs.git"]),
    Case("settings of a tag for a home", ["show", "ada@desk", "home.packages"], files=yard(instance('roles.default = { tags.homes.settings.packages = [ "jq" ]; settings.packages = [ "git" ]; };', module="packages", source="")), out=["pkgs.git", "pkgs.jq"]),
    Case("a home that a role names", ["show", "ada@desk", "home.packages"], files=yard(instance('roles.default.machines."ada@desk".settings.packages = [ "git" ];', module="packages", source="")), out=["pkgs.git"]),
    Case("caches of a home", ["show", "ada@desk", "nix.settings.extra-substituters", "--json"], files=yard(instance("roles.default.tags.homes = { };", module="trusted-nix-caches", source="")), json_equals=["https://cache.clan.lol", "https://nix-community.cachix.org"]),
    Case("keys of a home", ["show", "ada@desk", 'home.file.".config/fleetd/authorized_keys".text', "--json"], files=yard(instance('roles.default = { tags.homes = { }; settings = { user = "ada"; openssh.authorizedKeys.keys = [ "ssh-ed25519 AAAA ada" ]; }; };', module="users", source="")), json_equals="ssh-ed25519 AAAA ada\n"),
    Case("keys of another user", ["show", "ada@desk"], files=yard(instance('roles.default = { tags.homes = { }; settings = { user = "bob"; openssh.authorizedKeys.keys = [ "ssh-ed25519 AAAA bob" ]; }; };', module="users", source="")), not_out=["AAAA bob"]),
    refused("files with keys in a home", instance('roles.default = { tags.homes = { }; settings = { user = "ada"; openssh.authorizedKeys.keyFiles = [ "/k" ]; }; };', module="users", source=""), "USER01", "keyFiles"),
    Case("a home trusts the authority", ["show", "ada@desk", 'home.file.".ssh/known_hosts2".text', "--json"], files={**yard(instance("roles.server.machines.oak = { }; roles.client.tags.homes = { };", module="sshd", source="")), "vars/shared/openssh-ca/id_ed25519.pub/value": "ssh-ed25519 AAAA ca\n"}, json_equals="@cert-authority *.yard.example.org ssh-ed25519 AAAA ca\n"),
    Case("tor in a home", ["show", "ada@desk", "systemd.user.services.tor.Install.WantedBy", "--json"], files=yard(instance("roles.client.tags.homes = { };", module="tor", source="")), json_equals=["default.target"]),
    Case("syncthing in a home", ["show", "ada@desk", "services.syncthing.settings.folders", "--json"], files=yard(instance('roles.peer = { tags.homes = { }; settings.folders.hay.path = "/h"; };', module="syncthing", source="")), out=['"/h"']),
    Case("monitoring: where clients send", ["show", "oak", 'environment.etc."alloy/config.alloy".text'], files=yard('clan.inventory.machines.fir = { }; clan.machines.fir.nixpkgs.hostPlatform = "x86_64-linux"; clan.inventory.instances.monitoring.roles = { server.machines.fir = { }; client.machines.oak = { settings.monitoredSystemdServices = [ "sshd.service" ]; }; };'), out=["http://fir.yard.example.org/loki/api/v1/push", "sshd"]),
    refused("monitoring: two servers", 'clan.inventory.machines.fir = { }; clan.machines.fir.nixpkgs.hostPlatform = "x86_64-linux"; clan.inventory.instances.monitoring.roles.server.machines = { oak = { }; fir = { }; };', "FL0604", "at most 1"),
    refused("monitoring: no server", "clan.inventory.instances.monitoring.roles.client.machines.oak = { };", "FL0604", "at least 1"),
    refused("monitoring: units of another kind", 'clan.inventory.instances.monitoring.roles = { server.machines.oak = { }; client.machines.oak.settings.monitoredSystemdServices = "some"; };', "error[", "monitoredSystemdServices"),
    refused("localbackup: a relative directory", instance('roles.default.machines.oak.settings.targets.usb.directory = "usb";', module="localbackup", source=""), "LOCAL01", "absolute"),
    refused("localbackup: a name with a slash", instance('roles.default.machines.oak.settings.targets."a/b".directory = "/usb";', module="localbackup", source=""), "LOCAL01", "`a/b`"),
    refused("localbackup: no snapshots", instance('roles.default.machines.oak.settings = { snapshots = 0; targets.usb.directory = "/usb"; };', module="localbackup", source=""), "LOCAL01", "at least one"),
    Case("localbackup: nothing without state", ["show", "oak", "clan.core.backups"], files=yard(instance('roles.default.machines.oak.settings.targets.usb.directory = "/usb";', module="localbackup", source="")), not_out=["localbackup-create"]),
    Case("monitoring: labels, filters, who sends", ["show", "oak", 'environment.etc."alloy/config.alloy".text'], files=yard('clan.inventory.instances.monitoring.roles = { server.machines.oak = { }; client.machines.oak.settings = { monitoredSystemdServices = [ "sshd.service" ]; loki.journal.relabelRules = { beforeNormalization = [ "// first" ]; afterNormalization = [ "// last" ]; }; }; };'), out=['target_label = \\"service_name\\"', 'target_label = \\"instance\\"', "nixos_systemd_unit_state", 'username = \\"alloy\\"', "^(sshd", "// first", "// last"]),
    Case("monitoring: everything is watched", ["show", "oak", 'environment.etc."alloy/config.alloy".text'], files=yard('clan.inventory.instances.monitoring.roles = { server.machines.oak = { }; client.machines.oak.settings.monitoredSystemdServices = "all"; };'), not_out=["__journal__systemd_unit\\\\\"]\\n    regex"], out=["unit_state"]),
    Case("monitoring: nothing is reported", ["show", "oak", "services.alloy.extraFlags", "--json"], files=yard('clan.inventory.instances.monitoring.roles = { server.machines.oak = { }; client.machines.oak = { }; };'), json_equals=["--disable-reporting=true", "--server.http.enable-pprof=false"]),
    Case("monitoring: the administrator of Grafana", ["show", "oak", "clan.core.vars.generators.grafana-admin.files.username.secret", "--json"], files=yard('clan.inventory.instances.monitoring.roles = { server.machines.oak.settings.grafana.enable = true; client.machines.oak = { }; };'), json_equals=False),
    refused("monitoring: ids of limits are clan's", "clan.inventory.instances.monitoring.roles.client.machines.oak = { };", "check monitoring-monitoring-server-minMachines"),
    Case("defaults: the release until one is kept", ["show", "oak", "system.stateVersion", "--json"], files=yard(instance("roles.default.tags.nixos.settings.release = \"26.05\";", module="recommended-defaults", source="")), json_equals="26.05"),
    Case("defaults: a kept release with a line end", ["show", "oak", "system.stateVersion", "--json"], files={**yard(instance("roles.default.tags.nixos = { };", module="recommended-defaults", source="")), "vars/per-machine/oak/state-version/version/value": "24.05\n"}, json_equals="24.05"),
    Case("defaults: weaker than anything", ["show", "oak", "networking.firewall.allowPing", "--json"], files=yard(instance("roles.default = { tags.nixos = { }; extraModules = [ { networking.firewall.allowPing = false; } ]; };", module="recommended-defaults", source="")), json_equals=False),
    refused("services of an earlier clan", "clan.inventory.services.borgbackup.main = { };", "error[FL0632]", "`inventory.services.borgbackup`", "module.name = \"borgbackup\"", "yard.nix:"),
    Case("an empty set of earlier services", ["check"], files={**yard(""), "inventory.json": '{ "services": {} }'}),
    refused("settings that are no data", instance('roles.peer = { tags.server = { }; settings.greeting = ./yard.nix; };'), "error[", "greeting"),
    refused("settings of a plugin that only Nix knows", instance('roles.default = { tags.all = { }; settings.packages = [ (import <nixpkgs> { }).hello.name ]; };', module="packages", source=""), "error["),
    refused("no instance has the module's name", instance("roles.peer.machines.oak = { };", module=""), "error["),
    refused("defaults: no release", instance('roles.default.machines.oak.settings.release = "new";', module="recommended-defaults", source=""), "DEFAULTS01"),
    Case("defaults: a Mac", ["show", "elm", "system.stateVersion", "--json"], files=yard(instance("roles.default.tags.darwin = { };", module="recommended-defaults", source="")), json_equals=6),
    Case("defaults: the release a machine began with", ["show", "oak", "system.stateVersion", "--json"], files={**yard(instance("roles.default.tags.nixos = { };", module="recommended-defaults", source="")), "vars/per-machine/oak/state-version/version/value": "24.05"}, json_equals="24.05"),
    Case("defaults: by selection, without a role", ["show", "elm", "nix.settings.log-lines", "--json"], files=yard('flake.fleet.hosts.elm.plugins = [ "recommended-defaults" ];'), json_equals=25),
]
