# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the lab needs of the machine it runs on: packages, kernels, our own programs."""
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import threading

ROOM = pathlib.Path(__file__).resolve().parent.parent
SOURCE = ROOM.parent.parent
WORK = pathlib.Path(os.environ.get("IVRSLAB_WORK") or SOURCE / "build" / "lab")
PACKAGES = {"qemu-system-x86_64": "qemu-system-x86", "cc": "gcc libc6-dev", "busybox": "busybox-static", "ldd": "libc-bin", "readelf": "binutils"}
KERNELS = ("6.12", "6.1")  # those that Debian 12 has
# Where kernels lie: installed ones, and those of other releases of Debian, unpacked with dpkg-deb -x and depmod -b.
ROOTS = [pathlib.Path("/"), *(pathlib.Path(p) for p in [os.environ.get("IVRSLAB_ROOT")] if p)]
BUILDING = threading.RLock()  # two boots must not build the same file at once


class Skip(Exception):
    """The lab can't run here; the text says what is missing and how to get it."""


def tool(name):
    path = shutil.which(name)
    if not path:
        raise Skip("%s is missing (apt-get install %s)" % (name, PACKAGES.get(name, name)))
    return path


def busybox():
    path = tool("busybox")
    with open(path, "rb") as f:
        # A dynamically linked one names its interpreter; in the initrd there is none.
        if b"ld-linux" in f.read(4096):
            raise Skip("%s is dynamically linked (apt-get install busybox-static)" % path)
    return path


def modules(release):
    """Folder of a kernel's modules, None when there is none."""
    return next((m for m in (root / "lib" / "modules" / release for root in ROOTS) if (m / "modules.dep").exists()), None)


def kernel(line):
    """Release and image of the newest Debian kernel of a line ("6.12")."""
    found = []
    for image in [i for root in ROOTS for i in (root / "boot").glob("vmlinuz-%s.*" % line)]:
        release = image.name[len("vmlinuz-") :]
        if modules(release):
            found.append(([int(n) for n in re.findall(r"\d+", release)], release, image))
    if not found:
        package = "linux-image-6.12-amd64" if line == "6.12" else "linux-image-amd64" if line == "6.1" else "linux-image-%s" % line
        raise Skip("no kernel %s with modules under /boot and /lib/modules (apt-get install %s)" % (line, package))
    _, release, image = max(found)
    if not os.access(image, os.R_OK):
        raise Skip("%s can't be read by this user" % image)
    return release, image


def digest(*parts):
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


def compiled(name, sources, flags):
    """Compile a helper once for what its sources are now."""
    parts = [p.read_bytes() for p in sources]
    with BUILDING:
        return compile_once(name, sources, flags, parts)


def compile_once(name, sources, flags, parts):
    target = WORK / ("%s-%s" % (name, digest(" ".join(flags).encode(), *parts)))
    if not target.exists():
        WORK.mkdir(parents=True, exist_ok=True)
        partial = target.with_suffix(".%d" % os.getpid())
        done = subprocess.run(
            [tool("cc"), "-std=c11", "-D_GNU_SOURCE", "-O1", "-Wall", *flags, "-o", partial, *[p for p in sources if p.suffix == ".c"]],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode:
            raise RuntimeError("%s doesn't compile:\n%s" % (name, done.stdout))
        os.replace(partial, target)
    return target


def mktable():
    vectors = SOURCE / "tests" / "vectors"
    return compiled("mktable", [vectors / f for f in ("mktable.c", "mktable-text.c", "mktable.h")], [])


def judge():
    guest = ROOM / "guest"
    return compiled("judge", [guest / f for f in ("judge.c", "claim.c", "judge.h", "iommufd.h")], ["-static"])


def table_bytes(text):
    """Bytes of a table in text (tests/vectors/FORMAT.md)."""
    done = subprocess.run([mktable()], input=text.encode(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode:
        raise ValueError(done.stderr.decode().strip())
    return done.stdout


def ivrsctl(given=None):
    """Our own ivrsctl: as given, by IVRSCTL, or the newest in the build folders."""
    path = given or os.environ.get("IVRSCTL")
    if not path:
        built = sorted(SOURCE.glob("build/*/cli/ivrsctl"), key=lambda p: p.stat().st_mtime)
        if not built:
            raise Skip("no ivrsctl is built (cmake --preset release && cmake --build --preset release)")
        path = built[-1]
    if not os.access(path, os.X_OK):
        raise Skip("%s isn't a program" % path)
    return pathlib.Path(path).resolve()
