"""The overlay network: what machines of each class get, members that are no machines, what is wrong with networks, identities on
disk as clan has them, and the scripts of controller and members against a controller that answers as the real one does."""

import base64
import http.server
import ipaddress
import json
import os
import shutil
import subprocess
import threading
import unittest

from cases.services import clan
from cases.vars import VarsTest
from harness import Case, FleetTest

NETWORK = "db4344343b14b903"
PREFIX = "fddb:4344:343b:14b9:399:93"
IPS = {"barn": PREFIX + "db:4344:343b", "silo": PREFIX + "0e:e971:d9e0", "gate": PREFIX + "24:19d9:3451"}


def mesh(controller="", roles="", machines="tags.all = { };"):
    return f"mesh = {{ module.name = \"zerotier\"; roles.controller.machines.barn.settings = {{ {controller} }}; roles.peer = {{ {machines} }}; {roles} }};"


def known(**more):
    out = {"vars/shared/zerotier-network-mesh/network-id/value": NETWORK}
    for machine, ip in {**IPS, **more}.items():
        out[f"vars/shared/zerotier-ip-{machine}-mesh/ip/value"] = ip
    return out


def shown(name, instances, host, path, value, files=None):
    return Case("zerotier: " + name, ["show", host, path, "--json"], files={**clan(instances), **(known() if files is None else files)}, json_equals=value)


def refused(name, instances, code, *texts, files=None):
    return Case("zerotier: " + name, ["check"], code=1, files={**clan(instances), **(known() if files is None else files)}, err=[code, *texts])


HOSTS = "".join(f"{IPS[name]} {name}.mesh\n" for name in ("barn", "gate", "silo"))
PHONE = 'externalMembers.phone = { id = "9fc45d577c"; addresses = [ "10.147.17.9" ]; }; routes = [ { target = "10.147.17.0/24"; } ];'
MOON = 'roles.moon.machines.silo.settings.stableEndpoints = [ "192.0.2.1" "2001:db8::1/443" ];'
MEMBERS_PATH = f'environment.etc."fleetd/zerotier/{NETWORK}.members.json".text'
RECORD_PATH = f'environment.etc."fleetd/zerotier/{NETWORK}.json".text'
CASK = "tags.all = { }; machines.gate.settings.cask = true;"
DNS = 'dns = { domain = "zt"; servers = [ "10.147.17.1" ]; };'
ON_SILO = "machines.silo = { };"
# Printed by the official tool; nobody uses it.
KEY = (
    "c0fe4055c37c20ca3ed144e867bf3dbf9a231a0bbd1e9e61183eede940403024f5f0338ddef11c11f863715b038ff8b127d543607a9e2e2b089238016bbb5b2d",
    "f9c3f4d278a675d0abac7e18e6d483a485cdc2cd40845e0497ecb54bbc9842c98552561b647509d009eb5100a17e1b987cef0800a4623d668746b6045d7b0ab6",
)
SECOND = mesh() + ' other = { module.name = "zerotier"; roles.controller.machines.silo = { }; roles.peer.machines.barn = { }; };'
OTHER = {**known(), "vars/shared/zerotier-network-other/network-id/value": "0ee971d9e0000007", "vars/shared/zerotier-ip-silo-other/ip/value": "fd0e:e971:d9e0:0:799:930e:e971:d9e0"}

