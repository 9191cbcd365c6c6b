"""A NixOS module that declares the options of a list, with their types: what `options.json` of a NixOS manual says, or a list of
{Name, Type, Default} as editors and search pages carry it. Types that are not understood take anything."""

import html
import json
import re
from pathlib import Path

SIMPLE = {
    "boolean": "bool", "string": "str", "path": "path", "package": "package", "signed integer": "int", "integer": "int", "anything": "anything",
    "unspecified value": "unspecified", "raw value": "raw", "attribute set": "attrs", "floating point number": "float", "submodule": "anything",
    "16 bit unsigned integer; between 0 and 65535 (both inclusive)": "port", "unsigned integer, meaning >=0": "ints.unsigned", "positive integer, meaning >0": "ints.positive",
    "(optionally newline-terminated) single-line string": "singleLineStr", "non-empty string": "nonEmptyStr", "strings concatenated with “\\n”": "lines",
    "strings concatenated with “,”": "commas", "strings concatenated with \" \"": "(separatedString \" \")", "null": "(enum [ null ])",
}  # fmt: skip
LITERAL = re.compile(r'true|false|null|\[ \]|\{ \}|-?\d+|"[^"$\\\n]*"')
ANY = "anything"


def quoted(text):
    return json.dumps(text, ensure_ascii=False).replace("${", "\\${")


def parts(text, separator):
    """Split where no bracket and no quote is open."""
    out, depth, start, at = [], 0, 0, 0
    while at < len(text):
        depth += (text[at] in "(“") - (text[at] in ")”")
        if depth == 0 and text.startswith(separator, at):
            out.append(text[start:at])
            at += len(separator)
            start = at
            continue
        at += 1
    return [*out, text[start:]]


def type_of(text):
    text = html.unescape(text).strip()
    if text in SIMPLE:
        return SIMPLE[text]
    if text.startswith("one of "):
        words = [one.strip() for one in parts(text[7:], ", ")]
        if all(re.fullmatch(r"“[^”]*”|-?\d+|true|false|<null>|null", word) for word in words):
            return "(enum [ " + " ".join(quoted(w[1:-1]) if w[0] == "“" else w.strip("<>") for w in words) + " ])"
        return ANY
    if text.startswith("string matching the pattern ") and " or " not in text:
        return f"(strMatching {quoted(text[28:])})"
    for start, function in (("null or ", "nullOr"),):
        if text.startswith(start):
            return f"({function} {type_of(text[len(start):])})"
    choices = parts(text, " or ")
    if len(choices) > 1:
        known = [type_of(one) for one in choices]
        return ANY if ANY in known or any("convertible" in one or "," in one for one in choices) else "(oneOf [ " + " ".join(known) + " ])"
    if text.startswith("(") and parts(text[1:], ")")[0] == text[1:-1]:
        return type_of(text[1:-1])
    for start, function in (("attribute set of ", "attrsOf"), ("lazy attribute set of ", "lazyAttrsOf"), ("list of ", "listOf"), ("non-empty (list of ", "nonEmptyListOf")):
        if text.startswith(start):
            return f"({function} {type_of(text[len(start):].removesuffix(')') if function == 'nonEmptyListOf' else text[len(start):])})"
    return ANY


class Node:
    def __init__(self):
        self.below, self.option = {}, None


def tree(options):
    root = Node()
    for option in options:
        node = root
        for name in option["path"]:
            node = node.below.setdefault(name, Node())
        node.option = option
    return root


def submodule(node, free=""):
    return f"(submodule {{ {free}options = {{ {declared(node)} }}; }})"


def type_with(node):
    """The type of an option that has options below it."""
    text = html.unescape(node.option["type"])
    entry = node.below.get("_name_") or node.below.get("_")
    whole = text.removeprefix("null or ").strip("()") if text.startswith("null or ") else text
    if entry and (whole.startswith("attribute set of") or whole.startswith("lazy attribute set of")) and len(node.below) == 1:
        free = "" if "submodule" in whole else f"freeformType = {type_of(whole.split(' of ', 1)[1])}; "
        made = f"(attrsOf {submodule(entry, free)})" if not entry.option else ANY
    elif entry and whole.startswith("list of") and len(node.below) == 1:
        made = f"(listOf {submodule(entry)})" if not entry.option else ANY
    elif entry:
        made = ANY
    else:
        free = "" if whole == "submodule" else f"freeformType = {type_of(whole) if whole.startswith('attribute set of') else 'attrsOf anything'}; "
        made = submodule(node, free)
    return f"(nullOr {made})" if text.startswith("null or ") else made


def declared(node):
    out = []
    for name, child in sorted(node.below.items()):
        if child.option:
            default = child.option["default"]
            value = f" default = {default};" if default is not None and LITERAL.fullmatch(default) else ""
            type_text = type_with(child) if child.below else type_of(child.option["type"])
            out.append(f"{quoted(name)} = mkOption {{ type = {type_text};{value} }};")
        elif name not in ("_name_", "_"):
            out.append(f"{quoted(name)} = {{ {declared(child)} }};")
    return "\n".join(out)


def read(path):
    known = json.loads(Path(path).read_text())
    if isinstance(known, list):
        return [{"path": [n for n in one["Name"].split(".")], "type": one["Type"], "default": one.get("Default")} for one in known]
    return [
        {"path": ["_name_" if n == "<name>" else "_" if n == "*" else n for n in one["loc"]], "type": one.get("type", ""), "default": (one.get("default") or {}).get("text")}
        for one in known.values()
    ]


def module(path, without=()):
    """The text of the module. `without` are first names that somebody else declares."""
    options = [one for one in read(path) if one["path"][0] not in (*without, "_module")]
    return "{ lib, ... }: let inherit (lib) mkOption; in { options = with lib.types; {\n" + declared(tree(options)) + "\n}; }\n"
