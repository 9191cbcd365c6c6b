#!/usr/bin/env python3
"""Includes go one way: base <- process, lang <- compose <- fleet; bus <- plugin; {fleet, plugin} <- render <- deploy <- cli. The SDK
stands alone, plugins see only the SDK, heavy libraries stay out of headers, operating systems out of most folders."""

import os
import re

import tree

# What a kernel folder may include besides itself. `state` is storage below deploy.
MAY_INCLUDE = {
    "base": set(),
    "process": {"base"},
    "lang": {"base"},
    "compose": {"base", "lang"},
    "fleet": {"base", "process", "lang", "compose"},
    "bus": {"base", "process"},
    "plugin": {"base", "process", "lang", "compose", "bus"},
    "state": {"base", "process"},
    "render": {"base", "process", "lang", "compose", "fleet", "bus", "plugin"},
    "deploy": {"base", "process", "lang", "compose", "fleet", "bus", "plugin", "render", "state"},
    "cli": {"base", "process", "lang", "compose", "fleet", "bus", "plugin", "render", "deploy", "state"},
}
# Folders that speak the plugin ABI.
MAY_USE_SDK = {"bus", "plugin", "render", "deploy", "cli"}

HEAVY = re.compile(r"^(boost/|msgpack|zmq|nlohmann/|CLI/|sqlite3|openssl/|sodium|asio|regex$)")
STREAMS = {"iostream", "sstream", "fstream", "ostream", "istream", "iomanip"}
C_STANDARD = {
    f"{name}.h"
    for name in "assert ctype errno float inttypes limits math setjmp signal stdalign stdarg stdatomic stdbool stddef stdint "
    "stdio stdlib string time uchar wchar".split()
}
OS_MACRO = re.compile(r"^\s*#\s*(if|ifdef|ifndef|elif).*\b(__linux__|__APPLE__|__MACH__|_WIN32|__FreeBSD__)\b", re.M)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)


def is_standard(name):
    return name in C_STANDARD or ("/" not in name and "." not in name)


def kernel_problem(root, path, folder, quote, name):
    if quote == '"':
        if not name.startswith("kernel/"):
            return "an include of our own names its folder: \"kernel/...\""
        if not os.path.isfile(os.path.join(root, name)):
            return "no such file"
        target = name.split("/")[1]
        if folder is not None and target != folder and target not in MAY_INCLUDE.get(folder, set()):
            return f"{folder} must not depend on {target}"
        if name.endswith("_impl.hpp") and (target != folder or path.endswith(".hpp") and not path.endswith("_impl.hpp")):
            return "a private header is for the .cpp files of its own folder"
    elif name.startswith("fleet/"):
        if folder is not None and folder not in MAY_USE_SDK:
            return f"{folder} must not know the plugin SDK"
    elif name in STREAMS:
        return "text goes through fmt, not through streams"
    elif HEAVY.match(name) and path.endswith((".hpp", ".h")) and not path.endswith("_impl.hpp"):
        return "a heavy header belongs into a .cpp file, or into a private *_impl.hpp"
    return None


# What a plugin folder may use in its .cpp files beside the standard library: cryptography, and POSIX where it keeps files.
PLUGIN_LIBRARIES = {
    "plugins/common/": re.compile(r"^sodium\.h$"),
    "plugins/services/wireguard/": re.compile(r"^sodium\.h$"),
    "plugins/vars/": re.compile(r"^(sodium\.h|openssl/[a-z0-9_]+\.h|crypt\.h|nlohmann/json\.hpp|yaml\.h|dirent\.h|fcntl\.h|grp\.h|poll\.h|spawn\.h|termios\.h|unistd\.h|sys/(file|mman|resource|stat|wait)\.h)$"),
}


def library_of_plugin(path, name):
    return path.endswith(".cpp") and any(
        path.startswith(folder) and libraries.match(name) for folder, libraries in PLUGIN_LIBRARIES.items()
    )


def alone_problem(root, path, quote, name):
    """Of a file below sdk/ or plugins/."""
    if quote == '"':
        top = "/".join(path.split("/")[: 3 if path.startswith("plugins/services/") else 2])
        beside = os.path.normpath(os.path.join(os.path.dirname(path), name)).replace(os.sep, "/")
        for target in (beside, name):
            inside = target.startswith("sdk/") if path.startswith("sdk/") else target.startswith((top + "/", "plugins/common/"))
            if inside and os.path.isfile(os.path.join(root, target)):
                return None
        return "only <fleet/...>, the standard library and the own folder may be included"
    if name.startswith("fleet/"):
        if not os.path.isfile(os.path.join(root, "sdk/include", name)):
            return "the SDK has no such header"
        return None
    if name in STREAMS:
        return "text goes through fmt, not through streams"
    return None if is_standard(name) or library_of_plugin(path, name) else "only <fleet/...>, the standard library and the own folder may be included"


