# SPDX-License-Identifier: LGPL-2.1-or-later
"""What Linux makes of a table and a host."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Optional, Union

from . import _errors, _ivrs
from ._enums import Claim, Reason, State
from ._kernel import Kernel, kernel as to_kernel
from ._report import Report, new_report
from ._table import Table, adopt
from ._topology import Held, Topology
from ._values import DeviceLike, Handle, Region, Sbdf, View, regions, sbdf as to_sbdf, some

_PATHS = {"legacy": 0, "iommufd": _ivrs.IVRS_SIM_IOMMUFD, "compat": _ivrs.IVRS_SIM_COMPAT}


class _Item(Handle):
    """Something of a simulation: it holds the simulation alive, and equals itself."""

    __slots__ = ("_index",)
    _raw: _ivrs.ivrs_sim
    _index: int

    def __init__(self) -> None:
        raise TypeError(f"a {type(self).__name__} comes from a Simulation")

    @property
    def index(self) -> int:
        """Position among its kind in the simulation."""
        return self._index

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other) or not isinstance(other, _Item):
            return NotImplemented
        return self._raw is other._raw and self._index == other._index

    def __hash__(self) -> int:
        return hash((id(self._raw), self._index))


class Device(_Item):
    """A device, or without a topology a range of device ids that Linux treats alike."""

    __slots__ = ()

    @property
    def sbdf(self) -> Sbdf:
        """The address, or the first one of a range; 0000:00:00.0 for an ACPI device that no IVHD names."""
        return Sbdf(_ivrs.ivrs_sim_device_sbdf(self._raw, self._index))

    @property
    def last(self) -> Sbdf:
        """Last address of a range, inclusive; the device's own otherwise."""
        return Sbdf(_ivrs.ivrs_sim_device_last(self._raw, self._index))

    @property
    def acpi_name(self) -> Optional[str]:
        """Name of an ACPI device; None for a PCI function."""
        return _ivrs.ivrs_sim_device_acpi_name(self._raw, self._index)

    @property
    def name(self) -> str:
        """What to print: an address, a range of them, or the ACPI name."""
        if self.acpi_name is not None:
            return self.acpi_name
        return str(self.sbdf) if self.sbdf == self.last else f"{self.sbdf}-{self.last}"

    @property
    def group(self) -> Optional[Group]:
        index = some(_ivrs.ivrs_sim_device_group(self._raw, self._index))
        return None if index is None else _group(self._raw, index)

    @property
    def translated(self) -> bool:
        """True when an IOMMU translates for it."""
        return _ivrs.ivrs_sim_device_translated(self._raw, self._index)

    @property
    def iommu(self) -> Optional[Sbdf]:
        """The IOMMU that translates for it."""
        return Sbdf(_ivrs.ivrs_sim_device_iommu(self._raw, self._index)) if self.translated else None

    @property
    def alias(self) -> Sbdf:
        """Requester id that the IVRS gives it; its own when there is none."""
        return Sbdf(_ivrs.ivrs_sim_device_alias(self._raw, self._index))

    @property
    def require_direct(self) -> bool:
        """True when the kernel's require_direct flag is set: VFIO is refused."""
        return _ivrs.ivrs_sim_device_require_direct(self._raw, self._index)

    @property
    def is_bridge(self) -> bool:
        return _ivrs.ivrs_sim_device_is_bridge(self._raw, self._index)

    @property
    def unity_maps(self) -> tuple[Region, ...]:
        """Unity maps in table order, not merged."""
        outcome = _errors.outcome()
        return regions(_ivrs.ivrs_sim_device_unity(self._raw, self._index, outcome), outcome)

    def __repr__(self) -> str:
        return f"<Device {self.name}>"


