"""How secrets get to machines: clan.core of hosts that clan-core does not make, moving between both, owners that do not exist."""

import json
import os
import shutil
import subprocess
import unittest

from harness import FleetTest

GIT = {"GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "a@b.c", "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "a@b.c"}
CLAN = """{ inputs.clan-core.url = "https://git.clan.lol/clan/clan-core/archive/main.tar.gz";
  outputs = { clan-core, self, ... }: clan-core.lib.clan { inherit self; meta.name = "yard"; machines.barn = ./barn.nix; }; }
"""
PLAIN = """{ inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";
  outputs = { nixpkgs, ... }: { nixosConfigurations.barn = nixpkgs.lib.nixosSystem { modules = [ ./barn.nix { networking.hostName = "barn"; } ]; }; }; }
"""
DARWIN = """{ inputs.nix-darwin.url = "github:nix-darwin/nix-darwin";
  outputs = { nix-darwin, ... }: { darwinConfigurations.barn = nix-darwin.lib.darwinSystem { modules = [ ./barn.nix ]; }; }; }
"""
BARN = """{ config, ... }: {
  nixpkgs.hostPlatform = "x86_64-linux";
  environment.etc.key.text = config.clan.core.vars.generators.token.files.token.path;
  environment.etc.open.text = config.clan.core.vars.generators.token.files.open.value;
  clan.core.vars.generators = {
    token = { files.token = { restartUnits = [ "x.service" ]; }; files.open.secret = false; builtin = { generator = "age-key"; file = "token"; public = "open"; }; };
    login = { files.word.neededFor = "users"; builtin = { generator = "random"; file = "word"; }; };
    early = { files.word.neededFor = "activation"; builtin = { generator = "random"; file = "word"; }; };
    ca = { share = true; files.key.deploy = false; builtin = { generator = "random"; file = "key"; }; };
  };
}
"""


class DeliveryTest(FleetTest):
    def yard(self, flake, barn=BARN):
        fleet = self.fleet(files={"flake.nix": flake, "barn.nix": barn})
        self.expect(self.vars(fleet, "keygen", "--user", "ada"), 0)
        return fleet

    def vars(self, fleet, *args):
        return fleet.run("vars", *args, env=GIT)

    def show(self, fleet, path):
        return self.expect(fleet.run("show", "barn", path, "--json"), 0).json()


