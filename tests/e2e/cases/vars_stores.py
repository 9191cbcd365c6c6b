"""Other stores than sops: clan's age layout with the real age as the other side, password stores through the real pass, and fleets that
move from one to another."""

import json
import os
import shutil
import subprocess
import unittest

from cases import vars as base



class StoreTest(base.VarsTest):
    def place(self, settings=""):
        fleet = self.yard(key=False)
        for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "first"]):
            self.git(fleet, *command)
        if settings:
            self.use(fleet, settings)
        return fleet

    def git(self, fleet, *args):
        return subprocess.run(["git", "-C", str(fleet.root), *args], env=fleet.environment(base.GIT), capture_output=True, text=True, check=True).stdout

    def use(self, fleet, settings):
        fleet.write("clan.nix", base.CLAN.replace('meta.name = "yard";', f'meta.name = "yard";\n  vars.settings = {{ {settings} }};'))
        self.git(fleet, "commit", "-qam", "settings")

    def clean(self, fleet):
        self.assertEqual(self.git(fleet, "status", "--short"), "")

    def values(self, fleet):
        return {f"{m}/{n}": self.value(fleet, m, n) for m in ("barn", "silo") for n in ("token/token", "both/key", "openssh/ssh.id_ed25519")}


@unittest.skipUnless(shutil.which("age"), "age is not installed")
class Age(StoreTest):
    def aged(self, recipients=None):
        fleet = self.place('secretStore = "age";')
        made = self.expect(self.vars(fleet, "keygen"), 0, err=["clan.vars.settings.recipients.default"]).out.strip()
        self.use(fleet, f'secretStore = "age"; recipients.default = [ {" ".join(json.dumps(one) for one in recipients or [made])} ];')
        return fleet, made

    def age(self, *words, stdin=b""):
        return subprocess.run(["age", *map(str, words)], input=stdin, capture_output=True, check=True).stdout

    def test_from_nothing_and_read_by_age(self):
        fleet, _ = self.aged()
        self.expect(self.vars(fleet, "check"), 1, err=["missing secret token"])
        self.expect(self.vars(fleet, "generate"), 0)
        self.expect(self.vars(fleet, "check"), 0)
        self.expect(self.vars(fleet, "fix"), 0, err=["0 encrypted again"])
        self.clean(fleet)
        self.assertFalse((fleet.root / "sops").exists())
        own = fleet.home / ".config/sops/age/keys.txt"
        key = fleet.base / "barn.txt"
        key.write_bytes(self.age("-d", "-i", own, fleet.root / "secrets/age-keys/machines/barn/key.age"))
        self.assertEqual(subprocess.run(["age-keygen", "-y", str(key)], capture_output=True, text=True, check=True).stdout.strip(), (fleet.root / "secrets/age-keys/machines/barn/pub").read_text())
        for place, file, name in (("per-machine/barn/token", "token", "token/token"), ("shared/both", "key", "both/key")):
            sealed = fleet.root / "secrets/clan-vars" / place / file / f"{file}.age"
            self.assertEqual(self.age("-d", "-i", key, sealed), self.value(fleet, "barn", name))

    def test_age_writes_what_fleetd_reads(self):
        """As clan does it: machine key, secret and list made by other programs."""
        fleet, own = self.aged()
        keys = fleet.root / "secrets/age-keys/machines/barn"
        keys.mkdir(parents=True)
        key = subprocess.run(["age-keygen"], capture_output=True, check=True).stdout
        public = [line.split(b": ")[1] for line in key.split(b"\n") if line.startswith(b"# public key: ")][0].decode()
        (keys / "pub").write_text(public)
        (keys / "key.age").write_bytes(self.age("--armor", "-r", own, stdin=key))
        (keys / "key.age.recipients").write_text(own + "\n")
        sealed = fleet.root / "secrets/clan-vars/per-machine/barn/token/token/token.age"
        sealed.parent.mkdir(parents=True)
        for value in (b"of another program\n", bytes(range(256))):
            sealed.write_bytes(self.age("--armor", "-r", public, stdin=value))
            self.assertEqual(self.value(fleet, "barn", "token/token"), value)
        self.expect(self.vars(fleet, "check", "barn", "-g", "token"), 0)
        self.expect(self.vars(fleet, "set", "barn", "token/token", stdin=b"mine"), 0)
        self.assertEqual((keys / "pub").read_text(), public)
        self.assertEqual(self.value(fleet, "barn", "token/token"), b"mine")

    def test_somebody_else(self):
        fleet, own = self.aged()
        self.expect(self.vars(fleet, "generate"), 0)
        before = self.values(fleet)
        other = fleet.base / "bob.txt"
        subprocess.run(["age-keygen", "-o", str(other)], capture_output=True, check=True)
        bob = subprocess.run(["age-keygen", "-y", str(other)], capture_output=True, text=True, check=True).stdout.strip()
        env = {"AGE_KEYFILE": str(other)}
        self.expect(self.vars(fleet, "get", "barn", "token/token", env=env), 1, err=["AGE06", "fleetd vars fix"])
        self.expect(self.vars(fleet, "get", "barn", "token/token", env={"AGE_KEYFILE": "/nowhere"}), 1, err=["VARS32", "$AGE_KEYFILE"])
        self.use(fleet, f'secretStore = "age"; recipients.default = [ "{own}" "{bob}" ];')
        self.expect(self.vars(fleet, "check"), 1, err=["secrets/age-keys/machines/barn: not encrypted for those"])
        self.expect(self.vars(fleet, "fix"), 0)
        self.expect(self.vars(fleet, "check"), 0)
        self.assertEqual(self.expect(self.vars(fleet, "get", "barn", "token/token", env=env), 0).out_bytes, before["barn/token/token"])
        self.assertEqual(self.values(fleet), before)
        self.clean(fleet)

    def test_nobody_is_named(self):
        fleet = self.place('secretStore = "age";')
        self.expect(self.vars(fleet, "keygen"), 0)
        self.expect(self.vars(fleet, "generate", "-g", "token"), 1, err=["VARS96", "clan.vars.settings.recipients"])
        self.assertFalse((fleet.root / "secrets").exists())

    def test_prune_and_list(self):
        fleet, _ = self.aged()
        self.expect(self.vars(fleet, "generate"), 0)
        fleet.write("machines.nix", base.TOKEN.replace("generators.token", "generators.other"))
        old = "secrets/clan-vars/per-machine/barn/token"
        self.expect(self.vars(fleet, "list", "barn"), 0, out=["<nothing declares it>"])
        self.expect(self.vars(fleet, "prune", "--yes"), 0, err=["removed " + old])
        self.assertFalse((fleet.root / old).exists())

    def test_upload_into_a_directory(self):
        import tempfile

        fleet, _ = self.aged()
        self.expect(self.vars(fleet, "generate"), 0)
        where = tempfile.mkdtemp(dir="/dev/shm")
        self.addCleanup(shutil.rmtree, where)
        self.expect(self.vars(fleet, "upload", "barn", "--directory", where + "/x"), 0)
        with open(where + "/x/services/per-machine/barn/token/token", "rb") as file:
            self.assertEqual(file.read(), self.value(fleet, "barn", "token/token"))
        self.assertIn("AGE-SECRET-KEY-1", open(where + "/x/key.txt", encoding="utf-8").read())


