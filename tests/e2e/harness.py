"""What the cases of the end-to-end tests are written with: a Case is data, a Fleet is a directory to run the binary in."""

import functools
import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from dataclasses import dataclass, field
from pathlib import Path

FIXTURES = Path(__file__).resolve().parent / "fixtures"
TIMEOUT = 120  # seconds; only to end a hanging test
ESCAPE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


@functools.cache
def sandboxed():
    """Whether this machine lets us make sandboxes."""
    command = ["bwrap", "--unshare-all", "--size", "4096", "--tmpfs", "/tmp", "--ro-bind", "/", "/", "true"]
    try:
        return subprocess.run(command, capture_output=True, check=False, timeout=60).returncode == 0
    except FileNotFoundError:
        return False


@dataclass
class Setup:
    binary: str = ""
    plugins: str = ""  # directory of the plugins that were built


SETUP = Setup()


@dataclass
class Result:
    code: int
    out: str
    err: str
    out_bytes: bytes
    err_bytes: bytes

    def json(self):
        return json.loads(self.out)

    def findings(self):
        """The diagnostics of a run with --json."""
        return [json.loads(line) for line in self.err.splitlines() if line]


@dataclass
class Case:
    """One command and what it must do. Substrings are looked for; `not_out` and `not_err` must be absent."""

    name: str
    args: list
    code: int = 0
    fixture: str = ""  # a directory of fixtures/ to start from
    files: dict = field(default_factory=dict)  # path → text, bytes, None (remove), or a function that gets the path
    out: list = field(default_factory=list)
    err: list = field(default_factory=list)
    not_out: list = field(default_factory=list)
    not_err: list = field(default_factory=list)
    json_equals: object = None  # standard output as JSON
    out_equals: str = None
    env: dict = field(default_factory=dict)
    cwd: str = "."
    stdin: bytes = b""


class Fleet:
    """A temporary directory with files of a fleet in `root` and a home of its own."""

    def __init__(self, fixture="", files=None):
        self._directory = tempfile.TemporaryDirectory(prefix="fleetd-e2e-", ignore_cleanup_errors=True)
        self.base = Path(self._directory.name).resolve()
        self.root = self.base / "fleet"
        self.home = self.base / "home"
        self.home.mkdir()
        if fixture:
            shutil.copytree(FIXTURES / fixture, self.root)
        else:
            self.root.mkdir()
        for path, content in (files or {}).items():
            self.write(path, content)

    def write(self, path, content):
        target = self.root / path
        if content is None:
            target.unlink()
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        if callable(content):
            content(target)
        elif isinstance(content, bytes):
            target.write_bytes(content)
        else:
            target.write_text(content)

    def environment(self, extra=None):
        env = {
            "HOME": str(self.home),
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "TERM": "xterm-256color",
            "LC_ALL": "C.UTF-8",
            "XDG_STATE_HOME": str(self.home / "state"),
            "XDG_CACHE_HOME": str(self.home / "cache"),
            "FLEETD_PLUGIN_PATH": SETUP.plugins,
        }
        if not sandboxed():
            env["FLEETD_ISOLATE"] = "unsandboxed"
        for name, value in (extra or {}).items():
            if value is None:
                env.pop(name, None)
            else:
                env[name] = value
        # Sanitizers are told through their variables.
        env.update({name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")})
        return env

    def run(self, *args, env=None, cwd=".", stdin=b"", **options):
        done = subprocess.run(
            [os.fsencode(SETUP.binary), *(os.fsencode(a) if isinstance(a, str) else a for a in args)],
            cwd=self.root / cwd,
            env=self.environment(env),
            input=stdin,
            capture_output=True,
            timeout=TIMEOUT,
            check=False,
            **options,
        )
        return Result(
            done.returncode,
            done.stdout.decode("utf-8", "replace"),
            done.stderr.decode("utf-8", "replace"),
            done.stdout,
            done.stderr,
        )

    def close(self):
        # Tests take permissions away; the directory must still go.
        for directory, _, _ in os.walk(self.base):
            os.chmod(directory, 0o700)
        self._directory.cleanup()


class FleetTest(unittest.TestCase):
    """A test with as many fleets as it asks for."""

    maxDiff = None

    def fleet(self, fixture="", files=None):
        made = Fleet(fixture, files)
        self.addCleanup(made.close)
        return made

    def expect(self, result, code, out=(), err=()):
        shown = f"exit code {result.code}\n--- stdout\n{result.out[-4000:]}\n--- stderr\n{result.err[-4000:]}"
        self.assertEqual(result.code, code, shown)
        for text in out:
            self.assertIn(text, result.out, shown)
        for text in err:
            self.assertIn(text, result.err, shown)
        return result


def run_case(test, case):
    fleet = test.fleet(case.fixture, case.files)
    result = fleet.run(*case.args, env=case.env, cwd=case.cwd, stdin=case.stdin)
    test.expect(result, case.code, case.out, case.err)
    for text in case.not_out:
        test.assertNotIn(text, result.out)
    for text in case.not_err:
        test.assertNotIn(text, result.err)
    if case.json_equals is not None:
        test.assertEqual(result.json(), case.json_equals)
    if case.out_equals is not None:
        test.assertEqual(result.out, case.out_equals)


def tests_of(cases):
    """A test class with one method for each case."""

    class Declared(FleetTest):
        pass

    for index, case in enumerate(cases):
        name = "test_%03d_%s" % (index, re.sub(r"\W+", "_", case.name))

        def method(self, case=case):
            run_case(self, case)

        method.__doc__ = case.name
        setattr(Declared, name, method)
    return Declared
