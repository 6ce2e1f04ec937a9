# SPDX-License-Identifier: LGPL-2.1-or-later
"""A captured host as a directory: what the documents and the examples are run on."""

import pathlib

import scene

DEVICES = {
    # address: class, vendor, device, header type, secondary bus, group, driver
    "0000:00:02.0": (0x080600, 0x1022, 0x1481, 0, 0, None, None),
    "0000:00:04.0": (0x020000, 0x8086, 0x10D3, 0, 0, 0, "e1000e"),
    "0000:00:05.0": (0x060400, 0x1022, 0x1483, 1, 1, 1, "pcieport"),
    "0000:01:00.0": (0x030000, 0x10DE, 0x2484, 0x80, 0, 2, "vfio-pci"),
    "0000:01:00.1": (0x040300, 0x10DE, 0x228B, 0x80, 0, 2, None),
}
BLANKET = (scene.ivhd(), scene.ivmd(0, aux=0xFFF, block_type=0x22))


def write(root, *blocks, release="6.12.117+deb12-amd64", cmdline="quiet"):
    root = pathlib.Path(root)
    for address, (class_code, vendor, device, header, bus, group, driver) in DEVICES.items():
        path = root / "sys/bus/pci/devices" / address
        path.mkdir(parents=True)
        config = bytearray(64)
        config[0x0E], config[0x19], config[0x1A] = header, bus, bus
        (path / "config").write_bytes(config)
        for name, value in (("class", f"0x{class_code:06x}"), ("vendor", f"0x{vendor:04x}"), ("device", f"0x{device:04x}")):
            (path / name).write_text(value + "\n", encoding="ascii")
        if group is not None:
            (path / "iommu_group").symlink_to(f"../../../../kernel/iommu_groups/{group}")
        if driver is not None:
            (path / "driver").symlink_to(f"../../../../bus/pci/drivers/{driver}")
    for name, data in (
        ("sys/firmware/acpi/tables/IVRS", scene.table_bytes(*(blocks or BLANKET))),
        ("proc/sys/kernel/osrelease", release.encode() + b"\n"),
        ("proc/cmdline", cmdline.encode() + b"\n"),
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    return root
