"""Services of the inventory that plugins implement: settings in layers, their effect on hosts of each class, what is wrong with
instances, and the commands that show them."""

import hashlib
import json
import os
import shutil
import subprocess
import unittest

from harness import Case, FleetTest

CLAN = """{ outputs = { clan-core, self, ... }: clan-core.lib.clan { inherit self; imports = [ ./clan.nix ]; };
  inputs.clan-core.url = "https://git.clan.lol/clan/clan-core/archive/main.tar.gz"; }
"""

MACHINES = """
  meta.name = "yard";
  meta.domain = "yard.example.org";
  inventory.machines = {
    barn.tags = [ "server" ];
    silo.tags = [ "server" "quiet" ];
    gate.machineClass = "darwin";
  };
  machines.barn.nixpkgs.hostPlatform = "x86_64-linux";
  machines.silo.nixpkgs.hostPlatform = "x86_64-linux";
  machines.gate.nixpkgs.hostPlatform = "aarch64-darwin";
"""


def clan(instances):
    return {"flake.nix": CLAN, "clan.nix": "{" + MACHINES + "inventory.instances = {" + instances + "}; }\n"}


def shown(name, instances, host, path, value):
    return Case(name, ["show", host, path, "--json"], files=clan(instances), json_equals=value)


def refused(name, instances, code, *texts, exit_code=1):
    return Case(name, ["check"], code=exit_code, files=clan(instances), err=[code, *texts])


USER = 'ada = { module.name = "users"; roles.default = { tags.server = { }; machines.gate = { }; settings = { groups = [ "wheel" ]; openssh.authorizedKeys.keys = [ "ssh-ed25519 AAAA ada" ]; }; machines.silo.settings.groups = [ "audio" ]; }; };'
SSHD = 'sshd = { roles.server.tags.server.settings.certificate.searchDomains = [ "a.example" ]; roles.server.tags.quiet.settings.certificate.enable = false; roles.client.tags.all = { }; };'
WIREGUARD = 'vpn = { module.name = "wireguard"; roles.controller.machines.barn.settings.endpoint = "vpn.example.org"; roles.peer.machines = { silo = { }; gate = { }; }; };'
SYNCTHING = 'sync = { module.name = "syncthing"; roles.peer = { tags.server = { }; settings.folders = { grain = { path = "/srv/grain"; type = "sendonly"; }; hay = { path = "/srv/hay"; devices = [ "silo" ]; }; }; settings.extraDevices.phone.id = "PHONE-ID"; }; };'
BORG = 'borgbackup.roles = { server.machines.silo = { }; client = { machines.barn = { }; extraModules = [ { clan.core.state = { grain.folders = [ "/var/grain" ]; hay.folders = [ "/var/hay" "/var/grain" ]; }; } ]; }; };'


def prefix_of(instance, controller):
    network, subnet = (hashlib.sha256(name.encode()).digest() for name in (instance, controller))
    groups = (0xFD00 | network[0], network[1] << 8 | network[2], subnet[0], subnet[1] << 8)
    return ":".join(f"{group:x}" for group in groups)


def suffix_of(peer):
    return ":".join(hashlib.sha256(peer.encode()).hexdigest()[i : i + 4] for i in range(0, 16, 4))


PORTS = "programs.ssh.knownHosts.ssh-ca.extraHostNames"

