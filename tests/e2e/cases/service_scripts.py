"""The shell code that services bring to machines, taken out of the rendered modules: parsed by the shells they are for, and run with
stand-ins for what a machine has."""

import json
import os
import re
import shlex
import shutil
import subprocess
import unittest
from pathlib import Path

from cases.golden import HOSTS, INSTANCES, VALUES
from harness import FleetTest

ROOT = Path(__file__).resolve().parents[3]
NEEDED = [name for name in ("bash", "jq", "awk", "sed") if not shutil.which(name)]


def shell_text(nix):
    """An indented string of Nix as the text it is; arguments of shells are its only holes."""
    nix = re.sub(r"\$\{lib\.escapeShellArg \"((?:[^\"\\]|\\.)*)\"\}", lambda m: shlex.quote(m[1].replace('\\"', '"').replace("\\\\", "\\")), nix)
    return nix.replace("''${", "${").replace("'''", "''")


@unittest.skipIf(NEEDED, f"not installed: {', '.join(NEEDED)}")
class Scripts(FleetTest):
    def setUp(self):
        self.own = self.fleet()
        self.bin = self.own.base / "bin"
        self.bin.mkdir()
        self.log = self.own.base / "log"
        self.log.touch()

    def module(self, service, instances=None, host="nixos/oak"):
        fleet = self.fleet(files={"modules/yard.nix": HOSTS % (instances or INSTANCES[service]), **VALUES})
        self.expect(fleet.run("render", "--out", str(fleet.base / "out")), 0)
        path = fleet.base / "out/fleetd/hosts" / host / f"{service}.nix"
        return path.read_text() if path.exists() else ""  # some set nothing

    def commands(self, service, instances=None):
        found = re.findall(r"name = \"([\w.-]+)\";.*?text = ''\n(.*?)'';", self.module(service, instances), re.S)
        return {name: shell_text(text) for name, text in found}

    def stand_in(self, name, text="exit 0"):
        path = self.bin / name
        path.write_text(f'#!/bin/sh\necho "{name} $*" >> {self.log}\n{text}\n')
        path.chmod(0o755)

    def run_script(self, text, code=0, env=None, shell="bash"):
        done = subprocess.run([shell, "-c", text], env={"PATH": f"{self.bin}:{os.environ['PATH']}", **(env or {})}, capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, code, f"{done.stdout}\n{done.stderr}")
        self.assertEqual(done.stderr.count("unbound variable"), 0, done.stderr)
        return done

    def logged(self):
        lines = self.log.read_text().splitlines()
        self.log.write_text("")
        return lines


class Borgbackup(Scripts):
    def setUp(self):
        super().setUp()
        self.all = self.commands("borgbackup")
        self.assertEqual(sorted(self.all), ["borgbackup-create", "borgbackup-list", "borgbackup-restore"])

    def run_one(self, name, **how):
        return self.run_script("set -u\n" + self.all[name], **how)

    def test_create_starts_every_job(self):
        self.stand_in("systemctl", 'case "$2" in *away*) exit 1; esac')
        self.run_one("borgbackup-create", code=1)
        self.assertEqual(self.logged(), ["systemctl start borgbackup-job-away.service", "systemctl start borgbackup-job-fir.service"])
        self.stand_in("systemctl")
        self.run_one("borgbackup-create")

    def test_list_is_one_list_and_a_broken_job_hides_nothing(self):
        answer = """echo '{"archives": [{"name": "oak-1"}, {"name": "oak-2"}]}'"""
        self.stand_in("borg-job-away", 'read -r yes && [ "$yes" = y ] && ' + answer)
        self.stand_in("borg-job-fir", answer)
        names = [f"{job}::{repo}::oak-{n}" for job, repo in (("away", "ssh://away.example.org/./oak"), ("fir", "borg@fir.yard.example.org:.")) for n in (1, 2)]
        done = self.run_one("borgbackup-list")
        self.assertEqual([one["name"] for one in json.loads(done.stdout)], names)
        self.stand_in("borg-job-away", "echo locked >&2; exit 2")
        done = self.run_one("borgbackup-list", code=1)
        self.assertEqual([one["name"] for one in json.loads(done.stdout)], names[2:])
        self.assertIn("the backups of away cannot be listed", done.stderr)

    def test_restore_takes_what_list_says(self):
        self.stand_in("borg-job-fir")
        self.run_one("borgbackup-restore", env={"NAME": "fir::borg@fir.yard.example.org:.::oak-1", "FOLDERS": "/var/grain:/var/hay stack"})
        self.assertEqual(self.logged(), ["borg-job-fir extract borg@fir.yard.example.org:.::oak-1 var/grain var/hay stack"])
        self.assertIn("no job nobody", self.run_one("borgbackup-restore", code=1, env={"NAME": "nobody::x::y", "FOLDERS": "/"}).stderr)
        self.assertIn("FOLDERS says", self.run_one("borgbackup-restore", code=1, env={"NAME": "fir::x::y"}).stderr)
        self.assertEqual(self.logged(), [])

    def test_names_of_repositories_are_arguments(self):
        strange = "ssh://u@h/./it's $(touch x) \\\"q\\\""
        text = self.commands("borgbackup", 'backup = { module.name = "borgbackup"; roles.client = { machines.oak.settings.destinations.away.repo = "%s"; }; };' % strange.replace("$(", "\\$("))["borgbackup-list"]
        self.stand_in("borg-job-away", """echo '{"archives": [{"name": "a"}]}'""")
        done = self.run_script("set -u\n" + text)
        self.assertEqual(json.loads(done.stdout)[0]["name"], "away::ssh://u@h/./it's $(touch x) \"q\"::a")

    def test_what_states_ask_for_runs_around_a_backup(self):
        text = self.module("borgbackup")
        for which, command in (("ExecStartPre", "preBackupCommand"), ("ExecStopPost", "postBackupCommand")):
            self.assertRegex(text, rf"(?s){which} = \[\s*\"\+\$\{{.*?{command}")


