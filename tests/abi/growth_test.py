#!/usr/bin/env python3
"""Structs grow at their end without breaking anybody: a plugin of a later SDK in this fleetd, a plugin of today (and the binary that is
kept) in a host of a later SDK. Sizes and offsets of today are frozen."""

import argparse
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
GROWN = ["entry", "plugin", "manifest", "host", "error", "writer", "message"]
# sizeof on machines with pointers of 64 bits.
SIZES = {
    "version": 8, "str": 16, "bytes": 16, "error": 1072, "writer": 24, "manifest": 136, "host": 64, "message": 64,
    "plugin": 80, "plugin_factory": 24, "entry": 48, "host_log": 8, "host_diag": 8, "host_cancel": 16, "host_thread_check": 16,
    "host_bus": 24, "plugin_schema": 8, "plugin_contribute": 24, "plugin_exports": 8, "plugin_check": 8, "plugin_render": 8,
    "plugin_secrets": 8, "plugin_network": 8,
}


def run(*command):
    return subprocess.run([str(c) for c in command], capture_output=True, text=True, check=False, timeout=120)


def build(cc, include, source, out, *options):
    done = run(cc, "-std=c11", "-D_DEFAULT_SOURCE", "-Wall", "-Wextra", "-Werror", "-Wno-missing-field-initializers", "-fPIC", "-fvisibility=hidden", "-I", include, *options, source, "-o", out)
    if done.returncode != 0:
        raise SystemExit(f"{source} does not compile:\n{done.stderr}")
    return out


def grow(include, to, minor):
    """Headers of a later SDK: each struct that may grow has."""
    shutil.copytree(include, to)
    count = 0
    for header in (to / "fleet").glob("*.h"):
        text = header.read_text(encoding="utf-8")
        for name in GROWN:
            text, n = re.subn(rf"(\n}} fleet_{name}_t;)", r"\n  uint64_t grown[4];\1", text)
            count += n
        text = text.replace("#define FLEET_VERSION_MINOR 1", f"#define FLEET_VERSION_MINOR {minor}\n#define FLEET_GROWN 1")
        header.write_text(text, encoding="utf-8")
    if count != len(GROWN):
        raise SystemExit(f"{count} of {len(GROWN)} structs have grown")
    return to


def check(fleetd, library):
    done = run(fleetd, "plugin", "check", library)
    return done.returncode, done.stdout + done.stderr


def problems(args, scratch):
    cc = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    hello = args.examples / "hello_c/hello_c.c"
    name = "org.example.hello-c.so"

    frozen = scratch / "sizes.c"
    lines = [f'_Static_assert(sizeof(fleet_{n}_t) == {size}, "{n}");' for n, size in SIZES.items()]
    frozen.write_text("#include <fleet/all.h>\n" + "\n".join(lines) + "\nint main(void) { return 0; }\n", encoding="utf-8")
    build(cc, args.include, frozen, scratch / "sizes")

    later = grow(args.include, scratch / "later", 2)
    (scratch / "new").mkdir()
    newer = build(cc, later, hello, scratch / "new" / name, "-shared")
    code, words = check(args.fleetd, newer)
    if code != 1 or "0.2.0" not in words:
        yield f"a plugin that needs a later host is not refused by name: {code} {words}"
    same = grow(args.include, scratch / "same", 1)
    newer = build(cc, same, hello, scratch / "new" / name, "-shared")
    code, words = check(args.fleetd, newer)
    if code != 0:
        yield f"a plugin with longer structs does not run: {words}"

    (scratch / "old").mkdir()
    older = [build(cc, args.include, hello, scratch / "old" / name, "-shared")]
    if (platform.system(), platform.machine()) == ("Linux", "x86_64"):
        kept = HERE / "kept/x86_64-linux" / name
        older.append(kept)
        code, words = check(args.fleetd, kept)
        if code != 0:
            yield f"the plugin that is kept does not run any more: {words}"
    else:
        print(f"the kept plugin is for x86_64 Linux: skipped on {platform.machine()} {platform.system()}")
    host = build(cc, later, HERE / "newer_host.c", scratch / "newer_host", "-ldl")
    for library in older:
        done = run(host, library, name[:-3])
        if (done.returncode, done.stdout) != (0, "fine\n"):
            yield f"{library} in a later host: {done.returncode} {done.stdout}{done.stderr}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for option in ("include", "examples", "fleetd"):
        parser.add_argument(f"--{option}", type=Path, required=True)
    args = parser.parse_args()
    args.fleetd = args.fleetd.resolve()
    with tempfile.TemporaryDirectory(prefix="fleetd-growth-") as directory:
        found = list(problems(args, Path(directory)))
    print("\n".join(found))
    print(f"{len(found)} problems")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
