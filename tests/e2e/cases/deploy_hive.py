"""A hive of colmena, deployed to a lab: its hosts, and the keys that go apart from their systems."""

import json
import os
import unittest

from deploying import LabTest, laboratory
from harness import FIXTURES

setUpModule, tearDownModule = laboratory("h1", "h2")


class Hive(LabTest):
    def setUp(self):
        super().setUp()
        for host in self.lab.hosts.values():
            host.inside("rm -rf /run/keys /var/keys")
        nixpkgs = self.yard.base / "nixpkgs"
        hive = FIXTURES / "hive"
        for name in ("flake.nix", "h1.nix"):
            self.yard.write(name, (hive / name).read_text())
        for name in ("common.nix", "h2.nix", "h3.nix"):
            (self.yard.root / name).unlink()
        colmena = self.yard.base / "colmena"
        colmena.mkdir()
        (colmena / "colmena.nix").write_text((hive / "colmena.nix").read_text())
        for one in nixpkgs.iterdir():
            if one.name != "flake.nix":
                (colmena / one.name).write_text(one.read_text())
        (colmena / "flake.nix").write_text("{ outputs = _: import ./colmena.nix (import ./lib.nix).nixosSystem; }\n")
        lock = json.loads(self.lab.lock_of(nixpkgs))
        other = json.loads(self.lab.lock_of(colmena))["nodes"]["nixpkgs"]
        other["original"] = {"type": "github", "owner": "zhaofengli", "repo": "colmena"}
        lock["nodes"]["colmena"] = other
        lock["nodes"]["root"]["inputs"]["colmena"] = "colmena"
        self.yard.write("flake.lock", json.dumps(lock))
        self.secret = self.yard.base / "secret"
        self.secret.write_bytes(b"from a file \xff\n")
        os.chmod(self.secret, 0o600)

    def keys(self, text):
        self.yard.write("h1.nix", "{ deployment.keys = { %s }; }\n" % text)

    def there(self, path, host="h1"):
        return self.lab.hosts[host].inside(f"if [ -e {path} ]; then stat -c '%U %G %a' {path}; cat -v {path}; fi")

    def test_keys_of_each_kind_arrive_with_the_system(self):
        self.keys(f'''
          word = {{ text = "a 'quoted' word"; }};
          file = {{ keyFile = "{self.secret}"; destDir = "/var/keys/deep"; permissions = "0440"; group = "daemon"; }};
          made = {{ keyCommand = [ "sh" "-c" "printf made-$1" "-" "here" ]; uploadAt = "post-activation"; user = "nobody-yet"; }};
        ''')
        done = self.expect(self.deploy("-v"), 0)
        self.assertEqual(self.there("/run/keys/word"), "root root 600\na 'quoted' word")
        self.assertIn("root daemon 440\nfrom a file ", self.there("/var/keys/deep/file"))
        self.assertEqual(self.there("/run/keys/made"), "root root 600\nmade-here")
        self.assertEqual(self.there("/run/keys", "h2"), "")
        for secret in ("quoted", "from a file", "made-here"):
            self.assertNotIn(secret, done.out + done.err)
        self.assertEqual(self.lab.hosts["h1"].inside("ls -A /run/keys | sort | tr '\\n' ' '").strip(), "made word")
        # Memory is empty after a boot: they are sent again, although the system is the same.
        self.lab.hosts["h1"].inside("rm -rf /run/keys")
        self.expect(self.deploy("h1"), 0, out=["unchanged"])
        self.assertEqual(self.there("/run/keys/word"), "root root 600\na 'quoted' word")
        self.lab.hosts["h1"].inside("rm -rf /run/keys")
        self.expect(self.deploy("--goal", "upload-keys", "h1"), 0, out=["uploaded"])
        self.assertEqual(self.there("/run/keys/made"), "root root 600\nmade-here")

    def test_what_cannot_be_sent_stops_the_host_before_its_activation(self):
        self.expect(self.deploy("h1"), 0)
        before = self.systems()["h1"]
        self.yard.write("flake.nix", (self.yard.root / "flake.nix").read_text().replace('version = "1"', 'version = "2"'))
        for text, why in (
            ('bad = { keyFile = "/no/such/file"; };', "cannot read /no/such/file"),
            ('bad = { keyFile = "/dev/zero"; };', "no regular file"),
            ('bad = { keyCommand = [ "sh" "-c" "echo half; echo oops >&2; exit 3" ]; };', "exit status 3: oops"),
            ('bad = { keyCommand = [ "no-such-program" ]; };', "`no-such-program` was not found"),
            ('bad = { keyCommand = [ ]; };', "no list of words"),
            ('bad = { };', "one of text, keyFile and keyCommand"),
            ('bad = { text = "x"; keyFile = "/x"; };', "one of text, keyFile and keyCommand"),
            ('bad = { text = "x"; name = "a/b"; };', "cannot be the name of a file"),
            ('bad = { text = "x"; destDir = "/proc/keys"; };', "the host did not take it"),
            ('bad = { text = "x"; permissions = "rw"; };', "are no permissions"),
            ('bad = { text = "x"; user = "$(id)"; };', "nobody is called"),
        ):
            with self.subTest(text):
                self.keys(text)
                self.expect(self.deploy("h1"), 1, err=["FL0853", "deployment.keys.bad of h1", why])
                self.assertEqual(self.there("/run/keys/bad"), "")
                self.assertEqual(self.lab.hosts["h1"].inside("ls -A /run/keys", check=False), "")
                self.assertEqual(self.systems()["h1"], before)

    def test_one_that_goes_after_the_activation_leaves_the_system(self):
        self.keys('late = { keyFile = "/no/such/file"; uploadAt = "post-activation"; };')
        self.expect(self.deploy("h1"), 1, err=["FL0853", "h1 has its system", "--goal upload-keys h1"])
        self.assertEqual(self.systems()["h1"], ("1", "1"))
        self.assertEqual(self.outcomes()["h1"], "incomplete")
        # It is the system that the fleet compares with, and the next one that is unchanged.
        self.expect(self.run_fleetd("plan", "h1"), 0, out=["no option changes since deployment 1"])
        self.expect(self.deploy("h1"), 1, err=["FL0853"])
        self.assertEqual(self.outcomes()["h1"], "incomplete")
        self.expect(self.run_fleetd("status", "h1"), 1, out=["differs", "is incomplete", "`fleetd deploy h1`", "late"])
        said = json.loads(self.expect(self.run_fleetd("status", "h1", "--json"), 1).out)[0]
        self.assertEqual(said["outcome"], "incomplete")
        self.assertTrue(any("is incomplete" in note for note in said["notes"]), said)
        self.keys("")
        self.expect(self.deploy("h1"), 0, out=["unchanged"])
        said = json.loads(self.expect(self.run_fleetd("status", "h1", "--json"), 0).out)[0]
        self.assertEqual((said["outcome"], said["notes"]), ("unchanged", []))

    def test_what_is_not_followed_is_said(self):
        self.yard.write("h1.nix", '{ deployment = { buildOnTarget = true; sshOptions = [ "-4" ]; replaceUnknownProfiles = false; privilegeEscalationCommand = [ "doas" ]; }; }\n')
        done = self.expect(self.deploy("h1"), 0, err=["FL0854", "deployment.buildOnTarget of h1 is not followed", "--build-host"])
        for name in ("sshOptions", "replaceUnknownProfiles", "privilegeEscalationCommand"):
            self.assertIn(f"deployment.{name} of h1 is not followed", done.err)
        self.assertNotIn("FL0854", self.expect(self.deploy("h2"), 0).err)


class DeployRs(LabTest):
    def test_what_is_not_followed_is_said(self):
        self.assertNotIn("FL0854", self.expect(self.deploy("h1"), 0).err)
        flake = (self.yard.root / "flake.nix").read_text()
        self.yard.write("flake.nix", flake.replace('sshUser = "root";', 'sshUser = "root"; sshOpts = [ "-A" ]; profiles.system.remoteBuild = true; profiles.web = { };')
                        .replace("deploy.nodes", "deploy.magicRollback = false;\n      deploy.interactiveSudo = true;\n      deploy.autoRollback = true;\n      deploy.nodes"))  # fmt: skip
        done = self.expect(self.deploy("h1"), 0, err=["FL0854"])
        for setting in ("sshOpts", "remoteBuild", "magicRollback", "interactiveSudo", "profile web"):
            self.assertRegex(done.err, f"{setting} of h1 is not followed")
        self.assertNotIn("autoRollback", done.err)


if __name__ == "__main__":
    unittest.main()
