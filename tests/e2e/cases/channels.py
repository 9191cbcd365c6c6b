"""channels.json: what is found about it, what the command changes in it, and what package set Nix gives to hosts of each class."""

import json
import os
import shutil
import subprocess
import unittest

from harness import FIXTURES, Case, FleetTest

FALLBACK = {"channel": "stable", "reason": "broken"}


SILENCED = (FIXTURES / "channels/flake.nix").read_text().replace("nixosConfigurations.box", 'fleet.silence = [ "FL0843" ];\n      nixosConfigurations.box')


def channels(**fallbacks):
    return json.dumps({"channels": {"stable": {"input": "nixpkgs-stable"}}, "fallbacks": fallbacks}, indent=2) + "\n"


def case(name, text, err, code=1, **more):
    return Case(name, ["check"], code, fixture="channels", files={"channels.json": text}, err=err, **more)


CASES = [
    Case("nothing to say", ["check"], 0, fixture="channels", out=["no errors"], not_out=["warning"], not_err=["FL08"]),
    case("no JSON", "{", ["FL0834", "channels.json:1:"]),
    case("something else", "[]", ["FL0843", "is not read"], 0),
    *[
        Case(
            f"something else, silenced, {verb}",
            [verb],
            fixture="channels",
            files={"channels.json": "[]", "flake.nix": SILENCED},
            not_err=["FL0843"],
        )
        for verb in ("check", "render")
    ],
    case("unknown member", '{ "channels": {},\n  "overlay": []\n}', ["FL0834", "unknown member `overlay`", "channels.json:2:3"]),
    case("twice", '{"channels": {}, "channels": {}}', ["FL0834"]),
    case("channel without input", '{"channels": {"stable": {}}}', ["FL0834", "which flake input"]),
    case("unknown channel", '{"fallbacks": {"quarto": {"all": {"channel": "old", "reason": "x"}}}}', ["FL0834", "no channel `old`"]),
    case("no reason", channels(quarto={"all": {"channel": "stable"}}), ["FL0834", "does not say why"]),
    case("no date", channels(quarto={"all": {**FALLBACK, "until": "2026-02-30"}}), ["FL0834", "`2026-02-30` is no date", "channels.json:12:"]),
    case("no platform", channels(quarto={"windows": FALLBACK}), ["FL0834", "`windows` is no platform"]),
    case("inside of a set", channels(**{"python3Packages.foo": {"all": FALLBACK}}), ["FL0834", "without dots"]),
    case("outside of the fleet", '{"overlays": ["../x.nix"]}', ["FL0834", "no path inside the fleet"]),
    case("no file", '{"patches": {"quarto": ["x.patch"]}}', ["FL0834", "no file x.patch"]),
    case("no directory", '{"packages": "nowhere"}', ["FL0834", "no directory nowhere"]),
    case("no input of this name", '{"channels": {"old": {"input": "nixpkgs-old"}}}', ["FL0834", "no input `nixpkgs-old`"]),
    case("expired", channels(quarto={"all": {**FALLBACK, "until": "2001-01-01", "link": "https://example.org/1"}}), ["FL0835", "2001-01-01", "broken", "https://example.org/1", "channels.json:9:"], 0),
    case("no host has it", channels(quarto={"aarch64-linux": FALLBACK}), ["FL0836", "no host is of the platform aarch64-linux"], 0),
    case("fixed meanwhile", channels(quarto={"all": {**FALLBACK, "fixed": "1969-12-31"}}), ["FL0836", "nixpkgs is of 1970-01-01"], 0),
    case("not fixed yet", channels(quarto={"all": {**FALLBACK, "fixed": "2999-01-01"}}), [], 0, not_err=["FL08"]),
    Case(
        "two overlays for one package",
        ["check"],
        fixture="channels",
        files={"overlays/fixes.nix": "final: prev: {\n  quarto = prev.quarto;\n}\n"},
        err=["FL0837", "quarto is changed by a fallback and overlays/fixes.nix", "fixes.nix:2:3"],
    ),
    Case("a verb", ["channels", "frob"], 2, fixture="channels", err=["list, check, add and drop"]),
    Case("a channel that is not there", ["channels", "add", "quarto", "--channel", "old", "--reason", "x"], 1, fixture="channels", err=["FL0834", "no channel `old`"]),
    Case("without a reason", ["channels", "add", "quarto", "--channel", "stable"], 2, fixture="channels", err=["--reason"]),
    Case("nothing to drop", ["channels", "drop", "quartz"], 2, fixture="channels", err=["no fallback of quartz", "quarto"]),
    Case("in use", ["channels", "drop", "stable"], 1, fixture="channels", err=["comes from the channel stable"]),
]


def lock(yard):
    """Directories in place of the inputs that flake.nix asks for."""
    nodes = {}
    for name, directory, reference in (("nixpkgs", "nixpkgs", "NixOS/nixpkgs/nixos-unstable"), ("nixpkgs-stable", "stable", "NixOS/nixpkgs/nixos-25.11"), ("nix-darwin", "nixpkgs", "nix-darwin/nix-darwin")):
        source = yard.base / directory
        if not source.exists():
            shutil.move(yard.root / directory, source)
            for path in (*source.iterdir(), source):
                os.utime(path, (1, 1))
        locked = {"type": "path", "path": str(source), "lastModified": 1}
        if shutil.which("nix"):
            done = subprocess.run(["nix", "--extra-experimental-features", "nix-command", "hash", "path", str(source)], capture_output=True, text=True, check=True)
            locked["narHash"] = done.stdout.strip()
        nodes[name] = {"locked": locked, "original": {"type": "github", **dict(zip(("owner", "repo", "ref"), reference.split("/")))}}
    nodes["root"] = {"inputs": {name: name for name in nodes}}
    return json.dumps({"nodes": nodes, "root": "root", "version": 7})


