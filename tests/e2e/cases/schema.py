"""Schemas: imported lists, what Nix lists, what check makes of them; coverage; modules that do not exist."""

import json
import os
import shutil
import unittest

from harness import FleetTest

FLAKE = """{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs";
  inputs.extra.url = "github:example/extra";
  outputs = { self, nixpkgs, extra }: {
    nixosConfigurations.web = nixpkgs.lib.nixosSystem {
      system = "x86_64-linux";
      modules = [ ./web.nix ];
    };
    nixosConfigurations.db = nixpkgs.lib.nixosSystem {
      system = "x86_64-linux";
      modules = [ ./db.nix extra.nixosModules.default ];
    };
  };
}
"""


def locked(name, owner):
    source = {"owner": owner, "repo": name, "type": "github"}
    return {
        "locked": {**source, "lastModified": 1, "narHash": "sha256-" + "A" * 43 + "=", "rev": "0" * 40},
        "original": source,
    }


LOCK = {
    "nodes": {"nixpkgs": locked("nixpkgs", "NixOS"), "extra": locked("extra", "example"), "root": {"inputs": {"nixpkgs": "nixpkgs", "extra": "extra"}}},
    "root": "root",
    "version": 7,
}

WEB = """{ config, lib, pkgs, ... }:
{
  networking.hostName = "web";
  programs.zippy.enable = true;
  programs.zippy.package = pkgs.zippy;
  programs.zippy.sites.main.root = "/srv";
  programs.zippy.flavor = lib.mkIf config.programs.zippy.enable "sweet";
  services.tinyd.level = config.programs.zippy.level;
}
"""

OPTIONS = {
    "networking.hostName": {"loc": ["networking", "hostName"], "type": "string"},
    "programs.zippy.enable": {"loc": ["programs", "zippy", "enable"], "type": "boolean", "default": {"_type": "literalExpression", "text": "false"}, "description": "Whether zippy runs."},
    "programs.zippy.package": {"loc": ["programs", "zippy", "package"], "type": "package"},
    "programs.zippy.sites": {"loc": ["programs", "zippy", "sites"], "type": "attribute set of (submodule)"},
    "programs.zippy.sites.<name>.root": {"loc": ["programs", "zippy", "sites", "<name>", "root"], "type": "path"},
    "programs.zippy.level": {"loc": ["programs", "zippy", "level"], "type": "signed integer"},
    "services.tinyd.level": {"loc": ["services", "tinyd", "level"], "type": "signed integer"},
}

# A platform in small, as the modules of NixOS are written.
PLATFORM = """{ lib }:
[
  (
    { config, lib, ... }:
    {
      imports = [ (lib.mkRenamedOptionModule [ "programs" "zip" "enable" ] [ "programs" "zippy" "enable" ]) ];
      options.networking.hostName = lib.mkOption { type = lib.types.str; default = "nixos"; };
      options.programs.zippy = {
        enable = lib.mkEnableOption "zippy";
        package = lib.mkOption { type = lib.types.package; defaultText = lib.literalExpression "pkgs.zippy"; default = throw "no"; };
        level = lib.mkOption { type = lib.types.int; default = 3; readOnly = true; description = "How much."; };
        hidden = lib.mkOption { type = lib.types.int; default = 3; internal = true; };
        sites = lib.mkOption {
          default = { };
          type = lib.types.attrsOf (lib.types.submodule { options.root = lib.mkOption { type = lib.types.path; }; });
        };
      };
      options.services.tinyd.level = lib.mkOption { type = lib.types.int; };
      config.services.tinyd.level = lib.mkDefault 2;
    }
  )
]
"""

LIB = os.environ.get("NIXPKGS_LIB", "")
HAS_NIX = bool(LIB) and bool(shutil.which("nix-instantiate"))


