"""Every kind of bad input: a clear finding with its place, a non-zero exit, and no earlier output touched."""

import ctypes
import hashlib
import os

from harness import FIXTURES, Case, FleetTest

MEGABYTE = 1 << 20


def text_of(fixture, path):
    return (FIXTURES / fixture / path).read_text()


def symlink(target):
    return lambda path: path.symlink_to(target)


def fifo(path):
    os.mkfifo(path)


def module(body):
    """A module that adds to the aggregate `web` of the dendritic fixture; the body starts at line 2."""
    return "{\n  flake.modules.nixos.web = %s;\n}\n" % body


BAD = "modules/zz-bad.nix"
DEPTH = 100_000

# name → (fixture, files, exit code, what standard error must hold)
INPUTS = {
    "unknown option below a native root": ("dendritic", {BAD: module('{ site.onwer = "x"; }')}, 1, ["error[FL04", "`site.onwer`", "modules/zz-bad.nix:2:", "did you mean"]),
    "unknown option at a native root, several": (
        "dendritic",
        {BAD: module("{\n    site.prot = 1;\n    site.lable.a = 2;\n  }")},
        1,
        ["`site.prot`", "`site.lable", "modules/zz-bad.nix:3:", "modules/zz-bad.nix:4:"],
    ),
    "wrong type": ("dendritic", {BAD: module("{ lib, ... }: { site.port = lib.mkForce \"high\"; }")}, 1, ["error[FL04", "site.port", "modules/zz-bad.nix:2:", "16 bit"]),
    "wrong type inside a list": ("plain", {BAD: "{ flake.modules.nixos.core.site.ports = [ 80 true ]; }\n"}, 1, ["site.ports", "modules/zz-bad.nix:1:"]),
    "conflict": ("dendritic", {BAD: module('{ site.owner = "another team"; }')}, 1, ["site.owner", "modules/zz-bad.nix:2:", "modules/hosts/web.nix:", "web team", "another team"]),
    "no list where a list has to be": ("plain", {BAD: '{ flake.modules.nixos.core = {\n  site.ports = "x"; }; }\n'}, 1, ["site.ports", "modules/zz-bad.nix:2:3", "on hosts east and west"]),
    "cycle": ("dendritic", {BAD: module("{ config, lib, ... }: { site.owner = lib.mkForce config.site.labels.contact; }")}, 1, ["infinite recursion", "site."]),
    "cycle of one option": ("plain", {BAD: '{ flake.modules.nixos.core = { config, ... }: {\n  site.name = config.site.name + "x"; }; }\n'}, 1, ["infinite recursion", "modules/zz-bad.nix:2:3"]),
    "condition that is none": ("plain", {BAD: '{ flake.modules.nixos.core = { lib, ... }: {\n  site.name = lib.mkIf "x" "y"; }; }\n'}, 1, ["non-Boolean condition", "modules/zz-bad.nix:2:3"]),
    "module that imports itself": ("dendritic", {"own.nix": "{\n  imports = [ ./own.nix ]; }\n", BAD: module("{ imports = [ ../own.nix ]; }")}, 1, ["imports itself", "own.nix:2:3"]),
    "options beside configuration": ("plain", {BAD: '{ flake.modules.nixos.core = {\n  site.name = "x"; options.foo = 1; }; }\n'}, 1, ["unsupported attribute `site'", "modules/zz-bad.nix:2:3"]),
    "cycle through imports": ("dendritic", {BAD: module("{ config, ... }: { imports = config.site.extra; }")}, 1, ["error["]),
    "file that imports itself": ("dendritic", {BAD: "import ./zz-bad.nix\n"}, 1, ["infinite recursion", "modules/zz-bad.nix:1:"]),
    "unknown aggregate in fleet.json": (
        "plain",
        {"fleet.json": '{"hosts": {"east": {"class": "nixos", "aggregates": ["core", "wbe"]}}}'},
        1,
        ["error[FL0504]", "`wbe`", "fleet.json:1:", "did you mean `web`?"],
    ),
    "unknown aggregate in a module": ("dendritic", {BAD: "{ config, ... }: { flake.modules.nixos.web.imports = [ config.flake.modules.nixos.bsae ]; }\n"}, 1, ["bsae", "modules/zz-bad.nix:1:"]),
    "duplicate host in fleet.json": (
        "plain",
        {"fleet.json": '{"hosts": {\n"east": {"class": "nixos", "aggregates": ["core"]},\n"east": {"class": "nixos", "aggregates": ["web"]}}}'},
        1,
        ["error[FL0505]", "east", "fleet.json:"],
    ),
    "duplicate host in modules": ("dendritic", {BAD: "{ inputs, ... }: { flake.nixosConfigurations.web = inputs.nixpkgs.lib.nixosSystem { modules = [ ]; }; }\n"}, 1, ["web", "modules/zz-bad.nix", "modules/hosts/web.nix"]),
    "unknown class in fleet.json": ("plain", {"fleet.json": '{"hosts": {"east": {"class": "windows"}}}'}, 1, ["FL0508", "windows", "fleet.json:1:"]),
    "malformed fleet.json": ("plain", {"fleet.json": '{"hosts": {"east": }}'}, 1, ["FL0508", "fleet.json:1:20"]),
    "fleet.json of another shape": ("plain", {"fleet.json": "[1, 2]"}, 1, ["FL0508", "fleet.json"]),
    "fleet.json nested deeply": ("plain", {"fleet.json": "[" * DEPTH}, 1, ["fleet.json"]),
    "fleet.json that is not UTF-8": ("plain", {"fleet.json": b'{"hosts": {"\xff": {}}}'}, 1, ["fleet.json"]),
    "empty fleet.json": ("plain", {"fleet.json": ""}, 1, ["FL0508", "fleet.json"]),
    "syntax error": ("dendritic", {BAD: "{\n  a = [ 1 2 ;\n}\n"}, 1, ["error[FL0101]", "modules/zz-bad.nix:2:13"]),
    "syntax errors, all of them": (
        "dendritic",
        {BAD: "{ a = ; }\n", "modules/hosts/zz-worse.nix": "{\n  b = 1\n}\n"},
        1,
        ["modules/zz-bad.nix:1:7", "modules/hosts/zz-worse.nix:"],
    ),
    "syntax error in flake.nix": ("dendritic", {"flake.nix": "{ outputs = inputs: { ; }\n"}, 1, ["error[FL0101]", "flake.nix:1:23"]),
    "undefined variable": ("dendritic", {BAD: module("{ site.owner = nobdoy; }")}, 1, ["undefined variable", "nobdoy", "modules/zz-bad.nix:2:"]),
    "duplicate attribute": ("dendritic", {BAD: "{\n  a = 1;\n  a = 2;\n}\n"}, 1, ["already defined", "modules/zz-bad.nix:3:"]),
    "throw": ("dendritic", {BAD: 'throw "keep out"\n'}, 1, ["keep out", "modules/zz-bad.nix:1:"]),
    "missing import": ("dendritic", {BAD: module("{ imports = [ ./nowhere.nix ]; }")}, 1, ["nowhere.nix", "modules/zz-bad.nix:2:"]),
    "endless recursion": ("dendritic", {BAD: "let f = x: f (x + 1); in f 0\n"}, 1, ["error[FL0215]", "modules/zz-bad.nix:1:"]),
    "dangling symlink": ("dendritic", {BAD: symlink("nowhere.nix")}, 1, ["modules/zz-bad.nix"]),
    "symlink loop": ("dendritic", {BAD: symlink("zz-loop.nix"), "modules/zz-loop.nix": symlink("zz-bad.nix")}, 1, ["modules/zz-bad.nix"]),
    "symlink to a device without end": ("dendritic", {BAD: symlink("/dev/zero")}, 1, ["modules/zz-bad.nix"]),
    "directory called like a module": ("dendritic", {BAD + "/x.txt": "", "modules/zz-import.nix": "{ imports = [ ./zz-bad.nix ]; }\n"}, 1, ["zz-bad.nix"]),
    "fifo": ("dendritic", {BAD: fifo}, 1, ["modules/zz-bad.nix"]),
    "10 MB file": ("dendritic", {BAD: b"# " + b"x" * (10 * MEGABYTE) + b"\n{ }\n"}, 1, ["error[FL0004]", "modules/zz-bad.nix"]),
    "10 MB flake.nix": ("dendritic", {"flake.nix": b"# " + b"x" * (10 * MEGABYTE) + b"\n{ }\n"}, 1, ["flake.nix"]),
    "lists nested deeply": ("dendritic", {BAD: "[" * DEPTH + "]" * DEPTH}, 1, ["error[FL0004]", "modules/zz-bad.nix:1:"]),
    "sets nested deeply": ("dendritic", {BAD: "{a=" * DEPTH + "1" + ";}" * DEPTH}, 1, ["error[FL0004]", "modules/zz-bad.nix:1:"]),
    "parentheses nested deeply": ("dendritic", {BAD: "(" * DEPTH + "1" + ")" * DEPTH}, 1, ["error[FL0004]", "modules/zz-bad.nix:1:"]),
    "functions nested deeply": ("dendritic", {BAD: "x: " * DEPTH + "x"}, 1, ["error[FL0004]", "modules/zz-bad.nix:1:"]),
    "operators nested deeply": ("dendritic", {BAD: "!" * DEPTH + "true"}, 1, ["error[FL0004]", "modules/zz-bad.nix:1:"]),
    "strings nested deeply": ("dendritic", {BAD: '"${' * DEPTH + "1" + '}"' * DEPTH}, 1, ["error[FL0004]", "modules/zz-bad.nix:1:"]),
    "unclosed brackets nested deeply": ("dendritic", {BAD: "[" * DEPTH}, 1, ["modules/zz-bad.nix:1:"]),
    "invalid UTF-8": ("dendritic", {BAD: b'{ a = "\xff\xfe"; }\n'}, 1, ["error[FL0005]", "modules/zz-bad.nix:1:8"]),
    "invalid UTF-8 in a name of a file": ("dendritic", {"modules/x.nix": lambda p: open(os.fsencode(p.parent) + b"/zz-\xff.nix", "w").write("{ a = ; }")}, 1, ["error[FL0101]"]),
    "NUL bytes": ("dendritic", {BAD: b"{ a = 1;\x00 }\n"}, 1, ["modules/zz-bad.nix:1:"]),
    "binary file": ("dendritic", {BAD: bytes(range(256)) * 16}, 1, ["modules/zz-bad.nix:1:"]),
    "terminal escapes in a file": ("dendritic", {BAD: '{ a = "\x1b[31m" \x1b[2J; }\n'}, 1, ["modules/zz-bad.nix:1:"]),
    "unclosed string": ("dendritic", {BAD: '{ a = "never ends\n'}, 1, ["error[FL0101]", "modules/zz-bad.nix:"]),
    "unclosed comment": ("dendritic", {BAD: "{ } /* never ends\n"}, 1, ["error[FL0101]", "modules/zz-bad.nix:"]),
    "empty module": ("dendritic", {BAD: ""}, 1, ["error[FL0101]", "modules/zz-bad.nix:1:1"]),
    "module that is a number": ("dendritic", {BAD: "42\n"}, 1, ["modules/zz-bad.nix"]),
    "flake.nix that is a list": ("dendritic", {"flake.nix": "[ ]\n"}, 1, ["error[FL05", "flake.nix"]),
    "flake.nix without outputs": ("dendritic", {"flake.nix": "{ }\n"}, 1, ["outputs", "flake.nix"]),
    "outputs that are no set": ("dendritic", {"flake.nix": "{ outputs = _: 1; }\n"}, 1, ["error[FL05"]),
    "malformed flake.lock": ("dendritic", {"flake.lock": '{"nodes": '}, 1, ["error[FL0510]", "flake.lock"]),
    "flake.lock of another shape": ("dendritic", {"flake.lock": '{"nodes": 1, "root": [], "version": 7}'}, 1, ["error[FL0510]", "flake.lock"]),
    "flake.lock that goes in circles": (
        "dendritic",
        {"flake.lock": '{"nodes": {"root": {"inputs": {"nixpkgs": ["a"], "a": ["nixpkgs"]}}}, "root": "root", "version": 7}'},
        1,
        ["flake.lock"],
    ),
    "input that is not locked": ("dendritic", {"flake.nix": text_of("dendritic", "flake.nix").replace("import-tree.url", "other-tree.url").replace("inputs.import-tree", "inputs.other-tree")}, 1, ["other-tree"]),
}

