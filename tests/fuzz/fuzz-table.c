/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One input of the fuzzer: parsed both ways, everything in it looked at, and held against what must always be true. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz-sim.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* A sum of all that was read, so that no read is optimised away. */
static volatile uint64_t sink;

#define REQUIRE(condition)                                                              \
	do {                                                                            \
		if (!(condition)) {                                                     \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
			abort();                                                        \
		}                                                                       \
	} while (0)

static void require_printable(const char *text, size_t most)
{
	REQUIRE(text && strlen(text) <= most);
	for (; *text; text++)
		REQUIRE(*text >= 0x20 && *text < 0x7f);
}

static void walk_header(const ivrs_table *table, size_t given)
{
	size_t size;

	REQUIRE(ivrs_table_bytes(table, &size));
	/* A dump is text and becomes fewer bytes. */
	REQUIRE(size >= 48 && size <= given);
	REQUIRE(ivrs_table_length(table) >= 36 && ivrs_table_length(table) <= size);
	require_printable(ivrs_table_oem_id(table), 6);
	require_printable(ivrs_table_oem_table_id(table), 8);
	require_printable(ivrs_table_creator_id(table), 4);
	sink += ivrs_table_revision(table) + ivrs_table_checksum(table) +
		ivrs_table_checksum_valid(table) + ivrs_table_oem_revision(table) +
		ivrs_table_creator_revision(table) + ivrs_table_ivinfo(table);
}

static void walk_blocks(const ivrs_table *table)
{
	size_t count = ivrs_table_block_count(table);
	uint32_t next = 48;

	for (size_t i = 0; i < count; i++) {
		uint32_t offset = ivrs_table_block_offset(table, i);
		uint16_t length = ivrs_table_block_length(table, i);

		REQUIRE(offset == next && offset < ivrs_table_length(table));
		/* Only the last one may be a place from which Linux never gets away. */
		REQUIRE(length || i == count - 1);
		next = offset + length;
		require_printable(ivrs_block_type_name(ivrs_table_block_type(table, i)), 8);
		sink += ivrs_table_block_flags(table, i);
	}
	REQUIRE(!ivrs_table_block_offset(table, count) && !ivrs_table_block_type(table, count));
	if (ivrs_table_well_formed(table))
		REQUIRE(next == ivrs_table_length(table));
}

static void walk_entries(const ivrs_ivhd *ivhd, bool well_formed)
{
	size_t count = ivrs_ivhd_entry_count(ivhd);
	uint32_t end = ivrs_ivhd_offset(ivhd) + ivrs_ivhd_length(ivhd);
	uint32_t next = ivrs_ivhd_offset(ivhd) + (ivrs_ivhd_block_type(ivhd) == 0x10 ? 24 : 40);

	for (size_t i = 0; i < count; i++) {
		uint32_t length = ivrs_ivhd_entry_length(ivhd, i);
		char id[9], uid[256], little[3];
		size_t whole;

		REQUIRE(ivrs_ivhd_entry_offset(ivhd, i) == next && next < end);
		REQUIRE(length || i == count - 1);
		next += length;
		require_printable(ivrs_entry_type_name(ivrs_ivhd_entry_type(ivhd, i)), 32);
		sink += ivrs_ivhd_entry_flags(ivhd, i) + ivrs_ivhd_entry_devid(ivhd, i) +
			ivrs_ivhd_entry_alias(ivhd, i) + ivrs_ivhd_entry_extended(ivhd, i) +
			ivrs_ivhd_entry_handle(ivhd, i) + ivrs_ivhd_entry_variety(ivhd, i) +
			ivrs_ivhd_entry_uid_format(ivhd, i);
		ivrs_ivhd_entry_hid(ivhd, i, id);
		require_printable(id, 8);
		ivrs_ivhd_entry_cid(ivhd, i, id);
		require_printable(id, 8);
		whole = ivrs_ivhd_entry_uid(ivhd, i, uid, sizeof(uid));
		require_printable(uid, 255);
		REQUIRE(whole == strlen(uid));
		REQUIRE(ivrs_ivhd_entry_uid(ivhd, i, little, sizeof(little)) == whole);
		REQUIRE(!strncmp(little, uid, 2) && strlen(little) <= 2);
	}
	REQUIRE(!ivrs_ivhd_entry_offset(ivhd, count));
	if (well_formed)
		REQUIRE(next == end);
}

