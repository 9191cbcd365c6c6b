"""How secrets get to machines: clan.core of hosts that clan-core does not make, moving between both, owners that do not exist."""

import json
import os
import shutil
import subprocess
import tempfile
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

    def chosen(self, provider, flake=PLAIN, name="barn"):
        return flake.replace("outputs = { nixpkgs, ... }: {", f'outputs = {{ nixpkgs, ... }}: {{ fleet.hosts.{name}.provider = {provider};').replace(
            "clan-core.lib.clan {", f"{{ fleet.hosts.{name}.provider = {provider}; }} // clan-core.lib.clan {{")

    def test_a_host_says_who_brings_clan_core(self):
        fleet = self.yard(PLAIN)
        self.expect(self.vars(fleet, "generate"), 0)
        files = {str(p): p.read_bytes() for d in ("vars", "sops") for p in sorted((fleet.root / d).rglob("*")) if p.is_file()}
        out, shown = fleet.base / "out", []
        for provider in ('"fleetd"', '"clan"', '"fleetd"'):
            fleet.write("flake.nix", self.chosen(provider))
            self.expect(fleet.run("render", "--out", str(out)), 0)
            self.assertEqual((out / "fleetd/hosts/nixos/barn/_clan-core.nix").exists(), provider == '"fleetd"')
            # fleetd's own generators are an option that clan-core does not have.
            self.assertEqual("lib/vars.nix" in (out / "fleetd/hosts.nix").read_text(), provider == '"clan"')
            self.expect(self.vars(fleet, "check"), 0)
            self.expect(self.vars(fleet, "generate"), 0, err=["nothing is missing"])
            shown.append([self.show(fleet, path) for path in ("environment.etc.key.text", "environment.etc.open.text")])
        self.assertEqual(shown[0], shown[1])
        self.assertEqual({str(p): p.read_bytes() for d in ("vars", "sops") for p in sorted((fleet.root / d).rglob("*")) if p.is_file()}, files)

    def test_providers_that_cannot_be(self):
        for flake, code, *texts in (
            (self.chosen('"clam"'), "FL0735", "`clam`", 'write "fleetd" or "clan"'),
            (self.chosen("7"), "FL0735", "no text"),
            (self.chosen('"clan"', name="bran"), "FL0735", "no such host", "did you mean `barn`?"),
            (self.chosen('"fleetd"', CLAN), "FL0736", "made by clan-core", "nixosSystem"),
        ):
            fleet = self.fleet(files={"flake.nix": flake, "barn.nix": BARN})
            self.expect(fleet.run("check"), 1, err=[code, *texts])
        fleet = self.fleet(files={"fleet.json": '{ "hosts": { "barn": { "class": "nixos", "provider": "clan" } } }', "modules/a.nix": "{ }\n"})
        self.expect(fleet.run("check"), 1, err=["FL0736", "without a flake"])

    CLAN_CORE = os.environ.get("FLEETD_TEST_CLAN_CORE", "")

    @unittest.skipUnless(CLAN_CORE, "$FLEETD_TEST_CLAN_CORE names no source of clan-core")
    @unittest.skipUnless(os.environ.get("NIXPKGS_LIB") and shutil.which("nix-instantiate"), "nix or NIXPKGS_LIB is not there")
    def test_both_deliver_the_same(self):
        """The module of clan-core itself beside ours, on one tree of values: the same secrets at the same places for the same owners."""
        barn = BARN.replace('files.word.neededFor = "users"', 'files.word = { neededFor = "users"; owner = "nginx"; mode = "0440"; }')
        barn = barn.replace("early = {", 'disk = { files.word.neededFor = "partitioning"; builtin = { generator = "random"; file = "word"; }; };\n    all = { share = true; files.word = { group = "wheel"; }; builtin = { generator = "random"; file = "word"; }; };\n    early = {')
        for store in ("sops", "age"):
            with self.subTest(store):
                self.compare(barn.replace("{ config, ... }: {", "{ config, ... }: {\n  clan.core.vars.settings = import ./store.nix;"), store)

    def compare(self, barn, store):
        fleet = self.fleet(files={"flake.nix": PLAIN, "barn.nix": barn, "store.nix": f'{{ secretStore = "{store}"; }}\n'})
        own = self.expect(self.vars(fleet, "keygen", "--user", "ada"), 0).out.strip()
        if store == "age":
            fleet.write("store.nix", f'{{ secretStore = "age"; recipients.default = [ "{own}" ]; }}\n')
        self.expect(self.vars(fleet, "generate"), 0)
        out = fleet.base / "out"
        self.expect(fleet.run("render", "--out", str(out)), 0)
        expression = f"""
          let
            lib = import {os.environ["NIXPKGS_LIB"]};
            list = lib.mkOption {{ type = lib.types.listOf lib.types.anything; default = [ ]; }};
            anything = lib.mkOption {{ type = lib.types.anything; default = {{ }}; }};
            raw = lib.mkOption {{ type = lib.types.lazyAttrsOf lib.types.raw; default = {{ }}; }};
            flag = lib.mkOption {{ type = lib.types.bool; default = false; }};
            pkgs = lib.genAttrs [ "age" "coreutils" "findutils" "util-linux" "bash" ] (name: "/nix/store/00000000000000000000000000000000-${{name}}") // {{ stdenv.hostPlatform = {{ isDarwin = false; isLinux = true; system = "x86_64-linux"; }}; writeShellScriptBin = n: t: n; writeText = n: t: n; }};
            # As sops-nix: where a secret is.
            sops = {{ config, ... }}: {{ options.sops = {{
              secrets = lib.mkOption {{ default = {{ }}; type = lib.types.attrsOf (lib.types.submodule ({{ name, config, ... }}: {{
                freeformType = lib.types.anything;
                options.neededForUsers = flag;
                options.restartUnits = list;
                options.path = lib.mkOption {{ type = lib.types.str; default = if config.neededForUsers then "/run/secrets-for-users/${{name}}" else "/run/secrets/${{name}}"; }};
              }})); }};
              age.keyFile = lib.mkOption {{ type = lib.types.nullOr lib.types.str; default = null; }};
              validateSopsFiles = flag; defaultSopsFile = lib.mkOption {{ type = lib.types.raw; default = null; }};
            }}; }};
            base = {{
              options = {{
                warnings = list; assertions = list; environment = anything; nixpkgs = anything; users = raw;
                system = raw; systemd = {{ services = raw; sysusers.enable = flag; tmpfiles = raw; mounts = list; }}; services.userborn.enable = flag; launchd = raw;
                clanConfig = lib.mkOption {{ type = lib.types.raw; }};
              }};
              config._module.args = {{ inherit pkgs; }};
            }};
            of = modules: (lib.evalModules {{ specialArgs = {{ _class = "nixos"; }}; modules = [ base sops {out}/barn.nix ] ++ modules; }}).config;
            clan = of [
              {self.CLAN_CORE}/nixosModules/clanCore/vars {out}/fleetd/lib/vars.nix
              {{
                options.clan.core.settings = {{ directory = lib.mkOption {{ type = lib.types.path; }}; machine.name = lib.mkOption {{ type = lib.types.str; }}; }};
                config.clan.core.settings = {{ directory = "{out}"; machine.name = "barn"; }};
              }}
            ];
            fleetd = of [ {out}/fleetd/hosts/nixos/barn/_clan-core.nix ];
            shown = config: {{
              secrets = lib.mapAttrs (_: s: {{ inherit (s) owner group mode format neededForUsers restartUnits path; file = s ? sopsFile; }}) config.sops.secrets;
              key = config.sops.age.keyFile;
              etc = lib.mapAttrs (_: e: e.text) config.environment.etc;
              files = lib.mapAttrs (_: g: {{ inherit (g) share dependencies validationHash; files = lib.mapAttrs (_: f: {{
                inherit (f) secret deploy owner group mode neededFor restartUnits;
                path = if f.secret then f.path else baseNameOf f.path;
                exists = if f.secret then null else f.exists;
                value = if f.secret then null else f.value;
              }}) g.files; }}) config.clan.core.vars.generators;
            }};
          in {{ clan = shown clan; fleetd = shown fleetd; }}"""
        done = subprocess.run(["nix-instantiate", "--eval", "--strict", "--json", "-E", expression], env={**os.environ, "NIX_CONFIG": "store = dummy://"}, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr[-3000:])
        both = json.loads(done.stdout)
        for one in both.values():
            for generator in one["files"].values():
                for file in generator["files"].values():
                    # A store path of one file, whose name each makes in its own way; a place on machines that do not get it.
                    file["path"] = "in the store" if not file["secret"] else file["path"] if file["deploy"] else "nowhere"
        self.maxDiff = None
        self.assertEqual(both["fleetd"], both["clan"])
        secrets = ["vars/per-machine/barn/login/word", "vars/per-machine/barn/token/token", "vars/shared/all/word"]
        self.assertEqual(sorted(both["clan"]["secrets"]), secrets if store == "sops" else [])

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


