"""Changing the inventory: machines made, renamed and deleted with all that is theirs, tags, instances of services; what Nix files
define is refused, and a change that would break the fleet is taken back."""

import fcntl
import json
import os
import subprocess

from harness import FleetTest

FLAKE = """{ outputs = { clan-core, self, ... }: clan-core.lib.clan { inherit self; imports = [ ./clan.nix ]; };
  inputs.clan-core.url = "https://git.clan.lol/clan/clan-core/archive/main.tar.gz"; }
"""
CLAN = """{
  meta.name = "yard";
  meta.domain = "yard.example.org";
  inventory.machines.barn = {
    tags = [ "server" ];
    description = "in Nix";
  };
  inventory.machines.silo.tags = [ "server" ];
  machines.barn.nixpkgs.hostPlatform = "x86_64-linux";
  machines.silo = {
    nixpkgs.hostPlatform = "x86_64-linux";
    clan.core.vars.generators.both = { share = true; files.key = { }; builtin = { generator = "random"; file = "key"; }; };
  };
  inventory.instances.sshd.roles.server.tags.server = { };
}
"""
SHARED = """{
  nixpkgs.hostPlatform = "x86_64-linux";
  clan.core.vars.generators.both = { share = true; files.key = { }; builtin = { generator = "random"; file = "key"; }; };
  clan.core.vars.generators.token = { files.token = { }; builtin = { generator = "random"; file = "token"; }; };
}
"""
GIT = {
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
}


class InventoryTest(FleetTest):
    def yard(self, inventory=None, clan=CLAN, git=False, **files):
        written = {"flake.nix": FLAKE, "clan.nix": clan, **files}
        if inventory is not None:
            written["inventory.json"] = inventory if isinstance(inventory, str) else json.dumps(inventory, indent=2)
        fleet = self.fleet(files=written)
        if git:
            self.git(fleet, "init", "--quiet")
            self.git(fleet, "add", "--all")
            self.git(fleet, "commit", "--quiet", "-m", "start")
        return fleet

    def git(self, fleet, *args):
        env = {**os.environ, **GIT}
        return subprocess.run(["git", *args], cwd=fleet.root, env=env, check=True, capture_output=True, text=True).stdout

    def inventory(self, fleet):
        return json.loads((fleet.root / "inventory.json").read_text())

    def files(self, fleet):
        return {str(p.relative_to(fleet.root)): p.read_bytes() for p in sorted(fleet.root.rglob("*")) if p.is_file() and ".git/" not in str(p)}

    def run_ok(self, fleet, *args, err=()):
        return self.expect(fleet.run(*args, env=GIT), 0, err=err)

    def refused(self, fleet, args, code, *texts, exit_code=1):
        """Refused, and nothing is different afterwards."""
        before = self.files(fleet)
        result = self.expect(fleet.run(*args, env=GIT), exit_code, err=[code, *texts])
        self.assertEqual(self.files(fleet), before)
        return result


