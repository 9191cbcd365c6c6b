"""Many hosts that are simulated: programs in place of ssh and nix answer as such hosts would. What grows with their number is looked at."""

import json
import os
import subprocess

from harness import SETUP
from simulated import SimulatedTest


class Many(SimulatedTest):
    def deployed(self, yard, *args):
        """What came of it, and the most memory that fleetd had, in KiB."""
        env = yard.environment(yard.env)
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
            yard = self.simulated([f"h{number}" for number in range(1, count + 1)])
            outcomes, peaks[count] = self.deployed(yard)
            self.assertEqual(outcomes, ["deployed"] * count)
            self.assertEqual(self.deployed(yard)[0], ["unchanged"] * count)
        print(f"fleetd deploy: {peaks[8]} KiB with 8 hosts, {peaks[64]} KiB with 64")
        # A host is its composed options and what ssh said of it.
        self.assertLess(peaks[64] - peaks[8], (64 - 8) * 1024)