class Choices(StoreTest):
    def test_stores_of_others(self):
        fleet = self.place('secretStore = "vm";')
        self.expect(self.vars(fleet, "list"), 1, err=["VARS95", "`vm`", "sops, age and password-store"])

    def test_machines_that_disagree(self):
        flake = """{ inputs.nixpkgs.url = "github:NixOS/nixpkgs";
          outputs = { nixpkgs, ... }: { nixosConfigurations = builtins.mapAttrs (name: store: nixpkgs.lib.nixosSystem { modules = [ {
            nixpkgs.hostPlatform = "x86_64-linux"; clan.core.vars.settings.secretStore = store;
            clan.core.vars.generators.a = { files.x = { }; builtin = { generator = "random"; file = "x"; }; }; } ]; }) { one = "sops"; two = "age"; }; }; }
        """
        fleet = self.fleet(files={"flake.nix": flake})
        self.expect(self.vars(fleet, "list"), 1, err=["VARS95", "age of two and sops of one"])

    def test_words(self):
        fleet = self.place()
        self.expect(self.vars(fleet, "keygen", "--user", "ada"), 0)
        self.expect(self.vars(fleet, "migrate"), 2, err=["fleetd vars migrate age"])
        self.expect(self.vars(fleet, "migrate", "sops"), 2, err=["are in sops already"])
        self.expect(self.vars(fleet, "migrate", "vault"), 1, err=["VARS95"])
        self.expect(self.vars(fleet, "export", "-", "--recipient", "age1x", "--store", "vault"), 1, err=["VARS95"])


