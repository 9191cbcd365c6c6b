"""Random expressions about one thing each: literals of strings, patterns, data formats, versions, attribute paths, patterns of functions, contexts."""
import json

from expressions import Expressions


GIVEN = ["1", "2", "null", "{ c = 1; }", 'throw "y"']


def nix_string(text):
    out = text.replace("\\", "\\\\").replace('"', '\\"').replace("${", "\\${").replace("\r", "\\r")
    return '"' + out + '"'


def pieces(rng, choices, most):
    return "".join(rng.choice(choices) for _ in range(rng.randint(0, most)))


def quoted(rng):
    parts = ["a", " ", "\\n", "\\t", "\\r", "\\\\", '\\"', "\\${", "\\$", "$", "$$", "${\"x\"}", "$${", "\\q", "\n", "\t", "'", "''", "{", "}", "é", "#", "/*",
             "${''y''}", "\\\n", "${toString 1}", "\\'", "%"]
    return '"' + pieces(rng, parts, 8) + '"\n'


def indented(rng):
    parts = ["a", "b", " ", "  ", "\n", "\n", "\n ", "\n  ", "\n    ", "\t", "\n\t", "'''", "''$", "''${", "''\\n", "''\\t", "''\\q", "''\\'", "''\\\\", "$", "$$",
             "${\"x\"}", "${\"\\n  x\"}", "$${", "\\n", "'", "\"", "é", "''\\\n", "\r\n", "${''\n  z\n''}", "''\\ ", "$''$", "' ", "#"]
    return "''" + pieces(rng, parts, 12) + rng.choice(["", "\n", "\n  ", "  "]) + "''\n"


def regex(rng, depth=3):
    atoms = ["a", "b", "c", ".", "[ab]", "[^a]", "[a-c]", "[[:alpha:]]", "[[:digit:]x]", "[]a]", "[^]a]", "\\\\.", "x", "\\\\*", "[a-]", "[-a]", "[.]", "", "[[:space:]]",
             "[^[:lower:]b]", "-", ",", "\\\\(", "\\\\\\\\", "[*]", "^", "$"]
    if depth == 0 or rng.random() < 0.3:
        return rng.choice(atoms)
    kind = rng.randrange(8)
    if kind == 0:
        return "(" + regex(rng, depth - 1) + "|" + regex(rng, depth - 1) + ")"
    if kind == 1:
        return "(" + regex(rng, depth - 1) + ")" + rng.choice(["", "*", "+", "?", "{2}", "{0,1}", "{1,}"])
    if kind == 2:
        return rng.choice(atoms) + rng.choice(["*", "+", "?", "{2}", "{1,2}", "{,2}", "{0}", "**", "+?", "*?"])
    if kind == 3:
        return regex(rng, depth - 1) + "|" + regex(rng, depth - 1)
    if kind == 4 and rng.random() < 0.1:
        return rng.choice(["(", ")", "[", "]", "{", "}", "{2", "*", "+", "?", "a{2,1}", "[b-a]", "[[:foo:]]", "\\\\1", "\\\\d", "\\\\", "()", "[]", "(*a)", "(|a)", "[[.a.]]", "[[=a=]]",
                           "[a-[:digit:]]", "[z", "{1}", "|", "a{99999}", "\\\\b", "\\\\w", "\\\\n", "[\\\\n]", "[\\\\]]"])
    return regex(rng, depth - 1) + regex(rng, depth - 1)


def regexes(rng):
    pattern = regex(rng)
    texts = [pieces(rng, ["a", "b", "c", "x", " ", "1", ".", "*", "(", "\\n", "A", "-", ",", "]"], 7) for _ in range(3)]
    calls = " ".join(f'(builtins.{rng.choice(["match", "split"])} p "{t}")' for t in texts)
    return f'let p = "{pattern}"; in [ {calls} ]\n'


