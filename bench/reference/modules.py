"""The module system: collecting modules, merging declarations and definitions, priorities and order."""

from evaluate import Function, Thunk, force

FORCE, NORMAL, DEFAULT, OPTION_DEFAULT = 50, 100, 1000, 1500


class If:
    __slots__ = ("condition", "content")

    def __init__(self, condition, content):
        self.condition, self.content = condition, content


class Merge:
    __slots__ = ("contents",)

    def __init__(self, contents):
        self.contents = contents


class Override:
    __slots__ = ("priority", "content")

    def __init__(self, priority, content):
        self.priority, self.content = priority, content


class Order:
    __slots__ = ("priority", "content")

    def __init__(self, priority, content):
        self.priority, self.content = priority, content


class Option:
    __slots__ = ("type", "has_default", "default")

    def __init__(self, spec):
        spec = force(spec)
        self.type = spec.get("type")
        self.has_default = "default" in spec
        self.default = spec.get("default")


class ConfigError(Exception):
    pass


def call_module(module, arguments):
    module = force(module)
    if isinstance(module, Function):
        if not module.shared:
            return module(arguments)
        if module.result is None:
            module.result = module(arguments)
        return module.result
    return module


def collect(modules, arguments):
    """All modules and what they import, breadth first, as nixpkgs collects them; the last comes first."""
    queue = [call_module(module, arguments) for module in modules]
    for module in queue:  # grows meanwhile
        for imported in force(module.get("imports", ())):
            queue.append(call_module(imported, arguments))
    queue.reverse()
    return queue


RESERVED = {"imports", "options", "config", "freeformType"}


def configuration(module):
    if "config" in module or "options" in module:
        return module.get("config")
    if "imports" in module:
        return {name: value for name, value in module.items() if name not in RESERVED} or None
    return module


def declare(tree, declared):
    for name, value in force(declared).items():
        value = force(value)
        if isinstance(value, Option):
            if name in tree:
                raise ConfigError(f"the option {name} is declared twice")
            tree[name] = value
        else:
            declare(tree.setdefault(name, {}), value)


def push_down(value, result):
    """The sets a definition of a set consists of, with conditions and priorities moved to their members."""
    value = force(value)
    kind = type(value)
    if kind is dict:
        result.append(value)
    elif kind is If:
        inner = []
        push_down(value.content, inner)
        result.extend({name: If(value.condition, part) for name, part in part_set.items()} for part_set in inner)
    elif kind is Merge:
        for content in force(value.contents):
            push_down(content, result)
    elif kind is Override or kind is Order:
        inner = []
        push_down(value.content, inner)
        result.extend({name: kind(value.priority, part) for name, part in part_set.items()} for part_set in inner)
    else:
        raise ConfigError(f"expected a set of definitions, not {value!r}")
    return result


def discharge(value, found, priority=NORMAL, order=1000):
    """Appends (priority, order, value) of each definition that holds."""
    value = force(value)
    while True:
        kind = type(value)
        if kind is If:
            if not force(value.condition):
                return
            value = force(value.content)
        elif kind is Override:
            priority, value = value.priority, force(value.content)
        elif kind is Order:
            order, value = value.priority, force(value.content)
        elif kind is Merge:
            for content in force(value.contents):
                discharge(content, found, priority, order)
            return
        else:
            found.append((priority, order, value))
            return


def strongest(found):
    """The values of the best priority in their order."""
    if len(found) == 1:
        return [found[0][2]]
    best = min(item[0] for item in found)
    kept = [item for item in found if item[0] == best]
    if any(item[1] != 1000 for item in kept):
        kept.sort(key=lambda item: item[1])
    return [item[2] for item in kept]


def merge_option(option, place, definitions):
    found = []
    for definition in definitions:
        discharge(definition, found)
    if option.has_default and not any(item[0] < OPTION_DEFAULT for item in found):
        discharge(option.default, found, OPTION_DEFAULT)
    if not found:
        raise ConfigError(f"the option {'.'.join(place)} has no value")
    return force(force(option.type).merge(place, strongest(found)))


def merge_level(tree, place, definitions, freeform=None):
    by_name = {}
    for definition in definitions:
        for name, value in definition.items():
            if name in by_name:
                by_name[name].append(value)
            else:
                by_name[name] = [value]
    result = {}
    for name, option in tree.items():
        values = by_name.pop(name, ())
        inner = (*place, name)
        if type(option) is dict:
            result[name] = Thunk(merge_subtree, (option, inner, values))
        else:
            result[name] = Thunk(merge_leaf, (option, inner, values))
    if by_name:
        if freeform is None:
            raise ConfigError(f"the option {'.'.join((*place, next(iter(by_name))))} does not exist")
        rest = [{name: value for name, value in definition.items() if name in by_name} for definition in definitions]
        result.update(force(freeform.merge(place, rest)))
    return result


def merge_subtree(job):
    tree, place, values = job
    sets = []
    for value in values:
        push_down(value, sets)
    return merge_level(tree, place, sets)


def merge_leaf(job):
    return merge_option(*job)


def evaluate_modules(modules, lib, place=(), name=None):
    """The configuration of some modules."""
    arguments = {"lib": lib, "config": None, "options": {}, "name": name}

    def run(_):
        collected = collect(modules, arguments)
        tree, definitions, freeform = {}, [], None
        for module in collected:
            if "options" in module:
                declare(tree, module["options"])
            if "freeformType" in module:
                freeform = force(module["freeformType"])
            config = configuration(module)
            if config is not None:
                push_down(config, definitions)
        return merge_level(tree, place, definitions, freeform)

    result = arguments["config"] = Thunk(run)
    return result
