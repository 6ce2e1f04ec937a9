#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test-man.py MANDOC SOURCE BUILD: libivrs(3) and one page per public function, which mandoc finds no fault with."""
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "abi"))
import headers  # noqa: E402


def main():
    mandoc, source, build = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    if not mandoc or mandoc.endswith("-NOTFOUND"):
        print("SKIP: mandoc is missing (Debian package mandoc)")
        return 77
    if not (build / "man3").is_dir():
        print("SKIP: the pages were not made, because doxygen is missing (Debian package doxygen)")
        return 77
    items, _ = headers.read_headers(sorted((source / "include/libivrs").glob("*.h")))
    functions = {item.name for item in items if item.kind == "function"}
    pages = {path.stem for path in (build / "man3").glob("*.3")}
    problems = [f"no page for {name}" for name in sorted(functions - pages)] + [f"a page for {name}" for name in sorted(pages - functions)]
    # Names of functions are in lower case, and some are longer than a title line has room for.
    lint = subprocess.run([mandoc, "-Tlint", "-Wwarning", build / "libivrs.3", *sorted((build / "man3").glob("*.3"))],
                          capture_output=True, text=True, check=False)
    problems += (lint.stdout + lint.stderr).splitlines()
    print("\n".join(problems) or f"{len(pages)} pages")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
