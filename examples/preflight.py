#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""preflight.py [--sysroot DIR] DEVICE: may a VMM open this device's group? One sentence for its user.

Exit status: 0 yes, 3 no, 1 it can't be told.
"""

import argparse
import os
import pathlib
import sys
from typing import Optional, Tuple

import ivrs


def link_name(path: pathlib.Path) -> Optional[str]:
    """The last part of what a link points to."""
    return os.path.basename(os.readlink(path)) if path.is_symlink() else None


def read_host(root: pathlib.Path) -> ivrs.Topology:
    """The PCI functions as sysfs has them. The first 64 bytes of a configuration space are for everybody to read."""
    topology = ivrs.Topology()
    for path in sorted((root / "sys/bus/pci/devices").iterdir()):
        config = (path / "config").read_bytes()
        group = link_name(path / "iommu_group")
        topology.add(
            path.name,
            class_code=int((path / "class").read_text(), 16),
            ids=(int((path / "vendor").read_text(), 16), int((path / "device").read_text(), 16)),
            header_type=config[0x0E],
            bridge=(config[0x19], config[0x1A]) if config[0x0E] & 0x7F == 1 else None,
            group=None if group is None else int(group),
            driver=link_name(path / "driver"),
        )
    return topology


def read_table(root: pathlib.Path) -> Optional[ivrs.Table]:
    try:
        return ivrs.Table.read(root / "sys/firmware/acpi/tables/IVRS", lenient=True)
    except FileNotFoundError:
        return None


def preflight(root: pathlib.Path, device: str) -> Tuple[bool, str]:
    """The verdict of the kernel that runs there, and its reason in one sentence."""
    kernel = ivrs.Kernel(
        (root / "proc/sys/kernel/osrelease").read_text().strip(),
        cmdline=(root / "proc/cmdline").read_text().strip(),
    )
    sim = ivrs.simulate(read_table(root), read_host(root), kernel, kernel.relax)
    group = sim.device(device).group
    return group is not None and group.claimable, ivrs.explain(sim, device).summary


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sysroot", type=pathlib.Path, default=pathlib.Path("/"))
    parser.add_argument("device")
    arguments = parser.parse_args()
    try:
        claimable, sentence = preflight(arguments.sysroot, arguments.device)
    except KeyError as error:
        print(f"preflight: no device {error.args[0]} on this host", file=sys.stderr)
        return 1
    except (OSError, ValueError, IndexError, ivrs.IvrsError) as error:
        print(f"preflight: {error}", file=sys.stderr)
        return 1
    print(sentence)
    return 0 if claimable else 3


if __name__ == "__main__":
    sys.exit(main())
