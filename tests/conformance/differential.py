#!/usr/bin/env python3
"""Random modules, evaluated natively and by Nix with nixpkgs' lib: results and error messages must agree.

Usage: differential.py EVAL_MODULES [--seed N] [--count N] [--keep DIR]
Needs nix-instantiate (or NIX_INSTANTIATE) and NIXPKGS_LIB (the directory of nixpkgs' lib); exits with 77, "skipped", without them.
"""
import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile

SKIP = 77
NAMES = ["a", "b", "c", "net", "x y", "srv"]
KEYS = ["k", "l", "m"]


class Case:
    """One list of modules: options with types, definitions that mostly fit them."""

    def __init__(self, rng):
        self.rng = rng
        self.options = {}

    def pick(self, *choices):
        return self.rng.choice(choices)

    # --- types: (text, function that makes a value of the type) ---

    def mostly_one(self, value):
        """A value function that mostly gives the same text, so that definitions of scalars seldom conflict."""
        usual = value()
        return lambda: usual if self.rng.random() < 0.93 else value()

    def type(self, depth):
        simple = ["bool", "int", "str", "lines", "enum", "port", "float", "number", "anything", "raw", "commas", "path", "unsigned"]
        nested = ["listOf", "attrsOf", "lazyAttrsOf", "nullOr", "either", "oneOf", "coercedTo", "submodule", "submodule", "attrs", "uniq",
                  "json", "nonEmptyListOf", "addCheck", "attrTag", "freeform", "submoduleWith", "attrListOf", "none"]
        kind = self.rng.choice(simple if depth == 0 else simple + nested * 2)
        text, value = getattr(self, "t_" + kind)(depth - 1)
        scalars = ["bool", "int", "str", "enum", "port", "float", "number", "path", "unsigned", "nullOr", "either", "oneOf", "attrTag", "json",
                   "anything"]
        return text, self.mostly_one(value) if kind in scalars else value

    def t_bool(self, d): return "types.bool", lambda: self.pick("true", "false")
    def t_int(self, d): return "types.int", lambda: str(self.rng.randint(0, 3))
    def t_unsigned(self, d): return "types.ints.unsigned", lambda: str(self.rng.randint(0, 3))
    def t_str(self, d): return "types.str", lambda: self.pick('"s"', '"t"', '"u v"', '"two\\nlines"')
    def t_lines(self, d): return "types.lines", lambda: self.pick('"one"', '"two\\n"', '""')
    def t_commas(self, d): return "types.commas", lambda: self.pick('"p"', '"q,r"')
    def t_enum(self, d): return '(types.enum [ "e" "f" 3 ])', lambda: self.pick('"e"', '"f"', "3")
    def t_port(self, d): return "types.port", lambda: self.pick("80", "443")
    def t_float(self, d): return "types.float", lambda: self.pick("1.5", "0.25")
    def t_number(self, d): return "types.number", lambda: self.pick("1", "1.5")
    def t_raw(self, d): return "types.raw", lambda: self.pick("1", '"r"', "[ 1 ]")
    def t_path(self, d): return "types.path", lambda: self.pick('"/x"', '"/y/z"')

    def t_anything(self, d):
        return "types.anything", lambda: self.pick("1", '"w"', "{ p = 1; }", "{ q.r = [ 2 ]; }", "{ p = mkDefault 3; }", "[ 1 ]")

    def t_attrs(self, d): return "types.attrs", lambda: self.pick("{ p = 1; }", "{ q = 2; p = 3; }", "{ }")

    def t_json(self, d): return "types.json", lambda: self.pick("1", "null", "{ p = [ 1 null ]; }", '{ q = "x"; }', "[ { } ]")

    def t_none(self, d): return None, lambda: self.pick("1", '"n"', "[ 1 ]", "{ p = 1; }", "true")

    def t_listOf(self, d):
        text, value = self.elem(d)
        return f"(types.listOf {text})", lambda: "[ " + " ".join(f"({self.wrapped(value())})" for _ in range(self.rng.randint(0, 3))) + " ]"

    def t_nonEmptyListOf(self, d):
        text, value = self.elem(d)
        return f"(types.nonEmptyListOf {text})", lambda: "[ " + " ".join(f"({value()})" for _ in range(self.rng.randint(0, 2))) + " ]"

    def t_attrListOf(self, d):
        text, value = self.elem(d)
        item = lambda: f"{self.rng.choice(KEYS)} = {self.wrapped(value())};"
        return f"(types.attrListOf {text})", lambda: self.pick("[ { %s } { %s } ]" % (item(), item()), "{ %s }" % item())

    def elem(self, d):
        while True:
            text, value = self.type(max(d, 0))
            if text:
                return text, value

    def entries(self, value):
        return "{ " + " ".join(f"{k} = {self.wrapped(value())};" for k in self.rng.sample(KEYS, self.rng.randint(0, 2))) + " }"

    def t_attrsOf(self, d):
        text, value = self.elem(d)
        return f"(types.attrsOf {text})", lambda: self.entries(value)

    def t_lazyAttrsOf(self, d):
        text, value = self.elem(d)
        return f"(types.lazyAttrsOf {text})", lambda: self.entries(value)

    def t_nullOr(self, d):
        text, value = self.elem(d)
        return f"(types.nullOr {text})", lambda: self.pick("null", value(), value())

    def t_uniq(self, d):
        text, value = self.elem(d)
        return f"(types.uniq {text})", value

    def t_addCheck(self, d):
        text, value = self.elem(d)
        return f"(types.addCheck {text} (x: x != 2))", value

    def t_either(self, d):
        (a, x), (b, y) = self.elem(d), self.elem(d)
        return f"(types.either {a} {b})", lambda: self.pick(x(), y())

    def t_oneOf(self, d):
        parts = [self.elem(0) for _ in range(3)]
        return "(types.oneOf [ %s ])" % " ".join(t for t, _ in parts), lambda: self.rng.choice(parts)[1]()

    def t_coercedTo(self, d):
        text, value = self.elem(0)
        return f"(types.coercedTo types.int (x: [ x ]) (types.listOf (types.either types.int {text})))", lambda: self.pick("7", f"[ ({value()}) ]")

    def t_attrTag(self, d):
        (a, x), (b, y) = self.elem(0), self.elem(0)
        return (f"(types.attrTag {{ k = mkOption {{ type = {a}; }}; l = mkOption {{ type = {b}; }}; }})",
                lambda: self.pick(f"{{ k = {x()}; }}", f"{{ l = {y()}; }}"))

    def sub_options(self, d):
        return {name: self.option(d) for name in self.rng.sample(KEYS + ["n"], self.rng.randint(1, 3))}

    def sub_value(self, options):
        return "{ " + " ".join(f"{n} = {self.wrapped(v())};" for n, (_, v) in options.items() if self.rng.random() < 0.5) + " }"

    def t_submodule(self, d):
        options = self.sub_options(d)
        decl = " ".join(f"options.{n} = {text};" for n, (text, _) in options.items())
        head = self.pick("", "{ name, config, ... }: ")
        return f"(types.submodule ({head}{{ {decl} }}))", lambda: self.sub_value(options)

    def t_submoduleWith(self, d):
        options = self.sub_options(d)
        decl = " ".join(f"options.{n} = {text};" for n, (text, _) in options.items())
        return f"(types.submoduleWith {{ modules = [ {{ {decl} }} ]; }})", lambda: self.sub_value(options)

    def t_freeform(self, d):
        options = self.sub_options(0)
        text, value = self.elem(0)
        decl = " ".join(f"options.{n} = {t};" for n, (t, _) in options.items())
        extra = lambda: f"free = {self.wrapped(value())};" if self.rng.random() < 0.6 else ""
        return (f"(types.submodule {{ freeformType = types.{self.pick('attrsOf', 'lazyAttrsOf')} {text}; {decl} }})",
                lambda: self.sub_value(options)[:-1] + extra() + " }")

    # --- options and definitions ---

    def option(self, depth):
        text, value = self.type(depth)
        attrs = f"type = {text};" if text else ""
        if self.rng.random() < 0.7:
            attrs += f" default = {value()};"
        if self.rng.random() < 0.01:
            attrs += " readOnly = true;"
        if self.rng.random() < 0.05:
            attrs += " apply = x: { applied = x; };"
        return f"mkOption {{ {attrs} }}", value

    def wrapped(self, text, depth=2):
        r = self.rng.random()
        if depth == 0 or r < 0.6:
            return text
        inner = self.wrapped(text, depth - 1)
        if r < 0.70:
            return f"(mkIf {self.condition()} ({inner}))"
        if r < 0.78:
            return f"({self.pick('mkDefault', 'mkForce', 'mkOverride 70', 'mkOptionDefault')} ({inner}))"
        if r < 0.86:
            return f"({self.pick('mkBefore', 'mkAfter', 'mkOrder 700')} ({inner}))"
        if r < 0.99:
            return "(mkMerge [ %s ])" % " ".join(f"({self.wrapped(text, depth - 1)})" for _ in range(self.rng.randint(0, 2)))
        return self.pick("1", '"odd"', "[ ]", "{ }", "null")

    def condition(self):
        return self.pick("true", "false", "true", "cfg.on", "(!cfg.on)", "(cfg.level > 1)")

    def module(self, paths):
        parts = []
        for path, value in paths:
            if self.rng.random() < 0.45:
                text = f"{path[-1]} = {self.wrapped(value())};"
                for name in reversed(path[:-1]):
                    text = f"{name} = {self.wrapped('{ ' + text + ' }', 1)};"
                parts.append(text)
        merged = [f"({{ {p} }})" for p in parts]
        if self.rng.random() < 0.03:
            merged.append('({ unknown = 1; })' if self.rng.random() < 0.5 else '({ net.unknwon.x = mkIf true { y = 1; }; })')
        if self.rng.random() < 0.3:
            merged.append(f"({{ on = {self.wrapped('true', 1)}; }})")
        if self.rng.random() < 0.3:
            merged.append(f"({{ level = {self.wrapped(str(self.rng.randint(0, 3)), 1)}; }})")
        return "mkMerge [ %s ]" % " ".join(merged)

    def text(self):
        paths, decls = [], []
        for i in range(self.rng.randint(1, 4)):
            name = self.rng.choice(NAMES)
            path = [f'"{name}{i}"'] if self.rng.random() < 0.6 else ["net", f'"{name}{i}"']
            decl, value = self.option(2)
            paths.append((path, value))
            decls.append(f"options.{'.'.join(path)} = {decl};")
        base = ("{ options.on = mkOption { type = types.bool; default = false; }; "
                "options.level = mkOption { type = types.int; default = 1; }; }")
        modules = [base, "({ config, ... }: let cfg = config; in { %s })" % " ".join(decls)]
        for _ in range(self.rng.randint(1, 3)):
            body = f"{{ config, ... }}: let cfg = config; in {{ _file = \"{self.pick('one', 'two', 'three')}.nix\"; "
            if self.rng.random() < 0.3:
                body += f"imports = [ ({{ config, ... }}: let cfg = config; in {{ config = {self.module(paths)}; }}) ]; "
            modules.append(f"({body} config = {self.module(paths)}; }})")
        self.rng.shuffle(modules)
        return "{ lib }:\nwith lib;\n[\n  %s\n]\n" % "\n  ".join(modules)


