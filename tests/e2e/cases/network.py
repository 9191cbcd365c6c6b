"""Networks that services export: one source of addresses in every form and on hosts of every class, and the picture."""

import json
import re
import shutil
import subprocess
import unittest
import xml.etree.ElementTree as ET

from cases.zerotier import IPS, PREFIX, known, mesh
from harness import Case, FleetTest

FLAKE = """{ outputs = { clan-core, self, ... }:
    clan-core.lib.clan { inherit self; imports = [ ./clan.nix ]; } // { fleet.plugins = [ "network" ]; };
  inputs.clan-core.url = "https://git.clan.lol/clan/clan-core/archive/main.tar.gz"; }
"""
MACHINES = """
  meta.name = "yard";
  meta.domain = "yard.example.org";
  inventory.machines = { barn.tags = [ "server" ]; silo.tags = [ "server" ]; gate.machineClass = "darwin"; };
  machines.barn.nixpkgs.hostPlatform = "x86_64-linux";
  machines.silo.nixpkgs.hostPlatform = "x86_64-linux";
  machines.gate.nixpkgs.hostPlatform = "aarch64-darwin";
"""
KEYS = {
    "vars/per-machine/barn/openssh/ssh.id_ed25519.pub/value": "ssh-ed25519 AAAABARN root@barn\n",
    "vars/per-machine/silo/openssh-rsa/ssh.id_rsa.pub/value": "ssh-rsa AAAASILO root@silo\n",
    "vars/shared/openssh-ca/id_ed25519.pub/value": "ssh-ed25519 AAAACA ca\n",
}
INTERNET = 'internet.roles.default.machines = { barn.settings.host = "192.0.2.7"; silo.settings = { host = "silo.example.net"; port = 2222; user = "ops"; jumphosts = [ "barn" ]; }; };'
BOTH = mesh() + INTERNET


def yard(instances, more="", options="{ }", files=None):
    common = f"machines.barn.imports = [ (_: {options}) ]; machines.silo.imports = [ (_: {options}) ]; machines.gate.imports = [ (_: {options}) ];"
    text = "{" + MACHINES + common + "inventory.instances = {" + instances + "};" + more + "}\n"
    return {"flake.nix": FLAKE, "clan.nix": text, **known(), **KEYS, **(files or {})}


def shown(name, instances, host, path, value, options="{ }"):
    return Case("network: " + name, ["show", host, path, "--json"], files=yard(instances, options=options), json_equals=value)


DEVICE = PREFIX + "9f:c45d:577c"
PHONE = mesh('addresses.silo = [ "10.147.17.8" ]; routes = [ { target = "10.147.17.0/24"; } ]; externalMembers.phone = { id = "9fc45d577c"; addresses = [ "10.147.17.9" ]; user = "u0_a100"; port = 8022; };')
SILENT = mesh('externalMembers.phone.id = "9fc45d577c";')
NAMES = ["barn.mesh", "barn.mesh.yard.example.org"]
BARN_HOSTS = ["barn", "barn.yard.example.org", "barn.internet", "barn.internet.yard.example.org", "192.0.2.7", "barn.mesh", "barn.mesh.yard.example.org", IPS["barn"]]
ZONE = f"""; Records of yard.example.org, to be included into its zone.
$ORIGIN yard.example.org.
$TTL 300
barn                             IN A     192.0.2.7
barn.internet                    IN A     192.0.2.7
barn.mesh                        IN AAAA  {IPS['barn']}
gate                             IN AAAA  {IPS['gate']}
gate.mesh                        IN AAAA  {IPS['gate']}
silo.internet                    IN CNAME silo.example.net.
silo                             IN AAAA  {IPS['silo']}
silo.mesh                        IN AAAA  {IPS['silo']}
"""
SILO_BLOCK = "Host silo silo.yard.example.org silo.internet silo.internet.yard.example.org silo.mesh silo.mesh.yard.example.org\n  HostName silo.example.net\n  User ops\n  Port 2222\n  HostKeyAlias silo.yard.example.org\n  ProxyJump barn\n"
PORTS = "{ fleet.network.firewall.allowedTCPPorts = [ 9100 ]; }"