def json_value(rng, depth=3):
    kind = rng.randrange(9 if depth else 6)
    if kind == 0:
        return rng.choice(["null", "true", "false"])
    if kind == 1:
        return rng.choice(["0", "-0", "1", "-1", "12", "9223372036854775807", "-9223372036854775808", "9223372036854775808", "18446744073709551615", "18446744073709551616", "-9223372036854775809"])
    if kind == 2:
        return rng.choice(["1.5", "-0.0", "1e3", "1E+2", "1.0", "0.1", "1e400", "-2.5e-3", "1e-400", "123456789012345678901234567890", "100.0", "1e22", "0.3333333333333333"])
    if kind in (3, 4):
        return '"' + pieces(rng, ["a", "b", "\\n", "\\u0041", "\\u00e9", "\\ud83d\\ude00", "é", "\\/", "\\\\", '\\"', " ", "\\t", "\\b", "\\f", "😀", "$", "${"], 5) + '"'
    if kind == 5:
        return rng.choice(["[]", "{}", '""', " [ ] ", "[1 , 2]"])
    if kind == 6:
        return "[" + ",".join(json_value(rng, depth - 1) for _ in range(rng.randint(0, 3))) + "]"
    return "{" + ",".join('"%s":%s' % (rng.choice("abcd"), json_value(rng, depth - 1)) for _ in range(rng.randint(0, 3))) + "}"


def damaged(rng, text, extra):
    """The text with a few bytes removed, doubled or replaced."""
    for _ in range(rng.choice([0, 0, 0, 1, 1, 2])):
        at = rng.randint(0, len(text))
        text = text[:at] + rng.choice(["", rng.choice(extra)]) + text[at + rng.randint(0, 2):]
    return text


def json_texts(rng):
    text = damaged(rng, json_value(rng), ["[", "]", "{", "}", ",", ":", '"', "\\", "1", ".", "e", "-", " ", "nul", "/", "\\u12", "\\ud800", "+", "0"])
    return f"builtins.fromJSON {nix_string(text)}\n"


def toml_value(rng, depth=2):
    kind = rng.randrange(9 if depth else 7)
    if kind == 0:
        return rng.choice(["true", "false"])
    if kind == 1:
        return rng.choice(["0", "1", "-17", "+3", "1_000", "0xff", "0o17", "0b101", "9223372036854775807", "-9223372036854775808"])
    if kind == 2:
        return rng.choice(["1.5", "-0.0", "1e3", "6.02e23", "1_0.5", "3.0", "0.1", "1e-2", "+1.0"])
    if kind == 3:
        return '"' + pieces(rng, ["a", "\\n", "\\u00e9", "\\U0001F600", "\\\\", '\\"', "é", " ", "#", "'"], 4) + '"'
    if kind == 4:
        return "'" + pieces(rng, ["a", "\\n", "\\", '"', "é", " "], 4) + "'"
    if kind == 5:
        return '"""' + pieces(rng, ["a", "\n", "\\\n  ", '"', "\\t", " "], 5) + '"""'
    if kind == 6:
        return "'''" + pieces(rng, ["a", "\n", "'", "\\"], 5) + "'''"
    if kind == 7:
        return "[" + rng.choice(["", "\n", " "]) + ", ".join(toml_value(rng, depth - 1) for _ in range(rng.randint(0, 3))) + rng.choice(["", "\n", " # c\n"]) + "]"
    return "{ " + ", ".join(f"{toml_key(rng)} = {toml_value(rng, depth - 1)}" for _ in range(rng.randint(0, 2))) + " }"


def toml_key(rng):
    part = lambda: rng.choice(["a", "b", "c", "d", "e-f", "1", '"q r"', "'s'", "x_y"])
    return part() + ("." + part() if rng.random() < 0.2 else "")


def toml_texts(rng):
    lines = []
    for _ in range(rng.randint(0, 6)):
        r = rng.random()
        if r < 0.65:
            lines.append(f"{toml_key(rng)} = {toml_value(rng)}" + rng.choice(["", "", " # note"]))
        elif r < 0.8:
            lines.append(f"[{toml_key(rng)}]")
        elif r < 0.92:
            lines.append(f"[[{toml_key(rng)}]]")
        else:
            lines.append(rng.choice(["# c", "", "  "]))
    text = damaged(rng, "\n".join(lines) + rng.choice(["", "\n"]), ["[", "]", "=", '"', "'", "\n", ",", ".", "_", "1", "{", "#", "a"])
    return f"builtins.fromTOML {nix_string(text)}\n"


