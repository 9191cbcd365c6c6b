"""People, machines, groups and their secrets, with the real age and sops as the other side; what a change touches and what it does
not. Kills and full disks are in the unit tests."""

import fcntl
import json
import os
import pty
import select
import shutil
import signal
import subprocess
import termios
import time
import unittest

from cases.vars import GIT, VarsTest
from harness import SETUP

SOPS = os.environ.get("FLEETD_TEST_SOPS") or shutil.which("sops")
LETTERS = b"correct horse"


@unittest.skipUnless(shutil.which("age-keygen"), "age-keygen is not installed")
class SecretsTest(VarsTest):
    def place(self, git=False):
        """A fleet with ada's key, and nothing else in sops/."""
        fleet = self.yard(key=False)
        if git:
            self.git(fleet, "init", "-q")
            self.git(fleet, "add", "-A")
            self.git(fleet, "commit", "-qm", "first")
        self.expect(self.vars(fleet, "keygen", "--user", "ada"), 0)
        return fleet

    def git(self, fleet, *args):
        return subprocess.run(["git", "-C", str(fleet.root), *args], env=fleet.environment(GIT), capture_output=True, text=True, check=True).stdout

    def secrets(self, fleet, *args, env=None, **options):
        return fleet.run("secrets", *args, env={**GIT, **(env or {})}, **options)

    def ok(self, fleet, *args, **options):
        return self.expect(self.secrets(fleet, *args, **options), 0)

    def key(self, fleet, name):
        """A key of somebody else: the file and its public half."""
        path = fleet.base / f"{name}.txt"
        subprocess.run(["age-keygen", "-o", str(path)], capture_output=True, check=True)
        return path, subprocess.run(["age-keygen", "-y", str(path)], capture_output=True, check=True, text=True).stdout.strip()

    def path(self, fleet, name):
        return fleet.root / "sops/secrets" / name / "secret"

    def recipients(self, fleet, name):
        return {k["recipient"] for k in json.loads(self.path(fleet, name).read_text())["sops"]["age"]}

    def read(self, fleet, name, key=None):
        env = {"SOPS_AGE_KEY_FILE": str(key)} if key else {}
        return self.ok(fleet, "get", name, env=env).out_bytes

    def ada(self, fleet):
        return json.loads((fleet.root / "sops/users/ada/key.json").read_text())[0]["publickey"]