CASES = [
    Case("network: records of a zone", ["network", "hosts", "--zone"], files=yard(BOTH), out_equals=ZONE),
    Case("network: lines of /etc/hosts", ["network", "hosts", "--hosts", "barn"], files=yard(BOTH), out_equals=f"192.0.2.7 barn.yard.example.org barn.internet barn.internet.yard.example.org\n{IPS['barn']} barn.mesh barn.mesh.yard.example.org\n"),
    Case("network: blocks of ssh_config", ["network", "hosts", "--ssh-config", "silo"], files=yard(BOTH), out_equals=SILO_BLOCK),
    Case("network: host keys", ["network", "hosts", "--known-hosts", "barn"], files=yard(BOTH), out_equals=",".join(BARN_HOSTS) + " ssh-ed25519 AAAABARN\n@cert-authority *.yard.example.org ssh-ed25519 AAAACA\n"),
    Case("network: a port in known_hosts", ["network", "hosts", "--known-hosts", "silo"], files=yard(BOTH), out=["[silo.example.net]:2222", " ssh-rsa AAAASILO\n"], not_out=["AAAABARN"]),
    Case("network: as JSON", ["network", "hosts", "--json", "silo", "--network", "internet"], files=yard(BOTH), json_equals=[{"machine": "silo", "device": False, "hostKeys": ["ssh-rsa AAAASILO"], "networks": [{"network": "internet", "service": "clan-core/internet", "priority": 2000, "names": ["silo.internet", "silo.internet.yard.example.org"], "hosts": [{"host": "silo.example.net", "user": "ops", "port": 2222, "sshOptions": ["-J", "barn"]}]}]}]),
    Case("network: a table", ["network", "hosts"], files=yard(BOTH), out=["MACHINE", "barn.yard.example.org", "silo.example.net"]),
    Case("network: as a host outside of an overlay sees it", ["network", "hosts", "--hosts", "--for", "gate"], files=yard(mesh(machines="machines.silo = { };") + INTERNET), out=["192.0.2.7 barn.yard"], not_out=["fddb:"]),
    Case("network: keys that are none are left out", ["network", "hosts", "--known-hosts"], files=yard(BOTH, files={"vars/per-machine/barn/openssh/ssh.id_ed25519.pub/value": "x\n@cert-authority * ssh-ed25519 EVIL\n"}), not_out=["EVIL"]),
    Case("network: two forms at once", ["network", "hosts", "--zone", "--hosts"], files=yard(BOTH), code=2, err=["FL0903", "--zone", "--hosts"]),
    Case("network: a form for another verb", ["network", "list", "--zone"], files=yard(BOTH), code=2, err=["FL0903", "--zone"]),
    Case("network: no such network", ["network", "ping", "-n", "mehs"], files=yard(BOTH), code=2, err=["FL0880", "mehs", "did you mean `mesh`?"]),
    Case("network: no such machine", ["network", "hosts", "bran"], files=yard(BOTH), code=2, err=["bran"]),
    Case("network: no such verb", ["network", "pong"], files=yard(BOTH), code=2, err=["FL0903", "pong"]),
    Case("network: no domain, no zone", ["network", "hosts", "--zone"], files={"fleet.json": '{ "hosts": { "web": { "class": "nixos" } } }', "modules/a.nix": "{ }"}, code=1, err=["FL0882", "meta.domain"]),
    Case("network: an option that runs programs is not taken", ["network", "list"], files=yard('internet.roles.default.machines.barn.settings = { host = "192.0.2.7"; jumphosts = [ "a\\nProxyCommand x" ]; };'), out=["192.0.2.7"], err=["FL0881"]),
    Case("network: nothing exported", ["network", "hosts"], files=yard(""), out_equals=""),
    # Members that are no machines.
    Case("network: a device is in the zone", ["network", "hosts", "--zone"], files=yard(PHONE), out=[f"phone                            IN AAAA  {DEVICE}\n", "phone                            IN A     10.147.17.9\n", "phone.mesh                       IN A     10.147.17.9\n", "silo                             IN A     10.147.17.8\n"]),
    Case("network: a device has a name", ["network", "hosts", "--hosts", "phone"], files=yard(PHONE), out_equals=f"{DEVICE} phone.yard.example.org phone.mesh phone.mesh.yard.example.org\n10.147.17.9 phone.yard.example.org phone.mesh phone.mesh.yard.example.org\n"),
    Case("network: a device has a block", ["network", "hosts", "--ssh-config", "phone"], files=yard(PHONE), out_equals=f"Host phone phone.yard.example.org phone.mesh phone.mesh.yard.example.org\n  HostName {DEVICE}\n  User u0_a100\n  Port 8022\n"),
    Case("network: a device as JSON", ["network", "hosts", "--json", "phone"], files=yard(PHONE), json_equals=[{"machine": "phone", "device": True, "hostKeys": [], "networks": [{"network": "mesh", "service": "clan-core/zerotier", "priority": 900, "names": ["phone.yard.example.org", "phone.mesh", "phone.mesh.yard.example.org"], "hosts": [{"host": a, "user": "u0_a100", "port": 8022, "sshOptions": []} for a in (DEVICE, "10.147.17.9")]}]}]),
    Case("network: a device is listed", ["network", "list", "phone", "--json"], files=yard(PHONE), json_equals=[{"network": "mesh", "service": "clan-core/zerotier", "priority": 900, "machine": "phone", "device": True, "address": a, "answer": None} for a in (f"u0_a100@[{DEVICE}]:8022", "u0_a100@10.147.17.9:8022")]),
    Case("network: a device is not asked for an ssh server", ["network", "ping", "phone"], files=yard(PHONE), code=2, err=["FL0903", "no machine of the fleet", "zerotier ping phone"]),
    Case("network: a device nobody logs in to is listed", ["network", "list", "phone", "--json"], files=yard(SILENT), json_equals=[{"network": "mesh", "service": "clan-core/zerotier", "priority": 900, "machine": "phone", "device": True, "address": DEVICE, "answer": None}]),
    Case("network: a device nobody logs in to", ["ssh", "phone"], code=2, files=yard(SILENT), err=["FL0903", "phone is no machine of the fleet, but a device in the network mesh", "`user` or `port`", "fleetd network list phone"]),
    Case("network: what a device reaches", ["network", "hosts", "--for", "phone"], code=2, files=yard(PHONE), err=["FL0903", "a device in the network mesh", "--network mesh"]),
    Case("network: none", ["network", "list"], files=yard(""), out_equals="", err=["no service of the fleet exports a network"]),
    Case("network: none, as JSON", ["network", "list", "--json"], files=yard(""), json_equals=[], not_err=["no service"]),
    Case("network: a device whose name is mistyped", ["network", "list", "fone"], code=2, files=yard(PHONE), err=["FL0503", "no host fone", "did you mean `phone`"]),
    Case("network: ssh to a device whose name is mistyped", ["ssh", "phoen", "--", "uptime"], code=2, files=yard(PHONE), err=["FL0503", "no host phoen", "did you mean `phone`"]),
    Case("network: a device in the picture", ["network", "graph"], files=yard(PHONE), out=[">phone<", ">device<", "3 machines, 1 device, 1 network,"]),
    shown("a device on NixOS", PHONE, "silo", 'networking.hosts."10.147.17.9"', ["phone.yard.example.org", "phone.mesh", "phone.mesh.yard.example.org"]),
    # What hosts get.
    shown("names on NixOS", BOTH, "silo", f'networking.hosts."{IPS["barn"]}"', NAMES),
    shown("names on NixOS of a first network", BOTH, "silo", 'networking.hosts."192.0.2.7"', ["barn.yard.example.org", "barn.internet", "barn.internet.yard.example.org"]),
    shown("host keys on NixOS", BOTH, "silo", "programs.ssh.knownHosts.fleet-barn.hostNames", BARN_HOSTS),
    shown("host keys on a Mac", BOTH, "gate", "programs.ssh.knownHosts.fleet-barn.publicKey", "ssh-ed25519 AAAABARN"),
    shown("the authority", BOTH, "gate", "programs.ssh.knownHosts.fleet-authority.certAuthority", True),
    shown("ssh on a Mac", INTERNET, "gate", "programs.ssh.extraConfig", "Host barn barn.yard.example.org barn.internet barn.internet.yard.example.org\n  HostName 192.0.2.7\n  HostKeyAlias barn.yard.example.org\n" + SILO_BLOCK.replace(" silo.mesh silo.mesh.yard.example.org", "")),
    shown("a resolver on a Mac", BOTH, "gate", 'environment.etc."resolver/mesh".text', f"nameserver 192.0.2.7\nnameserver {IPS['barn']}\n", "{ fleet.network.nameServers.mesh = [ \"barn\" ]; }"),
    shown("name servers on NixOS, by systemd-resolved", BOTH, "silo", 'environment.etc."systemd/dns-delegate.d/mesh.dns-delegate".text', f"[Delegate]\nDNS=192.0.2.7 {IPS['barn']}\nDomains=~mesh\n", "{ services.resolved.enable = true; fleet.network.nameServers.mesh = [ \"barn\" ]; }"),
    shown("name servers on NixOS, by dnsmasq", BOTH, "silo", "services.dnsmasq.settings.server", ["/mesh/192.0.2.7", f"/mesh/{IPS['barn']}"], "{ services.resolved.enable = false; services.dnsmasq.enable = true; fleet.network.nameServers.mesh = [ \"barn\" ]; }"),
    shown("who answers for a domain does not ask itself", INTERNET, "barn", "environment.etc", {}, "{ services.resolved.enable = true; fleet.network.nameServers.mesh = [ \"barn\" ]; }"),
    shown("what is open in an overlay", BOTH, "silo", 'networking.firewall.interfaces."zt+".allowedTCPPorts', [9100], PORTS),
    shown("what is open in an overlay, for nftables", BOTH, "silo", 'networking.firewall.interfaces."zt*".allowedTCPPorts', [9100], "{ fleet.network.firewall.allowedTCPPorts = [ 9100 ]; networking.nftables.enable = true; }"),
    shown("nothing is shut on a Mac", BOTH, "gate", "warnings", [], PORTS),
    Case("network: a Mac that shuts everything", ["show", "gate", "warnings"], files=yard(BOTH, options="{ fleet.network.firewall.allowedTCPPorts = [ 9100 ]; networking.applicationFirewall.blockAllIncoming = true; }"), out=["blocks all incoming connections, so nothing of fleet.network.firewall is open"]),
    shown("a Mac in no overlay has nothing to open", INTERNET, "gate", "warnings", [], PORTS),
    shown("only one network", BOTH, "silo", "networking.hosts", {"192.0.2.7": ["barn.yard.example.org", "barn.internet", "barn.internet.yard.example.org"]}, "{ fleet.network.networks = [ \"internet\" ]; }"),
    shown("nothing of it", BOTH, "silo", "networking.hosts", {}, "{ fleet.network.names = false; }"),
    Case("network: a network nobody exports", ["check"], files=yard(BOTH, options='{ fleet.network.networks = [ "intranet" ]; }'), code=1, err=["NET01", "intranet"]),
    Case("network: a name server without an address", ["check"], files=yard(BOTH, options='{ fleet.network.nameServers.mesh = [ "bran" ]; }'), code=1, err=["NET03", "bran"]),
    Case("network: no domain", ["check"], files=yard(BOTH, options='{ fleet.network.nameServers."a/b" = [ "barn" ]; }'), code=1, err=["NET02", "a/b"]),
    Case("network: all is well", ["check"], files=yard(BOTH)),
]


