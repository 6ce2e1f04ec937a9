/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the checker share: one context per run. */
#ifndef LIBIVRS_CHECK_H
#define LIBIVRS_CHECK_H

#include "direct.h"

/* So many findings of one code are listed; the rest is summed up in one more. */
#define CHECK_PER_CODE 100u
#define CHECK_CODES 128u

/*
 * The devices that an IOMMU translates, as disjoint or equal ranges of keys in ascending order: one range per function
 * when a topology is known, else what the IVHDs cover.
 */
struct reach {
	uint32_t first, last;
	uint32_t group;	 /* index in the simulation, IVRS_NONE without one */
	uint32_t before; /* devices in all ranges before this one */
	uint32_t direct; /* the same, of those that the kernel marks require_direct */
};

struct check {
	const struct ivrs_table *table;
	const struct ivrs_topology *topology; /* NULL: none is known */
	const struct ivrs_kernel *kernel;
	ivrs_report *report;
	struct iommu_map map;
	struct unity_list unity;
	struct direct direct;
	bool usable;   /* the map is whole: the kernel gets as far as the IVMDs */
	bool relaxed;  /* the command line relaxes every unity map */
	bool blocks;   /* some IVMD blocks a device */
	bool lost;     /* some mapping loses the IOMMU */
	ivrs_sim *sim; /* NULL without a topology */
	struct reach *reach;
	size_t reach_count;
	uint32_t *keys; /* of all PCI functions of the topology, ascending */
	size_t key_count;
	uint32_t *
		borrowed; /* requester ids that devices borrow: aliases, buses behind PCIe-to-PCI bridges; ascending */
	size_t borrowed_count;
	unsigned int width; /* address bits that the table states, 64 when it states none */
	bool ht_ignored;    /* no HyperTransport window */
	uint32_t direct_total, device_total;
	uint32_t counts[CHECK_CODES];
	uint32_t worst[CHECK_CODES]; /* worst severity among the findings that are only counted */
};

/* Like report_add() and report_add_as(), but counted per code. */
void check_add(struct check *check, enum finding code, uint64_t offset, uint32_t device,
	       const char *format, ...) __attribute__((format(printf, 5, 6)));
void check_add_as(struct check *check, uint32_t severity, enum finding code, uint64_t offset,
		  uint32_t device, const char *format, ...) __attribute__((format(printf, 6, 7)));

/* The parts of the check. Each that returns something returns 0 or -IVRS_E_NOMEM. */
int check_blocks(struct check *check);
int check_memory(struct check *check);
int check_overlaps(struct check *check);
int check_host(struct check *check);
int check_spec(struct check *check);

/* The entries of an IVHD: reads the next one and returns true, or false past the last one. Begin with *at = 0. */
bool check_next_entry(const struct ivrs_table *table, uint32_t ivhd, uint32_t *at,
		      struct entry_fields *entry);

/* check-reach.c */
struct reached {
	uint32_t count, direct; /* devices (without a topology: device ids) */
	size_t from, to;	/* the ranges that hold them: [from, to) */
	ivrs_sbdf_t first;	/* the first device */
};

int reach_build(struct check *check);
/* The translated devices between two keys, inclusive. O(log n). */
void reach_find(const struct check *check, uint32_t first, uint32_t last, struct reached *reached);
/* Number of PCI functions of the topology between two keys, translated or not. O(log n). */
size_t reach_present(const struct check *check, uint32_t first, uint32_t last);
/* A requester id that a device borrows (SPEC A7.2, A9.1). O(log n). */
bool reach_borrowed(const struct check *check, uint32_t key);

static inline uint32_t unity_first(const struct unity *unity)
{
	return sbdf_make(unity->segment, unity->first);
}

static inline uint32_t unity_last(const struct unity *unity)
{
	return sbdf_make(unity->segment, unity->last);
}

static inline uint32_t ivmd_offset(const struct ivrs_table *table, size_t ivmd)
{
	return table->blocks[table->ivmds[ivmd]];
}

/* A region whose end lies before its start, as the kernel computes it (SPEC A6.5). */
static inline bool range_wraps(uint64_t start, uint64_t length)
{
	return start + length < start;
}

#endif
