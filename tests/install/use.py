#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""use.py CMAKE COMPILER PREFIX SCRATCH bindings|none: uses what was installed, as its users do."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile

CMAKE_LISTS = """cmake_minimum_required(VERSION 3.25)
project(consumer LANGUAGES C)
find_package(ivrs 0.1 REQUIRED)
add_executable(core preflight.c)
target_link_libraries(core PRIVATE ivrs::ivrs)
add_executable(host judge-host.c)
target_link_libraries(host PRIVATE ivrs::host)
"""


class Checks:
    def __init__(self, cmake, compiler, prefix, scratch):
        self.cmake, self.compiler, self.prefix, self.scratch = cmake, compiler, pathlib.Path(prefix), pathlib.Path(scratch)
        self.libraries = next(self.prefix.rglob("libivrs.so")).parent
        self.tar = self.scratch / "am5-blanket.tar.gz"
        self.host = self.scratch / "host"
        with tarfile.open(self.tar) as snapshot:
            snapshot.extractall(self.host)
        self.table = self.host / "sys/firmware/acpi/tables/IVRS"
        text = (self.scratch / "c.md").read_text()
        (self.scratch / "judge-host.c").write_text(re.search(r"```c\n(/\* judge-host\.c \*/\n.*?)```", text, re.S)[1])
        self.environment = dict(os.environ, PKG_CONFIG_PATH=str(self.libraries / "pkgconfig"), PATH=f"{self.prefix}/bin:{os.environ['PATH']}")

    def run(self, *command, status=0, say="", directory=None, **more):
        """Output of a command, whose exit status must be the one given and whose output must match."""
        environment = dict(self.environment, **{key: str(value) for key, value in more.items()})
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, env=environment,
                              cwd=directory or self.scratch)
        output = done.stdout + done.stderr
        if done.returncode != status or not re.search(say, output, re.S):
            raise AssertionError(f"{' '.join(map(str, command))}: exit {done.returncode}, expected {status} and {say!r} in:\n{output}")
        return done.stdout

    def check_command(self):
        self.run("ivrsctl", "--version", say=r"0\.1\.0")
        self.run("ivrsctl", "simulate", "-s", self.tar, "01:00.0", status=3, say="refused")
        self.run("ivrsctl", "simulate", "-s", self.host, "--json", status=3, say='"schema": *"ivrsctl-simulate/1"')
        self.run("ivrsctl", "show", "-t", self.table, say="IVMD")

    def check_manual(self):
        man = self.prefix / "share/man"
        for section, page in (("1", "ivrsctl"), ("3", "libivrs"), ("3", "ivrs_simulate"), ("3", "ivrs_host_open")):
            self.run("man", "-M", man, section, page, say=rf"NAME\s+{page}(, \S+)* .", MANPAGER="cat", MANWIDTH=80)
        if len(list((man / "man3").glob("ivrs_*.3"))) < 200:
            raise AssertionError("less than 200 manual pages of functions")
        if not list((self.prefix / "share/doc").rglob("html/index.html")):
            raise AssertionError("no reference")

    def check_completion(self):
        bash = self.prefix / "share/bash-completion/completions/ivrsctl"
        self.run("bash", "-c", f". {bash} && complete -p ivrsctl", say="ivrsctl")
        for file in ("share/zsh/site-functions/_ivrsctl", "share/fish/vendor_completions.d/ivrsctl.fish"):
            if not (self.prefix / file).stat().st_size:
                raise AssertionError(f"{file} is empty")

    def check_schemas(self):
        schemas = list((self.prefix / "share/ivrsctl/schema").glob("*.json"))
        for schema in schemas:
            json.loads(schema.read_text())
        if len(schemas) < 8:
            raise AssertionError(f"schemas: {schemas}")

    def check_pkg_config(self):
        for package, source in (("libivrs", "preflight.c"), ("libivrs-host", "judge-host.c")):
            flags = self.run("pkg-config", "--cflags", "--libs", package).split()
            self.run(self.compiler, "-std=gnu11", "-Wall", "-Werror", source, *flags, f"-Wl,-rpath,{self.libraries}",
                     f"-Wl,-rpath-link,{self.libraries}", "-o", "program")
            if package == "libivrs":
                self.run("./program", "0000:01:00.0", self.host, status=3, say="can't be given to a guest")
            else:
                self.run("./program", self.host, say="group 7: refused, EINVAL")

    def check_cmake(self):
        project = self.scratch / "consumer"
        project.mkdir()
        (project / "CMakeLists.txt").write_text(CMAKE_LISTS)
        for source in ("preflight.c", "judge-host.c"):
            shutil.copy(self.scratch / source, project)
        self.run(self.cmake, "-S", project, "-B", project / "build", f"-DCMAKE_PREFIX_PATH={self.prefix}", f"-DCMAKE_C_COMPILER={self.compiler}")
        self.run(self.cmake, "--build", project / "build")
        self.run(project / "build/core", "0000:01:00.0", self.host, status=3, say="can't be given to a guest")
        self.run(project / "build/host", self.host, say="group 7: refused")

    # Each example answers from the installed binding, and says where that lies.
    def check_python(self):
        package = next(self.prefix.rglob("ivrs/__init__.py")).parent.parent
        self.run(sys.executable, "-B", "-c", "import ivrs; print(ivrs.__file__)", say=re.escape(str(package)), PYTHONPATH=package)
        self.run(sys.executable, "-B", "preflight.py", "--sysroot", self.host, "0000:01:00.0", status=3, say="can't be given to a guest",
                 PYTHONPATH=package)

    def check_perl(self):
        module = next(self.prefix.rglob("IVRS.pm")).parent
        self.run("perl", "-MIVRS", "-e", "print $INC{'IVRS.pm'}", say=re.escape(str(module)), PERL5LIB=module)
        self.run("perl", "preflight.pl", "0000:01:00.0", self.host, status=3, say="can't be given to a guest", PERL5LIB=module)

    def check_go(self):
        sources = next(self.prefix.rglob("go.mod")).parent
        program = self.scratch / "goprogram"
        program.mkdir()
        (program / "go.mod").write_text(f"module preflight\n\ngo 1.19\n\nrequire ivrs v0.0.0\n\nreplace ivrs => {sources}\n")
        shutil.copy(self.scratch / "preflight.go", program / "main.go")
        self.run("go", "build", "-o", "program", ".", directory=program, GOFLAGS="-mod=mod", GOPROXY="off", GOSUMDB="off",
                 GOCACHE=self.scratch / "gocache", GOPATH=self.scratch / "gopath", CGO_LDFLAGS=f"-Wl,-rpath,{self.libraries}")
        self.run(program / "program", "0000:01:00.0", self.host, status=3, say="can't be given to a guest")


def main():
    *paths, bindings = sys.argv[1:]
    checks = Checks(*paths)
    names = ["command", "manual", "completion", "schemas", "pkg_config", "cmake"]
    names += ["python", "perl", "go"] if bindings == "bindings" else []
    failed = 0
    for name in names:
        try:
            getattr(checks, f"check_{name}")()
            print(f"ok {name}")
        except (AssertionError, StopIteration, OSError, subprocess.CalledProcessError) as error:
            failed += 1
            print(f"not ok {name}: {error or type(error).__name__}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
