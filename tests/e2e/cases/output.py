"""Terminals and pipes: colours, widths, progress, what goes to which stream."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time

from harness import ESCAPE, SETUP, TIMEOUT, FleetTest


class HiddenAnswer(FleetTest):
    """A question for a password hides what is typed, and the terminal is as it was however the program ends."""

    def asked(self):
        fleet = self.fleet("dendritic")
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(fleet.root)
            os.execve(SETUP.binary, [SETUP.binary, "deploy", "--ask-sudo-password"], fleet.environment())
        self.addCleanup(os.close, terminal)
        shown, end = b"", time.monotonic() + TIMEOUT
        while b": " not in shown and time.monotonic() < end:
            if select.select([terminal], [], [], 0.2)[0]:
                shown += os.read(terminal, 4096)
        while self.echoes(terminal) and time.monotonic() < end:
            time.sleep(0.01)
        self.assertFalse(self.echoes(terminal), shown)
        return pid, terminal

    @staticmethod
    def echoes(terminal):
        return bool(termios.tcgetattr(terminal)[3] & termios.ECHO)

    def test_interrupted(self):
        pid, terminal = self.asked()
        os.write(terminal, b"half\x03")
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), -signal.SIGINT)
        self.assertTrue(self.echoes(terminal))

    def test_killed(self):
        pid, terminal = self.asked()
        os.kill(pid, signal.SIGTERM)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), -signal.SIGTERM)
        self.assertTrue(self.echoes(terminal))

    def test_no_answer(self):
        pid, terminal = self.asked()
        os.write(terminal, b"\n")
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 2)
        self.assertTrue(self.echoes(terminal))


def run_on_terminal(fleet, args, columns=100, env=None, terminal=(1, 2)):
    """Runs with a terminal for the given descriptors. Returns the exit code, what the terminal got, and the rest."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    process = subprocess.Popen(
        [SETUP.binary, *args],
        stdin=subprocess.DEVNULL,
        stdout=slave if 1 in terminal else subprocess.PIPE,
        stderr=slave if 2 in terminal else subprocess.PIPE,
        env=fleet.environment(env),
        cwd=fleet.root,
    )
    os.close(slave)
    shown = b""
    end = time.monotonic() + TIMEOUT
    while time.monotonic() < end:
        ready, _, _ = select.select([master], [], [], 0.2)
        if ready:
            try:
                piece = os.read(master, 65536)
            except OSError:  # the last writer is gone
                break
            if not piece:
                break
            shown += piece
    rest = b"".join(pipe.read() for pipe in (process.stdout, process.stderr) if pipe)
    for pipe in (process.stdout, process.stderr):
        if pipe:
            pipe.close()
    os.close(master)
    return process.wait(TIMEOUT), shown.decode().replace("\r\n", "\n"), rest.decode()


class Colors(FleetTest):
    def test_none_in_a_pipe(self):
        fleet = self.fleet("plain")
        for args in (["help"], ["check"], ["hosts"], ["nonsense"], ["explain", "FL0501"]):
            result = fleet.run(*args)
            self.assertNotIn("\x1b", result.out + result.err, args)

    def test_on_a_terminal(self):
        fleet = self.fleet("plain")
        for args in (["help"], ["check"], ["nonsense"]):
            _, shown, _ = run_on_terminal(fleet, args)
            self.assertRegex(shown, ESCAPE, args)

    def test_no_color(self):
        _, shown, _ = run_on_terminal(self.fleet("plain"), ["check"], env={"NO_COLOR": "1"})
        self.assertNotIn("\x1b", shown)
        _, shown, _ = run_on_terminal(self.fleet("plain"), ["check"], env={"NO_COLOR": ""})
        self.assertIn("\x1b", shown)
        _, shown, _ = run_on_terminal(self.fleet("plain"), ["check"], env={"TERM": "dumb"})
        self.assertNotIn("\x1b", shown)

    def test_always_and_never(self):
        fleet = self.fleet("plain")
        self.assertIn("\x1b", fleet.run("check", "--color", "always").out)
        self.assertIn("\x1b", fleet.run("check", "--color", "always", env={"NO_COLOR": "1"}).out)
        self.assertIn("\x1b", fleet.run("nonsense", "--color", "always").err)
        _, shown, _ = run_on_terminal(fleet, ["check", "--color", "never"])
        self.assertNotIn("\x1b", shown)

    def test_each_stream_for_itself(self):
        fleet = self.fleet("plain")
        _, shown, data = run_on_terminal(fleet, ["check"], terminal=(2,))
        self.assertNotIn("\x1b", data)
        self.assertIn("east", data)
        _, shown, messages = run_on_terminal(fleet, ["nonsense"], terminal=(1,))
        self.assertNotIn("\x1b", messages)
        self.assertEqual(shown, "")

    def test_same_text(self):
        fleet = self.fleet("plain")
        plain = fleet.run("hosts").out
        self.assertEqual(ESCAPE.sub("", fleet.run("hosts", "--color", "always").out), plain)


class Width(FleetTest):
    def test_fits_the_terminal(self):
        fleet = self.fleet("plain")
        for columns in (200, 100, 80, 60, 40):
            code, shown, _ = run_on_terminal(fleet, ["check", "--color", "never"], columns=columns)
            self.assertEqual(code, 0, shown)
            table = shown.split("\n\n")[0]
            self.assertIn("HOST", table)
            self.assertIn("PROBLEMS", table)
            for host in ("east", "west", "laptop", "sam"):
                self.assertIn(host, table)
            for line in table.split("\n"):
                self.assertLessEqual(len(line), columns, line)

    def test_full_width_in_a_pipe(self):
        tags = ["a-rather-long-tag-number-%d" % i for i in range(20)]
        fleet = self.fleet("plain", {"fleet.json": '{"hosts": {"east": {"class": "nixos", "tags": %s, "aggregates": ["core"]}}}' % str(tags).replace("'", '"')})
        out = self.expect(fleet.run("check", env={"COLUMNS": "40"}), 0).out
        for tag in tags:
            self.assertIn(tag, out)
        _, shown, _ = run_on_terminal(fleet, ["check", "--color", "never"], columns=80)
        self.assertIn("…", shown)


class Streams(FleetTest):
    def test_data_and_messages(self):
        fleet = self.fleet("plain", {"modules/bad.nix": "{ flake.modules.nixos.core = { site.name = 1; }; }\n"})
        result = fleet.run("check")
        self.assertEqual(result.code, 1)
        self.assertIn("HOST", result.out)
        self.assertNotIn("error[", result.out)
        self.assertIn("error[", result.err)

    def test_quiet_and_verbose(self):
        fleet = self.fleet("plain")
        quiet = fleet.run("check", "-q")
        self.assertEqual((quiet.code, quiet.out, quiet.err), (0, "", ""))
        self.assertEqual(fleet.run("check", "-v").code, 0)

    def test_order_on_a_terminal(self):
        fleet = self.fleet("plain", {"modules/bad.nix": "{ flake.modules.nixos.core = { site.name = 1; }; }\n"})
        code, shown, _ = run_on_terminal(fleet, ["check", "--color", "never"])
        self.assertEqual(code, 1)
        self.assertLess(shown.index("HOST"), shown.index("error["))
        self.assertLess(shown.rindex("error["), shown.index("4 hosts"))

    def test_deterministic(self):
        fleet = self.fleet("dendritic")
        runs = {(r.out, r.err) for r in (fleet.run("show", "--all", "--json") for _ in range(3))}
        self.assertEqual(len(runs), 1)
