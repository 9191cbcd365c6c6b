"""machines hardware and machines install, with programs in place of nixos-anywhere, nixos-facter and ssh that write down what they were called with."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import tarfile
import tempfile
import time
import unittest
from pathlib import Path

from harness import SETUP, FleetTest

REPORT = {
    "version": 1,
    "system": "x86_64-linux",
    "hardware": {"disk": [{"unix_device_name": "/dev/vda", "unix_device_names": ["/dev/vda", "/dev/disk/by-id/one"]}]},
}
DISKS = '  disko.devices.disk.main.device = "/dev/disk/by-id/one";\n'


class Installation(FleetTest):
    more = {}  # variables

    def setUp(self):
        self.yard = self.fleet()
        self.expect(self.yard.run("init", "yard", "--machine", "barn"), 0)
        self.root = self.yard.root / "yard"
        self.bin = self.yard.base / "bin"
        self.bin.mkdir()
        self.log = self.yard.base / "calls"
        self.log.touch()
        self.program("nixos-anywhere", 'printf "%s\\n" "$*" >>"$CALLS"; for last in "$@"; do [ "$last" != "$(cat "$CALLS.fail" 2>/dev/null)" ] || { echo "no disk" >&2; exit 1; }; done\n'
                     'while [ $# -gt 0 ]; do [ "$1" != --extra-files ] || { (cd "$2" && find . -type f -exec stat -c "%a %n" {} \\;) >>"$CALLS.extra"; echo "$2" >"$CALLS.where"; }; shift; done\n')
        self.program("nix", 'printf "%s\\n" "$*" >>"$CALLS.nix"; name=system; case "$*" in *diskoScript*) name=disko$(cat "$CALLS.disko" 2>/dev/null) ;; esac\n[ ! -e "$CALLS.broken" ] || { echo "error: no such thing" >&2; exit 1; }\n'
                     'printf \'[{"outputs":{"out":"/nix/store/00000000000000000000000000000000-%s"}}]\\n\' "$name"\n')  # fmt: skip
        self.program("ssh", "exit 255\n")
        self.git("config", "user.name", "a")
        self.git("config", "user.email", "a@b")
        self.git("commit", "-qm", "first")

    def git(self, *words):
        return subprocess.run(["git", "-C", str(self.root), *words], capture_output=True, text=True, check=True).stdout

    def program(self, name, text):
        (self.bin / name).write_text("#!/bin/sh\n" + text)
        (self.bin / name).chmod(0o755)

    def write(self, path, text):
        (self.root / path).write_text(text)
        self.git("add", "--all")

    def disks(self, more=DISKS):
        path = "machines/barn/configuration.nix"
        text = (self.root / path).read_text()
        self.write(path, text.rstrip()[:-1] + more + "}\n")

    def fleetd(self, *args, **options):
        env = {"PATH": f"{self.bin}:{os.environ['PATH']}", "CALLS": str(self.log), "XDG_RUNTIME_DIR": None, **self.more}
        return self.yard.run("--fleet", str(self.root), *args, env=env, **options)

    def install(self, *args):
        return self.fleetd("machines", "install", "barn", "--target-host", "root@192.0.2.1:2222", *args)

    def phases(self):
        return [line.split("--phases ")[1].split()[0] for line in self.log.read_text().splitlines()]

    def ready(self):
        self.disks()
        self.write("machines/barn/facter.json", json.dumps(REPORT))

    def test_all_phases(self):
        self.ready()
        self.expect(self.install("--yes"), 0)
        self.assertEqual(self.phases(), ["kexec", "disko", "install", "reboot"])
        first = self.log.read_text().splitlines()[0]
        self.assertIn("--target-host root@192.0.2.1", first)
        self.assertIn("--ssh-port 2222", first)
        store = "/nix/store/00000000000000000000000000000000-"
        self.assertIn(f"--store-paths {store}disko {store}system ", first)
        asked = (self.yard.base / "calls.nix").read_text()
        for name in ("diskoScript", "toplevel"):
            self.assertIn(f'nixosConfigurations."barn".fleetdInstall.config.system.build.{name}', asked)
        stamp = json.loads((self.root / "inventory.json").read_text())["machines"]["barn"]["installedAt"]
        self.assertGreater(stamp, 1_700_000_000)
        self.assertIn("inventory.json: barn is installed", self.git("log", "-1", "--format=%s"))

    def test_a_failed_phase_is_the_next_one(self):
        self.ready()
        (self.yard.base / "calls.fail").write_text("install")
        self.expect(self.install("--yes"), 1, err=["FL0841", "the phase install of barn failed", "no disk"])
        self.assertFalse((self.root / "inventory.json").exists() and "installedAt" in (self.root / "inventory.json").read_text())
        (self.yard.base / "calls.fail").unlink()
        self.expect(self.install("--yes"), 0, err=["disko is done already"])
        self.assertEqual(self.phases(), ["kexec", "disko", "install", "install", "reboot"])
        self.expect(self.install("--yes", "--phases", "disko"), 0)
        self.assertEqual(self.phases()[-1], "disko")

    def test_secrets_for_disks_are_in_memory_while_they_are_made(self):
        self.ready()
        generator = 'clan.core.vars.generators.%s = { files.word = { neededFor = "%s"; }; builtin = { generator = "text"; file = "word"; text = "%s"; }; };\n'
        self.disks("  " + generator % ("disk", "partitioning", "canary-of-the-disk") + "  " + generator % ("early", "activation", "canary-of-the-start"))
        self.program("nixos-anywhere", 'printf "%s\n" "$*" >>"$CALLS"; while [ $# -gt 0 ]; do case "$1" in\n'
                     '--disk-encryption-keys) cat "$3" >>"$CALLS.disk"; stat -c %a "$3" >>"$CALLS.disk"; echo "$2" >>"$CALLS.disk"; echo "$3" >"$CALLS.where" ;;\n'
                     '--extra-files) (cd "$2" && find . -type f -exec stat -c "%a %n" {} \\; -exec cat {} \\;) >>"$CALLS.extra" ;; esac; shift; done\n')  # fmt: skip
        self.refused(err=["secrets of barn are not ready"])
        self.expect(self.fleetd("vars", "keygen", "--user", "ada"), 0)
        self.expect(self.fleetd("vars", "generate"), 0)
        self.expect(self.install("--yes"), 0)
        self.assertEqual(self.phases(), ["kexec", "disko", "install", "reboot"])
        disk = (self.yard.base / "calls.disk").read_text().split("\n")
        self.assertEqual(disk, ["canary-of-the-disk400", "/run/partitioning-secrets/per-machine/barn/disk/word", ""])
        self.assertEqual(len([line for line in self.log.read_text().splitlines() if "--disk-encryption-keys" in line]), 1)
        where = (self.yard.base / "calls.where").read_text().strip()
        self.assertTrue(where.startswith("/dev/shm/"))
        self.assertFalse(os.path.exists(where))
        extra = (self.yard.base / "calls.extra").read_text()
        self.assertIn("400 ./var/lib/sops-nix/activation/per-machine/barn/early/word", extra)
        self.assertIn("canary-of-the-start", extra)
        self.assertNotIn("canary-of-the-disk", extra + self.log.read_text())

    def refused(self, *args, err, code=1):
        self.expect(self.install("--yes", *args), code, err=["FL0842", *err])
        self.assertEqual(self.phases(), [])

    def test_nothing_is_erased_without_a_report(self):
        self.disks()
        self.refused(err=["no hardware report of barn"])

    def test_nor_with_another_disk(self):
        self.disks('  disko.devices.disk.main.device = "/dev/sdz";\n')
        self.write("machines/barn/facter.json", json.dumps(REPORT))
        self.refused(err=["it has no disk /dev/sdz"])

    def test_nor_without_the_firmware(self):
        self.disks()
        self.write("machines/barn/facter.json", json.dumps({**REPORT, "uefi": {"supported": False}}))
        self.refused(err=["systemd-boot needs UEFI"])

    def test_nor_without_secrets(self):
        self.ready()
        self.disks('  clan.core.vars.generators.door.files.code = { };\n  clan.core.vars.generators.door.script = "echo 1 >$out/code";\n')
        self.refused(err=["secrets of barn are not ready"])

    def test_the_key_is_in_memory_only_and_never_left(self):
        """Killed in the middle of a phase: the next run takes away what that one could not."""
        self.ready()
        self.expect(self.fleetd("vars", "keygen", "--user", "ada"), 0)
        self.disks('  clan.core.vars.generators.door = { files.code = { }; builtin = { generator = "random"; file = "code"; }; };\n')
        self.expect(self.fleetd("vars", "generate"), 0)
        self.program("nixos-anywhere", 'while [ $# -gt 0 ]; do [ "$1" != --extra-files ] || { echo "$2" >"$CALLS.where"; [ -e "$CALLS.go" ] || sleep 100; }; shift; done\n')
        env = self.yard.environment({"PATH": f"{self.bin}:{os.environ['PATH']}", "CALLS": str(self.log), "XDG_RUNTIME_DIR": None})
        where = self.yard.base / "calls.where"
        running = subprocess.Popen([SETUP.binary, "--fleet", str(self.root), "machines", "install", "barn", "--target-host", "root@192.0.2.1", "--yes"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        left = self.wait_for(where)
        key = left / "var/lib/sops-nix/key.txt"
        self.assertTrue(key.read_text().startswith("AGE-SECRET-KEY-1"))
        self.assertEqual(key.stat().st_mode & 0o777, 0o600)
        running.kill()
        running.wait()
        self.assertTrue(key.exists())
        (self.yard.base / "calls.go").touch()
        where.unlink()
        self.expect(self.install("--yes", "--restart"), 0)
        self.assertNotEqual(where.read_text().strip(), str(left))
        self.assertFalse(left.exists())
        self.assertFalse(Path(where.read_text().strip()).exists())

    @unittest.skipUnless(shutil.which("pass") and shutil.which("gpg"), "pass is not installed")
    def test_a_machine_of_a_password_store_gets_its_values(self):
        self.ready()
        ring = tempfile.mkdtemp(prefix="fleetd-gpg-")  # a short path: the agent's socket has to fit
        self.addCleanup(shutil.rmtree, ring, ignore_errors=True)
        self.addCleanup(subprocess.run, ["gpgconf", "--homedir", ring, "--kill", "all"], capture_output=True, check=False)
        self.more = {"GNUPGHOME": ring, "PASSWORD_STORE_DIR": str(self.yard.base / "store")}
        for words in (["gpg", "--batch", "--passphrase", "", "--quick-gen-key", "ada@example.org"], ["pass", "init", "ada@example.org"]):
            subprocess.run(words, env={**os.environ, **self.more}, capture_output=True, check=True)
        clan = (self.root / "clan.nix").read_text()
        self.write("clan.nix", clan.rstrip()[:-1] + '  vars.settings.secretStore = "password-store";\n}\n')
        generator = "clan.core.vars.generators.word = { files = { disk.neededFor = \"partitioning\"; early.neededFor = \"activation\"; late = { mode = \"0440\"; group = \"daemon\"; }; login.neededFor = \"users\"; nowhere.deploy = false; }; prompts = { %s }; };\n"
        words = ("disk", "early", "late", "login", "nowhere")
        self.disks('  users.groups.daemon = { };\n  clan.core.vars.password-store.passCommand = "pass";\n  ' + generator % " ".join(f"{word}.persist = true;" for word in words))
        self.refused(err=["secrets of barn are not ready", "missing secret disk"])
        for word in words:
            self.expect(self.fleetd("vars", "set", "barn", f"word/{word}", stdin=f"canary-{word}".encode()), 0)
        self.program("nixos-anywhere", 'printf "%s\n" "$*" >>"$CALLS"; env >>"$CALLS.env"; while [ $# -gt 0 ]; do case "$1" in\n'
                     '--disk-encryption-keys) cat "$3" >>"$CALLS.disk"; echo "$2" >>"$CALLS.disk" ;;\n'
                     '--extra-files) echo "$2" >"$CALLS.where"; (cd "$2" && find . -mindepth 2 -exec stat -c "%a %n" {} \\;) >"$CALLS.extra"; cp -r "$2" "$CALLS.copy"; [ ! -e "$CALLS.stays" ] || sleep 100 ;; esac; shift; done\n')  # fmt: skip
        # The store's key is not at hand: nothing is erased.
        (ring_away := Path(ring).with_name(Path(ring).name + "-away")).mkdir()
        self.addCleanup(shutil.rmtree, ring_away, ignore_errors=True)
        self.more["GNUPGHOME"] = str(ring_away)
        self.expect(self.install("--yes"), 1, err=["VARS97"])
        self.assertEqual(self.phases(), [])
        self.more["GNUPGHOME"] = ring
        # Disks alone need nothing of what comes later.
        self.expect(self.install("--yes", "--phases", "disko"), 0)
        self.assertEqual((self.yard.base / "calls.disk").read_text(), "canary-disk/run/partitioning-secrets/per-machine/barn/word/disk\n")
        self.assertFalse((self.yard.base / "calls.extra").exists())
        self.expect(self.install("--yes"), 0, err=["disko is done already"])
        self.assertEqual(self.phases(), ["disko", "kexec", "install", "reboot"])
        place = "./etc/secret-vars"
        modes = dict(reversed(line.split(" ")) for line in (self.yard.base / "calls.extra").read_text().splitlines())
        self.assertEqual({path: mode for path, mode in modes.items() if "per-machine/barn/" not in path + "/" or path.endswith("early")},
                         {place: "700", f"{place}/activation": "755", f"{place}/activation/per-machine": "755", f"{place}/activation/per-machine/barn/word/early": "400", f"{place}/secrets.tar.gz": "400", f"{place}/secrets_for_users.tar.gz": "400"})  # fmt: skip
        brought = self.yard.base / "calls.copy/etc/secret-vars"
        self.assertEqual((brought / "activation/per-machine/barn/word/early").read_text(), "canary-early")
        for name, holds in (("secrets", {"per-machine/barn/word/late": b"canary-late"}), ("secrets_for_users", {"per-machine/barn/word/login": b"canary-login"})):
            with tarfile.open(brought / f"{name}.tar.gz") as archive:
                self.assertEqual({member.name: archive.extractfile(member).read() for member in archive}, holds)
                if name == "secrets":
                    self.assertEqual([(member.mode, member.uname, member.gname) for member in archive], [(0o440, "root", "daemon")])
        where = Path((self.yard.base / "calls.where").read_text().strip())
        self.assertTrue(str(where).startswith("/dev/shm/"))
        self.assertFalse(where.exists())
        said = self.log.read_text() + (self.yard.base / "calls.env").read_text()
        for word in words:
            self.assertNotIn(f"canary-{word}", said)
        # Killed while the system is installed: the next run takes away what that one could not.
        (self.yard.base / "calls.stays").touch()
        (self.yard.base / "calls.where").unlink()
        env = self.yard.environment({"PATH": f"{self.bin}:{os.environ['PATH']}", "CALLS": str(self.log), "XDG_RUNTIME_DIR": None, **self.more})
        shutil.rmtree(self.yard.base / "calls.copy")
        running = subprocess.Popen([SETUP.binary, "--fleet", str(self.root), "machines", "install", "barn", "--target-host", "root@192.0.2.1", "--yes", "--restart"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        left = self.wait_for(self.yard.base / "calls.where")
        running.kill()
        running.wait()
        self.assertTrue((left / "etc/secret-vars/secrets.tar.gz").exists())
        (self.yard.base / "calls.stays").unlink()
        self.expect(self.install("--yes", "--restart"), 0)
        self.assertFalse(left.exists())

    def wait_for(self, file):
        """The path that a program writes into a file."""
        end = time.monotonic() + 60
        while not file.exists() or not file.read_text().strip():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.05)
        return Path(file.read_text().strip())

    def starts(self, *args, **options):
        env = self.yard.environment({"PATH": f"{self.bin}:{os.environ['PATH']}", "CALLS": str(self.log), "XDG_RUNTIME_DIR": None})
        words = [SETUP.binary, "--fleet", str(self.root), "machines", "install", "barn", "--target-host", "root@192.0.2.1", *args]
        return subprocess.Popen(words, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)

    def test_an_interrupt_in_each_phase(self):
        """The phase is stopped and nothing is left in memory; the same command goes on with it."""
        self.ready()
        self.expect(self.fleetd("vars", "keygen", "--user", "ada"), 0)
        self.disks('  clan.core.vars.generators.door = { files.code = { }; builtin = { generator = "random"; file = "code"; }; };\n')
        self.expect(self.fleetd("vars", "generate"), 0)
        begun = self.yard.base / "calls.begun"
        self.program("nixos-anywhere", 'printf "%s\\n" "$*" >>"$CALLS"; case "$*" in *"--phases $(cat "$CALLS.stays")"*) echo "$$" >"$CALLS.begun"; exec sleep 100 ;; esac\n')
        for number in (signal.SIGINT, signal.SIGTERM):
            for phase in ("kexec", "disko", "install", "reboot"):
                with self.subTest(phase=phase, signal=number):
                    self.log.write_text("")
                    begun.unlink(missing_ok=True)
                    (self.yard.base / "calls.stays").write_text(phase)
                    running = self.starts("--yes")
                    program = self.wait_for(begun)
                    os.kill(running.pid, number)
                    _, err = running.communicate(timeout=60)
                    self.assertEqual(running.returncode, -number, err)
                    self.assertIn("the same command begins it again", err)
                    self.assertNotIn("error", err)
                    self.assertFalse(Path(f"/proc/{program}").exists(), "nixos-anywhere goes on")
                    self.assertEqual(list(Path("/dev/shm").glob(f"fleetd-install-{running.pid}-*")), [])
                    self.assertEqual(self.phases()[-1], phase)
            (self.yard.base / "calls.stays").write_text("none")
            self.log.write_text("")
            self.expect(self.install("--yes", "--target-host", "root@192.0.2.1"), 0, err=["install is done already"])
            self.assertEqual(self.phases(), ["reboot"])

    def test_disks_that_changed_after_they_were_made(self):
        self.ready()
        (self.yard.base / "calls.fail").write_text("install")
        self.expect(self.install("--yes"), 1, err=["FL0841", "--restart begins anew"])
        (self.yard.base / "calls.fail").unlink()
        (self.yard.base / "calls.disko").write_text("-of-today")
        self.log.write_text("")
        self.refused(err=["were made by another script than the fleet has now", "--restart"])
        self.expect(self.install("--yes", "--restart"), 0)
        self.assertEqual(self.phases(), ["kexec", "disko", "install", "reboot"])

    def says(self, *lines):
        """The machine answers this to a question of what it is."""
        (self.yard.base / "calls.says").write_text("".join(f"{line}\n" for line in lines))
        self.program("ssh", 'case " $* " in *" sh -s --"*) cat >"$CALLS.asked"; echo "$*" >"$CALLS.args"; cat "$CALLS.says" ;; *) exit 255 ;; esac\n')

    def test_the_wrong_machine(self):
        self.ready()
        self.says("kernel Darwin", "name pad")
        self.refused(err=["root@192.0.2.1:2222 runs Darwin, and barn is a NixOS machine"])
        self.says("kernel Linux", "name db1", "runs Debian", "lacks /dev/disk/by-id/one")
        self.refused(err=["has no disk /dev/disk/by-id/one", "is it the right machine?"])
        self.says("kernel Linux", "name db1", "runs Debian")
        self.expect(self.install("--yes", "--skip-hardware-check"), 0)
        self.assertNotIn("/dev/", (self.yard.base / "calls.args").read_text())
        # A machine of the fleet, of which another is to be made.
        self.log.write_text("")
        self.expect(self.fleetd("machines", "create", "mill"), 0)
        self.expect(self.fleetd("plan"), 0)
        system = "/nix/store/00000000000000000000000000000000-nixos-system-mill"
        with sqlite3.connect(self.yard.home / "state/fleetd/yard/state.db") as record:
            record.execute("INSERT INTO deployments (started, who, revision, goal) VALUES (1, 'ada', '', 'switch')")
            record.execute("INSERT INTO outcomes VALUES (1, 'nixos', 'mill', ?, '', 'deployed', '', '', 1)", (system,))
        record.close()
        self.says("kernel Linux", "name mill", f"system {system}", "runs NixOS 26.05")
        self.refused("--skip-hardware-check", err=["runs the system that was deployed to mill: it is not barn"])

    def test_the_question_itself(self):
        """As a shell answers it, of the disks that the configuration names."""
        self.ready()
        self.says("kernel Linux", "name db1\x1b[2J", "runs Debian GNU/Linux 12")
        self.expect(self.install("--yes", "--phases", "kexec"), 0, err=["erasing the disks of root@192.0.2.1:2222, which is called db1", "and runs Debian GNU/Linux 12"])
        question = (self.yard.base / "calls.asked").read_text()
        answer = subprocess.run(["sh", "-s", "--", "/dev/null", "/nonexistent"], input=question, capture_output=True, text=True, check=True).stdout
        self.assertIn(f"kernel {os.uname().sysname}\nname {os.uname().nodename}\nsystem", answer)
        self.assertTrue(answer.endswith("lacks /dev/null\nlacks /nonexistent\n"), answer)

    def test_who_is_asked_sees_what_is_lost(self):
        self.ready()
        self.says("kernel Linux", "name db1", "runs Debian GNU/Linux 12")
        for word, code in (("yes", 1), ("barn", 0)):
            terminal, end = os.openpty()
            running = self.starts(stdin=end)
            os.close(end)
            os.write(terminal, f"{word}\n".encode())
            _, err = running.communicate(timeout=60)
            os.close(terminal)
            self.assertEqual(running.returncode, code, err)
            self.assertIn("This erases the disks of root@192.0.2.1, which is called db1 and runs Debian GNU/Linux 12. Type barn to go on: ", err)
            self.assertEqual(self.phases(), ["kexec", "disko", "install", "reboot"] if code == 0 else [])

    def test_words(self):
        self.ready()
        for words, code, said in (
            (["--build-on", "elsewhere"], 2, "--build-on is auto, local or remote, not `elsewhere`"),
            (["--identity", "/nonexistent"], 1, "/nonexistent"),
            (["--phases", ""], 2, "`` is no phase"),
            (["--phases", "disko,,install"], 2, "`` is no phase"),
            (["--target-host", "-oProxyCommand=x"], 1, "is no address"),
        ):
            self.expect(self.install("--yes", *words), code, err=[said])
        self.assertFalse((self.yard.base / "calls.nix").exists(), "something was built")
        # In the order in which one needs the other, each once.
        self.expect(self.install("--yes", "--phases", "install,disko,install"), 0)
        self.assertEqual(self.phases(), ["disko", "install"])
        for words, said in ((["nosuch"], "no host nosuch"), (["barn", "mill"], "needs one machine"), ([], "needs one machine")):
            for verb in ("install", "hardware"):
                self.expect(self.fleetd("machines", verb, *words), 2, err=[said])

    def test_nor_when_it_cannot_be_built(self):
        self.ready()
        (self.yard.base / "calls.broken").touch()
        self.expect(self.install("--yes"), 1, err=["FL0812", "Nix cannot build the script that makes the disks of barn: no such thing"])
        self.assertEqual(self.phases(), [])

    def test_nor_with_a_boot_loader_on_another_disk(self):
        path = "machines/barn/configuration.nix"
        self.write(path, (self.root / path).read_text().replace("boot.loader.systemd-boot.enable = true;", 'boot.loader.grub.devices = [ "/dev/vda" "/dev/sdz" ];'))
        self.ready()
        self.refused(err=["GRUB is to be written to /dev/sdz"])
        self.write(path, (self.root / path).read_text().replace('boot.loader.grub.devices = [ "/dev/vda" "/dev/sdz" ];', 'boot.loader.grub.device = "nodev"; boot.loader.grub.efiSupport = true;'))
        self.write("machines/barn/facter.json", json.dumps({**REPORT, "uefi": {"supported": False}}))
        self.refused(err=["GRUB needs UEFI"])
        self.write("machines/barn/facter.json", json.dumps(REPORT))
        self.expect(self.install("--yes"), 0)

    def test_another_machine_may_build(self):
        self.ready()
        (self.yard.base / "calls.broken").touch()
        self.expect(self.install("--yes", "--build-on", "remote"), 0)
        self.assertRegex(self.log.read_text(), r"--flake path:\S+/tree#nixosConfigurations.barn.fleetdInstall.config --build-on remote ")
        self.assertEqual(self.phases(), ["kexec", "disko", "install", "reboot"])

    def test_nor_unasked(self):
        self.ready()
        self.expect(self.install(), 2, err=["--yes"])
        self.expect(self.install("--yes", "--phases", "format"), 2, err=["`format` is no phase"])
        self.assertEqual(self.phases(), [])

    def test_without_the_program(self):
        (self.bin / "nixos-anywhere").unlink()
        if shutil.which("nixos-anywhere"):
            self.skipTest("nixos-anywhere is installed")
        self.expect(self.install("--yes"), 3, err=["FL0008", "nixos-anywhere"])

    def test_hardware(self):
        self.program("ssh", 'case " $* " in *nixos-facter*) cat "$CALLS.report" ;; esac\n')
        report = self.yard.base / "calls.report"
        report.write_text("no report")
        hardware = ["machines", "hardware", "barn", "--target-host", "root@192.0.2.1"]
        self.expect(self.fleetd(*hardware), 1, err=["FL0842", "no report of nixos-facter"])
        self.assertFalse((self.root / "machines/barn/facter.json").exists())
        report.write_text(json.dumps(REPORT))
        self.expect(self.fleetd(*hardware), 0)
        self.assertEqual(json.loads((self.root / "machines/barn/facter.json").read_text()), REPORT)
        self.assertEqual(self.git("show", "--name-only", "--format=").split(), ["machines/barn/facter.json"])
        self.expect(self.fleetd(*hardware), 0, err=["up to date"])
        report.write_text(json.dumps({**REPORT, "version": 2}))
        self.expect(self.fleetd(*hardware), 0)
        self.assertEqual(json.loads((self.root / "machines/barn/facter.json").read_text())["version"], 2)
        # It is written as it is, and what does not fit is said.
        self.disks('  disko.devices.disk.main.device = "/dev/sdz";\n')
        report.write_text(json.dumps({**REPORT, "system": "aarch64-linux", "version": 3}))
        self.expect(self.fleetd(*hardware), 0, err=["warning[FL0842]", "it is aarch64-linux, and the fleet builds x86_64-linux", "it has no disk /dev/sdz", "is it the right machine?"])
        self.assertEqual(json.loads((self.root / "machines/barn/facter.json").read_text())["version"], 3)

    def test_why_there_is_no_report(self):
        """The command that a machine gets is run here, with what such a machine has."""
        machine = self.yard.base / "machine"
        machine.mkdir()
        self.program("ssh", f'for last; do :; done; case $last in *nixos-facter*) PATH={machine} exec /bin/sh -c "$last" ;; *) exit 255 ;; esac\n')

        def has(name, text):
            (machine / name).write_text(f"#!/bin/sh\n{text}\n")
            (machine / name).chmod(0o755)

        hardware = ["machines", "hardware", "barn", "--target-host", "ada@192.0.2.1"]
        has("uname", "echo Darwin")
        has("id", '[ "$1" = -un ] && echo ada || echo 1000')
        self.expect(self.fleetd(*hardware), 1, err=["FL0842", "nixos-facter failed on barn: it runs Darwin"])
        has("uname", "echo Linux")
        self.expect(self.fleetd(*hardware), 1, err=["ada is not root there"])
        has("id", "echo 0")
        if not any(os.path.exists(f"{place}/{name}") for place in ("/run/current-system/sw/bin", "/nix/var/nix/profiles/default/bin") for name in ("nix", "nixos-facter")):
            self.expect(self.fleetd(*hardware), 1, err=["neither nixos-facter nor nix is installed there"])
        has("nix", 'echo "error: cannot connect" >&2; exit 1')
        self.expect(self.fleetd(*hardware), 1, err=["error: cannot connect"])
        has("nixos-facter", f"echo '{json.dumps(REPORT)}'")
        self.expect(self.fleetd(*hardware), 0)
        self.assertEqual(json.loads((self.root / "machines/barn/facter.json").read_text()), REPORT)


@unittest.skipUnless(shutil.which("nix"), "nix is not installed")
class Configurations(FleetTest):
    """With a real Nix: disks are made by a configuration of its own, and what is installed is the system of the other."""

    def test_a_second_configuration(self):
        yard = self.fleet("deploy")
        nix = {"NIX_CONFIG": "experimental-features = nix-command flakes\nsubstituters =\nbuild-users-group =\nsandbox = false\n", "NIX_REMOTE": f"local?root={yard.base}/store", "NIX_SSL_CERT_FILE": None}
        run = lambda *words: subprocess.run(words, env=yard.environment(nix), capture_output=True, text=True, check=True).stdout.strip()  # noqa: E731
        run("nix-store", "--init")
        source = yard.base / "nixpkgs"
        shutil.move(yard.root / "nixpkgs", source)
        for path in (*source.iterdir(), source):
            os.utime(path, (1, 1))
        locked = {"type": "path", "path": str(source), "narHash": run("nix", "hash", "path", str(source)), "lastModified": 1}
        original = {"type": "github", "owner": "NixOS", "repo": "nixpkgs", "ref": "nixos-unstable"}
        yard.write("flake.lock", json.dumps({"nodes": {"nixpkgs": {"locked": locked, "original": original}, "root": {"inputs": {"nixpkgs": "nixpkgs"}}}, "root": "root", "version": 7}))
        yard.write("h1.nix", '{ config, ... }: { disko.devices.disk.main = { device = "/dev/vda"; key = if config.fleet.host.installing or false then "/run/partitioning-secrets/key" else "/etc/key"; }; system.version = if config.fleet.host.installing or false then "wrong" else "1"; }\n')
        out = yard.base / "tree"
        self.expect(yard.run("render", "--out", str(out)), 0)
        value = lambda what: run("nix", "eval", "--json", "--no-write-lock-file", f"path:{out}#nixosConfigurations.h1.{what}")  # noqa: E731
        build = "config.system.build"
        self.assertEqual(value(f"fleetdInstall.{build}.toplevel.drvPath"), value(f"{build}.toplevel.drvPath"))
        self.assertIn("/run/partitioning-secrets/key", value(f"fleetdInstall.{build}.diskoScript.disks"))
        self.assertIn("/etc/key", value(f"{build}.diskoScript.disks"))


# The directories of disko and of nixpkgs' lib, as a checkout has them.
DISKO, LIB = os.environ.get("DISKO", ""), os.environ.get("NIXPKGS_LIB", "")


@unittest.skipUnless(shutil.which("nix-instantiate") and os.path.isfile(f"{DISKO}/module.nix") and os.path.isdir(LIB), "DISKO or NIXPKGS_LIB names no directory of it, or nix-instantiate is not installed")
class RealDisko(unittest.TestCase):
    """disko's own modules: the second configuration makes disks with what holds only then, and the first one is as it was."""

    def test_scripts_of_both_configurations(self):
        fixture, runtime = Path(__file__).parents[1] / "fixtures/disko.nix", Path(__file__).parents[3] / "sdk/nix/runtime"
        expression = f"import {fixture} {{ lib = {os.path.realpath(LIB)}; disko = {os.path.realpath(DISKO)}; runtime = {runtime}; }}"
        done = subprocess.run(["nix-instantiate", "--eval", "--strict", "--json", "-E", expression], env={**os.environ, "NIX_CONFIG": "store = dummy://"}, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr[-2000:])
        found = json.loads(done.stdout)
        for name in ("diskoScript", "formatScript", "mountScript"):
            self.assertIn("/run/partitioning-secrets/disk/key", found["installing"][name], name)
            self.assertNotIn("/etc/disk.key", found["installing"][name], name)
            self.assertIn("/etc/disk.key", found["usual"][name], name)
            self.assertNotIn("/run/partitioning-secrets", found["usual"][name], name)
        self.assertIn("/dev/disk/by-id/one", found["installing"]["destroyScript"])
        self.assertEqual(found["fileSystems"]["/"]["device"], "/dev/mapper/root")
