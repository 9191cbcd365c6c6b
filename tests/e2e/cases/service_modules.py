"""The modules that services render, evaluated by Nix with nixpkgs' lib: beside clan.core as fleetd brings it, and options that take
anything but merge as NixOS does. Where there is no Nix they are not looked at."""

import json
import os
import re
import shutil
import subprocess
import unittest
from pathlib import Path

from cases.golden import HOST, HOSTS, INSTANCES, VALUES
from harness import FleetTest

ROOT = Path(__file__).resolve().parents[3]
LIB = os.environ.get("NIXPKGS_LIB")

# Lists are joined, sets are merged, and of everything else there is one value.
STUBS = """
let
  lib = import @LIB@;
  isPlain = value: lib.isAttrs value && !(lib.isDerivation value) && !(value ? _stub);
  loose = lib.mkOptionType {
    name = "loose";
    description = "anything";
    check = _: true;
    merge = loc: defs:
      let values = map (d: d.value) defs; in
      if lib.all lib.isList values then lib.concatLists (map (lib.imap0 (i: v: v)) values)
      else if lib.all isPlain values then (lib.types.lazyAttrsOf loose).merge loc defs
      else lib.mergeEqualOption loc defs;
  };
  open = lib.mkOption { type = loose; default = { }; };
  at = default: lib.mkOption { type = lib.types.raw; inherit default; };
  package = name: { _stub = true; outPath = "/stub/${name}"; inherit name; version = "1.0"; __toString = self: self.outPath; type = "derivation"; drvPath = "/stub/${name}.drv"; outputName = "out"; };
  functions = {
    writeShellApplication = { name, text, ... }: package name // { script = text; };
    writeShellScript = name: text: "/stub/${name}:${text}";
    writeShellScriptBin = name: text: package name // { script = text; };
    writeTextDir = name: text: assert builtins.isAttrs (builtins.fromJSON text); "/stub/${name}";
  };
  pkgs = functions // lib.genAttrs [ @PACKAGES@ ] package // { python3Packages = lib.genAttrs [ "requests" ] package; };
  plain = value:
    if builtins.isFunction value then "function"
    else if lib.isList value then map plain value
    else if lib.isAttrs value then (if value ? _stub then value.outPath else lib.mapAttrs (_: plain) value)
    else value;
  options = lib.genAttrs [ @ROOTS@ ] (_: open);
  made = lib.evalModules {
    specialArgs = { inherit pkgs; lib = lib // { hm.dag.entryAfter = _: text: text; }; };
    modules = [
      { options = removeAttrs options [ "networking" "boot" "home" "launchd" "xdg" "services" "systemd" ] // {
          assertions = lib.mkOption { type = lib.types.listOf lib.types.raw; default = [ ]; };
          warnings = lib.mkOption { type = lib.types.listOf lib.types.raw; default = [ ]; };
          networking = lib.mkOption { default = { }; type = lib.types.submodule { freeformType = lib.types.lazyAttrsOf loose; options = { hostName = at "oak"; domain = at null; fqdn = at "oak.yard.example.org"; useNetworkd = at true; useDHCP = at true; }; }; };
          boot = lib.mkOption { default = { }; type = lib.types.submodule { freeformType = lib.types.lazyAttrsOf loose; options.zfs = { enabled = at true; forceImportRoot = at true; }; }; };
          home = lib.genAttrs [ "file" "activation" "packages" ] (_: open) // { username = at "ada"; homeDirectory = at "/home/ada"; };
          launchd = lib.mkOption { default = { }; type = lib.types.submodule { freeformType = lib.types.lazyAttrsOf loose; options = lib.genAttrs [ "daemons" "agents" ] (_: open); }; };
          xdg = lib.mkOption { default = { }; type = lib.types.submodule { freeformType = lib.types.lazyAttrsOf loose; options = { configHome = at "/home/ada/.config"; dataHome = at "/home/ada/.local/share"; }; }; };
          systemd = lib.mkOption { default = { }; type = lib.types.submodule { freeformType = lib.types.lazyAttrsOf loose; options = {
            package = at (package "systemd");
            services = lib.mkOption { default = { }; type = lib.types.lazyAttrsOf (lib.types.submodule { freeformType = lib.types.lazyAttrsOf loose; options.wantedBy = at [ ]; }); };
          }; }; };
          services = lib.mkOption { default = { }; type = lib.types.submodule { freeformType = lib.types.lazyAttrsOf loose; options = {
            userborn.enable = at true;
            nginx.enable = at false;
            nginx.virtualHosts = lib.mkOption { default = { }; type = lib.types.lazyAttrsOf (lib.types.submodule { freeformType = lib.types.lazyAttrsOf loose; options = lib.genAttrs [ "addSSL" "forceSSL" "onlySSL" ] (_: at false); }); };
          }; }; };
        }; }
      @MODULES@
    ];
  };
in
"""
ROOTS = "environment services programs users nix networking boot system systemd documentation launchd home xdg".split()
PACKAGES = "bash coreutils diffutils findutils gnused jq rsnapshot rsync util-linux git tor torsocks dnsutils tcpdump curl htop nixos-facter nix syncthing zerotierone gawk openssh wireguard-tools python3".split()
# Values that some modules read when they are evaluated.
PUBLIC = {
    "vars/per-machine/oak/emergency-access/password-hash/value": "$y$hash",
    "vars/per-machine/oak/openssh/ssh.id_ed25519.pub/value": "ssh-ed25519 AAAA oak",
    "vars/per-machine/elm/openssh/ssh.id_ed25519.pub/value": "ssh-ed25519 AAAA elm",
}
MORE = """{ clan.core.state.grain = { folders = [ "/var/grain" ]; preBackupScript = "echo grain"; postRestoreScript = "echo back"; }; }"""


