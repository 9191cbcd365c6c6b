"""A service whose plugin breaks costs its hosts what it would have set, with one diagnostic; other services, other hosts and the program go on."""

import json
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from harness import FIXTURES, SETUP, FleetTest, Result, sandboxed

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

    def yard(self, fault, more="", **env):
        fleet = self.fleet(files={"modules/yard.nix": YARD.replace("%s", fault).replace("  clan.inventory.instances.tools", more + "  clan.inventory.instances.tools")})
        path = f"{self.directory.name}:{fleet.environment()['FLEETD_PLUGIN_PATH']}"
        return lambda *args, **more: fleet.run(*args, env={"FLEETD_PLUGIN_PATH": path, **env}, **more)

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

    QUICK = {"FLEETD_PLUGIN_SECONDS": "3"}

    @unittest.skipUnless(sandboxed(), "no sandbox on this machine")
    def test_it_does_not_come_back_and_others_do(self):
        """Two instances hang, on both machines and on one; what the others set is there everywhere."""
        more = self.MORE + '  clan.inventory.instances.worse = { module.name = "org.example.faulty-service"; roles.default = { tags.server = { }; settings = { fault = "hang"; name = "worse"; }; }; };\n'
        for how in ([], ["--isolate=unsandboxed"]):
            with self.subTest(how=how):
                run = self.yard("hang", more, **self.QUICK)
                result = self.expect(run("check", "--json", *how), 1)
                found = [one for one in result.findings() if one["severity"] == "error"]
                self.assertEqual({one["code"] for one in found}, {"FL0329"}, result.err)
                text = str(found)
                self.assertTrue("the instance bad sets nothing there" in text and "the instance worse sets nothing there" in text, text)
                for host in ("oak", "fir"):
                    etc = json.loads(run("show", host, "environment.etc", "--json", *how).out)
                    self.assertEqual({name: one["text"] for name, one in etc.items() if name in ("also", "good", "fine", "worse")}, {"also": "none", "good": "none"}, host)
                    self.assertIn("pkgs.git", run("show", host, "environment.systemPackages", *how).out)

    def test_how_long_it_may_take(self):
        for word in ("0", "601", "soon", "-1", "1.5"):
            self.expect(self.yard("none", FLEETD_PLUGIN_SECONDS=word)("check"), 2, err=["FL0903", "FLEETD_PLUGIN_SECONDS"])
        self.expect(self.yard("none", FLEETD_PLUGIN_SECONDS="600")("check"), 0)

    @unittest.skipUnless(sandboxed(), "no sandbox on this machine")
    def test_it_does_not_come_back(self):
        run = self.yard("hang", **self.QUICK)
        result = self.expect(run("check", "--json"), 1)
        found = [one for one in result.findings() if one["severity"] == "error"]
        self.assertEqual([one["code"] for one in found], ["FL0329"], result.err)
        self.assertIn("1 host is without it", str(found[0]))