class Values(SecretsTest):
    def test_set_get_list_rename_remove(self):
        fleet = self.place()
        self.ok(fleet, "set", "mail", stdin=LETTERS)
        self.assertEqual(self.read(fleet, "mail"), LETTERS)
        self.assertEqual(self.secrets(fleet, "list", "--json").json(), [{"name": "mail", "users": ["ada"], "machines": [], "groups": []}])
        self.ok(fleet, "set", "other", stdin=b"x")
        self.assertEqual([s["name"] for s in self.secrets(fleet, "list", "ai", "--json").json()], ["mail"])
        self.ok(fleet, "rename", "mail", "post")
        self.assertEqual(self.read(fleet, "post"), LETTERS)
        self.expect(self.secrets(fleet, "rename", "post", "other"), 1, err=["VARS82"])
        self.ok(fleet, "remove", "post")
        self.expect(self.secrets(fleet, "get", "post"), 1, err=["VARS81", "no secret `post`"])
        self.assertFalse((fleet.root / "sops/secrets/post").exists())

    def test_words_that_are_wrong(self):
        fleet = self.place()
        self.ok(fleet, "set", "mail", stdin=LETTERS)
        for words, code, texts in [
            (["gte", "mail"], 2, ["unknown verb", "did you mean `get`?"]),
            (["get"], 2, ["fleetd secrets get NAME"]),
            (["get", "mial"], 1, ["VARS81", "did you mean `mail`?"]),
            (["set", "../x"], 2, ["VARS80"]),
            (["set", ".x"], 2, ["VARS80"]),
            (["set", "x", "--user", "adda"], 1, ["VARS81", "did you mean `ada`?"]),
            (["users", "ad", "x"], 2, ["VARS85", "add-key"]),
            (["users", "add", "Bob", "--age-key", "age1x"], 2, ["VARS80"]),
            (["users", "add", "bob"], 2, ["--age-key"]),
            (["users", "add", "bob", "--age-key", "age1x"], 1, ["AGE02"]),
            (["users", "remove", "bob"], 1, ["VARS81"]),
            (["groups", "create", "admins"], 2, ["--user NAME"]),
            (["groups", "add-user", "admins", "bob"], 1, ["VARS81", "no user `bob`"]),
            (["groups", "remove", "admins"], 1, ["VARS81"]),
            (["who", "nobody"], 1, ["VARS81", "no secret, user, machine or group"]),
        ]:
            with self.subTest(words=words):
                self.expect(self.secrets(fleet, *words, stdin=b"x"), code, err=texts)
        for words in (["secrets", "get", b"\xff"], ["secrets", "import-sops", b"\xff.yaml"], ["vars", "get", "barn", b"\xff"]):
            self.expect(fleet.run(*words), 2, err=["FL0903", "is not UTF-8"])
        self.assertEqual(sorted(os.listdir(fleet.root / "sops/users")), ["ada"])
        self.assertFalse((fleet.root / "sops/groups").exists())

    def test_an_empty_value_is_no_value(self):
        fleet = self.place()
        self.ok(fleet, "set", "mail", stdin=LETTERS)
        self.expect(self.secrets(fleet, "set", "mail", stdin=b""), 1, err=["VARS87"])
        self.assertEqual(self.read(fleet, "mail"), LETTERS)

    def test_a_secret_key_is_not_taken_for_a_public_one(self):
        fleet = self.place()
        path, _ = self.key(fleet, "bob")
        private = [line for line in path.read_text().splitlines() if line.startswith("AGE-SECRET")][0]
        done = self.expect(self.secrets(fleet, "users", "add", "bob", "--age-key", private), 2, err=["VARS86"])
        self.assertNotIn(private[20:40], done.err)

    def test_a_machine_gets_its_key_with_its_first_secret(self):
        fleet = self.place(git=True)
        done = self.ok(fleet, "set", "mail", "--machine", "barn", stdin=LETTERS)
        self.assertIn("made a key for barn", done.err)
        machine = json.loads((fleet.root / "sops/machines/barn/key.json").read_text())[0]["publickey"]
        self.assertEqual(self.recipients(fleet, "mail"), {self.ada(fleet), machine})
        key = fleet.base / "barn.txt"
        key.write_bytes(self.read(fleet, "barn-age.key"))
        self.assertEqual(self.read(fleet, "mail", key), LETTERS)
        self.ok(fleet, "set", "other", stdin=b"x")
        self.assertIn("made a key for silo", self.ok(fleet, "machines", "add-secret", "silo", "other").err)
        self.expect(self.secrets(fleet, "set", "x", "--machine", "bran", stdin=b"x"), 1, err=["VARS81", "did you mean `barn`?"])
        self.assertEqual(self.git(fleet, "status", "--short"), "")
        self.assertEqual(sorted(os.listdir(fleet.root / "sops/machines")), ["barn", "silo"])

    def test_setting_again_keeps_readers(self):
        fleet = self.place()
        _, bob = self.key(fleet, "bob")
        self.ok(fleet, "users", "add", "bob", "--age-key", bob)
        self.ok(fleet, "set", "mail", "--user", "bob", stdin=LETTERS)
        self.ok(fleet, "set", "mail", stdin=b"new")
        self.assertEqual(self.recipients(fleet, "mail"), {self.ada(fleet), bob})

    def test_what_generators_made_has_readers_too(self):
        fleet = self.place()
        self.expect(self.vars(fleet, "generate", "barn", "-g", "token"), 0)
        path, bob = self.key(fleet, "bob")
        self.ok(fleet, "users", "add", "bob", "--age-key", bob)
        name = "vars/per-machine/barn/token/token"
        self.ok(fleet, "users", "add-secret", "bob", name)
        first = self.read(fleet, "per-machine/barn/token/token", path)
        self.assertEqual(first, self.value(fleet, "barn", "token/token"))
        # Setting it keeps him as a reader.
        self.expect(self.vars(fleet, "set", "barn", "token/token", stdin=b"other"), 0)
        self.assertEqual(self.read(fleet, name, path), b"other")
        self.expect(self.secrets(fleet, "remove", name), 2, err=["VARS80", "prune"])
        self.expect(self.secrets(fleet, "remove", "barn-age.key"), 1, err=["VARS82", "rotate barn"])


