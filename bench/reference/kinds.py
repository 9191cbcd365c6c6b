"""The option types."""

import re

from evaluate import Thunk, force, to_string
from modules import ConfigError, discharge, evaluate_modules, merge_option, strongest


class Type:
    """A type whose definitions have to be equal."""

    def __init__(self, name, check):
        self.name, self.check = name, check

    def merge(self, place, values):
        first = values[0]
        for value in values:
            if not self.check(value):
                raise ConfigError(f"{'.'.join(place)}: {value!r} is not of type {self.name}")
            if value != first:
                raise ConfigError(f"{'.'.join(place)}: conflicting definitions {first!r} and {value!r}")
        return first


class Joined(Type):
    """Strings, joined by a separator."""

    def __init__(self, separator):
        super().__init__("string", is_string)
        self.separator = separator

    def merge(self, place, values):
        if not all(map(self.check, values)):
            raise ConfigError(f"{'.'.join(place)}: not a string")
        return self.separator.join(values)


class ListOf(Type):
    def __init__(self, element, least=0):
        super().__init__("list", lambda value: type(value) is list and len(value) >= least)
        self.element = element

    def merge(self, place, values):
        element, result = force(self.element), []
        for value in values:
            if not self.check(value):
                raise ConfigError(f"{'.'.join(place)}: {value!r} is not such a list")
            for part in value:
                found = []
                discharge(part, found)
                if found:
                    result.append(element.merge((*place, f"[{len(result)}]"), strongest(found)))
        return result


class AttrsOf(Type):
    def __init__(self, element):
        super().__init__("set", lambda value: type(value) is dict)
        self.element = element

    def merge(self, place, values):
        by_name = {}
        for value in values:
            if type(value) is not dict:
                raise ConfigError(f"{'.'.join(place)}: {value!r} is not a set")
            for name, part in value.items():
                discharge(part, by_name.setdefault(name, []))
        element = force(self.element)
        return {name: Thunk(self.merge_one, (element, (*place, name), found)) for name, found in by_name.items() if found}

    @staticmethod
    def merge_one(job):
        element, place, found = job
        return force(element.merge(place, strongest(found)))


class NullOr(Type):
    def __init__(self, element):
        super().__init__("null or", lambda value: value is None or force(element).check(value))
        self.element = element

    def merge(self, place, values):
        if all(value is None for value in values):
            return None
        return force(self.element).merge(place, values)


class Either(Type):
    def __init__(self, first, second):
        self.first, self.second = first, second
        super().__init__("either", lambda value: first.check(value) or second.check(value))

    def merge(self, place, values):
        if all(map(self.first.check, values)):
            return self.first.merge(place, values)
        return self.second.merge(place, values)


class CoercedTo(Type):
    def __init__(self, source, function, target):
        self.source, self.function, self.target = source, function, target
        super().__init__("coerced", lambda value: source.check(value) or target.check(value))

    def merge(self, place, values):
        return self.target.merge(place, [self.function(value) if self.source.check(value) else value for value in values])


class Submodule(Type):
    def __init__(self, modules, lib, only_config):
        super().__init__("submodule", lambda value: type(value) is dict or callable(value))
        self.modules, self.lib, self.only_config = modules, lib, only_config

    def merge(self, place, values):
        given = [{"config": value} if self.only_config and type(value) is dict else {"imports": [value]} for value in values]
        return evaluate_modules([*force(self.modules), *given], self.lib, place, place[-1])


class AttrTag(Type):
    """A set with one of some names."""

    def __init__(self, tags):
        super().__init__("tagged", lambda value: type(value) is dict and len(value) == 1 and next(iter(value)) in tags)
        self.tags = tags

    def merge(self, place, values):
        if not all(map(self.check, values)) or len({tag for value in values for tag in value}) != 1:
            raise ConfigError(f"{'.'.join(place)}: not exactly one of {', '.join(self.tags)}")
        tag = next(iter(values[0]))
        return {tag: merge_option(force(self.tags[tag]), (*place, tag), [value[tag] for value in values])}


class Anything(Type):
    def __init__(self):
        super().__init__("anything", lambda value: True)

    def merge(self, place, values):
        if all(type(value) is dict for value in values):
            return AttrsOf(self).merge(place, values)
        if all(type(value) is list for value in values) and len(values) > 1:
            raise ConfigError(f"{'.'.join(place)}: several lists")
        return super().merge(place, values)


class Attrs(Type):
    def __init__(self):
        super().__init__("attrs", lambda value: type(value) is dict)

    def merge(self, place, values):
        result = {}
        for value in values:
            result.update(value)
        return result


def is_string(value):
    return type(value) is str


def is_int(value):
    return type(value) is int


def between(low, high, check=is_int):
    low, high = force(low), force(high)
    return Type(f"{low} to {high}", lambda value: check(value) and low <= value <= high)


def matching(pattern):
    compiled = re.compile(force(pattern))
    return Type("matching string", lambda value: is_string(value) and compiled.fullmatch(value) is not None)


def either(first):
    return lambda second: Either(force(first), force(second))


def one_of(alternatives):
    first, *rest = map(force, force(alternatives))
    for other in rest:
        first = Either(first, other)
    return first


def enumeration(values):
    values = [force(value) for value in force(values)]
    return Type("one of " + ", ".join(map(to_string, values)), lambda value: any(value == v and type(value) is type(v) for v in values))


def make_types(lib):
    def number(value):
        return type(value) in (int, float)

    string = Type("string", is_string)
    ints = {"between": lambda low: lambda high: between(low, high), "unsigned": Type("unsigned", lambda v: is_int(v) and v >= 0),
            "positive": Type("positive", lambda v: is_int(v) and v > 0)}
    for bits in (8, 16, 32):
        ints[f"u{bits}"] = between(0, 2**bits - 1)
        ints[f"s{bits}"] = between(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    return {
        "str": string, "int": Type("int", is_int), "bool": Type("bool", lambda v: type(v) is bool),
        "float": Type("float", lambda v: type(v) is float), "number": Type("number", number),
        "numbers": {"between": lambda low: lambda high: between(low, high, number)},
        "path": Type("path", lambda v: is_string(v) and v.startswith("/")), "port": ints["u16"], "ints": ints,
        "singleLineStr": Type("line", lambda v: is_string(v) and "\n" not in v.rstrip("\n")),
        "nonEmptyStr": Type("non-empty string", lambda v: is_string(v) and bool(v.strip())),
        "lines": Joined("\n"), "commas": Joined(","), "strMatching": matching, "enum": enumeration,
        "listOf": ListOf, "nonEmptyListOf": lambda element: ListOf(element, 1), "attrsOf": AttrsOf, "nullOr": NullOr,
        "either": either, "oneOf": one_of, "attrs": Attrs(), "anything": Anything(),
        "coercedTo": lambda a: lambda f: lambda b: CoercedTo(force(a), force(f), force(b)),
        "submodule": lambda module: Submodule([module], lib, True),
        "submoduleWith": lambda spec: Submodule(force(spec)["modules"], lib, False),
        "attrTag": lambda tags: AttrTag(force(tags)),
    }
