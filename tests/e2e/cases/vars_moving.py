"""Values on their way: archives, what nothing declares any more, files for a machine; and that none of them is anywhere in the open."""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from cases.secrets import SecretsTest
from cases.vars import GIT, TOKEN


class Moving(SecretsTest):
    def test_export_and_import(self):
        fleet = self.place(git=True)
        self.expect(self.vars(fleet, "generate"), 0)
        token = self.value(fleet, "barn", "token/token")
        archive = fleet.base / "values.age"
        self.expect(self.vars(fleet, "export", str(archive)), 2, err=["--recipient"])
        self.expect(self.vars(fleet, "export", str(archive), "--recipient", self.ada(fleet)), 0, err=["values exported"])
        self.assertEqual(archive.stat().st_mode & 0o777, 0o600)
        self.expect(self.vars(fleet, "export", str(archive), "--recipient", self.ada(fleet)), 2, err=["is there already"])
        keys = fleet.home / ".config/sops/age/keys.txt"
        plain = subprocess.run(["age", "-d", "-i", str(keys), str(archive)], capture_output=True, check=True).stdout
        self.assertIn("per-machine/barn/token/token", [v["path"] for v in json.loads(plain)["values"]])
        self.expect(self.vars(fleet, "generate", "--regenerate", "-g", "token"), 0)
        self.expect(self.vars(fleet, "import", str(archive)), 1, err=["FL0722", "another value", "--replace"])
        self.assertNotEqual(self.value(fleet, "barn", "token/token"), token)
        self.expect(self.vars(fleet, "import", str(archive), "--replace"), 0, err=["2 values imported"])
        self.assertEqual(self.value(fleet, "barn", "token/token"), token)
        self.assertEqual(self.git(fleet, "status", "--short"), "")
        archive.write_bytes(archive.read_bytes()[:-200])
        self.expect(self.vars(fleet, "import", str(archive)), 1, err=["AGE0"])

    def test_prune(self):
        fleet = self.place(git=True)
        self.expect(self.vars(fleet, "generate"), 0)
        self.expect(self.vars(fleet, "prune"), 0, err=["nothing to remove"])
        fleet.write("machines.nix", TOKEN.replace("generators.token", "generators.other"))
        old = "vars/per-machine/barn/token"
        self.expect(self.vars(fleet, "list", "barn"), 0, out=["<nothing declares it>"])
        listed = {e["id"]: e for e in self.vars(fleet, "list", "barn", "--json").json()}
        self.assertTrue(listed["token"]["orphan"])
        self.expect(self.vars(fleet, "prune"), 1, out=[old], err=["FL0721", "--yes"])
        self.assertTrue((fleet.root / old).exists())
        self.expect(self.vars(fleet, "prune", "vars/per-machine/barn/tokens", "--yes"), 1, err=["FL0721", "did you mean"])
        self.expect(self.vars(fleet, "prune", "--yes"), 0, err=["removed " + old])
        self.assertFalse((fleet.root / old).exists())
        self.assertEqual(self.git(fleet, "status", "--short"), " M machines.nix\n")
        # A machine that cannot be read completely may declare anything.
        fleet.write("machines.nix", "{ networking.hostName = 5; }\n")
        self.expect(self.vars(fleet, "prune", "--yes"), 0, out=["vars/shared/both"], err=["nothing to remove"])
        self.assertTrue((fleet.root / "vars/shared/both").exists())
        self.expect(self.vars(fleet, "prune", "vars/shared/both", "--yes"), 0)
        self.assertFalse((fleet.root / "vars/shared/both").exists())

    def test_into_a_directory(self):
        fleet = self.place()
        self.expect(self.vars(fleet, "generate"), 0)
        self.expect(self.vars(fleet, "upload"), 2, err=["fleetd vars upload MACHINE"])
        self.expect(self.vars(fleet, "upload", "bran"), 2, err=["did you mean `barn`?"])
        where = tempfile.mkdtemp(dir="/dev/shm")
        self.addCleanup(shutil.rmtree, where)
        self.expect(self.vars(fleet, "upload", "barn", "--directory", where + "/x"), 0, err=["files written"])
        token = Path(where, "x/services/per-machine/barn/token/token")
        self.assertEqual(token.read_bytes(), self.value(fleet, "barn", "token/token"))
        self.assertEqual(token.stat().st_mode & 0o777, 0o400)
        self.assertTrue(Path(where, "x/key.txt").read_text().startswith("AGE-SECRET-KEY-1"))
        self.expect(self.vars(fleet, "upload", "barn", "--directory", where + "/x"), 1, err=["FL0723", "not empty"])
        disk = tempfile.mkdtemp(dir="/var/tmp")
        self.addCleanup(shutil.rmtree, disk)
        self.expect(self.vars(fleet, "upload", "barn", "--directory", disk), 1, err=["FL0723", "on a disk"])
        self.assertEqual(os.listdir(disk), [])