class People(SecretsTest):
    def test_they_come_and_go(self):
        fleet = self.place()
        self.ok(fleet, "set", "mail", stdin=LETTERS)
        self.ok(fleet, "set", "untouched", stdin=b"x")
        untouched = self.path(fleet, "untouched").read_bytes()
        path, bob = self.key(fleet, "bob")
        self.ok(fleet, "users", "add", "bob", "--age-key", bob)
        self.expect(self.secrets(fleet, "users", "add", "bob", "--age-key", bob), 1, err=["VARS82"])
        self.expect(self.secrets(fleet, "get", "mail", env={"SOPS_AGE_KEY_FILE": str(path)}), 1, err=["AGE06"])
        self.ok(fleet, "users", "add-secret", "bob", "mail")
        self.assertEqual(os.readlink(fleet.root / "sops/secrets/mail/users/bob"), "../../../users/bob")
        self.assertEqual(self.read(fleet, "mail", path), LETTERS)
        second, more = self.key(fleet, "more")
        self.ok(fleet, "users", "add-key", "bob", "--age-key", more)
        self.assertEqual(self.read(fleet, "mail", second), LETTERS)
        self.assertEqual(self.secrets(fleet, "users", "get", "bob").json(), {"name": "bob", "keys": sorted([bob, more]), "groups": []})
        self.ok(fleet, "users", "remove-key", "bob", "--age-key", bob)
        self.assertEqual(self.recipients(fleet, "mail"), {self.ada(fleet), more})
        self.expect(self.secrets(fleet, "users", "remove-key", "bob", "--age-key", more), 1, err=["VARS83"])
        self.expect(self.secrets(fleet, "users", "remove-key", "bob", "--age-key", bob), 1, err=["VARS81", "no such key"])
        self.ok(fleet, "users", "remove-secret", "bob", "mail")
        self.assertEqual(self.recipients(fleet, "mail"), {self.ada(fleet)})
        self.expect(self.secrets(fleet, "users", "remove-secret", "bob", "mail"), 1, err=["VARS81", "no link"])
        self.expect(self.secrets(fleet, "users", "remove-secret", "ada", "mail"), 1, err=["VARS83", "mail"])
        self.ok(fleet, "users", "add-secret", "bob", "mail")
        self.ok(fleet, "users", "remove", "bob")
        self.assertEqual(self.recipients(fleet, "mail"), {self.ada(fleet)})
        self.assertFalse((fleet.root / "sops/users/bob").exists())
        self.assertEqual(self.path(fleet, "untouched").read_bytes(), untouched)
        self.expect(self.secrets(fleet, "users", "remove", "ada"), 1, err=["VARS83"])

    def test_groups(self):
        fleet = self.place()
        path, bob = self.key(fleet, "bob")
        self.ok(fleet, "users", "add", "bob", "--age-key", bob)
        self.ok(fleet, "groups", "create", "admins", "--user", "ada")
        self.ok(fleet, "set", "mail", "--group", "admins", stdin=LETTERS)
        self.expect(self.secrets(fleet, "get", "mail", env={"SOPS_AGE_KEY_FILE": str(path)}), 1, err=["AGE06"])
        self.ok(fleet, "groups", "add-user", "admins", "bob")
        self.assertEqual(self.read(fleet, "mail", path), LETTERS)
        _, web = self.key(fleet, "web")
        self.ok(fleet, "machines", "add", "web", "--age-key", web)
        self.ok(fleet, "groups", "add-machine", "admins", "web")
        self.assertEqual(self.secrets(fleet, "groups", "get", "admins").json(), {"name": "admins", "users": ["ada", "bob"], "machines": ["web"]})
        self.assertIn(web, self.recipients(fleet, "mail"))
        self.ok(fleet, "groups", "remove-machine", "admins", "web")
        self.ok(fleet, "groups", "remove-user", "admins", "bob")
        self.assertEqual(self.recipients(fleet, "mail"), {self.ada(fleet)})
        # The last one takes the group along, and its links.
        self.ok(fleet, "groups", "remove-user", "admins", "ada")
        self.assertFalse((fleet.root / "sops/groups/admins").exists())
        self.assertEqual(self.secrets(fleet, "list", "--json").json()[0]["groups"], [])
        self.ok(fleet, "groups", "add-user", "crew", "bob")
        self.ok(fleet, "groups", "add-secret", "crew", "mail")
        self.assertEqual(self.read(fleet, "mail", path), LETTERS)
        self.ok(fleet, "groups", "remove-secret", "crew", "mail")
        self.assertEqual(self.recipients(fleet, "mail"), {self.ada(fleet)})
        self.ok(fleet, "groups", "add-secret", "crew", "mail")
        self.ok(fleet, "users", "remove", "bob")
        self.assertFalse((fleet.root / "sops/groups/crew").exists())
        self.assertEqual(self.recipients(fleet, "mail"), {self.ada(fleet)})

    def test_what_cannot_be_read_is_not_changed(self):
        fleet = self.place()
        path, bob = self.key(fleet, "bob")
        env = {"SOPS_AGE_KEY_FILE": str(path)}
        self.ok(fleet, "users", "add", "bob", "--age-key", bob)
        self.ok(fleet, "set", "his", stdin=LETTERS, env=env)
        _, more = self.key(fleet, "more")
        before = (fleet.root / "sops/users/bob/key.json").read_bytes()
        self.expect(self.secrets(fleet, "users", "add-key", "bob", "--age-key", more), 1, err=["VARS84", "sops/secrets/his"])
        self.assertEqual((fleet.root / "sops/users/bob/key.json").read_bytes(), before)
        self.ok(fleet, "users", "add-key", "bob", "--age-key", more, env=env)
        self.assertEqual(self.recipients(fleet, "his"), {bob, more})

    def test_without_an_own_key(self):
        fleet = self.place()
        self.ok(fleet, "set", "mail", stdin=LETTERS)
        (fleet.home / ".config/sops/age/keys.txt").unlink()
        self.expect(self.secrets(fleet, "get", "mail"), 1, err=["VARS32"])
        self.expect(self.secrets(fleet, "set", "mail", stdin=b"x"), 1, err=["VARS32"])
        self.assertEqual(self.secrets(fleet, "who", "mail", "--json").json()["readers"][0]["name"], "ada")

    def test_a_foreign_kind_of_key_stays(self):
        fleet = self.place()
        self.ok(fleet, "set", "mail", stdin=LETTERS)
        text = json.loads((fleet.root / "sops/users/ada/key.json").read_text())
        _, more = self.key(fleet, "more")
        self.ok(fleet, "users", "add-key", "ada", more)
        self.assertEqual(json.loads((fleet.root / "sops/users/ada/key.json").read_text()), text + [{"publickey": more, "type": "age"}])


