"""Secrets that a plugin keeps: asked for when a value is needed, opened here alone, and one finding for each way in which the plugin may fail."""

import os
import shutil
import subprocess
import tarfile
import tempfile
import unittest
from pathlib import Path

from harness import FIXTURES, SETUP, FleetTest, sandboxed

ROOT = Path(__file__).resolve().parents[3]
GIT = {"GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "a@b.c", "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "a@b.c"}
SEALED = "org.example.sealed-files"
FLAKE = """{ inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";
  outputs = { nixpkgs, ... }: {
    fleet.pluginSettings."org.example.sealed-files" = { directory = "@kept@"; };
    nixosConfigurations.barn = nixpkgs.lib.nixosSystem { modules = [ ./barn.nix ]; };
  }; }
"""
BARN = """{ config, ... }: {
  networking.hostName = "barn";
  nixpkgs.hostPlatform = "x86_64-linux";
  environment.etc.where.text = config.clan.core.vars.generators.db.files.password.path;
  clan.core.vars.generators.token = { files.token = { }; builtin = { generator = "random"; file = "token"; }; };
  clan.core.vars.generators.db = { store = "@store@"; files.password.mode = "0440"; files.root.deploy = false; };
}
"""


@unittest.skipUnless(shutil.which("age"), "age is not installed")
class KeptTest(FleetTest):
    def setUp(self):
        self.own = self.fleet()
        self.kept = self.own.base / "kept"
        self.declare(SEALED)
        self.expect(self.run_it("vars", "keygen", "--user", "ada"), 0)
        self.expect(self.run_it("vars", "generate"), 0)

    def declare(self, store, barn=BARN, flake=FLAKE):
        self.own.write("flake.nix", flake.replace("@kept@", str(self.kept)))
        self.own.write("barn.nix", barn.replace("@store@", store))

    def run_it(self, *args, env=None, how=("--isolate=none",), **options):
        examples = Path(SETUP.binary).parent / "sdk/examples/sealed_files"
        path = f"{self.own.base}/more:{examples}:{self.own.environment()['FLEETD_PLUGIN_PATH']}"
        return self.own.run(*args, *how, env={**GIT, "FLEETD_PLUGIN_PATH": path, **(env or {})}, **options)

    def key(self, who):
        import json

        return json.loads((self.own.root / f"sops/{who}/key.json").read_text())[0]["publickey"]

    def seal(self, file, value, *recipients):
        place = self.kept / "barn/db" / file
        place.parent.mkdir(parents=True, exist_ok=True)
        words = [word for recipient in recipients for word in ("-r", recipient)]
        subprocess.run(["age", *words, "-o", str(place)], input=value, check=True, capture_output=True)

    def backend(self, fault):
        library = self.own.base / "more/org.example.backend.so"
        library.parent.mkdir(exist_ok=True)
        command = [shutil.which("cc") or "gcc", "-std=c11", "-D_DEFAULT_SOURCE", "-fPIC", "-shared", "-fvisibility=hidden", "-I", str(ROOT / "sdk/include"), f"-DFAULT={fault}"]
        subprocess.run([*command, str(FIXTURES / "plugins/backend.c"), "-o", str(library)], check=True)


