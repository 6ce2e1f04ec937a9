# SPDX-License-Identifier: LGPL-2.1-or-later
"""The lifetime tests under valgrind: no wrong access, and nothing of libivrs is lost.

The interpreter itself loses memory by design, so a loss counts only when libivrs or its wrapper has allocated it.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent


def main():
    valgrind = shutil.which("valgrind")
    if valgrind is None or "LD_PRELOAD" in os.environ:
        print("SKIP: valgrind isn't installed" if valgrind is None else "SKIP: a sanitizer watches already")
        return 77
    with tempfile.NamedTemporaryFile("r") as log:
        result = subprocess.run(
            [valgrind, "--quiet", "--leak-check=full", "--show-leak-kinds=definite,indirect", f"--log-file={log.name}",
             "--num-callers=40", sys.executable, str(HERE / "test_lifetime.py")],
            env={**os.environ, "PYTHONMALLOC": "malloc", "IVRS_LIFETIME_STEP": "29"}, check=False,
        )  # fmt: skip
        records = re.split(r"\n==\d+== ?\n", log.read())
    # With debugging information the frames name functions, without it files.
    ours = [r for r in records if re.search(r"\b(_wrap_|raw_)?ivrs_\w+ \(|libivrs|_ivrs\.cpython", r)]
    print("\n\n".join(ours))
    print(f"{len(records)} records, {len(ours)} of libivrs, test exit status {result.returncode}")
    return 1 if ours or result.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
