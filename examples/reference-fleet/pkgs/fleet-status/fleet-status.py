#!/usr/bin/env python3
"""Print one line for each host of a table: does its ssh port answer?"""

import argparse
import json
import socket
import sys


def answers(address: str, port: int, timeout: float) -> bool:
    try:
        with socket.create_connection((address, port), timeout=timeout):
            return True
    except OSError:
        return False


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table", required=True, help="JSON: name to facts of the host")
    parser.add_argument("--timeout", type=float, default=2.0)
    parser.add_argument("hosts", nargs="*", help="only these hosts")
    options = parser.parse_args()

    with open(options.table, encoding="utf-8") as file:
        table = json.load(file)

    silent = 0
    for name in options.hosts or sorted(table):
        facts = table.get(name)
        if facts is None:
            print(f"{name}: unknown", file=sys.stderr)
            return 2
        if facts["lifecycle"] in ("disabled", "retired"):
            print(f"{name:12} {facts['lifecycle']}")
        elif answers(facts["overlay6"], 22, options.timeout):
            print(f"{name:12} up")
        else:
            print(f"{name:12} silent")
            silent += 1
    return 1 if silent else 0


if __name__ == "__main__":
    sys.exit(main())