CASES = [
    shown("users: groups of the role and of the machine", USER, "silo", "users.users.ada.extraGroups", ["audio", "wheel"]),
    shown("users: groups of the role alone", USER, "barn", "users.users.ada.extraGroups", ["wheel"]),
    shown("users: the password is a path", USER, "barn", "users.users.ada.hashedPasswordFile", "/run/secrets-for-users/vars/per-machine/barn/user-password-ada/user-password-hash"),
    shown("users: accounts are declared in full", USER, "barn", "users.mutableUsers", False),
    shown("users: keys on a Mac", USER, "gate", "users.users.ada.openssh.authorizedKeys.keys", ["ssh-ed25519 AAAA ada"]),
    shown("users: root is no ordinary user", 'boss = { module.name = "users"; roles.default.machines.barn.settings.user = "root"; };', "barn", "users.users.root.isNormalUser", False),
    shown("users: one password for all", 'ada = { module.name = "users"; roles.default = { machines.barn = { }; settings.share = true; }; };', "barn", "clan.core.vars.generators.user-password-ada.files.user-password-hash.path", "/run/secrets-for-users/vars/shared/user-password-ada/user-password-hash"),
    shown("users: what forms show", USER, "barn", "clan.core.vars.generators.user-password-ada.prompts.user-password.display", {"group": "ada", "helperText": None, "label": "password", "required": False}),
    shown("users: whoever manages accounts sees a new hash", USER.replace("settings = {", "extraModules = [ { services.userborn.enable = true; } ]; settings = {", 1), "barn", "clan.core.vars.generators.user-password-ada.files.user-password-hash.restartUnits", ["userborn.service"]),
    refused("users: a key of two lines", 'ada = { module.name = "users"; roles.default = { machines.barn = { }; settings.openssh.authorizedKeys.keys = [ "ssh-ed25519 AAAA\nssh-ed25519 BBBB" ]; }; };', "USER02", "one line"),
    shown("users: identities only", 'ada = { module.name = "users"; roles.default.machines.barn.settings.systemUser = false; };', "barn", "clan.core.vars.generators", {}),
    shown("sshd: no passwords", SSHD, "barn", "services.openssh.settings.PasswordAuthentication", False),
    shown("sshd: clients trust the domains of all servers", SSHD, "gate", PORTS, ["*.yard.example.org", "*.a.example"]),
    shown("sshd: principals", SSHD, "barn", "clan.core.vars.generators.openssh-cert.builtin.principals", ["barn.yard.example.org", "barn.a.example"]),
    shown("importer: modules of a role", 'extra = { module.name = "importer"; roles.default = { tags.quiet = { }; extraModules = [ { networking.domain = "quiet"; } ]; }; };', "silo", "networking.domain", "quiet"),
    shown("trusted caches on a Mac", 'caches = { module.name = "trusted-nix-caches"; roles.default.machines.gate = { }; };', "gate", "nix.settings.trusted-substituters", ["https://cache.clan.lol", "https://nix-community.cachix.org"]),
    shown("tor: the onion service", "tor.roles.server.tags.server = { };", "barn", "services.tor.relay.onionServices.clan_tor.map", [{"port": 22, "target": {"port": 22}}]),
    shown("tor: ports of all forms", 'tor.roles.server = { tags.server = { }; settings.portMapping = [ 80 { port = 443; } { port = 22; target = { addr = "10.0.0.1"; port = 2222; }; } { port = 25; target.unix = "/run/mail"; } ]; };', "barn", "services.tor.relay.onionServices.clan_tor.map", [80, {"port": 443}, {"port": 22, "target": {"addr": "10.0.0.1", "port": 2222}}, {"port": 25, "target": {"unix": "/run/mail"}}]),
    refused("tor: a socket and a port", 'tor.roles.server = { tags.server = { }; settings.portMapping = [ { port = 25; target = { port = 25; unix = "/run/mail"; }; } ]; };', "TOR01"),
    refused("tor: no port", 'tor.roles.server = { tags.server = { }; settings.portMapping = [ 70000 ]; };', "error[FL04", "portMapping"),
    shown("tor: a daemon on a Mac", "tor.roles.client.machines.gate = { };", "gate", "launchd.daemons.tor.serviceConfig.RunAtLoad", True),
    shown("wifi: a profile", "wifi.roles.default = { machines.barn = { }; settings.networks.home.autoConnect = false; };", "barn", "networking.networkmanager.ensureProfiles.profiles.home.connection.autoconnect", False),
    shown("wifi: a network that is turned off", "wifi.roles.default = { machines.barn = { }; settings.networks = { home = { }; cafe.enable = false; }; };", "barn", "networking.networkmanager.ensureProfiles.profiles", {"home": {"connection": {"autoconnect": True, "id": "$ssid_home", "type": "wifi"}, "wifi": {"mode": "infrastructure", "ssid": "$ssid_home"}, "wifi-security": {"key-mgmt": "wpa-psk", "psk": "$pw_home"}}}),
    refused("wifi: a name that is no variable", 'wifi.roles.default = { machines.barn = { }; settings.networks."my home" = { }; };', "WIFI01", "`my home`"),
    shown("emergency access", "emergency-access.roles.default.tags.server = { };", "barn", "clan.core.vars.generators.emergency-access.files.password.deploy", False),
    shown("wireguard: a controller's address", WIREGUARD, "barn", "networking.wireguard.interfaces.vpn.ips", [prefix_of("vpn", "barn") + "::1/40"]),
    shown("wireguard: a peer's address", WIREGUARD, "silo", "networking.wireguard.interfaces.vpn.ips", [f"{prefix_of('vpn', 'barn')}:{suffix_of('silo')}/56"]),
    shown("wireguard: a peer on a Mac", WIREGUARD, "gate", "networking.wg-quick.interfaces.vpn.address", [f"{prefix_of('vpn', 'barn')}:{suffix_of('gate')}/56"]),
    shown("wireguard: a controller on a Mac", WIREGUARD.replace("barn.settings", "gate.settings").replace("gate = { };", ""), "gate", "networking.wg-quick.interfaces.vpn.address", [prefix_of("vpn", "gate") + "::1/40"]),
    Case("wireguard: a Mac that forwards", ["show", "gate", "networking.wg-quick.interfaces.vpn.postUp"], files=clan(WIREGUARD.replace("barn.settings", "gate.settings").replace("gate = { };", "")), out=["net.inet6.ip6.forwarding=1"]),
    shown("wireguard: names on a Mac", WIREGUARD, "gate", "clan.core.networking.extraHosts.wireguard", f"{prefix_of('vpn', 'barn')}::1 barn.vpn\n{prefix_of('vpn', 'barn')}:{suffix_of('gate')} gate.vpn\n{prefix_of('vpn', 'barn')}:{suffix_of('silo')} silo.vpn\n"),
    shown("wireguard: names of all", WIREGUARD, "silo", "networking.extraHosts", f"{prefix_of('vpn', 'barn')}::1 barn.vpn\n{prefix_of('vpn', 'barn')}:{suffix_of('gate')} gate.vpn\n{prefix_of('vpn', 'barn')}:{suffix_of('silo')} silo.vpn\n"),
    shown("wireguard: nobody is let in before there are keys", WIREGUARD, "barn", "networking.wireguard.interfaces.vpn.peers", []),
    Case("wireguard: keys that are there", ["show", "barn", "networking.wireguard.interfaces.vpn.peers", "--json"], files={**clan(WIREGUARD), "vars/per-machine/silo/wireguard-keys-vpn/publickey/value": "KEY"}, json_equals=[{"allowedIPs": [f"{prefix_of('vpn', 'barn')}:{suffix_of('silo')}/96"], "persistentKeepalive": 25, "publicKey": "KEY"}]),
    refused("wireguard: both roles", 'vpn = { module.name = "wireguard"; roles.controller.machines.barn.settings.endpoint = "x"; roles.peer.machines.barn = { }; };', "WG02", "barn"),
    refused("wireguard: which controller", 'vpn = { module.name = "wireguard"; roles.controller.machines = { barn.settings.endpoint = "x"; silo.settings.endpoint = "y"; }; roles.peer.machines.gate = { }; };', "WG03", "gate"),
    refused("wireguard: no endpoint", 'vpn = { module.name = "wireguard"; roles.controller.machines.barn = { }; };', "WG04", "endpoint"),
    refused("wireguard: no controller", 'vpn = { module.name = "wireguard"; roles.peer.machines.silo = { }; };', "FL0604", "at least 1"),
    Case("syncthing: devices whose id is known", ["show", "barn", "services.syncthing.settings.devices", "--json"], files={**clan(SYNCTHING), "vars/per-machine/silo/syncthing/id/value": "SILO-ID\n"}, json_equals={"phone": {"addresses": ["dynamic"], "id": "PHONE-ID", "name": "phone"}, "silo": {"addresses": ["dynamic", "tcp://silo.yard.example.org:22000"], "id": "SILO-ID", "name": "silo"}}),
    shown("syncthing: a folder", SYNCTHING, "barn", "services.syncthing.settings.folders.grain.devices", ["phone"]),
    shown("syncthing: a folder of others", SYNCTHING, "barn", "services.syncthing.settings.folders", {"grain": {"devices": ["phone"], "ignorePerms": False, "path": "/srv/grain", "rescanIntervalS": 3600, "type": "sendonly", "versioning": None}}),
    refused("syncthing: a type there is not", 'sync = { module.name = "syncthing"; roles.peer = { tags.server = { }; settings.folders.x = { path = "/x"; type = "both"; }; }; };', "error[FL04", "settings.folders.x.type", "sendreceive"),
    refused("syncthing: a folder without a path", 'sync = { module.name = "syncthing"; roles.peer = { tags.server = { }; settings.folders.x = { }; }; };', "SYNC01", "folders.x.path"),
    refused("syncthing: a device without an id", 'sync = { module.name = "syncthing"; roles.peer = { tags.server = { }; settings.extraDevices.phone = { }; }; };', "SYNC01", "extraDevices.phone.id"),
    refused("borgbackup: no repository", 'borgbackup.roles.client.machines.barn.settings.destinations.away = { };', "BORG01", "destinations.away.repo"),
    refused("borgbackup: a name with a slash", 'borgbackup.roles.client.machines.barn.settings.destinations."a/b".repo = "x";', "BORG01", "`a/b`"),
    refused("borgbackup: two jobs of one name", 'borgbackup.roles.client.machines.barn.settings.destinations = { a.repo = "x"; b = { name = "a"; repo = "y"; }; };', "BORG01", "give it another name"),
    shown("borgbackup: a destination in the place of a server", BORG.replace("machines.barn = { };", 'machines.barn.settings.destinations.silo.repo = "elsewhere:.";'), "barn", "services.borgbackup.jobs.silo.repo", "elsewhere:."),
    shown("borgbackup: jobs take the time they need", BORG, "barn", "systemd.services.borgbackup-job-silo.serviceConfig.TimeoutStartSec", "infinity"),
    shown("borgbackup: the provider", BORG, "barn", "clan.core.backups.providers.borgbackup", {"create": "borgbackup-create", "list": "borgbackup-list", "name": "borgbackup", "restore": "borgbackup-restore"}),
    Case("borgbackup: the clients' commands", ["show", "barn", "environment.systemPackages"], files=clan(BORG), out=["borgbackup-create", "borgbackup-list", "borgbackup-restore"]),
    Case("borgbackup: nothing without state", ["show", "barn"], files=clan("borgbackup.roles = { server.machines.silo = { }; client.machines.barn = { }; };"), not_out=["borgbackup-create", "borgbackup.jobs.silo"]),
    Case("borgbackup: clients with a key", ["show", "silo", "services.borgbackup.repos", "--json"], files={**clan(BORG), "vars/per-machine/barn/borgbackup/borgbackup.ssh.pub/value": "ssh-ed25519 AAAA"}, json_equals={"barn": {"authorizedKeys": ["ssh-ed25519 AAAA"], "path": "/var/lib/borgbackup/barn"}}),
    shown("borgbackup: a job", BORG, "barn", "services.borgbackup.jobs.silo.repo", "borg@silo.yard.example.org:."),
    shown("borgbackup: the folders of all state", BORG, "barn", "services.borgbackup.jobs.silo.paths", ["/var/grain", "/var/hay"]),
    refused("a role the service does not have", "sshd.roles.servers.tags.server = { };", "error[FL0601]", "`servers`", "did you mean `server`?", "clan.nix:"),
    refused("a machine the fleet does not have", "sshd.roles.server.machines.bran = { };", "error[FL0602]", "`bran`", "did you mean `barn`?"),
    refused("a tag nobody carries", "sshd.roles.server.tags.sever = { };", "warning[FL0603]", "`sever`", "`server`", exit_code=0),
    refused("an instance without roles", "sshd = { };", "error[FL0608]", "sshd"),
    refused("a setting that does not exist", 'sshd.roles.server = { tags.server = { }; settings.port = 2222; };', "error[FL04", "settings.port", "instance sshd"),
    refused("a setting of a wrong type", 'sshd.roles.server = { tags.server = { }; settings.generateRootKey = "yes"; };', "error[FL04", "settings.generateRootKey", "boolean"),
    refused("two tags that disagree", "sshd.roles.server.tags = { server.settings.generateRootKey = true; quiet.settings.generateRootKey = false; };", "error[FL04", "generateRootKey", "silo"),
    refused("a package that is no name", 'p = { module.name = "packages"; roles.default = { machines.barn = { }; settings.packages = [ "rm -rf" ]; }; };', "PKG01", "`rm -rf`"),
    Case("a service nobody here knows", ["check", "-v"], files=clan("garage.roles.default.machines.barn = { };"), err=["note[FL0606]", "`garage`"]),
    Case("a machine is left out of a tag", ["services", "--json"], files=clan('sshd.roles.server = { tags.server = { }; excludeMachines = [ "silo" ]; };'), out=['"barn"'], not_out=['"silo"']),
    Case("list", ["services"], files=clan(SSHD), out=["INSTANCE", "sshd", "plugin", "server: barn silo", "client: barn gate silo", "clan.nix:"]),
    Case("show a service", ["services", "show", "sshd"], out=["role server", "certificate.enable", "boolean, default true", "hostKeys.rsa.enable"]),
    Case("show one that is misspelt", ["services", "show", "shd"], code=2, err=["FL0301", "did you mean `sshd`?"]),
    Case("show without a name", ["services", "show"], code=2, err=["needs the name of a service"]),
    Case("another word", ["services", "ls"], code=2, err=["unexpected argument `ls`"]),
]


