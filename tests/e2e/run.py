#!/usr/bin/env python3
"""Drives the built fleetd through the cases of tests/e2e/cases.

run.py --binary build/fleetd [--plugins build/plugins] [MODULE …] [-k PATTERN]
"""

import argparse
import importlib
import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True

import harness  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", required=True)
    parser.add_argument("--plugins", default="")
    parser.add_argument("-k", dest="pattern", action="append", help="only tests whose name contains this")
    parser.add_argument("modules", nargs="*", help="names of files in cases/; all when none is given")
    options = parser.parse_args()
    harness.SETUP.binary = str(Path(options.binary).resolve())
    harness.SETUP.plugins = str(Path(options.plugins).resolve()) if options.plugins else ""

    names = options.modules or sorted(p.stem for p in (HERE / "cases").glob("*.py"))
    loader = unittest.TestLoader()
    if options.pattern:
        loader.testNamePatterns = [f"*{p}*" for p in options.pattern]
    suite = unittest.TestSuite()
    for name in names:
        module = importlib.import_module(f"cases.{name}")
        suite.addTests(loader.loadTestsFromModule(module))
        if hasattr(module, "CASES"):
            suite.addTests(loader.loadTestsFromTestCase(harness.tests_of(module.CASES)))
    if suite.countTestCases() == 0:
        print("no test was found", file=sys.stderr)
        return 1
    result = unittest.TextTestRunner(verbosity=2).run(suite)
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
