"""Choosing an address on a lab of real hosts, each in an ordinary network and an overlay beside it: what is taken, what happens when
the better way is down, jump hosts, onion services, and what is said of it."""

import os
import shutil
import subprocess
import time
import unittest

import lab as labs
from cases.zerotier import known, mesh
from harness import SETUP, FleetTest, Result

WHY_NOT = labs.missing()
LAB = None
OVERLAY = "fd77::"  # a second network; exists only inside the namespaces

FLAKE = """{ outputs = { clan-core, self, ... }: clan-core.lib.clan { inherit self; imports = [ ./clan.nix ]; };
  inputs.clan-core.url = "https://git.clan.lol/clan/clan-core/archive/main.tar.gz"; }
"""

# A Tor client as far as ssh can tell: a SOCKS5 server at the socket its configuration names. One name leads somewhere.
TOR = r"""#!/usr/bin/env python3
import os, re, socket, struct, sys, threading
config = sys.stdin.read()
open(os.environ["TOR_LOG"], "a").write(config)
if os.environ.get("TOR_FAILS"):
    print("Nov 27 [err] Could not bind to the moon", flush=True)
    sys.exit(1)
path = re.search(r'SocksPort unix:"([^"]+)"', config)[1]
os.makedirs(re.search(r'DataDirectory "([^"]+)"', config)[1], exist_ok=True)
server = socket.socket(socket.AF_UNIX)
server.bind(path)
server.listen()
print("Nov 27 [notice] Bootstrapped 45% (requesting_descriptors)", flush=True)
print("Nov 27 [notice] Bootstrapped 100% (done): Done", flush=True)
def pump(a, b):
    while data := a.recv(65536):
        b.sendall(data)
    b.shutdown(socket.SHUT_WR)
def serve(c):
    n = c.recv(2)[1]; c.recv(n); c.sendall(b"\5\0")
    head = c.recv(4); name = c.recv(c.recv(1)[0]).decode(); port = struct.unpack(">H", c.recv(2))[0]
    if name != "barnbarnbarn.onion":
        c.sendall(b"\5\xf2\0\1\0\0\0\0\0\0"); c.close(); return
    far = socket.create_connection((os.environ["TOR_LEADS_TO"], port))
    c.sendall(b"\5\0\0\1\0\0\0\0\0\0")
    threading.Thread(target=pump, args=(far, c), daemon=True).start()
    pump(c, far)
while True:
    threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()
"""


def setUpModule():
    global LAB
    if WHY_NOT:
        print(f"skipped, no lab: {WHY_NOT}")
        return
    LAB = labs.Lab(["barn", "silo", "gate"])
    # The overlay: more addresses on the same wires, so that either can be taken away.
    labs.run("ip", "-n", LAB.operator, "addr", "add", f"{OVERLAY}1/64", "dev", "e0", "nodad")
    for host in LAB.hosts.values():
        host.overlay = OVERLAY + host.address.rsplit(".", 1)[1]
        labs.run("ip", "-n", host.namespace, "addr", "add", f"{host.overlay}/64", "dev", "e0", "nodad")


def tearDownModule():
    if LAB:
        LAB.close()