class Exports(StoreTest):
    """Values that belong to no machine."""

    EXPORTS = """
  exports."dns:main::".generators = {
    key = { files.secret.deploy = [ "barn" ]; files.public = { secret = false; }; builtin = { generator = "wireguard-key"; private = "secret"; public = "public"; }; };
    config = { dependencies.own = { exportKey = "dns:main::"; generator = "key"; }; files.text.secret = false; builtin = { generator = "template"; file = "text"; text = "key {{ own/public | trim }}"; }; };
    lonely = { files.word = { }; builtin = { generator = "random"; file = "word"; }; };
  };
"""

    def place(self, settings="", exports=EXPORTS):
        fleet = super().place(settings)
        fleet.write("clan.nix", (fleet.root / "clan.nix").read_text().replace('meta.domain', exports + '  meta.domain', 1))
        self.git(fleet, "commit", "-qam", "exports")
        return fleet

    def test_made_for_machines_they_name(self):
        fleet = self.place()
        self.expect(self.vars(fleet, "keygen", "--user", "ada"), 0)
        self.expect(self.vars(fleet, "check"), 1, err=["per-export/dns:main::/key: missing value public"])
        self.expect(self.vars(fleet, "generate"), 0, err=["made per-export/dns:main::/key", "made per-export/dns:main::/config"])
        self.expect(self.vars(fleet, "check"), 0)
        self.clean(fleet)
        self.assertIn("vars: update via generator key (export: dns:main::)", self.git(fleet, "log", "-1", "--format=%b"))
        at = fleet.root / "vars/per-export/dns:main::/key"
        self.assertEqual(os.listdir(at / "secret/machines"), ["barn"])
        self.assertFalse((fleet.root / "vars/per-export/dns:main::/lonely/word/machines").exists())
        public = (at / "public/value").read_text()
        self.assertEqual(self.value(fleet, "silo", "per-export/dns:main::/config/text").decode(), f"key {public.strip()}")
        ids = [one["id"] for one in self.vars(fleet, "list", "--json").json()]
        self.assertIn("per-export/dns:main::/key/secret", ids)
        self.assertIn("per-export/dns:main::/key/secret", [one["id"] for one in self.vars(fleet, "list", "barn", "--json").json()])
        self.assertNotIn("per-export/dns:main::/key/secret", [one["id"] for one in self.vars(fleet, "list", "silo", "--json").json()])
        # Another machine is named: it becomes a reader, and the value stays.
        before = self.value(fleet, "barn", "per-export/dns:main::/key/secret")
        fleet.write("clan.nix", (fleet.root / "clan.nix").read_text().replace('deploy = [ "barn" ]', 'deploy = [ "barn" "silo" ]'))
        self.expect(self.vars(fleet, "check"), 1, err=["per-export/dns:main::/key/secret: not encrypted for those"])
        self.expect(self.vars(fleet, "fix"), 0)
        self.assertEqual(sorted(os.listdir(at / "secret/machines")), ["barn", "silo"])
        self.assertEqual(self.value(fleet, "barn", "per-export/dns:main::/key/secret"), before)

    @unittest.skipUnless(shutil.which("age"), "age is not installed")
    def test_in_the_age_store(self):
        fleet = self.place()
        own = self.expect(self.vars(fleet, "keygen", "--user", "ada"), 0).out.strip()
        self.expect(self.vars(fleet, "generate"), 0)
        word = self.value(fleet, "barn", "per-export/dns:main::/lonely/word")
        text = (fleet.root / "clan.nix").read_text()
        fleet.write("clan.nix", text.replace("meta.domain", f'vars.settings.recipients.default = [ "{own}" ];\n  meta.domain', 1))
        self.expect(self.vars(fleet, "migrate", "age"), 0)
        fleet.write("clan.nix", text.replace("meta.domain", f'vars.settings = {{ secretStore = "age"; recipients.default = [ "{own}" ]; }};\n  meta.domain', 1))
        self.expect(self.vars(fleet, "check"), 0)
        self.assertTrue((fleet.root / "secrets/clan-vars/per-export/dns:main::/key/secret/secret.age").exists())
        self.assertEqual(self.value(fleet, "barn", "per-export/dns:main::/lonely/word"), word)

    def test_mistakes(self):
        for old, new, *texts in (
            ('generator = "key"; }; files.text', 'generator = "kay"; }; files.text', "VARS42", "`own`"),
            ('exportKey = "dns:main::"', 'exportKey = "../x"', "VARS40"),
            ('builtin = { generator = "random"; file = "word"; };', 'script = "echo";', "VARS70", "scripts of exports"),
        ):
            with self.subTest(new=new):
                fleet = self.place(exports=self.EXPORTS.replace(old, new))
                self.expect(self.vars(fleet, "keygen", "--user", "ada"), 0)
                self.expect(self.vars(fleet, "generate"), 1, err=list(texts))


