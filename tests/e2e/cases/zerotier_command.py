"""`fleetd zerotier` against a controller that answers as the real one does: members declared and actual, changes that are read back, and
everything that can be wrong with an answer. Values of earlier layouts are moved."""

import json
import os
import shutil
import subprocess
import unittest

from cases.services import clan
from cases.vars import VarsTest
from cases.zerotier import IPS, NETWORK, OTHER, PREFIX, SECOND, known, mesh
from harness import Case, FleetTest
from zerotier_controller import TOKEN, Double, hangs_up, member, place_ssh, says, sleeps

IDS = {"barn": "db4344343b", "gate": "2419d93451", "silo": "0ee971d9e0", "phone": "9fc45d577c"}
SETTINGS = """externalMembers.phone = { id = "9fc45d577c"; addresses = [ "10.147.17.9" ]; }; routes = [ { target = "10.147.17.0/24"; } ];
  pools = [ { start = "10.147.17.100"; end = "10.147.17.200"; } ]; dns = { domain = "zt"; servers = [ "10.147.17.1" ]; };"""
ACTUAL = {
    "routes": [{"target": "10.147.17.0/24", "via": None}],
    "ipAssignmentPools": [{"ipRangeEnd": "10.147.17.200", "ipRangeStart": "10.147.17.100"}],
    "dns": {"domain": "zt", "servers": ["10.147.17.1"]},
    "v4AssignMode": {"zt": True},
}
MEMBERS = "/controller/network/" + NETWORK + "/member/"
# Made by the official tool; nobody uses it.
TRUE = "a60eb79636:0:8a02ab43393f4cd4500e84231fd7e6e21e7edc2f0a47cc86678cf3fb28312b645e4534df1aca57fc2c832e08b7e16f9feb101f821c9a21ee36b41ad373e08b33"

CASES = [
    Case("zerotier: no network", ["zerotier"], code=2, files=clan(""), err=["FL0870", "no ZeroTier network"]),
    Case("zerotier: no id yet", ["zerotier"], code=2, files=clan(mesh()), err=["FL0870", "no id yet", "vars generate"]),
    Case("zerotier: another verb", ["zerotier", "authorise"], code=2, files=clan(mesh()), err=["FL0903", "`authorize`"]),
    Case("zerotier: another network", ["zerotier", "-i", "mehs"], code=2, files={**clan(mesh()), **known()}, err=["FL0870", "did you mean `mesh`"]),
    Case("zerotier: nobody is named", ["zerotier", "revoke"], code=2, files={**clan(mesh()), **known()}, err=["FL0903", "needs a member"]),
    Case("zerotier: --fix elsewhere", ["zerotier", "status", "--fix"], code=2, files={**clan(mesh()), **known()}, err=["FL0903", "zerotier members"]),
    Case("zerotier: a word that names nobody, before anything is asked", ["zerotier", "authorize", "fone"], code=2, files={**clan(mesh(SETTINGS)), **known()}, err=["FL0903", "the network mesh has no member `fone`", "did you mean `phone`"], env={"PATH": "/nowhere"}),
    Case("zerotier: an echo to nobody", ["zerotier", "ping", "000000000"], code=2, files={**clan(mesh(SETTINGS)), **known()}, err=["FL0903", "no member `000000000`"], env={"PATH": "/nowhere"}),
    Case("zerotier: repair of single members", ["zerotier", "members", "silo", "--fix"], code=2, files={**clan(mesh()), **known()}, err=["FL0903", "are for all members", "authorize"]),
    Case("zerotier: the empty network", ["zerotier", "--instance="], code=2, files={**clan(mesh()), **known()}, err=["FL0870", "no ZeroTier network ``", "there is mesh"]),
    Case("zerotier: nothing alike", ["zerotier", "-i", "a b"], code=2, files={**clan(SECOND), **OTHER}, err=["FL0870", "there are mesh, other"]),
    Case("zerotier: a host for values that are moved", ["zerotier", "migrate", "--target-host", "x"], code=2, files={**clan(mesh()), **known()}, err=["FL0903", "takes no --target-host"]),
    Case("zerotier: which of several networks", ["zerotier", "authorize", "silo"], code=2, files={**clan(SECOND), **OTHER}, err=["FL0870", "2 ZeroTier networks: mesh, other", "--instance"]),
    Case("zerotier: two controllers", ["zerotier"], code=2, files={**clan(mesh(roles="roles.controller.machines.silo = { };")), **known()}, err=["FL0870", "exactly one controller"]),
]


