# SPDX-License-Identifier: LGPL-2.1-or-later
"""Random topologies and tables. The same seed gives the same boot, on every machine."""
import random

IOMMU = 0x0008  # QEMU puts its IOMMU into the lowest free slot: 00:01.0
IOAPIC = 0x00A0  # what QEMU takes the IOAPIC for
PAGE = 0x1000
VIRTIO = "disable-legacy=on,iommu_platform=on"


def devid(value):
    return "%02x:%02x.%x" % (value >> 8 & 255, value >> 3 & 31, value & 7)


class Topology:
    """A tree of parts. Bus numbers are guessed as the firmware gives them: depth first, in the order of the slots."""

    def __init__(self, rng):
        self.rng, self.lines, self.devids, self.names, self.bus, self.chassis = rng, [], [0x00F8, 0x00FA, 0x00FB], 0, 0, 0
        slots = sorted(rng.sample(range(2, 0x1E), rng.randint(2, 7)))
        for slot in slots:
            self.root_slot(slot)
        if rng.random() < 0.12:
            self.expander(0x1E)

    def name(self, prefix):
        self.names += 1
        return "%s%d" % (prefix, self.names)

    def add(self, text, bus, dev, fn=0):
        self.lines.append(text)
        self.devids.append(bus << 8 | dev << 3 | fn)

    def endpoint(self, where, bus, dev, fn=0, extra="", conventional=False):
        kinds = ["e1000", "rtl8139", "virtio-rng-pci", "pci-testdev"] if conventional else \
            ["e1000e", "nvme,serial=%s" % self.name("s"), "virtio-rng-pci," + VIRTIO, "virtio-net-pci," + VIRTIO, "qemu-xhci", "e1000", "edu"]
        self.add("%s,%s%s" % (self.rng.choice(kinds), where, extra), bus, dev, fn)

    def functions(self, where, bus, dev, dot):
        """One function, or several in a slot."""
        count = self.rng.choice((1, 1, 1, 2, 2, 3, 4))
        for fn in range(count):
            self.endpoint("%saddr=%s.%x" % (where, dot, fn), bus, dev, fn, ",multifunction=on" if count > 1 and fn == 0 else "")

    def port_below(self, port, depth):
        """What is plugged into a root or downstream port."""
        self.bus += 1
        bus, kind = self.bus, self.rng.random()
        if kind < 0.5 or depth > 2:
            self.functions("bus=%s," % port, bus, 0, "0")
        elif kind < 0.72:
            self.switch(port, bus, depth)
        elif kind < 0.9:
            bridge = self.name("pb")
            self.add("pcie-pci-bridge,id=%s,bus=%s" % (bridge, port), bus, 0)
            self.conventional(bridge, depth)

    def switch(self, port, bus, depth):
        upstream = self.name("up")
        self.add("x3130-upstream,id=%s,bus=%s" % (upstream, port), bus, 0)
        self.bus += 1
        inner = self.bus
        for dev in range(self.rng.randint(1, 3)):
            down = self.name("dn")
            self.chassis += 1
            self.add("xio3130-downstream,id=%s,bus=%s,chassis=%d,slot=%d,addr=%x" % (down, upstream, self.chassis, dev, dev), inner, dev)
            self.port_below(down, depth + 1)

    def conventional(self, bridge, depth):
        self.bus += 1
        bus = self.bus
        for dev in range(1, 1 + self.rng.randint(0, 3)):
            if depth < 3 and self.rng.random() < 0.2:
                inner = self.name("cb")
                self.chassis += 1
                self.add("pci-bridge,id=%s,bus=%s,addr=%x,chassis_nr=%d" % (inner, bridge, dev, self.chassis), bus, dev)
                self.conventional(inner, depth + 1)
            else:
                self.endpoint("bus=%s,addr=%x" % (bridge, dev), bus, dev, conventional=True)

    def root_port(self, bus, dev, fn=0, extra="", where="bus=pcie.0,"):
        port = self.name("rp")
        self.chassis += 1
        acs = self.rng.choice(("", "", ",disable-acs=on"))
        self.add("pcie-root-port,id=%s,%schassis=%d,addr=%x.%x%s%s" % (port, where, self.chassis, dev, fn, acs, extra), bus, dev, fn)
        self.port_below(port, 0)

    def root_slot(self, slot):
        kind = self.rng.random()
        if kind < 0.35:
            self.functions("bus=pcie.0,", 0, slot, "%x" % slot)
        elif kind < 0.75:
            self.root_port(0, slot)
        elif kind < 0.85:
            count = self.rng.randint(2, 3)
            for fn in range(count):
                self.root_port(0, slot, fn, "" if fn else ",multifunction=on")
        else:
            bridge = self.name("br")
            part = self.rng.choice(("pcie-pci-bridge", "i82801b11-bridge"))
            self.add("%s,id=%s,bus=pcie.0,addr=%x" % (part, bridge, slot), 0, slot)
            self.conventional(bridge, 1)

    def expander(self, slot):
        self.lines.append("pxb-pcie,id=px,bus=pcie.0,bus_nr=64,addr=%x" % slot)
        self.devids.append(slot << 3)
        self.bus = 64
        for dev in range(self.rng.randint(1, 2)):
            self.root_port(64, dev, where="bus=px,")

    def text(self):
        return "".join(line + "\n" for line in self.lines)


