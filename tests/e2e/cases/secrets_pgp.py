"""PGP keys as clan and sops have them, through the real gpg, with the real sops on the other side where it is there."""

import json
import os
import shutil
import subprocess
import tempfile
import unittest

from cases.secrets import LETTERS, SOPS, SecretsTest
from cases.vars import GIT


@unittest.skipUnless(shutil.which("gpg"), "gpg is not installed")
class Pgp(SecretsTest):
    def setUp(self):
        super().setUp()
        # A short path: the agent's socket has to fit.
        self.ring = tempfile.mkdtemp(prefix="fleetd-gpg-")
        self.addCleanup(shutil.rmtree, self.ring, ignore_errors=True)
        self.addCleanup(subprocess.run, ["gpgconf", "--homedir", self.ring, "--kill", "all"], capture_output=True, check=False)

    def gpg(self, *args, stdin=b""):
        done = subprocess.run(["gpg", "--homedir", self.ring, "--batch", *args], input=stdin, capture_output=True, check=False)
        if done.returncode != 0 and "--quick-gen-key" in args:
            self.skipTest("gpg makes no key here: " + done.stderr.decode(errors="replace")[-200:])
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.decode()

    def fingerprint(self, name):
        self.gpg("--passphrase", "", "--quick-gen-key", f"{name}@example.org", "default", "default", "never")
        listed = self.gpg("--with-colons", "--fingerprint", f"{name}@example.org")
        return next(line.split(":")[9] for line in listed.splitlines() if line.startswith("fpr:"))

    def env(self, *fingerprints, **more):
        return {**GIT, "GNUPGHOME": self.ring, **({"SOPS_PGP_FP": ",".join(fingerprints)} if fingerprints else {}), **more}

    def metadata(self, fleet, name):
        return json.loads(self.path(fleet, name).read_text())["sops"]

    def test_a_user_with_a_pgp_key(self):
        fleet = self.place(git=True)
        eve = self.fingerprint("eve")
        env = self.env()
        spaced = " ".join(eve[i : i + 4] for i in range(0, 40, 4)).lower()
        self.ok(fleet, "users", "add", "eve", "--pgp-key", spaced, env=env)
        self.assertEqual(json.loads((fleet.root / "sops/users/eve/key.json").read_text()), [{"publickey": eve, "type": "pgp"}])
        self.ok(fleet, "set", "mail", "--user", "eve", stdin=LETTERS, env=env)
        self.assertEqual([k["fp"] for k in self.metadata(fleet, "mail")["pgp"]], [eve])
        self.assertEqual(self.recipients(fleet, "mail"), {self.ada(fleet)})
        # Eve has no key of age.
        (fleet.home / ".config/sops/age/keys.txt").rename(fleet.base / "ada.txt")
        self.assertEqual(self.ok(fleet, "get", "mail", env=self.env(eve)).out_bytes, LETTERS)
        self.assertEqual(self.secrets(fleet, "key", "show", env=self.env(eve)).json(), [{"publicKey": eve, "source": "$SOPS_PGP_FP", "users": ["eve"]}])
        self.ok(fleet, "set", "mail", stdin=b"hers", env=self.env(eve))
        self.ok(fleet, "set", "own", stdin=b"own", env=self.env(eve))
        self.assertNotIn("age", self.metadata(fleet, "own"))
        self.expect(self.secrets(fleet, "who", env=self.env(eve)), 0)
        # With another key of gpg's, and with none.
        self.expect(self.secrets(fleet, "get", "own", env=self.env(eve, GNUPGHOME=str(fleet.base))), 1, err=["AGE06", "the PGP key " + eve])
        self.assertEqual(self.read(fleet, "mail", fleet.base / "ada.txt"), b"hers")
        # A second key for her, in place of the first, and away with her.
        other = self.fingerprint("other")
        self.ok(fleet, "users", "add-key", "eve", other, env=self.env(eve))
        self.assertEqual({k["fp"] for k in self.metadata(fleet, "own")["pgp"]}, {eve, other})
        self.ok(fleet, "users", "remove-key", "eve", "--pgp-key", eve, env=self.env(eve))
        self.assertEqual({k["fp"] for k in self.metadata(fleet, "own")["pgp"]}, {other})
        self.expect(self.secrets(fleet, "users", "rotate", "eve", env=self.env(other)), 2, err=["VARS86", "only gpg makes those"])
        self.ok(fleet, "users", "rotate", "eve", "--pgp-key", eve, env=self.env(other))
        self.assertEqual({k["fp"] for k in self.metadata(fleet, "own")["pgp"]}, {eve})
        self.ok(fleet, "users", "add-secret", "ada", "own", env=self.env(eve))
        self.ok(fleet, "users", "remove", "eve", env=self.env(eve))
        self.assertNotIn("pgp", self.metadata(fleet, "own"))
        self.assertEqual(self.git(fleet, "status", "--short"), "")

    def test_generated_values_and_keygen(self):
        fleet = self.yard(key=False)
        eve = self.fingerprint("eve")
        run = lambda *args: fleet.run("vars", *args, env=self.env(eve))  # noqa: E731
        self.assertEqual(self.expect(run("keygen", "--user", "eve"), 0).out.strip(), eve)
        self.expect(run("generate", "barn"), 0)
        self.expect(run("check", "barn"), 0)
        value = self.expect(run("get", "barn", "token/token"), 0).out_bytes
        self.assertTrue(value)
        # Somebody else comes, with a key of age.
        path, bob = self.key(fleet, "bob")
        self.ok(fleet, "users", "add", "bob", "--age-key", bob, env=self.env(eve))
        self.ok(fleet, "users", "add-secret", "bob", "per-machine/barn/token/token", env=self.env(eve))
        self.assertEqual(self.read(fleet, "per-machine/barn/token/token", path), value)
        self.expect(run("fix", "barn"), 0)
        self.expect(run("check", "barn"), 0)
        self.assertFalse((fleet.home / ".config/sops/age/keys.txt").exists())

    def test_what_cannot_be(self):
        fleet = self.place()
        eve = self.fingerprint("eve")
        self.ok(fleet, "users", "add", "eve", "--pgp-key", eve, env=self.env())
        unknown = "0123456789ABCDEF" * 2 + "01234567"
        bare = fleet.base / "bin"
        bare.mkdir()
        for program in ("git", "age-keygen"):
            (bare / program).symlink_to(shutil.which(program))
        for words, env, code, texts in [
            (["users", "add", "x", "--pgp-key", eve[-16:]], {}, 1, ["PGP01", "only a part of one", "gpg --fingerprint"]),
            (["users", "add", "x", "--pgp-key", "eve@example.org"], {}, 1, ["PGP01"]),
            (["users", "add", "x", "--pgp-key", "--foo"], {}, 1, ["PGP01"]),
            (["set", "mail", "--user", "eve"], {"GNUPGHOME": str(fleet.base)}, 1, ["PGP03", eve, "gpg --recv-keys"]),
            (["set", "mail", "--user", "eve"], {"PATH": str(bare)}, 1, ["PGP02", "`gpg`", "install GnuPG"]),
            (["set", "mail", "--user", "eve"], {"SOPS_GPG_EXEC": "/bin/false"}, 1, ["PGP03"]),
            (["set", "mail"], {"SOPS_PGP_FP": "abc"}, 1, ["PGP01", "$SOPS_PGP_FP"]),
        ]:
            with self.subTest(words=words, env=env):
                self.expect(self.secrets(fleet, *words, stdin=LETTERS, env={**self.env(), **env}), code, err=texts)
        self.assertFalse((fleet.root / "sops/secrets").exists())
        self.ok(fleet, "users", "add", "far", "--pgp-key", unknown, env=self.env())
        self.expect(self.secrets(fleet, "set", "mail", "--user", "far", stdin=LETTERS, env=self.env()), 1, err=["PGP03", unknown])
        self.expect(self.secrets(fleet, "set", "mail", stdin=LETTERS, env=self.env()), 0)
        # Encrypted for her as well, and her key is away: her link cannot come, and nothing changes.
        before = self.path(fleet, "mail").read_bytes()
        self.expect(self.secrets(fleet, "users", "add-secret", "eve", "mail", env=self.env(GNUPGHOME=str(fleet.base))), 1, err=["PGP03"])
        self.assertEqual(self.path(fleet, "mail").read_bytes(), before)
        self.ok(fleet, "users", "add-secret", "eve", "mail", env=self.env())
        # What stands for her key in the file is garbled: the others still open it, she does not.
        garbled = json.loads(self.path(fleet, "mail").read_text())
        garbled["sops"]["pgp"][0]["enc"] = "no message"
        self.path(fleet, "mail").write_text(json.dumps(garbled))
        self.assertEqual(self.ok(fleet, "get", "mail", env=self.env()).out_bytes, LETTERS)
        (fleet.home / ".config/sops/age/keys.txt").unlink()
        self.expect(self.secrets(fleet, "get", "mail", env=self.env(eve)), 1, err=["PGP04", "did not decrypt"])
        # Only sops has PGP keys.
        self.expect(self.vars(fleet, "export", str(fleet.base / "a.age"), "--recipient", eve), 1, err=["AGE02", "PGP key"])

    @unittest.skipUnless(SOPS, "sops is not installed: put it on the path or name it in FLEETD_TEST_SOPS")
    def test_the_real_sops(self):
        fleet = self.place()
        eve = self.fingerprint("eve")
        self.ok(fleet, "users", "add", "eve", "--pgp-key", eve, env=self.env())
        self.ok(fleet, "set", "mail", "--user", "eve", stdin=LETTERS, env=self.env())
        (fleet.home / ".config/sops/age/keys.txt").rename(fleet.base / "ada.txt")

        def sops(*args):
            done = subprocess.run([SOPS, *args], env=fleet.environment(self.env()), capture_output=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            return done.stdout

        decrypt = ["--decrypt", "--input-type", "json", "--output-type", "binary", str(self.path(fleet, "mail"))]
        self.assertEqual(sops(*decrypt), LETTERS)
        (fleet.base / "plain").write_bytes(b"theirs")
        self.path(fleet, "mail").write_bytes(sops("--encrypt", "--pgp", eve, "--input-type", "binary", "--output-type", "json", str(fleet.base / "plain")))
        self.assertEqual(self.ok(fleet, "get", "mail", env=self.env(eve)).out_bytes, b"theirs")
        # A whole file for a PGP key only, by somebody whose own key is one of age: gpg has it, and that is enough.
        (fleet.base / "ada.txt").rename(fleet.home / ".config/sops/age/keys.txt")
        (fleet.base / "x.yaml").write_text("word: battery\n")
        (fleet.base / "x.yaml").write_bytes(sops("--encrypt", "--pgp", eve, str(fleet.base / "x.yaml")))
        self.ok(fleet, "import-sops", str(fleet.base / "x.yaml"), env=self.env())
        self.assertEqual(self.read(fleet, "word"), b"battery")
        self.assertEqual(os.listdir(fleet.root / "sops/secrets/word/users"), ["ada"])
