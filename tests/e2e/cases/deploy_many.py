"""Many hosts that are simulated: programs in place of ssh and nix answer as such hosts would. What grows with their number is looked at."""

import json
import os
import subprocess

from harness import SETUP, FleetTest

SSH = """#!/bin/sh
case " $* " in *" -O "*) exit 0 ;; esac
while [ "$1" != -- ]; do shift; done
at=$SIMULATED/$2 command=$3
cat >/dev/null
case $command in
*" status "* | *" brief "*) printf 'kernel Linux\\nmachine x86_64\\nsystem %s\\nprofile %s\\nuser root\\nkey yes\\n' "$(cat "$at" 2>/dev/null)" "$(cat "$at" 2>/dev/null)" ;;
*" start "*) printf '%s' "$command" | grep -o '/nix/store/[^ ]*' >"$at.new"; rm -f "$at.ok"; echo STARTED ;;
*" await "*) if [ -e "$at.ok" ]; then echo DONE; else echo WAITING; fi ;;
*" confirm "*) mv "$at.new" "$at"; : >"$at.ok" ;;
esac
"""
NIX = """#!/bin/sh
name=$(printf '%s' "$*" | sed -n 's/.*nixosConfigurations."h\\([0-9]*\\)".*/\\1/p')
[ -z "$name" ] || printf '[{"outputs":{"out":"/nix/store/%032d-nixos-system-h%d"}}]\\n' "$name" "$name"
"""


class Many(FleetTest):
    def yard(self, count):
        yard = self.fleet("deploy")
        names = [f"h{number}" for number in range(1, count + 1)]
        flake = (yard.root / "flake.nix").read_text()
        start, end = flake.index("names = [") + len("names = ["), flake.index("];")
        yard.write("flake.nix", flake[:start] + " ".join(f'"{name}"' for name in names) + flake[end:])
        for name in names:
            yard.write(f"{name}.nix", "{ }\n")
        self.bin, self.hosts = yard.base / "bin", yard.base / "hosts"
        for directory in (self.bin, self.hosts):
            directory.mkdir()
        for program, text in (("ssh", SSH), ("nix", NIX)):
            (self.bin / program).write_text(text)
            (self.bin / program).chmod(0o755)
        return yard

    def deployed(self, yard, *args):
        """What came of it, and the most memory that fleetd had, in KiB."""
        env = yard.environment({"PATH": f"{self.bin}:{os.environ['PATH']}", "SIMULATED": str(self.hosts)})
        out = yard.base / "out"
        with open(out, "wb") as file:
            running = subprocess.Popen([SETUP.binary, "deploy", "--json", "--max-parallel", "64", *args], cwd=yard.root, env=env, stdout=file, stderr=subprocess.STDOUT)
            _, status, usage = os.wait4(running.pid, 0)
            running.returncode = os.waitstatus_to_exitcode(status)
        text = out.read_text()
        self.assertEqual(running.returncode, 0, text[-3000:])
        lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
        return [one["outcome"] for one in lines if "outcome" in one], usage.ru_maxrss

    def test_memory_does_not_grow_with_hosts(self):
        peaks = {}
        for count in (8, 64):
            yard = self.yard(count)
            outcomes, peaks[count] = self.deployed(yard)
            self.assertEqual(outcomes, ["deployed"] * count)
            self.assertEqual(self.deployed(yard)[0], ["unchanged"] * count)
        print(f"fleetd deploy: {peaks[8]} KiB with 8 hosts, {peaks[64]} KiB with 64")
        # A host is its composed options and what ssh said of it.
        self.assertLess(peaks[64] - peaks[8], (64 - 8) * 1024)
