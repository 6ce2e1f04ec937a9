/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of devices. To say one name libpci takes in all of pci.ids, which takes longer than all the rest of a run. So the list
 * is read here where libpci has it as plain text; packed or missing it is left to libpci, which also asks udev's hardware
 * database. Never the network.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pci.h"

#define LIST_LIMIT (64u << 20)
#define LINE_START 8 /* a tab, four digits, two blanks */
#define VENDORS 16u  /* remembered */

struct host_names {
	struct pci_access *access;
	char *list;	     /* pci.ids; NULL: libpci is asked */
	size_t mapped, size; /* bytes; those in which an entry may begin */
	struct vendor {
		size_t start, end; /* in the list; equal: it isn't there */
		uint16_t id;
	} vendors[VENDORS];
	size_t vendor_count;
};

struct lookup {
	struct host_names *names;
	char *buffer;
	int size, flags;
	uint16_t vendor, device;
	bool found;
};

static void open_access(void *data)
{
	struct host_names *names = data;

	names->access = pci_alloc();
	pci_guard_install(names->access);
	/* libpci would also read, and write, a cache of names in the user's home. */
	names->access->id_lookup_mode = 0;
}

static void look_up(void *data)
{
	struct lookup *l = data;

	l->found = pci_lookup_name(l->names->access, l->buffer, l->size,
				   PCI_LOOKUP_NO_NUMBERS | l->flags, l->vendor, l->device) != NULL;
}

/* Four hexadecimal digits and two spaces, as before every name of a vendor or device. */
static bool take_id(const char *line, uint16_t *id)
{
	unsigned value = 0, i;

	for (i = 0; i < 4; i++) {
		char c = line[i];

		if (c >= '0' && c <= '9')
			value = value << 4 | (unsigned)(c - '0');
		else if (c >= 'a' && c <= 'f')
			value = value << 4 | (unsigned)(c - 'a' + 10);
		else
			return false;
	}
	*id = (uint16_t)value;
	return line[4] == ' ' && line[5] == ' ';
}

/*
 * The first entry in [offset, end) of the list: a vendor (indent 0) or a device (indent 1, a tab before it). Lines of
 * deeper entries and comments are passed over. NULL when there is none.
 */
static const char *next_entry(const char *list, size_t offset, size_t end, size_t indent,
			      uint16_t *id)
{
	const char *line = list + offset, *limit = list + end;

	if (offset && line[-1] != '\n')
		goto next;
	while (line < limit) {
		if ((!indent || *line == '\t') && line[indent] != '\t' &&
		    take_id(line + indent, id))
			return line;
	next:
		line = memchr(line, '\n', (size_t)(limit - line));
		line = line ? line + 1 : limit;
	}
	return NULL;
}

/* Offset of the first entry in [low, high) whose id isn't below the wanted one: the list is sorted; high when there is none. */
static size_t lower_bound(const char *list, size_t low, size_t high, size_t indent, uint32_t wanted)
{
	size_t found = high;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		uint16_t id;
		const char *line = next_entry(list, middle, high, indent, &id);

		if (line && id < wanted) {
			low = (size_t)(line - list) + 1;
		} else {
			if (line)
				found = (size_t)(line - list);
			high = middle;
		}
	}
	return found;
}

/* Where a vendor's lines begin and end; a host has few vendors and many devices of each. */
static const struct vendor *find_vendor(struct host_names *names, uint16_t id)
{
	struct vendor *v;

	for (size_t i = 0; i < names->vendor_count; i++)
		if (names->vendors[i].id == id)
			return &names->vendors[i];
	v = &names->vendors[names->vendor_count % VENDORS];
	names->vendor_count += names->vendor_count < VENDORS;
	v->id = id;
	v->start = lower_bound(names->list, 0, names->size, 0, id);
	v->end = lower_bound(names->list, v->start, names->size, 0, id + 1u);
	return v;
}

/* libpci asks for pci.ids.gz and, when there is none, for pci.ids. */
static char *plain_list(const struct pci_access *pci)
{
	char *path = pci->id_file_name ? strdup(pci->id_file_name) : NULL;
	size_t length = path ? strlen(path) : 0;

	if (length < 3 || strcmp(path + length - 3, ".gz"))
		return path;
	if (!access(path, F_OK)) {
		free(path);
		return NULL;
	}
	path[length - 3] = 0;
	return path;
}

