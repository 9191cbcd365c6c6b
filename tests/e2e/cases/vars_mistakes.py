"""Variables and secrets in a fresh fleet of `fleetd init`, and everything somebody may do wrong there: words, places, streams, git; and what programs
get that ask for JSON."""

import json
import os
import pty
import resource
import select
import shutil
import signal
import subprocess
import termios
import time
import unittest

from cases.vars import GIT
from harness import SETUP, FleetTest

PEOPLE = {"USER": "ada"}
NOBODY = 65534
GENERATORS = """
  clan.core.vars.generators.token = { files.token = { }; builtin = { generator = "random"; file = "token"; }; };
  clan.core.vars.generators.site = { files.name.secret = false; builtin = { generator = "text"; file = "name"; text = "yard"; }; };
"""
KEY = "age1g8wp4nerulvjtae2h27st2qg5lzpth8qdl9fzp5wgaq2fjdtja9sztzus4"


class Fresh(FleetTest):
    """A fleet as `init` makes it, with a generator of a secret and one of a public value."""

    def setUp(self):
        self.own = self.fleet()
        self.expect(self.own.run("init", ".", "--name", "yard", "--machine", "barn", env=PEOPLE), 0)
        self.declare(GENERATORS)

    def declare(self, text):
        path = "machines/barn/configuration.nix"
        self.first = getattr(self, "first", None) or (self.own.root / path).read_text()
        self.own.write(path, self.first.rstrip()[:-1] + text + "}\n")

    def run_it(self, *args, env=None, **options):
        return self.own.run(*args, env={**PEOPLE, **GIT, **(env or {})}, **options)

    def ok(self, *args, **options):
        return self.expect(self.run_it(*args, **options), 0)

    def tree(self):
        return {str(p): p.read_bytes() for p in sorted(self.own.root.rglob("*")) if p.is_file() and ".git" not in p.parts}

    def git(self, *words, env=GIT):
        return subprocess.run(["git", "-C", str(self.own.root), *words], env=self.own.environment(env), capture_output=True, text=True, check=True).stdout


