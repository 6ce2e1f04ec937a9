/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * judge [ADDRESS...]: runs as root in the lab's guest, lists every IOMMU group as the kernel shows it, claims each of them as a
 * VMM does, by every way that this kernel has, and prints one JSON document. The addresses are tried with MAP_DMA.
 *
 * First, groups are claimed as they are: where one function has a host driver and another has none, the free one goes to
 * vfio-pci and the group must be busy. Then every function that isn't a bridge goes to vfio-pci.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "judge.h"

#define PCI "/sys/bus/pci/devices/"

static struct function functions[DEVICE_LIMIT];
static unsigned int nr_functions;
static struct request request;
static int kmsg = -1;

/* A string of JSON. Everything that comes here is ASCII from the kernel. */
static void quote(const char *text, size_t length)
{
	putchar('"');
	for (size_t i = 0; i < length && text[i]; i++) {
		if (text[i] == '"' || text[i] == '\\')
			putchar('\\');
		putchar((unsigned char)text[i] < ' ' ? ' ' : text[i]);
	}
	putchar('"');
}

static size_t read_file(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? 0 : read(fd, text, size - 1);

	if (fd >= 0)
		close(fd);
	text[got > 0 ? got : 0] = '\0';
	return got > 0 ? (size_t)got : 0;
}

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), error = 0;

	if (fd < 0)
		return errno;
	if (write(fd, text, strlen(text)) < 0)
		error = errno;
	close(fd);
	return error;
}

/* Last part of what a link points to, "" when there is none. */
static void link_name(const char *path, char *name, size_t size)
{
	char target[PATH_MAX];
	ssize_t length = readlink(path, target, sizeof(target) - 1);
	const char *slash;

	target[length > 0 ? length : 0] = '\0';
	slash = strrchr(target, '/');
	snprintf(name, size, "%.*s", (int)size - 1, slash ? slash + 1 : target);
}

static void read_driver(struct function *f)
{
	char path[64];

	snprintf(path, sizeof(path), PCI "%s/driver", f->name);
	link_name(path, f->driver, sizeof(f->driver));
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct function *)a)->name, ((const struct function *)b)->name);
}

static void read_functions(void)
{
	DIR *dir = opendir(PCI);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)) && nr_functions < DEVICE_LIMIT) {
		struct function *f = &functions[nr_functions];
		char path[64], group[16], config[64] = "";

		if (entry->d_name[0] == '.' || strlen(entry->d_name) >= NAME_SIZE)
			continue;
		memcpy(f->name, entry->d_name, strlen(entry->d_name) + 1);
		snprintf(path, sizeof(path), PCI "%s/iommu_group", f->name);
		link_name(path, group, sizeof(group));
		f->group = group[0] ? (unsigned int)strtoul(group, NULL, 10) : UINT_MAX;
		snprintf(path, sizeof(path), PCI "%s/config", f->name);
		read_file(path, config, sizeof(config));
		f->bridge = (config[14] & 0x7f) != 0;
		read_driver(f);
		nr_functions++;
	}
	if (dir)
		closedir(dir);
	qsort(functions, nr_functions, sizeof(functions[0]), by_name);
}

/* Hand a function over to vfio-pci; 0 or the error that the bind gave. */
static int to_vfio(struct function *f)
{
	char path[80];
	int error;

	snprintf(path, sizeof(path), PCI "%s/driver_override", f->name);
	write_file(path, "vfio-pci");
	if (f->driver[0]) {
		snprintf(path, sizeof(path), PCI "%s/driver/unbind", f->name);
		write_file(path, f->name);
	}
	error = write_file("/sys/bus/pci/drivers/vfio-pci/bind", f->name);
	read_driver(f);
	return error;
}

/* What the kernel has logged since the last call, as a JSON list, or nothing at all. */
static void messages(bool print)
{
	char record[8192];
	ssize_t length;
	int count = 0;

	while ((length = read(kmsg, record, sizeof(record) - 1)) > 0 ||
	       (length < 0 && errno == EPIPE)) {
		char *text, *end;

		if (!print || length < 0)
			continue;
		record[length] = '\0';
		text = strchr(record, ';');
		if (!text++)
			continue;
		end = strchr(text, '\n');
		printf(count++ ? ", " : "");
		quote(text, end ? (size_t)(end - text) : strlen(text));
	}
}

static void print_drivers(unsigned int group)
{
	int count = 0;

	printf("\"drivers\": {");
	for (unsigned int i = 0; i < nr_functions; i++) {
		if (functions[i].group != group)
			continue;
		printf("%s\"%s\": ", count++ ? ", " : "", functions[i].name);
		quote(functions[i].driver, DRIVER_SIZE);
	}
	printf("}");
}