def version_text(rng):
    return pieces(rng, ["1", "2", "10", "0", ".", "-", "a", "pre", "rc", "_", "+", "b", ".", "007", "beta"], 6)


def versions(rng):
    a, b = version_text(rng), version_text(rng)
    name = rng.choice(["foo", "foo-bar", "x", ""]) + rng.choice(["-", "", "-", "-a-"]) + a
    return (f'[ (builtins.compareVersions "{a}" "{b}") (builtins.splitVersion "{a}") (builtins.parseDrvName "{name}") '
            f'(builtins.compareVersions "{b}" "{a}") ]\n')


def number_text(rng):
    return rng.choice([lambda: str(rng.randint(-10, 10)), lambda: repr(rng.uniform(-10, 10)), lambda: "%g" % (rng.random() * 10 ** rng.randint(-20, 25)),
                       lambda: str(rng.choice([2**63 - 1, 2**62, 2**31, 2**53 + 1, 10**18])), lambda: "%.3e" % rng.uniform(-1e5, 1e5),
                       lambda: "%d.%d" % (rng.randint(0, 99), rng.randint(0, 9999)), lambda: ".%d" % rng.randint(0, 99)])()


def numbers(rng):
    literal = lambda: (lambda t: f"({t})" if t.startswith("-") else t)(number_text(rng))
    ops = ["+", "-", "*", "/", "==", "<", "<=", ">", "!="]
    e = [f"({literal()} {rng.choice(ops)} {literal()})" for _ in range(2)]
    x = literal()
    whole = rng.choice(["builtins.floor", "builtins.ceil"])
    return (f"[ {e[0]} {e[1]} (toString {x}) (builtins.toJSON {x}) {x} ({whole} {literal()}) (builtins.fromJSON {nix_string(number_text(rng).lstrip('.'))}) "
            f"(builtins.toXML {x}) ]\n")


def attr_paths(rng):
    """Sets whose attributes are defined in several places: what merges, what is a duplicate, what inherits."""
    names = ["a", "b", "c", '"a"', '"b c"', '${"d"}', "or", '"${"a"}"']

    def body(depth, rec):
        out = []
        for _ in range(rng.randint(0, 4)):
            r = rng.random()
            path = ".".join(rng.choice(names[:4] * 2 + names) for _ in range(rng.choice([1, 1, 2, 2, 3])))
            if r < 0.35 or depth == 0:
                out.append(f"{path} = {rng.randint(0, 9)};")
            elif r < 0.85:
                inner = body(depth - 1, False)
                out.append(f"{path} = {rng.choice(['', '', '', 'rec '])}{{ {inner} }};")
            elif r < 0.92:
                out.append("inherit %s;" % rng.choice(["x", "y", "x y", "", '"x"']))
            else:
                out.append(f"inherit ({{ a = 1; b = 2; x = 3; }}) {rng.choice(['a', 'b', 'x', 'a b'])};")
        return rng.choice([" ", "\n  "]).join(out)

    head = rng.choice(["", "", "rec ", "let "])
    inner = body(2, False)
    return f"let x = 1; y = {{ z = 2; }}; in {head}{{ {inner}{' body = 1;' if head == 'let ' else ''} }}\n"


