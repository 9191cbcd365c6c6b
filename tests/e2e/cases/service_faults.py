"""A service whose plugin breaks costs its hosts what it would have set, with one diagnostic; other services, other hosts and the program go on."""

import functools
import json
import os
import pty
import shutil
import subprocess
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor
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


HOSTS = ("oak", "fir")
HERE = ("--isolate=none",)


def at_once(calls):
    """The results of several commands that mostly wait, in their order."""
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(lambda call: call(), calls))


@functools.cache
def compiled():
    directory = tempfile.TemporaryDirectory(prefix="fleetd-faulty-")
    source = FIXTURES / "plugins/faulty_service.cc"
    command = [shutil.which("c++") or "g++", "-std=c++20", "-O0", "-fPIC", "-shared", "-fvisibility=hidden", "-I", str(ROOT / "sdk/include"), str(source), "-o", f"{directory.name}/{ID}.so"]
    subprocess.run(command, check=True, timeout=600)
    return directory


class Faults(FleetTest):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory(prefix="fleetd-faulty-")
        shutil.copy2(f"{compiled().name}/{ID}.so", cls.directory.name)

    @classmethod
    def tearDownClass(cls):
        cls.directory.cleanup()

    def yard(self, fault, more="", **env):
        fleet = self.fleet(files={"modules/yard.nix": YARD.replace("%s", fault).replace("  clan.inventory.instances.tools", more + "  clan.inventory.instances.tools")})
        path = f"{self.directory.name}:{fleet.environment()['FLEETD_PLUGIN_PATH']}"
        return lambda *args, **more: fleet.run(*args, env={"FLEETD_PLUGIN_PATH": path, **env}, **more)

    def looked_at(self, fault, how=(), more="", **env):
        """What a fleet with one faulty instance gives: its errors, and what is set beside them."""
        run = self.yard(fault, more, **env)
        check, network, *shown = at_once(
            [lambda: run("check", "--json", *how), lambda: run("network", "--json", *how)]
            + [lambda name=name, path=path: run("show", name, path, "--json", *how) for name in HOSTS for path in ("environment.systemPackages", "environment.etc")]
        )
        self.expect(check, 1)
        # Everything else is as it would be without it.
        self.assertIn("203.0.113.7", network.out)
        for result in shown[::2]:
            self.assertIn("pkgs.git", result.out)
        etc = {name: {file: one["text"] for file, one in json.loads(result.out).items() if file in ("also", "good", "fine", "worse")} for name, result in zip(HOSTS, shown[1::2])}
        return [one for one in check.findings() if one["severity"] == "error"], etc, check

    def each(self, cases, look):
        """Looks at several fleets at once, and judges each by itself."""
        for case, (errors, etc, check) in zip(cases, at_once([lambda case=case: look(case) for case in cases])):
            with self.subTest(case):
                yield case, errors, etc, check

    def costs_one(self, faults, host="oak"):
        for (_, _, code, *texts), errors, _, check in self.each(faults, lambda case: self.looked_at(case[0], case[1])):
            self.assertEqual([one["code"] for one in errors], [code], check.err)
            for text in texts:
                self.assertIn(text, str(errors[0]))
            if host:
                self.assertEqual(errors[0].get("host"), host, errors[0])

    def test_none(self):
        run = self.yard("none")
        for how in ([], ["--isolate=none"]):
            self.expect(run("check", *how), 0)
            self.assertEqual(self.expect(run("show", "oak", "environment.etc.fine.text", "--json", *how), 0).json(), "none")

    def test_what_it_returns_is_judged_in_both_places(self):
        faults = (
            ("error", "FL0308", ID, "FAULT01", "it is wrong", "mend it"),
            ("throw", "FL0309", ID, "thrown"),
            ("outside", "FL0312", ID, "security.sudo.enable"),
            ("path", "FL0310", ID, "environment..etc"),
            ("expression", "FL0320", ID, "environment.etc.x.text"),
            ("text", "FL0310", ID),
            ("huge", "FL0311", ID),
        )
        self.costs_one([(fault, how, *rest) for fault, *rest in faults for how in ((), HERE)])

    # Two more instances of the same service: one beside the faulty one, one on both machines.
    MORE = "".join(
        f'  clan.inventory.instances.{name} = {{ module.name = "org.example.faulty-service"; roles.default = {{ tags.server = {{ }}; settings = {{ fault = "none"; name = "{name}"; }}; }}; }};\n'
        for name in ("also", "good")
    )

    def others_are_set(self, faults):
        """Faults with where they run and the code they cost; gives the findings of each."""
        for (fault, _, code), errors, etc, check in self.each(faults, lambda case: self.looked_at(case[0], case[1], self.MORE)):
            self.assertEqual([one["code"] for one in errors], [code], check.err)
            self.assertIn("the instance bad sets nothing there", str(errors[0]))
            self.assertEqual(etc, {name: {"also": "none", "good": "none"} for name in HOSTS})
            yield fault, errors, check

    def test_other_instances_on_the_same_machine_do_their_work(self):
        faults = (("error", "FL0308"), ("throw", "FL0309"), ("outside", "FL0312"), ("huge", "FL0311"))
        self.assertEqual(len(list(self.others_are_set([(fault, how, code) for fault, code in faults for how in ((), HERE)]))), 8)

    @unittest.skipUnless(sandboxed(), "no sandbox on this machine")
    def test_other_instances_do_their_work_when_one_ends_the_process(self):
        for _ in self.others_are_set([(fault, (), "FL0327") for fault in ("crash", "exit", "exit-now")]):
            pass

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
        self.costs_one([(fault, (), "FL0325", ID, "is left out") for fault in ("exports", "interface")], host=None)

    @unittest.skipUnless(sandboxed(), "no sandbox on this machine")
    def test_it_ends(self):
        self.costs_one([("crash", (), "FL0327", ID, "SIGABRT", "1 host is without it"), ("exit", (), "FL0327", ID, "1 host is without it")], host=None)

    QUICK = {"FLEETD_PLUGIN_SECONDS": "3"}

    @unittest.skipUnless(sandboxed(), "no sandbox on this machine")
    def test_it_does_not_come_back_and_others_do(self):
        """Two instances hang, on both machines and on one; what the others set is there everywhere."""
        more = self.MORE + '  clan.inventory.instances.worse = { module.name = "org.example.faulty-service"; roles.default = { tags.server = { }; settings = { fault = "hang"; name = "worse"; }; }; };\n'
        for _, errors, etc, check in self.each([(), ("--isolate=unsandboxed",)], lambda how: self.looked_at("hang", how, more, **self.QUICK)):
            self.assertEqual({one["code"] for one in errors}, {"FL0329"}, check.err)
            text = str(errors)
            self.assertTrue("the instance bad sets nothing there" in text and "the instance worse sets nothing there" in text, text)
            self.assertEqual(etc, {name: {"also": "none", "good": "none"} for name in HOSTS})

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


