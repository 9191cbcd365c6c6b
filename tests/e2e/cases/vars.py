"""Generated values and secrets: from no key at all to machines that can read theirs, with the real age as the other side; what is
wrong with keys, files and declarations; and that no secret is anywhere but where it belongs."""

import fcntl
import json
import os
import pty
import select
import shutil
import signal
import subprocess
import time
import unittest

from harness import SETUP, FleetTest

FLAKE = """{ outputs = { clan-core, self, ... }: clan-core.lib.clan { inherit self; imports = [ ./clan.nix ]; };
  inputs.clan-core.url = "https://git.clan.lol/clan/clan-core/archive/main.tar.gz"; }
"""
CLAN = """{
  meta.name = "yard";
  meta.domain = "yard.example.org";
  inventory.machines.barn.tags = [ "server" ];
  inventory.machines.silo.tags = [ "server" ];
  inventory.instances.sshd.roles.server.tags.server = { };
  machines.barn.imports = [ ./machines.nix ];
  machines.silo.imports = [ ./machines.nix ];
}
"""
TOKEN = """{
  nixpkgs.hostPlatform = "x86_64-linux";
  clan.core.vars.generators.token = { files.token = { }; builtin = { generator = "random"; file = "token"; }; };
  clan.core.vars.generators.both = { share = true; files.key = { }; builtin = { generator = "random"; file = "key"; form = "hex"; }; };
}
"""
GIT = {
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
}


class VarsTest(FleetTest):
    def yard(self, machines=TOKEN, clan=CLAN, key=True):
        fleet = self.fleet(files={"flake.nix": FLAKE, "clan.nix": clan, "machines.nix": machines})
        if key:
            self.expect(self.vars(fleet, "keygen", "--user", "ada"), 0)
        return fleet

    def vars(self, fleet, *args, env=None, **options):
        return fleet.run("vars", *args, env={**GIT, **(env or {})}, **options)

    def value(self, fleet, machine, name):
        return self.expect(self.vars(fleet, "get", machine, name), 0).out_bytes