SHELL, PRINTF, ENV = (shutil.which(name) for name in ("sh", "printf", "env"))


class Canaries(SecretsTest):
    def test_no_value_is_anywhere_in_the_open(self):
        """A whole run with values that are looked for everywhere afterwards: the fleet, the home with state and cache, temporary
        files of this run, what was printed, what was rendered, and the arguments of every program that was started."""
        fleet = self.place(git=True)
        temporary = fleet.base / "tmp"
        runtime = fleet.base / "run"
        tools = fleet.base / "tools"
        for directory in (temporary, runtime, tools):
            directory.mkdir()
        log = fleet.base / "started.log"
        # Whatever fleetd starts comes through here: nothing else is in PATH.
        for directory in reversed(os.environ["PATH"].split(":")):
            for name in os.listdir(directory) if os.path.isdir(directory) else []:
                real = os.path.join(directory, name)
                if os.access(real, os.X_OK) and not os.path.isdir(real):
                    tool = tools / name
                    tool.write_text(f"#!{SHELL}\n{{ {PRINTF} '%s ' \"$0\" \"$@\"; {ENV}; }} >>{log}\nexec {real} \"$@\"\n")
                    tool.chmod(0o755)
        env = {"TMPDIR": str(temporary), "XDG_RUNTIME_DIR": str(runtime), "PATH": str(tools)}
        canaries = [b"canary-one-4711", b"canary-two-0815", b"canary-three-1234"]
        shown = []

        def run(*args, stdin=b"", code=0):
            result = fleet.run(*args, env={**GIT, **env}, stdin=stdin)
            if code is not None:
                self.expect(result, code)
            shown.append(result)

        _, bob = self.key(fleet, "bob")
        run("vars", "keygen")
        run("vars", "set", "barn", "token/token", stdin=canaries[0])
        run("secrets", "set", "mail", stdin=canaries[1])
        run("vars", "generate")
        run("vars", "set", "silo", "both/key", stdin=canaries[2])
        run("secrets", "users", "add", "bob", "--age-key", bob)
        run("secrets", "users", "add-secret", "bob", "mail")
        run("secrets", "machines", "rotate", "barn")
        run("secrets", "users", "rotate", "ada")
        run("secrets", "who", "--json")
        run("secrets", "rename", "mail", "post")
        run("vars", "export", str(fleet.base / "values.age"), "--recipient", bob)
        run("vars", "check", "-v")
        run("vars", "list", "--json")
        run("render", "--out", str(fleet.base / "out"))
        run("check", "-v", "--json")
        run("show", "barn", "--json")
        # Without a lab these end early; what they start until then is looked at all the same.
        run("plan", "barn", code=None)
        run("deploy", "barn", "--target-host", "root@127.0.0.1", code=None)
        run("vars", "upload", "barn", "--target-host", "root@127.0.0.1", code=None)
        run("machines", "install", "barn", "--yes", "--target-host", "root@127.0.0.1", code=None)
        own = fleet.home / ".config/sops/age/keys.txt"
        first = self.expect(fleet.run("secrets", "key", "show"), 0).json()[0]["publicKey"]
        text = (fleet.root / "clan.nix").read_text()
        fleet.write("clan.nix", text.replace("meta.domain", f'vars.settings.recipients.default = [ "{first}" ];\n  meta.domain', 1))
        run("vars", "migrate", "age")
        fleet.write("clan.nix", text.replace("meta.domain", f'vars.settings = {{ secretStore = "age"; recipients.default = [ "{first}" ]; }};\n  meta.domain', 1))
        run("vars", "check", "-v")
        run("vars", "fix")
        run("vars", "migrate", "age", "--from", "sops", "--remove")
        run("render", "--out", str(fleet.base / "out-age"))
        where = tempfile.mkdtemp(dir="/dev/shm")
        self.addCleanup(shutil.rmtree, where)
        run("vars", "upload", "barn", "--directory", where + "/x")
        keys = Path(where, "x/key.txt").read_bytes().split()
        # The one place where they are meant to be, so that this test could find them elsewhere.
        self.assertEqual(Path(where, "x/services/per-machine/barn/token/token").read_bytes(), canaries[0])
        for result in shown:
            for canary in canaries + keys:
                self.assertNotIn(canary, result.out_bytes + result.err_bytes)
        looked = 0
        for directory, _, names in os.walk(fleet.base):
            for name in names:
                path = Path(directory, name)
                if path.is_file() and not path.is_symlink():
                    looked += 1
                    content = path.read_bytes()
                    for canary in canaries + keys:
                        self.assertNotIn(canary, content, path)
        self.assertGreater(looked, 100)
        started = log.read_text(errors="replace")
        for name in ("git", "tar"):
            self.assertIn(f"{tools}/{name} ", started)
        for key in own.read_text().split():
            if key.startswith("AGE-SECRET-KEY-1"):
                self.assertNotIn(key, started)
        self.assertEqual(os.listdir(temporary) + os.listdir(runtime), [])