CASES = [
    Case("not a fleet at all", ["check"], code=2, err=["error[FL0501]", "--fleet DIR"], out_equals=""),
    Case("not a fleet, as json", ["check", "--json"], code=2, err=['"code":"FL0501"'], out_equals=""),
    Case("an option that names no directory", ["check", "--fleet", "nowhere"], code=2, err=["error[FL0501]", "there is no directory `nowhere`"]),
    Case("an option that names a file", ["check", "--fleet", "file"], files={"file": ""}, code=2, err=["error[FL0501]"]),
    Case("an option that names no fleet", ["check", "--fleet", "modules"], fixture="plain", code=2, err=["error[FL0501]", "is not a fleet", "the fleet that contains it is"]),
    Case("a variable that names no fleet", ["check"], fixture="plain", env={"FLEETD_DIR": "/nonexistent"}, code=2, err=["error[FL0501]", "FLEETD_DIR"]),
    Case("unknown host", ["check", "eats"], fixture="plain", code=2, err=["error[FL0503]", "eats", "did you mean `east`"], out_equals=""),
    Case("unknown hosts, all of them", ["check", "eats", "wets"], fixture="plain", code=2, err=["eats", "wets"]),
    Case("unknown host of show", ["show", "eats"], fixture="plain", code=2, err=["error[FL0503]", "did you mean `east`"]),
    Case("unknown host of explain", ["explain", "eats", "site.name"], fixture="plain", code=2, err=["error[FL0503]"]),
    Case("unknown host as json", ["show", "eats", "--json"], fixture="plain", code=2, err=['"code":"FL0503"'], out_equals=""),
    Case("name of several classes", ["show", "box"], fixture="configurations", code=2, err=["nixos:box", "darwin:box"]),
    Case("nothing at a path", ["show", "east", "site.nmae"], fixture="plain", code=1, err=["error[FL0420]", "site.nmae", "did you mean"], out_equals=""),
    Case("nothing at a path, explained", ["explain", "east", "site.nmae"], fixture="plain", code=1, err=["error[FL0420]"]),
    Case("a path that is no path", ["show", "east", "..\"[["], fixture="plain", code=1, err=["error["]),
    Case("a home that is not there", ["show", "web", "home:bob"], fixture="dendritic", code=1, err=["error[FL0420]"]),
    Case("unknown plugin", ["plugins", "show", "nope"], fixture="plain", code=2, err=["error[FL0301]", "`nope`"]),
    Case("modules is a file", ["check"], files={"modules": "x"}, code=2, err=["error[FL0501]"]),
    Case("no hosts at all", ["check"], files={"modules/a.nix": "{ }\n"}, code=0, out=["0 hosts", "no errors"]),
]


