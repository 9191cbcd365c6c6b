"""How many builds and hosts are under way at once, in which order, and who is meant; on simulated hosts, which write down when they begin."""

import json

from cases.services import WIREGUARD, clan
from simulated import SimulatedTest, variables

NAMES = [f"h{number}" for number in range(1, 7)]


class Order(SimulatedTest):
    def setUp(self):
        self.yard = self.simulated(NAMES)

    def test_builds_at_once(self):
        events = self.logged(self.yard, "build", "--max-builds", "2", meet="2")
        self.assertEqual(sorted(name for verb, name in events if verb == "built"), NAMES)
        self.assertEqual(self.at_once(events, "builds", "built"), 2)
        self.assertEqual(self.at_once(self.logged(self.yard, "build", "--max-builds", "1"), "builds", "built"), 1)

    def test_hosts_at_once(self):
        events = self.logged(self.yard, "deploy", "--max-builds", "3", "--max-parallel", "3", meet="3")
        self.assertEqual(sorted(name for verb, name in events if verb == "end"), NAMES)
        self.assertEqual(self.at_once(events, "begin", "end"), 3)

    def fails(self, *names):
        for name in names:
            (self.yard.base / f"hosts/{name}.lab.fails").touch()

    def outcomes(self):
        deployment = self.expect(self.run_in(self.yard, "history", "--json"), 0).json()[0]
        return {one["host"]: one["outcome"] for one in deployment["hosts"]}

    def test_it_stops_after_so_many_failures(self):
        self.fails("h1", "h3", "h5")
        for most, begun in (("1", 1), ("2", 3), ("3", 5), ("0", 6)):
            for name in NAMES:
                (self.yard.base / f"hosts/{name}.lab").unlink(missing_ok=True)
            events = self.logged(self.yard, "deploy", "--max-parallel", "1", "--max-failures", most, code=1)
            self.assertEqual([name for verb, name in events if verb == "begin"], NAMES[:begun])
            self.assertEqual(self.outcomes(), {name: "failed" if name in ("h1", "h3", "h5") else "deployed" for name in NAMES[:begun]})
        # The same again is for those that are missing.
        for name in ("h1", "h3", "h5"):
            (self.yard.base / f"hosts/{name}.lab.fails").unlink()
        self.logged(self.yard, "deploy")
        self.assertEqual(self.outcomes(), {name: "deployed" if name in ("h1", "h3", "h5") else "unchanged" for name in NAMES})

    def test_first_and_last(self):
        begun = [name for verb, name in self.logged(self.yard, "deploy", "--canary", "h4", "--last", "h2") if verb == "begin"]
        self.assertEqual((begun[0], begun[-1]), ("h4", "h2"))

    def test_what_a_plan_and_a_difference_touch(self):
        """No host is asked, and no Nix is started."""
        self.expect(self.run_in(self.yard, "deploy"), 0)
        self.yard.write("common.nix", '{ system.version = "2"; }\n')
        for program in ("ssh", "nix"):
            (self.yard.base / "bin" / program).write_text(f"#!/bin/sh\necho {program} >>{self.yard.base}/touched\nexit 1\n")
        for words in (["plan"], ["plan", "--goal", "reboot"], ["plan", "--closures"], ["diff", "h1"], ["diff", "h1", "1"], ["history"]):
            done = self.expect(self.run_in(self.yard, *words), 0)
            if words[0] != "history":
                self.assertIn("system.version", done.out, words)
        self.assertFalse((self.yard.base / "touched").exists())


class Inventory(SimulatedTest):
    """Machines of an inventory: tags, and a network that others are reached through."""

    def setUp(self):
        files = clan(WIREGUARD)
        files["clan.nix"] = files["clan.nix"].replace('gate.machineClass = "darwin";', "gate = { };").replace("aarch64-darwin", "x86_64-linux")
        self.yard = self.fleet(files=files)
        self.yard.env = variables(self.yard)
        self.yard.write("inventory.json", json.dumps({"machines": {name: {"deploy": {"targetHost": f"root@{name}.lab"}} for name in ("barn", "gate", "silo")}}))
        for name in ("barn", "gate", "silo"):
            self.yard.write(f"vars/per-machine/{name}/wireguard-keys-vpn/publickey/value", "x" * 43 + "=")

    def test_the_controller_of_a_network_is_the_last_and_alone(self):
        events = [event for event in self.logged(self.yard, "deploy", "barn", "gate", "silo") if event[0] in ("begin", "end")]
        self.assertEqual({name for _, name in events}, {"barn", "gate", "silo"})
        self.assertEqual(events[-2:], [("begin", "barn"), ("end", "barn")], events)

    def test_those_with_all_of_the_tags(self):
        for tags, names in ((["server"], {"barn", "silo"}), (["server", "quiet"], {"silo"}), (["all"], {"barn", "gate", "silo"})):
            words = [word for tag in tags for word in ("--tag", tag)]
            self.assertEqual({name for _, name in self.logged(self.yard, "build", *words)}, names)
        self.expect(self.run_in(self.yard, "deploy", "--tag", "none"), 2, err=["no host has the tags none"])
