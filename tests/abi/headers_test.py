#!/usr/bin/env python3
"""Every header of the SDK compiles alone, in every language version it promises, with every compiler at hand, without a warning."""

import argparse
import concurrent.futures
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

WARNINGS = ["-pedantic", "-Wall", "-Wextra", "-Wshadow", "-Wundef", "-Werror", "-fsyntax-only"]
C = ["c99", "c11", "c17"]
CXX = ["c++11", "c++14", "c++17", "c++20"]
MISTAKE = "#include <fleet/abi.h>\nint broken() { return 1; }\nvoid unused(void) { int x; }\n"


def compilers(names):
    return [name for name in names if shutil.which(name)]


def jobs(include, scratch):
    """Yields (what, command): headers in pairs, so that an include guard that lies is found, too."""
    headers = sorted(p.relative_to(include).as_posix() for p in (include / "fleet").rglob("*.h"))
    layer = sorted(p.relative_to(include).as_posix() for p in (include / "fleet" / "cxx").glob("*.hpp"))

    def source(header, ending):
        path = scratch / (header.replace("/", "_") + ending)
        path.write_text(f"#include <{header}>\n#include <{header}>\nint main(void) {{ return 0; }}\n", encoding="utf-8")
        return str(path)

    for compiler in compilers(["gcc", "clang"]):
        for standard in C:
            for header in headers:
                command = [compiler, f"-std={standard}", *WARNINGS, "-Wstrict-prototypes", "-Wmissing-prototypes"]
                yield f"{header} as {standard} with {compiler}", [*command, f"-I{include}", source(header, ".c")]
    for compiler in compilers(["g++", "clang++"]):
        for standard in CXX:
            for header in headers:
                command = [compiler, f"-std={standard}", *WARNINGS, "-Wold-style-cast"]
                yield f"{header} as {standard} with {compiler}", [*command, f"-I{include}", source(header, ".cpp")]
        for header in layer:
            command = [compiler, "-std=c++20", *WARNINGS]
            yield f"{header} as c++20 with {compiler}", [*command, f"-I{include}", source(header, ".cpp")]


def run(job):
    what, command = job
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return what, done.returncode, done.stderr


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--include", type=Path, required=True)
    include = parser.parse_args().include.resolve()
    if not compilers(["gcc", "clang"]) or not compilers(["g++", "clang++"]):
        print("neither gcc nor clang is at hand")
        return 77
    with tempfile.TemporaryDirectory(prefix="fleetd-abi-") as directory:
        scratch = Path(directory)
        broken = scratch / "broken.c"
        broken.write_text(MISTAKE, encoding="utf-8")
        compiler = compilers(["gcc", "clang"])[0]
        command = [compiler, "-std=c99", *WARNINGS, "-Wstrict-prototypes", f"-I{include}", str(broken)]
        if subprocess.run(command, capture_output=True, check=False).returncode == 0:
            print("a source with mistakes compiled: these options would find nothing")
            return 1
        work = list(jobs(include, scratch))
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            results = list(pool.map(run, work))
    failed = [(what, words) for what, code, words in results if code != 0]
    for what, words in failed:
        print(f"{what}:\n{words}")
    print(f"{len(results) - len(failed)} of {len(results)} compiled")
    return 1 if failed or not results else 0


if __name__ == "__main__":
    sys.exit(main())
