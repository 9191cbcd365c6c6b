"""What must hold before a system is kept, looked at from here and on the host; and homes, which follow the system of their machine."""

import json
import unittest

from deploying import LabTest, laboratory

SERVER = "from http.server import *; HTTPServer(('0.0.0.0', 8080), SimpleHTTPRequestHandler).serve_forever()"

setUpModule, tearDownModule = laboratory("h1", "h2")


class Health(LabTest):
    def setUp(self):
        super().setUp()
        self.host = self.lab.hosts["h1"]
        self.expect(self.deploy("h1"), 0)
        self.version("2")

    def fails(self, *words, checks):
        options = [word for check in checks for word in ("--health-check", check)]
        self.expect(self.deploy("h1", *options), 1, err=["FL0824", *words])
        self.assertEqual(self.systems()["h1"], ("1", "1"))
        self.assertEqual(self.outcomes()["h1"], "rolled back")

    def holds(self, *checks):
        options = [word for check in checks for word in ("--health-check", check)]
        self.expect(self.deploy("h1", *options), 0)
        self.assertEqual(self.systems()["h1"], ("2", "2"))

    def serve(self):
        self.host.inside(f"cd /run && setsid python3 -c \"{SERVER}\" >/dev/null 2>&1 &")
        self.addCleanup(lambda: self.host.inside("pkill -f serve_foreve[r]", check=False))

    def test_ports_and_pages_from_here_and_there(self):
        self.fails("port:8080: 10.77.0.11 port 8080: Connection refused", checks=["port:8080"])
        self.serve()
        self.fails("http://%h:8080/nothing", "404", checks=["port:8080", "http://%h:8080/nothing"])
        self.holds("port:8080", "http://%h:8080/", "host:port:8080", "host:http://127.0.0.1:8080/", "here:test %h = 10.77.0.11")

    def test_what_comes_up_late(self):
        """A service needs its time; a check of it looks again."""
        self.host.inside(f"cd /run && (sleep 4; exec setsid python3 -c \"{SERVER}\") >/dev/null 2>&1 &")
        self.addCleanup(lambda: self.host.inside("pkill -f serve_foreve[r]", check=False))
        self.holds("http://%h:8080/")

    def test_units(self):
        systemctl = self.host.root / "etc/bin/systemctl"
        before = systemctl.read_text()
        self.addCleanup(systemctl.write_text, before)
        systemctl.write_text('#!/bin/sh\n[ "$1" != is-active ] || exec test "$4" = good.service\n')
        self.fails("unit:bad.service", checks=["unit:good.service", "unit:bad.service"])
        self.holds("unit:good.service")

    def test_from_here_only(self):
        self.fails("it is not there", checks=["here:echo it is not there; exit 1"])
        self.holds("here:test $FLEETD_HOST = h1")

    def test_the_fleet_declares_them(self):
        flake = (self.yard.root / "flake.nix").read_text()

        def declare(text):
            self.yard.write("flake.nix", flake.replace("      deploy.nodes", f"      fleet = {text};\n      deploy.nodes"))

        declare('{ hosts.h1.healthChecks = [ "test -e /run/well" ]; hosts.h2.healthChecks = [ "false" ]; }')
        self.fails(checks=[])
        self.host.inside("touch /run/well")
        declare('{ healthChecks = [ "test -e /run/well" ]; hosts.h1.healthChecks = "true"; }')
        self.expect(self.deploy("h1"), 1, err=["FL0847", "`fleet.hosts.h1.healthChecks` is no list of texts"])
        declare('{ healthChecks = [ "port:none" ]; }')
        self.expect(self.deploy("h1"), 1, err=["FL0847", "names no port"])
        declare('{ healthChecks = [ "test -e /run/well" ]; }')
        self.holds()

    def test_what_cannot_be_looked_at(self):
        self.expect(self.deploy("h1", "--health-check", "port:http"), 1, err=["FL0847"])
        self.expect(self.deploy("h1", "--goal", "boot", "--health-check", "here:true"), 1, err=["FL0847", "boots by itself"])
        self.assertEqual(self.systems()["h1"], ("1", "1"))


HOME_MANAGER = """{ outputs = _: { lib.homeManagerConfiguration = { modules, ... }: let here = {
  activationPackage = derivation {
    name = "home"; system = "x86_64-linux"; builder = "/bin/sh"; PATH = "/usr/bin:/bin";
    args = [ "-euc" ''
      mkdir $out
      cat >$out/activate <<EOF
      #!/bin/sh
      set -eu
      echo home >>/var/log/order
      [ "${(import (builtins.head modules)).lab}" != fails ] || { echo "this home fails" >&2; exit 3; }
      nix-env -p \\''${XDG_STATE_HOME:-\\$HOME/.local/state}/nix/profiles/home-manager --set $out
      EOF
      chmod +x $out/activate
      echo -n "${(import (builtins.head modules)).lab}" >$out/nixos-version
    '' ];
  };
  config = { };
  options = { };
  extendModules = _: here;
}; in here; }; }
"""


