#!/usr/bin/env python3
"""The tests nixpkgs has of its own lib, run by fleetd: once with the lib it has built in, once with lib read from nixpkgs.

nixpkgs_lib.py FLEETD [--only native|source] [--verbose]

lib/tests/misc.nix holds values of functions beside what they must be; lib/tests/modules.sh asks for values and errors of the module system
through nix-instantiate, in whose place this program puts itself. Needs NIXPKGS_LIB with its `tests`; ends with 77, "skipped", without.
What cannot be the same is named below with its reason; everything else must be, and what is named must still differ.
"""

import argparse
import concurrent.futures
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

SKIP = 77
STORE = "the value depends on the store, which only Nix has"
WORDS = "fails as it must, in words of our own"

# Of misc.nix, by name.
MISC = {
    "testHasInfixDerivation": STORE, "testHasInfixPath": STORE, "testHasInfixPathStoreDir": STORE, "testIsStorePath": STORE,
    "testOptionalDrvAttr": STORE, "testSanitizeDerivationNameAscii": STORE, "testSanitizeDerivationNameEmpty": STORE,
    "testSanitizeDerivationNameLeadingDots": STORE, "testSanitizeDerivationNameTooLong": STORE,
    "testSanitizeDerivationNameTooLongWithInvalid": STORE, "testSanitizeDerivationNameUnicode": STORE, "testSplitStringsDerivation": STORE,
}
# Of modules.sh, by the modules and what is asked of them.
MODULES = {
    ("./types.nix", "config.nullableValue.path"): STORE,
    ("./import-from-store.nix", "config.enable"): "imports what a derivation builds",
}
MODULES_NATIVE = {
    ("./define-enable-abort.nix", "config.enable"): WORDS,
    ("./declare-coerced-value-unsound.nix ./define-value-string-arbitrary.nix", "config.value"): WORDS,
    ("./freeform-attrsOf.nix ./freeform-unstr-dep-str.nix", "config.foo"): WORDS,
    ("./declare-enable.nix ./define-enable-with-custom-arg.nix ./define-_module-args-custom.nix ./import-custom-arg.nix", "config.enable"): WORDS,
}
# Places of the modules are told to people only, so an option's error names the file it is in.
MODULES_SOURCE = {("./import-error-submodule.nix", "config.foo"): WORDS}


def run(fleetd, words, cwd=None):
    """Standard output, and the findings as text, of one run of fleetd; its exit status."""
    done = subprocess.run([fleetd, *words], capture_output=True, text=True, timeout=120, cwd=cwd)
    lines = []
    for line in done.stderr.splitlines():
        try:
            found = json.loads(line)
        except ValueError:
            lines.append(line)
            continue
        lines.append("error: " + found.get("message", found.get("trace", "")))
        lines += found.get("notes", []) + [label.get("text", "") + " " + str(label.get("file")) for label in found.get("labels", [])]
    return done.stdout, "\n".join(lines), done.returncode


def evaluated(fleetd, expression, native, cwd):
    """As JSON text; in `expression` the name `lib` is the lib that is built in, or nixpkgs'."""
    if not native:
        return run(fleetd, ["eval", "--json", "-E", "let lib = import ../..; in " + expression], cwd)
    with tempfile.NamedTemporaryFile("w", suffix=".nix", dir=cwd) as module:
        module.write("{ lib }: [ { options.value = lib.mkOption { type = lib.types.raw; }; config.value = %s; } ]" % expression)
        module.flush()
        out, err, code = run(fleetd, ["eval-modules", "--json", module.name], cwd)
    if code == 0:
        out = json.dumps(json.loads(out)["value"], separators=(",", ":")) + "\n"
    return out, err, code


def stand_in(words):
    """What modules.sh takes for nix-instantiate."""
    fleetd, native = os.environ["FLEETD"], os.environ["NATIVE"] == "1"
    expression, attribute, path, warn, i = None, None, None, False, 0
    while i < len(words):
        word = words[i]
        if word == "-E":
            expression = words[i + 1]
        elif word == "-A":
            attribute = words[i + 1]
        elif word == "--option":
            warn = warn or words[i + 1] == "abort-on-warn"
        elif not word.startswith("-"):
            path = word
        i += {"-E": 2, "-A": 2, "--timeout": 2, "--option": 3}.get(word, 1)
    expression = "(" + (expression or "import " + os.path.abspath(path)) + ")"
    expression = expression.replace("import ./default.nix {", "import ./default.nix { inherit lib;")
    for part in re.findall(r'"[^"]*"|[^.]+', attribute or ""):
        expression = f"(builtins.elemAt {expression} {part})" if part.isdigit() else f"{expression}.{part}"
    out, err, code = evaluated(fleetd, expression, native, os.getcwd())
    missing = re.search(r"attribute '(.*)' missing", err)
    if missing:
        err += f"\nattribute '{missing[1]}' in selection path '{attribute}' not found"
    sys.stdout.write(out)
    sys.stderr.write(err + "\n")
    return 1 if code or (warn and "evaluation warning" in err) else 0


