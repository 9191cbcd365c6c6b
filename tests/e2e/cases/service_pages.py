"""Every service as its page shows it, and every setting of it as people get it wrong."""

import json
import re
from pathlib import Path

from harness import FleetTest

GOLDEN = Path(__file__).resolve().parents[1] / "golden/services"
PAGES = Path(__file__).resolve().parents[3] / "plugins/services"
SERVICES = sorted(path.parent.name for path in PAGES.glob("*/README.md"))

MACHINES = """  clan.meta.name = "yard";
  clan.inventory.machines = {
    vault.tags = [ "backup" "server" ]; web.tags = [ "server" ]; watch.tags = [ "server" ];
    gate = { }; desk.tags = [ "workstation" ]; laptop.tags = [ "laptop" "workstation" ];
  };
  clan.machines = lib.genAttrs [ "vault" "web" "watch" "gate" "desk" "laptop" ] (_: { nixpkgs.hostPlatform = "x86_64-linux"; });
"""


def yard(text):
    return {"modules/yard.nix": "{ lib, ... }: {\n" + MACHINES + text + "\n}\n", "modules/backup.nix": "{ }\n"}


def examples(name):
    return re.findall(r"^```nix\n(.*?)^```", (PAGES / name / "README.md").read_text(), re.M | re.S)


# Roles that somebody has to have.
NEEDED = {"wireguard": ("controller", 'gate.settings.endpoint = "vpn.example.org"'), "monitoring": ("server", "watch = { }")}


def instance(service, role, rest, name="it"):
    needed, member = NEEDED.get(service, (role, ""))
    more = "" if needed == role else f"roles.{needed}.machines.{member};"
    return f'  clan.inventory.instances.{name} = {{ module.name = "{service}"; {more} roles.{role}.machines.{rest}; }};'


def wrong(schema):
    """A value that is not what the schema asks for, or None when it takes everything."""
    kinds = {one.get("type") for one in schema.get("oneOf", [])} | {schema.get("type")}
    if "enum" in schema or any("enum" in one for one in schema.get("oneOf", [])):
        return '"no such word"'
    if kinds & {"integer", "number"} and "string" not in kinds:
        return '"many"'
    if "boolean" in kinds and "string" not in kinds:
        return '"yes"'
    if kinds & {"string", "array"}:
        return "{ a = 5; }" if "object" not in kinds else "5"
    return "5" if "object" in kinds else None


def settings_of(schema):
    """Names of settings with a wrong value of each; those of submodules, too."""
    for name, one in schema.get("properties", {}).items():
        path = f'"{name}"'
        if (value := wrong(one)) is not None:
            yield path, name, value
        if one.get("type") == "object" and "properties" in one:
            for inner, last, value in settings_of(one):
                yield f"{path}.{inner}", last, value
        below = one.get("additionalProperties")
        if isinstance(below, dict) and "properties" in below:
            for inner, last, value in settings_of(below):
                yield f"{path}.x.{inner}", last, value


class Pages(FleetTest):
    def test_every_service_has_a_page_with_an_example(self):
        for name in SERVICES:
            with self.subTest(name):
                self.assertTrue(examples(name))
                self.assertIn(f"fleetd services show {name}", (PAGES / name / "README.md").read_text())

    def test_every_example_works_as_it_stands(self):
        for name in SERVICES:
            for text in examples(name):
                with self.subTest(name, text=text):
                    result = self.fleet(files=yard(text)).run("check")
                    self.expect(result, 0)
                    self.assertNotIn("warning[", result.err)

    def test_what_is_shown(self):
        fleet = self.fleet()
        for name in SERVICES:
            with self.subTest(name):
                shown = self.expect(fleet.run("services", "show", name), 0).out
                data = self.expect(fleet.run("services", "show", name, "--json"), 0).json()
                self.assertNotIn("9223372036854775807", shown)
                for generator in data["generators"]:
                    self.assertIn(f"generates: {generator['name']}", shown)
                    self.assertTrue(generator["description"])
                self.assertTrue(data["description"] and all(role["description"] for role in data["roles"].values()), data)
                self.assertEqual(self.expect(fleet.run("services", "schema", name), 0).json(), {role: one["settings"] for role, one in data["roles"].items()})


