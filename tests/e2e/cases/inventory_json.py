"""inventory.json as people get it wrong: every command tells the place in the file and what belongs there, uses the rest, and changes nothing."""

import json
import re

from harness import FleetTest

NIX = """{
  clan.meta.name = "yard";
  clan.inventory.machines = { oak.tags = [ "server" ]; fir = { }; elm.machineClass = "darwin"; };
  clan.machines = {
    oak.nixpkgs.hostPlatform = "x86_64-linux";
    fir.nixpkgs.hostPlatform = "x86_64-linux";
    elm.nixpkgs.hostPlatform = "aarch64-darwin";
  };
}
"""
DEEP = 100_000


def machine(text):
    return '{\n  "machines": {\n    "oak": %s\n  }\n}\n' % text


def instance(text):
    return '{\n  "instances": {\n    "ada": %s\n  }\n}\n' % text


def role(text):
    return '{\n  "instances": {\n    "ada": { "module": { "name": "users" }, "roles": { "default":\n      %s\n    } }\n  }\n}\n' % text


# name → (text, [(line, column, words of the message)])
WRONG = {
    "the whole is a list": ("[1]", [(1, 1, ["inventory.json is an object, not a list"])]),
    "the whole is null": ("null", [(1, 1, ["an object, not null"])]),
    "an unknown member": ('{\n  "machine": { }\n}', [(2, 3, ["no field machine", "machines"])]),
    "machines as a list": ('{\n  "machines": ["oak"]\n}', [(2, 15, ["machines is an object, not a list", '{ "web":'])]),
    "machines as null": ('{\n  "machines": null\n}', [(2, 15, ["machines is an object, not null"])]),
    "a text for a machine": (machine('"here"'), [(3, 12, ["machines.oak is an object", 'not the text "here"'])]),
    "null for a machine": (machine("null"), [(3, 12, ["machines.oak is an object, not null"])]),
    "a list for a machine": (machine("[]"), [(3, 12, ["machines.oak is an object, not a list"])]),
    "a text for tags": (machine('{ "tags": "a" }'), [(3, 22, ["machines.oak.tags is a list of tags", '[ "server" ]'])]),
    "a number for a tag": (machine('{ "tags": [ "a", 7, null ] }'), [(3, 29, ["entry 2 of machines.oak.tags is a text, not a number"]), (3, 32, ["entry 3", "not null"])]),
    "an unknown field": (machine('{ "tagz": ["a"] }'), [(3, 14, ["no field machines.oak.tagz", "did you mean `tags`"])]),
    "another unknown field": (machine('{ "system": "x86_64-linux" }'), [(3, 14, ["no field machines.oak.system", "the fields there are: name, description", "deploy"])]),
    "a class there is not": (machine('{ "machineClass": "windows" }'), [(3, 30, ['"nixos" or "darwin", not the text "windows"'])]),
    "a class that is a home": (machine('{ "machineClass": "home" }'), [(3, 30, ["homeConfigurations"])]),
    "deploy as a list": (machine('{ "deploy": [] }'), [(3, 24, ["machines.oak.deploy is an object, not a list"])]),
    "an unknown field of deploy": (machine('{ "deploy": { "targetHots": "x" } }'), [(3, 26, ["no field machines.oak.deploy.targetHots", "did you mean `targetHost`"])]),
    "a number for an address": (machine('{ "deploy": { "targetHost": 5 } }'), [(3, 40, ["targetHost is a text or null, not a number"])]),
    "a text for a switch": (machine('{ "deploy": { "forwardAgent": "yes" } }'), [(3, 42, ["true, false or null"])]),
    "a text for a time": (machine('{ "installedAt": "now" }'), [(3, 29, ["a whole number of seconds, or null"])]),
    "a fraction for a time": (machine('{ "installedAt": 1.5 }'), [(3, 29, ["a whole number of seconds"])]),
    "a number that is too large": (machine('{ "installedAt": 18446744073709551615 }'), [(3, 29, ["above 9223372036854775807"])]),
    "a name that is a number": (machine('{ "name": 1 }'), [(3, 22, ["machines.oak.name is a text, not a number"])]),
    "several at once": (machine('{ "tags": 1, "icon": [], "tgas": 1 }'), [(3, 22, ["tags"]), (3, 33, ["icon"]), (3, 37, ["tgas"])]),
    "meta as a list": ('{\n  "meta": []\n}', [(2, 11, ["meta is an object, not a list"])]),
    "a number for the name": ('{\n  "meta": {"name": 5}\n}', [(2, 20, ["letters, digits"])]),
    "a domain in capitals": ('{\n  "meta": {"domain": "UP PER"}\n}', [(2, 22, ["a domain in small letters"])]),
    "an unknown field of meta": ('{\n  "meta": {"nmae": "x"}\n}', [(2, 12, ["no field meta.nmae", "did you mean `name`"])]),
    "tags as a list": ('{\n  "tags": ["a"]\n}', [(2, 11, ["tags is an object, not a list"])]),
    "a text for the machines of a tag": ('{\n  "tags": {"a": "oak"}\n}', [(2, 17, ["tags.a is a list of machines"])]),
    "a number for a machine of a tag": ('{\n  "tags": {"a": ["oak", 4]}\n}', [(2, 25, ["entry 2 of tags.a is a text"])]),
    "null for a tag": ('{\n  "tags": {"a": null}\n}', [(2, 17, ["tags.a is a list of machines, not null"])]),
    "instances as a list": ('{\n  "instances": ["users"]\n}', [(2, 16, ["instances is an object"])]),
    "a text for an instance": (instance('"users"'), [(3, 12, ["instances.ada is an object"])]),
    "null for an instance": (instance("null"), [(3, 12, ["instances.ada is an object, not null"])]),
    "a text for the module": (instance('{ "module": "users", "roles": {} }'), [(3, 24, ["instances.ada.module is an object", '{ "name": "users" }'])]),
    "a list for the name of the module": (instance('{ "module": { "name": ["users"] }, "roles": {} }'), [(3, 34, ["module.name is a text, not a list"])]),
    "a number for the input": (instance('{ "module": { "input": 4 }, "roles": {} }'), [(3, 35, ["module.input is a text or null"])]),
    "an unknown field of the module": (instance('{ "module": { "src": "x" }, "roles": {} }'), [(3, 26, ["no field instances.ada.module.src", "name, input"])]),
    "an unknown field of an instance": (instance('{ "rolez": {} }'), [(3, 14, ["no field instances.ada.rolez", "did you mean `roles`"])]),
    "roles as a list": (instance('{ "module": { "name": "users" }, "roles": ["default"] }'), [(3, 54, ["instances.ada.roles is an object"])]),
    "a role as a list": (role('["oak"]'), [(4, 7, ["instances.ada.roles.default is an object"])]),
    "an unknown field of a role": (role('{ "machine": { "oak": {} } }'), [(4, 9, ["no field instances.ada.roles.default.machine", "did you mean `machines`"])]),
    "machines of a role as a list": (role('{ "machines": ["oak"] }'), [(4, 21, ["machines is an object, not a list", '{ "web": { } }'])]),
    "null for a member": (role('{ "machines": { "oak": null } }'), [(4, 30, ["machines.oak is an object, not null", "{ } for a member without settings"])]),
    "a text for a member": (role('{ "machines": { "oak": "x" } }'), [(4, 30, ["machines.oak is an object"])]),
    "an unknown field of a member": (role('{ "machines": { "oak": { "setings": {} } } }'), [(4, 32, ["no field", "did you mean `settings`"])]),
    "modules at a member": (role('{ "machines": { "oak": { "extraModules": [] } } }'), [(4, 48, ["extraModules belong to the role"])]),
    "a number for tags of a role": (role('{ "tags": 3 }'), [(4, 17, ["an object or a list of tags, not a number"])]),
    "a number in tags of a role": (role('{ "tags": [3] }'), [(4, 18, ["entry 1 of", "a text, not a number"])]),
    "null for a tag of a role": (role('{ "tags": { "all": null } }'), [(4, 26, ["tags.all is an object, not null"])]),
    "settings as a list": (role('{ "tags": { "all": {} }, "settings": [] }'), [(4, 44, ["settings is an object, not a list"])]),
    "settings as null": (role('{ "tags": { "all": {} }, "settings": null }'), [(4, 44, ["settings is an object, not null"])]),
    "modules as a text": (role('{ "extraModules": "x.nix" }'), [(4, 25, ["a list of paths"])]),
    "a number for a module": (role('{ "extraModules": [5] }'), [(4, 26, ["the path of a module, not a number"])]),
    "a text for who is left out": (role('{ "excludeMachines": "oak" }'), [(4, 28, ["a list of machines"])]),
    "a null character": ('{ "machines": { "oak": { "description": "a\\u0000b" } } }', [(1, 41, ["null character"])]),
    "a null character in a name": ('{ "machines": { "o\\u0000k": { } } }', [(1, 17, ["null character"])]),
    "escapes for the terminal": ('{ "machines": { "oak": "\\u001b[31m" } }', [(1, 24, ["is an object, not the text"])]),
    "a wrong value with a priority": (machine('{ "tags": { "_type": "override", "priority": 50, "content": "a" } }'), [(3, 72, ["a list of tags"])]),
}