def without_override():
    """Root reads everything; without these two capabilities it does not."""
    libc = ctypes.CDLL(None)
    for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        libc.prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP


def snapshot(directory):
    out = {}
    for folder, _, names in os.walk(directory):
        for name in names:
            path = os.path.join(folder, name)
            status = os.lstat(path)
            content = os.readlink(path) if os.path.islink(path) else hashlib.sha256(open(path, "rb").read()).hexdigest()
            out[os.path.relpath(path, directory)] = (status.st_mode, status.st_mtime_ns, content)
    return out


class BadInputs(FleetTest):
    def test_unreadable_file(self):
        fleet = self.fleet("dendritic", {BAD: "{ }\n"})
        (fleet.root / BAD).chmod(0)
        self.expect(fleet.run("check", preexec_fn=without_override), 1, err=["modules/zz-bad.nix", "Permission denied"])

    def test_unreadable_directory(self):
        fleet = self.fleet("dendritic", {"modules/zz/x.nix": "{ }\n"})
        (fleet.root / "modules/zz").chmod(0)
        self.expect(fleet.run("check", preexec_fn=without_override), 1, err=["modules/zz", "Permission denied"])

    def test_unreadable_flake(self):
        fleet = self.fleet("dendritic")
        (fleet.root / "flake.nix").chmod(0)
        self.expect(fleet.run("check", preexec_fn=without_override), 1, err=["flake.nix", "Permission denied"])

    def test_directory_loop(self):
        """A link to a directory above is no loop for us."""
        fleet = self.fleet("dendritic", {"modules/again": symlink(".")})
        self.expect(fleet.run("check"), 0)

    def test_no_escapes_reach_the_terminal(self):
        fleet = self.fleet("dendritic", {BAD: '{ a = "\x1b[31m" \x1b[2J; }\n'})
        result = fleet.run("check")
        self.assertNotIn("\x1b", result.out + result.err)

    def test_findings_are_valid_json(self):
        for name, (fixture, files, code, _) in INPUTS.items():
            with self.subTest(name):
                result = self.fleet(fixture, files).run("check", "--json")
                self.assertEqual(result.code, code, result.err[-2000:])
                errors = [f for f in result.findings() if f["severity"] == "error"]
                self.assertTrue(errors)
                for finding in result.findings():
                    self.assertEqual(
                        sorted(finding),
                        sorted(["code", "severity", "message", "file", "line", "column", "endLine", "endColumn", "host", "option", "labels", "notes", "fixes"]),
                    )
                if result.out:
                    self.assertEqual(result.json()["findings"]["errors"], len(errors))

    def test_every_command_survives(self):
        for name, (fixture, files, _, _) in INPUTS.items():
            fleet = self.fleet(fixture, files)
            for args in (["hosts"], ["show", "--all", "--json"], ["show", "web"], ["explain", "web", "site.owner"], ["plugins"], ["__complete", "--", "show", ""]):
                with self.subTest(name, args=args):
                    result = fleet.run(*args)
                    self.assertIn(result.code, (0, 1, 2), result.err[-2000:])
                    self.assertNotIn("FL0001", result.err)


