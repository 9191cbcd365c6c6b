"""The overlay with the official daemon: a fleet's own identities, a private planet, nodes in network namespaces of this machine, joined for
real. Set ZEROTIER_ONE to the program, or have zerotier-one in PATH."""

import contextlib
import json
import os
import shutil
import subprocess
import time
import unittest
from pathlib import Path

from cases.services import clan
from cases.vars import VarsTest
from cases.zerotier import IPS, mesh
from zerotier_controller import member, network, place_ssh

ONE = os.environ.get("ZEROTIER_ONE") or shutil.which("zerotier-one") or ""
NET = "10.78.0"  # exists only inside the namespaces
SETTINGS = """externalMembers.phone.id = "%s"; addresses.silo = [ "10.147.17.9" ]; routes = [ { target = "10.147.17.0/24"; } ];
  pools = [ { start = "10.147.17.100"; end = "10.147.17.200"; } ]; dns = { domain = "zt"; servers = [ "10.147.17.1" ]; };"""


def missing():
    if not ONE or not Path(ONE).exists():
        return "zerotier-one is not there (ZEROTIER_ONE)"
    if os.geteuid() != 0:
        return "network namespaces need root"
    for program in ("ip", "curl", "ping"):
        if not shutil.which(program):
            return f"{program} is not installed"
    try:
        os.close(os.open("/dev/net/tun", os.O_RDWR))
    except OSError as problem:
        return f"no TUN devices: {problem}"
    name = f"ztry{os.getpid()}"
    if subprocess.run(["ip", "netns", "add", name], capture_output=True, check=False).returncode != 0:
        return "network namespaces are forbidden here"
    failed = subprocess.run(["ip", "-n", name, "link", "add", "br0", "type", "bridge"], capture_output=True, check=False).returncode
    subprocess.run(["ip", "netns", "del", name], check=False)
    return "bridges are not allowed here" if failed else ""


WHY_NOT = missing()


def run(*words, **options):
    return subprocess.run(words, check=True, capture_output=True, **options).stdout


def idtool(*words, cwd=None):
    return run(ONE, "-i", *words, cwd=cwd).decode()