class Group(_Item):
    """An IOMMU group. ``len()`` and iteration give its devices in the order in which the kernel added them."""

    __slots__ = ()

    @property
    def id(self) -> int:
        """Number, as in ``/sys/kernel/iommu_groups``."""
        return _ivrs.ivrs_sim_group_id(self._raw, self._index)

    @property
    def devices(self) -> View[Device]:
        return View(len(self), self._device)

    def _device(self, member: int) -> Device:
        return _device(self._raw, _ivrs.ivrs_sim_group_device(self._raw, self._index, member))

    def __len__(self) -> int:
        return _ivrs.ivrs_sim_group_device_count(self._raw, self._index)

    def __iter__(self) -> Iterator[Device]:
        return iter(self.devices)

    @property
    def domain(self) -> Optional[str]:
        """Default domain: "DMA", "DMA-FQ" or "identity"; None when there is none."""
        return _ivrs.ivrs_sim_group_domain(self._raw, self._index)

    @property
    def claim(self) -> Claim:
        """Result of VFIO's claim."""
        return Claim(_ivrs.ivrs_sim_group_claim(self._raw, self._index))

    @property
    def claimable(self) -> bool:
        """True when VFIO gets the group."""
        return self.claim == Claim.OK

    @property
    def reason(self) -> Optional[Reason]:
        """Why it is refused."""
        reason = _ivrs.ivrs_sim_group_reason(self._raw, self._index)
        return Reason(reason) if reason else None

    @property
    def errno(self) -> int:
        """Linux errno number of the refusal (22 is EINVAL); 0 when it isn't refused."""
        return _ivrs.ivrs_sim_group_errno(self._raw, self._index)

    @property
    def errno_name(self) -> Optional[str]:
        """"EINVAL"."""
        return _ivrs.ivrs_errno_name(self.errno) if self.errno else None

    @property
    def step(self) -> Optional[str]:
        """The call that fails, "VFIO_GROUP_SET_CONTAINER"."""
        return _ivrs.ivrs_sim_group_step(self._raw, self._index)

    @property
    def culprit(self) -> Optional[Device]:
        """The device that the refusal is about."""
        index = some(_ivrs.ivrs_sim_group_culprit(self._raw, self._index))
        return None if index is None else _device(self._raw, index)

    @property
    def kernel_message(self) -> Optional[str]:
        """The line that the kernel logs for the refusal."""
        return _ivrs.ivrs_sim_group_kernel_message(self._raw, self._index)

    @property
    def reserved_regions(self) -> tuple[Region, ...]:
        """As sysfs ``reserved_regions`` prints them: merged, ordered, bounded."""
        outcome = _errors.outcome()
        return regions(_ivrs.ivrs_sim_group_regions(self._raw, self._index, outcome), outcome)

    @property
    def iova_ranges(self) -> tuple[Region, ...]:
        """Addresses that a guest may use after the claim of this group alone; empty when it is refused."""
        outcome = _errors.outcome()
        return regions(_ivrs.ivrs_sim_group_iova(self._raw, self._index, outcome), outcome)

    def __repr__(self) -> str:
        why = f" ({self.reason})" if self.reason else ""
        return f"<Group {self.id}: {self.claim}{why}, {len(self)} devices>"


def _device(raw: _ivrs.ivrs_sim, index: int) -> Device:
    made = Device.__new__(Device)
    made._raw = raw
    made._index = index
    return made


def _group(raw: _ivrs.ivrs_sim, index: int) -> Group:
    made = Group.__new__(Group)
    made._raw = raw
    made._index = index
    return made


class Simulation(Handle):
    """The outcome of one boot of one kernel; made by :func:`simulate`. It can't be changed and may be shared between threads."""

    __slots__ = ("_table", "_topology", "_kernel")
    _raw: _ivrs.ivrs_sim
    _table: Optional[Table]
    _topology: Optional[Topology]
    _kernel: Kernel

    def __init__(self) -> None:
        raise TypeError("a Simulation comes from ivrs.simulate()")

    @property
    def state(self) -> State:
        """State of the IOMMU."""
        return State(_ivrs.ivrs_sim_state(self._raw))

    @property
    def message(self) -> Optional[str]:
        """Why the state isn't ready, with what the kernel prints; None when it is."""
        return _ivrs.ivrs_sim_message(self._raw)

    @property
    def offset(self) -> Optional[int]:
        """Byte offset in the table of what decides a state other than ready."""
        offset = _ivrs.ivrs_sim_offset(self._raw)
        return None if offset == _ivrs.IVRS_NO_OFFSET else offset

    @property
    def ivhd_type(self) -> int:
        """Block type that the kernel takes for IVHDs; 0 when it takes none."""
        return _ivrs.ivrs_sim_ivhd_type(self._raw)

    @property
    def interrupt_remapping(self) -> bool:
        """True when interrupt remapping works."""
        return _ivrs.ivrs_sim_interrupt_remapping(self._raw)

    @property
    def relax(self) -> str:
        """The relaxation as given."""
        return _ivrs.ivrs_sim_relax(self._raw)

    @property
    def has_ranges(self) -> bool:
        """True when devices are ranges of device ids, because there was no topology."""
        return _ivrs.ivrs_sim_has_ranges(self._raw)

    @property
    def groups_predicted(self) -> bool:
        """True when the groups were worked out and not known."""
        return _ivrs.ivrs_sim_groups_predicted(self._raw)

    @property
    def table(self) -> Optional[Table]:
        """The table that was simulated."""
        if self._table is not None:
            return self._table
        raw = _ivrs.ivrs_sim_table(self._raw)
        return None if raw is None else adopt(raw)

    @property
    def kernel(self) -> Kernel:
        """The kernel that was simulated."""
        return self._kernel

    @property
    def groups(self) -> View[Group]:
        """By id."""
        return View(_ivrs.ivrs_sim_group_count(self._raw), partial(_group, self._raw))

    @property
    def devices(self) -> View[Device]:
        """By address, PCI functions first, then ACPI devices."""
        return View(_ivrs.ivrs_sim_device_count(self._raw), partial(_device, self._raw))

    def group(self, id: int) -> Group:
        """The group with a number.

        :raises KeyError: there is none
        """
        wanted = _errors.integer("id", id, 32)
        for group in self.groups:
            if group.id == wanted:
                return group
        raise KeyError(wanted)

    def device(self, device: DeviceLike) -> Device:
        """The PCI function with an address, or the range that holds it.

        :raises KeyError: there is none
        """
        sbdf = to_sbdf(device)
        outcome = _errors.outcome()
        index = _ivrs.ivrs_sim_find(self._raw, sbdf, outcome)
        if outcome.status:
            raise KeyError(str(sbdf))
        return _device(self._raw, index)

    def __repr__(self) -> str:
        return f"<Simulation {self.kernel.release}, relax {self.relax}: {self.state}, {len(self.groups)} groups>"


