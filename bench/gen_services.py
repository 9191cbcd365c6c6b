#!/usr/bin/env python3
"""Writes a fleet of service instances: gen_services.py DIRECTORY [--hosts N] [--instances N] [--members N]

A repository without a flake. Hosts carry one tag each and instances go to one tag each, with settings of the role and, on one machine, of
the machine: hosts and instances of five services, instances x members memberships.
"""

import argparse
from pathlib import Path

SERVICES = [
    ("packages", 'settings.packages = [ "git" "jq" ];', 'settings.packages = [ "htop" ];'),
    ("users", 'settings = { groups = [ "wheel" ]; openssh.authorizedKeys.keys = [ "ssh-ed25519 AAAA %s" ]; };', "settings.share = true;"),
    ("internet", "settings.port = 2222;", 'settings.host = "%s.example.org";'),
    ("trusted-nix-caches", "", ""),
    ("importer", 'settings.note = "%s";', 'settings.more = "%s";'),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory")
    parser.add_argument("--hosts", type=int, default=2000)
    parser.add_argument("--instances", type=int, default=200)
    parser.add_argument("--members", type=int, default=200, help="machines of each instance")
    options = parser.parse_args()

    groups = max(1, options.hosts // options.members)
    lines = ["{", '  clan.meta.name = "bench";', "  clan.inventory.machines = {"]
    lines += [f'    h{host:05}.tags = [ "g{host % groups}" ];' for host in range(options.hosts)]
    lines += ["  };", "  clan.inventory.instances = {"]
    for index in range(options.instances):
        service, settings, own = SERVICES[index % len(SERVICES)]
        name = f"i{index:04}"
        group = index % groups
        one = f"h{index * groups % options.hosts + group:05}"
        lines.append(
            f'    {name} = {{ module.name = "{service}"; roles.default = {{ tags.g{group} = {{ }}; '
            f"machines.{one} = {{ {own} }}; {settings} }}; }};".replace("%s", name)
        )
    lines += ["  };", "}", ""]
    target = Path(options.directory) / "modules"
    target.mkdir(parents=True, exist_ok=True)
    (target / "fleet.nix").write_text("\n".join(lines))


if __name__ == "__main__":
    main()
