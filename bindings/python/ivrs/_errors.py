# SPDX-License-Identifier: LGPL-2.1-or-later
"""The exception, and the checks of arguments that come before C sees them."""

from __future__ import annotations

from typing import Optional

from . import _ivrs
from ._enums import Status


class IvrsError(Exception):
    """A call of libivrs failed.

    Wrong types give ``TypeError``, numbers out of range ``ValueError``, missing items ``IndexError`` or ``KeyError``, and lack of
    memory ``MemoryError``; everything else is this.
    """

    status: Status
    """Why."""
    code: Optional[int]
    """Code of the finding that made a parse fail (9 is printed IVRS-009), else None."""
    offset: Optional[int]
    """Byte offset in the table that it is about, else None."""

    def __init__(
        self,
        status: Status,
        detail: Optional[str] = None,
        code: Optional[int] = None,
        offset: Optional[int] = None,
    ) -> None:
        self.status = status
        self.code = code
        self.offset = offset
        text = status.text if detail is None else f"{status.text}: {detail}"
        if code is not None:
            where = "" if offset is None else f" at offset {offset:#x}"
            text = f"{text} (IVRS-{code:03d}{where})"
        self._detail = detail
        super().__init__(text)

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.status, self._detail, self.code, self.offset))


def failure(status: int, detail: Optional[str] = None) -> Exception:
    """The exception for a status as a function returns it."""
    status = abs(status)
    if status == _ivrs.IVRS_E_NOMEM:
        return MemoryError("libivrs is out of memory")
    return IvrsError(Status(status), detail)


def check(status: int, detail: Optional[str] = None) -> None:
    if status:
        raise failure(status, detail)


def outcome() -> _ivrs.ivrs_outcome:
    made = _ivrs.ivrs_outcome_new()
    if made is None:
        raise MemoryError("libivrs is out of memory")
    return made


def integer(name: str, value: object, bits: int) -> int:
    """``value``, when it is an unsigned integer of so many bits."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be an integer, not {type(value).__name__}")
    if not 0 <= value < 1 << bits:
        raise ValueError(f"{name} must be within 0..{(1 << bits) - 1:#x}, not {value}")
    return int(value)


def boolean(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be True or False, not {type(value).__name__}")
    return value


def text(name: str, value: object) -> str:
    """``value``, when it is a text that C can read to its end."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a str, not {type(value).__name__}")
    if "\0" in value:
        raise ValueError(f"{name} must not hold a NUL character")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError(f"{name} must be encodable as UTF-8") from None
    return value


def pair(name: str, value: object) -> tuple[object, object]:
    if not isinstance(value, tuple) or len(value) != 2:
        raise TypeError(f"{name} must be a tuple of two integers")
    return value[0], value[1]
