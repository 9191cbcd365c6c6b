"""Several hosts on one machine: each a network namespace with a root of its own, an ssh server and an empty Nix store; and an operator
beside them. Everything is gone when the processes are."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import boot_loader

NET = "10.77.0"  # exists only inside the namespaces
PATHS = ["--ro-bind", "/usr", "/usr", "--symlink", "usr/bin", "/bin", "--symlink", "usr/sbin", "/sbin", "--symlink", "usr/lib", "/lib"]
PATHS += ["--symlink", "usr/lib64", "/lib64", "--proc", "/proc", "--dev", "/dev"]
NIX = "experimental-features = nix-command flakes\nsubstituters =\nbuild-users-group =\nsandbox = false\n"
SSHD = """HostKey /etc/ssh/host
PermitRootLogin prohibit-password
PasswordAuthentication no
UsePAM no
UseDNS no
MaxStartups 100:30:200
MaxSessions 64
SetEnv PATH=/etc/bin:/usr/bin:/usr/sbin
"""
# Somebody who is root only by name of the number, and a sudo that asks, or does not when /etc/bin/free is there.
SUDO = """#!/bin/sh
echo "$*" >>/var/log/sudo
while :; do
  case "$1" in
  -k) shift ;;
  -S) asks=1; shift ;;
  -n) shift; [ -e /etc/bin/free ] || { echo "sudo: a password is required" >&2; exit 1; } ;;
  -p) shift 2 ;;
  *) break ;;
  esac
done
if [ -n "$asks" ] && [ ! -e /etc/bin/free ]; then
  IFS= read -r given
  [ "$given" = "hunter2 \\$x" ] || { echo "sudo: Sorry, try again." >&2; exit 1; }
fi
exec "$@"
"""


def missing():
    """Why there can be no lab here, or nothing."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    for program in ("bwrap", "ip", "nsenter", "ssh", "ssh-keygen", "nix", "nix-store"):
        if not shutil.which(program):
            return f"{program} is not installed"
    if not Path("/usr/sbin/sshd").exists():
        return "sshd is not installed"
    name = f"fleetd-try-{os.getpid()}"
    if subprocess.run(["ip", "netns", "add", name], capture_output=True, check=False).returncode != 0:
        return "network namespaces are forbidden here"
    tries = [
        ["ip", "-n", name, "link", "add", "br0", "type", "bridge"],
        ["ip", "-n", name, "link", "add", "e0", "type", "veth", "peer", "name", "e1"],
        ["ip", "netns", "exec", name, "bwrap", "--unshare-pid", "--unshare-uts", "--unshare-ipc", "--cap-add", "ALL", *PATHS, "--tmpfs", "/tmp", "true"],
    ]
    failed = [" ".join(words) for words in tries if subprocess.run(words, capture_output=True, check=False).returncode != 0]
    subprocess.run(["ip", "netns", "del", name], check=False)
    return f"not allowed here: {failed[0]}" if failed else ""


def run(*words, **options):
    return subprocess.run(words, check=True, capture_output=True, **options)