def with_lock(declared):
    declared.files = {**declared.files, "flake.lock": LOCK}
    return declared


# The lock of cases that never start Nix.
LOCK = json.dumps(
    {
        "nodes": {
            **{
                name: {"locked": {"type": "path", "path": f"/nowhere/{name}", "lastModified": 1, "narHash": "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="}, "original": {"type": "github", "owner": owner, "repo": repo}}
                for name, owner, repo in (("nixpkgs", "NixOS", "nixpkgs"), ("nixpkgs-stable", "NixOS", "nixpkgs"), ("nix-darwin", "nix-darwin", "nix-darwin"))
            },
            "root": {"inputs": {"nixpkgs": "nixpkgs", "nixpkgs-stable": "nixpkgs-stable", "nix-darwin": "nix-darwin"}},
        },
        "root": "root",
        "version": 7,
    }
)
CASES = [with_lock(one) for one in CASES]


class Changes(FleetTest):
    def yard(self):
        yard = self.fleet("channels", {"flake.lock": LOCK, "other": "mine\n"})
        self.git(yard, "init", "-q")
        self.git(yard, "add", "--all")
        self.git(yard, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "first")
        self.git(yard, "config", "user.name", "a")
        self.git(yard, "config", "user.email", "a@b")
        yard.write("other", "staged\n")
        self.git(yard, "add", "other")
        return yard

    def git(self, yard, *words):
        return subprocess.run(["git", "-C", str(yard.root), *words], capture_output=True, text=True, check=True).stdout

    def test_add_and_drop(self):
        yard = self.yard()
        before = (yard.root / "channels.json").read_text()
        self.expect(yard.run("channels", "add", "mactop", "--channel", "stable", "--platform", "darwin", "--reason", "hangs", "--until", "2999-12-31"), 0)
        one = json.loads((yard.root / "channels.json").read_text())["fallbacks"]["mactop"]["darwin"]
        self.assertEqual((one["channel"], one["reason"], one["until"]), ("stable", "hangs", "2999-12-31"))
        self.assertRegex(one["since"], r"^20\d\d-\d\d-\d\d$")
        self.assertEqual(self.git(yard, "show", "--name-only", "--format=%s").split("\n")[2:], ["channels.json", ""])
        self.assertIn("M  other", self.git(yard, "status", "--porcelain"))
        shown = self.expect(yard.run("channels", "--json"), 0).json()
        self.assertEqual([(f["package"], f["platform"], f["state"]) for f in shown["fallbacks"]], [("calibre", "linux", "ok"), ("mactop", "darwin", "ok"), ("quarto", "darwin", "ok")])
        self.assertEqual(shown["packages"], [{"name": "mine", "file": "pkgs/mine/package.nix"}])
        self.expect(yard.run("channels", "drop", "mactop"), 0)
        self.assertEqual(json.loads((yard.root / "channels.json").read_text()), json.loads(before))

    def test_a_new_file(self):
        yard = self.fleet("channels", {"flake.lock": LOCK, "channels.json": None})
        self.expect(yard.run("channels", "add", "stable", "--input", "nixpkgs-old"), 1, err=["no input `nixpkgs-old`"])
        self.expect(yard.run("channels", "add", "stable", "--input", "nixpkgs-stable"), 0)
        self.expect(yard.run("channels", "add", "quarto", "--channel", "stable", "--reason", "x", "--until", "soon"), 1, err=["`soon` is no date"])
        self.assertEqual(json.loads((yard.root / "channels.json").read_text()), {"channels": {"stable": {"input": "nixpkgs-stable"}}})

    def test_check_finds(self):
        yard = self.fleet("channels", {"flake.lock": LOCK})
        self.expect(yard.run("channels", "check"), 0)
        self.expect(yard.run("channels", "add", "mactop", "--channel", "stable", "--reason", "x", "--until", "2001-01-01"), 0)
        found = self.expect(yard.run("channels", "check", "--json"), 1).json()
        self.assertEqual([(f["package"], f["state"]) for f in found["fallbacks"]], [("mactop", "expired")])


@unittest.skipUnless(shutil.which("nix"), "nix is not installed")
class Evaluated(FleetTest):
    def value(self, yard, out, attribute):
        words = ["nix", "--extra-experimental-features", "nix-command flakes", "--offline", "--store", str(yard.base / "store"), "eval", "--json", "--no-write-lock-file", f"path:{out}#{attribute}"]
        done = subprocess.run(words, env=yard.environment({"NIX_REMOTE": ""}), capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr[-3000:])
        return json.loads(done.stdout)

    def test_every_class_gets_the_same_channels(self):
        yard = self.fleet("channels")
        yard.write("flake.lock", lock(yard))
        out = yard.base / "tree"
        self.expect(yard.run("render", "--out", str(out)), 0)
        linux, darwin = "nixosConfigurations.box.config.pkgs", "darwinConfigurations.book.config.pkgs"
        self.assertEqual([self.value(yard, out, f"{linux}.{p}.from") for p in ("calibre", "quarto", "stable.quarto")], ["stable", "unstable", "stable"])
        self.assertEqual([self.value(yard, out, f"{darwin}.{p}.from") for p in ("calibre", "quarto")], ["unstable", "stable"])
        self.assertEqual(self.value(yard, out, f"{darwin}.mine.from"), "stable")
        self.assertEqual(self.value(yard, out, f"{linux}.fixed"), "fixed on stable")
        self.assertEqual(len(self.value(yard, out, f"{linux}.mactop.patches")), 1)
        self.assertEqual(self.value(yard, out, f"{darwin}.stable.quarto.system"), "aarch64-darwin")