class Machines(InventoryTest):
    def test_list(self):
        fleet = self.yard({"machines": {"shed": {"machineClass": "darwin", "tags": ["home"]}}}, **{"machines/mill/configuration.nix": "{ }\n"})
        rows = {row["name"]: row for row in self.run_ok(fleet, "machines", "--json").json()}
        self.assertEqual(sorted(rows), ["barn", "mill", "shed", "silo"])
        self.assertEqual(rows["barn"]["description"], "in Nix")
        self.assertEqual(rows["barn"]["instances"], ["sshd"])
        self.assertEqual(rows["barn"]["definedIn"], ["Nix"])
        self.assertEqual((rows["shed"]["class"], rows["shed"]["definedIn"]), ("darwin", ["inventory.json"]))
        self.assertEqual(rows["mill"]["definedIn"], ["machines/"])
        self.assertEqual([r["name"] for r in self.run_ok(fleet, "machines", "list", "--tag", "server", "--json").json()], ["barn", "silo"])

    def test_hosts_are_where_somebody_wrote_them_down(self):
        fleet = self.yard({"machines": {"shed": {"machineClass": "darwin"}}}, **{"machines/mill/configuration.nix": "{ }\n"})
        places = {row["name"]: row["place"] for row in self.run_ok(fleet, "hosts", "--json").json()}
        at = lambda name: (places[name]["file"].removeprefix(f"{fleet.root}/"), places[name]["line"])  # noqa: E731
        self.assertEqual({name: at(name) for name in places}, {"barn": ("clan.nix", 4), "silo": ("clan.nix", 8), "mill": ("machines/mill/configuration.nix", 1), "shed": ("inventory.json", 3)})
        self.assertNotIn("fleetd:", self.run_ok(fleet, "hosts").out)

    def test_create_and_commit(self):
        fleet = self.yard(git=True)
        (fleet.root / "notes").write_text("not mine\n")
        self.run_ok(fleet, "machines", "create", "mill", "--tag", "server", "--target-host", "root@mill", err=["machines: create mill"])
        self.assertEqual(self.inventory(fleet), {"machines": {"mill": {"deploy": {"targetHost": "root@mill"}, "tags": ["server"]}}})
        self.assertFalse((fleet.root / "inventory.json").read_text().endswith("\n"))
        self.assertEqual(self.git(fleet, "log", "-1", "--format=%s", "--name-only").split("\n"), ["machines: create mill", "", "inventory.json", "machines/mill/configuration.nix", ""])
        self.assertEqual(self.git(fleet, "status", "--porcelain"), "?? notes\n")
        shown = self.run_ok(fleet, "show", "mill", "networking.hostName", "--json")
        self.assertEqual(shown.json(), "mill")
        self.assertIn("mill", self.run_ok(fleet, "services").out)

    def test_create_without_commit_tells_git(self):
        fleet = self.yard(git=True)
        self.run_ok(fleet, "machines", "create", "pad", "--class", "darwin", "--no-commit")
        self.assertEqual(self.inventory(fleet)["machines"]["pad"]["machineClass"], "darwin")
        self.assertEqual(self.git(fleet, "log", "--format=%s"), "start\n")
        self.assertIn(" A machines/pad/configuration.nix", self.git(fleet, "status", "--porcelain"))
        self.assertEqual(self.run_ok(fleet, "show", "pad", "nixpkgs.hostPlatform", "--json").json(), "aarch64-darwin")

    def test_bad_names(self):
        fleet = self.yard()
        for name in ("", "-a", "a-", "a_b", "a.b", "a/b", "../x", "é", "x" * 64):
            with self.subTest(name=name):
                self.refused(fleet, ["machines", "create", "--", name], "FL0614")
        self.refused(fleet, ["machines", "create", "barn"], "FL0615", "barn")
        self.refused(fleet, ["machines", "create", "BARN"], "FL0615", "barn")
        self.refused(fleet, ["machines", "create", "a", "--class", "windows"], "FL0903", exit_code=2)
        self.refused(fleet, ["machines", "create", "a", "--system", '"; x'], "FL0903", exit_code=2)
        self.refused(fleet, ["machines", "creat", "a"], "FL0903", "did you mean `create`?", exit_code=2)

    def test_a_file_in_the_way(self):
        fleet = self.yard(**{"machines/mill": "a file\n"})
        before = self.files(fleet)
        result = fleet.run("machines", "create", "mill", env=GIT)
        self.assertNotEqual(result.code, 0)
        self.assertEqual(self.files(fleet), before)

    def test_set(self):
        fleet = self.yard({"machines": {"shed": {"description": "old"}}})
        self.run_ok(fleet, "machines", "set", "shed", "description=new", "deploy.forwardAgent=true", "tags=a,b", "installedAt=17")
        self.assertEqual(self.inventory(fleet)["machines"]["shed"], {"deploy": {"forwardAgent": True}, "description": "new", "installedAt": 17, "tags": ["a", "b"]})
        self.run_ok(fleet, "machines", "set", "shed", "installedAt=null")
        self.assertIsNone(self.inventory(fleet)["machines"]["shed"]["installedAt"])
        before = self.files(fleet)
        self.run_ok(fleet, "machines", "set", "shed", "description=new", err=["nothing changes"])
        self.assertEqual(self.files(fleet), before)
        self.run_ok(fleet, "machines", "set", "barn", "icon=barn.svg")
        self.assertEqual(self.inventory(fleet)["machines"]["barn"], {"icon": "barn.svg"})

    def test_set_what_nix_defines(self):
        fleet = self.yard()
        self.refused(fleet, ["machines", "set", "barn", "description=new"], "FL0610", "clan.nix:6:5", "machines.barn.description")
        self.run_ok(fleet, "machines", "set", "barn", "description=in Nix", err=["nothing changes"])
        self.refused(fleet, ["machines", "set", "barn", "tags=other"], "FL0611", '"server"')
        self.run_ok(fleet, "machines", "set", "barn", "tags=server,other")
        self.assertEqual(self.inventory(fleet), {"machines": {"barn": {"tags": ["other"]}}})

    def test_set_nonsense(self):
        fleet = self.yard()
        self.refused(fleet, ["machines", "set", "bran", "icon=x"], "FL0616", "did you mean `barn`?")
        self.refused(fleet, ["machines", "set", "barn", "icno=x"], "FL0903", "did you mean `icon`?", exit_code=2)
        self.refused(fleet, ["machines", "set", "barn", "machineClass=darwin"], "FL0903", exit_code=2)
        self.refused(fleet, ["machines", "set", "barn", "installedAt=soon"], "FL0903", exit_code=2)
        self.refused(fleet, ["machines", "set", "barn"], "FL0903", exit_code=2)

    def test_addresses_and_texts_that_are_none(self):
        fleet = self.yard()
        self.refused(fleet, ["machines", "create", "mill", "--target-host", "a b"], "FL0814", "--target-host")
        self.refused(fleet, ["machines", "create", "mill", "--target-host", "-oProxyCommand=x"], "FL0814")
        self.refused(fleet, ["machines", "create", "mill", "--tag", "two words"], "FL0903", "no tag", exit_code=2)
        self.refused(fleet, ["machines", "create", "mill", "--description", b"a\xff"], "FL0903", "not UTF-8", exit_code=2)
        self.refused(fleet, ["machines", "set", "silo", "deploy.targetHost=root@a@b"], "FL0814", "deploy.targetHost")
        self.refused(fleet, ["machines", "set", "silo", "deploy.buildHost="+ "x" * 3000], "FL0814", "deploy.buildHost")
        self.refused(fleet, ["machines", "set", "silo", b"description=a\xff"], "FL0903", "not UTF-8", exit_code=2)
        for tags in ('["a"', "{}", "two words", "a\x07"):
            self.refused(fleet, ["machines", "set", "silo", "tags=" + tags], "FL0903", "no tag", exit_code=2)
        self.run_ok(fleet, "machines", "set", "silo", "deploy.targetHost=ada@[2001:db8::1]:2222", "deploy.buildHost=silo", "description=für Ada")

    def test_a_list_changes_and_waits_for_nothing(self):
        fleet = self.yard({"machines": {"shed": {}}})
        before = self.files(fleet)
        held = os.open(fleet.root, os.O_RDONLY)
        try:
            fcntl.flock(held, fcntl.LOCK_EX)
            self.refused(fleet, ["machines", "set", "shed", "icon=x"], "FL0617", "another command")
            self.run_ok(fleet, "machines", "list")
        finally:
            os.close(held)
        (fleet.root / ".fleetd-change").mkdir()  # as an interrupted change leaves it
        self.run_ok(fleet, "machines", "list")
        self.assertTrue((fleet.root / ".fleetd-change").exists())
        self.assertEqual(self.files(fleet), before)

    def test_broken_file(self):
        fleet = self.yard('{\n "machines": {\n')
        self.assertEqual(fleet.run("machines", "set", "barn", "icon=x", env=GIT).code, 1)
        self.assertEqual((fleet.root / "inventory.json").read_text(), '{\n "machines": {\n')

    def test_fleets_without_inventory(self):
        fleet = self.fleet(files={"fleet.json": '{ "hosts": { "web": { "class": "nixos" } } }', "modules/a.nix": "{ }"})
        self.refused(fleet, ["machines", "create", "x"], "FL0619")


