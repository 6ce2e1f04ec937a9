# SPDX-License-Identifier: LGPL-2.1-or-later
"""The ELF kernel inside a bzImage. QEMU starts it through its PVH entry, which spares the guest to unpack itself: a third of a boot of 6.1, a tenth of 6.12."""
import lzma
import os
import shutil
import struct
import subprocess

from . import tools


def payload(image):
    """The compressed kernel; the boot protocol says where it lies (header fields setup_sects, payload_offset, payload_length)."""
    sectors = image[0x1F1] or 4
    offset, length = struct.unpack_from("<II", image, 0x248)
    begin = (sectors + 1) * 512 + offset
    return image[begin : begin + length]


def decompress(data):
    """The kernel, or None when there is nothing here to unpack it with. The last four bytes are its size, not part of the stream."""
    if data.startswith(b"\xfd7zXZ"):
        return lzma.LZMADecompressor().decompress(data)
    if data.startswith(b"\x28\xb5\x2f\xfd") and shutil.which("zstd"):
        # It complains about those four bytes, after it has unpacked everything.
        return subprocess.run(["zstd", "-dc"], input=data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False).stdout
    return None


def unpacked(image):
    """Path of the unpacked kernel, or of the image itself where that can't be had."""
    with tools.BUILDING:
        stat = image.stat()
        path = tools.WORK / ("vmlinux-%s" % tools.digest(str(image).encode(), b"%d %d" % (stat.st_size, stat.st_mtime_ns)))
        if path.exists():
            return path
        kernel = decompress(payload(image.read_bytes()))
        # Without a PVH entry (an ELF note by Xen, CONFIG_PVH) QEMU doesn't start an ELF kernel.
        if not kernel or not kernel.startswith(b"\x7fELF") or b"Xen\0" not in kernel:
            return image
        partial = path.with_suffix(".%d" % os.getpid())
        partial.write_bytes(kernel)
        os.replace(partial, path)
        return path
