"""A new fleet: what is made, that it is without errors at once, and that nothing is ever overwritten."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import textwrap
import tomllib
import unittest

from harness import FleetTest


class Init(FleetTest):
    def new(self, *args, **options):
        yard = self.fleet()
        self.expect(yard.run("init", "yard", *args, **options), 0, err=["fleetd check"])
        return yard, yard.root / "yard"

    @staticmethod
    def key_file(yard):
        env = yard.environment()
        return pathlib.Path(env.get("XDG_CONFIG_HOME") or env["HOME"] + "/.config") / "sops/age/keys.txt"

    def test_a_key_is_made(self):
        yard, made = self.new("--user", "ada")
        kept = self.key_file(yard).read_text()
        self.assertFalse((made / ".fleetd-pending").exists(), "nothing is left for a later run")
        self.assertIn("AGE-SECRET-KEY-1", kept)
        self.assertEqual(self.key_file(yard).stat().st_mode & 0o777, 0o600)
        public = re.search(r"age1[a-z0-9]+", kept)[0]
        self.assertEqual(json.loads((made / "sops/users/ada/key.json").read_text())[0]["publickey"], public)
        self.assertNotIn("AGE-SECRET-KEY", "".join(p.read_text() for p in made.rglob("*") if p.is_file() and ".git" not in p.parts))
        done = self.expect(yard.run("check", "--json", "--fleet", str(made)), 0).json()
        self.assertEqual(done["findings"]["errors"] + done["findings"]["warnings"], 0)
        # Another fleet: the key that is there, as it is.
        self.expect(yard.run("init", "second", "--user", "ada"), 0, err=[public])
        self.assertEqual(self.key_file(yard).read_text(), kept)
        self.assertIn(public, (yard.root / "second/sops/users/ada/key.json").read_text())
        # What it opens: a secret of the new fleet.
        self.expect(yard.run("secrets", "set", "token", "--user", "ada", "--no-commit", "--fleet", str(made), stdin=b"s3cret"), 0)
        self.expect(yard.run("secrets", "get", "token", "--fleet", str(made)), 0, out=["s3cret"])

    def test_without_a_key(self):
        yard, made = self.new("--no-key")
        self.assertFalse(self.key_file(yard).exists())
        self.assertFalse((made / "sops").exists())
        self.expect(yard.run("check", "--fleet", str(made)), 0)

    def test_a_key_that_cannot_be_read_is_no_end(self):
        yard = self.fleet()
        self.key_file(yard).parent.mkdir(parents=True)
        self.key_file(yard).write_text("nonsense\n")
        self.expect(yard.run("init", "yard"), 0, err=["FL0852", "nobody can read secrets"])
        self.assertEqual(self.key_file(yard).read_text(), "nonsense\n")
        self.expect(yard.run("check", "--fleet", str(yard.root / "yard")), 0)

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

    def test_files_for_shells_tasks_and_ci(self):
        yard, made = self.new()
        read = lambda path: (made / path).read_text()  # noqa: E731
        flake = read("flake.nix")
        self.assertEqual(read(".envrc"), "use flake\n")
        self.assertIn("devShells", flake)
        # What tasks call is there.
        called = re.findall(r"^    fleetd ([a-z]+)", read("justfile"), re.M)
        self.assertGreaterEqual(set(called), {"check", "plan", "deploy", "status"})
        for command in called:
            self.expect(yard.run("help", command), 0)
        self.assertEqual(tomllib.loads(read("buildbot-nix.toml")), {"attribute": "checks", "lock_file": "flake.lock"})
        self.assertIn("checks", flake)
        workflow = read(".github/workflows/check.yml")
        self.assertEqual(re.findall(r"- class: (\w+)\n +runner: (\S+)", workflow), [("nixos", "ubuntu-latest"), ("darwin", "macos-latest")])
        self.assertIn("cache-nix-action", workflow)
        # Its script builds every host of a class.
        script = textwrap.dedent(workflow.split("run: |\n")[1]).replace("${{ matrix.class }}", "nixos")
        programs = yard.base / "bin"
        programs.mkdir()
        for name, text in (("nix", f'echo "$*" >>{yard.base}/called; [ "$1" != eval ] || echo \'["a","b"]\''), ("jq", "cat >/dev/null; printf 'a\\nb\\n'")):
            (programs / name).write_text(f"#!/bin/sh\n{text}\n")
            (programs / name).chmod(0o755)
        subprocess.run(["bash", "-euo", "pipefail", "-c", script], env={"PATH": f"{programs}:{os.environ['PATH']}"}, capture_output=True, check=True)
        calls = (yard.base / "called").read_text().splitlines()
        self.assertEqual([line.split()[0] for line in calls], ["eval", "build", "build"])
        self.assertEqual([line.split()[-1] for line in calls[1:]], [f".#nixosConfigurations.{host}.config.system.build.toplevel" for host in "ab"])

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
        self.expect(yard.run("init", "yard", "--user", "a/b"), 2, err=["no name for a user"])
        self.expect(yard.run("init", "yard", "--class", "home"), 2, err=["`home` is no value of --class", "one of nixos, darwin\n"])
        self.assertFalse((yard.root / "yard").exists())
