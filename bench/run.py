#!/usr/bin/env python3
"""Times the commands of benches.json and writes results.json and RESULTS.md. See README.md for what is measured."""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)


def run_once(argv, cwd):
    """(seconds, peak resident KiB, exit status) of one child, from the kernel's own accounting of that child alone."""
    null = os.open(os.devnull, os.O_RDWR)
    start = time.perf_counter()
    child = subprocess.Popen(argv, cwd=cwd, stdin=null, stdout=null, stderr=subprocess.PIPE)
    errors = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)  # already reaped
    child.stderr.close()
    os.close(null)
    # Linux counts KiB, macOS bytes.
    peak = usage.ru_maxrss // 1024 if sys.platform == "darwin" else usage.ru_maxrss
    return seconds, peak, child.returncode, errors


def figures(text, runs):
    """What a program measured by itself: lines of a name and microseconds. The median of each over the runs."""
    samples = {}
    for line in "\n".join(text).split("\n"):
        name, _, number = line.partition(" ")
        if number:
            samples.setdefault(name, []).append(float(number))
    return {name: round(statistics.median(values), 2) for name, values in samples.items() if len(values) == runs}


def measure(bench, build, runs):
    with tempfile.TemporaryDirectory(prefix="fleetd-bench-") as scratch:
        places = {"fleetd": os.path.join(ROOT, build, "fleetd"), "build": os.path.join(ROOT, build), "root": ROOT, "tmp": scratch}
        for name in bench.get("environment", []):
            if not os.environ.get(name):
                return None, f"skipped: the variable {name} is not set"
            places[name] = os.environ[name]
        argv = [word.format(**places) for word in bench["command"]]
        if not shutil.which(argv[0]):
            return None, f"{argv[0]} is missing"
        for step in bench.get("prepare", []):
            subprocess.run([word.format(**places) for word in step], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        runs = min(runs, bench.get("runs", runs))
        if bench.get("figures"):
            texts = []
            for i in range(runs):
                place = os.path.join(scratch, str(i))
                os.mkdir(place)
                done = subprocess.run([*argv, place], cwd=ROOT, capture_output=True, text=True, check=False)
                if done.returncode != 0:
                    return None, f"exit status {done.returncode}: {done.stderr[-500:]}"
                texts.append(done.stdout)
            return {"figures_us": figures(texts, runs), "runs": runs}, None
        expected = bench.get("exit", 0)
        samples = []
        for i in range(runs + 1):
            seconds, peak, status, errors = run_once(argv, ROOT)
            if status != expected:
                return None, f"exit status {status}: {errors.decode(errors='replace').strip()[-500:]}"
            if i > 0:  # the first run fills the page cache
                samples.append((seconds, peak))
    times = sorted(s for s, _ in samples)
    return {
        "median_ms": round(statistics.median(times) * 1000, 2),
        "min_ms": round(times[0] * 1000, 2),
        "max_ms": round(times[-1] * 1000, 2),
        "peak_mib": round(max(p for _, p in samples) / 1024, 1),
        "runs": runs,
    }, None


def processor():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as info:
            for line in info:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def machine(build):
    options = {}
    try:
        text = subprocess.run(["meson", "introspect", "--buildoptions", os.path.join(ROOT, build)], capture_output=True, check=True).stdout
        options = {o["name"]: o["value"] for o in json.loads(text)}
    except (OSError, subprocess.CalledProcessError, ValueError):
        pass
    return f"{processor()}, {os.cpu_count()} processors, {platform.system()}, build type {options.get('buildtype', 'unknown')}"


def peers_of(bench):
    """Name -> what people call it."""
    peer = bench.get("peer", {})
    return peer if isinstance(peer, dict) else {peer: ""}


def beside(result, peers, results):
    """ "18 times as fast as Nix, 9 times as fast as Python"; peers that were not measured are left out."""
    parts = []
    for name, called in peers.items():
        if name in results:
            parts.append(f"{results[name]['median_ms'] / result['median_ms']:.0f} times as fast" + (f" as {called}" if called else ""))
    return ", ".join(parts)


def write_tables(benches, results):
    lines = ["# Results", "", "Written by `./dev bench`; what the numbers mean is in [README.md](README.md).", ""]
    lines += ["| benchmark | median | fastest | slowest | peak memory | beside its peer | runs | machine |", "|---|---:|---:|---:|---:|---:|---:|---|"]
    for bench in benches:
        r = results.get(bench["name"])
        if r and "figures_us" in r:
            continue
        if r:
            ratio = beside(r, peers_of(bench), results)
            lines.append(
                f"| [{bench['name']}](README.md#{bench['name']}) | {r['median_ms']} ms | {r['min_ms']} ms | {r['max_ms']} ms | "
                f"{r['peak_mib']} MiB | {ratio} | {r['runs']} | {r['machine']} |"
            )
    lines += ["", "What programs measured of their own parts:", "", "| figure | median | machine |", "|---|---:|---|"]
    for bench in benches:
        r = results.get(bench["name"], {})
        for name, value in r.get("figures_us", {}).items():
            lines.append(f"| [{bench['name']}](README.md#{bench['name']}): {name} | {value} µs | {r['machine']} |")
    with open(os.path.join(HERE, "RESULTS.md"), "w", encoding="utf-8") as out:
        out.write("\n".join(lines) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="benchmarks to run; all by default")
    parser.add_argument("--build", default="build")
    parser.add_argument("--runs", type=int, default=11)
    parser.add_argument("--dry-run", action="store_true", help="measure, print, write nothing")
    options = parser.parse_args()
    with open(os.path.join(HERE, "benches.json"), encoding="utf-8") as file:
        benches = json.load(file)
    unknown = set(options.names) - {b["name"] for b in benches}
    if unknown:
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    store = os.path.join(HERE, "results.json")
    results = {}
    if os.path.exists(store):
        with open(store, encoding="utf-8") as file:
            results = json.load(file)
    where = machine(options.build)
    failed = 0
    for bench in benches:
        if options.names and bench["name"] not in options.names:
            continue
        result, problem = measure(bench, options.build, options.runs)
        if problem:
            print(f"{bench['name']}: {problem}", file=sys.stderr)
            failed += 0 if problem.startswith("skipped") else 1
            continue
        results[bench["name"]] = {**result, "machine": where}
        if "figures_us" in result:
            print(f"{bench['name']}: {result['figures_us']}")
            continue
        print(f"{bench['name']}: {result['median_ms']} ms (fastest {result['min_ms']} ms), {result['peak_mib']} MiB")
    if not options.dry_run:
        with open(store, "w", encoding="utf-8") as file:
            json.dump(results, file, indent=2, sort_keys=True)
            file.write("\n")
        write_tables(benches, results)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
