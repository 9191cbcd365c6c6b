"""Coming to fleetd and leaving it: derivations beside those of the fleet's own flake, a flake that does without fleetd, and newer inputs."""

import json
import os
import shutil
import subprocess
import unittest
from pathlib import Path

from harness import SETUP, FleetTest

NIX = "experimental-features = nix-command flakes\nsubstituters =\nbuild-users-group =\nsandbox = false\n"


def contents(root):
    return {str(p.relative_to(root)): p.read_bytes() for p in sorted(Path(root).rglob("*")) if p.is_file()}


class NixTest(FleetTest):
    def nix_environment(self, yard):
        return {"NIX_CONFIG": NIX, "NIX_REMOTE": f"local?root={yard.base}/store", "NIX_SSL_CERT_FILE": None}

    def run_nix(self, yard, *args, env=None):
        return yard.run(*args, env={**self.nix_environment(yard), **(env or {})})

    def nix(self, yard, *words):
        done = subprocess.run(["nix", *words], env=yard.environment(self.nix_environment(yard)), capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr[-2000:])
        return done.stdout.strip()

    def locked(self):
        yard = self.fleet("deploy")
        # Two that make the same store at once are in each other's way.
        subprocess.run(["nix-store", "--init"], env=yard.environment(self.nix_environment(yard)), capture_output=True, check=True)
        source = yard.base / "nixpkgs"
        shutil.move(yard.root / "nixpkgs", source)
        for path in (*source.iterdir(), source):
            os.utime(path, (1, 1))
        locked = {"type": "path", "path": str(source), "narHash": self.nix(yard, "hash", "path", str(source)), "lastModified": 1}
        original = {"type": "github", "owner": "NixOS", "repo": "nixpkgs", "ref": "nixos-unstable"}
        nodes = {"nixpkgs": {"locked": locked, "original": original}, "root": {"inputs": {"nixpkgs": "nixpkgs"}}}
        yard.write("flake.lock", json.dumps({"nodes": nodes, "root": "root", "version": 7}))
        return yard


