"""Every table and column has its sentence, and the pages in docs/ are what the schemas say."""
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def test_pages_are_complete_and_fresh():
    done = subprocess.run([sys.executable, ROOT / "tools" / "schema_doc.py", "--check"],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