class Localbackup(Scripts):
    INSTANCE = 'disks = { module.name = "localbackup"; roles.default.machines.oak.settings = { snapshots = 3; targets = { usb = { directory = "@/usb/oak"; mountpoint = "@/usb"; preMountHook = "echo open >> @/log"; postUnmountHook = "echo close >> @/log"; preBackupHook = "echo before >> @/log"; }; here.directory = "@/here"; }; }; };'

    def setUp(self):
        super().setUp()
        base = str(self.own.base)
        self.etc = self.own.base / "etc"
        self.run_dir = self.own.base / "run"
        self.run_dir.mkdir()
        instance = self.INSTANCE.replace("@", base)
        self.all = {name: text.replace("/etc/localbackup", str(self.etc)).replace("/run/", f"{self.run_dir}/") for name, text in self.commands("localbackup", instance).items()}
        text = self.module("localbackup", instance)
        for target, mount in (("usb", True), ("here", False)):
            where = self.etc / target
            where.mkdir(parents=True)
            (where / "rsnapshot.conf").write_text(f"snapshot_root\t{base}/{'usb/oak' if mount else 'here'}\n")
        for target, hook, value in re.findall(r'environment\.etc\."localbackup/(\w+)/(\w+)"\.text = "(.*)";', text):
            (self.etc / target / hook).write_text(value)
        (self.etc / "states").write_text("grain\n")
        self.stand_in("rsnapshot", 'mkdir -p "$(sed -n "s/^snapshot_root\t//p" "$2")"')
        self.mounted = self.own.base / "mounted"
        self.stand_in("mountpoint", f"test -e {self.mounted}")
        self.stand_in("mount", f"touch {self.mounted}")
        self.stand_in("umount", f"rm {self.mounted}")

    def run_one(self, name, **how):
        return self.run_script(self.all[name], **how)

    def steps(self):
        return [line.split(" ")[0] for line in self.logged() if not line.startswith("mountpoint")]

    def test_a_backup_with_its_hooks(self):
        self.stand_in("pre-backup-grain")
        self.run_one("localbackup-create")
        self.assertEqual(self.steps(), ["pre-backup-grain", "rsnapshot", "rsnapshot", "open", "mount", "before", "pre-backup-grain", "rsnapshot", "rsnapshot", "umount", "close"])
        self.assertFalse(self.mounted.exists())

    def test_a_state_that_cannot_be_prepared_is_not_backed_up(self):
        self.stand_in("pre-backup-grain", "exit 1")
        done = self.run_one("localbackup-create", code=1)
        self.assertIn("the backup to here failed", done.stderr)
        self.assertIn("the backup to usb failed", done.stderr)
        self.assertEqual(self.steps(), ["pre-backup-grain", "open", "mount", "before", "pre-backup-grain", "umount", "close"])

    def test_a_disk_that_is_missing_is_closed_again(self):
        self.stand_in("mount", "exit 32")
        self.run_one("localbackup-create", code=1)
        self.assertEqual(self.steps(), ["rsnapshot", "rsnapshot", "open", "mount", "close"])
        self.assertEqual(list(self.run_dir.iterdir()), [])

    def test_a_copy_that_fails_moves_no_snapshot(self):
        self.stand_in("rsnapshot", 'case "$3" in sync) exit 1; esac')
        self.run_one("localbackup-create", code=1)
        self.assertEqual([line for line in self.logged() if "snapshot" in line.split()[3:4]], [])

    def test_list_and_restore(self):
        base = self.own.base
        for number in (0, 10, 2):
            (base / "here" / f"snapshot.{number}" / "oak").mkdir(parents=True)
        state = base / "var/grain"
        kept = base / f"here/snapshot.2/oak{state}"
        kept.mkdir(parents=True)
        (kept / "corn").write_text("old")
        names = [one["name"] for one in json.loads(self.run_one("localbackup-list").stdout)]
        self.assertEqual(names, [f"here::{base}/here/snapshot.{n}" for n in (0, 2, 10)])
        self.stand_in("rsync", 'mkdir -p "$3" && cp -a "$2." "$3"')
        self.run_one("localbackup-restore", env={"NAME": names[1], "FOLDERS": str(state)})
        self.assertEqual((state / "corn").read_text(), "old")
        for env, text in (({"NAME": names[1], "FOLDERS": "/nowhere"}, "has no /nowhere"), ({"NAME": f"here::{base}/x", "FOLDERS": "/"}, "there is no backup"), ({"NAME": "away::/x", "FOLDERS": "/"}, "there is no target away"), ({}, "FOLDERS says")):
            self.assertIn(text, self.run_one("localbackup-restore", code=1, env=env).stderr)