CASES = [
    shown("networks are joined", mesh(), "silo", "services.zerotierone.joinNetworks", [NETWORK]),
    shown("several networks", SECOND, "barn", "services.zerotierone.joinNetworks", [NETWORK, "0ee971d9e0000007"], OTHER),
    shown("the names of several networks", SECOND, "silo", "networking.extraHosts", HOSTS + "fd0e:e971:d9e0:0:799:930e:e971:d9e0 silo.other\n", OTHER),
    shown("nothing is joined before there is an id", mesh(), "silo", "services.zerotierone.joinNetworks", [], {}),
    shown("names of all", mesh(), "silo", "networking.extraHosts", HOSTS),
    shown("names of all on a Mac", mesh(), "gate", "clan.core.networking.extraHosts.zerotier", HOSTS),
    shown("a domain for the names", mesh('domain = "zt";', machines="machines.silo = { };"), "silo", "networking.extraHosts", f"{IPS['barn']} barn.zt\n{IPS['silo']} silo.zt\n"),
    shown("a device that is no machine has a name", mesh(PHONE), "silo", "networking.extraHosts", HOSTS + PREFIX + "9f:c45d:577c phone.mesh\n10.147.17.9 phone.mesh\n"),
    shown("a daemon on a Mac", mesh(), "gate", "launchd.daemons.zerotier-one.serviceConfig.KeepAlive", True),
    shown("Homebrew's daemon on a Mac", mesh(machines="machines.gate.settings.cask = true;"), "gate", "homebrew.casks", ["zerotier-one"]),
    shown("a resolver on a Mac", mesh('dns = { domain = "zt"; servers = [ "10.147.17.1" ]; };'), "gate", "environment.etc.\"resolver/zt\".text", "nameserver 10.147.17.1\n"),
    shown("name servers on NixOS", mesh('dns = { domain = "zt"; servers = [ "10.147.17.1" ]; };'), "silo", "systemd.network.networks.08-zerotier-mesh", {"matchConfig": {"Name": "zt554fbdjy"}, "networkConfig": {"KeepConfiguration": "static", "LLDP": True, "MulticastDNS": True}, "dns": ["10.147.17.1"], "domains": ["~zt"]}),
    shown("name servers on NixOS, without networkd", mesh(DNS, machines=ON_SILO + " extraModules = [ { services.resolved.enable = true; systemd.network.enable = false; } ];"), "silo", "systemd.services.zerotier-resolver-mesh.script", "resolvectl dns zt554fbdjy 10.147.17.1\nresolvectl domain zt554fbdjy '~zt'\n"),
    Case("zerotier: what is the same with and without a unit for name servers", ["show", "silo", "systemd.services.zerotierone.path"], files={**clan(mesh(DNS)), **known()}, out=["path = [ pkgs.diffutils ]"]),
    Case("zerotier: a unit that may be needed", ["show", "silo", "systemd.services.zerotier-resolver-mesh.script"], files={**clan(mesh(DNS)), **known()}, out=["(assert (config.services.resolved.enable && (!config.systemd.network.enable)); ", "resolvectl dns zt554fbdjy 10.147.17.1"]),
    shown("name servers on NixOS, by dnsmasq", mesh(DNS, machines=ON_SILO + " extraModules = [ { services.resolved.enable = false; services.dnsmasq.enable = true; } ];"), "silo", "services.dnsmasq.settings.server", ["/zt/10.147.17.1"]),
    shown("name servers nobody asks", mesh(DNS, machines=ON_SILO + " extraModules = [ { services.resolved.enable = false; services.dnsmasq.enable = false; } ];"), "silo", "warnings", ["Nobody on this host asks the name servers of the ZeroTier network mesh for zt: enable services.resolved or services.dnsmasq."]),
    shown("the firewall", mesh(), "silo", "networking.firewall.allowedUDPPorts", [9993]),
    shown("identities are on the machine", mesh(), "gate", "clan.core.vars.generators.zerotier-identity-gate.files.identity-secret.deploy", True),
    shown("identities of others are not", mesh(), "silo", "clan.core.vars.generators.zerotier-network-mesh.dependencies", ["zerotier-identity-barn"]),
    shown("members", mesh(PHONE + f' allowedIds = [ "0123456789" ]; allowedIps = [ "{IPS["gate"]}" "{PREFIX}15:3431:ee8" ];'), "barn", MEMBERS_PATH,
        json.dumps([{"authorized": True, "id": "db4344343b", "name": "barn"}, {"authorized": True, "id": "2419d93451", "name": "gate"}, {"authorized": True, "id": "0ee971d9e0", "name": "silo"}, {"authorized": True, "id": "9fc45d577c", "ipAssignments": ["10.147.17.9"], "name": "phone"}, {"authorized": True, "id": "1534310ee8"}, {"authorized": True, "id": "0123456789"}], separators=(",", ":")) + "\n"),
    shown("a device by its address", mesh(f'externalMembers.tablet.ip = "{PREFIX}15:3431:ee8";', machines=ON_SILO), "barn", MEMBERS_PATH, '[{"authorized":true,"id":"db4344343b","name":"barn"},{"authorized":true,"id":"0ee971d9e0","name":"silo"},{"authorized":true,"id":"1534310ee8","name":"tablet"}]\n'),
    shown("a device by its address has a name", mesh(f'externalMembers.tablet.ip = "{PREFIX}15:3431:ee8";'), "silo", "networking.extraHosts", HOSTS + PREFIX + "15:3431:ee8 tablet.mesh\n"),
    shown("units that a changed identity starts anew", mesh(), "silo", "clan.core.vars.generators.zerotier-identity-silo.files.identity-secret.restartUnits", ["zerotierone.service"]),
    shown("no units on a Mac", mesh(), "gate", "clan.core.vars.generators.zerotier-identity-gate.files.identity-secret.restartUnits", []),
    shown("the controller's record", mesh('public = true; pools = [ { start = "10.147.17.10"; end = "10.147.17.200"; } ]; routes = [ { target = "10.147.17.0/24"; } ]; dns = { domain = "zt"; servers = [ "10.147.17.1" ]; };'), "barn", RECORD_PATH,
        '{"authTokens":[null],"capabilities":[],"dns":{"domain":"zt","servers":["10.147.17.1"]},"enableBroadcast":true,"id":"%s","ipAssignmentPools":[{"ipRangeEnd":"10.147.17.200","ipRangeStart":"10.147.17.10"}],"mtu":2800,"multicastLimit":32,"name":"mesh","nwid":"%s","objtype":"network","private":false,"routes":[{"target":"10.147.17.0/24","via":null}],"rules":[{"not":false,"or":false,"type":"ACTION_ACCEPT"}],"tags":[],"v4AssignMode":{"zt":true},"v6AssignMode":{"6plane":false,"rfc4193":true,"zt":false}}\n' % (NETWORK, NETWORK)),
    Case("zerotier: ways to the machines", ["network", "list", "silo", "--json"], files={**clan(mesh()), **known()}, json_equals=[{"network": "mesh", "service": "clan-core/zerotier", "priority": 900, "machine": "silo", "device": False, "address": f"root@[{IPS['silo']}]", "answer": None}]),
    Case("zerotier: ways that are not there yet are told of", ["network", "list"], files=clan(mesh()), out_equals="", err=["3 addresses are not there yet", "fleetd vars generate"]),
    Case("zerotier: a way that is not there yet", ["network", "list", "-v"], files=clan(mesh()), err=["FL0831", "zerotier-ip-silo-mesh/ip of silo does not exist yet"]),
    Case("zerotier: ssh", ["network", "ssh-config"], files={**clan(mesh()), **known()}, out=[f"Host silo silo.yard.example.org silo.mesh silo.mesh.yard.example.org\n  HostName {IPS['silo']}\n"]),
    refused("no controller", 'mesh = { module.name = "zerotier"; roles.peer.tags.all = { }; };', "FL0604", "at least 1"),
    refused("two controllers", mesh(roles="roles.controller.machines.silo = { };"), "FL0604", "at most 1"),
    refused("an address of another network", mesh('allowedIps = [ "fd00::1" ];'), "ZT11", "allowedIps", NETWORK),
    refused("an id of nine digits", mesh('allowedIds = [ "123456789" ];'), "ZT11", "allowedIds"),
    refused("a device without an id", mesh("externalMembers.phone = { };"), "ZT15", "externalMembers.phone"),
    refused("a device with an id and an address", mesh(f'externalMembers.phone = {{ id = "9fc45d577c"; ip = "{PREFIX}9f:c45d:577c"; }};'), "ZT15", "not both"),
    refused("a device at an address of another network", mesh('externalMembers.phone.ip = "fd00::1";'), "ZT11", "externalMembers.phone.ip", "`fd00::1` is no address in the network"),
    refused("a device at no address", mesh('externalMembers.phone.ip = "10.147.17";'), "ZT11", "externalMembers.phone.ip"),
    refused("one node by id and by address", mesh(f'externalMembers = {{ phone.id = "9fc45d577c"; tablet.ip = "{PREFIX}9f:c45d:577c"; }};'), "ZT12", "phone and tablet"),
    refused("a device whose name is none", mesh('externalMembers."my phone".id = "9fc45d577c";'), "ZT23", "`my phone`"),
    refused("a device called as a machine", mesh('externalMembers.silo.id = "9fc45d577c";'), "ZT23", "silo is a machine of the fleet"),
    refused("a user who is none", mesh('externalMembers.phone = { id = "9fc45d577c"; user = "a\\nProxyCommand x"; };'), "ZT23", "no user"),
    refused("a domain that is none", mesh('domain = "my mesh";'), "ZT23", "`my mesh`"),
    refused("one node twice", mesh('externalMembers.phone.id = "0ee971d9e0";'), "ZT12", "silo and phone", "0ee971d9e0"),
    refused("a network of another controller", mesh(), "ZT13", "db4344343b", "barn is 0ee971d9e1", files=known(barn=PREFIX + "0e:e971:d9e1")),
    refused("addresses without a route", mesh('pools = [ { start = "10.0.0.1"; end = "10.0.0.9"; } ];'), "ZT14", "10.0.0.1-10.0.0.9", "add a route"),
    refused("an address outside of every route", mesh('addresses.silo = [ "10.148.0.1" ]; routes = [ { target = "10.147.17.0/24"; } ];'), "ZT14", "addresses.silo", "10.148.0.1", "10.147.17.0/24"),
    refused("an address twice", mesh('addresses.silo = [ "10.147.17.9" ]; ' + PHONE), "ZT19", "externalMembers.phone", "addresses.silo"),
    refused("an address twice in two spellings", mesh('addresses = { barn = [ "fd00::9" ]; silo = [ "fd00:0::9" ]; }; routes = [ { target = "fd00::/64"; } ];'), "ZT19"),
    refused("an address with a prefix", mesh('addresses.silo = [ "10.147.17.9/24" ]; routes = [ { target = "10.147.17.0/24"; } ];'), "ZT18", "the route has it"),
    refused("a route with more than a prefix", mesh('routes = [ { target = "10.147.17.1/24"; } ];'), "ZT18", "10.147.17.0/24"),
    refused("a route of another family", mesh('routes = [ { target = "10.147.17.0/24"; via = "fd00::1"; } ];'), "ZT18", "one family"),
    refused("a pool that ends before it starts", mesh('pools = [ { start = "10.0.0.9"; end = "10.0.0.1"; } ]; routes = [ { target = "10.0.0.0/24"; } ];'), "ZT20", "holds no address"),
    refused("a pool that leaves its route", mesh('pools = [ { start = "10.0.0.9"; end = "10.0.1.9"; } ]; routes = [ { target = "10.0.0.0/24"; } ];'), "ZT14", "10.0.0.9-10.0.1.9"),
    refused("five name servers", mesh('dns = { domain = "zt"; servers = [ "10.0.0.1" "10.0.0.2" "10.0.0.3" "10.0.0.4" "10.0.0.5" ]; };'), "ZT21", "four"),
    refused("a domain nobody knows", mesh('dns.domain = "zt";'), "ZT21", "dns.servers"),
    refused("addresses of a stranger", mesh('addresses.bran = [ "10.0.0.1" ]; routes = [ { target = "10.0.0.0/24"; } ];'), "ZT16", "bran"),
    refused("an id that is none", mesh(), "ZT10", "zerotier-network-mesh", files={**known(), "vars/shared/zerotier-network-mesh/network-id/value": "lost"}),
    refused("an address that is none", mesh(), "ZT10", "zerotier-ip-silo-mesh", files=known(silo="10.0.0.1")),
    refused("a moon nowhere", mesh(roles="roles.moon.machines.silo = { };"), "ZT17", "stableEndpoints"),
    refused("a moon at a name", mesh(roles='roles.moon.machines.silo.settings.stableEndpoints = [ "silo.example.org/9993" ];'), "ZT06", "stableEndpoints"),
    refused("a moon whose world is none", mesh(roles=MOON), "ZT10", "zerotier-world-silo", "not in base64", files={**known(), "vars/shared/zerotier-world-silo/moon/value": "lost!"}),
    refused("a moon outside that is none", mesh(machines='tags.all = { }; settings.orbitMoons = [ "moon" ];'), "ZT11", "orbitMoons"),
]