class Values(KeptTest):
    def ways(self):
        yield "inside", ("--isolate=none",)
        yield "in a process", ("--isolate=unsandboxed",)
        if sandboxed():
            yield "in a sandbox", ("--isolate=third-party", f"--plugin-files={SEALED}={self.kept}")

    def test_get_and_upload(self):
        self.seal("password", b"for the machine \x00\xff", self.key("machines/barn"))
        self.seal("root", b"for ada", self.key("users/ada"))
        for name, how in self.ways():
            with self.subTest(name):
                self.assertEqual(self.expect(self.run_it("vars", "get", "barn", "db/password", how=how), 0).out_bytes, b"for the machine \x00\xff")
                self.assertEqual(self.expect(self.run_it("vars", "get", "barn", "db/root", how=how), 0).out_bytes, b"for ada")
                self.expect(self.run_it("vars", "check", how=how), 0, err=["all variables are there"])
                with tempfile.TemporaryDirectory(dir="/dev/shm") as memory:
                    self.expect(self.run_it("vars", "upload", "barn", "--directory", f"{memory}/out", how=how), 0, err=["3 files written"])
                    file = Path(memory) / "out/activation/per-machine/barn/db/password"
                    self.assertEqual(file.read_bytes(), b"for the machine \x00\xff")
                    self.assertEqual(file.stat().st_mode & 0o777, 0o440)
                    self.assertFalse((Path(memory) / "out/services/per-machine/barn/db").exists())
        # What was asked for is on the plugin's record.
        did = self.expect(self.run_it("plugins", "show", SEALED, "--json"), 0).json()
        self.assertEqual(did["may"]["secrets"], "keep")

    @unittest.skipUnless(sandboxed(), "no sandbox on this machine")
    def test_a_sandbox_shows_what_the_person_says(self):
        self.seal("password", b"x", self.key("users/ada"))
        hidden = self.expect(self.run_it("vars", "get", "barn", "db/password", how=()), 1, err=["FL0892", "SEALED04", "db/password of barn"])
        self.assertEqual(hidden.out, "")
        env = {"FLEETD_PLUGIN_FILES": f"{SEALED}={self.kept}"}
        self.expect(self.run_it("vars", "get", "barn", "db/password", how=(), env=env), 0)
        self.expect(self.run_it("plugins", "show", SEALED, how=(), env=env), 0, out=["sees", str(self.kept)])
        for word, why in ((SEALED, "no id and path"), (f"{SEALED}=kept", "not absolute"), (f"{SEALED}=/", "everything"), (f"{SEALED}={self.kept}/none", "nothing at that path"), ("No Id=/tmp", "no id of a plugin")):
            self.expect(self.run_it("plugins", "show", SEALED, how=("--plugin-files", word)), 2, err=["FL0903", why])

    def test_what_is_shown_of_them(self):
        rows = {row["id"]: row for row in self.expect(self.run_it("vars", "list", "barn", "--json"), 0).json()}
        self.assertEqual(rows["db/password"], {"deploy": True, "exists": None, "id": "db/password", "place": "per-machine/barn/db", "secret": True, "store": SEALED})
        self.expect(self.run_it("vars", "list", "barn"), 0, out=[f"<kept by {SEALED}>"])
        place = self.expect(self.run_it("show", "barn", "environment.etc.where.text", "--json"), 0).json()
        self.assertEqual(place, "/var/lib/sops-nix/activation/per-machine/barn/db/password")
        # What lies in the repository from before is not used any more.
        left = self.own.root / "vars/per-machine/barn/db/password/secret"
        left.parent.mkdir(parents=True)
        left.write_text("{}")
        self.assertIn("per-machine/barn/db", self.run_it("vars", "prune").err + self.run_it("vars", "list", "--json").out)

    def test_in_a_fleet_with_the_age_store(self):
        own = self.key("users/ada")
        settings = f'clan.core.vars.settings = {{ secretStore = "age"; recipients.default = [ "{own}" ]; }};'
        self.declare(SEALED, BARN.replace("  clan.core", f"  {settings}\n  clan.core", 1))
        self.expect(self.run_it("vars", "generate"), 0)
        machine = (self.own.root / "secrets/age-keys/machines/barn/pub").read_text().strip()
        self.assertNotEqual(machine, self.key("machines/barn"))
        self.seal("root", b"for ada", own)
        self.seal("password", b"for the other key", self.key("machines/barn"))
        self.expect(self.run_it("vars", "get", "barn", "db/password"), 1, err=["VARS67", "secrets/age-keys/machines/barn/pub"])
        self.seal("password", b"for the machine", machine)
        for name, how in self.ways():
            with self.subTest(name):
                self.assertEqual(self.expect(self.run_it("vars", "get", "barn", "db/password", how=how), 0).out, "for the machine")
                self.assertEqual(self.expect(self.run_it("vars", "get", "barn", "db/root", how=how), 0).out, "for ada")
        self.expect(self.run_it("vars", "check"), 0)
        place = self.expect(self.run_it("show", "barn", "environment.etc.where.text", "--json"), 0).json()
        self.assertEqual(place, "/etc/secret-vars/activation/per-machine/barn/db/password")

    def test_shared_ones_by_their_place(self):
        self.declare(SEALED, BARN.replace('store = "@store@";', 'store = "@store@"; share = true;'))
        self.seal("password", b"of all", self.key("users/ada"))
        for name in ("db/password", "shared/db/password"):
            self.assertEqual(self.expect(self.run_it("vars", "get", "barn", name), 0).out, "of all")

    def test_what_is_not_done_here(self):
        self.expect(self.run_it("vars", "set", "barn", "db/password", stdin=b"x"), 1, err=["VARS65", "change it where that plugin has it"])
        self.expect(self.run_it("vars", "generate", "-g", "db"), 1, err=["VARS65"])
        self.expect(self.run_it("vars", "generate", "--regenerate"), 0)
        self.assertFalse((self.own.root / "vars/per-machine/barn/db").exists())
        for more, words in (('builtin = { generator = "random"; };', "a way to be made"), ('files.open.secret = false;', "the public file open"), ("prompts.x = { };", "a way to be made")):
            self.declare(SEALED, BARN.replace("files.root", more + " files.root"))
            self.expect(self.run_it("vars", "list", "barn"), 1, err=["VARS64", words])
        self.declare(SEALED, BARN.replace('files.token = { };', 'files.token = { }; dependencies = [ "db" ];'))
        self.expect(self.run_it("vars", "generate"), 1, err=["VARS65", "depends on db"])

    def test_check_tells_what_cannot_be_brought(self):
        self.expect(self.run_it("check"), 0)
        for phase in ("users", "services"):
            self.declare(SEALED, BARN.replace("files.password.mode", f'files.password.neededFor = "{phase}"; files.password.mode'))
            self.expect(self.run_it("check"), 1, err=["FL0894", f"db/password of barn is neededFor {phase}"])
        self.declare(SEALED, BARN.replace("files.password.mode", 'files.password.neededFor = "partitioning"; files.password.mode'))
        self.expect(self.run_it("check"), 0)
        # What stays with people may be for whatever it likes.
        self.declare(SEALED, BARN.replace("files.root.deploy = false;", 'files.root = { deploy = false; neededFor = "services"; };'))
        self.expect(self.run_it("check"), 0)
        other = BARN.replace("  clan.core", '  clan.core.vars.settings.secretStore = "vm";\n  clan.core', 1)
        self.declare(SEALED, other)
        self.expect(self.run_it("check"), 1, err=["FL0895", "db/password of barn", "has the store vm", "sops, age or password-store"])
        self.declare(SEALED, other.replace("files.password.mode", "files.password.deploy = false; files.password.mode"))
        self.expect(self.run_it("check"), 0)
        for phase in ("activation", "users", "services"):
            self.declare(SEALED, other.replace('"vm"', '"password-store"').replace("files.password.mode", f'files.password.neededFor = "{phase}"; files.password.mode'))
            self.expect(self.run_it("check"), 0)


