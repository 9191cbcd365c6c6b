"""flake-parts with perSystem and withSystem, overlays as functions, a registry of submodules and deferred modules, hosts that read each other."""

from harness import Case, FleetTest

CASES = [
    Case("no errors", ["check"], fixture="parts", out=["north", "south", "book", "no errors"]),
    Case("a name given by specialArgs", ["show", "north", "networking.hostName", "--json"], fixture="parts", json_equals="north"),
    Case("forced by an imported module", ["show", "south", "networking.hostName", "--json"], fixture="parts", json_equals="south"),
    Case("of an option the host declares", ["show", "north", "networking.firewall.allowedTCPPorts", "--json"], fixture="parts", json_equals=[53, 9100]),
    Case("of the flake's registry", ["show", "north", "networking.hosts", "--json"], fixture="parts", json_equals={"192.0.2.11": ["south.example.org", "south"]}),
    Case("of self", ["show", "north", "networking.defaultGateway", "--json"], fixture="parts", json_equals="192.0.2.1"),
    Case(
        "what another host says",
        ["show", "north", "services.prometheus.scrapeConfigs", "--json"],
        fixture="parts",
        json_equals=[{"job_name": "south", "static_configs": [{"targets": ["south.example.org:9101"]}]}],
    ),
    Case("a home by file, with osConfig", ["show", "north", "home:ada", "home.sessionVariables.ON_HOST", "--json"], fixture="parts", json_equals="north"),
    Case("a platform by its name", ["show", "south", "nixpkgs.hostPlatform", "--json"], fixture="parts", json_equals="aarch64-linux"),
    Case("self by its name", ["show", "north", "home-manager.extraSpecialArgs.inputs"], fixture="parts", out=["inputs.self = self ", "inputs.nixpkgs = inputs.nixpkgs "]),
    Case("what is behind a condition of Nix's", ["show", "north", "boot.kernelPackages"], fixture="parts", out=["pkgs.linuxPackages_latest", "# unknown"]),
    Case("systems of hosts", ["check"], fixture="parts", out=["aarch64-linux", "x86_64-linux", "aarch64-darwin"]),
]


class Render(FleetTest):
    def test_is_written(self):
        fleet = self.fleet("parts")
        out = fleet.base / "tree"
        self.expect(fleet.run("render", "--out", str(out)), 0)
        self.assertTrue((out / "flake.nix").is_file())
