# SPDX-License-Identifier: LGPL-2.1-or-later
"""The blocks of a table. IVHD and IVMD handles keep their table alive in C."""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import Optional

from . import _ivrs
from ._enums import BlockType, EntryType, IvmdFlag
from ._values import Handle, Sbdf, View


@dataclasses.dataclass(frozen=True)
class Block:
    """A block of any type, known or not."""

    index: int
    offset: int
    """Bytes from the start of the table."""
    block_type: BlockType
    flags: int
    length: int
    """The block's own length field, in bytes; may reach past the table after a lenient parse."""

    @property
    def name(self) -> str:
        """"IVHD", "IVMD" or "unknown"."""
        return _ivrs.ivrs_block_type_name(self.block_type)


@dataclasses.dataclass(frozen=True)
class Entry:
    """A device entry of an IVHD. Fields that its type doesn't have are 0 or empty."""

    index: int
    offset: int
    """Bytes from the start of the table."""
    entry_type: EntryType
    length: int
    """Bytes by the kernel's rule; 0 for a type that Linux never gets past."""
    flags: int
    """The data setting byte."""
    devid: int
    alias: int
    """Device id that an ALIAS or ALIAS_START gives."""
    extended: int
    handle: int
    """IOAPIC id or HPET number of a SPECIAL."""
    variety: int
    """Of a SPECIAL: 1 IOAPIC, 2 HPET."""
    hid: str
    cid: str
    uid: str
    """Unique id of an ACPI_HID as text."""
    uid_format: int


def block(raw: _ivrs.ivrs_table, index: int) -> Block:
    return Block(
        index,
        _ivrs.ivrs_table_block_offset(raw, index),
        BlockType(_ivrs.ivrs_table_block_type(raw, index)),
        _ivrs.ivrs_table_block_flags(raw, index),
        _ivrs.ivrs_table_block_length(raw, index),
    )


def _entry(raw: _ivrs.ivrs_ivhd, index: int) -> Entry:
    return Entry(
        index,
        _ivrs.ivrs_ivhd_entry_offset(raw, index),
        EntryType(_ivrs.ivrs_ivhd_entry_type(raw, index)),
        _ivrs.ivrs_ivhd_entry_length(raw, index),
        _ivrs.ivrs_ivhd_entry_flags(raw, index),
        _ivrs.ivrs_ivhd_entry_devid(raw, index),
        _ivrs.ivrs_ivhd_entry_alias(raw, index),
        _ivrs.ivrs_ivhd_entry_extended(raw, index),
        _ivrs.ivrs_ivhd_entry_handle(raw, index),
        _ivrs.ivrs_ivhd_entry_variety(raw, index),
        _ivrs.ivrs_ivhd_entry_hid(raw, index) or "",
        _ivrs.ivrs_ivhd_entry_cid(raw, index) or "",
        _ivrs.ivrs_ivhd_entry_uid(raw, index) or "",
        _ivrs.ivrs_ivhd_entry_uid_format(raw, index),
    )


class Ivhd(Handle):
    """An I/O Virtualization Hardware Definition block: one IOMMU. Made by :attr:`Table.ivhds`.

    ``len()`` and iteration give its device entries. It keeps the table alive.
    """

    __slots__ = ()
    _raw: _ivrs.ivrs_ivhd

    def __init__(self) -> None:
        raise TypeError("an Ivhd comes from Table.ivhds")

    @property
    def block_index(self) -> int:
        """Index among all blocks of the table."""
        return _ivrs.ivrs_ivhd_block_index(self._raw)

    @property
    def offset(self) -> int:
        """Bytes from the start of the table."""
        return _ivrs.ivrs_ivhd_offset(self._raw)

    @property
    def block_type(self) -> BlockType:
        return BlockType(_ivrs.ivrs_ivhd_block_type(self._raw))

    @property
    def flags(self) -> int:
        """HtTunEn, PassPW, ResPassPW, Isoc, IotlbSup, Coherent, PreFSup, PPRSup from bit 0."""
        return _ivrs.ivrs_ivhd_flags(self._raw)

    @property
    def length(self) -> int:
        """The length field, in bytes."""
        return _ivrs.ivrs_ivhd_length(self._raw)

    @property
    def devid(self) -> int:
        """Device id of the IOMMU, 16 bits."""
        return _ivrs.ivrs_ivhd_devid(self._raw)

    @property
    def segment(self) -> int:
        """PCI segment."""
        return _ivrs.ivrs_ivhd_segment(self._raw)

    @property
    def device(self) -> Sbdf:
        """The PCI function that is the IOMMU."""
        return Sbdf(self.segment << 16 | self.devid)

    @property
    def capability(self) -> int:
        """Offset of the capability block in the IOMMU's configuration space."""
        return _ivrs.ivrs_ivhd_capability(self._raw)

    @property
    def base(self) -> int:
        """Address of the registers."""
        return _ivrs.ivrs_ivhd_base(self._raw)

    @property
    def info(self) -> int:
        """MSI number 4:0, unit id 12:8."""
        return _ivrs.ivrs_ivhd_info(self._raw)

    @property
    def attributes(self) -> int:
        """Feature reporting (10h) or attributes (11h, 40h)."""
        return _ivrs.ivrs_ivhd_attributes(self._raw)

    @property
    def efr(self) -> int:
        """Copy of the extended feature register; 0 in a 10h block."""
        return _ivrs.ivrs_ivhd_efr(self._raw)

    @property
    def efr2(self) -> int:
        """Copy of the extended feature register 2; 0 in a 10h block."""
        return _ivrs.ivrs_ivhd_efr2(self._raw)

    @property
    def entries(self) -> View[Entry]:
        """Device entries, padding included."""
        return View(_ivrs.ivrs_ivhd_entry_count(self._raw), partial(_entry, self._raw))

    def __len__(self) -> int:
        return _ivrs.ivrs_ivhd_entry_count(self._raw)

    def __bool__(self) -> bool:
        return True

    def __getitem__(self, index: int) -> Entry:
        return self.entries[index]

    def _key(self) -> tuple[object, ...]:
        return (self.offset, self.block_type, self.device, self.base, self.flags, self.attributes, self.efr, self.efr2, self.entries)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Ivhd):
            return NotImplemented
        return self._key() == other._key()

    def __hash__(self) -> int:
        return hash((self.offset, self.device, self.base))

    def __repr__(self) -> str:
        return f"<Ivhd {int(self.block_type):02x}h {self.device}: {len(self)} entries>"