class Providers(DeliveryTest):
    def test_a_host_moves_without_a_secret_being_touched(self):
        fleet = self.yard(CLAN)
        self.expect(self.vars(fleet, "generate"), 0)
        files = {str(p): p.read_bytes() for d in ("vars", "sops") for p in sorted((fleet.root / d).rglob("*")) if p.is_file()}
        paths = ("environment.etc.key.text", "environment.etc.open.text")
        before = [self.show(fleet, path) for path in paths]
        self.assertEqual(before[0], "/run/secrets/vars/per-machine/barn/token/token")
        self.assertTrue(before[1].startswith("age1"))
        fleet.write("flake.nix", PLAIN)
        self.assertEqual([self.show(fleet, path) for path in paths], before)
        self.expect(self.vars(fleet, "check"), 0, err=["all variables are there"])
        self.expect(self.vars(fleet, "generate"), 0, err=["nothing is missing"])
        self.assertEqual({str(p): p.read_bytes() for d in ("vars", "sops") for p in sorted((fleet.root / d).rglob("*")) if p.is_file()}, files)

    def test_clan_core_stays_where_it_is(self):
        for flake, brings in ((CLAN, False), (PLAIN, True)):
            fleet = self.yard(flake)
            self.expect(fleet.run("render", "--out", str(fleet.base / "out")), 0)
            self.assertEqual((fleet.base / "out/fleetd/hosts/nixos/barn/_clan-core.nix").exists(), brings)
            self.assertEqual("_clan-core.nix" in (fleet.base / "out/fleetd/hosts.nix").read_text(), brings)

    def test_mistakes_below_clan_core_have_a_place(self):
        fleet = self.yard(PLAIN, BARN.replace("neededFor = \"users\"", "neededFor = \"nobody\""))
        self.expect(fleet.run("check"), 1, err=["neededFor", "barn.nix:7:"])

    def test_hosts_that_do_not_use_it_are_left_alone(self):
        fleet = self.yard(PLAIN, '{ nixpkgs.hostPlatform = "x86_64-linux"; }\n')
        self.expect(fleet.run("render", "--out", str(fleet.base / "out")), 0)
        self.assertFalse((fleet.base / "out/fleetd/hosts/nixos/barn/_clan-core.nix").exists())

    @unittest.skipUnless(os.environ.get("NIXPKGS_LIB") and shutil.which("nix-instantiate"), "nix or NIXPKGS_LIB is not there")
    def test_what_nix_makes_of_it(self):
        fleet = self.yard(PLAIN)
        self.expect(self.vars(fleet, "generate"), 0)
        out = fleet.base / "out"
        self.expect(fleet.run("render", "--out", str(out)), 0)
        expression = f"""
          let
            lib = import {os.environ["NIXPKGS_LIB"]};
            list = lib.mkOption {{ type = lib.types.listOf lib.types.anything; default = [ ]; }};
            anything = lib.mkOption {{ type = lib.types.anything; default = {{ }}; }};
            sops = {{ options.sops = {{ secrets = anything; age.keyFile = lib.mkOption {{ type = lib.types.str; }}; }}; }};
            with' = more: (lib.evalModules {{
              modules = [
                {{ options = {{ warnings = list; assertions = list; environment = anything; nixpkgs = anything; }}; }}
                {out}/barn.nix
                {out}/fleetd/hosts/nixos/barn/_clan-core.nix
              ] ++ more;
            }}).config;
            failed = config: map (a: a.message) (lib.filter (a: !a.assertion) config.assertions);
            made = with' [ sops ];
            token = made.clan.core.vars.generators.token.files;
          in {{
            etc = lib.mapAttrs (_: e: e.text) made.environment.etc;
            secrets = lib.mapAttrs (_: s: builtins.removeAttrs s [ "sopsFile" ]) made.sops.secrets;
            key = made.sops.age.keyFile;
            open = token.open.exists;
            fails = [ (failed made) (failed (with' [ ])) ];
            secret = (builtins.tryEval token.token.value).success;
          }}"""
        done = subprocess.run(["nix-instantiate", "--eval", "--strict", "--json", "-E", expression], env={**os.environ, "NIX_CONFIG": "store = dummy://"}, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        nix = json.loads(done.stdout)
        common = {"format": "binary", "group": "root", "mode": "0400", "owner": "root"}
        self.assertEqual(nix["secrets"], {"vars/per-machine/barn/login/word": {**common, "neededForUsers": True}, "vars/per-machine/barn/token/token": {**common, "restartUnits": ["x.service"]}})
        self.assertEqual(nix["key"], "/var/lib/sops-nix/key.txt")
        self.assertEqual(nix["etc"], {name: self.show(fleet, f"environment.etc.{name}.text") for name in ("key", "open")})
        self.assertTrue(nix["open"])
        self.assertEqual(nix["fails"], [[], ["the secrets of barn are brought by sops-nix: import inputs.sops-nix.nixosModules.sops"]])
        self.assertFalse(nix["secret"])


class Owners(DeliveryTest):
    def barn(self, file, more=""):
        return '{ config, lib, ... }: {\n  nixpkgs.hostPlatform = "x86_64-linux";\n  users.users.ada.isNormalUser = true;\n  users.users.x.name = "renamed";\n  users.groups.readers = { };\n  %s\n  clan.core.vars.generators.token.files.token = {\n    %s\n  };\n}\n' % (more, file)

    def check(self, file, code, *err, more="", flake=PLAIN):
        fleet = self.fleet(files={"flake.nix": flake, "barn.nix": self.barn(file, more)})
        done = self.expect(fleet.run("check"), code, err=list(err))
        if not err:
            self.assertNotIn("FL0742", done.err)
        return done

    def test_those_there_are(self):
        for name in ("ada", "renamed", "root", "nginx", "systemd-network"):
            self.check(f'owner = "{name}";', 0)
        for name in ("readers", "keys", "wheel"):
            self.check(f'group = "{name}";', 0)
        self.check('owner = "_www"; group = "staff";', 0, flake=DARWIN)

    def test_those_there_are_not(self):
        self.check('owner = "eve";', 1, "FL0742", "the secret token/token belongs to the user `eve`, which barn does not have", "barn.nix:8:5")
        self.check('group = "reader";', 1, "FL0742", "did you mean `readers`?", "barn.nix:8:5")
        self.check('owner = "nginx";', 1, "FL0742", flake=DARWIN)

    def test_a_service_may_make_one(self):
        self.check('owner = "kanidm";', 0, more="services.kanidm.enable = true;")
        done = self.check('owner = "eve";', 0, "FL0742", more="services.kanidm.enable = true;")
        self.assertIn("unless a service makes it", done.err)
        self.check('owner = "adaa";', 1, "did you mean `ada`?", more="services.kanidm.enable = true;")
        self.check('owner = "eve";', 1, "FL0742", more="services.openssh.enable = true;")

    def test_what_only_nix_knows(self):
        self.check("owner = config.services.thing.user;", 0)
        self.check('owner = "eve";', 0, more="imports = [ (builtins.fetchTarball \"https://example.org/x\") ];")
        self.check('owner = "eve"; deploy = false;', 0)
        self.check('owner = "eve"; secret = false;', 0)


if __name__ == "__main__":
    unittest.main()