@unittest.skipIf(WHY_NOT, f"no lab: {WHY_NOT}")
class Ways(FleetTest):
    def yard(self, instances="", machines="", **options):
        overlay = "".join(f"vpn.roles.default.machines.{name}.settings.host = \"{host.overlay}\"; " for name, host in LAB.hosts.items())
        plain = "".join(f"internet.roles.default.machines.{name}.settings.host = \"{host.address}\"; " for name, host in LAB.hosts.items())
        vpn = 'vpn.module.name = "internet"; ' + overlay
        both = instances if instances else vpn + plain
        names = "".join(f"inventory.machines.{name} = {{ }}; machines.{name}.nixpkgs.hostPlatform = \"x86_64-linux\"; " for name in LAB.hosts)
        text = f"{{ meta.name = \"yard\"; meta.domain = \"yard.example\"; {names} {machines} inventory.instances = {{ {both} }}; }}"
        files = {"flake.nix": FLAKE, "clan.nix": text}
        for name, host in LAB.hosts.items():
            files[f"vars/per-machine/{name}/openssh/ssh.id_ed25519.pub/value"] = (host.root / "etc/ssh/host.pub").read_text()
        files.update(options.get("files", {}))
        return self.fleet(files=files)

    def on(self, fleet, *args, env=None, timeout=60, config=None):
        where = ["--ssh-config" if args[0] in ("ssh", "status", "deploy") else "--ssh-config-file", str(config or LAB.config)]
        verb = 2 if args[0] == "network" else 1
        words = [*LAB.operator_words(), SETUP.binary, *args[:verb], *where, *args[verb:]]
        began = time.monotonic()
        done = subprocess.run(words, cwd=fleet.root, env=fleet.environment(env), capture_output=True, timeout=timeout, check=False)
        self.took = time.monotonic() - began
        return Result(done.returncode, done.stdout.decode(), done.stderr.decode(), done.stdout, done.stderr)

    def cut(self, *hosts, overlay=True):
        """Packets to these addresses vanish: nobody says that they do."""
        for name in hosts:
            host = LAB.hosts[name]
            words = ["ip", "-n", host.namespace, "addr", "del", f"{host.overlay}/64" if overlay else f"{host.address}/24", "dev", "e0"]
            labs.run(*words)
            again = [w.replace("del", "add") for w in words] + (["nodad"] if overlay else [])
            self.away.append(again)

    def setUp(self):
        self.away = []
        self.addCleanup(self.restore)

    def restore(self):
        while self.away:
            labs.run(*self.away.pop())

    def listens(self, name, port):
        probe = ["ip", "netns", "exec", LAB.hosts[name].namespace, "bash", "-c", f"exec 3<>/dev/tcp/127.0.0.1/{port}"]
        LAB.wait(lambda: subprocess.run(probe, capture_output=True, check=False).returncode == 0, f"nobody listens at {port}")

    ASK = ["--", "sh", "-c", "echo $SSH_CONNECTION"]

    def address(self, result):
        return result.out.split()[2]

    def only(self, settings, more=""):
        return f'internet.roles.default.machines = {{ {settings} }}; {more}'


class Choice(Ways):
    def test_the_better_network_is_taken(self):
        fleet = self.yard()
        self.assertEqual(self.address(self.expect(self.on(fleet, "ssh", "barn", *self.ASK), 0)), LAB.hosts["barn"].address)

    def test_the_overlay_is_down_and_nothing_is_edited(self):
        """vpn sorts behind internet; with internet's addresses gone the overlay is found, and the other way round."""
        fleet = self.yard()
        self.cut("barn", overlay=False)
        first = self.expect(self.on(fleet, "ssh", "barn", *self.ASK), 0, err=["barn: root@10.77.0.11 by network internet (clan-core/internet): no answer", "barn: using root@[fd77::11] by network vpn"])
        self.assertEqual(self.address(first), "fd77::11")
        self.assertNotIn("no answer", self.expect(self.on(fleet, "ssh", "barn", *self.ASK), 0).err)  # remembered
        self.restore()
        self.cut("barn", overlay=True)
        again = self.expect(self.on(fleet, "ssh", "barn", *self.ASK), 0)
        self.assertEqual(self.address(again), LAB.hosts["barn"].address)

    def test_nothing_answers(self):
        fleet = self.yard()
        self.cut("barn", overlay=False)
        self.cut("barn", overlay=True)
        failed = self.expect(self.on(fleet, "ssh", "barn", "--", "true"), 3, err=["FL0815", "barn answers nowhere", "10.77.0.11 by network internet", "[fd77::11] by network vpn", "no answer"])
        self.assertEqual(failed.out, "")

    def test_the_exit_code_is_the_commands(self):
        self.expect(self.on(self.yard(), "ssh", "barn", "--", "sh", "-c", "exit 7"), 7)

    def test_another_server_at_the_port_is_no_answer(self):
        fleet = self.yard(self.only(f'barn.settings = {{ host = "{LAB.hosts["barn"].address}"; port = 8022; }};', f'vpn = {{ module.name = "internet"; roles.default.machines.barn.settings.host = "{LAB.hosts["barn"].overlay}"; }};'))
        server = subprocess.Popen(["ip", "netns", "exec", LAB.hosts["barn"].namespace, "python3", "-c", "import socket\ns=socket.create_server(('0.0.0.0',8022))\nwhile 1: c=s.accept()[0]; c.sendall(b'220 mail ready\\r\\n'+b'x'*5000)"], stderr=subprocess.DEVNULL)
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        self.listens("barn", 8022)
        done = self.expect(self.on(fleet, "ssh", "barn", *self.ASK), 0, err=["not as an ssh server"])
        self.assertEqual(self.address(done), "fd77::11")

    def test_host_keys_of_the_fleet_are_enough(self):
        """No known_hosts at all, strict checking: the repository knows the keys."""
        config = LAB.base / "strict_config"
        config.write_text(f"Host *\n  IdentityFile {LAB.key}\n  IdentitiesOnly yes\n  UserKnownHostsFile /dev/null\n  GlobalKnownHostsFile /dev/null\n  StrictHostKeyChecking yes\n")
        fleet = self.yard()
        self.expect(self.on(fleet, "ssh", "silo", "--", "true", config=config), 0)
        fleet.write("vars/per-machine/silo/openssh/ssh.id_ed25519.pub/value", (LAB.hosts["barn"].root / "etc/ssh/host.pub").read_text())
        self.expect(self.on(fleet, "ssh", "silo", "--", "true", config=config), 3)


