# SPDX-License-Identifier: LGPL-2.1-or-later
"""The tables of check-patch: the guest's own IVRS with IVMD blocks appended."""
import struct

OEM_REVISION = 24  # offset in the ACPI table header
CHECKSUM = 9


def ivmd(block_type, first, last=0, start=0x3c000000, length=1, flags=0x08):
    """One IVMD block; flags 08 (exclusion range) and length 1 are what affected boards carry."""
    return struct.pack("<BBHHHHHIQQ", block_type, flags, 32, first, last, 0, 0, 0, start, length)


def with_blocks(base, blocks):
    """BASE with BLOCKS appended, so that the kernel takes it in place of the firmware's table:
    same signature and OEM ids, a greater OEM revision, the right length and checksum."""
    table = bytearray(base + b"".join(blocks))
    struct.pack_into("<I", table, 4, len(table))
    revision = struct.unpack_from("<I", table, OEM_REVISION)[0]
    struct.pack_into("<I", table, OEM_REVISION, revision + 1)
    table[CHECKSUM] = 0
    table[CHECKSUM] = -sum(table) & 0xff
    return bytes(table)
