"""Systems that are booted on trial, on hosts with systemd-boot, with GRUB, and with neither; and Macs, whose activation is a job of launchd. What
is asserted in the end is what each host runs, what it keeps, and what its boot loader starts next."""

import json
import os
import shutil
import subprocess
import unittest

import boot_loader
import lab as labs
from harness import SETUP, FleetTest, Result
from deploying import LabTest, laboratory

LOADERS = {"h1": "systemd-boot", "h2": "grub", "h3": ""}
BOTH = ("h1", "h2")

setUpModule, tearDownModule = laboratory(*LOADERS)


class BootTest(LabTest):
    def setUp(self):
        super().setUp()
        for name, kind in LOADERS.items():
            boot = self.lab.hosts[name].root / "boot"
            for one in boot.iterdir():
                shutil.rmtree(one)
            boot_loader.prepare(boot, kind)
        self.expect(self.deploy(*BOTH), 0)

    def both(self, number, trouble="none"):
        for name in BOTH:
            self.version(number, trouble, name)

    def ends(self, *versions):
        """What both hosts run, keep and start next; and that nothing of a trial is left."""
        for name in BOTH:
            host = self.lab.hosts[name]
            self.assertEqual((host.runs(), host.boots(), host.next_start()), versions, name)
            left = host.inside("find /var/lib/fleetd /etc/systemd/system.control /run/fleetd/lock /boot/loader/entries/fleetd-* ! -type d 2>/dev/null; grep -a next_entry= /boot/grub/grubenv", check=False)
            self.assertEqual(left, "", name)

    def reboots(self, *args):
        with self.lab.hosts["h1"].rebooting(), self.lab.hosts["h2"].rebooting():
            return self.deploy(*BOTH, "--goal", "reboot", "--max-failures", "0", "--activation-timeout", "15", "--confirm-timeout", "8", *args)

    def settled(self):
        ended = "[ -z \"$(ls -A /var/lib/fleetd)\" ] && [ ! -e /run/fleetd/lock ] && echo yes"
        self.lab.wait(lambda: all(self.lab.hosts[name].inside(ended, check=False) == "yes" for name in BOTH), "it never ended", 60)

    def quiet(self):
        """Cuts the power and gives it again."""
        for name in BOTH:
            with self.lab.power:
                self.lab.hosts[name].kill()
                self.lab.hosts[name].start()


class Reboot(BootTest):
    def test_it_is_kept_when_it_was_confirmed_after_the_boot(self):
        self.both("2")
        self.expect(self.reboots("--health-check", 'test "$(cat /run/booted-system/nixos-version)" = 2'), 0)
        self.ends("2", "2", "2")
        self.assertEqual(set(self.outcomes().values()), {"deployed"})
        self.quiet()
        self.ends("2", "2", "2")
        self.expect(self.deploy(*BOTH, "--goal", "reboot"), 0, out=["unchanged"])

    def test_a_kernel_that_panics(self):
        self.both("2", "panics")
        self.expect(self.reboots(), 1, err=["returned to its earlier system: the new system did not come up"])
        self.ends("1", "1", "1")
        self.assertEqual(set(self.outcomes().values()), {"rolled back"})

    def test_a_system_that_cannot_be_reached(self):
        self.both("2", "deaf")
        self.expect(self.reboots("--activation-timeout", "6", "--confirm-timeout", "2"), 1, err=["nobody confirmed"])
        self.ends("1", "1", "1")

    def test_a_health_check_that_fails(self):
        self.both("2")
        self.expect(self.reboots("--health-check", "test -e /run/well"), 1, err=["FL0824", "it returned to its earlier system"])
        self.ends("1", "1", "1")

    def test_the_operator_dies_after_the_order(self):
        self.both("2")
        with self.lab.hosts["h1"].rebooting(), self.lab.hosts["h2"].rebooting():
            running = self.start_fleetd("deploy", *BOTH, "--goal", "reboot", "--activation-timeout", "6", "--confirm-timeout", "3", "--health-check", "sleep 100")
            self.lab.wait(lambda: all(self.lab.hosts[name].runs() == "2" for name in BOTH), "they never booted it", 60)
            running.kill()
            running.communicate()
            self.lab.wait(lambda: all(self.lab.hosts[name].runs() == "1" for name in BOTH), "they did not return", 60)
            self.settled()
        self.ends("1", "1", "1")

    def test_power_is_lost_before_it_was_confirmed(self):
        self.both("2")
        with self.lab.hosts["h1"].rebooting(), self.lab.hosts["h2"].rebooting():
            running = self.start_fleetd("deploy", *BOTH, "--goal", "reboot", "--max-failures", "0", "--activation-timeout", "15", "--confirm-timeout", "5", "--health-check", "sleep 100")
            self.lab.wait(lambda: all(self.lab.hosts[name].runs() == "2" for name in BOTH), "they never booted it", 60)
        self.quiet()
        out, err = running.communicate(timeout=100)
        self.expect(Result(running.returncode, out.decode(), err.decode(), out, err), 1)
        self.ends("1", "1", "1")

    def test_nobody_orders_the_reboot(self):
        """A host that could be prepared and not be told to reboot is as it was before."""
        self.both("2")
        running = self.start_fleetd("deploy", "h1", "--goal", "reboot", "--confirm-timeout", "3")
        self.lab.wait(lambda: "ACTIVATING" in self.lab.hosts["h1"].inside("cat /run/fleetd/*.state", check=False), "it was never prepared")
        running.kill()
        running.communicate()
        self.settled()
        self.assertIn("RETURNED nobody confirmed", self.lab.hosts["h1"].inside("cat /run/fleetd/*.state"))
        self.ends("1", "1", "1")

    def test_a_host_that_does_not_reboot(self):
        self.both("2")
        done = self.deploy("h1", "--goal", "reboot", "--activation-timeout", "5", "--confirm-timeout", "4")
        self.expect(done, 1, err=["it did not reboot within 5 seconds"])
        self.ends("1", "1", "1")

    def test_a_menu_that_cannot_be_written(self):
        """The new system comes up well, and fails to become the one to boot."""
        self.both("2", "menu")
        self.expect(self.reboots(), 1, err=["could not be made the one to boot"])
        self.ends("1", "1", "1")


