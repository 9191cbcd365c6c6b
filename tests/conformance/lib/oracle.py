#!/usr/bin/env python3
"""The cases of lib, evaluated by Nix with nixpkgs' own lib (the oracle).

usage: oracle.py check|write      compares with, or replaces, what is in expected/

NIXPKGS_LIB is the directory of nixpkgs' lib, HOME_MANAGER_LIB that of home-manager's modules/lib (for home.nix; without it that file is left
out). `check` exits with 77 (skipped) where nix-instantiate or NIXPKGS_LIB is missing.
"""

import json
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
HOME_ONLY = ("home",)
# Sets below a family whose names count too.
DEEPER = ("gvariant.type", "network.ipv6", "path.subpath", "systems.architectures", "systems.inspect", "systems.inspect.predicates",
          "systems.parse", "systems.parse.types", "systems.platforms", "types.ints", "types.numbers")


def nix(expression):
    command = ["nix-instantiate", "--eval", "--strict", "--json", "--readonly-mode", "-E", expression]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "NIX_PATH": ""})
    if done.returncode != 0:
        errors = [line for line in done.stderr.splitlines() if not line.startswith("trace:")]
        sys.exit("\n".join(errors[-20:]))
    return json.loads(done.stdout)


def oracle(home):
    lib = f'(import {HERE}/oracle.nix {{ libPath = /. + "{os.environ["NIXPKGS_LIB"]}"; }})'
    if not home:
        return lib
    folder = os.environ["HOME_MANAGER_LIB"]
    return f'({lib}.extend (self: super: {{ hm = import (/. + "{folder}") {{ lib = self; }}; }}))'


def names():
    """The names of lib and, one level down, of the sets in it. What needs a newer Nix or is not in lib's own folder is left out."""
    show = "s: if builtins.isAttrs s && !(s ? type && s.type == \"derivation\") then builtins.attrNames s else null"
    deeper = " ".join(f'"{path}" = lib.{path};' for path in DEEPER)
    expression = f'let lib = {oracle(False)}; in builtins.mapAttrs (n: {show}) (removeAttrs lib [ "maintainers" "teams" ] // {{ {deeper} }})'
    return nix(expression)


def results():
    for file in sorted(os.listdir(os.path.join(HERE, "cases"))):
        name, ending = os.path.splitext(file)
        if ending != ".nix" or (name in HOME_ONLY and "HOME_MANAGER_LIB" not in os.environ):
            continue
        yield name, nix(f"import {HERE}/cases/{file} {{ lib = {oracle(name in HOME_ONLY)}; }}")
    yield "names", names()


def path_of(name):
    return os.path.join(HERE, "expected", name + ".json")


def write(name, values):
    lines = [f"{json.dumps(key)}: {json.dumps(value, sort_keys=True)}" for key, value in sorted(values.items())]
    with open(path_of(name), "w", encoding="utf-8") as file:
        file.write("{\n" + ",\n".join(lines) + "\n}\n")


def differences(name, values):
    with open(path_of(name), encoding="utf-8") as file:
        expected = json.load(file)
    for key in sorted(set(expected) | set(values)):
        if key not in expected or key not in values or expected[key] != values[key]:
            yield f"{name}: {key}: expected {json.dumps(expected.get(key))[:300]}, the oracle says {json.dumps(values.get(key))[:300]}"


def main():
    if sys.argv[1:] not in (["check"], ["write"]):
        sys.exit(__doc__)
    if not shutil.which("nix-instantiate") or "NIXPKGS_LIB" not in os.environ:
        print("NIXPKGS_LIB or nix-instantiate is missing")
        sys.exit(77)
    found = 0
    for name, values in results():
        if sys.argv[1] == "write":
            write(name, values)
            continue
        for line in differences(name, values):
            print(line)
            found += 1
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
