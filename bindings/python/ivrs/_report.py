# SPDX-License-Identifier: LGPL-2.1-or-later
"""Findings, and the registry of their codes."""

from __future__ import annotations

import dataclasses
from typing import Optional, Sequence, Union, overload

from . import _ivrs, _errors
from ._enums import Severity
from ._values import Sbdf


@dataclasses.dataclass(frozen=True)
class Finding:
    """What a parse or a check has to say."""

    code: int
    """Stable number; 42 is printed IVRS-042."""
    severity: Severity
    offset: Optional[int]
    """Byte offset in the table, or None."""
    device: Optional[Sbdf]
    """The device that it is about, or None."""
    message: str

    @property
    def id(self) -> str:
        """"IVRS-042"."""
        return f"IVRS-{self.code:03d}"

    @property
    def name(self) -> str:
        """Short stable name of the code, "block-length-zero"."""
        return _ivrs.ivrs_finding_name(self.code) or "unknown"

    @property
    def text(self) -> str:
        """What the code means, and where that rule comes from."""
        return _ivrs.ivrs_finding_text(self.code) or ""

    def __str__(self) -> str:
        where = "" if self.offset is None else f" offset {self.offset:#x}:"
        return f"{self.id} {self.severity}:{where} {self.message}"


class Report(Sequence[Finding]):
    """Findings in the order in which they were made. It can't be changed."""

    __slots__ = ("_findings", "_worst", "_dropped")

    def __init__(self, raw: _ivrs.ivrs_report) -> None:
        self._findings = tuple(_finding(raw, i) for i in range(_ivrs.ivrs_report_count(raw)))
        self._worst = _ivrs.ivrs_report_worst(raw)
        self._dropped = _ivrs.ivrs_report_dropped(raw)

    def __len__(self) -> int:
        return len(self._findings)

    @overload
    def __getitem__(self, index: int) -> Finding: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Finding]: ...

    def __getitem__(self, index: Union[int, slice]) -> Union[Finding, Sequence[Finding]]:
        return self._findings[index]

    @property
    def worst(self) -> Optional[Severity]:
        """Worst severity, also of findings that were dropped; None when there is nothing to say."""
        return Severity(self._worst) if self._worst else None

    @property
    def dropped(self) -> int:
        """Findings beyond the limit of 10000 or of memory, which are only counted."""
        return self._dropped

    @property
    def codes(self) -> frozenset[int]:
        """The codes that occur."""
        return frozenset(finding.code for finding in self._findings)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Report):
            return NotImplemented
        return self._findings == other._findings and self._dropped == other._dropped

    def __hash__(self) -> int:
        return hash((self._findings, self._dropped))

    def __repr__(self) -> str:
        return f"<Report: {len(self)} findings, worst {self.worst}>"


def _finding(raw: _ivrs.ivrs_report, index: int) -> Finding:
    offset = _ivrs.ivrs_report_offset(raw, index)
    device = _ivrs.ivrs_report_device(raw, index)
    return Finding(
        _ivrs.ivrs_report_code(raw, index),
        Severity(_ivrs.ivrs_report_severity(raw, index)),
        None if offset == _ivrs.IVRS_NO_OFFSET else offset,
        None if device == _ivrs.IVRS_NO_DEVICE else Sbdf(device),
        _ivrs.ivrs_report_message(raw, index) or "",
    )


def new_report() -> _ivrs.ivrs_report:
    outcome = _errors.outcome()
    raw = _ivrs.ivrs_report_new(outcome)
    if raw is None:
        raise _errors.failure(outcome.status)
    return raw


@dataclasses.dataclass(frozen=True)
class FindingCode:
    """An entry of the registry of codes."""

    code: int
    name: str
    severity: Severity
    """The usual one; a finding may be less severe on some kernels."""
    text: str


def finding_codes() -> tuple[FindingCode, ...]:
    """The registry: every code that a finding can have, ascending."""
    codes = (_ivrs.ivrs_finding_code(i) for i in range(_ivrs.ivrs_finding_count()))
    return tuple(
        FindingCode(
            code,
            _ivrs.ivrs_finding_name(code) or "",
            Severity(_ivrs.ivrs_finding_severity(code)),
            _ivrs.ivrs_finding_text(code) or "",
        )
        for code in codes
    )
