// SPDX-License-Identifier: GPL-2.0-or-later
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture.h"

#define TABLES "sys/firmware/acpi/tables"
#define GROUPS "sys/kernel/iommu_groups"
#define PCI "sys/bus/pci/devices"
#define IOMMUS "sys/class/iommu"
#define FILE_LIMIT (64u << 20)

int capture_read(int root, const char *path, uint8_t **bytes, size_t *size)
{
	int fd = openat(root, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), error = 0;
	size_t room = 4096;

	if (fd < 0)
		return errno;
	*size = 0;
	*bytes = malloc(room);
	need(*bytes);
	for (;;) {
		ssize_t got = read(fd, *bytes + *size, room - *size);

		if (got < 0)
			error = errno;
		if (got <= 0)
			break;
		*size += (size_t)got;
		if (*size == room) {
			if (room >= FILE_LIMIT) {
				error = EFBIG;
				break;
			}
			*bytes = realloc(*bytes, room *= 2);
			need(*bytes);
		}
	}
	close(fd);
	if (error)
		free(*bytes);
	return error;
}

static struct capture_member *add(struct capture *capture, const char *path)
{
	struct capture_member *member;

	if (capture->count == capture->room) {
		capture->room = capture->room ? 2 * capture->room : 256;
		capture->members = realloc(capture->members,
					   capture->room * sizeof(*capture->members));
		need(capture->members);
	}
	member = &capture->members[capture->count++];
	*member = (struct capture_member){.path = strdup(path)};
	need(member->path);
	return member;
}

/* What is there and can't be read is listed; what isn't there, isn't. */
static struct capture_member *add_file(struct capture *capture, const char *path)
{
	struct capture_member *member;
	uint8_t *bytes;
	size_t size;
	int error = capture_read(capture->root, path, &bytes, &size);

	if (error) {
		/* EINVAL: an attribute that this device has no value for. */
		if (error != ENOENT && error != ENOTDIR && error != EINVAL) {
			complain("not captured: /%s: %s", path, strerror(error));
			capture->missing++;
		}
		return NULL;
	}
	member = add(capture, path);
	member->bytes = bytes;
	member->size = size;
	return member;
}

static bool read_link(const struct capture *capture, const char *path, char *target)
{
	ssize_t length = readlinkat(capture->root, path, target, CAPTURE_PATH - 1);

	if (length <= 0)
		return false;
	target[length] = '\0';
	/* An absolute target leads out of the captured tree. */
	return *target != '/';
}

static bool add_link(struct capture *capture, const char *path, char *target)
{
	struct capture_member *member;

	if (!read_link(capture, path, target))
		return false;
	member = add(capture, path);
	member->target = strdup(target);
	need(member->target);
	return true;
}

/* Where a link leads: "sys/bus/pci/devices/X" and "../../../devices/Y" give "sys/devices/Y". False when that is outside. */
static bool resolve(const char *link, const char *target, char *path)
{
	char *slash;

	if (strlen(link) + strlen(target) + 2 > CAPTURE_PATH)
		return false;
	strcpy(path, link);
	slash = strrchr(path, '/');
	if (!slash)
		return false;
	*slash = '\0';
	while (!strncmp(target, "../", 3)) {
		slash = strrchr(path, '/');
		if (!slash)
			return false;
		*slash = '\0';
		target += 3;
	}
	strcat(path, "/");
	strcat(path, target);
	return !strstr(path, "/../");
}

/* Calls @each with every name in a directory. */
static void walk(struct capture *capture, const char *path,
		 void (*each)(struct capture *capture, const char *directory, const char *name))
{
	int fd = openat(capture->root, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!directory) {
		if (fd >= 0)
			close(fd);
		if (errno != ENOENT && errno != ENOTDIR) {
			complain("not captured: /%s: %s", path, strerror(errno));
			capture->missing++;
		}
		return;
	}
	while ((entry = readdir(directory)))
		if (entry->d_name[0] != '.')
			each(capture, path, entry->d_name);
	closedir(directory);
}

static void add_function(struct capture *capture, const char *directory, const char *name)
{
	static const char *const files[] = {
		"vendor",   "device", "subsystem_vendor", "subsystem_device", "class",
		"revision", "irq",    "resource",	  "config",	      "removable"};
	static const char *const links[] = {"driver", "iommu_group"};
	char path[CAPTURE_PATH], target[CAPTURE_PATH], file[CAPTURE_PATH + 32];

	if (snprintf(path, sizeof(path), "%s/%s", directory, name) >= (int)sizeof(path))
		return;
	strcpy(file, path);
	if (!add_link(capture, path, target) || !resolve(file, target, path))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		struct capture_member *member;

		snprintf(file, sizeof(file), "%s/%s", path, files[i]);
		member = add_file(capture, file);
		if (member && !strcmp(files[i], "config"))
			capture_clean_config(member->bytes, member->size);
	}
	for (size_t i = 0; i < ARRAY_SIZE(links); i++) {
		snprintf(file, sizeof(file), "%s/%s", path, links[i]);
		add_link(capture, file, target);
	}
}

