/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The three ways of a VMM to an IOMMU group, one call after the other, with what each call returned. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/vfio.h>

#include "iommufd.h"
#include "judge.h"

#define PAGE 4096u

const char *errno_name(int error)
{
	static const struct {
		int number;
		const char *name;
	} names[] = {{0, "0"},		 {EINVAL, "EINVAL"},	     {EPERM, "EPERM"},
		     {EBUSY, "EBUSY"},	 {ENODEV, "ENODEV"},	     {ENOENT, "ENOENT"},
		     {EIO, "EIO"},	 {ENOSPC, "ENOSPC"},	     {EEXIST, "EEXIST"},
		     {ENOMEM, "ENOMEM"}, {ENOTTY, "ENOTTY"},	     {EFAULT, "EFAULT"},
		     {EACCES, "EACCES"}, {EADDRINUSE, "EADDRINUSE"}, {ENXIO, "ENXIO"},
		     {ERANGE, "ERANGE"}, {EOPNOTSUPP, "EOPNOTSUPP"}, {EOVERFLOW, "EOVERFLOW"}};
	static char other[16];

	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].number == error)
			return names[i].name;
	snprintf(other, sizeof(other), "errno-%d", error);
	return other;
}

/* Note the first call that fails; true while none has. */
static bool step(struct claim *claim, const char *name, const char *device, int result)
{
	if (result >= 0)
		return true;
	claim->step = name;
	claim->device = device;
	claim->error = errno;
	return false;
}

static void add_range(struct claim *claim, uint64_t first, uint64_t last)
{
	if (claim->nr_ranges == RANGE_LIMIT)
		return;
	claim->ranges[claim->nr_ranges][0] = first;
	claim->ranges[claim->nr_ranges++][1] = last;
}

static void type1_ranges(struct claim *claim, int container)
{
	static uint8_t buffer[sizeof(struct vfio_iommu_type1_info) + 256 + 16 * RANGE_LIMIT]
		__attribute__((aligned(8)));
	struct vfio_iommu_type1_info *info = (void *)buffer;

	memset(buffer, 0, sizeof(buffer));
	info->argsz = sizeof(buffer);
	if (!step(claim, "VFIO_IOMMU_GET_INFO", NULL,
		  ioctl(container, VFIO_IOMMU_GET_INFO, info)) ||
	    !(info->flags & VFIO_IOMMU_INFO_CAPS))
		return;
	for (uint32_t at = info->cap_offset; at;) {
		struct vfio_info_cap_header *head = (void *)(buffer + at);

		if (head->id == VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE) {
			struct vfio_iommu_type1_info_cap_iova_range *r = (void *)head;

			for (uint32_t i = 0; i < r->nr_iovas; i++)
				add_range(claim, r->iova_ranges[i].start, r->iova_ranges[i].end);
		}
		at = head->next;
	}
}

/* Map two pages so that the address lies in the middle, then the page that begins there: both sides of every edge are tried. */
static void probe(struct claim *claim, const struct request *request,
		  int (*map)(int fd, uint32_t ioas, void *memory, uint64_t iova, uint64_t size),
		  int (*unmap)(int fd, uint32_t ioas, uint64_t iova, uint64_t size), int fd,
		  uint32_t ioas)
{
	void *memory = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	for (unsigned int i = 0; memory != MAP_FAILED && i < 2 * request->nr_probes; i++) {
		uint64_t iova = request->probes[i / 2], size = PAGE;

		if (i % 2 == 0) {
			if (iova < PAGE)
				continue;
			iova -= PAGE;
			size = 2 * PAGE;
		}
		if (claim->nr_probes == PROBE_LIMIT || iova + size < iova)
			continue;
		claim->probes[claim->nr_probes].iova = iova;
		claim->probes[claim->nr_probes].size = size;
		if (map(fd, ioas, memory, iova, size) < 0)
			claim->probes[claim->nr_probes].error = errno;
		else
			unmap(fd, ioas, iova, size);
		claim->nr_probes++;
	}
	if (memory != MAP_FAILED)
		munmap(memory, 2 * PAGE);
}

static int type1_map(int fd, uint32_t ioas, void *memory, uint64_t iova, uint64_t size)
{
	struct vfio_iommu_type1_dma_map map = {.argsz = sizeof(map),
					       .flags = VFIO_DMA_MAP_FLAG_READ |
							VFIO_DMA_MAP_FLAG_WRITE,
					       .vaddr = (uintptr_t)memory,
					       .iova = iova,
					       .size = size};

	(void)ioas;
	return ioctl(fd, VFIO_IOMMU_MAP_DMA, &map);
}

static int type1_unmap(int fd, uint32_t ioas, uint64_t iova, uint64_t size)
{
	struct vfio_iommu_type1_dma_unmap unmap = {.argsz = sizeof(unmap),
						   .iova = iova,
						   .size = size};

	(void)ioas;
	return ioctl(fd, VFIO_IOMMU_UNMAP_DMA, &unmap);
}

static int iommufd_map(int fd, uint32_t ioas, void *memory, uint64_t iova, uint64_t size)
{
	struct ioas_map map = {.size = sizeof(map),
			       .flags = IOAS_MAP_FIXED | IOAS_MAP_WRITE | IOAS_MAP_READ,
			       .ioas_id = ioas,
			       .user_va = (uintptr_t)memory,
			       .length = size,
			       .iova = iova};

	return ioctl(fd, IOAS_MAP, &map);
}

static int iommufd_unmap(int fd, uint32_t ioas, uint64_t iova, uint64_t size)
{
	struct ioas_unmap unmap = {.size = sizeof(unmap),
				   .ioas_id = ioas,
				   .iova = iova,
				   .length = size};

	return ioctl(fd, IOAS_UNMAP, &unmap);
}