class Boot(BootTest):
    def boot(self, *args, code=0, err=()):
        return self.expect(self.deploy(*BOTH, "--goal", "boot", "--max-failures", "0", *args), code, err=err)

    def test_the_next_start_tries_it_and_the_host_keeps_it(self):
        self.both("2")
        self.boot("--health-check", "test -e /run/booted-system")
        for name in BOTH:
            host = self.lab.hosts[name]
            self.assertEqual((host.runs(), host.boots(), host.next_start()), ("1", "1", "2"))
        status = self.run_fleetd("status", *BOTH, "--json").json()
        self.assertEqual([one["notes"] for one in status], [["tries what was deployed at its next boot"]] * 2)
        self.assertTrue(all(one["trial"].endswith("-2") for one in status))
        self.expect(self.deploy(*BOTH, "--goal", "boot"), 0, out=["unchanged"])
        self.quiet()
        self.settled()
        self.ends("2", "2", "2")
        self.expect(self.run_fleetd("status", *BOTH), 0)

    def test_the_host_is_not_well(self):
        self.both("2")
        self.boot("--health-check", "test -e /var/well")
        with self.lab.hosts["h1"].rebooting(), self.lab.hosts["h2"].rebooting():
            self.quiet()
            self.settled()
        self.ends("1", "1", "1")
        self.expect(self.run_fleetd("status", *BOTH), 1, out=["runs another system"])

    def test_it_does_not_come_up(self):
        self.both("2", "panics")
        self.boot()
        self.quiet()
        self.settled()
        self.ends("1", "1", "1")

    def test_what_comes_later_counts(self):
        """Another deployment ends a trial; so does a tool that knows nothing of it."""
        self.both("2")
        self.boot()
        self.both("3")
        self.expect(self.deploy(*BOTH), 0)
        self.ends("3", "3", "3")
        self.both("4")
        self.boot()
        for name in BOTH:
            self.lab.hosts[name].inside("nix-env -p /nix/var/nix/profiles/system --switch-generation 1 2>/dev/null && /nix/var/nix/profiles/system/bin/switch-to-configuration boot")
        with self.lab.hosts["h1"].rebooting(), self.lab.hosts["h2"].rebooting():
            self.quiet()
            self.lab.wait(lambda: all(self.lab.hosts[name].runs() == "1" for name in BOTH), "not what was chosen last", 60)
            self.settled()
        self.ends("1", "1", "1")

    def test_garbage_is_collected_meanwhile(self):
        self.both("2")
        self.boot()
        for name in BOTH:
            self.lab.hosts[name].inside("rm -rf /run/current-system; nix-env -p /nix/var/nix/profiles/system --delete-generations old && nix-store --gc")
        self.quiet()
        self.settled()
        self.ends("2", "2", "2")

    def test_hosts_that_cannot(self):
        """Refused before anything happens anywhere, also on those that could."""
        self.expect(self.deploy("h3"), 0)
        for name in (*BOTH, "h3"):
            self.version("2", host=name)
        done = self.expect(self.deploy("--goal", "boot"), 1, err=["FL0844", "h3", "--no-way-back"])
        self.assertNotIn("h1 could", done.err)
        self.ends("1", "1", "1")
        self.assertEqual((self.lab.hosts["h3"].runs(), self.lab.hosts["h3"].boots()), ("1", "1"))
        boot = self.lab.hosts["h2"].root / "boot/grub/grub.cfg"
        boot.write_text(boot.read_text().replace("set default=0", 'set default="${saved_entry}"'))
        self.expect(self.deploy("h2", "--goal", "boot"), 1, err=["FL0844", "first entry"])
        boot.write_text(boot.read_text().replace("next_entry", "other"))
        self.expect(self.deploy("h2", "--goal", "reboot"), 1, err=["FL0844"])
        boot = self.lab.hosts["h1"].root / "boot/loader/entries"
        for one in boot.iterdir():
            one.unlink()
        self.expect(self.deploy("h1", "--goal", "boot"), 1, err=["FL0844"])

    def test_a_first_deployment(self):
        """What is kept was put there by another tool."""
        for name in BOTH:
            self.lab.hosts[name].inside("rm -rf /run/fleetd")
        shutil.rmtree(self.yard.home, ignore_errors=True)
        self.both("2", "panics")
        self.boot()
        self.quiet()
        self.settled()
        self.ends("1", "1", "1")


