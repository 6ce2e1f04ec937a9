# SPDX-License-Identifier: LGPL-2.1-or-later
"""Wheel and source archive, offline. The extension holds the core library, so that a wheel needs nothing installed;
LINK_SYSTEM_LIBIVRS=1 links the installed one. (CMake doesn't use this file.)
"""

import os
import pathlib
import shutil
import subprocess

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.command.sdist import sdist

HERE = pathlib.Path(__file__).resolve().parent
BUNDLE = HERE / "libivrs"  # in a source archive
TREE = HERE.parent.parent  # in the project's tree
ROOT = BUNDLE if BUNDLE.is_dir() else TREE
HEADERS = "explain ivrs kernel report simulate status table topology version".split()


def core():
    """Files of the core library: everything in lib/ itself, nothing of lib/host."""
    return sorted(path for path in (ROOT / "lib").iterdir() if path.suffix in (".c", ".h", ".def"))


def make_wrapper(target):
    """The wrapper as SWIG makes it; a source archive brings it along."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if ROOT == BUNDLE:
        shutil.copy(BUNDLE / "ivrs_wrap.c", target)
        return
    subprocess.run(
        [os.environ.get("SWIG", "swig"), "-python", "-builtin", "-threads", f"-I{ROOT / 'include'}", "-outdir",
         str(target.parent), "-o", str(target), str(TREE / "bindings" / "ivrs.i")],
        check=True,
    )  # fmt: skip


class BuildExtension(build_ext):
    def build_extension(self, extension):
        wrapper = pathlib.Path(self.build_temp).resolve() / "ivrs_wrap.c"
        make_wrapper(wrapper)
        extension.sources = [str(wrapper)]
        extension.extra_compile_args = ["-std=gnu11", "-w"]
        if os.environ.get("LINK_SYSTEM_LIBIVRS") == "1":
            flags = subprocess.run(["pkg-config", "--cflags", "--libs", "libivrs"], check=True, stdout=subprocess.PIPE)
            for flag in flags.stdout.decode().split():
                (extension.extra_link_args if flag[:2] in ("-l", "-L") else extension.extra_compile_args).append(flag)
        else:
            extension.sources += [str(path) for path in core() if path.suffix == ".c"]
            extension.include_dirs += [str(ROOT / "include"), str(ROOT / "lib")]
            extension.define_macros.append(("_GNU_SOURCE", None))
            extension.extra_compile_args.append("-fvisibility=hidden")
        super().build_extension(extension)


class SourceArchive(sdist):
    def make_release_tree(self, base_dir, files):
        super().make_release_tree(base_dir, files)
        bundle = pathlib.Path(base_dir) / "libivrs"
        for path in core():
            self.copy_into(path, bundle / "lib")
        for name in HEADERS:
            self.copy_into(ROOT / "include" / "libivrs" / f"{name}.h", bundle / "include" / "libivrs")
        licence = ROOT / "LICENSES" / "LGPL-2.1-or-later.txt"
        if licence.exists():
            self.copy_into(licence, bundle / "LICENSES")
        make_wrapper(bundle / "ivrs_wrap.c")
        for leftover in bundle.glob("*.py"):
            leftover.unlink()

    @staticmethod
    def copy_into(path, directory):
        directory.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, directory)


setup(
    ext_modules=[Extension("ivrs._ivrs", sources=[])],
    cmdclass={"build_ext": BuildExtension, "sdist": SourceArchive},
)