class Homes(FleetTest):
    FILES = {
        "flake.nix": """{ inputs.clan-core.url = "https://git.clan.lol/clan/clan-core/archive/main.tar.gz";
  inputs.home-manager.url = "github:nix-community/home-manager";
  outputs = { clan-core, home-manager, self, ... }:
    clan-core.lib.clan { inherit self; imports = [ ./clan.nix ]; }
    // { fleet.plugins = [ "network" ];
         homeConfigurations."ada@silo" = home-manager.lib.homeManagerConfiguration {
           modules = [ { home.username = "ada"; home.homeDirectory = "/home/ada"; home.stateVersion = "24.11"; programs.ssh.enable = true; } ];
         }; };
}
""",
    }

    def test_a_home_has_no_firewall(self):
        files = {**yard(BOTH), **self.FILES}
        files["flake.nix"] = files["flake.nix"].replace("programs.ssh.enable = true;", "fleet.network.firewall.allowedUDPPorts = [ 53 ];")
        self.expect(self.fleet(files=files).run("check"), 1, err=["NET04", "a home has no firewall", "ada@silo"])

    def test_a_home(self):
        fleet = self.fleet(files={**yard(BOTH), **self.FILES})
        shown = lambda path: self.expect(fleet.run("show", "ada@silo", path, "--json"), 0).json()
        self.assertEqual(shown("programs.ssh.includes"), ["~/.ssh/fleetd/config"])
        known = shown('home.file.".ssh/fleetd/known_hosts".text')
        self.assertIn(",".join(BARN_HOSTS) + " ssh-ed25519 AAAABARN\n", known)
        config = shown('home.file.".ssh/fleetd/config".text')
        self.assertTrue(config.startswith("UserKnownHostsFile ~/.ssh/known_hosts ~/.ssh/fleetd/known_hosts\nHost barn "), config)
        self.assertNotIn("Host silo", config)
        self.expect(fleet.run("check"), 0)

    @unittest.skipUnless(shutil.which("ssh"), "ssh is not installed")
    def test_ssh_understands_it(self):
        fleet = self.fleet(files={**yard(BOTH), **self.FILES})
        config = fleet.base / "config"
        config.write_text(self.expect(fleet.run("show", "ada@silo", 'home.file.".ssh/fleetd/config".text', "--json"), 0).json())
        said = subprocess.run(["ssh", "-G", "-F", str(config), "barn.mesh"], capture_output=True, text=True, check=True).stdout
        self.assertIn("hostname 192.0.2.7\n", said)
        self.assertIn("hostkeyalias barn.yard.example.org\n", said)