class RenameAndDelete(InventoryTest):
    INVENTORY = {
        "machines": {"mill": {"tags": ["server"]}, "mill-2": {}},
        "tags": {"water": ["mill", "mill-2"]},
        "instances": {"ada": {"module": {"name": "users"}, "roles": {"default": {"machines": {"mill": {}}, "tags": {"water": {}}, "excludeMachines": ["mill-2"], "settings": {"user": "ada"}}}}},
    }

    def mill(self):
        fleet = self.yard(self.INVENTORY, git=True, **{"machines/mill/configuration.nix": SHARED, "machines/mill-2/configuration.nix": SHARED})
        self.run_ok(fleet, "vars", "keygen", "--user", "ada")
        self.run_ok(fleet, "vars", "generate", "mill", "mill-2", "-g", "both", "-g", "token")
        return fleet

    def test_rename_takes_everything_along(self):
        fleet = self.mill()
        token = self.run_ok(fleet, "vars", "get", "mill", "token/token").out
        shared = self.run_ok(fleet, "vars", "get", "mill", "both/key").out
        self.run_ok(fleet, "machines", "rename", "mill", "river", err=["machines: rename mill to river"])
        inventory = self.inventory(fleet)
        self.assertEqual(list(inventory["machines"]), ["mill-2", "river"])
        self.assertEqual(inventory["tags"], {"water": ["river", "mill-2"]})
        self.assertEqual(list(inventory["instances"]["ada"]["roles"]["default"]["machines"]), ["river"])
        for path in ("machines/mill", "vars/per-machine/mill", "sops/machines/mill", "sops/secrets/mill-age.key"):
            self.assertFalse((fleet.root / path).exists(), path)
            self.assertTrue((fleet.root / path.replace("mill", "river")).exists(), path)
        self.assertTrue((fleet.root / "sops/secrets/mill-2-age.key").exists())
        self.assertEqual(self.run_ok(fleet, "vars", "get", "river", "token/token").out, token)
        self.assertEqual(self.run_ok(fleet, "vars", "get", "river", "both/key").out, shared)
        for link in fleet.root.glob("vars/**/machines/*"):
            self.assertTrue(link.exists(), f"{link} → {os.readlink(link)}")
            self.assertEqual(link.name, os.path.basename(os.readlink(link)))
        self.run_ok(fleet, "vars", "check", "river", "-g", "both", "-g", "token")
        self.assertEqual(self.git(fleet, "status", "--porcelain"), "")
        self.assertEqual(self.git(fleet, "log", "-1", "--format=%s"), "machines: rename mill to river\n")

    def test_delete_prunes_and_shuts_out(self):
        fleet = self.mill()
        secret = fleet.root / "vars/shared/both/key/secret"
        before = secret.read_text()
        value = self.run_ok(fleet, "vars", "get", "mill-2", "both/key").out
        self.run_ok(fleet, "machines", "delete", "mill")
        inventory = self.inventory(fleet)
        self.assertEqual(inventory["machines"], {"mill-2": {}})
        self.assertEqual(inventory["tags"], {"water": ["mill-2"]})
        self.assertEqual(inventory["instances"]["ada"]["roles"]["default"]["machines"], {})
        left = [p for p in self.files(fleet) if "mill" in p and "mill-2" not in p]
        self.assertEqual(left, [])
        self.assertFalse(os.path.lexists(fleet.root / "vars/shared/both/key/machines/mill"))
        after = secret.read_text()
        self.assertNotEqual(before, after)
        self.assertEqual(len(json.loads(after)["sops"]["age"]), len(json.loads(before)["sops"]["age"]) - 1)
        self.assertEqual(self.run_ok(fleet, "vars", "get", "mill-2", "both/key").out, value)
        self.assertEqual(self.git(fleet, "status", "--porcelain"), "")

    def test_delete_without_a_key_says_so(self):
        fleet = self.mill()
        for keys in (fleet.home / ".config/sops/age").iterdir():
            keys.unlink()
        self.expect(fleet.run("machines", "delete", "mill", env=GIT), 0, err=["warning[FL0620]", "fleetd vars fix"])
        self.assertFalse((fleet.root / "machines/mill").exists())

    def test_what_nix_holds_stays(self):
        fleet = self.yard(self.INVENTORY)
        for args in (["delete", "barn"], ["rename", "barn", "byre"]):
            self.refused(fleet, ["machines", *args], "FL0610", "clan.nix:4:")
        named = self.yard(self.INVENTORY, clan=CLAN.replace("roles.server.tags.server", "roles.server.machines.mill"))
        self.refused(named, ["machines", "delete", "mill"], "FL0610", "role server of the instance sshd", "clan.nix:14:")
        self.refused(fleet, ["machines", "rename", "mill", "barn"], "FL0615")
        self.refused(fleet, ["machines", "rename", "mill", "b_c"], "FL0614")
        self.refused(fleet, ["machines", "delete", "mil"], "FL0616", "did you mean `mill`")
        self.refused(fleet, ["machines", "rename", "mill"], "FL0903", exit_code=2)


