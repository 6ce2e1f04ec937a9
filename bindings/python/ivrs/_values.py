# SPDX-License-Identifier: LGPL-2.1-or-later
"""Devices, regions, lists by index, and what all handles have in common."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Callable, NoReturn, Optional, Sequence, TypeVar, Union, overload

from . import _ivrs, _errors
from ._enums import Prot, RegionKind

T = TypeVar("T", covariant=True)
H = TypeVar("H", bound="Handle")


class Sbdf(int):
    """A PCI function: segment, bus, device, function; an integer like C's ``ivrs_sbdf_t``.

    :param value: ``"0000:01:00.0"`` or ``"01:00.0"`` (hexadecimal, as lspci prints it), or the number
    :raises IvrsError: SYNTAX
    :raises ValueError: a number that doesn't fit 32 bits
    """

    __slots__ = ()

    def __new__(cls, value: Union[str, int]) -> Sbdf:
        if isinstance(value, str):
            outcome = _errors.outcome()
            number = _ivrs.ivrs_sbdf_parse(_errors.text("device", value), outcome)
            _errors.check(outcome.status, f"no device: {value!r}")
            return super().__new__(cls, number)
        if isinstance(value, bool) or not isinstance(value, int):
            raise TypeError(f"device must be a str or an integer, not {type(value).__name__}")
        return super().__new__(cls, _errors.integer("device", value, 32))

    @property
    def segment(self) -> int:
        return self >> 16

    @property
    def bus(self) -> int:
        return self >> 8 & 0xFF

    @property
    def device(self) -> int:
        return self >> 3 & 0x1F

    @property
    def function(self) -> int:
        return self & 7

    @property
    def devid(self) -> int:
        """The 16 bits that the IVRS knows: without the segment."""
        return self & 0xFFFF

    def __str__(self) -> str:
        return _ivrs.ivrs_sbdf_format(int(self))

    def __repr__(self) -> str:
        return f"Sbdf('{self}')"

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)


DeviceLike = Union[str, int, Sbdf]


def sbdf(value: DeviceLike) -> Sbdf:
    return value if isinstance(value, Sbdf) else Sbdf(value)


@dataclasses.dataclass(frozen=True)
class Region:
    """A range of addresses, in bytes."""

    start: int
    """First address."""
    length: int
    """Bytes; 0 for an empty region and for all 2^64 bytes."""
    end: int
    """Last address, inclusive, as the kernel prints it: before the start when the region is empty."""
    kind: RegionKind
    prot: Prot = Prot.NONE
    """Permissions of a unity map."""
    ivmd: Optional[int] = None
    """Index of the IVMD of a unity map."""

    def __contains__(self, address: object) -> bool:
        return isinstance(address, int) and self.start <= address <= self.end

    def __str__(self) -> str:
        return f"{self.start:#018x}-{self.end:#018x} {self.kind}"


def regions(raw: Optional[_ivrs.ivrs_regions], outcome: _ivrs.ivrs_outcome) -> tuple[Region, ...]:
    if raw is None:
        raise _errors.failure(outcome.status)
    return tuple(
        Region(
            _ivrs.ivrs_regions_start(raw, i),
            _ivrs.ivrs_regions_length(raw, i),
            _ivrs.ivrs_regions_end(raw, i),
            RegionKind(_ivrs.ivrs_regions_kind(raw, i)),
            Prot(_ivrs.ivrs_regions_prot(raw, i) & 3),
            some(_ivrs.ivrs_regions_ivmd(raw, i)),
        )
        for i in range(_ivrs.ivrs_regions_count(raw))
    )


def some(index: int) -> Optional[int]:
    """An index, or None for C's "there is none"."""
    return None if index == _ivrs.IVRS_NONE else index


class View(Sequence[T]):
    """A read-only list whose items are made when they are asked for."""

    __slots__ = ("_count", "_make")

    def __init__(self, count: int, make: Callable[[int], T]) -> None:
        self._count = count
        self._make = make

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> T: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[T]: ...

    def __getitem__(self, index: Union[int, slice]) -> Union[T, Sequence[T]]:
        if isinstance(index, slice):
            return tuple(self._make(i) for i in range(*index.indices(self._count)))
        if not isinstance(index, int):
            raise TypeError(f"index must be an integer, not {type(index).__name__}")
        if not -self._count <= index < self._count:
            raise IndexError(f"index {index} is out of range, there are {self._count}")
        return self._make(index % self._count)

    def __iter__(self) -> Iterator[T]:
        return map(self._make, range(self._count))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, (View, tuple, list)):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other))

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return f"<{self._count} items>" if self._count > 8 else repr(list(self))


def missing(thing: object, name: str) -> NoReturn:
    """Tell an object that ``__init__`` never saw from one that has no such attribute."""
    try:
        object.__getattribute__(thing, "_raw")
    except AttributeError:
        raise AttributeError(f"this {type(thing).__name__} was not initialised") from None
    raise AttributeError(f"{type(thing).__name__!r} object has no attribute {name!r}")


class Handle:
    """What holds an object of the C library: it lives as long as this, and nothing can be set."""

    __slots__ = ("_raw",)

    def __getattr__(self, name: str) -> NoReturn:
        missing(self, name)

    def __copy__(self: H) -> H:
        return self

    def __deepcopy__(self: H, memo: object) -> H:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"a {type(self).__name__} can't be pickled")
