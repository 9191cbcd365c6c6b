"""A new fleet: what is made, that it is without errors at once, and that nothing is ever overwritten."""

import os
import shutil
import subprocess
import unittest

from harness import FleetTest


class Init(FleetTest):
    def new(self, *args):
        yard = self.fleet()
        self.expect(yard.run("init", "yard", *args), 0, err=["fleetd check"])
        return yard, yard.root / "yard"

    def test_it_checks_green_at_once(self):
        for klass in ("nixos", "darwin"):
            yard, made = self.new("--class", klass, "--machine", "barn")
            done = self.expect(yard.run("check", "--json", "--fleet", str(made)), 0).json()
            self.assertEqual(done["findings"]["errors"] + done["findings"]["warnings"], 0)
            self.assertEqual([(h["name"], h["class"]) for h in done["hosts"]], [("barn", klass)])
            self.expect(yard.run("plan", "--fleet", str(made)), 0, out=["barn: never deployed"])

    def test_values_can_be_generated(self):
        yard, made = self.new()
        self.expect(yard.run("vars", "keygen", "--user", "ada", "--no-commit", "--fleet", str(made)), 0)
        self.expect(yard.run("services", "add", "ssh", "--service", "sshd", "--role", "server", "--tag", "server", "--no-commit", "--fleet", str(made)), 0)
        self.expect(yard.run("check", "--fleet", str(made)), 0)

    def test_files_are_tracked(self):
        _, made = self.new()
        tracked = subprocess.run(["git", "-C", str(made), "ls-files"], capture_output=True, text=True, check=True).stdout.split()
        found = sorted(os.path.relpath(os.path.join(where, name), made) for where, _, names in os.walk(made) for name in names if "/.git/" not in where + "/")
        self.assertEqual(sorted(tracked), found)
        self.assertIn("machines/first/configuration.nix", tracked)

    @unittest.skipUnless(shutil.which("nix-instantiate"), "nix-instantiate is not installed")
    def test_nix_can_parse_it(self):
        yard, made = self.new()
        files = [str(p) for p in made.rglob("*.nix")]
        env = {**yard.environment(), "NIX_CONFIG": "store = dummy://"}
        self.assertEqual(subprocess.run(["nix-instantiate", "--parse", *files], env=env, capture_output=True, check=False).returncode, 0)

    def test_nothing_is_overwritten(self):
        yard = self.fleet(files={"yard/notes": "mine"})
        self.expect(yard.run("init", "yard"), 2, err=["FL0830", "notes"])
        self.assertEqual([p.name for p in (yard.root / "yard").iterdir()], ["notes"])

    def test_a_repository_without_files_is_fine(self):
        yard = self.fleet()
        subprocess.run(["git", "init", "-q", str(yard.root / "yard")], check=True)
        self.expect(yard.run("init", "yard"), 0)

    def test_bad_names(self):
        yard = self.fleet()
        self.expect(yard.run("init", "a b"), 2, err=["no name for a fleet"])
        self.expect(yard.run("init", "yard", "--machine", "../x"), 2, err=["no name for a machine"])
        self.expect(yard.run("init", "yard", "--class", "home"), 2, err=["--class is nixos or darwin"])
        self.assertFalse((yard.root / "yard").exists())
