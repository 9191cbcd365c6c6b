#!/usr/bin/env python3
"""Every function of the C ABI says which thread calls it, in which states, who owns what it returns, and what a failure means."""

import argparse
import re
import sys
from pathlib import Path

FUNCTION = re.compile(r"\(FLEET_CALL\*\s*(?:const\s+)?(\w+)\)\s*\(")
TAG = re.compile(r"\[(?:plugin-thread|worker-thread|thread-safe|any thread|the thread of the call)[^\]]*\]")
STATE = re.compile(r"\b(?:created|inactive|active)\b")
# What a comment about a status says: a code, or what happens then.
FAILURE = re.compile(r"FLEET_E_|[Ff]ail|[Ee]rror|refus")
OWNER = re.compile(r"\bown(?:s|ed)\b|\b[Ff]reed\b|\bvalid\b|\bborrowed\b|[Ss]tatic storage")


def comments(text):
    """The text with comments' inner line breaks folded, so that a tag that was wrapped is whole."""
    return re.sub(r"/\*.*?\*/", lambda m: re.sub(r"\s*\n\s*(?:\*(?!/))?\s*", " ", m.group(0)), text, flags=re.S)


def functions(text):
    """Yields (name, declaration, comment): the comment before the declaration, or the one behind it on its line."""
    text = comments(text)
    for match in FUNCTION.finditer(text):
        start = max(text.rfind(mark, 0, match.start()) for mark in (";", "{", "*/"))
        end = text.index(";", match.end())
        declaration = text[start + 1 : end]
        before = text[: start + 1].rstrip()
        line = text[end + 1 :].split("\n", 1)[0]
        comment = ""
        if text.startswith("*/", start):
            before = text[: start + 2]
        if before.endswith("*/"):
            comment = before[before.rfind("/*") :]
        comment += " " + (line if line.strip().startswith("/*") else "")
        yield match.group(1), declaration, comment


def problems(name, text):
    for function, declaration, comment in functions(text):
        where = f"{name}: {function}"
        tag = TAG.search(comment)
        if not tag:
            yield f"{where}: no thread tag"
        elif "plugin-thread" in tag.group(0) and "[plugin-thread]" not in tag.group(0) and not STATE.search(tag.group(0)):
            yield f"{where}: no state beside the thread"
        if "fleet_status_t" in declaration.split("(FLEET_CALL")[0] and not FAILURE.search(comment):
            yield f"{where}: nothing about a failure"
        if "*" in declaration.split("(FLEET_CALL")[0] and not OWNER.search(comment):
            yield f"{where}: nothing about who owns what it returns"


GOOD = """/* Gives a thing, owned by the host, or null. [thread-safe] */
  const void*(FLEET_CALL* get)(int);
  /* Fails with FLEET_E_LIMIT. [plugin-thread & inactive,
   * active] */
  fleet_status_t(FLEET_CALL* start)(int);
  uint8_t(FLEET_CALL* is)(int); /* 1 or 0. [any thread] */
"""
BAD = [
    ("no comment", "  uint8_t(FLEET_CALL* is)(int);\n"),
    ("no tag", "/* 1 or 0. */\n  uint8_t(FLEET_CALL* is)(int);\n"),
    ("a tag without a state", "/* 1. [plugin-thread & soon] */\n  uint8_t(FLEET_CALL* is)(int);\n"),
    ("no failure", "/* Starts. [thread-safe] */\n  fleet_status_t(FLEET_CALL* start)(int);\n"),
    ("no owner", "/* A thing. [thread-safe] */\n  const void*(FLEET_CALL* get)(int);\n"),
    ("another's comment", "/* 1. [any thread] */\n  uint8_t(FLEET_CALL* a)(int);\n  uint8_t(FLEET_CALL* b)(int);\n"),
]


def self_test():
    wrong = list(problems("good", GOOD))
    wrong += [f"missed: {what}" for what, text in BAD if not list(problems("bad", text))]
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--include", type=Path, required=True)
    include = parser.parse_args().include
    found = self_test()
    count = 0
    for header in sorted((include / "fleet").rglob("*.h")):
        text = header.read_text(encoding="utf-8")
        count += len(list(functions(text)))
        found += problems(header.relative_to(include).as_posix(), text)
    print("\n".join(found))
    print(f"{count} functions, {len(found)} problems")
    return 1 if found or count < 30 else 0


if __name__ == "__main__":
    sys.exit(main())
