"""The main job on examples/reference-fleet: what its owner would look at first, and that a second run changes nothing."""

import json
import os
import shutil
import subprocess
import unittest
from pathlib import Path

from harness import FleetTest

FLEET = Path(__file__).resolve().parents[3] / "examples" / "reference-fleet"
# Services of the inventory that plugins implement, by machine.
ALL_SERVERS = ["emergency-access", "importer", "internet", "sshd", "trusted-nix-caches", "users", "zerotier"]
SERVICES = {
    "cinnabar": [*ALL_SERVERS, "borgbackup", "monitoring", "tor"],
    "electrum": [*ALL_SERVERS, "borgbackup", "localbackup", "monitoring", "tor"],
    "galena": ALL_SERVERS,
    "scheelite": ALL_SERVERS,
    **{name: ["recommended-defaults", "zerotier"] for name in ("argentum", "blackphos", "rosegold", "stibnite")},
}

MACHINES = {
    "cinnabar": ("nixos", "x86_64-linux"),
    "electrum": ("nixos", "x86_64-linux"),
    "galena": ("nixos", "x86_64-linux"),
    "scheelite": ("nixos", "x86_64-linux"),
    "argentum": ("darwin", "aarch64-darwin"),
    "blackphos": ("darwin", "aarch64-darwin"),
    "rosegold": ("darwin", "aarch64-darwin"),
    "stibnite": ("darwin", "aarch64-darwin"),
}
HOMES = {"stibnite": ["crs58"], "blackphos": ["crs58", "raquel"], "rosegold": ["cameron", "janettesmith"], "argentum": ["cameron", "christophersmith"]}


class ReferenceFleet(FleetTest):
    def run_on(self, *args):
        """In a directory that is not the fleet's, so that nothing is found by walking up."""
        return self.fleet().run("--fleet", str(FLEET), *args)

    def test_check(self):
        result = self.expect(self.run_on("check", "--json"), 0)
        report = result.json()
        machines = {h["name"]: (h["class"], h["system"]) for h in report["hosts"] if h["class"] != "home"}
        self.assertEqual(machines, MACHINES)
        self.assertEqual(report["findings"]["errors"], 0)
        self.assertEqual([f for f in result.findings() if f["severity"] == "error"], [])
        for host in report["hosts"]:
            self.assertEqual(host["problems"], 0, host["name"])
            self.assertEqual(host["plugins"][0], host["class"], host["name"])
            self.assertEqual(sorted(host["plugins"][1:]), sorted(SERVICES.get(host["name"], [])), host["name"])
            self.assertGreater(host["definitions"], 100, host["name"])
            # What the fleet says is known or assumed for the most part.
            self.assertLess(host["unknown"], host["options"] * 0.15, host["name"])
        homes = {h["name"]: h["homes"] for h in report["hosts"] if h["class"] == "darwin"}
        self.assertEqual(homes, HOMES)

    def test_the_pictures_in_the_documentation_are_those_of_the_fleet(self):
        pictures = FLEET.parents[1] / "docs" / "pictures"
        for name, words in (("services", ["graph"]), ("networks", ["network", "graph"])):
            drawn = self.expect(self.run_on(*words), 0).out
            self.assertEqual((pictures / f"{name}.svg").read_text(), drawn, f"fleetd {' '.join(words)} --out docs/pictures/{name}.svg")

    def test_table(self):
        out = self.expect(self.run_on("check", "--timing"), 0, out=["HOST", "UNKNOWN", "no errors", "STAGE", "compose", "total"]).out
        for name in MACHINES:
            self.assertIn(name, out)

    def test_configuration(self):
        shown = self.expect(self.run_on("show", "--all", "--json"), 0).json()
        self.assertTrue(set(MACHINES) <= set(shown))
        cinnabar = shown["cinnabar"]
        self.assertEqual(cinnabar["networking"]["hostName"], "cinnabar")
        self.assertIn(443, cinnabar["networking"]["firewall"]["allowedTCPPorts"])
        self.assertTrue(shown["stibnite"]["homebrew"]["enable"])
        for name, homes in HOMES.items():
            self.assertEqual(sorted(shown[name]["home-manager"]["users"]), homes)

    def test_a_home_is_the_same_inside_a_host_and_alone(self):
        inside = self.expect(self.run_on("show", "stibnite", "home:crs58", "programs.git", "--json"), 0).json()
        alone = self.expect(self.run_on("show", "crs58@aarch64-darwin", "programs.git", "--json"), 0).json()
        self.assertEqual(inside, alone)

    def test_explain(self):
        self.expect(
            self.run_on("explain", "cinnabar", "services.openssh.settings.PasswordAuthentication"),
            0,
            out=["✓ modules/network/sshd.nix:", "priority  100", "false"],
        )

    def test_every_definition_has_a_place(self):
        explained = self.expect(self.run_on("explain", "cinnabar", "networking.firewall.allowedTCPPorts", "--json"), 0).json()
        self.assertTrue(explained["definitions"])
        for definition in explained["definitions"]:
            if definition["file"] == "plugin zerotier":
                self.assertEqual(definition["place"]["file"], "fleetd: plugin zerotier")
                continue
            self.assertTrue(definition["place"]["file"].startswith(str(FLEET)), definition)

    def test_ways(self):
        """Servers have a second way; a laptop is reached by its generated address, which stands nowhere in the modules."""
        ways = self.expect(self.run_on("network", "list", "--json"), 0).json()
        of = lambda name: [way["network"] for way in ways if way["machine"] == name]  # noqa: E731
        self.assertEqual({name: of(name) for name in MACHINES}, {name: ["internet", "zerotier"] if klass == "nixos" else ["zerotier"] for name, (klass, _) in MACHINES.items()})
        modules = "".join(path.read_text() for path in (FLEET / "modules").rglob("*.nix"))
        for way in ways:
            address = way["address"].split("@")[1].strip("[]")
            self.assertEqual(modules.count(address), 0 if way["network"] == "zerotier" else 1, way)

    def test_no_value_is_an_error(self):
        self.assertNotIn("$error", self.expect(self.run_on("show", "--all", "--json"), 0).out)

    def test_output_does_not_depend_on_the_run(self):
        first, second = (self.run_on("show", "--all", "--json").out_bytes for _ in range(2))
        self.assertEqual(first, second)


