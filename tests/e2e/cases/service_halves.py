"""The halves of every service, evaluated by Nix: for Macs and homes with the options that nix-darwin and home-manager themselves declare, for
NixOS with the names and types of a list of its options ($FLEETD_TEST_NIXOS_OPTIONS, see nixos_options.py)."""

import json
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import nixos_options
from cases.golden import HOST, HOSTS, INSTANCES, VALUES
from harness import FIXTURES, FleetTest

TREES = {"darwin": "FLEETD_TEST_NIX_DARWIN", "home": "FLEETD_TEST_HOME_MANAGER", "nixos": "FLEETD_TEST_NIXOS_OPTIONS"}
MISSING = ([] if os.environ.get("NIXPKGS_LIB") else ["$NIXPKGS_LIB names no source"]) + ([] if shutil.which("nix-instantiate") else ["nix-instantiate is not there"])
# Options whose value these halves are for, and words that must be in it.
EFFECTS = {
    ("packages", "darwin"): {"environment.systemPackages": ["git", "python3-requests"]},
    ("packages", "home"): {"home.packages": ["git", "python3-requests"]},
    ("sshd", "darwin"): {"programs.ssh.knownHosts": ["ssh-ed25519 AAAA authority"]},
    ("users", "darwin"): {"users.users": ["ssh-ed25519 AAAA ada"]},
    ("users", "home"): {"home.file": ["ssh-ed25519 AAAA ada"]},
    ("trusted-nix-caches", "darwin"): {"nix.settings": ["cache.clan.lol", "nix-community.cachix.org"]},
    ("tor", "darwin"): {"launchd.daemons": ["tor"]},
    ("wireguard", "darwin"): {"networking.wg-quick.interfaces": ["OAK", "vpn.example.org"]},
    ("syncthing", "darwin"): {"launchd.user.agents": ["syncthing"]},
    ("syncthing", "home"): {"services.syncthing": ["FIR-ID", "PHONE-ID"]},
    ("borgbackup", "nixos"): {"services.borgbackup.jobs": ["ssh://away.example.org/./oak", "/var/grain"]},
    ("emergency-access", "nixos"): {"boot.initrd.systemd.emergencyAccess": ["$6$emergency"]},
    ("localbackup", "nixos"): {"environment.etc": ["/mnt/usb/oak"]},
    ("monitoring", "nixos"): {"services.mimir.configuration": ["filesystem"], "services.loki.configuration": ["schema_config"], "services.alloy.enable": ["true"]},
    ("packages", "nixos"): {"environment.systemPackages": ["git", "python3-requests"]},
    ("recommended-defaults", "nixos"): {"systemd.network.wait-online.enable": ["false"], "system.stateVersion": ["24.05"]},
    ("sshd", "nixos"): {"services.openssh.hostKeys": ["ssh.id_ed25519"], "programs.ssh.knownHosts": ["ssh-ed25519 AAAA authority"], "services.openssh.settings": ["HostCertificate"]},
    ("syncthing", "nixos"): {"services.syncthing": ["FIR-ID", "PHONE-ID"]},
    ("tor", "nixos"): {"services.tor.relay.onionServices": ["hs_ed25519_secret_key"]},
    ("trusted-nix-caches", "nixos"): {"nix.settings": ["cache.clan.lol", "nix-community.cachix.org"]},
    ("users", "nixos"): {"users.users": ["ssh-ed25519 AAAA ada", "wheel", "user-password-hash"]},
    ("wifi", "nixos"): {"networking.networkmanager.ensureProfiles.profiles": ["wpa-psk", "ssid_cafe"]},
    ("wireguard", "nixos"): {"networking.wireguard.interfaces": ["ELM"]},
    ("zerotier", "nixos"): {"services.zerotierone.enable": ["true"], "systemd.services": ["zerotier-identity-oak"]},
}


_options = tempfile.TemporaryDirectory(prefix="fleetd-options-")


def source(klass):
    """What Nix imports for a class; nothing where it is not known."""
    given = os.environ.get(TREES[klass])
    if not given or klass != "nixos":
        return given
    made = Path(_options.name) / "nixos.nix"
    if not made.exists():
        made.write_text(nixos_options.module(given, without=("assertions", "warnings")))
    return str(made)


@unittest.skipIf(MISSING, f"skipped: {', '.join(MISSING)}")
class Halves(FleetTest):
    def judged(self, service, klass):
        tree = source(klass)
        if not tree:
            self.skipTest(f"skipped: ${TREES[klass]} names no source")
        fleet = self.fleet(files={"modules/yard.nix": HOSTS % INSTANCES[service], **VALUES, "vars/per-machine/oak/emergency-access/password-hash/value": "$6$emergency"})
        out = fleet.base / "out"
        self.expect(fleet.run("render", "--out", str(out)), 0)
        name = HOST[klass]
        mine = [path for path in sorted((out / "fleetd/hosts" / klass).glob(f"*/{service}.nix")) if path.parent.name.startswith(name.split("@")[0])]
        if not mine:
            return {}
        expression = f"""import {FIXTURES}/nix/halves.nix {{
          lib = import {os.environ["NIXPKGS_LIB"]}; out = {out}; klass = "{klass}"; host = "{name}"; file = {out} + "/{mine[0].relative_to(out)}"; {klass} = "{tree}"; }}"""
        command = ["nix-instantiate", "--eval", "--strict", "--json", "-E", expression]
        done = subprocess.run(command, env={**os.environ, "NIX_CONFIG": "store = dummy://"}, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr[-3000:])
        made = json.loads(done.stdout)
        self.assertEqual(made["failed"], [])
        return made["set"]


def _test(service, klass):
    def test(self):
        made = self.judged(service, klass)
        for option, words in EFFECTS.get((service, klass), {}).items():
            below = {path: value for path, value in made.items() if path == option or path.startswith(option + ".")}
            for word in words:
                self.assertIn(word, json.dumps(below), made.keys())

    return test


for _service in INSTANCES:
    for _klass in TREES:
        setattr(Halves, f"test_{_service.replace('-', '_')}_{_klass}", _test(_service, _klass))
