"""Files that people keep with sops itself, taken over as secrets: what the real sops wrote, what was changed since, what is no such file."""

import json
import os
import shutil
import subprocess
import unittest

from cases.secrets import SOPS, SecretsTest

YAML = """# a comment of theirs
mail: correct horse
pin: 1234
ratio: 1.5
big: 1.0e+21
old: 0o17
on: true
none: null
empty: ""
day: "2026-11-28"
db:
    # inside
    password: battery
    hosts:
        - a
        - b
text: |
    two
    lines
ümlaut: staple
web-age.key: x
"""
OPEN = """host_unencrypted: example.org
port_unencrypted: 22
on_unencrypted: true
ratio_unencrypted: 1.50
day_unencrypted: 2026-11-28
list_unencrypted:
    - 1
    - two
mail: correct horse
"""


@unittest.skipUnless(SOPS, "sops is not installed: put it on the path or name it in FLEETD_TEST_SOPS")
class ImportTest(SecretsTest):
    def sealed(self, fleet, name, content, *args, key=None):
        """A file as the real sops writes it, for ada or for another key."""
        path = fleet.base / name
        path.write_text(content)
        done = subprocess.run([SOPS, "--encrypt", "--age", key or self.ada(fleet), "--in-place", *args, str(path)], env=fleet.environment({}), capture_output=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("correct horse", path.read_text())
        return path

    def take(self, fleet, path, *args, code=0, **options):
        return self.expect(self.secrets(fleet, "import-sops", str(path), *args), code, **options)

    def names(self, fleet):
        return [s["name"] for s in self.secrets(fleet, "list", "--json").json()]


class Imports(ImportTest):
    def test_yaml(self):
        fleet = self.place(git=True)
        bob, public = self.key(fleet, "bob")
        self.ok(fleet, "users", "add", "bob", "--age-key", public)
        self.ok(fleet, "groups", "create", "crew", "--user", "bob")
        self.ok(fleet, "machines", "add", "web", "--age-key", self.key(fleet, "web")[1])
        self.ok(fleet, "set", "day", stdin=b"mine")
        path = self.sealed(fleet, "x.yaml", YAML)
        done = self.take(fleet, path, "--group", "crew", "--machine", "barn", code=1, err=["FL0737", "`ümlaut` cannot be the name", "web-age.key is the key of the machine web", "2 secrets imported"])
        for what in ("pin: it is of the type int", "ratio: it is of the type float", "on: it is of the type bool", "none: it is nothing", "empty: it is empty", "db: it is a mapping", "day: there is a secret of this name already"):
            self.assertIn("passed over " + what, done.err)
        self.assertEqual(self.names(fleet), ["barn-age.key", "day", "mail", "text"])
        self.assertEqual(self.read(fleet, "mail"), b"correct horse")
        self.assertEqual(self.read(fleet, "text", bob), b"two\nlines\n")
        self.assertEqual(self.read(fleet, "day"), b"mine")
        self.assertEqual(self.git(fleet, "status", "--short"), "")
        self.assertEqual(self.git(fleet, "log", "-1", "--format=%s"), "secrets: import-sops\n")
        self.assertEqual(self.git(fleet, "log", "-1", "--format=%b", "--name-only").count("/secret\n"), 3)
        # Everything is there now.
        self.assertIn("nothing was imported", self.take(fleet, path, code=1).err)
        self.assertEqual(self.git(fleet, "log", "-1", "--format=%s"), "secrets: import-sops\n")
        self.expect(self.secrets(fleet, "who"), 0)

    def test_formats_and_prefix(self):
        fleet = self.place()
        self.take(fleet, self.sealed(fleet, "x.json", json.dumps({"a": "correct horse", "n": 3, "deep": {"x": ["y", 1.5, None]}})), "--prefix", "j-")
        self.assertEqual(self.read(fleet, "j-a"), b"correct horse")
        self.take(fleet, self.sealed(fleet, "x.env", "A=correct horse\n# theirs\nB=two\\nlines\n"), "--prefix", "e_")
        self.assertEqual((self.read(fleet, "e_A"), self.read(fleet, "e_B")), (b"correct horse", b"two\nlines"))
        moved = fleet.base / "strange"
        shutil.copy(self.sealed(fleet, "y.yaml", "k: correct horse\n"), moved)
        self.take(fleet, moved, code=1, err=["SOPS05", "--input-type"])
        self.take(fleet, moved, "--input-type", "ini", code=1, err=["SOPS05", "`ini`", "yaml, json and dotenv"])
        self.take(fleet, moved, "--input-type", "yaml")
        done = self.secrets(fleet, "import-sops", "-", "--input-type", "yaml", "--prefix", "in-", stdin=moved.read_bytes())
        self.expect(done, 0, err=["imported in-k"])
        self.assertEqual(self.read(fleet, "in-k"), b"correct horse")

    def test_values_in_the_open_are_part_of_the_mac(self):
        fleet = self.place()
        path = self.sealed(fleet, "x.yaml", OPEN)
        self.assertIn("example.org", path.read_text())
        self.take(fleet, path)
        self.assertEqual(self.read(fleet, "host_unencrypted"), b"example.org")
        path.write_text(path.read_text().replace("example.org", "evil.org"))
        self.ok(fleet, "remove", "mail")
        self.take(fleet, path, code=1, err=["SOPS03", "does not fit its MAC"])
        self.assertEqual(self.names(fleet), ["host_unencrypted"])
        # With a MAC of encrypted values only, nothing vouches for the others.
        path = self.sealed(fleet, "y.yaml", OPEN, "--mac-only-encrypted")
        self.take(fleet, path, "--prefix", "y-", err=["passed over y-host_unencrypted: it is not encrypted"])
        self.assertEqual(self.read(fleet, "y-mail"), b"correct horse")

    def test_what_was_changed(self):
        fleet = self.place()
        good = self.sealed(fleet, "x.yaml", "a: correct horse\nb: battery\nc:\n    - one\n    - two\n").read_text()
        lines = good.splitlines()
        find = lambda start: next(i for i, line in enumerate(lines) if line.lstrip().startswith(start))  # noqa: E731
        swapped = list(lines)
        one, two = [i for i, line in enumerate(lines) if line.lstrip().startswith("- ENC")]
        swapped[one], swapped[two] = swapped[two], swapped[one]
        moved = [line.replace("a: ", "z: ") if line.startswith("a: ") else line for line in lines]
        gone = [line for line in lines if not line.startswith("b: ")]
        late = [line.replace("20", "21", 1) if line.lstrip().startswith("lastmodified") else line for line in lines]
        bare = lines[: find("sops:")]
        for name, bad, texts in [
            ("items of a list swapped", swapped, ["SOPS03", "MAC"]),
            ("another name", moved, ["SOPS03", "z: "]),
            ("a value gone", gone, ["SOPS03", "MAC"]),
            ("another time", late, ["SOPS03"]),
            ("no metadata", bare, ["SOPS02", "no metadata"]),
            ("cut off", lines[:-4] if "mac:" in "".join(lines[-4:]) else lines[: find("mac")], ["SOPS02", "MAC"]),
        ]:
            with self.subTest(name=name):
                self.assertNotEqual(bad, lines)
                (fleet.base / "bad.yaml").write_text("\n".join(bad) + "\n")
                self.take(fleet, fleet.base / "bad.yaml", code=1, err=texts)
        self.assertFalse((fleet.root / "sops/secrets").exists())

    def test_the_key_of_somebody_else(self):
        fleet = self.place()
        path = self.sealed(fleet, "x.yaml", "a: correct horse\n", key=self.key(fleet, "bob")[1])
        self.take(fleet, path, code=1, err=["AGE06", "it is for age1"])


class BadFiles(SecretsTest):
    """Without sops: files of all kinds that are none of its."""

    def test_files_that_are_none(self):
        fleet = self.place(git=True)
        before = self.git(fleet, "rev-parse", "HEAD")
        deep = "a:\n" + "".join("  " * i + "- \n" for i in range(1, 100))
        for name, content, texts in [
            ("empty.yaml", b"", ["SOPS02"]),
            ("plain.yaml", b"a: b\n", ["SOPS02", "no metadata"]),
            ("list.yaml", b"- a\n", ["SOPS02", "no mapping at its top"]),
            ("twice.yaml", b"a: b\na: c\n", ["SOPS02", "`a` is there twice"]),
            ("alias.yaml", b"a: &x b\nc: *x\n", ["SOPS05", "line 2", "an alias"]),
            ("tag.yaml", b"a: !!binary aGk=\n", ["SOPS05", "line 1", "the tag"]),
            ("two.yaml", b"a: b\n---\nc: d\n", ["SOPS05", "a second document"]),
            ("key.yaml", b"? [a]\n: b\n", ["SOPS05", "a key that is no text"]),
            ("wrong.yaml", b"a: [b\n", ["SOPS02", "line "]),
            ("bytes.yaml", b"a: \xff\xfe\n", ["SOPS02"]),
            ("deep.yaml", b"a: " + b"[" * 200 + b"]" * 200 + b"\n", ["SOPS02", "nested"]),
            ("deeper.yaml", deep.encode(), ["SOPS02"]),
            ("plain.json", b'{"a": "b"}', ["SOPS02", "no metadata"]),
            ("cut.json", b'{"a": "b"', ["SOPS02", "byte"]),
            ("twice.json", b'{"a": "b", "a": "c"}', ["SOPS02", "twice"]),
            ("deep.json", b'{"a": ' + b"[" * 100000, ["SOPS02", "nested"]),
            ("array.json", b"[1]", ["SOPS02", "no mapping"]),
            ("plain.env", b"A=b\n", ["SOPS02", "no metadata"]),
            ("line.env", b"nothing\n", ["SOPS02", "line 1"]),
            ("meta.env", b"A=b\nsops_age__list_99999999__map_enc=x\n", ["SOPS02", "metadata"]),
            ("keys.env", b"A=b\nsops_mac=x\nsops_lastmodified=y\nsops_age=z\n", ["SOPS02", "list of keys"]),
            ("other.yaml", b"a: b\nsops:\n  mac: x\n  lastmodified: y\n  kms:\n  - arn: z\n", ["AGE06", "kms, which only sops can use"]),
            ("x.ini", b"[a]\nb=c\n", ["SOPS05", "--input-type"]),
        ]:
            with self.subTest(name=name):
                path = fleet.base / name
                path.write_bytes(content)
                done = self.expect(self.secrets(fleet, "import-sops", str(path)), 1, err=texts)
                self.assertIn("FL", done.err)
        (fleet.base / "big.yaml").write_bytes(b"a: " + b"x" * (17 << 20))
        self.expect(self.secrets(fleet, "import-sops", str(fleet.base / "big.yaml")), 1, err=["SOPS02", "16 MiB"])
        self.expect(self.secrets(fleet, "import-sops", str(fleet.base / "none.yaml")), 1, err=["VARS30", "none.yaml"])
        (fleet.base / "dir.yaml").mkdir()
        self.expect(self.secrets(fleet, "import-sops", str(fleet.base / "dir.yaml")), 1, err=["dir.yaml"])
        self.expect(self.secrets(fleet, "import-sops"), 2, err=["fleetd secrets import-sops FILE"])
        self.assertEqual(self.git(fleet, "rev-parse", "HEAD"), before)
        self.assertFalse((fleet.root / "sops/secrets").exists())