def check(root):
    for path in tree.files(root, (".cpp", ".hpp", ".h", ".c"), ("kernel", "sdk", "plugins")):
        text = tree.read(root, path)
        parts = path.split("/")
        folder = parts[1] if parts[0] == "kernel" and len(parts) > 2 else None
        if folder is not None and folder not in MAY_INCLUDE:
            yield f"{path}: the folder kernel/{folder} has no place in the order of dependencies"
            continue
        for match in INCLUDE.finditer(text):
            quote, name = match.groups()
            if parts[0] == "kernel":
                problem = kernel_problem(root, path, folder, quote, name)
            else:
                problem = alone_problem(root, path, quote, name)
            if problem:
                line = text.count("\n", 0, match.start()) + 1
                yield f"{path}:{line}: {match.group(0).strip()}: {problem}"
        if parts[0] == "kernel" and folder not in ("base", "process"):
            for match in OS_MACRO.finditer(text):
                line = text.count("\n", 0, match.start()) + 1
                yield f"{path}:{line}: operating systems differ in kernel/base and kernel/process only"


GOOD = {
    "kernel/base/a.hpp": "#include <vector>\n",
    "kernel/base/a.cpp": '#include "kernel/base/a.hpp"\n#include <nlohmann/json.hpp>\n#ifdef __linux__\n#endif\n',
    "kernel/lang/l.cpp": '#include "kernel/base/a.hpp"\n',
    "kernel/lang/l.hpp": "",
    "kernel/plugin/p.hpp": "#include <fleet/a.h>\n",
    "kernel/bus/b_impl.hpp": "#include <boost/asio.hpp>\n",
    "kernel/bus/b.cpp": '#include "kernel/bus/b_impl.hpp"\n',
    "kernel/main.cpp": '#include "kernel/lang/l.hpp"\n',
    "sdk/include/fleet/a.h": "#include <stdint.h>\n",
    "sdk/include/fleet/cxx/b.hpp": '#include <fleet/a.h>\n#include "../a.h"\n#include <string>\n',
    "plugins/x/x.cpp": '#include <fleet/cxx/b.hpp>\n#include "plugins/x/x.hpp"\n',
    "plugins/x/x.hpp": "",
    "plugins/vars/age/a.cpp": "#include <sodium.h>\n#include <openssl/evp.h>\n",
}
BAD = [
    ("a back edge", {"kernel/base/b.cpp": '#include "kernel/lang/l.hpp"\n'}),
    ("an edge between branches", {"kernel/bus/b.cpp": '#include "kernel/lang/l.hpp"\n'}),
    ("a folder outside of the order", {"kernel/misc/b.cpp": ""}),
    ("an include without its folder", {"kernel/base/b.cpp": '#include "a.hpp"\n'}),
    ("an include of nothing", {"kernel/base/b.cpp": '#include "kernel/base/none.hpp"\n'}),
    ("the SDK in lang", {"kernel/lang/b.cpp": "#include <fleet/a.h>\n"}),
    ("a heavy header in a header", {"kernel/base/b.hpp": "#include <nlohmann/json.hpp>\n"}),
    ("a private header in a header", {"kernel/bus/b.hpp": '#include "kernel/bus/b_impl.hpp"\n'}),
    ("a private header of another folder", {"kernel/plugin/b.cpp": '#include "kernel/bus/b_impl.hpp"\n'}),
    ("streams", {"kernel/base/b.cpp": "#include <iostream>\n"}),
    ("an OS outside of base and process", {"kernel/lang/b.cpp": "#if defined(__APPLE__)\n#endif\n"}),
    ("the kernel in the SDK", {"sdk/include/fleet/b.h": '#include "kernel/base/a.hpp"\n'}),
    ("a library in the SDK", {"sdk/include/fleet/b.h": "#include <fmt/format.h>\n"}),
    ("the kernel in a plugin", {"plugins/x/y.cpp": '#include "kernel/base/a.hpp"\n'}),
    ("another plugin in a plugin", {"plugins/y/y.cpp": '#include "plugins/x/x.hpp"\n'}),
    ("cryptography in another plugin", {"plugins/x/y.cpp": "#include <sodium.h>\n"}),
    ("cryptography in a header", {"plugins/vars/age/b.hpp": "#include <sodium.h>\n"}),
    ("a missing SDK header", {"plugins/x/y.cpp": "#include <fleet/none.h>\n"}),
]

if __name__ == "__main__":
    tree.run(check, GOOD, BAD)
