#!/usr/bin/env python3
"""Random expressions, evaluated natively and by Nix: values must agree byte for byte, what fails there must fail here, at the same line.

Usage: compare.py EVAL_EXPRESSIONS [--seed N] [--count N] [--topic NAME]… [--keep DIR] [--errors]
Needs nix-instantiate (or NIX_INSTANTIATE); exits with 77, "skipped", without it.
"""
import argparse
import json
import math
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

import expressions
import mutate
import topics

SKIP = 77
HERE = os.path.dirname(os.path.abspath(__file__))
ANSI = re.compile(r"\x1b\[[0-9;]*m")
PROGRAM = os.environ.get("NIX_INSTANTIATE", "nix-instantiate")
# Errors whose place depends on which of several errors an engine meets first.
SAME_LINE = 0.85  # with Nix 2.8, whose places are coarser than those of the versions the corpus was made with


def cases(args):
    corpus = mutate.Corpus([os.path.join(HERE, "..", "lang", kind) for kind in ("okay", "fail")])
    makers = dict(topics.TOPICS, general=expressions.expression, mutated=corpus.case)
    chosen = args.topic or [n for n in makers for _ in range({"general": 12, "mutated": 8}.get(n, 1))]
    for i in range(args.count):
        seed = args.seed + i
        rng = random.Random(seed)
        topic = rng.choice(chosen)
        yield f"{seed}-{topic}", topic, makers[topic](rng)


def nix(path):
    command = [PROGRAM, "--eval", "--strict", "--json", "--readonly-mode", "--show-trace", "--log-format", "internal-json", "--option", "restrict-eval", "false",
               "--extra-experimental-features", "nix-command flakes pipe-operators"]
    env = {**os.environ, "NIX_PATH": "", "NIX_CONFIG": "store = dummy://"}
    try:
        run = subprocess.run(command + [path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env, timeout=30)
    except subprocess.TimeoutExpired:
        return {"timeout": True}
    if run.returncode == 0:
        return {"value": run.stdout.decode("utf-8", "surrogateescape").rstrip("\n")}
    errors = []
    for line in run.stderr.decode("utf-8", "replace").splitlines():
        if line.startswith("@nix "):
            message = json.loads(line[5:])
            if message.get("action") == "msg" and message.get("level") == 0:
                errors.append(message)
    if not errors:
        return {"error": run.stderr.decode("utf-8", "replace")[-300:]}
    error = errors[-1]
    out = {"error": ANSI.sub("", error.get("raw_msg") or error.get("msg", "")).strip()}
    for place in [error] + error.get("trace", []):
        if place.get("line") and re.sub(r":\d+:\d+$", "", place.get("file") or "") == path:
            out.update(line=place["line"], column=place["column"])
            break
    return out


def evaluate(program, paths):
    """Ours, many files a process; a process that dies names the file."""
    run = subprocess.run([program] + paths, stdout=subprocess.PIPE)
    lines = run.stdout.decode("utf-8", "surrogateescape").splitlines()
    if run.returncode == 0 and len(lines) == len(paths):
        return [json.loads(line) for line in lines]
    if len(paths) == 1:
        return [{"crash": run.returncode}]
    middle = len(paths) // 2
    return evaluate(program, paths[:middle]) + evaluate(program, paths[middle:])


NUMBER = re.compile(r"-?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?|-?\.\d+(?:[eE][-+]?\d+)?")


# What an old Nix does not know: pipes, paths with `//`, builtins that came later.
OVERFLOW = "-9223372036854775808"  # what old versions make of numbers out of range, where new ones fail
OLD = re.compile(r"unexpected invalid token|unexpected PATH_END|attribute '(convertHash|warn|flakeRefToString|parseFlakeRef|readFileType)' missing|Context key|already defined at")


def same_number(a, b):
    """Old versions print floats with six digits and round integers above 2^53 through floats."""
    return math.isclose(a, b, rel_tol=2e-5) or abs(a) > 2**53 and math.isclose(abs(a), abs(b), rel_tol=2e-5)


def same_value(a, b):
    if isinstance(a, bool) or isinstance(b, bool) or a is None or b is None:
        return a is b
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return same_number(a, b)
    if isinstance(a, str) and isinstance(b, str):
        a, b = (t.replace("\\b", "\\u0008").replace("\\f", "\\u000c") for t in (a, b))
        if NUMBER.sub("0", a) != NUMBER.sub("0", b):
            return False
        return all(same_number(float(x), float(y)) for x, y in zip(NUMBER.findall(a), NUMBER.findall(b)))
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same_value, a, b))
    return isinstance(a, dict) and isinstance(b, dict) and a.keys() == b.keys() and all(same_value(a[k], b[k]) for k in a)