def nix(expression):
    return subprocess.run(
        ["nix-instantiate", "--eval", "--strict", "--json", "-E", expression],
        env={**os.environ, "NIX_CONFIG": "store = dummy://", "NIX_STATE_DIR": "/nonexistent"},
        capture_output=True,
        text=True,
        check=False,
    )


@unittest.skipUnless(shutil.which("nix-instantiate"), "nix is not installed")
class Modules(FleetTest):
    def rendered(self, service):
        fleet = self.fleet(files={"modules/yard.nix": HOSTS % INSTANCES[service], **VALUES, **PUBLIC})
        self.expect(fleet.run("render", "--out", str(fleet.base / "out")), 0)
        return fleet

    @staticmethod
    def stubs(lib, modules):
        text = STUBS.replace("@LIB@", lib).replace("@MODULES@", " ".join(modules))
        return text.replace("@ROOTS@", " ".join(f'"{name}"' for name in ROOTS)).replace("@PACKAGES@", " ".join(f'"{name}"' for name in PACKAGES))

    def evaluated(self, fleet, service, klass, extra=(), of="plain (removeAttrs made.config [ \"clan\" ])"):
        out = fleet.base / "out/fleetd"
        mine = sorted((out / "hosts" / klass).glob(f"{HOST[klass].split('@')[0]}*/{service}.nix"))
        modules = [*(f'"{path}"' for path in mine), *extra]
        if klass != "home":
            directory = fleet.root
            modules.append(f'(import {out}/lib/clan-core.nix {{ machine = "{HOST[klass]}"; class = "{klass}"; directory = {directory}; }})')
            modules.append("{ clan.core.vars.sops.secretUploadDirectory = \"/var/lib/sops-nix\"; }")
            if klass == "nixos":
                modules.append(MORE)
        done = nix(self.stubs(LIB, modules) + of)
        self.assertEqual(done.returncode, 0, done.stderr[-3000:])
        return json.loads(done.stdout)

    def test_everything_parses(self):
        for service in INSTANCES:
            with self.subTest(service):
                files = sorted(str(path) for path in (self.rendered(service).base / "out").rglob("*.nix"))
                done = subprocess.run(["nix-instantiate", "--parse", *files], env={**os.environ, "NIX_CONFIG": "store = dummy://"}, capture_output=True, text=True, check=False)
                self.assertEqual(done.returncode, 0, done.stderr)

    @unittest.skipUnless(LIB, "NIXPKGS_LIB is not set")
    def test_everything_evaluates(self):
        for service in INSTANCES:
            fleet = self.rendered(service)
            for klass in HOST:
                with self.subTest(service=service, klass=klass):
                    self.evaluated(fleet, service, klass)
                    if klass != "home":
                        self.evaluated(fleet, service, klass, of='lib.mapAttrs (_: g: [ g.validationHash (lib.mapAttrs (_: f: [ f.owner f.neededFor f.restartUnits (if f.secret then f.path else null) ]) g.files) ]) made.config.clan.core.vars.generators')

    @unittest.skipUnless(LIB, "NIXPKGS_LIB is not set")
    def test_scripts_of_states_are_commands(self):
        fleet = self.rendered("borgbackup")
        made = self.evaluated(fleet, "borgbackup", "nixos", of='{ names = map (p: p.name) made.config.environment.systemPackages; unit = made.config.systemd.services.borgbackup-job-fir.serviceConfig; }')
        self.assertEqual(sorted(made["names"]), ["borgbackup-create", "borgbackup-list", "borgbackup-restore", "post-restore-grain", "pre-backup-grain"])
        before, after = made["unit"]["ExecStartPre"][0], made["unit"]["ExecStopPost"][0]
        self.assertTrue(before.startswith("+/stub/borgbackup-job-fir-before:failed=\n/run/current-system/sw/bin/pre-backup-grain || failed="), before)
        self.assertNotIn("pre-backup", after)
        for script, code in ((before, 127), (after, 0)):
            done = subprocess.run(["bash", "-c", script.split(":", 1)[1].replace("/run/current-system/sw/bin/", "")], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 1 if code else 0, done.stderr)

    @unittest.skipUnless(LIB, "NIXPKGS_LIB is not set")
    def test_the_same_options_in_fleetd_and_in_nix(self):
        """Both take clan.core from one file; what they make of it is the same."""
        fleet = self.fleet(files={"modules/yard.nix": HOSTS % INSTANCES["users"] + "", **VALUES})
        self.expect(fleet.run("render", "--out", str(fleet.base / "out")), 0)
        for part in ("state", "backups", "deployment", "sops"):
            with self.subTest(part):
                own = self.expect(fleet.run("show", "oak", f"clan.core.{part}", "--json"), 0).json()
                self.assertEqual(own, self.evaluated(fleet, "users", "nixos", extra=['{ clan.core.state.grain.folders = lib.mkForce [ "/var/grain" "/var/hay" ]; clan.core.state.grain.preBackupScript = lib.mkForce null; clan.core.state.grain.postRestoreScript = lib.mkForce null; }'], of=f"made.config.clan.core.{part}"))
        ignored = {"path", "flakePath", "exists", "value", "validationHash"}  # where values are, and what only clan's tools read

        def fields(value):
            if not isinstance(value, dict):
                return value
            if "$expr" in value:
                return []  # units to restart, which only Nix knows
            return {name: fields(one) for name, one in value.items() if name not in ignored}

        own = fields(self.expect(fleet.run("show", "oak", "clan.core.vars.generators", "--json"), 0).json())
        self.assertEqual(own, fields(self.evaluated(fleet, "users", "nixos", extra=["{ services.userborn.enable = false; }"], of='lib.mapAttrs (_: g: g // { files = lib.mapAttrs (_: f: removeAttrs f [ "path" "flakePath" "exists" "value" ]) g.files; }) made.config.clan.core.vars.generators')))

    def test_one_file_for_both(self):
        fleet = self.rendered("packages")
        self.assertEqual((fleet.base / "out/fleetd/lib/clan-core-options.nix").read_bytes(), (ROOT / "sdk/nix/runtime/clan-core-options.nix").read_bytes())
        for name in ("sdk/nix/runtime/clan-core.nix", "kernel/fleet/nix/clan_core.nix"):
            text = (ROOT / name).read_text()
            self.assertIn("clan-core-options", text)
            self.assertEqual(re.findall(r"\b(?:owner|neededFor|restartUnits|runtimeInputs|prompts|folders) = (?:mkOption|text|flag|set)", text), [], f"{name} declares it by itself")