class Schemas(FleetTest):
    def repository(self, web=WEB, db='{ networking.hostName = "db"; }\n'):
        return self.fleet(files={"flake.nix": FLAKE, "flake.lock": json.dumps(LOCK), "web.nix": web, "db.nix": db})

    def imported(self, fleet, options=None):
        fleet.write("options.json", json.dumps(OPTIONS if options is None else options))
        self.expect(fleet.run("schema", "import", "options.json", "--class", "nixos"), 0, ["nixos:", "options"])

    def test_without_a_schema_it_is_said_what_was_not_checked(self):
        fleet = self.repository()
        hint = "not checked: whether options of nixos exist, and their types; `fleetd schema sync`"
        self.expect(fleet.run("check"), 0, ["no errors", hint])
        self.assertNotIn("not checked", fleet.run("check", "--quiet").out)
        self.imported(fleet)
        self.assertNotIn("not checked", fleet.run("check").out)

    def test_an_argument_that_nobody_passes(self):
        web = "{ pkgs, utils, userName ? 1, username, ... }: {\n  networking.hostName = username;\n  environment.systemPackages = [ pkgs.hello utils.x ];\n  environment.etc.a.text = toString userName;\n}\n"
        fleet = self.repository(web)
        result = fleet.run("check", "--json")
        found = [(f["severity"], f["message"], f["line"], f["column"], f["host"]) for f in result.findings() if f["code"] == "FL0519"]
        # Nix asks for one with a default all the same.
        self.assertEqual(found, [("warning", f"nobody passes the argument `{name}` to this module", 1, column, "web") for name, column in (("userName", 16), ("username", 30))])
        passed = FLAKE.replace("modules = [ ./web.nix ]", 'specialArgs.userName = "ada"; modules = [ ./web.nix ]')
        fleet.write("flake.nix", passed)
        self.expect(fleet.run("check"), 0, err=["FL0519", "id you mean", "userName"])
        fleet.write("flake.nix", passed.replace("userName", 'username = "ada"; specialArgs.userName'))
        self.assertNotIn("FL0519", fleet.run("check", "--json").err)
        # A module that cannot be read may define it.
        fleet.write("flake.nix", FLAKE.replace("modules = [ ./web.nix ]", "modules = [ ./web.nix extra.nixosModules.default ]"))
        self.assertNotIn("FL0519", fleet.run("check", "--json").err)
        # One that no other module uses is no matter.
        fleet.write("flake.nix", FLAKE)
        fleet.write("web.nix", '{ username, ... }: { networking.hostName = "web"; }\n')
        self.assertNotIn("FL0519", fleet.run("check", "--json").err)

    def test_what_an_imported_list_does_not_have_is_a_warning(self):
        fleet = self.repository()
        self.imported(fleet)
        result = fleet.run("check", "--json")
        self.assertEqual(result.code, 0)
        found = [f for f in result.findings() if f["code"] == "FL0560"]
        self.assertEqual([f["option"] for f in found], ["programs.zippy.flavor"])
        self.assertEqual((found[0]["severity"], found[0]["line"], found[0]["file"][-7:]), ("warning", 7, "web.nix"))

    def test_a_definition_that_may_not_exist_is_left_alone(self):
        web = "{ config, lib, ... }: { config = if config.programs.zippy.enable then { programs.zpipy.enable = true; } else { }; }\n"
        fleet = self.repository(web)
        self.imported(fleet)
        self.assertNotIn("FL0560", fleet.run("check", "--json").err)

    INSIDE = {
        **OPTIONS,
        "programs.zippy.sites.<name>.tls.key": {"loc": ["programs", "zippy", "sites", "<name>", "tls", "key"], "type": "null or path"},
        "programs.zippy.peers": {"loc": ["programs", "zippy", "peers"], "type": "null or (list of (submodule))"},
        "programs.zippy.peers.*.host": {"loc": ["programs", "zippy", "peers", "*", "host"], "type": "string"},
        "programs.zippy.free": {"loc": ["programs", "zippy", "free"], "type": "attribute set of (open submodule of (attribute set of anything))"},
        "programs.zippy.free.<name>.root": {"loc": ["programs", "zippy", "free", "<name>", "root"], "type": "path"},
        "programs.zippy.one": {"loc": ["programs", "zippy", "one"], "type": "submodule"},
        "programs.zippy.one.users": {"loc": ["programs", "zippy", "one", "users"], "type": "lazy attribute set of (submodule)"},
        "programs.zippy.one.users.<name>.shell": {"loc": ["programs", "zippy", "one", "users", "<name>", "shell"], "type": "string"},
    }

    def inside(self, definitions):
        """(path, line) of what an imported list lacks in the values of options; the definitions begin on line 2."""
        fleet = self.repository("{ config, lib, ... }: { programs.zippy = {\n" + definitions + "\n}; }\n")
        self.imported(fleet, self.INSIDE)
        result = fleet.run("check", "--json")
        self.assertEqual(result.code, 0, result.err)
        return [(f["option"].removeprefix("programs.zippy."), f["line"]) for f in result.findings() if f["code"] == "FL0560"]

    def test_names_in_submodules_are_looked_up(self):
        self.assertEqual(self.inside('sites.main.roott = "/";\nsites.main.tls.kye = "/k";'), [("sites.main.roott", 2), ("sites.main.tls.kye", 3)])
        self.assertEqual(self.inside('sites = lib.mkIf true {\n main = lib.mkForce { roott = 1; }; };'), [("sites.main.roott", 3)])
        self.assertEqual(self.inside('sites.main.config = {\n roott = 1; };'), [("sites.main.roott", 3)])
        self.assertEqual(self.inside('peers = [ { host = "a"; }\n { hots = "b"; } ];'), [("peers.[2].hots", 3)])
        self.assertEqual(self.inside('one.users.alice.shel = "x";'), [("one.users.alice.shel", 2)])
        self.assertEqual(self.inside('one.user = { };'), [("one.user", 2)])

    def test_names_in_submodules_that_nobody_can_judge_are_left_alone(self):
        for definitions in (
            "free.main.anything = 1;",
            "peers = null;",
            "sites.main = { name, ... }: { roott = 1; };",
            "sites.main = { imports = [ ./more.nix ]; roott = 1; };",
            "sites.main = { imports = [ ./more.nix ]; }; sites.other = { }; sites = { main = { roott = 1; }; };",
            "sites.main = { options.roott = lib.mkOption { }; config.roott = 1; };",
            "sites.main = lib.mkIf config.programs.zippy.enable { roott = 1; };",
            "sites = config.programs.zippy.other;",
            "sites.main = { _module.args.x = 1; meta.x = 1; };",
        ):
            with self.subTest(definitions):
                self.assertEqual(self.inside(definitions), [])

    def test_a_submodule_the_fleet_adds_to_is_left_alone(self):
        fleet = self.repository(
            "{ lib, ... }: { options.programs.zippy.sites = lib.mkOption { type = lib.types.attrsOf (lib.types.submodule "
            "{ options.mine = lib.mkOption { type = lib.types.int; }; }); };\n config.programs.zippy.sites.main = { mine = 1; root = \"/\"; }; }\n"
        )
        self.imported(fleet, self.INSIDE)
        self.assertNotIn("FL0560", fleet.run("check", "--json").err)

    def test_names_are_suggested_from_the_schema(self):
        fleet = self.repository("{ programs.zipy.enable = true; }\n")
        self.imported(fleet)
        self.expect(fleet.run("check"), 0, err=["FL0560", "programs.zipy", "did you mean `programs.zippy`?"])
        fleet.write("web.nix", '{ programs.zippy.sites.main.rot = "/"; }\n')
        self.expect(fleet.run("check"), 0, err=["did you mean `programs.zippy.sites.main.root`?"])

    def test_what_the_fleet_declares_itself_is_there(self):
        fleet = self.repository("{ lib, ... }: { options.programs.own.x = lib.mkOption { default = 1; }; config.programs.own.x = 2; }\n")
        self.imported(fleet)
        self.assertNotIn("FL0560", fleet.run("check", "--json").err)

    def test_show(self):
        fleet = self.repository()
        self.expect(fleet.run("schema", "show", "programs.zippy.enable"), 1, err=["FL0563"])
        self.imported(fleet)
        self.expect(fleet.run("schema", "show", "programs.zippy.enable"), 0, ["boolean", "default: false", "Whether zippy runs."])
        self.expect(fleet.run("schema", "show", "programs.zippy.sites.main.root"), 0, ["type: path"])
        self.expect(fleet.run("schema", "show", "programs.zippy"), 0, [".enable", ".level"])
        self.expect(fleet.run("schema", "show", "programs.zipy.enable"), 1, err=["FL0420", "did you mean `zippy`?"])
        shown = fleet.run("schema", "show", "programs.zippy.enable", "--json").json()
        self.assertEqual((shown[0]["type"], shown[0]["default"], shown[0]["readOnly"]), ("boolean", "false", False))

    def test_malformed_lists_are_refused(self):
        for text, code in (("[", "FL0006"), ("3", "FL0561"), ('[{"loc": "a"}]', "FL0561")):
            fleet = self.repository()
            fleet.write("options.json", text)
            self.expect(fleet.run("schema", "import", "options.json", "--class", "nixos"), 1, err=[code])

    def test_a_damaged_store_is_told_of_and_not_used(self):
        fleet = self.repository()
        self.imported(fleet)
        (stored,) = (fleet.home / "cache/fleetd/schema").glob("*/nixos.imported")
        stored.write_bytes(stored.read_bytes()[:-1])
        self.expect(fleet.run("check"), 0, ["no errors"], ["FL0561"])

    def test_wrong_words(self):
        fleet = self.repository()
        self.expect(fleet.run("schema", "import", "options.json"), 2, err=["--class"])
        self.expect(fleet.run("schema", "sync", "more"), 2, err=["FL0903"])
        self.expect(fleet.run("schema", "show"), 2, err=["FL0903"])
        self.expect(fleet.run("schema", "list"), 2, err=["FL0903"])
        self.expect(fleet.run("schema", "show", "a", "--class", "linux"), 2, err=["FL0903"])

    @unittest.skipUnless(HAS_NIX, "nix-instantiate or NIXPKGS_LIB is not there")
    def test_sync(self):
        fleet = self.repository()
        fleet.write("platform.nix", PLATFORM)
        env = {"NIX_CONFIG": "store = dummy://"}
        sync = ("schema", "sync", "--class", "nixos", "--from", "platform.nix", "--lib", LIB)
        self.expect(fleet.run(*sync, env=env), 0, ["nixos:"])
        shown = {path: fleet.run("schema", "show", path, "--json").json()[0] for path in
                 ("programs.zippy.package", "programs.zippy.level", "programs.zip.enable", "services.tinyd.level", "programs.zippy.hidden", "programs.zippy.sites.a.root")}
        self.assertEqual(shown["programs.zippy.package"]["default"], "pkgs.zippy")
        self.assertEqual((shown["programs.zippy.level"]["default"], shown["programs.zippy.level"]["readOnly"], shown["programs.zippy.level"]["description"]), ("3", True, "How much."))
        self.assertEqual(shown["programs.zip.enable"]["renamedTo"], "programs.zippy.enable")
        self.assertTrue(shown["services.tinyd.level"]["definedByPlatform"])
        self.assertFalse(shown["programs.zippy.level"]["definedByPlatform"])
        self.assertTrue(shown["programs.zippy.hidden"]["internal"])
        self.assertIn("path", shown["programs.zippy.sites.a.root"]["type"])
        # What the platform does not have is an error, with its place.
        result = fleet.run("check", "--json")
        self.assertEqual(result.code, 1)
        errors = [f for f in result.findings() if f["severity"] == "error"]
        self.assertEqual([(f["code"], f["option"], f["host"], f["line"]) for f in errors], [("FL0402", "programs.zippy.flavor", "web", 7)])
        # So is what a submodule does not have.
        fleet.write("db.nix", '{ networking.hostName = "db"; }\n')
        fleet.write("web.nix", '{ programs.zippy.sites.main = { root = "/"; flavor = 1; }; }\n')
        errors = [f for f in fleet.run("check", "--json").findings() if f["severity"] == "error"]
        self.assertEqual([(f["code"], f["option"], f["line"]) for f in errors], [("FL0402", "programs.zippy.sites.main.flavor", 1)])
        fleet.write("web.nix", WEB)
        # A host with an import that is not covered gets a note.
        fleet.write("db.nix", '{ networking.hostName = "db"; programs.zippy.flavor = 1; }\n')
        found = {f["host"]: f["code"] for f in fleet.run("check", "--json").findings() if f["option"] == "programs.zippy.flavor"}
        self.assertEqual(found, {"web": "FL0402", "db": "FL0403"})
        # Other inputs: the schema no longer counts.
        fleet.write("flake.lock", json.dumps(LOCK, indent=1))
        result = fleet.run("check", "--json")
        self.assertEqual(result.code, 0)
        self.assertIn("FL0564", result.err)

    @unittest.skipUnless(HAS_NIX, "nix-instantiate or NIXPKGS_LIB is not there")
    def test_sync_fails_with_the_words_of_nix(self):
        fleet = self.repository()
        fleet.write("platform.nix", '{ lib }: [ { options.a = throw "out of order"; } ]')
        result = fleet.run("schema", "sync", "--class", "nixos", "--from", "platform.nix", "--lib", LIB, env={"NIX_CONFIG": "store = dummy://"})
        self.expect(result, 1, err=["FL0562", "out of order"])

    def test_sync_without_nix(self):
        fleet = self.repository()
        self.expect(fleet.run("schema", "sync", env={"PATH": str(fleet.home)}), 3, err=["FL0008", "nix-instantiate"])


