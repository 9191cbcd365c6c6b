#!/usr/bin/env python3
"""The benchmark runner measures a child, notices failures, and every entry is described."""

import json
import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import run  # noqa: E402


class Runner(unittest.TestCase):
    def test_measures_time_and_memory_of_the_child(self):
        grow = "x = bytearray(64 << 20); import time; time.sleep(0.02)"
        result, problem = run.measure({"command": [sys.executable, "-c", grow]}, "build", 3)
        self.assertIsNone(problem)
        self.assertEqual(result["runs"], 3)
        self.assertGreaterEqual(result["min_ms"], 20)
        self.assertLessEqual(result["min_ms"], result["median_ms"])
        self.assertGreater(result["peak_mib"], 64)

    def test_failures_are_reported(self):
        result, problem = run.measure({"command": [sys.executable, "-c", "import sys; sys.exit('broken')"]}, "build", 1)
        self.assertIsNone(result)
        self.assertIn("broken", problem)
        self.assertIn("missing", run.measure({"command": ["no-such-program-here"]}, "build", 1)[1])

    def test_expected_status_and_preparation(self):
        bench = {
            "prepare": [["touch", "{tmp}/ready"]],
            "command": [sys.executable, "-c", "import os, sys; sys.exit(7 if os.path.exists(sys.argv[1]) else 1)", "{tmp}/ready"],
            "exit": 7,
        }
        self.assertIsNone(run.measure(bench, "build", 1)[1])

    def test_what_stands_beside_the_peers(self):
        results = {"nix": {"median_ms": 90.0}, "python": {"median_ms": 45.4}}
        own = {"median_ms": 5.0}
        self.assertEqual(run.beside(own, run.peers_of({"peer": {"nix": "Nix", "python": "Python", "gone": "Go"}}), results), "18 times as fast as Nix, 9 times as fast as Python")
        self.assertEqual(run.beside(own, run.peers_of({"peer": "nix"}), results), "18 times as fast")
        self.assertEqual(run.beside(own, run.peers_of({}), results), "")

    def test_the_python_peer_computes_the_fleet(self):
        fleet = os.path.join(run.ROOT, "tests", "conformance", "fleets", "n8-s1")
        done = subprocess.run([sys.executable, "-B", os.path.join(run.HERE, "reference"), fleet], capture_output=True, check=True, timeout=120)
        with open(os.path.join(fleet, "expected.json"), encoding="utf-8") as file:
            # Nix prints a whole number that was computed as a float without a fraction or with it; here it is one value.
            expected = json.load(file, parse_int=float)
        self.assertEqual(json.dumps(json.loads(done.stdout, parse_int=float), sort_keys=True), json.dumps(expected, sort_keys=True))

    def test_every_entry_is_described(self):
        with open(os.path.join(run.HERE, "benches.json"), encoding="utf-8") as file:
            names = [bench["name"] for bench in json.load(file)]
        self.assertEqual(len(names), len(set(names)))
        with open(os.path.join(run.HERE, "README.md"), encoding="utf-8") as file:
            text = file.read()
        for name in names:
            self.assertIn(f"\n## {name}\n", text)


if __name__ == "__main__":
    unittest.main()