class Table:
    """A random table for a topology."""

    def __init__(self, rng, topology):
        self.rng, self.devids = rng, topology.devids
        self.last_bus = max(d >> 8 for d in self.devids)
        self.pool = [rng.choice((0x3C000000, 0x10000000, 0x80000000, 0xC0000000, 0x100000000, 0x7F00000000)) + rng.randrange(64) * PAGE for _ in range(3)]
        self.starts = []
        blocks = self.ivhds()
        memory = [self.ivmd() for _ in range(rng.choice((0, 1, 1, 2, 2, 3, 3, 4, 5, 8)))]
        if memory and rng.random() < 0.015:
            blocks.insert(0, memory.pop())  # an IVMD first: the type of the hardware blocks is lost
        elif memory and rng.random() < 0.1:
            blocks[1:1] = memory  # between the hardware blocks
            memory = []
        self.lines = [self.header(), *blocks, *memory]
        if rng.random() < 0.06:
            self.lines.append("block %02xh flags=%#x\n\traw %s" % (rng.choice((0x23, 0x41, 0x51, 0x80, 0xFF)), rng.randrange(256), "00" * rng.randrange(8, 40, 4)))

    def text(self):
        return "\n".join(self.lines) + "\n"

    def header(self):
        r = self.rng
        return "ivrs revision=%d ivinfo=%#x oemrevision=%d" % (r.choice((1, 2, 2, 3, 0, 255)), r.choice((0, 0x2800, 0x203043, 0x203041)), r.choice((2, 3, 99)))

    def any_devid(self):
        r = self.rng
        if r.random() < 0.8:
            return r.choice(self.devids)
        return r.randrange(self.last_bus + 2) << 8 | r.choice((0, 0, r.randrange(256)))

    def entries(self, kind):
        """Device entries: most reach every function, some leave functions out, few are wrong."""
        r, lines, last = self.rng, [], 0xFFFF
        style = r.random()
        top = (self.last_bus << 8) + 0xFF
        if style < 0.3:
            lines.append("all")
        elif style < 0.5:
            lines.append("range 00:00.0-ff:1f.7")
        elif style < 0.65:
            lines.append("range %s-%s" % (devid(r.choice((0, 3, 0x20))), devid(top)))
            last = top
        elif style < 0.8:
            chosen = [d for d in sorted({0, *self.devids}) if r.random() < 0.9] + [top]
            lines += ["%s %s" % (r.choice(("sel", "sel", "extsel")), devid(d)) for d in chosen]
            last = top
        elif style < 0.95:
            for bus in range(self.last_bus + 1):
                if r.random() < 0.85:
                    lines.append("%s %s-%s" % (r.choice(("range", "extrange")), devid(bus << 8), devid(bus << 8 | r.choice((0xFF, 0xFF, 0x7F)))))
            lines.append("sel %s" % devid(top))
            last = top
        elif style < 0.985 and self.last_bus < 2:
            lines.append("range 00:00.0-00:1f.7")
            last = 0xFF
        elif style < 0.99:
            lines.append("sos 00:00.0")  # no end: nothing is covered and the driver gives up
        else:
            lines += ["sel %s" % devid(d) for d in self.devids if d < 0x100]
            last = max(d for d in self.devids if d < 0x100)
        for _ in range(r.choice((0, 0, 0, 1, 2))):
            target = min(self.any_devid(), last)  # beyond the last id it is a write out of bounds: nobody can predict that
            if target == IOAPIC:  # 6.1 copies the source's entry over the IOAPIC's, interrupts and all: the serial ports fall silent
                target -= 8
            source = min(self.any_devid(), last)
            if r.random() < 0.7:
                lines.append("alias %s %s" % (devid(source), devid(target)))
            else:
                lines.append("aliasrange %s-%s %s" % (devid(source), devid(min(source | 7, last)), devid(target)))
        if r.random() < 0.2:
            lines.append(r.choice(("pad4", "pad8", "raw 05000000", "raw 4400000000000000", "sos %s" % devid(min(self.any_devid(), last)))))
        if kind == 0x40 and r.random() < 0.3 or r.random() < 0.03:
            lines.append("hid %s %s uid=%s" % (devid(min(0x0099, last)), r.choice(("AMDI0020", "MSFT0201", "PNP0D40")), r.choice(("@1", '"\\x5c_SB.F"'))))
        r.shuffle(lines)
        if r.random() < 0.93 and last >= 0xA0:
            lines.append("ioapic 0 00:14.0 flags=%#x" % r.choice((0, 0xD7)))
        if r.random() < 0.2 and last >= 0xA0:
            lines.append("hpet 0 00:14.0")
        if r.random() < 0.006:
            lines.append("special 3 0 00:14.0")
        if r.random() < 0.004:
            lines.append("raw 80000000")  # the parser never ends
        return ["\t" + line for line in lines]

    def ivhd(self, kind, iommu=IOMMU, segment=0):
        r = self.rng
        text = "ivhd %02xh %s flags=%#x feature=0x44" % (kind, devid(iommu), 0xD1 if r.random() < 0.7 else r.choice((0, 0xB0, 0x30, 0x10)))
        if kind != 0x10 and r.random() < 0.4:
            text += " efr=0x29d3"
        if segment:
            text += " segment=%d" % segment
        return "\n".join([text, *self.entries(kind)])

    def ivhds(self):
        r = self.rng
        kinds = r.choice(((0x10,), (0x10,), (0x11,), (0x40,), (0x10, 0x11), (0x10, 0x11, 0x40), (0x11, 0x40), (0x10, 0x40), (0x40, 0x10)))
        blocks = [self.ivhd(k) for k in kinds]
        odd = r.random()
        if odd < 0.01:
            blocks.append(self.ivhd(0x10, 0x0400))  # another IOMMU at the same registers
        elif odd < 0.02:
            blocks = [self.ivhd(k, segment=1) for k in kinds]
        elif odd < 0.025:
            blocks = [self.ivhd(k, 0x0050) for k in kinds]  # no such function, or one that is no IOMMU
        elif odd < 0.035:
            blocks.append(self.ivhd(0x41))
        elif odd < 0.045:
            blocks.insert(0, self.ivhd(0x41))
        elif odd < 0.055:
            blocks.append(self.ivhd(0x12))
        return blocks

    def span(self, one):
        """Start and length; one: for a single function, which may have a large one."""
        r = self.rng
        if self.starts and r.random() < 0.35:  # beside, over or below one that there is already
            start, length = r.choice(self.starts)
            start = (start + r.choice((0, length, length + PAGE, -PAGE, length - PAGE, PAGE, 1))) % 2**64
        else:
            start = r.choice((*self.pool, *self.pool, 0, PAGE, 0xFEE00000, 0xFED00000, 0xFD00000000, 0xFCFFFFF000, 2**64 - PAGE, 2**64 - 0x10000, 0x10000))
        if r.random() < 0.12:
            start = (start + r.choice((1, 0x800, 0xFFF))) % 2**64
        length = r.choice((PAGE, PAGE, 2 * PAGE, 5 * PAGE, 16 * PAGE, 0x100000, 1, 0x10, PAGE + 1))
        odd = r.random()
        if odd < 0.06:
            length = 0
        elif odd < 0.09:
            length = r.choice((2**64 - 1, 2**64 - 0x800, 2**64 - PAGE, 2**63))
            start = max(start, PAGE) if length == 2**64 - 1 else 2**64 - PAGE  # else the kernel would map it page by page for hours
        elif odd < 0.13:
            length = r.choice((0x1000000, 0x4000000, 0x10000000))
        # A span that wraps isn't mapped at all, one that doesn't is walked page by page for every function it is for, which an emulated machine does slowly.
        if start + length < 2**64:
            length = min(length, 0x10000000 if one else 0x1000000)
        self.starts.append((start, length))
        return start, length

    def ivmd(self):
        r = self.rng
        kind = r.choice((0x20, 0x21, 0x21, 0x21, 0x22, 0x22, 0x22, 0x23)) if r.random() < 0.9 else 0x22
        first = last = 0
        if kind == 0x21 or (kind == 0x20 and r.random() < 0.2):
            first = self.any_devid()
        elif kind != 0x20:
            first, last = sorted((self.any_devid(), self.any_devid()))
            if r.random() < 0.2:
                first, last = 0, r.choice((0x0FFF, 0xFFFF, 0x00FF))
            elif r.random() < 0.07:
                first, last = last, first
        if first == IOMMU and r.random() < 0.8 or (kind in (0x20, 0x21) and first == IOMMU and r.random() < 0.5):
            first += 8
        if r.random() < 0.01:
            first = IOMMU  # the IVMD is taken for a hardware block
        start, length = self.span(kind == 0x21)
        flags = r.choice((8, 8, 8, 9, 0xF, 7, 7, 7, 3, 5, 0, 2, 4, 6, 0x10, 0xF8, 0x87, 0x0D)) if r.random() < 0.97 else r.choice((1, 1, 0xF1))
        line = "ivmd %02xh %s-%s %#x+%#x flags=%#x" % (kind, devid(first), devid(last), start, length, flags)
        odd = r.random()
        if odd < 0.04:
            line += " segment=%d" % r.choice((1, 7, 0xFFFF))
        elif odd < 0.08:
            line += " reserved=%#x" % r.randrange(1, 2**48)
        elif odd < 0.11:
            line += "\n\traw " + "00" * 32
        elif odd < 0.113:
            line += " length=0"
        return line


CMDLINES = ("iommu=pt", "iommu.passthrough=1", "iommu.strict=0", "iommu.strict=1", "amd_iommu=fullflush", "amd_iommu=force_isolation",
            "amd_iommu=pgtbl_v2", "nointremap", "intremap=off", "iommu=nopt", "amd_iommu=off", "iommu=off", "amd_iommu=nonsense")


def boot(seed, number):
    """Topology, table, command line and addresses to map of one random boot."""
    rng = random.Random("%s/%d" % (seed, number))
    topology = Topology(rng)
    table = Table(rng, topology)
    cmdline = rng.choice(CMDLINES) if rng.random() < 0.15 else ""
    probes = {0xFEE00000, 0xFEF00000}
    for start, length in table.starts[:5]:
        probes |= {start & ~0xFFF, (start + 0xFFF) & ~0xFFF, (start + length + 0xFFF) & ~0xFFF}
    return topology.text(), table.text(), cmdline, sorted(p for p in probes if 0 < p < 2**64)[:16]
