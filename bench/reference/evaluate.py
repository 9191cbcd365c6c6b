"""Compiles the tuples of syntax.py to Python closures. A closure takes an environment (names, outer environment) and gives a value
whose outermost part is computed; parts of lists and sets may be thunks."""

import operator


class Thunk:
    __slots__ = ("code", "environment", "value")

    def __init__(self, code, environment=None):
        self.code, self.environment = code, environment


def blackhole(_):
    raise RecursionError("infinite recursion")


def force(value):
    if type(value) is not Thunk:
        return value
    code = value.code
    if code is None:
        return value.value
    value.code = blackhole
    value.value = result = code(value.environment)
    value.code = value.environment = None
    return result


def deep(value):
    """The value with everything in it computed."""
    value = force(value)
    if type(value) is dict:
        return {name: deep(part) for name, part in value.items()}
    if type(value) is list:
        return [deep(part) for part in value]
    if type(value) is float and value.is_integer():
        return int(value)
    return value


class Missing(Exception):
    """An attribute that is not there."""


class Function:
    """A function of the language. One that uses nothing but `lib` of its argument gives the same for all hosts: `shared`."""

    __slots__ = ("call", "shared", "result")

    def __init__(self, call, shared):
        self.call, self.shared, self.result = call, shared, None

    def __call__(self, argument):
        return self.call(argument)


class Scope:
    def __init__(self, names, outer):
        self.names, self.outer, self.used = names, outer, set()

    def find(self, name):
        depth, scope = 0, self
        while scope is not None:
            if name in scope.names:
                scope.used.add(name)
                return depth
            depth, scope = depth + 1, scope.outer
        raise NameError(f"undefined variable {name}")


def to_string(value):
    value = force(value)
    if type(value) is str:
        return value
    if value is None or value is False:
        return ""
    if value is True:
        return "1"
    if type(value) is int:
        return str(value)
    if type(value) is float:
        return f"{value:f}"
    if type(value) is list:
        return " ".join(map(to_string, value))
    raise TypeError(f"cannot make a string of {value!r}")


def interpolated(value):
    if type(value) is not str:
        raise TypeError(f"cannot interpolate {value!r}")
    return value


def equal(left, right):
    left, right = deep(left), deep(right)
    return left == right and isinstance(left, bool) == isinstance(right, bool)


STRICT = {"+": operator.add, "-": operator.sub, "*": operator.mul, "<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge,
          "==": equal, "!=": lambda a, b: not equal(a, b), "++": operator.add, "//": lambda a, b: {**a, **b}}
CONSTANTS = {"true": True, "false": False, "null": None}


def constant(node, scope):
    """(True, value) if the node is literally a value."""
    if node[0] == "constant":
        return True, node[1]
    if node[0] == "name" and node[1] in CONSTANTS:
        return True, CONSTANTS[node[1]]
    if node[0] == "list":
        parts = [constant(item, scope) for item in node[1]]
        return all(p[0] for p in parts), [p[1] for p in parts]
    if node[0] == "set" and not node[2]:
        parts = {name: constant(item, scope) for name, item in node[1].items()}
        return all(p[0] for p in parts.values()), {name: p[1] for name, p in parts.items()}
    return False, None


def reference(name, scope):
    """A closure that fetches what a name stands for, computed or not."""
    depth = scope.find(name)
    if depth == 0:
        return lambda env: env[0][name]
    if depth == 1:
        return lambda env: env[1][0][name]
    if depth == 2:
        return lambda env: env[1][1][0][name]

    def fetch(env):
        for _ in range(depth):
            env = env[1]
        return env[0][name]

    return fetch


def delay(node, scope):
    """A closure that gives the value itself if that costs nothing, else a thunk."""
    is_constant, value = constant(node, scope)
    if is_constant:
        return lambda env: value
    if node[0] == "name":
        return reference(node[1], scope)
    if node[0] == "outer":
        fetch = reference(node[1], scope.outer if node[1] in scope.names else scope)
        return (lambda env: fetch(env[1])) if node[1] in scope.names else fetch
    code = compile_node(node, scope)
    if node[0] in ("lambda", "list") or node[0] == "set" and not node[2]:
        return code
    return lambda env: Thunk(code, env)


