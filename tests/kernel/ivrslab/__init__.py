# SPDX-License-Identifier: LGPL-2.1-or-later
"""The lab: real kernels on QEMU's AMD IOMMU as judges of what libivrs predicts. See docs/lab.md."""