static void claim_one(unsigned int group, const char *path,
		      void (*how)(const struct request *, struct claim *), bool as_bound)
{
	static struct claim claim;
	static int count;

	memset(&claim, 0, sizeof(claim));
	claim.path = path;
	claim.viable = -1;
	request.group = group;
	request.nr_devices = 0;
	for (unsigned int i = 0; i < nr_functions; i++)
		if (functions[i].group == group && strcmp(functions[i].driver, "vfio-pci") == 0)
			request.devices[request.nr_devices++] = &functions[i];
	messages(false);
	if (request.nr_devices)
		how(&request, &claim);

	printf("%s\n  {\"group\": %u, \"path\": \"%s\", \"as_bound\": %s, \"result\": \"%s\", ",
	       count++ ? "," : "", group, path, as_bound ? "true" : "false",
	       !request.nr_devices ? "nothing-to-claim"
	       : claim.step	   ? "refused"
				   : "ok");
	if (claim.step)
		printf("\"step\": \"%s\", \"errno\": \"%s\", ", claim.step,
		       errno_name(claim.error));
	if (claim.device)
		printf("\"device\": \"%s\", ", claim.device);
	if (claim.viable >= 0)
		printf("\"viable\": %d, ", claim.viable);
	printf("\"iova_ranges\": [");
	for (unsigned int i = 0; i < claim.nr_ranges; i++)
		printf("%s[\"0x%016llx\", \"0x%016llx\"]", i ? ", " : "",
		       (unsigned long long)claim.ranges[i][0],
		       (unsigned long long)claim.ranges[i][1]);
	printf("], \"probes\": [");
	for (unsigned int i = 0; i < claim.nr_probes; i++)
		printf("%s[\"0x%016llx\", %u, \"%s\"]", i ? ", " : "",
		       (unsigned long long)claim.probes[i].iova, (unsigned int)claim.probes[i].size,
		       errno_name(claim.probes[i].error));
	printf("], ");
	print_drivers(group);
	printf(", \"messages\": [");
	messages(true);
	printf("]}");
}

static void claim_every_way(unsigned int group, bool as_bound)
{
	claim_one(group, "legacy", claim_legacy, as_bound);
	if (access("/dev/vfio/devices", F_OK) == 0)
		claim_one(group, "iommufd", claim_cdev, as_bound);
	if (access("/dev/iommu", F_OK) == 0)
		claim_one(group, "compat", claim_compat, as_bound);
}

static void print_groups(const unsigned int *ids, unsigned int count)
{
	static char text[8192];

	printf("\"groups\": [");
	for (unsigned int g = 0; g < count; g++) {
		char path[80];
		int printed = 0;

		printf("%s\n  {\"id\": %u, \"devices\": [", g ? "," : "", ids[g]);
		for (unsigned int i = 0; i < nr_functions; i++)
			if (functions[i].group == ids[g])
				printf("%s\"%s\"", printed++ ? ", " : "", functions[i].name);
		snprintf(path, sizeof(path), "/sys/kernel/iommu_groups/%u/type", ids[g]);
		read_file(path, text, sizeof(text));
		printf("], \"domain\": ");
		quote(text, strcspn(text, "\n"));
		snprintf(path, sizeof(path), "/sys/kernel/iommu_groups/%u/reserved_regions",
			 ids[g]);
		read_file(path, text, sizeof(text));
		printf(", \"reserved_regions\": [");
		printed = 0;
		for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
			printf(printed++ ? ", " : "");
			quote(line, strlen(line));
		}
		printf("]}");
	}
	printf("],\n");
}

static int by_number(const void *a, const void *b)
{
	unsigned int x = *(const unsigned int *)a, y = *(const unsigned int *)b;

	return x < y ? -1 : x > y;
}

static unsigned int read_groups(unsigned int *ids)
{
	DIR *dir = opendir("/sys/kernel/iommu_groups");
	struct dirent *entry;
	unsigned int count = 0;

	while (dir && (entry = readdir(dir)) && count < DEVICE_LIMIT)
		if (entry->d_name[0] != '.')
			ids[count++] = (unsigned int)strtoul(entry->d_name, NULL, 10);
	if (dir)
		closedir(dir);
	qsort(ids, count, sizeof(ids[0]), by_number);
	return count;
}

/* A driver that uses the DMA API, as far as the lab has any: not those that manage it themselves. */
static bool host_driver(const struct function *f)
{
	return f->driver[0] && strcmp(f->driver, "pcieport") != 0 &&
	       strcmp(f->driver, "pci-stub") != 0 && strncmp(f->driver, "vfio-", 5) != 0;
}

static bool free_the_rest(unsigned int group)
{
	bool bound = false, vfio = false;

	for (unsigned int i = 0; i < nr_functions; i++)
		bound |= functions[i].group == group && host_driver(&functions[i]);
	for (unsigned int i = 0; bound && i < nr_functions; i++) {
		struct function *f = &functions[i];

		if (f->group == group && !f->bridge && !f->driver[0])
			vfio |= to_vfio(f) == 0;
	}
	return vfio;
}

int main(int argc, char **argv)
{
	static unsigned int ids[DEVICE_LIMIT];
	unsigned int count = read_groups(ids);

	for (int i = 1; i < argc && request.nr_probes < PROBE_LIMIT / 2; i++)
		request.probes[request.nr_probes++] = strtoull(argv[i], NULL, 0) & ~(uint64_t)0xfff;
	kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (kmsg >= 0)
		lseek(kmsg, 0, SEEK_END);
	read_functions();
	printf("{");
	print_groups(ids, count);
	printf("\"claims\": [");
	for (unsigned int g = 0; g < count; g++)
		if (free_the_rest(ids[g]))
			claim_every_way(ids[g], true);
	for (unsigned int i = 0; i < nr_functions; i++)
		if (functions[i].group != UINT_MAX && !functions[i].bridge &&
		    strcmp(functions[i].driver, "vfio-pci") != 0)
			to_vfio(&functions[i]);
	for (unsigned int g = 0; g < count; g++)
		claim_every_way(ids[g], false);
	printf("],\n\"ungrouped\": [");
	for (unsigned int i = 0, printed = 0; i < nr_functions; i++) {
		if (functions[i].group != UINT_MAX)
			continue;
		printf("%s\n  {\"device\": \"%s\", \"bridge\": %s", printed++ ? "," : "",
		       functions[i].name, functions[i].bridge ? "true" : "false");
		if (!functions[i].bridge)
			printf(", \"bind\": \"%s\"", errno_name(to_vfio(&functions[i])));
		printf("}");
	}
	printf("]}\n");
	return 0;
}