class Jumps(Ways):
    def behind(self, jump="gate", user=""):
        silo, gate = LAB.hosts["silo"], LAB.hosts["gate"]
        return self.yard(self.only(f'silo.settings = {{ host = "{silo.overlay}"; jumphosts = [ "{jump}" ]; {user} }}; gate.settings.host = "{gate.address}";', f'vpn = {{ module.name = "internet"; roles.default.machines.gate.settings.host = "{gate.overlay}"; roles.default.machines.silo.settings.host = "10.77.0.99"; }};'))

    def test_a_machine_of_the_fleet_on_the_way(self):
        fleet = self.behind()
        done = self.expect(self.on(fleet, "ssh", "silo", *self.ASK), 0)
        self.assertEqual(done.out.split()[0], LAB.hosts["gate"].overlay)  # comes from the jump host
        listed = self.expect(self.on(fleet, "network", "ping", "silo", "-n", "internet"), 0, out=["gate at 10.77.0.13", "gate at fd77::13", "yes"])
        self.assertNotIn("none", listed.out)

    def test_the_jump_host_has_two_ways(self):
        fleet = self.behind()
        self.cut("gate", overlay=False)
        done = self.expect(self.on(fleet, "ssh", "silo", *self.ASK), 0, err=["through gate at 10.77.0.13"])
        self.assertEqual(done.out.split()[0], LAB.hosts["gate"].overlay)

    def test_a_port_and_a_user_are_the_targets_own(self):
        silo = LAB.hosts["silo"]
        second = subprocess.Popen(["nsenter", "-t", str(silo.init), "-m", "-n", "-p", "-u", "-i", "-r", "-w", "/usr/sbin/sshd", "-D", "-p", "2222"], stderr=subprocess.DEVNULL)
        self.addCleanup(second.wait)
        self.addCleanup(second.kill)
        self.listens("silo", 2222)
        fleet = self.behind(user='port = 2222; user = "toor";')
        done = self.expect(self.on(fleet, "ssh", "silo", "--", "sh", "-c", "echo $USER $SSH_CONNECTION"), 0)
        self.assertEqual((done.out.split()[0], done.out.split()[4]), ("toor", "2222"))

    def test_a_jump_host_that_is_down(self):
        fleet = self.behind()
        self.cut("gate", overlay=False)
        self.cut("gate", overlay=True)
        self.expect(self.on(fleet, "ssh", "silo", "--", "true"), 3, err=["FL0815", "silo answers nowhere", "through gate"])

    def test_an_address_only_ssh_knows(self):
        fleet = self.yard(self.only('barn.settings.host = "barn.lab";', 'vpn = { module.name = "internet"; roles.default.machines.barn.settings.host = "10.77.0.99"; };'))
        self.expect(self.on(fleet, "ssh", "barn", *self.ASK), 0)