class Values(VarsTest):
    def test_from_nothing(self):
        fleet = self.yard(key=False)
        refused = self.expect(self.vars(fleet, "generate"), 1, err=["VARS32", "fleetd vars keygen"])
        self.assertFalse((fleet.root / "vars").exists(), refused.err)
        made = self.expect(self.vars(fleet, "keygen", "--user", "ada"), 0)
        self.assertTrue(made.out.startswith("age1"))
        key = fleet.home / ".config/sops/age/keys.txt"
        self.assertEqual(key.stat().st_mode & 0o777, 0o600)
        self.assertEqual(json.loads((fleet.root / "sops/users/ada/key.json").read_text()), [{"publickey": made.out.strip(), "type": "age"}])
        again = self.expect(self.vars(fleet, "keygen", "--user", "ada"), 0)
        self.assertEqual(again.out, made.out)
        self.expect(self.vars(fleet, "check"), 1, err=["missing secret token"])
        self.expect(self.vars(fleet, "generate"), 0, err=["made shared/both", "made per-machine/barn/openssh-cert"])
        self.expect(self.vars(fleet, "check"), 0, err=["all variables are there"])
        self.expect(self.vars(fleet, "generate"), 0, err=["nothing is missing"])

    def test_values_are_kept_until_they_are_asked_for_anew(self):
        fleet = self.yard()
        self.expect(self.vars(fleet, "generate"), 0)
        first = self.value(fleet, "barn", "token/token")
        self.assertEqual(len(first), 32)
        self.assertNotEqual(first, self.value(fleet, "silo", "token/token"))
        self.assertEqual(self.value(fleet, "barn", "both/key"), self.value(fleet, "silo", "both/key"))
        self.expect(self.vars(fleet, "generate", "--regenerate", "-g", "token", "barn"), 0, err=["made per-machine/barn/token"])
        self.assertNotEqual(first, self.value(fleet, "barn", "token/token"))

    def test_dependents_follow(self):
        fleet = self.yard()
        self.expect(self.vars(fleet, "generate"), 0)
        done = self.expect(self.vars(fleet, "generate", "-r", "-g", "openssh", "barn"), 0)
        self.assertEqual(done.err.split("\n")[:2], ["made per-machine/barn/openssh", "made per-machine/barn/openssh-cert"])

    def test_dependents_on_other_machines_follow_in_the_same_order_every_time(self):
        fleet = self.yard()
        self.expect(self.vars(fleet, "generate"), 0)
        lines = [self.expect(self.vars(fleet, "generate", "-r", "-g", "openssh-ca", "barn"), 0).err for _ in range(3)]
        self.assertEqual(lines[0].split("\n")[:3], ["made shared/openssh-ca", "made per-machine/barn/openssh-cert", "made per-machine/silo/openssh-cert"])
        self.assertEqual(len(set(lines)), 1)

    def test_nothing_is_made_or_changed_by_other_commands(self):
        fleet = self.yard()

        def tree():
            return {str(p): p.read_bytes() for p in sorted(fleet.root.rglob("*")) if p.is_file()}

        before = tree()
        commands = [("vars", "check"), ("vars", "list", "--json"), ("vars", "fix"), ("vars", "prune"), ("vars", "get", "barn", "token/token"), ("secrets", "who"),
                    ("secrets", "list"), ("check",), ("show", "barn", "--json"), ("render", "--out", str(fleet.base / "out")), ("plan",),
                    ("vars", "generate", "-g", "nobody")]  # fmt: skip
        for words in commands:
            fleet.run(*words, env=GIT)
            self.assertEqual(tree(), before, words)
        # Nor when values are there, and everything that could be a reason to make them anew but is none.
        self.expect(self.vars(fleet, "generate"), 0)
        before = tree()
        for words in commands:
            fleet.run(*words, env=GIT)
            self.assertEqual(tree(), before, words)

    def test_a_changed_validation_makes_anew(self):
        fleet = self.yard()
        self.expect(self.vars(fleet, "generate"), 0)
        fleet.write("clan.nix", CLAN.replace('meta.domain = "yard.example.org"', 'meta.domain = "other.example.org"'))
        self.expect(self.vars(fleet, "check"), 1, err=["openssh-cert: changed validation"])
        done = self.expect(self.vars(fleet, "generate"), 0)
        self.assertEqual(sorted(done.err.split()), sorted("made per-machine/barn/openssh-cert made per-machine/silo/openssh-cert".split()))

    def test_changed_parameters_make_anew(self):
        fleet = self.yard()
        self.expect(self.vars(fleet, "generate"), 0)
        both = self.value(fleet, "barn", "both/key")
        fleet.write("machines.nix", TOKEN.replace('file = "token"; }', 'file = "token"; length = 40; }'))
        self.expect(self.vars(fleet, "check", "barn"), 1, err=["per-machine/barn/token: changed parameters"])
        self.expect(self.vars(fleet, "generate"), 0, err=["made per-machine/barn/token", "made per-machine/silo/token"])
        self.assertEqual(len(self.value(fleet, "barn", "token/token")), 40)
        self.assertEqual(self.value(fleet, "barn", "both/key"), both)
        # Of values that something else made it is not known how.
        (fleet.root / "vars/shared/both/.definition-hash").unlink()
        fleet.write("machines.nix", TOKEN.replace('form = "hex"', 'form = "base64"'))
        self.expect(self.vars(fleet, "check", "-g", "both"), 0)

    def test_set_and_get(self):
        fleet = self.yard()
        secret = b"bytes \x00\xff of any kind\n"
        self.expect(self.vars(fleet, "set", "barn", "token/token", stdin=secret), 0)
        self.assertEqual(self.value(fleet, "barn", "token/token"), secret)
        self.expect(self.vars(fleet, "get", "silo", "token/token"), 1, err=["no value yet"])
        self.expect(self.vars(fleet, "get", "barn", "token"), 1, err=["VARS60", "did you mean token/token?"])
        self.expect(self.vars(fleet, "get", "bran", "token/token"), 2, err=["did you mean `barn`?"])

    def test_list(self):
        fleet = self.yard()
        self.expect(self.vars(fleet, "list", "barn"), 0, out=["token/token", "<not set>"])
        self.expect(self.vars(fleet, "generate"), 0)
        self.expect(self.vars(fleet, "list", "barn"), 0, out=["********", "ssh-ed25519 AAAA"])
        entries = {e["id"]: e for e in self.vars(fleet, "list", "barn", "--json").json()}
        self.assertEqual(entries["token/token"], {"deploy": True, "exists": True, "id": "token/token", "place": "per-machine/barn/token", "secret": True})
        self.assertTrue(entries["openssh/ssh.id_ed25519.pub"]["value"].startswith("ssh-ed25519 "))
        # Neither needs a key: nothing is decrypted.
        nobody = {"SOPS_AGE_KEY_FILE": str(fleet.base / "none")}
        self.expect(self.vars(fleet, "get", "barn", "token/token", env=nobody), 1, err=["VARS32"])
        self.expect(self.vars(fleet, "list", env=nobody), 0, out=["********"])
        self.expect(self.vars(fleet, "check", env=nobody), 0)

    def test_configurations_see_public_values(self):
        fleet = self.yard()
        self.expect(self.vars(fleet, "generate"), 0)
        key = self.value(fleet, "barn", "openssh-ca/id_ed25519.pub").decode()
        shown = self.expect(fleet.run("show", "barn", "programs.ssh.knownHosts.ssh-ca.publicKey", "--json"), 0)
        self.assertEqual(shown.json(), key)
        shown = self.expect(fleet.run("show", "barn", "services.openssh.settings.HostCertificate", "--json"), 0)
        self.assertTrue(shown.json().endswith("vars/per-machine/barn/openssh-cert/ssh.id_ed25519-cert.pub/value"))

    def test_configurations_know_secrets_by_their_place_only(self):
        fleet = self.yard()
        where = "/run/secrets/vars/per-machine/barn/token/token"
        asked = "config.clan.core.vars.generators.token.files.token"
        uses = TOKEN.replace("{\n", f'{{ config, ... }}: {{\n  environment.etc.a.source = {asked}.path;\n  environment.etc.b.text = {asked}.value;\n', 1)
        for there in (False, True):
            if there:
                self.expect(self.vars(fleet, "generate"), 0)
            token = self.expect(fleet.run("show", "barn", "clan.core.vars.generators.token.files.token", "--json"), 0).json()
            self.assertEqual((token["path"], token["exists"], token.get("value")), (where, False, None))
            self.assertTrue(token["flakePath"].endswith("vars/per-machine/barn/token/token/secret"))
        secret = self.value(fleet, "barn", "token/token").decode()
        fleet.write("machines.nix", uses)
        shown = self.expect(fleet.run("show", "barn", "environment.etc", "--json"), 0)
        self.assertEqual(shown.json()["a"], {"source": where})
        self.assertNotIn(secret, shown.out + self.expect(fleet.run("show", "barn", "--json"), 0).out)