@unittest.skipUnless(shutil.which("age"), "age is not installed")
class Moving(StoreTest):
    def test_from_sops_to_age_and_back(self):
        fleet = self.place()
        own = self.expect(self.vars(fleet, "keygen", "--user", "ada"), 0).out.strip()
        self.expect(self.vars(fleet, "generate"), 0)
        before = self.values(fleet)
        self.expect(self.vars(fleet, "migrate", "age"), 1, err=["VARS96"])
        self.assertFalse((fleet.root / "secrets").exists())
        recipients = f'recipients.default = [ "{own}" ];'
        self.use(fleet, recipients)
        self.expect(self.vars(fleet, "migrate", "age"), 0, err=["secrets copied", "nothing was removed", 'secretStore = "age"'])
        self.clean(fleet)
        self.use(fleet, f'secretStore = "age"; {recipients}')
        self.expect(self.vars(fleet, "check"), 0)
        self.assertEqual(self.values(fleet), before)
        self.expect(self.vars(fleet, "migrate", "age", "--from", "sops", "--remove"), 0, err=["secrets removed"])
        self.assertEqual([p for p in (fleet.root / "vars").rglob("secret")], [])
        self.assertEqual(self.values(fleet), before)
        self.expect(self.vars(fleet, "generate"), 0, err=["nothing is missing"])
        self.clean(fleet)
        # And back, through an archive.
        archive = str(fleet.base / "a.age")
        self.expect(self.vars(fleet, "export", archive, "--recipient", own), 0)
        self.expect(self.vars(fleet, "import", archive, "--store", "sops"), 0)
        self.use(fleet, "")
        self.expect(self.vars(fleet, "check"), 0)
        self.assertEqual(self.values(fleet), before)


