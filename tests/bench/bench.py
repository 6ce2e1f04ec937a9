#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""bench.py IVRSCTL BENCH-CORE HOST-TAR CORPUS: prints what docs/benchmarks.md has. Nothing passes or fails; times are the best of many runs.

iasl -d on the same table is the measure of whole programs. Instructions are counted by callgrind, for the whole process with the loader.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile

RUNS = 40


def once(core, command, directory):
    """Seconds and peak KiB of one run."""
    done = subprocess.run([core, "run", *command], cwd=directory, capture_output=True, text=True, check=True)
    seconds, memory = done.stdout.split()
    return float(seconds), int(memory)


def measure(core, commands, directory):
    """Best seconds and largest peak of each command, run in turns so that all meet the same neighbours."""
    best, peak = [float("inf")] * len(commands), [0] * len(commands)
    for _ in range(RUNS):
        for i, command in enumerate(commands):
            seconds, memory = once(core, command, directory)
            best[i], peak[i] = min(best[i], seconds), max(peak[i], memory)
    return best, peak


def instructions(command, directory, function=None):
    """Instructions that callgrind counts, or None without valgrind."""
    if not shutil.which("valgrind"):
        return None
    only = [f"--toggle-collect={function}"] if function else []
    done = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *only, *command], cwd=directory,
                          capture_output=True, text=True, check=False)
    found = re.search(r"Collected\s*:\s*(\d+)", done.stderr)
    return int(found[1]) if found else None


def row(what, figure, aim):
    print(f"| {what} | {figure} | {aim} |")


def whole(core, name, command, iasl, directory, ratio, memory):
    (mine, theirs), (peak, _) = measure(core, [command, iasl], directory)
    row(f"{name}, time", f"{mine * 1e3:.1f} ms; iasl -d {theirs * 1e3:.1f} ms; ratio {mine / theirs:.2f}", ratio)
    row(f"{name}, peak memory", f"{peak / 1024:.1f} MiB", memory)
    counts = [instructions(each, directory) for each in (command, iasl)]
    if all(counts):
        row(f"{name}, instructions", f"{counts[0] / 1e6:.2f} million; iasl -d {counts[1] / 1e6:.2f} million; ratio {counts[0] / counts[1]:.2f}", "")


def blocks(core, count):
    runs = [subprocess.run([core, "blocks", str(count), "4096"], capture_output=True, text=True, check=True).stdout for _ in range(5)]
    values = [list(map(float, re.match(r"seconds (\S+) peak (\d+) table (\d+)", run).groups())) for run in runs]
    return min(value[0] for value in values), values[0][1], values[0][2]


def main():
    ivrsctl, core, host, corpus = sys.argv[1:]
    corpus = pathlib.Path(os.environ.get("LIBIVRS_CORPUS", corpus))
    with tempfile.TemporaryDirectory() as directory:
        directory = pathlib.Path(directory)
        with tarfile.open(host) as snapshot:
            snapshot.extractall(directory / "host")
        table = directory / "IVRS.dat"
        shutil.copy(directory / "host/sys/firmware/acpi/tables/IVRS", table)
        iasl = ["iasl", "-d", str(table)]
        print("| what | measured | aim |\n|---|---|---|")
        if shutil.which("iasl"):
            whole(core, "`ivrsctl show --table`, bundled host's table", [ivrsctl, "show", "--table", str(table)], iasl, directory,
                  "not slower", "under 12 MiB")
            whole(core, "`ivrsctl simulate --sysroot`, bundled host unpacked", [ivrsctl, "simulate", "--sysroot", str(directory / "host")], iasl,
                  directory, "ratio under 3", "")
        real = corpus / "MSI-PRO-B850M-A.ivrs"
        if not real.exists():
            print("MSI-PRO-B850M-A.ivrs is not at hand: the bundled host's table stands in for it", file=sys.stderr)
            real = table
        for way, text in (("ranges", "from the ranges that it gives"), ("each", "asked for one by one")):
            count = instructions([core, way, str(real)], directory, f"measured_{way}")
            if count:
                row(f"read {real.stem} and judge 65,536 device ids, {text}", f"{count / 1e6:.2f} million instructions", "under 5 million")
        one, peak, size = blocks(core, 100000)
        two, peak2, size2 = blocks(core, 200000)
        row("100,000 IVMD blocks (3.2 MB), 4,096 devices", f"{one:.3f} s", "under 1 s")
        row("200,000 blocks against 100,000", f"{two / one:.2f} times the time", "under 2.3")
        row("memory for 100,000 blocks", f"{peak / 2**20:.1f} MiB; {(peak - 2**20) / size:.2f} times the table, plus 1 MiB", "under 3 times, plus 1 MiB")
        row("memory for 200,000 blocks", f"{peak2 / 2**20:.1f} MiB; {(peak2 - 2**20) / size2:.2f} times the table, plus 1 MiB", "the same")


if __name__ == "__main__":
    main()