class Keys(VarsTest):
    def age(self, fleet, identity, text):
        key = fleet.base / "identity"
        key.write_text(identity)
        return subprocess.run(["age", "-d", "-i", str(key)], input=text.encode(), capture_output=True, check=True).stdout

    @unittest.skipUnless(shutil.which("age"), "age is not installed")
    def test_machines_can_read_what_is_theirs(self):
        fleet = self.yard()
        self.expect(self.vars(fleet, "generate"), 0)
        secret = json.loads((fleet.root / "sops/secrets/barn-age.key/secret").read_text())
        own = (fleet.home / ".config/sops/age/keys.txt").read_text()
        self.assertEqual(len(self.age(fleet, own, secret["sops"]["age"][0]["enc"])), 32)  # the data key
        token = json.loads((fleet.root / "vars/per-machine/barn/token/token/secret").read_text())
        recipients = {k["recipient"] for k in token["sops"]["age"]}
        machine = json.loads((fleet.root / "sops/machines/barn/key.json").read_text())[0]["publickey"]
        user = json.loads((fleet.root / "sops/users/ada/key.json").read_text())[0]["publickey"]
        self.assertEqual(recipients, {machine, user})
        links = fleet.root / "vars/per-machine/barn/token/token"
        self.assertEqual(os.readlink(links / "machines/barn"), "../../../../../../sops/machines/barn")
        self.assertEqual(os.readlink(links / "users/ada"), "../../../../../../sops/users/ada")

    @unittest.skipUnless(shutil.which("age-keygen"), "age-keygen is not installed")
    def test_somebody_new(self):
        fleet = self.yard()
        self.expect(self.vars(fleet, "generate"), 0)
        first = self.value(fleet, "barn", "token/token")
        other = fleet.base / "bob.txt"
        subprocess.run(["age-keygen", "-o", str(other)], capture_output=True, check=True)
        bob = {"SOPS_AGE_KEY_FILE": str(other)}
        self.expect(self.vars(fleet, "get", "barn", "token/token", env=bob), 1, err=["AGE06"])
        self.expect(self.vars(fleet, "set", "barn", "token/token", env=bob, stdin=b"x"), 1, err=["VARS34"])
        self.expect(self.vars(fleet, "keygen", "--user", "ada", env=bob), 1, err=["VARS36"])
        self.expect(self.vars(fleet, "keygen", "--user", "bob", env=bob), 0)
        # Ada lets him in, by a link beside the secret.
        links = fleet.root / "vars/per-machine/barn/token/token/users"
        (links / "bob").symlink_to("../../../../../../sops/users/bob")
        self.expect(self.vars(fleet, "check", "barn"), 1, err=["not encrypted for those"])
        self.expect(self.vars(fleet, "fix", "barn"), 0, err=["1 encrypted again"])
        self.expect(self.vars(fleet, "fix", "barn"), 0, err=["0 encrypted again"])
        got = self.expect(self.vars(fleet, "get", "barn", "token/token", env=bob), 0)
        self.assertEqual(got.out_bytes, first)

    def test_a_machine_that_joins_a_shared_secret(self):
        fleet = self.yard(clan=CLAN.replace("machines.silo.imports = [ ./machines.nix ];", 'machines.silo.nixpkgs.hostPlatform = "x86_64-linux";'))
        self.expect(self.vars(fleet, "generate"), 0)
        key = self.value(fleet, "barn", "both/key")
        fleet.write("clan.nix", CLAN)
        self.expect(self.vars(fleet, "generate"), 0)
        self.expect(self.vars(fleet, "check"), 1, err=["shared/both/key: not encrypted for those"])
        self.expect(self.vars(fleet, "fix"), 0)
        self.expect(self.vars(fleet, "check"), 0)
        self.assertEqual(self.value(fleet, "silo", "both/key"), key)


