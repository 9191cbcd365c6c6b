"""What a deployment would change about services, secrets and options of a host, compared with what was recorded."""

import sqlite3
import time
import unittest

from harness import FleetTest


class Plan(FleetTest):
    def setUp(self):
        super().setUp()
        self.yard = self.fleet()
        self.expect(self.yard.run("init", "yard", "--user", "ada", "--machine", "barn"), 0)
        self.made = self.yard.root / "yard"
        self.services("add", "ssh", "--service", "sshd", "--role", "server", "--machine", "barn")
        self.expect(self.run_fleetd("plan"), 0, out=["never deployed"])

    def run_fleetd(self, *args):
        return self.yard.run(*args, "--fleet", str(self.made))

    def services(self, *args):
        self.expect(self.run_fleetd("services", *args, "--no-commit"), 0)

    def deployed(self, options):
        """As if this had been deployed."""
        with sqlite3.connect(self.yard.home / "state/fleetd/yard/state.db") as db:
            db.execute("delete from outcomes")
            db.execute("delete from deployments")
            db.execute("insert into deployments values (1, ?, ?, 'ada@here', '', 'switch')", (int(time.time()),) * 2)
            db.execute("insert into outcomes values (1, 'nixos', 'barn', '/nix/store/x', '', 'deployed', '', ?, ?)", (options, int(time.time())))

    def plan(self):
        return self.expect(self.run_fleetd("plan", "barn", "--json"), 0).json()[0]

    def lines(self):
        """The lines of services as they would be recorded, from what is new beside nothing."""
        self.deployed('services/ = "1"\n')
        return [(s["instance"], s["service"], s["role"], s["change"]) for s in self.plan()["services"]]

    def test_plan_names_services(self):
        self.assertEqual(self.lines(), [("ssh", "sshd", "server", "new")])
        self.deployed('services/ = "1"\nservices/old/client = "borg 0123"\nservices/ssh/server = "sshd 0123"\n')
        found = self.plan()
        self.assertEqual([(s["instance"], s["service"], s["role"], s["change"]) for s in found["services"]], [("old", "borg", "client", "gone"), ("ssh", "sshd", "server", "changed")])
        self.assertFalse([c for c in found["changes"] if c["option"].startswith("services/")])
        shown = self.expect(self.run_fleetd("plan", "barn"), 0, out=["- service old: client of borg", "~ service ssh: server of sshd, settings changed"])
        self.assertNotIn("services/", shown.out)
        self.assertNotIn("services/", self.expect(self.run_fleetd("diff", "barn"), 0).out)

    def test_what_was_recorded_before_services_were_tells_nothing_of_them(self):
        self.deployed('networking.hostName = "barn"\n')
        found = self.plan()
        self.assertEqual(found["services"], [])
        self.assertFalse([c for c in found["changes"] if c["option"].startswith("services/")])

    def test_secrets_that_changed(self):
        self.deployed('services/ = "1"\nvars/per-machine/barn/ssh/key = "0123"\n')
        self.assertEqual(self.plan()["secrets"], ["vars/per-machine/barn/ssh/key"])
        self.expect(self.run_fleetd("plan", "barn"), 0, out=["secrets changed: vars/per-machine/barn/ssh/key"])


if __name__ == "__main__":
    unittest.main()
