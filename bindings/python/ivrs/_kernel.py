# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whose rules are simulated."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from typing import Optional, Union

from . import _errors, _ivrs
from ._values import Handle


class Kernel(Handle):
    """A kernel: its release, its command line, and what is known from its image. It can't be changed.

    :param release: what ``uname -r`` prints (``"6.12.117+deb12-amd64"``) or its beginning (``"6.1"``); None for the newest known
    :param cmdline: the text of ``/proc/cmdline``; options that Linux doesn't know are ignored as it ignores them
    :param rules: evidence about single rules, ``{"require-direct": True}``; see :func:`rules` for their names
    :raises IvrsError: KERNEL (not a version number), NOT_FOUND (no such rule), TOO_LARGE (a command line of 64 KiB)
    """

    __slots__ = ("_key",)
    _raw: _ivrs.ivrs_kernel
    _key: tuple[object, ...]

    def __init__(
        self,
        release: Optional[str] = None,
        *,
        cmdline: str = "",
        rules: Optional[Mapping[str, bool]] = None,
    ) -> None:
        if release is not None and not _errors.text("release", release):
            raise _errors.failure(_ivrs.IVRS_E_KERNEL, "the release is empty")
        outcome = _errors.outcome()
        raw = _ivrs.ivrs_kernel_new(release, outcome)
        if raw is None:
            raise _errors.failure(outcome.status, release)
        text = _errors.text("cmdline", cmdline)
        _errors.check(_ivrs.ivrs_kernel_set_cmdline(raw, text), "command line")
        if rules is not None and not isinstance(rules, Mapping):
            raise TypeError(f"rules must be a mapping, not {type(rules).__name__}")
        for name, holds in (rules or {}).items():
            truth = _errors.boolean(f"rules[{name!r}]", holds)
            _errors.check(_ivrs.ivrs_kernel_set_rule(raw, _errors.text("rule", name), truth), f"rule {name!r}")
        self._raw = raw
        self._key = (self.release, text, frozenset((rules or {}).items()))

    @property
    def release(self) -> str:
        """The release as given, or the first one of the newest rule set."""
        return _ivrs.ivrs_kernel_release(self._raw)

    @property
    def cmdline(self) -> str:
        return _ivrs.ivrs_kernel_cmdline(self._raw)

    @property
    def ruleset(self) -> str:
        """Name of the rule set in force, "linux-6.12"."""
        return _ivrs.ivrs_ruleset_name(_ivrs.ivrs_kernel_ruleset(self._raw)) or "unknown"

    @property
    def exact(self) -> bool:
        """False when the release lies outside those whose rules are known: the nearest rule set is taken."""
        return _ivrs.ivrs_kernel_exact(self._raw)

    @property
    def iommu_off(self) -> bool:
        """True when the command line switches the AMD IOMMU off."""
        return _ivrs.ivrs_kernel_iommu_off(self._raw)

    @property
    def relax(self) -> str:
        """The relaxation that the command line asks for, if the kernel has its option; "none" otherwise."""
        return _ivrs.ivrs_kernel_relax(self._raw)

    def has_rule(self, name: str) -> bool:
        """True when a rule holds; False also for an unknown name."""
        return _ivrs.ivrs_kernel_has_rule(self._raw, _errors.text("rule", name))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Kernel):
            return NotImplemented
        return self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    def __repr__(self) -> str:
        return f"<Kernel {self.release}: rules {self.ruleset}>"


@functools.lru_cache(maxsize=16)
def _by_release(release: Optional[str]) -> Kernel:
    """A Kernel can't be changed, so one for each release will do."""
    return Kernel(release)


def kernel(value: Union[Kernel, str, None]) -> Kernel:
    if isinstance(value, Kernel):
        return value
    if value is not None and not isinstance(value, str):
        raise TypeError(f"kernel must be a Kernel, a release or None, not {type(value).__name__}")
    return _by_release(value)


@dataclasses.dataclass(frozen=True)
class Ruleset:
    """Rules of the kernels from one release on."""

    name: str
    since: str
    """First release, "6.12"."""
    measured: bool
    """True when it was measured on a running kernel, False when it was only read."""
    basis: str
    """On what it rests."""
    rules: frozenset[str]
    """Names of the rules that hold."""


def rulesets() -> tuple[Ruleset, ...]:
    """The rule sets that are known, oldest first."""
    names = list(rules())
    return tuple(
        Ruleset(
            _ivrs.ivrs_ruleset_name(i) or "",
            _ivrs.ivrs_ruleset_since(i) or "",
            _ivrs.ivrs_ruleset_measured(i),
            _ivrs.ivrs_ruleset_basis(i) or "",
            frozenset(name for k, name in enumerate(names) if _ivrs.ivrs_ruleset_has(i, k)),
        )
        for i in range(_ivrs.ivrs_ruleset_count())
    )


def rules() -> dict[str, str]:
    """Names of the rules that differ between rule sets, and what each says."""
    return {
        _ivrs.ivrs_rule_name(i) or "": _ivrs.ivrs_rule_text(i) or "" for i in range(_ivrs.ivrs_rule_count())
    }