class Damage(VarsTest):
    def test_tampering(self):
        fleet = self.yard()
        self.expect(self.vars(fleet, "generate"), 0)
        path = fleet.root / "vars/per-machine/barn/token/token/secret"
        good = path.read_text()
        for text, code in [
            (good.replace('"lastmodified": "2', '"lastmodified": "3'), "SOPS03"),
            (good[: len(good) // 2], "SOPS02"),
            ("", "SOPS02"),
            (good.replace("data:", "data:AAAA", 1), "SOPS0"),
            ("[" * 100000, "SOPS02"),
        ]:
            path.write_text(text)
            self.expect(self.vars(fleet, "get", "barn", "token/token"), 1, err=[code])
        path.write_text(good)
        self.value(fleet, "barn", "token/token")

    def test_links_that_lead_nowhere(self):
        fleet = self.yard()
        self.expect(self.vars(fleet, "generate"), 0)
        shutil.rmtree(fleet.root / "sops/machines/barn")
        self.expect(self.vars(fleet, "check", "barn"), 1, err=["sops/machines/barn has no key"])
        users = fleet.root / "sops/users/loop"
        users.mkdir()
        (users / "key.json").symlink_to("key.json")
        self.expect(self.vars(fleet, "list", "barn"), 0)

    def test_keys_that_are_garbled(self):
        fleet = self.yard()
        key = fleet.root / "sops/users/ada/key.json"
        for text in ["", "{", '[{"publickey": 7}]', '[{"publickey": "age1xx", "type": "age"}]', '[{"publickey": "x", "type": "pgp"}]', "[]"]:
            key.write_text(text)
            self.expect(self.vars(fleet, "generate"), 1, err=["VARS31", "sops/users/ada/key.json"])

    def test_two_runs_at_once(self):
        fleet = self.yard()
        held = os.open(fleet.root, os.O_RDONLY)
        fcntl.flock(held, fcntl.LOCK_EX)
        self.expect(self.vars(fleet, "generate"), 1, err=["VARS63", "another run"])
        self.assertFalse((fleet.root / "vars").exists())
        self.expect(self.vars(fleet, "list", "barn"), 0)
        os.close(held)
        self.expect(self.vars(fleet, "generate"), 0)

    def test_a_disk_that_cannot_be_written(self):
        if os.geteuid() == 0:
            self.skipTest("root writes everywhere")
        fleet = self.yard()
        os.chmod(fleet.root / "sops", 0o500)
        self.expect(self.vars(fleet, "generate"), 1, err=["VARS30"])


class Declarations(VarsTest):
    def refused(self, generators, *texts):
        fleet = self.yard(machines='{ nixpkgs.hostPlatform = "x86_64-linux"; clan.core.vars.generators = {' + generators + "}; }\n")
        self.expect(self.vars(fleet, "generate", "-g", "a", "barn"), 1, err=list(texts))
        self.assertFalse((fleet.root / "vars").exists())

    def test_cycle(self):
        self.refused('a = { files.x = { }; dependencies = [ "b" ]; }; b = { files.x = { }; dependencies = [ "a" ]; };', "VARS44", "cycle")

    def test_unknown_dependency(self):
        self.refused('a = { files.x = { }; dependencies = [ "nobody" ]; };', "VARS42", "`nobody`")

    def test_shared_depends_on_own(self):
        self.refused('a = { share = true; files.x = { }; dependencies = [ "b" ]; }; b.files.x = { };', "VARS43")

    def test_machines_that_share_agree(self):
        clan = CLAN.replace("machines.silo.imports = [ ./machines.nix ];", 'machines.silo = { nixpkgs.hostPlatform = "x86_64-linux"; clan.core.vars.generators.both = { share = true; files.other = { }; }; };')
        fleet = self.yard(clan=clan)
        self.expect(self.vars(fleet, "generate"), 1, err=["VARS41", "both", "files"])
        self.assertFalse((fleet.root / "vars").exists())

    def test_names_that_leave_the_store(self):
        self.refused('a.files."../../x" = { };', "VARS40", "../../x")

    def test_an_unknown_generator_of_ours(self):
        self.refused('a = { files.x = { }; builtin.generator = "sha"; };', "VARS10", "ssh-key")

    def test_a_file_nobody_makes(self):
        self.refused('a = { files.x = { }; files.y = { }; builtin = { generator = "random"; file = "x"; }; };', "VARS71", "`y`")

    def test_a_script(self):
        self.refused('a = { files.x = { }; script = "echo"; };', "VARS70")

    def test_a_generator_nobody_has(self):
        fleet = self.yard()
        self.expect(self.vars(fleet, "generate", "-g", "tokens"), 1, err=["VARS45", "`tokens`"])

    def test_one_that_fails_does_not_stop_the_others(self):
        fleet = self.yard(machines=TOKEN.replace("clan.core.vars.generators.both", 'clan.core.vars.generators.bad = { files.x = { }; script = "echo"; };\n  clan.core.vars.generators.both'))
        self.expect(self.vars(fleet, "generate", "barn"), 1, err=["per-machine/barn/bad", "made per-machine/barn/token"])
        self.expect(self.vars(fleet, "generate", "barn"), 1)
        self.value(fleet, "barn", "token/token")


class Prompts(VarsTest):
    MACHINES = """{ nixpkgs.hostPlatform = "x86_64-linux";
      clan.core.vars.generators.login = { prompts.word = { type = "hidden"; persist = true; description = "say it"; }; }; }
    """

    def answer(self, fleet, *lines, words=("barn", "-g", "login")):
        """Runs `vars generate` on a terminal and types the lines when it asks; returns what the terminal showed and the exit code."""
        env = fleet.environment(GIT)
        pid, fd = pty.fork()
        if pid == 0:
            os.chdir(fleet.root)
            os.execve(SETUP.binary, [SETUP.binary, "vars", "generate", *words], env)
        shown, waiting, asked, end = b"", list(lines), 0, time.time() + 60
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
            shown += data
            if waiting and len(shown) > asked and (shown.endswith(b": ") or shown.endswith(b"Ctrl-D:\r\n")):
                asked = len(shown)
                os.write(fd, waiting.pop(0))
        if time.time() >= end:
            os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        os.close(fd)
        return shown.decode(), os.waitstatus_to_exitcode(status)

    def test_asked_twice_and_never_shown(self):
        fleet = self.yard(machines=self.MACHINES)
        shown, code = self.answer(fleet, b"swordfish\n", b"swordfish\n")
        self.assertEqual(code, 0, shown)
        self.assertIn("say it", shown)
        self.assertNotIn("swordfish", shown)
        self.assertEqual(self.value(fleet, "barn", "login/word"), b"swordfish")

    KINDS = """{ nixpkgs.hostPlatform = "x86_64-linux";
      clan.core.vars.generators.login = {
        files.name.secret = false;
        prompts = {
          key = { type = "multiline-hidden"; persist = true; };
          name = { persist = true; display = { group = "People"; label = "who"; helperText = "As on the badge.\\r[2J"; }; };
          text = { type = "multiline"; persist = true; };
          word = { type = "hidden"; persist = true; };
        };
      }; }
    """

    def test_every_kind_and_each_machine_its_own(self):
        fleet = self.yard(machines=self.KINDS)
        end = b"\x04"
        barn = [b"k1\nk2\n", end, b"k1\nk2\n", end, b"Ada\n", b"one\ntwo\n", end, b"secret\n", b"secret\n"]
        silo = [b"k3\n", end, b"k3\n", end, b"Bob\n", b"three\n", end, b"other\n", b"other\n"]
        # A line and the end of the text behind it are typed together: each question is answered once.
        typed = [b"".join(group) for answers in (barn, silo) for group in (answers[0:2], answers[2:4], answers[4:5], answers[5:7], answers[7:8], answers[8:9])]
        shown, code = self.answer(fleet, *typed, words=("-g", "login"))
        self.assertEqual(code, 0, shown)
        self.assertIn("As on the badge. [2J", shown)
        self.assertIn("per-machine/silo/login name (People: who): ", shown)
        for word in ("k1", "k3", "secret", "other"):
            self.assertNotIn(word, shown.replace("People", ""))
        for machine, values in (("barn", (b"k1\nk2\n", b"Ada", b"one\ntwo\n", b"secret")), ("silo", (b"k3\n", b"Bob", b"three\n", b"other"))):
            self.assertEqual(tuple(self.value(fleet, machine, f"login/{name}") for name in ("key", "name", "text", "word")), values)

    def test_what_was_answered_is_kept_and_offered(self):
        fleet = self.yard(machines=self.KINDS)
        first = [b"k\n\x04", b"k\n\x04", b"Ada\n", b"t\n\x04", b"w\n", b"w\n"]
        self.assertEqual(self.answer(fleet, *first)[1], 0)
        # Another value is missing now; what was answered is not asked for again.
        fleet.write("machines.nix", self.KINDS.replace("prompts = {", 'prompts = { more = { persist = true; };'))
        shown, code = self.answer(fleet, b"m\n")
        self.assertEqual((code, shown.count(": ")), (0, 1), shown)
        # All is made anew: nothing typed keeps what there is, and secrets are not shown.
        shown, code = self.answer(fleet, b"\x04", b"n\n", b"Bob\n", b"\x04", b"\n", words=("barn", "-g", "login", "-r"))
        self.assertEqual(code, 0, shown)
        self.assertIn("[Ada]", shown)
        self.assertIn("word (word), Enter keeps what is stored: ", shown)
        self.assertEqual([self.value(fleet, "barn", f"login/{name}") for name in ("key", "more", "name", "text", "word")], [b"k\n", b"n", b"Bob", b"t\n", b"w"])

    def test_answers_that_differ(self):
        fleet = self.yard(machines=self.MACHINES)
        shown, code = self.answer(fleet, b"one\n", b"two\n", b"three\n", b"three\n")
        self.assertEqual(code, 0, shown)
        self.assertIn("differ", shown)
        self.assertEqual(self.value(fleet, "barn", "login/word"), b"three")

    def test_interrupted(self):
        fleet = self.yard(machines=self.MACHINES)
        shown, code = self.answer(fleet, b"\x03")
        self.assertNotEqual(code, 0, shown)
        self.assertFalse((fleet.root / "vars").exists())

    def test_without_a_terminal(self):
        fleet = self.yard(machines=self.MACHINES)
        done = fleet.run("vars", "generate", "barn", "-g", "login", env=GIT, start_new_session=True)
        self.expect(done, 1, err=["VARS50"])


class Git(VarsTest):
    def git(self, fleet, *args):
        return subprocess.run(["git", "-C", str(fleet.root), *args], env=fleet.environment(GIT), capture_output=True, text=True, check=True).stdout

    def test_exactly_the_files_it_wrote(self):
        fleet = self.yard(key=False)
        self.git(fleet, "init", "-q")
        self.git(fleet, "add", "-A")
        self.git(fleet, "commit", "-qm", "first")
        fleet.write("staged.txt", "not yours\n")
        self.git(fleet, "add", "staged.txt")
        fleet.write("loose.txt", "not yours either\n")
        self.expect(self.vars(fleet, "keygen", "--user", "ada"), 0)
        self.expect(self.vars(fleet, "generate", "barn", "-g", "token"), 0)
        self.assertEqual(self.git(fleet, "log", "--format=%s").split("\n")[:2], ["vars: update via generator token (machine: barn)", "secrets: add user ada"])
        self.assertEqual(sorted(self.git(fleet, "status", "--short").split("\n")), ["", "?? loose.txt", "A  staged.txt"])

    def test_many_files_are_one_commit_of_exactly_these(self):
        clan = CLAN.replace("machines.barn.imports", "inventory.machines = builtins.listToAttrs (builtins.genList (i: { name = \"m${toString i}\"; value = { }; }) 60);\n  machines.barn.imports")
        clan = clan.replace("inventory.machines.barn.tags = [ \"server\" ];", "").replace("inventory.machines.silo.tags = [ \"server\" ];", "").replace("inventory.instances", "inventory.tags.server = [ \"all\" ];\n  inventory.instances", 1)
        clan = clan.replace("roles.server.tags.server", "roles.server.tags.all")
        fleet = self.yard(clan=clan, key=False)
        for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "first"]):
            self.git(fleet, *words)
        fleet.write("staged.txt", "not yours\n")
        self.git(fleet, "add", "staged.txt")
        fleet.write("loose.txt", "not yours either\n")
        self.expect(self.vars(fleet, "keygen", "--user", "ada"), 0)
        hook = fleet.root / ".git/hooks/pre-commit"
        hook.write_text("#!/bin/sh\nexit 1\n")
        hook.chmod(0o755)
        self.expect(self.vars(fleet, "generate"), 3)
        self.assertEqual(self.git(fleet, "rev-list", "--count", "HEAD"), "2\n")
        hook.unlink()
        self.expect(self.vars(fleet, "list"), 0, err=["an earlier run was cut off"])
        self.assertEqual(self.git(fleet, "rev-list", "--count", "HEAD"), "3\n")
        self.assertGreater(len(self.git(fleet, "show", "--name-only", "--format=").split()), 400)
        self.assertEqual(sorted(self.git(fleet, "status", "--short").split("\n")), ["", "?? loose.txt", "A  staged.txt"])
        self.expect(self.vars(fleet, "generate"), 0, err=["nothing is missing"])
        self.assertEqual([p for p in os.listdir(fleet.root / ".git") if "fleetd" in p], [])
        # Things that go are part of it, too.
        fleet.write("machines.nix", TOKEN)
        self.expect(self.vars(fleet, "generate", "-r"), 0)
        shutil.rmtree(fleet.root / ".git/hooks")
        fleet.write("clan.nix", CLAN)
        self.expect(self.vars(fleet, "prune", "--yes"), 0)
        self.assertEqual(sorted(line for line in self.git(fleet, "status", "--short").split("\n") if not line.startswith(" M")), ["", "?? loose.txt", "A  staged.txt"])

    def test_no_commit(self):
        fleet = self.yard(key=False)
        self.git(fleet, "init", "-q")
        self.git(fleet, "add", "-A")
        self.git(fleet, "commit", "-qm", "first")
        self.expect(self.vars(fleet, "keygen", "--user", "ada", "--no-commit"), 0)
        self.expect(self.vars(fleet, "generate", "barn", env={"CLAN_NO_COMMIT": "1"}), 0)
        self.assertEqual(self.git(fleet, "log", "--format=%s"), "first\n")
        self.assertIn("sops/users/ada/key.json", self.git(fleet, "ls-files"))


class Canary(VarsTest):
    def test_a_secret_is_nowhere_in_the_open(self):
        fleet = self.yard()
        canary = b"canary-4711-do-not-show"
        self.expect(self.vars(fleet, "set", "barn", "token/token", stdin=canary), 0)
        self.expect(self.vars(fleet, "generate"), 0)
        outputs = [
            self.vars(fleet, "list", "barn"),
            self.vars(fleet, "check", "-v"),
            fleet.run("show", "barn", "--json"),
            fleet.run("render", "--out", str(fleet.base / "out")),
        ]
        for result in outputs:
            self.assertNotIn(canary, result.out_bytes + result.err_bytes)
        for directory, _, names in os.walk(fleet.base):
            for name in names:
                path = os.path.join(directory, name)
                if os.path.isfile(path) and not os.path.islink(path):
                    with open(path, "rb") as file:
                        self.assertNotIn(canary, file.read(), path)
