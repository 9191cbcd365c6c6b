"""An installed fleetd that was moved elsewhere, made once for all tests of a run that want it at the same place."""

import atexit
import shutil
import subprocess
import tempfile
from pathlib import Path

from harness import SETUP

_made = {}


def moved_tree(place):
    """The prefix of a tree that `meson install` wrote and that was moved to a directory of this name afterwards."""
    if place not in _made:
        base = tempfile.TemporaryDirectory(prefix="fleetd-installed-")
        atexit.register(base.cleanup)
        staging = Path(base.name) / "staging"
        meson = shutil.which("meson")
        if not meson:
            raise RuntimeError("meson, which built this, is not in PATH")
        command = [meson, "install", "-C", str(Path(SETUP.binary).parent), "--no-rebuild", "--destdir", str(staging)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(done.stdout[-2000:] + done.stderr[-2000:])
        prefix = next(iter(staging.rglob("bin/fleetd"))).parents[1]
        tree = Path(base.name) / place / "fleetd"
        tree.parent.mkdir()
        shutil.move(prefix, tree)
        shutil.rmtree(staging)
        _made[place] = tree.resolve()
    return _made[place]
