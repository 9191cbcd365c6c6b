"""Reads the part of the Nix language that the generated fleets use into tuples: (kind, ...)."""

import re

TOKEN = re.compile(
    r"""(?:\s+|\#[^\n]*|/\*.*?\*/)*
    (?:(?P<float>\d+\.\d+)|(?P<int>\d+)|(?P<id>[A-Za-z_][A-Za-z0-9_'-]*)|(?P<string>"|'')
    |(?P<op>\.\.\.|\$\{|\+\+|//|==|!=|<=|>=|&&|\|\||[-+*<>!?=.;:,@(){}\[\]])|(?P<end>\Z))""",
    re.S | re.X,
)
# How tightly binary operators bind, and whether they group to the right.
BINARY = {"||": (1, False), "&&": (2, False), "==": (3, False), "!=": (3, False), "<": (4, False), ">": (4, False),
          "<=": (4, False), ">=": (4, False), "//": (5, True), "+": (7, False), "-": (7, False), "*": (8, False), "++": (9, True)}
PLAIN = re.compile(r'[^"\\$]+')
PLAIN_INDENTED = re.compile(r"[^'$]+")
KEYWORDS = {"if", "then", "else", "let", "in", "inherit", "or"}
ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


class Parser:
    def __init__(self, text, name):
        self.text, self.name = text, name
        self.advance(0)

    def advance(self, position):
        match = TOKEN.match(self.text, position)
        if not match:
            self.fail(position, "unreadable")
        self.kind = match.lastgroup
        self.token = match.group(self.kind)
        self.start, self.end = match.start(self.kind), match.end()

    def fail(self, position, what):
        raise SyntaxError(f"{self.name}:{self.text.count(chr(10), 0, position) + 1}: {what} near {self.text[position:position + 20]!r}")

    def next(self):
        self.advance(self.end)

    def take(self, token):
        if self.token != token or self.kind not in ("op", "id"):
            self.fail(self.start, f"expected {token}")
        self.next()

    def accept(self, token):
        if self.token == token and self.kind in ("op", "id"):
            self.next()
            return True
        return False

    def file(self):
        node = self.expression()
        if self.kind != "end":
            self.fail(self.start, "unexpected")
        return node

    def expression(self):
        if self.kind == "id":
            if self.accept("if"):
                condition = self.expression()
                self.take("then")
                yes = self.expression()
                self.take("else")
                return ("if", condition, yes, self.expression())
            if self.accept("let"):
                bindings = self.bindings("in")
                return ("let", bindings, self.expression())
            place, name = self.start, self.token
            self.next()
            if self.accept(":"):
                return ("lambda", name, None, self.expression())
            if self.accept("@"):
                formals = self.formals()
                self.take(":")
                return ("lambda", name, formals, self.expression())
            self.advance(place)
        elif self.token == "{" and self.kind == "op" and re.compile(r"\{\s*(?:\.\.\.|[A-Za-z_][\w'-]*\s*[,}?]|\}\s*:)").match(self.text, self.start):
            formals = self.formals()
            name = None
            if self.accept("@"):
                name = self.token
                self.next()
            self.take(":")
            return ("lambda", name, formals, self.expression())
        return self.binary(0)

    def formals(self):
        self.take("{")
        names = []
        while not self.accept("}"):
            if not self.accept("..."):
                names.append(self.token)
                self.next()
            if self.token != "}":
                self.take(",")
        return names

    def binary(self, least):
        if self.accept("!"):
            left = ("not", self.binary(6))
        else:
            left = self.application()
        while self.kind == "op" and self.token in BINARY and BINARY[self.token][0] >= least:
            operator = self.token
            level, right = BINARY[operator]
            self.next()
            left = ("binary", operator, left, self.binary(level if right else level + 1))
        return left

    def starts_operand(self):
        if self.kind == "id":
            return self.token not in KEYWORDS
        return self.kind in ("int", "float", "string") or self.token in ("(", "{", "[") and self.kind == "op"

    def application(self):
        node = self.select()
        while self.starts_operand():
            node = ("call", node, self.select())
        return node

    def select(self):
        node = self.operand()
        while self.kind == "op" and self.token == ".":
            path = []
            while self.accept("."):
                path.append(self.key())
            default = self.select() if self.accept("or") else None
            node = ("select", node, path, default)
        return node

    def key(self):
        if self.kind == "string":
            return self.string()
        if self.accept("${"):
            node = self.expression()
            self.take("}")
            return node
        name = self.token
        if self.kind != "id":
            self.fail(self.start, "expected a name")
        self.next()
        return ("constant", name)

    def operand(self):
        kind, token = self.kind, self.token
        if kind == "string":
            return self.string()
        if kind in ("int", "float"):
            self.next()
            return ("constant", int(token) if kind == "int" else float(token))
        if kind == "id" and token not in KEYWORDS:
            self.next()
            return ("name", token)
        if self.accept("("):
            node = self.expression()
            self.take(")")
            return node
        if self.accept("["):
            items = []
            while not self.accept("]"):
                items.append(self.select())
            return ("list", items)
        if self.accept("{"):
            return self.bindings("}")
        return self.fail(self.start, "unexpected")

    def bindings(self, end):
        """("set", {name: node}, [(key node, node)]): paths of names are nested sets."""
        result = ("set", {}, [])
        while not self.accept(end):
            if self.accept("inherit"):
                source = None
                if self.accept("("):
                    source = self.expression()
                    self.take(")")
                while not self.accept(";"):
                    result[1][self.token] = ("select", source, [("constant", self.token)], None) if source else ("outer", self.token)
                    self.next()
                continue
            path = [self.key()]
            while self.accept("."):
                path.append(self.key())
            self.take("=")
            value = self.expression()
            self.take(";")
            self.bind(result, path, value)
        return result

    def bind(self, target, path, value):
        for key in path[:-1]:
            found = target[1].get(key[1]) if key[0] == "constant" else None
            if found is None:
                found = ("set", {}, [])
                self.bind(target, [key], found)
            target = found
        key = path[-1]
        if key[0] != "constant":
            target[2].append((key, value))
        elif key[1] not in target[1]:
            target[1][key[1]] = value
        elif target[1][key[1]][0] == "set" == value[0]:
            target[1][key[1]][1].update(value[1])
            target[1][key[1]][2].extend(value[2])
        else:
            self.fail(self.start, f"{key[1]} is defined twice")

    def string(self):
        parts = self.indented() if self.token == "''" else self.quoted()
        if all(isinstance(part, str) for part in parts):
            return ("constant", "".join(parts))
        return ("string", [("constant", part) if isinstance(part, str) else part for part in parts if part])

    def interpolation(self, position):
        self.advance(position)
        node = self.expression()
        if self.token != "}":
            self.fail(self.start, "expected }")
        return node, self.end

    def quoted(self):
        text, position, parts = self.text, self.end, []
        while True:
            match = PLAIN.match(text, position)
            if match:
                parts.append(match.group())
                position = match.end()
            c = text[position:position + 1]
            if c == '"':
                self.advance(position + 1)
                return parts
            if not c:
                self.fail(self.start, "a string without an end")
            if c == "\\":
                parts.append(ESCAPES.get(text[position + 1], text[position + 1]))
                position += 2
            elif text.startswith("${", position):
                node, position = self.interpolation(position + 2)
                parts.append(node)
            else:
                parts.append(c)
                position += 1

    def indented(self):
        text, position, parts = self.text, self.end, []
        while True:
            match = PLAIN_INDENTED.match(text, position)
            if match:
                parts.append(match.group())
                position = match.end()
            if text.startswith("''", position):
                rest = text[position + 2:position + 3]
                if rest not in ("$", "'"):
                    self.advance(position + 2)
                    return strip_indentation(parts)
                parts.append("$" if rest == "$" else "''")
                position += 3
            elif text.startswith("${", position):
                node, position = self.interpolation(position + 2)
                parts.append(node)
            elif position >= len(text):
                self.fail(self.start, "a string without an end")
            else:
                parts.append(text[position])
                position += 1


def strip_indentation(parts):
    """Removes what all lines are indented by; an interpolation counts as a character."""
    marked = "".join(part if isinstance(part, str) else "\0" for part in parts)
    nodes = iter([part for part in parts if not isinstance(part, str)])
    lines = marked.split("\n")
    if not lines[0].strip(" "):
        lines.pop(0)
    depth = min((len(line) - len(line.lstrip(" ")) for line in lines if line.strip(" ")), default=0)
    if lines and not lines[-1].strip(" "):
        lines[-1] = ""
    result = []
    for piece in re.split("(\0)", "\n".join(line[depth:] for line in lines)):
        result.append(next(nodes) if piece == "\0" else piece)
    return result


def parse(path):
    with open(path, encoding="utf-8") as file:
        return Parser(file.read(), path).file()
