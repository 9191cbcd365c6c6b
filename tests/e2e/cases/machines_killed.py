"""Renaming and deleting a machine, killed at every step that changes a file: the same command again does it as a whole."""

import json
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from cases.machines import CLAN, FLAKE, GIT
from harness import SETUP, FleetTest

# Ends the process without a word at the n-th call that changes a name.
SHIM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
static int left = -1;
static void step(void) {
  if (left < 0) { const char* at = getenv("KILL_AT"); left = at ? atoi(at) : 0; }
  if (left > 0 && --left == 0) kill(getpid(), SIGKILL);
}
int rename(const char* a, const char* b) {
  step();
  return ((int (*)(const char*, const char*))dlsym(RTLD_NEXT, "rename"))(a, b);
}
int renameat(int c, const char* a, int d, const char* b) {
  step();
  return ((int (*)(int, const char*, int, const char*))dlsym(RTLD_NEXT, "renameat"))(c, a, d, b);
}
int symlink(const char* a, const char* b) {
  step();
  return ((int (*)(const char*, const char*))dlsym(RTLD_NEXT, "symlink"))(a, b);
}
"""
INVENTORY = {
    "machines": {"shed": {"tags": ["server"], "description": "wood"}},
    "tags": {"dry": ["barn", "shed"]},
    "instances": {"sshd": {"roles": {"server": {"machines": {"shed": {}}}}}},
}
LINK = "vars/shared/both/key/machines/shed"


class Killed(FleetTest):
    @classmethod
    def setUpClass(cls):
        cls.shim_directory = tempfile.TemporaryDirectory()
        cls.shim = None
        compiler = shutil.which("cc")
        binary = Path(SETUP.binary).read_bytes()
        if compiler and b"__asan_init" not in binary and b"__tsan_init" not in binary:
            source = Path(cls.shim_directory.name) / "shim.c"
            source.write_text(SHIM)
            shim = source.with_suffix(".so")
            done = subprocess.run([compiler, "-shared", "-fPIC", "-o", shim, source, "-ldl"], check=False)
            cls.shim = shim if done.returncode == 0 else None

    @classmethod
    def tearDownClass(cls):
        cls.shim_directory.cleanup()

    def yard(self):
        fleet = self.fleet(
            files={
                "flake.nix": FLAKE,
                "clan.nix": CLAN,
                "inventory.json": json.dumps(INVENTORY, indent=2),
                "machines/shed/configuration.nix": '{ nixpkgs.hostPlatform = "x86_64-linux"; }\n',
                "vars/per-machine/shed/token/token/value": "t",
                "sops/machines/shed/key.json": "[]",
                LINK: lambda path: os.symlink("../../../../../sops/machines/shed", path),
            }
        )
        for command in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "-m", "start"]):
            self.git(fleet, *command)
        return fleet

    def git(self, fleet, *args):
        env = {**os.environ, **GIT}
        return subprocess.run(["git", *args], cwd=fleet.root, env=env, check=True, capture_output=True, text=True).stdout

    def tree(self, fleet):
        out = {}
        for path in sorted(fleet.root.rglob("*")):
            name = str(path.relative_to(fleet.root))
            if name == ".git" or name.startswith(".git/"):
                continue
            out[name] = os.readlink(path) if path.is_symlink() else path.read_text() if path.is_file() else None
        return out

    def each_step(self, *command):
        if not self.shim:
            self.skipTest("no compiler, or a build with sanitizers")
        whole = self.yard()
        self.expect(whole.run(*command, env=GIT), 0)
        wanted = self.tree(whole)
        self.assertNotIn(".fleetd-change", wanted)
        killed = 0
        for at in range(1, 200):
            with self.subTest(at=at):
                fleet = self.yard()
                result = fleet.run(*command, env={**GIT, "LD_PRELOAD": str(self.shim), "KILL_AT": str(at)})
                if result.code == 0:
                    break
                self.assertEqual(result.code, -9, result.err)
                killed += 1
                again = self.expect(fleet.run(*command, "-v", env=GIT), 0)
                self.assertEqual(self.tree(fleet), wanted, again.err)
                self.assertEqual(self.git(fleet, "status", "--porcelain"), "", again.err)
                self.assertEqual(self.git(fleet, "rev-list", "--count", "HEAD"), "2\n")
        return killed

    def test_rename(self):
        self.assertGreater(self.each_step("machines", "rename", "shed", "shack"), 10)

    def test_delete(self):
        self.assertGreater(self.each_step("machines", "delete", "shed"), 6)

    def test_two_commands_at_once(self):
        import fcntl

        fleet = self.yard()
        descriptor = os.open(fleet.root, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            self.expect(fleet.run("machines", "rename", "shed", "shack", env=GIT), 1, err=["FL0617", "another command"])
        finally:
            os.close(descriptor)
        self.expect(fleet.run("machines", "rename", "shed", "shack", env=GIT), 0)


if __name__ == "__main__":
    unittest.main()
