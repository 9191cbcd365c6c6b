#!/usr/bin/env python3
"""Counts the single test cases behind a meson test run and prints `N passed, N failed` as the last line.

Reads meson's testlog.json. GoogleTest, TAP and Python's unittest say how many cases they ran; any other test is one case. A test
that failed without naming a failed case (a crash, a timeout) counts as one failed case."""

import json
import re
import sys

GTEST_OK = re.compile(r"^\[       OK \] ", re.M)
GTEST_SKIPPED = re.compile(r"^\[  SKIPPED \] .*\(\d+ ms\)$", re.M)
GTEST_FAILED = re.compile(r"^\[  FAILED  \] .*\(\d+ ms\)$", re.M)
TAP_LINE = re.compile(r"^(not ok|ok)\b(?!.*#\s*skip)", re.M | re.I)
TAP_SKIPPED = re.compile(r"^ok\b.*#\s*skip", re.M | re.I)
UNITTEST = re.compile(r"^Ran (\d+) tests? in .*\n\n(OK|FAILED)(?: \((.*)\))?", re.M)
PASSING = {"OK", "EXPECTEDFAIL"}


def cases(output, errors):
    """(passed, failed, skipped) as the test itself tells, or zeros."""
    if "[==========] Running " in output:
        return len(GTEST_OK.findall(output)), len(GTEST_FAILED.findall(output)), len(GTEST_SKIPPED.findall(output))
    match = UNITTEST.search(output) or UNITTEST.search(errors)
    if match:
        parts = dict(part.split("=") for part in (match.group(3) or "").split(", ") if "=" in part)
        skipped = int(parts.get("skipped", 0))
        failed = int(parts.get("failures", 0)) + int(parts.get("errors", 0))
        return int(match.group(1)) - failed - skipped, failed, skipped
    if re.search(r"^1\.\.\d+", output, re.M):
        results = TAP_LINE.findall(output)
        failed = sum(1 for result in results if result.lower() != "ok")
        return len(results) - failed, failed, len(TAP_SKIPPED.findall(output))
    return 0, 0, 0


def count(tests):
    passed = failed = skipped = 0
    for test in tests:
        ok, bad, left_out = cases(test.get("stdout") or "", test.get("stderr") or "")
        result = test["result"]
        if result == "SKIP":
            left_out = max(left_out, 1)
        elif result in PASSING:
            if ok + bad + left_out == 0:
                ok = 1
        elif bad == 0:
            bad = 1
        passed, failed, skipped = passed + ok, failed + bad, skipped + left_out
    return passed, failed, skipped


def self_test():
    gtest = "[==========] Running 3 tests\n[       OK ] A.a (0 ms)\n[  SKIPPED ] A.s (0 ms)\n[  FAILED  ] A.b (1 ms)\n[  FAILED  ] A.b\n"
    crash = "[==========] Running 3 tests\n[       OK ] A.a (0 ms)\n[ RUN      ] A.b\n"
    unit = "Ran 5 tests in 0.1s\n\nFAILED (failures=1, errors=1, skipped=1)\n"
    for output, errors, result, expected in (
        (gtest, "", "FAIL", (1, 1, 1)),
        (crash, "", "FAIL", (1, 1, 0)),
        (crash, "", "TIMEOUT", (1, 1, 0)),
        ("", unit, "FAIL", (2, 2, 1)),
        ("", "Ran 2 tests in 0.1s\n\nOK\n", "OK", (2, 0, 0)),
        ("1..3\nok 1\nnot ok 2\nok 3 # SKIP no nix\n", "", "FAIL", (1, 1, 1)),
        ("anything", "", "OK", (1, 0, 0)),
        ("", "", "ERROR", (0, 1, 0)),
        ("", "", "SKIP", (0, 0, 1)),
        ("", "", "UNEXPECTEDPASS", (0, 1, 0)),
    ):
        got = count([{"stdout": output, "stderr": errors, "result": result}])
        assert got == expected, (output, errors, result, got, expected)


def main():
    if sys.argv[1:] == ["--self-test"]:
        self_test()
        return 0
    with open(sys.argv[1], encoding="utf-8", errors="replace") as log:
        passed, failed, skipped = count(json.loads(line) for line in log if line.strip())
    if skipped:
        print(f"{skipped} skipped")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
