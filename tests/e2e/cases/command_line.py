"""The command line itself: help, mistakes, exit codes, hostile arguments. No fleet is needed."""

import json
import os
import re
import subprocess
from pathlib import Path

from harness import SETUP, Case, FleetTest

COMMANDS = """
init check show explain hosts plugins plugin trust untrust machines tags graph import services schema vars secrets channels inputs adopt eject render build plan deploy rollback generations status history diff network zerotier ssh eval eval-modules completions version help
""".split()
DOCS = Path(__file__).resolve().parents[3] / "docs" / "cli.md"

CASES = [
    Case("version", ["version"], out=["fleetd 0."]),
    Case("version option", ["--version"], out=["fleetd 0."]),
    Case("version as json", ["version", "--json"], out=['"version": "0.']),
    Case("no command", [], code=2, err=["Usage:", "Commands:"], out_equals=""),
    Case("no command as json", ["--json"], code=2, err=['"code":"FL0901"'], out_equals=""),
    Case("help", ["help"], out=["Usage:", *COMMANDS, "--fleet DIR", "Exit codes"]),
    Case("help option", ["--help"], out=["Commands:"]),
    Case("short help option", ["-h"], out=["Commands:"]),
    Case("help of a command", ["help", "check"], out=["fleetd check [OPTIONS] [HOST…]", "--timing"]),
    Case("help option of a command", ["show", "--help"], out=["--defaults", "home:USER"]),
    Case("help wins over missing arguments", ["completions", "--help"], out=["SHELL"]),
    Case("help of an unknown command", ["help", "chekc"], code=2, err=["FL0901", "did you mean `check`?"]),
    Case("unknown command", ["chekc"], code=2, err=["error[FL0901]: unknown command `chekc`", "did you mean `check`?"]),
    Case("unknown command far from all", ["zzzzzzzzzz"], code=2, err=["unknown command", "`fleetd help` lists the commands"]),
    Case("unknown option", ["check", "--timming"], code=2, err=["error[FL0902]: unknown option `--timming` of `fleetd check`", "did you mean `--timing`?"]),
    Case("unknown option with value", ["check", "--nonsense=1"], code=2, err=["unknown option `--nonsense`"]),
    Case("unknown short option", ["check", "-Z"], code=2, err=["unknown option `-Z`"]),
    Case("unknown option before the command", ["--flet", "x", "check"], code=2, err=["FL0901"]),
    Case("option of another command", ["hosts", "--timing"], code=2, err=["unknown option `--timing` of `fleetd hosts`"]),
    Case("missing value", ["check", "--fleet"], code=2, err=["error[FL0903]: option `--fleet` needs a value"]),
    Case("missing value of a short option", ["eval", "-E"], code=2, err=["option `--expr` needs a value"]),
    Case("flag with a value", ["check", "--json=yes"], code=2, err=["option `--json` takes no value"]),
    Case("wrong colour", ["check", "--color", "pink"], code=2, err=["`pink` is no value of --color", "auto, always, never"]),
    Case("wrong class", ["hosts", "--class", "windows"], code=2, err=["`windows` is no value of --class", "nixos, darwin, home"]),
    Case("too many arguments", ["version", "now"], code=2, err=["unexpected argument `now`"]),
    Case("missing argument", ["completions"], code=2, err=["`fleetd completions` needs SHELL"]),
    Case("show without host", ["show"], code=2, err=["a host is needed"]),
    Case("explain without path", ["explain", "web"], code=2, err=["an option path is needed"]),
    Case("mistakes as json", ["chekc", "--json"], code=2, err=['"code":"FL0901"', '"severity":"error"'], not_err=["error["]),
    Case("unknown option as json", ["check", "--json", "--nope"], code=2, err=['"code":"FL0902"']),
    Case("double dash ends options", ["help", "--", "--json"], code=2, err=["unknown command `--json`"]),
    Case("double dash before the command", ["--", "version"], out=["fleetd 0."]),
    Case("options before the command", ["--color", "never", "--json", "version"], out=['"version"']),
    Case("joined value", ["--color=never", "version"], out=["fleetd"]),
    Case("grouped short options", ["version", "-vq"], out=["fleetd"]),
    Case("empty option value stays empty", ["check", "--fleet=", "web"], code=2, err=["--fleet is empty"]),
    Case("list-like words are plain words", ["help", "[check,show]"], code=2, err=["unknown command `[check,show]`"]),
    Case("explain code", ["explain", "FL0501"], out=["FL0501: not a fleet (error)", "FLEETD_DIR"]),
    Case("explain code in lower case", ["explain", "fl0501"], out=["FL0501"]),
    Case("explain unknown code", ["explain", "FL0499"], code=2, err=["FL0904", "no message has the code `FL0499`", "did you mean"]),
    Case("explain code as json", ["explain", "FL0101", "--json"], out=['"title": "syntax error"']),
    Case("list of codes", ["explain", "--codes"], out=["FL0001", "FL0101", "FL0901"]),
    Case("completion of an unknown shell", ["completions", "zhs"], code=2, err=["no completion for the shell `zhs`", "did you mean `zsh`?"]),
]


