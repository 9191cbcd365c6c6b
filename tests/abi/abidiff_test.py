#!/usr/bin/env python3
"""The ABI of the headers against the description that is kept: `abidiff` finds any change of a struct or a function. It proves itself on
a header it changed. --update writes the description anew, after an addition that was meant."""

import argparse
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
KEPT = HERE / "kept/x86_64-linux/fleet-0.1.abi"


def build(include, out):
    cc = shutil.which("cc") or shutil.which("gcc")
    subprocess.run([cc, "-std=c11", "-g", "-O0", "-fPIC", "-shared", "-fvisibility=hidden", "-I", str(include), str(HERE / "surface.c"), "-o", str(out)], check=True)
    return out


def differs(library):
    done = subprocess.run(["abidiff", "--no-show-locs", str(KEPT), str(library)], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--include", type=Path, required=True)
    parser.add_argument("--update", action="store_true")
    args = parser.parse_args()
    if not shutil.which("abidiff") or (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        print("abidiff is not at hand, or this is not x86_64 Linux")
        return 77
    with tempfile.TemporaryDirectory(prefix="fleetd-abidiff-") as directory:
        scratch = Path(directory)
        library = build(args.include, scratch / "surface.so")
        if args.update:
            subprocess.run(["abidw", "--no-corpus-path", "--no-comp-dir-path", "--no-show-locs", "--out-file", str(KEPT), str(library)], check=True)
            return 0
        code, words = differs(library)
        changed = scratch / "changed"
        shutil.copytree(args.include, changed)
        header = changed / "fleet/types.h"
        header.write_text(header.read_text().replace("uint32_t span; ", "uint64_t span; "))
        other, _ = differs(build(changed, scratch / "changed.so"))
    print(words)
    if other == 0:
        print("a field of another type was not found")
    return 1 if code != 0 or other == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
