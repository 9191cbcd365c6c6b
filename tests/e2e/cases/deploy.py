"""Building and deploying on a lab of real hosts: ssh, Nix, activation, and everything that can go wrong between them. What is asserted in the
end is what each host runs and what it would boot."""

import json
import os
import shutil
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from harness import Result
from deploying import LabTest, laboratory

setUpModule, tearDownModule = laboratory("h1", "h2", "h3")


class Ordinary(LabTest):
    def test_build(self):
        built = self.built()
        self.assertEqual([(b["host"], b["evaluated"]) for b in built], [("h1", True), ("h2", True), ("h3", True)])
        again = self.built()
        self.assertEqual([(b["system"], b["evaluated"]) for b in again], [(b["system"], False) for b in built])
        self.yard.write("h2.nix", '{ system.version = "2"; }\n')
        changed = self.built("h2")
        self.assertNotEqual(changed[0]["system"], built[1]["system"])
        self.expect(self.run_fleetd("build", "--verify-fingerprints"), 0)

    def test_no_nix_is_started_for_what_is_unchanged(self):
        self.expect(self.deploy(), 0)
        trap = self.yard.base / "bin"
        trap.mkdir()
        for name in ("nix", "nix-store", "nix-instantiate", "nix-env"):
            (trap / name).write_text("#!/bin/sh\necho started >>%s/trapped\nexit 1\n" % self.yard.base)
            (trap / name).chmod(0o755)
        env = self.yard.environment({"PATH": f"{trap}:{os.environ['PATH']}"})
        done = subprocess.run(self.words("deploy"), cwd=self.yard.root, env=env, capture_output=True, timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertFalse((self.yard.base / "trapped").exists())
        self.assertEqual(set(self.outcomes().values()), {"unchanged"})

    def test_what_is_started_for_what_is_unchanged(self):
        self.expect(self.deploy(), 0)
        git = ["git", "-C", str(self.yard.root), "-c", "user.name=ada", "-c", "user.email=ada@example.org"]
        for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "fleet"]):
            subprocess.run([*git, *words], check=True)
        programs, started = self.yard.base / "bin", self.yard.base / "started"
        programs.mkdir()
        for name in ("ssh", "git"):
            (programs / name).write_text(f'#!/bin/sh\necho {name} >>{started}\nexec {shutil.which(name)} "$@"\n')
            (programs / name).chmod(0o755)
        env = self.yard.environment({"PATH": f"{programs}:{os.environ['PATH']}"})
        done = subprocess.run(self.words("deploy"), cwd=self.yard.root, env=env, capture_output=True, timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        # One a host; the files of the fleet, and its revision.
        self.assertEqual(sorted(started.read_text().split()), ["git"] * 2 + ["ssh"] * 3)
        self.assertEqual(set(self.outcomes().values()), {"unchanged"})
        # The connections they share end with the command.
        for name in self.lab.hosts:
            self.lab.wait(lambda name=name: not self.lab.hosts[name].inside("pgrep -f 'sshd: [r]oot' || true"), f"{name} still has a connection")

    def test_without_nix(self):
        empty = self.yard.base / "empty"
        empty.mkdir()
        self.expect(self.yard.run("build", "h1", env={"PATH": str(empty)}), 3, err=["FL0008", "`nix` was not found"])

    def test_build_errors_are_reduced_and_placed(self):
        self.yard.write("h1.nix", '{ ... }:\n{ networking.extra = [ (throw "no such colour") ]; lab.trouble = builtins.head (throw "no such colour"); }\n')
        failed = self.expect(self.run_fleetd("build", "h1"), 1, err=["no such colour"])
        self.assertNotIn("while evaluating", failed.err)
        self.version("1", "build")
        self.expect(self.run_fleetd("build", "h1"), 1, err=["FL0812", "cannot be built", "the whole log:"])

    def test_from_nothing_to_running_and_back(self):
        self.expect(self.deploy(), 0, out=["deployed"])
        self.assertEqual(self.systems(), {name: ("1", "1") for name in self.lab.hosts})
        self.assertEqual(self.outcomes(), {name: "deployed" for name in self.lab.hosts})
        self.expect(self.run_fleetd("status"), 0, out=["ok"])
        self.version("2")
        self.expect(self.run_fleetd("plan", "h1"), 0, out=["system.version", "1", "→", "2"])
        self.expect(self.deploy("h1", "h2"), 0)
        self.assertEqual(self.systems(), {"h1": ("2", "2"), "h2": ("2", "2"), "h3": ("1", "1")})
        generations = self.expect(self.run_fleetd("generations", "h1", "--json"), 0).json()
        self.assertEqual([(g["number"], g["running"]) for g in generations[0]["generations"]], [(1, False), (2, True)])
        self.expect(self.run_fleetd("rollback", "h1"), 0)
        self.assertEqual(self.systems()["h1"], ("1", "1"))
        self.expect(self.run_fleetd("rollback", "h1", "--generation", "2"), 0)
        self.assertEqual(self.systems()["h1"], ("2", "2"))
        self.expect(self.run_fleetd("rollback", "h1", "--generation", "9"), 1, err=["no generation 9"])

    def test_plan_compares_what_is_built(self):
        self.expect(self.deploy("h1"), 0)
        self.version("2")
        self.expect(self.run_fleetd("plan", "h1", "--closures"), 0, out=["not built yet"])
        built = self.built("h1")
        closure = self.expect(self.run_fleetd("plan", "h1", "--closures", "--json"), 0).json()[0]["closure"]
        self.assertEqual(closure["after"], built[0]["system"])
        changed = [(p["name"], p["before"], p["after"]) for p in closure["packages"]]
        self.assertEqual(changed, [("nixos-system-h1", ["1"], ["2"])])
        self.expect(self.run_fleetd("plan", "h1", "--closures"), 0, out=["~ nixos-system-h1: 1 → 2"])

    def test_another_host_builds(self):
        self.expect(self.deploy("h1", "--build-host", "h3.lab"), 0)
        self.assertEqual(self.systems()["h1"], ("1", "1"))
        path = self.lab.hosts["h1"].inside("readlink -f /run/current-system")
        self.assertEqual(self.lab.hosts["h3"].inside(f"test -e {path} && echo there"), "there")
        self.version("2", "build")
        self.expect(self.deploy("h1", "--build-host", "h3.lab"), 1, err=["FL0812", "cannot be built"])

    def test_an_evaluation_is_bounded(self):
        self.yard.write("h1.nix", "{ system.version = toString (builtins.length (builtins.sort builtins.lessThan (builtins.genList (x: x) 1000000))); }\n")
        self.expect(self.run_fleetd("build", "h1", "--eval-memory", "20"), 1, err=["FL0812", "needs more than 20 MiB"])
        self.expect(self.run_fleetd("build", "h1", "--eval-memory", "2000"), 0)

    def test_drift_is_seen(self):
        self.expect(self.deploy(), 0)
        self.lab.hosts["h2"].inside("ln -sfn /nix/store /run/current-system")
        self.lab.hosts["h3"].kill()
        state = self.expect(self.run_fleetd("status"), 3, out=["differs", "no answer", "runs another system"])
        self.assertIn("ok", state.out)

    def test_goals(self):
        self.expect(self.deploy("h1"), 0)
        self.version("2")
        self.expect(self.deploy("h1", "--goal", "dry-activate"), 0)
        self.assertEqual(self.systems()["h1"], ("1", "1"))
        self.expect(self.deploy("h1", "--goal", "test"), 0)
        self.assertEqual(self.systems()["h1"], ("2", "1"))
        self.expect(self.deploy("h1", "--goal", "boot"), 1, err=["FL0844", "neither systemd-boot nor GRUB", "--no-way-back"])
        self.expect(self.deploy("h1", "--goal", "boot", "--no-way-back"), 0)
        self.assertEqual(self.systems()["h1"], ("2", "2"))
        self.expect(self.deploy("h1", "--goal", "fly"), 2, err=["--goal is switch, boot, test, dry-activate or reboot"])

    def test_errors_of_one_host_keep_nobody_else(self):
        self.yard.write("h2.nix", "{ networking.hostName = 5; }\n")
        self.expect(self.run_fleetd("build"), 1, err=["FL0801"])
        self.expect(self.run_fleetd("build", "h2"), 1, err=["FL0801"])
        self.expect(self.deploy("h1"), 0, err=["FL0833", "h2 has errors"])
        self.assertEqual(self.systems()["h1"], ("1", "1"))

    def test_a_machine_gets_its_key(self):
        self.yard.write("h1.nix", '{ clan.core.vars.generators.token = { files.token = { }; builtin = { generator = "random"; file = "token"; }; }; }\n')
        self.expect(self.run_fleetd("vars", "keygen", "--user", "ada"), 0)
        self.expect(self.run_fleetd("vars", "generate"), 0)
        stranger = self.expect(self.deploy("h1", env={"SOPS_AGE_KEY_FILE": "/nowhere"}), 1, err=["FL0832", "h1 needs its key"])
        self.assertEqual(self.systems()["h1"], ("", ""), stranger.err)
        self.expect(self.deploy("h1"), 0)
        host = self.lab.hosts["h1"]
        key = host.inside("cat /var/lib/sops-nix/key.txt")
        self.assertTrue(key.startswith("AGE-SECRET-KEY-1"), "no key arrived")
        self.assertEqual(host.inside("stat -c %a /var/lib/sops-nix/key.txt"), "600")
        public = json.loads((self.yard.root / "sops/machines/h1/key.json").read_text())[0]["publickey"]
        self.assertEqual(subprocess.run(["age-keygen", "-y"], input=key + "\n", capture_output=True, text=True, check=True).stdout.strip(), public)
        for where, _, names in os.walk(self.yard.base):
            for name in names:
                self.assertNotIn(key.encode(), (Path(where) / name).read_bytes(), f"{where}/{name}")
        host.inside("echo mine >/var/lib/sops-nix/key.txt")
        self.version("2")
        self.yard.write("h1.nix", "{ }\n")
        self.expect(self.deploy("h1"), 0)
        self.assertEqual(host.inside("cat /var/lib/sops-nix/key.txt"), "mine")

    def test_secrets_are_brought_to_a_machine(self):
        token = 'clan.core.vars.generators.token = { files.token = { neededFor = "activation"; mode = "0440"; group = "daemon"; }; builtin = { generator = "random"; file = "token"; }; };'
        self.yard.write("h1.nix", "{ " + token + " users.groups.daemon = { }; }\n")
        ssh = ["--ssh-config", str(self.lab.config)]
        self.expect(self.run_fleetd("vars", "keygen", "--user", "ada"), 0)
        self.expect(self.run_fleetd("vars", "upload", "h1", *ssh), 1, err=["VARS"])
        self.expect(self.run_fleetd("vars", "generate"), 0)
        self.expect(self.run_fleetd("vars", "upload", "h1", *ssh), 0, err=["2 files brought to h1"])
        host = self.lab.hosts["h1"]
        place = "/var/lib/sops-nix/activation/per-machine/h1/token/token"
        value = self.expect(self.run_fleetd("vars", "get", "h1", "token/token"), 0).out
        self.assertEqual(host.inside(f"cat {place}"), value)
        self.assertEqual(host.inside(f"stat -c '%a %U %G' {place}"), "440 root daemon")
        old = host.inside("cat /var/lib/sops-nix/key.txt")
        self.expect(self.run_fleetd("secrets", "machines", "rotate", "h1"), 0, err=["fleetd vars upload h1"])
        self.expect(self.run_fleetd("vars", "upload", "h1", *ssh), 0)
        keys = host.inside("cat /var/lib/sops-nix/key.txt").split()
        self.assertEqual((len(keys), keys[1]), (2, old.strip()))
        self.assertEqual(host.inside("ls -A /var/lib/sops-nix"), "activation\nkey.txt")
        # What is not needed any more goes.
        self.yard.write("h1.nix", "{ " + token.replace('neededFor = "activation"; ', "") + " users.groups.daemon = { }; }\n")
        self.expect(self.run_fleetd("vars", "upload", "h1", *ssh), 0, err=["1 files brought"])
        self.assertEqual(host.inside("ls -A /var/lib/sops-nix"), "key.txt")

    @unittest.skipUnless(shutil.which("pass") and shutil.which("gpg"), "pass and gpg are not installed")
    def test_values_of_a_password_store_are_brought(self):
        ring = tempfile.mkdtemp(prefix="fleetd-gpg-")  # a short path: the agent's socket has to fit
        self.addCleanup(shutil.rmtree, ring, ignore_errors=True)
        self.addCleanup(subprocess.run, ["gpgconf", "--homedir", ring, "--kill", "all"], capture_output=True, check=False)
        env = {"GNUPGHOME": ring, "PASSWORD_STORE_DIR": str(self.yard.base / "store")}
        for words in (["gpg", "--batch", "--passphrase", "", "--quick-gen-key", "ada@example.org"], ["pass", "init", "ada@example.org"]):
            subprocess.run(words, env={**os.environ, **env}, capture_output=True, check=True)
        files = 'files = { early = { neededFor = "activation"; }; late = { mode = "0440"; group = "daemon"; }; login.neededFor = "users"; nowhere.deploy = false; };'
        prompts = "prompts = { early.persist = true; late.persist = true; login.persist = true; nowhere.persist = true; };"
        self.yard.write("h1.nix", '{ users.groups.daemon = { }; clan.core.vars = { settings.secretStore = "password-store"; password-store.passCommand = "pass"; generators.word = { ' + files + prompts + " }; }; }\n")
        ssh = ["--ssh-config", str(self.lab.config)]
        host = self.lab.hosts["h1"]
        for name in ("early", "late", "login", "nowhere"):
            self.expect(self.run_fleetd("vars", "set", "h1", f"word/{name}", stdin=f"the {name} one".encode(), env=env), 0)
        self.expect(self.run_fleetd("vars", "upload", "h1", *ssh, env=env), 0, err=["3 files brought to h1"])
        self.assertEqual(host.inside("ls -A /etc/secret-vars"), "activation\nsecrets.tar.gz\nsecrets_for_users.tar.gz")
        self.assertEqual(host.inside("cat /etc/secret-vars/activation/per-machine/h1/word/early"), "the early one")
        self.assertEqual(host.inside("stat -c %a /etc/secret-vars /etc/secret-vars/secrets.tar.gz"), "700\n400")
        listed = host.inside("gzip -t /etc/secret-vars/*.gz && tar -tvzf /etc/secret-vars/secrets.tar.gz").split()
        self.assertEqual((listed[0], listed[1], listed[-1]), ("-r--r-----", "root/daemon", "per-machine/h1/word/late"))
        self.assertEqual(host.inside("tar -xOf /etc/secret-vars/secrets_for_users.tar.gz per-machine/h1/word/login"), "the login one")
        # A deployment brings them, and a value that changed is a reason to activate the same system again.
        host.inside("rm -r /etc/secret-vars")
        self.expect(self.deploy("h1", env=env), 0, out=["deployed"])
        self.assertEqual(host.inside("ls /etc/secret-vars | wc -l"), "3")
        self.expect(self.deploy("h1", env=env), 0, out=["unchanged"])
        self.expect(self.run_fleetd("vars", "set", "h1", "word/late", stdin=b"another", env=env), 0)
        self.expect(self.deploy("h1", env=env), 0, out=["deployed"])
        self.assertEqual(host.inside("tar -xOf /etc/secret-vars/secrets.tar.gz"), "another")
        self.expect(self.deploy("h1", env={**env, "GNUPGHOME": "/nowhere"}), 1, err=["VARS97"])

    def test_secrets_and_disks_that_changed(self):
        """What a new value of a secret and other disks mean is said by plan, status and deploy; the value is not."""
        generator = 'clan.core.vars.generators.token = { files.token = { }; builtin = { generator = "random"; file = "token"; }; };'
        self.yard.write("h1.nix", "{ " + generator + ' disko.devices.disk.main.device = "/dev/sda"; }\n')
        self.expect(self.run_fleetd("vars", "keygen", "--user", "ada"), 0)
        self.expect(self.run_fleetd("vars", "generate"), 0)
        self.expect(self.deploy("h1"), 0)
        self.assertNotIn("FL0845", self.expect(self.run_fleetd("plan", "h1"), 0, out=["no option changes"]).err)
        self.expect(self.run_fleetd("status", "h1"), 0)
        self.expect(self.run_fleetd("vars", "generate", "h1", "--regenerate"), 0)
        planned = self.expect(self.run_fleetd("plan", "h1", "--json"), 0).json()[0]
        self.assertEqual((planned["secrets"], planned["changes"]), (["vars/per-machine/h1/token/token"], []))
        self.expect(self.run_fleetd("status", "h1"), 1, out=["vars/per-machine/h1/token/token is newer in the fleet"])
        self.yard.write("h1.nix", "{ " + generator + ' disko.devices.disk.main.device = "/dev/sdb"; }\n')
        self.expect(self.run_fleetd("plan", "h1"), 0, out=["disko.devices.disk.main.device"], err=["FL0845"])
        self.expect(self.deploy("h1"), 0, err=["FL0845", "disko.devices.disk.main.device"])
        self.expect(self.run_fleetd("status", "h1"), 0)

    def test_no_secret_is_in_the_open(self):
        """Values and keys that are looked for everywhere after deploying: what was printed, the fleet and the home with all state, what
        was started here, the store, and the host but for the directory that is theirs."""
        canaries = {"early": b"canary-early-4711", "late": b"canary-late-0815"}
        generator = 'clan.core.vars.generators.%s = { files.word.neededFor = "%s"; builtin = { generator = "random"; file = "word"; }; };'
        self.yard.write("h1.nix", "{ " + generator % ("early", "activation") + generator % ("late", "services") + " }\n")
        tools, log = self.yard.base / "tools", self.yard.base / "started.log"
        tools.mkdir()
        for name in ("ssh", "nix", "nix-store", "git", "tar"):
            if real := shutil.which(name):
                (tools / name).write_text(f'#!/bin/sh\n{{ printf "%s " "$0" "$@"; env; }} >>{log}\nexec {real} "$@"\n')
                (tools / name).chmod(0o755)
        env = {"PATH": f"{tools}:{self.yard.environment()['PATH']}"}
        ssh = ["--ssh-config", str(self.lab.config)]
        shown = [self.expect(self.run_fleetd("vars", "keygen", "--user", "ada", env=env), 0)]
        for name, value in canaries.items():
            shown.append(self.expect(self.run_fleetd("vars", "set", "h1", f"{name}/word", stdin=value, env=env), 0))
        for words in (("plan", "h1"), ("deploy", "-v", "h1"), ("vars", "upload", "h1", *ssh), ("deploy", "--goal", "upload-keys", "h1", "--json"), ("status", "h1"), ("history", "--json"), ("deploy", "h1", "--json"), ("diff", "h1")):
            shown.append(self.run_fleetd(*words, env=env))
        host = self.lab.hosts["h1"]
        # Where it is meant to be, so that this test could find it elsewhere.
        key = host.inside("cat /var/lib/sops-nix/key.txt").strip().encode()
        self.assertTrue(key.startswith(b"AGE-SECRET-KEY-1"))
        self.assertEqual(host.inside("cat /var/lib/sops-nix/activation/per-machine/h1/early/word").encode(), canaries["early"])
        words = [*canaries.values(), key]
        for result in shown:
            for word in words:
                self.assertNotIn(word, result.out_bytes + result.err_bytes)
        self.assertIn("ssh", log.read_text(errors="replace"))
        looked = 0
        for directory, _, names in os.walk(self.yard.base):
            for name in names:
                path = os.path.join(directory, name)
                if os.path.isfile(path) and not os.path.islink(path):
                    looked += 1
                    with open(path, "rb") as file:
                        content = file.read()
                    for word in words:
                        self.assertNotIn(word, content, path)
        self.assertGreater(looked, 20)
        pattern = " ".join(f"-e {word.decode()}" for word in words)
        found = host.inside(f"grep -rlsaF {pattern} /run /etc /tmp /root /var /nix/var /nix/store/*h1* /nix/store/*fleet* --exclude-dir=sops-nix --devices=skip || true", check=False)
        self.assertEqual(found, "")

    def test_upload_keys(self):
        """Secrets alone, to all that are meant; one that fails does not stop the others."""
        token = 'clan.core.vars.generators.token = { files.token.neededFor = "activation"; builtin = { generator = "random"; file = "token"; }; };'
        for host in ("h1", "h2"):
            self.yard.write(f"{host}.nix", "{ " + token + " }\n")
        self.expect(self.run_fleetd("vars", "keygen", "--user", "ada"), 0)
        self.expect(self.run_fleetd("vars", "generate", "h1"), 0)
        done = self.expect(self.deploy("--goal", "upload-keys", "h1", "h2", "--json"), 1, err=["h2", "VARS"])
        rows = {row["host"]: row for row in map(json.loads, done.out.splitlines())}
        self.assertEqual((rows["h1"]["outcome"], rows["h1"]["files"], rows["h2"]["outcome"]), ("uploaded", 2, "failed"))
        value = self.expect(self.run_fleetd("vars", "get", "h1", "token/token"), 0).out
        self.assertEqual(self.lab.hosts["h1"].inside("cat /var/lib/sops-nix/activation/per-machine/h1/token/token"), value)
        self.expect(self.run_fleetd("vars", "generate"), 0)
        self.expect(self.deploy("--goal", "upload-keys", "h1", "h2"), 0, out=["uploaded"])
        self.assertEqual(self.lab.hosts["h1"].runs(), "", "nothing was activated")
        self.expect(self.deploy("--goal", "upload"), 2, err=["upload-keys"])

    def test_a_command_over_ssh(self):
        self.expect(self.run_fleetd("ssh", "h1", "--", "echo", "a b", "$HOME"), 0, out=["a b $HOME"])
        self.expect(self.run_fleetd("ssh", "h1", "--", "false"), 1)


class Trouble(LabTest):
    def setUp(self):
        super().setUp()
        self.expect(self.deploy("h1"), 0)

    def back(self, result, code, *err):
        self.expect(result, code, err=err)
        self.assertEqual(self.systems()["h1"], ("1", "1"))
        self.assertEqual(self.lab.hosts["h1"].inside("ls /run/fleetd | grep -c lock", check=False), "0")

    def test_an_activation_that_fails(self):
        self.version("2", "fails")
        self.back(self.deploy("h1"), 1, "FL0819", "this activation fails")
        self.assertEqual(self.outcomes()["h1"], "rolled back")

    def test_an_activation_that_cuts_the_network(self):
        self.version("2", "network")
        self.back(self.deploy("h1", "--confirm-timeout", "4"), 1, "FL0820")
        self.assertEqual(self.outcomes()["h1"], "rolled back")

    def test_an_activation_that_takes_too_long(self):
        self.version("2", "slow")
        self.back(self.deploy("h1", "--activation-timeout", "2"), 1, "took longer than 2 seconds")

    def test_a_health_check_that_fails(self):
        self.version("2")
        self.back(self.deploy("h1", "--health-check", "test -e /run/well"), 1, "FL0824")
        self.lab.hosts["h1"].inside("touch /run/well")
        self.expect(self.deploy("h1", "--health-check", "test -e /run/well"), 0)
        self.assertEqual(self.systems()["h1"], ("2", "2"))

    def test_the_operator_dies_before_confirming(self):
        self.version("2", "none")
        running = self.start_fleetd("deploy", "h1", "--confirm-timeout", "3", "--health-check", "sleep 100")
        self.lab.wait(lambda: self.lab.hosts["h1"].runs() == "2", "the new system was never active")
        running.kill()
        running.wait()
        running.stdout.close()
        running.stderr.close()
        self.lab.wait(lambda: self.lab.hosts["h1"].runs() == "1", "the host did not return by itself")
        self.assertEqual(self.systems()["h1"], ("1", "1"))
        self.expect(self.deploy("h1"), 0)
        self.assertEqual(self.systems()["h1"], ("2", "2"))

    def test_the_host_loses_power_before_confirmation(self):
        self.version("2")
        running = self.start_fleetd("deploy", "h1", "--confirm-timeout", "5", "--health-check", "sleep 100")
        self.lab.wait(lambda: self.lab.hosts["h1"].runs() == "2", "the new system was never active")
        self.lab.hosts["h1"].kill()
        running.kill()
        running.communicate()
        self.lab.hosts["h1"].start()
        self.assertEqual(self.systems()["h1"], ("1", "1"))

    def test_two_operators(self):
        self.version("2")
        running = self.start_fleetd("deploy", "h1", "--health-check", "sleep 3")
        self.lab.wait(lambda: self.lab.hosts["h1"].runs() == "2", "the new system was never active")
        self.expect(self.deploy("h1"), 3, err=["FL0822"])
        other = self.yard.environment({"XDG_STATE_HOME": str(self.yard.home / "other")})
        done = subprocess.run(self.words("deploy", "h1", "--goal", "test"), cwd=self.yard.root, env=other, capture_output=True, timeout=60, check=False)
        self.assertIn(b"unchanged", done.stdout + done.stderr)
        self.assertEqual(running.wait(60), 0)
        running.communicate()
        self.assertEqual(self.systems()["h1"], ("2", "2"))

    def test_another_host_key(self):
        known = self.lab.base / "known_hosts"
        before = known.read_text()
        self.addCleanup(known.write_text, before)
        lines = before.splitlines()
        first, second = lines[0].split(), lines[1].split()
        known.write_text("\n".join([" ".join([first[0], *second[1:]]), *lines[1:]]) + "\n")
        self.version("2")
        self.back(self.deploy("h1"), 3, "FL0816")

    def test_a_host_that_is_off_does_not_hold_up_others(self):
        self.lab.hosts["h2"].kill()
        self.version("2")
        self.expect(self.deploy("--max-failures", "0"), 3, err=["FL0815"])
        self.lab.hosts["h2"].start()
        self.assertEqual({name: one[0] for name, one in self.systems().items()}, {"h1": "2", "h2": "", "h3": "2"})
        self.expect(self.deploy(), 0)
        self.assertEqual(self.outcomes(), {"h1": "unchanged", "h2": "deployed", "h3": "unchanged"})

    def test_canaries_save_the_others(self):
        self.version("2", "fails")
        self.expect(self.deploy("--canary", "h1"), 1, err=["FL0819", "FL0828"])
        self.assertEqual({name: one[0] for name, one in self.systems().items()}, {"h1": "1", "h2": "", "h3": ""})

    def test_not_a_system(self):
        other = self.lab.nix("nix-store", "--add", str(self.yard.root / "common.nix"))
        self.back(self.deploy("h1", "--store-path", other), 1, "FL0829")

    def test_a_jump_of_the_clock_can_change_nothing(self):
        """What runs on the host counts steps: no program of it reads a clock, also not by way of times of files."""
        self.version("2", "none")
        running = self.start_fleetd("deploy", "h1", "--health-check", "sleep 2")
        self.lab.wait(lambda: self.lab.hosts["h1"].runs() == "2", "the new system was never active")
        script = self.lab.hosts["h1"].inside("cat /run/fleetd/*.sh")
        running.communicate(timeout=60)
        self.assertEqual(running.returncode, 0)
        self.assertIn("steps", script)
        # When the first process began is counted in ticks since the machine started, which no clock changes.
        script = script.replace("/proc/1/stat", "")
        self.assertNotRegex(script, r"\b(date|stat|uptime|hwclock|timeout)\b|-nt |-ot |-newer|EPOCH")

    def test_the_link_is_cut_while_copying(self):
        """The copy ends with an error, the host is as it was, and so are the others; with the link up the same command goes on."""
        self.expect(self.deploy(), 0)
        host = self.lab.hosts["h1"]
        for name in self.lab.hosts:
            self.version("2", host=name)
        self.yard.write("h1.nix", '{ lab.payload = 40; }\n')
        limit = ["ip", "netns", "exec", self.lab.operator, "tc", "qdisc"]
        subprocess.run([*limit, "add", "dev", "e0", "root", "tbf", "rate", "20mbit", "burst", "32k", "latency", "400ms"], check=True)
        try:
            running = self.start_fleetd("deploy", "--max-failures", "0")
            self.lab.wait(lambda: host.inside("pgrep -f -- '[-]-serve --write'", check=False), "nothing is copied", 60)
            time.sleep(1)
            host.link("down")
            out, err = running.communicate(timeout=120)
        finally:
            subprocess.run([*limit, "del", "dev", "e0", "root"], check=True)
        self.assertEqual(running.returncode, 1, err)
        self.assertIn(b"FL0818", err)
        self.assertEqual(self.systems(), {"h1": ("1", "1"), "h2": ("2", "2"), "h3": ("2", "2")}, out)
        self.assertEqual(self.outcomes(), {"h1": "failed", "h2": "deployed", "h3": "deployed"})
        host.link("up")
        self.expect(self.deploy(), 0)
        self.assertEqual(self.systems()["h1"], ("2", "2"))

    def test_the_disk_of_the_host_is_full(self):
        """A store without room: nothing is activated, and once there is room the same command goes on."""
        self.expect(self.deploy("h1"), 0)
        host = self.lab.hosts["h1"]
        self.version("2")
        # The same store on a disk of its own, filled to the last byte.
        host.inside(
            "mkdir -p /tmp/full && mount -t tmpfs -o size=$(($(du -sk /nix | cut -f1) + 2048))k none /tmp/full && cp -a /nix/. /tmp/full/ && "
            "mount --bind /tmp/full /nix; dd if=/dev/zero of=/nix/fill bs=4k 2>/dev/null; test -s /nix/fill"
        )
        try:
            self.expect(self.deploy("h1"), 1, err=["FL0818"])
            self.assertEqual(self.systems()["h1"], ("1", "1"))
            host.inside("rm /nix/fill")
            self.expect(self.deploy("h1"), 0)
            self.assertEqual(self.systems()["h1"], ("2", "2"))
        finally:
            # What runs is in the store that goes away.
            host.kill()

    def test_the_operator_is_killed_at_every_step(self):
        """A wrapper of ssh kills fleetd at its n-th call, for every n until the deployment is through."""
        self.expect(self.deploy("h1"), 0)
        trap = self.yard.base / "bin"
        trap.mkdir()
        real = shutil.which("ssh")
        (trap / "ssh").write_text(f'''#!/bin/sh
case " $* " in *" -O "*) exec {real} "$@" ;; esac
n=$(($(cat {self.yard.base}/calls 2>/dev/null || echo 0) + 1))
echo $n >{self.yard.base}/calls
[ "$n" != "$(cat {self.yard.base}/kill)" ] || {{ kill -9 "$(cat {self.yard.base}/pid)"; exit 255; }}
exec {real} "$@"
''')
        (trap / "ssh").chmod(0o755)
        env = {"PATH": f"{trap}:{os.environ['PATH']}"}
        killed = 0
        for step in range(1, 30):
            self.version(str(step + 1))
            self.expect(self.run_fleetd("build", "h1"), 0)
            (self.yard.base / "calls").write_text("0")
            (self.yard.base / "kill").write_text(str(step))
            words = self.words("deploy", "h1", "--confirm-timeout", "3")
            done = subprocess.run([*words[: words.index("--") + 1], "sh", "-c", f'echo $$ >{self.yard.base}/pid; exec "$@"', "sh", *words[words.index("--") + 1 :]], cwd=self.yard.root, env=self.yard.environment(env), capture_output=True, timeout=120, check=False)
            if done.returncode == 0:
                break
            killed += 1
            earlier, now = str(step), str(step + 1)
            # Never between two systems: what runs is what boots, the one before or, once it was confirmed, the new one.
            self.lab.wait(lambda: self.systems()["h1"] in ((earlier, earlier), (now, now)), f"call {step}: {self.systems()['h1']}")
            self.lab.wait(lambda: self.lab.hosts["h1"].inside("ls -d /run/fleetd/lock 2>/dev/null", check=False) == "", f"call {step}: the host is still locked")
            self.assertIn(self.systems()["h1"], ((earlier, earlier), (now, now)))
            self.expect(self.deploy("h1"), 0)
            self.assertEqual(self.systems()["h1"], (now, now), f"call {step}")
        self.assertGreaterEqual(killed, 5)
        self.assertEqual(done.returncode, 0)


class RebootWithoutWayBack(LabTest):
    def begin(self, *args):
        running = self.start_fleetd("deploy", "h1", "--goal", "reboot", "--no-way-back", *args)
        self.lab.wait(lambda: self.lab.hosts["h1"].inside("ls /run/rebooting", check=False) != "", "it was never told to reboot")
        return running

    def end(self, running):
        out, err = running.communicate(timeout=40)
        return Result(running.returncode, out.decode(), err.decode(), out, err)

    def test_what_comes_up_is_looked_at(self):
        self.expect(self.deploy("h1"), 0)
        self.version("2")
        running = self.begin("--health-check", "test -e /run/booted-system")
        self.lab.hosts["h1"].kill()
        self.lab.hosts["h1"].start()
        self.expect(self.end(running), 0)
        self.assertEqual(self.systems()["h1"], ("2", "2"))
        self.assertEqual(self.outcomes()["h1"], "deployed")

    def test_another_system_comes_up(self):
        self.expect(self.deploy("h1"), 0)
        self.version("2")
        running = self.begin()
        self.lab.hosts["h1"].inside("ln -sfn system-1-link /nix/var/nix/profiles/system")
        self.lab.hosts["h1"].kill()
        self.lab.hosts["h1"].start()
        self.expect(self.end(running), 1, err=["FL0821", "nixos-system-h1-1"])

    def test_it_does_not_reboot(self):
        self.version("2")
        self.expect(self.deploy("h1", "--goal", "reboot", "--no-way-back", "--activation-timeout", "4"), 1, err=["FL0819", "did not reboot"])
        self.assertEqual(self.systems()["h1"][1], "2")
        self.assertEqual(self.outcomes()["h1"], "incomplete")

    def test_what_comes_up_is_not_well(self):
        running = self.begin("--health-check", "false")
        self.lab.hosts["h1"].kill()
        self.lab.hosts["h1"].start()
        self.expect(self.end(running), 1, err=["FL0819", "runs the new system, and its health check fails", "fleetd rollback h1"])
        self.assertEqual(self.systems()["h1"], ("1", "1"))
        self.assertEqual(self.outcomes()["h1"], "incomplete")
        self.expect(self.run_fleetd("status", "h1"), 1, out=["is incomplete", "its health check fails"])


class Sudo(LabTest):
    PASSWORD = b"hunter2 $x\n"

    def setUp(self):
        super().setUp()
        self.lab.hosts["h1"].inside("rm -f /etc/bin/free /var/log/sudo")

    def to(self, *args, **options):
        return self.deploy("h1", "--target-host", "toor@h1.lab", *args, **options)

    def test_a_password_is_asked_once_and_left_nowhere(self):
        self.expect(self.to("--sudo"), 3, err=["FL0817", "a password is required"])
        self.expect(self.to("--ask-sudo-password", "--health-check", "test -e /run/current-system", stdin=self.PASSWORD), 0)
        self.assertEqual(self.systems()["h1"], ("1", "1"))
        self.assertIn("-k -S -p", self.lab.hosts["h1"].inside("cat /var/log/sudo"))
        found = self.lab.hosts["h1"].inside("grep -rl hunter2 /var /run /tmp /root 2>/dev/null", check=False)
        self.assertEqual(found, "")
        kept = subprocess.run(["grep", "-rl", "hunter2", str(self.yard.base)], capture_output=True, text=True, check=False).stdout
        self.assertEqual(kept, "")

    def test_a_wrong_password(self):
        self.expect(self.to("--ask-sudo-password", stdin=b"wrong\n"), 3, err=["FL0817"])
        self.expect(self.to("--ask-sudo-password", stdin=b""), 2, err=["no password"])
        self.assertEqual(self.systems()["h1"], ("", ""))

    def test_sudo_that_asks_for_nothing(self):
        self.lab.hosts["h1"].inside("touch /etc/bin/free")
        # Neither the password nor the mark behind it may become what is run.
        self.expect(self.to("--ask-sudo-password", "--health-check", "! grep -rqE 'FLEETD-INPUT|hunter[2]' /run/fleetd", stdin=self.PASSWORD), 0)
        self.assertEqual(self.systems()["h1"], ("1", "1"))
        self.assertEqual(self.lab.hosts["h1"].inside("grep -rl hunter2 /var /run /tmp /root 2>/dev/null", check=False), "")
