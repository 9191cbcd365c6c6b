"""Plugins that do not come with fleetd run in processes of their own, and fail there alone."""

import os
import shutil
import subprocess
import unittest
from pathlib import Path

from harness import FIXTURES, Case, FleetTest, sandboxed

ROOT = Path(__file__).resolve().parents[3]
ID = "org.example.faulty"
FILES = {
    "modules/faulty.nix": """{
  flake.fleet.tags = { };
  flake.fleet.hosts.web.plugins = [ "org.example.faulty" ];
  flake.modules.nixos.web = { services.hello-c.enable = true; };
}
"""
}

CASES = [
    Case("unknown word", ["check", "--isolate=some"], code=2, err=["FL0903", "all, third-party, unsandboxed, none"]),
    Case("no second word", ["--isolate", "none", "check"], code=2, err=["unknown command `none`"]),
]


class Isolation(FleetTest):
    def setUp(self):
        self.own = self.fleet("dendritic", FILES)
        self.library = self.own.base / "third" / f"{ID}.so"
        self.library.parent.mkdir()

    def build(self, fault):
        command = [shutil.which("cc") or "gcc", "-std=c11", "-D_DEFAULT_SOURCE", "-fPIC", "-shared", "-fvisibility=hidden", "-I", str(ROOT / "sdk/include"), f"-DFAULT={fault}"]
        subprocess.run([*command, str(FIXTURES / "plugins/faulty.c"), "-o", str(self.library)], check=True)

    def run_it(self, *args, env=None):
        path = f"{self.library.parent}:{self.own.environment()['FLEETD_PLUGIN_PATH']}"
        (self.own.base / "tmp").mkdir(exist_ok=True)
        return self.own.run(*args, env={"FLEETD_PLUGIN_PATH": path, "TMPDIR": str(self.own.base / "tmp"), **(env or {})})

    @unittest.skipUnless(sandboxed(), "no sandbox on this machine")
    def test_same_results(self):
        self.build("NONE")
        results = [self.expect(self.run_it("show", "--all", "--json", *how), 0).json() for how in (["--isolate=none"], [], ["--isolate"])]
        self.assertIn("hello from C", str(results[0]["web"]))
        self.assertEqual(results[1], results[0])
        self.assertEqual(results[2], results[0])
        self.assertEqual(list((self.own.base / "tmp").iterdir()), [], "nothing is left")

    def test_a_crash_is_one_finding(self):
        self.build("CRASH")
        found = [f for f in self.expect(self.run_it("check", "--json"), 1).findings() if f["severity"] == "error"]
        self.assertEqual([f["code"] for f in found], ["FL0327"], found)
        for word in (ID, "SIGABRT", "fleet.schema/1"):
            self.assertIn(word, found[0]["message"])

    def test_an_end_and_garbage(self):
        for fault, code in (("EXIT", "FL0327"), ("NULL_ERROR", None), ("OUTPUT", None), ("GARBAGE", "FL0310"), ("NEWER", "FL0304")):
            with self.subTest(fault):
                self.build(fault)
                result = self.run_it("check", "--json")
                codes = {f["code"] for f in result.findings() if f["severity"] == "error"}
                self.assertEqual(codes, {code} if code else set(), result.err)

    def test_without_a_sandbox(self):
        self.build("NONE")
        bare = self.own.base / "bin"
        bare.mkdir()
        (bare / "git").symlink_to(shutil.which("git") or "/usr/bin/git")
        env = {"PATH": str(bare), "FLEETD_ISOLATE": None}
        refused = self.expect(self.run_it("check", env=env), 3, err=["FL0328", "bwrap", "bubblewrap"])
        self.assertEqual(refused.err.count("error[FL0328]"), 1, refused.err)
        self.expect(self.run_it("check", "--isolate=unsandboxed", env=env), 0)
        self.expect(self.run_it("check", env={**env, "FLEETD_ISOLATE": "none"}), 0)
        self.expect(self.run_it("check", env={**env, "FLEETD_ISOLATE": "never"}), 2, err=["FLEETD_ISOLATE"])

    @unittest.skipUnless(sandboxed(), "no sandbox on this machine")
    def test_a_sandbox_that_cannot_be_made(self):
        self.build("NONE")
        bare = self.own.base / "bin"
        bare.mkdir()
        (bare / "bwrap").write_text("#!/bin/sh\necho 'bwrap: No permissions to create a new namespace' >&2\nexit 1\n")
        (bare / "bwrap").chmod(0o755)
        self.expect(self.run_it("check", env={"PATH": f"{bare}:{os.environ['PATH']}"}), 3, err=["FL0328", "No permissions", "--isolate=unsandboxed"])

    def test_completion(self):
        out = self.run_it("__complete", "--", "--isolate=").out
        self.assertEqual([line.split("\t")[0] for line in out.splitlines()], [f"--isolate={who}" for who in ("all", "third-party", "unsandboxed", "none")])
        self.assertIn("check", self.run_it("__complete", "--", "--isolate", "ch").out)