class Generators(FleetTest):
    def test_what_is_declared_is_what_hosts_get(self):
        """Names of generators in the golden files of a service, and those it says it has."""
        for name in SERVICES:
            with self.subTest(name):
                found = set()
                for path in GOLDEN.glob(f"{name}.*"):
                    found |= set(re.findall(r"clan\.core\.vars\.generators\.(\"[^\"]+\"|[\w-]+)", path.read_text()))
                declared = [one["name"] for one in self.expect(self.fleet().run("services", "show", name, "--json"), 0).json()["generators"]]
                patterns = {one: re.sub(r"<[^>]+>", ".+", re.escape(one).replace(r"\<", "<").replace(r"\>", ">")) for one in declared}
                for one in (word.strip('"') for word in found):
                    self.assertTrue(any(re.fullmatch(pattern, one) for pattern in patterns.values()), one)
                for one, pattern in patterns.items():
                    self.assertTrue(any(re.fullmatch(pattern, word.strip('"')) for word in found), one)


class Wrong(FleetTest):
    def only_error(self, text, *words, code=None):
        result = self.expect(self.fleet(files=yard(text)).run("check", "--json"), 1)
        errors = [one for one in result.findings() if one["severity"] == "error"]
        messages = {one["message"] for one in errors}
        self.assertEqual(len(messages), 1, result.err)
        if code:
            self.assertEqual({one["code"] for one in errors}, {code}, result.err)
        for word in words:
            self.assertIn(word, errors[0]["message"] + "".join(errors[0]["notes"]))
        self.assertTrue((errors[0]["file"] or "").endswith("/yard.nix"), errors[0])
        return errors[0]

    def test_every_setting_refuses_another_type(self):
        """Each setting in an instance of its own: one error each, at the line it stands on."""
        counted = 0
        for name in SERVICES:
            found = []
            for role, schema in self.expect(self.fleet().run("services", "schema", name), 0).json().items():
                found += [(role, *one) for one in settings_of(schema)]
            lines = [instance(name, role, f"web.settings.{path} = {value}", f"it{index}") for index, (role, path, _, value) in enumerate(found)]
            result = self.fleet(files=yard("\n".join(lines))).run("check", "--json")
            errors = [one for one in result.findings() if one["severity"] == "error" and one["code"] != "FL0604"]
            first = MACHINES.count("\n") + 2
            for index, (role, path, last, value) in enumerate(found):
                with self.subTest(name, role=role, setting=path, value=value):
                    counted += 1
                    told = {one["message"] for one in errors if one["line"] == first + index}
                    self.assertEqual(len(told), 1, (told, errors[:3]))
                    self.assertIn(last, told.copy().pop())
                    self.assertRegex(told.pop(), "is not of type|expected")
            self.assertEqual({one["line"] for one in errors}, set(range(first, first + len(found))))
            self.assertEqual(result.code, 1 if found else 0)
        self.assertGreater(counted, 60)

    def test_a_setting_that_there_is_not(self):
        for name in SERVICES:
            schemas = self.expect(self.fleet().run("services", "schema", name), 0).json()
            for role, schema in schemas.items():
                if schema.get("additionalProperties") is not False:
                    continue
                with self.subTest(name, role=role):
                    self.only_error(instance(name, role, "web.settings.settnig = 1"), "settnig")

    def test_a_role_that_there_is_not(self):
        for name in SERVICES:
            roles = self.expect(self.fleet().run("services", "schema", name), 0).json()
            if name == "importer":
                continue  # any role
            with self.subTest(name):
                self.only_error(instance(name, "chief", "web = { }"), "chief", *roles, code="FL0601")

    def test_numbers_out_of_range(self):
        for text, word in (
            ('internet = { roles.default.machines.web.settings.port = 65536; }', "port"),
            ('internet = { roles.default.machines.web.settings.port = -1; }', "port"),
            ('wireguard = { roles.controller.machines.gate.settings = { endpoint = "x"; port = 70000; }; }', "port"),
        ):
            with self.subTest(text):
                self.only_error("  clan.inventory.instances." + text + ";", word)

    def test_no_class(self):
        """A role that does nothing on a Mac names the Mac."""
        for name in SERVICES:
            for role, schema in self.expect(self.fleet().run("services", "show", name, "--json"), 0).json()["roles"].items():
                if not schema.get("classes") or "darwin" in schema["classes"]:
                    continue
                with self.subTest(name, role=role):
                    text = instance(name, role, "mac = { }") + ' clan.inventory.machines.mac.machineClass = "darwin";'
                    result = self.expect(self.fleet(files=yard(text)).run("check", "--json"), 1)
                    errors = [one for one in result.findings() if one["code"] == "FL0605"]
                    self.assertEqual(len(errors), 1, result.err)
                    self.assertIn("mac", errors[0]["message"])
                    self.assertTrue(json.dumps(errors[0]["notes"]))
