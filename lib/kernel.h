/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel as the deciding rooms see it: rules by number, command line decoded. */
#ifndef LIBIVRS_KERNEL_INTERNAL_H
#define LIBIVRS_KERNEL_INTERNAL_H

#include "internal.h"

enum rule {
#define RULE(symbol, name, since, until, text) RULE_##symbol,
#define EXCEPT(symbol, since, until)
#include "rules.def"
#undef RULE
#undef EXCEPT
	RULE_COUNT
};

#define CMDLINE_LISTS 16
#define CMDLINE_MAPS 4 /* entries the kernel keeps of ivrs_ioapic=, ivrs_hpet= (EARLY_MAP_SIZE) */

struct ioapic_map {
	uint8_t id;
	uint32_t sbdf;
};

/* What the options of the command line amount to after the last one was read. */
struct cmdline {
	bool no_iommu;			    /* iommu=off (A1.2) */
	bool amd_off;			    /* amd_iommu=off (A1.3) */
	bool force_enable;		    /* amd_iommu=force_enable (A1.2) */
	bool force_isolation;		    /* amd_iommu=force_isolation (A8.1) */
	bool pgtbl_v2;			    /* amd_iommu=pgtbl_v2 (A8.6) */
	bool no_intremap;		    /* nointremap, intremap=off, noapic (A10.7) */
	bool unsafe_legacy, unsafe_iommufd; /* allow_unsafe_interrupts of the two modules */
	bool passthrough;		    /* iommu=pt, iommu.passthrough=1 (A8.1) */
	bool strict, fullflush; /* iommu.strict=1; amd_iommu=fullflush, which wins (A8.1) */
	bool relax_unity;	/* amd_iommu=relax_unity */
	struct {
		const char *text; /* not terminated */
		size_t length;
	} relax_devices[CMDLINE_LISTS]; /* arguments of amd_iommu_relax_unity=, which add up */
	unsigned int relax_devices_count;
	struct ioapic_map ioapics[CMDLINE_MAPS];
	unsigned int ioapic_count;
};

struct ivrs_kernel {
	char release[128];
	char *text; /* command line */
	char *relax;
	uint32_t version; /* V(major, minor) with the patch level in the low byte */
	size_t ruleset;
	bool exact;
	bool rules[RULE_COUNT];
	struct cmdline cmdline;
};

/* Decodes a command line as the kernel does; texts it doesn't know are skipped. */
void cmdline_parse(const char *text, struct cmdline *out);
/* A kernel of the newest rule set with an empty command line, no allocation. */
void kernel_init_newest(struct ivrs_kernel *kernel);

#endif
