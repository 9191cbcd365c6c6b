#!/usr/bin/env python3
"""Random modules of which some parts are not known, evaluated by the kernel and by Nix.

knowledge.py EVAL_UNKNOWN [--seed N] [--count N] [--tries N]

Three properties. What the kernel calls known is what Nix makes of it under every substitution of the unknown that is tried. What it
calls an error is one under each of them. And what Nix can tell when the unknown throws, the kernel does not tell otherwise; how much
of that it knows, too, is printed. A case that fails is made smaller. Needs nix-instantiate and NIXPKGS_LIB (the directory of nixpkgs'
lib); ends with 77, "skipped", without them.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile

import expressions as ex

SKIP = 77
STUB = 'rec { b = throw "u"; i = b; s = b; l = b; a = b; }'

# Type of an option, what its definitions are made of, and whether several of them merge.
OPTIONS = [
    ("types.bool", ex.BOOL, False), ("types.int", ex.INT, False), ("types.str", ex.STR, False), ("types.lines", ex.STR, True),
    ("types.commas", ex.STR, True), ("(types.listOf types.str)", ex.LIST, True), ("(types.attrsOf types.int)", ex.SET, True),
    ("(types.nullOr types.str)", ex.STR, False), ("(types.lazyAttrsOf types.int)", ex.SET, True), ("types.anything", ex.SET, True),
    ("types.raw", ex.LIST, False), ("(types.either types.int types.str)", ex.STR, False), ("types.attrs", ex.SET, True),
    ("(types.coercedTo types.int toString types.str)", ex.INT, False), ("(types.uniq types.str)", ex.STR, False),
    ("(types.attrsOf (types.submodule ({ name, ... }: { freeformType = types.attrsOf types.int; options.n = mkOption { default = name; }; })))", "sub", True),
    ("types.unspecified", ex.LIST, True), ("types.boolByOr", ex.BOOL, True), ("types.nonEmptyStr", ex.STR, False),
]
PROPERTIES = ["mkForce ({0})", "mkDefault ({0})", "mkIf ({1}) ({0})", "mkIf ({1}) (mkForce ({0}))", "mkOverride 70 ({0})", "mkOverride (if {1} then 60 else 120) ({0})", "mkMerge [ ({0}) ({2}) ]",
              "mkMerge [ (mkIf ({1}) ({0})) ({2}) ]", "if {1} then mkForce ({0}) else {2}", "if {1} then mkIf ({1}) ({0}) else {2}"]
ORDERS = ["mkBefore ({0})", "mkAfter ({0})", "mkOrder 700 ({0})", "mkIf ({1}) (mkBefore ({0}))"]


class Case:
    """Options (name, type) and definitions (option or None for a set of several, Node)."""

    def __init__(self, options, modules):
        self.options, self.modules = options, modules

    def text(self):
        declared = " ".join("%s = mkOption { type = %s; };" % (name, type_) for name, type_ in self.options)
        modules = " ".join("({ config, ... }: { %s })" % " ".join(d.text() for d in m) for m in self.modules)
        shown = " ".join(
            '"%s" = e.config.%s; "%s priority" = e.options.%s.highestPrio; "%s definitions" = map (d: d.value) e.options.%s.definitionsWithLocations;'
            % (name, name, name, name, name, name)
            for name, _ in self.options
        )
        return "(let e = lib.evalModules { modules = [ { options = { %s }; } %s ]; }; in { %s })" % (declared, modules, shown)

    def smaller(self):
        for i in range(len(self.modules)):
            yield Case(self.options, self.modules[:i] + self.modules[i + 1 :])
        used = " ".join(d.text() for m in self.modules for d in m)
        for i, (name, _) in enumerate(self.options):
            if name not in used:
                yield Case(self.options[:i] + self.options[i + 1 :], self.modules)
        for i, module in enumerate(self.modules):
            for j, definition in enumerate(module):
                rest = module[:j] + module[j + 1 :]
                if rest:
                    yield Case(self.options, self.modules[:i] + [rest] + self.modules[i + 1 :])
                for less in definition.smaller():
                    yield Case(self.options, self.modules[:i] + [module[:j] + [less] + module[j + 1 :]] + self.modules[i + 1 :])


class Definition(ex.Node):
    def smaller(self):
        for i, part in enumerate(self.parts):
            for less in part.smaller():
                yield Definition(self.type, self.template, self.parts[:i] + [less] + self.parts[i + 1 :])
        for part in self.parts:
            if part.type == self.type and self.template != "%s = {0};" % self.option():
                yield Definition(self.type, "%s = {0};" % self.option(), [part])

    def option(self):
        return self.template.split(" ")[0].split(".")[0]


def make_case(rng):
    options, made = [], []
    for i in range(rng.randint(1, 3)):
        type_, value, several = rng.choice(OPTIONS)
        options.append(("o%d" % i, type_, value, several))
    definitions = []
    for i, (name, type_, value, several) in enumerate(options):
        others = [(v, "config.%s" % n) for n, _, v, _ in options[:i] if v in ex.TYPES and _readable(options, n)]
        for _ in range(rng.randint(1, 3 if several else 2)):
            definitions.append(definition(rng, name, value, several, others))
    rng.shuffle(definitions)
    while definitions:
        count = rng.randint(1, 2)
        module, definitions = definitions[:count], definitions[count:]
        names = [d.option() for d in module]
        made.append(module if len(set(names)) == len(names) else module[:1])
    return Case([(n, t) for n, t, _, _ in options], made)


def _readable(options, name):
    """Whether reading the option gives a value of the type its definitions have."""
    type_ = next(t for n, t, _, _ in options if n == name)
    return "coercedTo" not in type_ and "boolByOr" not in type_


def definition(rng, name, value, several, others):
    if value == "sub":
        inner = ex.expression(rng, ex.SET, 2, others)
        template = rng.choice(["%s = { one = {0}; };", "%s.one = {0};", "%s = mkIf ({1}) { one = {0}; two = { }; };", "%s = lib.genAttrs ({2}) (x: {0});"]) % name
        return Definition(ex.SET, template, [inner, ex.expression(rng, ex.BOOL, 2, others), ex.expression(rng, ex.LIST, 2, others)])
    parts = [ex.expression(rng, value, 3, others), ex.expression(rng, ex.BOOL, 2, others), ex.expression(rng, value, 2, others)]
    shape = "{0}"
    if rng.random() < 0.5:
        shape = rng.choice(PROPERTIES + (ORDERS if several else []))
    return Definition(value, "%s = %s;" % (name, shape), parts)


HEAD = "{ lib, u }: let inherit (lib) types mkOption mkForce mkDefault mkIf mkMerge mkOverride mkBefore mkAfter mkOrder; in "


class Judge:
    def __init__(self, program, directory):
        self.program, self.directory = program, directory
        self.lib = os.path.realpath(os.environ["NIXPKGS_LIB"])

    def ours(self, cases):
        path = os.path.join(self.directory, "cases.nix")
        with open(path, "w") as out:
            out.write(HEAD + "[\n" + "\n".join(c.text() for c in cases) + "\n]\n")
        run = subprocess.run([self.program, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace", timeout=300)
        if run.returncode == 0:
            return [json.loads(line) for line in run.stdout.splitlines()]
        if len(cases) == 1:
            return [{"*": {"crash": run.stderr[-500:] or str(run.returncode)}}]
        return [self.ours([case])[0] for case in cases]

    def theirs(self, cases, stubs):
        """For each case and stub name -> [value], [] for what throws; None for a case that Nix cannot evaluate as a whole."""
        one = "v: let t = builtins.tryEval (builtins.deepSeq v v); in if t.success then [ t.value ] else [ ]"
        text = "let lib = import %s; make = u: (%s[\n%s\n]); tried = c: builtins.mapAttrs (n: %s) c; in map (u: map tried (make u)) [\n%s\n]" % (
            self.lib, HEAD[HEAD.index("let") :], "\n".join(c.text() for c in cases), one, "\n".join("(%s)" % s for s in stubs))
        path = os.path.join(self.directory, "judge.nix")
        with open(path, "w") as out:
            out.write(text)
        environment = dict(os.environ, NIX_CONFIG="store = dummy://", NIX_PATH="")
        run = subprocess.run([os.environ.get("NIX_INSTANTIATE", "nix-instantiate"), "--eval", "--strict", "--json", "--readonly-mode", path],
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, timeout=600)
        if run.returncode == 0:
            return json.loads(run.stdout)
        if len(stubs) > 1:
            return [self.theirs(cases, [stub])[0] for stub in stubs]
        if len(cases) > 1:
            half = len(cases) // 2
            return [self.theirs(cases[:half], stubs)[0] + self.theirs(cases[half:], stubs)[0]]
        return [[None]]


def difference(ours, theirs):
    """Where a value with unknown parts is not what Nix has; None when it may be."""
    if isinstance(ours, dict) and "$expr" in ours:
        return None
    if type(ours) is not type(theirs):
        return "%s, not %s" % (json.dumps(ours)[:300], json.dumps(theirs)[:300])
    if isinstance(ours, dict):
        if "$rest" in ours:  # further names are possible
            if missing := sorted(ours.keys() - {"$rest"} - theirs.keys()):
                return "names %s are not there" % missing
            return next((d for d in (difference(ours[k], theirs[k]) for k in ours.keys() & theirs.keys()) if d), None)
        if ours.keys() != theirs.keys():
            return "names %s, not %s" % (sorted(ours), sorted(theirs))
        return next((d for d in (difference(ours[k], theirs[k]) for k in ours) if d), None)
    if isinstance(ours, list):
        if len(ours) != len(theirs):
            return "%s, not %s" % (json.dumps(ours)[:300], json.dumps(theirs)[:300])
        return next((d for d in (difference(a, b) for a, b in zip(ours, theirs)) if d), None)
    return None if ours == theirs else "%s, not %s" % (json.dumps(ours)[:300], json.dumps(theirs)[:300])


def unknown(value):
    if isinstance(value, dict):
        return "$expr" in value or "$rest" in value or any(unknown(v) for v in value.values())
    return isinstance(value, list) and any(unknown(v) for v in value)


class Count:
    def __init__(self):
        self.known = self.unknown = self.errors = self.told = self.missed = 0


def problem(ours, theirs, stubs, count):
    """What is wrong with one case; the last of `stubs` is the one that throws."""
    if "*" in ours:
        return "the program ended: " + ours["*"]["crash"]
    for name, mine in ours.items():
        results = [t[name] for t in theirs[:-1] if t is not None]
        stub = theirs[-1][name] if theirs[-1] is not None else []
        if "error" in mine:
            count.errors += 1
            for stubbed, result in zip([s for s, t in zip(stubs, theirs) if t is not None], results):
                if result:
                    return "%s: error `%s`, but with u = %s it is %s" % (name, mine["error"], stubbed, json.dumps(result[0])[:300])
            if stub:
                return "%s: error `%s`, but Nix has %s without looking at u" % (name, mine["error"], json.dumps(stub[0])[:300])
            continue
        value = mine["value"]
        if unknown(value):
            count.unknown += 1
        else:
            count.known += 1
        if stub:
            count.told += 1
            count.missed += unknown(value)
            if wrong := difference(value, stub[0]):
                return "%s: %s, though u is not looked at" % (name, wrong)
        for stubbed, result in zip([s for s, t in zip(stubs, theirs) if t is not None], results):
            if result and (wrong := difference(value, result[0])):
                return "%s: %s, with u = %s" % (name, wrong, stubbed)
    return None


def shrink(judge, case, stubs):
    """The smallest case found that still has a problem, and the problem."""
    wrong, budget = None, 400
    moved = True
    while moved and budget > 0:
        moved = False
        for less in case.smaller():
            budget -= 1
            if budget <= 0:
                break
            theirs = judge.theirs([less], stubs)
            found = problem(judge.ours([less])[0], [t[0] for t in theirs], stubs, Count())
            if found:
                case, wrong, moved = less, found, True
                break
    return case, wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--tries", type=int, default=4, help="substitutions of the unknown for each case")
    parser.add_argument("--most", type=int, default=5, help="failing cases to make smaller and print")
    args = parser.parse_args()
    if not os.environ.get("NIXPKGS_LIB") or not shutil.which(os.environ.get("NIX_INSTANTIATE", "nix-instantiate")):
        print("skipped: NIXPKGS_LIB or nix-instantiate is missing")
        return SKIP
    count, bad, cases_done = Count(), 0, 0
    with tempfile.TemporaryDirectory() as directory:
        judge = Judge(args.program, directory)
        for begin in range(args.seed, args.seed + args.count, 30):
            seeds = range(begin, min(begin + 30, args.seed + args.count))
            cases = [make_case(random.Random(seed)) for seed in seeds]
            rng = random.Random("u%d" % begin)
            stubs = [ex.substitution(rng) for _ in range(args.tries)] + [STUB]
            ours, theirs = judge.ours(cases), judge.theirs(cases, stubs)
            for i, seed in enumerate(seeds):
                cases_done += 1
                wrong = problem(ours[i], [t[i] for t in theirs], stubs, count)
                if not wrong:
                    continue
                bad += 1
                if bad <= args.most:
                    small, again = shrink(judge, cases[i], stubs)
                    print("--- seed %d: %s\nsmaller: %s\n%s\n" % (seed, wrong, again or wrong, small.text()), flush=True)
    print("%d cases, %d values known, %d with unknown parts, %d errors; of %d values that Nix tells without the unknown %d are not known; %d differences"
          % (cases_done, count.known, count.unknown, count.errors, count.told, count.missed, bad))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