class Audit(SecretsTest):
    def test_who(self):
        fleet = self.place()
        _, bob = self.key(fleet, "bob")
        self.ok(fleet, "users", "add", "bob", "--age-key", bob)
        self.ok(fleet, "groups", "create", "admins", "--user", "bob")
        self.ok(fleet, "set", "mail", "--group", "admins", stdin=LETTERS)
        ada = {"kind": "user", "name": "ada", "via": ["users/ada"], "keys": [self.ada(fleet)], "opens": True}
        him = {"kind": "user", "name": "bob", "via": ["groups/admins"], "keys": [bob], "opens": True}
        self.assertEqual(self.secrets(fleet, "who", "mail", "--json").json(), {"secret": "mail", "readers": [ada, him], "unknownKeys": []})
        self.assertEqual(self.secrets(fleet, "who", "bob", "--json").json(), [{"secret": "mail", "via": ["groups/admins"], "opens": True}])
        self.assertEqual(self.secrets(fleet, "who", "group:admins", "--json").json(), [{"secret": "mail", "via": ["groups/admins"], "opens": True}])
        self.expect(self.secrets(fleet, "who", "mail"), 0, out=["groups/admins", "bob"])
        self.expect(self.secrets(fleet, "who"), 0, out=["ada, bob"])

    def test_findings(self):
        fleet = self.place()
        _, bob = self.key(fleet, "bob")
        self.ok(fleet, "users", "add", "bob", "--age-key", bob)
        self.ok(fleet, "set", "mail", stdin=LETTERS)
        (fleet.root / "sops/secrets/mail/users/bob").symlink_to("../../../users/bob")
        self.expect(self.secrets(fleet, "who", "mail"), 1, out=["not yet"], err=["FL0720", "not encrypted for the user bob yet"])
        self.ok(fleet, "key", "update")
        self.expect(self.secrets(fleet, "who"), 0)
        (fleet.root / "sops/secrets/mail/users/bob").unlink()
        self.expect(self.secrets(fleet, "who"), 1, err=["the user bob can read it, though no link lets it"])
        shutil.rmtree(fleet.root / "sops/users/bob")
        self.expect(self.secrets(fleet, "who", "mail"), 1, err=["a key of nobody: " + bob])
        self.ok(fleet, "key", "update")
        self.assertEqual(self.recipients(fleet, "mail"), {self.ada(fleet)})

    def test_one_name_for_two(self):
        fleet = self.place()
        self.ok(fleet, "set", "ada", stdin=LETTERS)
        self.expect(self.secrets(fleet, "who", "ada"), 2, err=["user:ada", "secret:ada"])
        self.ok(fleet, "who", "user:ada")
        self.ok(fleet, "who", "secret:ada")


