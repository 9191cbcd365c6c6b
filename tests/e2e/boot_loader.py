"""What systemd-boot and GRUB do with the files of /boot when a machine starts: which system is booted, and what they write while they do."""

import fnmatch
import re

ENV_SIZE = 1024
# Stand-ins for programs that hosts bring with their boot loader.
BOOTCTL = """#!/bin/sh
[ -e /boot/loader/loader.conf ] || exit 1
case $1 in --print-esp-path | --print-boot-path) echo /boot ;; *) exit 1 ;; esac
"""
GRUB_EDITENV = """#!/bin/sh
file=$1 verb=$2 word=$3
kept=$(grep -av -e '^#' -e "^${word%%=*}=" "$file" 2>/dev/null)
{ echo "# GRUB Environment Block"; [ -z "$kept" ] || printf '%s\\n' "$kept"; [ "$verb" != set ] || printf '%s\\n' "$word"; } >"$file.new"
while [ "$(wc -c <"$file.new")" -lt 1024 ]; do printf '#' >>"$file.new"; done
mv "$file.new" "$file"
"""


def init_of(text):
    return re.search(r"init=(/nix/store/[^/\s]+)/init(?:\s|$)", text)[1]


class Entry:
    """A file of loader/entries: NAME[+LEFT[-DONE]].conf (systemd's Automatic Boot Assessment)."""

    def __init__(self, path):
        self.path = path
        name, left, done = re.fullmatch(r"(.*?)(?:\+(\d+)(?:-(\d+))?)?\.conf", path.name).groups()
        self.id, self.name = f"{name}.conf", name
        self.left, self.done = None if left is None else int(left), int(done or 0)
        self.text = path.read_text()
        fields = dict(line.split(None, 1) for line in self.text.splitlines() if " " in line)
        self.key = fields.get("sort-key")
        number = re.search(r"(\d+)", fields.get("version", ""))
        self.version = int(number[1]) if number else 0

    def rank(self):
        # What has no tries left comes last; then new entries, with a key, by key, and newer versions first.
        return (self.left == 0, self.key is None, self.key or "", -self.version)

    def begin(self):
        if self.left:
            self.path.rename(self.path.with_name(f"{self.name}+{self.left - 1}-{self.done + 1}.conf"))


def systemd_boot(boot, starts):
    entries = sorted((Entry(p) for p in sorted((boot / "loader/entries").glob("*.conf"), reverse=True)), key=Entry.rank)
    default = re.search(r"^default\s+(\S+)", (boot / "loader/loader.conf").read_text(), re.M)
    matching = [e for e in entries if default and fnmatch.fnmatch(e.id, default[1])]
    chosen = (matching or entries)[0]
    if starts:
        chosen.begin()
    return init_of(chosen.text)


def grub(boot, starts):
    environment = boot / "grub/grubenv"
    variables = dict(line.split("=", 1) for line in environment.read_text().splitlines() if "=" in line)
    wanted = variables.pop("next_entry", "")
    if starts:
        text = "# GRUB Environment Block\n" + "".join(f"{k}={v}\n" for k, v in variables.items())
        environment.write_text(text.ljust(ENV_SIZE, "#"))
    found, above, here, depth = {}, [], "", 0
    for line in (boot / "grub/grub.cfg").read_text().splitlines():
        if match := re.match(r'(submenu|menuentry) "([^"]*)"', line):
            here = match[2]
            if match[1] == "submenu":
                above.append(here)
        elif line == "}" and depth == len(above) and above:
            above.pop()
        depth += line.endswith("{") - (line == "}")
        if "init=" in line:
            found.setdefault(">".join([*above, here]), init_of(line))
    return found.get(wanted) or next(iter(found.values()))


def chosen(boot, starts=False):
    """The system that /boot starts; with `starts` it is started, which uses up what is for one start. Nothing without a boot loader."""
    if (boot / "loader/loader.conf").exists():
        return systemd_boot(boot, starts)
    if (boot / "grub/grub.cfg").exists():
        return grub(boot, starts)
    return ""


def prepare(boot, kind):
    """An installed boot loader that has no entries yet."""
    if kind == "systemd-boot":
        (boot / "loader/entries").mkdir(parents=True)
        (boot / "loader/loader.conf").write_text("timeout 5\n")
    if kind == "grub":
        (boot / "grub").mkdir(parents=True)
        (boot / "grub/grub.cfg").write_text("")
        (boot / "grub/grubenv").write_text("# GRUB Environment Block\n".ljust(ENV_SIZE, "#"))