class Others(Scripts):
    def test_every_script_is_shell(self):
        for service in sorted(INSTANCES):
            with self.subTest(service):
                for name, text in self.commands(service).items():
                    done = subprocess.run(["bash", "-n"], input=text, text=True, capture_output=True, check=False)
                    self.assertEqual((done.returncode, done.stderr), (0, ""), name)

    def test_passwords_of_networks_survive_two_files(self):
        """What the unit writes is read by systemd as an environment file, then by NetworkManager as a keyfile."""
        text = self.module("wifi")
        function = re.search(r"value\(\) \{.*?\n *\}\n", text, re.S)[0]
        secret = self.own.base / "secret"
        for value in ("plain", 'with "quotes" and $dollar `tick`', "back\\slash \\n", " blank in front", "it's", "ä"):
            with self.subTest(value):
                secret.write_text(value)
                line = self.run_script(f"{function}\nvalue pw_home {secret}").stdout
                self.assertTrue(line.startswith('pw_home="') and line.endswith('"\n') and line.count("\n") == 1, line)
                unit = re.sub(r'\\([\\"$`])', r"\1", line[len('pw_home="') : -2])
                self.assertEqual(re.sub(r"\\(.)", lambda m: {"s": " ", "\\": "\\"}[m[1]], unit), value)

    def test_names_in_a_mac_s_hosts_file(self):
        nix = (ROOT / "sdk/nix/runtime/darwin-hosts.nix").read_text()
        text = re.search(r"writeShellScript \"fleetd-hosts\" ''\n(.*?)\$\{lib\.concatStrings", nix, re.S)[1]
        hosts = self.own.base / "hosts"
        text = shell_text(text).replace("/private/etc/hosts", str(hosts))

        def section(name, lines):
            return f"section '# BEGIN {name} HOSTS' '# END {name} HOSTS' {shlex.quote(lines)}\n"

        hosts.write_text("127.0.0.1 localhost\n# BEGIN WIREGUARD HOSTS\nfd00::9 old.vpn\n# END WIREGUARD HOSTS\n::1 localhost")
        self.run_script(text + section("WIREGUARD", "fd00::1 oak.vpn\nfd00::2 elm.vpn"))
        wanted = "127.0.0.1 localhost\n::1 localhost\n# BEGIN WIREGUARD HOSTS\nfd00::1 oak.vpn\nfd00::2 elm.vpn\n# END WIREGUARD HOSTS\n"
        self.assertEqual(hosts.read_text(), wanted)
        before = hosts.stat().st_ino
        self.run_script(text + section("WIREGUARD", "fd00::1 oak.vpn\nfd00::2 elm.vpn"))
        self.assertEqual(hosts.stat().st_ino, before, "nothing is written anew")
        self.run_script(text + section("ZEROTIER", "fd00::3 fir.mesh"))
        self.assertEqual(hosts.read_text(), wanted + "# BEGIN ZEROTIER HOSTS\nfd00::3 fir.mesh\n# END ZEROTIER HOSTS\n")
        self.assertEqual(hosts.stat().st_mode & 0o777, 0o644)
        self.assertEqual([path.name for path in hosts.parent.glob("hosts*")], ["hosts"])