@unittest.skipUnless(os.environ.get("NIXPKGS_LIB") and shutil.which("nix-instantiate"), "nix or NIXPKGS_LIB is not there")
class Rendered(DeliveryTest):
    """What Nix makes of the rendered modules, with stand-ins for the modules of others."""

    STUBS = """
      lib = import %s;
      list = lib.mkOption { type = lib.types.listOf lib.types.anything; default = [ ]; };
      anything = lib.mkOption { type = lib.types.anything; default = { }; };
      base = { options = { warnings = list; assertions = list; environment = anything; nixpkgs = anything; users = anything; }; };
      # As sops-nix: where a secret is, and what stands for it in a template.
      sops = top: { config, ... }: { options.sops = {
        secrets = lib.mkOption { default = { }; type = lib.types.attrsOf (lib.types.submodule ({ name, ... }: { freeformType = lib.types.anything; options.path = lib.mkOption { type = lib.types.str; default = "${top}/${name}"; }; })); };
        placeholder = lib.mkOption { type = lib.types.attrsOf lib.types.str; default = lib.mapAttrs (name: _: "<SOPS:${name}:PLACEHOLDER>") config.sops.secrets; };
        templates = anything; age.keyFile = lib.mkOption { type = lib.types.nullOr lib.types.str; default = null; };
      }; };
      failed = config: map (a: a.message) (lib.filter (a: !a.assertion) config.assertions);
      shown = lib.mapAttrs (_: s: builtins.removeAttrs s [ "sopsFile" ]);
    """

    def nix(self, out, expression):
        text = f"let {self.STUBS % os.environ['NIXPKGS_LIB']} out = {out}; in {expression}"
        done = subprocess.run(["nix-instantiate", "--eval", "--strict", "--json", "-E", text], env={**os.environ, "NIX_CONFIG": "store = dummy://"}, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def secret(self, fleet, name, *args):
        self.expect(fleet.run("secrets", "set", name, *args, env=GIT, stdin=b"word"), 0)

    def test_secrets_of_systems_and_homes(self):
        barn = """{ config, ... }: {
          nixpkgs.hostPlatform = "x86_64-linux";
          fleet.secrets.mail = { owner = "postfix"; mode = "0440"; restartUnits = [ "postfix.service" ]; };
          fleet.secrets.ada-key.keyOf = "ada";
          fleet.secrets.later = { };
        }
        """
        fleet = self.yard(PLAIN, barn)
        self.secret(fleet, "mail", "--machine", "barn")
        self.secret(fleet, "ada-key")
        self.secret(fleet, "token")
        fleet.write("home.nix", '{ config, ... }: { fleet.secrets.token.path = "/home/ada/token"; fleet.secrets.mail = { }; sops.templates.netrc.content = "password ${config.sops.placeholder.token}"; }\n')
        out = fleet.base / "out"
        self.expect(fleet.run("render", "--out", str(out)), 0)
        made = self.nix(out, """
          let
            homes.options.home-manager = { sharedModules = list; users = anything; };
            system = modules: (lib.evalModules { modules = [ base (out + "/barn.nix") (out + "/fleetd/lib/host.nix") { fleet.host = { name = "barn"; class = "nixos"; }; } ] ++ modules; }).config;
            config = system [ (sops "/run/secrets") homes ];
            home = more: (lib.evalModules { modules = [ { options = { assertions = list; home.username = lib.mkOption { type = lib.types.str; default = "ada"; }; }; } (out + "/home.nix") ] ++ config.home-manager.sharedModules ++ more; }).config;
            ada = home [ (sops "/home/ada/.config/sops-nix/secrets") config.home-manager.users.ada ];
          in {
            system = shown config.sops.secrets;
            fails = failed config;
            bare = failed (system [ ]);
            home = shown ada.sops.secrets;
            key = ada.sops.age.keyFile;
            template = ada.sops.templates.netrc.content;
            wrong = failed (home [ (sops "/x") { fleet.secrets.mail.owner = "ada"; } ]);
            kept = baseNameOf config.sops.secrets.mail.sopsFile;
          }""")
        self.assertEqual(made["system"], {
            "ada-key": {"format": "binary", "mode": "0400", "owner": "ada", "path": "/run/secrets/ada-key"},
            "mail": {"format": "binary", "mode": "0440", "owner": "postfix", "path": "/run/secrets/mail", "restartUnits": ["postfix.service"]},
        })  # fmt: skip
        self.assertEqual(made["fails"], [
            "barn cannot read `ada-key`: `fleetd secrets machines add-secret barn ada-key`",
            "there is no secret `later`: `fleetd secrets set later` makes it",
        ])  # fmt: skip
        self.assertIn("fleet.secrets is brought by sops-nix: import its modules.sops", made["bare"])
        self.assertEqual(made["home"], {
            "mail": {"format": "binary", "mode": "0400", "path": "/home/ada/.config/sops-nix/secrets/mail"},
            "token": {"format": "binary", "mode": "0400", "path": "/home/ada/token"},
        })  # fmt: skip
        self.assertEqual(made["key"], "/run/secrets/ada-key")
        self.assertEqual(made["template"], "password <SOPS:token:PLACEHOLDER>")
        self.assertEqual(made["wrong"], ["fleet.secrets.mail: files of a home belong to its user; owner, group, restartUnits and keyOf are for systems"])

    def test_secrets_of_the_age_store(self):
        fleet = self.fleet(files={"flake.nix": PLAIN, "barn.nix": BARN.replace("{ config, ... }: {", "{ config, ... }: {\n  clan.core.vars.settings = import ./store.nix;"), "store.nix": '{ secretStore = "age"; }\n'})
        own = self.expect(self.vars(fleet, "keygen"), 0).out.strip()
        fleet.write("store.nix", '{ secretStore = "age"; recipients.default = [ "%s" ]; }\n' % own)
        self.expect(self.vars(fleet, "generate"), 0)
        self.expect(self.vars(fleet, "check"), 0)
        self.assertEqual(self.show(fleet, "environment.etc.key.text"), "/run/secrets/per-machine/barn/token/token")
        out = fleet.base / "out"
        self.expect(fleet.run("render", "--out", str(out)), 0)
        made = self.nix(out, """
          let
            pkgs = lib.genAttrs [ "age" "coreutils" "findutils" "util-linux" ] (name: "/nix/store/00000000000000000000000000000000-${name}");
            of = more: (lib.evalModules { modules = [ base { _module.args = { inherit pkgs; }; } (out + "/barn.nix") (out + "/fleetd/hosts/nixos/barn/_clan-core.nix") ] ++ more; }).config;
            scripts.options.system.activationScripts = anything;
            units.options = { systemd = { services = anything; sysusers.enable = lib.mkOption { default = true; }; }; };
            with' = of [ scripts ];
          in {
            fails = failed with';
            names = lib.attrNames with'.system.activationScripts;
            deps = { inherit (with'.system.activationScripts.fleetdSecrets) deps; users = with'.system.activationScripts.users.deps; };
            text = with'.system.activationScripts.fleetdSecrets.text;
            users = with'.system.activationScripts.fleetdUserSecrets.text;
            units = lib.attrNames (of [ units ]).systemd.services;
            paths = with'.environment.etc.key.text;
            both = failed (of [ scripts (sops "/run/secrets") { sops.secrets.other = { }; } ]);
          }""")
        self.assertEqual(made["fails"], [])
        self.assertEqual(made["names"], ["fleetdSecrets", "fleetdUserSecrets", "users"])
        self.assertEqual(made["deps"], {"deps": ["specialfs", "users", "groups"], "users": ["fleetdUserSecrets"]})
        self.assertEqual(made["units"], ["fleetd-secrets", "fleetd-user-secrets"])
        self.assertEqual(made["paths"], "/run/secrets/per-machine/barn/token/token")
        self.assertIn("age --decrypt -i /etc/secret-vars/key.txt", made["text"])
        self.assertIn("per-machine/barn/token/token", made["text"])
        self.assertNotIn("login", made["text"])
        self.assertIn("per-machine/barn/login/word", made["users"])
        self.assertIn("the age store and sops-nix both want /run/secrets on barn: keep all of its secrets in one store", made["both"])
        # The script itself, with the real age, on directories of this test.
        text = made["text"]
        where = fleet.base / "target"
        where.mkdir()
        key = fleet.base / "key.txt"
        key.write_bytes(subprocess.run(["age", "-d", "-i", str(fleet.home / ".config/sops/age/keys.txt"), str(fleet.root / "secrets/age-keys/machines/barn/key.age")], capture_output=True, check=True).stdout)
        lines = []
        for line in text.splitlines():
            if "export PATH=" in line:
                continue
            if "mountpoint -q" in line:
                line = "true"
            if "age --decrypt" in line:
                line = line.rsplit(" ", 1)[0] + f" {fleet.root}/secrets/clan-vars/per-machine/barn/token/token/token.age"
            lines.append(line.replace("/run/fleetd-secrets", f"{where}/all").replace("/run/secrets", f"{where}/secrets").replace("/etc/secret-vars/key.txt", str(key)).replace("chown root:root", ": chown"))
        for _ in range(2):  # the second time it replaces the first
            done = subprocess.run(["bash", "-c", "\n".join(lines)], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            got = where / "secrets/per-machine/barn/token/token"
            self.assertEqual(got.read_bytes(), self.expect(self.vars(fleet, "get", "barn", "token/token"), 0).out_bytes)
            self.assertEqual(got.stat().st_mode & 0o777, 0o400)
            self.assertEqual(len(os.listdir(where / "all")), 1)
        # One that cannot be decrypted changes nothing.
        key.write_text("AGE-SECRET-KEY-1\n")
        self.assertNotEqual(subprocess.run(["bash", "-c", "\n".join(lines)], capture_output=True, check=False).returncode, 0)
        self.assertTrue((where / "secrets/per-machine/barn/token/token").exists())
        self.assertEqual(len(os.listdir(where / "all")), 1)


    @unittest.skipUnless(shutil.which("pass") and shutil.which("gpg"), "pass and gpg are not installed")
    def test_secrets_of_a_password_store(self):
        """What an upload brings, and the script that takes it apart when the system is activated."""
        settings = '{ config, ... }: {\n  clan.core.vars.settings.secretStore = "password-store"; clan.core.vars.password-store.passCommand = "pass";'
        fleet = self.fleet(files={"flake.nix": PLAIN, "barn.nix": BARN.replace("{ config, ... }: {", settings)})
        ring = tempfile.mkdtemp(prefix="fleetd-gpg-")  # a short path: the agent's socket has to fit
        self.addCleanup(shutil.rmtree, ring, ignore_errors=True)
        self.addCleanup(subprocess.run, ["gpgconf", "--homedir", ring, "--kill", "all"], capture_output=True, check=False)
        env = {**GIT, "GNUPGHOME": ring, "PASSWORD_STORE_DIR": str(fleet.base / "store")}
        for words in (["gpg", "--batch", "--passphrase", "", "--quick-gen-key", "ada@example.org"], ["pass", "init", "ada@example.org"]):
            subprocess.run(words, env=fleet.environment(env), capture_output=True, check=True)
        self.expect(fleet.run("vars", "generate", env=env), 0)
        out = fleet.base / "out"
        self.expect(fleet.run("render", "--out", str(out), env=env), 0)
        made = self.nix(out, """
          let
            pkgs = lib.genAttrs [ "gnutar" "gzip" "coreutils" "findutils" "util-linux" ] (name: "/nix/store/00000000000000000000000000000000-${name}");
            of = more: (lib.evalModules { modules = [ base { _module.args = { inherit pkgs; }; } (out + "/barn.nix") (out + "/fleetd/hosts/nixos/barn/_clan-core.nix") ] ++ more; }).config;
            scripts.options.system.activationScripts = anything;
            units.options = { systemd = { services = anything; sysusers.enable = lib.mkOption { default = true; }; }; };
            with' = of [ scripts ];
          in {
            fails = failed with';
            names = lib.attrNames with'.system.activationScripts;
            text = with'.system.activationScripts.fleetdSecrets.text;
            users = with'.system.activationScripts.fleetdUserSecrets.text;
            units = lib.attrNames (of [ units ]).systemd.services;
            path = with'.environment.etc.key.text;
            both = failed (of [ scripts (sops "/run/secrets") { sops.secrets.other = { }; } ]);
          }""")
        self.assertEqual(made["fails"], [])
        self.assertEqual(made["names"], ["fleetdSecrets", "fleetdUserSecrets", "users"])
        self.assertEqual(made["units"], ["fleetd-secrets", "fleetd-user-secrets"])
        self.assertEqual(made["path"], "/run/secrets/per-machine/barn/token/token")
        self.assertIn("/etc/secret-vars/secrets_for_users.tar.gz", made["users"])
        self.assertIn("the password-store store and sops-nix both want /run/secrets on barn: keep all of its secrets in one store", made["both"])
        where = fleet.base / "target"
        where.mkdir()
        script = []
        for line in made["text"].splitlines():
            if "export PATH=" in line:
                continue
            if "mountpoint -q" in line:
                line = "true"
            script.append(line.replace("/run/fleetd-secrets", f"{where}/all").replace("/run/secrets", f"{where}/secrets").replace("/etc/secret-vars", str(where)))
        run = lambda: subprocess.run(["bash", "-c", "\n".join(script)], capture_output=True, text=True, check=False)  # noqa: E731
        done = run()
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("there are no secrets yet: fleetd vars upload barn", done.stderr)
        # As clan's own tools make it.
        word = self.expect(fleet.run("vars", "get", "barn", "token/token", env=env), 0).out_bytes
        source = fleet.base / "source/per-machine/barn/token"
        source.mkdir(parents=True)
        (source / "token").write_bytes(word)
        (source / "token").chmod(0o400)
        for _ in range(2):  # the second time it replaces the first
            subprocess.run(["tar", "-czf", str(where / "secrets.tar.gz"), "-C", str(fleet.base / "source"), "."], check=True)
            done = run()
            self.assertEqual(done.returncode, 0, done.stderr)
            got = where / "secrets/per-machine/barn/token/token"
            self.assertEqual(got.read_bytes(), word)
            self.assertEqual(got.stat().st_mode & 0o777, 0o400)
            self.assertEqual(len(os.listdir(where / "all")), 1)
        # One that is cut off changes nothing.
        (where / "secrets.tar.gz").write_bytes((where / "secrets.tar.gz").read_bytes()[:60])
        self.assertNotEqual(run().returncode, 0)
        self.assertEqual(got.read_bytes(), word)
        self.assertEqual(len(os.listdir(where / "all")), 1)


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