def compile_node(node, scope):
    is_constant, value = constant(node, scope)
    if is_constant:
        return lambda env: value
    return COMPILERS[node[0]](node, scope)


def compile_name(node, scope):
    fetch = delay(node, scope)
    return lambda env: force(fetch(env))


def compile_list(node, scope):
    parts = [delay(item, scope) for item in node[1]]
    return lambda env: [part(env) for part in parts]


def compile_set(node, scope):
    parts = [(name, delay(item, scope)) for name, item in node[1].items()]
    if not node[2]:
        return lambda env: {name: part(env) for name, part in parts}
    dynamic = [(compile_node(key, scope), delay(item, scope)) for key, item in node[2]]

    def build(env):
        result = {name: part(env) for name, part in parts}
        for key, part in dynamic:
            name = key(env)
            if name is not None:
                result[name] = part(env)
        return result

    return build


def compile_let(node, scope):
    inner = Scope(set(node[1][1]), scope)
    parts = [(name, delay(item, inner)) for name, item in node[1][1].items()]
    body = compile_node(node[2], inner)

    def run(env):
        names = {}
        new = (names, env)
        for name, part in parts:
            names[name] = None
        for name, part in parts:
            # A name that stands for another of the same `let` is looked up when it is needed.
            names[name] = Thunk(lambda e, part=part: force(part(e)), new)
        return body(new)

    return run


def compile_lambda(node, scope):
    _, name, formals, body_node = node
    inner = Scope(set(formals or ()) | ({name} if name else set()), scope)
    body = compile_node(body_node, inner)
    shared = formals is not None and inner.used <= {"lib"}
    if formals is None:
        return lambda env: Function(lambda argument: body(({name: argument}, env)), False)
    if name is None:  # the argument itself serves as the names
        return lambda env: Function(lambda argument: body((force(argument), env)), shared)

    return lambda env: Function(lambda argument: body(({**force(argument), name: argument}, env)), shared)


def compile_call(node, scope):
    function, argument = compile_node(node[1], scope), delay(node[2], scope)
    return lambda env: function(env)(argument(env))


def compile_select(node, scope):
    base = compile_node(node[1], scope)
    keys = [compile_node(key, scope) for key in node[2]]
    plain = [key[1] for key in node[2] if key[0] == "constant"]
    default = compile_node(node[3], scope) if node[3] else None
    if default is None and len(plain) == len(keys):

        def direct(env):
            value = base(env)
            for name in plain:
                value = value[name]
                if type(value) is Thunk:
                    value = force(value)
            return value

        return direct

    def walk(env):
        value = base(env)
        for key in keys:
            name = key(env)
            if type(value) is not dict or name not in value:
                if default:
                    return default(env)
                raise Missing(name)
            value = force(value[name])
        return value

    return walk


def compile_if(node, scope):
    condition, yes, no = (compile_node(part, scope) for part in node[1:])
    return lambda env: yes(env) if condition(env) else no(env)


def compile_not(node, scope):
    operand = compile_node(node[1], scope)
    return lambda env: not operand(env)


def compile_binary(node, scope):
    left, right = compile_node(node[2], scope), compile_node(node[3], scope)
    if node[1] == "&&":
        return lambda env: left(env) and right(env)
    if node[1] == "||":
        return lambda env: left(env) or right(env)
    apply = STRICT[node[1]]
    return lambda env: apply(left(env), right(env))


def compile_string(node, scope):
    parts = [compile_node(part, scope) for part in node[1]]
    return lambda env: "".join([interpolated(part(env)) for part in parts])


COMPILERS = {"name": compile_name, "list": compile_list, "set": compile_set, "let": compile_let, "lambda": compile_lambda,
             "call": compile_call, "select": compile_select, "if": compile_if, "not": compile_not, "binary": compile_binary,
             "string": compile_string}


def evaluate(node, names):
    return compile_node(node, Scope(set(names), None))((names, None))
