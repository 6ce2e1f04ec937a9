#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What README.md shows is what ivrsctl prints: readme.py IVRSCTL SOURCE

Every fenced block that begins with `$ ivrsctl` is run in SOURCE, at 80 columns. A line [...] stands for lines that are left out.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile


def run(command, ivrsctl, source):
    with tempfile.TemporaryDirectory() as tools:
        os.symlink(os.path.abspath(ivrsctl), os.path.join(tools, "ivrsctl"))
        env = dict(os.environ, PATH=tools + ":" + os.environ["PATH"], COLUMNS="80")
        return subprocess.run(command, shell=True, cwd=source, env=env, stdout=subprocess.PIPE, check=False).stdout.decode()


def matches(shown, real):
    """True when the shown lines are the real ones, [...] standing for any number of them."""
    pieces = [[]]
    for line in shown:
        if line == "[...]":
            pieces.append([])
        else:
            pieces[-1].append(line)
    at = len(pieces[0])
    if real[:at] != pieces[0]:
        return False
    for piece in pieces[1:-1]:
        while real[at : at + len(piece)] != piece:
            if at >= len(real):
                return False
            at += 1
        at += len(piece)
    if len(pieces) == 1:
        return len(real) == at
    return len(real) - at >= len(pieces[-1]) and (not pieces[-1] or real[-len(pieces[-1]) :] == pieces[-1])


def main():
    ivrsctl, source = sys.argv[1:]
    with open(os.path.join(source, "README.md"), encoding="utf-8") as f:
        blocks = re.findall(r"^```\n\$ (ivrsctl .*?)\n```$", f.read(), re.M | re.S)
    passed = failed = skipped = 0
    for block in blocks:
        command, *shown = block.split("\n")
        while command.rstrip().endswith("|"):
            command += "\n" + shown.pop(0)
        if "jq" in command and not shutil.which("jq"):
            print("SKIP: jq isn't installed:", command.split("\n")[0])
            skipped += 1
            continue
        real = [line.rstrip() for line in run(command, ivrsctl, source).rstrip("\n").split("\n")]
        if matches([line.rstrip() for line in shown], real):
            passed += 1
        else:
            failed += 1
            print("FAIL:", command, *real, sep="\n")
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
