/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of devices through libpci. Its text list pci.ids takes longer to read than all the rest of a run, the same list in
 * udev's hardware database takes no time; so that is asked first and the text only for what it doesn't know. Never the network.
 */
#include <stdio.h>
#include <stdlib.h>

#include "pci.h"

struct host_names {
	struct pci_access *quick; /* hardware database only */
	struct pci_access *full;  /* pci.ids; NULL until it is needed */
};

struct lookup {
	struct host_names *names;
	struct pci_access **access;
	char *buffer;
	int size, flags;
	uint16_t vendor, device;
	bool found;
};

static void look_up(void *data)
{
	struct lookup *l = data;

	if (!*l->access) {
		*l->access = pci_alloc();
		pci_guard_install(*l->access);
		/* libpci would also read, and write, a cache of names in the user's home. */
		(*l->access)->id_lookup_mode = 0;
		if (l->access == &l->names->quick)
			pci_set_name_list_path(*l->access, "/dev/null", 0);
	}
	l->found = pci_lookup_name(*l->access, l->buffer, l->size,
				   PCI_LOOKUP_VENDOR | PCI_LOOKUP_DEVICE | PCI_LOOKUP_NO_NUMBERS |
					   l->flags,
				   l->vendor, l->device) != NULL;
}

static bool look_up_in(struct lookup *l, struct pci_access **access, int flags)
{
	char text[PCI_GUARD_TEXT];

	l->access = access;
	l->flags = flags;
	return pci_guard_run(look_up, l, text) && l->found;
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
		host->names = calloc(1, sizeof(*host->names));
	l.names = host->names;
	if (l.names && (look_up_in(&l, &l.names->quick, 0) ||
			look_up_in(&l, &l.names->full, PCI_LOOKUP_NO_HWDB))) {
		host_sanitize(buffer);
		snprintf(name, size, "%s", buffer);
	} else {
		snprintf(name, size, "%04x:%04x", l.vendor, l.device);
	}
}

static void clean_up(void *data)
{
	pci_cleanup(data);
}

void host_names_free(struct host_names *names)
{
	char text[PCI_GUARD_TEXT];

	if (!names)
		return;
	if (names->quick)
		pci_guard_run(clean_up, names->quick, text);
	if (names->full)
		pci_guard_run(clean_up, names->full, text);
	free(names);
}