class Bundled(Faults):
    """The same plugin among those that come with fleetd, which run inside of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        built, prefix = Path(SETUP.binary).parent, Path(cls.directory.name) / "prefix"
        (prefix / "bin").mkdir(parents=True)
        (prefix / "lib/fleetd/plugins").mkdir(parents=True)
        for name in ("fleetd", "fleet-plugin-host"):
            take(built / name, prefix / "bin" / name)
        for plugin in sorted((built / "plugins").rglob("*.so")):
            take(plugin, prefix / "lib/fleetd/plugins" / plugin.name)
        shutil.move(f"{cls.directory.name}/{ID}.so", prefix / "lib/fleetd/plugins")
        cls.prefix = prefix

    def yard(self, fault, more="", **env):
        fleet = self.fleet(files={"modules/yard.nix": YARD.replace("%s", fault).replace("  clan.inventory.instances.tools", more + "  clan.inventory.instances.tools")})
        self.fleet_root = fleet.root

        def run(*args, stdin=b"", **options):
            command = [str(self.prefix / "bin/fleetd"), *args]
            done = subprocess.run(command, cwd=fleet.root, env=fleet.environment({"FLEETD_PLUGIN_PATH": "", **env}), input=stdin, capture_output=True, timeout=300, check=False, **options)
            return Result(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"), done.stdout, done.stderr)

        return run

    def test_it_runs_inside(self):
        run = self.yard("none")
        rows = {one["id"]: one for one in self.expect(run("plugins", "--json"), 0).json()}
        self.assertIn(ID, rows)
        shown = self.expect(run("plugins", "show", ID, "--json"), 0).json()
        self.assertFalse(shown["may"]["isolated"], shown)

    def test_a_crash_costs_its_instance(self):
        for fault, signal in (("crash", "SIGABRT"), ("segv", "SIGSEGV"), ("deep", "SIGSEGV")):
            with self.subTest(fault=fault):
                self.others_are_set(fault, "FL0327")
                result = self.yard(fault)("check", "--json")
                errors = [one for one in result.findings() if one["severity"] == "error"]
                self.assertEqual((len(errors), signal in str(errors)), (1, True), result.err)
                self.assertEqual([one for one in result.findings() if one["severity"] == "warning"], [])

    def test_a_crash_costs_its_instance_without_a_sandbox(self):
        """Nobody who has no sandbox loses more: what ran inside of fleetd runs in a process without one."""
        programs = Path(self.directory.name) / "programs"
        programs.mkdir(exist_ok=True)
        for name in ("sh", "git", "nix", "nix-instantiate"):
            found = shutil.which(name)
            if found and not (programs / name).exists():
                (programs / name).symlink_to(found)
        run = self.yard("segv", self.MORE, PATH=str(programs), FLEETD_ISOLATE=None)
        result = self.expect(run("check", "--json"), 1)
        errors = [one for one in result.findings() if one["severity"] == "error"]
        self.assertEqual([one["code"] for one in errors], ["FL0327"], result.err)
        self.assertIn("the instance bad sets nothing there", str(errors))

    def test_one_that_crashes_once_is_told_of(self):
        run = self.yard("once", FAULTY_ONCE=f"{self.directory.name}/once")
        result = self.expect(run("check", "--json"), 0)
        warnings = [one for one in result.findings() if one["severity"] == "warning"]
        self.assertEqual([one["code"] for one in warnings], ["FL0327"], result.err)
        self.assertIn("started again", str(warnings))
        self.assertNotIn("FLEETD_CRASHED", result.out + result.err)

    def test_a_change_is_taken_back(self):
        run = self.yard("none")
        git = {f"GIT_{who}_{what}": "a@b" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        before = {str(path): path.read_bytes() for path in self.fleet_root.rglob("*") if path.is_file()}
        del git
        result = run("services", "add", "third", "--service", ID, "--tag", "server", "fault=segv", "name=third")
        self.expect(result, 1, err=["FL0617", "the instance third sets nothing there"])
        self.assertEqual(before, {str(path): path.read_bytes() for path in self.fleet_root.rglob("*") if path.is_file()})
        self.expect(run("services", "add", "third", "--service", ID, "--tag", "server", "fault=none", "name=third"), 0)

    def test_the_exit_code_and_the_output_are_those_of_one_run(self):
        run = self.yard("segv", self.MORE)
        result = run("show", "fir", "environment.etc.good.text")
        self.assertEqual((result.code, result.out.count("none")), (1, 1), result.err)
        self.assertEqual(result.err.count("FL0327"), 1)

    def test_without_isolation_it_says_who_it_was(self):
        result = self.yard("segv")("check", "--isolate=none")
        self.assertEqual(result.code, -11)
        self.assertIn(f"plugin `{ID}` crashed inside of fleetd: SIGSEGV", result.err)

    def test_one_that_ends_the_process_while_it_exports(self):
        run = self.yard("crash-exports", self.MORE)
        result = self.expect(run("check", "--json"), 1)
        found = [one for one in result.findings() if one["severity"] == "error"]
        self.assertEqual([one["code"] for one in found], ["FL0327"], result.err)
        self.assertIn("what the instance bad of org.example.faulty-service exports is left out", str(found[0]))

    # What is said of these is said of isolated plugins.
    test_other_instances_do_their_work_when_one_ends_the_process = None
    test_it_ends = None


def take(file, to):
    try:
        os.link(file, to)
    except OSError:
        shutil.copy2(file, to)