class Host:
    def __init__(self, lab, name, number):
        self.lab, self.name, self.address = lab, name, f"{NET}.{10 + number}"
        self.root = lab.base / name
        self.namespace = lab.namespace(name)
        self.process = None
        self.obeys = False
        self._files()
        lab.plug(name, self.address)

    def _files(self):
        for directory in ("etc/ssh", "etc/nix", "etc/bin", "nix/store", "nix/var/nix", "var/log", "var/empty", "root/.ssh", "home", "boot"):
            (self.root / directory).mkdir(parents=True)
        etc = self.root / "etc"
        for name in ("ld.so.cache", "nsswitch.conf", "protocols", "services", "login.defs"):
            if Path("/etc", name).exists():
                shutil.copy2(Path("/etc", name), etc / name)
        shutil.copytree("/etc/alternatives", etc / "alternatives", symlinks=True)
        (etc / "passwd").write_text("root:x:0:0:root:/root:/bin/bash\ntoor:x:0:0:root:/root:/bin/sh\nsshd:x:101:65534::/run/sshd:/usr/sbin/nologin\nada:x:1000:1000::/home:/bin/sh\n")
        (etc / "group").write_text("root:x:0:\ndaemon:x:1:\nnogroup:x:65534:\nada:x:1000:\n")
        (etc / "shadow").write_text("root:*:19000:0:99999:7:::\ntoor:*:19000:0:99999:7:::\nada:*:19000:0:99999:7:::\n")
        (etc / "hosts").write_text("127.0.0.1 localhost\n")
        (etc / "nix/nix.conf").write_text(NIX)
        (etc / "ssh/sshd_config").write_text(SSHD)
        (etc / "bin/sudo").write_text(SUDO)
        (etc / "bin/sudo").chmod(0o755)
        (etc / "bin/systemctl").write_text('#!/bin/sh\n[ "$1" != reboot ] || touch /run/rebooting\n')
        (etc / "bin/systemctl").chmod(0o755)
        for name, text in (("bootctl", boot_loader.BOOTCTL), ("grub-editenv", boot_loader.GRUB_EDITENV)):
            (etc / "bin" / name).write_text(text)
            (etc / "bin" / name).chmod(0o755)
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(etc / "ssh/host"))
        keys = self.root / "root/.ssh/authorized_keys"
        shutil.copy(self.lab.key.with_suffix(".pub"), keys)
        keys.chmod(0o600)
        for private in (self.root / "root", keys.parent):
            private.chmod(0o700)

    def start(self):
        """Powers the host on: /run is empty, everything else is as it was, and what it boots is what its boot loader says, without one its
        profile."""
        read, write = os.pipe()
        system = self._loaded()
        boot = (
            f"ip link set lo up; p={system or '$(readlink -f /nix/var/nix/profiles/system 2>/dev/null)'}; [ -e \"$p\" ] && ln -sfn \"$p\" /run/current-system; "
            "[ -e \"$p\" ] && ln -sfn \"$p\" /run/booted-system; "
            "ip link set e0 $([ \"$(cat \"$p/trouble\" 2>/dev/null)\" = deaf ] && echo down || echo up); "
            # What systemd does with units that are wanted, after it has looked where they are.
            "for unit in /etc/systemd/system.control/*.target.wants/*.service; do [ ! -e \"$unit\" ] || PATH=/etc/bin:$PATH setsid sh -c \"$(sed -n 's/^ExecStart=//p' \"$unit\")\" & done; "
            # As a service that is started again whenever it ends.
            "while :; do /usr/sbin/sshd -D -e; sleep 0.2; done"
        )
        words = ["ip", "netns", "exec", self.namespace, "bwrap", "--die-with-parent", "--unshare-pid", "--unshare-uts", "--unshare-ipc", "--cap-add", "ALL"]
        words += PATHS + ["--hostname", self.name, "--tmpfs", "/run", "--dir", "/run/sshd", "--tmpfs", "/tmp"]
        for directory in ("etc", "nix", "var", "root", "home", "boot"):
            words += ["--bind", str(self.root / directory), f"/{directory}"]
        words += ["--setenv", "PATH", "/usr/bin:/usr/sbin", "--unsetenv", "NIX_SSL_CERT_FILE", "--info-fd", str(write)]
        log = open(self.lab.base / f"{self.name}.log", "ab")
        self.process = subprocess.Popen([*words, "sh", "-c", boot], pass_fds=[write], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        log.close()
        os.close(write)
        with os.fdopen(read) as info:
            self.init = json.load(info)["child-pid"]
        self.lab.wait(lambda: self._answers(), f"{self.name} does not start")

    def _loaded(self):
        """The system that is started; a kernel that panics gives the boot loader another turn."""
        for _ in range(5):
            system = boot_loader.chosen(self.root / "boot", True)
            trouble = self.root / system[1:] / "trouble"
            if not (system and trouble.exists() and trouble.read_text() == "panics"):
                return system
        raise AssertionError(f"{self.name} starts {system} for ever")

    @contextmanager
    def rebooting(self):
        """While this lasts, an order to reboot is obeyed."""
        self.lab.watch()
        self.obeys = True
        try:
            yield
        finally:
            with self.lab.power:
                self.obeys = False

    def obey(self):
        if self.obeys and self.process and self.inside("ls /run/rebooting", check=False):
            self.kill()
            self.start()

    def _answers(self):
        probe = ["ip", "netns", "exec", self.namespace, "bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/22"]
        return subprocess.run(probe, capture_output=True, check=False).returncode == 0

    def kill(self):
        """Cuts the power."""
        if self.process:
            os.kill(self.init, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def inside(self, command, check=True):
        """A command on the host's console."""
        done = subprocess.run(
            ["nsenter", "-t", str(self.init), "-m", "-n", "-p", "-u", "-i", "-r", "-w", "env", "-i", "PATH=/usr/bin:/usr/sbin", "HOME=/root", "sh", "-c", command],
            capture_output=True,
            text=True,
            check=False,
        )
        if check and done.returncode != 0:
            raise AssertionError(f"{command}: {done.stderr}")
        return done.stdout.strip()

    def runs(self):
        return self.inside("cat /run/current-system/nixos-version 2>/dev/null", check=False)

    def boots(self):
        return self.inside("cat /nix/var/nix/profiles/system/nixos-version 2>/dev/null", check=False)

    def next_start(self):
        """The version that its boot loader starts next."""
        system = boot_loader.chosen(self.root / "boot")
        return (self.root / system[1:] / "nixos-version").read_text() if system else ""

    def cable(self, state):
        """The other end of its link, which nothing on the host can repair."""
        run("ip", "-n", self.lab.namespace_of("br"), "link", "set", self.name, state)

    def signal(self, what):
        """To all of its processes but the first: "STOP" makes it a host that hangs."""
        if not self.process:
            return
        for pid in run("ip", "netns", "pids", self.namespace, text=True).stdout.split():
            if int(pid) not in (self.init, self.process.pid):
                try:
                    os.kill(int(pid), getattr(signal, f"SIG{what}"))
                except ProcessLookupError:
                    pass

    def link(self, state):
        run("ip", "-n", self.namespace, "link", "set", "e0", state)


class Lab:
    def __init__(self, names):
        self._directory = tempfile.TemporaryDirectory(prefix="fleetd-lab-", ignore_cleanup_errors=True)
        self.base = Path(self._directory.name).resolve()
        self.id = f"fl{os.getpid()}"
        self.key = self.base / "id"
        self.namespaces = []
        self.power, self.closed, self.watcher = threading.Lock(), threading.Event(), None
        self.hosts = {}
        try:
            run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self.key))
            bridge = self.namespace("br")
            run("ip", "-n", bridge, "link", "add", "br0", "type", "bridge", "forward_delay", "0")
            run("ip", "-n", bridge, "link", "set", "br0", "up")
            self.operator = self.namespace("op")
            self.plug("op", f"{NET}.1")
            for directory in ("nix/store", "nix/var/nix"):
                (self.base / "op" / directory).mkdir(parents=True)
            for number, name in enumerate(names, 1):
                self.hosts[name] = Host(self, name, number)
            self._ssh_config()
            for host in self.hosts.values():
                host.start()
            self.nix("nix-store", "--init")
        except BaseException:
            self.close()
            raise

    def watch(self):
        """Hosts die with the thread that started them, so this one lives as long as they do."""
        if self.watcher:
            return

        def loop():
            while not self.closed.wait(0.1):
                for host in self.hosts.values():
                    with self.power:
                        host.obey()

        self.watcher = threading.Thread(target=loop, daemon=True)
        self.watcher.start()

    def namespace_of(self, name):
        return f"{self.id}-{name}"

    def namespace(self, name):
        out = self.namespace_of(name)
        run("ip", "netns", "add", out)
        self.namespaces.append(out)
        run("ip", "-n", out, "link", "set", "lo", "up")
        return out

    def plug(self, name, address):
        own, bridge = f"{self.id}-{name}", f"{self.id}-br"
        run("ip", "link", "add", "e0", "netns", own, "type", "veth", "peer", "name", name, "netns", bridge)
        run("ip", "-n", bridge, "link", "set", name, "master", "br0", "up")
        run("ip", "-n", own, "addr", "add", f"{address}/24", "dev", "e0")
        run("ip", "-n", own, "link", "set", "e0", "up")

    def _ssh_config(self):
        known, text = [], []
        for host in self.hosts.values():
            kind, key = (host.root / "etc/ssh/host.pub").read_text().split()[:2]
            known.append(f"{host.address} {kind} {key}\n")
            text.append(f"Host {host.name}.lab\n  HostName {host.address}\n")
        (self.base / "known_hosts").write_text("".join(known))
        text.append(f"Host *\n  IdentityFile {self.key}\n  IdentitiesOnly yes\n  UserKnownHostsFile {self.base}/known_hosts\n")
        text.append("  GlobalKnownHostsFile /dev/null\n  StrictHostKeyChecking yes\n  KexAlgorithms curve25519-sha256\n")
        self.config = self.base / "ssh_config"
        self.config.write_text("".join(text))

    def operator_words(self):
        """What a command line starts with to run as the operator: own network, own Nix store, the rest of the machine visible."""
        words = ["ip", "netns", "exec", self.operator, "bwrap", "--die-with-parent", "--dev-bind", "/", "/", "--bind", str(self.base / "op/nix"), "/nix"]
        return words + ["--proc", "/proc", "--cap-add", "ALL", "--setenv", "NIX_CONFIG", NIX, "--unsetenv", "NIX_SSL_CERT_FILE", "--"]

    def nix(self, *words, env=None):
        return run(*self.operator_words(), *words, env=env, text=True).stdout.strip()

    def lock_of(self, source):
        """A flake.lock whose nixpkgs is the directory `source`, in place of the one that flake.nix asks for."""
        for path in (*source.iterdir(), source):
            os.utime(path, (1, 1))
        locked = {"type": "path", "path": str(source), "narHash": self.nix("nix", "hash", "path", str(source)), "lastModified": 1}
        original = {"type": "github", "owner": "NixOS", "repo": "nixpkgs", "ref": "nixos-unstable"}
        nodes = {"nixpkgs": {"locked": locked, "original": original}, "root": {"inputs": {"nixpkgs": "nixpkgs"}}}
        return json.dumps({"nodes": nodes, "root": "root", "version": 7})

    @staticmethod
    def wait(condition, message, seconds=30):
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise AssertionError(message)
            time.sleep(0.05)

    def close(self):
        self.closed.set()
        if self.watcher:
            self.watcher.join()
        for host in self.hosts.values():
            host.kill()
        for namespace in self.namespaces:
            pids = subprocess.run(["ip", "netns", "pids", namespace], capture_output=True, text=True, check=False).stdout.split()
            for pid in pids:
                try:
                    os.kill(int(pid), signal.SIGKILL)
                except ProcessLookupError:
                    pass
            subprocess.run(["ip", "netns", "del", namespace], capture_output=True, check=False)
        self._directory.cleanup()
