"""Code that comes with a fleet runs only after somebody trusted exactly this content."""

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


def build(target, *flags):
    target.parent.mkdir(exist_ok=True)
    command = [shutil.which("cc") or "gcc", "-std=c11", "-fPIC", "-shared", "-fvisibility=hidden", "-I", str(ROOT / "sdk/include"), *flags]
    subprocess.run([*command, str(ROOT / "sdk/examples/hello_c/hello_c.c"), "-o", str(target)], check=True)


class Trust(FleetTest):
    def setUp(self):
        self.own = self.fleet("dendritic", FILES)
        self.library = self.own.root / f"plugins/{ID}.so"
        build(self.library)

    def state(self):
        rows = self.expect(self.own.run("trust", "--json"), 0).json()
        self.assertEqual([row["id"] for row in rows], [ID])
        return rows[0]["state"]

    def test_refused_then_trusted_then_changed(self):
        self.assertEqual(self.state(), "not trusted")
        refused = self.expect(self.own.run("check"), 1, err=["FL0307", f"fleetd trust {ID}"])
        self.assertIn("comes with the fleet", refused.err)
        self.expect(self.own.run("trust", ID), 0, out=["trusted"])
        self.assertEqual(self.state(), "trusted")
        self.expect(self.own.run("check"), 0)
        self.assertIn("hello-c", self.own.run("plugins").out)
        build(self.library, "-O3", "-DANOTHER_BUILD", "-g")
        self.assertEqual(self.state(), "changed")
        self.expect(self.own.run("check"), 1, err=["FL0307", "has changed"])
        self.expect(self.own.run("trust", f"plugins/{ID}.so"), 0)
        self.expect(self.own.run("check"), 0)
        self.expect(self.own.run("untrust", ID), 0, out=["not trusted any more"])
        self.expect(self.own.run("check"), 1, err=["FL0307"])

    def test_a_link_elsewhere_does_not_help(self):
        """A search path that leads into the fleet does not make its code anybody else's."""
        elsewhere = self.own.base / "elsewhere"
        elsewhere.mkdir()
        (elsewhere / f"{ID}.so").symlink_to(self.library)
        path = f"{elsewhere}:{self.own.environment()['FLEETD_PLUGIN_PATH']}"
        self.expect(self.own.run("check", env={"FLEETD_PLUGIN_PATH": path}), 1, err=["FL0307"])

    def test_what_others_can_change_is_not_loaded(self):
        """However it was found, and however it is asked for."""
        elsewhere = self.own.base / "elsewhere"
        elsewhere.mkdir()
        build(elsewhere / "inner" / f"{ID}.so")
        self.library.unlink()
        path = {"FLEETD_PLUGIN_PATH": f"{elsewhere}/inner:{self.own.environment()['FLEETD_PLUGIN_PATH']}"}
        self.expect(self.own.run("check", env=path), 0)
        elsewhere.chmod(0o777)
        refused = self.expect(self.own.run("check", env=path), 1, err=["FL0333", f"{elsewhere}` may be written by anybody", f"chmod go-w {elsewhere}"])
        self.assertIn(ID, refused.err)
        self.expect(self.own.run("plugins", "show", ID, env=path), 1, err=["FL0333"])
        self.expect(self.own.run("plugin", "check", f"{elsewhere}/inner/{ID}.so"), 1, err=["FL0333"])
        elsewhere.chmod(0o1777)
        self.expect(self.own.run("check", env=path), 0)
        # The private copy of what is trusted is held to the same.
        build(self.library)
        self.expect(self.own.run("trust", ID), 0)
        self.expect(self.own.run("check"), 0)
        state = self.own.home / "state"
        state.chmod(0o777)
        self.expect(self.own.run("check"), 1, err=["FL0333", "chmod go-w"])

    def test_bad_words(self):
        self.expect(self.own.run("trust", "org.example.hello-d"), 2, err=["did you mean", ID])
        self.expect(self.own.run("trust", "nixos"), 2, err=["no plugin `nixos` of its own"])
        self.expect(self.own.run("untrust"), 2)
        self.expect(self.own.run("untrust", "../../x"), 0, err=["was not trusted"])
        self.expect(self.own.run("trust", ID, env={"HOME": None, "XDG_STATE_HOME": None}), 3, err=["XDG_STATE_HOME"])