def nix(file, lib):
    expr = ("{ lib, file }: ((import (/. + lib)).evalModules "
            "{ modules = import (/. + file) { lib = import (/. + lib); }; specialArgs = { }; }).config")
    program = os.environ.get("NIX_INSTANTIATE", "nix-instantiate")
    run = subprocess.run([program, "--eval", "--strict", "--json", "--readonly-mode", "--expr", expr, "--argstr", "lib", lib, "--argstr",
                          "file", file], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ, NIX_PATH=""))
    if run.returncode == 0:
        return {"value": json.loads(run.stdout)}
    text = run.stderr
    return {"error": text[text.index("error:") + 6:].strip() if "error:" in text else text}


def shown(text):
    """What is compared of an error: its lines without indentation, empty lines and what Nix adds around them."""
    lines = [line.strip() for line in text.strip().split("\n")]
    return [line for line in lines if line and not line.startswith("(use '--show-trace'")]


def agree(ours, theirs):
    if "value" in theirs:
        return "value" in ours and ours["value"] == theirs["value"]
    if "error" not in ours:
        return False
    a, b = shown(ours["error"]), shown(theirs["error"])
    if a == b:
        return True
    a, b = a[0] if a else "", b[0] if b else ""
    # Messages of the language itself are worded differently by the versions of Nix.
    words = ["infinite recursion", "coerce", "expected a", "value is", "cannot compare", "stack overflow", "attempt to call",
             "unexpected argument"]
    return any(w in a or w in ours["error"] for w in words) and any(w in b or w in theirs["error"] for w in words)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--keep")
    args = parser.parse_args()
    lib = os.environ.get("NIXPKGS_LIB", "")
    if not lib or not shutil.which(os.environ.get("NIX_INSTANTIATE", "nix-instantiate")):
        print("skipped: NIXPKGS_LIB or nix-instantiate is missing")
        return SKIP
    lib = os.path.realpath(lib)
    bad = values = 0
    with tempfile.TemporaryDirectory() as directory:
        files = []
        for i in range(args.count):
            path = os.path.join(args.keep or directory, f"case-{args.seed + i}.nix")
            with open(path, "w") as out:
                out.write(Case(random.Random(args.seed + i)).text())
            files.append(path)
        for path in files:
            run = subprocess.run([args.program, path], stdout=subprocess.PIPE, text=True)
            if run.returncode != 0:
                bad += 1
                print(f"{path}: the program ended with {run.returncode}")
                continue
            ours = json.loads(run.stdout)
            theirs = nix(path, lib)
            values += "value" in theirs
            if not agree(ours, theirs):
                bad += 1
                print(f"--- {path}\n{open(path).read()}ours:   {json.dumps(ours)[:1500]}\ntheirs: {json.dumps(theirs)[:1500]}")
    print(f"{args.count} cases, {values} with a value, {bad} differences")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