class Words(Fresh):
    def test_each_is_refused_and_changes_nothing(self):
        self.ok("vars", "generate")
        self.ok("secrets", "set", "mail", stdin=b"x")
        before = self.tree()
        long, lines = "x" * 100000, "a\nb"
        for words, code, *texts in [
            (["vars"], 2, "FL0903", "keygen, list, get"),
            (["vars", "lst"], 2, "did you mean `list`"),
            (["vars", "list", "bran"], 2, "FL0503", "did you mean `barn`?"),
            (["vars", "list", ""], 2, "FL0503"),
            (["vars", "list", long], 2, "FL0503", "xxx…"),
            (["vars", "list", lines], 2, "FL0903", "`a b` has control characters"),
            (["vars", "list", b"\xff"], 2, "FL0903", "is not UTF-8"),
            (["vars", "list", "barn", "barn"], 2, "fleetd vars list MACHINE"),
            (["vars", "get", "barn"], 2, "fleetd vars get MACHINE GENERATOR/FILE"),
            (["vars", "get", "barn", "token"], 1, "VARS60", "did you mean token/token?"),
            (["vars", "get", "barn", long], 1, "VARS60", "xxx`"),
            (["vars", "set", "barn", "../../x"], 1, "VARS60"),
            (["vars", "set", "barn", "token/token"], 1, "VARS87", "the value is empty"),
            (["vars", "set", "barn", "site/name"], 1, "VARS87"),
            (["vars", "generate", "-g", "tokens"], 1, "VARS45", "there are: ", "token"),
            (["vars", "check", "-g", "tokens"], 1, "VARS45", "there are: "),
            (["vars", "fix", "-g", "tokens"], 1, "VARS45", "there are: "),
            (["vars", "check", "-g", b"\xff"], 2, "FL0903", "is not UTF-8"),
            (["vars", "generate", "bran"], 2, "FL0503"),
            (["vars", "generate", "--script-timeout", "-1"], 2, "FL0903"),
            (["vars", "keygen", "more"], 2, "unexpected argument"),
            (["vars", "keygen", "--user", "Ada Love"], 2, "VARS40", "--user"),
            (["vars", "keygen", "--user", ""], 2, "VARS40"),
            (["vars", "keygen", "--user", "../../x"], 2, "VARS40"),
            (["vars", "keygen", "--user", b"\xff"], 2, "FL0903", "is not UTF-8"),
            (["vars", "upload"], 2, "fleetd vars upload MACHINE"),
            (["vars", "upload", "barn"], 1, "FL0813"),
            (["vars", "upload", "barn", "--directory", ""], 2, "FL0903"),
            (["vars", "export", "x.age"], 2, "--recipient"),
            (["vars", "export", "x.age", "--recipient", "x"], 1, "AGE02"),
            (["vars", "export", "none/x.age", "--recipient", KEY], 3, "FL0003"),
            (["vars", "export", "flake.nix", "--recipient", KEY], 2, "is there already"),
            (["vars", "import", "none"], 1, "FL0002"),
            (["vars", "import", "/dev/zero"], 1, "FL0002", "not a regular file"),
            (["vars", "import", "flake.nix"], 1, "AGE01"),
            (["vars", "migrate"], 2, "sops, age and password-store"),
            (["vars", "migrate", "vault"], 1, "VARS95"),
            (["vars", "migrate", "sops"], 2, "VARS85"),
            (["vars", "prune", "vars/x"], 1, "FL0721"),
            (["secrets", "gte"], 2, "did you mean `get`?"),
            (["secrets", "get", ""], 1, "VARS81"),
            (["secrets", "get", lines], 2, "has control characters"),
            (["secrets", "get", long], 1, "VARS81"),
            (["secrets", "set", long], 2, "VARS80", "200 at most"),
            (["secrets", "set", "..",], 2, "VARS80", "not beginning with a dot"),
            (["secrets", "set", "mail"], 1, "VARS87"),
            (["secrets", "set", "mail", "--user", b"\xff"], 2, "is not UTF-8"),
            (["secrets", "rename", "mail", "mail"], 1, "VARS82", "is its name already"),
            (["secrets", "rename", "mail", lines], 2, "has control characters"),
            (["secrets", "users", "list", "x"], 2, "fleetd secrets users list"),
            (["secrets", "users", "add", "bob"], 2, "VARS85"),
            (["secrets", "users", "add", "eve", "--age-key", b"\xff"], 2, "is not UTF-8"),
            (["secrets", "users", "add", "eve", "--age-key", "age1" + "q" * 100000], 1, "AGE02"),
            (["secrets", "users", "remove", "ada"], 1, "VARS83"),
            (["secrets", "machines", "rotate", "bran"], 1, "VARS81"),
            (["secrets", "groups", "create", "crew"], 2, "VARS85"),
            (["secrets", "key", "make"], 2, "there are: "),
            (["secrets", "import-sops", "flake.nix"], 1, "SOPS05"),
            (["secrets", "import-sops", "flake.nix", "--input-type", "yaml"], 1, "SOPS02"),
        ]:
            with self.subTest(words=[word[:40] for word in words]):
                done = self.expect(self.run_it(*words), code, err=texts)
                self.assertLess(len(done.err), 3000)
                self.assertNotIn("plugin `vars`, at", done.err)
                self.assertEqual(self.tree(), before)

    def test_names_in_the_environment(self):
        for name in ("Ada Love", "a\nb", b"\xff"):
            self.expect(self.run_it("vars", "keygen", env={"USER": name}), 2, err=["VARS40", "--user"])
        # The key is registered already, whoever asks.
        for env in ({"USER": ""}, {"USER": None}):
            self.assertTrue(self.ok("vars", "keygen", env=env).out.startswith("age1"))
        done = self.ok("vars", "keygen", "--user", "bob")
        self.assertIn("the key is the user ada's already; nothing was registered for bob", done.err)
        self.assertEqual(os.listdir(self.own.root / "sops/users"), ["ada"])

    def test_a_key_that_is_not_there(self):
        self.ok("vars", "generate")
        before = self.tree()
        for env, *texts in [
            ({"HOME": "/nowhere"}, "VARS32", "/nowhere/.config/sops/age/keys.txt", "fleetd vars keygen"),
            ({"SOPS_AGE_KEY": "x"}, "AGE03"),
            ({"SOPS_AGE_KEY_FILE": "/nowhere"}, "VARS32", "/nowhere"),
            ({"SOPS_AGE_KEY_FILE": "/"}, "VARS30", "Is a directory"),
            ({"SOPS_AGE_KEY_FILE": "/dev/zero"}, "VARS30", "not a regular file"),
        ]:
            for words in (["vars", "get", "barn", "token/token"], ["vars", "set", "barn", "token/token"], ["vars", "generate", "-r", "-g", "token"]):
                with self.subTest(env=env, words=words):
                    done = self.expect(self.run_it(*words, env=env, stdin=b"x"), 1, err=texts)
                    self.assertEqual((done.out, self.tree()), ("", before))
            self.ok("vars", "list", "barn", env=env)
            self.ok("vars", "check", env=env)

    def test_a_file_nobody_makes(self):
        self.declare('clan.core.vars.generators.pair = { files.key = { }; files.public.secret = false; builtin = { generator = "age-key"; }; };\n clan.core.vars.generators.none.files.x = { };')
        self.expect(self.run_it("vars", "generate"), 1, err=["per-machine/barn/pair: it did not make `public`", "what it makes: key, pub", "per-machine/barn/none: it did not make `x`", "give the generator a `builtin`, a `script`, or a prompt with `persist`"])