class Onions(Ways):
    def onion(self, host="barnbarnbarn.onion"):
        files = {"vars/per-machine/barn/tor_tor/hostname/value": host + "\n"}
        instances = 'tor.roles.server = { machines.barn = { }; settings.secretHostname = false; }; internet.roles.default.machines.barn.settings.host = "10.77.0.99";'
        return self.yard(instances, files=files)

    def env(self, fleet, **more):
        trap = fleet.base / "bin"
        trap.mkdir(exist_ok=True)
        (trap / "tor").write_text(TOR)
        (trap / "tor").chmod(0o755)
        return {"PATH": f"{trap}:{os.environ['PATH']}", "TOR_LOG": str(fleet.base / "tor.log"), "TOR_LEADS_TO": LAB.hosts["barn"].address, **more}

    def test_tor_is_started_when_there_is_no_other_way(self):
        fleet = self.onion()
        done = self.expect(self.on(fleet, "ssh", "barn", "--", "echo", "hello", env=self.env(fleet)), 0, err=["10.77.0.99", "using root@barnbarnbarn.onion by network tor"])
        self.assertEqual(done.out, "hello\n")
        config = (fleet.base / "tor.log").read_text()
        self.assertIn("__OwningControllerProcess", config)
        self.assertEqual(config.count("SocksPort"), 1)
        left = subprocess.run(["pgrep", "-f", str(fleet.base / "bin/tor")], capture_output=True, text=True, check=False).stdout
        self.assertEqual(left, "")

    def test_the_real_tor_takes_the_configuration(self):
        tor = shutil.which("tor", path=os.environ["PATH"] + ":/usr/sbin")
        if not tor:
            self.skipTest("tor is not installed")
        fleet = self.onion()
        self.expect(self.on(fleet, "ssh", "barn", "--", "true", env=self.env(fleet)), 0)
        config = (fleet.base / "tor.log").read_text()
        done = subprocess.run([tor, "-f", "-", "--verify-config"], input=config, capture_output=True, text=True, check=False)
        self.assertIn("Configuration was valid", done.stdout)

    def test_tor_fails(self):
        fleet = self.onion()
        self.expect(self.on(fleet, "ssh", "barn", "--", "true", env=self.env(fleet, TOR_FAILS="1")), 3, err=["Could not bind to the moon"])

    def test_no_tor(self):
        fleet = self.onion()
        trap = fleet.base / "only"
        trap.mkdir()
        for name in ("ssh", "sh", "cat", "git"):
            if shutil.which(name):
                (trap / name).symlink_to(shutil.which(name))
        fleet_path = {"PATH": str(trap)}
        words = [*LAB.operator_words(), SETUP.binary, "ssh", "--ssh-config", str(LAB.config), "barn", "--", "true"]
        words[0], words[5:5] = shutil.which("ip"), []
        words[words.index("bwrap")] = shutil.which("bwrap")
        done = subprocess.run(words, cwd=fleet.root, env=fleet.environment(fleet_path), capture_output=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 3)
        self.assertIn(b"not installed", done.stderr)

    def test_an_onion_that_is_not_there(self):
        fleet = self.onion("otherother.onion")
        self.expect(self.on(fleet, "network", "ping", "-n", "tor", env=self.env(fleet)), 3, out=["otherother.onion"])


class Devices(Ways):
    """What is no machine of the fleet, and runs an ssh server all the same."""

    def test_a_device_with_a_server(self):
        silo = LAB.hosts["silo"].address
        phone = 'externalMembers.phone = { id = "9fc45d577c"; addresses = [ "%s" ]; user = "root"; port = 22; }; routes = [ { target = "%s/24"; } ];'
        fleet = self.yard(mesh(phone % (silo, silo.rsplit(".", 1)[0] + ".0")), files=known())
        done = self.expect(self.on(fleet, "ssh", "phone", *self.ASK), 0, err=["phone: using root@" + silo, "by network mesh (clan-core/zerotier)"])
        self.assertEqual(self.address(done), silo)
        self.expect(self.on(fleet, "ssh", "phone", "--", "sh", "-c", "exit 7"), 7)


class Looking(Ways):
    def test_ping(self):
        fleet = self.yard()
        self.cut("silo", overlay=True)
        done = self.expect(self.on(fleet, "network", "ping", "--json"), 3).json()
        answers = {(one["network"], one["machine"]): one["answer"] for one in done}
        self.assertEqual(answers.pop(("vpn", "silo")), "no answer")
        self.assertEqual(set(answers.values()), {"yes"})
        self.expect(self.on(fleet, "network", "ping", "barn", "--network", "vpn"), 0, out=["yes, "])

    def test_overview(self):
        fleet = self.yard()
        self.cut("silo", overlay=False)
        done = self.expect(self.on(fleet, "network", "overview", "--json"), 0).json()
        self.assertEqual({one["machine"]: one["way"] for one in done}, {"barn": "root@10.77.0.11", "gate": "root@10.77.0.13", "silo": "root@[fd77::12]"})
        self.expect(self.on(fleet, "network", "overview"), 0, out=["MACHINE", "internet", "vpn", "no answer"])
        self.cut("silo", overlay=True)
        self.expect(self.on(fleet, "network", "overview"), 3, out=["none"])

    def test_all_at_once(self):
        """Six ways, three of them silent: as long as one, not as long as three."""
        fleet = self.yard()
        self.cut("barn", "silo", "gate", overlay=True)
        self.expect(self.on(fleet, "network", "overview"), 0)
        self.assertLess(self.took, 30)

    def test_a_picture_of_what_answers(self):
        fleet = self.yard()
        self.cut("silo", overlay=True)
        text = self.expect(self.on(fleet, "network", "graph", "--ask"), 0).out
        # How soon a router says so decides between the two.
        self.assertRegex(text, 'class="warning"[^>]*>(no answer|No route to host)<')
        self.assertIn(" ms", text)
