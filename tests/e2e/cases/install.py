"""What `meson install` leaves behind works wherever it is moved to, with its own plugins and nothing of the build tree."""

import os
import shutil
import subprocess
from pathlib import Path

from harness import FleetTest
from installed import moved_tree

FLEET = Path(__file__).resolve().parents[3] / "examples" / "reference-fleet"


class Installed(FleetTest):
    def setUp(self):
        self.tree = moved_tree("a place with blanks")

    def run_installed(self, *args, program=None, code=0, **more):
        fleet = self.fleet()
        env = fleet.environment({"FLEETD_PLUGIN_PATH": None, **more.pop("env", {})})
        done = subprocess.run([program or self.tree / "bin/fleetd", *args], cwd=fleet.root, env=env, capture_output=True, text=True, timeout=120, check=False, **more)
        self.assertEqual(done.returncode, code, done.stdout[-2000:] + done.stderr[-2000:])
        return done

    def test_checks_with_its_own_plugins(self):
        done = self.run_installed("check", "--fleet", str(FLEET))
        self.assertIn("no errors", done.stderr + done.stdout)
        self.assertNotIn("FL0806", done.stderr)

    def test_plugins_are_those_of_the_tree(self):
        plugins = self.run_installed("plugins", "--fleet", str(FLEET), "--json").stdout
        for name in ("nixos", "darwin", "home"):
            self.assertIn(str(self.tree / "lib/fleetd/plugins" / (name + ".so")), plugins)

    def test_a_link_to_the_program_is_enough(self):
        link = self.fleet().base / "fleetd-link"
        link.symlink_to(self.tree / "bin/fleetd")
        self.assertNotIn("FL0806", self.run_installed("check", "--fleet", str(FLEET), program=link).stderr)

    def test_found_by_path(self):
        env = {"PATH": f"{self.tree / 'bin'}:{os.environ.get('PATH', '')}"}
        fleet = self.fleet()
        done = subprocess.run(["fleetd", "check", "--fleet", str(FLEET)], cwd=fleet.root, env=fleet.environment({"FLEETD_PLUGIN_PATH": None, **env}), capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("FL0806", done.stderr)

    def test_renders_the_same_tree(self):
        """Nothing of where the program stands reaches what it writes."""
        fleet = self.fleet()
        self.run_installed("render", "--fleet", str(FLEET), "--out", str(fleet.base / "installed"))
        self.expect(fleet.run("render", "--fleet", str(FLEET), "--out", str(fleet.base / "built")), 0)
        done = subprocess.run(["diff", "-r", str(fleet.base / "installed"), str(fleet.base / "built")], capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stdout[:2000])

    def test_program_alone_says_what_is_missing(self):
        fleet = self.fleet()
        shutil.copy(self.tree / "bin/fleetd", fleet.base / "fleetd")
        done = self.run_installed("check", "--fleet", str(FLEET), program=fleet.base / "fleetd", code=1)
        self.assertIn("FL0806", done.stderr)
        self.assertIn("there is no plugin `recommended-defaults`", done.stderr)

    def test_nothing_points_to_the_build(self):
        """No run path leads back into the build directory."""
        build = str(Path(__file__).resolve().parents[3])
        for path in [self.tree / "bin/fleetd", *(self.tree / "lib/fleetd/plugins").glob("*.so")]:
            if not shutil.which("readelf"):
                self.skipTest("readelf is not installed")
            dynamic = subprocess.run(["readelf", "-d", str(path)], capture_output=True, text=True, check=True).stdout
            for line in dynamic.splitlines():
                if "RPATH" in line or "RUNPATH" in line:
                    self.assertNotIn(build, line, path)

    def test_completions_and_documentation(self):
        for name in ("share/bash-completion/completions/fleetd.bash", "share/zsh/site-functions/_fleetd", "share/fish/vendor_completions.d/fleetd.fish"):
            # Sanitizer builds write no completions while they are built.
            if (self.tree / "share/zsh").exists():
                self.assertIn("__complete", (self.tree / name).read_text(), name)
        self.assertTrue((self.tree / "share/doc/fleetd/docs/cli.md").is_file())