class Services(InventoryTest):
    def test_add_set_remove(self):
        fleet = self.yard(git=True)
        self.run_ok(fleet, "services", "add", "ada", "--service", "users", "--tag", "server")
        self.run_ok(fleet, "services", "set", "ada", "groups=wheel,audio", "user=ada")
        self.run_ok(fleet, "services", "set", "ada", "-m", "silo", "groups=[\"video\"]")
        instance = self.inventory(fleet)["instances"]["ada"]
        self.assertEqual(instance["module"], {"name": "users"})
        role = instance["roles"]["default"]
        self.assertEqual(role["settings"], {"groups": ["wheel", "audio"], "user": "ada"})
        self.assertEqual(role["machines"]["silo"], {"settings": {"groups": ["video"]}})
        groups = self.run_ok(fleet, "show", "silo", "users.users.ada.extraGroups", "--json").json()
        self.assertEqual(sorted(groups), ["audio", "video", "wheel"])
        self.run_ok(fleet, "services", "remove", "ada", "groups")
        self.run_ok(fleet, "services", "remove", "ada", "-m", "silo")
        self.assertEqual(self.inventory(fleet)["instances"]["ada"]["roles"]["default"], {"machines": {}, "settings": {"user": "ada"}, "tags": {"server": {}}})
        self.run_ok(fleet, "services", "remove", "ada")
        self.assertEqual(self.inventory(fleet), {"instances": {}})
        self.assertEqual(self.git(fleet, "status", "--porcelain"), "")

    def test_wrong_values_are_taken_back(self):
        fleet = self.yard()
        self.run_ok(fleet, "services", "add", "ada", "--service", "users", "--tag", "server")
        self.refused(fleet, ["services", "set", "ada", "share=perhaps"], "FL0903", "share: boolean is expected", exit_code=2)
        self.refused(fleet, ["services", "set", "ada", "grops=wheel"], "FL0616", "no setting `grops`", "did you mean `groups`?")
        self.refused(fleet, ["services", "set", "ada", "user.name=x"], "FL0903", "user: text is expected", exit_code=2)
        self.refused(fleet, ["services", "set", "ada", b"user=a\xff"], "FL0903", "not UTF-8", exit_code=2)
        self.refused(fleet, ["services", "set", "ada", "-t", "two words", "user=x"], "FL0903", "no tag", exit_code=2)
        self.refused(fleet, ["services", "set", "ada", "-m", "bran"], "FL0616", "did you mean `barn`?")
        self.refused(fleet, ["services", "set", "ad", "user=x"], "FL0616", "did you mean `ada`?")
        self.refused(fleet, ["services", "set", "ada", "--role", "defualt", "user=x"], "FL0601", "did you mean `default`?")
        self.refused(fleet, ["services", "set", "ada"], "FL0903", exit_code=2)
        self.refused(fleet, ["services", "set", "ada", "user"], "FL0903", exit_code=2)
        self.expect(fleet.run("services", "set", "ada", "--tag", "sever", env=GIT), 0, err=["FL0603", "server"])

    def test_wrong_services(self):
        fleet = self.yard()
        self.refused(fleet, ["services", "add", "x", "--service", "usres"], "FL0616", "did you mean `users`?")
        self.refused(fleet, ["services", "add", "sshd", "--role", "server", "-m", "barn"], "FL0615", "clan.nix")
        self.refused(fleet, ["services", "add", "other", "--service", "sshd", "-m", "barn"], "FL0903", "server client", exit_code=2)
        self.refused(fleet, ["services", "remove", "sshd"], "FL0612", "clan.nix")
        self.refused(fleet, ["services", "remove", "sshd", "--role", "server", "--tag", "server"], "FL0612", "clan.nix")
        self.refused(fleet, ["services", "add"], "FL0903", exit_code=2)

    def test_wrong_settings_of_a_role_that_nobody_has(self):
        fleet = self.yard()
        self.run_ok(fleet, "services", "add", "ada", "--service", "users", "--tag", "later", err=["FL0603"])
        self.refused(fleet, ["services", "set", "ada", "usr=x"], "FL0616", "no setting `usr`", "did you mean `user`?")
        self.refused(fleet, ["services", "set", "ada", "prompt=maybe"], "FL0903", "prompt: boolean is expected", exit_code=2)
        self.run_ok(fleet, "services", "set", "ada", "user=ada", "prompt=false")

    def test_names_of_instances(self):
        fleet = self.yard()
        for name in ("", "a b", "ü", "${x}", "-a", 'x"y', "a:b", "a/b", "x" * 129, b"a\xff"):
            with self.subTest(name=name):
                self.refused(fleet, ["services", "add", "--service", "packages", "--tag", "server", "--", name], "FL0903", "no name for an instance", exit_code=2)
        self.run_ok(fleet, "services", "add", "my_tools-2.0", "--service", "packages", "--tag", "server")

    def test_words_too_many(self):
        fleet = self.yard()
        for words in (["services", "list", "x"], ["services", "show", "sshd", "x"], ["machines", "list", "x"], ["tags", "list", "x"]):
            with self.subTest(words=words):
                self.refused(fleet, words, "FL0903", "unexpected argument `x`", exit_code=2)

    def test_limits_of_a_service(self):
        fleet = self.yard()
        self.refused(fleet, ["services", "add", "vpn", "--service", "wireguard", "--role", "peer", "-m", "barn"], "FL0617", "at least 1")

    def test_settings_beside_those_of_nix(self):
        fleet = self.yard(clan=CLAN.replace("tags.server = { };", "tags.server.settings.certificate.enable = false;"))
        self.refused(fleet, ["services", "set", "sshd", "--role", "server", "-t", "server", "certificate.enable=true"], "FL0610", "clan.nix:14:")
        self.run_ok(fleet, "services", "set", "sshd", "--role", "server", "-t", "server", "hostKeys.rsa.enable=true")
        self.assertEqual(self.inventory(fleet)["instances"]["sshd"]["roles"]["server"]["tags"]["server"], {"settings": {"hostKeys": {"rsa": {"enable": True}}}})


