"""Generators with scripts: packages from Nix, a sandbox around them, and what bad scripts come to."""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import lab as labs
from harness import SETUP, FleetTest, Result, sandboxed

NIX = "experimental-features = nix-command flakes\nsubstituters =\nbuild-users-group =\nsandbox = false\n"
MISSING = [name for name in ("bwrap", "nix", "nix-store", "cc", "ldd", "git") if not shutil.which(name)]
STORE = None

GOOD = """{ pkgs, config, ... }:
{
  system.version = "1";
  clan.core.vars.generators = {
    first = { files.a = { }; builtin = { generator = "random"; file = "a"; form = "hex"; }; };
    second = {
      dependencies = [ "first" ];
      files.sum = { };
      files.open.secret = false;
      runtimeInputs = [ pkgs.gawk ];
      script = ''
        sha256sum <$in/first/a | awk '{ printf "%s", $1 }' >$out/sum
        ${pkgs.coreutils}/bin/id -u >$out/open
        echo ${config.networking.hostName} >>$out/open
      '';
    };
  };
}
"""


def setUpModule():
    global STORE
    if MISSING:
        return
    STORE = tempfile.TemporaryDirectory(prefix="fleetd-scripts-", ignore_cleanup_errors=True)
    for directory in ("store", "var/nix"):
        (Path(STORE.name) / "nix" / directory).mkdir(parents=True)


def tearDownModule():
    if STORE:
        subprocess.run(["chmod", "-R", "u+w", STORE.name], check=False)
        STORE.cleanup()


class Here(labs.Lab):
    """A store of its own, without hosts."""

    def __init__(self):  # pylint: disable=super-init-not-called
        self.hosts, self.namespaces = {}, []

    def operator_words(self):
        return ScriptTest.words()


@unittest.skipIf(MISSING, f"not installed: {', '.join(MISSING)}")
@unittest.skipUnless(sandboxed(), "no sandbox on this machine")
class ScriptTest(FleetTest):
    def setUp(self):
        self.yard = self.fleet("deploy")
        shutil.move(self.yard.root / "nixpkgs", self.yard.base / "nixpkgs")
        self.yard.write("flake.lock", Here().lock_of(self.yard.base / "nixpkgs"))
        self.yard.write("h1.nix", GOOD)
        self.expect(self.vars("keygen", "--user", "ada"), 0)

    @staticmethod
    def words():
        return ["bwrap", "--die-with-parent", "--dev-bind", "/", "/", "--bind", STORE.name + "/nix", "/nix", "--cap-add", "ALL",
                "--setenv", "NIX_CONFIG", NIX, "--unsetenv", "NIX_SSL_CERT_FILE", "--"]  # fmt: skip

    def vars(self, *args, env=None, words=None):
        done = subprocess.run([*(words or self.words()), SETUP.binary, "vars", *args], cwd=self.yard.root, env=self.yard.environment(env), capture_output=True, timeout=300, check=False)
        return Result(done.returncode, done.stdout.decode(), done.stderr.decode(), done.stdout, done.stderr)

    def value(self, name, host="h1"):
        return self.expect(self.vars("get", host, name), 0).out_bytes

    def script(self, text, more="files.x = { };"):
        self.yard.write("h1.nix", '{ pkgs, ... }: { system.version = "1"; clan.core.vars.generators.bad = { %s script = \'\'%s\'\'; };\n'
                        '  clan.core.vars.generators.token = { files.token = { }; builtin = { generator = "random"; file = "token"; }; }; }\n' % (more, text))  # fmt: skip

    def refused(self, text, *expected, options=(), more="files.x = { };"):
        self.script(text, more)
        done = self.expect(self.vars("generate", "h1", *options), 1, err=["per-machine/h1/bad", *expected])
        self.assertFalse((self.yard.root / "vars/per-machine/h1/bad").exists(), "something was stored")
        self.assertEqual(len(self.value("token/token")), 32)  # others are made all the same
        return done


class Scripts(ScriptTest):
    def test_packages_dependencies_and_files(self):
        self.expect(self.vars("generate", "h1"), 0, err=["made per-machine/h1/second"])
        a = self.value("first/a")
        sha = subprocess.run(["sha256sum"], input=a, capture_output=True, check=True).stdout.split()[0]
        self.assertEqual(self.value("second/sum"), sha)
        self.assertEqual(self.value("second/open"), b"1000\nh1\n")
        self.assertFalse([name for name in os.listdir("/dev/shm") if name.startswith("fleetd-generator-")])
        for directory, _, names in os.walk(self.yard.base):
            for name in names:
                path = os.path.join(directory, name)
                if os.path.isfile(path) and not os.path.islink(path):
                    self.assertNotIn(sha, Path(path).read_bytes(), path)

    def test_a_changed_script_is_said_and_waits_until_it_is_asked_for(self):
        self.expect(self.vars("generate", "h1"), 0)
        first = self.value("second/sum")
        self.yard.write("h1.nix", GOOD.replace('printf "%s", $1', 'printf "%s.", $1'))
        self.expect(self.vars("check", "h1"), 0, err=["per-machine/h1/second: its values were made by an earlier script", "--changed-scripts"])
        self.expect(self.vars("generate", "h1"), 0, err=["nothing is missing"])
        self.assertEqual(self.value("second/sum"), first)
        self.expect(self.vars("generate", "h1", "--changed-scripts"), 0, err=["made per-machine/h1/second"])
        self.assertEqual(self.value("second/sum"), first + b".")
        self.expect(self.vars("generate", "h1", "--changed-scripts"), 0, err=["nothing is missing"])

    def test_bad_scripts(self):
        self.refused("echo oops >&2; exit 3", "VARS72", "exit status 3", "oops")
        self.refused("true", "VARS71", "`x`")
        self.refused("echo >$out/x; echo >$out/y", "VARS74", "not declared: y")
        self.refused("echo waiting >&2; sleep 60", "VARS73", "after 5 seconds", "waiting", options=["--script-timeout", "5"])
        self.refused("cat /dev/zero >$out/x", "No space left on device")
        self.refused("ls /home /root /usr/lib", "VARS72")
        self.refused("echo >/nix/store/x", "VARS72")

    def test_a_package_that_is_not_there(self):
        self.refused("echo >$out/x", "FL0741", "no-such-package", more="files.x = { }; runtimeInputs = [ pkgs.no-such-package ];")

    def only(self, *programs):
        """A PATH with these programs."""
        path = self.yard.base / "bin"
        path.mkdir(exist_ok=True)
        for name in programs:
            (path / name).symlink_to(shutil.which(name))
        return {"PATH": str(path)}

    def vars_with(self, path, *args):
        """The outer sandbox needs its program all the same."""
        return self.vars(*args, env=path, words=[shutil.which("bwrap"), *self.words()[1:]])

    def test_without_a_sandbox(self):
        path = self.only("git", "nix")
        self.expect(self.vars_with(path, "generate", "h1"), 1, err=["`bwrap`", "FL0740", "--no-sandbox"])
        self.value("first/a")
        self.expect(self.vars_with(path, "generate", "h1", "--no-sandbox"), 0, err=["made per-machine/h1/second"])
        self.assertTrue(self.value("second/open").endswith(b"\nh1\n"))
        self.assertFalse([name for name in os.listdir("/dev/shm") if name.startswith("fleetd-generator-")])

    def test_without_nix(self):
        self.expect(self.vars_with(self.only("git", "bwrap"), "generate", "h1"), 1, err=["`nix` was not found", "FL0741"])
        self.value("first/a")


if __name__ == "__main__":
    unittest.main()