class Values(Fresh):
    def test_what_is_no_text(self):
        value = b"\xff\x00 bytes"
        self.ok("vars", "set", "barn", "site/name", stdin=value)
        self.assertEqual(self.ok("vars", "get", "barn", "site/name").out_bytes, value)
        self.assertIn("<8 bytes that are no text>", self.ok("vars", "list", "barn").out)
        row = {one["id"]: one for one in self.ok("vars", "list", "barn", "--json").json()}["site/name"]
        self.assertEqual(row, {"deploy": True, "exists": True, "id": "site/name", "place": "per-machine/barn/site", "secret": False, "size": 8, "value": None})

    def test_long_values(self):
        self.ok("vars", "set", "barn", "site/name", stdin=b"x" * (2 << 20))
        self.assertLess(len(self.ok("vars", "list", "barn").out), 10000)
        self.assertEqual(len({one["id"]: one for one in self.ok("vars", "list", "barn", "--json").json()}["site/name"]["value"]), 2 << 20)
        self.ok("vars", "set", "barn", "token/token", stdin=b"y" * (16 << 20))
        self.assertEqual(self.ok("vars", "get", "barn", "token/token").out_bytes, b"y" * (16 << 20))
        for words in (["vars", "set", "barn", "token/token"], ["secrets", "set", "mail"]):
            self.expect(self.run_it(*words, stdin=b"z" * ((16 << 20) + 1)), 1, err=["VARS51", "more than 16 MiB"])
        self.assertEqual(self.ok("vars", "get", "barn", "token/token").out_bytes[:1], b"y")


