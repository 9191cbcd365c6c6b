"""What somebody meets who is new to deploying: words that are wrong, programs and files that are not there or damaged, and an interrupt at
any time."""

import os
import shutil
import signal
import sqlite3
import subprocess
import time
import unittest
from pathlib import Path

from deploying import LabTest, laboratory
from harness import SETUP, FleetTest, sandboxed

setUpModule, tearDownModule = laboratory("h1", "h2", "h3")


class Words(LabTest):
    def test_they_are_refused_before_a_host_is_asked(self):
        for words, code, said in (
            (["deploy", "h1", "--canary", "h2"], 2, ["--canary h2", "not among those that are deployed to"]),
            (["deploy", "h1", "--last", "h2"], 2, ["--last h2"]),
            (["deploy", "h1", "--canary", "nosuch"], 2, ["no host nosuch"]),
            (["deploy", "h1", "--confirm-timeout", "0"], 2, ["--confirm-timeout 0: a number from 1 to 3600 is expected"]),
            (["deploy", "h1", "--activation-timeout", "0"], 2, ["from 1 to 86400"]),
            (["deploy", "h1", "--max-parallel", "0"], 2, ["from 1 to 256"]),
            (["deploy", "h1", "--max-parallel", "-1"], 2, ["from 1 to 256"]),
            (["build", "--max-builds", "0"], 2, ["from 1 to 64"]),
            (["build", "--build-host", "-oProxyCommand=x"], 1, ["is no address"]),
            (["build", "--host-key-check", "never"], 2, ["`never` is no value of --host-key-check", "one of strict, accept-new, none"]),
            (["build", "--ssh-config", "/nonexistent"], 1, ["/nonexistent"]),
            (["deploy", "--tag", "nosuch"], 2, ["no host has the tags nosuch"]),
            (["deploy", "h1", "--health-check", "port:99999"], 1, ["names no port"]),
            (["diff", "h1", "abc"], 2, ["`abc` is no number of a deployment"]),
            (["diff", "h1", "99"], 1, ["deployment 99 has nothing of h1"]),
            (["deploy", "h1", "--target-host", "-oProxyCommand=x"], 1, ["is no address"]),
            (["deploy", "h1", "--store-path", "/etc/passwd"], 2, ["is no store path"]),
        ):
            self.expect(self.run_fleetd(*words), code, err=said)
        self.assertEqual(self.expect(self.run_fleetd("history", "--json"), 0).json(), [])
        self.assertEqual(set(self.systems().values()), {("", "")})
        # Nor was anything rendered.
        self.assertFalse((self.yard.home / "state/fleetd/fleet/tree").exists())

    def test_a_configuration_of_ssh_that_is_not_there(self):
        words = [*self.lab.operator_words(), SETUP.binary, "deploy", "h1", "--ssh-config", "/nonexistent"]
        done = subprocess.run(words, cwd=self.yard.root, env=self.yard.environment(), capture_output=True, text=True, timeout=60, check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("/nonexistent", done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertEqual(self.expect(self.run_fleetd("history", "--json"), 0).json(), [])

    def test_a_generation_is_a_number(self):
        self.expect(self.deploy("h1"), 0)
        self.expect(self.run_fleetd("rollback", "h1", "--generation", "x"), 2, err=["--generation x: a number from 1"])
        self.expect(self.run_fleetd("rollback"), 2, err=["which hosts are to return?"])


class Record(LabTest):
    """What was done is a record: damaged, full or read-only, hosts are built for, deployed to and brought back without it."""

    def database(self):
        return self.yard.home / "state/fleetd/fleet/state.db"

    def test_damaged(self):
        self.expect(self.deploy("h1"), 0)
        self.version("2")
        self.expect(self.deploy("h1"), 0)
        self.version("3")
        for left in self.database().parent.glob("state.db-*"):
            left.unlink()
        self.database().write_bytes(os.urandom(5000))
        for words in (["build", "h1"], ["plan", "h1"], ["generations", "h1"], ["deploy", "h1"], ["status", "h1"], ["rollback", "h1"]):
            done = self.run_fleetd(*words)
            self.assertIn("FL0825", done.err, words)
            self.assertIn("move it away to start anew", done.err, words)
            self.assertEqual(done.code, 1 if words[0] == "status" else 0, (words, done.err))
        self.assertEqual(self.systems()["h1"], ("2", "2"))
        self.expect(self.run_fleetd("history"), 3, err=["FL0825", "not a database"])
        self.database().unlink()
        self.expect(self.deploy("h1"), 0)
        self.assertEqual(self.systems()["h1"], ("3", "3"))

    def test_another_system_under_a_fingerprint(self):
        self.expect(self.run_fleetd("build"), 0)
        with sqlite3.connect(self.database()) as record:
            (other,) = record.execute("SELECT path FROM builds WHERE host = 'h2'").fetchone()
            record.execute("UPDATE builds SET path = ? WHERE host = 'h1'", (other,))
            record.execute("UPDATE builds SET path = x'00ff' WHERE host = 'h3'")
        record.close()
        built = self.built()
        self.assertEqual([one["evaluated"] for one in built], [True, False, True])
        self.assertNotEqual(built[0]["system"], other)

    @unittest.skipUnless(shutil.which("unshare"), "unshare is not installed")
    def test_read_only_and_full(self):
        self.expect(self.deploy("h1"), 0)
        self.version("2")
        self.expect(self.deploy("h1"), 0)
        state = self.yard.home / "state"
        read_only = f"mount --bind {state} {state} && mount -o remount,ro,bind {state}"
        full = f"cp -a {state} {state}.copy && mount -t tmpfs -o size=600k none {state} && cp -a {state}.copy/. {state}/; head -c 1M /dev/zero >{state}/fill; true"
        for how, hint in ((read_only, "must be writable"), (full, "")):
            for verb in ("status", "generations"):
                words = self.words(verb, "h1")
                at = words.index("--") + 1
                done = subprocess.run([*words[:at], "unshare", "-m", "sh", "-c", f'{how} 2>/dev/null; exec "$@"', "sh", *words[at:]], cwd=self.yard.root, env=self.yard.environment(), capture_output=True, text=True, timeout=60, check=False)
                self.assertIn("h1", done.stdout, done.stderr)
                self.assertIn(hint, done.stderr)
                self.assertNotIn("move it away", done.stderr)
                shutil.rmtree(f"{state}.copy", ignore_errors=True)


class Interrupts(LabTest):
    def setUp(self):
        super().setUp()
        self.expect(self.deploy(), 0)

    def fleetd_of(self, running):
        """The process of fleetd itself, which `running` leads to, and those that it started and a terminal would interrupt, too."""
        parents, groups, names = {}, {}, {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    name, rest = (entry / "stat").read_text().split("(", 1)[1].rsplit(")", 1)
                except OSError:
                    continue
                parents[int(entry.name)], groups[int(entry.name)] = int(rest.split()[1]), int(rest.split()[2])
                names[int(entry.name)] = name
        below = [running.pid]
        for pid in below:
            below += [child for child, parent in parents.items() if parent == pid]
        (own,) = [pid for pid in below if names.get(pid) == "fleetd"]
        return own, [pid for pid in below if groups.get(pid) == groups[own] and names[pid] not in ("ip", "bwrap")]

    def interrupt(self, running):
        for pid in self.fleetd_of(running)[1]:
            os.kill(pid, signal.SIGINT)

    def ended(self, running):
        out, err = running.communicate(timeout=60)
        return running.returncode, out.decode(), err.decode()

    def connections(self):
        """Directories of connections to hosts of this lab."""
        return [entry for entry in Path("/tmp").glob("fleetd-[0-9]*") if (entry / "0").is_file() and str(self.lab.config.parent) in (entry / "0").read_text()]

    def test_what_was_begun_comes_to_its_end(self):
        before = self.connections()
        self.version("2")
        running = self.start_fleetd("deploy", "--max-parallel", "1", "--health-check", "sleep 3")
        self.lab.wait(lambda: self.lab.hosts["h1"].runs() == "2", "the new system was never active")
        self.interrupt(running)
        code, out, err = self.ended(running)
        # bwrap tells of a signal as shells do.
        self.assertEqual(code, 128 + signal.SIGINT, err)
        self.assertIn("no other host is begun", err)
        self.assertIn("h2 was not deployed to after an interrupt", err)
        self.assertIn("deployed", out)
        self.assertEqual(self.systems(), {"h1": ("2", "2"), "h2": ("1", "1"), "h3": ("1", "1")})
        self.assertEqual(self.outcomes(), {"h1": "deployed"})
        # Nothing is left of it, and the same again goes on.
        self.assertEqual(self.connections(), before)
        self.expect(self.deploy(), 0)
        self.assertEqual(set(self.systems().values()), {("2", "2")})

    def test_nothing_is_left_of_what_was_interrupted(self):
        """While something is built, and while hosts are asked."""
        programs = self.yard.base / "bin"
        programs.mkdir()
        begun = self.yard.base / "begun"
        (programs / "nix").write_text(f"#!/bin/sh\ntouch {begun}\nexec sleep 100\n")
        (programs / "nix").chmod(0o755)
        self.version("2")
        for words in (["deploy"], ["build", "--build-host", "h3.lab", "--ssh-config", str(self.lab.config)], ["status", "--watch"]):
            for number in (signal.SIGINT, signal.SIGTERM):
                with self.subTest(words, signal=number):
                    begun.unlink(missing_ok=True)
                    running = self.start_fleetd(*words, env={"PATH": f"{programs}:{os.environ['PATH']}"})
                    self.addCleanup(running.kill)
                    if words[0] == "status":
                        running.stdout.readline()
                    else:
                        self.lab.wait(begun.exists, "nothing is built", 60)
                    own, all_of_them = self.fleetd_of(running)
                    left = lambda own=own: list(Path("/tmp").glob(f"fleetd-{own}-*"))  # noqa: E731
                    self.assertEqual(len(left()), 1)
                    for pid in all_of_them if number == signal.SIGINT else [own]:
                        try:
                            os.kill(pid, number)
                        except ProcessLookupError:
                            pass
                    self.assertEqual(self.ended(running)[0], 128 + number)
                    self.assertEqual(left(), [])

    def test_twice_ends_it_at_once_and_the_host_returns(self):
        before = self.connections()
        self.version("2")
        running = self.start_fleetd("deploy", "h1", "--confirm-timeout", "3", "--health-check", "sleep 100")
        self.lab.wait(lambda: self.lab.hosts["h1"].runs() == "2", "the new system was never active")
        self.interrupt(running)
        time.sleep(0.3)
        self.assertIsNone(running.poll())
        os.kill(self.fleetd_of(running)[0], signal.SIGINT)
        self.assertEqual(self.ended(running)[0], 128 + signal.SIGINT)
        self.assertEqual(self.connections(), before)
        self.lab.wait(lambda: self.systems()["h1"] == ("1", "1"), "the host did not return by itself")

    def test_a_copy_does_not_go_on(self):
        self.yard.write("h1.nix", '{ system.version = "2"; lab.payload = 64; }\n')
        self.expect(self.run_fleetd("build"), 0)
        running = self.start_fleetd("deploy", "h1", "--json")
        for line in running.stdout:
            if b'"copying"' in line:
                break
        self.interrupt(running)
        code, _, err = self.ended(running)
        self.assertEqual(code, 128 + signal.SIGINT, err)
        self.assertEqual(self.systems()["h1"], ("1", "1"))
        self.assertIn(self.outcomes(), ({"h1": "not reached"}, {}))
        self.expect(self.deploy("h1"), 0)
        self.assertEqual(self.systems()["h1"], ("2", "2"))


class Without(FleetTest):
    """Needs no lab."""

    def test_a_fleet_without_hosts(self):
        fleet = self.fleet()
        fleet.write("flake.nix", "{ outputs = _: { }; }\n")
        for verb in ("build", "plan", "deploy", "status", "generations"):
            self.expect(fleet.run(verb), 2, err=["FL0503", "the fleet has no hosts"])
        self.expect(fleet.run("check"), 0, out=["0 hosts"], err=["this is a flake", "next: give it nixosConfigurations"])

    def test_the_first_look(self):
        fleet = self.fleet()
        fleet.write("flake.nix", "{ outputs = { self, nixpkgs }: { nixosConfigurations.a = nixpkgs.lib.nixosSystem { modules = [ { networking.hostName = \"a\"; } ]; }; }; }\n")
        self.expect(fleet.run("check"), 0, out=["1 host"], err=["this is a flake with hosts from nixosConfigurations; 100 % of what", "next: fleetd adopt"])
        self.assertEqual(fleet.run("check", "--quiet").err, "")
        (fleet.home / "state/fleetd" / fleet.root.name / "tree").mkdir(parents=True)
        self.assertNotIn("next:", fleet.run("check").err)
        modules = self.fleet()
        modules.write("modules/a.nix", "{ }\n")
        self.expect(modules.run("check"), 0, err=["this is a repository of modules\n", "next: fleetd init DIR"])

    @unittest.skipUnless(sandboxed(), "sandboxes are forbidden here")
    def test_nothing_is_left_of_plugins_that_were_processes(self):
        fleet = self.fleet(files={"modules/empty.nix": "{ }\n", "machines/web/configuration.nix": "{ }\n"})
        temporary = fleet.base / "tmp"
        temporary.mkdir()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            running = subprocess.Popen([SETUP.binary, "check", "--watch", "--isolate"], cwd=fleet.root, env=fleet.environment({"TMPDIR": str(temporary)}), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL))
            running.stdout.readline()
            self.assertTrue(any(temporary.iterdir()), "no plugin is a process")
            running.send_signal(number)
            running.communicate(timeout=60)
            self.assertEqual(running.returncode, -number)
            self.assertEqual(list(temporary.iterdir()), [])

    def test_where_nobody_says_how_a_host_is_reached(self):
        fleet = self.fleet()
        fleet.write("machines/web/configuration.nix", "{ }\n")
        fleet.write("modules/empty.nix", "{ }\n")
        done = self.expect(fleet.run("deploy", "web"), 1, err=["FL0813", "nothing says where web is reached"])
        self.assertNotIn("fleetd:", done.err)

    def test_a_channel_when_there_is_none(self):
        fleet = self.fleet()
        fleet.write("modules/empty.nix", "{ }\n")
        self.expect(fleet.run("channels", "add", "quarto", "--channel", "stable", "--reason", "x"), 1, err=["there is no channel `stable`", "fleetd channels add NAME --input INPUT"])
