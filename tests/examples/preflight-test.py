#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""preflight-test.py PREFLIGHT RECORDED: the example's yes and no are those of recorded kernels, for every function of each.

Every fourth recorded table on both kernels: to replay all of them is the work of tests/replay.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile

YES, UNKNOWN, USAGE, NO = 0, 1, 2, 3


def ask(program, *arguments):
    """Exit status and sentence."""
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def expect(problems, where, program, arguments, status, pattern):
    got, sentence = ask(program, *arguments)
    if got != status or not re.fullmatch(pattern, sentence):
        problems.append(f"{where}: exit {got}, expected {status}: {sentence!r}")


def members(root, group):
    directory = pathlib.Path(root, "sys/kernel/iommu_groups", group, "devices")
    return sorted(os.listdir(directory)) if directory.is_dir() else []


def main():
    program, recorded = sys.argv[1:]
    problems, asked = [], 0
    for run in sorted(pathlib.Path(recorded).iterdir()):
        if run.name.startswith("r") and int(run.name[1:4]) % 4:
            continue
        claims = json.loads((run / "expected.json").read_text())["claims"]
        with tempfile.TemporaryDirectory() as root:
            with tarfile.open(run / "snapshot.tar.gz") as snapshot:
                snapshot.extractall(root, filter="data") if hasattr(tarfile, "data_filter") else snapshot.extractall(root)
            for group, claim in claims.items():
                granted = claim.get("set_container") == "0" and claim.get("set_iommu") == "0"
                for device in members(root, group):
                    expect(problems, f"{run.name} {device}", program, [device, root], YES if granted else NO, r"[^\n]+\n")
                    asked += 1

    with tempfile.TemporaryDirectory() as root:
        unknown = r"[^\n]*isn't known: [^\n]+\n"
        expect(problems, "a host without IVRS", program, ["0000:01:00.0", root], UNKNOWN, unknown)
        tables = pathlib.Path(root, "sys/firmware/acpi/tables")
        tables.mkdir(parents=True)
        (tables / "IVRS").write_bytes(b"IVRS" + b"\xff" * 90)
        expect(problems, "a table that is cut", program, ["0000:01:00.0", root], UNKNOWN, unknown)
        expect(problems, "no device", program, ["../../etc", root], UNKNOWN, unknown)
    expect(problems, "no argument", program, [], USAGE, "")

    print("\n".join(problems) or f"{asked} functions of recorded hosts")
    return 1 if problems or asked < 100 else 0


if __name__ == "__main__":
    sys.exit(main())
