"""What is known of hosts: drift of every kind, watched, remembered by several processes; fingerprints that lie, and errors of Nix at their places."""

import json
import os
import re
import signal
import sqlite3
import threading
import time
import unittest

from deploying import LabTest, laboratory

setUpModule, tearDownModule = laboratory("h1", "h2", "h3")


class Know(LabTest):
    def setUp(self):
        super().setUp()
        self.host = self.lab.hosts["h1"]
        self.expect(self.deploy(), 0)

    def program(self, name, text):
        path = self.host.root / "etc/bin" / name
        before = path.read_text() if path.exists() else None
        self.addCleanup(lambda: path.write_text(before) if before is not None else path.unlink())
        path.write_text("#!/bin/sh\n" + text)
        path.chmod(0o755)

    def notes(self, code=1):
        rows = self.expect(self.run_fleetd("status", "--json"), code).json()
        self.assertEqual([row["notes"] for row in rows[1:]], [[], []])
        return rows[0]["notes"]

    def test_every_kind_of_drift(self):
        self.assertEqual(self.notes(0), [])
        self.host.inside("mkdir -p /run/systemd/system")
        self.program("systemctl", 'case "$1 $2" in "list-units --failed") echo "bad.service loaded failed failed It" ;; esac\n')
        self.assertEqual(self.notes(), ["bad.service failed"])
        self.host.inside("rmdir /run/systemd/system")
        self.program("df", 'echo "Filesystem 1024-blocks Used Available Capacity Mounted on"; echo "/dev/x 100 95 5 95% $2"\n')
        self.assertEqual(self.notes(), ["/ is 95 % full", "/nix is 95 % full"])
        self.host.inside("rm /etc/bin/df; printf '#!/bin/sh\\nexec /bin/df \"$@\"\\n' >/etc/bin/df; chmod +x /etc/bin/df")
        self.program("date", 'echo $(($(/bin/date +%s) + 600))\n')
        ahead = re.fullmatch(r"clock is (\d+) s ahead", self.notes()[0])
        # What asking took is not known.
        self.assertTrue(ahead and 540 < int(ahead[1]) <= 601, ahead)
        self.program("date", 'exec /bin/date "$@"\n')
        self.host.inside("mkdir -p /run/old; ln -s /nix/store/a /run/old/kernel; ln -sfn /run/old /run/booted-system")
        self.host.inside("rm -rf /run/current-system; mkdir /run/now; ln -s /nix/store/b /run/now/kernel; ln -sfn /run/now /run/current-system")
        self.assertIn("reboot needed (kernel)", self.notes())
        self.assertIn("runs another system", self.notes())

    def test_the_last_contact(self):
        status = lambda code: {row["host"]: row for row in self.expect(self.run_fleetd("status", "h2", "h3", "--json"), code).json()}  # noqa: E731
        rows = status(0)
        self.assertLess(abs(rows["h3"]["lastContact"] - time.time()), 600)
        self.lab.hosts["h3"].kill()
        again = status(3)
        self.assertEqual((again["h3"]["answers"], again["h3"]["lastContact"]), (False, rows["h3"]["lastContact"]))
        self.assertGreaterEqual(again["h2"]["lastContact"], rows["h2"]["lastContact"])
        self.assertIn(time.strftime("%Y-", time.localtime(rows["h3"]["lastContact"])), self.expect(self.run_fleetd("status", "h3"), 3, out=["no answer"]).out)

    def test_it_is_watched(self):
        running = self.start_fleetd("status", "--watch")
        first = b""
        while not first.endswith(b"\n\n"):
            first += running.stdout.readline()
        self.host.inside("ln -sfn /nix/store /run/current-system")
        late = threading.Timer(90, running.kill)
        late.start()
        out = b""
        while b"runs another system" not in out and (line := running.stdout.readline()):
            out += line
        late.cancel()
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=20)
        tables = (first + out).decode().split("HOST ")[1:]
        self.assertGreaterEqual(len(tables), 2)
        self.assertNotIn("runs another system", tables[0])
        self.assertIn("runs another system", tables[-1])

    def test_several_processes_remember_together(self):
        """Readers beside a deployment, and many at once; the database is whole afterwards."""
        self.version("2")
        running = [self.start_fleetd("deploy", "h1")] + [self.start_fleetd(*words) for words in (["history"], ["status"], ["plan"], ["history", "--json"], ["status", "--json"]) * 2]
        codes = []
        for one in running:
            _, err = one.communicate(timeout=120)
            self.assertNotIn(b"FL0825", err)
            codes.append(one.returncode)
        self.assertEqual(codes[0], 0)
        self.assertTrue(set(codes) <= {0, 1}, codes)
        found = sqlite3.connect(self.yard.home / "state/fleetd/fleet/state.db").execute("pragma integrity_check").fetchall()
        self.assertEqual(found, [("ok",)])
        last = self.expect(self.run_fleetd("history", "--json"), 0).json()[0]
        self.assertEqual((last["goal"], [(h["host"], h["outcome"]) for h in last["hosts"]]), ("switch", [("h1", "deployed")]))
        self.assertRegex(last["who"], r".+@.+")


