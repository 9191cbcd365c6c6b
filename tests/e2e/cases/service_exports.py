"""Exports of services written in the fleet's own modules: scopes, who may write what, what others and the fleet see of it, and limits of
such services by their ids."""

from harness import Case

HOSTS = """{ lib, ... }: {
  clan.meta.name = "yard";
  clan.inventory.machines.oak.tags = [ "server" ];
  clan.inventory.machines.fir.tags = [ "server" ];
  clan.machines.oak.nixpkgs.hostPlatform = "x86_64-linux";
  clan.machines.fir.nixpkgs.hostPlatform = "x86_64-linux";
  clan.modules.mesh = { lib, clanLib, config, exports, ... }: {
    _class = "clan.service";
    manifest.name = "yard/mesh";
    manifest.exports.out = %(out)s;
    manifest.constraints = { maxInstances = 2; roles.peer.maxMachines = 2; };
    exports = lib.mapAttrs' (name: _: lib.nameValuePair (clanLib.buildScopeKey { serviceName = config.manifest.name; instanceName = name; }) {
      networking.priority = 700;
    }) config.instances;
    roles.peer.interface.options.domain = lib.mkOption { type = lib.types.str; default = "mesh"; };
    roles.peer.perInstance = { instanceName, settings, mkExports, machine, exports, extendSettings, ... }: {
      exports = %(instance)s;
      nixosModule.networking.domain = %(domain)s;
    };
    perMachine = { machine, mkExports, ... }: { exports = %(machine)s; };
  };
  clan.inventory.instances.one = { module = { name = "mesh"; input = "self"; }; roles.peer.tags.server = { }; };
  clan.inventory.instances.net = { module.name = "internet"; roles.default = { tags.server = { }; settings.host = "203.0.113.7"; }; };
  %(more)s
}
"""
DEFAULTS = {
    "out": '[ "peer" "networking" "endpoints" ]',
    "instance": 'mkExports { peer.hosts = [ { plain = "${machine.name}.${settings.domain}"; } ]; }',
    "machine": 'mkExports { endpoints.hosts = [ machine.name ]; }',
    "domain": '"d"',
    "more": "",
}


def files(**changes):
    return {"modules/yard.nix": HOSTS % {**DEFAULTS, **changes}}


def domain(name, expression, value, **more):
    return Case(name, ["show", "oak", "networking.domain", "--json"], files=files(domain=expression, **more), json_equals=value)


def refused(name, *texts, **changes):
    return Case(name, ["check"], code=1, files=files(**changes), err=list(texts))


