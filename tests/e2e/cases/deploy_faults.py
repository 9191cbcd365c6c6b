"""Faults that strike hosts and ways to them in the middle of a deployment. What is asserted in the end is what each host runs and boots, what
was reported, and that the same command goes on from there."""

import subprocess
import time
import unittest

from deploying import LabTest, laboratory
from harness import Result

setUpModule, tearDownModule = laboratory("h1", "h2")


# A clock that somebody sets a day ahead while programs run: their time of day jumps once a file is there, while time that only passes goes on.
CLOCK = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
static long jump(void) { return access(AT, F_OK) == 0 ? 86400 : 0; }
int clock_gettime(clockid_t clock, struct timespec *out) {
  static int (*real)(clockid_t, struct timespec *);
  if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
  int code = real(clock, out);
  if (code == 0 && clock == CLOCK_REALTIME) out->tv_sec += jump();
  return code;
}
int gettimeofday(struct timeval *restrict out, void *restrict zone) {
  struct timespec now;
  (void)zone;
  int code = clock_gettime(CLOCK_REALTIME, &now);
  out->tv_sec = now.tv_sec, out->tv_usec = now.tv_nsec / 1000;
  return code;
}
time_t time(time_t *out) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (out) *out = now.tv_sec;
  return now.tv_sec;
}
"""


class Faults(LabTest):
    def setUp(self):
        super().setUp()
        self.host = self.lab.hosts["h1"]
        self.addCleanup(self.host.signal, "CONT")
        self.replacements = []
        self.addCleanup(self.usual)
        self.expect(self.deploy(), 0)
        self.both("2")

    def words(self, *args):
        """Both hosts where none is named: the fleet has more."""
        named = args[0] != "deploy" or any(arg in ("h1", "h2") for arg in args)
        return super().words(*args, *(() if named else ("h1", "h2")))

    def both(self, number, trouble="none"):
        self.yard.write("common.nix", f'{{ system.version = "{number}"; }}\n')
        self.yard.write("h1.nix", f'{{ lab.trouble = "{trouble}"; }}\n')

    def ended(self, running, timeout=200):
        out, err = running.communicate(timeout=timeout)
        return Result(running.returncode, out.decode(), err.decode(), out, err)

    def runs(self, version, message="it does not run what it should", seconds=60):
        self.lab.wait(lambda: self.host.runs() == version, f"{message}: {self.host.runs()}", seconds)

    def goes_on(self):
        """The same command brings all hosts to what they should run."""
        self.both("2")
        self.expect(self.deploy(), 0)
        self.assertEqual(self.systems(), {"h1": ("2", "2"), "h2": ("2", "2")})
        self.assertEqual(self.host.inside("ls -d /run/fleetd/lock 2>/dev/null", check=False), "")

    def outcome(self, *wanted):
        self.assertEqual(tuple(self.outcomes()[name] for name in ("h1", "h2")), wanted)

    def test_sshd_broken_by_the_new_configuration(self):
        """Its ssh server does not start any more. The connection that is open would still work, and proves nothing."""
        self.both("2", "sshd")
        self.expect(self.deploy("--confirm-timeout", "4", "--max-failures", "0"), 1, err=["FL0820"])
        self.assertEqual(self.systems(), {"h1": ("1", "1"), "h2": ("2", "2")})
        self.outcome("rolled back", "deployed")
        self.goes_on()

    def test_the_link_is_cut_right_after_the_activation(self):
        """From outside, so that no activation repairs it: the host returns on its own, and the report does not claim to know."""
        running = self.start_fleetd("deploy", "h1", "--confirm-timeout", "4", "--activation-timeout", "10", "--health-check", "sleep 3")
        self.runs("2")
        self.host.cable("down")
        self.runs("1", "it did not return by itself")
        done = self.expect(self.ended(running), 1)
        self.assertRegex(done.err, "FL0821|FL0824")
        self.assertEqual((self.host.runs(), self.host.boots()), ("1", "1"))
        self.assertIn(self.outcomes()["h1"], ("unknown", "rolled back"))
        self.host.cable("up")
        self.goes_on()

    def replaced(self, program, script):
        """Another program of that name on the host, until the test ends or `usual` is called."""
        path = self.host.root / "etc/bin" / program
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        self.replacements.append(path)

    def usual(self):
        while self.replacements:
            self.replacements.pop().unlink()

    def begun(self):
        """A deployment whose activation goes on until the host is killed."""
        self.both("2", "slow")
        running = self.start_fleetd("deploy", "--max-failures", "0")
        self.runs("2")
        return running

    def killed(self, running):
        """It knows nothing of what was begun, and what is reported is that nobody does."""
        self.host.kill()
        self.usual()
        self.host.start()
        self.assertEqual((self.host.runs(), self.host.boots()), ("1", "1"))
        self.expect(self.ended(running), 1, err=["FL0821", "was started anew in the middle"])
        self.outcome("unknown", "deployed")
        self.goes_on()

    def test_the_host_is_killed_in_the_middle_of_its_activation(self):
        """After it has said that it begins: it is being asked how it goes."""
        running = self.begun()
        self.lab.wait(lambda: self.host.inside("pgrep -f -- '[-]s -- await '", check=False), "nobody asks how it goes")
        self.killed(running)

    def test_the_host_is_killed_before_it_has_said_that_it_begins(self):
        """The connection that brought the order ends, and the host activates already."""
        # What `start` looks at before it answers is kept from it.
        self.replaced("cat", """
            if [ "$*" != /run/fleetd/lock/pid ]; then exec /usr/bin/cat "$@"; fi
            read -r holder <"$1"
            [ "$holder" = "$PPID" ] || { : >/run/held; sleep 300; }
            echo "$holder"
        """)
        running = self.begun()
        self.lab.wait(lambda: self.host.inside("ls /run/held", check=False), "it has answered")
        self.killed(running)

    def test_an_order_that_never_arrives(self):
        """The connection is cut before anything was begun; the host runs on."""
        self.replaced("mkdir", 'case "$*" in "-p /run/fleetd") kill -9 "$(ps -o ppid= -p $PPID)" $PPID; exit 1 ;; esac; exec /usr/bin/mkdir "$@"')
        self.expect(self.deploy("--max-failures", "0"), 3, err=["FL0815", "h1", "did not arrive, and nothing was changed"])
        self.assertEqual(self.systems(), {"h1": ("1", "1"), "h2": ("2", "2")})
        self.outcome("failed", "deployed")
        self.usual()
        self.goes_on()

    def test_a_host_whose_systemd_refuses(self):
        self.replaced("systemd-run", "exit 1")
        self.host.inside("mkdir -p /run/systemd/system")
        self.addCleanup(self.host.inside, "rm -rf /run/systemd")
        self.expect(self.deploy("h1"), 1, err=["FL0819", "did not start the activation: systemd-run refused"])
        self.assertEqual((self.host.runs(), self.host.boots()), ("1", "1"))
        self.assertEqual(self.outcomes()["h1"], "failed")
        self.assertEqual(self.host.inside("ls -d /run/fleetd/lock 2>/dev/null", check=False), "")

    def test_the_host_is_killed_while_it_is_copied_to(self):
        self.both("2")
        self.yard.write("h1.nix", "{ lab.payload = 40; }\n")
        limit = ["ip", "netns", "exec", self.lab.operator, "tc", "qdisc"]
        subprocess.run([*limit, "add", "dev", "e0", "root", "tbf", "rate", "20mbit", "burst", "32k", "latency", "400ms"], check=True)
        try:
            running = self.start_fleetd("deploy", "--max-failures", "0")
            self.lab.wait(lambda: self.host.inside("pgrep -f -- '[-]-serve --write'", check=False), "nothing is copied", 60)
            time.sleep(1)
            self.host.kill()
            done = self.ended(running)
        finally:
            subprocess.run([*limit, "del", "dev", "e0", "root"], check=True)
        self.expect(done, 1, err=["FL0818"])
        self.host.start()
        self.assertEqual(self.systems(), {"h1": ("1", "1"), "h2": ("2", "2")})
        self.outcome("failed", "deployed")
        self.goes_on()
        self.host.inside("nix-store --verify --check-contents")

    def test_a_host_that_hangs(self):
        """It takes connections and never answers: the others go on, and the command ends."""
        self.host.signal("STOP")
        started = time.monotonic()
        done = self.expect(self.deploy("--max-failures", "0", timeout=120), 3, err=["FL0815", "h1"])
        self.assertLess(time.monotonic() - started, 100)
        self.host.signal("CONT")
        self.assertEqual(self.systems(), {"h1": ("1", "1"), "h2": ("2", "2")}, done.err)
        self.goes_on()

    def test_a_host_that_hangs_before_it_is_told_to_keep_it(self):
        """It wakes up later, and returns: nobody told it in its time, and nobody believes it was told."""
        running = self.start_fleetd("deploy", "h1", "--confirm-timeout", "3", "--activation-timeout", "3", "--health-check", "sleep 2")
        self.runs("2")
        self.host.signal("STOP")
        self.expect(self.ended(running), 1)
        self.assertIn(self.outcomes()["h1"], ("unknown", "rolled back"))
        self.host.signal("CONT")
        self.runs("1", "it did not return")
        self.assertEqual(self.host.boots(), "1")
        self.goes_on()

    def test_the_clock_jumps(self):
        """A day ahead, here and on the host, while it waits to be confirmed. Who was told in time keeps it, who was not returns in its time."""
        library = self.yard.base / "clock.so"
        source = self.yard.base / "clock.c"
        source.write_text(CLOCK)
        mark = "/var/log/jumped"
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", f'-DAT="{mark}"', str(source), "-o", str(self.host.root / "etc/clock.so"), "-ldl"], check=True)
        here = self.yard.base / "jumped"
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", f'-DAT="{here}"', str(source), "-o", str(library), "-ldl"], check=True)
        preload = self.host.root / "etc/ld.so.preload"
        preload.write_text("/etc/clock.so\n")

        def clean():
            preload.unlink(missing_ok=True)
            (self.host.root / "var/log/jumped").unlink(missing_ok=True)

        self.addCleanup(clean)

        def now():
            return int(self.host.inside("date +%s"))

        def begin(*args):
            words = self.words("deploy", "h1", *args)
            words[words.index("--") + 1 : words.index("--") + 1] = ["env", f"LD_PRELOAD={library}"]
            return subprocess.Popen(words, cwd=self.yard.root, env=self.yard.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)

        def jump():
            before = now()
            self.host.inside(f"touch {mark}")
            here.touch()
            self.assertGreater(now() - before, 86000, "the clock did not jump")

        running = begin("--confirm-timeout", "20", "--health-check", "sleep 4")
        self.runs("2")
        jump()
        self.expect(self.ended(running), 0)
        self.assertEqual((self.host.runs(), self.host.boots()), ("2", "2"))
        self.host.inside(f"rm {mark}")
        here.unlink()
        self.both("3")
        running = begin("--confirm-timeout", "6", "--health-check", "sleep 100")
        self.runs("3")
        began = time.monotonic()
        jump()
        running.kill()
        running.communicate()
        time.sleep(2)
        self.assertEqual(self.host.runs(), "3", "the jump cut its time short")
        self.runs("2", "it waits for the clock", 30)
        self.assertGreater(time.monotonic() - began, 3)
        self.assertEqual(self.host.boots(), "2")

    def test_a_first_deployment_that_fails(self):
        """What ran before was put there by another tool, which left no generation of its own; fleetd knows nothing of this host."""
        old = self.lab.nix("nix-store", "--query", "--outputs", self.lab.nix("nix-store", "--query", "--deriver", self.host.inside("readlink -f /run/current-system")))
        self.assertTrue(old)
        self.host.inside("rm -rf /run/fleetd /nix/var/nix/profiles/system*")
        for trouble, code in (("fails", "FL0819"), ("sshd", "FL0820")):
            self.both("2", trouble)
            home = {"XDG_STATE_HOME": str(self.yard.base / f"new-{trouble}")}
            self.expect(self.deploy("h1", "--confirm-timeout", "3", env=home), 1, err=[code])
            self.assertEqual((self.host.runs(), self.host.boots()), ("1", ""))
        self.both("2")
        self.expect(self.deploy("h1"), 0)
        self.assertEqual((self.host.runs(), self.host.boots()), ("2", "2"))

    def test_a_host_that_runs_nothing_yet(self):
        """There is nothing to return to, and that is what is said."""
        self.host.inside("rm -rf /run/fleetd /run/current-system /nix/var/nix/profiles/system*")
        self.both("2", "fails")
        self.expect(self.deploy("h1"), 1, err=["no earlier system to return to"])
        self.assertEqual(self.host.boots(), "")
        self.assertEqual(self.outcomes()["h1"], "failed")

    def test_what_the_system_itself_forbids(self):
        self.both("2", "inhibited")
        self.expect(self.deploy("h1"), 1, err=["FL0846", "switchInhibitors", "--goal reboot"])
        self.assertEqual((self.host.runs(), self.host.boots()), ("1", "1"))
        self.assertEqual(self.outcomes()["h1"], "rolled back")
        self.expect(self.deploy("h1", "--no-switch-check"), 0)
        self.assertEqual((self.host.runs(), self.host.boots()), ("2", "2"))


if __name__ == "__main__":
    unittest.main()