class Events(LabTest):
    def lines(self, *args, code=0):
        return [json.loads(line) for line in self.expect(self.run_fleetd("build", "--json", *args), code).out.splitlines()]

    def test_what_happens_to_each_host(self):
        found = self.lines()
        self.assertEqual(sorted((e["host"], e["event"]) for e in found[:-1]), [(h, e) for h in ("h1", "h2", "h3") for e in ("finished", "started")])
        for host in ("h1", "h2", "h3"):
            started, finished = [e for e in found[:-1] if e["host"] == host]
            self.assertEqual((started["event"], finished["event"], finished["class"], finished["evaluated"]), ("started", "finished", "nixos", True))
            self.assertIn(finished["result"], ("built", "evaluated"))
            self.assertGreater(finished["seconds"], 0)
            self.assertEqual(started["log"], finished["log"])
            self.assertTrue(os.path.exists(finished["log"]))
            self.assertRegex(finished["system"], f"^/nix/store/.*-nixos-system-{host}-1$")
        last = found[-1]
        self.assertEqual((last["event"], last["hosts"], last["built"] + last["evaluated"], last["failed"], last["skipped"]), ("summary", 3, 3, 0, 0))
        self.assertEqual([s["host"] for s in last["systems"]], ["h1", "h2", "h3"])
        again = self.lines()
        self.assertEqual([(e["event"], e.get("result")) for e in again], [("finished", "unchanged")] * 3 + [("summary", None)])
        self.assertEqual({e["log"] for e in again[:-1]}, {None})
        self.assertEqual(again[-1]["systems"], [dict(s, evaluated=False) for s in last["systems"]])

    def test_what_fails(self):
        self.version("1", "build")
        found = self.lines("--keep-going", code=1)
        failed = [e for e in found if e["event"] == "failed"]
        self.assertEqual([(e["host"], e["result"], e["code"], e["system"]) for e in failed], [("h1", "failed", "FL0812", None)])
        self.assertIn("cannot be built", failed[0]["error"])
        self.assertEqual((found[-1]["failed"], found[-1]["systems"][0]["system"]), (1, None))
        found = self.lines("--max-builds", "1", code=1)
        self.assertEqual({e["result"] for e in found[:-1] if e["event"] == "failed"}, {"failed"})

    def test_they_come_as_they_happen(self):
        """Who reads knows of a host that is done while another one is being built."""
        self.yard.write("h2.nix", '{ lab.trouble = "build"; }\n')
        running = self.start_fleetd("build", "--json", "--keep-going", "--max-builds", "1")
        first = json.loads(running.stdout.readline())
        self.assertEqual(first["event"], "started")
        self.assertIsNone(running.poll())
        running.communicate(timeout=60)

    def test_nothing_of_it_in_a_pipe(self):
        done = self.expect(self.run_fleetd("build"), 0, out=["RESULT", "SECONDS"])
        self.assertNotIn("running", done.err)
        self.expect(self.run_fleetd("build"), 0, out=["unchanged"])