def simulate(
    table: Optional[Table],
    topology: Optional[Topology] = None,
    kernel: Union[Kernel, str, None] = None,
    relax: str = "none",
    *,
    as_bound: bool = False,
    path: str = "legacy",
) -> Simulation:
    """Simulate one boot of one kernel with one relaxation. Other threads run meanwhile.

    :param table: the IVRS, parsed leniently as the kernel is lenient; None: the host has none
    :param topology: the devices; None: the answer comes in ranges of device ids
    :param kernel: whose rules: a :class:`Kernel`, a release, or None for the newest known
    :param relax: "none", "unity", "devices=LIST" (A[-B][,...]), "blanket" or "unchecked"
    :param as_bound: judge with the drivers bound now, not with everything bound to vfio-pci
    :param path: VFIO's interface: "legacy", "iommufd", or "compat" (iommufd as container of a group)
    :raises IvrsError: SYNTAX (relax), KERNEL
    """
    if table is not None and not isinstance(table, Table):
        raise TypeError(f"table must be a Table or None, not {type(table).__name__}")
    if topology is not None and not isinstance(topology, Topology):
        raise TypeError(f"topology must be a Topology or None, not {type(topology).__name__}")
    if path not in _PATHS:
        raise ValueError(f"path must be one of {', '.join(_PATHS)}, not {path!r}")
    flags = _PATHS[path] | (_ivrs.IVRS_SIM_AS_BOUND if _errors.boolean("as_bound", as_bound) else 0)
    rules = to_kernel(kernel)
    if not _errors.text("relax", relax):
        raise _errors.failure(_ivrs.IVRS_E_SYNTAX, "the relaxation is empty")
    outcome = _errors.outcome()
    with Held(topology) as raw_topology:
        raw = _ivrs.ivrs_simulate(None if table is None else table._raw, raw_topology, rules._raw, relax, flags, outcome)
    if raw is None:
        raise _errors.failure(outcome.status, f"relax {relax!r}")
    made = Simulation.__new__(Simulation)
    made._raw = raw
    made._table = table
    made._topology = topology
    made._kernel = rules
    return made


def check(
    table: Table,
    topology: Optional[Topology] = None,
    kernel: Union[Kernel, str, None] = None,
) -> Report:
    """Judge a table: what Linux makes of it, and what the specification forbids.

    :param topology: the devices of the host; None: only what the table alone shows
    :param kernel: whose rules decide the severity; a :class:`Kernel`, a release, or None for the newest known
    """
    if not isinstance(table, Table):
        raise TypeError(f"table must be a Table, not {type(table).__name__}")
    if topology is not None and not isinstance(topology, Topology):
        raise TypeError(f"topology must be a Topology or None, not {type(topology).__name__}")
    rules = to_kernel(kernel)
    report = new_report()
    with Held(topology) as raw_topology:
        _errors.check(_ivrs.ivrs_table_check(table._raw, raw_topology, rules._raw, report))
    return Report(report)
