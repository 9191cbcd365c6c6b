"""A service whose plugin breaks costs its hosts what it would have set, with one diagnostic; other services, other hosts and the program go on."""

import json
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from harness import FIXTURES, FleetTest, sandboxed

ROOT = Path(__file__).resolve().parents[3]
ID = "org.example.faulty-service"

YARD = """{
  clan.meta.name = "yard";
  clan.inventory.machines.oak.tags = [ "server" ];
  clan.inventory.machines.fir.tags = [ "server" ];
  clan.machines.oak.nixpkgs.hostPlatform = "x86_64-linux";
  clan.machines.fir.nixpkgs.hostPlatform = "x86_64-linux";
  clan.inventory.instances.bad = { module.name = "org.example.faulty-service"; roles.default.machines.oak.settings.fault = "%s"; };
  clan.inventory.instances.tools = { module.name = "packages"; roles.default = { tags.server = { }; settings.packages = [ "git" ]; }; };
  clan.inventory.instances.net = { module.name = "internet"; roles.default = { tags.server = { }; settings.host = "203.0.113.7"; }; };
}
"""


class Faults(FleetTest):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory(prefix="fleetd-faulty-")
        source = FIXTURES / "plugins/faulty_service.cc"
        command = [shutil.which("c++") or "g++", "-std=c++20", "-O0", "-fPIC", "-shared", "-fvisibility=hidden", "-I", str(ROOT / "sdk/include"), str(source), "-o", f"{cls.directory.name}/{ID}.so"]
        subprocess.run(command, check=True, timeout=600)

    @classmethod
    def tearDownClass(cls):
        cls.directory.cleanup()

    def yard(self, fault, more=""):
        fleet = self.fleet(files={"modules/yard.nix": YARD.replace("%s", fault).replace("  clan.inventory.instances.tools", more + "  clan.inventory.instances.tools")})
        path = f"{self.directory.name}:{fleet.environment()['FLEETD_PLUGIN_PATH']}"
        return lambda *args: fleet.run(*args, env={"FLEETD_PLUGIN_PATH": path})

    def costs_one(self, fault, code, *texts, how=(), host="oak"):
        run = self.yard(fault)
        result = self.expect(run("check", "--json", *how), 1)
        found = [one for one in result.findings() if one["severity"] == "error"]
        self.assertEqual([one["code"] for one in found], [code], result.err)
        for text in texts:
            self.assertIn(text, str(found[0]))
        if host:
            self.assertEqual(found[0].get("host"), host, found[0])
        # Everything else is as it would be without it.
        for name in ("oak", "fir"):
            self.assertIn("pkgs.git", run("show", name, "environment.systemPackages", *how).out)
        self.assertIn("203.0.113.7", run("network", "--json", *how).out)

    def test_none(self):
        run = self.yard("none")
        for how in ([], ["--isolate=none"]):
            self.expect(run("check", *how), 0)
            self.assertEqual(self.expect(run("show", "oak", "environment.etc.fine.text", "--json", *how), 0).json(), "none")

    def test_what_it_returns_is_judged_in_both_places(self):
        for fault, code, *texts in (
            ("error", "FL0308", "FAULT01", "it is wrong", "mend it"),
            ("throw", "FL0309", "thrown"),
            ("outside", "FL0312", "security.sudo.enable"),
            ("path", "FL0310", "environment..etc"),
            ("expression", "FL0320", "environment.etc.x.text"),
            ("text", "FL0310"),
            ("huge", "FL0311"),
        ):
            for how in ([], ["--isolate=none"]):
                with self.subTest(fault=fault, how=how):
                    self.costs_one(fault, code, ID, *texts, how=how)

    # Two more instances of the same service: one beside the faulty one, one on both machines.
    MORE = "".join(
        f'  clan.inventory.instances.{name} = {{ module.name = "org.example.faulty-service"; roles.default = {{ tags.server = {{ }}; settings = {{ fault = "none"; name = "{name}"; }}; }}; }};\n'
        for name in ("also", "good")
    )

    def others_are_set(self, fault, code, count=1, how=()):
        run = self.yard(fault, self.MORE)
        result = self.expect(run("check", "--json", *how), 1)
        found = [one for one in result.findings() if one["severity"] == "error"]
        self.assertEqual([one["code"] for one in found], [code] * count, result.err)
        self.assertIn("the instance bad sets nothing there", str(found[0]))
        for host in ("oak", "fir"):
            etc = json.loads(run("show", host, "environment.etc", "--json", *how).out)
            self.assertEqual({name: one["text"] for name, one in etc.items() if name in ("also", "good", "fine")}, {"also": "none", "good": "none"}, host)

    def test_other_instances_on_the_same_machine_do_their_work(self):
        for fault, code in (("error", "FL0308"), ("throw", "FL0309"), ("outside", "FL0312"), ("huge", "FL0311")):
            for how in ([], ["--isolate=none"]):
                with self.subTest(fault=fault, how=how):
                    self.others_are_set(fault, code, how=how)

    @unittest.skipUnless(sandboxed(), "no sandbox on this machine")
    def test_other_instances_do_their_work_when_one_ends_the_process(self):
        self.others_are_set("crash", "FL0327")
        self.others_are_set("exit", "FL0327")

    @unittest.skipUnless(sandboxed(), "no sandbox on this machine")
    def test_one_that_ends_the_process_while_it_exports(self):
        run = self.yard("crash-exports", self.MORE)
        result = self.expect(run("check", "--json"), 1)
        found = [one for one in result.findings() if one["severity"] == "error"]
        self.assertEqual([one["code"] for one in found], ["FL0327"], result.err)
        self.assertIn("what the instance bad of org.example.faulty-service exports is left out", str(found[0]))
        self.assertIn("good", json.loads(run("show", "fir", "environment.etc", "--json").out))

    def test_one_whose_exports_are_refused_sets_its_options(self):
        run = self.yard("exports", self.MORE)
        result = self.expect(run("check", "--json"), 1)
        found = [one for one in result.findings() if one["severity"] == "error"]
        self.assertEqual([one["code"] for one in found], ["FL0325"], result.err)
        self.assertIn("what the instance bad of org.example.faulty-service exports is left out", str(found[0]))
        etc = json.loads(run("show", "oak", "environment.etc", "--json").out)
        self.assertEqual({name: one["text"] for name, one in etc.items() if name in ("also", "good", "fine")}, {"also": "none", "fine": "exports", "good": "none"})

    def test_what_it_exports(self):
        for fault in ("exports", "interface"):
            with self.subTest(fault):
                self.costs_one(fault, "FL0325", ID, "is left out", host=None)

    @unittest.skipUnless(sandboxed(), "no sandbox on this machine")
    def test_it_ends(self):
        self.costs_one("crash", "FL0327", ID, "SIGABRT", "1 host is without it", host=None)
        self.costs_one("exit", "FL0327", ID, "1 host is without it", host=None)

    @unittest.skipUnless(sandboxed(), "no sandbox on this machine")
    def test_it_does_not_come_back(self):
        run = self.yard("hang")
        result = self.expect(run("check", "--json"), 1)
        found = [one for one in result.findings() if one["severity"] == "error"]
        self.assertEqual([one["code"] for one in found], ["FL0329"], result.err)
        self.assertIn("1 host is without it", str(found[0]))
