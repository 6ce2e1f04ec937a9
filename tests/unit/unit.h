/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* CMocka with what it wants included first, and a parse that says what it found. */
#ifndef TESTS_UNIT_UNIT_H
#define TESTS_UNIT_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "build.h"
#include "internal.h"

/* Parses from memory of exactly @size bytes, so that a sanitizer sees every byte too far. */
static inline int parse_bytes(const void *bytes, size_t size, uint32_t flags, ivrs_report *report,
			      ivrs_table **table)
{
	void *copy = malloc(size ? size : 1);
	int status;

	assert_non_null(copy);
	if (size)
		memcpy(copy, bytes, size);
	status = ivrs_table_parse(copy, size, flags, report, table);
	free(copy);
	if (status)
		assert_null(*table);
	else
		assert_non_null(*table);
	return status;
}

struct finding_seen {
	int status;
	size_t count;  /* findings */
	uint32_t code; /* of the first one */
	uint32_t severity;
	uint64_t offset;
	char message[256];
	bool well_formed;
	size_t blocks, ivhds, ivmds;
	bool endless;
};

/* Parses, notes everything worth comparing and lets the table go. */
static inline struct finding_seen try_parse(const void *bytes, size_t size, uint32_t flags)
{
	struct finding_seen seen = {0};
	ivrs_report *report;
	ivrs_table *table;

	assert_int_equal(ivrs_report_new(&report), 0);
	seen.status = parse_bytes(bytes, size, flags, report, &table);
	seen.count = ivrs_report_count(report);
	seen.code = ivrs_report_code(report, 0);
	seen.severity = ivrs_report_severity(report, 0);
	seen.offset = ivrs_report_offset(report, 0);
	if (seen.count)
		snprintf(seen.message, sizeof(seen.message), "%s", ivrs_report_message(report, 0));
	if (table) {
		seen.well_formed = ivrs_table_well_formed(table);
		seen.blocks = ivrs_table_block_count(table);
		seen.ivhds = ivrs_table_ivhd_count(table);
		seen.ivmds = ivrs_table_ivmd_count(table);
		seen.endless = table->endless;
	}
	ivrs_table_unref(table);
	ivrs_report_free(report);
	return seen;
}

#endif
