# SPDX-License-Identifier: LGPL-2.1-or-later
"""Why a device can or can't be passed through."""

from __future__ import annotations

import dataclasses
from typing import Optional, Union

from . import _errors, _ivrs
from ._enums import IvmdClass
from ._simulation import Device, Group, Simulation
from ._topology import Held
from ._values import DeviceLike, Sbdf, some


@dataclasses.dataclass(frozen=True)
class Cause:
    """An IVMD that reaches the device or its group."""

    ivmd: Optional[int]
    """Index in ``Table.ivmds``."""
    ivmd_class: IvmdClass
    device: Sbdf
    """Member of the group that it reaches first."""
    text: str
    """What the kernel makes of it."""


@dataclasses.dataclass(frozen=True)
class Remedy:
    """Something that helps."""

    name: str
    """Stable, "bios-dma-protection"."""
    text: str
    price: str
    """What it costs: security, effort, risk."""


@dataclasses.dataclass(frozen=True)
class Explanation:
    """The chain of causes, who else is hit, and what helps. A plain copy."""

    summary: str
    """The verdict in one sentence."""
    causes: tuple[Cause, ...]
    """In table order."""
    steps: tuple[str, ...]
    """From the table's bytes to the outcome."""
    affected: tuple[Group, ...]
    """Other groups that the same IVMDs hit."""
    warnings: tuple[str, ...]
    useless: tuple[str, ...]
    """What people try and doesn't help here."""
    remedies: tuple[Remedy, ...]
    """Cheapest first."""

    def __str__(self) -> str:
        return self.summary


def explain(
    simulation: Simulation,
    device: Union[DeviceLike, Device],
    *,
    board_vendor: Optional[str] = None,
    lockdown: bool = False,
) -> Explanation:
    """Explain a device of a simulation.

    :param device: an address, or a :class:`Device` of this simulation
    :param board_vendor: DMI board vendor, for the BIOS's own name of a switch
    :param lockdown: the kernel is locked down: a table override is refused
    :raises KeyError: no such device
    """
    if not isinstance(simulation, Simulation):
        raise TypeError(f"simulation must be a Simulation, not {type(simulation).__name__}")
    if isinstance(device, Device):
        if device._raw is not simulation._raw:
            raise ValueError("the device belongs to another simulation")
        index = device.index
    else:
        index = simulation.device(device).index
    vendor = None if board_vendor is None else _errors.text("board_vendor", board_vendor)
    outcome = _errors.outcome()
    with Held(simulation._topology) as topology:
        raw = _ivrs.ivrs_explain(
            simulation._raw,
            index,
            topology,
            simulation._kernel._raw,
            vendor,
            _errors.boolean("lockdown", lockdown),
            outcome,
        )
    if raw is None:
        raise _errors.failure(outcome.status)
    return _copy(simulation, raw)


def _copy(simulation: Simulation, raw: _ivrs.ivrs_explanation) -> Explanation:
    affected = (some(_ivrs.ivrs_explanation_affected(raw, i)) for i in range(_ivrs.ivrs_explanation_affected_count(raw)))
    return Explanation(
        _ivrs.ivrs_explanation_summary(raw) or "",
        tuple(
            Cause(
                some(_ivrs.ivrs_explanation_cause_ivmd(raw, i)),
                IvmdClass(_ivrs.ivrs_explanation_cause_class(raw, i)),
                Sbdf(_ivrs.ivrs_explanation_cause_device(raw, i)),
                _ivrs.ivrs_explanation_cause_text(raw, i) or "",
            )
            for i in range(_ivrs.ivrs_explanation_cause_count(raw))
        ),
        tuple(_ivrs.ivrs_explanation_step(raw, i) or "" for i in range(_ivrs.ivrs_explanation_step_count(raw))),
        tuple(simulation.groups[index] for index in affected if index is not None),
        tuple(_ivrs.ivrs_explanation_warning(raw, i) or "" for i in range(_ivrs.ivrs_explanation_warning_count(raw))),
        tuple(_ivrs.ivrs_explanation_useless(raw, i) or "" for i in range(_ivrs.ivrs_explanation_useless_count(raw))),
        tuple(
            Remedy(
                _ivrs.ivrs_explanation_remedy_name(raw, i) or "",
                _ivrs.ivrs_explanation_remedy_text(raw, i) or "",
                _ivrs.ivrs_explanation_remedy_price(raw, i) or "",
            )
            for i in range(_ivrs.ivrs_explanation_remedy_count(raw))
        ),
    )