def same(ours, theirs):
    try:
        return ours == theirs or same_value(json.loads(ours), json.loads(theirs))
    except (ValueError, TypeError):
        return False


class Report:
    def __init__(self, show_errors):
        self.show_errors = show_errors
        self.different = self.values = self.errors = self.placed = self.same_line = self.same_text = 0

    def add(self, name, text, ours, theirs):
        if ours.get("budget") or "timeout" in theirs or OLD.search(theirs.get("error", "")):
            return
        if "value" in theirs:
            self.values += 1
            # What depends on the store, derivations and copies of files, is left to Nix.
            if "unknown" in ours and "/nix/store/" in theirs["value"]:
                return
            if "error" in ours and (OVERFLOW in theirs["value"] or "integer overflow" in ours["error"]):
                return
            if not same(ours.get("value"), theirs["value"]):
                self.difference(name, text, ours, theirs)
            return
        # Files that are not there are met only where their content decides something.
        if "getting status of" in theirs["error"] and "crash" not in ours:
            return
        if "error" not in ours and "unknown" not in ours or "crash" in ours:
            self.difference(name, text, ours, theirs)
            return
        self.errors += 1
        words = lambda t: re.sub(r"\s+", " ", t.split("\n")[0]).strip()
        told = words(ours.get("error", "")) == words(theirs["error"])
        self.same_text += told
        if "line" in theirs:
            self.placed += 1
            placed = ours.get("line") == theirs["line"]
            self.same_line += placed
            if self.show_errors and not (placed and told):
                self.difference(name, text, ours, theirs, count=0)
        elif self.show_errors and not told:
            self.difference(name, text, ours, theirs, count=0)

    def difference(self, name, text, ours, theirs, count=1):
        self.different += count
        print(f"--- {name}\n{text.rstrip()}\nours:   {json.dumps(ours)[:700]}\ntheirs: {json.dumps(theirs)[:700]}", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--topic", action="append")
    parser.add_argument("--keep", help="keep the files in this directory")
    parser.add_argument("--errors", action="store_true", help="show errors with another place or text, too")
    args = parser.parse_args()
    if not shutil.which(PROGRAM):
        print("skipped: nix-instantiate is missing")
        return SKIP
    report = Report(args.errors)
    with tempfile.TemporaryDirectory() as temporary, ThreadPoolExecutor(2) as pool:
        directory = os.path.realpath(args.keep or temporary)
        made = []
        for name, _, text in cases(args):
            path = os.path.join(directory, name + ".nix")
            with open(path, "w", encoding="utf-8", errors="surrogateescape", newline="") as out:
                out.write(text)
            made.append((name, text, path))
        theirs = pool.map(nix, [path for _, _, path in made])
        ours = []
        for i in range(0, len(made), 64):
            ours += evaluate(args.program, [path for _, _, path in made[i:i + 64]])
        for (name, text, _), mine, their in zip(made, ours, theirs):
            report.add(name, text, mine, their)
    r = report
    print(f"{args.count} cases: {r.values} values, {r.errors} errors, {r.same_text} with the same text, {r.same_line} of {r.placed} at the same line; {r.different} differences")
    return 1 if r.different or r.placed > 50 and r.same_line < SAME_LINE * r.placed else 0


if __name__ == "__main__":
    sys.exit(main())