class Homes(LabTest):
    def setUp(self):
        super().setUp()
        self.host = self.lab.hosts["h1"]
        self.host.inside("rm -rf /root/.local; mkdir -p /root/.local/state/nix/profiles")
        source = self.yard.base / "home-manager"
        source.mkdir()
        (source / "flake.nix").write_text(HOME_MANAGER)
        flake = (self.yard.root / "flake.nix").read_text()
        flake = flake.replace("  outputs =\n    { nixpkgs, ... }:", '  inputs.home-manager.url = "github:nix-community/home-manager";\n  outputs =\n    { nixpkgs, home-manager, ... }:')
        self.yard.write("flake.nix", flake.replace("      deploy.nodes", '      homeConfigurations."root@h1" = home-manager.lib.homeManagerConfiguration { pkgs = { }; modules = [ ./home.nix ]; };\n      deploy.nodes'))
        lock = json.loads(self.lab.lock_of(self.yard.base / "nixpkgs"))
        other = json.loads(self.lab.lock_of(source))["nodes"]["nixpkgs"]
        other["original"] = {"type": "github", "owner": "nix-community", "repo": "home-manager"}
        lock["nodes"]["home-manager"] = other
        lock["nodes"]["root"]["inputs"]["home-manager"] = "home-manager"
        self.yard.write("flake.lock", json.dumps(lock))
        self.set("1")

    def set(self, what):
        self.yard.write("home.nix", f'{{ lab = "{what}"; }}\n')

    def home(self):
        return self.host.inside("cat /root/.local/state/nix/profiles/home-manager/nixos-version", check=False)

    def system(self, version, *words):
        """A home package that is built already."""
        made = self.yard.base / f"home-{version}"
        made.mkdir()
        (made / "activate").write_text("\n".join(["#!/bin/sh", "set -eu", 'here=$(cd "$(dirname "$0")" && pwd -P)', "echo home >>/var/log/order", *words, 'nix-env -p "${XDG_STATE_HOME:-$HOME/.local/state}/nix/profiles/home-manager" --set "$here"', ""]))
        (made / "activate").chmod(0o755)
        (made / "nixos-version").write_text(version)
        return self.lab.nix("nix-store", "--add", str(made))

    def switch(self, path, *args):
        return self.deploy("root@h1", "--target-host", "root@h1.lab", "--store-path", path, *args)

    def test_a_home_and_its_way_back(self):
        self.expect(self.switch(self.system("1")), 0)
        self.assertEqual(self.home(), "1")
        self.expect(self.switch(self.system("2"), "--health-check", "false"), 1, err=["FL0824", "it returned to its earlier system"])
        self.assertEqual(self.home(), "1")
        self.expect(self.switch(self.system("3", "exit 3")), 1, err=["FL0819"])
        self.assertEqual(self.home(), "1")
        running = self.start_fleetd("deploy", "root@h1", "--target-host", "root@h1.lab", "--store-path", self.system("4"), "--confirm-timeout", "3", "--health-check", "sleep 100")
        self.lab.wait(lambda: self.home() == "4", "the new home was never active")
        running.kill()
        running.communicate()
        self.lab.wait(lambda: self.home() == "1", "it did not return by itself")
        self.expect(self.switch(self.system("5"), "--goal", "boot"), 1, err=["FL0823"])

    def test_homes_come_after_the_system_of_their_machine(self):
        done = self.expect(self.deploy("root@h1", "h1", "h2", "--json"), 0)
        self.assertEqual((self.home(), self.host.runs()), ("1", "1"))
        hosts = [json.loads(line)["host"] for line in done.out.splitlines()]
        self.assertLess(max(i for i, name in enumerate(hosts[:-3]) if name == "h1"), hosts.index("root@h1"))

    def test_a_home_is_left_alone_when_the_system_of_its_machine_failed(self):
        self.expect(self.deploy("h1"), 0)
        self.version("2", "fails")
        self.expect(self.deploy("root@h1", "h1", "--max-failures", "0"), 1, err=["FL0819", "FL0828", "root@h1"])
        self.assertEqual((self.home(), self.host.inside("cat /var/log/order 2>/dev/null", check=False)), ("", ""))
        self.assertEqual(self.outcomes()["h1"], "rolled back")


if __name__ == "__main__":
    unittest.main()