# What is no JSON, or more than a reader takes: name → (bytes, line, column, words)
UNREADABLE = {
    "nothing": (b"", 1, 1, ["an inventory that says nothing is {}"]),
    "a comment": (b'{\n  // all of them\n  "machines": { }\n}', 2, 3, ["JSON has no comments"]),
    "a comma at the end": (b'{\n  "machines": { },\n}', 3, 1, ["no comma stands after the last entry"]),
    "Nix": (b'{\n  "machines" = { };\n}', 2, 14, ["looks like Nix"]),
    "single quotes": (b"{\n  'machines': { }\n}", 2, 3, ["double quotes"]),
    "a machine twice": (b'{\n  "machines": {\n    "oak": { },\n    "oak": { }\n  }\n}', 4, 5, ['"oak" occurs twice']),
    "a field twice": (b'{\n  "machines": {\n    "oak": { "tags": [],\n "ta\\u0067s": ["x"] }\n  }\n}', 4, 2, ["occurs twice"]),
    "a byte order mark": (b'\xef\xbb\xbf{ }', 1, 1, ["byte order mark"]),
    "UTF-16": ('{ "machines": {} }'.encode("utf-16"), 1, 1, ["UTF-8", "it looks like UTF-16"]),
    "bytes that are no UTF-8": (b'{\n  "machines": {\n    "oak": { "description": "a\xff" }\n  }\n}', 3, None, ["UTF-8"]),
    "a name that is no UTF-8": (b'{\n  "machines": {\n    "o\xffk": { }\n  }\n}', 3, None, ["UTF-8"]),
    "a raw null": (b'{ "machines": {"a\0b": {}} }', 1, None, ["U+0000"]),
    "half a character": (b'{ "machines": {"oak": {"description": "\\ud800"}} }', 1, None, ["surrogate"]),
    "lists without an end": (b"[" * (10 << 20), 1, None, ["nested more than 512 levels"]),
    "objects without an end": (b'{"a":' * DEEP, 1, None, ["nested more than 512 levels"]),
    "10 MB of lists in settings": (b'{"instances":{"ada":{"roles":{"default":{"settings":{"x":' + b"[" * (5 << 20) + b"]" * (5 << 20) + b"}}}}}}", 1, None, ["nested more than 512 levels"]),
}
READING = (["machines", "list"], ["services", "list"], ["tags"], ["check"], ["show", "oak", "networking.hostName"], ["hosts"], ["build"], ["render", "--out", "out"])
WRITING = (["tags", "add", "fir", "zz"], ["machines", "set", "fir", "description=x"], ["machines", "create", "yew"], ["machines", "delete", "fir"], ["services", "add", "grace", "--service", "users", "--tag", "all"], ["services", "remove", "ada"])