class Schema(FleetTest):
    def test_schema_is_json_schema(self):
        result = self.expect(self.fleet().run("services", "schema", "internet"), 0)
        schema = json.loads(result.out)["default"]
        self.assertEqual(schema["type"], "object")
        self.assertEqual(schema["properties"]["port"], {"description": "Port of its ssh server.", "default": 22, "type": "integer", "minimum": 0, "maximum": 65535})
        self.assertEqual(schema["additionalProperties"], False)

    def test_darwin_half_is_rendered_and_the_clan_s_own_is_not(self):
        fleet = self.fleet(files=clan(SSHD))
        self.expect(fleet.run("render", "--out", str(fleet.base / "out")), 0)
        hosts = fleet.base / "out/fleetd/hosts"
        self.assertIn("knownHosts.ssh-ca", (hosts / "darwin/gate/sshd.nix").read_text())
        self.assertFalse((hosts / "nixos/barn/sshd.nix").exists())

    @unittest.skipUnless(os.environ.get("NIXPKGS_LIB") and shutil.which("nix-instantiate"), "nix or NIXPKGS_LIB is not there")
    def test_generators_of_ours_merge_with_the_clan_s_declaration(self):
        fleet = self.fleet(files=clan(SSHD.replace("tags.server.settings", "machines.gate.settings")))
        out = fleet.base / "out"
        self.expect(fleet.run("render", "--out", str(out)), 0)
        self.assertIn("lib/vars.nix", (out / "fleetd/hosts.nix").read_text())
        expression = f"""
          let
            lib = import {os.environ["NIXPKGS_LIB"]};
            anything = lib.mkOption {{ type = lib.types.anything; default = {{ }}; }};
            clans = lib.types.submodule {{
              options = lib.genAttrs [ "files" "dependencies" "validation" ] (_: anything) // {{
                share = lib.mkOption {{ type = lib.types.bool; default = false; }};
              }};
            }};
            evaluated = lib.evalModules {{
              modules = [
                {{ options = {{ services = anything; programs = anything; users = anything;
                    clan.core.vars.generators = lib.mkOption {{ type = lib.types.attrsOf clans; default = {{ }}; }}; }}; }}
                {out}/fleetd/lib/vars.nix
                {out}/fleetd/hosts/darwin/gate/sshd.nix
              ];
            }};
          in lib.mapAttrs (_: g: [ g.builtin.generator g.share ]) evaluated.config.clan.core.vars.generators"""
        done = subprocess.run(
            ["nix-instantiate", "--eval", "--strict", "--json", "-E", expression],
            env={**os.environ, "NIX_CONFIG": "store = dummy://"},
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(
            json.loads(done.stdout),
            {"openssh": ["ssh-key", False], "openssh-ca": ["ssh-key", True], "openssh-cert": ["ssh-certificate", False]},
        )