@unittest.skipUnless(shutil.which("nix"), "nix is not installed")
class Adopt(NixTest):
    def test_the_same_and_nothing_changes(self):
        yard = self.locked()
        before = contents(yard.root)
        done = self.expect(self.run_nix(yard, "adopt", "--json"), 0).json()
        self.assertEqual([(h["host"], h["same"]) for h in done], [("h1", True), ("h2", True), ("h3", True)])
        self.assertTrue(all(h["own"] == h["fleetd"] and h["own"].endswith(".drv") for h in done))
        self.assertEqual(contents(yard.root), before)
        self.expect(self.run_nix(yard, "adopt", "h2"), 0, out=["h2", "same"], err=["next: fleetd deploy h2 --goal dry-activate"])

    def test_revision_and_date_are_those_of_the_fleet(self):
        """A clean repository, one with changes, and none at all."""
        yard = self.locked()
        text = (yard.root / "flake.nix").read_text()
        asks = '{ system.version = "v" + toString (self.lastModified or "none") + (self.lastModifiedDate or "") + (self.rev or self.dirtyRev or "none") + (self.shortRev or ""); }'
        yard.write("flake.nix", text.replace("{ nixpkgs, ... }:", "{ self, nixpkgs, ... }:").replace("            ./common.nix", f"            ./common.nix\n            {asks}"))
        for path in (*yard.root.rglob("*"), yard.root):
            os.utime(path, (1_600_000_000, 1_600_000_000))
        seen = [self.expect(self.run_nix(yard, "adopt", "h1", "--json"), 0).json()[0]]
        self.assertTrue(seen[0]["same"], seen)
        git = ["git", "-C", str(yard.root), "-c", "user.name=a", "-c", "user.email=a@b"]
        for words in (["init", "-q"], ["add", "--all"], ["commit", "-qm", "first", "--date", "2020-01-01T00:00:00Z"]):
            subprocess.run([*git, *words], check=True, env={**os.environ, "GIT_COMMITTER_DATE": "2020-01-01T00:00:00Z"})
        for change in ("", "h2.nix"):
            if change:
                yard.write(change, '{ system.version = "2"; }\n')
            seen.append(self.expect(self.run_nix(yard, "adopt", "h1", "--json"), 0).json()[0])
            self.assertTrue(seen[-1]["same"], seen)
        self.assertEqual(len({one["own"] for one in seen}), 3)
        self.assertIn("20200101000000", seen[1]["own"])

    def test_a_system_that_holds_its_flake(self):
        yard = self.locked()
        yard.write("h1.nix", '{ networking.hostName = "h1"; }\n')
        text = (yard.root / "flake.nix").read_text()
        yard.write("flake.nix", text.replace("{ nixpkgs, ... }:", "{ self, nixpkgs, ... }:").replace("            ./common.nix", '            ./common.nix\n            { lab.trouble = "none"; lab.held = "${self}"; }'))
        self.expect(self.run_nix(yard, "adopt", "h1"), 1, err=["FL0839", "holds the flake's own source (`self`)"])

    def test_a_difference_is_told(self):
        # What the tree holds beside the repository's files reaches this host.
        yard = self.locked()
        yard.write("h2.nix", '{ system.version = if builtins.pathExists ./fleetd then "a" else "b"; }\n')
        done = self.expect(self.run_nix(yard, "adopt"), 1, out=["differs"], err=["FL0839", "h2"])
        self.assertEqual(done.out.count("same"), 2)

    def test_errors_of_nix(self):
        yard = self.locked()
        yard.write("h3.nix", '{ lab.trouble = builtins.head (builtins.fromJSON "no"); }\n')
        self.expect(self.run_nix(yard, "adopt", "h3"), 1, err=["h3"])

    def test_eject(self):
        yard = self.locked()
        out = yard.base / "out"
        self.expect(self.run_nix(yard, "eject", str(out), "--verify"), 0, err=["needs no fleetd"])
        self.assertFalse((out / "fleetd/tree.manifest").exists())
        self.assertNotIn("overwritten", (out / "flake.nix").read_text())
        mine = self.nix(yard, "eval", "--raw", f"path:{out}#nixosConfigurations.h1.config.system.build.toplevel.drvPath")
        self.assertEqual(mine, self.nix(yard, "eval", "--raw", f"path:{yard.root}#nixosConfigurations.h1.config.system.build.toplevel.drvPath"))
        self.expect(self.run_nix(yard, "eject", str(out)), 2, err=["FL0830", "not empty"])

    def test_an_eject_that_was_killed(self):
        """Only a complete flake has the name that was asked for, and what was left is no part of the next one."""
        yard = self.locked()
        out, left = yard.base / "out", yard.base / "out.fleetd-new"
        env = yard.environment(self.nix_environment(yard))
        running = subprocess.Popen([SETUP.binary, "eject", str(out)], cwd=yard.root, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while running.poll() is None and not left.exists():
            pass
        running.kill()
        running.wait()
        self.assertTrue(not out.exists() or not left.exists())
        left.mkdir(exist_ok=True)
        (left / "junk").write_text("")
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        self.expect(self.run_nix(yard, "eject", str(out)), 0)
        self.assertFalse(left.exists())
        self.assertFalse((out / "junk").exists())
        self.assertTrue((out / "flake.nix").exists())


class AdoptWithoutNix(FleetTest):
    def test_it_says_so(self):
        yard = self.fleet("deploy")
        empty = yard.base / "empty"
        empty.mkdir()
        self.expect(yard.run("adopt", "h1", env={"PATH": str(empty)}), 3, err=["FL0008", "`nix` was not found"])

    def test_no_flake(self):
        self.expect(self.fleet("plain").run("adopt"), 2, err=["FL0501", "no flake.nix"])


@unittest.skipUnless(shutil.which("nix"), "nix is not installed")
class Inputs(NixTest):
    def yard(self):
        yard = self.fleet(files={"flake.nix": ""})
        self.lib = yard.base / "lib"
        self.lib.mkdir()
        (self.lib / "flake.nix").write_text("{ outputs = _: { one = 1; }; }\n")
        yard.write("flake.nix", '{\n  inputs.lib.url = "path:%s";\n  inputs.other.url = "path:%s";\n  outputs = _: { };\n}\n' % (self.lib, self.lib))
        self.nix(yard, "flake", "lock", str(yard.root))
        return yard

    def test_list_and_update(self):
        yard = self.yard()
        listed = self.expect(yard.run("inputs", "--json"), 0).json()
        self.assertEqual([one["name"] for one in listed], ["lib", "other"])
        self.expect(self.run_nix(yard, "inputs", "update"), 0, err=["as new as it can be"])
        (self.lib / "flake.nix").write_text("{ outputs = _: { one = 2; }; }\n")
        changed = self.expect(self.run_nix(yard, "inputs", "update", "lib", "--json"), 0).json()
        self.assertEqual([one["name"] for one in changed], ["lib"])
        self.assertNotEqual(changed[0]["before"]["narHash"], changed[0]["after"]["narHash"])
        self.expect(self.run_nix(yard, "inputs", "update"), 0, out=["other: sha256", "→"])

    def test_git(self):
        yard = self.yard()
        git = ["git", "-C", str(yard.root), "-c", "user.name=a", "-c", "user.email=a@b"]
        subprocess.run([*git, "init", "-q"], check=True)
        for name in ("user.name", "user.email"):
            subprocess.run([*git, "config", name, "a@b"], check=True)
        subprocess.run([*git, "add", "flake.nix", "flake.lock"], check=True)
        subprocess.run([*git, "commit", "-qm", "first"], check=True)
        (self.lib / "flake.nix").write_text("{ outputs = _: { one = 2; }; }\n")
        self.expect(self.run_nix(yard, "inputs", "update", "lib"), 0)
        self.assertEqual(subprocess.run([*git, "status", "--porcelain"], capture_output=True, text=True, check=True).stdout, " M flake.lock\n")
        self.expect(self.run_nix(yard, "inputs", "update", "--commit"), 0)
        self.assertEqual(subprocess.run([*git, "status", "--porcelain"], capture_output=True, text=True, check=True).stdout, "")

    def test_failures_restore(self):
        yard = self.yard()
        before = (yard.root / "flake.lock").read_bytes()
        self.expect(self.run_nix(yard, "inputs", "update", "libs"), 2, err=["no locked input `libs`", "lib"])
        trap = yard.base / "bin"
        trap.mkdir()
        for last in ("exit 1", "exit 0"):
            (trap / "nix").write_text(f'#!/bin/sh\n[ "$1" != --version ] || {{ echo "nix (Nix) 2.8.0"; exit; }}\necho torn >{yard.root}/flake.lock\necho "error: no network" >&2\n{last}\n')
            (trap / "nix").chmod(0o755)
            self.expect(yard.run("inputs", "update", env={"PATH": f"{trap}:{os.environ['PATH']}"}), 1, err=["FL0838"])
            self.assertEqual((yard.root / "flake.lock").read_bytes(), before)
        self.expect(yard.run("inputs", "drop"), 2, err=["list and update"])
