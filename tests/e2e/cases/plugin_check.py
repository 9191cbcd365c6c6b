"""`fleetd plugin check` finds each fault of plugins that have one, survives those that crash and hang, and is content with the examples."""

import shutil
import subprocess
import sys
from pathlib import Path

from harness import FIXTURES, SETUP, FleetTest

ROOT = Path(__file__).resolve().parents[3]
NAME = "org.example.faulty.so"

# Fault of fixtures/plugins/faulty.c, code, step, words of the finding.
FAULTS = [
    ("SYMBOL", "FL0339", "file", "another_symbol"),
    ("CRASH", "FL0344", "schema", "SIGABRT"),
    ("HANG", "FL0345", "schema", "within 1 s"),
    ("EXIT", "FL0344", "schema", "exit status 0"),
    ("STATUS", "FL0341", "schema", "the status 17"),
    ("SILENT", "FL0309", "schema", "it failed"),
    ("NOT_UTF8", "FL0341", "schema", "not UTF-8"),
    ("NO_TEXT_END", "FL0341", "schema", "has no end"),
    ("NULL_ERROR", "FL0344", "schema", "SIGSEGV"),
    ("COUNTER", "FL0342", "rules", "second call gave other bytes"),
    ("PROCESS", "FL0342", "rules", "another process gave other bytes"),
    ("OUTPUT", "FL0343", "schema", "standard output"),
    ("NO_DOC", "FL0340", "schema document", "enable: it has no text"),
    ("DEFAULT", "FL0340", "schema document", "enable: its default is not of its type"),
    ("GARBAGE", "FL0310", "schema document", "msgpack"),
    ("OUTSIDE", "FL0312", "rules", "security"),
    ("LEAVES_EMPTY", "FL0341", "rules", "wrote nothing"),
    ("KEPT_WRITER", "FL0341", "schema", "writer of a call that has ended"),
    ("ANY_EXTENSION", "FL0341", "get_extension", "does not exist"),
    ("TWO_MANIFESTS", "FL0341", "manifest", "beyond its count"),
    ("ID", "FL0305", "manifest", "id has characters"),
    ("NEWER", "FL0304", "manifest", "0.999.0"),
    ("FLAGS", "FL0346", "manifest", "a process of its own"),
]


class Check(FleetTest):
    def build(self, fault, directory, name=NAME):
        library = directory / name
        command = [shutil.which("cc") or "gcc", "-std=c11", "-D_DEFAULT_SOURCE", "-fPIC", "-shared", "-fvisibility=hidden", "-I", str(ROOT / "sdk/include"), f"-DFAULT={fault}"]
        if fault == "SYMBOL":
            command.append("-DWITH_SYMBOL")
        done = subprocess.run([*command, str(FIXTURES / "plugins/faulty.c"), "-o", str(library)], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return library

    def test_faults(self):
        fleet = self.fleet()
        for fault, code, step, words in FAULTS:
            with self.subTest(fault):
                library = self.build(fault, fleet.base)
                result = self.expect(fleet.run("plugin", "check", str(library), "--json", "--timeout", "1"), 1)
                findings = result.json()["findings"]
                hits = [f for f in findings if f["code"] == code and f["step"].startswith(step) and words in f["message"]]
                self.assertTrue(hits, findings)
                self.assertTrue(all(f["hint"] for f in findings), "a way out")

    def test_one_line_a_finding(self):
        fleet = self.fleet()
        library = self.build("NO_DOC", fleet.base)
        out = self.expect(fleet.run("plugin", "check", str(library)), 1).out
        self.assertRegex(out, r"(?m)^FL0340 schema document: enable: it has no text; say .*$")
        self.assertIn("1 finding;", out)

    def test_without_fault(self):
        fleet = self.fleet()
        library = self.build("NONE", fleet.base)
        self.expect(fleet.run("plugin", "check", str(library)), 0, out=["nothing found", "org.example.faulty 1.0.0"])

    def test_another_file_name(self):
        fleet = self.fleet()
        library = self.build("NONE", fleet.base, "other.so")
        self.expect(fleet.run("plugin", "check", str(library)), 1, out=["FL0305", "org.example.faulty.so"])

    def test_files_that_are_no_libraries(self):
        fleet = self.fleet()
        whole = self.build("NONE", fleet.base).read_bytes()
        for number, content in enumerate((b"", b"text\n", b"\x7fELF", whole[:64], whole[:1000], whole[: len(whole) // 2], Path(sys.executable).resolve().read_bytes()[:4096], b"\xca\xfe\xba\xbe" + b"\0" * 60)):
            with self.subTest(number):
                file = fleet.base / NAME
                file.write_bytes(content)
                self.expect(fleet.run("plugin", "check", str(file)), 1, out=["FL0338"])
        self.expect(fleet.run("plugin", "check", str(fleet.base / "none.so")), 1, err=["FL0002"])
        self.expect(fleet.run("plugin", "check"), 2, err=["needs a file"])
        self.expect(fleet.run("plugin", "chek", "x"), 2, err=["did you mean `check`"])

    def test_damaged_libraries(self):
        """Bytes turned anywhere in the headers never end the checker itself."""
        fleet = self.fleet()
        whole = bytearray(self.build("NONE", fleet.base).read_bytes())
        file = fleet.base / NAME
        section_table = int.from_bytes(whole[40:48], "little")
        for at in [*range(16, 64, 4), *range(section_table, min(section_table + 512, len(whole)), 24)]:
            changed = bytearray(whole)
            changed[at] ^= 0xFF
            file.write_bytes(changed)
            code = fleet.run("plugin", "check", str(file), "--timeout", "5").code
            self.assertIn(code, (0, 1), at)

    def test_every_example_and_plugin(self):
        """What is delivered passes its own check."""
        build = Path(SETUP.binary).parent
        libraries = sorted([*(build / "sdk/examples").glob("*/*.so"), *(build / "plugins").rglob("*.so")])
        self.assertGreater(len(libraries), 10)
        fleet = self.fleet()
        for library in libraries:
            with self.subTest(library.name):
                self.expect(fleet.run("plugin", "check", str(library)), 0, out=["nothing found"])