@unittest.skipUnless(shutil.which("curl"), "curl is not there")
class Controlled(FleetTest):
    """A fleet whose controller is beside it."""

    def setUp(self):
        self.yard = self.fleet(files={**clan(mesh(SETTINGS)), **known()})
        self.double = Double(self.yard.base / "zt", NETWORK, **ACTUAL)
        self.addCleanup(self.double.close)
        place_ssh(self.yard.base / "bin")
        for name in ("barn", "gate", "silo"):
            self.double.known(IDS[name], authorized=True, name=name)
        self.double.known(IDS["phone"], authorized=True, name="phone", ipAssignments=["10.147.17.9"])

    def zerotier(self, *words, code=0, out=(), err=(), **env):
        path = f"{self.yard.base / 'bin'}:{os.environ['PATH']}"
        where = {"PATH": path, "ZEROTIER_HOME": str(self.yard.base / "zt"), "FLEETD_SSH_LOG": str(self.yard.base / "ssh.log"), **env}
        done = self.yard.run("zerotier", *words, "--target-host", "root@192.0.2.1", env=where)
        self.assertNotIn(TOKEN, done.out + done.err)
        return self.expect(done, code, out, err)

    def states(self, code, *words):
        return {m["name"] or m["id"]: m["state"] for m in json.loads(self.zerotier("members", "--json", *words, code=code).out)[0]["members"]}