class Macs(FleetTest):
    """The block in a Mac's /etc/hosts, written by the script its activation runs."""

    def script(self, instances, options="{ }"):
        fleet = self.fleet(files=yard(instances, options=options))
        return self.expect(fleet.run("show", "gate", "system.activationScripts.postActivation.text", "--json"), 0).json()

    def run_on(self, text, *scripts):
        fleet = self.fleet()
        hosts = fleet.base / "hosts"
        hosts.write_text(text)
        for script in scripts:
            done = subprocess.run(["sh", "-eu", "-c", script.replace("/etc/hosts", str(hosts))], capture_output=True, text=True, check=False)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual([p.name for p in fleet.base.iterdir() if p.name.startswith("hosts")], ["hosts"])
        self.assertEqual(hosts.stat().st_mode & 0o777, 0o644)
        return hosts.read_text()

    def test_the_block_comes_changes_and_goes(self):
        apple = "##\n# Host Database\n127.0.0.1\tlocalhost\n"
        script = self.script(BOTH)
        once = self.run_on(apple, script)
        self.assertTrue(once.startswith(apple))
        self.assertIn("192.0.2.7 barn.yard.example.org", once)
        self.assertEqual(self.run_on(once, script), once)
        self.assertEqual(self.run_on(apple + "more\n", script, script).count("192.0.2.7 "), 1)
        self.assertEqual(self.run_on(once + "10.0.0.1 mine\n", self.script("")), apple + "10.0.0.1 mine\n")

    def test_a_torn_block_is_left_alone(self):
        script = self.script(BOTH)
        once = self.run_on("a\n", script)
        torn = once.replace("# fleetd: end\n", "") + "10.0.0.1 mine\n"
        again = self.run_on(torn, script)
        self.assertIn("10.0.0.1 mine\n", again)
        self.assertTrue(again.endswith("# fleetd: end\n"))