def lambdas(rng):
    names = ["a", "b", "c", "d"]
    formals = rng.sample(names, rng.randint(0, 3))
    shown = []
    for name in formals:
        default = rng.choice(["1", "a", "b", "args", "throw \"x\"", "{ }", "[ c ]"])
        shown.append(f"{name} ? {default}" if rng.random() < 0.4 else name)
    if rng.random() < 0.05:
        shown.append(rng.choice(names))
    pattern = "{ " + ", ".join(shown)
    if rng.random() < 0.4:
        pattern += (", " if shown else "") + "..."
    elif rng.random() < 0.2 and shown:
        pattern += ","
    pattern += " }"
    pattern = rng.choice([pattern, pattern, f"args@{pattern}", f"{pattern}@args", f"{pattern} @ a"])
    given = " ".join(f"{n} = {rng.choice(GIVEN)};" for n in rng.sample(names, rng.randint(0, 3)))
    body = rng.choice(["a", "b", "[ a b ]", "args", "1", "{ inherit a b; }", "args // { z = a; }", "{ x = a; y = args ? b; }", "c"])
    call = f"f {{ {given} }}"
    wrap = rng.choice([f"[ ({call}) (builtins.functionArgs f) ]", f"{call}", f"let g = {{ __functor = self: f; v = 1; }}; in g {{ {given} }}",
                       f"(builtins.tryEval ({call})).success", f"map f [ {{ {given} }} ]"])
    return f"let\n  f = {pattern}: {body};\nin {wrap}\n"


def contexts(rng):
    drv = "/nix/store/dz5xyg5ip4sgvcr2mhn3xqfz7hnjfx9a-x.drv"
    keys = [f'"{drv}" = {{ outputs = [ "out" ]; }};', f'"{drv}" = {{ outputs = [ "dev" "out" ]; }};', f'"{drv}" = {{ allOutputs = true; }};',
            '"/nix/store/7z5xyg5ip4sgvcr2mhn3xqfz7hnjfx9a-y" = { path = true; };', f'"{drv}" = {{ path = true; }};', '"bad" = { path = true; };',
            f'"{drv}" = {{ }};', f'"{drv}" = {{ path = true; allOutputs = true; outputs = [ ]; }};']
    ctx = lambda: f'(builtins.appendContext "{rng.choice(["s", "", "/t/u"])}" {{ {rng.choice(keys[:4] * 3 + keys)} }})'
    text = rng.choice([lambda: ctx(), lambda: f"({ctx()} + {ctx()})", lambda: f'"a${{{ctx()}}}b"', lambda: f"(builtins.substring 0 1 {ctx()})",
                       lambda: f"(builtins.concatStringsSep {ctx()} [ {ctx()} \"z\" ])", lambda: f"(builtins.replaceStrings [ \"s\" ] [ {ctx()} ] {ctx()})",
                       lambda: f"(toString [ {ctx()} 1 ])", lambda: f"(builtins.toJSON {{ a = {ctx()}; }})", lambda: f"(builtins.toXML [ {ctx()} ])",
                       lambda: f"(builtins.unsafeDiscardStringContext {ctx()})", lambda: f"(baseNameOf {ctx()})", lambda: f"(dirOf {ctx()})",
                       lambda: f"(builtins.unsafeDiscardOutputDependency {ctx()})", lambda: f"(builtins.addDrvOutputDependencies {ctx()})",
                       lambda: f"(builtins.head (builtins.split \"x\" {ctx()}))", lambda: f"(builtins.elemAt (builtins.match \"(.*)\" {ctx()}) 0)",
                       lambda: f"(builtins.hashString \"sha256\" {ctx()})", lambda: f"(builtins.head (builtins.attrNames {{ ${{{ctx()}}} = 1; }}))",
                       lambda: f"(builtins.fromJSON (builtins.toJSON {ctx()}))", lambda: f"(builtins.typeOf {ctx()})"])
    s = text()
    use = rng.choice(["builtins.getContext s", "builtins.hasContext s", "s", "{ v = builtins.getContext s; l = builtins.stringLength s; }", "builtins.match \"a\" s", "{ }.${s} or 1", "s == builtins.unsafeDiscardStringContext s"])
    return f"let s = {s}; in {use}\n"


def hashes(rng):
    text = pieces(rng, ["a", "b", "é", "\\n", "0123456789" * 6, " "], 6)
    algo = rng.choice(["md5", "sha1", "sha256", "sha512"])
    form = rng.choice(["base16", "nix32", "base32", "base64", "sri", "base1"])
    hash_ = f"(builtins.hashString \"{algo}\" \"{text}\")"
    convert = f"(builtins.convertHash {{ hash = h; hashAlgo = \"{rng.choice([algo, algo, 'sha256'])}\"; toHashFormat = \"{form}\"; }})"
    back = f"(builtins.convertHash {{ hash = {convert}; hashAlgo = \"{algo}\"; toHashFormat = \"base16\"; }})"
    return f"let h = {hash_}; in [ h {convert} {back} ]\n"