class Members(Controlled):
    def test_all_is_as_declared(self):
        self.zerotier(out=["mesh", "barn", "1.14.1", "as declared"])
        self.assertEqual(set(self.states(0).values()), {"ok"})
        self.assertEqual(self.double.posts(), [])
        self.assertNotIn(TOKEN, (self.yard.base / "ssh.log").read_text())

    def drift(self):
        self.double.members.pop(IDS["silo"])
        self.double.members[IDS["gate"]]["authorized"] = False
        self.double.members[IDS["phone"]]["ipAssignments"] = ["10.147.17.8", "10.147.17.150"]
        self.double.known("aaaaaaaaaa", authorized=True)
        self.double.known("bbbbbbbbbb")
        self.double.networks[NETWORK]["routes"] = []

    DRIFT = {"barn": "ok", "gate": "unauthorized", "silo": "missing", "phone": "address", "aaaaaaaaaa": "undeclared", "bbbbbbbbbb": "waiting"}

    def test_differences_are_told_and_nothing_is_changed(self):
        self.drift()
        self.assertEqual(self.states(1), self.DRIFT)
        self.zerotier("members", code=1, out=["10.147.17.9 is missing, 10.147.17.8 is not declared", 'routes is [], declared is [{"target"'])
        self.zerotier("status", code=1, out=["1 missing, 1 not let in, 1 with other addresses, 1 not declared, 1 setting of the network"])
        status = json.loads(self.zerotier("status", "--json", code=1).out)[0]
        self.assertEqual(status["members"], {"ok": 1, "missing": 1, "unauthorized": 1, "address": 1, "undeclared": 1, "waiting": 1})
        self.assertEqual([s["name"] for s in status["settings"]], ["routes"])
        self.assertEqual(self.double.posts(), [])

    def test_single_members_are_shown(self):
        self.drift()
        self.assertEqual(self.states(0, "barn"), {"barn": "ok"})
        self.assertEqual(self.states(1, "barn", IDS["gate"], "bbbbbbbbbb"), {"barn": "ok", "gate": "unauthorized", "bbbbbbbbbb": "waiting"})
        self.assertEqual(self.states(1, IPS["silo"]), {"silo": "missing"})
        self.assertNotIn("routes", self.zerotier("members", "barn").out)
        self.zerotier("members", "barn", IDS["barn"], code=2, err=["FL0903", "named twice"])
        self.zerotier("members", "cccccccccc", code=2, err=["FL0903", "no member `cccccccccc`"])

    def test_an_older_controller_is_asked_for_each(self):
        self.drift()
        self.double.unstable = False
        self.assertEqual(self.states(1), self.DRIFT)

    def test_repair(self):
        self.drift()
        self.zerotier("members", "--fix", code=1, err=["silo (0ee971d9e0) is let in", "settings of mesh"])
        self.assertEqual(self.states(1), {**self.DRIFT, "gate": "ok", "silo": "ok", "phone": "ok"})
        self.assertEqual(self.double.members[IDS["phone"]]["ipAssignments"], ["10.147.17.9"])
        self.assertTrue(self.double.members["aaaaaaaaaa"]["authorized"])
        sent = len(self.double.posts())
        self.zerotier("members", "--fix", code=1)
        self.assertEqual(len(self.double.posts()), sent)
        self.zerotier("members", "--revoke", err=["aaaaaaaaaa is shut out"])
        self.assertEqual(self.states(0)["aaaaaaaaaa"], "waiting")

    def test_a_machine_that_left_is_shut_out_when_asked_for(self):
        self.yard.write("clan.nix", clan(mesh(SETTINGS, machines="machines.gate = { };"))["clan.nix"])
        self.assertEqual(self.states(1)["silo"], "undeclared")
        self.zerotier("members", code=1, out=["let in, and not declared"])
        self.assertEqual(self.double.posts(), [])
        self.zerotier("members", "--revoke", err=["silo (0ee971d9e0) is shut out"])
        self.assertEqual(self.double.posts(), [(MEMBERS + IDS["silo"], {"authorized": False})])
        self.zerotier("members", "--revoke")
        self.assertEqual(len(self.double.posts()), 1)

    def test_each_network_has_its_controller(self):
        self.yard.write("clan.nix", clan(SECOND.replace("settings = {  }", "settings = { " + SETTINGS + " }"))["clan.nix"])
        for path, text in OTHER.items():
            self.yard.write(path, text)
        self.zerotier("status", "-i", "other", code=3, err=["FL0875", "0ee971d9e0000007 belongs to the controller 0ee971d9e0"])
        self.zerotier("status", "-i", "mesh", out=["as declared"])

    def test_addresses_out_of_a_pool_are_no_difference(self):
        self.double.members[IDS["silo"]]["ipAssignments"] = ["10.147.17.131"]
        self.assertEqual(self.states(0)["silo"], "ok")
        self.double.members[IDS["silo"]]["ipAssignments"] = ["10.147.17.31"]
        self.assertEqual(self.states(1)["silo"], "address")

    def test_authorize_and_revoke(self):
        self.double.members[IDS["gate"]]["authorized"] = False
        self.zerotier("authorize", "gate", err=["gate (2419d93451) is let in"])
        self.assertEqual(self.double.posts(), [(MEMBERS + IDS["gate"], {"authorized": True, "name": "gate"})])
        self.zerotier("authorize", "10.147.17.9")
        self.assertEqual(self.double.posts()[-1][1], {"authorized": True, "name": "phone", "ipAssignments": ["10.147.17.9"]})
        self.zerotier("authorize", "cccccccccc", err=["FL0876", "not declared"])
        self.assertTrue(self.double.members["cccccccccc"]["authorized"])
        self.zerotier("revoke", "cccccccccc", IPS["silo"], err=["shut out, but declared", "cccccccccc is shut out"])
        self.assertFalse(self.double.members["cccccccccc"]["authorized"] or self.double.members[IDS["silo"]]["authorized"])

    def test_a_device_declared_by_its_address(self):
        self.yard.write("clan.nix", clan(mesh(SETTINGS + f' externalMembers.tablet.ip = "{PREFIX}15:3431:ee8";'))["clan.nix"])
        self.assertEqual(self.states(1)["tablet"], "missing")
        self.zerotier("authorize", "tablet", err=["tablet (1534310ee8) is let in"])
        self.assertEqual(self.double.posts(), [(MEMBERS + "1534310ee8", {"authorized": True, "name": "tablet"})])
        for word in ("tablet", "1534310ee8", PREFIX + "15:3431:ee8"):
            self.assertEqual(self.states(0, word), {"tablet": "ok"})

    def test_words_that_name_nobody(self):
        for words, text in ((["authorize", "fone"], "no member"), (["revoke", "barn"], "the controller itself"), (["revoke", "eeeeeeeeee"], "no member"), (["authorize", "gate", IDS["gate"]], "named twice"), (["authorize", "gate", "000000000"], "no member")):
            self.zerotier(*words, code=2, err=["FL0903", text])
        self.assertEqual(self.double.posts(), [])

    def test_an_open_network_has_no_strangers(self):
        self.double.known("aaaaaaaaaa", authorized=True)
        self.double.networks[NETWORK]["private"] = False
        self.yard.write("clan.nix", clan(mesh(SETTINGS + " public = true;"))["clan.nix"])
        self.assertEqual(self.states(0)["aaaaaaaaaa"], "ok")