class Rendered(FleetTest):
    def test_render(self):
        fleet = self.fleet()
        out = fleet.base / "tree"
        first = self.expect(fleet.run("--fleet", str(FLEET), "render", "--out", str(out), "--json"), 0).json()
        self.assertEqual(first["removed"], 0)
        self.assertEqual(first["written"], len(first["generated"]) + first["sources"])
        for host, (klass, _) in MACHINES.items():
            facts = (out / "fleetd/hosts" / klass / host / "_facts.nix").read_text()
            self.assertIn(f'fleet.host.name = "{host}"', facts)
        # The fleet's own files are there as they are.
        for name in ("modules/network/sshd.nix", "flake.lock", "inventory.json"):
            self.assertEqual((out / name).read_bytes(), (FLEET / name).read_bytes())
        self.assertEqual((out / "flake.fleet-source.nix").read_bytes(), (FLEET / "flake.nix").read_bytes())
        before = {p: p.stat().st_mtime_ns for p in out.rglob("*") if p.is_file()}
        second = self.expect(fleet.run("--fleet", str(FLEET), "render", "--out", str(out), "--json"), 0).json()
        self.assertEqual((second["written"], second["removed"]), (0, 0))
        self.assertEqual({p: p.stat().st_mtime_ns for p in out.rglob("*") if p.is_file()}, before)

    def test_default_place(self):
        fleet = self.fleet()
        self.expect(fleet.run("--fleet", str(FLEET), "render"), 0)
        self.assertTrue((fleet.home / "state/fleetd/reference-fleet/tree/flake.nix").is_file())

    @unittest.skipUnless(shutil.which("nix-instantiate"), "nix-instantiate is not installed")
    def test_generated_files_parse(self):
        fleet = self.fleet()
        out = fleet.base / "tree"
        made = self.expect(fleet.run("--fleet", str(FLEET), "render", "--out", str(out), "--json"), 0).json()
        files = [str(out / name) for name in made["generated"] if name.endswith(".nix")]
        self.assertGreater(len(files), 20)
        env = {**os.environ, "NIX_CONFIG": "store = dummy://"}
        done = subprocess.run(["nix-instantiate", "--parse", *files], env=env, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_findings_are_json(self):
        for line in self.fleet().run("--fleet", str(FLEET), "render", "--json").err.splitlines():
            json.loads(line)
