"""Which files the fingerprint of a host covers: those it can reach, with real Nix as the judge of it."""

import unittest

from deploying import LabTest, laboratory

setUpModule, tearDownModule = laboratory("h1")


FLAKE = """{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      mk = import ./lib/mk.nix { inherit nixpkgs inputs; };
    in
    {
      nixosConfigurations = {
%s
      };
    };
}
"""
MK = """{ nixpkgs, inputs }:
name: modules:
nixpkgs.lib.nixosSystem {
  specialArgs = { inherit inputs; };
  modules = [ ./base.nix { networking.hostName = name; nixpkgs.hostPlatform = "x86_64-linux"; } ] ++ modules;
}
"""
FILES = {
    "lib/mk.nix": MK,
    "lib/base.nix": '{ system.version = "1"; }\n',
    "README.md": "read me\n",
    "dead.nix": "{ }\n",
    "hosts/other/dead.txt": "",
}

# Host: its modules, and what it takes.
HOSTS = {
    "own": ("[ ./hosts/own.nix ]", {"hosts/own.nix": "{ imports = [ ./own/more.nix ]; }\n", "hosts/own/more.nix": "{ imports = [ ../shared.nix ]; }\n", "hosts/shared.nix": "{ }\n"}),
    "directory": ("[ ./hosts/directory ]", {"hosts/directory/default.nix": "{ imports = [ ./a.nix ]; }\n", "hosts/directory/a.nix": "{ imports = [ ../shared.nix ]; }\n"}),
    "reads": ('[ { lab.held = builtins.readFile ./data/held; } ]', {"data/held": "held"}),
    "copies": ("[ ./hosts/copies.nix ]", {"hosts/copies.nix": '{ lab.held = "${./assets}"; }\n', "hosts/assets/x": "x", "hosts/assets/deep/y": "y"}),
    "value": ("[ ./hosts/value.nix ]", {"hosts/value.nix": '{ lib, ... }: let table = import ../data/table.nix; in { system.version = table.${"v"}; }\n', "data/table.nix": '{ v = import ./v.nix; }\n', "data/v.nix": '"7"\n'}),
    "names": ("[ ./hosts/names.nix ]", {"hosts/names.nix": "{ lab.held = toString (builtins.attrNames (builtins.readDir ./parts)); }\n", "hosts/parts/one": "1"}),
    "maybe": ("[ ./hosts/maybe.nix ]", {"hosts/maybe.nix": '{ lab.held = if builtins.pathExists ./there then "yes" else "no"; }\n'}),
    "computed": ('[ (./. + "/hosts/${"com" + "puted"}.nix") ]', {"hosts/computed.nix": "{ }\n"}),
    "self": ("[ ({ inputs, ... }: { lab.held = \"${inputs.self}\"; }) ]", {}),
    "text": ("[ ({ ... }: { lab.held = toString ./.; }) ]", {}),
    "path": ('[ { lab.held = "${builtins.path { path = ./.; name = "all"; }}"; } ]', {}),
    "up": ('[ ({ ... }: { lab.held = builtins.readFile (./hosts + "/../data/held"); }) ]', {}),
    "another": ("[ ({ inputs, ... }: { lab.held = inputs.self.nixosConfigurations.own.config.networking.hostName; }) ]", {}),
}
ALL = {"self", "text", "path", "up", "another"}  # that depend on every file


class Reached(LabTest):
    def setUp(self):
        super().setUp()
        for name in ("h1.nix", "common.nix"):
            (self.yard.root / name).unlink()
        files = dict(FILES)
        for _, own in HOSTS.values():
            files |= own
        for path, text in files.items():
            self.yard.write(path, text)
        self.yard.write("flake.nix", FLAKE % "\n".join(f"        {name} = mk \"{name}\" {modules};" for name, (modules, _) in HOSTS.items()))
        self.before = {one["host"]: one["system"] for one in self.built()}

    def changed(self, path, text):
        """Hosts that are evaluated after a change; the change is taken back."""
        place = self.yard.root / path
        kept = place.read_text() if place.exists() else None
        self.yard.write(path, text)
        after = self.built()
        # Nix has the last word: whoever was left alone would have come out the same.
        self.expect(self.run_fleetd("build", "--verify-fingerprints", timeout=300), 0)
        if kept is None:
            place.unlink()
        else:
            self.yard.write(path, kept)
        self.assertTrue(all(not one["evaluated"] for one in self.built() if one["host"] not in {o["host"] for o in after if o["evaluated"]}))
        found = {one["host"] for one in after if one["evaluated"]}
        self.built()
        return found

    def test_what_nobody_reaches_changes_nobody(self):
        self.assertEqual(self.changed("README.md", "changed\n"), ALL)
        self.assertEqual(self.changed("dead.nix", "{ system.version = \"9\"; }\n"), ALL)
        self.assertEqual(self.changed("hosts/other/new.txt", "new\n"), ALL)

    def test_what_one_reaches_changes_that_one(self):
        for path, text, hosts in (
            ("hosts/own.nix", '{ imports = [ ./own/more.nix ]; system.version = "2"; }\n', {"own"}),
            ("hosts/own/more.nix", '{ system.version = "3"; }\n', {"own"}),
            ("hosts/shared.nix", '{ system.version = "4"; }\n', {"own", "directory"}),
            ("hosts/directory/a.nix", '{ system.version = "5"; }\n', {"directory"}),
            ("data/held", "other", {"reads"}),
            ("hosts/assets/deep/y", "z", {"copies"}),
            ("hosts/assets/new", "n", {"copies"}),
            ("data/v.nix", '"8"\n', {"value"}),
            ("hosts/parts/two", "2", {"names"}),
            ("hosts/there", "", {"maybe"}),
            ("hosts/computed.nix", '{ system.version = "6"; }\n', {"computed"}),
        ):
            with self.subTest(path):
                self.assertEqual(self.changed(path, text), hosts | ALL)

    def test_what_all_reach_changes_all(self):
        self.assertEqual(self.changed("lib/base.nix", '{ system.version = "11"; }\n'), set(HOSTS))
        self.assertEqual(self.changed("lib/mk.nix", MK + "# more\n"), set(HOSTS))

    def test_why_it_covers_all_is_told(self):
        done = self.expect(self.run_fleetd("build", "-v", "self", "own"), 0, err=["the fingerprint of self covers all files: flake.nix:"])
        self.assertNotIn("the fingerprint of own", done.err)


if __name__ == "__main__":
    unittest.main()
