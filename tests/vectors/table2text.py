#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""table2text.py [TABLE]: write the text form (FORMAT.md) of an IVRS table, whatever its bytes; mktable makes the same bytes of it again."""
import struct
import sys


def devid(value):
    return "%02x:%02x.%x" % (value >> 8, value >> 3 & 31, value & 7)


def name(raw, fill):
    """Text of a fixed-width field, or None where quoting can't say it."""
    text = raw.rstrip(fill)
    return '"%s"' % "".join(chr(c) if 32 <= c < 127 and c not in b'"\\' else "\\x%02x" % c for c in text)


def keys(**pairs):
    """KEY=VALUE for everything that isn't what mktable takes by default (value, default)."""
    return "".join(" %s=%#x" % (k, v) for k, (v, default) in pairs.items() if v != default)


def raw_lines(data, indent="\t"):
    return ["%sraw %s" % (indent, data[i : i + 32].hex(" ")) for i in range(0, len(data), 32)]


def hid_entry(entry):
    uid_format, uid_length = entry[20], entry[21]
    line = "\thid %s %s" % (devid(struct.unpack_from("<H", entry, 1)[0]), name(entry[4:12], b"\0"))
    line += keys(flags=(entry[3], 0))
    if entry[12:20] != bytes(8):
        line += " cid=%s" % name(entry[12:20], b"\0")
    if uid_format == 1 and uid_length == 8:
        line += " uid=@%#x" % struct.unpack_from("<Q", entry, 22)[0]
    elif uid_length:
        line += " uid=%s" % name(entry[22:], b"") + keys(uidformat=(uid_format, 2))
    else:
        line += keys(uidformat=(uid_format, 0))
    return line


def entries(data):
    """The device entries of an IVHD; bytes that aren't a whole known entry come out raw."""
    lines, at, starts = [], 0, {}  # starts: where an entry ends that begins a range, and with which device
    fours = {0x02: "sel", 0x03: "sos", 0x04: "eos"}
    while at < len(data):
        kind = data[at]
        size = 4 if kind < 0x40 else 8 if kind < 0x80 else 22 + data[at + 21] if kind == 0xF0 and at + 22 <= len(data) else 0
        entry = data[at : at + size]
        if not size or len(entry) < size:
            return lines + raw_lines(data[at:])
        at += size
        dev, flags = struct.unpack_from("<HB", entry, 1)
        k = keys(flags=(flags, 0))
        if kind in (0x03, 0x43, 0x47):
            starts[at] = dev
        if kind in (0x00, 0x01) and dev == 0 and (kind or not flags):
            lines.append("\t%s%s" % (("pad4", "all")[kind], k))
        elif kind == 0x04 and not flags and at - size in starts:
            lines[-1] = lines[-1].replace("sos ", "range ").replace(devid(starts[at - size]), "%s-%s" % (devid(starts[at - size]), devid(dev)), 1)
        elif kind in fours:
            lines.append("\t%s %s%s" % (fours[kind], devid(dev), k))
        elif kind == 0x40 and entry[1:3] + entry[4:] == bytes(6):
            lines.append("\tpad8%s" % k)
        elif kind in (0x42, 0x43) and entry[4] == entry[7] == 0:
            target = devid(struct.unpack_from("<H", entry, 5)[0])
            lines.append("\t%s %s %s%s" % ("alias" if kind == 0x42 else "aliassos", devid(dev), target, k))
        elif kind in (0x46, 0x47):
            k += keys(extended=(struct.unpack_from("<I", entry, 4)[0], 0))
            lines.append("\t%s %s%s" % ("extsel" if kind == 0x46 else "extsos", devid(dev), k))
        elif kind == 0x48 and dev == 0:
            handle, target, variety = struct.unpack_from("<BHB", entry, 4)
            word = {1: "ioapic", 2: "hpet"}.get(variety, "special %d" % variety)
            lines.append("\t%s %d %s%s" % (word, handle, devid(target), k))
        elif kind == 0xF0:
            lines.append(hid_entry(entry))
        else:
            lines += raw_lines(entry)
    return lines


def blocks(data):
    lines, at = [], 0
    while at < len(data):
        rest = data[at:]
        if len(rest) < 4:
            return lines + raw_lines(rest, "")
        kind, flags, length = struct.unpack_from("<BBH", rest)
        head = {0x10: 24, 0x11: 40, 0x40: 40, 0x20: 32, 0x21: 32, 0x22: 32}.get(kind, 4)
        if len(rest) < head:
            return lines + raw_lines(rest, "")
        # A length that lies: the block is taken to be as long as its fixed part and the length is written out.
        true = length if head <= length <= len(rest) else head
        lie = "" if true == length else " length=%d" % length
        block, at = rest[:true], at + true
        k = keys(flags=(flags, 0))
        if kind in (0x20, 0x21, 0x22):
            first, last, segment = struct.unpack_from("<HHH", block, 4)
            reserved = int.from_bytes(block[10:16], "little")
            start, size = struct.unpack_from("<QQ", block, 16)
            who = devid(first) + ("-" + devid(last) if last or kind == 0x22 else "")
            lines.append("ivmd %02xh %s %#x+%#x%s%s%s" % (kind, who, start, size, k, keys(segment=(segment, 0), reserved=(reserved, 0)), lie))
            lines += raw_lines(block[32:])
        elif kind in (0x10, 0x11, 0x40):
            iommu, cap, mmio, segment, info, feature = struct.unpack_from("<HHQHHI", block, 4)
            k += keys(cap=(cap, 0x40), mmio=(mmio, 0xFED80000), segment=(segment, 0), info=(info, 0), feature=(feature, 0))
            if head == 40:
                k += keys(efr=(struct.unpack_from("<Q", block, 24)[0], 0), efr2=(struct.unpack_from("<Q", block, 32)[0], 0))
            lines.append("ivhd %02xh %s%s%s" % (kind, devid(iommu), k, lie))
            lines += entries(block[head:])
        else:
            lines.append("block %02xh%s%s" % (kind, k, lie))
            lines += raw_lines(block[4:])
    return lines


def text(table):
    if len(table) < 48:
        raise ValueError("shorter than the header of an IVRS")
    signature, length, revision, checksum, oem, oemtable, oemrev, creator, creatorrev, ivinfo, reserved = struct.unpack_from("<4sIBB6s8sI4sIIQ", table)
    k = keys(revision=(revision, 2), ivinfo=(ivinfo, 0), reserved=(reserved, 0))
    for word, value, default in (("signature", signature, b"IVRS"), ("oem", oem, b"BOCHS "), ("oemtable", oemtable, b"BXPC    ")):
        if value != default:
            k += " %s=%s" % (word, name(value, b" "))
    k += keys(oemrevision=(oemrev, 2))
    if creator != b"BXPC":
        k += " creator=%s" % name(creator, b" ")
    k += keys(creatorrevision=(creatorrev, 1), length=(length, len(table)))
    summed = bytearray(table[: min(length, len(table))])
    if len(summed) > 9:
        summed[9] = 0
    k += keys(checksum=(checksum, -sum(summed) & 255))
    return "\n".join((["ivrs" + k] if k else []) + blocks(table[48:])) + "\n"


if __name__ == "__main__":
    with open(sys.argv[1], "rb") if len(sys.argv) > 1 else sys.stdin.buffer as f:
        sys.stdout.write(text(f.read()))