UNAME = """#!/bin/sh
case "$1" in
-s) echo Darwin; exit ;;
-sm) echo "Darwin $(/usr/bin/uname -m)"; exit ;;
esac
exec /usr/bin/uname "$@"
"""
# What launchd makes of a job: a process in a session of its own, with next to no environment.
LAUNCHCTL = """#!/usr/bin/python3
import os, plistlib, signal, subprocess, sys
verb, what = sys.argv[1], sys.argv[2]
with open("/var/log/launchctl", "a") as log:
    print(*sys.argv[1:], file=log)
if verb == "bootstrap":
    with open(sys.argv[3], "rb") as file:
        job = plistlib.load(file)
    env = {"PATH": "/etc/bin:/usr/bin:/usr/sbin", **job["EnvironmentVariables"]}
    null = subprocess.DEVNULL
    started = subprocess.Popen(job["ProgramArguments"], env=env, start_new_session=True, stdin=null, stdout=null, stderr=null)
    with open("/run/" + job["Label"], "w") as file:
        print(started.pid, file=file)
else:
    with open("/run/" + what.split("/")[1]) as file:
        os.kill(int(file.read()), signal.SIGTERM)
"""
DSCL = """#!/bin/sh
case "$*" in
". -read /Groups/nixbld PrimaryGroupID") echo "PrimaryGroupID: %(group)s" ;;
". -read /Users/_nixbld1 UniqueID") echo "UniqueID: %(user)s" ;;
". -list /Users UniqueID") printf '_nixbld1 %(user)s\nada 1000\nroot 0\n' ;;
". -list /Users UserShell") printf '_nixbld1 /sbin/nologin\nada /usr/local/bin/nu\nroot /bin/sh\n' ;;
esac
"""
CAREFUL = """#!/bin/sh
here=$(cd "$(dirname "$0")" && pwd -P)
[ "$(dscl . -read /Groups/nixbld PrimaryGroupID)" = "PrimaryGroupID: %(group)s" ] || { echo "Build user group has mismatching GID" >&2; exit 2; }
[ ! -e /etc/nix/nix.conf ] || [ -h /etc/nix/nix.conf ] || { echo "Unexpected files in /etc" >&2; exit 2; }
%(trouble)s
ln -sfn "$here/etc" /etc/static
ln -sfn /etc/static/nix/nix.conf /etc/nix/nix.conf
echo "$here" >>/var/log/activations
ln -sfn "$here" /run/current-system
"""
MAC = """{ inputs.nix-darwin.url = "github:nix-darwin/nix-darwin";
  outputs = { nix-darwin, ... }: { darwinConfigurations.m1 = nix-darwin.lib.darwinSystem { modules = [ ./m1.nix ]; }; }; }
"""
ACTIVATE = """#!/bin/sh
here=$(cd "$(dirname "$0")" && pwd -P)
echo "$here" >>/var/log/activations
ln -sfn "$here" /run/current-system
"""