class Coverage(FleetTest):
    def test_counts(self):
        fleet = self.fleet(files={"flake.nix": FLAKE, "flake.lock": json.dumps(LOCK), "web.nix": WEB, "db.nix": '{ networking.hostName = "db"; }\n'})
        self.expect(fleet.run("check", "--coverage"), 0, ["COVERAGE", "nixos", "web.nix", "NOT READ", "inputs.extra.nixosModules.default"])
        coverage = fleet.run("check", "--coverage", "--json").json()["coverage"]
        whole = coverage["fleet"]
        self.assertEqual((whole["definitions"], whole["paths"], whole["structure"]), (7, 7, 7))
        self.assertEqual((whole["known"], whole["packages"], whole["residual"]), (5, 1, 1))
        self.assertEqual(whole["opaque"], 1)
        self.assertEqual([os.path.basename(m["file"]) for m in coverage["modules"]], ["web.nix", "db.nix"])
        self.assertEqual([(o["kind"], o["reason"]) for o in coverage["opaque"]], [("module", "inputs.extra.nixosModules.default")])
        self.assertEqual(coverage["classes"].keys(), {"nixos"})


class Undecided(FleetTest):
    def test_a_failure_under_a_condition_of_nix_is_no_error(self):
        web = '{ config, lib, ... }:\n{\n  networking.hostName = "web";\n  programs.a = lib.mkIf config.programs.zippy.enable (throw "no");\n  programs.b = lib.mkIf config.programs.zippy.enable (lib.mkBefore (throw "no"));\n}\n'
        fleet = self.fleet(files={"flake.nix": FLAKE, "flake.lock": json.dumps(LOCK), "web.nix": web, "db.nix": "{ }\n"})
        self.expect(fleet.run("check"), 0, ["no errors"])


class MissingModules(FleetTest):
    def findings(self, files):
        fleet = self.fleet(files={"flake.nix": FLAKE, "flake.lock": json.dumps(LOCK), "web.nix": "{ }\n", "db.nix": "{ }\n", **files})
        result = fleet.run("check", "--json")
        self.assertEqual(result.code, 1)
        return [(f["code"], f["host"], os.path.basename(f["file"] or ""), f["line"]) for f in result.findings() if f["severity"] == "error"]

    def test_listed_by_the_host(self):
        files = {"flake.nix": FLAKE.replace("./web.nix", "./nowhere.nix")}
        self.assertEqual(self.findings(files), [("FL0002", "web", "flake.nix", 5)])

    def test_imported_by_a_module(self):
        files = {"web.nix": '{\n  networking.hostName = "web";\n  imports = [\n    ./nowhere.nix\n  ];\n}\n'}
        self.assertEqual(self.findings(files), [("FL0002", "web", "web.nix", 3)])

    def test_imported_by_a_value(self):
        files = {"web.nix": "{\n  networking.hostName =\n    import ./nowhere.nix;\n}\n"}
        self.assertEqual(self.findings(files), [("FL0002", "web", "web.nix", 3)])