class Told(FleetTest):
    """What a plugin says while it works: in the line of progress on a terminal, in lines of its own with -v, else not at all."""

    def setUp(self):
        self.yard = self.fleet(files={"modules/yard.nix": YARD.replace("%s", "slow")})
        self.env = {"FLEETD_PLUGIN_PATH": f"{compiled().name}:{self.yard.environment()['FLEETD_PLUGIN_PATH']}"}

    def on_terminal(self, *args):
        parent, child = pty.openpty()
        program = subprocess.Popen([SETUP.binary, *args], cwd=self.yard.root, env=self.yard.environment(self.env), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=child)
        os.close(child)
        text = b""
        try:
            while part := os.read(parent, 4096):
                text += part
        except OSError:
            pass
        os.close(parent)
        return program.wait(timeout=120), text.decode("utf-8", "replace")

    def test_on_a_terminal(self):
        for how in ([], ["--isolate=none"]):
            with self.subTest(how=how):
                code, text = self.on_terminal("check", *how)
                self.assertEqual(code, 0, text)
                self.assertIn(f"\r{ID}: counting sheep", text)
                # The line is gone at the end.
                self.assertIn("\r\x1b[K", text[text.rindex("counting sheep") :])
                self.assertNotIn("sheep\r\n", text)

    def test_nobody_asked(self):
        for args in (["check", "--quiet"], ["check", "--json"]):
            with self.subTest(args):
                self.assertNotIn("sheep", self.on_terminal(*args)[1])

    def test_in_a_pipe(self):
        self.assertNotIn("sheep", self.yard.run("check", env=self.env).err)
        self.assertIn(f"{ID}: counting sheep\n", self.yard.run("check", "-v", env=self.env).err)


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
        signals = {"crash": "SIGABRT", "segv": "SIGSEGV", "deep": "SIGSEGV", "trap": "SIGTRAP"}
        for fault, errors, check in self.others_are_set([(fault, (), "FL0327") for fault in signals]):
            self.assertIn(signals[fault], str(errors))
            self.assertEqual([one for one in check.findings() if one["severity"] == "warning"], [])

    def test_an_end_without_a_crash_costs_its_instance(self):
        """exit() and its like, of a plugin that runs inside of fleetd."""
        for _, errors, check in self.others_are_set([(fault, (), "FL0327") for fault in ("exit", "quick-exit", "exit-now", "Exit-now")]):
            self.assertIn(ID, str(errors))
            self.assertEqual([one for one in check.findings() if one["severity"] == "warning"], [])

    def test_an_end_is_told_of_where_nothing_is_started_again(self):
        for fault in ("exit", "quick-exit", "exit-now", "Exit-now"):
            with self.subTest(fault):
                result = self.yard(fault)("check", "--isolate=none")
                self.assertEqual((result.code, result.out), (70, ""), result.err)
                self.assertIn(f"error[FL0327]: plugin `{ID}` ended fleetd", result.err)

    def test_a_plugin_that_ends_its_thread_is_told_of(self):
        # The C library says a line of its own before it aborts.
        run = self.yard("end-thread", self.MORE)
        check, shown = at_once([lambda: run("check"), lambda: run("show", "fir", "environment.etc", "--json")])
        self.expect(check, 1, err=["error[FL0327]", "the instance bad sets nothing there"])
        self.assertEqual(set(json.loads(shown.out)) & {"also", "good"}, {"also", "good"})

    def test_a_child_of_a_plugin_may_end(self):
        for how in ([], ["--isolate=none"]):
            result = self.expect(self.yard("fork")("check", *how), 0)
            self.assertNotIn("FL0327", result.err)

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
