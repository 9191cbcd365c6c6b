"""A fleet of hosts of a lab, which is deployed to, and what they run in the end."""

import json
import shutil
import subprocess
import unittest

import lab as labs
from harness import SETUP, FleetTest, Result

WHY_NOT = labs.missing()

# An activation of the test before may still be returning, and its lock is about to go: it ends first.
ENDED = "for lock in /run/fleetd/lock /var/run/fleetd/lock /var/lib/fleetd/lock; do [ ! -s $lock/pid ] || kill -9 -$(cat $lock/pid) 2>/dev/null; done; "
EMPTY = ENDED + "rm -rf /run/current-system /run/fleetd /run/refuse /run/rebooting /nix/var/nix/profiles/system* /var/log/activations /var/lib/sops-nix /var/lib/fleetd /etc/systemd/system.control /nix/var/nix/profiles/per-user /var/log/order; sed -i /nonsense/d /etc/ssh/sshd_config"


def laboratory(*names):
    """setUpModule and tearDownModule of a module whose tests share a lab with hosts of these names."""

    def begin():
        if WHY_NOT:
            print(f"skipped, no lab: {WHY_NOT}")
        else:
            LabTest.lab = labs.Lab(list(names))

    def end():
        if LabTest.lab:
            LabTest.lab.close()
            LabTest.lab = None

    return begin, end


@unittest.skipIf(WHY_NOT, f"no lab: {WHY_NOT}")
class LabTest(FleetTest):
    """Runs where there can be a lab; its module names the hosts with `laboratory`."""

    lab = None

    def setUp(self):
        for host in self.lab.hosts.values():
            if not host.process:
                host.start()
            host.link("up")
            host.cable("up")
            host.inside(EMPTY)
        self.yard = self.fleet("deploy")
        shutil.move(self.yard.root / "nixpkgs", self.yard.base / "nixpkgs")
        self.yard.write("flake.lock", self.lab.lock_of(self.yard.base / "nixpkgs"))

    def words(self, *args):
        with_ssh = ["--ssh-config", str(self.lab.config)] if args[0] in ("deploy", "rollback", "status", "generations", "ssh") else []
        return [*self.lab.operator_words(), SETUP.binary, args[0], *with_ssh, *args[1:]]

    def run_fleetd(self, *args, timeout=120, env=None, stdin=b""):
        done = subprocess.run(self.words(*args), cwd=self.yard.root, env=self.yard.environment(env), input=stdin, capture_output=True, timeout=timeout, check=False)
        return Result(done.returncode, done.stdout.decode(), done.stderr.decode(), done.stdout, done.stderr)

    def start_fleetd(self, *args, env=None):
        return subprocess.Popen(self.words(*args), cwd=self.yard.root, env=self.yard.environment(env), stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def built(self, *args, code=0):
        """The systems that the last line of `build --json` lists."""
        lines = self.expect(self.run_fleetd("build", "--json", *args), code).out.splitlines()
        return json.loads(lines[-1])["systems"]

    def deploy(self, *args, **options):
        return self.run_fleetd("deploy", *args, **options)

    def version(self, number, trouble="none", host="h1"):
        self.yard.write("common.nix", f'{{ system.version = "{number}"; }}\n')
        self.yard.write(f"{host}.nix", f'{{ lab.trouble = "{trouble}"; }}\n')

    def systems(self):
        return {name: (host.runs(), host.boots()) for name, host in self.lab.hosts.items()}

    def outcomes(self, number=0):
        done = self.expect(self.run_fleetd("history", "--json"), 0).json()
        return {one["host"]: one["outcome"] for one in done[number]["hosts"]}
