#!/usr/bin/env python3
"""A plugin library exports its entry and nothing else. Usage: symbols_test.py LIBRARY…"""

import subprocess
import sys


def exported(library):
    """Names a library defines for others, without versions."""
    listing = subprocess.run(["nm", "-D", "--defined-only", library], capture_output=True, text=True, check=True).stdout
    return sorted(line.split()[-1].split("@")[0].lstrip("_") for line in listing.splitlines() if line.split()[1:-1] != ["A"])


def main():
    failed = 0
    for library in sys.argv[1:]:
        names = exported(library)
        if names != ["fleet_entry_v0"]:
            failed += 1
            print(f"{library}: exports {names}")
    print(f"{len(sys.argv) - 1} libraries, {failed} problems")
    return 1 if failed or len(sys.argv) < 3 else 0


if __name__ == "__main__":
    sys.exit(main())