@unittest.skipUnless(shutil.which("pass") and shutil.which("gpg"), "pass and gpg are not installed")
class Pass(StoreTest):
    SETTINGS = 'secretStore = "password-store";'

    def passed(self, settings=SETTINGS):
        fleet = self.place(settings)
        fleet.write("machines.nix", base.TOKEN.replace("{\n", '{\n  clan.core.vars.password-store.passCommand = "pass";\n', 1))
        self.git(fleet, "commit", "-qam", "pass")
        # A short path: the agent's socket has to fit.
        import tempfile

        ring = tempfile.mkdtemp(prefix="fleetd-gpg-")
        self.addCleanup(shutil.rmtree, ring, ignore_errors=True)
        self.env = {"GNUPGHOME": ring, "PASSWORD_STORE_DIR": str(fleet.base / "store")}
        run = {**fleet.environment(self.env)}
        made = subprocess.run(["gpg", "--batch", "--passphrase", "", "--quick-gen-key", "ada@example.org"], env=run, capture_output=True, check=False)
        if made.returncode != 0:
            self.skipTest("gpg makes no key here: " + made.stderr.decode(errors="replace")[-200:])
        self.addCleanup(lambda: subprocess.run(["gpgconf", "--kill", "gpg-agent"], env=run, capture_output=True, check=False))
        subprocess.run(["pass", "init", "ada@example.org"], env=run, capture_output=True, check=True)
        return fleet

    def vars(self, fleet, *args, env=None, **options):
        return super().vars(fleet, *args, env={**getattr(self, "env", {}), **(env or {})}, **options)

    def shown(self, fleet, entry):
        return subprocess.run(["pass", "show", entry], env=fleet.environment(self.env), capture_output=True, check=True).stdout

    def test_both_directions(self):
        fleet = self.passed()
        self.expect(self.vars(fleet, "keygen"), 1, err=["VARS95", "keys of its own"])
        self.expect(self.vars(fleet, "generate", "-g", "token", "barn"), 0)
        self.assertEqual(self.shown(fleet, "clan-vars/per-machine/barn/token/token"), self.value(fleet, "barn", "token/token"))
        value = b"bytes \x00\xff\n"
        self.expect(self.vars(fleet, "set", "barn", "token/token", stdin=value), 0)
        self.assertEqual(self.shown(fleet, "clan-vars/per-machine/barn/token/token"), value)
        subprocess.run(["pass", "insert", "-m", "-f", "clan-vars/shared/both/key"], input=b"theirs", env=fleet.environment(self.env), capture_output=True, check=True)
        self.assertEqual(self.value(fleet, "silo", "both/key"), b"theirs")
        self.expect(self.vars(fleet, "check", "-g", "token", "barn"), 0)
        self.assertEqual(sorted(p.name for p in (fleet.base / "store/clan-vars").iterdir()), ["per-machine", "shared"])
        self.assertFalse((fleet.root / ".fleetd-pending").exists())
        self.assertFalse((fleet.root / "vars/.password-store-changes").exists())
        self.clean(fleet)

    def test_killed_at_every_program(self):
        """pass is killed, and takes fleetd along, at each of its runs: the pair of halves fits all the same."""
        fleet = self.passed()
        pair = 'clan.core.vars.generators.pair = { files.key = { }; files.pub.secret = false; builtin = { generator = "age-key"; }; };\n'
        fleet.write("machines.nix", (fleet.root / "machines.nix").read_text().replace("{\n", "{\n  " + pair, 1))
        self.git(fleet, "commit", "-qam", "pair")
        self.expect(self.vars(fleet, "generate", "-g", "pair", "barn"), 0)
        tools = fleet.base / "tools"
        tools.mkdir()
        count = fleet.base / "count"
        (tools / "pass").write_text(f'#!/bin/sh\nn=$(cat {count} 2>/dev/null || echo 0); n=$((n+1)); echo $n >{count}\n[ "$n" = "$KILL_AT" ] && {{ kill -9 $PPID; exit 1; }}\nexec {shutil.which("pass")} "$@"\n')
        (tools / "pass").chmod(0o755)
        ended = 0
        for at in range(1, 20):
            count.write_text("0")
            done = self.vars(fleet, "generate", "-r", "-g", "pair", "barn", env={"PATH": f"{tools}:{os.environ['PATH']}", "KILL_AT": str(at)})
            self.expect(self.vars(fleet, "generate", "-g", "pair", "barn"), 0)
            key, half = self.value(fleet, "barn", "pair/key"), self.value(fleet, "barn", "pair/pub")
            self.assertEqual(subprocess.run(["age-keygen", "-y"], input=key, capture_output=True, check=True).stdout.strip(), half.strip(), f"at {at}: {done.err}")
            if done.code == 0:
                break
            ended += 1
        self.assertGreaterEqual(ended, 2)
        self.assertFalse((fleet.base / "store/clan-vars/.new").exists())

    def test_it_is_not_there(self):
        fleet = self.passed()
        bare = fleet.base / "bare"
        bare.mkdir()
        for tool in ("git", "bwrap", "sh", "env"):
            if shutil.which(tool):
                (bare / tool).symlink_to(shutil.which(tool))
        self.expect(self.vars(fleet, "set", "barn", "token/token", stdin=b"x", env={"PATH": str(bare)}), 1, err=["VARS97", "`pass` is not in PATH"])

    def test_moves_to_sops(self):
        fleet = self.passed()
        self.expect(self.vars(fleet, "generate", "-g", "token"), 0)
        before = [self.value(fleet, m, "token/token") for m in ("barn", "silo")]
        self.use(fleet, 'secretStore = "sops";')
        self.expect(self.vars(fleet, "keygen", "--user", "ada"), 0)
        self.expect(self.vars(fleet, "migrate", "sops", "--from", "password-store"), 0, err=["2 secrets copied"])
        self.assertEqual([self.value(fleet, m, "token/token") for m in ("barn", "silo")], before)
        self.expect(self.vars(fleet, "migrate", "sops", "--from", "password-store", "--remove"), 0, err=["2 secrets removed"])
        self.assertEqual([p for p in (fleet.base / "store/clan-vars").rglob("*.gpg")], [])
        self.expect(self.vars(fleet, "check", "-g", "token"), 0)