class Node:
    """A daemon in a namespace of its own."""

    def __init__(self, base, name, number, identity):
        self.name, self.space, self.address = name, f"zt{os.getpid()}-{name}", f"{NET}.{10 + number}"
        self.home = base / f"node-{name}"
        (self.home / "networks.d").mkdir(parents=True)
        (self.home / "identity.secret").write_text(identity)
        (self.home / "identity.secret").chmod(0o600)
        (self.home / "identity.public").write_text(":".join(identity.split(":")[:3]))
        settings = {"allowTcpFallbackRelay": False, "portMappingEnabled": False, "allowSecondaryPort": False}
        (self.home / "local.conf").write_text(json.dumps({"settings": settings}))
        self.process = None

    def plug(self, bridge):
        run("ip", "netns", "add", self.space)
        run("ip", "-n", self.space, "link", "set", "lo", "up")
        run("ip", "link", "add", "e0", "netns", self.space, "type", "veth", "peer", "name", self.name, "netns", bridge)
        run("ip", "-n", bridge, "link", "set", self.name, "master", "br0", "up")
        run("ip", "-n", self.space, "addr", "add", f"{self.address}/24", "dev", "e0")
        run("ip", "-n", self.space, "link", "set", "e0", "up")

    def start(self):
        log = open(self.home / "log", "ab")
        self.process = subprocess.Popen(["ip", "netns", "exec", self.space, ONE, "-U", "-p9993", str(self.home)], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        log.close()

    def join(self, id):
        (self.home / f"networks.d/{id}.conf").write_text("")

    def api(self, path):
        words = ["ip", "netns", "exec", self.space, "curl", "-s", "-H", "X-ZT1-Auth: " + (self.home / "authtoken.secret").read_text(), f"http://127.0.0.1:9993{path}"]
        return json.loads(run(*words) or b"{}")

    def ping(self, address):
        return subprocess.run(["ip", "netns", "exec", self.space, "ping", "-n", "-c", "1", "-W", "2", address], capture_output=True, check=False).returncode == 0

    def end(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def restart(self):
        self.end()
        self.start()

    def stop(self):
        if self.process:
            self.end()
        subprocess.run(["ip", "netns", "del", self.space], capture_output=True, check=False)


@unittest.skipIf(WHY_NOT, f"skipped: {WHY_NOT}")
class Live(VarsTest):
    def wait(self, condition, message, seconds=60):
        end = time.monotonic() + seconds
        while True:
            with contextlib.suppress(OSError, subprocess.CalledProcessError, ValueError, KeyError):
                if condition():
                    return
            if time.monotonic() > end:
                self.fail(message + "\n" + "".join(f"{n.name}: {(n.home / 'log').read_text()[-500:]}" for n in self.nodes.values() if n.process))
            time.sleep(0.25)

    ROLES = ""

    def instances(self, phone):
        return mesh(SETTINGS % phone, self.ROLES)

    def setUp(self):
        self.yard = self.fleet(files=clan(self.instances("0123456789")))
        official = {name: idtool("generate").strip() for name in ("phone", "guest")}
        self.ids = {name: text[:10] for name, text in official.items()}
        self.declare()
        self.expect(self.vars(self.yard, "keygen", "--user", "ada"), 0)
        self.expect(self.vars(self.yard, "generate"), 0)
        self.network = self.public("zerotier-network-mesh/network-id")
        self.ips = {m: self.public(f"zerotier-ip-{m}-mesh/ip") for m in IPS}
        own = {m: self.value(self.yard, m, f"zerotier-identity-{m}/identity-secret").decode() for m in ("barn", "silo")}
        for text in own.values():
            self.assertIn("is a valid identity", subprocess.run([ONE, "-i", "validate", text], capture_output=True, text=True, check=False).stdout)
        base = self.yard.base
        self.nodes = {name: Node(base, name, number, text) for number, (name, text) in enumerate({**own, **official}.items(), 1)}
        self.bridge = f"zt{os.getpid()}-br"
        self.addCleanup(lambda: subprocess.run(["ip", "netns", "del", self.bridge], capture_output=True, check=False))
        run("ip", "netns", "add", self.bridge)
        run("ip", "-n", self.bridge, "link", "add", "br0", "type", "bridge", "forward_delay", "0")
        run("ip", "-n", self.bridge, "link", "set", "br0", "up")
        for node in self.nodes.values():
            self.addCleanup(node.stop)
            node.plug(self.bridge)
        self.roots(base)
        self.control("barn", self.network)
        place_ssh(base / "bin")

    def declare(self):
        self.yard.write("clan.nix", clan(self.instances(self.ids["phone"]))["clan.nix"])

    def public(self, name):
        return (self.yard.root / f"vars/shared/{name}/value").read_text()

    def shown(self, host, path):
        return json.loads(self.expect(self.yard.run("show", host, path, "--json"), 0).out)

    def control(self, name, network):
        """Gives a controller its record of a network."""
        place = self.nodes[name].home / "controller.d/network"
        place.mkdir(parents=True)
        (place / f"{network}.json").write_text(self.shown(name, f'environment.etc."fleetd/zerotier/{network}.json".text'))

    def prepare(self, name):
        """What the unit of a host does before its daemon starts, with the identity that the fleet has for it."""
        text = self.shown(name, "systemd.services.zerotierone.preStart").split("\n(\nset -eu\numask")[0]
        secret = self.yard.base / f"secret-{name}"
        secret.write_bytes(self.value(self.yard, name, f"zerotier-identity-{name}/identity-secret"))
        run("sh", "-c", text.replace("/var/lib/zerotier-one", str(self.nodes[name].home)).replace(text.split("secret='")[1].split("'")[0], str(secret)))

    def start(self, name):
        """A controller answers when it has read what it has."""
        self.nodes[name].start()
        self.wait(lambda: self.nodes[name].api("/controller").get("controller"), f"{name} does not start")

    def roots(self, base):
        planet = self.planet(base)
        for node in self.nodes.values():
            shutil.copy(planet, node.home / "planet")

    def planet(self, base):
        """A world of the controller alone, so that nothing leaves the namespaces."""
        text = json.loads(idtool("initmoon", str(self.nodes["barn"].home / "identity.public")))
        text["roots"][0]["stableEndpoints"] = [f"{self.nodes['barn'].address}/9993"]
        text.update(worldType="planet", id="0000000000f1ee7d")
        (base / "planet.json").write_text(json.dumps(text))
        idtool("genmoon", str(base / "planet.json"), cwd=base)
        return base / "0000000000f1ee7d.moon"

    def run_zerotier(self, *words, at="barn"):
        path = f"{self.yard.base / 'bin'}:{os.environ['PATH']}"
        env = {"PATH": path, "ZEROTIER_HOME": str(self.nodes[at].home), "FLEETD_SSH_LOG": str(self.yard.base / "ssh.log"), "FLEETD_SSH_WHERE": f"ip netns exec {self.nodes[at].space}"}
        return self.yard.run("zerotier", *words, "--target-host", "root@192.0.2.1", env=env)

    def zerotier(self, *words, code=0, at="barn", **expected):
        return self.expect(self.run_zerotier(*words, at=at), code, **expected)

    def states(self, code):
        return {m["name"] or m["id"]: m["state"] for m in json.loads(self.zerotier("members", "--json", code=code).out)[0]["members"]}

    def status(self, name, network=None):
        return self.nodes[name].api(f"/network/{network or self.network}").get("status")

    def ping(self, *names):
        return json.loads(self.run_zerotier("ping", *names, "--json").out)

    def answers(self, *names):
        return all(one["answers"] for one in self.ping(*names))

    def test_a_network_from_nothing(self):
        for node in self.nodes.values():
            node.join(self.network)
        self.start("barn")
        for name in ("silo", "phone", "guest"):
            self.nodes[name].start()
        guest = self.ids["guest"]
        # Nobody is let in who was not; who asks is known.
        self.wait(lambda: {"silo": "unauthorized", "phone": "unauthorized", guest: "waiting"}.items() <= self.states(1).items(), "they do not ask")
        self.assertEqual(self.states(1)["gate"], "missing")
        self.zerotier("members", "--fix", err=["silo (", "phone (", "gate ("])
        self.assertEqual(self.states(0), {"barn": "ok", "gate": "ok", "silo": "ok", "phone": "ok", guest: "waiting"})
        self.zerotier("status", out=["as declared"])
        for name in ("barn", "silo", "phone"):
            self.wait(lambda name=name: self.status(name) == "OK", f"{name} does not join")
        self.assertEqual(self.status("guest"), "ACCESS_DENIED")
        # Derived and pinned addresses answer over the overlay; the one out of the pool is no difference.
        self.wait(lambda: self.answers("silo", "phone"), "no answer over the overlay")
        self.assertIn(f"{self.ips['silo']}/88", self.nodes["silo"].api(f"/network/{self.network}")["assignedAddresses"])
        self.assertIn("10.147.17.9/24", self.nodes["silo"].api(f"/network/{self.network}")["assignedAddresses"])
        phone = self.nodes["barn"].api(f"/controller/network/{self.network}/member/{self.ids['phone']}")
        self.assertTrue(phone["ipAssignments"][0].startswith("10.147.17.1"), phone)
        self.assertEqual(self.states(0)["phone"], "ok")
        self.wait(lambda: self.nodes["silo"].ping(phone["ipAssignments"][0]), "members do not reach each other")
        # A guest for a while.
        self.zerotier("authorize", guest, err=["not declared"])
        self.wait(lambda: self.status("guest") == "OK", "the guest does not join")
        self.wait(lambda: self.answers(guest), "the guest does not answer")
        self.assertEqual(self.states(1)[guest], "undeclared")
        self.zerotier("members", "--revoke", err=[f"{guest} is shut out"])
        self.assertEqual(self.states(0)[guest], "waiting")
        self.wait(lambda: not any(one["answers"] for one in self.ping(guest)), "the guest still answers")
        # An edit by hand is a difference, and is repaired.
        home = self.nodes["barn"].home
        token = (home / "authtoken.secret").read_text()
        run("ip", "netns", "exec", self.nodes["barn"].space, "curl", "-sf", "-H", f"X-ZT1-Auth: {token}", "-d", '{"mtu":1400,"private":false}', f"http://127.0.0.1:9993/controller/network/{self.network}")
        self.zerotier("members", code=1, out=["mtu is 1400, declared is 2800", "private is false"])
        # While it was open everybody was let in.
        self.zerotier("members", "--fix", code=1, out=["let in, and not declared"])
        self.zerotier("members", "--revoke", err=[f"{guest} is shut out"])
        self.zerotier("status", out=["as declared"])
        self.faithful()

    def faithful(self):
        """The double of the other tests has the same members in its answers."""
        barn = self.nodes["barn"]
        self.assertEqual(set(network(self.network)), set(barn.api(f"/controller/network/{self.network}")) - {"certificateTimeoutWindowSize"} | {"authorizationEndpoint", "clientId", "rulesSource"})
        gate = json.loads(self.zerotier("members", "--json").out)[0]["members"][1]
        self.assertEqual(set(member("", "")), set(barn.api(f"/controller/network/{self.network}/member/{gate['id']}")) - {"name"})
        (barn.home / "authtoken.secret").write_text("0123456789")
        self.zerotier(code=3, err=["FL0873"])
        barn.process.terminate()
        barn.process.wait(20)
        self.zerotier(code=3, err=["FL0872", "no ZeroTier daemon listens"])


@unittest.skipIf(WHY_NOT, f"skipped: {WHY_NOT}")
class Moons(Live):
    """No planet of ours: what the fleet made for its moon is all that nodes know of each other."""

    ROLES = f'roles.moon.machines.barn.settings.stableEndpoints = [ "{NET}.11" ];'
    test_a_network_from_nothing = None

    def roots(self, base):
        self.moon = self.nodes["barn"].home.joinpath("identity.public").read_text()[:10]
        for name in ("barn", "silo"):
            self.prepare(name)
            self.assertTrue((self.nodes[name].home / f"networks.d/{self.network}.conf").exists())

    def upstream(self, name):
        return [(m["id"], m["roots"][0]["stableEndpoints"]) for m in self.nodes[name].api("/moon")]

    def test_members_find_each_other_by_the_moon(self):
        self.start("barn")
        self.nodes["silo"].start()
        self.wait(lambda: self.upstream("silo") == [("000000" + self.moon, [f"{NET}.11/9993"])], "the moon is not followed")
        self.zerotier("members", "--fix", err=["silo ("])
        self.wait(lambda: self.status("silo") == "OK", "silo does not join")
        self.wait(lambda: self.answers("silo"), "no answer over the overlay")
        peer = self.nodes["silo"].api(f"/peer/{self.moon}")
        self.assertEqual(peer["role"], "MOON")
        # A newer world, which only the moon is given, reaches members when they greet it: the key is the same.
        self.ROLES = self.ROLES.replace(f'"{NET}.11"', f'"{NET}.11" "{NET}.99/443"')
        self.declare()
        self.expect(self.vars(self.yard, "generate"), 0, err=["made shared/zerotier-world-barn"])
        self.nodes["barn"].end()
        self.prepare("barn")
        self.start("barn")
        self.nodes["silo"].restart()
        self.wait(lambda: len(self.upstream("silo")[0][1]) == 2, "the newer moon does not reach silo")
