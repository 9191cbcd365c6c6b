"""Random expressions that mostly have the type asked for: operators, sets, lists, functions, scopes and builtins of all families."""

WORDS = ["a", "b", "c", "x1", "foo", "bar", "ba", "", "A", "é", "a b", "-", "0", "1.5", "/x", "/a/b", "true", "foo.bar", "name-1.2"]
KEYS = ["a", "b", "c", "d", "value", "name", "x'", "_y", "or", "k-1"]
QUOTED = ['"q r"', '"a"', '"1"', '"if"', '"${"b"}"', '"x.y"', '""']
INTS = ["0", "1", "2", "3", "7", "10", "-1", "(-5)", "64", "255", "9223372036854775807", "(-9223372036854775807 - 1)", "00", "007"]
FLOATS = ["0.0", "1.5", "-2.5", "1e3", "1.", ".5", "1.0e-3", "3.25e10", "1e100", "123456789.125", "0.1", "(-0.0)", "2.0", "1e19"]
ASKED = ["a", "b", "c.d", '${"a"}', '"a"', "a.${toString 1}"]
FROM = ['[ "a" ]', '[ "" ]', '[ "a" "b" ]', '[ "ba" "a" ]']
TO = ['[ "X" ]', '[ "Y" "Z" ]', '[ "" "b" ]']
SPLIT = ['"a"', '"(b)"', '"[a-z]+"', '" "']
MATCH = ['"a(.*)"', '"(b)?.*"', '"[[:alnum:]]*"']
JSON_LISTS = ['"[1,2.5,null]"', '"[]"', '"[{}]"']
JSON_SETS = ["''{\"a\":1,\"b\":[true]}''", '"{}"']
TYPES = ["int", "float", "bool", "str", "list", "attrs", "null", "path"]