static void walk_children(ivrs_table *table)
{
	size_t blocks = ivrs_table_block_count(table);
	ivrs_ivhd *ivhd;
	ivrs_ivmd *ivmd;

	REQUIRE(ivrs_table_ivhd_count(table) + ivrs_table_ivmd_count(table) <= blocks);
	for (size_t i = 0; i < ivrs_table_ivhd_count(table); i++) {
		REQUIRE(!ivrs_table_ivhd(table, i, &ivhd));
		REQUIRE(ivrs_ivhd_offset(ivhd) ==
			ivrs_table_block_offset(table, ivrs_ivhd_block_index(ivhd)));
		sink += ivrs_ivhd_flags(ivhd) + ivrs_ivhd_devid(ivhd) + ivrs_ivhd_capability(ivhd) +
			ivrs_ivhd_base(ivhd) + ivrs_ivhd_segment(ivhd) + ivrs_ivhd_info(ivhd) +
			ivrs_ivhd_attributes(ivhd) + ivrs_ivhd_efr(ivhd) + ivrs_ivhd_efr2(ivhd);
		walk_entries(ivhd, ivrs_table_well_formed(table));
		ivrs_ivhd_unref(ivhd);
	}
	REQUIRE(ivrs_table_ivhd(table, ivrs_table_ivhd_count(table), &ivhd) == -IVRS_E_NOT_FOUND);
	for (size_t i = 0; i < ivrs_table_ivmd_count(table); i++) {
		REQUIRE(!ivrs_table_ivmd(table, i, &ivmd));
		REQUIRE(ivrs_ivmd_offset(ivmd) ==
			ivrs_table_block_offset(table, ivrs_ivmd_block_index(ivmd)));
		sink += ivrs_ivmd_block_type(ivmd) + ivrs_ivmd_flags(ivmd) +
			ivrs_ivmd_length(ivmd) + ivrs_ivmd_devid(ivmd) + ivrs_ivmd_aux(ivmd) +
			ivrs_ivmd_segment(ivmd) + ivrs_ivmd_reserved(ivmd) + ivrs_ivmd_start(ivmd) +
			ivrs_ivmd_memory_length(ivmd);
		ivrs_ivmd_unref(ivmd);
	}
	REQUIRE(ivrs_table_ivmd(table, ivrs_table_ivmd_count(table), &ivmd) == -IVRS_E_NOT_FOUND);
}

static void walk_report(const ivrs_report *report)
{
	for (size_t i = 0; i < ivrs_report_count(report); i++) {
		REQUIRE(ivrs_finding_name(ivrs_report_code(report, i)));
		REQUIRE(ivrs_report_severity(report, i) <= ivrs_report_worst(report));
		require_printable(ivrs_report_message(report, i), 240);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	int status[2];

	for (uint32_t flags = 0; flags <= IVRS_PARSE_LENIENT; flags++) {
		ivrs_report *report;
		ivrs_table *table;

		REQUIRE(!ivrs_report_new(&report));
		status[flags] = ivrs_table_parse(bytes, size, flags, report, &table);
		REQUIRE(!status[flags] == !!table);
		walk_report(report);
		if (table) {
			REQUIRE(flags || ivrs_table_well_formed(table));
			/* What a lenient parse puts up with, and no strict one does, is said. */
			REQUIRE(ivrs_table_well_formed(table) || ivrs_report_count(report));
			if (flags)
				REQUIRE(!status[0] == ivrs_table_well_formed(table));
			walk_header(table, size);
			walk_blocks(table);
			walk_children(table);
			if (flags)
				fuzz_simulation(table);
		} else {
			REQUIRE(ivrs_report_count(report));
		}
		ivrs_table_unref(table);
		ivrs_report_free(report);
	}
	REQUIRE(!status[1] || status[0]);
	return 0;
}
