"""The examples of the SDK, built as a third party builds them: outside of this tree, from an installed SDK, as the tutorial says."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from cases.services import clan
from harness import FleetTest
from installed import moved_tree

ROOT = Path(__file__).resolve().parents[3]
TUTORIAL = ROOT / "docs/sdk/tutorial.md"
PLUGINS = ["org.example.hello", "org.example.hello-c"]

SELECTED = {
    "modules/hello.nix": """{
  flake.fleet.tags = { };
  flake.fleet.hosts.web.plugins = [
    "org.example.hello"
    "org.example.hello-c"
  ];
  flake.modules.nixos.web = { lib, config, ... }: {
    services.hello.enable = true;
    services.hello.port = 8081;
    services.hello.greeting = lib.mkForce "salve";
    services.hello-c.enable = config.services.hello.enable;
  };
}
"""
}


def sh(text, cwd, env):
    return subprocess.run(["sh", "-eu", "-c", text], cwd=cwd, env=env, capture_output=True, text=True, timeout=300, check=False)


class OutOfTree(FleetTest):
    @classmethod
    def setUpClass(cls):
        cls.tree = moved_tree("elsewhere")  # pkg-config and $(…) know no blanks
        cls.made = None

    def sdk_environment(self):
        return {**os.environ, "PKG_CONFIG_PATH": str(self.tree / "lib/pkgconfig")}

    def plugins(self):
        """A directory with both examples, built once."""
        if OutOfTree.made is None:
            where = self.tree.parent / "plugins"
            where.mkdir()
            (where / "hello.cpp").write_bytes((ROOT / "sdk/examples/hello/hello.cpp").read_bytes())
            (where / "hello_c.c").write_bytes((ROOT / "sdk/examples/hello_c/hello_c.c").read_bytes())
            commands = re.findall(r"^```sh\n(.*?)^```", TUTORIAL.read_text(), re.M | re.S)
            self.assertEqual(len(commands), 2, "the tutorial tells how to build both examples")
            for command in commands:
                done = sh(command, where, self.sdk_environment())
                self.assertEqual((done.returncode, done.stderr), (0, ""), command)
            OutOfTree.made = where
        return {"FLEETD_PLUGIN_PATH": str(OutOfTree.made)}

    def on_fleet(self, *args, files=None):
        return self.fleet("dendritic", {**SELECTED, **(files or {})}).run(*args, env=self.plugins())

    def test_listed(self):
        out = self.expect(self.on_fleet("plugins"), 0).out
        for plugin in PLUGINS:
            self.assertRegex(out, rf"(?m)^{re.escape(plugin)} .*web")

    def test_check(self):
        self.expect(self.on_fleet("check"), 0, out=["no errors"])

    def test_show(self):
        def shown(path):
            return self.expect(self.on_fleet("show", "web", path, "--json"), 0).json()

        self.assertEqual(shown("networking.firewall.allowedTCPPorts"), [8081])
        self.assertEqual(shown("systemd.services.hello.environment.GREETING"), "salve from web")
        self.assertEqual(shown("environment.etc.hello-c.text"), "hello from C\n")
        self.assertEqual(shown("services.hello.port"), 8081)

    def test_explain(self):
        self.expect(self.on_fleet("explain", "web", "networking.firewall.allowedTCPPorts"), 0, out=["org.example.hello", "8081"])
        self.expect(self.on_fleet("explain", "web", "services.hello.port"), 0, out=["modules/hello.nix:9:", "16 bit unsigned", "8080", "8081"])
        self.expect(self.on_fleet("explain", "web", "environment.etc.hello-c.text"), 0, out=["org.example.hello-c", "services.hello-c.enable"])

    def test_render(self):
        fleet = self.fleet("dendritic", SELECTED)
        out = fleet.base / "tree"
        self.expect(fleet.run("render", "--out", str(out), env=self.plugins()), 0)
        host = out / "fleetd/hosts/nixos/web"
        text = "".join(path.read_text() for path in sorted(host.glob("*.nix")))
        for part in ("8081", '"salve from web"', "hello from C", "config.services.hello-c.enable"):
            self.assertIn(part, text)
        for plugin in PLUGINS:
            self.assertIn("mkOption", (out / f"fleetd/plugins/{plugin}.nix").read_text())
        if shutil.which("nix-instantiate"):
            files = [str(p) for p in (out / "fleetd").rglob("*.nix")]
            done = subprocess.run(["nix-instantiate", "--parse", *files], env={**os.environ, "NIX_CONFIG": "store = dummy://"}, capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_other_hosts_are_left_alone(self):
        self.expect(self.on_fleet("show", "mac", "services.hello", "--json"), 1)

    def test_its_option_has_its_type(self):
        bad = {"modules/zz.nix": '{ flake.modules.nixos.web.services.hello.port = "high"; }\n'}
        self.expect(self.on_fleet("check", files=bad), 1, err=["services.hello.port", "modules/zz.nix:1:", "16 bit"])

    def test_its_own_errors_are_told(self):
        bad = {"modules/zz.nix": '{ flake.modules.nixos.web = { lib, ... }: { services.hello.greeting = lib.mkOverride 10 ""; }; }\n'}
        self.expect(self.on_fleet("check", files=bad), 1, err=["error[FL0308]", "HELLO01", "the greeting is empty", "services.hello.greeting", "web"])

    def test_unknown_option_below_its_root(self):
        bad = {"modules/zz.nix": "{ flake.modules.nixos.web.services.hello.prot = 1; }\n"}
        self.expect(self.on_fleet("check", files=bad), 1, err=["services.hello.prot", "did you mean"])

    def test_not_selected(self):
        """Without the choice neither option nor file is there."""
        fleet = self.fleet("dendritic")
        self.assertEqual(self.expect(fleet.run("plugins", env=self.plugins()), 0).out.count("org.example.hello"), 2)
        self.expect(fleet.run("show", "web", "services.hello", env=self.plugins()), 1, err=["FL0420"])

    def test_warnings_of_strict_compilers(self):
        """Neither language's headers make a strict compiler speak."""
        env = self.sdk_environment()
        where = self.fleet().base
        flags = "-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Werror"
        sources = sorted((ROOT / "sdk/examples").glob("*/*.c*"))
        self.assertGreaterEqual(len(sources), 5)
        for source in sources:
            compiler = f"c++ -std=c++20 {flags} -Wold-style-cast" if source.suffix == ".cpp" else f"cc -std=c11 {flags} -Wstrict-prototypes"
            done = sh(f'{compiler} -fPIC -shared "{source}" $(pkg-config --cflags --libs fleet-sdk) -o out.so', where, env)
            self.assertEqual((done.returncode, done.stderr), (0, ""), source)

    def test_greeter_in_an_inventory(self):
        """A service with roles, on machines of two classes: settings, another machine's settings, its own errors."""
        instance = 'hi = { module.name = "org.example.greeter"; roles.server.machines.barn.settings.port = 7200; roles.client = { tags.all = { }; settings.greeting = "@"; }; };'

        def yard(greeting):
            fleet = self.fleet(files=clan(instance.replace("@", greeting)))
            library = fleet.base / "org.example.greeter.so"
            source = ROOT / "sdk/examples/greeter/greeter.cpp"
            done = sh(f'c++ -std=c++20 -fPIC -shared "{source}" $(pkg-config --cflags --libs fleet-sdk) -o "{library}"', fleet.base, self.sdk_environment())
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            return lambda *args: fleet.run(*args, env={"FLEETD_PLUGIN_PATH": str(fleet.base)})

        run = yard("salve")
        self.expect(run("check"), 0, out=["no errors"])
        for host in ("silo", "gate"):
            self.assertEqual(self.expect(run("show", host, "environment.etc", "--json"), 0).json()["greeter.conf"]["text"], "salve barn.yard.example.org:7200\n")
        self.assertEqual(self.expect(run("show", "barn", "networking.firewall.allowedTCPPorts", "--json"), 0).json(), [7200])
        self.expect(yard("")("check"), 1, err=["GREET01", "the greeting is empty"])

    def test_one_symbol_leaves_a_plugin(self):
        self.plugins()
        if not shutil.which("nm"):
            self.skipTest("nm is not installed")
        for plugin in PLUGINS:
            listing = subprocess.run(["nm", "-D", "--defined-only", str(OutOfTree.made / (plugin + ".so"))], capture_output=True, text=True, check=True).stdout
            self.assertEqual([line.split()[-1].split("@")[0] for line in listing.splitlines() if not line.split()[-2] == "A"], ["fleet_entry_v0"])
