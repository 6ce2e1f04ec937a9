# SPDX-License-Identifier: LGPL-2.1-or-later
"""Boots a kernel in QEMU on an emulated AMD IOMMU and reads what the guest's init reports."""
import base64
import io
import os
import re
import shutil
import pathlib
import subprocess
import tarfile

from ivrslab import initrd, tools

TIMER_PANIC = "timer doesn't work through Interrupt-remapped IO-APIC"

# 00:04.0      on the root bus
# 01:00.0      an endpoint in a slot
# 02:00.0 .1   two functions in a slot that are not isolated from each other: one group
# 04:01.0      a conventional PCI function behind a PCIe-to-PCI bridge (03:00.0) in a slot
# 00:14.0      where QEMU's IVRS has the IOAPIC, though its q35 has nothing there: since 7.0 Linux wants
#              to see an ISA bridge or SMBus function there, or does without interrupt remapping
RNG = "virtio-rng-pci,disable-legacy=on,iommu_platform=on"
TOPOLOGY = [
    "amd-iommu,intremap=on",
    RNG + ",addr=4",
    "pcie-root-port,id=rp1,addr=5,chassis=1", "e1000e,bus=rp1",
    "pcie-root-port,id=rp2,addr=6,chassis=2",
    RNG + ",bus=rp2,addr=0.0,multifunction=on", RNG + ",bus=rp2,addr=0.1",
    "pcie-root-port,id=rp3,addr=7,chassis=3", "pcie-pci-bridge,id=pb,bus=rp3",
    "e1000,bus=pb,addr=1",
    "virtio-blk-pci,drive=nothing,class=0x0601,disable-legacy=on,iommu_platform=on,addr=0x14",
]


class Report:
    """What one boot told: groups, claims, taint, kernel log, and the snapshot as a tar file."""

    def __init__(self, text):
        self.text = text
        self.finished = "\n=== finished\n" in text
        self.log = self.section("log").splitlines()
        taint = self.section("taint").strip()
        self.taint = int(taint) if taint.isdigit() else None
        self.snapshot = base64.b64decode(self.section("snapshot"))
        self.groups = {}   # group number -> {"devices": [...], "regions": [(start, end, type)]}
        self.legacy = {}   # group number -> claim
        self.cdev = {}     # device -> claim
        if self.finished:
            self._read_snapshot()
            self._read_claims()

    def section(self, mark):
        found = re.search(r"^=== %s\n(.*?)^=== end$" % mark, self.text, re.S | re.M)
        return found.group(1) if found else ""

    def group_of(self, device):
        for number, group in self.groups.items():
            if device in group["devices"]:
                return number
        return None

    def _read_snapshot(self):
        where = re.compile(r"^sys/kernel/iommu_groups/(\d+)/(?:devices/(.+)|(reserved_regions))$")
        with tarfile.open(fileobj=io.BytesIO(self.snapshot)) as tar:
            for member in tar.getmembers():
                found = where.match(member.name.removeprefix("./"))
                if not found:
                    continue
                group = self.groups.setdefault(int(found.group(1)),
                                               {"devices": [], "regions": []})
                if found.group(2):
                    group["devices"].append(found.group(2))
                else:
                    for line in tar.extractfile(member).read().decode().splitlines():
                        start, end, kind = line.split()
                        group["regions"].append((int(start, 16), int(end, 16), kind))

    def _read_claims(self):
        device = None
        for line in self.section("claims").splitlines():
            word = line.split()
            if word[:1] == ["cdev"]:
                device = word[2]
            if word[:1] != ["claim"]:
                continue
            if word[2] == "legacy":
                claim = self.legacy.setdefault(int(word[1]), {"steps": {}, "iova": []})
            else:
                claim = self.cdev.setdefault(device, {"steps": {}, "iova": []})
            if word[3] == "iova":
                start, end = word[4].split("-")
                claim["iova"].append((int(start, 16), int(end, 16)))
            else:
                claim["steps"][word[3]] = word[4]


def failed_step(claim):
    """(step, errno) of the step at which a claim ended, not counting the map; None if none."""
    for step, result in claim["steps"].items():
        if step != "map" and result != "ok":
            return step, result
    return None


def cpio(folder):
    names = subprocess.run(["find", ".", "-mindepth", "1"], cwd=folder, check=True,
                           stdout=subprocess.PIPE).stdout
    return subprocess.run(["cpio", "-o", "-H", "newc", "--quiet", "-R", "0:0"], cwd=folder,
                          input=names, check=True, stdout=subprocess.PIPE).stdout


class Machine:
    def __init__(self, work, here, deadline, ivrsctl=None):
        self.work = work
        self.deadline = deadline
        self.boots = 0
        self.retries = 0
        root = os.path.join(work, "initrd")
        os.makedirs(root)
        for name in ("bin", "proc", "sys", "dev"):
            os.mkdir(os.path.join(root, name))
        shutil.copy("/bin/busybox", os.path.join(root, "bin"))
        shutil.copy(os.path.join(here, "init"), root)
        os.chmod(os.path.join(root, "init"), 0o755)
        subprocess.run(["gcc", "-static", "-O1", "-Wall", "-Wextra", "-Werror", "-o",
                        os.path.join(root, "bin", "claim"), os.path.join(here, "claim.c")],
                       check=True)
        self.initrd = cpio(root)
        self.holds_ivrsctl = ivrsctl is not None
        if ivrsctl:
            tools.WORK = pathlib.Path(work)
            self.initrd += initrd.cpio(initrd.ivrsctl_files(ivrsctl))

    def boot(self, image, table, cmdline, seconds=240, swap=None):
        """TABLE replaces the firmware's through an early cpio; None leaves that in place. SWAP is a
        table that the guest only looks at."""
        path = os.path.join(self.work, "initrd.cpio")
        with open(path, "wb") as out:
            if table is not None:
                early = os.path.join(self.work, "early")
                shutil.rmtree(early, ignore_errors=True)
                folder = os.path.join(early, "kernel/firmware/acpi")
                os.makedirs(folder)
                with open(os.path.join(folder, "ivrs.aml"), "wb") as aml:
                    aml.write(table)
                out.write(cpio(early))
            out.write(self.initrd)
            if self.holds_ivrsctl:
                out.write(initrd.cpio({"image": (0o100644, pathlib.Path(image).read_bytes()),
                                      **({"swap": (0o100644, swap)} if swap else {})}))
        command = ["qemu-system-x86_64", "-accel", "tcg", "-cpu", "max", "-machine", "q35", "-m",
                   "512", "-nodefaults", "-display", "none", "-serial", "stdio", "-nic", "none",
                   "-blockdev", "null-co,node-name=nothing", "-no-reboot", "-kernel", image, "-initrd", path, "-append",
                   "console=ttyS0 panic=1 quiet no_timer_check " + cmdline]
        for device in TOPOLOGY:
            command += ["-device", device]
        for attempt in (1, 2):
            self.boots += 1
            limit = min(seconds, self.deadline.left())
            try:
                done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                      stderr=subprocess.STDOUT, timeout=limit, check=False)
                raw = done.stdout
            except subprocess.TimeoutExpired as expired:
                raw = (expired.stdout or b"") + b"\n(no end within %d s)\n" % limit
            text = raw.decode("latin-1").replace("\r", "")
            if attempt == 1 and TIMER_PANIC in text:
                self.retries += 1
                continue
            break
        return Report(text)
