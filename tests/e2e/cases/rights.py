"""What a plugin may touch and what it did touch can be looked up, and what it must not touch is refused with its name."""

import json
import shutil
import subprocess
from pathlib import Path

from harness import FleetTest

ROOT = Path(__file__).resolve().parents[3]
ID = "org.example.hello-c"
FILES = {
    "modules/hello.nix": """{
  flake.fleet.tags = { };
  flake.fleet.hosts.web.plugins = [ "org.example.hello-c" ];
  flake.modules.nixos.web = { services.hello-c.enable = true; };
}
"""
}


def build(target, source="sdk/examples/hello_c/hello_c.c", *flags):
    target.parent.mkdir(exist_ok=True)
    command = [shutil.which("cc") or "gcc", "-std=c11", "-fPIC", "-shared", "-fvisibility=hidden", "-I", str(ROOT / "sdk/include"), *flags]
    subprocess.run([*command, str(ROOT / source), "-o", str(target)], check=True)


class Rights(FleetTest):
    def setUp(self):
        self.own = self.fleet("dendritic", FILES)
        self.library = self.own.base / f"more/{ID}.so"
        build(self.library)
        self.env = {"FLEETD_PLUGIN_PATH": f"{self.library.parent}:{self.own.environment()['FLEETD_PLUGIN_PATH']}"}

    def show(self):
        return self.expect(self.own.run("plugins", "show", ID, "--json", env=self.env), 0).json()

    def test_may_and_did(self):
        before = self.show()
        self.assertIsNone(before["lastRun"], "nothing ran yet")
        may = before["may"]
        self.assertEqual(may["declare"], "services.hello-c")
        self.assertFalse(may["readAll"])
        self.assertEqual(may["secrets"], "refer")
        self.assertTrue(may["write"])
        self.expect(self.own.run("check", env=self.env), 0)
        did = self.show()["lastRun"]
        self.assertEqual(did["command"], "check")
        self.assertEqual(did["version"], before["version"])
        self.assertEqual(did["file"], str(self.library))
        self.assertGreaterEqual(did["calls"]["fleet.contribute/1"], 1)
        self.assertTrue(did["writes"])
        for path in did["writes"]:
            self.assertTrue(any(path == allowed or path.startswith(allowed + ".") for allowed in may["write"]), path)
        self.assertEqual(did["refused"], {})
        out = self.expect(self.own.run("plugins", "show", ID, env=self.env), 0).out
        for words in ("may, on hosts of", "did, in `fleetd check`", next(iter(did["writes"])), "a sandbox of its own"):
            self.assertIn(words, out)
        self.expect(self.own.run("plugins", "show", ID, "--isolate=none", env=self.env), 0, ["inside fleetd"])
        # Looking at it is no run.
        self.assertEqual(self.show()["lastRun"], did)

    def test_another_command_is_another_record(self):
        self.expect(self.own.run("check", env=self.env), 0)
        self.expect(self.own.run("render", "--out", str(self.own.base / "out"), env=self.env), 0)
        self.assertEqual(self.show()["lastRun"]["command"], "render")

    def test_making_secrets_is_a_run_and_looking_at_them_is_none(self):
        fleet = self.fleet()
        self.expect(fleet.run("init", ".", "--name", "yard", "--machine", "barn", env={"USER": "ada"}), 0)
        shown = lambda: self.expect(fleet.run("plugins", "show", "vars", "--json"), 0).json()["lastRun"]  # noqa: E731
        self.expect(fleet.run("vars", "list"), 0)
        self.assertIsNone(shown())
        self.expect(fleet.run("vars", "generate"), 0)
        did = shown()
        self.assertEqual(did["command"], "vars")
        self.assertTrue(did["calls"])
        self.expect(fleet.run("vars", "list"), 0)
        self.assertEqual(shown(), did)

    def test_without_a_place_for_records(self):
        nowhere = {**self.env, "HOME": None, "XDG_STATE_HOME": None}
        self.expect(self.own.run("check", env=nowhere), 0)
        self.expect(self.own.run("check", "--verbose", env=nowhere), 0, err=["is not recorded"])

    def test_a_damaged_record_is_said_so(self):
        self.expect(self.own.run("check", env=self.env), 0)
        record = next((self.own.home / "state").rglob(f"{ID}.json"))
        self.assertEqual(record.stat().st_mode & 0o777, 0o600)
        json.loads(record.read_text())
        record.write_text("{")
        self.expect(self.own.run("plugins", "show", ID, env=self.env), 1, err=[str(record), "remove it"])