CASES = [
    domain("an export of another machine", '(builtins.head exports."yard/mesh:one:peer:fir".peer.hosts).plain', "fir.mesh"),
    domain("defaults of an interface", 'toString exports."yard/mesh:one:peer:fir".peer.port', "22"),
    domain("the name of a peer is that of the interface", 'exports."yard/mesh:one:peer:fir".peer.name', "peer"),
    domain("an interface nobody wrote is null", 'if exports."yard/mesh:one:peer:fir".networking == null then "null" else "set"', "null"),
    domain("a scope of the service", 'toString exports."yard/mesh:one::".networking.priority', "700"),
    domain("a scope of a machine", 'builtins.head exports."yard/mesh:::fir".endpoints.hosts', "fir"),
    domain("what a plugin exports", '(builtins.head exports."clan-core/internet:net:default:fir".peer.hosts).plain', "203.0.113.7"),
    domain("defaults of what a plugin exports", 'exports."clan-core/internet:net::".networking.module', "clan_lib.network.direct"),
    domain("select", 'lib.concatStringsSep " " (lib.attrNames (clanLib.selectExports (scope: scope.serviceName == "yard/mesh" && scope.machineName != "") exports))', "yard/mesh:::fir yard/mesh:::oak yard/mesh:one:peer:fir yard/mesh:one:peer:oak"),
    domain("get", '(builtins.head (clanLib.getExport { serviceName = "yard/mesh"; machineName = "fir"; } exports).endpoints.hosts)', "fir"),
    domain("parse", '(clanLib.parseScope "a:b:c:d").roleName', "c"),
    domain("build", 'clanLib.buildScopeKey { machineName = "m"; }', ":::m"),
    domain("the fleet overrides", 'toString exports."yard/mesh:one:peer:fir".peer.port', "2222", more='clan.exports."yard/mesh:one:peer:fir".peer.port = 2222;'),
    domain("the fleet overrides with force", '(builtins.head exports."yard/mesh:one:peer:fir".peer.hosts).plain', "x", more='clan.exports."yard/mesh:one:peer:fir".peer.hosts = lib.mkForce [ { plain = "x"; } ];'),
    domain("the fleet overrides a plugin", 'toString exports."clan-core/internet:net:default:fir".peer.port', "2222", more='clan.exports."clan-core/internet:net:default:fir".peer.port = lib.mkForce 2222;'),
    domain("settings with one more module", "(extendSettings { domain = lib.mkForce \"other\"; }).domain + settings.domain", "othermesh"),
    refused("get what there is not", "nothing is exported as `yard/mesh:two::`", "of yard/mesh there are", domain='toString (clanLib.getExport { serviceName = "yard/mesh"; instanceName = "two"; } exports).networking.priority'),
    refused("a scope of three parts", "`a:b:c` is no scope", domain='(clanLib.parseScope "a:b:c").roleName'),
    refused("a part with a colon", "has a colon", domain='clanLib.buildScopeKey { serviceName = "a:b"; }'),
    refused("a scope of nothing", "names a service or a machine", domain="clanLib.buildScopeKey { }"),
    refused("another machine's scope", "Export validation failed in service yard/mesh, instance one, role peer, machine", "may write yard/mesh:one:peer:", instance='{ "yard/mesh:one:peer:fir".peer.port = 1; }'),
    refused("another service's scope", "Export validation failed in service yard/mesh, machine", "other:::", machine='{ "other:::${machine.name}".peer.port = 1; }'),
    refused("an interface there is not", "there is no interface `pear`; there are", "networking, peer", machine='mkExports { pear = { }; }'),
    refused("an interface that is not listed", "`manifest.exports.out` does not list", out="[ ]"),
    refused("exports that are no set", "its exports are no set", machine="[ ]"),
    refused("a value of a wrong type", "port", "error[", instance='mkExports { peer.port = "ssh"; }'),
    Case("an interface of the fleet's own", ["check"], files=files(out='[ "peer" "networking" "endpoints" "shelf" ]', machine='mkExports { endpoints.hosts = [ ]; shelf.books = 3; }', more="clan.exportInterfaces.shelf.options.books = lib.mkOption { type = lib.types.int; };")),
    Case("networks of a service of the fleet", ["network", "--json"], files=files(), out=["oak.mesh", '"one"']),
    refused("too many machines", "FL0604", "at most 2", "check yard/mesh-two-peer-maxMachines", more='clan.inventory.machines.elm = { }; clan.machines.elm.nixpkgs.hostPlatform = "x86_64-linux"; clan.inventory.instances.two = { module = { name = "mesh"; input = "self"; }; roles.peer.tags.all = { }; };'),
    Case("too many machines, silenced", ["check"], files=files(more='flake.fleet.silence = [ "yard/mesh-two-peer-maxMachines" ]; clan.inventory.machines.elm = { }; clan.machines.elm.nixpkgs.hostPlatform = "x86_64-linux"; clan.inventory.instances.two = { module = { name = "mesh"; input = "self"; }; roles.peer.tags.all = { }; };')),
    refused("too many instances", "FL0604", "at most 2 instances", "check yard/mesh-maxInstances", more=" ".join(f'clan.inventory.instances.{name} = {{ module = {{ name = "mesh"; input = "self"; }}; roles.peer.tags.server = {{ }}; }};' for name in "bc")),
]
