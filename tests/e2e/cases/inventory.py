"""The inventory's model: machines and their tags, roles by machine and by tag, and the layers of settings."""

from harness import Case

FLEET = """{ config, lib, ... }:
let
  shared = { port = 2222; groups = [ "wheel" "video" ]; };
in {
  clan.meta.name = "yard";
  clan.inventory.machines = {
    oak.tags = [ "server" "server" ];
    fir = { };
    elm.machineClass = "darwin";
  };
  clan.machines = {
    oak = { config, ... }: { nixpkgs.hostPlatform = "x86_64-linux"; networking.hostName = "the-oak"; };
    fir.nixpkgs.hostPlatform = "x86_64-linux";
    elm.nixpkgs.hostPlatform = "aarch64-darwin";
    ash.nixpkgs.hostPlatform = "x86_64-linux";
  };
  %s
}
"""


def yard(text):
    return {"modules/yard.nix": FLEET % text}


def ada(roles):
    return 'clan.inventory.instances.ada = { module.name = "users"; roles.default = { %s }; };' % roles


def groups(name, roles, expected, host="oak"):
    return Case(name, ["show", host, "users.users.ada.extraGroups", "--json"], files=yard(ada(roles)), json_equals=expected)


def tags(name, text, *rows):
    return Case(name, ["machines", "list"], files=yard(text), out=list(rows))


CASES = [
    # Machines are those of the inventory and those with a configuration; tags are their own, the inventory's and the computed ones.
    tags("machines of all sources", "", "ash", "elm", "fir", "oak"),
    Case("tags of a machine, each once", ["hosts", "--json"], files=yard('clan.inventory.tags.server = [ "fir" "oak" ];'), out=['"all"', '"nixos"', '"darwin"', '"server"']),
    Case("a tag of the inventory", ["show", "fir", "users.users.ada.extraGroups", "--json"], files=yard('clan.inventory.tags.quiet = [ "fir" ];' + ada('tags.quiet.settings.groups = [ "quiet" ];')), json_equals=["quiet"]),
    Case(
        "tags that are computed from machines",
        ["show", "oak", "users.users.ada.extraGroups", "--json"],
        files=yard('clan.inventory.tags = { config, machines, ... }: { linux = builtins.filter (name: machines.${name}.machineClass == "nixos") (builtins.attrNames machines); };' + ada('tags.linux.settings.groups = [ "linux" ];')),
        json_equals=["linux"],
    ),
    Case(
        "a computed tag in other words",
        ["show", "fir", "users.users", "--json"],
        files=yard('clan.inventory.tags.all = [ "oak" ];' + ada('tags.all.settings.groups = [ "all" ];')),
        json_equals={},
    ),
    Case("a tag as a plain list", ["show", "oak", "users.users.ada.isNormalUser", "--json"], files=yard(ada('tags = [ "server" ];')), json_equals=True),
    # A nearer layer wins, lists are joined, priorities count, and one layer cannot say two things.
    Case(
        "role, tag and machine are joined",
        ["show", "oak", "users.users.ada.extraGroups"],
        files=yard(ada('settings.groups = [ "ga" ]; tags.server.settings.groups = [ "gb" ]; machines.oak.settings.groups = [ "gc" ];')),
        out=['"ga"', '"gb"', '"gc"'],
    ),
    Case(
        "the machine before the tag before the role",
        ["network", "list", "oak", "--json"],
        files=yard('clan.inventory.instances.net = { module.name = "internet"; roles.default = { settings.port = 1; tags.server.settings.port = 2; machines.oak.settings = { port = 2222; host = "oak.example.org"; }; }; };'),
        out=["2222"],
    ),
    Case(
        "mkForce of the role",
        ["network", "list", "oak", "--json"],
        files=yard('clan.inventory.instances.net = { module.name = "internet"; roles.default = { settings.port = lib.mkForce 1111; machines.oak.settings = { port = 2222; host = "oak.example.org"; }; }; };'),
        out=["1111"],
    ),
    Case(
        "two tags that disagree",
        ["check"],
        files=yard('clan.inventory.tags.quiet = [ "oak" ]; clan.inventory.instances.net = { module.name = "internet"; roles.default = { settings.host = "oak"; tags = { server.settings.port = 1; quiet.settings.port = 2; }; }; };'),
        code=1,
        err=["port", "oak"],
    ),
    Case(
        "an interface's type",
        ["check"],
        files=yard('clan.inventory.instances.net = { module.name = "internet"; roles.default.machines.oak.settings.port = "many"; };'),
        code=1,
        err=["port", "yard.nix:"],
    ),
    # Settings are of the fleet: constants, and values of machines.
    groups("a shared constant", "machines.oak.settings.groups = shared.groups;", ["wheel", "video"]),
    Case(
        "a value of the machine",
        ["network", "list", "oak", "--json"],
        files=yard('clan.inventory.instances.net = { module.name = "internet"; roles.default.machines.oak.settings.host = "${config.flake.nixosConfigurations.oak.config.networking.hostName}.example.org"; };'),
        out=["the-oak.example.org"],
    ),
    Case("a machine is left out of a tag", ["show", "fir", "users.users", "--json"], files=yard(ada('tags.all = { }; excludeMachines = [ "fir" "elm" "ash" ];')), json_equals={}),
    groups("others of the tag are not", 'tags.all = { }; excludeMachines = [ "fir" "elm" "ash" ]; settings.groups = [ "g" ];', ["g"]),
    Case(
        "modules beside a role",
        ["show", "oak", "networking.domain", "--json"],
        files=yard('clan.inventory.instances.extra = { module.name = "importer"; roles.default = { tags.server = { }; extraModules = [ { networking.domain = "extra.example.org"; } ]; }; };'),
        json_equals="extra.example.org",
    ),
    Case("a name that is none", ["check"], files=yard('clan.inventory.machines."-oak" = { };'), code=1, err=["-oak"]),
]