class Rotation(SecretsTest):
    def test_own_key(self):
        fleet = self.place()
        self.ok(fleet, "set", "mail", stdin=LETTERS)
        self.expect(self.vars(fleet, "generate"), 0)
        token = self.value(fleet, "barn", "token/token")
        old = self.ada(fleet)
        self.ok(fleet, "users", "rotate", "ada")
        new = self.ada(fleet)
        self.assertNotEqual(old, new)
        self.assertEqual(self.recipients(fleet, "mail"), {new})
        self.assertEqual(self.read(fleet, "mail"), LETTERS)
        self.assertEqual(self.value(fleet, "barn", "token/token"), token)
        self.expect(self.vars(fleet, "check"), 0)
        keys = fleet.home / ".config/sops/age/keys.txt"
        self.assertEqual(keys.stat().st_mode & 0o777, 0o600)
        self.assertEqual(keys.read_text().count("AGE-SECRET-KEY-1"), 2)
        shown = self.secrets(fleet, "key", "show").json()
        self.assertEqual([(k["publicKey"], k["users"]) for k in shown], [(new, ["ada"]), (old, [])])
        self.ok(fleet, "users", "rotate", "ada")
        self.assertNotIn(self.ada(fleet), [old, new])

    def test_key_of_somebody_else(self):
        fleet = self.place()
        path, bob = self.key(fleet, "bob")
        self.ok(fleet, "users", "add", "bob", "--age-key", bob)
        self.ok(fleet, "set", "mail", "--user", "bob", stdin=LETTERS)
        self.expect(self.secrets(fleet, "users", "rotate", "bob"), 2, err=["VARS86", "--age-key"])
        new, public = self.key(fleet, "new")
        self.ok(fleet, "users", "rotate", "bob", "--age-key", public)
        self.assertEqual(self.read(fleet, "mail", new), LETTERS)
        self.expect(self.secrets(fleet, "get", "mail", env={"SOPS_AGE_KEY_FILE": str(path)}), 1, err=["AGE06"])

    def test_key_of_a_machine(self):
        fleet = self.place()
        self.expect(self.vars(fleet, "generate"), 0)
        token = self.value(fleet, "barn", "token/token")
        public = fleet.root / "sops/machines/barn/key.json"
        old = json.loads(public.read_text())[0]["publickey"]
        self.ok(fleet, "machines", "rotate", "barn")
        new = json.loads(public.read_text())[0]["publickey"]
        self.assertNotEqual(old, new)
        keys = self.read(fleet, "barn-age.key").decode()
        made = subprocess.run(["age-keygen", "-y"], input=keys, capture_output=True, text=True, check=True).stdout.split()
        self.assertEqual(made, [new, old])
        self.expect(self.vars(fleet, "check"), 0)
        self.assertEqual(self.value(fleet, "barn", "token/token"), token)
        secret = json.loads((fleet.root / "vars/per-machine/barn/token/token/secret").read_text())
        self.assertEqual({k["recipient"] for k in secret["sops"]["age"]}, {new, self.ada(fleet)})
        self.ok(fleet, "machines", "rotate", "barn")
        self.assertEqual(self.read(fleet, "barn-age.key").decode().count("AGE-SECRET-KEY-1"), 2)