OWN = """{ lib, ... }: {
  clan.meta.name = "yard";
  clan.meta.domain = "yard.example.org";
  clan.inventory.machines.oak.tags = [ "server" ];
  clan.inventory.machines.elm.machineClass = "darwin";
  clan.machines.oak.nixpkgs.hostPlatform = "x86_64-linux";
  clan.machines.fir.nixpkgs.hostPlatform = "x86_64-linux";
  clan.machines.elm.nixpkgs.hostPlatform = "aarch64-darwin";
  clan.modules.mine = { lib, exports, config, clanLib, ... }: {
    _class = "clan.service";
    manifest.name = "yard/mine";
    manifest.exports.out = [ "endpoints" ];
    roles.peer.interface.options = {
      greeting = lib.mkOption { type = lib.types.str; default = "hello"; };
      words = lib.mkOption { type = lib.types.listOf lib.types.str; default = [ ]; };
    };
    roles.peer.perInstance = { settings, machine, roles, exports, mkExports, ... }: {
      exports = mkExports { endpoints.hosts = [ "${machine.name}.mine" ]; };
      nixosModule.environment.etc.mine.text = lib.concatStringsSep " " ([ settings.greeting ] ++ settings.words ++ lib.attrNames roles.peer.machines
        ++ [ (lib.head exports."clan-core/internet:net:default:fir".peer.hosts).plain (toString exports."clan-core/internet:net:default:fir".peer.port) ]
        ++ exports."yard/mine:one:peer:fir".endpoints.hosts);
    };
    perMachine = { machine, ... }: { nixosModule.environment.etc.roles.text = toString machine.roles; };
  };
  clan.inventory.instances.one = {
    module = { name = "mine"; input = "self"; };
    roles.peer = {
      tags.all.settings.words = [ "tag" ];
      excludeMachines = [ "elm" ];
      settings = { greeting = "salve"; words = [ "role" ]; };
      machines.fir.settings = { greeting = "ave"; words = [ "machine" ]; };
      extraModules = [ { environment.etc.extra.text = "x"; } ];
    };
  };
  clan.inventory.instances.net = { module.name = "internet"; roles.default = { tags.all = { }; settings.host = "203.0.113.7"; }; };
  clan.exports."clan-core/internet:net:default:fir".peer.port = lib.mkForce 2222;
  clan.inventory.instances.ada = { module.name = "users"; roles.default.tags.server = { }; };
  fleet.machines.bare = { system = "x86_64-linux"; modules = [ { environment.etc.bare.text = "bare"; } ]; };
}
"""
FLAKE = """
let
  lib = import @LIB@;
  anything = lib.mkOption { type = lib.types.anything; default = { }; };
  list = lib.mkOption { type = lib.types.listOf lib.types.anything; default = [ ]; };
  names = [ "boot" "environment" "home" "launchd" "networking" "nixpkgs" "programs" "services" "system" "users" ];
  sops.options.sops = { secrets = anything; age.keyFile = lib.mkOption { type = lib.types.str; }; };
  system = class: { modules, specialArgs ? { }, ... }: lib.evalModules {
    inherit class specialArgs;
    modules = modules ++ [ { options = lib.genAttrs names (_: anything) // { assertions = list; warnings = list; }; } ];
  };
  inputs = {
    nixpkgs.lib = lib // { nixosSystem = system "nixos"; };
    nix-darwin.lib.darwinSystem = system "darwin";
    sops-nix = { nixosModules = { inherit sops; }; darwinModules = { inherit sops; }; };
    self = { outPath = "@OUT@"; inherit inputs; };
  };
  flake = import @OUT@/flake.nix;
  missing = lib.subtractLists (lib.attrNames inputs) (lib.attrNames flake.inputs);
  out = assert missing == [ ]; flake.outputs inputs;
  text = lib.mapAttrs (_: file: file.text);
  of = host: {
    etc = text (host.config.environment.etc or { });
    failed = map (a: a.message) (lib.filter (a: !a.assertion) host.config.assertions);
    name = host.config.networking.hostName or null;
    password = host.config.users.users.ada.hashedPasswordFile or null;
    secrets = lib.attrNames host.config.sops.secrets;
  };
in lib.mapAttrs (_: of) (out.nixosConfigurations // out.darwinConfigurations)
"""


