"""Repositories of other people's kinds: each is read as it stands, its hosts are found, and nothing in it is called wrong."""

from harness import Case


def shown(shape, host, path, value, *options):
    return Case(
        f"{shape}: {host} {path}",
        ["show", host, path, "--json", *options, "--fleet", shape],
        fixture="shapes",
        json_equals=value,
    )


def checked(shape, *texts):
    return Case(
        f"{shape}: check", ["check", "--fleet", shape], fixture="shapes", out=[*texts, "no errors"], not_err=["error"]
    )


CASES = [
    checked("utils", "barn", "meadow", "ida", "3 hosts"),
    shown("utils", "barn", "environment.etc.systems.text", "aarch64-linux x86_64-linux"),
    checked("grown", "near", "web", "1 host"),
    shown("grown", "near", "networking.firewall.allowedTCPPorts", [443]),
    shown("grown", "near", "environment.etc.label.text", "for x86_64-linux"),
    Case(
        "grown: a host that comes from elsewhere",
        ["check", "-v", "--fleet", "grown"],
        fixture="shapes",
        err=["note[FL0507]", "nixosConfigurations.far", "flake.nix:57:"],
    ),
    checked("hive", "queen", "bees royal", "x86_64-linux", "2 hosts"),
    shown("hive", "drone", "environment.etc.queen.text", "queen.hive.example.org"),
    shown("hive", "drone", "networking.domain", "drones.example.org"),
    shown("hive", "queen", "deployment.tags", ["bees", "royal"]),
    checked("nodes", "quay", "jetty", "aarch64-linux", "2 hosts"),
    Case("nodes: the release of nixpkgs", ["show", "quay", "environment.etc", "--fleet", "nodes"], fixture="shapes", out=["lib.version", "# unknown"], not_out=['"new"  #', '"26.05"']),
    shown("nodes", "jetty", "networking.domain", "north"),
    Case("clan: hosts are declared in the inventory", ["hosts", "--fleet", "clan"], fixture="shapes", out=["clan.nix:5:3", "clan.nix:6:3", "machines/attic/configuration.nix:1:1"], not_out=["clan.nix:49"]),
    checked("clan", "attic", "shed", "bench", "all nixos tools", "3 hosts"),
    shown("clan", "shed", "networking.domain", "garden.example.org"),
    shown("clan", "attic", "networking.hostName", "attic"),
    shown("clan", "attic", "services.openssh.enable", True),
    shown("clan", "shed", "environment.etc.issue.text", "shed: mind the rake"),
    shown("clan", "attic", "environment.etc.issue.text", "attic: welcome"),
    shown("clan", "shed", "environment.etc.book.text", "/run/secrets/vars/per-machine/shed/visitors/book"),
    shown("clan", "shed", "environment.etc.count.text", "7"),
    Case(
        "clan: a public value that is not there yet",
        ["show", "attic", "environment.etc.count.text", "--fleet", "clan"],
        fixture="shapes",
        out=["generators.visitors.files.count.value", "# unknown"],
    ),
    Case(
        "foreign: outputs that only Nix knows",
        ["check", "--fleet", "foreign"],
        fixture="shapes",
        out=["0 hosts"],
        err=["warning[FL0502]", "inputs.frame"],
    ),
]
