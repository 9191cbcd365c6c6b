"""Expressions of the conformance cases with a few tokens changed, moved or taken from another case."""
import os
import re

TOKEN = re.compile(r"\s+|[A-Za-z_][A-Za-z0-9_'-]*|[0-9]+(?:\.[0-9]*)?|\"|''|\$\{|//|\+\+|->|==|!=|<=|>=|&&|\|\||\.\.\.|.", re.S)
EXTRA = ["(", ")", "{", "}", "[", "]", ";", ":", ".", "=", ",", "@", "?", "or", "rec", "let", "in", "inherit", "with", "if", "then", "else", "assert", "!", "-", "+", "//", "++", "==", "''",
         '"', "${", "x", "1", "null", "...", "a.b", "true", "<", "<x>", "http://a", "/a", "./b", "\n", " ", "&&", "||", "->", "__curPos", "builtins", "'"]


class Corpus:
    def __init__(self, directories):
        self.texts = []
        for directory in directories:
            for name in sorted(os.listdir(directory)):
                if name.endswith(".nix"):
                    with open(os.path.join(directory, name), encoding="utf-8", errors="surrogateescape") as file:
                        text = file.read()
                    # Endless recursion takes each engine to its own limit, and files are elsewhere.
                    if len(text) < 3000 and "import" not in text and "readFile" not in text and "./" not in text:
                        self.texts.append(TOKEN.findall(text))

    def case(self, rng):
        tokens = list(rng.choice(self.texts))
        for _ in range(rng.choice([1, 1, 1, 2, 3])):
            at = rng.randrange(len(tokens)) if tokens else 0
            kind = rng.randrange(6)
            if kind == 0:
                del tokens[at:at + 1]
            elif kind == 1:
                tokens.insert(at, rng.choice(EXTRA))
            elif kind == 2 and tokens:
                tokens[at] = rng.choice(EXTRA)
            elif kind == 3 and tokens:
                other = rng.randrange(len(tokens))
                tokens[at], tokens[other] = tokens[other], tokens[at]
            elif kind == 4:
                donor = rng.choice(self.texts)
                start = rng.randrange(len(donor))
                tokens[at:at + rng.randint(0, 3)] = donor[start:start + rng.randint(1, 6)]
            elif tokens:
                tokens.insert(at, tokens[rng.randrange(len(tokens))])
        return "".join(tokens)