class Fingerprints(LabTest):
    def test_one_that_lies_is_found(self):
        """Something outside of the build tree decides what the host is: an unchanged fingerprint, and another result."""
        other = self.yard.base / "outside"
        other.write_text("1")
        self.yard.write("h1.nix", f'{{ system.version = builtins.readFile "{other}"; }}\n')
        words = ["--nix-option", "--impure"]
        self.expect(self.run_fleetd("build", "h1", *words), 0)
        self.expect(self.run_fleetd("build", "h1", "--verify-fingerprints", *words), 0)
        other.write_text("2")
        self.expect(self.run_fleetd("build", "h1", *words), 0, out=["unchanged"])
        self.expect(self.run_fleetd("build", "h1", "--verify-fingerprints", *words), 1, err=["FL0851", "has the fingerprint of", "outside of the build tree"])
        # Once it is known, it is not forgotten by the next run.
        self.expect(self.run_fleetd("build", "h1", "--verify-fingerprints", *words), 1)

    def test_what_changes_one(self):
        first = {b["host"]: b["system"] for b in self.built()}
        for path, text in (("h2.nix", '{ system.version = "9"; }\n'), ("common.nix", '{ system.version = "3"; }\n')):
            self.yard.write(path, text)
            for one in self.built("h2"):
                self.assertTrue(one["evaluated"])
                self.assertNotEqual(one["system"], first[one["host"]]) if path == "h2.nix" else None
        self.expect(self.run_fleetd("build", "h2", "--verify-fingerprints"), 0)
        # The lock: another input, another fingerprint.
        lock = json.loads((self.yard.root / "flake.lock").read_text())
        source = self.yard.base / "nixpkgs"
        (source / "more").write_text("x")
        self.yard.write("flake.lock", self.lab.lock_of(source))
        self.assertNotEqual(lock, json.loads((self.yard.root / "flake.lock").read_text()))
        self.assertTrue(self.built("h2")[0]["evaluated"])
        # A system that was collected is built again.
        built = self.built("h2")[0]
        self.assertFalse(built["evaluated"])
        self.lab.nix("nix-store", "--delete", built["system"])
        self.assertTrue(self.built("h2")[0]["evaluated"])


class NixErrors(LabTest):
    def fails(self, text, *words, place=None, path="h1.nix"):
        self.yard.write(path, text)
        done = self.expect(self.run_fleetd("build", "h1"), 1, err=["FL0812", *words])
        self.assertNotIn("-source/", done.err)
        self.assertNotIn("while evaluating", done.err)
        if place:
            self.assertIn(f"{self.yard.root}/{path}:{place}", done.err)
        return done

    def test_at_the_line_of_the_module(self):
        # Every one is an error that only Nix can see: it hides behind what fleetd does not evaluate.
        hidden = '{ pkgs, ... }: {\n  lab.trouble = %s;\n}\n'
        self.fails(hidden % 'builtins.head (if pkgs.bash.name == "x" then [ 1 ] else [ ])', "builtins.head", place="2:17")
        self.fails(hidden % 'pkgs.nothing', "attribute 'nothing' missing", place="2:17")
        self.fails(hidden % 'pkgs.bash.name + 5', place="2:")
        self.fails(hidden % 'assert pkgs.bash.name == "x"; "a"', "assertion", place="2:17")
        self.fails(hidden % '(x: x.y) (if pkgs.bash.name == "q" then { y = "1"; } else { })', "attribute 'y' missing", place="2:")
        self.fails(hidden % 'if pkgs.bash.name == "bash" then throw ("no " + pkgs.bash.name) else "a"', "no bash")

    def test_in_a_file_that_is_imported(self):
        self.yard.write("h1.nix", "{ pkgs, ... }: { imports = [ ./more/deep.nix ]; lab.trouble = import ./more/value.nix pkgs; }\n")
        self.yard.write("more/deep.nix", "{ }\n")
        done = self.fails("pkgs:\n\npkgs.missing\n", "attribute 'missing' missing", place="3:1", path="more/value.nix")
        self.assertLess(len(done.err.splitlines()), 20)

    def test_what_is_not_ours_keeps_its_place(self):
        """An error inside of nixpkgs is not said to be in the fleet."""
        self.yard.write("h1.nix", "{ lab.payload = { }; }\n")
        done = self.expect(self.run_fleetd("build", "h1"), 1, err=["FL0812"])
        self.assertNotIn(str(self.yard.root / "toplevel.nix"), done.err)

    def test_a_log_for_each_host(self):
        self.version("1", "build")
        done = self.expect(self.run_fleetd("build", "--keep-going"), 1, err=["cannot be built"], out=["h2", "-nixos-system-h2-1"])
        logs = self.yard.home / "state/fleetd/fleet/logs"
        self.assertEqual(sorted(os.listdir(logs)), [f"nixos-{h}.log" for h in ("h1", "h2", "h3")])
        self.assertIn("cannot be built", (logs / "nixos-h1.log").read_text())
        self.assertEqual((logs / "nixos-h1.log").stat().st_mode & 0o777, 0o600)
        named = re.search(r"the whole log: (\S+)", done.err)[1]
        self.assertEqual(named, str(logs / "nixos-h1.log"))


if __name__ == "__main__":
    unittest.main()
