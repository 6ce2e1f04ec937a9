# SPDX-License-Identifier: LGPL-2.1-or-later
"""The initrd of the lab's guest: busybox, the judge, VFIO's modules and ivrsctl with its libraries."""
import functools
import lzma
import os
import pathlib
import re
import subprocess
import time

from . import tools

MODULES = ("vfio_iommu_type1", "vfio-pci")
PCI_IDS = pathlib.Path("/usr/share/misc/pci.ids")


def cpio(files):
    """An uncompressed newc archive of {path: (mode, bytes)}; folders are added by themselves. Always the same bytes for the same files."""
    entries = {}
    for path, what in files.items():
        for parent in list(pathlib.PurePosixPath(path).parents)[:-1]:
            entries.setdefault(str(parent), (0o40755, b""))
        entries[path] = what
    out = bytearray()
    for inode, (path, (mode, data)) in enumerate([*sorted(entries.items()), ("TRAILER!!!", (0, b""))], 1):
        name = path.encode() + b"\0"
        fields = (inode, mode, 0, 0, 2 if mode & 0o40000 else 1, 0, len(data), 0, 0, 0, 0, len(name), 0)
        out += b"070701" + b"".join(b"%08X" % f for f in fields) + name
        out += bytes(-len(out) % 4)
        out += data
        out += bytes(-len(out) % 4)
    return bytes(out)


def program(path):
    return (0o100755, pathlib.Path(path).read_bytes())


def module_files(release):
    """VFIO's modules in the order in which they are to be loaded."""
    base = tools.modules(release)
    needs = {}
    for line in (base / "modules.dep").read_text().splitlines():
        path, _, rest = line.partition(":")
        needs[path] = rest.split()
    order = []
    for name in MODULES:
        path = next((p for p in needs if re.search(r"/%s\.ko(\.\w+)?$" % re.escape(name), p)), None)
        if path is None:
            raise tools.Skip("kernel %s has no module %s" % (release, name))
        # modules.dep lists what must be loaded before, last first.
        order += [p for p in [*reversed(needs[path]), path] if p not in order]
    files = {}
    for path in order:
        data = (base / path).read_bytes()
        name = re.sub(r"\.(xz|zst|gz)$", "", os.path.basename(path))
        if path.endswith(".xz"):
            data = lzma.decompress(data)
        elif not path.endswith(".ko"):
            raise tools.Skip("%s: module compression that the lab doesn't know" % path)
        files["modules/" + name] = (0o100644, data)
    files["modules/order"] = (0o100644, "".join("%s\n" % os.path.basename(n) for n in files).encode())
    return files


def needed(path):
    """The loader and every library that a program is linked with."""
    done = subprocess.run([tools.tool("ldd"), path], stdout=subprocess.PIPE, check=False, text=True)
    if "not found" in done.stdout:
        raise RuntimeError("%s lacks libraries:\n%s" % (path, done.stdout))
    return re.findall(r"(/\S+) \(0x", done.stdout)


def runpath(path):
    done = subprocess.run([tools.tool("readelf"), "-d", path], stdout=subprocess.PIPE, check=True, text=True)
    found = re.search(r"\((?:RUNPATH|RPATH)\).*\[(.*)\]", done.stdout)
    return [pathlib.Path(p) for p in found.group(1).split(":") if p.startswith("/")] if found else []


def loaded(path):
    """Libraries that one of our own programs loads while it runs: their names stand in it as strings."""
    names = set(re.findall(rb"\0(lib[a-z0-9_+-]+\.so\.[0-9]+)\0", pathlib.Path(path).read_bytes()))
    places = [*runpath(path), *(pathlib.Path(p) for p in ("/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu"))]
    return [str(next(p / n.decode() for p in places if (p / n.decode()).exists())) for n in names if any((p / n.decode()).exists() for p in places)]


def shared_objects(program):
    """Every library that has to be in the initrd, by its path here."""
    ours, found = [program, *(p for d in runpath(program) for p in d.glob("libivrs*.so.?"))], set()
    for path in ours:
        for name in [*needed(path), *loaded(path)]:
            found |= {name, *needed(name)}
    return sorted(found)


def without_icu_data(files):
    """ICU's tables are 31 MB, which libarchive drags in for an archive format that nobody here opens: an empty table takes their place."""
    for path in [p for p in files if "/libicudata.so." in p]:
        name = os.path.basename(path)
        source = tools.WORK / "icudata.c"
        source.write_text("const char icudt%s_dat[16];\n" % name.rpartition(".")[2])
        files[path] = program(tools.compiled(name, [source], ["-shared", "-fPIC", "-Wl,-soname," + name]))
    return files


def ivrsctl_files(ivrsctl):
    files = {"usr/bin/ivrsctl": program(ivrsctl), "bin/ivrsctl": (0o120777, b"/usr/bin/ivrsctl")}
    for path in shared_objects(ivrsctl):
        files[path.lstrip("/")] = program(path)
    if PCI_IDS.exists():
        files["usr/share/misc/pci.ids"] = (0o100644, PCI_IDS.read_bytes())
    return without_icu_data(files)


def build(release, ivrsctl):
    """The archive's path; release None: a kernel without modules; ivrsctl None: without it."""
    with tools.BUILDING:
        return build_once(release, ivrsctl)


@functools.lru_cache(maxsize=None)
def build_once(release, ivrsctl):
    guest = tools.ROOM / "guest"
    files = {"init": program(guest / "init"), "snapshot": (0o100644, (guest / "snapshot").read_bytes())}
    files["bin/busybox"] = program(tools.busybox())
    files["bin/judge"] = program(tools.judge())
    files["modules/order"] = (0o100644, b"")
    for folder in ("proc", "sys", "dev", "tmp"):
        files[folder] = (0o40755, b"")
    if release:
        files.update(module_files(release))
    if ivrsctl:
        files.update(ivrsctl_files(ivrsctl))
    data = cpio(files)
    path = tools.WORK / ("initrd-%s.cpio" % tools.digest(data))
    if not path.exists():
        for old in tools.WORK.glob("initrd-*.cpio"):
            if old.stat().st_mtime + 86400 < time.time():
                old.unlink()
        partial = path.with_suffix(".%d" % os.getpid())
        partial.write_bytes(data)
        os.replace(partial, path)
    return path
