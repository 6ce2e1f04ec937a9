# SPDX-License-Identifier: LGPL-2.1-or-later
"""The PCI functions and ACPI devices of a host."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator
from typing import Callable, NoReturn, Optional, Tuple

from . import _errors, _ivrs
from ._values import DeviceLike, Sbdf, missing, some, sbdf as to_sbdf


@dataclasses.dataclass(frozen=True)
class Function:
    """A device of a topology, as it was when this was read."""

    sbdf: Optional[Sbdf]
    """None for an ACPI device."""
    acpi_name: Optional[str]
    class_code: int
    """24 bits; 0 unknown."""
    vendor: int
    """Vendor id; 0 unknown."""
    device: int
    """PCI device id; 0 unknown."""
    is_bridge: bool
    group: Optional[int]
    """IOMMU group as set."""
    driver: Optional[str]


class Topology:
    """What a simulation must know of a host's devices. ``len()`` and iteration give them in the order of adding.

    What isn't set stays unknown and is judged as Linux judges a plain function: an endpoint, no driver, no group. When no device at all
    has a group, groups are worked out from buses, bridges and ACS.

    A topology may be used by several threads; changing it while another thread simulates it raises ``RuntimeError``.
    """

    __slots__ = ("_raw", "_lock", "_holders", "_complete")
    _raw: _ivrs.ivrs_topology

    def __init__(self) -> None:
        outcome = _errors.outcome()
        raw = _ivrs.ivrs_topology_new(outcome)
        if raw is None:
            raise _errors.failure(outcome.status)
        self._raw = raw
        self._lock = threading.Lock()
        self._holders = 0
        self._complete = False

    def _change(self, call: Callable[[], int], detail: str) -> None:
        with self._lock:
            if self._holders:
                raise RuntimeError("the topology is being simulated by another thread")
            status = call()
        _errors.check(status, detail)

    def add(
        self,
        device: DeviceLike,
        *,
        class_code: Optional[int] = None,
        ids: Optional[Tuple[int, int]] = None,
        header_type: Optional[int] = None,
        bridge: Optional[Tuple[int, int]] = None,
        pcie: Optional[int] = None,
        acs: Optional[Tuple[int, int]] = None,
        group: Optional[int] = None,
        driver: Optional[str] = None,
        untrusted: Optional[bool] = None,
        virtual: Optional[bool] = None,
        pasid: Optional[bool] = None,
        page_requests: Optional[bool] = None,
        msi: Optional[bool] = None,
        iommu_capability: Optional[int] = None,
        iommu_features: Optional[Tuple[int, int]] = None,
    ) -> Sbdf:
        """Add a PCI function; the keywords are those of :meth:`update`.

        :returns: its address
        :raises IvrsError: EXISTS, SYNTAX, TOO_LARGE (more than 1048576 devices)
        :raises TypeError, ValueError: an argument of the wrong type or range; nothing is added then
        """
        sbdf = to_sbdf(device)
        calls = self._setters(
            sbdf, class_code, ids, header_type, bridge, pcie, acs, group, driver, untrusted, virtual, pasid, page_requests,
            msi, iommu_capability, iommu_features,
        )  # fmt: skip
        self._change(lambda: _ivrs.ivrs_topology_add(self._raw, sbdf), str(sbdf))
        for call in calls:
            self._change(call, str(sbdf))
        return sbdf

    def update(
        self,
        device: DeviceLike,
        *,
        class_code: Optional[int] = None,
        ids: Optional[Tuple[int, int]] = None,
        header_type: Optional[int] = None,
        bridge: Optional[Tuple[int, int]] = None,
        pcie: Optional[int] = None,
        acs: Optional[Tuple[int, int]] = None,
        group: Optional[int] = None,
        driver: Optional[str] = None,
        untrusted: Optional[bool] = None,
        virtual: Optional[bool] = None,
        pasid: Optional[bool] = None,
        page_requests: Optional[bool] = None,
        msi: Optional[bool] = None,
        iommu_capability: Optional[int] = None,
        iommu_features: Optional[Tuple[int, int]] = None,
    ) -> None:
        """Change a PCI function that was added before. None leaves a property as it is.

        :param class_code: 24 bits, as in sysfs ``class``
        :param ids: vendor and device id
        :param header_type: configuration space 0Eh: bits 6:0 layout (1 PCI bridge), bit 7 multi-function
        :param bridge: secondary and subordinate bus number; implies layout 1
        :param pcie: PCI Express capabilities register: bits 7:4 port type, bit 8 slot
        :param acs: ACS capability and control registers
        :param group: IOMMU group as sysfs gives it
        :param driver: name of the bound driver, "" for none
        :param untrusted: behind an external-facing port
        :param virtual: an SR-IOV virtual function
        :param pasid: the device has the PASID capability
        :param page_requests: the device has the ATS and the PRI capability
        :param msi: False when the device has no MSI capability
        :param iommu_capability: first 32 bits of the IOMMU capability block of an IOMMU; bit 26 is NpCache
        :param iommu_features: extended feature registers of an IOMMU as its hardware gives them
        :raises IvrsError: NOT_FOUND, ARGUMENT (a driver's name of more than 63 bytes)
        """
        sbdf = to_sbdf(device)
        for call in self._setters(
            sbdf, class_code, ids, header_type, bridge, pcie, acs, group, driver, untrusted, virtual, pasid, page_requests,
            msi, iommu_capability, iommu_features,
        ):  # fmt: skip
            self._change(call, str(sbdf))

    def _setters(
        self,
        sbdf: Sbdf,
        class_code: Optional[int],
        ids: Optional[Tuple[int, int]],
        header_type: Optional[int],
        bridge: Optional[Tuple[int, int]],
        pcie: Optional[int],
        acs: Optional[Tuple[int, int]],
        group: Optional[int],
        driver: Optional[str],
        untrusted: Optional[bool],
        virtual: Optional[bool],
        pasid: Optional[bool],
        page_requests: Optional[bool],
        msi: Optional[bool],
        iommu_capability: Optional[int],
        iommu_features: Optional[Tuple[int, int]],
    ) -> list[Callable[[], int]]:
        """The calls that set what is given, with all arguments checked before the first one is made."""
        calls: list[Callable[[], int]] = []

        def one(call: Callable[[_ivrs.ivrs_topology, int, int], int], name: str, value: object, bits: int) -> None:
            if value is not None:
                number = _errors.integer(name, value, bits)
                calls.append(lambda: call(self._raw, sbdf, number))

        def two(call: Callable[[_ivrs.ivrs_topology, int, int, int], int], name: str, value: object, bits: int) -> None:
            if value is not None:
                first, second = (_errors.integer(name, part, bits) for part in _errors.pair(name, value))
                calls.append(lambda: call(self._raw, sbdf, first, second))

        def flag(call: Callable[[_ivrs.ivrs_topology, int, bool], int], name: str, value: object) -> None:
            if value is not None:
                truth = _errors.boolean(name, value)
                calls.append(lambda: call(self._raw, sbdf, truth))

        one(_ivrs.ivrs_topology_set_class, "class_code", class_code, 24)
        two(_ivrs.ivrs_topology_set_ids, "ids", ids, 16)
        one(_ivrs.ivrs_topology_set_header_type, "header_type", header_type, 8)
        two(_ivrs.ivrs_topology_set_bridge, "bridge", bridge, 8)
        one(_ivrs.ivrs_topology_set_pcie, "pcie", pcie, 16)
        two(_ivrs.ivrs_topology_set_acs, "acs", acs, 16)
        one(_ivrs.ivrs_topology_set_group, "group", group, 32)
        if driver is not None:
            name = _errors.text("driver", driver)
            calls.append(lambda: _ivrs.ivrs_topology_set_driver(self._raw, sbdf, name))
        flag(_ivrs.ivrs_topology_set_untrusted, "untrusted", untrusted)
        flag(_ivrs.ivrs_topology_set_virtual, "virtual", virtual)
        flag(_ivrs.ivrs_topology_set_pasid, "pasid", pasid)
        flag(_ivrs.ivrs_topology_set_page_requests, "page_requests", page_requests)
        flag(_ivrs.ivrs_topology_set_msi, "msi", msi)
        one(_ivrs.ivrs_topology_set_iommu_capability, "iommu_capability", iommu_capability, 32)
        two(_ivrs.ivrs_topology_set_iommu_features, "iommu_features", iommu_features, 64)
        return calls

    def add_acpi(self, name: str, hid: str, uid: str = "", group: Optional[int] = None) -> None:
        """Add a device that ACPI names and PCI doesn't.

        :param name: its name in sysfs, "MSFT0201:00", up to 31 characters
        :param hid: its hardware id, up to 8 characters
        :param uid: its unique id as text, up to 31 characters
        :param group: its IOMMU group
        :raises IvrsError: EXISTS, ARGUMENT (a text that is too long)
        """
        for what, value in (("name", name), ("hid", hid), ("uid", uid)):
            _errors.text(what, value)
        number = _ivrs.IVRS_NO_GROUP if group is None else _errors.integer("group", group, 32)
        self._change(lambda: _ivrs.ivrs_topology_add_acpi(self._raw, name, hid, uid, number), name)

    def add_ioapic(self, ioapic: int) -> None:
        """Add an IOAPIC id that the MADT lists; the first one added is the one with GSI base 0.

        :raises IvrsError: TOO_LARGE (more than 256)
        """
        number = _errors.integer("ioapic", ioapic, 8)
        self._change(lambda: _ivrs.ivrs_topology_add_ioapic(self._raw, number), str(ioapic))

    @property
    def complete(self) -> bool:
        """True when the list of PCI functions is complete, so that an IOMMU that isn't in it is absent. False by default."""
        return self._complete

    @complete.setter
    def complete(self, value: bool) -> None:
        truth = _errors.boolean("complete", value)
        self._change(lambda: _ivrs.ivrs_topology_set_complete(self._raw, truth), "complete")
        self._complete = truth

    @property
    def has_groups(self) -> bool:
        """True when at least one device has a group."""
        return _ivrs.ivrs_topology_has_groups(self._raw)

    def __len__(self) -> int:
        return _ivrs.ivrs_topology_count(self._raw)

    def __bool__(self) -> bool:
        return True

    def __iter__(self) -> Iterator[Function]:
        for index in range(len(self)):
            yield self._function(index)

    def __contains__(self, device: object) -> bool:
        if not isinstance(device, (str, int)):
            return False
        outcome = _errors.outcome()
        _ivrs.ivrs_topology_find(self._raw, to_sbdf(device), outcome)
        return outcome.status == 0

    def __getitem__(self, device: DeviceLike) -> Function:
        """The PCI function with an address.

        :raises KeyError: there is none
        """
        sbdf = to_sbdf(device)
        outcome = _errors.outcome()
        index = _ivrs.ivrs_topology_find(self._raw, sbdf, outcome)
        if outcome.status:
            raise KeyError(str(sbdf))
        return self._function(index)

    def _function(self, index: int) -> Function:
        acpi = _ivrs.ivrs_topology_acpi_name(self._raw, index)
        return Function(
            Sbdf(_ivrs.ivrs_topology_sbdf(self._raw, index)) if acpi is None else None,
            acpi,
            _ivrs.ivrs_topology_class(self._raw, index),
            _ivrs.ivrs_topology_vendor(self._raw, index),
            _ivrs.ivrs_topology_device(self._raw, index),
            _ivrs.ivrs_topology_is_bridge(self._raw, index),
            some(_ivrs.ivrs_topology_group(self._raw, index)),
            _ivrs.ivrs_topology_driver(self._raw, index),
        )

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Topology can't be copied or pickled")

    def __getattr__(self, name: str) -> NoReturn:
        missing(self, name)

    def __repr__(self) -> str:
        return f"<Topology: {len(self)} devices>"


class Held:
    """What C gets for a topology. While C reads it without the interpreter's lock nobody can change it."""

    __slots__ = ("_topology",)

    def __init__(self, topology: Optional[Topology]) -> None:
        self._topology = topology

    def __enter__(self) -> Optional[_ivrs.ivrs_topology]:
        topology = self._topology
        if topology is None:
            return None
        with topology._lock:
            topology._holders += 1
        return topology._raw

    def __exit__(self, *_: object) -> None:
        topology = self._topology
        if topology is not None:
            with topology._lock:
                topology._holders -= 1
