"""Prints the configurations of all hosts of a generated fleet: python3 bench/reference DIR"""

import gc
import json
import os
import sys

from evaluate import deep, evaluate, force
from library import make_library
from modules import evaluate_modules
from syntax import parse


def files(folder):
    """Every *.nix file below a folder, names in ascending order."""
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from files(entry.path)
        elif entry.name.endswith(".nix"):
            yield entry.path


def flake_modules(folder, lib, builtins):
    """{class: {aggregate: module}}. A module that several files contribute to imports what each wrote, the last first; the levels
    of imports are those of flake-parts, since they decide the order of lists."""
    found, result = {}, {}
    arguments = {"lib": lib, "config": {"flake": {"modules": result}}}
    for path in files(folder):
        written = force(evaluate(parse(path), builtins)(arguments))
        for kind, aggregates in force(force(written["flake"])["modules"]).items():
            for name, module in force(aggregates).items():
                found.setdefault(kind, {}).setdefault(name, []).insert(0, {"imports": [module]})
    for kind, aggregates in found.items():
        result[kind] = {name: {"imports": [{"imports": contributions}]} for name, contributions in aggregates.items()}
    return result


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    gc.set_threshold(200000)
    sys.setrecursionlimit(50000)
    fleet = sys.argv[1]
    lib = make_library()
    builtins = {"map": lib["map"], "toString": lib["toString"]}
    with open(os.path.join(fleet, "fleet.json"), encoding="utf-8") as file:
        hosts = json.load(file)["hosts"]
    modules = flake_modules(os.path.join(fleet, "modules"), lib, builtins)
    separator = "{\n"
    for name, host in sorted(hosts.items()):
        of_class = modules[host["class"]]
        config = deep(evaluate_modules([of_class[aggregate] for aggregate in host["aggregates"]], lib))
        sys.stdout.write(separator + json.dumps(name) + ": " + json.dumps(config, sort_keys=True))
        separator = ",\n"
    sys.stdout.write("\n}\n" if hosts else "{}\n")


if __name__ == "__main__":
    main()
