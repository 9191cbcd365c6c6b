"""Hosts that are simulated: programs in place of ssh and nix answer as such hosts would, and write down when a host begins and ends."""

import os
import subprocess

from harness import SETUP, FleetTest, Result

# Who begins waits until so many have begun, so that it does not depend on the machine how many are under way at once.
MEET = """meet() { tries=0; while [ "$(grep -c "^$1 " "$SIMULATED_LOG")" -lt "${SIMULATED_MEET:-0}" ] && [ "$tries" -lt 200 ]; do sleep 0.1; tries=$((tries + 1)); done; }
"""
SSH = f"""#!/bin/sh
{MEET}""" + """
case " $* " in *" -O "*) exit 0 ;; esac
while [ "$1" != -- ]; do shift; done
at=$SIMULATED/$2 name=${2%%.*} command=$3
cat >/dev/null
note() { [ -z "${SIMULATED_LOG-}" ] || echo "$1 $name" >>"$SIMULATED_LOG"; }
case $command in
*" status "* | *" brief "*) printf 'kernel Linux\\nmachine x86_64\\nsystem %s\\nprofile %s\\nuser root\\nkey yes\\n' "$(cat "$at" 2>/dev/null)" "$(cat "$at" 2>/dev/null)" ;;
*" start "*) note begin; [ -z "${SIMULATED_MEET-}" ] || meet begin; printf '%s' "$command" | grep -o '/nix/store/[^ ]*' >"$at.new"; rm -f "$at.ok"; echo STARTED ;;
*" await "*)
  if [ -e "$at.fails" ]; then note end; echo "FAILED it cannot"; elif [ -e "$at.ok" ]; then note end; echo DONE; else echo WAITING; fi ;;
*" confirm "*) mv "$at.new" "$at"; : >"$at.ok" ;;
esac
"""
NIX = f"""#!/bin/sh
{MEET}""" + """
name=$(printf '%s' "$*" | sed -n 's/.*nixosConfigurations."\\([^"]*\\)".*/\\1/p')
[ -n "$name" ] || exit 0
[ -z "${SIMULATED_LOG-}" ] || { echo "builds $name" >>"$SIMULATED_LOG"; meet builds; echo "built $name" >>"$SIMULATED_LOG"; }
printf '[{"outputs":{"out":"/nix/store/%032d-nixos-system-%s"}}]\\n' "$(printf '%s' "$name" | cksum | cut -d' ' -f1)" "$name"
"""


def many(yard, names):
    """The fleet of the end-to-end tests, with these hosts."""
    flake = (yard.root / "flake.nix").read_text()
    start, end = flake.index("names = [") + len("names = ["), flake.index("];")
    yard.write("flake.nix", flake[:start] + " ".join(f'"{name}"' for name in names) + flake[end:])
    for name in names:
        yard.write(f"{name}.nix", "{ }\n")


def variables(yard):
    """Puts the programs beside the fleet. What a command needs to find them."""
    programs, hosts = yard.base / "bin", yard.base / "hosts"
    for directory in (programs, hosts):
        directory.mkdir()
    for program, text in (("ssh", SSH), ("nix", NIX)):
        (programs / program).write_text(text)
        (programs / program).chmod(0o755)
    return {"PATH": f"{programs}:{os.environ['PATH']}", "SIMULATED": str(hosts)}


class SimulatedTest(FleetTest):
    def simulated(self, names):
        yard = self.fleet("deploy")
        many(yard, names)
        yard.env = variables(yard)
        return yard

    def run_in(self, yard, *args, **env):
        done = subprocess.run([SETUP.binary, *args], cwd=yard.root, env=yard.environment({**yard.env, **env}), capture_output=True, timeout=120, check=False)
        return Result(done.returncode, done.stdout.decode(), done.stderr.decode(), done.stdout, done.stderr)

    def logged(self, yard, *args, code=0, meet="0"):
        """Runs it; what happened, in order, as (verb, host): a build "builds" and "built", a host "begin" and "end"."""
        log = yard.base / "log"
        log.write_text("")
        self.expect(self.run_in(yard, *args, SIMULATED_LOG=str(log), SIMULATED_MEET=meet), code)
        return [tuple(line.split()) for line in log.read_text().splitlines()]

    @staticmethod
    def at_once(events, first, last):
        """How many were under way at the same time, at most."""
        most = now = 0
        for verb, _ in events:
            now += (verb == first) - (verb == last)
            most = max(most, now)
        return most
