# SPDX-License-Identifier: LGPL-2.1-or-later
"""The table."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from typing import Optional, Union

from . import _blocks, _errors, _ivrs
from ._blocks import Block, Ivhd, Ivmd
from ._enums import Status
from ._errors import IvrsError
from ._report import Report, new_report
from ._values import Handle, View

Bytes = Union[bytes, bytearray, memoryview]


class Table(Handle):
    """An IVRS, read and never repaired. It can't be changed and may be shared between threads.

    ``len()`` and iteration give its blocks, ``bytes()`` all bytes that were given. Tables with the same bytes are equal.

    :param data: the bytes of the table, or the text that acpidump prints; they are copied
    :param lenient: read as far as the bytes allow, as the kernel does, instead of failing at the first malformed block
    :raises IvrsError: TRUNCATED, SIGNATURE, MALFORMED, SYNTAX (a damaged dump), TOO_LARGE (64 MiB); ``code`` and ``offset`` name what
        made it fail. A lenient table fails only when the header is missing or cut, or its length field lies beyond the bytes.
    :raises TypeError: ``data`` isn't bytes-like
    """

    __slots__ = ("_report", "_bytes")
    _raw: _ivrs.ivrs_table
    _report: _ivrs.ivrs_report
    _bytes: Optional[bytes]

    def __init__(self, data: Bytes, *, lenient: bool = False) -> None:
        flags = _ivrs.IVRS_PARSE_LENIENT if _errors.boolean("lenient", lenient) else 0
        try:
            given = data if isinstance(data, bytes) else bytes(memoryview(data))
        except TypeError:
            raise TypeError(f"data must be bytes-like, not {type(data).__name__}") from None
        outcome = _errors.outcome()
        report = new_report()
        raw = _ivrs.ivrs_table_parse(given, flags, report, outcome)
        if raw is None:
            raise _failure(outcome, report)
        self._raw = raw
        self._report = report
        self._bytes = None

    @classmethod
    def read(cls, path: Union[str, os.PathLike[str]], *, lenient: bool = False) -> Table:
        """Read a file: a table as ``/sys/firmware/acpi/tables/IVRS`` holds it, or a dump.

        :raises OSError: the file can't be read (that one takes root)
        :raises IvrsError: as for the class
        """
        with open(path, "rb") as file:
            # One byte more than is accepted, so that a larger file is refused without being read whole.
            return cls(file.read(_ivrs.IVRS_TABLE_LIMIT + 1), lenient=lenient)

    @property
    def findings(self) -> Report:
        """What the parse had to say; :func:`check` says more."""
        return Report(self._report)

    @property
    def well_formed(self) -> bool:
        """False when a lenient parse met something that a strict one refuses."""
        return _ivrs.ivrs_table_well_formed(self._raw)

    @property
    def length(self) -> int:
        """The length field of the header, in bytes."""
        return _ivrs.ivrs_table_length(self._raw)

    @property
    def revision(self) -> int:
        """The revision. Linux doesn't look at it."""
        return _ivrs.ivrs_table_revision(self._raw)

    @property
    def checksum(self) -> int:
        """The checksum byte."""
        return _ivrs.ivrs_table_checksum(self._raw)

    @property
    def checksum_valid(self) -> bool:
        """True when the bytes of the table sum to 0 modulo 256."""
        return _ivrs.ivrs_table_checksum_valid(self._raw)

    @property
    def oem_id(self) -> str:
        """OEM id, without trailing blanks, unprintable bytes as ``?``."""
        return _ivrs.ivrs_table_oem_id(self._raw)

    @property
    def oem_table_id(self) -> str:
        """OEM table id, likewise."""
        return _ivrs.ivrs_table_oem_table_id(self._raw)

    @property
    def oem_revision(self) -> int:
        """OEM revision; a table override must have a greater one."""
        return _ivrs.ivrs_table_oem_revision(self._raw)

    @property
    def creator_id(self) -> str:
        """Creator id, likewise."""
        return _ivrs.ivrs_table_creator_id(self._raw)

    @property
    def creator_revision(self) -> int:
        return _ivrs.ivrs_table_creator_revision(self._raw)

    @property
    def ivinfo(self) -> int:
        """IVinfo: bit 0 EFRSup, bit 1 pre-boot DMA protection, bits 21:15 virtual address size."""
        return _ivrs.ivrs_table_ivinfo(self._raw)

    @property
    def blocks(self) -> View[Block]:
        """All blocks, in table order."""
        return View(_ivrs.ivrs_table_block_count(self._raw), partial(_blocks.block, self._raw))

    @property
    def ivhds(self) -> View[Ivhd]:
        """The IVHD blocks (10h, 11h, 40h), in table order."""
        return View(_ivrs.ivrs_table_ivhd_count(self._raw), partial(_ivhd, self._raw))

    @property
    def ivmds(self) -> View[Ivmd]:
        """The IVMD blocks (20h, 21h, 22h, 50h, 51h), in table order: ``Region.ivmd`` is an index into it."""
        return View(_ivrs.ivrs_table_ivmd_count(self._raw), partial(_ivmd, self._raw))

    def __len__(self) -> int:
        return _ivrs.ivrs_table_block_count(self._raw)

    def __bool__(self) -> bool:
        return True

    def __iter__(self) -> Iterator[Block]:
        return iter(self.blocks)

    def __getitem__(self, index: int) -> Block:
        return self.blocks[index]

    def __bytes__(self) -> bytes:
        if self._bytes is None:
            text = _ivrs.ivrs_table_hex(self._raw)
            if text is None:
                raise MemoryError("libivrs is out of memory")
            self._bytes = bytes.fromhex(text)
        return self._bytes

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Table):
            return NotImplemented
        return bytes(self) == bytes(other)

    def __hash__(self) -> int:
        return hash(bytes(self))

    def __repr__(self) -> str:
        return (
            f"<Table {self.oem_id}/{self.oem_table_id}: {self.length} bytes,"
            f" {len(self.ivhds)} IVHD, {len(self.ivmds)} IVMD>"
        )


def _failure(outcome: _ivrs.ivrs_outcome, report: _ivrs.ivrs_report) -> Exception:
    if not outcome.code:
        return _errors.failure(outcome.status)
    detail = None
    for finding in Report(report):
        if finding.code == outcome.code:
            detail = finding.message
    offset = None if outcome.offset == _ivrs.IVRS_NO_OFFSET else outcome.offset
    return IvrsError(Status(abs(outcome.status)), detail, outcome.code, offset)


def _ivhd(raw: _ivrs.ivrs_table, index: int) -> Ivhd:
    return _blocks.ivhd(_ivrs.ivrs_table_ivhd(raw, index, _errors.outcome()))


def _ivmd(raw: _ivrs.ivrs_table, index: int) -> Ivmd:
    return _blocks.ivmd(_ivrs.ivrs_table_ivmd(raw, index, _errors.outcome()))


def adopt(raw: _ivrs.ivrs_table) -> Table:
    """A Table around a reference that C gave."""
    made = Table.__new__(Table)
    made._raw = raw
    made._report = new_report()
    made._bytes = None
    return made
