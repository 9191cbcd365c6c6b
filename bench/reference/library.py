"""The functions of `lib` and the few builtins that the fleets use."""

from evaluate import Thunk, force, to_string
from kinds import make_types
from modules import DEFAULT, FORCE, If, Merge, Option, Order, Override


def lazily(function, *arguments):
    """function a b ..., computed when it is needed."""

    def run(_):
        result = force(function)
        for argument in arguments:
            result = result(argument)
        return force(result)

    return Thunk(run)


def named(pairs):
    """The set of {name, value} pairs; the first of a name wins."""
    result = {}
    for pair in pairs:
        pair = force(pair)
        result.setdefault(force(pair["name"]), pair["value"])
    return result


def sorted_items(values):
    return sorted(force(values).items())


def make_map(function):
    return lambda items: [lazily(function, item) for item in force(items)]


def call(function, *arguments):
    return force(lazily(function, *arguments))


def make_library():
    lib = {}
    lib.update({
        "mkOption": Option,
        "mkEnableOption": lambda text: Option({"type": lib["types"]["bool"], "default": False}),
        "mkIf": lambda condition: lambda content: If(condition, content),
        "mkMerge": Merge,
        "mkOverride": lambda priority: lambda content: Override(force(priority), content),
        "mkForce": lambda content: Override(FORCE, content),
        "mkDefault": lambda content: Override(DEFAULT, content),
        "mkOrder": lambda priority: lambda content: Order(force(priority), content),
        "mkBefore": lambda content: Order(500, content),
        "mkAfter": lambda content: Order(1500, content),
        "attrNames": lambda values: sorted(force(values)),
        "attrValues": lambda values: [value for _, value in sorted_items(values)],
        "filterAttrs": lambda keep: lambda values: {n: v for n, v in force(values).items() if call(keep, n, v)},
        "mapAttrs": lambda function: lambda values: {n: lazily(function, n, v) for n, v in force(values).items()},
        "mapAttrs'": lambda function: lambda values: named(lazily(function, n, v) for n, v in sorted_items(values)),
        "mapAttrsToList": lambda function: lambda values: [lazily(function, n, v) for n, v in sorted_items(values)],
        "genAttrs": lambda names: lambda function: {force(n): lazily(function, n) for n in force(names)},
        "listToAttrs": lambda pairs: named(force(pairs)),
        "nameValuePair": lambda name: lambda value: {"name": name, "value": value},
        "filter": lambda keep: lambda items: [item for item in force(items) if call(keep, item)],
        "any": lambda test: lambda items: any(call(test, item) for item in force(items)),
        "elem": lambda item: lambda items: force(item) in [force(other) for other in force(items)],
        "length": lambda items: len(force(items)),
        "range": lambda first: lambda last: list(range(force(first), force(last) + 1)),
        "optional": lambda condition: lambda item: [item] if force(condition) else [],
        "concatStringsSep": lambda separator: lambda items: force(separator).join([force(item) for item in force(items)]),
        "concatMapStringsSep": lambda separator: lambda function: lambda items: force(separator).join(
            [call(function, item) for item in force(items)]
        ),
        "toUpper": lambda text: force(text).upper(),
        "toString": to_string,
        "map": make_map,
    })
    lib["types"] = make_types(lib)
    return lib
