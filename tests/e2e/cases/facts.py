"""What the plugin of a network knows of machines reaches the plugins that write configurations, wherever both run."""

import shutil
import subprocess
from pathlib import Path

from harness import FIXTURES, FleetTest

ROOT = Path(__file__).resolve().parents[3]
RING, READER = "org.example.ring", "org.example.ring-reader"
FILES = {
    "modules/ring.nix": """{
  flake.fleet.tags = { };
  flake.fleet.plugins = [ "org.example.ring-reader" ];
  flake.fleet.hosts.web.plugins = [ "org.example.ring" ];
}
"""
}


class Facts(FleetTest):
    def test_others_are_told(self):
        own = self.fleet("dendritic", FILES)
        library = own.base / f"more/{RING}.so"
        library.parent.mkdir()
        command = [shutil.which("c++") or "g++", "-std=c++20", "-fPIC", "-shared", "-fvisibility=hidden", "-I", str(ROOT / "sdk/include"), f"-Wl,--version-script={ROOT / 'sdk/plugin.map'}"]
        subprocess.run([*command, str(FIXTURES / "plugins/ring.cpp"), "-o", str(library)], check=True)
        shutil.copy(library, library.with_name(f"{READER}.so"))
        env = {"FLEETD_PLUGIN_PATH": f"{library.parent}:{own.environment()['FLEETD_PLUGIN_PATH']}"}
        hosts = [row["name"] for row in self.expect(own.run("hosts", "--json", env=env), 0).json()]
        self.assertGreater(len(hosts), 1)
        seen = []
        for how in ("--isolate=none", "--isolate=unsandboxed"):
            shown = self.expect(own.run("show", "web", "environment.etc", "--json", how, env=env), 0).json()
            seen.append((shown["ring"]["text"], shown["own"]["text"]))
        self.assertEqual(seen[0], seen[1])
        lines = dict(line.split(" ") for line in seen[0][0].splitlines())
        self.assertEqual(sorted(lines), sorted(hosts))
        self.assertEqual(lines["web"], seen[0][1])
        self.expect(own.run("plugin", "check", str(library), env=env), 0, out=["nothing found"])
        self.expect(own.run("check", env=env), 0)
        calls = self.expect(own.run("plugins", "show", RING, "--json", env=env), 0).json()["lastRun"]["calls"]
        self.assertEqual(calls["fleet.facts/1"], 1)
