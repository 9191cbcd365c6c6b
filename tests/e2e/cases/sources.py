"""Inputs whose source is on this machine: a framework that makes hosts of directories is read, and what stays unknown is said."""

from harness import Case, FleetTest

FRAME = ["--override-input", "frame=../frame"]


def case(name, words, **expected):
    return Case(name, words, fixture="sources", cwd="fleet", **expected)


CASES = [
    case("left to Nix", ["check"], out=["0 hosts"], err=["warning[FL0502]", "inputs.frame"]),
    case("read", ["check", *FRAME], out=["elm", "oak", "ann@x86_64-linux", "3 hosts", "no errors"], not_err=["error", "nobody reads this"]),
    case("a module by the text of its path", ["show", "elm", "time.timeZone", "--json", *FRAME], json_equals="UTC"),
    case("a module of the input", ["show", "oak", "users.motd", "--json", *FRAME], json_equals="under the oak"),
    case("its default", ["show", "elm", "users.motd", "--json", *FRAME], json_equals="welcome"),
    case("an option that nobody sets does not speak", ["show", "oak", "networking.hostName", *FRAME], not_err=["an old name is read"]),
    case("a variant of a host that has that variant", ["show", "oak", "frame", "--defaults", *FRAME], out=['frame.motd = "under the oak"', "frame.variant = { … }"]),
    case("a home among packages", ["show", "ann@x86_64-linux", "home.username", "--json", *FRAME], json_equals="ann"),
    case("a set that holds itself", ["show", "oak", "home-manager.extraSpecialArgs.flake.again", *FRAME], out=["{ … }"]),
    case("no directory", ["check", "--override-input", "frame=./nowhere"], code=1, err=["error[FL0515]", "nowhere"]),
    case("no flake", ["check", "-v", "--override-input", "frame=../frame/modules"], out=["0 hosts"], err=["note[FL0516]", "has no flake.nix"]),
    case("no reference", ["check", "--override-input", "frame"], code=2, err=["error[FL0903]", "NAME=REFERENCE"]),
    case("another flake", ["check", "--override-input", "frame=github:example/other"], out=["0 hosts"]),
]


class Render(FleetTest):
    def test_a_home_among_packages_is_built_from_there(self):
        fleet = self.fleet("sources")
        out = fleet.base / "tree"
        place = fleet.root / "fleet"
        self.expect(fleet.run("render", "--out", str(out), "--fleet", str(place), "--override-input", f"frame={fleet.root}/frame"), 0)
        text = (out / "fleetd" / "hosts.nix").read_text()
        self.assertIn('from = "legacyPackages";', text)
        self.assertIn('attribute = "ann";', text)

    def test_an_input_that_is_not_locked(self):
        fleet = self.fleet("sources")
        place = fleet.root / "fleet"
        (place / "flake.lock").write_text('{"nodes": {"root": {"inputs": {}}}, "root": "root", "version": 7}')
        self.expect(
            fleet.run("check", "--fleet", str(place), "--override-input", "fram=/"), 1, err=["error[FL0515]", "no input `fram`"]
        )
