#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""install.py CMAKE COMPILER SOURCE BUILD bindings|none

Installs into an empty prefix and runs use.py there with the source and the build directory hidden behind empty ones.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent


def names_of_this_machine(prefix, source, build):
    """Installed text files that name the source or the build directory, and libraries that would look there."""
    for path in prefix.rglob("*"):
        if path.is_symlink() or not path.is_file():
            continue
        data = path.read_bytes()
        if data[:4] == b"\x7fELF":
            data = subprocess.run(["readelf", "-d", path], check=True, capture_output=True).stdout
        for directory in (source, build):
            if re.search(re.escape(str(directory).encode()) + rb"\b", data):
                yield f"{path.relative_to(prefix)} names {directory}"


def main():
    cmake, compiler, source, build, bindings = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="ivrs-install-") as scratch:
        scratch = pathlib.Path(scratch)
        prefix = scratch / "prefix"
        subprocess.run([cmake, "--install", build, "--prefix", prefix], check=True, stdout=subprocess.DEVNULL)
        problems = list(names_of_this_machine(prefix, source, build))
        for problem in problems:
            print(problem)

        # What the checks need of the source, as a user would have it from elsewhere.
        for name in ("examples/preflight.c", "examples/hosts/am5-blanket.tar.gz", "docs/c.md", "tests/install/use.py"):
            shutil.copy(pathlib.Path(source) / name, scratch)
        if bindings == "bindings":
            for name in ("preflight.py", "preflight.pl", "preflight.go"):
                shutil.copy(pathlib.Path(source) / "examples" / name, scratch)
        (scratch / "empty").mkdir()
        hide = f"mount --bind {scratch}/empty {source} && mount --bind {scratch}/empty {build} 2>/dev/null; "
        command = [sys.executable, "-B", str(scratch / "use.py"), cmake, compiler, str(prefix), str(scratch), bindings]
        can_hide = subprocess.run(["unshare", "-m", "sh", "-c", f"mount --bind {scratch}/empty {source} && ! test -e {source}/lib"],
                                  capture_output=True, check=False).returncode == 0
        if can_hide:
            command = ["unshare", "-m", "sh", "-c", hide + 'cd "$0" && exec "$@"', str(scratch), *command]
        else:
            print("The source could not be hidden (unshare -m needs root): an installed file that reads it would not be noticed")
        environment = {key: value for key, value in os.environ.items()
                       if key not in ("LD_LIBRARY_PATH", "PKG_CONFIG_PATH", "PYTHONPATH", "PERL5LIB", "CMAKE_PREFIX_PATH", "MANPATH")}
        used = subprocess.run(command, cwd=scratch, env=environment, check=False)
        return 1 if problems or used.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
