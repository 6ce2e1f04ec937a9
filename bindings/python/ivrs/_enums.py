# SPDX-License-Identifier: LGPL-2.1-or-later
"""Numbers with names. A number that this version doesn't know becomes a member called UNKNOWN_n instead of an error."""

from __future__ import annotations

import enum
from typing import TypeVar

from . import _ivrs

E = TypeVar("E", bound="_Number")


class _Number(enum.IntEnum):
    @classmethod
    def _missing_(cls: type[E], value: object) -> E | None:
        if not isinstance(value, int):
            return None
        member = int.__new__(cls, value)
        member._name_ = f"UNKNOWN_{value}"
        member._value_ = value
        return member


class Status(_Number):
    """Why a call failed; see :class:`IvrsError`."""

    OK = _ivrs.IVRS_OK
    NOMEM = _ivrs.IVRS_E_NOMEM
    ARGUMENT = _ivrs.IVRS_E_ARGUMENT
    SYNTAX = _ivrs.IVRS_E_SYNTAX
    NOT_FOUND = _ivrs.IVRS_E_NOT_FOUND
    EXISTS = _ivrs.IVRS_E_EXISTS
    TRUNCATED = _ivrs.IVRS_E_TRUNCATED
    SIGNATURE = _ivrs.IVRS_E_SIGNATURE
    MALFORMED = _ivrs.IVRS_E_MALFORMED
    TOO_LARGE = _ivrs.IVRS_E_TOO_LARGE
    KERNEL = _ivrs.IVRS_E_KERNEL

    @property
    def symbol(self) -> str:
        """The C name, "IVRS_E_MALFORMED"."""
        return _ivrs.ivrs_status_name(self.value)

    @property
    def text(self) -> str:
        """One line for a person."""
        return _ivrs.ivrs_status_text(self.value)


class Severity(_Number):
    """How bad a finding is, by what Linux does about it. A larger one is worse."""

    INFO = _ivrs.IVRS_SEVERITY_INFO
    WRONG_MAPPING = _ivrs.IVRS_SEVERITY_WRONG_MAPPING
    BLOCKED = _ivrs.IVRS_SEVERITY_BLOCKED
    IOMMU_LOST = _ivrs.IVRS_SEVERITY_IOMMU_LOST
    PANIC = _ivrs.IVRS_SEVERITY_PANIC
    HANG = _ivrs.IVRS_SEVERITY_HANG

    def __str__(self) -> str:
        return _ivrs.ivrs_severity_name(self.value)


class State(_Number):
    """What has become of the IOMMU when the boot is over."""

    READY = _ivrs.IVRS_STATE_READY
    DISABLED = _ivrs.IVRS_STATE_DISABLED
    ABSENT = _ivrs.IVRS_STATE_ABSENT
    FAILED = _ivrs.IVRS_STATE_FAILED
    LOST = _ivrs.IVRS_STATE_LOST
    HANGS = _ivrs.IVRS_STATE_HANGS
    PANICS = _ivrs.IVRS_STATE_PANICS

    def __str__(self) -> str:
        return _ivrs.ivrs_state_name(self.value)


class Claim(_Number):
    """Result of VFIO's claim of a group."""

    OK = _ivrs.IVRS_CLAIM_OK
    REFUSED = _ivrs.IVRS_CLAIM_REFUSED
    NOTHING = _ivrs.IVRS_CLAIM_NOTHING

    def __str__(self) -> str:
        return _ivrs.ivrs_claim_name(self.value)


class Reason(_Number):
    """Why a claim is refused."""

    REQUIRE_DIRECT = _ivrs.IVRS_REASON_REQUIRE_DIRECT
    NO_IOMMU = _ivrs.IVRS_REASON_NO_IOMMU
    INTERRUPTS = _ivrs.IVRS_REASON_INTERRUPTS
    BUSY = _ivrs.IVRS_REASON_BUSY
    NO_IOVA = _ivrs.IVRS_REASON_NO_IOVA
    NO_INTERFACE = _ivrs.IVRS_REASON_NO_INTERFACE

    def __str__(self) -> str:
        return _ivrs.ivrs_reason_name(self.value)


class RegionKind(_Number):
    """Kind of a region, named as in sysfs."""

    DIRECT = _ivrs.IVRS_REGION_DIRECT
    RELAXABLE = _ivrs.IVRS_REGION_RELAXABLE
    RESERVED = _ivrs.IVRS_REGION_RESERVED
    MSI = _ivrs.IVRS_REGION_MSI
    IOVA = _ivrs.IVRS_REGION_IOVA

    def __str__(self) -> str:
        return _ivrs.ivrs_region_kind_name(self.value)


class IvmdClass(_Number):
    """Whom an IVMD is meant for, as far as its device ids tell."""

    BLANKET = _ivrs.IVRS_IVMD_BLANKET
    BUS = _ivrs.IVRS_IVMD_BUS
    NAMED = _ivrs.IVRS_IVMD_NAMED
    IDLE = _ivrs.IVRS_IVMD_IDLE

    def __str__(self) -> str:
        return _ivrs.ivrs_ivmd_class_name(self.value)


class BlockType(_Number):
    """Type number of a block."""

    IVHD_10 = _ivrs.IVRS_BLOCK_IVHD_10
    IVHD_11 = _ivrs.IVRS_BLOCK_IVHD_11
    IVHD_40 = _ivrs.IVRS_BLOCK_IVHD_40
    IVMD_ALL = _ivrs.IVRS_BLOCK_IVMD_ALL
    IVMD_ONE = _ivrs.IVRS_BLOCK_IVMD_ONE
    IVMD_RANGE = _ivrs.IVRS_BLOCK_IVMD_RANGE
    IVMD_REL_ALL = _ivrs.IVRS_BLOCK_IVMD_REL_ALL
    IVMD_REL_ONE = _ivrs.IVRS_BLOCK_IVMD_REL_ONE


class EntryType(_Number):
    """Type number of a device entry of an IVHD."""

    PAD = _ivrs.IVRS_ENTRY_PAD
    ALL = _ivrs.IVRS_ENTRY_ALL
    SELECT = _ivrs.IVRS_ENTRY_SELECT
    START = _ivrs.IVRS_ENTRY_START
    END = _ivrs.IVRS_ENTRY_END
    ALIAS = _ivrs.IVRS_ENTRY_ALIAS
    ALIAS_START = _ivrs.IVRS_ENTRY_ALIAS_START
    EXT_SELECT = _ivrs.IVRS_ENTRY_EXT_SELECT
    EXT_START = _ivrs.IVRS_ENTRY_EXT_START
    SPECIAL = _ivrs.IVRS_ENTRY_SPECIAL
    ACPI_HID = _ivrs.IVRS_ENTRY_ACPI_HID

    def __str__(self) -> str:
        return _ivrs.ivrs_entry_type_name(self.value)


class IvmdFlag(enum.IntFlag):
    """Flags of an IVMD; bits 7:4 are reserved."""

    UNITY = _ivrs.IVRS_IVMD_UNITY
    READ = _ivrs.IVRS_IVMD_READ
    WRITE = _ivrs.IVRS_IVMD_WRITE
    EXCLUSION = _ivrs.IVRS_IVMD_EXCLUSION


class Prot(enum.IntFlag):
    """Permissions of a unity map."""

    NONE = 0
    READ = 1
    WRITE = 2