def paths(rng):
    literal = lambda: rng.choice(["/a", "/a/b/../c", "/.", "/", "/a/./b", "./x", "../y", "./.", "./a/../b", "/a/${\"b\"}", "./${\"q\"}/r", "/a${\"b\"}c/d", "/a//b", "a/b", "./a.nix", "/x/..",
                                  "./../../..", "/a/${\"../z\"}", "/é", "/a-b_c+d.e", "/a/${toString 1}${\"x\"}", "/a/b/", "a//b", "./a//b", ".", "..", "/..", "/../a", "/u"])
    p = literal()
    ops = [f"toString ({p})", f"toString ({p} + \"/x\")", f"toString ({p} + \"../x\")", f"baseNameOf ({p})", f"toString (dirOf ({p}))", f"{p} == {literal()}", f"{p} < {literal()}",
           f"builtins.typeOf ({p} + {literal()})", f"toString ({p} + {literal()})", f"builtins.pathExists ({p})", f"[ ({p} == {p}) ]", f"builtins.isPath ({p})",
           f"toString [ ({p}) ]", f"builtins.concatStringsSep \":\" [ (toString ({p})) ]", f"builtins.toPath (toString ({p}))", f"baseNameOf (toString ({p}) + \"/\")",
           f"dirOf \"{rng.choice(['a', '/a', 'a/b/', '/', '', 'a//b', '//'])}\"", f"baseNameOf \"{rng.choice(['a/', '/a', 'a/b//', '/', '', 'a//b', '//'])}\"",
           f"toString (/. + \"{rng.choice(['a', '/a', '../a', 'a/../../b', '', './/a'])}\")", f"builtins.substring 0 99 (toString ({p}))", f"({p}) ? a",
           f"builtins.readFileType ({p})", f"toString (builtins.toPath \"{rng.choice(['/a/../b', 'a', '', '/', '//x'])}\")"]
    return f"builtins.toJSON ({rng.choice(ops)})\n"


def xml(rng):
    g = Expressions(rng, newlines=0, wrong=0)
    value = rng.choice([lambda: g.gen("any", 3), lambda: g.literal(2), lambda: f"[ (a: a) ({{ b, c ? 1, ... }}@d: b) builtins.head ({{ }}: 1) (x@{{ y }}: 1) ]",
                        lambda: "{ type = \"derivation\"; drvPath = \"/d\"; outPath = \"/o\"; a = 1; }", lambda: '[ "<&>\\"\'\\n\\t\\r é" ]', lambda: "1.0e10"])()
    return f"builtins.toXML ({value})\n"


def flake_refs(rng):
    ref = rng.choice(["github:a/b", "github:a/b/c", "github:a/b?ref=x", "github:a/b?dir=y", "nixpkgs", "nixpkgs/release-1", "path:/a/b", "path:./a", "/a/b", "./x", "git+https://h/p?ref=x",
                      "https://h/a.tar.gz", "tarball+https://h/x", "git+ssh://git@h/p", "gitlab:a/b", "sourcehut:~a/b", "flake:x", "file:///a", "git+file:///a?rev=" + "a" * 40,
                      "github:a/b/" + "0" * 40, "hg+https://h/p", "indirect:x", "path:/a?lastModified=1", "github:a/b?host=h", "github:a/b?narHash=sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA%3D",
                      "bad uri", "", "github:a", "github:a/b/c/d", "git:x", "a%20b", "github:a/b#frag", "nixpkgs/x/" + "b" * 40])
    attrs = rng.choice(['{ type = "github"; owner = "a"; repo = "b"; }', '{ type = "git"; url = "https://h/p"; ref = "x"; }', '{ type = "path"; path = "/a b"; }',
                        '{ type = "indirect"; id = "n"; ref = "r"; }', '{ type = "tarball"; url = "https://h/x.tar.gz"; }', '{ type = "github"; owner = "a"; repo = "b"; ref = "x"; dir = "d"; }',
                        '{ type = "x"; }', '{ }', '{ type = "github"; owner = "a"; }', '{ type = "git"; url = "https://h/p"; rev = "' + "a" * 40 + '"; submodules = true; }',
                        '{ type = "gitlab"; owner = "a"; repo = "b"; host = "h"; }', '{ type = "file"; url = "https://h/x"; }', '{ type = "path"; path = "/a"; lastModified = 3; }'])
    return rng.choice([f"builtins.parseFlakeRef {nix_string(ref)}\n", f"builtins.flakeRefToString ({attrs})\n", f"builtins.flakeRefToString (builtins.parseFlakeRef {nix_string(ref)})\n"])


