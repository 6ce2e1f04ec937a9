/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Judging a table: the context of a run, and what the parser has to say again. */
#include <stdarg.h>
#include <stdio.h>

#include "check.h"
#include "cursor.h"
#include "format.h"

static void add(struct check *check, uint32_t severity, enum finding code, uint64_t offset,
		uint32_t device, const char *format, va_list arguments)
	__attribute__((format(printf, 6, 0)));

static void add(struct check *check, uint32_t severity, enum finding code, uint64_t offset,
		uint32_t device, const char *format, va_list arguments)
{
	char line[256];

	if (check->counts[code]++ >= CHECK_PER_CODE) {
		if (severity > check->worst[code])
			check->worst[code] = severity;
		return;
	}
	vsnprintf(line, sizeof(line), format, arguments);
	report_add_as(check->report, severity, code, offset, device, "%s", line);
}

void check_add(struct check *check, enum finding code, uint64_t offset, uint32_t device,
	       const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	add(check, ivrs_finding_severity(code), code, offset, device, format, arguments);
	va_end(arguments);
}

void check_add_as(struct check *check, uint32_t severity, enum finding code, uint64_t offset,
		  uint32_t device, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	add(check, severity, code, offset, device, format, arguments);
	va_end(arguments);
}

static void sum_up(struct check *check)
{
	for (size_t i = 0; i < ivrs_finding_count(); i++) {
		uint32_t code = ivrs_finding_code(i);

		if (code < CHECK_CODES && check->counts[code] > CHECK_PER_CODE)
			report_add_as(check->report, check->worst[code], (enum finding)code,
				      IVRS_NO_OFFSET, IVRS_NO_DEVICE,
				      "%u more findings of this kind (%s)",
				      check->counts[code] - CHECK_PER_CODE,
				      ivrs_finding_name(code));
	}
}

bool check_next_entry(const struct ivrs_table *table, uint32_t ivhd, uint32_t *at,
		      struct entry_fields *entry)
{
	struct cursor cursor = table_cursor(table);
	size_t end = (size_t)ivhd + cursor_u16(cursor, (size_t)ivhd + BLOCK_LENGTH);

	if (!*at)
		*at = ivhd + ivhd_header_size(cursor_u8(cursor, ivhd));
	if (*at >= end || *at >= table->size)
		return false;
	entry_decode(table, *at, entry);
	/* Without a length the kernel stays here for ever; we don't. */
	*at = entry->length ? *at + entry->length : UINT32_MAX;
	return true;
}

/* Type of the block that holds an offset. */
static uint8_t type_at(const struct ivrs_table *table, uint64_t offset)
{
	size_t low = 0, high = table->block_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (table->blocks[middle] <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? ivrs_table_block_type(table, low - 1) : 0;
}

/* The parser can't know which IVHDs Linux reads: what it says of the entries of others is harmless. */
static void repeat_parser(struct check *check, const ivrs_report *parsed)
{
	for (size_t i = 0; i < ivrs_report_count(parsed); i++) {
		uint32_t code = ivrs_report_code(parsed, i);
		uint32_t severity = ivrs_report_severity(parsed, i);
		uint64_t offset = ivrs_report_offset(parsed, i);

		if ((code == FINDING_ENTRY_NO_LENGTH || code == FINDING_ENTRY_PAST_BLOCK) &&
		    type_at(check->table, offset) != check->map.target)
			severity = IVRS_SEVERITY_INFO;
		check_add_as(check, severity, (enum finding)code, offset,
			     ivrs_report_device(parsed, i), "%s", ivrs_report_message(parsed, i));
	}
	if (ivrs_report_dropped(parsed))
		report_add_as(check->report, ivrs_report_worst(parsed), FINDING_BLOCK_SHORT,
			      IVRS_NO_OFFSET, IVRS_NO_DEVICE, "%zu more findings of the parser",
			      ivrs_report_dropped(parsed));
}

/*
 * The map of a table whose checksum is right: a wrong one is reported and stops Linux, but says nothing about the rest,
 * which is what somebody who is editing the table wants to know. @scratch is a copy that nobody else sees.
 */
static int build_model(struct check *check, struct ivrs_table *scratch)
{
	int err;

	if (scratch->size > ACPI_CHECKSUM)
		scratch->bytes[ACPI_CHECKSUM] =
			(uint8_t)(scratch->bytes[ACPI_CHECKSUM] -
				  cursor_sum(table_cursor(scratch), scratch->length));
	err = iommu_map_build(scratch, check->kernel, &check->map);
	if (err)
		return err;
	check->usable = check->map.state == IVRS_STATE_READY;
	err = unity_build(scratch, &check->map, &check->unity);
	if (!err && check->topology)
		err = ivrs_simulate(scratch, check->topology, check->kernel,
				    ivrs_kernel_relax(check->kernel), 0, &check->sim);
	/* A list of devices that nobody can read relaxes nothing. */
	if (err == -IVRS_E_SYNTAX)
		err = ivrs_simulate(scratch, check->topology, check->kernel, NULL, 0, &check->sim);
	if (!err)
		err = reach_build(check);
	return err ? err
		   : direct_init(&check->direct, check->table, &check->unity, check->kernel,
				 direct_bounds(check->kernel, false, last_address(check->width)));
}

static int run(struct check *check)
{
	size_t size;
	const uint8_t *bytes = ivrs_table_bytes(check->table, &size);
	struct ivrs_table *scratch = NULL;
	ivrs_report *parsed;
	int err = ivrs_report_new(&parsed);

	if (err)
		return err;
	err = ivrs_table_parse(bytes, size, IVRS_PARSE_LENIENT, parsed, &scratch);
	if (!err)
		err = build_model(check, scratch);
	if (!err) {
		repeat_parser(check, parsed);
		err = check_blocks(check);
	}
	if (!err)
		err = check_memory(check);
	if (!err)
		err = check_overlaps(check);
	if (!err)
		err = check_host(check);
	if (!err)
		err = check_spec(check);
	if (!err)
		sum_up(check);
	ivrs_table_unref(scratch);
	ivrs_report_free(parsed);
	return err;
}

int ivrs_table_check(ivrs_table *table, const struct ivrs_topology *topology,
		     const struct ivrs_kernel *kernel, ivrs_report *report)
{
	struct ivrs_kernel newest;
	struct check *check;
	int err;

	if (!table || !report)
		return -IVRS_E_ARGUMENT;
	check = calloc(1, sizeof(*check));
	if (!check)
		return -IVRS_E_NOMEM;
	if (!kernel)
		kernel_init_newest(&newest);
	check->table = table;
	check->topology = topology;
	check->kernel = kernel ? kernel : &newest;
	check->report = report;
	err = run(check);
	ivrs_sim_unref(check->sim);
	iommu_map_free(&check->map);
	unity_free(&check->unity);
	direct_free(&check->direct);
	free(check->reach);
	free(check->keys);
	free(check->borrowed);
	free(check);
	return err;
}
