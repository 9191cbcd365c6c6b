"""What can be wrong with an inventory written in Nix, field by field: everything is told, once, where it was written, and with a way out."""

import unittest

from harness import Case, FleetTest

YARD = """{ config, lib, ... }: {
  clan.meta = { name = "yard"; %(meta)s };
  clan.machines.oak = { nixpkgs.hostPlatform = "x86_64-linux"; system.stateVersion = "25.05"; };
  clan.machines.fir = { nixpkgs.hostPlatform = "x86_64-linux"; system.stateVersion = "25.05"; };
  clan.inventory.machines.oak = { tags = [ "server" ]; %(oak)s };
  clan.inventory.machines.fir = { };
  %(text)s
}
"""
MINE = """clan.modules.mine = { lib, ... }: {
    _class = "clan.service";
    %(service)s
    roles.peer = {
      interface.options = {
        greeting = lib.mkOption { type = lib.types.str; default = "hello"; };
        count = lib.mkOption { type = lib.types.ints.between 1 10; default = 3; };
        mode = lib.mkOption { type = lib.types.enum [ "loud" "quiet" ]; default = "quiet"; };
        names = lib.mkOption { type = lib.types.listOf lib.types.str; default = [ ]; };
        who = lib.mkOption { type = lib.types.nullOr (lib.types.submodule { options.first = lib.mkOption { type = lib.types.str; }; }); default = null; };
        must = lib.mkOption { type = lib.types.str; };
        later = lib.mkOption { type = lib.types.str; default = throw "say it"; };
      };
      %(role)s
    };
  };
  clan.inventory.instances.one = { module = { name = "mine"; input = "self"; }; roles.peer = { tags.all = { }; settings = { %(settings)s }; }; };"""
SAYS = "perInstance = { settings, ... }: { nixosModule.networking.domain = settings.greeting; };"
FILE = "modules/yard.nix:"


def yard(text="", meta="", oak=""):
    return {"modules/yard.nix": YARD % {"text": text, "meta": meta, "oak": oak}}


def mine(settings="", role=SAYS, service='manifest.name = "mine";'):
    return yard(MINE % {"settings": settings, "role": role, "service": service})


def extra(modules):
    return yard('clan.inventory.instances.extra = { module.name = "importer"; roles.default = { tags.all = { }; extraModules = %s; }; };' % modules)


def refused(name, files, *err, code=1, flags=(), not_err=()):
    return Case(name, ["check", *flags], code=code, files=files, err=list(err), not_err=list(not_err))