class Trouble(Controlled):
    def refuses(self, code, *texts, exit_code=3, words=("members", "--fix")):
        self.double.members[IDS["gate"]]["authorized"] = False
        self.zerotier(*words, code=exit_code, err=[code, *texts])
        self.assertFalse(self.double.members[IDS["gate"]]["authorized"])

    def test_the_host_cannot_be_reached(self):
        self.zerotier(code=3, err=["FL0815", "No route to host"], FLEETD_SSH_FAILS="1")

    def test_no_daemon(self):
        self.double.close()
        self.addCleanup(lambda: None)
        self.double.close = lambda: None
        self.zerotier(code=3, err=["FL0872", "no ZeroTier daemon listens"])

    def test_no_home(self):
        self.zerotier(code=3, err=["FL0871", "no ZeroTier daemon has run"], ZEROTIER_HOME=str(self.yard.base / "nowhere"))

    def test_no_token(self):
        (self.yard.base / "zt/authtoken.secret").unlink()
        self.refuses("FL0871", "token")

    def test_an_empty_token(self):
        (self.yard.base / "zt/authtoken.secret").write_text("\n")
        self.refuses("FL0871", "token")

    def test_another_token(self):
        (self.yard.base / "zt/authtoken.secret").write_text("0123456789abcdef")
        self.refuses("FL0873", "refuses its own token")

    def test_no_curl(self):
        empty = self.yard.base / "programs"
        empty.mkdir()
        for name in ("sh", "tr", "head", "cat"):
            (empty / name).symlink_to(shutil.which(name))
        shutil.copy(self.yard.base / "bin/ssh", empty / "ssh")
        self.zerotier(code=3, err=["FL0871", "curl"], PATH=str(empty))

    def test_nonsense(self):
        deep = b"[" * 40 + b"]" * 40
        for path, body in (
            ("/status", b"<html>"), ("/status", {"address": "DB4344343B"}), ("/status", {}), ("/status", deep), ("/peer", b"{"), ("/peer", {}),
            (f"/controller/network/{NETWORK}", b""), (f"/controller/network/{NETWORK}", {"id": "0ee971d9e0000007"}), (f"/controller/network/{NETWORK}", b'{"id":"x","id":"y"}'),
        ):  # fmt: skip
            with self.subTest(path=path, body=body):
                self.double.faults = [(f"GET {path}", says(body))]
                self.refuses("FL0874")
        for data in (None, {}, [{}], [{"id": "nobody", "authorized": True}], [member(IDS["gate"], NETWORK)] * 2, [{"id": IDS["gate"], "authorized": "yes"}], [member(IDS["gate"], NETWORK, ipAssignments=7)], [member(IDS["gate"], NETWORK, ipAssignments=["1.1.1.1"] * 65)]):
            with self.subTest(data=data):
                self.double.faults = [("GET /unstable/.*", says({"data": data}))]
                self.refuses("FL0874")

    def test_a_malformed_identity(self):
        self.double.members[IDS["gate"]]["identity"] = IDS["gate"] + ":0:short"
        self.refuses("FL0874", "malformed or another node's")
        self.double.members[IDS["gate"]]["identity"] = TRUE
        self.refuses("FL0874", "malformed or another node's")

    def test_a_wrong_proof(self):
        self.double.members[IDS["gate"]]["identity"] = IDS["gate"] + TRUE[10:]
        self.refuses("FL0877", "a60eb79636", exit_code=1)
        self.refuses("FL0877", "nothing was changed", exit_code=1, words=("authorize", "gate"))
        self.assertEqual(self.double.posts(), [])

    def test_a_true_identity(self):
        self.double.known("a60eb79636", identity=TRUE)
        self.zerotier("authorize", "a60eb79636", err=["a60eb79636 is let in"])

    def test_a_collision(self):
        (self.yard.base / "zt/identity.secret.saved_after_collision").write_text("")
        self.zerotier(code=1, err=["FL0877", "gave its identity up"])

    def test_an_answer_that_is_too_long(self):
        self.double.faults = [("GET /peer", says(b'"' + b"x" * (9 << 20) + b'"'))]
        self.refuses("FL0874", "longer than 8 MiB")

    def test_a_slow_answer(self):
        self.double.faults = [("GET /controller", sleeps(12))]
        self.refuses("FL0872", "within ten seconds")

    def test_a_connection_that_ends(self):
        self.double.faults = [("GET /controller", hangs_up)]
        self.refuses("FL0874", "empty")

    def test_still_loading(self):
        self.double.faults = [("GET /controller", says(b"", 503))]
        self.refuses("FL0872", "still reads")

    def test_no_controller_in_the_daemon(self):
        self.double.faults = [("GET /controller.*", says(b"{}", 404))]
        self.refuses("FL0875", "has no controller")

    def test_another_node(self):
        self.double.address = IDS["silo"]
        self.refuses("FL0875", "belongs to the controller db4344343b", "is 0ee971d9e0")

    def test_no_network_there(self):
        self.double.networks.clear()
        self.refuses("FL0875", "does not have the network", "fleetd deploy barn")

    def test_a_change_that_is_not_made(self):
        gate = dict(self.double.members[IDS["gate"]], authorized=False)
        self.double.faults = [("POST .*", says(gate))]
        self.refuses("FL0878", "gate (2419d93451)", "nothing was changed", exit_code=1)

    def test_a_change_that_fails_tells_what_was_done(self):
        self.double.members[IDS["barn"]]["authorized"] = False
        self.double.faults = [(f"POST .*{IDS['gate']}", says({"error": 500, "description": "x"}, 500))]
        self.refuses("FL0874", "before that: barn (db4344343b) is let in")
        self.assertTrue(self.double.members[IDS["barn"]]["authorized"])

    def test_a_fleet_with_errors_changes_nothing(self):
        self.yard.write("clan.nix", clan(mesh(SETTINGS + ' addresses.silo = [ "10.147.17.9" ];'))["clan.nix"])
        self.refuses("FL0801", "nothing is changed", exit_code=1)

    def test_text_that_a_terminal_would_act_on(self):
        self.double.known("aaaaaaaaaa", authorized=True, name="\x1b[2Jx'; reboot #")
        self.assertNotIn("\x1b", self.zerotier("members", code=1).out)
        self.zerotier("revoke", "aaaaaaaaaa")
        self.assertFalse(self.double.members["aaaaaaaaaa"]["authorized"])


