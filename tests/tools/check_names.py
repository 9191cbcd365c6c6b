#!/usr/bin/env python3
"""No file says of itself that it is unfinished."""

import re

import tree

# Spelt in pieces, so that this file does not match.
WORDS = ("TO" + "DO", "FIX" + "ME", "X" * 3, "HA" + "CK", "W" + "IP")
PHRASES = ("not " + "implemented", "un" + "implemented", "not yet " + "supported")
PATTERN = re.compile(r"\b(" + "|".join(WORDS) + r")\b|(?i:\b(" + "|".join(PHRASES) + r")\b)")
ENDINGS = (".cpp", ".hpp", ".h", ".c", ".def", ".nix", ".py", ".sh", ".md", "meson.build")


def check(root):
    for path in tree.files(root, ENDINGS):
        for number, line in enumerate(tree.read(root, path).splitlines(), 1):
            match = PATTERN.search(line)
            if match:
                yield f"{path}:{number}: `{match.group(0)}`: finish it, or describe it in an issue"


GOOD = {"kernel/a.cpp": 'mkdtemp("dir-XXXXXX"); // todos of the user\n', "tests/conformance/lang/a.nix": WORDS[0]}
BAD = [(word, {"kernel/b.cpp": f"// {word}: later\n"}) for word in WORDS]
BAD += [(phrase, {"plugins/p.nix": f"# {phrase.capitalize()}\n"}) for phrase in PHRASES]

if __name__ == "__main__":
    tree.run(check, GOOD, BAD)
