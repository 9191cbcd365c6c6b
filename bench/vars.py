#!/usr/bin/env python3
"""Times `fleetd vars` on a fleet that it makes: 1,000 key pairs generated with one commit, 10,000 secrets listed and checked.

    python3 -B bench/vars.py FLEETD DIRECTORY    prints names and microseconds"""

import os
import subprocess
import sys
import time

MACHINES = 1000
FLEET = """let
  machines = n: value: builtins.listToAttrs (builtins.genList (i: { name = "m${toString i}"; inherit value; }) n);
  secrets = { n }: builtins.listToAttrs (builtins.genList (i: { name = "g${toString i}"; value = {
    files.secret = { }; builtin = { generator = "random"; file = "secret"; }; }; }) n);
in {
  clan.meta.name = "bench";
  clan.inventory.machines = machines %d { };
  clan.machines = machines %d {
    nixpkgs.hostPlatform = "x86_64-linux";
    clan.core.vars.generators = %s;
  };
}
"""
PAIR = '{ ssh = { files.id_ed25519 = { }; files."id_ed25519.pub".secret = false; builtin = { generator = "ssh-key"; }; }; }'


def main():
    fleetd, directory = sys.argv[1:3]
    env = {
        "HOME": directory,
        "PATH": os.environ["PATH"],
        "USER": "ada",
        **{f"GIT_{who}_{what}": "ada@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }

    def fleet(name, generators):
        root = os.path.join(directory, name)
        os.makedirs(os.path.join(root, "modules"))
        with open(os.path.join(root, "modules/fleet.nix"), "w", encoding="utf-8") as file:
            file.write(FLEET % (MACHINES, MACHINES, generators))
        for words in (["git", "init", "-q"], ["git", "add", "-A"], ["git", "commit", "-qm", "first"], [fleetd, "vars", "keygen"]):
            subprocess.run(words, cwd=root, env=env, check=True, capture_output=True)
        return root

    def timed(root, *words):
        start = time.perf_counter()
        done = subprocess.run([fleetd, "vars", *words], cwd=root, env=env, capture_output=True, text=True, check=False)
        took = time.perf_counter() - start
        if done.returncode != 0:
            sys.exit(f"vars {' '.join(words)}: {done.stderr[-1000:]}")
        return took * 1e6, done

    def commits(root):
        return int(subprocess.run(["git", "rev-list", "--count", "HEAD"], cwd=root, capture_output=True, check=True).stdout)

    pairs = fleet("pairs", PAIR)
    before = commits(pairs)
    took, _ = timed(pairs, "generate")
    if commits(pairs) != before + 1:
        sys.exit("1,000 key pairs are to be one commit")
    print("generate-1000-pairs", took)

    many = fleet("many", "secrets { n = 10; }")
    took, _ = timed(many, "generate")
    print("generate-10000-secrets", took)
    took, done = timed(many, "list", "--json")
    if done.stdout.count('"exists": true') != 10 * MACHINES:
        sys.exit("10,000 secrets are to be listed")
    print("list-10000", took)
    took, _ = timed(many, "check")
    print("check-10000", took)


if __name__ == "__main__":
    main()
