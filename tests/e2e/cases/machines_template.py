"""New machines from templates of the fleet and of its inputs."""

import json
import os

from cases.machines import GIT, InventoryTest

CLAN = """{
  meta.name = "yard";
  inventory.machines.barn = { };
  machines.barn.nixpkgs.hostPlatform = "x86_64-linux";
  templates.machine = {
    kiosk = { description = "A screen"; path = ./templates/kiosk; };
    empty.path = ./templates/empty;
    linked.path = ./templates/linked;
    file.path = ./clan.nix;
  };
}
"""
FLAKE = """{ outputs = { clan-core, self, ... }: clan-core.lib.clan { inherit self; imports = [ ./clan.nix ]; };
  inputs.clan-core.url = "https://git.clan.lol/clan/clan-core/archive/main.tar.gz";
  inputs.far.url = "github:example/far"; }
"""
FILES = {
    "templates/kiosk/configuration.nix": '{ imports = [ ./parts/screen.nix ]; nixpkgs.hostPlatform = "x86_64-linux"; }\n',
    "templates/kiosk/parts/screen.nix": "{ }\n",
    "templates/linked/configuration.nix": lambda path: os.symlink("/etc/passwd", path),
}


class Templates(InventoryTest):
    def make(self, *args):
        fleet = self.yard({}, clan=CLAN, **FILES)
        (fleet.root / "flake.nix").write_text(FLAKE)
        (fleet.root / "templates/empty").mkdir()
        return fleet, fleet.run("machines", "create", *args, "--no-commit", env=GIT)

    def test_all_files_are_copied(self):
        for reference in (".#kiosk", "#kiosk", "self#kiosk"):
            fleet, result = self.make("hall", "--template", reference)
            self.expect(result, 0)
            self.assertEqual((fleet.root / "machines/hall/parts/screen.nix").read_text(), "{ }\n")
            self.assertIn("hall", json.loads((fleet.root / "inventory.json").read_text())["machines"])

    def test_the_one_that_comes_with_fleetd(self):
        fleet, result = self.make("hall", "--template", "new-machine")
        self.expect(result, 0)
        self.assertIn("stateVersion", (fleet.root / "machines/hall/configuration.nix").read_text())

    def test_what_cannot_be_taken(self):
        for reference, *texts in (
            ("kiosk", "FL0630", "new-machine comes with fleetd"),
            (".#kiosc", "FL0630", "did you mean `kiosk`?"),
            ("a#b#c", "FL0630", "more than one #"),
            ("fra#kiosk", "FL0630", "the input fra"),
            ("far#kiosk", "FL0630", "not on this machine"),
            (".#file", "FL0630", "no directory"),
            (".#empty", "FL0631", "is empty"),
            (".#linked", "FL0631", "neither a file nor a folder"),
        ):
            with self.subTest(reference):
                fleet, result = self.make("hall", "--template", reference)
                self.expect(result, 1, err=texts)
                self.assertFalse((fleet.root / "machines").exists())
                self.assertFalse((fleet.root / ".fleetd-change").exists())
