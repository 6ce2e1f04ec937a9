# SPDX-License-Identifier: LGPL-2.1-or-later
"""One boot: a kernel, a topology and a table go in, what the kernel did comes out."""
import ctypes
import dataclasses
import gzip
import io
import json
import os
import pathlib
import re
import resource
import subprocess
import tarfile
import tempfile
import time

from . import initrd, tools, vmlinux

LIBC = ctypes.CDLL(None)
TIMER_PANIC = "timer doesn't work through Interrupt-remapped IO-APIC"
# None of these changes what becomes of the IOMMU; they take half of the time out of an emulated boot.
CMDLINE = ("console=ttyS0 quiet panic=-1 oops=panic no_timer_check nokaslr mitigations=off audit=0 apparmor=0 cryptomgr.notests "
           "tsc=reliable lpj=10000000 random.trust_cpu=on rodata=off nowatchdog "
           "rcupdate.rcu_cpu_stall_suppress=1 initcall_blacklist=jent_mod_init,load_system_certificate_list")
CPU_SECONDS = 60  # of QEMU; a boot takes 5 to 10, whatever else the machine does
IDLE_SECONDS = 90  # without computing: a guest that waits for an interrupt that never comes


@dataclasses.dataclass
class Job:
    """What to boot."""
    kernel: str  # a line ("6.12")
    topology: str  # text: a -device value a line
    table: str | None = None  # text; None: the table that QEMU makes
    cmdline: str = ""
    name: str = ""
    swap: str | None = None  # another table, for a verify that must notice
    probes: list = dataclasses.field(default_factory=list)
    image: str | None = None  # a kernel of one's own without modules, instead of the line's


def qemu_devices(topology):
    """Arguments of a topology's text. A line that begins with a dash is an option of its own."""
    args = []
    for line in topology.splitlines():
        line = line.split("#")[0].strip()
        if line.startswith("-"):
            args += line.split(None, 1)
        elif line:
            args += ["-device", line]
    if not any(a.startswith("amd-iommu") for a in args):
        # Plugged first: the IOMMU takes the lowest free slot, 00:01.0.
        args = ["-device", "amd-iommu,intremap=on", *args]
    return args


def southbridge(job):
    """Since 7.3 the IOAPIC counts only where a function of class SMBus or ISA bridge is, and q35 has none at 00:14.0: a stand-in, where that slot is free."""
    if [int(n) for n in job.kernel.split(".")[:2]] < [7, 3] or re.search(r"bus=pcie\.0,.*addr=(0x)?14\b", job.topology):
        return []
    return ["-blockdev", "null-co,node-name=nothing", "-device", "virtio-blk-pci,drive=nothing,class=0x0601,disable-legacy=on,iommu_platform=on,bus=pcie.0,addr=0x14"]


def arguments(job, image, rd):
    # No Intel-only feature and no 5-level page tables, which make the emulation slow.
    return [tools.tool("qemu-system-x86_64"), "-accel", "tcg", "-cpu", "qemu64,+cx16", "-machine", "q35", "-m", "1024", "-nodefaults",
            "-no-user-config", "-display", "none", "-monitor", "none", "-nic", "none", *qemu_devices(job.topology), *southbridge(job), "-kernel", str(image),
            "-initrd", str(rd), "-append", " ".join((CMDLINE + " " + job.cmdline).split()), "-no-reboot"]


@dataclasses.dataclass
class Outcome:
    """What came of a boot."""
    state: str  # booted, hung, panic, qemu
    console: str
    seconds: float
    cpu: float  # seconds that QEMU computed: what a boot costs, however busy the machine is
    files: dict  # what the guest handed over: name -> bytes
    args: list
    table: bytes | None

    def json(self, name):
        text = self.files.get(name)
        return json.loads(text) if text else None

    def status(self, name):
        text = self.files.get(name + ".status")
        return int(text) if text else None

    def dmesg(self):
        return self.files.get("dmesg.txt", b"").decode("latin1")


def first_archive(job, table):
    """What goes in front of the initrd: the table where Linux looks for overrides, and what this boot is asked to do."""
    files = {"lab/job": (0o100644, ("PROBES='%s'\n" % " ".join("%#x" % p for p in job.probes)).encode())}
    if table is not None:
        files["kernel/firmware/acpi/ivrs.aml"] = (0o100644, table)
    if job.swap is not None:
        files["lab/swap.ivrs"] = (0o100644, tools.table_bytes(job.swap))
    return initrd.cpio(files)


def unpack(raw):
    """The tar behind its length, from the second serial port; empty when it isn't whole."""
    size, _, rest = raw.partition(b"\n")
    if not size.strip().isdigit() or len(rest) < int(size):
        return {}
    files = {}
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(rest[: int(size)]))) as tar:
        for member in tar:
            if member.isfile():
                files[member.name.removeprefix("./")] = tar.extractfile(member).read()
    return files


def watch(process):
    """Wait for QEMU; "hung" when it computes for too long, or not at all; with the seconds it has computed."""
    tick = os.sysconf("SC_CLK_TCK")
    used, seen, since = 0.0, 0.0, time.monotonic()
    while True:
        try:
            process.wait(0.1)
            return "booted", used
        except subprocess.TimeoutExpired:
            pass
        stat = pathlib.Path("/proc/%d/stat" % process.pid).read_text().rpartition(")")[2].split()
        used = (int(stat[11]) + int(stat[12])) / tick
        if used > seen + 0.5:
            seen, since = used, time.monotonic()
        if used > CPU_SECONDS or time.monotonic() - since > IDLE_SECONDS:
            process.kill()
            process.wait()
            return "hung", used


def bind_to_parent():
    """In QEMU's process: no core dumps, and an end when the lab is killed (prctl PR_SET_PDEATHSIG, SIGKILL)."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    LIBC.prctl(1, 9)


def once(job, image, rd, table):
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="ivrslab-") as name:
        folder = pathlib.Path(name)
        whole = folder / "initrd"
        whole.write_bytes(first_archive(job, table) + rd.read_bytes())
        console, result = folder / "console", folder / "result"
        console.touch()
        args = arguments(job, image, whole)
        process = subprocess.Popen([*args, "-serial", "file:%s" % console, "-serial", "file:%s" % result], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                   preexec_fn=bind_to_parent)
        try:
            state, cpu = watch(process)
        finally:
            process.kill()
            process.wait()
        errors = process.stderr.read().decode("latin1")
        process.stderr.close()
        text = console.read_text("latin1").replace("\r", "")
        files = unpack(result.read_bytes() if result.exists() else b"")
    if state == "booted" and not files:
        state = "panic" if "Kernel panic" in text or "Oops" in text or "BUG:" in text else "qemu"
        text += errors
    args[args.index("-initrd") + 1] = "INITRD"
    return Outcome(state, text, time.monotonic() - begin, cpu, files, args, table)


def boot(job, ivrsctl=None):
    """Boot, once more only when the emulated timer failed (about one boot in a hundred without no_timer_check)."""
    if job.image:
        release, image = None, pathlib.Path(job.image)
    else:
        release, image = tools.kernel(job.kernel)
        image = vmlinux.unpacked(image)
    rd = initrd.build(release, ivrsctl)
    table = tools.table_bytes(job.table) if job.table is not None else None
    outcome = once(job, image, rd, table)
    if outcome.state != "booted" and TIMER_PANIC in outcome.console:
        outcome = once(job, image, rd, table)
    if outcome.state == "qemu":
        raise RuntimeError("%s: QEMU ended without a result:\n%s" % (job.name, re.sub(r"\n+", "\n", outcome.console)[-2000:]))
    return outcome
