"""Random Nix expressions of a known type, with parts that are only known to Nix: `u.b`, `u.i`, `u.s`, `u.l` and `u.a`.

A Node is a template with `{0}`, `{1}` … for its parts, so that a failing case can be made smaller part by part.
"""

BOOL, INT, STR, LIST, SET = "bool", "int", "str", "list", "set"
TYPES = [BOOL, INT, STR, LIST, SET]
NAMES = ["p", "q", "r"]
WORDS = ["", "p", "q", "pq", "x"]


class Node:
    def __init__(self, type_, template, parts=()):
        self.type, self.template, self.parts = type_, template, list(parts)

    def text(self):
        out = self.template
        for i, part in enumerate(self.parts):
            out = out.replace("{%d}" % i, part.text())
        return out

    def smaller(self):
        """Nodes of the same type with less in them, the smallest first."""
        if self.parts or self.template not in SIMPLEST.values():
            yield Node(self.type, SIMPLEST[self.type])
        for part in self.parts:
            if part.type == self.type:
                yield part
        for i, part in enumerate(self.parts):
            for less in part.smaller():
                yield Node(self.type, self.template, self.parts[:i] + [less] + self.parts[i + 1 :])


SIMPLEST = {BOOL: "true", INT: "0", STR: '""', LIST: "[ ]", SET: "{ }"}

# What may stand for a type: templates with the types of their parts. $n is a fresh name, $k a random attribute, $w a word.
RULES = {
    BOOL: [
        ("({0} && {1})", BOOL, BOOL), ("({0} || {1})", BOOL, BOOL), ("({0} -> {1})", BOOL, BOOL), ("(!{0})", BOOL),
        ("({0} == {1})", INT, INT), ("({0} == {1})", STR, STR), ("({0} == {1})", LIST, LIST), ("({0} != {1})", SET, SET),
        ("({0} < {1})", INT, INT), ("({0} >= {1})", INT, INT), ("({0} ? $k)", SET), ("(lib.elem {0} {1})", STR, LIST),
        ("(lib.any (v: v == {0}) {1})", STR, LIST), ("(lib.all (v: {0} || v != {1}) {2})", BOOL, STR, LIST),
        ("(lib.hasPrefix {0} {1})", STR, STR), ("(lib.hasInfix {0} {1})", STR, STR), ("(lib.hasAttr {0} {1})", STR, SET),
        ("({0} == [ ])", LIST), ("({0} != { })", SET), ("(builtins.isString ({0} + \"$w\"))", STR),
        ("(lib.attrByPath [ \"$k\" ] {0} {1} == {0})", INT, SET), ("(lib.versionOlder {0} {1})", STR, STR),
    ],
    INT: [
        ("({0} + {1})", INT, INT), ("({0} - {1})", INT, INT), ("({0} * {1})", INT, INT), ("(builtins.length {0})", LIST),
        ("({0}.$k or {1})", SET, INT), ("(builtins.stringLength {0})", STR), ("(lib.max {0} {1})", INT, INT),
        ("(lib.foldl' (a: v: a + v) {0} (lib.attrValues {1}))", INT, SET), ("(lib.count (v: v == {0}) {1})", STR, LIST),
        ("(({0} // {1}).$k or 7)", SET, SET), ("(let $n = {0}; in $n + $n)", INT), ("(lib.foldr (v: a: a + 1) {0} {1})", INT, LIST),
        ("(builtins.length (builtins.attrNames {0}))", SET), ("(with {0}; $z)", SET),
    ],
    STR: [
        ("({0} + {1})", STR, STR), ('"a${{0}}b${toString {1}}"', STR, INT), ('(lib.concatStringsSep {0} {1})', STR, LIST),
        ("(lib.optionalString {0} {1})", BOOL, STR), ("(builtins.head ({0} ++ [ {1} ]))", LIST, STR), ("(lib.removePrefix {0} {1})", STR, STR),
        ("(builtins.concatStringsSep \",\" (builtins.attrNames {0}))", SET), ("(lib.toUpper {0})", STR), ("(builtins.toJSON {0})", SET),
        ("(builtins.substring 0 1 {0})", STR), ("(builtins.replaceStrings [ \"p\" ] [ {0} ] {1})", STR, STR),
        ("(lib.concatMapStrings (v: v + {0}) {1})", STR, LIST), ("(lib.last ([ {0} ] ++ {1}))", STR, LIST), ("(builtins.toJSON {0})", LIST),
        ("(lib.findFirst (v: v != {0}) {1} {2})", STR, STR, LIST), ("(lib.concatStrings (lib.mapAttrsToList (n: v: n + toString v) {0}))", SET),
        ("(lib.generators.toKeyValue { } {0})", SET),
    ],
    LIST: [
        ("({0} ++ {1})", LIST, LIST), ("[ {0} {1} ]", STR, STR), ("(map (v: v + {0}) {1})", STR, LIST), ("(lib.optional {0} {1})", BOOL, STR),
        ("(lib.optionals {0} {1})", BOOL, LIST), ("(lib.filter (v: v != {0}) {1})", STR, LIST), ("(lib.attrNames {0})", SET),
        ("(lib.concatMap (v: [ v {0} ]) {1})", STR, LIST), ("(lib.unique {0})", LIST), ("(lib.mapAttrsToList (n: v: n) {0})", SET),
        ("(lib.sort (a: b: a < b) {0})", LIST), ("(lib.concatLists [ {0} {1} ])", LIST, LIST), ("(lib.reverseList {0})", LIST),
        ("(lib.splitString \"q\" {0})", STR), ("(lib.subtractLists {0} {1})", LIST, LIST), ("(lib.intersectLists {0} {1})", LIST, LIST),
        ("(lib.genList (i: {0}) 2)", STR), ("(lib.take 1 {0})", LIST), ("(lib.remove {0} {1})", STR, LIST), ("(map toString (lib.attrValues {0}))", SET),
        ("((lib.partition (v: v == {0}) {1}).right)", STR, LIST), ("(lib.zipListsWith (a: b: a + b) {0} {1})", LIST, LIST),
    ],
    SET: [
        ("({0} // {1})", SET, SET), ("{ $k = {0}; }", INT), ("{ ${{0}} = {1}; }", STR, INT), ("(lib.mapAttrs (n: v: v + {0}) {1})", INT, SET),
        ("(lib.optionalAttrs {0} {1})", BOOL, SET), ("(lib.filterAttrs (n: v: n != {0}) {1})", STR, SET),
        ("(lib.filterAttrs (n: v: v > {0}) {1})", INT, SET), ("(lib.genAttrs {0} (n: {1}))", LIST, INT), ("(removeAttrs {0} [ \"$k\" ])", SET),
        ("(removeAttrs {0} {1})", SET, LIST), ("(lib.mapAttrs' (n: v: lib.nameValuePair (n + {0}) v) {1})", STR, SET),
        ("(lib.listToAttrs (map (n: { name = n; value = {0}; }) {1}))", INT, LIST), ("(rec { p = {0}; q = p + 1; })", INT),
        ("(builtins.intersectAttrs {0} {1})", SET, SET), ("(lib.recursiveUpdate {0} {1})", SET, SET), ("(lib.getAttrs [ ] {0})", SET),
        ("(lib.foldl' (a: n: a // { ${n} = {0}; }) {1} {2})", INT, SET, LIST), ("(lib.mergeAttrsList [ {0} {1} ])", SET, SET),
        ("{ inherit (({0} // { $k = {1}; })) $k; }", SET, INT),
    ],
}
ANY = [("(if {0} then {T} else {T})", BOOL), ("(let $n = {T}; in $n)",), ("(assert {0} || true; {T})", BOOL), ("((x: x) {T})",),
       ("(({ a, ... }: a) { a = {T}; b = {0}; })", INT), ("({ a = {T}; }.a or {T})",), ("(if {0} then {T} else throw \"no\")", "true")]