@unittest.skipUnless(LIB and shutil.which("nix-instantiate"), "nix or NIXPKGS_LIB is not there")
class Repository(FleetTest):
    def test_an_inventory_without_a_flake_is_built_as_it_is_checked(self):
        files = {"modules/yard.nix": OWN, "machines/oak/configuration.nix": '{ networking.hostName = "oakhost"; }\n', "inventory.json": json.dumps({"machines": {"ash": {}}, "instances": {"more": {"module": {"name": "importer"}, "roles": {"default": {"machines": {"fir": {}}, "extraModules": ["extra/more.nix"]}}}}}), "extra/more.nix": '{ environment.etc."more".text = "more"; }\n'}
        fleet = self.fleet(files={**files, "vars/per-machine/oak/user-password-ada/user-password-hash/secret": "{}"})
        self.expect(fleet.run("render", "--out", str(fleet.base / "out")), 0)
        done = nix(FLAKE.replace("@LIB@", LIB).replace("@OUT@", str(fleet.base / "out")))
        self.assertEqual(done.returncode, 0, done.stderr[-4000:])
        made = json.loads(done.stdout)
        self.assertEqual(sorted(made), ["ash", "bare", "elm", "fir", "oak"])
        self.assertEqual(made["bare"]["etc"], {"bare": "bare"})
        self.assertEqual(made["oak"]["name"], "oakhost")
        self.assertEqual(made["oak"]["password"], "/run/secrets-for-users/vars/per-machine/oak/user-password-ada/user-password-hash")
        self.assertEqual(made["oak"]["secrets"], ["vars/per-machine/oak/user-password-ada/user-password-hash"])
        self.assertEqual([one["failed"] for one in made.values()], [[]] * 5)
        for name in ("oak", "fir", "ash", "elm"):
            own = json.loads(fleet.run("show", name, "environment.etc", "--json").out or "{}")
            self.assertEqual(made[name]["etc"], {file: one["text"] for file, one in own.items()}, name)
        self.assertEqual(made["fir"]["etc"]["more"], "more")  # a path in inventory.json is one below the fleet
        self.assertEqual(made["fir"]["etc"]["mine"], "ave tag machine role ash fir oak 203.0.113.7 2222 fir.mine")


