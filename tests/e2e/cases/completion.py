"""Completion: the hidden command, and the scripts in the shells that are at hand."""

import shlex
import shutil
import subprocess

from harness import SETUP, Case, FleetTest

CASES = [
    Case("bash script", ["completions", "bash"], out=["complete -F _fleetd fleetd", "__complete"]),
    Case("zsh script", ["completions", "zsh"], out=["#compdef fleetd", "__complete"]),
    Case("fish script", ["completions", "fish"], out=["complete -c fleetd", "__complete"]),
    Case("script as json", ["completions", "bash", "--json"], out=['"shell": "bash"', '"script": ']),
]


class Candidates(FleetTest):
    def words(self, fleet, *words, env=None):
        result = fleet.run("__complete", "--", *words, env=env)
        self.assertEqual((result.code, result.err), (0, ""))
        return [line.split("\t")[0] for line in result.out.splitlines()]

    def test_commands(self):
        fleet = self.fleet()
        self.assertIn("check", self.words(fleet, ""))
        self.assertEqual(self.words(fleet, "ho"), ["hosts"])
        self.assertEqual(sorted(self.words(fleet, "eval")), ["eval", "eval-modules"])
        self.assertEqual(self.words(fleet, "help", "sh"), ["show"])
        self.assertNotIn("__complete", self.words(fleet, ""))
        self.assertEqual(self.words(fleet), self.words(fleet, ""))

    def test_descriptions(self):
        self.assertIn("hosts\tlist the hosts", self.fleet().run("__complete", "--", "ho").out)

    def test_options(self):
        fleet = self.fleet()
        self.assertIn("--timing", self.words(fleet, "check", "--"))
        self.assertNotIn("--timing", self.words(fleet, "hosts", "--"))
        self.assertIn("--json", self.words(fleet, "hosts", "-"))
        self.assertEqual(self.words(fleet, "--col"), ["--color"])
        self.assertEqual(self.words(fleet, "--color", ""), ["auto", "always", "never"])
        self.assertEqual(self.words(fleet, "check", "--color=a"), ["--color=auto", "--color=always"])
        self.assertEqual(self.words(fleet, "hosts", "-c", "d"), ["darwin"])
        self.assertEqual(self.words(fleet, "--fleet", ""), [":directories"])
        self.assertEqual(self.words(fleet, "eval", ""), [":files"])
        self.assertEqual(self.words(fleet, "completions", ""), ["bash", "zsh", "fish"])
        self.assertEqual(self.words(fleet, "version", ""), [])

    def test_hosts(self):
        fleet = self.fleet("plain")
        self.assertEqual(self.words(fleet, "check", ""), ["east", "west", "laptop", "sam"])
        self.assertEqual(self.words(fleet, "show", "e"), ["east"])
        self.assertEqual(self.words(fleet, "check", "east", "w"), ["west"])
        self.assertEqual(self.words(fleet, "hosts", "--tag", ""), ["east", "mobile", "server"])

    def test_hosts_of_another_fleet(self):
        fleet = self.fleet()
        other = self.fleet("plain")
        self.assertEqual(self.words(fleet, "--fleet", str(other.root), "show", "e"), ["east"])
        self.assertEqual(self.words(fleet, "show", f"--fleet={other.root}", "e"), ["east"])
        self.assertEqual(self.words(fleet, "show", "e", env={"FLEETD_DIR": str(other.root)}), ["east"])

    def test_shared_names(self):
        words = self.words(self.fleet("configurations"), "show", "")
        self.assertEqual(words, ["nixos:box", "darwin:box", "kim"])

    def test_codes(self):
        self.assertIn("FL0501", self.words(self.fleet(), "explain", "FL05"))

    def test_paths(self):
        fleet = self.fleet("dendritic")
        self.assertIn("site", self.words(fleet, "show", "web", ""))
        self.assertIn("home:alice", self.words(fleet, "show", "web", "h"))
        self.assertEqual(self.words(fleet, "show", "web", "site.o"), ["site.owner"])
        self.assertEqual(self.words(fleet, "explain", "web", "site.ow"), ["site.owner"])
        self.assertIn("programs", self.words(fleet, "show", "web", "home:alice", ""))

    def test_nothing_when_there_is_no_fleet(self):
        self.assertEqual(self.words(self.fleet(), "show", ""), [])

    def test_nothing_when_the_fleet_is_broken(self):
        fleet = self.fleet("dendritic", {"flake.nix": "{ outputs = "})
        self.assertEqual(self.words(fleet, "show", ""), [])
        self.assertEqual(self.words(fleet, "unknown-command", ""), [])

    def test_hostile_words(self):
        fleet = self.fleet("plain")
        for word in (b"\xff", "x" * 100_000, "--=", "=", "--fleet=", "a\tb"):
            result = fleet.run("__complete", "--", "show", word)
            self.assertEqual((result.code, result.err), (0, ""), word)


class Bash(FleetTest):
    """The bash script, asked as bash would."""

    def complete(self, line, fleet):
        script = f"""
            cd {shlex.quote(str(fleet.root))}
            fleetd() {{ {shlex.quote(SETUP.binary)} "$@"; }}
            source <(fleetd completions bash)
            COMP_LINE={shlex.quote(line)} COMP_POINT={len(line)}
            _fleetd
            printf '%s\\n' "${{COMPREPLY[@]}}"
        """
        done = subprocess.run(["bash", "--norc", "-c", script], env=fleet.environment(), capture_output=True, text=True, check=False)
        self.assertEqual(done.stderr, "")
        return done.stdout.split()

    def test_bash(self):
        fleet = self.fleet("plain")
        self.assertEqual(self.complete("fleetd ho", fleet), ["hosts"])
        self.assertEqual(self.complete("fleetd check ", fleet), ["east", "west", "laptop", "sam"])
        self.assertEqual(self.complete("fleetd --fleet mod", fleet), ["modules"])
        self.assertEqual(self.complete("fleetd eval fleet", fleet), ["fleet.json"])

    def test_bash_word_breaks(self):
        """bash replaces only what stands after the last = or : of the word."""
        fleet = self.fleet("dendritic")
        self.assertEqual(self.complete("fleetd --color=al", fleet), ["always"])
        self.assertEqual(self.complete("fleetd show web home:al", fleet), ["alice"])


class Syntax(FleetTest):
    def test_scripts_parse(self):
        fleet = self.fleet()
        for shell in ("bash", "zsh", "fish"):
            program = shutil.which(shell)
            if not program:
                continue  # bash is always there
            script = fleet.run("completions", shell).out
            done = subprocess.run([program, "-n"], input=script, capture_output=True, text=True, check=False)
            self.assertEqual((done.returncode, done.stderr), (0, ""), shell)