class Expressions:
    def __init__(self, rng, newlines=0.15, wrong=0.02):
        self.rng = rng
        self.newlines = newlines
        self.wrong = wrong
        self.scope = []  # (name, type)
        self.counter = 0

    # --- small helpers ---

    def pick(self, *choices):
        return self.rng.choice(choices)

    def chance(self, p):
        return self.rng.random() < p

    def sp(self):
        """White space between two tokens."""
        if self.chance(self.newlines):
            return self.pick("\n", "\n  ", " # c\n", " /* c */ ", "\n\n")
        return " "

    def fresh(self):
        self.counter += 1
        return f"v{self.counter}"

    def bound(self, type):
        names = [n for n, t in self.scope if t == type]
        return self.rng.choice(names) if names else None

    def within(self, bindings, make):
        """make() with more names in scope."""
        before = len(self.scope)
        self.scope += bindings
        text = make()
        del self.scope[before:]
        return text

    def fun(self, argument, result, depth):
        """A function from one type to another."""
        name = self.fresh()
        body = self.within([(name, argument)], lambda: self.gen(result, depth))
        return f"({name}:{self.sp()}{body})"

    def fun2(self, first, second, result, depth):
        a, b = self.fresh(), self.fresh()
        body = self.within([(a, first), (b, second)], lambda: self.gen(result, depth))
        return f"({a}: {b}:{self.sp()}{body})"

    def any_type(self):
        return self.rng.choice(TYPES)

    # --- the grammar ---

    def gen(self, type, depth):
        if self.chance(self.wrong):
            type = self.any_type()
        if type == "any":
            type = self.any_type()
        if depth <= 0:
            name = self.bound(type)
            return name if name and self.chance(0.6) else getattr(self, "leaf_" + type)()
        r = self.rng.random()
        if r < 0.14:
            return self.control(type, depth - 1)
        if r < 0.24:
            name = self.bound(type)
            if name:
                return name
        return getattr(self, "make_" + type)(depth - 1)

    def control(self, type, d):
        kind = self.rng.randrange(14)
        if kind == 0:
            return f"(if {self.gen('bool', d)}{self.sp()}then {self.gen(type, d)}{self.sp()}else {self.gen(type, d)})"
        if kind in (1, 2):
            return self.let(type, d)
        if kind == 3:
            key = self.rng.choice(KEYS[:6])
            return f"(with {{ {key} = {self.gen(type, d)}; }};{self.sp()}{key})"
        if kind == 4:
            return f"(assert {self.pick('true', 'true', 'true', self.gen('bool', d))};{self.sp()}{self.gen(type, d)})"
        if kind == 5:
            other = self.any_type()
            return f"({self.fun(other, type, d)}{self.sp()}{self.atom(other, d)})"
        if kind == 6:
            key = self.rng.choice(KEYS[:6])
            return f"{{ {key} = {self.gen(type, d)}; }}.{key}"
        if kind == 7:
            key = self.rng.choice(KEYS[:6])
            return f"({self.gen('attrs', d)}.{key}{self.pick('', '.b')} or {self.atom(type, d)})"
        if kind == 8:
            return f"(builtins.{self.pick('seq', 'deepSeq')} {self.atom('any', d)} {self.atom(type, d)})"
        if kind == 9:
            return f"(builtins.head [ {self.atom(type, d)} ])"
        if kind == 10:
            return f"(let r = builtins.tryEval {self.atom(type, d)}; in if r.success then r.value else {self.gen(type, d)})"
        if kind == 11:
            return self.pattern_call(type, d)
        if kind == 12:
            return f"(builtins.elemAt [ {self.atom('any', d)} {self.atom(type, d)} ] 1)"
        return f"(builtins.addErrorContext \"ctx\" {self.atom(type, d)})"

    def let(self, type, d):
        names = [(self.fresh(), self.any_type()) for _ in range(self.rng.randint(1, 3))]
        def body():
            text = "".join(f"{self.sp()}{n} = {self.gen(t, d)};" for n, t in names)
            return f"(let{text}{self.sp()}in {self.gen(type, d)})"
        return self.within(names, body)

    def pattern_call(self, type, d):
        names = [(self.fresh(), self.any_type()) for _ in range(self.rng.randint(0, 3))]
        formals, given = [], []
        for name, kind in names:
            optional = self.chance(0.4)
            formals.append(f"{name} ? {self.gen(kind, d)}" if optional else name)
            if not optional or self.chance(0.5):
                given.append(f"{name} = {self.gen(kind, d)};")
        if self.chance(0.06):
            given.append("extra = 1;")
        if self.chance(0.4):
            formals.append("...")
        at = self.fresh()
        pattern = "{ " + ", ".join(formals) + " }"
        pattern = self.pick(pattern, pattern, f"{at}@{pattern}", f"{pattern} @ {at}")
        body = self.within(names + ([(at, "attrs")] if at in pattern else []), lambda: self.gen(type, d))
        return f"(({pattern}:{self.sp()}{body}) {{ {' '.join(given)} }})"

    def atom(self, type, depth):
        """An expression that can stand as an argument."""
        text = self.gen(type, depth)
        simple = text and (text.isalnum() or (text[0] in "([" and self.closed(text)))
        return text if simple else f"({text})"

    @staticmethod
    def closed(text):
        depth = 0
        for i, c in enumerate(text):
            depth += c in "([{"
            depth -= c in ")]}"
            if depth == 0:
                return i == len(text) - 1
        return False

    # --- leaves ---

    def leaf_int(self): return self.rng.choice(INTS[:8] * 3 + INTS)
    def leaf_float(self): return self.rng.choice(FLOATS)
    def leaf_bool(self): return self.pick("true", "false")
    def leaf_null(self): return "null"
    def leaf_str(self): return '"' + self.rng.choice(WORDS) + '"'
    def leaf_path(self): return self.pick("/.", "/a/b", "/a/../c", "/x/./y", "/nix/z", "/a//b")
    def leaf_list(self): return self.pick("[ ]", "[ 1 2 ]", '[ "a" "b" ]', "[ 1 null ]", "[ [ ] ]")
    def leaf_attrs(self): return self.pick("{ }", "{ a = 1; }", '{ a = "x"; b = 2; }', "{ c = { d = 1; }; }", '{ name = "a"; value = 1; }')

    # --- one function a type ---

    def make_null(self, d): return self.pick("null", f"(builtins.fromJSON \"null\")")

    def make_path(self, d):
        return self.pick(self.leaf_path(), f"({self.leaf_path()} + {self.leaf_str()})", f"({self.gen('path', d)} + \"/z\")",
                         f"(dirOf {self.atom('path', d)})", self.leaf_path())

    def make_int(self, d):
        i, a = lambda: self.gen("int", d), lambda: self.atom("int", d)
        return self.rng.choice([
            lambda: f"({i()}{self.sp()}{self.pick('+', '-', '*', '/')}{self.sp()}{i()})",
            lambda: f"({i()} {self.pick('+', '-', '*')} {i()})",
            lambda: f"(-{a()})",
            lambda: f"(builtins.{self.pick('add', 'sub', 'mul', 'div', 'bitAnd', 'bitOr', 'bitXor')} {a()} {a()})",
            lambda: f"(builtins.{self.pick('ceil', 'floor')} {self.atom('float', d)})",
            lambda: f"(builtins.stringLength {self.atom('str', d)})",
            lambda: f"(builtins.length {self.atom('list', d)})",
            lambda: f"(builtins.foldl' {self.fun2('int', 'any', 'int', d)}{self.sp()}{a()} {self.atom('list', d)})",
            lambda: f"(builtins.compareVersions {self.atom('str', d)} {self.atom('str', d)})",
            lambda: f"(builtins.fromJSON \"{self.rng.randint(-99, 99)}\")",
            lambda: f"(builtins.length (builtins.attrNames {self.atom('attrs', d)}))",
        ])()

    def make_float(self, d):
        f, n = lambda: self.gen("float", d), lambda: self.gen(self.pick("int", "float"), d)
        return self.rng.choice([
            lambda: f"({f()} {self.pick('+', '-', '*', '/')} {n()})",
            lambda: f"({n()} {self.pick('+', '-', '*', '/')} {f()})",
            lambda: f"(builtins.{self.pick('add', 'sub', 'mul', 'div')} {self.atom('float', d)} {self.atom('int', d)})",
            lambda: f"(-{self.atom('float', d)})",
            self.leaf_float,
        ])()

    def make_bool(self, d):
        b = lambda: self.gen("bool", d)
        t = self.any_type()
        return self.rng.choice([
            lambda: f"({b()}{self.sp()}{self.pick('&&', '||', '->')}{self.sp()}{b()})",
            lambda: f"(!{self.atom('bool', d)})",
            lambda: f"({self.gen(t, d)} {self.pick('==', '!=')} {self.gen(self.pick(t, t, 'any'), d)})",
            lambda: f"({self.gen(self.pick('int', 'float', 'str', 'list', 'path'), d)} {self.pick('<', '<=', '>', '>=')} "
                    f"{self.gen(self.pick('int', 'str', 'list'), d)})",
            lambda: (lambda k: f"({self.gen(k, d)} {self.pick('<', '<=', '>', '>=')} {self.gen(k, d)})")(self.pick("int", "str", "float", "list")),
            lambda: f"({self.gen('attrs', d)} ? {self.pick(*ASKED)})",
            lambda: f"(builtins.is{self.pick('Int', 'Float', 'Bool', 'String', 'List', 'Attrs', 'Path', 'Function', 'Null')} {self.atom('any', d)})",
            lambda: f"(builtins.elem {self.atom('any', d)} {self.atom('list', d)})",
            lambda: f"(builtins.{self.pick('any', 'all')} {self.fun('any', 'bool', d)} {self.atom('list', d)})",
            lambda: f"(builtins.hasAttr {self.leaf_str()} {self.atom('attrs', d)})",
            lambda: f"(builtins.lessThan {self.atom('int', d)} {self.atom('int', d)})",
            lambda: f"(builtins.hasContext {self.atom('str', d)})",
        ])()

    def make_str(self, d):
        s, a = lambda: self.gen("str", d), lambda: self.atom("str", d)
        return self.rng.choice([
            lambda: f"({s()}{self.sp()}+{self.sp()}{s()})",
            lambda: f"\"{self.rng.choice(WORDS)}${{{s()}}}{self.rng.choice(WORDS)}\"",
            lambda: f"''{self.pick('', chr(10))}  {self.rng.choice(WORDS)}${{{s()}}}\n {self.rng.choice(WORDS)}''",
            lambda: f"(toString {self.atom(self.pick('int', 'str', 'bool', 'null', 'list', 'float', 'path', 'any'), d)})",
            lambda: f"(builtins.toJSON {self.atom('any', d)})",
            lambda: f"(builtins.typeOf {self.atom('any', d)})",
            lambda: f"(builtins.substring {self.pick('0', '1', '2', '(-1)', '5')} {self.pick('0', '1', '3', '(-1)', '100')} {a()})",
            lambda: f"(builtins.concatStringsSep {a()} {self.strings(d)})",
            lambda: f"(builtins.replaceStrings {self.pick(*FROM)} "
                    f"{self.pick(*TO)} {a()})",
            lambda: f"(builtins.hashString \"{self.pick('md5', 'sha1', 'sha256', 'sha512')}\" {a()})",
            lambda: f"(baseNameOf {self.atom(self.pick('str', 'path'), d)})",
            lambda: f"(toString (dirOf {self.atom(self.pick('str', 'path'), d)}))",
            lambda: f"({{ __toString = self: {s()}; a = 1; }} + {s()})",
            lambda: f"\"${{{{ outPath = {s()}; }}}}\"",
            lambda: f"(builtins.concatStringsSep \",\" (builtins.attrNames {self.atom('attrs', d)}))",
            lambda: f"(builtins.toXML {self.atom('any', d)})",
            lambda: f"(builtins.unsafeDiscardStringContext {a()})",
            lambda: f"(toString {self.atom('path', d)})",
        ])()

    def strings(self, d):
        return "[ " + " ".join(self.atom("str", d) for _ in range(self.rng.randint(0, 3))) + " ]"

    def make_list(self, d):
        items = lambda t: "[" + "".join(self.sp() + self.atom(t, d) for _ in range(self.rng.randint(0, 4))) + " ]"
        l = lambda: self.atom("list", d)
        t = self.any_type()
        return self.rng.choice([
            lambda: items(t), lambda: items("any"), lambda: items(t),
            lambda: f"({self.gen('list', d)}{self.sp()}++{self.sp()}{self.gen('list', d)})",
            lambda: f"(map {self.fun('any', t, d)}{self.sp()}{l()})",
            lambda: f"(builtins.filter {self.fun('any', 'bool', d)} {l()})",
            lambda: f"(builtins.genList {self.fun('int', t, d)} {self.pick('0', '2', '3', '(-1)')})",
            lambda: f"(builtins.concatMap {self.fun('any', 'list', d)} {l()})",
            lambda: f"(builtins.concatLists [ {l()} {l()} ])",
            lambda: f"(builtins.sort builtins.lessThan {items(self.pick('int', 'str', 'float'))})",
            lambda: f"(builtins.sort {self.fun2('int', 'int', 'bool', 0)} {items('int')})",
            lambda: f"(builtins.attrNames {self.atom('attrs', d)})",
            lambda: f"(builtins.attrValues {self.atom('attrs', d)})",
            lambda: f"(builtins.tail {l()})",
            lambda: f"(builtins.split {self.pick(*SPLIT)} {self.atom('str', d)})",
            lambda: f"(let m = builtins.match {self.pick(*MATCH)} {self.atom('str', d)}; in if m == null then [ ] else m)",
            lambda: f"(builtins.splitVersion {self.atom('str', d)})",
            lambda: f"(builtins.catAttrs \"a\" [ {self.atom('attrs', d)} {self.atom('attrs', d)} ])",
            lambda: f"(builtins.genericClosure {{ startSet = [ {{ key = {self.atom('int', 0)}; }} ]; operator = x: if x.key < 5 && x.key > 0 then "
                    f"[ {{ key = x.key + {self.pick('1', '2')}; v = {self.gen('any', 0)}; }} ] else [ ]; }})",
            lambda: f"(builtins.fromJSON {self.pick(*JSON_LISTS)})",
        ])()

    def key(self):
        return self.rng.choice(KEYS) if self.chance(0.85) else self.rng.choice(QUOTED)

    def make_attrs(self, d):
        a = lambda: self.atom("attrs", d)
        t = self.any_type()
        return self.rng.choice([
            lambda: self.literal(d), lambda: self.literal(d), lambda: self.literal(d), lambda: "rec " + self.literal(d),
            lambda: f"({self.gen('attrs', d)}{self.sp()}//{self.sp()}{self.gen('attrs', d)})",
            lambda: f"(builtins.mapAttrs {self.fun2('str', 'any', t, d)} {a()})",
            lambda: f"(builtins.listToAttrs [ {{ name = {self.atom('str', d)}; value = {self.atom(t, d)}; }} "
                    f"{{ name = {self.leaf_str()}; value = 2; }} ])",
            lambda: f"(removeAttrs {a()} {self.strings(d)})",
            lambda: f"(builtins.intersectAttrs {a()} {a()})",
            lambda: f"(builtins.partition {self.fun('any', 'bool', d)} {self.atom('list', d)})",
            lambda: f"(builtins.groupBy {self.fun('any', 'str', d)} {self.atom('list', d)})",
            lambda: f"(builtins.zipAttrsWith {self.fun2('str', 'list', t, d)} [ {a()} {a()} ])",
            lambda: f"(builtins.parseDrvName {self.atom('str', d)})",
            lambda: f"(builtins.functionArgs {self.pick('({ a, b ? 1 }: a)', '(x: x)', '({ ... }: 1)', 'builtins.head')})",
            lambda: f"(builtins.tryEval {self.atom(self.pick('any', t), d)})",
            lambda: f"(builtins.fromJSON {self.pick(*JSON_SETS)})",
            lambda: f"(builtins.getContext {self.atom('str', d)})",
        ])()

    def literal(self, d):
        out, names = [], []
        for _ in range(self.rng.randint(0, 4)):
            t = self.any_type()
            r = self.rng.random()
            key = self.key()
            if r < 0.65:
                out.append(f"{key} = {self.gen(t, d)};")
            elif r < 0.80:
                out.append(f"{key}.{self.key()} = {self.gen(t, d)};")
            elif r < 0.88:
                name = self.scope[self.rng.randrange(len(self.scope))][0] if self.scope else "map"
                out.append(f"inherit {name};" if name != "map" else "inherit (builtins) true;")
            elif r < 0.94:
                out.append(f"inherit ({self.gen('attrs', d)}) {self.pick('a', 'b', 'a b', '')};")
            else:
                out.append(f"${{{self.pick(self.leaf_str(), 'null')}}} = {self.gen(t, d)};")
        return "{" + "".join(self.sp() + part for part in out) + " }"


def expression(rng):
    g = Expressions(rng, newlines=rng.choice([0, 0.1, 0.3]), wrong=rng.choice([0, 0.02, 0.06]))
    return g.gen("any", rng.randint(2, 5)) + "\n"
