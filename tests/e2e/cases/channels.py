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


PACKAGES = """{
  outputs = _: {
    legacyPackages.x86_64-linux = {
      calibre.outPath = builtins.toFile "calibre-1" "a program";
      quarto = throw "it is broken";
    };
    legacyPackages.aarch64-darwin.quarto = derivation { name = "quarto-1"; system = "aarch64-darwin"; builder = "/bin/sh"; };
  };
}
"""


@unittest.skipUnless(shutil.which("nix"), "nix is not installed")
class Caches(FleetTest):
    """Whether a fallback is still needed, by caches of a real Nix: files, and one over HTTP."""

    def setUp(self):
        self.yard = self.fleet("channels")
        text = (self.yard.root / "nixpkgs/flake.nix").read_text()
        start = text.index("outputs")
        self.yard.write("nixpkgs/flake.nix", text[:start] + 'outputs = _: { lib = import ./lib.nix; } // (import ./packages.nix).outputs { };\n}\n')
        self.yard.write("nixpkgs/packages.nix", PACKAGES)
        self.yard.write("flake.lock", lock(self.yard))
        self.nix = {"NIX_CONFIG": "experimental-features = nix-command flakes\nsubstituters =\nbuild-users-group =\nsandbox = false\n", "NIX_REMOTE": "local?root=%s" % (self.yard.base / "store"), "NIX_SSL_CERT_FILE": None}
        self.run_nix("nix-store", "--init")
        self.cache = self.yard.base / "cache"

    def run_nix(self, *words):
        done = subprocess.run(words, env=self.yard.environment(self.nix), capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def upload(self, url):
        self.run_nix("nix", "copy", "--to", url, self.run_nix("nix", "eval", "--raw", f"path:{self.yard.base}/nixpkgs#legacyPackages.x86_64-linux.calibre.outPath"))

    def check(self, *words, code, err=(), not_err=()):
        done = self.expect(self.yard.run("channels", "check", "--json", *words, env=self.nix), code, err=err)
        for text in not_err:
            self.assertNotIn(text, done.err)
        return {one["package"]: (one["state"], one["why"]) for one in done.json()["fallbacks"]}

    def test_a_package_that_is_cached_by_now(self):
        url = f"file://{self.cache}"
        self.cache.mkdir()
        (self.cache / "nix-cache-info").write_text("StoreDir: /nix/store\n")
        self.assertEqual(self.check("--cache", url, code=0, not_err=["FL0850"]), {})
        self.upload(url)
        found = self.check("--cache", url, code=1)
        self.assertEqual(list(found), ["calibre"])
        self.assertEqual(found["calibre"], ("cached", f"nixpkgs' own is in {url} for x86_64-linux; it was meant because: its tests need the network"))
        self.assertEqual(self.check("--offline", code=0), {})
        self.assertEqual(self.check(code=0), {}, "no cache is configured")
        self.expect(self.yard.run("channels", "check", "--cache", url, env=self.nix), 1, out=["calibre", "cached"])

    def test_over_http(self):
        from functools import partial
        from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
        from threading import Thread

        self.upload(f"file://{self.cache}")
        handler = type("Quiet", (SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(self.cache)))
        Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.shutdown)
        url = f"http://127.0.0.1:{server.server_port}"
        self.nix["NIX_CONFIG"] += f"substituters = {url}\n"
        self.assertEqual(list(self.check(code=1)), ["calibre"])

    def test_what_cannot_be_asked(self):
        gone = "http://127.0.0.1:1"
        self.nix["NIX_CONFIG"] += "download-attempts = 1\nconnect-timeout = 1\n"
        self.assertEqual(self.check("--cache", gone, code=0, err=["FL0850", "calibre"]), {})
        channels = json.loads((self.yard.root / "channels.json").read_text())
        channels["fallbacks"] = {"quarto": {"linux": {"channel": "stable", "reason": "broken"}}}
        self.yard.write("channels.json", json.dumps(channels))
        self.cache.mkdir()
        (self.cache / "nix-cache-info").write_text("StoreDir: /nix/store\n")
        self.assertEqual(self.check("--cache", f"file://{self.cache}", code=0, err=["FL0850", "it is broken"]), {})
        empty = self.yard.base / "empty"
        empty.mkdir()
        self.nix["PATH"] = str(empty)
        self.assertEqual(self.check("--cache", gone, code=0, err=["`nix` was not found"]), {})
        self.assertEqual(self.check(code=0, not_err=["FL0850"]), {})