def pipes(rng):
    f = lambda: rng.choice(["(x: x + 1)", "(x: [ x ])", "toString", "builtins.typeOf", "(x: y: x)", "f"])
    v = lambda: rng.choice(["1", "(1 + 2)", "[ 1 ]", "\"a\"", "1 + 1", "a // a", "if true then 1 else 2", "-1", "!true", "f 1", "true -> false", "a ? b"])
    chain = v()
    for _ in range(rng.randint(1, 3)):
        chain = rng.choice([f"{chain} |> {f()}", f"{chain} |> {f()}", f"{f()} <| {chain}", f"({chain}) |> {f()}"])
    return f"let f = x: x; a = {{ }}; in {chain}\n"


def derivations(rng):
    g = Expressions(rng, newlines=0, wrong=0.01)
    extra = ""
    for _ in range(rng.randint(0, 4)):
        extra += rng.choice(['out2 = "x"; ', 'outputs = [ "out" "dev" ]; ', 'outputs = [ "lib" ]; ', 'args = [ "-c" "x" ]; ', '__structuredAttrs = true; ', '__ignoreNulls = true; ', "n = null; ",
                             'outputHash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; ', 'outputHashMode = "recursive"; ', 'outputHashMode = "flat"; ', 'outputHashAlgo = "sha256"; ',
                             f"v = {g.gen('any', 1)}; ", "t = true; ", "l = [ 1 \"a\" ]; ", '__contentAddressed = true; ', "dep = other; ", "deps = [ other other.drvPath ]; ", 'passAsFile = [ "t" ]; ',
                             "f = 1.5; ", "s = { a = 1; }; ", '__json = "{}"; ', "allowedReferences = [ \"out\" ]; ", 'outputs = [ ]; ', 'outputs = [ "a b" ]; ', "i = 5; ", 'dep2 = "${other}/bin"; ',
                             'outputHash = "da39a3ee5e6b4b0d3255bfef95601890afd80709"; ', 'outputHashAlgo = "sha1"; '])
    seen, kept = set(), ""
    for part in extra.split("; "):
        name = part.split(" =")[0].strip()
        if part.strip() and name not in seen:
            seen.add(name)
            kept += part + "; "
    use = rng.choice(["d.outPath", "d.drvPath", "[ d.drvPath d.outPath ]", "d.drvAttrs", "builtins.attrNames d", "builtins.getContext \"${d}\"", "d.out.outPath", "d.all", "d.dev.outPath or 1", "d.outputName", "d.type"])
    name = rng.choice(["x", "x-1.2", "", "bad name", ".x", "x.drv", "ü"] if rng.random() < 0.15 else ["x", "x-1.2"])
    return (f"let other = derivation {{ name = \"o\"; system = \"s\"; builder = \"/b\"; }};\n"
            f"d = derivation {{ name = \"{name}\"; system = \"x86_64-linux\"; builder = \"/bin/sh\"; {kept}}}; in {use}\n")


TOPICS = {"quoted": quoted, "indented": indented, "regex": regexes, "json": json_texts, "toml": toml_texts, "versions": versions, "numbers": numbers, "attr-paths": attr_paths,
          "lambdas": lambdas, "contexts": contexts, "hashes": hashes, "paths": paths, "xml": xml, "flake-refs": flake_refs, "pipes": pipes, "derivations": derivations}
