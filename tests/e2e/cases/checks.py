"""Checks of the fleet as a whole: its own assertions, tags nobody uses, directories without a machine, and silencing them."""

from harness import Case

FLEET_OUTPUT = "{ outputs = { clan-core, self, ... }: clan-core.lib.clan { inherit self; imports = [ ./clan.nix ]; } // { fleet = import ./fleet.nix; }; inputs.clan-core.url = \"https://git.clan.lol/clan/clan-core/archive/main.tar.gz\"; }\n"
CLAN = """{
  meta.name = "yard";
  inventory.machines.barn.tags = [ "sever" "odd" ];
  inventory.machines.silo.tags = [ "server" ];
  machines.barn.nixpkgs.hostPlatform = "x86_64-linux";
  machines.silo.nixpkgs.hostPlatform = "x86_64-linux";
  inventory.instances.sshd.roles.server.tags.server = { };
  %s
}
"""


def yard(fleet="{ }", clan="", **files):
    return {"flake.nix": FLEET_OUTPUT, "clan.nix": CLAN % clan, "fleet.nix": fleet, **files}


def checks(text):
    return "{ checks.two-servers = { " + text + " }; }"


FALSE = 'assertion = false; message = "there are to be two servers";'
ORPHANS = {"vars/per-machine/bran/g/f/value": "x", "sops/machines/old/key.json": "[]"}
MODULES = {"modules/a.nix": '{ fleet.machines.web.modules = [ { nixpkgs.hostPlatform = "x86_64-linux"; } ]; flake.fleet.checks.no = { assertion = false; message = "no"; }; }'}

CASES = [
    Case("an assertion that fails", ["check"], code=1, files=yard(checks(FALSE)), err=["error[FL0621]: check two-servers: there are to be two servers", "fleet.nix:1:"]),
    Case("on every command that composes", ["show", "barn", "networking.hostName"], code=1, files=yard(checks(FALSE)), err=["FL0621"]),
    Case("an assertion that holds", ["check"], files=yard(checks('assertion = true; message = throw "not read";')), not_err=["FL0621", "not read"]),
    Case("an assertion that is ignored", ["check"], files=yard(checks("ignore = true;" + FALSE)), not_err=["FL0621"]),
    Case("an assertion that is silenced", ["check"], files=yard("{ silence = [ \"two-servers\" ]; " + checks(FALSE)[1:]), not_err=["FL0621"]),
    Case("an assertion that throws", ["check"], code=1, files=yard(checks('assertion = throw "gone"; message = "";')), err=["gone"]),
    Case("an assertion that is a text", ["check"], code=1, files=yard(checks('assertion = "yes"; message = "";')), err=["FL0621", "true or false"]),
    Case("an assertion only Nix knows", ["check", "-v"], files=yard("{ checks.x = { assertion = builtins.readFile /nix/store/x == \"\"; message = \"\"; }; }"), err=["note[FL0621]", "fleet.checks.x: only Nix knows"]),
    Case("an assertion of the clan", ["check"], code=1, files=yard(clan='checks.named = { assertion = false; message = "call it something"; };'), err=["FL0621", "call it something", "clan.nix:8:"]),
    Case("one of the clan that is ignored", ["check"], files=yard(clan='checks.named = { assertion = false; message = "x"; ignore = true; };'), not_err=["FL0621"]),
    Case("modules without a flake", ["check"], code=1, files=MODULES, err=["FL0621", "check no: no"]),
    Case("a tag that nearly is another", ["check"], files=yard(), err=["warning[FL0622]", "`sever` of barn", "did you mean `server`?"], not_err=["`odd`"]),
    Case("a tag of its own kind", ["check", "-v"], files=yard(), err=["note[FL0622]", "`odd` of barn"]),
    Case("tags silenced", ["check", "-v"], files=yard('{ silence = [ "FL0622" ]; }'), not_err=["FL0622"]),
    Case("directories without a machine", ["check"], files=yard(**ORPHANS), err=["warning[FL0623]", "vars/per-machine/bran", "did you mean `barn`?", "sops/machines/old"]),
    Case("directories silenced", ["check"], files=yard('{ silence = [ "fl0623" ]; }', **ORPHANS), not_err=["FL0623"]),
    Case("a constraint silenced", ["check"], files=yard('{ silence = [ "FL0604" ]; }', 'inventory.instances.vpn = { module.name = "wireguard"; roles.peer.machines.silo = { }; };'), not_err=["FL0604"], code=1, err=["WG"]),
    Case("an error that cannot be silenced", ["check"], code=1, files=yard('{ silence = [ "FL0602" "FL0999" ]; }', "inventory.instances.sshd.roles.client.machines.bran = { };"), err=["error[FL0602]", "FL0602, which cannot be silenced", "FL0999, which is no code"]),
    Case("in fleet.json", ["check"], files={"fleet.json": '{ "silence": [ "FL0602" ], "hosts": { "web": { "class": "nixos" } } }', "modules/a.nix": "{ }"}, err=["warning[FL0624]"]),
    Case("aggregates silenced in fleet.json", ["check"], files={"fleet.json": '{ "silence": [ "FL0506" ], "hosts": { "web": { "class": "nixos" } } }', "modules/a.nix": "{ flake.modules.nixos.idle = { }; }"}, not_err=["FL0506"]),
    Case("aggregates not silenced", ["check"], files={"fleet.json": '{ "hosts": { "web": { "class": "nixos" } } }', "modules/a.nix": "{ flake.modules.nixos.idle = { }; }"}, err=["FL0506"]),
]
