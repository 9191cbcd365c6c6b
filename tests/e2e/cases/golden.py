"""What every service sets on a NixOS machine, a Mac and a home, as the generated Nix modules: golden files, compared byte by byte.

FLEETD_GOLDEN=write python3 tests/e2e/run.py --binary build/fleetd golden
writes them anew; look at the difference before you commit it."""

import os
import unittest
from pathlib import Path

from harness import FleetTest

GOLDEN = Path(__file__).resolve().parent.parent / "golden" / "services"
WRITE = os.environ.get("FLEETD_GOLDEN") == "write"

# A repository without a flake, so that nothing is left to clan-core.
HOSTS = """{
  clan.meta.name = "yard";
  clan.meta.domain = "yard.example.org";
  clan.inventory.machines.oak.tags = [ "server" ];
  clan.inventory.machines.fir = { };
  clan.inventory.machines.elm.machineClass = "darwin";
  clan.inventory.tags.homes = [ "ada@desk" ];
  clan.machines.oak = {
    nixpkgs.hostPlatform = "x86_64-linux";
    clan.core.state.grain.folders = [ "/var/grain" "/var/hay" ];
  };
  clan.machines.fir.nixpkgs.hostPlatform = "x86_64-linux";
  clan.machines.elm.nixpkgs.hostPlatform = "aarch64-darwin";
  fleet.machines."ada@desk" = {
    class = "home";
    system = "x86_64-linux";
    modules = [ { home.username = "ada"; home.homeDirectory = "/home/ada"; home.stateVersion = "25.11"; } ];
  };
  # What a role does nothing for is another test's business.
  flake.fleet.silence = [ "FL0605" ];
  clan.inventory.instances.%s
}
"""
HOST = {"nixos": "oak", "darwin": "elm", "home": "ada@desk"}
EVERYBODY = 'tags = { all = { }; homes = { }; };'

INSTANCES = {
    "borgbackup": 'backup = { module.name = "borgbackup"; roles = { server.machines.fir = { }; client = { tags.all = { }; settings.destinations.away.repo = "ssh://away.example.org/./oak"; }; }; };',
    "emergency-access": "emergency-access.roles.default = { %s };" % EVERYBODY,
    "importer": 'extra = { module.name = "importer"; roles.default = { %s extraModules = [ { networking.domain = "extra.example.org"; } ]; }; };' % EVERYBODY,
    "internet": 'internet.roles.default = { %s settings = { host = "203.0.113.7"; jumphosts = [ "gate" ]; }; };' % EVERYBODY,
    "localbackup": 'disks = { module.name = "localbackup"; roles.default = { %s settings = { snapshots = 7; targets.usb = { directory = "/mnt/usb/oak"; mountpoint = "/mnt/usb"; preMountHook = "cryptsetup open /dev/sdb1 usb"; }; }; }; };' % EVERYBODY,
    "monitoring": 'monitoring.roles = { server.machines.oak.settings.grafana.enable = true; client = { %s settings.loki.journal.relabelRules.afterNormalization = [ "rule { action = \\"labeldrop\\" regex = \\"level\\" }" ]; }; };' % EVERYBODY,
    "packages": 'tools = { module.name = "packages"; roles.default = { %s settings.packages = [ "git" "python3Packages.requests" ]; }; };' % EVERYBODY,
    "recommended-defaults": "recommended-defaults.roles.default = { %s };" % EVERYBODY,
    "sshd": 'sshd.roles = { server = { tags.all = { }; settings = { authorizedKeys.ada = "ssh-ed25519 AAAA ada"; generateRootKey = true; hostKeys.rsa.enable = true; certificate.searchDomains = [ "a.example" ]; }; }; client = { %s }; };' % EVERYBODY,
    "syncthing": 'sync = { module.name = "syncthing"; roles.peer = { %s settings = { folders.grain = { path = "/srv/grain"; type = "sendonly"; versioning.type = "trashcan"; }; extraDevices.phone.id = "PHONE-ID"; }; }; };' % EVERYBODY,
    "tor": "tor.roles = { server = { tags.server = { }; }; client = { %s }; };" % EVERYBODY,
    "trusted-nix-caches": "trusted-nix-caches.roles.default = { %s };" % EVERYBODY,
    "users": 'ada = { module.name = "users"; roles.default = { %s settings = { groups = [ "wheel" ]; openssh.authorizedKeys.keys = [ "ssh-ed25519 AAAA ada" ]; }; }; };' % EVERYBODY,
    "wifi": 'wifi.roles.default = { %s settings.networks = { home.autoConnect = false; cafe.keyMgmt = "none"; }; };' % EVERYBODY,
    "wireguard": 'vpn = { module.name = "wireguard"; roles = { controller.machines.oak.settings = { endpoint = "vpn.example.org"; mtu = 1400; }; peer = { tags = { all = { }; homes = { }; }; excludeMachines = [ "oak" ]; }; }; };',
    "zerotier": 'mesh = { module.name = "zerotier"; roles = { controller.machines.oak = { }; peer = { tags = { all = { }; homes = { }; }; excludeMachines = [ "oak" ]; }; }; };',
}