class Echo(Controlled):
    def test_ping(self):
        (self.yard.base / "bin/ping").write_text(f'#!/bin/sh\nfor word in "$@"; do last=$word; done\ncase $last in {IPS["barn"]} | {IPS["silo"]} | 10.147.17.9) ;; *) exit 1 ;; esac\n')
        (self.yard.base / "bin/ping").chmod(0o755)
        self.double.peers = [{"address": IDS["silo"], "latency": 28, "versionMajor": 1, "versionMinor": 14, "versionRev": 1, "paths": [{"active": True, "address": "10.99.0.1/9993", "expired": False, "lastReceive": 5, "preferred": True}]}]
        done = json.loads(self.zerotier("ping", "--json", code=3).out)
        self.assertEqual({one["address"]: one["answers"] for one in done}, {IPS["barn"]: True, IPS["silo"]: True, IPS["gate"]: False, "10.147.17.9": True, PREFIX + "9f:c45d:577c": False})
        self.zerotier("ping", "silo", out=["silo", "yes", "10.99.0.1/9993"])
        self.zerotier("ping", "gate", code=3, out=["no"])
        self.zerotier("ping", "nobody", code=2, err=["no member"])


class Migration(VarsTest):
    """A fleet with values as fleetd makes them, put back to where clan had them earlier."""

    def made(self, name="mesh"):
        fleet = self.fleet(files=clan(mesh()))
        self.expect(self.vars(fleet, "keygen", "--user", "ada"), 0)
        self.expect(self.vars(fleet, "generate"), 0)
        for own in fleet.root.rglob(".definition-hash"):
            own.unlink()  # clan knows no such file
        self.identities = {m: self.value(fleet, m, f"zerotier-identity-{m}/identity-secret") for m in IPS}
        return fleet, fleet.root / "vars/shared", fleet.root / "vars/per-machine"

    def back(self, source, target):
        """Moves a value to another depth; links keep leading to sops/."""
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(source, target)
        source.parent.rmdir()
        for link in list(target.rglob("*")):
            if link.is_symlink():
                goal = os.readlink(link).lstrip("./")
                depth = len(link.parent.relative_to(self.root).parts)
                link.unlink()
                link.symlink_to("../" * depth + goal)

    def to_oldest(self, fleet, shared, own):
        self.root = fleet.root
        for machine in IPS:
            self.back(shared / f"zerotier-identity-{machine}/identity-secret", own / machine / "zerotier/zerotier-identity-secret")
            self.back(shared / f"zerotier-ip-{machine}-mesh/ip", own / machine / "zerotier/zerotier-ip")
        self.back(shared / "zerotier-network-mesh/network-id", own / "barn/zerotier/zerotier-network-id")

    def migrated(self, fleet, before):
        self.expect(fleet.run("zerotier", "migrate"), 0)
        after = {str(path.relative_to(fleet.root)): path.read_bytes() for path in (fleet.root / "vars/shared").rglob("*") if path.is_file() and not path.is_symlink()}
        self.assertEqual(after, before)
        for machine, identity in self.identities.items():
            self.assertEqual(self.value(fleet, machine, f"zerotier-identity-{machine}/identity-secret"), identity)
        for link in (fleet.root / "vars").rglob("*"):
            self.assertTrue(link.exists(), f"{link} leads nowhere")
        left = [path for path in (fleet.root / "vars/per-machine").rglob("*") if "zerotier" in path.name] if (fleet.root / "vars/per-machine").exists() else []
        self.assertEqual(left, [])
        self.expect(fleet.run("zerotier", "migrate"), 0, err=["nothing is to be moved"])
        self.expect(self.vars(fleet, "check"), 0)
        self.expect(fleet.run("check"), 0)

    def snapshot(self, shared):
        return {str(path.relative_to(shared.parents[1])): path.read_bytes() for path in shared.rglob("*") if path.is_file() and not path.is_symlink()}

    def test_the_oldest(self):
        fleet, shared, own = self.made()
        before = self.snapshot(shared)
        self.to_oldest(fleet, shared, own)
        shown = json.loads(self.expect(fleet.run("zerotier", "migrate", "--dry-run", "--json"), 0).out)
        self.assertEqual(len(shown["moved"]), 7)
        self.assertTrue((own / "barn/zerotier/zerotier-network-id/value").exists())
        self.migrated(fleet, before)

    def test_with_a_copy_of_the_controller(self):
        fleet, shared, own = self.made()
        before = self.snapshot(shared)
        self.to_oldest(fleet, shared, own)
        shutil.copytree(own / "barn/zerotier/zerotier-network-id", shared / "zerotier-controller/zerotier-network-id")
        self.migrated(fleet, before)

    def test_where_only_the_controllers_copy_is_left(self):
        fleet, shared, own = self.made()
        before = self.snapshot(shared)
        self.root = fleet.root
        for old, new in (("zerotier-identity-barn/identity-secret", "zerotier-identity-secret"), ("zerotier-network-mesh/network-id", "zerotier-network-id"), ("zerotier-ip-barn-mesh/ip", "zerotier-ip")):
            self.back(shared / old, shared / "zerotier-controller" / new)
        self.migrated(fleet, before)

    def test_the_one_before(self):
        fleet, shared, own = self.made()
        before = self.snapshot(shared)
        self.root = fleet.root
        for machine in IPS:
            self.back(shared / f"zerotier-identity-{machine}/identity-secret", own / machine / "zerotier-identity/identity-secret")
            self.back(shared / f"zerotier-ip-{machine}-mesh/ip", own / machine / "zerotier-ip-mesh/ip")
        self.migrated(fleet, before)

    def test_what_would_lose_something_is_refused(self):
        fleet, shared, own = self.made()
        self.to_oldest(fleet, shared, own)
        (shared / "zerotier-network-mesh/network-id").mkdir(parents=True)
        (shared / "zerotier-network-mesh/network-id/value").write_text("0ee971d9e0000007")
        before = sorted(str(path) for path in (fleet.root / "vars").rglob("*"))
        self.expect(fleet.run("zerotier", "migrate"), 1, err=["FL0879", "zerotier-network-id differ"])
        shutil.rmtree(shared / "zerotier-network-mesh")
        (own / "stranger/zerotier/zerotier-ip").mkdir(parents=True)
        self.expect(fleet.run("zerotier", "migrate"), 1, err=["FL0879", "stranger is in no ZeroTier network"])
        shutil.rmtree(own / "stranger")
        self.assertEqual([path for path in before if "network-mesh" not in path], sorted(str(path) for path in (fleet.root / "vars").rglob("*")))
        fleet.write("clan.nix", clan(mesh() + ' other = { module.name = "zerotier"; roles.controller.machines.silo = { }; };')["clan.nix"])
        self.expect(fleet.run("zerotier", "migrate"), 1, err=["FL0879", "several ZeroTier networks"])

    def test_one_commit(self):
        fleet, shared, own = self.made()
        self.to_oldest(fleet, shared, own)
        git = lambda *words: subprocess.run(["git", "-C", str(fleet.root), "-c", "user.name=a", "-c", "user.email=a@b", *words], check=True, capture_output=True, text=True).stdout  # noqa: E731
        git("init", "-q")
        git("add", "-A")
        git("commit", "-qm", "before")
        env = {f"GIT_{who}_{what}": "a@b" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        self.expect(fleet.run("zerotier", "migrate", env=env), 0)
        self.assertEqual(git("status", "--porcelain"), "")
        self.assertEqual(len(git("log", "--format=%s").splitlines()), 2)