def misc(fleetd, lib, native):
    """The names of the tests of misc.nix that do not give what they must."""
    folder = os.path.join(lib, "tests")
    with open(os.path.join(folder, "misc.nix")) as source:
        text = source.read()
    head, found, tests = text.partition("\nrunTests {")
    assert found, "misc.nix has changed its form"
    with open(os.path.join(folder, "set.nix"), "w") as target:
        target.write("lib: " + head.replace("lib = import ../default.nix;", "") + "\n{" + tests)
    names, err, code = run(fleetd, ["eval", "--json", "-E", "builtins.attrNames (import ./set.nix (import ../.))"], folder)
    if code:
        sys.exit(f"misc.nix: {err}")
    names = json.loads(names)

    def one(name):
        out, err, code = evaluated(fleetd, f"(let t = (import ./set.nix lib).{json.dumps(name)}; in t.expr == t.expected)", native, folder)
        return None if code == 0 and out.strip() == "true" else (name, err or out)

    if not native:  # one run reads all of lib
        out, err, code = run(fleetd, ["eval", "--json", "-E", "builtins.mapAttrs (n: t: t.expr == t.expected) (import ./set.nix (import ../.))"], folder)
        if code == 0:
            return len(names), [(name, str(value)) for name, value in json.loads(out).items() if value is not True]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return len(names), [bad for bad in pool.map(one, names) if bad]


def modules(fleetd, lib, native, bin_folder):
    """The count of the checks of modules.sh, and ((modules, asked), what was found) of those that failed."""
    environment = dict(os.environ, PATH=bin_folder + ":" + os.environ["PATH"], FLEETD=fleetd, NATIVE="1" if native else "0")
    done = subprocess.run(["bash", "modules.sh"], cwd=os.path.join(lib, "tests"), env=environment, capture_output=True, text=True, timeout=900)
    text = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout)
    passed = re.search(r"^(\d+) Pass$", text, re.M)
    if not passed:
        sys.exit("modules.sh did not come to its end:\n" + text[-2000:] + done.stderr[-2000:])
    failed = []
    for block in re.split(r"-{40}\n", text):
        asked = re.search(r"modules = \[ (.*?) \];\}' -A '([^']*)'", block)
        if "TEST FAILED" in block:
            failed.append(((asked[1], asked[2]) if asked else ("?", block[:300]), block))
    return int(passed[1]) + len(failed), failed


def report(title, count, failed, known, verbose):
    """Whether what failed is exactly what is known to."""
    names = {name for name, _ in failed}
    new = [(name, text) for name, text in failed if name not in known]
    gone = [name for name in known if name not in names]
    print(f"{title}: {count} tests, {len(failed)} differ, {len(new)} of them unknown")
    for name, text in failed if verbose else new:
        print(f"  {name}: {known.get(name, 'NEW')}\n" + "\n".join("    " + line[:300] for line in text.splitlines()[:14]))
    for name in gone:
        print(f"  {name} does not differ any more: take it from the list")
    return not new and not gone


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("fleetd")
    parser.add_argument("--only", choices=["native", "source"])
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    lib = os.environ.get("NIXPKGS_LIB", "")
    if not os.path.isfile(os.path.join(lib, "tests", "modules.sh")) or not shutil.which("bash"):
        print("skipped: NIXPKGS_LIB names no lib with its tests")
        return SKIP
    fine = True
    for native in (True, False):
        if options.only and (options.only == "native") != native:
            continue
        with tempfile.TemporaryDirectory() as folder:
            copy = shutil.copytree(lib, os.path.join(folder, "nixpkgs", "lib"))
            tool = os.path.join(folder, "nix-instantiate")
            with open(tool, "w") as script:
                script.write("#!/bin/sh\nexec %s -B %s --stand-in \"$@\"\n" % (shlex.quote(sys.executable), shlex.quote(os.path.abspath(__file__))))
            os.chmod(tool, 0o755)
            fleetd, name = os.path.abspath(options.fleetd), "built in" if native else "from nixpkgs"
            fine = report(f"misc.nix, lib {name}", *misc(fleetd, copy, native), MISC, options.verbose) and fine
            known = MODULES | (MODULES_NATIVE if native else MODULES_SOURCE)
            fine = report(f"modules.sh, lib {name}", *modules(fleetd, copy, native, folder), known, options.verbose) and fine
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(stand_in(sys.argv[2:]) if sys.argv[1:2] == ["--stand-in"] else main())
