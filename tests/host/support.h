/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hosts made up for a test: folders, tars, configuration space. */
#ifndef TESTS_HOST_SUPPORT_H
#define TESTS_HOST_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "internal.h"

#define EXAMPLE SOURCE_DIR "/examples/hosts/am5-blanket.tar.gz"

/* CMocka fixture: *state is the name of a new folder, removed afterwards with all that is in it. */
int make_folder(void **state);
int remove_folder(void **state);

/* "FOLDER/name"; from a few static buffers. */
const char *in(const char *folder, const char *name);
/* Each makes the folders above. */
void put_bytes(const char *folder, const char *name, const void *bytes, size_t size);
void put(const char *folder, const char *name, const char *text);
void put_link(const char *folder, const char *name, const char *target);
void put_fifo(const char *folder, const char *name);

/* A PCI function of sysfs the way the kernel lays it out: a link in bus/pci/devices to a folder in devices. */
void put_function(const char *folder, const char *address, const void *config, size_t size);
void put_attribute(const char *folder, const char *address, const char *attribute,
		   const char *text);

/* Configuration space of 4096 bytes. */
struct config {
	uint8_t bytes[4096];
	size_t last, last_extended; /* where the next capability is linked from */
};
void config_init(struct config *c, uint16_t vendor, uint16_t device, uint32_t class_code,
		 uint8_t header_type);
/* Appends a capability (at 40h, 50h, ...; extended at 100h, 110h, ...); returns where its second word goes. */
uint8_t *config_capability(struct config *c, uint8_t id);
uint8_t *config_extended(struct config *c, uint16_t id);
void put16(uint8_t *at, uint16_t value);
void put32(uint8_t *at, uint32_t value);

/* Tars. */
struct member {
	const char *path;
	unsigned type;	  /* AE_IF*, 0: a regular file */
	const char *link; /* target of a symbolic link, or with type 0 of a hard one */
	const void *bytes;
	size_t size;
};
void write_tar(const char *name, int filter, const struct member *members, size_t count);
void unpack(const char *tar, const char *folder);

/* ivrs_host_open() that must succeed, or fail with status and an error line that contains text. */
ivrs_host *opened(const char *sysroot, const char *lspci);
void refused(const char *sysroot, const char *lspci, int status, const char *text);
/* True when a note contains text. */
bool noted(const ivrs_host *host, const char *text);

/* What the topology keeps of a function and shows to nobody but the simulation. */
struct seen {
	size_t index;
	uint16_t pcie, acs_capability, acs_control;
	uint8_t header_type, secondary, subordinate;
	bool is_pcie, has_acs, untrusted, pasid, complete;
	uint32_t iommu_header;
	uint64_t efr, efr2;
};
struct seen seen(const ivrs_topology *topology, ivrs_sbdf_t sbdf);
size_t seen_ioapics(const ivrs_topology *topology, uint8_t *ids);

#endif