CASES = [
    # Settings of the fleet's own services, also those that no code reads.
    refused("an integer out of its range", mine("count = 11;"), "error[FL0401]", FILE, "settings.count", "between 1 and 10", "11", "role peer of the instance one"),
    refused("a forced integer out of its range", mine("count = lib.mkForce 11;"), "settings.count", ": 11", not_err=["_type", "priority"]),
    refused("a word that is none of the enumeration", mine('mode = "lout";'), FILE, "settings.mode", '"loud", "quiet"'),
    refused("an entry of a list", mine('names = [ "a" 5 ];'), FILE, "settings.names", "definition 1-entry 2"),
    refused("a name in a submodule that is none", mine('who.frist = "x";'), FILE, "settings.who.frist", "settings.who.first"),
    refused("a setting that does not exist shows what was written", mine('greting = "x";'), FILE, "settings.greting", ': "x"', "settings.greeting", not_err=["_fleetdLayer", "priority"]),
    refused("override by hand without content", mine('greeting = { _type = "override"; };'), "error[FL0204]", FILE, "needs `content` and `priority`", "lib.mkForce"),
    refused("a priority that is no number", mine('greeting = lib.mkOverride "high" "x";'), "error[FL0204]", "not a number"),
    refused("what has no value is for its reader to say", mine(), code=0),
    # What services answer.
    refused("an answer with a name that nobody reads", mine(role="perInstance = _: { nixosModul = { }; };"), "error[FL0204]", FILE, "`nixosModul`", "nixosModule, darwinModule and exports"),
    refused("the same of perMachine", mine(role="", service='manifest.name = "mine"; perMachine = _: { nixosModul = { }; };'), FILE, "`perMachine` of the service mine", "`nixosModul`"),
    refused("an answer that is no set", mine(role='perInstance = _: "x";'), "error[FL0204]", "a string, not a set"),
    refused("perInstance that is no function", mine(role="perInstance = { nixosModule = { }; };"), FILE, "roles.peer.perInstance", "`function'"),
    refused("a name of a manifest of another kind", mine(service="manifest.name = 5;"), FILE, "manifest.name"),
    refused("limits of another kind", mine(service='manifest = { name = "mine"; constraints.maxInstances = "one"; };'), FILE, "constraints.maxInstances"),
    refused("limits of a role there is not", mine(service='manifest = { name = "mine"; constraints.roles.pear.maxMachines = 1; };'), "error[FL0601]", "`pear`", "did you mean `peer`?"),
    # Modules beside those of a service.
    refused("a module that is not there", extra('[ "modules/none.nix" ]'), "error[FL0002]", FILE, "modules/none.nix is not there", "`extraModules` of the role default of the instance extra", "on hosts fir and oak"),
    refused("a path that is not there", extra("[ ./none.nix ]"), "error[FL0002]", FILE, "none.nix is not there"),
    refused("a directory that is no module", {**extra('[ "kept" ]'), "kept/a.nix": "{ }"}, FILE, "a directory without default.nix"),
    refused("a number among modules", extra("[ 5 ]"), "error[FL0204]", FILE, "an integer is no module"),
    refused("nothing among modules", extra("[ null ]"), FILE, "null is no module"),
    refused("an empty text among modules", extra('[ "" ]'), FILE, "an empty text is no module"),
    refused("modules as they should be", {**extra('[ "kept/a.nix" ./b.nix { } ({ ... }: { }) ]'), "kept/a.nix": "{ }", "modules/b.nix": "{ }"}, code=0),
    # The clan as a whole.
    refused("a domain that is none", yard(meta='domain = "Yard Example!";'), "error[FL0401]", FILE, "meta.domain"),
    refused("a name of another kind", yard(meta="description = 4;"), FILE, "meta.description"),
    refused("a name in meta that is nearly another", yard(meta='descripton = "x";'), "warning[FL0633]", FILE, "`descripton` in `clan.meta`", "did you mean `description`?", code=0),
    refused("a name in clan that is nearly another", yard("clan.inventroy.machines.elm = { };"), "warning[FL0633]", FILE, "did you mean `inventory`?", code=0),
    refused("tld of another kind", yard(meta="tld = 5;"), "error[FL0401]", FILE, "meta.tld"),
    refused("tld is told to whoever asks", yard(meta='tld = "example";'), "note[FL0633]", FILE, "write `domain`", code=0, flags=["-v"]),
    refused("tld beside domain", yard(meta='tld = "example"; domain = "yard.example";'), "warning[FL0633]", "no effect", code=0),
    refused("a directory that is no path", yard("clan.directory = 5;"), "error[FL0633]", "an integer, not a path", not_err=["fleetd:clan.nix"]),
    refused("a directory that is not there", yard("clan.directory = ./none;"), "error[FL0633]", "no directory", not_err=["fleetd:clan.nix"]),
    # Machines.
    *[
        refused(f"{field} of another kind", yard(oak=f"{field} = {value};"), "error[FL0401]", FILE, f"machines.oak.{field}")
        for field, value in {"description": "[ ]", "icon": "{ }", "installedAt": '"now"', "deploy": '"root@oak"', "deploy.targetHost": "5", "deploy.buildHost": "[ ]", "deploy.forwardAgent": '"yes"', "deploy.target": '"x"'}.items()
    ],
    refused("an address that is none", yard(oak='deploy.targetHost = "foo@bar@wat";'), "error[FL0814]", FILE, "deploy.targetHost of the machine oak"),
    refused("a build host of this machine", yard(oak='deploy.buildHost = "localhost";'), code=0),
    refused("a name that is not the machine's", yard(oak='name = "ash";'), "warning[FL0614]", FILE, "`ash`", code=0),
    refused("tags that need themselves", yard('clan.inventory.tags = { machines, ... }: { desks = lib.attrNames (lib.filterAttrs (_: m: lib.elem "a" m.tags) machines); };'), "error[FL0208]", "must not read their tags"),
    # Instances.
    refused("no name for an instance", yard('clan.inventory.instances."" = { module.name = "packages"; roles.default.tags.all = { }; };'), "error[FL0635]", FILE),
    refused("a colon in the name of an instance", yard('clan.inventory.instances."a:b" = { module.name = "packages"; roles.default.tags.all = { }; };'), "error[FL0635]", FILE, "no colon"),
    refused("a service's name of another kind", yard("clan.inventory.instances.one = { module.name = 5; roles.default.tags.all = { }; };"), "error[FL0401]", FILE, "module.name", not_err=["FL0627"]),
    refused("roles as a list", yard('clan.inventory.instances.one = { module.name = "packages"; roles = [ "default" ]; };'), FILE, "instances.one.roles", not_err=["FL0608"]),
    refused("a tag that is a number", yard('clan.inventory.instances.one = { module.name = "packages"; roles.default.tags = [ 5 ]; };'), "error[FL0204]", FILE, not_err=["fleetd:inventory.nix"]),
    refused("a machine that is left out and not there", yard('clan.inventory.instances.one = { module.name = "packages"; roles.default = { tags.all = { }; excludeMachines = [ "oka" ]; }; };'), "warning[FL0602]", FILE, "did you mean `oak`?", code=0),
    refused("an input where there are none", yard('clan.inventory.instances.one = { module = { name = "packages"; input = "nope"; }; roles.default.tags.all = { }; };'), "error[FL0628]", FILE, "no inputs"),
    refused("what a plugin refuses has its place", yard('clan.inventory.instances.vpn = { module.name = "wireguard"; roles.controller.machines.oak = { }; roles.peer.machines.fir = { }; };'), "WG04", FILE),
    # Exports, without any instance.
    refused("a scope of three parts, without instances", yard('clan.exports."a:b:c".peer.port = 1;'), code=0),
    refused("a value of an interface, without instances", yard('clan.exports."a:b:c:oak".peer.port = "x";'), "error[FL0401]", FILE, "peer.port"),
    refused("a field of an interface, without instances", yard('clan.exports."a:b:c:oak".peer.prot = 1;'), FILE, "peer.prot"),
    refused("exports of another kind", yard('clan.exports = "x";'), "error[FL0401]"),
]