class Git(SecretsTest):
    def test_exactly_what_was_touched(self):
        fleet = self.place(git=True)
        fleet.write("loose.txt", "not yours\n")
        _, bob = self.key(fleet, "bob")
        self.ok(fleet, "set", "mail", stdin=LETTERS)
        self.ok(fleet, "users", "add", "bob", "--age-key", bob)
        self.ok(fleet, "groups", "create", "admins", "--user", "bob")
        self.ok(fleet, "groups", "add-secret", "admins", "mail")
        self.ok(fleet, "rename", "mail", "post")
        self.ok(fleet, "users", "remove", "bob")
        self.ok(fleet, "users", "rotate", "ada")
        self.ok(fleet, "remove", "post")
        self.assertEqual(self.git(fleet, "status", "--short"), "?? loose.txt\n")
        self.assertEqual(
            self.git(fleet, "log", "--format=%s").split("\n")[:3],
            ["secrets: remove post", "secrets: users rotate ada", "secrets: users remove bob"],
        )

    def test_no_commit(self):
        fleet = self.place(git=True)
        self.ok(fleet, "set", "mail", "--no-commit", stdin=LETTERS)
        self.assertIn("sops/secrets/mail/secret", self.git(fleet, "status", "--short", "-uall"))
        self.assertEqual(self.git(fleet, "log", "--format=%s").split("\n")[0], "secrets: add user ada")


