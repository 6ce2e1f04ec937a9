#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""names.py check|renew STORED NAMES-PROGRAM COMPILER HEADER...

Compares (or stores) the value of every enumerator and constant of the headers, and the names that the library answers with. No function's
type shows them, so abidiff can't see one change.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

import headers


def constants(compiler, paths):
    """Lines "constant NAME VALUE", as the compiler sees them."""
    items, _ = headers.read_headers(paths)
    # The version is meant to change.
    names = [item.name for item in items if item.kind in ("enumerator", "macro") and not item.name.startswith("IVRS_VERSION_")]
    include = pathlib.Path(paths[0]).parent.parent
    with tempfile.TemporaryDirectory() as directory:
        source, program = os.path.join(directory, "constants.c"), os.path.join(directory, "constants")
        with open(source, "w", encoding="ascii") as out:
            out.write("#include <stdio.h>\n#include <libivrs/host.h>\nint main(void)\n{\n")
            out.writelines(f'printf("constant {name} 0x%llx\\n", (unsigned long long){name});\n' for name in names)
            out.write("return 0;\n}\n")
        subprocess.run([compiler, "-std=c11", f"-I{include}", "-o", program, source], check=True)
        return subprocess.run([program], check=True, capture_output=True, text=True).stdout.splitlines()


def main():
    command, stored, program, compiler, *paths = sys.argv[1:]
    lines = constants(compiler, paths)
    lines += subprocess.run([program], check=True, capture_output=True, text=True).stdout.splitlines()
    stored = pathlib.Path(stored)
    if command == "renew":
        stored.write_text("".join(f"{line}\n" for line in sorted(lines)), encoding="ascii")
        return 0
    old, new = set(stored.read_text(encoding="ascii").splitlines()), set(lines)
    for line in sorted(old - new):
        print(f"gone or changed: {line}", file=sys.stderr)
    for line in sorted(new - old):
        print(f"new: {line}", file=sys.stderr)
    if old != new:
        print("Names or numbers differ from the stored ones. If that is meant: cmake --build BUILD --target abi-renew", file=sys.stderr)
        return 1
    print(f"{len(new)} names and numbers as stored")
    return 0


if __name__ == "__main__":
    sys.exit(main())
