// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * claim legacy GROUP IOVA
 * claim cdev GROUP DEVICE-FILE IOVA
 *
 * Takes an IOMMU group, or one VFIO device, the way a VMM does, tries to map one page at IOVA and
 * prints every step as "claim GROUP PATH STEP RESULT", RESULT being "ok" or the name of the errno.
 * Ends at the first step that fails. Runs in the guest of check-patch, as root.
 */
#define _DEFAULT_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/vfio.h>

/* Debian 12's kernel headers are older than these interfaces, so here is what is needed of them. */
struct bind_iommufd {
	uint32_t argsz;
	uint32_t flags;
	int32_t iommufd;
	uint32_t out_devid;
};

struct attach_pt {
	uint32_t argsz;
	uint32_t flags;
	uint32_t pt_id;
};

struct ioas_alloc {
	uint32_t size;
	uint32_t flags;
	uint32_t out_ioas_id;
};

struct iova_range {
	uint64_t start;
	uint64_t last;
};

struct ioas_iova_ranges {
	uint32_t size;
	uint32_t ioas_id;
	uint32_t num_iovas;
	uint32_t reserved;
	uint64_t allowed_iovas;
	uint64_t out_iova_alignment;
};

struct ioas_map {
	uint32_t size;
	uint32_t flags;
	uint32_t ioas_id;
	uint32_t reserved;
	uint64_t user_va;
	uint64_t length;
	uint64_t iova;
};

#define DEVICE_BIND_IOMMUFD _IO(VFIO_TYPE, VFIO_BASE + 18)
#define DEVICE_ATTACH_PT _IO(VFIO_TYPE, VFIO_BASE + 19)
#define IOAS_ALLOC _IO(VFIO_TYPE, 0x81)
#define IOAS_IOVA_RANGES _IO(VFIO_TYPE, 0x84)
#define IOAS_MAP _IO(VFIO_TYPE, 0x85)
#define MAP_FIXED_RW 7u

#define PAGE 4096u

static const char *group, *path;

static const char *error_name(int error)
{
	switch (error) {
	case EINVAL:
		return "EINVAL";
	case EPERM:
		return "EPERM";
	case EBUSY:
		return "EBUSY";
	case ENODEV:
		return "ENODEV";
	case ENOENT:
		return "ENOENT";
	case EADDRINUSE:
		return "EADDRINUSE";
	case EEXIST:
		return "EEXIST";
	default:
		return strerror(error);
	}
}

/* Reports a step; nothing after a failed one would mean anything. */
static void step(const char *name, int result)
{
	int error = errno;

	printf("claim %s %s %s %s\n", group, path, name, result < 0 ? error_name(error) : "ok");
	if (result < 0)
		exit(0);
}

static void print_range(uint64_t start, uint64_t last)
{
	printf("claim %s %s iova 0x%016llx-0x%016llx\n", group, path, (unsigned long long)start,
	       (unsigned long long)last);
}

static void *one_page(void)
{
	void *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		step("mmap", -1);
	return page;
}

static void legacy_ranges(int container)
{
	static uint64_t room[8192];
	struct vfio_iommu_type1_info *info = (void *)room;
	const char *base = (const char *)room;
	uint32_t at, i;

	info->argsz = sizeof(room);
	step("VFIO_IOMMU_GET_INFO", ioctl(container, VFIO_IOMMU_GET_INFO, info));
	if (!(info->flags & VFIO_IOMMU_INFO_CAPS))
		return;
	for (at = info->cap_offset; at;) {
		const struct vfio_info_cap_header *cap = (const void *)(base + at);

		if (cap->id == VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE) {
			const struct vfio_iommu_type1_info_cap_iova_range *r = (const void *)cap;

			for (i = 0; i < r->nr_iovas; i++)
				print_range(r->iova_ranges[i].start, r->iova_ranges[i].end);
		}
		at = cap->next;
	}
}

static void legacy(uint64_t iova)
{
	struct vfio_group_status status = {.argsz = sizeof(status)};
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map),
		.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.iova = iova,
		.size = PAGE,
	};
	int container, fd;
	char name[64];

	container = open("/dev/vfio/vfio", O_RDWR);
	step("container", container);
	snprintf(name, sizeof(name), "/dev/vfio/%s", group);
	fd = open(name, O_RDWR);
	step("open", fd);
	step("VFIO_GROUP_GET_STATUS", ioctl(fd, VFIO_GROUP_GET_STATUS, &status));
	step("VFIO_GROUP_SET_CONTAINER", ioctl(fd, VFIO_GROUP_SET_CONTAINER, &container));
	step("VFIO_SET_IOMMU", ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU));
	legacy_ranges(container);
	map.vaddr = (uintptr_t)one_page();
	step("map", ioctl(container, VFIO_IOMMU_MAP_DMA, &map));
}

static void cdev(const char *file, uint64_t iova)
{
	static struct iova_range range[128];
	struct bind_iommufd bind = {.argsz = sizeof(bind)};
	struct attach_pt attach = {.argsz = sizeof(attach)};
	struct ioas_alloc ioas = {.size = sizeof(ioas)};
	struct ioas_iova_ranges ranges = {.size = sizeof(ranges)};
	struct ioas_map map = {.size = sizeof(map), .flags = MAP_FIXED_RW};
	int iommufd, fd;
	uint32_t i;

	iommufd = open("/dev/iommu", O_RDWR);
	step("iommu", iommufd);
	fd = open(file, O_RDWR);
	step("open", fd);
	bind.iommufd = iommufd;
	step("VFIO_DEVICE_BIND_IOMMUFD", ioctl(fd, DEVICE_BIND_IOMMUFD, &bind));
	step("IOMMU_IOAS_ALLOC", ioctl(iommufd, IOAS_ALLOC, &ioas));
	attach.pt_id = ioas.out_ioas_id;
	step("VFIO_DEVICE_ATTACH_IOMMUFD_PT", ioctl(fd, DEVICE_ATTACH_PT, &attach));
	ranges.ioas_id = ioas.out_ioas_id;
	ranges.num_iovas = sizeof(range) / sizeof(range[0]);
	ranges.allowed_iovas = (uintptr_t)range;
	step("IOMMU_IOAS_IOVA_RANGES", ioctl(iommufd, IOAS_IOVA_RANGES, &ranges));
	for (i = 0; i < ranges.num_iovas; i++)
		print_range(range[i].start, range[i].last);
	map.ioas_id = ioas.out_ioas_id;
	map.user_va = (uintptr_t)one_page();
	map.length = PAGE;
	map.iova = iova;
	step("map", ioctl(iommufd, IOAS_MAP, &map));
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc == 4 && !strcmp(argv[1], "legacy")) {
		path = argv[1];
		group = argv[2];
		legacy(strtoull(argv[3], NULL, 0));
	} else if (argc == 5 && !strcmp(argv[1], "cdev")) {
		path = argv[1];
		group = argv[2];
		cdev(argv[3], strtoull(argv[4], NULL, 0));
	} else {
		fprintf(stderr, "usage: claim legacy GROUP IOVA | claim cdev GROUP FILE IOVA\n");
		return 2;
	}
	return 0;
}
