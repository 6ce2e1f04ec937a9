/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A simulation while it is made and read: simulate.c builds, verdict.c judges, outcome.c answers. */
#ifndef LIBIVRS_SIM_H
#define LIBIVRS_SIM_H

#include "direct.h"

struct sim_device {
	ivrs_sbdf_t sbdf, last; /* as the IVRS knows it; last differs for ranges only */
	uint32_t group;		/* index into groups, IVRS_NONE */
	uint32_t iommu;		/* index into map.iommus, IVRS_NONE */
	uint32_t direct;	/* the first unity entry that is reported as direct, IVRS_NONE */
	uint32_t text; /* offset of the driver's name, 0 none; of an ACPI device: index into acpi */
	bool is_acpi : 1, is_bridge : 1, is_port : 1;
	bool relax_all : 1, relax_wide : 1; /* which of its unity maps are relaxable */
};

struct sim_group {
	uint32_t id;
	uint32_t first, count; /* in members */
	uint32_t culprit;      /* device, IVRS_NONE */
	uint8_t claim, reason, error;
	uint8_t domain; /* enum domain */
	const char *step;
};

enum domain { DOMAIN_NONE, DOMAIN_IDENTITY, DOMAIN_DMA, DOMAIN_DMA_FQ };

struct ivrs_sim {
	atomic_uint refs;
	struct ivrs_table *table;
	struct ivrs_kernel kernel; /* a copy without its texts */
	struct relax relax;
	char *relax_text;
	uint32_t flags, state;
	uint64_t offset;
	char message[192];
	struct iommu_map map;
	struct unity_list unity;
	struct spans direct_any;       /* SBDF -> first unity entry that reaches it */
	struct spans direct_narrow;    /* the same without the wide entries */
	uint64_t early_efr, efr, efr2; /* extended features, 0 unknown */
	uint64_t aperture;	       /* last address of a domain (A8.6) */
	bool guest_tables;	       /* v2 page tables (A8.6) */
	bool interrupts, strict, ranges, predicted, drivers_known;
	struct sim_device *devices;
	size_t device_count, pci_count; /* PCI functions or ranges come first, then ACPI devices */
	struct sim_group *groups;
	size_t group_count;
	uint32_t *members; /* devices, group after group, in the kernel's order */
	char *texts;
	size_t text_size;
	struct acpi_device *acpi;
};

/* The boot ends here, and why. */
void sim_stop(struct ivrs_sim *sim, uint32_t state, uint64_t offset, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* boot.c */
bool boot_enabled(struct ivrs_sim *sim, const struct ivrs_topology *t);	   /* A1.2, A1.3 */
void boot_features(struct ivrs_sim *sim, const struct ivrs_topology *t);   /* A1.7, A8.1 */
void boot_aperture(struct ivrs_sim *sim);				   /* A8.6 */
void boot_presence(struct ivrs_sim *sim, const struct ivrs_topology *t);   /* A4.3, A3.3 */
int boot_domains(struct ivrs_sim *sim, const struct ivrs_topology *t);	   /* A8.1 to A8.4 */
void boot_interrupts(struct ivrs_sim *sim, const struct ivrs_topology *t); /* A4.3 */

/* members.c: devices and groups, of a host or as ranges of device ids. */
int members_devices(struct ivrs_sim *sim, const struct ivrs_topology *t);
int members_ranges(struct ivrs_sim *sim);

/* Unity entry as the device sees it: relaxed or not (A7.3, relax.c). */
bool sim_relaxed(const struct sim_device *device, const struct unity *unity);
/* The merged, unbounded reserved regions of a group (A9.5). */
int sim_group_reserved(const struct ivrs_sim *sim, const struct sim_group *group,
		       struct ivrs_regions **out);
/* Judges every group: A10, A11. */
int sim_judge(struct ivrs_sim *sim);
/* Key of a device in spans and unity lists. */
static inline uint32_t sim_key(const struct ivrs_sim *sim, const struct sim_device *device)
{
	return map_key(&sim->map, device->sbdf);
}

#endif
