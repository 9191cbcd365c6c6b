"""`fleetd plugin new` writes projects that build, pass their tests and are selected by a fleet, with nothing but an installed fleetd."""

import os
import shutil
import subprocess

from harness import FleetTest
from installed import moved_tree

PROJECTS = [("org.example.first", "hello", "c++"), ("org.example.plain-c", "hello", "c"), ("org.example.many-words", "service", "c++"), ("org.example.box", "platform", "c++"), ("org.example.vault", "secrets", "c++")]


class New(FleetTest):
    def test_builds_and_tests_out_of_tree(self):
        tree = moved_tree("elsewhere")
        env = {**os.environ, "PKG_CONFIG_PATH": str(tree / "lib/pkgconfig"), "PATH": f"{tree / 'bin'}:{os.environ['PATH']}"}
        fleet = self.fleet()
        for name, kind, language in PROJECTS:
            with self.subTest(name):
                result = self.expect(fleet.run("plugin", "new", name, "--kind", kind, "--language", language, "--json", cwd=fleet.base), 0)
                project = fleet.base / name
                self.assertEqual(sorted(result.json()["files"]), sorted(p.name for p in project.iterdir()))
                for path in project.iterdir():
                    self.assertNotRegex(path.read_text(), r"@(id|short|class|name|source|std|language|kind)\w*@")
                for command in (["meson", "setup", "build", "-Dwerror=true"], ["meson", "compile", "-C", "build"], ["meson", "test", "-C", "build"]):
                    done = subprocess.run([shutil.which("meson"), *command[1:]], cwd=project, env=env, capture_output=True, text=True, check=False)
                    self.assertEqual(done.returncode, 0, done.stdout[-3000:] + done.stderr[-1000:])
                self.assertRegex(done.stdout, r"Ok: +2")
                self.expect(fleet.run("plugins", "show", name, env={"FLEETD_PLUGIN_PATH": str(project / "build")}, cwd=fleet.base), 0, out=[name])

    def test_refused(self):
        fleet = self.fleet()

        def new(*args):
            return fleet.run("plugin", "new", *args, cwd=fleet.base)

        self.expect(new(), 2, err=["needs a name"])
        self.expect(new("Org.Example.My Plugin!"), 2, err=["FL0903", "`org.example.my-plugin` is one"])
        for name in ("a..b", ".", "..", "../x", "x/y", "-a", "a.-b", "1", "a.1", "ä", "a" * 65, "a\nb", ""):
            self.expect(new(name), 2)
            self.assertFalse((fleet.base.parent / "x").exists())
        self.expect(new("a.b", "--kind", "servce"), 2, err=["did you mean `service`"])
        self.expect(new("a.b", "--language", "rust"), 2, err=["c or c++"])
        self.expect(new("a.b", "--kind", "secrets", "--language", "c"), 2, err=["in C", "--language c++"])
        self.assertFalse((fleet.base / "a.b").exists())
        (fleet.base / "full").mkdir()
        (fleet.base / "full/mine").write_text("x")
        self.expect(new("a.b", "--into", "full"), 2, err=["FL0347", "mine"])
        self.assertEqual([p.name for p in (fleet.base / "full").iterdir()], ["mine"])
        (fleet.base / "full/mine").rename(fleet.base / "full/.git")
        self.expect(new("a.b", "--into", "full"), 0)
