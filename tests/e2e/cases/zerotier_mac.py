"""What a Mac gets of the overlay, evaluated by Nix with the modules of nix-darwin and clan-core themselves: every option exists, has the type
it is given, and ends in a daemon that launchd is told of. Packages are names."""

import json
import os
import shutil
import subprocess
import unittest

from cases.services import clan
from cases.vars import VarsTest
from cases.zerotier import mesh
from harness import FIXTURES

SOURCES = {name: os.environ.get(name, "") for name in ("NIXPKGS_LIB", "FLEETD_TEST_NIX_DARWIN", "FLEETD_TEST_CLAN_CORE")}
MISSING = [f"${name} names no source" for name, path in SOURCES.items() if not path] + ([] if shutil.which("nix-instantiate") else ["nix-instantiate is not there"])
SETTINGS = 'externalMembers.phone.id = "9fc45d577c"; dns = { domain = "zt"; servers = [ "10.147.17.1" ]; };'
MOON = 'roles.moon.machines.silo.settings.stableEndpoints = [ "192.0.2.1" ];'

NIX = """{ lib, darwin, clan, out, fixtures }:
let
  pkgs = import (fixtures + "/packages.nix") { inherit lib; system = "aarch64-darwin"; };
  sops = fixtures + "/sops.nix";
  machine = {
    options.clanConfig = lib.mkOption { type = lib.types.raw; };
    options.clan.core.settings = { directory = lib.mkOption { type = lib.types.path; }; machine.name = lib.mkOption { type = lib.types.str; }; };
    config = {
      clan.core.settings = { directory = out; machine.name = "gate"; };
      _module.args.pkgs = lib.mkForce pkgs;
      nix.enable = false;
      programs = lib.genAttrs [ "zsh" "bash" "man" "info" ] (_: { enable = lib.mkForce false; });
      nixpkgs.hostPlatform = "aarch64-darwin";
      system = { stateVersion = 6; primaryUser = "ada"; };
    };
  };
  config = (import (darwin + "/eval-config.nix") {
    inherit lib;
    enableNixpkgsReleaseCheck = false;
    modules = (import (out + "/fleetd/hosts.nix")).darwin.gate.modules ++ [ sops machine (clan + "/nixosModules/clanCore/vars") (clan + "/darwinModules/hosts.nix") ];
  }).config;
in {
  daemons = lib.mapAttrs (_: d: { inherit (d.serviceConfig) Label KeepAlive RunAtLoad ProgramArguments; PATH = d.serviceConfig.EnvironmentVariables.PATH or ""; })
    (lib.filterAttrs (name: _: lib.hasInfix "zerotier" name) config.launchd.daemons);
  etc = lib.mapAttrs (_: e: e.text) (lib.filterAttrs (name: _: lib.hasPrefix "resolver/" name) config.environment.etc);
  casks = map (cask: cask.name) config.homebrew.casks;
  packages = lib.filter (lib.hasPrefix "zero") (map (p: p.name) config.environment.systemPackages);
  failed = map (a: a.message) (lib.filter (a: !a.assertion) config.assertions);
  inherit (config) warnings;
  secrets = lib.attrNames config.sops.secrets;
}
"""