class EarlierOutput(FleetTest):
    """What was rendered before stays as it is when the fleet breaks."""

    def test_intact(self):
        for fixture in sorted({fixture for fixture, _, _, _ in INPUTS.values()}):
            fleet = self.fleet(fixture)
            out = fleet.base / "out"
            self.expect(fleet.run("render", "--out", str(out)), 0)
            before = snapshot(out)
            self.assertTrue(before)
            for name, (wanted, files, code, _) in INPUTS.items():
                if wanted != fixture:
                    continue
                with self.subTest(name):
                    broken = self.fleet(fixture, files)
                    result = fleet.run("--fleet", str(broken.root), "render", "--out", str(out))
                    self.assertEqual(result.code, code, result.err[-2000:])
                    self.assertEqual(snapshot(out), before)


def _bad_input(name):
    fixture, files, code, err = INPUTS[name]

    def method(self):
        result = self.fleet(fixture, files).run("check")
        self.expect(result, code, err=err)
        self.assertNotIn("\x1b", result.err)
        self.assertLess(len(result.err), 100_000)

    method.__doc__ = name
    return method


for _index, _name in enumerate(INPUTS):
    setattr(BadInputs, "test_input_%02d_%s" % (_index, "".join(c if c.isalnum() else "_" for c in _name)), _bad_input(_name))
