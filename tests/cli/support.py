# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests of ivrsctl share: the tool, the bundled host, tables made of its bytes, and the schemas.

The environment names the tool (IVRSCTL) and may name another host (IVRSCTL_HOST); ctest sets both.
"""
import json
import os
import pathlib
import struct
import subprocess
import sys
import tarfile
import tempfile
import unittest
import warnings

try:
    import jsonschema
except ImportError:
    jsonschema = None

SOURCE = pathlib.Path(__file__).resolve().parents[2]
SCHEMAS = SOURCE / "cli" / "schema"
TOOL = os.environ.get("IVRSCTL", "ivrsctl")
HOST = os.environ.get("IVRSCTL_HOST", str(SOURCE / "examples" / "hosts" / "am5-blanket.tar.gz"))
TABLE = "sys/firmware/acpi/tables/IVRS"

if jsonschema is None:
    print("SKIP: python3-jsonschema isn't installed; JSON is read but not validated", file=sys.stderr)


class Result:
    def __init__(self, done):
        self.status = done.returncode
        self.out = done.stdout.decode("utf-8")
        self.err = done.stderr.decode("utf-8")

    def __repr__(self):
        return f"status {self.status}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"


def run(*args, stdin=b"", env=None, cwd=None):
    environment = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
    environment.update(env or {})
    return Result(subprocess.run([TOOL, *map(str, args)], input=stdin, capture_output=True, env=environment,
                                 cwd=cwd, timeout=60, check=False))


def unpack(target):
    with tarfile.open(HOST) as tar:
        tar.extractall(target)


def host_table():
    with tarfile.open(HOST) as tar:
        for member in tar:
            if member.name.removeprefix("./") == TABLE:
                return tar.extractfile(member).read()
    raise RuntimeError(f"{HOST} holds no IVRS")


def mended(table):
    """The table with its length field and checksum made right."""
    table = bytearray(table)
    struct.pack_into("<I", table, 4, len(table))
    table[9] = 0
    table[9] = -sum(table) & 0xff
    return bytes(table)


def ivmd(block_type=0x22, flags=0x08, length=32, devid=0, aux=0xffff, start=0x80000000, size=0x1000):
    return struct.pack("<BBHHHQQQ", block_type, flags, length, devid, aux, 0, start, size)


def acpidump(*tables):
    text = ""
    for name, data in tables:
        text += f"{name} @ 0x0000000000000000\n"
        for at in range(0, len(data), 16):
            row = data[at:at + 16]
            text += f"    {at:04X}: {' '.join(f'{b:02X}' for b in row):<48} {'.' * len(row)}\n"
        text += "\n"
    return text.encode()


def validate(document):
    if jsonschema is None:
        return
    command = document["schema"].removeprefix("ivrsctl-").split("/")[0]
    schema = json.loads((SCHEMAS / f"ivrsctl-{command}.json").read_text())
    common = json.loads((SCHEMAS / "ivrsctl-common.json").read_text())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # newer releases have another resolver, Debian 12 hasn't
        validator = make_validator(schema, common)
    validator.validate(document)


def make_validator(schema, common):
    resolver = jsonschema.RefResolver(schema["$id"], schema, store={common["$id"]: common})
    return jsonschema.Draft202012Validator(schema, resolver=resolver)


class ToolTest(unittest.TestCase):
    """A directory of its own for each test, and the bundled host."""

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.dir = pathlib.Path(temporary.name)

    def file(self, data, name="table.ivrs"):
        path = self.dir / name
        path.write_bytes(data)
        return path

    def json(self, *args, status=0, **kwargs):
        result = run(*args, "--json", **kwargs)
        self.assertEqual(result.status, status, result)
        document = json.loads(result.out)
        validate(document)
        return document

    def text(self, *args, status=0, **kwargs):
        result = run(*args, **kwargs)
        self.assertEqual(result.status, status, result)
        return result.out

    def refused(self, status, words, *args, **kwargs):
        """An error: nothing on standard output, one line on standard error that says @words."""
        result = run(*args, **kwargs)
        self.assertEqual(result.status, status, result)
        self.assertEqual(result.out, "", result)
        self.one_line(result, words)
        return result

    def one_line(self, result, words):
        self.assertEqual(result.err.count("\n"), 1, result)
        self.assertTrue(result.err.startswith("ivrsctl: "), result)
        for word in [words] if isinstance(words, str) else words:
            self.assertIn(word, result.err)