@unittest.skipUnless(shutil.which("pass") and shutil.which("gpg"), "pass is not installed")
class PasswordStore(KeptTest):
    """A machine that gets values gets those of plugins among them, whatever they are needed for."""

    def setUp(self):
        super().setUp()
        ring = tempfile.mkdtemp(prefix="fleetd-gpg-")  # a short path: the agent's socket has to fit
        self.addCleanup(shutil.rmtree, ring, ignore_errors=True)
        self.addCleanup(subprocess.run, ["gpgconf", "--homedir", ring, "--kill", "all"], capture_output=True, check=False)
        self.env = {"GNUPGHOME": ring, "PASSWORD_STORE_DIR": str(self.own.base / "store")}
        for words in (["gpg", "--batch", "--passphrase", "", "--quick-gen-key", "ada@example.org"], ["pass", "init", "ada@example.org"]):
            subprocess.run(words, env={**os.environ, **self.env}, capture_output=True, check=True)
        settings = '  clan.core.vars.settings.secretStore = "password-store"; clan.core.vars.password-store.passCommand = "pass";\n'
        files = 'files = { disk.neededFor = "partitioning"; early.mode = "0440"; late.neededFor = "services"; login.neededFor = "users"; root.deploy = false; };'
        self.declare(SEALED, BARN.replace("  clan.core", settings + "  clan.core", 1).replace('files.password.mode = "0440"; files.root.deploy = false;', files).replace("files.password.path", "files.late.path"))
        self.expect(self.run_it("vars", "generate"), 0)
        for file in ("disk", "early", "late", "login", "root"):
            self.seal(file, f"the {file} one".encode(), self.key("users/ada"))

    def run_it(self, *args, env=None, **options):
        return super().run_it(*args, env={**getattr(self, "env", {}), **(env or {})}, **options)

    def test_get_check_and_upload(self):
        self.assertEqual(self.expect(self.run_it("vars", "get", "barn", "db/late"), 0).out, "the late one")
        self.expect(self.run_it("vars", "check"), 0, err=["all variables are there"])
        self.expect(self.run_it("check"), 0)
        self.assertEqual(self.expect(self.run_it("show", "barn", "environment.etc.where.text", "--json"), 0).json(), "/run/secrets/per-machine/barn/db/late")
        with tempfile.TemporaryDirectory(dir="/dev/shm") as memory:
            self.expect(self.run_it("vars", "upload", "barn", "--directory", f"{memory}/out"), 0, err=["5 files written"])
            for phase, file in (("activation", "early"), ("partitioning", "disk"), ("services", "late"), ("users", "login")):
                self.assertEqual((Path(memory) / f"out/{phase}/per-machine/barn/db/{file}").read_text(), f"the {file} one")

    def test_an_installation(self):
        tools, log = self.own.base / "tools", self.own.base / "log"
        tools.mkdir()
        (tools / "nixos-anywhere").write_text(f'#!/bin/sh\nwhile [ $# -gt 0 ]; do case "$1" in --disk-encryption-keys) cat "$3" >>{log} ;; --extra-files) cp -r "$2" {log}.copy ;; esac; shift; done\n')
        (tools / "nix").write_text('#!/bin/sh\nprintf \'[{"outputs":{"out":"/nix/store/00000000000000000000000000000000-x"}}]\'\n')
        for tool in tools.iterdir():
            tool.chmod(0o755)
        words = ("machines", "install", "barn", "--target-host", "root@192.0.2.1", "--skip-hardware-check", "--yes")
        self.expect(self.run_it(*words, env={"PATH": f"{tools}:{os.environ['PATH']}"}), 0)
        self.assertEqual(log.read_text(), "the disk one")
        brought = Path(f"{log}.copy/etc/secret-vars")
        self.assertEqual((brought / "activation/per-machine/barn/db/early").read_text(), "the early one")
        self.assertEqual((brought / "activation/per-machine/barn/db/early").stat().st_mode & 0o777, 0o440)
        for name, files in (("secrets", ["db/late", "token/token"]), ("secrets_for_users", ["db/login"])):
            with tarfile.open(brought / f"{name}.tar.gz") as archive:
                self.assertEqual(sorted(archive.getnames()), [f"per-machine/barn/{file}" for file in files])
                self.assertEqual(archive.extractfile(f"per-machine/barn/{files[0]}").read().decode(), f"the {files[0][3:]} one")

    def test_sealed_for_others(self):
        self.seal("late", b"x", self.key("machines/barn"))
        own = self.key("users/ada")
        self.expect(self.run_it("vars", "get", "barn", "db/late"), 1, err=["VARS67", "is not sealed for you", own])
        (self.own.home / ".config/sops/age/keys.txt").unlink()
        self.expect(self.run_it("vars", "get", "barn", "db/late"), 1, err=["VARS32", "age-keygen -o"])


