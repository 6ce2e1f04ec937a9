#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test-c.py COMPILER SOURCE LIBIVRS LIBIVRS-HOST: the programs of docs/c.md compile as they stand there and answer rightly."""
import os
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile


def main():
    compiler, source, *libraries = sys.argv[1:]
    source = pathlib.Path(source)
    directories = [os.path.dirname(library) for library in libraries]
    programs = dict(re.findall(r"```c\n/\* (\S+)\.c \*/\n(.*?)```", (source / "docs/c.md").read_text(), re.S))
    problems = []
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        for name, text in programs.items():
            (scratch / f"{name}.c").write_text(text)
            subprocess.run([compiler, "-std=c11", "-Wall", "-Wextra", "-pedantic", "-Wshadow", "-Werror", "-g",
                            f"-I{source}/include", "-o", scratch / name, scratch / f"{name}.c",
                            *libraries, *(f"-Wl,-rpath,{directory}" for directory in directories)], check=True)
        with tarfile.open(source / "examples/hosts/am5-blanket.tar.gz") as snapshot:
            snapshot.extractall(scratch / "host")
        table = scratch / "host/sys/firmware/acpi/tables/IVRS"
        cut = scratch / "cut"
        cut.write_bytes(table.read_bytes()[:60])
        (scratch / "empty").mkdir()

        def expect(status, pattern, name, *arguments):
            done = subprocess.run([scratch / name, *arguments], capture_output=True, text=True, check=False)
            if done.returncode != status or not re.search(pattern, done.stdout + done.stderr, re.S):
                problems.append(f"{name} {arguments}: exit {done.returncode}, expected {status}, and {pattern!r} in:\n"
                                f"{done.stdout}{done.stderr}")

        expect(3, r"IVRS-042 blocked: offset 0x", "judge-table", table)
        expect(1, r"IVRS-004 .*the bytes end too early", "judge-table", cut)
        expect(2, "", "judge-table")
        expect(0, r"group 7: refused, EINVAL at VFIO_GROUP_SET_CONTAINER, because of 0000:01:00\.0\n", "judge-host", scratch / "host")
        expect(0, r"group 11: refused", "judge-host", source / "examples/hosts/am5-blanket.tar.gz")
        expect(1, r"IVRS: No such file", "judge-host", scratch / "empty")
        expect(1, r"nowhere", "judge-host", scratch / "nowhere")
        expect(0, r"none: refused\nblanket: ok\n  guest memory may be at 0x0-0xfedfffff\n.*unchecked: ok\n", "what-if", table)
    if set(programs) != {"judge-table", "judge-host", "what-if"}:
        problems.append(f"programs found: {sorted(programs)}")
    print("\n".join(problems) or f"{len(programs)} programs")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
