"""The picture of instances, roles and hosts, and the explanation of other people's repositories."""

import re
import xml.etree.ElementTree as ET

from harness import FleetTest

FLAKE = """{ outputs = { clan-core, self, ... }: clan-core.lib.clan { inherit self; imports = [ ./clan.nix ]; };
  inputs.clan-core.url = "https://git.clan.lol/clan/clan-core/archive/main.tar.gz"; }
"""
NS = "{http://www.w3.org/2000/svg}"


def clan(count, extra=""):
    names = [f"host-{i:02}" for i in range(count)]
    machines = "".join(f'  inventory.machines.{n}.tags = [ "{"even" if i % 2 == 0 else "odd"}" ];\n  machines.{n}.nixpkgs.hostPlatform = "x86_64-linux";\n' for i, n in enumerate(names))
    return f"""{{
  meta.name = "yard";
{machines}
  inventory.instances.sshd.roles = {{ server.tags.all = {{ }}; client.tags.odd = {{ }}; }};
  inventory.instances."a<b>&\\"c" = {{ module.name = "packages"; roles.default.tags.even = {{ }}; }};
  {extra}
}}
"""


class Graph(FleetTest):
    def yard(self, count, extra=""):
        return self.fleet(files={"flake.nix": FLAKE, "clan.nix": clan(count, extra)})

    def picture(self, fleet):
        return self.expect(fleet.run("graph"), 0).out

    def test_every_membership_is_a_dot(self):
        for count in (2, 8, 80):
            with self.subTest(count=count):
                text = self.picture(self.yard(count))
                root = ET.fromstring(text)
                tips = [t.text for t in root.iterfind(f"{NS}circle/{NS}title")]
                self.assertEqual(len(tips), count + count // 2 + count // 2)
                self.assertIn("host-00: sshd · server", tips)
                self.assertNotIn("host-00: sshd · client", tips)
                self.assertIn('host-00: a<b>&"c · default', tips)
                width, height = float(root.get("width")), float(root.get("height"))
                for element in root.iter():
                    for x, y in (("x", "y"), ("cx", "cy")):
                        if element.get(x):
                            self.assertTrue(0 <= float(element.get(x)) <= width and 0 <= float(element.get(y)) <= height)
                names = [t for t in root.iterfind(f"{NS}text") if (t.text or "").startswith("host-")]
                self.assertEqual([t.text for t in names], [f"host-{i:02}" for i in range(count)])
                rows = [float(t.get("y")) for t in names]
                self.assertTrue(all(b - a >= 16 for a, b in zip(rows, rows[1:])))

    def test_same_bytes_and_themes(self):
        fleet = self.yard(8)
        first = self.picture(fleet)
        self.assertEqual(first, self.picture(fleet))
        self.assertIn("prefers-color-scheme:dark", first)
        self.expect(fleet.run("graph", "--out", "x.svg"), 0)
        self.assertEqual((fleet.root / "x.svg").read_text(), first)
        self.assertEqual(self.expect(fleet.run("graph", "-o", "no/such/x.svg"), 3).out, "")
        self.assertEqual(self.expect(fleet.run("graph", "--out", "-"), 0).out, first)
        self.assertEqual(self.expect(fleet.run("graph", "--out", "/dev/stdout"), 0).out, first)
        self.expect(fleet.run("graph", "--out", ""), 2, err=["FL0903", "names no file"])

    def test_what_is_no_file_is_written_to_and_a_link_stays(self):
        fleet = self.yard(2)
        (fleet.root / "full").symlink_to("/dev/full")
        (fleet.root / "link.svg").symlink_to("kept/x.svg")
        (fleet.root / "kept").mkdir()
        (fleet.root / "kept/x.svg").write_text("old")
        self.expect(fleet.run("graph", "--out", "full"), 3, err=["FL0003", "No space left"])
        self.expect(fleet.run("graph", "--out", "link.svg"), 0)
        self.assertTrue((fleet.root / "link.svg").is_symlink() and (fleet.root / "full").is_symlink())
        self.assertIn("<svg", (fleet.root / "kept/x.svg").read_text())

    def test_no_script_gets_in(self):
        fleet = self.yard(2, 'inventory.instances."</title><script>x</script>" = { module.name = "packages"; roles.default.tags.all = { }; };')
        text = self.picture(fleet)
        self.assertIsNone(re.search("<script", text))
        ET.fromstring(text)

    def test_a_fleet_without_services(self):
        fleet = self.fleet(files={"fleet.json": '{ "hosts": { "web": { "class": "nixos" } } }', "modules/a.nix": "{ }"})
        self.assertIn(">web<", self.picture(fleet))


class Import(FleetTest):
    FILES = {
        "flake.nix": FLAKE,
        "clan.nix": clan(2, 'inventory.instances.g = { module.name = "garage"; roles.default.tags.all = { }; };'),
        "inventory.json": '{ "machines": { "pad": { } } }',
        "machines/pad/configuration.nix": "{ }\n",
        "machines/pad/facter.json": "{}\n",
        "vars/shared/a/b/value": "x",
        "vars/per-machine/pad/a/c/secret": "{}",
        "sops/users/ada/key.json": '[ { "publickey": "age1x", "type": "age" }, { "publickey": "AA", "type": "pgp" } ]',
        "sops/machines/pad/key.json": '{ "publickey": "age1y", "type": "age" }',
        "sops/secrets/pad-age.key/secret": "{}",
        "sops/secrets/own/secret": "{}",
        "sops/groups/admins/users/x": "x",
        "secrets/clan-vars/x": "x",
        "facts/x": "x",
    }

    def test_all_of_it(self):
        fleet = self.fleet(files=self.FILES)
        before = {p: p.read_bytes() for p in fleet.root.rglob("*") if p.is_file()}
        result = self.expect(fleet.run("import", "clan", ".", "--json"), 0)
        items = {item["what"]: item for item in result.json()}
        status = {what: item["status"] for what, item in items.items()}
        for what in ("nixos hosts", "instance sshd", "inventory.json: machines", "machines/*/configuration.nix", "vars: public values", "vars: secrets (sops)", "sops/machines", "sops/groups", "sops/secrets/*-age.key", "secrets/clan-vars"):
            self.assertEqual(status.get(what), "native", what)
        for what in ("instance g", "machines/*/facter.json", "sops/secrets"):
            self.assertEqual(status.get(what), "left to Nix", what)
        self.assertEqual(status.get("facts/"), "not understood")
        self.assertEqual([i["status"] for i in result.json() if i["what"] == "sops/users"], ["native", "not understood"])
        self.assertEqual(before, {p: p.read_bytes() for p in fleet.root.rglob("*") if p.is_file()})

    def test_what_no_inventory_has(self):
        written = '{ "machines": { "pad": { } }, "services": { "old": { } }, "colour": "red" }'
        result = self.expect(self.fleet(files={**self.FILES, "inventory.json": written}).run("import", "clan", ".", "--json"), 1, err=["FL0613"])
        status = {item["what"]: item["status"] for item in result.json()}
        self.assertEqual((status["inventory.json: services"], status["inventory.json: colour"]), ("not understood", "not understood"))

    def test_from_elsewhere_and_nothing_there(self):
        fleet = self.fleet(files=self.FILES)
        self.expect(fleet.run("import", "clan", str(fleet.root), cwd="vars"), 0, out=["instance sshd"])
        self.expect(fleet.run("import", "clan", "facts"), 1, err=["FL0625"])
        self.expect(fleet.run("import", "krops", "."), 2, err=["FL0903"])
        self.expect(fleet.run("import", "clan"), 2)
