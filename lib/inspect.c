/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a strict parse refuses and a lenient one only notes: lengths that contradict the structure around them. */
#include "inspect.h"

#include "cursor.h"
#include "format.h"

/* Notes that the table is malformed; true when the parse goes on all the same. */
static bool malformed(struct inspection *inspection)
{
	inspection->table->well_formed = false;
	return !inspection->strict;
}

static const char *block_name(uint8_t type)
{
	return ivhd_header_size(type) || block_is_ivmd(type) ? ivrs_block_type_name(type) : "block";
}

static bool inspect_entries(struct inspection *inspection, uint32_t offset, uint16_t block_length)
{
	struct ivrs_table *table = inspection->table;
	struct cursor cursor = table_cursor(table);
	size_t end = (size_t)offset + block_length;
	size_t at = (size_t)offset + ivhd_header_size(cursor_u8(cursor, offset));

	while (at < end && at < table->size) {
		struct entry_fields entry;

		entry_decode(table, (uint32_t)at, &entry);
		if (!entry.length) {
			report_add(inspection->report, FINDING_ENTRY_NO_LENGTH, at, IVRS_NO_DEVICE,
				   "device entry of type %02xh has no length, Linux never gets "
				   "past it",
				   entry.type);
			return malformed(inspection);
		}
		if (entry.length > end - at) {
			report_add(inspection->report, FINDING_ENTRY_PAST_BLOCK, at, IVRS_NO_DEVICE,
				   "device entry of type %02xh takes %u bytes, its IVHD has %zu "
				   "left",
				   entry.type, entry.length, end - at);
			return malformed(inspection);
		}
		at += entry.length;
	}
	return true;
}

bool inspect_block(struct inspection *inspection, uint32_t offset)
{
	struct ivrs_table *table = inspection->table;
	struct cursor cursor = table_cursor(table);
	uint8_t type = cursor_u8(cursor, offset);
	uint16_t length = cursor_u16(cursor, (size_t)offset + BLOCK_LENGTH);
	uint32_t left = table->length - offset;
	uint32_t header = ivhd_header_size(type);

	if (block_is_ivmd(type))
		header = IVMD_SIZE;
	else if (!header)
		header = BLOCK_HEADER_SIZE;
	if (left < BLOCK_HEADER_SIZE) {
		report_add(inspection->report, FINDING_BLOCK_HEADER_CUT, offset, IVRS_NO_DEVICE,
			   "the table ends %u bytes into a block", left);
		if (!malformed(inspection))
			return false;
	} else if (!length) {
		report_add(inspection->report, FINDING_BLOCK_LENGTH_ZERO, offset, IVRS_NO_DEVICE,
			   "%s of type %02xh has length 0, Linux never gets past it",
			   block_name(type), type);
		return malformed(inspection);
	} else if (length < header) {
		report_add(inspection->report, FINDING_BLOCK_SHORT, offset, IVRS_NO_DEVICE,
			   "%s of type %02xh has length %u, its header takes %u", block_name(type),
			   type, length, header);
		if (!malformed(inspection))
			return false;
	}
	if (length > left && left >= BLOCK_HEADER_SIZE) {
		report_add(inspection->report, FINDING_BLOCK_PAST_END, offset, IVRS_NO_DEVICE,
			   "%s of type %02xh has length %u, the table has %u bytes left",
			   block_name(type), type, length, left);
		if (!malformed(inspection))
			return false;
	}
	if (block_is_ivmd(type) && length > IVMD_SIZE) {
		report_add(inspection->report, FINDING_IVMD_LENGTH, offset, IVRS_NO_DEVICE,
			   "IVMD of type %02xh has length %u, not %u", type, length,
			   (unsigned int)IVMD_SIZE);
		if (!malformed(inspection))
			return false;
	}
	return !ivhd_header_size(type) || inspect_entries(inspection, offset, length);
}