/* A device that only ACPI names: its ids let Linux find its entry in the IVRS. */
static void add_acpi(struct capture *capture, const char *name)
{
	static const char *const files[] = {"hid", "uid"};
	char link[CAPTURE_PATH], path[CAPTURE_PATH], target[CAPTURE_PATH], file[CAPTURE_PATH + 32];

	if (snprintf(link, sizeof(link), "sys/bus/acpi/devices/%s", name) >= (int)sizeof(link) ||
	    !add_link(capture, link, target) || !resolve(link, target, path))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		snprintf(file, sizeof(file), "%s/%s", path, files[i]);
		add_file(capture, file);
	}
}

static void add_member_link(struct capture *capture, const char *directory, const char *name)
{
	char path[CAPTURE_PATH], target[CAPTURE_PATH];
	ivrs_sbdf_t sbdf;

	if (snprintf(path, sizeof(path), "%s/%s", directory, name) >= (int)sizeof(path))
		return;
	add_link(capture, path, target);
	if (ivrs_sbdf_parse(name, &sbdf))
		add_acpi(capture, name);
}

static void add_group(struct capture *capture, const char *directory, const char *name)
{
	char path[CAPTURE_PATH];

	if (snprintf(path, sizeof(path), "%s/%s/reserved_regions", directory, name) >=
	    (int)sizeof(path))
		return;
	add_file(capture, path);
	snprintf(path, sizeof(path), "%s/%s/type", directory, name);
	add_file(capture, path);
	snprintf(path, sizeof(path), "%s/%s/devices", directory, name);
	walk(capture, path, add_member_link);
}

static void add_iommu(struct capture *capture, const char *directory, const char *name)
{
	static const char *const files[] = {"amd-iommu/cap", "amd-iommu/features"};
	char link[CAPTURE_PATH], path[CAPTURE_PATH], target[CAPTURE_PATH], file[CAPTURE_PATH + 32];

	if (strncmp(name, "ivhd", 4) != 0 ||
	    snprintf(link, sizeof(link), "%s/%s", directory, name) >= (int)sizeof(link) ||
	    !add_link(capture, link, target) || !resolve(link, target, path))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		snprintf(file, sizeof(file), "%s/%s", path, files[i]);
		add_file(capture, file);
	}
	snprintf(file, sizeof(file), "%s/device", path);
	add_link(capture, file, target);
}

static void collect(struct capture *capture)
{
	static const char *const files[] = {
		TABLES "/IVRS",
		TABLES "/IVRS1",
		TABLES "/DMAR",
		TABLES "/APIC",
		"proc/sys/kernel/osrelease",
		"sys/kernel/security/lockdown",
		"sys/class/dmi/id/sys_vendor",
		"sys/class/dmi/id/product_name",
		"sys/class/dmi/id/board_vendor",
		"sys/class/dmi/id/board_name",
		"sys/class/dmi/id/board_version",
		"sys/class/dmi/id/bios_vendor",
		"sys/class/dmi/id/bios_version",
		"sys/class/dmi/id/bios_date",
	};
	struct capture_member *cmdline;
	size_t dropped;

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		add_file(capture, files[i]);
	cmdline = add_file(capture, "proc/cmdline");
	if (cmdline) {
		dropped = capture_clean_cmdline(cmdline->bytes, &cmdline->size);
		if (dropped)
			printf("%zu options of the kernel command line were left out: they don't "
			       "touch the IOMMU\n",
			       dropped);
	}
	walk(capture, PCI, add_function);
	walk(capture, GROUPS, add_group);
	walk(capture, IOMMUS, add_iommu);
}

static void free_all(struct capture *capture)
{
	for (size_t i = 0; i < capture->count; i++) {
		free(capture->members[i].path);
		free(capture->members[i].target);
		free(capture->members[i].bytes);
	}
	free(capture->members);
}

int cmd_capture(const struct options *options)
{
	const char *root = options->sysroot ? options->sysroot : "/", *path = options->operands[0];
	struct capture capture = {0};
	int status;

	if (!capture_knows_suffix(path)) {
		complain("%s: .tar, .tar.gz, .tar.xz, .tar.zst or .tar.bz2 is meant", path);
		return CLI_USAGE;
	}
	capture.root = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (capture.root < 0) {
		complain("%s: %s", root, strerror(errno));
		return CLI_FAILED;
	}
	collect(&capture);
	close(capture.root);
	status = capture_write(&capture, path);
	if (!status)
		printf("%s: %zu files; %zu could not be read\n", path, capture.count,
		       capture.missing);
	free_all(&capture);
	return status;
}
