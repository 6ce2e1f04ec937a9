/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is known of the devices of a host. */
#ifndef LIBIVRS_TOPOLOGY_INTERNAL_H
#define LIBIVRS_TOPOLOGY_INTERNAL_H

#include "internal.h"

/* Linux's header layouts, port types and capability bits that the rules ask for. */
#define HEADER_LAYOUT 0x7f
#define HEADER_MULTIFUNCTION 0x80
#define PCIE_TYPE(flags) ((flags) >> 4 & 0xf)
#define PCIE_SLOT 0x100
#define PCIE_ENDPOINT 0x0
#define PCIE_LEGACY_ENDPOINT 0x1
#define PCIE_ROOT_PORT 0x4
#define PCIE_UPSTREAM 0x5
#define PCIE_DOWNSTREAM 0x6
#define PCIE_TO_PCI 0x7
#define PCI_TO_PCIE 0x8
#define PCIE_RC_ENDPOINT 0x9
#define PCIE_RC_EVENT 0xa
#define IOMMU_CAP_NPCACHE (1u << 26)
#define NO_INDEX UINT32_MAX

struct device {
	ivrs_sbdf_t sbdf; /* PCI only */
	uint32_t group;
	uint32_t class_code;
	uint32_t
		text; /* offset of the driver's name in texts, 0 none; of an ACPI device: index into acpi */
	uint16_t vendor, device;
	uint16_t pcie; /* capabilities register */
	uint16_t acs_capability, acs_control;
	uint8_t header_type, secondary, subordinate;
	bool is_acpi : 1, is_pcie : 1, has_acs : 1, has_bridge : 1, untrusted : 1, pasid : 1,
		page_requests : 1, no_msi : 1, is_virtual : 1;
};

struct acpi_device {
	char name[32], hid[9], uid[32];
};

struct iommu_hardware {
	ivrs_sbdf_t sbdf;
	uint32_t header; /* capability header, 0 unknown */
	uint64_t efr, efr2;
	bool has_features;
};

struct ivrs_topology {
	struct device *devices;
	size_t count, room;
	uint32_t *slots; /* hash: index of the PCI function in a slot, or NO_INDEX */
	size_t slot_count;
	struct acpi_device *acpi;
	size_t acpi_count;
	struct iommu_hardware *iommus;
	size_t iommu_count;
	char *texts; /* driver names, each once, from offset 1 */
	size_t text_size, text_room;
	uint8_t ioapics[256];
	size_t ioapic_count;
	bool complete, has_groups;
};

/* Index of a PCI function, NO_INDEX when there is none. */
uint32_t topology_index(const struct ivrs_topology *topology, ivrs_sbdf_t sbdf);
const struct iommu_hardware *topology_iommu(const struct ivrs_topology *topology, ivrs_sbdf_t sbdf);
/*
 * The index of the bridge above each device (NO_INDEX at a root bus), and the order in which the kernel finds the
 * devices: bus by bus, a bus before the buses below it (A9.3). Both arrays are malloc()ed and hold topology->count items.
 */
int topology_tree(const struct ivrs_topology *topology, uint32_t **parent, uint32_t **order);

#endif