# Not in Debian; a script of github.com/FiloSottile/passage, which needs age and tree.
PASSAGE = shutil.which("passage") or os.environ.get("FLEETD_TEST_PASSAGE", "")


@unittest.skipUnless(PASSAGE, "passage is not installed; $FLEETD_TEST_PASSAGE may name it")
@unittest.skipUnless(shutil.which("age") and shutil.which("tree"), "age and tree are not installed")
class Passage(StoreTest):
    def passed(self):
        fleet = self.place('secretStore = "password-store";')
        tools = fleet.base / "passage"
        tools.mkdir()
        (tools / "passage").symlink_to(os.path.realpath(PASSAGE))
        store = fleet.base / "store"
        store.mkdir()
        key = fleet.base / "identities"
        subprocess.run(["age-keygen", "-o", str(key)], capture_output=True, check=True)
        own = subprocess.run(["age-keygen", "-y", str(key)], capture_output=True, text=True, check=True).stdout
        (store / ".age-recipients").write_text(own)
        self.env = {"PASSAGE_DIR": str(store), "PASSAGE_IDENTITIES_FILE": str(key), "PATH": f"{tools}:{os.environ['PATH']}"}
        return fleet

    def vars(self, fleet, *args, env=None, **options):
        return super().vars(fleet, *args, env={**self.env, **(env or {})}, **options)

    def passage(self, fleet, *words, stdin=b""):
        return subprocess.run([PASSAGE, *words], input=stdin, env=fleet.environment(self.env), capture_output=True, check=True).stdout

    def test_both_directions(self):
        fleet = self.passed()
        self.expect(self.vars(fleet, "generate", "-g", "token", "barn"), 0)
        entry = "clan-vars/per-machine/barn/token/token"
        self.assertEqual(self.passage(fleet, "show", entry), self.value(fleet, "barn", "token/token"))
        for value in (b"line\n", b"bytes \x00\xff\n", b"no end of line"):
            self.expect(self.vars(fleet, "set", "barn", "token/token", stdin=value), 0)
            self.assertEqual(self.value(fleet, "barn", "token/token"), value)
            sealed = (fleet.base / "store" / (entry + ".age")).read_bytes()
            self.assertEqual(subprocess.run(["age", "-d", "-i", self.env["PASSAGE_IDENTITIES_FILE"]], input=sealed, capture_output=True, check=True).stdout, value)
        self.passage(fleet, "insert", "-m", "-f", "clan-vars/shared/both/key", stdin=b"theirs")
        self.assertEqual(self.value(fleet, "silo", "both/key"), b"theirs")
        self.expect(self.vars(fleet, "check", "-g", "token", "barn"), 0)
        self.assertEqual(sorted(p.name for p in (fleet.base / "store/clan-vars").iterdir()), ["per-machine", "shared"])
        self.clean(fleet)

    def test_migrate_and_prune(self):
        fleet = self.passed()
        self.expect(self.vars(fleet, "generate", "-g", "token"), 0)
        before = [self.value(fleet, m, "token/token") for m in ("barn", "silo")]
        self.use(fleet, 'secretStore = "sops";')
        self.expect(self.vars(fleet, "keygen", "--user", "ada"), 0)
        self.expect(self.vars(fleet, "migrate", "sops", "--from", "password-store"), 0, err=["2 secrets copied"])
        self.assertEqual([self.value(fleet, m, "token/token") for m in ("barn", "silo")], before)
        self.expect(self.vars(fleet, "migrate", "sops", "--from", "password-store", "--remove"), 0, err=["2 secrets removed"])
        self.assertEqual(list((fleet.base / "store/clan-vars").rglob("*.age")), [])

    def test_somebody_else(self):
        fleet = self.passed()
        self.expect(self.vars(fleet, "generate", "-g", "token", "barn"), 0)
        other = fleet.base / "other"
        subprocess.run(["age-keygen", "-o", str(other)], capture_output=True, check=True)
        self.expect(self.vars(fleet, "get", "barn", "token/token", env={"PASSAGE_IDENTITIES_FILE": str(other)}), 1, err=["VARS97", "passage show", "per-machine/barn/token/token"])


if __name__ == "__main__":
    unittest.main()