class InventoryJson(FleetTest):
    def yard(self, text, fleets={}):
        fleet = self.fleet(files={"modules/yard.nix": NIX, "inventory.json": text})
        return fleet

    def told(self, result, code):
        return [one for one in result.findings() if one["code"] == code and one["severity"] == "error"]

    def test_every_mistake_is_told_at_its_place(self):
        for name, (text, wanted) in WRONG.items():
            with self.subTest(name):
                fleet = self.yard(text)
                result = self.expect(fleet.run("check", "--json"), 1)
                errors = [one for one in result.findings() if one["severity"] == "error"]
                # Nothing else is said of it: the rest of the fleet is read without what is wrong.
                self.assertEqual([(one["code"], one["line"], one["column"]) for one in errors], [("FL0613", line, column) for line, column, _ in wanted], result.err)
                for one, (_, _, words) in zip(errors, wanted):
                    self.assertTrue(one["file"].endswith("/inventory.json"), one)
                    for word in words:
                        self.assertIn(word, one["message"] + "".join(one["notes"]))
                    self.assertNotRegex(one["message"], r"submodule|attribute set|TypeError|flake\.clan")
                self.assertNotIn("\x1b", result.err + one["message"])
                self.assertEqual({host["name"] for host in result.json()["hosts"]}, {"oak", "fir", "elm"})

    def test_what_cannot_be_read_is_told_at_its_place(self):
        for name, (text, line, column, words) in UNREADABLE.items():
            with self.subTest(name):
                result = self.expect(self.yard(text).run("check", "--json"), 1)
                errors = [one for one in result.findings() if one["severity"] == "error"]
                self.assertEqual([one["code"] for one in errors], ["FL0613"], result.err[:2000])
                self.assertEqual(errors[0]["line"], line, errors)
                if column:
                    self.assertEqual(errors[0]["column"], column, errors)
                for word in words:
                    self.assertIn(word, errors[0]["message"] + "".join(errors[0]["notes"]))
                self.assertLess(len(result.err), 5000)
                self.assertEqual({host["name"] for host in result.json()["hosts"]}, {"oak", "fir", "elm"})

    def test_every_command_tells(self):
        for name, text, code, place in (
            ("a number for a tag", WRONG["a number for a tag"][0], "FL0613", "inventory.json:3:29"),
            ("a machine twice", UNREADABLE["a machine twice"][0], "FL0613", "inventory.json:4:5"),
        ):
            for args in READING + WRITING:
                with self.subTest(name, args=args):
                    fleet = self.yard(text)
                    before = {str(path): path.read_bytes() for path in fleet.root.rglob("*") if path.is_file()}
                    result = fleet.run(*args)
                    self.assertNotEqual(result.code, 0, result.out)
                    self.assertIn(f"error[{code}]", result.err)
                    self.assertIn(place, result.err)
                    self.assertEqual({str(path): path.read_bytes() for path in fleet.root.rglob("*") if path.is_file()}, before)
                    if args in WRITING:
                        self.assertIn("nothing was changed", result.err)

    def test_the_rest_is_used(self):
        fleet = self.yard('{ "machines": { "oak": { "tags": [ "good", 7 ], "deploy": { "targetHost": "root@oak" } } },\n  "instances": { "ada": { "module": { "name": "users" }, "roles": { "default": { "tags": { "good": { } } } } }, "bad": 5 } }')
        rows = {one["name"]: one for one in json.loads(fleet.run("machines", "list", "--json").out)}
        self.assertIn("good", rows["oak"]["tags"])
        self.assertEqual((rows["oak"]["targetHost"], rows["oak"]["instances"]), ("root@oak", ["ada"]))

    def test_settings_have_their_place_in_the_file(self):
        for text, line, column, words in (
            (role('{ "tags": { "all": {} }, "settings": { "groups": "wheel" } }'), 4, 47, ["groups", "list of string"]),
            (role('{ "tags": { "all": {} }, "settings": { "grups": ["wheel"] } }'), 4, 47, ["grups"]),
            (role('{ "machines": { "oak": { "settings": { "prompt": "no" } } } }'), 4, 47, ["prompt", "boolean"]),
            (role('{ "tags": { "all": {} }, "settings": { "imports": ["x"] } }'), 4, 47, ["cannot import"]),
            (role('{ "machines": { "oka": {} } }'), None, None, ["oka", "oak"]),
            ('{\n  "services": { "sshd": { "a": { } } }\n}', 2, 18, ["inventory.services.sshd"]),
            ('{\n  "machines": { "-oak_": { } }\n}', 2, 18, ["-oak_", "letters, digits, hyphens"]),
        ):
            with self.subTest(text=text):
                result = self.expect(self.yard(text).run("check", "--json"), 1)
                errors = [one for one in result.findings() if one["severity"] == "error"]
                self.assertEqual(len({one["message"] for one in errors}), 1, result.err)
                self.assertTrue(line is None or (errors[0]["file"] or "").endswith("/inventory.json"), errors)
                if line:
                    self.assertEqual((errors[0]["line"], errors[0]["column"]), (line, column), errors)
                for word in words:
                    self.assertIn(word, errors[0]["message"] + "".join(errors[0]["notes"]))

    def test_paths_of_modules_are_below_the_fleet(self):
        fleet = self.fleet(files={"modules/yard.nix": NIX, "inventory.json": role('{ "tags": { "all": {} }, "extraModules": [ "extra/domain.nix" ] }'), "extra/domain.nix": '{ networking.domain = "extra.example.org"; }\n'})
        self.assertEqual(self.expect(fleet.run("show", "oak", "networking.domain", "--json"), 0).json(), "extra.example.org")
        fleet.write("inventory.json", role('{ "tags": { "all": {} }, "extraModules": [ "nowhere.nix" ] }'))
        result = self.expect(fleet.run("check"), 1)
        self.assertRegex(result.err, re.escape(str(fleet.root) + "/nowhere.nix"))

    def test_what_is_no_file(self):
        fleet = self.fleet(files={"modules/yard.nix": NIX, "inventory.json/x": ""})
        for args in (["check"], ["machines", "list"], ["tags", "add", "oak", "zz"]):
            self.expect(fleet.run(*args), 1 if args[0] != "tags" else fleet.run(*args).code, err=["FL0613", "inventory.json"])
