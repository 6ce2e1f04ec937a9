/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the rooms of libivrs share and nobody else sees. Data flows downwards: reading, kernel, topology, simulation, speaking. */
#ifndef LIBIVRS_INTERNAL_H
#define LIBIVRS_INTERNAL_H

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <libivrs/ivrs.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* findings: report.c and findings.def */

enum finding {
#define FINDING(code, symbol, name, severity, text) FINDING_##symbol = code,
#include "findings.def"
#undef FINDING
};

/* Adds a finding with the severity of the registry; a NULL report swallows it. */
void report_add(ivrs_report *report, enum finding code, uint64_t offset, uint32_t device,
		const char *format, ...) __attribute__((format(printf, 5, 6)));
/* The same with another severity than the registry's. */
void report_add_as(ivrs_report *report, uint32_t severity, enum finding code, uint64_t offset,
		   uint32_t device, const char *format, ...) __attribute__((format(printf, 6, 7)));

/* tables: table.c, ivhd.c, ivmd.c */

struct ivrs_table {
	atomic_uint refs;
	uint8_t *bytes;
	size_t size;	 /* bytes that are there; >= length after a successful parse */
	uint32_t length; /* header field */
	bool well_formed;
	bool endless;	  /* a block of length 0 ends the list: the kernel never leaves it */
	uint32_t *blocks; /* offset of each block, in the order of the kernel's walk */
	size_t block_count;
	uint32_t *ivhds, *ivmds; /* indices into blocks */
	size_t ivhd_count, ivmd_count;
	char oem_id[7], oem_table_id[9], creator_id[5];
};

struct ivhd_fields {
	uint8_t block_type, flags;
	uint16_t length, devid, capability, segment, info;
	uint32_t attributes;
	uint64_t base, efr, efr2;
};

struct ivmd_fields {
	uint8_t block_type, flags;
	uint16_t length, devid, aux, segment;
	uint64_t start, memory_length;
};

struct entry_fields {
	uint32_t offset,
		length; /* length 0: the kernel's rule gives none and its loop never ends (SPEC A4) */
	uint8_t type, flags, handle, variety;
	uint16_t devid, alias;
};

/* All three take the offset of the block or entry; bytes that aren't there read as 0. */
void ivhd_decode(const struct ivrs_table *table, uint32_t offset, struct ivhd_fields *ivhd);
void ivmd_decode(const struct ivrs_table *table, uint32_t offset, struct ivmd_fields *ivmd);
void entry_decode(const struct ivrs_table *table, uint32_t offset, struct entry_fields *entry);
/*
 * HID, CID (9 bytes each) and UID (256 bytes) of an entry F0h as the kernel uses them: of an integer UID it looks at one byte only,
 * where ivrs_ivhd_entry_uid() gives all of it. Empty for other entries.
 */
void entry_decode_names(const struct ivrs_table *table, uint32_t offset, char *hid, char *cid,
			char *uid);
/* Bytes of an IVHD's header by its type: 24, 40, or 0 for a type that is no IVHD (SPEC A2.6). */
uint32_t ivhd_header_size(uint8_t block_type);

static inline bool block_is_ivmd(uint8_t type)
{
	return (type >= 0x20 && type <= 0x22) || type == 0x50 || type == 0x51;
}

/* SBDF pieces */

static inline ivrs_sbdf_t sbdf_make(uint32_t segment, uint32_t devid)
{
	return segment << 16 | devid;
}

static inline uint16_t sbdf_segment(ivrs_sbdf_t sbdf)
{
	return (uint16_t)(sbdf >> 16);
}

static inline uint16_t sbdf_devid(ivrs_sbdf_t sbdf)
{
	return (uint16_t)sbdf;
}

static inline uint8_t sbdf_bus(ivrs_sbdf_t sbdf)
{
	return (uint8_t)(sbdf >> 8);
}

#endif
