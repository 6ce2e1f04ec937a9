# SPDX-License-Identifier: LGPL-2.1-or-later
"""One kernel line: unpacks what a small build needs, patches it step by step, builds it."""
import hashlib
import os
import re
import shutil
import signal
import subprocess
import time

# Folders a build reads; Kconfig and Makefile files are needed from everywhere. No pattern may match
# too much here: excluding *config, for example, would also drop every Kconfig.
WHOLE = ["arch/x86", "block", "certs", "crypto", "fs", "include", "init", "io_uring", "ipc",
         "kernel", "lib", "mm", "scripts", "security", "usr", "virt", "tools/arch", "tools/build",
         "tools/include", "tools/lib", "tools/objtool", "tools/scripts"]
DRIVERS = ["acpi", "base", "char", "clocksource", "firmware", "iommu", "irqchip", "misc", "pci",
           "platform/x86", "pnp", "rtc", "tty", "vfio", "video", "virt"]
WANTED = (["Kconfig*", "Makefile*", "Kbuild*", "*/Kconfig*", "*/Makefile*", "*/Kbuild*"]
          + [f"{name}/*" for name in WHOLE] + [f"drivers/{name}/*" for name in DRIVERS]
          + ["Documentation/admin-guide/kernel-parameters.txt"])

REPRODUCIBLE = {
    "KBUILD_BUILD_TIMESTAMP": "Thu Jan  1 00:00:00 UTC 1970",
    "KBUILD_BUILD_USER": "check-patch",
    "KBUILD_BUILD_HOST": "check-patch",
    "KBUILD_BUILD_VERSION": "1",
    "LC_ALL": "C",
    "CCACHE_NOHASHDIR": "1",
    # take the dependencies from the compiler instead of preprocessing everything once more
    "CCACHE_DEPEND": "1",
}


class Failure(Exception):
    """A check that did not hold; the text says which and how."""


def read_base(folder):
    """BASE of a series: {"package": ..., "files": {path: sha256}}."""
    base = {"files": {}}
    with open(os.path.join(folder, "BASE"), encoding="ascii") as lines:
        for line in lines:
            word = line.split("#")[0].split()
            if len(word) == 2 and re.fullmatch("[0-9a-f]{64}", word[0]):
                base["files"][word[1]] = word[0]
            elif len(word) >= 2 and word[0] == "package:":
                base["package"], base["version"] = word[1], word[2]
    return base