class Identities(VarsTest):
    def mesh(self):
        fleet = self.fleet(files=clan(mesh()))
        self.expect(self.vars(fleet, "keygen", "--user", "ada"), 0)
        return fleet

    def test_from_nothing(self):
        fleet = self.mesh()
        self.expect(self.vars(fleet, "generate"), 0, err=["made shared/zerotier-identity-gate", "made shared/zerotier-ip-silo-mesh"])
        shared = fleet.root / "vars/shared"
        network = (shared / "zerotier-network-mesh/network-id/value").read_text()
        ids = {}
        for machine in IPS:
            secret = self.value(fleet, machine, f"zerotier-identity-{machine}/identity-secret").decode()
            self.assertEqual((len(secret), secret[10:13]), (270, ":0:"))
            ids[machine] = secret[:10]
            self.assertNotIn(secret.split(":")[3], (shared / f"zerotier-identity-{machine}/identity-secret/secret").read_text())
            ip = ipaddress.IPv6Address(bytes.fromhex(f"fd{network}9993{ids[machine]}"))
            self.assertEqual((shared / f"zerotier-ip-{machine}-mesh/ip/value").read_text(), str(ip))
        self.assertEqual(network[:10], ids["barn"])
        self.assertEqual(len(set(ids.values())), 3)
        self.expect(self.vars(fleet, "generate"), 0, err=["nothing is missing"])
        self.expect(fleet.run("check"), 0)

    def test_what_is_there_stays(self):
        fleet = self.mesh()
        self.expect(self.vars(fleet, "generate"), 0)
        kept = {path: path.read_bytes() for path in (fleet.root / "vars").rglob("*") if path.is_file() and "silo" not in str(path)}
        shutil.rmtree(fleet.root / "vars/shared/zerotier-ip-silo-mesh")
        self.expect(self.vars(fleet, "generate"), 0, err=["made shared/zerotier-ip-silo-mesh"])
        self.assertEqual(kept, {path: path.read_bytes() for path in kept})

    def moons(self):
        fleet = self.fleet(files=clan(mesh(roles=MOON, machines=CASK)))
        self.expect(self.vars(fleet, "keygen", "--user", "ada"), 0)
        self.expect(self.vars(fleet, "generate"), 0, err=["made shared/zerotier-moon-silo", "made shared/zerotier-world-silo"])
        return fleet, fleet.root / "vars/shared/zerotier-world-silo/moon/value"

    def placed(self, fleet, host, path):
        """What the script that runs before the daemon places: worlds by file, and what it says."""
        text = json.loads(self.expect(fleet.run("show", host, path, "--json"), 0).out)
        home, secret = fleet.base / f"zt-{host}", fleet.base / "secret"
        node = text.split("node='")[1][:10] if "node='" in text else "0ee971d9e0"  # what a Mac's script waits for
        secret.write_text(f"{node}:0:" + "a" * 128 + ":" + "b" * 128)
        text = text.split("\n(\nset -eu\numask")[0].replace("/bin/launchctl", ":").replace(text.split("home='")[1].split("'")[0], str(home)).replace(text.split("secret='")[1].split("'")[0], str(secret))
        done = subprocess.run(["sh", "-c", text], capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return {path.name: path.read_bytes() for path in (home / "moons.d").iterdir()}, done.stderr

    def test_moons_are_made_and_reach_members_of_each_class(self):
        fleet, value = self.moons()
        world = base64.b64decode(value.read_text())
        node = self.value(fleet, "silo", "zerotier-identity-silo/identity-secret").decode()[:10]
        file = f"000000{node}.moon"
        self.assertEqual(world[1:9].hex(), "000000" + node)
        self.assertTrue(world.endswith(bytes.fromhex("0204c000020127090620010db800000000000000000000000101bb0000")), world.hex())
        hosts = {"barn": "systemd.services.zerotierone.preStart", "silo": "systemd.services.zerotierone.preStart", "gate": "launchd.daemons.zerotier-identity.script"}
        for host, path in hosts.items():
            with self.subTest(host=host):
                self.assertEqual(self.placed(fleet, host, path), ({file: world}, ""))
        # What the daemon learnt since is not overwritten by an older declaration; a lost file comes back.
        home = fleet.base / "zt-barn"
        (home / "moons.d" / file).write_bytes(b"newer")
        self.assertEqual(self.placed(fleet, "barn", hosts["barn"])[0], {file: b"newer"})
        (home / "moons.d" / file).unlink()
        (home / "moons.d/0000000123456789.moon").write_bytes(b"by hand")
        self.assertEqual(self.placed(fleet, "barn", hosts["barn"])[0], {file: world, "0000000123456789.moon": b"by hand"})
        # Another endpoint: the same key, a newer world, which replaces the old one.
        fleet.write("clan.nix", clan(mesh(roles=MOON.replace("192.0.2.1", "192.0.2.77"), machines=CASK))["clan.nix"])
        self.expect(self.vars(fleet, "generate"), 0, err=["made shared/zerotier-world-silo"])
        again = base64.b64decode(value.read_text())
        self.assertEqual(again[17:81], world[17:81])
        self.assertGreater(again[9:17], world[9:17])
        self.assertEqual(self.placed(fleet, "barn", hosts["barn"])[0][file], again)
        # A moon no more: nobody follows it, and what was followed by hand stays.
        fleet.write("clan.nix", clan(mesh())["clan.nix"])
        self.assertEqual(set(self.placed(fleet, "barn", hosts["barn"])[0]), {"0000000123456789.moon"})

    def test_the_key_of_an_earlier_deployment_is_kept(self):
        fleet, value = self.moons()
        made = self.value(fleet, "silo", "zerotier-moon-silo/moon.json").decode()
        # A moon that clan made has its key on the machine; another one is told of.
        home = fleet.base / "zt-silo"
        home.mkdir()
        (home / "moon.json").write_text(made)
        path = "systemd.services.zerotierone.preStart"
        self.assertEqual(self.placed(fleet, "silo", path)[1], "")
        old = json.loads(made)
        key, secret = KEY
        old.update(signingKey=key, updatesMustBeSignedBy=key, signingKey_SECRET=secret)
        (home / "moon.json").write_text(json.dumps(old))
        self.assertIn("fleetd vars set silo zerotier-moon-silo/moon.json", self.placed(fleet, "silo", path)[1])
        self.expect(self.vars(fleet, "set", "silo", "zerotier-moon-silo/moon.json", stdin=json.dumps(old).encode()), 0)
        self.expect(self.vars(fleet, "generate", "-r", "-g", "zerotier-world-silo"), 0)
        self.assertEqual(base64.b64decode(value.read_text())[17:81].hex(), key)
        self.assertEqual(self.placed(fleet, "silo", path)[1], "")
        # The secret is nowhere in the open.
        for file in (fleet.root / "vars").rglob("*"):
            if file.is_file():
                self.assertNotIn(secret, file.read_text(errors="replace"))
        old["signingKey_SECRET"] = secret[:-1] + ("0" if secret[-1] != "0" else "1")
        self.expect(self.vars(fleet, "set", "silo", "zerotier-moon-silo/moon.json", stdin=json.dumps(old).encode()), 0)
        failed = self.expect(self.vars(fleet, "generate", "-r", "-g", "zerotier-world-silo"), 1, err=["does not belong to signingKey"])
        self.assertNotIn(secret[:32], failed.err)

    def test_a_foreign_identity_is_looked_at(self):
        fleet = self.mesh()
        self.expect(self.vars(fleet, "generate"), 0)
        secret = self.value(fleet, "silo", "zerotier-identity-silo/identity-secret")
        self.expect(self.vars(fleet, "set", "silo", "zerotier-identity-silo/identity-secret", stdin=b"0123456789" + secret[10:]), 0)
        shutil.rmtree(fleet.root / "vars/shared/zerotier-ip-silo-mesh")
        failed = self.expect(self.vars(fleet, "generate"), 1, err=["zerotier-identity-silo/identity-secret", "0123456789"])
        self.assertNotIn(secret.decode().split(":")[3], failed.err)


class Controller(http.server.BaseHTTPRequestHandler):
    """The part of the local API that the members' script uses."""

    def log_message(self, *_):
        pass

    def answer(self, value, status=200):
        body = b"" if value is None else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if self.headers.get("X-ZT1-Auth") != "sesame":
            return self.answer({}, 401)
        members = self.server.members
        parts = self.path.strip("/").split("/")
        if parts == ["controller"]:
            return self.answer({"controller": True, "apiVersion": 4})
        if parts[:3] != ["controller", "network", NETWORK]:
            return self.answer(None, 404)
        if len(parts) == 3:
            return self.answer({"id": NETWORK})
        if len(parts) == 4:
            return self.answer({id: 1 for id in members})
        return self.answer(members.get(parts[4]), 200 if parts[4] in members else 404)

    def do_POST(self):
        if self.server.broken:
            return self.answer("nonsense")
        if self.headers.get("X-ZT1-Auth") != "sesame":
            return self.answer({}, 401)
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        member = self.server.members.setdefault(self.path.split("/")[-1], {"authorized": False})
        member.update(sent)
        return self.answer(member)


class Scripts(FleetTest):
    def script(self, host, path, controller=PHONE, machines="tags.all = { };"):
        fleet = self.fleet(files={**clan(mesh(controller, machines=machines)), **known()})
        return fleet, json.loads(self.expect(fleet.run("show", host, path, "--json"), 0).out)

    def shell(self, text, **env):
        return subprocess.run(["bash", "-c", text], env={"PATH": os.environ["PATH"], **env}, capture_output=True, text=True, timeout=120, check=False)

    @unittest.skipUnless(shutil.which("curl") and shutil.which("jq"), "curl or jq is not there")
    def let_in(self, controller, token="sesame", broken=False):
        fleet, text = self.script("barn", "systemd.services.zerotier-members-mesh.script", controller)
        members = json.loads(self.expect(fleet.run("show", "barn", MEMBERS_PATH, "--json"), 0).out)
        run, home = fleet.base / "run", fleet.base / "zt"
        run.mkdir()
        home.mkdir()
        (fleet.base / "members.json").write_text(members)
        (home / "authtoken.secret").write_text(token)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Controller)
        server.members = {"9fc45d577c": {"authorized": False}, "aaaaaaaaaa": {"authorized": True}, "bbbbbbbbbb": {"authorized": False}}
        server.broken = broken
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        text = text.replace(f"/etc/fleetd/zerotier/{NETWORK}.members.json", str(fleet.base / "members.json")).replace("seq 60", "seq 2").replace('= 60 ]', '= 2 ]')
        done = self.shell(text, ZEROTIER_HOME=str(home), ZEROTIER_PORT=str(server.server_port), RUNTIME_DIRECTORY=str(run))
        return done, server.members

    def test_members_are_let_in_and_strangers_are_told_of(self):
        done, members = self.let_in(PHONE)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual({id for id, member in members.items() if member["authorized"]}, {"db4344343b", "2419d93451", "0ee971d9e0", "9fc45d577c", "aaaaaaaaaa"})
        self.assertEqual(members["9fc45d577c"], {"authorized": True, "ipAssignments": ["10.147.17.9"], "name": "phone"})
        self.assertEqual(done.stdout, f"aaaaaaaaaa is a member of {NETWORK}, but it is not declared\n")

    def test_strangers_are_shut_out_when_asked_for(self):
        done, members = self.let_in("revoke = true;")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertFalse(members["aaaaaaaaaa"]["authorized"])
        self.assertIn("is shut out", done.stdout)

    def test_a_wrong_token(self):
        done, members = self.let_in(PHONE, token="wrong")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("does not answer as a controller", done.stderr)
        self.assertEqual(len(members), 3)

    def test_an_answer_that_is_nonsense(self):
        done, members = self.let_in(PHONE, broken=True)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("did not let db4344343b into", done.stderr)
        self.assertEqual(len(members), 3)

    def test_the_identity_is_placed_and_networks_that_left_are_left(self):
        fleet, text = self.script("silo", "systemd.services.zerotierone.preStart")
        home, secret = fleet.base / "zt", fleet.base / "secret"
        path = text.split("secret='")[1].split("'")[0]
        self.assertIn("zerotier-identity-silo", path)
        text = text.replace("/var/lib/zerotier-one", str(home)).replace(path, str(secret))
        done = self.shell(text)
        self.assertEqual(done.returncode, 1)
        self.assertIn("fleetd vars generate", done.stderr)
        secret.write_text("0ee971d9e0:0:" + "a" * 128 + ":" + "b" * 128)
        (home / "networks.d").mkdir(parents=True, exist_ok=True)
        (home / "identity.secret").write_text("old")
        (home / "networks.joined").write_text("0123456789000001\n")
        for name in ("0123456789000001.conf", "0123456789000001.local.conf", "ffffffffff000001.conf"):
            (home / "networks.d" / name).write_text("")
        for _ in range(2):
            done = self.shell(text)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual((home / "identity.secret").read_text(), secret.read_text())
            self.assertEqual((home / "identity.secret").stat().st_mode & 0o777, 0o600)
            self.assertEqual((home / "identity.public").read_text(), "0ee971d9e0:0:" + "a" * 128)
            self.assertEqual((home / "identity.secret.bac").read_text(), "old")
            self.assertEqual(sorted(path.name for path in (home / "networks.d").iterdir()), [NETWORK + ".conf", "ffffffffff000001.conf"])

    def test_a_mac_waits_for_a_changed_identity(self):
        """Secrets are installed after launchd was told of its daemons; another identity is another script, so the daemon is started for it."""
        cask = "tags.all = { }; machines.gate.settings.cask = true;"
        fleet, text = self.script("gate", "launchd.daemons.zerotier-identity.script", machines=cask)
        fleet.write("vars/shared/zerotier-ip-gate-mesh/ip/value", PREFIX + "15:3431:ee8")
        after = self.expect(fleet.run("show", "gate", "launchd.daemons.zerotier-identity.script", "--json"), 0).json()
        self.assertNotEqual(text, after)
        home, secret = fleet.base / "zt", fleet.base / "secret"
        home.mkdir()
        after = after.replace("/Library/Application Support/ZeroTier/One", str(home)).replace(after.split("secret='")[1].split("'")[0], str(secret)).replace("/bin/launchctl", "echo")
        self.assertEqual(self.shell(after).returncode, 1)  # nothing is installed yet: launchd tries again
        old, new = ("2419d93451:0:" + "a" * 128 + ":" + "b" * 128, "1534310ee8:0:" + "c" * 128 + ":" + "d" * 128)
        secret.write_text(old)
        later = threading.Timer(1.5, lambda: secret.write_text(new))
        later.start()
        done = self.shell(after)
        later.join()
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "kickstart -k system/com.zerotier.one\n", ""))
        self.assertEqual((home / "identity.secret").read_text(), new)
        # An identity that never comes is told of, and the network goes on with the one that is there.
        secret.write_text(old)
        done = self.shell(after, ZEROTIER_WAIT="1")
        self.assertEqual(done.returncode, 0)
        self.assertIn("is not that of the node 1534310ee8", done.stderr)
        self.assertEqual((home / "identity.secret").read_text(), old)

    def test_settings_of_the_daemon_on_a_mac(self):
        fleet, text = self.script("gate", "launchd.daemons.zerotier-identity.script", machines="tags.all = { }; machines.gate.settings.cask = true;")
        home, secret = fleet.base / "zt home", fleet.base / "secret"
        secret.write_text("2419d93451:0:" + "a" * 128 + ":" + "b" * 128)
        text = text.replace("/Library/Application Support/ZeroTier/One", str(home)).replace(text.split("secret='")[1].split("'")[0], str(secret)).replace("/bin/launchctl", "echo")
        home.mkdir()
        (home / "local.conf").write_text("{}")
        done = self.shell(text)
        self.assertEqual((done.returncode, done.stdout), (0, "kickstart -k system/com.zerotier.one\n"), done.stderr)
        self.assertIn("zt", json.loads((home / "local.conf").read_text())["settings"]["interfacePrefixBlacklist"])
        self.assertEqual((home / "local.conf.bac").read_text(), "{}")
        self.assertTrue((home / f"networks.d/{NETWORK}.conf").exists())
        again = self.shell(text)
        self.assertEqual((again.returncode, again.stdout), (0, ""), again.stderr)
        self.assertEqual((home / "local.conf.bac").read_text(), "{}")