NS = "{http://www.w3.org/2000/svg}"


def large(count):
    names = [f"host-{i:02}" for i in range(count)]
    machines = "".join(f'inventory.machines.{n}.tags = [ "{"even" if i % 2 == 0 else "odd"}" ]; machines.{n}.nixpkgs.hostPlatform = "x86_64-linux";\n' for i, n in enumerate(names))
    internet = "".join(f'{n}.settings.host = "{n}.example.net"; ' for n in names[::3])
    instances = f'internet.roles.default.machines = {{ {internet} }}; mesh = {{ module.name = "zerotier"; roles.controller.machines.host-00 = {{ }}; roles.peer.tags.all = {{ }}; }}; onion = {{ module.name = "tor"; roles.server = {{ tags.odd = {{ }}; settings.secretHostname = false; }}; }};'
    files = {"vars/shared/zerotier-network-mesh/network-id/value": "db4344343b14b903"}
    for i, n in enumerate(names):
        node = "db4344343b" if i == 0 else f"{0x1000000000 + i:010x}"
        ip = f"fddb:4344:343b:14b9:399:93{node[:2]}:{node[2:6]}:{node[6:]}"
        files[f"vars/shared/zerotier-ip-{n}-mesh/ip/value"] = ip.replace(":0000", ":0")
    return {"flake.nix": FLAKE, "clan.nix": "{ meta.name = \"yard\"; " + machines + "inventory.instances = {" + instances + "}; }\n", **files}