class Once(FleetTest):
    def test_a_finding_of_the_fleet_is_not_said_of_each_host(self):
        fleet = self.fleet(files=yard('clan.inventory.instances.one = "packages";'))
        result = self.expect(fleet.run("check"), 1)
        self.assertEqual(result.err.count("error["), 1, result.err)

    def test_values_that_are_not_generated_are_told(self):
        fleet = self.fleet(files=yard('clan.inventory.instances.ada = { module.name = "users"; roles.default.tags.all = { }; };'))
        result = self.expect(fleet.run("check", "-v"), 0)
        self.assertIn("note[FL0634]: values are not generated yet: user-password-ada", result.err)
        self.assertIn("`fleetd vars generate` makes them", result.err)
        self.assertIn("on hosts fir and oak", result.err)
        result = self.expect(fleet.run("check"), 0)
        self.assertIn("not generated yet: values of 2 hosts", result.out)
        self.assertIn("next: fleetd vars generate, then fleetd build", result.err)
        for machine in ("oak", "fir"):
            for name in ("user-password", "user-password-hash"):
                fleet.write(f"vars/per-machine/{machine}/user-password-ada/{name}/secret", "kept")
        result = self.expect(fleet.run("check", "-v"), 0)
        self.assertNotIn("not generated", result.out + result.err)

    def test_values_in_an_age_store(self):
        fleet = self.fleet(files=yard('clan.vars.settings.secretStore = "age"; clan.inventory.instances.ada = { module.name = "users"; roles.default.machines.oak = { }; };'))
        self.assertIn("user-password-ada", self.expect(fleet.run("check", "-v"), 0).err)
        for name in ("user-password", "user-password-hash"):
            fleet.write(f"secrets/clan-vars/per-machine/oak/user-password-ada/{name}/{name}.age", "kept")
        self.assertNotIn("FL0634", self.expect(fleet.run("check", "-v"), 0).err)


if __name__ == "__main__":
    unittest.main()
