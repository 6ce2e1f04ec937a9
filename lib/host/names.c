/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of devices. To say one name libpci takes in all of pci.ids, which takes longer than all the rest of a run. So the list
 * is read here where libpci has it as plain text; packed or missing it is left to libpci, which also asks udev's hardware
 * database. Never the network.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pci.h"

#define LIST_LIMIT (64u << 20)

struct vendor {
	uint32_t offset; /* of its name in the list */
	uint16_t id;
};

struct host_names {
	struct pci_access *access;
	char *list; /* pci.ids with a NUL; NULL: libpci is asked */
	size_t size;
	struct vendor *vendors;
	size_t count, room;
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

static bool add_vendor(struct host_names *names, uint16_t id, size_t offset)
{
	if (names->count == names->room) {
		size_t room = names->room ? names->room * 2 : 4096;
		struct vendor *more = realloc(names->vendors, room * sizeof(*more));

		if (!more)
			return false;
		names->vendors = more;
		names->room = room;
	}
	names->vendors[names->count++] = (struct vendor){(uint32_t)offset, id};
	return true;
}

/* Lines of devices begin with a tab, so only the ends of lines are looked for. */
static bool index_list(struct host_names *names)
{
	const char *line = names->list, *end = line + names->size;
	uint16_t id;

	while (line && line < end) {
		if (*line != '\t' && take_id(line, &id) &&
		    !add_vendor(names, id, (size_t)(line - names->list) + 6))
			return false;
		line = memchr(line, '\n', (size_t)(end - line));
		line = line ? line + 1 : NULL;
	}
	return names->count > 0;
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

static void read_list(struct host_names *names)
{
	char *path = plain_list(names->access);
	void *bytes;

	if (path && !ivrs_host_read_file(path, LIST_LIMIT, &bytes, &names->size, NULL)) {
		names->list = realloc(bytes, names->size + 1);
		if (names->list)
			names->list[names->size] = 0;
		else
			free(bytes);
	}
	free(path);
	if (names->list && !index_list(names)) {
		free(names->list);
		names->list = NULL;
	}
}

static struct host_names *open_names(void)
{
	struct host_names *names = calloc(1, sizeof(*names));
	char text[PCI_GUARD_TEXT];

	if (!names)
		return NULL;
	if (pci_guard_run(open_access, names, text)) {
		read_list(names);
		return names;
	}
	host_names_free(names);
	return NULL;
}

static int line_length(const char *text)
{
	return (int)strcspn(text, "\n");
}

/* "8086  Intel Corporation", and below it a tab, "10d3  82574L ..."; what is below a device begins with two tabs. */
static bool search_list(struct lookup *l)
{
	const char *list = l->names->list, *vendor, *line;
	uint16_t id;
	size_t i;

	for (i = 0; i < l->names->count && l->names->vendors[i].id != l->vendor; i++)
		;
	if (i == l->names->count)
		return false;
	vendor = list + l->names->vendors[i].offset;
	for (line = vendor; (line = strchr(line, '\n'));) {
		line++;
		if (*line != '\t' && *line != '#')
			break;
		if (*line == '\t' && take_id(line + 1, &id) && id == l->device) {
			line += 7;
			snprintf(l->buffer, (size_t)l->size, "%.*s %.*s", line_length(vendor),
				 vendor, line_length(line), line);
			return true;
		}
	}
	snprintf(l->buffer, (size_t)l->size, "%.*s %04x:%04x", line_length(vendor), vendor,
		 l->vendor, l->device);
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
	free(names->list);
	free(names->vendors);
	free(names);
}