class Places(Fresh):
    def test_a_directory_on_a_disk_is_not_even_made(self):
        self.ok("vars", "generate")
        if os.statvfs(self.own.base).f_fsid == os.statvfs("/dev/shm").f_fsid:
            self.skipTest("everything is in memory here")
        self.expect(self.run_it("vars", "upload", "barn", "--directory", str(self.own.base / "a/b")), 1, err=["FL0723", "is on a disk"])
        self.assertFalse((self.own.base / "a").exists())

    @unittest.skipUnless(os.geteuid() == 0, "only root can be somebody else")
    def test_a_fleet_that_cannot_be_written(self):
        self.ok("vars", "generate")
        self.ok("secrets", "set", "mail", stdin=b"x")
        for directory, _, names in os.walk(self.own.base):
            for path in (directory, *(os.path.join(directory, name) for name in names)):
                os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
        for directory, _, _ in os.walk(self.own.root):
            os.chmod(directory, 0o555)
        before = self.tree()
        for words in (["vars", "set", "barn", "token/token"], ["vars", "generate", "-r"], ["secrets", "set", "other"], ["secrets", "remove", "mail"], ["secrets", "key", "generate", "--new"], ["secrets", "users", "rotate", "ada"]):
            with self.subTest(words=words):
                done = self.run_it(*words, stdin=b"x", user=NOBODY)
                if words[1] != "key":
                    self.expect(done, 1, err=["VARS30", "Permission denied"])
                self.assertEqual(self.tree(), before)
        for words in (["vars", "list", "barn"], ["vars", "get", "barn", "token/token"], ["vars", "check"], ["vars", "fix"], ["vars", "prune"], ["secrets", "list"], ["secrets", "get", "mail"], ["secrets", "who"]):
            with self.subTest(words=words):
                self.expect(self.run_it(*words, user=NOBODY), 0)

    def test_streams(self):
        self.ok("vars", "generate")
        self.ok("secrets", "set", "mail", stdin=b"x")
        before = self.tree()

        def shell(line, code, *texts):
            done = subprocess.run(["bash", "-c", f'exec "$F" {line}'], cwd=self.own.root, env={**self.own.environment({**GIT, **PEOPLE}), "F": SETUP.binary}, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
            self.assertEqual(done.returncode, code, (line, done.stderr))
            for text in texts:
                self.assertIn(text, done.stderr.decode(), line)
            self.assertEqual(self.tree(), before, line)

        for words in ("vars get barn token/token", "secrets get mail"):
            shell(f"{words} >&-", 1, "VARS51")
            shell(f"{words} >/dev/full", 1, "VARS51", "No space left")
        for words in ("vars list barn", "vars list --json", "secrets list", "secrets who", "secrets key show", "vars keygen", f"vars export - --recipient {KEY}"):
            shell(f"{words} >&-", 3, "FL0905")
            shell(f"{words} >/dev/full", 3, "FL0905")
        for words in ("vars set barn token/token", "secrets set mail"):
            shell(f"{words} <&-", 1, "VARS51")
            shell(f"{words} </", 1, "VARS51", "Is a directory")
        shell("vars import - <&-", 1, "FL0002")
        shell("vars import - </dev/null", 1, "AGE01")
        shell("vars check 2>&-", 0)
        shell("vars check 2>/dev/full", 0)
        shell("vars check <&- >&- 2>&-", 0)


class WithGit(Fresh):
    NAMELESS = {"GIT_AUTHOR_NAME": None, "GIT_AUTHOR_EMAIL": None, "GIT_COMMITTER_NAME": None, "GIT_COMMITTER_EMAIL": None, "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "user.useConfigOnly", "GIT_CONFIG_VALUE_0": "true"}

    def test_nobody_who_commits(self):
        done = self.expect(self.run_it("vars", "generate", env=self.NAMELESS), 3, err=["FL0007", "the files are written, and git does not commit them: fatal:", "git config --global user.email", "--no-commit"])
        self.assertIn("made per-machine/barn/token", done.err)
        # Whoever only reads gets what he wants.
        read = self.expect(self.run_it("vars", "get", "barn", "site/name", env=self.NAMELESS), 0, err=["warning[FL0744]"])
        self.assertEqual(read.out, "yard")
        self.assertNotIn("cut off", read.err)
        self.expect(self.run_it("secrets", "set", "mail", stdin=b"x", env=self.NAMELESS), 3, err=["FL0007"])
        self.expect(self.run_it("secrets", "set", "gone", stdin=b"x", env=self.NAMELESS), 3, err=["FL0007"])
        # What was never committed and goes again is no reason for git to complain.
        self.expect(self.run_it("secrets", "remove", "gone"), 0, err=["an earlier run was cut off: what it changed is complete, and committed now"])
        self.assertEqual(self.git("status", "--short", "vars", "sops/secrets"), "")
        self.assertIn("sops/secrets/mail/secret", self.git("ls-files"))
        self.assertFalse((self.own.root / ".fleetd-pending").exists())

    def test_leaving_git_alone_ends_it(self):
        self.expect(self.run_it("vars", "generate", env=self.NAMELESS), 3)
        self.assertNotIn("FL0744", self.ok("vars", "list", "--no-commit", env=self.NAMELESS).err)
        self.assertEqual(self.ok("vars", "list", env=self.NAMELESS).err, "")

    def test_a_head_that_is_no_branch_and_a_lock_somebody_left(self):
        self.git("add", "-A")
        self.git("commit", "-qm", "first")
        self.git("checkout", "-q", "--detach")
        self.ok("vars", "generate", "-g", "token")
        self.assertEqual(self.git("log", "-1", "--format=%s"), "vars: update via generator token (machine: barn)\n")
        lock = self.own.root / ".git/index.lock"
        lock.touch()
        self.expect(self.run_it("vars", "set", "barn", "token/token", stdin=b"locked"), 3, err=["FL0007", "index.lock"])
        self.assertEqual(self.expect(self.run_it("vars", "get", "barn", "token/token"), 0, err=["FL0744"]).out, "locked")
        lock.unlink()
        self.ok("vars", "list")
        self.assertEqual(self.git("status", "--short"), "")
        self.assertEqual(self.git("log", "-1", "--format=%s"), "vars: update per-machine/barn/token/token\n")

    def test_many_files_that_git_never_had(self):
        """More of them than fit into one command line's way."""
        generators = "clan.core.vars.generators = builtins.listToAttrs (builtins.genList (i: { name = \"g${toString i}\"; value = { files.value.secret = false; builtin = { generator = \"text\"; file = \"value\"; text = \"x\"; }; }; }) 150);"
        self.declare(generators)
        self.git("add", "-A")
        self.git("commit", "-qm", "first")
        self.expect(self.run_it("vars", "generate", env=self.NAMELESS), 3)
        self.declare("")
        self.ok("vars", "prune", "--yes")
        self.assertEqual(self.git("ls-files", "vars"), "")
        self.assertEqual(self.git("status", "--short", "vars"), "")
        self.declare(generators)
        self.ok("vars", "generate")
        self.assertEqual(len(self.git("ls-files", "vars").split()), 300)
        self.declare("")
        self.ok("vars", "prune", "--yes")
        self.assertEqual(self.git("ls-files", "vars"), "")
        self.assertEqual(self.git("status", "--short", "vars"), "")

    def test_without_git(self):
        bare = self.own.base / "bin"
        bare.mkdir()
        for tool in ("bwrap", "sh", "env"):
            if shutil.which(tool):
                (bare / tool).symlink_to(shutil.which(tool))
        self.ok("vars", "generate", env={"PATH": str(bare)})
        shutil.rmtree(self.own.root / ".git")
        self.ok("vars", "set", "barn", "token/token", stdin=b"x")
        self.assertEqual(self.ok("vars", "get", "barn", "token/token").out, "x")
        self.assertFalse((self.own.root / ".fleetd-pending").exists())


class Programs(Fresh):
    """With --json standard output is JSON, and standard error a line of JSON for each finding."""

    def data(self, *words, code=0, **options):
        done = self.expect(self.run_it(*words, "--json", **options), code)
        done.findings()
        return done.json() if done.out else None

    def test_every_verb(self):
        self.assertEqual(self.data("vars", "generate"), {"made": ["per-machine/barn/site", "per-machine/barn/token"]})
        self.assertEqual(self.data("vars", "generate"), {"made": []})
        self.assertEqual(self.data("vars", "keygen")["user"], "ada")
        self.assertTrue(self.data("vars", "keygen")["publicKey"].startswith("age1"))
        self.assertEqual(self.data("vars", "fix"), {"changed": 0})
        self.assertIsNone(self.data("vars", "check"))
        self.assertIsNone(self.data("vars", "set", "barn", "token/token", stdin=b"x"))
        self.assertEqual(len(self.data("vars", "list", "barn")), 2)
        self.assertEqual(self.data("vars", "export", "x.age", "--recipient", self.data("vars", "keygen")["publicKey"]), {"exported": 2})
        self.assertEqual(self.data("vars", "import", "x.age"), {"imported": 0, "same": 2})
        self.assertEqual(self.data("vars", "prune"), [])
        clan = (self.own.root / "clan.nix").read_text()
        self.own.write("clan.nix", clan.rstrip()[:-1] + f'  vars.settings.recipients.default = [ "{self.data("vars", "keygen")["publicKey"]}" ];\n}}\n')
        self.assertEqual(self.data("vars", "migrate", "age"), {"copied": 1, "same": 0})
        self.expect(self.run_it("vars", "generate", "-g", "x", "--json"), 1)
        self.assertEqual(self.data("secrets", "set", "mail", "--machine", "barn", stdin=b"x"), {"lines": []})
        self.assertEqual([one["name"] for one in self.data("secrets", "list")], ["barn-age.key", "mail"])
        self.assertEqual(self.data("secrets", "users", "add", "bob", KEY), {"lines": ["added the user bob"]})
        self.assertIn("publicKey", self.data("secrets", "key", "generate"))
        self.declare("")
        self.assertEqual({one["path"] for one in self.data("vars", "prune", "--yes")}, {"vars/per-machine/barn/site", "vars/per-machine/barn/token"})
        self.assertFalse((self.own.root / "vars/per-machine/barn/token").exists())

    def test_values_are_as_they_are(self):
        self.ok("vars", "generate")
        self.assertEqual(self.ok("vars", "get", "barn", "site/name", "--json").out, "yard")
        self.ok("secrets", "set", "mail", stdin=b"x")
        self.assertEqual(self.ok("secrets", "get", "mail", "--json").out, "x")


class Editors(Fresh):
    def editor(self, text):
        path = self.own.base / "an editor"
        path.write_text("#!/bin/sh\n" + text)
        path.chmod(0o755)
        return {"EDITOR": f"'{path}' --wait", "VISUAL": None, "LOG": str(self.own.base / "log"), "XDG_RUNTIME_DIR": None}

    def left(self):
        return [name for name in os.listdir("/dev/shm") if name.startswith("fleetd-install-")]

    def test_a_value_is_edited_in_memory(self):
        self.ok("secrets", "set", "mail", stdin=b"one\n")
        env = self.editor('[ "$1" = --wait ] && cat "$2" >"$LOG"; stat -c %a "$2" >>"$LOG"; dirname "$2" >>"$LOG"; touch "$2~"; { cat "$2"; echo two; } >"$2.new"; mv "$2.new" "$2"\n')
        self.ok("secrets", "set", "mail", "--edit", env=env)
        self.assertEqual(self.ok("secrets", "get", "mail").out, "one\ntwo\n")
        shown = (self.own.base / "log").read_text().splitlines()
        self.assertEqual(shown[:2], ["one", "600"])
        self.assertTrue(shown[2].startswith("/dev/shm/"))
        self.assertFalse(os.path.exists(shown[2]))
        # One that is not there yet, and what is no change.
        self.ok("secrets", "set", "new", "-e", env=env)
        self.assertEqual(self.ok("secrets", "get", "new").out, "two\n")
        before = self.tree()
        for text, *errors in [("exit 3", "VARS79", "ended with an error"), (":", "VARS79", "is as it was"), ('rm "$2"', "VARS79", "left no file"), ('ln -sf /etc/passwd "$2"', "VARS79", "left no file"), (': >"$2"', "VARS87")]:
            self.expect(self.run_it("secrets", "set", "mail", "--edit", env=self.editor(text + "\n")), 1, err=errors)
            self.assertEqual(self.tree(), before, text)
        self.assertEqual(self.left(), [])
        self.expect(self.run_it("secrets", "get", "mail", "--edit"), 2, err=["FL0903"])

    def test_a_value_in_the_environment_is_for_nobody_else(self):
        tools, log = self.own.base / "tools", self.own.base / "log"
        tools.mkdir()
        (tools / "git").write_text(f'#!/bin/sh\nenv >>{log}\nexec {shutil.which("git")} "$@"\n')
        (tools / "git").chmod(0o755)
        self.ok("secrets", "set", "mail", env={"SOPS_NIX_SECRET": "canary-4711", "PATH": f"{tools}:{os.environ['PATH']}"})
        self.assertEqual(self.ok("secrets", "get", "mail").out, "canary-4711")
        self.assertIn("PATH=", log.read_text())
        self.assertNotIn("canary-4711", log.read_text())


class Terminals(Fresh):
    def at_a_terminal(self, words, *keys, asks=(b": ", b"Ctrl-D:\r\n")):
        """What was shown, how it ended (negative: a signal), and whether the terminal is as it was."""
        pid, fd = pty.fork()
        if pid == 0:
            os.chdir(self.own.root)
            os.execve(SETUP.binary, [SETUP.binary, *words], self.own.environment({**GIT, **PEOPLE}))
        shown, waiting, asked, end, before = b"", list(keys), 0, time.time() + 60, None
        while time.time() < end:
            ready, _, _ = select.select([fd], [], [], 1)
            if not ready:
                continue
            try:
                data = os.read(fd, 4096)
            except OSError:
                break
            if not data:
                break
            before = before or termios.tcgetattr(fd)
            shown += data
            if waiting and len(shown) > asked and shown.endswith(asks):
                asked = len(shown)
                typed = waiting.pop(0)
                if waiting and callable(waiting[0]):
                    os.write(fd, typed)
                    typed = waiting.pop(0)
                if callable(typed):
                    typed(pid)
                    continue
                while typed:
                    typed = typed[os.write(fd, typed) :]
        if time.time() >= end:
            os.kill(pid, signal.SIGKILL)
        flags = termios.tcgetattr(fd)[3] & (termios.ECHO | termios.ICANON | termios.ISIG | termios.IEXTEN)
        _, status = os.waitpid(pid, 0)
        os.close(fd)
        return shown.decode(), os.waitstatus_to_exitcode(status), flags == termios.ECHO | termios.ICANON | termios.ISIG | termios.IEXTEN

    def test_keys_that_are_no_letters(self):
        typed = b"swordfisc\x7fh\x1b[A\x1b[D\x1a\n\x04"
        shown, code, restored = self.at_a_terminal(["vars", "set", "barn", "token/token"], typed, b"swordfish\n\x04")
        self.assertEqual((code, restored), (0, True), shown)
        self.assertNotIn("sword", shown)
        self.assertEqual(self.ok("vars", "get", "barn", "token/token").out, "swordfish\n")

    def test_a_line_longer_than_a_terminal_keeps(self):
        line = bytes(range(0x21, 0x7B)) * 100
        shown, code, restored = self.at_a_terminal(["secrets", "set", "mail"], line + b"\x04\x04", line + b"\x04\x04")
        self.assertEqual((code, restored), (0, True), shown)
        self.assertEqual(self.ok("secrets", "get", "mail").out_bytes, line)
        # Visible ones are read by lines, of which the terminal loses what is too much: that is no answer.
        self.declare("clan.core.vars.generators.long.prompts.x.persist = true;")
        shown, code, restored = self.at_a_terminal(["vars", "generate", "-g", "long"], b"x" * 5000 + b"\n")
        self.assertEqual((code, restored), (1, True), shown)
        self.assertIn("a terminal cuts lines off at", shown)
        self.assertFalse((self.own.root / "vars/per-machine/barn/long").exists())

    @unittest.skipUnless(os.path.exists("/proc/self/limits"), "there is no /proc")
    def test_no_core_is_dumped_while_there_are_values(self):
        limits = []
        with open(SETUP.binary, "rb") as file:
            binary = file.read()
        is_sanitized = b"__asan_init" in binary or b"__tsan_init" in binary

        def look(pid):
            for name, begin, word in (("limits", "Max core", 4), ("status", "VmLck", 1)):
                if name == "status" and is_sanitized:
                    limits.append(1)  # sanitizers lock no memory, whoever asks for it
                    continue
                for _ in range(100):
                    with open(f"/proc/{pid}/{name}", encoding="utf-8") as file:
                        found = int([line for line in file if line.startswith(begin)][0].split()[word])
                    if name == "limits" or found:
                        break
                    time.sleep(0.05)
                limits.append(found)
            os.kill(pid, signal.SIGSEGV)

        hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
        if hard == 0:
            self.skipTest("nobody dumps cores here")
        soft = resource.getrlimit(resource.RLIMIT_CORE)[0]
        resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_CORE, (soft, hard))
        shown, code, _ = self.at_a_terminal(["vars", "set", "barn", "token/token"], b"half", look)
        self.assertEqual((limits[0], limits[1] > 0, code != 0), (0, True, True), shown)

    def test_nothing_is_half_done_when_it_is_interrupted(self):
        self.declare(GENERATORS + 'clan.core.vars.generators.login.prompts = { one = { type = "hidden"; persist = true; }; two = { type = "multiline-hidden"; persist = true; }; };')
        self.ok("vars", "generate", "-g", "token", "-g", "site")
        before = self.tree()
        for words, *keys in [
            (["vars", "set", "barn", "token/token"], b"\x03"),
            (["vars", "set", "barn", "token/token"], b"half\x03"),
            (["vars", "set", "barn", "token/token"], b"one\n\x04", b"one\n\x03"),
            (["vars", "set", "barn", "token/token"], b"\x04", b"\x04"),
            (["vars", "set", "barn", "token/token"], b"a\n\x04", b"b\n\x04", b"c\n\x04", b"d\n\x04", b"e\n\x04", b"f\n\x04"),
            (["vars", "generate"], b"\x03", b"\x03"),
            (["vars", "generate"], b"word\n", b"word\n", b"\x03"),
            (["vars", "generate"], b"word\n", b"word\n", b"t\n\x04", b"t\n\x1c"),
            (["secrets", "set", "mail"], b"\x03"),
            (["secrets", "set", "mail"], b"\x1c"),
        ]:
            with self.subTest(words=words, keys=keys):
                shown, code, restored = self.at_a_terminal(words, *keys)
                self.assertEqual((code, restored), (1, True), shown)
                self.assertEqual(self.tree(), before)
        self.declare("")
        for key, code in ((b"\x03", -signal.SIGINT), (b"\x04", 1), (b"no\n", 1), (b"yes please\n", 1)):
            shown, ended, restored = self.at_a_terminal(["vars", "prune"], key, asks=(b"go on: ",))
            self.assertEqual((ended, restored), (code, True), shown)
            self.assertTrue((self.own.root / "vars/per-machine/barn/token/token/secret").exists())
        shown, code, restored = self.at_a_terminal(["vars", "prune"], b"yes\n", asks=(b"go on: ",))
        self.assertEqual((code, restored), (0, True), shown)
        self.assertFalse((self.own.root / "vars/per-machine").exists() and os.listdir(self.own.root / "vars/per-machine/barn"))