def literal(rng, type_):
    if type_ == BOOL:
        return rng.choice(["true", "false"])
    if type_ == INT:
        return str(rng.randint(0, 3))
    if type_ == STR:
        return '"%s"' % rng.choice(WORDS)
    if type_ == LIST:
        return "[ " + "".join('"%s" ' % rng.choice(WORDS) for _ in range(rng.randint(0, 3))) + "]"
    return "{ " + "".join("%s = %d; " % (k, rng.randint(0, 3)) for k in rng.sample(NAMES, rng.randint(0, 3))) + "}"


UNKNOWN = {BOOL: "u.b", INT: "u.i", STR: "u.s", LIST: "u.l", SET: "u.a"}


def expression(rng, type_, depth, others=()):
    """`others`: (type, text) of further values that may be used, such as config.a."""
    if depth <= 0 or rng.random() < 0.15:
        usable = [text for t, text in others if t == type_]
        pick = rng.random()
        if usable and pick < 0.3:
            return Node(type_, rng.choice(usable))
        return Node(type_, UNKNOWN[type_] if pick < 0.5 else literal(rng, type_))
    if rng.random() < 0.25:
        template, *types = rng.choice(ANY)
        if types == ["true"]:
            template, types = template.replace("{0}", "true"), []
        while "{T}" in template:
            template = template.replace("{T}", "{%d}" % len(types), 1)
            types.append(type_)
    else:
        template, *types = rng.choice(RULES[type_])
    template = template.replace("$n", "n%d" % rng.randint(0, 9)).replace("$k", rng.choice(NAMES)).replace("$w", rng.choice(WORDS))
    template = template.replace("(with {0}; $z)", "(with ({0} // { z = 4; }); z)")
    parts = [expression(rng, t, depth - 1 - (rng.random() < 0.3), others) for t in types]
    return Node(type_, template, parts)


def substitution(rng):
    """What `u` may be: one concrete value, as Nix text."""
    return "{ b = %s; i = %s; s = %s; l = %s; a = %s; }" % tuple(literal(rng, t) for t in (BOOL, INT, STR, LIST, SET))