/*
 * A few pages of the list are all that a search touches, so it is mapped and not read. It is a system file that packages
 * replace and don't rewrite.
 */
static void map_list(struct host_names *names)
{
	char *path = plain_list(names->access);
	int fd = path ? open(path, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC) : -1;
	struct stat st;
	void *bytes;

	free(path);
	if (fd < 0)
		return;
	/* An entry is looked at for up to LINE_START bytes, which must be there. */
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_size > LINE_START &&
	    st.st_size <= LIST_LIMIT) {
		bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (bytes != MAP_FAILED) {
			names->list = bytes;
			names->mapped = (size_t)st.st_size;
			names->size = names->mapped - LINE_START;
		}
	}
	close(fd);
}

static struct host_names *open_names(void)
{
	struct host_names *names = calloc(1, sizeof(*names));
	char text[PCI_GUARD_TEXT];

	if (!names)
		return NULL;
	if (pci_guard_run(open_access, names, text)) {
		map_list(names);
		return names;
	}
	host_names_free(names);
	return NULL;
}

static int line_length(const struct host_names *names, const char *text)
{
	size_t rest = names->mapped - (size_t)(text - names->list);
	const char *end = memchr(text, '\n', rest);

	return (int)(end ? (size_t)(end - text) : rest);
}

/* "8086  Intel Corporation", and below it a tab, "10d3  82574L ..."; what is below a device begins with two tabs. */
static bool search_list(struct lookup *l)
{
	const struct vendor *v = find_vendor(l->names, l->vendor);
	const char *list = l->names->list, *vendor = list + v->start + 6, *device;
	uint16_t id;
	size_t at;

	if (v->start == v->end)
		return false;
	at = lower_bound(list, v->start + 1, v->end, 1, l->device);
	device = next_entry(list, at, v->end, 1, &id);
	if (device && id == l->device)
		snprintf(l->buffer, (size_t)l->size, "%.*s %.*s", line_length(l->names, vendor),
			 vendor, line_length(l->names, device + 7), device + 7);
	else
		snprintf(l->buffer, (size_t)l->size, "%.*s %04x:%04x",
			 line_length(l->names, vendor), vendor, l->vendor, l->device);
	return true;
}

static bool ask_libpci(struct lookup *l)
{
	char text[PCI_GUARD_TEXT];
	size_t length;

	l->flags = PCI_LOOKUP_VENDOR | PCI_LOOKUP_DEVICE;
	if (pci_guard_run(look_up, l, text) && l->found)
		return true;
	l->flags = PCI_LOOKUP_VENDOR;
	if (!pci_guard_run(look_up, l, text) || !l->found)
		return false;
	length = strlen(l->buffer);
	snprintf(l->buffer + length, (size_t)l->size - length, " %04x:%04x", l->vendor, l->device);
	return true;
}

void ivrs_host_device_name(ivrs_host *host, ivrs_sbdf_t sbdf, char *name, size_t size)
{
	char buffer[256];
	struct lookup l = {.buffer = buffer, .size = sizeof(buffer)};
	size_t index;

	if (!name || !size)
		return;
	name[0] = 0;
	if (!host || ivrs_topology_find(host->topology, sbdf, &index))
		return;
	l.vendor = ivrs_topology_vendor(host->topology, index);
	l.device = ivrs_topology_device(host->topology, index);
	if (!l.vendor && !l.device)
		return;
	if (!host->names)
		host->names = open_names();
	l.names = host->names;
	if (l.names && (l.names->list ? search_list(&l) : ask_libpci(&l))) {
		host_sanitize(buffer);
		snprintf(name, size, "%s", buffer);
	} else {
		snprintf(name, size, "%04x:%04x", l.vendor, l.device);
	}
}

static void close_access(void *data)
{
	struct host_names *names = data;

	pci_cleanup(names->access);
}

void host_names_free(struct host_names *names)
{
	char text[PCI_GUARD_TEXT];

	if (!names)
		return;
	if (names->access)
		pci_guard_run(close_access, names, text);
	if (names->list)
		munmap(names->list, names->mapped);
	free(names);
}
