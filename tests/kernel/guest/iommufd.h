/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The few calls of iommufd and of the VFIO character device that the judge makes. Debian 12's headers are those of 6.1 and
 * don't have them; numbers and layouts are the kernel's fixed user interface.
 */
#ifndef IOMMUFD_H
#define IOMMUFD_H

#include <stdint.h>
#include <sys/ioctl.h>

#define IOAS_ALLOC _IO(';', 0x81)
#define IOAS_IOVA_RANGES _IO(';', 0x84)
#define IOAS_MAP _IO(';', 0x85)
#define IOAS_UNMAP _IO(';', 0x86)
#define DEVICE_BIND_IOMMUFD _IO(';', 118)
#define DEVICE_ATTACH_IOMMUFD _IO(';', 119)

#define IOAS_MAP_FIXED 1u
#define IOAS_MAP_WRITE 2u
#define IOAS_MAP_READ 4u

struct ioas_alloc {
	uint32_t size, flags, out_ioas_id;
};

struct iova_range {
	uint64_t start, last;
};

struct ioas_iova_ranges {
	uint32_t size, ioas_id, num_iovas, reserved;
	uint64_t allowed_iovas, out_iova_alignment;
};

struct ioas_map {
	uint32_t size, flags, ioas_id, reserved;
	uint64_t user_va, length, iova;
};

struct ioas_unmap {
	uint32_t size, ioas_id;
	uint64_t iova, length;
};

struct bind_iommufd {
	uint32_t argsz, flags;
	int32_t iommufd;
	uint32_t out_devid;
};

struct attach_iommufd {
	uint32_t argsz, flags, pt_id;
};

#endif
