#!/usr/bin/env python3
"""Every C and C++ example of the SDK's documents is a whole source that compiles without a warning; those that are plugins pass
`fleetd plugin check`. Nix examples parse."""

import argparse
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Werror", "-fPIC", "-fvisibility=hidden"]


def blocks(docs):
    for document in sorted(docs.glob("*.md")):
        text = document.read_text(encoding="utf-8")
        for match in BLOCK.finditer(text):
            line = text.count("\n", 0, match.start()) + 2
            yield f"{document.name}:{line}", match.group(1), match.group(2)


def run(command, **options):
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=200, **options)


def problem(args, scratch, number, block):
    where, language, text = block
    if language == "nix":
        if not shutil.which("nix-instantiate"):
            return None
        done = run(["nix-instantiate", "--parse", "-"], input=text, env={**os.environ, "NIX_CONFIG": "store = dummy://"})
        return None if done.returncode == 0 else f"{where}: {done.stderr}"
    if language not in ("c", "cpp"):
        return None
    folder = scratch / str(number)
    folder.mkdir()
    source = folder / ("source." + language)
    source.write_text(text, encoding="utf-8")
    compiler = ["cc", "-std=c11", "-Wstrict-prototypes"] if language == "c" else ["c++", "-std=c++20"]
    plugin = re.search(r'\.id = "([^"]+)"', text) if "FLEET_PLUGIN(" in text or "fleet_entry_v" in text else None
    one_symbol = [f"-Wl,--version-script={args.include.parent / 'plugin.map'}"] if sys.platform == "linux" else []
    end = ["-shared", *one_symbol, "-o", str(folder / f"{plugin[1]}.so")] if plugin else ["-c", "-o", str(folder / "out.o")]
    done = run([*compiler, *WARNINGS, "-I", str(args.include), str(source), *end])
    if done.returncode != 0:
        return f"{where}: {done.stderr}"
    if not plugin:
        return None
    done = run([str(args.fleetd), "plugin", "check", str(folder / f"{plugin[1]}.so")])
    return None if done.returncode == 0 else f"{where}: {done.stdout}{done.stderr}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--include", type=Path, required=True)
    parser.add_argument("--docs", type=Path, required=True)
    parser.add_argument("--fleetd", type=Path, required=True)
    args = parser.parse_args()
    args.fleetd = args.fleetd.resolve()
    found = list(blocks(args.docs))
    code = sum(language in ("c", "cpp") for _, language, _ in found)
    with tempfile.TemporaryDirectory(prefix="fleetd-guide-") as directory:
        scratch = Path(directory)
        wrong = problem(args, scratch, "mistake", ("mistake", "cpp", "#include <fleet/fleet.h>\nint x = y;\n"))
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            results = list(pool.map(lambda item: problem(args, scratch, *item), enumerate(found)))
    failed = [text for text in results if text]
    print("\n".join(failed))
    print(f"{code} examples, {len(failed)} problems")
    return 1 if failed or not wrong or code < 6 else 0


if __name__ == "__main__":
    sys.exit(main())
