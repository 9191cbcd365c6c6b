"""What the checks of the source tree share: walking the tree, reporting, and the self-test that proves a check can fail."""

import contextlib
import io
import os
import sys
import tempfile

# Where our own files live. Conformance data is copied as it is and never edited.
FOLDERS = ("kernel", "sdk", "plugins", "tests", "bench", "examples")
SKIPPED = ("tests/conformance", "tests/fuzz/corpus")


def files(root, endings, folders=FOLDERS):
    """Paths relative to `root`, sorted, of all files with one of the endings."""
    found = []
    for folder in folders:
        for where, dirs, names in os.walk(os.path.join(root, folder)):
            relative = os.path.relpath(where, root).replace(os.sep, "/")
            if relative in SKIPPED:
                # Only the folders below hold data; our own tests beside them count.
                dirs[:] = []
            dirs[:] = sorted(d for d in dirs if not d.startswith(".") and d != "__pycache__")
            found += [f"{relative}/{name}" for name in names if name.endswith(endings)]
    return sorted(found)


def read(root, path):
    with open(os.path.join(root, path), encoding="utf-8", errors="replace") as file:
        return file.read()


def run(check, good, bad):
    """The command line of a check: `check(root)` yields problems. `good` and `bad` map paths to texts: trees that must pass and
    fail. Each entry of `bad` is (what, tree)."""
    if sys.argv[1:] == ["--self-test"]:
        sys.exit(_self_test(check, good, bad))
    root = sys.argv[1] if len(sys.argv) > 1 else os.getcwd()
    problems = list(check(root))
    for problem in problems:
        print(problem)
    errors = [p for p in problems if not p.startswith("warning: ")]
    print(f"{len(errors)} problems")
    sys.exit(1 if errors else 0)


def _errors(check, tree):
    with tempfile.TemporaryDirectory() as root:
        for path, text in tree.items():
            full = os.path.join(root, path)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, "w", encoding="utf-8") as file:
                file.write(text)
        with contextlib.redirect_stdout(io.StringIO()):
            return [p for p in check(root) if not p.startswith("warning: ")]


def _self_test(check, good, bad):
    failed = 0
    found = _errors(check, good)
    if found:
        print("the good tree is refused:", *found, sep="\n  ")
        failed += 1
    for what, tree in bad:
        found = _errors(check, {**good, **tree})
        if not found:
            print(f"not found: {what}")
            failed += 1
    print(f"{1 + len(bad) - failed} of {1 + len(bad)} trees are judged right")
    return 1 if failed else 0
