#!/usr/bin/env python3
"""No file of ours is longer than 500 lines; above 300 there is a warning."""

import tree

SOFT, HARD = 300, 500
ENDINGS = (".cpp", ".hpp", ".h", ".c", ".nix")


def check(root):
    for path in tree.files(root, ENDINGS):
        count = tree.read(root, path).count("\n")
        if count > HARD:
            yield f"{path}: {count} lines; at most {HARD} are allowed"
        elif count > SOFT:
            yield f"warning: {path}: {count} lines; about {SOFT} are meant"


GOOD = {
    "kernel/a.cpp": "\n" * HARD,
    "tests/conformance/lang/data.nix": "\n" * (HARD + 1),
    "kernel/table.def": "\n" * (HARD + 1),
}
BAD = [(f"a long {ending} file", {f"sdk/long{ending}": "\n" * (HARD + 1)}) for ending in ENDINGS]

if __name__ == "__main__":
    tree.run(check, GOOD, BAD)