class Ivmd(Handle):
    """An I/O Virtualization Memory Definition block: one range of memory. Made by :attr:`Table.ivmds`.

    It keeps the table alive. Numbers are as they stand in the table; what Linux makes of them is told by
    :attr:`Device.unity_maps`.
    """

    __slots__ = ()
    _raw: _ivrs.ivrs_ivmd

    def __init__(self) -> None:
        raise TypeError("an Ivmd comes from Table.ivmds")

    @property
    def block_index(self) -> int:
        """Index among all blocks of the table."""
        return _ivrs.ivrs_ivmd_block_index(self._raw)

    @property
    def offset(self) -> int:
        """Bytes from the start of the table."""
        return _ivrs.ivrs_ivmd_offset(self._raw)

    @property
    def block_type(self) -> BlockType:
        return BlockType(_ivrs.ivrs_ivmd_block_type(self._raw))

    @property
    def flags(self) -> IvmdFlag:
        return IvmdFlag(_ivrs.ivrs_ivmd_flags(self._raw))

    @property
    def length(self) -> int:
        """Length field of the block, in bytes; 32 in a well-formed one."""
        return _ivrs.ivrs_ivmd_length(self._raw)

    @property
    def devid(self) -> int:
        """Device of a 21h, first one of a 22h."""
        return _ivrs.ivrs_ivmd_devid(self._raw)

    @property
    def aux(self) -> int:
        """Last device of a 22h."""
        return _ivrs.ivrs_ivmd_aux(self._raw)

    @property
    def segment(self) -> int:
        """PCI segment, for Linux 6.0 and later."""
        return _ivrs.ivrs_ivmd_segment(self._raw)

    @property
    def reserved(self) -> int:
        """The 6 reserved bytes at offset 10, little endian."""
        return _ivrs.ivrs_ivmd_reserved(self._raw)

    @property
    def start(self) -> int:
        """First address of the memory."""
        return _ivrs.ivrs_ivmd_start(self._raw)

    @property
    def memory_length(self) -> int:
        """Bytes of the memory."""
        return _ivrs.ivrs_ivmd_memory_length(self._raw)

    def _key(self) -> tuple[object, ...]:
        return (
            self.offset, self.block_type, self.flags, self.length, self.devid, self.aux, self.segment, self.reserved,
            self.start, self.memory_length,
        )  # fmt: skip

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Ivmd):
            return NotImplemented
        return self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __repr__(self) -> str:
        return (
            f"<Ivmd {int(self.block_type):02x}h {self.devid:#06x}-{self.aux:#06x}:"
            f" {self.start:#x}+{self.memory_length:#x} flags {int(self.flags):#x}>"
        )


def ivhd(raw: Optional[_ivrs.ivrs_ivhd]) -> Ivhd:
    if raw is None:
        raise MemoryError("libivrs is out of memory")
    made = Ivhd.__new__(Ivhd)
    made._raw = raw
    return made


def ivmd(raw: Optional[_ivrs.ivrs_ivmd]) -> Ivmd:
    if raw is None:
        raise MemoryError("libivrs is out of memory")
    made = Ivmd.__new__(Ivmd)
    made._raw = raw
    return made
