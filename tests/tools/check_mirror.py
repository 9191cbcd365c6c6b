#!/usr/bin/env python3
"""Every source file is built and every test runs: its name stands in the meson.build of its folder or of one above it. A unit
test that mirrors no file of the kernel gets a warning."""

import os

import tree


def listed(root, path):
    """Whether a meson.build at or above the file names it, relative to itself."""
    folder, name = os.path.split(path)
    while True:
        meson = os.path.join(folder, "meson.build")
        if os.path.isfile(os.path.join(root, meson)):
            text = tree.read(root, meson)
            code = "\n".join(line.split("#")[0] for line in text.splitlines())
            if f"'{name}'" in code:
                return True
        if not folder:
            return False
        folder, last = os.path.split(folder)
        name = f"{last}/{name}"


def check(root):
    sources = tree.files(root, (".cpp", ".c"), ("kernel", "sdk", "plugins", "tests", "bench"))
    scripts = tree.files(root, ("_test.py", "_test.sh"), ("tests",))
    for path in sources + scripts:
        if not listed(root, path):
            what = "this test never runs" if path.startswith("tests/") else "this file is never built"
            yield f"{path}: {what}: no meson.build lists it"
    for path in tree.files(root, (".py",), ("tests/e2e/cases",)):
        if not listed(root, "tests/e2e/" + os.path.basename(path).removesuffix(".py")):
            yield f"{path}: these cases never run: tests/e2e/meson.build does not list them"
    for path in tree.files(root, ("_test.cpp",), ("tests/unit",)):
        if not os.path.isdir(os.path.join(root, "kernel", path.split("/")[2])):
            continue  # tests of the SDK and the plugins
        stem = path.replace("tests/unit/", "kernel/", 1)[: -len("_test.cpp")]
        if not any(os.path.isfile(os.path.join(root, stem + end)) for end in (".cpp", ".hpp")):
            yield f"warning: {path}: what does it test? There is no {stem}.cpp or .hpp"


GOOD = {
    "meson.build": "executable('x', 'kernel/main.cpp')",
    "kernel/main.cpp": "",
    "kernel/base/meson.build": "static_library('b', 'a.cpp', 'sub/b.cpp')",
    "kernel/base/a.cpp": "",
    "kernel/base/sub/b.cpp": "",
    "tests/unit/base/meson.build": "'a_test.cpp'",
    "tests/unit/base/a_test.cpp": "",
    "tests/e2e/meson.build": "'x_test.py', 'x'",
    "tests/e2e/x_test.py": "",
    "tests/e2e/cases/x.py": "",
}
BAD = [
    ("a kernel file that is not built", {"kernel/base/c.cpp": ""}),
    ("a file that is only named in a comment", {"kernel/lang/meson.build": "# 'c.cpp'", "kernel/lang/c.cpp": ""}),
    ("a test that does not run", {"tests/unit/base/main_test.cpp": ""}),
    ("a script that does not run", {"tests/e2e/y_test.py": ""}),
    ("cases that do not run", {"tests/e2e/cases/z.py": ""}),
    ("a plugin that is not built", {"plugins/p/p.cpp": ""}),
]

if __name__ == "__main__":
    tree.run(check, GOOD, BAD)