class Hostile(FleetTest):
    """Nothing that can be typed crashes: every exit code is one of ours."""

    def check(self, *args):
        result = self.fleet().run(*args)
        self.assertIn(result.code, (0, 1, 2, 3), f"{args!r:.200}: {result.code}\n{result.err[-2000:]}")
        return result

    def test_invalid_utf8(self):
        result = self.check(b"\xff\xfe")
        self.assertEqual(result.code, 2)
        result.err_bytes.decode("utf-8")  # what comes out is valid
        for command in COMMANDS:
            self.check(command, b"\xc3\x28")
            self.check(command, b"--\xff")
            self.check(command, b"-\xff")
            self.check(command, b"--fleet=\xff", b"x")

    def test_invalid_utf8_as_json(self):
        result = self.check("--json", b"\xff")
        json.loads(result.err_bytes.decode("utf-8"))

    def test_empty_words(self):
        self.assertEqual(self.check("").code, 2)
        for command in COMMANDS:
            self.check(command, "")
            self.check(command, "", "")
            self.check(command, "--fleet", "")

    def test_strange_words(self):
        for word in ["-", "--", "---", "--=", "-=", "--=x", "=", "++", "/x", "{}", "[]", "\x1b[31m", "\n", "a\nb", "%s%n", "-1", "--help=", "-h=1"]:
            self.check(word)
            for command in COMMANDS:
                self.check(command, word)

    def test_escape_sequences_do_not_reach_the_terminal(self):
        self.assertNotIn("\x1b", self.check("\x1b[31mred").err)

    def test_huge_word(self):
        result = self.check("x" * 100_000)
        self.assertEqual(result.code, 2)
        self.assertLess(len(result.err), 2_000)
        for command in COMMANDS:
            self.assertLess(len(self.check(command, "y" * 100_000).err), 4_000)
            self.check(command, "--" + "z" * 100_000)

    def test_many_words(self):
        self.assertEqual(self.check("version", *["w"] * 5_000).code, 2)
        self.check(*["-v"] * 5_000, "version")
        self.check("check", *["h%d" % i for i in range(2_000)])

    def test_no_program_name(self):
        result = self.fleet().run("version")
        self.assertEqual(result.code, 0)
        done = subprocess.run(["", "version"], executable=SETUP.binary, capture_output=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)


class Streams(FleetTest):
    """Standard output that is closed, full or left by its reader."""

    def run_with(self, args, **streams):
        fleet = self.fleet()
        return subprocess.run([SETUP.binary, *args], env=fleet.environment(), cwd=fleet.root, check=False, timeout=120, **streams)

    def test_full_disk(self):
        with open("/dev/full", "wb") as full:
            done = self.run_with(["version"], stdout=full, stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn(b"cannot write to standard output: No space left", done.stderr)

    def test_closed_output(self):
        done = self.run_with(["version"], stderr=subprocess.PIPE, preexec_fn=lambda: os.close(1))
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn(b"FL0905", done.stderr)

    def test_everything_closed(self):
        def close():
            os.closerange(0, 3)

        self.assertEqual(self.run_with(["version"], preexec_fn=close).returncode, 3)
        self.assertEqual(self.run_with(["nonsense"], preexec_fn=close).returncode, 2)

    def test_reader_is_gone(self):
        read, write = os.pipe()
        os.close(read)
        try:
            done = self.run_with(["help", "--json"], stdout=write, stderr=subprocess.PIPE)
        finally:
            os.close(write)
        self.assertEqual((done.returncode, done.stderr), (0, b""))

    def test_reader_leaves_early(self):
        fleet = self.fleet()
        script = '"$0" eval --json -E "builtins.genList (i: \\"element ${toString i}\\") 9000" | head -c 10 > /dev/null; echo "${PIPESTATUS[0]}"'
        done = subprocess.run(["bash", "-c", script.replace("${toString", "\\${toString"), SETUP.binary], env=fleet.environment(), capture_output=True, check=False, timeout=120)
        self.assertEqual((done.stdout.strip(), done.stderr), (b"0", b""))


class Documentation(FleetTest):
    """The table of commands, the help texts and docs/cli.md agree."""

    def table(self):
        return self.expect(self.fleet().run("help", "--json"), 0).json()

    def test_all_commands_are_there(self):
        self.assertEqual([c["name"] for c in self.table()["commands"]], COMMANDS)

    def test_documented(self):
        text = DOCS.read_text()
        table = self.table()
        for option in table["options"]:
            self.assertIn(f"`{option['name']}", text)
        for command in table["commands"]:
            section = re.search(rf"^## fleetd {re.escape(command['name'])}\n(.*?)(?=^## |\Z)", text, re.M | re.S)
            self.assertIsNotNone(section, f"docs/cli.md has no section on fleetd {command['name']}")
            for option in command["options"]:
                self.assertIn(f"`{option['name']}", section.group(1), command["name"])

    def test_help_of_every_command(self):
        fleet = self.fleet()
        for command in COMMANDS:
            text = self.expect(fleet.run("help", command), 0).out
            self.assertEqual(text, self.expect(fleet.run(command, "--help"), 0).out)
            self.assertEqual(self.expect(fleet.run("help", command, "--json"), 0).json()["name"], command)
            for line in text.splitlines():
                self.assertLessEqual(len(line), 132, line)