def installed_version(package):
    done = subprocess.run(["dpkg-query", "-W", "-f", "${db:Status-Status} ${Version}", package],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    word = done.stdout.decode().split()
    return word[1] if word[:1] == ["installed"] else None


class Kernel:
    """TARBALL: None for the installed package that BASE names."""

    def __init__(self, series, fragment, work, deadline, jobs, tarball=None):
        self.series, self.fragment = series, fragment
        self.base = read_base(series)
        self.given = tarball is not None
        self.tarball = tarball or f"/usr/src/{self.base['package']}.tar.xz"
        self.work, self.deadline, self.jobs = work, deadline, jobs
        self.source = os.path.join(work, "source")
        self.output = os.path.join(work, "output")
        self.env = dict(os.environ, CCACHE_BASEDIR=work, **REPRODUCIBLE)
        self.patches = sorted(name for name in os.listdir(series)
                              if re.match(r"000[1-9]-.*\.patch$", name))

    def touched(self):
        """Every file that the series changes."""
        paths = set()
        for patch in self.patches:
            with open(os.path.join(self.series, patch), encoding="utf-8") as file:
                paths.update(re.findall(r"^\+\+\+ b/(\S+)$", file.read(), re.M))
        return sorted(paths)

    def run(self, command, what, cwd=None, data=None):
        """Output of COMMAND, both streams; Failure with its last lines if it fails."""
        with subprocess.Popen(command, cwd=cwd or self.source, env=self.env,
                              stdin=subprocess.PIPE if data else subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              start_new_session=True) as process:
            try:
                text = process.communicate(data, timeout=self.deadline.left())[0]
            except BaseException as error:
                # make leaves its compilers running when it is killed alone
                os.killpg(process.pid, signal.SIGKILL)
                if isinstance(error, subprocess.TimeoutExpired):
                    raise Failure(f"{what}: out of time") from None
                raise
        text = text.decode(errors="replace")
        if process.returncode:
            tail = "\n".join(text.splitlines()[-15:])
            raise Failure(f"{what}: exit {process.returncode}\n{tail}")
        return text

    def unpack(self):
        top = self.base["package"]
        os.makedirs(self.source)
        self.run(["tar", "-C", self.source, "--strip-components=1", "-xJf",
                  self.tarball, "--wildcards", "--anchored",
                  f"--exclude={top}/tools/testing/*"] + [f"{top}/{name}" for name in WANTED],
                 "unpack", cwd=self.work)

    def version(self):
        """That of the package, or of the source itself, and the one that BASE wants there."""
        if not self.given:
            return installed_version(self.base["package"]), self.base["version"]
        with open(os.path.join(self.source, "Makefile"), encoding="ascii") as file:
            value = dict(re.findall(r"^(VERSION|PATCHLEVEL|SUBLEVEL) = (\d+)$", file.read(), re.M))
        return ".".join(value.values()), self.base["version"].split("-")[0]

    def differing(self):
        """The touched files that are not those of BASE."""
        other = []
        for path, digest in self.base["files"].items():
            with open(os.path.join(self.source, path), "rb") as file:
                if hashlib.sha256(file.read()).hexdigest() != digest:
                    other.append(path)
        return other

    def check_base(self):
        """Whether the source is the one that BASE names; returns a reason if it is another."""
        (version, wanted), other = self.version(), self.differing()
        if version != wanted:
            return (f"{self.base['package']} is {version}, the series was made for {wanted}"
                    f" ({len(other)} of {len(self.base['files'])} files differ)")
        if other:
            raise Failure("not as BASE says: " + ", ".join(other))
        return None

    def apply(self, patch, exact=True):
        with open(os.path.join(self.series, patch), "rb") as file:
            data = file.read()
        text = self.run(["patch", "-p1", "--fuzz=0", "--no-backup-if-mismatch"], f"apply {patch}",
                        data=data)
        if exact and re.search("offset|fuzz", text):
            raise Failure(f"{patch} does not apply exactly:\n{text}")

    def checkpatch(self, patch):
        text = self.run(["perl", "scripts/checkpatch.pl", "--strict", "--no-tree",
                         "--show-types", os.path.join(self.series, patch)], f"checkpatch {patch}")
        if "total: 0 errors, 0 warnings, 0 checks" not in text:
            raise Failure(f"checkpatch {patch}:\n{text}")

    def make(self, *goals):
        return self.run(["make", f"O={self.output}", "CC=ccache gcc", "HOSTCC=ccache gcc",
                         f"-j{self.jobs}", "-s", *goals], "make " + " ".join(goals))

    def configure(self):
        os.makedirs(self.output)
        self.make("tinyconfig")
        known = self._symbols()
        lines = []
        with open(self.fragment, encoding="ascii") as fragment:
            for line in fragment:
                found = re.match(r"(?:# )?CONFIG_(\w+)(?:=| is not set)", line)
                if found and found.group(1) in known:
                    lines.append(line.rstrip("\n"))
        config = os.path.join(self.output, ".config")
        with open(config, encoding="ascii") as file:
            old = file.read()
        with open(config, "w", encoding="ascii") as file:
            file.write(old + "\n".join(lines) + "\n")
        # a later line wins over an earlier one, and says so
        self.make("olddefconfig")
        with open(config, encoding="ascii") as file:
            got = set(file.read().splitlines())
        lost = [line for line in lines
                if (line not in got if line.startswith("C") else
                    line[2:-len(" is not set")] + "=y" in got)]
        if lost:
            raise Failure("the configuration lost: " + ", ".join(lost))

    def _symbols(self):
        """Every symbol that some Kconfig of this kernel defines."""
        known = set()
        define = re.compile(r"^(?:menu)?config\s+(\w+)", re.M)
        for folder, _, names in os.walk(self.source):
            for name in names:
                if name.startswith("Kconfig"):
                    with open(os.path.join(folder, name), errors="replace",
                              encoding="utf-8") as file:
                        known.update(define.findall(file.read()))
        return known

    def build(self, step):
        """Builds and keeps the image as that of STEP; any output of make is a warning."""
        begin = time.monotonic()
        text = self.make("bzImage")
        if text.strip():
            raise Failure("the build is not silent:\n" + text)
        image = os.path.join(self.work, f"bzImage-{step}")
        shutil.copy(os.path.join(self.output, "arch/x86/boot/bzImage"), image)
        return image, time.monotonic() - begin