/* Open the group and ask whether it is viable; false when one of it failed. */
static bool open_group(const struct request *request, struct claim *claim, int *group)
{
	struct vfio_group_status status = {.argsz = sizeof(status)};
	char path[32];

	snprintf(path, sizeof(path), "/dev/vfio/%u", request->group);
	*group = open(path, O_RDWR | O_CLOEXEC);
	if (!step(claim, "open", NULL, *group) ||
	    !step(claim, "VFIO_GROUP_GET_STATUS", NULL,
		  ioctl(*group, VFIO_GROUP_GET_STATUS, &status)))
		return false;
	claim->viable = !!(status.flags & VFIO_GROUP_FLAGS_VIABLE);
	return true;
}

/* Take the functions of the group; devices[] holds what is to be closed. */
static void get_devices(const struct request *request, struct claim *claim, int group, int *devices)
{
	for (unsigned int i = 0; i < request->nr_devices; i++) {
		const char *name = request->devices[i]->name;

		devices[i] = ioctl(group, VFIO_GROUP_GET_DEVICE_FD, name);
		if (!step(claim, "VFIO_GROUP_GET_DEVICE_FD", name, devices[i]))
			return;
	}
}

static void close_all(const int *devices, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		if (devices[i] >= 0)
			close(devices[i]);
}

static void through_group(const struct request *request, struct claim *claim, int container)
{
	int devices[DEVICE_LIMIT], group = -1;
	bool compat = strcmp(claim->path, "compat") == 0;

	memset(devices, -1, sizeof(devices));
	if (open_group(request, claim, &group) &&
	    step(claim, "VFIO_GROUP_SET_CONTAINER", NULL,
		 ioctl(group, VFIO_GROUP_SET_CONTAINER, &container)) &&
	    step(claim, "VFIO_SET_IOMMU", NULL,
		 ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU))) {
		/* With iommufd as the container nothing is attached before a device is opened. */
		if (compat)
			get_devices(request, claim, group, devices);
		if (!claim->step)
			type1_ranges(claim, container);
		if (!claim->step)
			probe(claim, request, type1_map, type1_unmap, container, 0);
		if (!claim->step && !compat)
			get_devices(request, claim, group, devices);
	}
	close_all(devices, request->nr_devices);
	if (group >= 0)
		close(group);
}

void claim_legacy(const struct request *request, struct claim *claim)
{
	int container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);

	if (step(claim, "open-container", NULL, container))
		through_group(request, claim, container);
	if (container >= 0)
		close(container);
}

void claim_compat(const struct request *request, struct claim *claim)
{
	int container = open("/dev/iommu", O_RDWR | O_CLOEXEC);

	if (step(claim, "open-container", NULL, container))
		through_group(request, claim, container);
	if (container >= 0)
		close(container);
}

static int open_cdev(const char *device)
{
	char path[300];
	struct dirent *entry;
	int fd = -1;
	DIR *dir;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/vfio-dev", device);
	dir = opendir(path);
	errno = ENOENT;
	while (dir && fd < 0 && (entry = readdir(dir))) {
		if (strncmp(entry->d_name, "vfio", 4) != 0)
			continue;
		snprintf(path, sizeof(path), "/dev/vfio/devices/%s", entry->d_name);
		fd = open(path, O_RDWR | O_CLOEXEC);
	}
	if (dir)
		closedir(dir);
	return fd;
}

static void ioas_ranges(struct claim *claim, int iommufd, uint32_t ioas)
{
	static struct iova_range ranges[RANGE_LIMIT];
	struct ioas_iova_ranges query = {.size = sizeof(query),
					 .ioas_id = ioas,
					 .num_iovas = RANGE_LIMIT,
					 .allowed_iovas = (uintptr_t)ranges};

	if (!step(claim, "IOMMU_IOAS_IOVA_RANGES", NULL, ioctl(iommufd, IOAS_IOVA_RANGES, &query)))
		return;
	for (uint32_t i = 0; i < query.num_iovas; i++)
		add_range(claim, ranges[i].start, ranges[i].last);
}

void claim_cdev(const struct request *request, struct claim *claim)
{
	struct ioas_alloc alloc = {.size = sizeof(alloc)};
	int devices[DEVICE_LIMIT], iommufd = open("/dev/iommu", O_RDWR | O_CLOEXEC);

	memset(devices, -1, sizeof(devices));
	if (step(claim, "open-iommufd", NULL, iommufd))
		step(claim, "IOMMU_IOAS_ALLOC", NULL, ioctl(iommufd, IOAS_ALLOC, &alloc));
	for (unsigned int i = 0; !claim->step && i < request->nr_devices; i++) {
		const char *name = request->devices[i]->name;
		struct bind_iommufd bind = {.argsz = sizeof(bind), .iommufd = iommufd};
		struct attach_iommufd attach = {.argsz = sizeof(attach),
						.pt_id = alloc.out_ioas_id};

		devices[i] = open_cdev(name);
		if (step(claim, "open", name, devices[i]) &&
		    step(claim, "VFIO_DEVICE_BIND_IOMMUFD", name,
			 ioctl(devices[i], DEVICE_BIND_IOMMUFD, &bind)))
			step(claim, "VFIO_DEVICE_ATTACH_IOMMUFD_PT", name,
			     ioctl(devices[i], DEVICE_ATTACH_IOMMUFD, &attach));
	}
	if (!claim->step)
		ioas_ranges(claim, iommufd, alloc.out_ioas_id);
	if (!claim->step)
		probe(claim, request, iommufd_map, iommufd_unmap, iommufd, alloc.out_ioas_id);
	close_all(devices, request->nr_devices);
	if (iommufd >= 0)
		close(iommufd);
}
