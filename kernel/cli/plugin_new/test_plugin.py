"""The plugin loads by itself: nothing is missing, its entry is there, and no other symbol gets out."""

import ctypes
import subprocess
import sys

library = sys.argv[1]
loaded = ctypes.CDLL(library)
size = ctypes.c_uint32.in_dll(loaded, "fleet_entry_v0").value
assert size >= 48, f"the entry has {size} bytes"
try:
    listing = subprocess.run(["nm", "-D", "--defined-only", library], capture_output=True, text=True, check=True).stdout
except (OSError, subprocess.CalledProcessError):
    sys.exit(0)  # no nm here, or another one
names = [line.split()[-1].split("@")[0] for line in listing.splitlines() if line.split()[-2] != "A"]
assert names == ["fleet_entry_v0"], f"exports {names}"
