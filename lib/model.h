/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel's view of a table and a host: what the deciding rooms hand to each other. Numbers in comments are SPEC sections. */
#ifndef LIBIVRS_MODEL_H
#define LIBIVRS_MODEL_H

#include "kernel.h"
#include "spans.h"
#include "topology.h"

/* One IOMMU that the driver brings up: a block of the target type (A2.5). */
/* Bits of the extended feature registers (AMD IOMMU specification, MMIO offsets 30h and 1A0h). */
#define EFR_PPR (1ull << 1)
#define EFR_XTSUP (1ull << 2)
#define EFR_GT (1ull << 4)
#define EFR_GASUP (1ull << 7)
#define EFR_HATS(efr) ((uint32_t)((efr) >> 10) & 3)
#define EFR_GIOSUP (1ull << 48)
#define EFR_EPHSUP (1ull << 50)
#define EFR2_HT_RANGE_IGNORE (1ull << 11)

struct iommu {
	uint32_t block; /* offset in the table */
	uint16_t segment, devid;
	uint64_t base, efr, efr2;
	bool no_host_tables; /* HATDIS: bit 0 of the attributes of an IVHD of 40 bytes */
};

/* A PCI segment of the driver (A5.1), made by an IVHD. */
struct segment {
	uint16_t id;
	uint32_t last_bdf; /* A3.1 */
};

struct ioapic {
	uint8_t id;
	uint32_t sbdf;
};

struct acpi_hid {
	char hid[9];
	uint32_t entry; /* offset of its entry: the unique id is read from there */
	uint32_t sbdf;
};

/* iommu-map.c: who translates what. */
struct iommu_map {
	uint32_t
		state; /* enum ivrs_state: READY, FAILED or HANGS as far as the table alone decides */
	uint64_t offset;
	char message[160];
	uint8_t target; /* block type taken for IVHDs (A2.1) */
	bool segmented; /* rule pci-segments */
	struct iommu *iommus;
	size_t iommu_count;
	struct segment *segments; /* sorted by id */
	size_t segment_count;
	struct spans cover; /* SBDF -> index of its IOMMU (A4) */
	struct spans alias; /* SBDF -> devid of its alias (A4, A9.2) */
	struct ioapic *ioapics;
	size_t ioapic_count;
	struct acpi_hid *hids;
	size_t hid_count;
};

/*
 * Builds the map. Failing like the kernel isn't an error: state, message and offset say so, and what was found until then stays.
 * Errors: -IVRS_E_NOMEM.
 */
int iommu_map_build(const struct ivrs_table *table, const struct ivrs_kernel *kernel,
		    struct iommu_map *map);
void iommu_map_free(struct iommu_map *map);
/* Key of a device in all spans: before segments were known only its devid counts (B). */
static inline uint32_t map_key(const struct iommu_map *map, ivrs_sbdf_t sbdf)
{
	return map->segmented ? sbdf : sbdf_devid(sbdf);
}
const struct segment *iommu_map_segment(const struct iommu_map *map, uint32_t key);
/* The IOMMU that translates for a device, NULL for none (A3.3, A4.4). */
const struct iommu *iommu_map_find(const struct iommu_map *map, ivrs_sbdf_t sbdf);
/* The features that the IVHDs' copies give to all IOMMUs (A1.7). */
void features_early(const struct ivrs_table *table, const struct iommu_map *map,
		    const struct ivrs_kernel *kernel, uint64_t *efr, uint64_t *efr2);
/* Address bits of host page tables by those features; 0 when none can be made (A8.6). */
uint32_t features_width(const struct ivrs_table *table, const struct ivrs_kernel *kernel,
			uint64_t efr);
/* Entries of a segment's lookup table, with what the allocator rounds them up to (A3.3). */
uint32_t iommu_map_lookup_entries(const struct segment *segment, const struct ivrs_kernel *kernel);
/* First devid of a segment whose lookup reads past the table: 65536 when none does (A3.3). */
uint32_t iommu_map_lookup_limit(const struct segment *segment, const struct ivrs_kernel *kernel);
/* Interrupt remapping works as far as table and command line decide (A4.2, A10.7). */
bool iommu_map_remaps_interrupts(const struct iommu_map *map, const struct ivrs_kernel *kernel,
				 const struct ivrs_topology *topology);
/* SBDF of an ACPI-named device; false when no entry names it (A4, B). */
bool iommu_map_acpi_device(const struct iommu_map *map, const struct ivrs_table *table,
			   const struct ivrs_kernel *kernel, const char *hid, const char *uid,
			   ivrs_sbdf_t *sbdf);

/* unity.c: the memory definitions as the kernel keeps them (A6). */
struct unity {
	uint32_t ivmd;	      /* index among the table's IVMDs */
	uint16_t segment;     /* of the key */
	uint16_t first, last; /* devids, inclusive; first > last: nothing */
	uint8_t prot;	      /* bit 0 read, bit 1 write (A6.6) */
	uint8_t wide; /* 20h, or 22h with its ends on different buses: what `blanket` relaxes */
};

struct unity_list {
	struct unity *at; /* table order */
	size_t count;
	uint32_t *order; /* indices of non-empty entries by (segment, first) */
	uint32_t *
		reach; /* per node of a complete tree over `order`: the farthest last key below it */
	size_t order_count, leaves;
};

int unity_build(const struct ivrs_table *table, const struct iommu_map *map,
		struct unity_list *list);
void unity_free(struct unity_list *list);
/*
 * Indices of the entries that reach a key, in table order. *found is a malloc()ed array (NULL when there are none).
 * O(k log n) for k results.
 */
int unity_find(const struct unity_list *list, uint32_t key, uint32_t **found, size_t *count);
/* Address range of an entry, rounded and wrapped as the kernel does it (A6.5). */
void unity_range(const struct ivrs_table *table, const struct unity *unity, uint64_t *start,
		 uint64_t *length);

/* regions.c: lists of address ranges. */
struct region {
	uint64_t start, length;
	uint8_t kind, prot; /* enum ivrs_region_kind */
	uint32_t ivmd;
};

struct ivrs_regions {
	atomic_uint refs;
	size_t count, room;
	struct region *at;
};

int regions_new(struct ivrs_regions **out);
int regions_add(struct ivrs_regions *regions, const struct region *region);

static inline uint64_t region_end(const struct region *region)
{
	return region->start + region->length - 1;
}

/* resv.c: merging as in /sys/kernel/iommu_groups/N/reserved_regions (A9.5). Takes the regions in the kernel's order of insertion. */
int resv_merge(const struct region *in, size_t count, struct ivrs_regions **out);
/* Drops what doesn't fit the one page that sysfs prints into. */
void resv_bound(struct ivrs_regions *regions);
/* iova.c: the aperture [0, last] minus every region that isn't relaxable, as VFIO cuts it (A10.6). */
int iova_exclude(uint64_t last, const struct ivrs_regions *reserved, struct ivrs_regions **out);

/* relax.c: one relaxation, decoded. A patched kernel may have several in force at once: "devices=LIST+blanket". */
struct relax {
	bool unity, blanket, unchecked;
	struct spans devices; /* the functions named */
};

int relax_parse(const char *text, struct relax *relax);
void relax_free(struct relax *relax);

#endif