class Faults(SecretsTest):
    def test_two_runs_at_once(self):
        fleet = self.place()
        self.ok(fleet, "set", "mail", stdin=LETTERS)
        held = os.open(fleet.root, os.O_RDONLY)
        fcntl.flock(held, fcntl.LOCK_EX)
        self.expect(self.secrets(fleet, "set", "mail", stdin=b"x"), 1, err=["VARS63"])
        self.expect(self.secrets(fleet, "users", "rotate", "ada"), 1, err=["VARS63"])
        self.assertEqual(self.read(fleet, "mail"), LETTERS)
        os.close(held)
        self.ok(fleet, "set", "mail", stdin=b"x")

    def test_damage(self):
        fleet = self.place()
        self.ok(fleet, "set", "mail", stdin=LETTERS)
        self.ok(fleet, "set", "other", stdin=b"x")
        _, bob = self.key(fleet, "bob")
        self.ok(fleet, "users", "add", "bob", "--age-key", bob)
        good = self.path(fleet, "mail").read_bytes()
        self.path(fleet, "mail").write_bytes(good[: len(good) // 2])
        self.expect(self.secrets(fleet, "who"), 1, out=["other"], err=["sops/secrets/mail"])
        self.expect(self.secrets(fleet, "key", "update"), 1, err=["sops/secrets/mail"])
        self.path(fleet, "mail").write_bytes(good)
        links = fleet.root / "sops/secrets/mail/users"
        shutil.rmtree(links)
        links.symlink_to("users")
        self.expect(self.secrets(fleet, "who", "mail"), 1, err=["VARS30", "cannot read"])
        self.expect(self.secrets(fleet, "users", "add-secret", "bob", "mail"), 1, err=["VARS30"])
        self.assertEqual(self.path(fleet, "mail").read_bytes(), good)

    def at_a_terminal(self, fleet, act):
        """Runs `secrets set mail` on a terminal, acts when it asks, and returns the echo flag before and after and the exit status."""
        main, side = pty.openpty()
        before = termios.tcgetattr(side)[3] & termios.ECHO

        def session():
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        child = subprocess.Popen([SETUP.binary, "secrets", "set", "mail"], cwd=fleet.root, env=fleet.environment(GIT), stdin=side, stdout=side, stderr=side, preexec_fn=session)
        shown, end = b"", time.time() + 60
        while b"Ctrl-D" not in shown and time.time() < end:
            if select.select([main], [], [], 1)[0]:
                shown += os.read(main, 4096)
        while termios.tcgetattr(side)[3] & termios.ECHO and time.time() < end:
            time.sleep(0.01)
        hidden = not termios.tcgetattr(side)[3] & termios.ECHO
        act(child, main)
        status = child.wait(timeout=60)
        after = termios.tcgetattr(side)[3] & termios.ECHO
        os.close(main)
        os.close(side)
        self.assertTrue(hidden)
        return before, after, status

    def test_a_terminal_shows_again_what_is_typed(self):
        fleet = self.place()
        for number in [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]:
            before, after, status = self.at_a_terminal(fleet, lambda child, main, number=number: child.send_signal(number))
            self.assertEqual((after, status), (before, -number))
        before, after, status = self.at_a_terminal(fleet, lambda child, main: os.write(main, b"\x03"))
        self.assertEqual((after, status), (before, 1))
        self.assertFalse((fleet.root / "sops/secrets").exists())


@unittest.skipUnless(SOPS, "sops is not installed: put it on the path or name it in FLEETD_TEST_SOPS")
class WithSops(SecretsTest):
    def sops(self, fleet, *args, stdin=b""):
        keys = fleet.home / ".config/sops/age/keys.txt"
        done = subprocess.run([SOPS, *args], input=stdin, capture_output=True, env=fleet.environment({"SOPS_AGE_KEY_FILE": str(keys)}), check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_both_directions(self):
        fleet = self.place()
        self.ok(fleet, "set", "mail", stdin=b"bytes \x00\xff\n")
        decrypt = ["--decrypt", "--input-type", "json", "--output-type", "binary"]
        self.assertEqual(self.sops(fleet, *decrypt, str(self.path(fleet, "mail"))), b"bytes \x00\xff\n")
        (fleet.base / "plain").write_bytes(LETTERS)
        made = self.sops(fleet, "--encrypt", "--age", self.ada(fleet), "--input-type", "binary", "--output-type", "json", str(fleet.base / "plain"))
        self.path(fleet, "mail").write_bytes(made)
        self.assertEqual(self.read(fleet, "mail"), LETTERS)
        self.ok(fleet, "users", "rotate", "ada")
        self.assertEqual(self.sops(fleet, *decrypt, str(self.path(fleet, "mail"))), LETTERS)
