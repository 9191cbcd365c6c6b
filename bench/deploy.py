#!/usr/bin/env python3
"""What a deployment costs beside bare ssh, on a lab of hosts in network namespaces (see tests/e2e/lab.py). Needs root.

deploy.py --binary build/fleetd [--hosts 8] [--runs 5]
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "e2e"))

import harness  # noqa: E402
import lab  # noqa: E402
from simulated import many, variables  # noqa: E402


def fleet_of(network, names):
    """The fleet of the end-to-end tests, with as many hosts."""
    yard = harness.Fleet("deploy")
    many(yard, names)
    shutil.move(yard.root / "nixpkgs", yard.base / "nixpkgs")
    yard.write("flake.lock", network.lock_of(yard.base / "nixpkgs"))
    return yard


def simulated(binary, count):
    """Many hosts that programs in place of ssh and nix answer for; seconds and the most memory, and the same programs run by a shell."""
    yard = harness.Fleet("deploy")
    names = [f"h{number}" for number in range(1, count + 1)]
    many(yard, names)
    env = yard.environment(variables(yard))

    def once(words):
        start = time.monotonic()
        running = subprocess.Popen(words, cwd=yard.root, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(running.pid, 0)
        running.returncode = os.waitstatus_to_exitcode(status)
        if running.returncode != 0:
            sys.exit(f"{words[0]} failed")
        return (time.monotonic() - start) * 1000, usage.ru_maxrss / 1024

    try:
        first = once([binary, "deploy", "--max-parallel", "64"])
        again = once([binary, "deploy", "--max-parallel", "64"])
        shell = once(["sh", "-c", "".join(f"ssh -- {name}.lab ' status ' >/dev/null & " for name in names) + "wait"])
        print(f"{f'{count} simulated hosts: first deployment':48} {first[0]:7.0f} ms   {first[1]:6.1f} MiB")
        print(f"{f'{count} simulated hosts: without changes':48} {again[0]:7.0f} ms   {again[1]:6.1f} MiB")
        print(f"{f'{count} simulated hosts: one call each by a shell':48} {shell[0]:7.0f} ms")
    finally:
        yard.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", required=True)
    parser.add_argument("--hosts", type=int, default=8)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--simulated", type=int, nargs="*", default=[8, 64])
    options = parser.parse_args()
    binary = str(Path(options.binary).resolve())
    harness.SETUP.binary = binary
    for count in options.simulated:
        simulated(binary, count)
    if why := lab.missing():
        sys.exit(f"no lab: {why}")
    names = [f"h{number}" for number in range(1, options.hosts + 1)]
    network = lab.Lab(names)
    yard = fleet_of(network, names)

    def once(*words):
        start = time.monotonic()
        done = subprocess.run([*network.operator_words(), *words], cwd=yard.root, env=yard.environment(), capture_output=True, check=False)
        if done.returncode not in (0, 1):
            sys.exit(done.stderr.decode())
        return (time.monotonic() - start) * 1000

    def show(what, times):
        print(f"{what:40} median {statistics.median(times):7.0f} ms   fastest {min(times):7.0f}   slowest {max(times):7.0f}")

    try:
        ssh = f"ssh -F {network.config} -l root"
        with_config = ["--ssh-config", str(network.config)]
        show(f"first deployment of {len(names)} hosts", [once(binary, "deploy", *with_config)])
        runs = range(options.runs)
        show("ssh HOST true, one after the other", [once(*ssh.split(), f"{name}.lab", "true") for name in names for _ in runs])
        both = f"for h in {' '.join(names)}; do {ssh} $h.lab true & done; wait"
        show("ssh HOST true, all at once", [once("sh", "-c", both) for _ in runs])
        bare = [once("sh", "-c", f"{ssh} {names[-1]}.lab true") for _ in runs]
        quiet = [once(binary, "deploy", *with_config) for _ in runs]
        show("ssh HOST true, one host", bare)
        show("deployment without changes", quiet)
        # What is promised: twice the one, and a tenth of a second.
        print(f"{'of what it may take':40} {100 * statistics.median(quiet) / (2 * statistics.median(bare) + 100):6.0f} %")
        # Fan-out: the same number of connections, by us and by a shell.
        show("ssh HOST true, all at once, again", [once("sh", "-c", both) for _ in runs])
        show("status", [once(binary, "status", *with_config) for _ in runs])
    finally:
        network.close()
        yard.close()


if __name__ == "__main__":
    main()
