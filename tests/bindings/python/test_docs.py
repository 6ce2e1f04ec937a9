# SPDX-License-Identifier: LGPL-2.1-or-later
"""docs/python.md is run block by block and prints what it says; examples/preflight.py answers."""

import contextlib
import io
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import scene
import sysroot

SOURCE = pathlib.Path(os.environ.get("IVRS_SOURCE", pathlib.Path(__file__).parents[3]))


class DocsTest(unittest.TestCase):
    def test_python_md(self):
        text = (SOURCE / "docs/python.md").read_text(encoding="utf-8")
        blocks = re.findall(r"^```(python|text)\n(.*?)^```$", text, re.M | re.S)
        self.assertGreater(len(blocks), 10)
        with tempfile.TemporaryDirectory() as directory:
            sysroot.write(directory)
            names, printed, runs = {}, "", 0
            for kind, block in blocks:
                if kind == "text":
                    self.assertEqual(printed, block)
                    runs += 1
                    continue
                out = io.StringIO()
                code = block.replace('pathlib.Path("/")', f"pathlib.Path({directory!r})")
                with contextlib.redirect_stdout(out):
                    exec(compile(code, "docs/python.md", "exec"), names)  # noqa: S102
                printed = out.getvalue()
        self.assertGreater(runs, 6)


class PreflightTest(unittest.TestCase):
    def preflight(self, *arguments, blocks=sysroot.BLANKET, **host):
        with tempfile.TemporaryDirectory() as directory:
            sysroot.write(directory, *blocks, **host)
            return subprocess.run(
                [sys.executable, str(SOURCE / "examples/preflight.py"), "--sysroot", directory, *arguments],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True, check=False,
            )  # fmt: skip

    def test_refused(self):
        result = self.preflight("01:00.0")
        self.assertEqual(result.returncode, 3, result.stderr)
        self.assertEqual(len(result.stdout.splitlines()), 1)
        self.assertIn("0000:01:00.0", result.stdout)
        self.assertEqual(result.stderr, "")

    def test_fine(self):
        result = self.preflight("0000:01:00.0", blocks=(scene.ivhd(),))
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertIn("0000:01:00.0", result.stdout)

    def test_older_kernel(self):
        self.assertEqual(self.preflight("01:00.0", release="6.1.0-50-amd64").returncode, 0)

    def test_no_such_device(self):
        result = self.preflight("0f:00.0")
        self.assertEqual((result.returncode, result.stdout), (1, ""))
        self.assertIn("0000:0f:00.0", result.stderr)

    def test_bad_device(self):
        result = self.preflight("nonsense")
        self.assertEqual((result.returncode, result.stdout), (1, ""))
        self.assertIn("nonsense", result.stderr)

    def test_no_host(self):
        result = subprocess.run(
            [sys.executable, str(SOURCE / "examples/preflight.py"), "--sysroot", "/nonexistent", "01:00.0"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True, check=False,
        )  # fmt: skip
        self.assertEqual((result.returncode, result.stdout), (1, ""))
        self.assertIn("/nonexistent", result.stderr)
        self.assertNotIn("Traceback", result.stderr)

    def test_no_table(self):
        result = self.preflight("01:00.0", blocks=())
        self.assertEqual(result.returncode, 3)


if __name__ == "__main__":
    unittest.main()