class Mac(LabTest):
    def setUp(self):
        super().setUp()
        self.host = self.lab.hosts["h3"]
        for name, text in (("uname", UNAME), ("launchctl", LAUNCHCTL)):
            path = self.host.root / "etc/bin" / name
            path.write_text(text)
            path.chmod(0o755)
            self.addCleanup(path.unlink)
        self.host.inside("rm -rf /var/run/fleetd /var/log/launchctl")
        self.yard.write("flake.nix", MAC)
        (self.yard.root / "flake.lock").unlink()
        self.set("false")

    def set(self, hide):
        self.yard.write("m1.nix", '{ nixpkgs.hostPlatform = "aarch64-darwin"; system.stateVersion = 6; system.defaults.dock.autohide = %s; }\n' % hide)

    def system(self, version):
        made = self.yard.base / f"darwin-system-{version}"
        made.mkdir()
        (made / "activate").write_text(ACTIVATE)
        (made / "activate").chmod(0o755)
        (made / "nixos-version").write_text(version)
        return self.lab.nix("nix-store", "--add", str(made))

    def switch(self, path, *args):
        return self.deploy("m1", "--target-host", "root@h3.lab", "--store-path", path, *args)

    def mac(self, **ids):
        """What dscl says on this Mac; and what stands in /etc before nix-darwin comes."""
        path = self.host.root / "etc/bin/dscl"
        table = {"group": 30000, "user": 301, **ids}
        path.write_text(DSCL % table)
        path.chmod(0o755)
        self.addCleanup(path.unlink)
        etc = self.host.root / "etc"
        before = (etc / "nix/nix.conf").read_text()
        self.addCleanup((etc / "nix/nix.conf").write_text, before)
        (etc / "nix/nix.conf").write_text(before + "access-tokens = github.com=geheim\n")
        (etc / "shells").write_text("# comment\n/bin/zsh\n/opt/homebrew/bin/fish\n")
        self.addCleanup(lambda: [os.unlink(etc / n) for n in ("shells", "static", "nix/nix.conf.before-nix-darwin", "nix/nix.conf") if os.path.lexists(etc / n)])

    def darwin(self, version, group=350, trouble=""):
        """A system that looks at what nix-darwin's looks at, and links what it links."""
        made = self.yard.base / f"darwin-system-{version}"
        (made / "etc/nix").mkdir(parents=True)
        (made / "activate").write_text(CAREFUL % {"group": group, "trouble": trouble})
        (made / "activate").chmod(0o755)
        (made / "conf").write_text(labs.NIX)
        (made / "etc/nix/nix.conf").symlink_to("../../conf")
        (made / "nixos-version").write_text(version)
        return self.lab.nix("nix-store", "--add", str(made))

    def test_what_a_mac_has_before_is_looked_at_and_solved(self):
        self.mac()
        conf = self.host.root / "etc/nix/nix.conf"
        first = self.darwin("1", group=350)
        wrong = self.expect(self.switch(first), 1, err=["FL0848", "the group nixbld is 30000 there, and 350", "_nixbld1 is 301 there, and 351", "fleetd machines hardware m1"])
        self.assertEqual((self.host.runs(), self.host.inside("cat /var/log/launchctl", check=False)), ("", ""), wrong.err)
        self.assertFalse(conf.is_symlink())
        self.expect(self.hardware(), 0, err=["machines/m1/darwin.json was written"])
        facts = json.loads((self.yard.root / "machines/m1/darwin.json").read_text())
        self.assertEqual(facts, {"buildGroup": 30000, "buildUsers": 300, "shells": ["/opt/homebrew/bin/fish", "/usr/local/bin/nu"]})
        self.expect(self.hardware(), 0, err=["up to date"])
        self.assertNotIn("geheim", "".join(p.read_text(errors="replace") for p in self.yard.base.rglob("*") if p.is_file()))
        out = self.yard.base / "tree"
        self.expect(self.run_fleetd("render", "--out", str(out)), 0)
        module = next(out.rglob("_mac.nix")).read_text()
        for text in ("ids.gids.nixbld = lib.mkOverride 900 30000;", "ids.uids.nixbld = lib.mkOverride 900 300;", '"/opt/homebrew/bin/fish"'):
            self.assertIn(text, module)
        self.assertIn("_mac.nix", (out / "fleetd/hosts.nix").read_text())
        # Its own nix.conf is put beside, and comes back with a system that is taken back.
        self.expect(self.switch(self.darwin("2", 30000, "exit 3")), 1, err=["no earlier system to return to"])
        self.assertIn("geheim", conf.read_text())
        self.expect(self.switch(self.darwin("3", 30000)), 0, err=["FL0849", "access-tokens"])
        self.assertTrue(conf.is_symlink())
        self.assertIn("geheim", (self.host.root / "etc/nix/nix.conf.before-nix-darwin").read_text())
        self.assertEqual((self.host.runs(), self.host.boots()), ("3", "3"))

    def hardware(self):
        words = [*self.lab.operator_words(), SETUP.binary, "machines", "hardware", "m1", "--ssh-config", str(self.lab.config), "--target-host", "root@h3.lab"]
        done = subprocess.run(words, cwd=self.yard.root, env=self.yard.environment(), capture_output=True, timeout=60, check=False)
        return Result(done.returncode, done.stdout.decode(), done.stderr.decode(), done.stdout, done.stderr)

    def test_what_only_a_person_can_solve(self):
        self.mac(group=350, user=351)
        self.yard.write("m1.nix", '{ nixpkgs.hostPlatform = "aarch64-darwin"; system.stateVersion = 6; system.primaryUser = "eve"; users.knownUsers = [ "ada" ]; users.users.ada.uid = 777; }\n')
        self.host.inside("mkdir -p /etc/ssh/authorized_keys.d")
        self.addCleanup(self.host.inside, "rmdir /etc/ssh/authorized_keys.d")
        path = self.darwin("1")
        self.expect(self.switch(path), 1, err=["FL0848", "system.primaryUser is eve", "ada is 1000 there, and users.users.ada.uid is 777", "authorized_keys.d"])
        self.expect(self.hardware(), 1, err=["FL0848", "system.primaryUser is eve"])
        self.assertEqual(self.host.runs(), "")

    def jobs(self):
        return [line.split("/")[-1].split()[0] for line in self.host.inside("cat /var/log/launchctl").splitlines()]

    def test_a_job_of_launchd_brings_it_back(self):
        self.expect(self.switch(self.system("1")), 0)
        self.assertEqual((self.host.runs(), self.host.boots()), ("1", "1"))
        self.set("true")
        self.expect(self.run_fleetd("plan", "m1"), 0, out=["a way back does not undo system.defaults.dock.autohide"])
        done = self.expect(self.switch(self.system("2"), "--health-check", "false"), 1, err=["FL0824", "it returned", "not taken back: system.defaults.dock.autohide"])
        self.assertNotIn("hostPlatform", done.err)
        self.assertEqual((self.host.runs(), self.host.boots()), ("1", "1"))
        self.assertEqual(len(self.jobs()), 4)
        self.assertEqual(self.host.inside("ls /var/run/fleetd | grep -v -e state -e log", check=False), "")

    def test_the_session_and_the_operator_die(self):
        self.expect(self.switch(self.system("1")), 0)
        running = self.start_fleetd("deploy", "m1", "--target-host", "root@h3.lab", "--store-path", self.system("2"), "--confirm-timeout", "3", "--health-check", "sleep 100")
        self.lab.wait(lambda: self.host.runs() == "2", "the new system was never active")
        running.kill()
        running.communicate()
        self.host.inside("for p in $(pgrep -f 'sshd: root'); do kill -9 $p; done", check=False)
        self.lab.wait(lambda: self.host.runs() == "1", "it did not return by itself")
        self.assertEqual(self.host.boots(), "1")

    def test_goals_that_a_mac_has_not(self):
        self.expect(self.switch(self.system("1"), "--goal", "reboot"), 1, err=["FL0823", "darwin hosts can be switched and tested"])
        self.expect(self.run_fleetd("plan", "m1", "--goal", "boot"), 1, err=["FL0823"])


class Plan(FleetTest):
    def test_loaders_that_cannot(self):
        flake = """{ inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";
  outputs = { nixpkgs, ... }: { nixosConfigurations.barn = nixpkgs.lib.nixosSystem { modules = [ { nixpkgs.hostPlatform = "x86_64-linux"; boot.loader.%s } ]; }; }; }
"""
        for loader, code in (("systemd-boot.enable = true;", 0), ("timeout = 1;", 0), ("grub.enable = false;", 1), ("generic-extlinux-compatible.enable = true;", 1)):
            fleet = self.fleet(files={"flake.nix": flake % loader})
            self.expect(fleet.run("plan", "--goal", "boot"), code, err=["FL0844"] if code else [])
            self.expect(fleet.run("plan"), 0)
            self.expect(fleet.run("plan", "--goal", "boot", "--no-way-back"), 0)


if __name__ == "__main__":
    unittest.main()
