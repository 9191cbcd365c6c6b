"""The three fixture fleets through every command that reads them: shapes of the output, values, explanations, places."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import threading
import unittest

from harness import SETUP, Case, FleetTest

REPOSITORY = pathlib.Path(__file__).resolve().parents[3]
GENERATOR = str(pathlib.Path(__file__).resolve().parents[2] / "conformance/fleets/gen-fleet.py")

COUNTS = ["options", "definitions", "known", "assumed", "unknown", "opaque", "problems"]

CASES = [
    Case("check", ["check"], fixture="plain", out=["HOST", "AGGREGATES", "core web", "4 hosts", "no errors"]),
    Case("check one host", ["check", "west"], fixture="plain", out=["west", "1 host,"], not_out=["east "]),
    Case("check by class and name", ["check", "darwin:laptop"], fixture="plain", out=["laptop", "1 host,"]),
    Case(
        "an aggregate nobody imports",
        ["check"],
        fixture="plain",
        files={"modules/zz.nix": "{\n  flake.modules.nixos.wbe.site.name = \"lost\";\n}\n"},
        err=["warning[FL0506]", "`wbe`", "modules/zz.nix:2:"],
    ),
    Case("one nobody imports, asked for one host", ["check", "west", "--json"], fixture="plain", files={"modules/zz.nix": "{ flake.modules.nixos.wbe = { }; }\n"}, not_out=["FL0506"]),
    Case("timing", ["check", "--timing"], fixture="plain", out=["STAGE", "compose", "total", " ms"]),
    Case("no timing unless asked for", ["check"], fixture="plain", not_out=["STAGE"]),
    Case("walking up", ["hosts"], fixture="plain", cwd="modules/base", out=["east"]),
    Case("walking up from a link", ["hosts"], fixture="plain", files={"link": lambda p: p.symlink_to("modules/base")}, cwd="link", out=["east"]),
    Case("relative option", ["hosts", "--fleet", "../.."], fixture="plain", cwd="modules/base", out=["east"]),
    Case("tags", ["hosts", "--tag", "server"], fixture="plain", out=["east", "west"], not_out=["laptop"]),
    Case("several tags", ["hosts", "-t", "server", "-t", "east"], fixture="plain", out=["east"], not_out=["west"]),
    Case("class", ["hosts", "--class", "darwin"], fixture="plain", out=["laptop"], not_out=["east"]),
    Case("several classes", ["hosts", "-c", "darwin", "-c", "home"], fixture="plain", out=["laptop", "sam"], not_out=["east"]),
    Case("no host fits", ["hosts", "--tag", "nope"], fixture="plain", out_equals=""),
    Case("no host fits, as json", ["hosts", "--tag", "nope", "--json"], fixture="plain", json_equals=[]),
    Case("place of a host", ["hosts"], fixture="dendritic", out=["modules/hosts/web.nix:16:"]),
    Case("a value", ["show", "east", "site.name"], fixture="plain", out=["east.example.org"]),
    Case("a value as json", ["show", "east", "site.name", "--json"], fixture="plain", json_equals="east.example.org"),
    Case("order of a list", ["show", "east", "site.ports", "--json"], fixture="plain", json_equals=[443, 22]),
    Case("a computed default", ["show", "east", "site.url", "--defaults", "--json"], fixture="plain", json_equals="http://east.example.org"),
    Case("a weaker definition", ["show", "west", "site.name", "--json"], fixture="plain", json_equals="the cellar"),
    Case("a default", ["show", "laptop", "site.name", "--defaults", "--json"], fixture="plain", json_equals="on the way"),
    Case("a home", ["show", "sam", "--json"], fixture="plain", out=['"prompt": "> "']),
    Case("a set", ["show", "web", "site.labels", "--json"], fixture="dendritic", json_equals={"contact": "web team@example.org", "kind": "server"}),
    Case("text, one value a line", ["show", "web", "site"], fixture="dendritic", out=['site.owner = "web team"', "site.port = 443", 'site.labels.kind = "server"']),
    Case("a home inside a host", ["show", "web", "home:alice", "programs.fish.enable", "--json"], fixture="dendritic", json_equals=True),
    Case("the same by its path", ["show", "web", "home-manager.users.alice.programs.fish.enable", "--json"], fixture="dendritic", json_equals=True),
    Case("a standalone home", ["show", "alice@desk", "home.username", "--json"], fixture="dendritic", json_equals="alice"),
    Case("by class", ["show", "nixos:box", "networking.hostName", "--json"], fixture="configurations", json_equals="box"),
    Case("forced", ["show", "nixos:box", "backup.target", "--json"], fixture="configurations", json_equals="rsync://vault"),
    Case("ordered", ["show", "nixos:box", "backup.folders", "--json"], fixture="configurations", json_equals=["/var", "/home"]),
    Case("behind a condition", ["show", "nixos:box", "networking.firewall.allowedTCPPorts", "--json"], fixture="configurations", json_equals=[873]),
    Case("all and a host", ["show", "--all", "east"], fixture="plain", code=2, err=["--all and the host `east` exclude each other"]),
    Case("no number of processors", ["check", "--jobs", "0"], fixture="plain", code=2, err=["--jobs 0: a number from 1 to 256"]),
    Case("no number at all", ["show", "--all", "-j", "many"], fixture="plain", code=2, err=["--jobs many: a number from 1 to 256"]),
    Case("all as text", ["show", "--all"], fixture="plain", out=["# east", "# laptop", "# sam", "# west"]),
    Case(
        "explain",
        ["explain", "web", "site.owner"],
        fixture="dendritic",
        out=["site.owner of web is known", "web team", "string", "Who answers for the host.", "✓ modules/hosts/web.nix:10:", "✗ modules/base.nix:6:", "1000 (mkDefault)", "weaker"],
    ),
    Case("explain what a value was computed from", ["explain", "web", "site.labels.contact"], fixture="dendritic", out=["Computed from", "site.owner"]),
    Case("explain a default", ["explain", "laptop", "site.name"], fixture="plain", out=["The fleet does not define it.", "on the way"]),
    Case("explain a force", ["explain", "nixos:box", "backup.target"], fixture="configurations", out=["50 (mkForce)", "hosts/box.nix:6:"]),
    Case("explain inside a home", ["explain", "web", "home:alice", "programs.fish.enable"], fixture="dendritic", out=["modules/home/shell.nix:5:"]),
]


class CheckJson(FleetTest):
    def test_shape(self):
        fleet = self.fleet("dendritic")
        result = self.expect(fleet.run("check", "--json"), 0)
        report = result.json()
        self.assertEqual(sorted(report), sorted(["fleet", "root", "kind", "files", "hosts", "aggregates", "findings", "stages"]))
        self.assertEqual((report["root"], report["kind"]), (str(fleet.root), "flake"))
        self.assertEqual([(h["name"], h["class"], h["system"]) for h in report["hosts"]], [("web", "nixos", "x86_64-linux"), ("mac", "darwin", "aarch64-darwin"), ("alice@desk", "home", "x86_64-linux")])
        for host in report["hosts"]:
            for count in COUNTS:
                self.assertIsInstance(host[count], int)
            self.assertGreater(host["definitions"], 0)
            self.assertEqual(host["problems"], 0)
            self.assertTrue(host["place"]["file"].startswith(str(fleet.root)))
            self.assertGreater(host["place"]["line"], 0)
        web = report["hosts"][0]
        self.assertEqual((web["homes"], web["aggregates"]), (["alice"], ["web", "base"]))
        self.assertEqual(report["findings"]["errors"], 0)
        self.assertIn("compose", [s["name"] for s in report["stages"]])
        for stage in report["stages"]:
            self.assertIsInstance(stage["nanoseconds"], int)
        base = next(a for a in report["aggregates"] if (a["class"], a["name"]) == ("nixos", "base"))
        self.assertEqual((base["contributions"], base["hosts"]), (2, 1))
        for line in result.err.splitlines():
            json.loads(line)

    def test_hosts_asked_for(self):
        report = self.expect(self.fleet("plain").run("check", "--json", "west", "east", "west"), 0).json()
        self.assertEqual([h["name"] for h in report["hosts"]], ["east", "west"])

    def test_kinds(self):
        for fixture, kind in (("dendritic", "flake"), ("plain", "fleet.json"), ("configurations", "flake")):
            self.assertEqual(self.fleet(fixture).run("check", "--json").json()["kind"], kind)

    def test_problems_are_counted_where_they_are(self):
        files = {"modules/zz.nix": "{ flake.modules.nixos.web.site.name = 1; }\n"}
        result = self.expect(self.fleet("plain", files).run("check", "--json"), 1)
        problems = {h["name"]: h["problems"] for h in result.json()["hosts"]}
        self.assertEqual(problems, {"east": 1, "west": 0, "laptop": 0, "sam": 0})
        errors = [f for f in result.findings() if f["severity"] == "error"]
        self.assertEqual([(f["host"], f["option"]) for f in errors], [("east", "site.name")])

    def test_one_host_of_a_broken_fleet(self):
        files = {"modules/zz.nix": "{ flake.modules.nixos.web.site.name = 1; }\n"}
        fleet = self.fleet("plain", files)
        self.expect(fleet.run("check", "west"), 0)
        self.expect(fleet.run("check", "east"), 1)


class Watch(FleetTest):
    """`check --watch`: checked at once, after every change, and no more when nobody reads."""

    def start(self, fleet, *arguments):
        command = [str(SETUP.binary), "check", "--watch", "--fleet", str(fleet.root), *arguments]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=fleet.root)
        limit = threading.Timer(120, process.kill)
        limit.start()
        self.addCleanup(limit.cancel)
        self.addCleanup(process.wait, 20)
        self.addCleanup(process.kill)
        self.addCleanup(process.stdout.close)
        return process

    def until(self, process, word):
        """The lines up to the first one with the word."""
        lines = []
        for line in process.stdout:
            lines.append(line)
            if word in line:
                return "".join(lines)
        self.fail(f"no `{word}` in:\n" + "".join(lines))

    def test_every_change_is_checked(self):
        fleet = self.fleet("plain")
        process = self.start(fleet)
        self.until(process, "no errors")
        (fleet.root / "modules/new").mkdir()
        (fleet.root / "modules/new/wrong.nix").write_text("{ flake.modules.nixos.core = {\n  site.ports = \"x\";\n}; }\n")
        said = self.until(process, "1 error")
        self.assertIn("modules/new", said)
        self.assertIn("modules/new/wrong.nix:2:", said)
        (fleet.root / "modules/new/wrong.nix").write_text("{ flake.modules.nixos.core = {\n")
        self.until(process, "error[FL0101]")
        (fleet.root / "modules/new/wrong.nix").unlink()
        self.until(process, "no errors")

    def test_it_ends_with_its_reader(self):
        fleet = self.fleet("plain")
        process = self.start(fleet)
        self.until(process, "no errors")
        process.stdout.close()
        self.assertEqual(process.wait(20), 0)

    def test_a_fleet_that_is_not_there(self):
        result = self.fleet("plain").run("check", "--watch", "--fleet", "/nowhere-at-all")
        self.assertNotEqual(result.code, 0)


class Show(FleetTest):
    def test_all(self):
        shown = self.expect(self.fleet("plain").run("show", "--all", "--json"), 0).json()
        self.assertEqual(sorted(shown), ["east", "laptop", "sam", "west"])
        self.assertEqual(shown["east"]["site"]["name"], "east.example.org")

    def test_all_with_shared_names(self):
        shown = self.expect(self.fleet("configurations").run("show", "--all", "--json"), 0).json()
        self.assertEqual(sorted(shown), ["darwin:box", "kim", "nixos:box"])

    def test_all_is_what_show_says(self):
        fleet = self.fleet("plain")
        every = fleet.run("show", "--all", "--json").json()
        for host, config in every.items():
            self.assertEqual(fleet.run("show", host, "--json").json(), config)

    def test_hosts_composed_together_are_what_each_is_by_itself(self):
        for seed in (3, 4):
            fleet = self.fleet()
            subprocess.run([sys.executable, "-B", GENERATOR, "--hosts", "96", "--seed", str(seed), "--out", str(fleet.root)], check=True, capture_output=True)
            every = self.expect(fleet.run("show", "--all", "--json"), 0).json()
            self.assertEqual(len(every), 96)
            for host, config in list(every.items())[:: seed + 2]:
                self.assertEqual(fleet.run("show", host, "--json").json(), config, host)
            for jobs in ("1", "2", "5"):
                self.assertEqual(self.expect(fleet.run("show", "--all", "--json", "-j", jobs), 0).json(), every)
            # Hosts whose modules print messages are composed one by one: nothing else may differ.
            together = self.expect(fleet.run("check", "--json"), 0).json()["hosts"]
            (fleet.root / "modules/zz.nix").write_text('{ flake.modules.nixos.host-node000 = builtins.trace "said" { }; }\n')
            (fleet.root / "modules/zzz.nix").write_text(
                '{ flake.modules.nixos.host-node000 = { lib, ... }: { meta.owner = lib.mkIf (builtins.trace "x" false) "y"; }; }\n'
            )
            alone = fleet.run("check", "--json").json()["hosts"]
            self.assertEqual([h for h in together if h["name"] != "node000"], [h for h in alone if h["name"] != "node000"])

    def test_hosts_with_plugins_are_the_same_whoever_composes_them(self):
        # Ten machines with a file each: on workers some of them are read there only, and what is wrong in them must be told all the same.
        fleet = self.fleet()
        own = {3: "{ time.timeZone = 3; }\n", 7: "{ networking.hostName = ; }\n", 8: '{ services.openssh.enabled = builtins.trace "seen" true; }\n'}
        hosts = "".join(f"    m{i}.imports = [ ../hosts/m{i}.nix shared ];\n" for i in range(10))
        (fleet.root / "hosts").mkdir()
        (fleet.root / "modules").mkdir()
        for i in range(10):
            (fleet.root / f"hosts/m{i}.nix").write_text(own.get(i, f'{{ networking.hostId = "0000000{i}"; }}\n'))
        (fleet.root / "modules/fleet.nix").write_text(
            "let\n  shared = { config, lib, ... }: { nixpkgs.hostPlatform = \"x86_64-linux\"; networking.domian = \"x\"; "
            "warnings = [ \"${config.networking.hostName} is old\" ]; };\nin {\n"
            "  clan.meta.name = \"farm\";\n  clan.inventory.machines = lib.genAttrs (map (i: \"m${toString i}\") (lib.range 0 9)) (_: { });\n"
            "  clan.inventory.instances.internet.roles.default.machines.m1.settings.host = \"m1.example.org\";\n"
            "  clan.machines = {\n" + hosts + "  };\n}\n"
        )
        text = (fleet.root / "modules/fleet.nix").read_text()
        (fleet.root / "modules/fleet.nix").write_text("{ lib, ... }:\n" + text)
        runs = {}
        for jobs in ("1", "2", "5"):
            check = fleet.run("check", "--json", "-v", "-j", jobs)
            report = json.loads(check.out)
            del report["stages"]
            shown = fleet.run("show", "--all", "--json", "-j", jobs)
            runs[jobs] = (check.code, report, check.err, shown.out, shown.err)
        self.assertEqual(len(runs["1"][1]["hosts"]), 10)
        self.assertIn("m3.nix", runs["1"][2])
        self.assertIn("m7.nix", runs["1"][2])
        self.assertIn("seen", runs["1"][2])
        self.assertIn("m9 is old", runs["1"][2])
        self.assertEqual(runs["2"], runs["1"])
        self.assertEqual(runs["5"], runs["1"])

    @unittest.skipUnless(os.environ.get("NIXPKGS_LIB") and shutil.which("nix-instantiate"), "nix or NIXPKGS_LIB is not there")
    def test_leaves_that_differ_on_every_host_are_what_nix_computes(self):
        fleet = self.fleet()
        generator = str(REPOSITORY / "bench/gen_dependent.py")
        subprocess.run([sys.executable, "-B", generator, "--hosts", "12", "--seed", "7", "--out", str(fleet.root)], check=True, capture_output=True)
        shown = self.expect(fleet.run("show", "--all", "--json"), 0).json()
        self.assertTrue(all(len(config["own"]["services"]) == 12 for config in shown.values()))
        expected = str(REPOSITORY / "tests/conformance/fleets/expected.nix")
        judge = ["nix-instantiate", "--option", "store", "dummy://", "--eval", "--strict", "--json", "--readonly-mode", expected]
        arguments = ["--argstr", "libDir", os.environ["NIXPKGS_LIB"], "--argstr", "repo", str(fleet.root)]
        self.assertEqual(shown, json.loads(subprocess.run([*judge, *arguments], check=True, capture_output=True).stdout))

    def test_defaults(self):
        fleet = self.fleet("dendritic")
        # Options the fleet declares belong to it, set or not; those of the platform are shown when the fleet sets them.
        self.assertIs(fleet.run("show", "web", "site", "--json").json()["loud"], False)
        self.assertNotIn("networking", fleet.run("show", "web", "--json").json())
        self.assertIn("hostName", fleet.run("show", "web", "--json", "--defaults").json()["networking"])

    def test_unknown_values_are_never_dropped(self):
        packages = self.expect(self.fleet("dendritic").run("show", "web", "environment.systemPackages", "--json"), 0).json()
        self.assertIn("pkgs.hello", json.dumps(packages))
        self.assertIn("$expr", json.dumps(packages))

    def test_fleet_by_variable(self):
        fleet = self.fleet("plain")
        elsewhere = self.fleet()
        self.expect(elsewhere.run("hosts", env={"FLEETD_DIR": str(fleet.root)}), 0, out=["east"])
        other = self.fleet("configurations")
        self.expect(elsewhere.run("hosts", "--fleet", str(other.root), env={"FLEETD_DIR": str(fleet.root)}), 0, out=["kim"])
        self.expect(fleet.run("hosts", env={"FLEETD_DIR": ""}), 0, out=["east"])

    def test_nothing_is_written(self):
        fleet = self.fleet("dendritic")
        before = sorted(str(p) for p in fleet.base.rglob("*"))
        for args in (["show", "--all"], ["explain", "web", "site.owner"], ["hosts"], ["plugins"]):
            fleet.run(*args)
        self.assertEqual(sorted(str(p) for p in fleet.base.rglob("*")), before)
        # A check keeps what plugins touched, in the user's directory of state and nowhere else.
        fleet.run("check")
        state = fleet.home / "state"
        self.assertEqual(sorted(str(p) for p in fleet.base.rglob("*") if p != state and state not in p.parents), before)
        self.assertEqual({p.parent.name for p in state.rglob("*") if p.is_file()}, {"plugins"})


class ExplainJson(FleetTest):
    def test_shape(self):
        fleet = self.fleet("dendritic")
        e = self.expect(fleet.run("explain", "web", "site.owner", "--json"), 0).json()
        self.assertEqual(
            sorted(e), sorted(["host", "path", "knowledge", "value", "type", "description", "default", "declaredIn", "definitions", "references", "unknown"])
        )
        self.assertEqual((e["host"], e["path"], e["knowledge"], e["type"]), ("web", "site.owner", "known", "string"))
        winners = [d for d in e["definitions"] if d["winner"]]
        losers = [d for d in e["definitions"] if not d["winner"]]
        self.assertEqual([d["priority"] for d in winners], [100])
        self.assertEqual([d["priority"] for d in losers], [1000])
        self.assertEqual(winners[0]["place"]["file"], str(fleet.root / "modules/hosts/web.nix"))
        self.assertEqual(winners[0]["why"], "")
        self.assertTrue(losers[0]["why"])


class Eval(FleetTest):
    """`fleetd eval` needs no fleet."""

    def value(self, *args, **options):
        return self.expect(self.fleet(files=options.pop("files", None)).run("eval", *args, **options), 0).out

    def test_text(self):
        self.assertEqual(self.value("-E", "1 + 2"), "3\n")
        self.assertEqual(self.value("-E", '{ "a b" = x: x; "if" = [ ]; c = { }; d = builtins.add; e = builtins.add 1; }'), '{ "a b" = <LAMBDA>; c = { }; d = <PRIMOP>; e = <PRIMOP-APP>; "if" = [ ]; }\n')
        self.assertEqual(self.value("-E", '"a\\"b\\${c}\\n$d"'), '"a\\"b\\${c}\\n$d"\n')
        self.assertEqual(self.value("-E", "let a = { b = 1; }; in [ a a ]"), "[ { b = 1; } «repeated» ]\n")

    def test_json(self):
        self.assertEqual(self.value("--json", "-E", '{ b = 1.0; a = [ null true "ä" ]; }'), '{"a":[null,true,"ä"],"b":1.0}\n')

    def test_files(self):
        files = {"x.nix": "{ a = import ./d; }", "d/default.nix": "7"}
        self.assertEqual(self.value("--json", "x.nix", files=files), '{"a":7}\n')
        self.assertEqual(self.value("d", files=files), "7\n")
        self.assertEqual(self.value("-", stdin=b"1 + 1"), "2\n")
        self.assertEqual(self.value("-E", "import ./x.nix", files=files), "{ a = 7; }\n")

    def test_failures(self):
        for args, needle in (
            (["-E", "1 +"], "FL0101"),
            (["-E", "x"], "undefined variable 'x'"),
            (["-E", 'throw "no"'], "FL0201"),
            (["-E", "{ a = 1; }.b"], "FL0206"),
            (["-E", "let x = x; in x"], "FL0208"),
            (["-E", "let f = x: f x; in f 1"], "FL0215"),
            (["-E", '{ a = { b = throw "deep"; }; }'], "deep"),
            (["--json", "-E", "x: x"], "FL02"),
            (["nowhere.nix"], "nowhere.nix"),
        ):
            with self.subTest(args):
                result = self.expect(self.fleet().run("eval", *args), 1, err=[needle])
                self.assertEqual(result.out, "")
        self.expect(self.fleet().run("eval"), 2, err=["FL0903"])
        self.expect(self.fleet().run("eval", "-E", "1", "x.nix"), 2, err=["FL0903"])

    def test_trace(self):
        result = self.expect(self.fleet().run("eval", "-E", 'builtins.trace "hello" 1'), 0, err=["trace: hello"])
        self.assertEqual(result.out, "1\n")

    def test_deep_values(self):
        self.expect(self.fleet().run("eval", "--json", "-E", "builtins.foldl' (a: _: [ a ]) 0 (builtins.genList (x: x) 9000)"), 0)
        result = self.fleet().run("eval", "--json", "-E", "builtins.foldl' (a: _: [ a ]) 0 (builtins.genList (x: x) 100000)")
        self.assertIn(result.code, (0, 1))


class EvalModules(FleetTest):
    FILE = """
      { lib }: [
        { options.a = lib.mkOption { type = lib.types.int; default = 1; }; options.b = lib.mkOption { type = lib.types.listOf lib.types.str; }; }
        { a = 2; b = lib.mkAfter [ "z" ]; }
        { b = [ "y" ]; }
      ]
    """

    def test_config(self):
        result = self.expect(self.fleet(files={"m.nix": self.FILE}).run("eval-modules", "--json", "m.nix"), 0)
        self.assertEqual(result.json(), {"a": 2, "b": ["y", "z"]})

    def test_failures(self):
        for text, needle in (
            ("{ lib }: [ { a = 1; } ]", "`a' does not exist"),
            ("{ lib }: 1", "error["),
            ("[ ]", "error["),
            ("{ lib }: [ {", "FL0101"),
        ):
            with self.subTest(text):
                self.expect(self.fleet(files={"m.nix": text}).run("eval-modules", "m.nix"), 1, err=[needle])
        self.expect(self.fleet().run("eval-modules"), 2, err=["FL0903"])