class Tags(InventoryTest):
    def test_list_add_remove(self):
        fleet = self.yard()
        self.run_ok(fleet, "tags", "add", "barn", "quiet")
        self.assertEqual(self.inventory(fleet), {"machines": {"barn": {"tags": ["quiet"]}}})
        tags = {one["tag"]: one for one in self.run_ok(fleet, "tags", "--json").json()}
        self.assertEqual(tags["quiet"]["machines"], ["barn"])
        self.assertEqual(tags["server"]["roles"], ["sshd.server"])
        self.assertEqual(tags["all"]["machines"], ["barn", "silo"])
        self.run_ok(fleet, "tags", "remove", "barn", "quiet")
        self.assertEqual(self.inventory(fleet), {"machines": {"barn": {"tags": []}}})
        self.refused(fleet, ["tags", "remove", "barn", "server"], "FL0611", "clan.nix")
        self.refused(fleet, ["tags", "remove", "barn", "sever"], "FL0616", "did you mean `server`?")
        self.refused(fleet, ["tags", "add", "bran", "x"], "FL0616")
        self.refused(fleet, ["tags", "add", "barn"], "FL0903", exit_code=2)
        for tag in ("", "two words", "a,b", "\x1b[2J", "x" * 129, b"a\xff"):
            self.refused(fleet, ["tags", "add", "barn", tag], "FL0903", "no tag", exit_code=2)
        self.run_ok(fleet, "tags", "add", "barn", "größer")