class Picture(FleetTest):
    def picture(self, fleet, *args):
        return self.expect(fleet.run("network", "graph", *args), 0).out

    def test_every_member_is_a_station(self):
        for count in (8, 80):
            with self.subTest(count=count):
                text = self.picture(self.fleet(files=large(count)))
                root = ET.fromstring(text)
                tips = [t.text for t in root.iterfind(f"{NS}circle/{NS}title")]
                self.assertEqual(len([t for t in tips if " in mesh: " in t]), count)
                self.assertEqual(len([t for t in tips if " in internet: " in t]), (count + 2) // 3)
                self.assertEqual(len([t for t in root.iterfind(f"{NS}circle") if "ring" in t.get("class") and "controller" in t[0].text]), 1)
                width, height = float(root.get("width")), float(root.get("height"))
                rows = [float(t.get("y")) for t in root.iterfind(f"{NS}text") if re.fullmatch(r"host-\d\d", t.text or "")]
                self.assertEqual(len(rows), count)
                self.assertTrue(all(b - a >= 16 for a, b in zip(rows, rows[1:])))
                for element in root.iter():
                    for x, y in (("x", "y"), ("cx", "cy")):
                        if element.get(x):
                            self.assertTrue(0 <= float(element.get(x)) <= width and 0 <= float(element.get(y)) <= height)
                self.overlap(root)

    def overlap(self, root):
        """No two texts of a line run into each other."""
        lines = {}
        for t in root.iterfind(f"{NS}text"):
            size = float(t.get("font-size"))
            wide = len("".join(t.itertext()).split("</title>")[-1] if not len(t) else (t[0].tail or "")) * size * (0.6 if t.get("font-weight") else 0.56)
            x = float(t.get("x")) - (wide if t.get("text-anchor") == "end" else 0)
            lines.setdefault(t.get("y"), []).append((x, x + wide, t.text))
        for all_ in lines.values():
            all_.sort()
            for a, b in zip(all_, all_[1:]):
                self.assertLessEqual(a[1], b[0] + 1, (a, b))

    def test_same_bytes_and_themes(self):
        fleet = self.fleet(files=large(8))
        first = self.picture(fleet)
        self.assertEqual(first, self.picture(fleet))
        self.assertIn("prefers-color-scheme:dark", first)
        self.expect(fleet.run("network", "graph", "--out", "x.svg"), 0)
        self.assertEqual(self.expect(fleet.run("network", "graph", "--out", "-"), 0).out, (fleet.root / "x.svg").read_text())
        self.assertFalse((fleet.root / "-").exists())
        self.assertEqual((fleet.root / "x.svg").read_text(), first)
        self.assertEqual(self.expect(fleet.run("network", "graph", "-o", "no/such/x.svg"), 3).out, "")

    def test_what_answers(self):
        fleet = self.fleet(files=yard('internet.roles.default.machines = { barn.settings = { host = "127.0.0.1"; port = 1; }; };'))
        text = self.picture(fleet, "--ask")
        self.assertIn("Connection refused", text)
        self.assertIn('class="warning"', text)

    def test_only_some(self):
        text = self.picture(self.fleet(files=large(8)), "host-03", "--network", "mesh")
        self.assertIn("host-03", text)
        self.assertNotIn("host-04", text)
        self.assertNotIn("internet", text)

    def test_without_networks(self):
        text = self.picture(self.fleet(files={"fleet.json": '{ "hosts": { "web": { "class": "nixos" } } }', "modules/a.nix": "{ }"}))
        self.assertIn(">web<", text)
