#!/usr/bin/env python3
"""Every code that the sources name has its text in kernel/base/codes.def, once."""

import re

import tree

TABLE = "kernel/base/codes.def"
ENTRY = re.compile(r"^FLEETD_CODE\((FL\d{4}),", re.M)
USE = re.compile(r"\bCode::(FL\d{4})\b")


def check(root):
    entries = ENTRY.findall(tree.read(root, TABLE))
    for code in sorted({c for c in entries if entries.count(c) > 1}):
        yield f"{TABLE}: {code} stands there twice"
    for path in tree.files(root, (".cpp", ".hpp")):
        for number, line in enumerate(tree.read(root, path).splitlines(), 1):
            for code in USE.findall(line):
                if code not in entries:
                    yield f"{path}:{number}: {code} is not in {TABLE}"


GOOD = {TABLE: 'FLEETD_CODE(FL0001, Error, "a", "b")\n', "kernel/a.cpp": "return Error{Code::FL0001};\n"}
BAD = [
    ("FL0002", {TABLE: GOOD[TABLE], "kernel/b.cpp": "return Code::FL0002;\n"}),
    ("twice", {TABLE: GOOD[TABLE] * 2}),
]

if __name__ == "__main__":
    tree.run(check, GOOD, BAD)