# Values that are in the repository already.
VALUES = {
    "vars/shared/openssh-ca/id_ed25519.pub/value": "ssh-ed25519 AAAA authority\n",
    "vars/per-machine/oak/openssh-cert/ssh.id_ed25519-cert.pub/value": "ssh-ed25519-cert-v01@openssh.com AAAA\n",
    "vars/per-machine/elm/openssh-cert/ssh.id_ed25519-cert.pub/value": "ssh-ed25519-cert-v01@openssh.com AAAA\n",
    "vars/per-machine/oak/sshd-root-key/id_ed25519.pub/value": "ssh-ed25519 AAAA root@oak\n",
    "vars/per-machine/fir/syncthing/id/value": "FIR-ID\n",
    "vars/per-machine/elm/wireguard-keys-vpn/publickey/value": "ELM",
    "vars/per-machine/oak/wireguard-keys-vpn/publickey/value": "OAK",
    "vars/per-machine/fir/borgbackup/borgbackup.ssh.pub/value": "ssh-ed25519 AAAA fir\n",
    "vars/per-machine/oak/state-version/version/value": "24.05",
}


class Golden(FleetTest):
    def rendered(self, service):
        fleet = self.fleet(files={"modules/yard.nix": HOSTS % INSTANCES[service], **VALUES})
        self.expect(fleet.run("render", "--out", str(fleet.base / "out")), 0)
        out = {}
        for klass, host in HOST.items():
            found = sorted((fleet.base / "out/fleetd/hosts" / klass).glob(f"*/{service}.nix"))
            mine = [path for path in found if path.parent.name.startswith(host.split("@")[0])]
            out[klass] = mine[0].read_text() if mine else "# nothing\n"
        return out

    def compare(self, service):
        for klass, text in self.rendered(service).items():
            path = GOLDEN / f"{service}.{klass}.nix"
            if WRITE:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            with self.subTest(klass=klass):
                self.assertEqual(path.read_text() if path.exists() else None, text)

    def test_there_is_a_golden_file_for_every_service(self):
        services = Path(__file__).resolve().parents[3] / "plugins" / "services"
        names = {path.name for path in services.iterdir() if path.is_dir()} | {"zerotier"}
        self.assertEqual(names, set(INSTANCES))

    @unittest.skipIf(WRITE, "golden files are being written")
    def test_no_golden_file_is_left_over(self):
        wanted = {f"{service}.{klass}.nix" for service in INSTANCES for klass in HOST}
        self.assertEqual({path.name for path in GOLDEN.iterdir()}, wanted)


for _service in INSTANCES:
    setattr(Golden, "test_" + _service.replace("-", "_"), lambda self, service=_service: self.compare(service))