class Faults(KeptTest):
    def get(self, code, *err, how=("--isolate=none",), env=None):
        got = self.expect(self.run_it("vars", "get", "barn", "db/password", how=how, env=env), code, err=err)
        self.assertEqual(got.out, "")
        self.assertEqual(got.err.count("error["), 1, got.err)
        return got

    def test_nothing_is_kept(self):
        self.get(1, "FL0892", "db/password of barn cannot be had", "SEALED04", "seal it first")
        self.expect(self.run_it("vars", "check"), 1, err=["FL0892", "db/password of barn and 1 more"])
        self.expect(self.run_it("vars", "upload", "barn", "--directory", f"/dev/shm/fleetd-test-{os.getpid()}"), 1, err=["FL0892"])
        Path(f"/dev/shm/fleetd-test-{os.getpid()}").rmdir()

    def test_sealed_for_others(self):
        other = subprocess.run(["age-keygen"], capture_output=True, check=True, text=True)
        self.seal("password", b"x", other.stderr.split()[-1] if "age1" in other.stderr else other.stdout.split("public key: ")[1].split()[0])
        self.get(1, "VARS67", "sealed neither for you nor for barn", "sops/machines/barn/key.json")

    def test_changed(self):
        self.seal("password", b"x" * 100, self.key("users/ada"))
        file = self.kept / "barn/db/password"
        file.write_bytes(file.read_bytes()[:-1] + b"?")
        self.get(1, "AGE07", SEALED)

    def test_settings(self):
        self.declare(SEALED, flake=FLAKE.replace('{ directory = "@kept@"; }', '{ directory = "kept"; }'))
        self.get(1, "FL0892", "SEALED01")
        self.declare(SEALED, flake=FLAKE.replace('{ directory = "@kept@"; }', '"@kept@"'))
        self.expect(self.run_it("check"), 1, err=["FL0891", "are no set"])
        self.declare(SEALED, flake=FLAKE.replace('{ directory = "@kept@"; }', "{ f = x: x; }"))
        self.expect(self.run_it("check"), 1, err=["FL0891", "not known"])
        self.declare(SEALED, flake=FLAKE.replace('"org.example.sealed-files"', "nixos"))
        self.expect(self.run_it("check"), 1, err=["FL0891", "platforms"])

    def test_no_such_plugin(self):
        self.declare("org.example.sealed-file")
        self.get(1, "FL0301", f"did you mean `{SEALED}`")
        self.declare("nixos")
        self.get(1, "FL0318", "nixos")

    def test_every_fault_of_a_backend(self):
        self.declare("org.example.backend")
        faults = [
            ("GARBAGE", "FL0310", "msgpack"),
            ("FEW", "FL0310", "as many values"),
            ("MANY", "FL0310", "as many values"),
            ("EMPTY", "FL0310", "empty"),
            ("PLAIN", "VARS66", "is no age file"),
            ("LONG", "FL0890", "1048577 bytes"),
            ("HUGE_ANSWER", "FL0311", "larger than"),
            ("REFUSES", "FL0892", "the vault is closed [BACK01]"),
            ("SILENT", "FL0309", "db/password of barn"),
            ("NO_START", "FL0892", "no vault is set up [BACK01]"),
        ]
        for fault, code, words in faults:
            self.backend(fault)
            for how in (("--isolate=none",), ("--isolate=unsandboxed",)):
                with self.subTest(fault=fault, how=how[0]):
                    got = self.get(1, code, words, "org.example.backend", how=how)
                    self.assertNotIn("hunter2", got.err)

    def test_a_crash(self):
        self.declare("org.example.backend")
        self.backend("CRASH")
        self.get(1, "FL0327", "SIGABRT", "fleet.resolve/1", "db/password of barn", how=("--isolate=unsandboxed",))
        if sandboxed():
            self.get(1, "FL0327", "SIGABRT", "fleet.resolve/1", how=())
