"""Files that the fleet names and that are not there, or are there and no part of the flake."""

import subprocess

from harness import Case, FleetTest

FLAKE = """{
  outputs = { self, nixpkgs }: {
    nixosConfigurations.a = nixpkgs.lib.nixosSystem {
      system = "x86_64-linux";
      modules = [ ./host.nix ];
    };
  };
}
"""


def host(body):
    return {"flake.nix": FLAKE, "host.nix": "{ lib, config, ... }: {\n  networking.hostName = \"a\";\n  %s\n}\n" % body}


MISSING = "warning[FL0518]"
CASES = [
    Case(
        "a value", ["check"], files=host("environment.etc.\"x\".source = ./files/motd;") | {"files/modt": "hello\n"},
        err=[MISSING, "`environment.etc.x.source` names files/motd", "host.nix:3:3", "did you mean `modt`?", "on host a"],
    ),
    Case("one that is there", ["check"], files=host("environment.etc.\"x\".source = ./files/motd;") | {"files/motd": "hello\n"}, not_err=["FL0518", "error"]),
    Case("in a list", ["check"], files=host("users.users.bob.openssh.authorizedKeys.keyFiles = [ ./there.pub ./keys/bob.pub ];") | {"there.pub": ""},
         err=[MISSING, "keys/bob.pub", "keys is not a directory"], not_err=["there.pub, which"]),
    Case("deep in a set", ["check"], files=host("services.web.virtualHosts = {\n    one.root = ./host.nix;\n    two.root = ./site; };"), err=[MISSING, "host.nix:5:5", "names site,"]),
    Case("the default of an option", ["check"], files=host("") | {
        "host.nix": "{ lib, ... }: {\n  options.own.file = lib.mkOption { type = lib.types.path; default = ./optional; };\n  config.networking.hostName = \"a\"; }\n"},
         not_err=["FL0518", "error"]),
    Case("a condition that asks for it", ["check"], files=host("environment.etc.\"x\" = lib.mkIf (builtins.pathExists ./x) { source = ./x; };"), not_err=["FL0518", "error"]),
    Case("outside of the fleet", ["check"], files=host("environment.etc.\"x\".source = /run/x;"), not_err=["FL0518", "error"]),
    Case("what is generated", ["check"], files=host("environment.etc.\"x\".source = ./vars/shared/ca/ca.pem/value;"), not_err=["FL0518", "error"]),
    Case("as text", ["check"], code=1, files=host("environment.etc.\"x\".text = \"read ${./nothing}\";"), err=["error[FL0002]", "nothing' does not exist", "host.nix:3:", "environment.etc.x.text"]),
    Case("as text of an expression", ["eval", "-E", "\"${./nothing}\""], code=1, err=["error[FL0002]", "nothing' does not exist"]),
    Case("as text of itself", ["eval", "-E", "toString ./nothing + \"x\""], out=["nothingx"]),
    Case("one host of fleet.json", ["check"], code=0, fixture="plain", files={"modules/zz.nix": "{ flake.modules.nixos.core = { lib, ... }: { options.q = lib.mkOption { type = lib.types.path; }; config.q = ./gone; }; }\n"},
         err=[MISSING, "`q` names modules/gone"]),
]


class Git(FleetTest):
    def git(self, fleet, *words):
        subprocess.run(["git", "-c", "user.name=n", "-c", "user.email=e@example.org", *words], cwd=fleet.root, check=True, capture_output=True)

    def test_what_git_does_not_track(self):
        fleet = self.fleet("", host("imports = [ ./one.nix ];") | {"one.nix": "{ }\n", "unread.nix": "{ }\n"})
        self.git(fleet, "init", "-q")
        self.git(fleet, "add", "flake.nix", "host.nix")
        done = self.expect(fleet.run("check"), 0, err=["warning[FL0856]", "one.nix is read here", "git add --intent-to-add one.nix"])
        self.assertNotIn("unread", done.err)
        self.git(fleet, "add", "--intent-to-add", "one.nix")
        self.assertNotIn("FL0856", self.expect(fleet.run("check"), 0).err)

    def test_several_files_and_what_is_ignored(self):
        names = [f"m{i}.nix" for i in range(7)]
        fleet = self.fleet("", host("imports = [ %s ];" % " ".join("./" + name for name in names)) | {name: "{ }\n" for name in names} | {".gitignore": "m6.nix\n"})
        self.git(fleet, "init", "-q")
        self.git(fleet, "add", "flake.nix", "host.nix")
        done = self.expect(fleet.run("check"), 0, err=["7 files are read here", "m0.nix", "and 2 more"])
        found = [one for one in self.expect(fleet.run("check", "--json"), 0).findings() if one["code"] == "FL0856"]
        self.assertEqual(len(found), 1)

    def test_no_repository_no_word(self):
        fleet = self.fleet("", host(""))
        self.assertNotIn("FL0856", self.expect(fleet.run("check"), 0).err)
        fleet.write(".git", "gitdir: /nowhere\n")  # one that git cannot read
        self.assertNotIn("FL0856", self.expect(fleet.run("check"), 0).err)

    def test_a_fleet_below_the_repository(self):
        fleet = self.fleet("", {"nix/" + path: text for path, text in host("").items()})
        self.git(fleet, "init", "-q")
        self.git(fleet, "add", "nix/flake.nix")
        self.expect(fleet.run("check", "--fleet", "nix"), 0, err=["warning[FL0856]", "host.nix is read here"])
