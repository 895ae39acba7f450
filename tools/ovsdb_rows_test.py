#!/usr/bin/python3
"""Tests of ovsdb_rows.py: what it refuses, and how names come out."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
SCHEMA = """
{"name": "D", "tables": {
  "NB_Global": {"columns": {
    "table": {"type": "string"}, "uuid": {"type": "integer"}, "columns": {"type": "boolean"},
    "class": {"type": {"key": {"type": "uuid", "refTable": "sFlow"}, "min": 0, "max": 3}},
    "other": {"type": {"key": "integer", "value": {"type": "uuid", "refTable": "NB_Global"},
                       "min": 0, "max": "unlimited"}}}},
  "sFlow": {"columns": {"name": {"type": {"key": "string", "min": 0}}}}}}
"""


class Rows(unittest.TestCase):
    def generate(self, columns):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder)
            (path / "d.ovsschema").write_text(SCHEMA)
            (path / "d.columns").write_text(columns)
            done = subprocess.run(
                [sys.executable, HERE / "ovsdb_rows.py", "--schema", path / "d.ovsschema",
                 "--columns", path / "d.columns", "--namespace", "n", "--output", path / "d.h"],
                capture_output=True, text=True, check=False)
            header = (path / "d.h").read_text() if done.returncode == 0 else ""
            return done, header

    def refused(self, columns, why):
        done, _ = self.generate(columns)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(why, done.stderr)

    def test_names_that_clash_get_an_underscore(self):
        done, header = self.generate("NB_Global: *\nsFlow: name\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        for text in ("struct NBGlobal {", "struct SFlow {", "std::int64_t uuid_ = 0;",
                     "bool columns_ = false;", "kTable_", "::mooring::Set<::mooring::store::Ref<SFlow>> class_",
                     "::mooring::Map<std::int64_t, ::mooring::store::Ref<NBGlobal>> other",
                     "std::optional<std::string> name", "::mooring::store::Table<SFlow> sflow;"):
            self.assertIn(text, header)

    def test_references_out_of_the_list_are_uuids(self):
        done, header = self.generate("NB_Global: class  # and nothing else\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("::mooring::Set<::mooring::Uuid> class_", header)

    def test_what_is_wrong_is_named(self):
        self.refused("Nothing: a\n", "no table Nothing; it has NB_Global, sFlow")
        self.refused("sFlow: name nam\n", "sFlow has no column nam; it has name")
        self.refused("sFlow: name\n  name\n", "lists a column twice")
        self.refused("sFlow: name\nsFlow: name\n", ":2: sFlow is listed already")
        self.refused("  name\n", ":1: an indented line continues nothing")
        self.refused("sFlow name\n", ":1: expected 'Table: column ...'")


if __name__ == "__main__":
    unittest.main()