SERVICE = """{ lib, ... }: let t = lib.types; in {
  clan.meta = { name = "yard"; domain = "example.org"; };
  clan.machines.oak = { };
  clan.modules.things = {
    _class = "clan.service";
    manifest = { name = "yard/things"; description = "All kinds"; exports.out = [ "peer" ]; };
    roles.free.interface.freeformType = t.attrsOf t.str;
    roles.keeper = {
      description = "Keeps them";
      interface = { meta, ... }: { options = {
        kind = lib.mkOption { type = t.enum [ "a" 1 ]; default = "a"; };
        note = lib.mkOption { type = t.nullOr t.str; default = null; description = "What to say."; };
        port = lib.mkOption { type = t.port; };
        word = lib.mkOption { type = t.strMatching "[a-z]+"; default = "x"; };
        many = lib.mkOption { type = t.listOf (t.either t.int t.bool); default = [ ]; };
        name = lib.mkOption { type = t.str; default = "svc.${meta.domain}"; };
        call = lib.mkOption { type = t.functionTo t.str; default = _: "x"; };
        late = lib.mkOption { type = t.str; default = throw "no"; };
        told = lib.mkOption { type = t.str; default = "abc"; defaultText = "the name"; };
        each = lib.mkOption { type = t.attrsOf (t.submodule { options.x = lib.mkOption { type = t.bool; default = true; description = "An x."; }; }); default = { }; };
        deep.inner = lib.mkOption { type = t.ints.between (-3) 5; default = 2; };
        both = lib.mkOption { type = t.coercedTo t.int toString t.str; default = "1"; };
        hidden = lib.mkOption { type = t.str; internal = true; default = ""; };
      }; };
    };
  };
}
"""


class Described(FleetTest):
    """Services of the fleet's own, shown like those that plugins implement."""

    def test_what_is_shown(self):
        fleet = self.fleet(files={"modules/yard.nix": SERVICE})
        self.expect(
            fleet.run("services", "show", "things"),
            0,
            out=["things  All kinds", "exports: peer", "role keeper", "Keeps them", 'kind  one of "a" 1, default "a"', "note  text or null, default null", "What to say.", "port  integer from 0 to 65535, required", 'name  text, default "svc.example.org"', "late  text, with a default that is no plain value", "each.<name>.x  boolean, default true", "An x.", "deep.inner  integer from -3 to 5, default 2", "further settings are allowed"],
        )
        shown = self.expect(fleet.run("services", "show", "things", "--json"), 0).json()
        schema = self.expect(fleet.run("services", "schema", "things"), 0).json()
        self.assertEqual(schema, {name: role["settings"] for name, role in shown["roles"].items()})
        keeper = schema["keeper"]
        self.assertEqual(keeper["required"], ["port"])
        self.assertEqual(keeper["properties"]["port"], {"type": "integer", "minimum": 0, "maximum": 65535})
        self.assertEqual(keeper["properties"]["word"], {"type": "string", "pattern": "^(?:[a-z]+)$", "default": "x"})
        self.assertEqual(keeper["properties"]["many"]["items"], {"oneOf": [{"type": "integer"}, {"type": "boolean"}]})
        self.assertEqual(keeper["properties"]["both"], {"oneOf": [{"type": "integer"}, {"type": "string"}], "default": "1"})
        self.assertEqual(keeper["properties"]["call"], {})
        self.assertNotIn("default", keeper["properties"]["told"])
        self.assertNotIn("hidden", keeper["properties"])
        self.assertEqual(schema["free"]["additionalProperties"], {"type": "string"})

    def test_unknown_ones(self):
        fleet = self.fleet(files={"modules/yard.nix": SERVICE})
        self.expect(fleet.run("services", "show", "thigns"), 2, err=["FL0301", "did you mean `things`"])
        self.expect(fleet.run("services", "show", "things", cwd=".."), 2, err=["FL0301", "neither a plugin nor this fleet"])

    def test_a_mistake_in_an_interface(self):
        fleet = self.fleet(files={"modules/yard.nix": SERVICE.replace("t.port;", "t.prot;")})
        self.expect(fleet.run("services", "show", "things"), 1, err=["yard.nix:", "prot"])
