# SPDX-License-Identifier: LGPL-2.1-or-later
"""libivrs for Python: what Linux makes of an AMD IVRS table.

>>> import ivrs
>>> table = ivrs.Table.read("/sys/firmware/acpi/tables/IVRS", lenient=True)     # doctest: +SKIP
>>> for group in ivrs.simulate(table, topology, kernel="6.12", relax="none").groups:     # doctest: +SKIP
...     print(group.id, group.claim, group.reason)

Addresses and lengths are integers in bytes, offsets are bytes from the start of the table, devices are :class:`Sbdf`. Objects can't be
changed, compare by value, and keep alive what they need; only a :class:`Topology` is filled by its user.
"""

from ._blocks import Block, Entry, Ivhd, Ivmd
from ._enums import (
    BlockType,
    Claim,
    EntryType,
    IvmdClass,
    IvmdFlag,
    Prot,
    Reason,
    RegionKind,
    Severity,
    State,
    Status,
)
from ._errors import IvrsError
from ._explain import Cause, Explanation, Remedy, explain
from ._kernel import Kernel, Ruleset, rules, rulesets
from ._report import Finding, FindingCode, Report, finding_codes
from ._simulation import Device, Group, Simulation, check, simulate
from ._table import Table
from ._topology import Function, Topology
from ._values import DeviceLike, Region, Sbdf, View
from . import _ivrs

__version__: str = _ivrs.IVRS_VERSION_STRING
"""Version that this package was built for."""
library_version: str = _ivrs.ivrs_version_string()
"""Version of the library that is loaded."""

__all__ = [
    "Block",
    "BlockType",
    "Cause",
    "Claim",
    "Device",
    "DeviceLike",
    "Entry",
    "EntryType",
    "Explanation",
    "Finding",
    "FindingCode",
    "Function",
    "Group",
    "Ivhd",
    "Ivmd",
    "IvmdClass",
    "IvmdFlag",
    "IvrsError",
    "Kernel",
    "Prot",
    "Reason",
    "Region",
    "RegionKind",
    "Remedy",
    "Report",
    "Ruleset",
    "Sbdf",
    "Severity",
    "Simulation",
    "State",
    "Status",
    "Table",
    "Topology",
    "View",
    "check",
    "explain",
    "finding_codes",
    "library_version",
    "rules",
    "rulesets",
    "simulate",
]
