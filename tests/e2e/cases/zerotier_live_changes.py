"""What becomes of running networks, with the official daemon: several on a host, a member that leaves one of them, values of an earlier
layout that are moved. As in zerotier_live."""

import unittest

from cases import zerotier_command, zerotier_live


@unittest.skipIf(zerotier_live.WHY_NOT, f"skipped: {zerotier_live.WHY_NOT}")
class Changes(zerotier_live.Live):
    test_a_network_from_nothing = None

    def joined(self, name):
        return sorted(network["id"] for network in self.nodes[name].api("/network"))

    def all_are_ok(self, *networks):
        for name in ("barn", "silo"):
            for network in networks:
                self.wait(lambda name=name, network=network: self.status(name, network) == "OK", f"{name} is not in {network}")

    def reached(self, name, address):
        self.wait(lambda: self.nodes[name].ping(address), f"{name} does not reach {address}")


class Several(Changes):
    """Each of two machines controls a network that the other is in."""

    peers = "barn = { };"

    def instances(self, phone):
        return super().instances(phone) + " other = { module.name = \"zerotier\"; roles.controller.machines.silo = { }; roles.peer.machines = { %s }; };" % self.peers

    def test_a_member_leaves_one_of_two_networks(self):
        other, address = self.public("zerotier-network-other/network-id"), self.public("zerotier-ip-barn-other/ip")
        self.control("silo", other)
        for name in ("barn", "silo"):
            self.prepare(name)
            self.start(name)
        self.assertEqual(self.joined("barn"), sorted((self.network, other)))
        self.zerotier("members", "--fix", "-i", "mesh", err=["silo ("])
        self.zerotier("members", "--fix", "-i", "other", at="silo", err=["barn ("])
        self.all_are_ok(self.network, other)
        self.reached("silo", self.ips["barn"])
        self.reached("silo", address)
        interfaces = {network["portDeviceName"] for network in self.nodes["barn"].api("/network")}
        self.assertEqual(len(interfaces), 2)
        # The inventory says that it left; until somebody asks for it, that is only told.
        self.peers = ""
        self.declare()
        self.zerotier("members", "-i", "other", at="silo", code=1, out=["barn", "let in, and not declared"])
        self.reached("silo", address)
        self.zerotier("members", "--revoke", "-i", "other", at="silo", err=["barn (", "is shut out"])
        self.wait(lambda: not self.nodes["silo"].ping(address), "the member that was shut out still answers")
        self.wait(lambda: self.status("barn", other) == "ACCESS_DENIED", "the member was not told", 120)
        self.assertEqual(self.status("barn"), "OK")
        self.reached("silo", self.ips["barn"])
        # Its next deployment leaves that network, and that one only.
        self.prepare("barn")
        self.nodes["barn"].restart()
        self.wait(lambda: self.joined("barn") == [self.network], "the network is still there")
        self.all_are_ok(self.network)
        self.reached("silo", self.ips["barn"])


class Migrated(Changes):
    back, to_oldest = zerotier_command.Migration.back, zerotier_command.Migration.to_oldest

    def test_a_network_of_an_earlier_layout_goes_on(self):
        identities = {name: (self.nodes[name].home / "identity.secret").read_text() for name in ("barn", "silo")}
        for name in ("barn", "silo"):
            self.prepare(name)
            self.start(name)
        self.zerotier("members", "--fix", err=["silo ("])
        self.all_are_ok(self.network)
        self.reached("silo", self.ips["barn"])
        # The same values, where clan had them two layouts ago: nothing is found there.
        shared, own = self.yard.root / "vars/shared", self.yard.root / "vars/per-machine"
        for hash in self.yard.root.rglob(".definition-hash"):
            hash.unlink()
        self.to_oldest(self.yard, shared, own)
        self.assertEqual(self.shown("barn", "services.zerotierone.joinNetworks"), [])
        self.expect(self.yard.run("zerotier", "migrate"), 0, err=["identities are unchanged"])
        self.assertEqual(self.public("zerotier-network-mesh/network-id"), self.network)
        self.assertEqual({m: self.public(f"zerotier-ip-{m}-mesh/ip") for m in self.ips}, self.ips)
        # The next deployment finds nothing to do, and daemons that start again are in the same network.
        for name in ("barn", "silo"):
            self.prepare(name)
            home = self.nodes[name].home
            self.assertEqual((home / "identity.secret").read_text().strip(), identities[name].strip())
            self.assertFalse((home / "identity.secret.bac").exists())
            self.nodes[name].restart()
        self.all_are_ok(self.network)
        for one, another in (("silo", "barn"), ("barn", "silo")):
            self.reached(one, self.ips[another])
        self.zerotier("members", out=["silo", "ok"])


del Changes  # nothing to run by itself