@unittest.skipIf(MISSING, f"skipped: {', '.join(MISSING)}")
class Mac(VarsTest):
    def evaluated(self, instances):
        fleet = self.fleet(files=clan(instances))
        self.expect(self.vars(fleet, "keygen", "--user", "ada"), 0)
        self.expect(self.vars(fleet, "generate"), 0)
        out = fleet.base / "out"
        self.expect(fleet.run("render", "--out", str(out)), 0)
        (fleet.base / "mac.nix").write_text(NIX)
        expression = f"""import {fleet.base}/mac.nix {{
          lib = import {SOURCES["NIXPKGS_LIB"]}; out = "{out}"; fixtures = {FIXTURES}/nix;
          darwin = "{SOURCES["FLEETD_TEST_NIX_DARWIN"]}"; clan = "{SOURCES["FLEETD_TEST_CLAN_CORE"]}"; }}"""
        done = subprocess.run(["nix-instantiate", "--eval", "--strict", "--json", "-E", expression], env={**os.environ, "NIX_CONFIG": "store = dummy://"}, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr[-3000:])
        made = json.loads(done.stdout)
        self.assertEqual((made["failed"], made["warnings"]), ([], []))
        self.network = (fleet.root / "vars/shared/zerotier-network-mesh/network-id/value").read_text()
        self.ips = {name: (fleet.root / f"vars/shared/zerotier-ip-{name}-mesh/ip/value").read_text() for name in ("barn", "gate", "silo")}
        return made

    def script(self, daemon):
        """What launchd runs, which has to be a shell script."""
        shell, option, text = daemon["ProgramArguments"]
        self.assertEqual((shell, option), ("/bin/sh", "-c"))
        body = text.split("exec #! /bin/sh", 1)[1]
        checked = subprocess.run(["sh", "-n"], input=body, capture_output=True, text=True, check=False)
        self.assertEqual(checked.returncode, 0, checked.stderr)
        return body

    def test_a_daemon_of_its_own(self):
        made = self.evaluated(mesh(SETTINGS, roles=MOON))
        daemon = made["daemons"]["zerotier-one"]
        self.assertEqual((daemon["KeepAlive"], daemon["RunAtLoad"]), (True, True))
        for program in ("coreutils", "diffutils"):
            self.assertIn(f"-{program}/bin", daemon["PATH"])
        script = self.script(daemon)
        for text in ("secret='/run/secrets/vars/shared/zerotier-identity-gate/identity-secret'", f"networks='{self.network}'", "home='/Library/Application Support/ZeroTier/One'", "-zerotierone/bin/zerotier-one -p9993\n", ".moon", f"node='{self.node('gate')}'"):
            self.assertIn(text, script)
        self.assertEqual(made["secrets"], ["vars/shared/zerotier-identity-gate/identity-secret"])
        self.assertEqual(made["packages"], ["zerotierone"])
        self.assertEqual(made["etc"], {"resolver/zt": "nameserver 10.147.17.1\n"})
        names = str(made["daemons"]["hosts-update-zerotier"])
        for name, address in self.ips.items():
            self.assertIn(f"{address} {name}.mesh", names)
        self.assertIn(" phone.mesh", names)

    def test_a_fleet_without_clan_core(self):
        """fleetd's own clan.core has the same secrets brought, and nothing that only systemd knows."""
        fleet = self.fleet(files={"modules/yard.nix": "{ clan = " + clan(mesh(SETTINGS, roles=MOON))["clan.nix"].rstrip("\n") + "; }\n"})
        self.expect(self.vars(fleet, "keygen", "--user", "ada"), 0)
        self.expect(self.vars(fleet, "generate"), 0)
        out = fleet.base / "out"
        self.expect(fleet.run("render", "--out", str(out)), 0)
        expression = f"""import {FIXTURES}/nix/halves.nix {{
          lib = import {SOURCES["NIXPKGS_LIB"]}; out = {out}; klass = "darwin"; host = "gate"; file = {out}/fleetd/hosts/darwin/gate/zerotier.nix;
          darwin = "{SOURCES["FLEETD_TEST_NIX_DARWIN"]}"; }}"""
        done = subprocess.run(["nix-instantiate", "--eval", "--strict", "--json", "-E", expression], env={**os.environ, "NIX_CONFIG": "store = dummy://"}, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr[-3000:])
        made = json.loads(done.stdout)
        self.assertEqual(made["failed"], [])
        self.ips = {"gate": (fleet.root / "vars/shared/zerotier-ip-gate-mesh/ip/value").read_text()}
        script = made["set"]["launchd.daemons"]["zerotier-one"]["script"]
        self.assertIn(f"node='{self.node('gate')}'", script)
        self.assertIn("secret='/run/secrets/vars/shared/zerotier-identity-gate/identity-secret'", script)

    def node(self, machine):
        return "".join(group.rjust(4, "0") for group in self.ips[machine].split(":"))[-10:]

    def test_the_daemon_of_homebrew(self):
        made = self.evaluated(mesh(SETTINGS, machines="tags.all = { }; machines.gate.settings = { cask = true; orbitMoons = [ \"0123456789\" ]; };"))
        self.assertEqual((made["casks"], made["packages"]), (["zerotier-one"], []))
        self.assertNotIn("zerotier-one", made["daemons"])
        daemon = made["daemons"]["zerotier-identity"]
        self.assertEqual(daemon["KeepAlive"]["SuccessfulExit"], False)
        self.assertIn("/bin/launchctl kickstart -k system/com.zerotier.one", self.script(daemon))
        moons = made["daemons"]["zerotier-moons"]
        self.assertIn("for moon in 0123456789;", self.script(moons))
        self.assertIn("/usr/local/bin", moons["PATH"])

    def test_several_networks(self):
        made = self.evaluated(mesh() + ' other = { module.name = "zerotier"; roles.controller.machines.silo = { }; roles.peer.machines.gate = { }; };')
        script = self.script(made["daemons"]["zerotier-one"])
        networks = script.split("networks='")[1].split("'")[0].split()
        self.assertEqual(len(networks), 2)
        self.assertIn(self.network, networks)
