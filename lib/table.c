/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table: its header and the list of its blocks. The list is made in two walks, so that it takes exactly the memory it needs. */

#include "acpidump.h"
#include "cursor.h"
#include "format.h"
#include "inspect.h"

/* The kernel's walk over the blocks. Counts, and fills the lists when they are there; -IVRS_E_MALFORMED at what a strict parse refuses. */
static int walk_blocks(struct ivrs_table *table, struct inspection *inspection)
{
	struct cursor cursor = table_cursor(table);
	size_t at = IVRS_HEADER_SIZE;

	table->block_count = table->ivhd_count = table->ivmd_count = 0;
	while (at < table->length) {
		uint8_t type = cursor_u8(cursor, at);
		uint16_t length = cursor_u16(cursor, at + BLOCK_LENGTH);

		if (inspection && !inspect_block(inspection, (uint32_t)at))
			return -IVRS_E_MALFORMED;
		if (table->blocks) {
			table->blocks[table->block_count] = (uint32_t)at;
			if (ivhd_header_size(type))
				table->ivhds[table->ivhd_count] = (uint32_t)table->block_count;
			else if (block_is_ivmd(type))
				table->ivmds[table->ivmd_count] = (uint32_t)table->block_count;
		}
		table->block_count++;
		table->ivhd_count += ivhd_header_size(type) != 0;
		table->ivmd_count += block_is_ivmd(type);
		if (!length) {
			table->endless = true;
			break;
		}
		at += length;
	}
	return 0;
}

/* One allocation holds the three lists. */
static int list_blocks(struct ivrs_table *table)
{
	size_t count = table->block_count + table->ivhd_count + table->ivmd_count;

	if (!count)
		return 0;
	table->blocks = malloc(count * sizeof(*table->blocks));
	if (!table->blocks)
		return -IVRS_E_NOMEM;
	table->ivhds = table->blocks + table->block_count;
	table->ivmds = table->ivhds + table->ivhd_count;
	return walk_blocks(table, NULL);
}

static int wrong_signature(struct cursor cursor, ivrs_report *report)
{
	const uint8_t *bytes = cursor_at(cursor, 0, 4);
	char name[5];

	for (int i = 0; bytes && i < 4; i++)
		if (!((bytes[i] >= 'A' && bytes[i] <= 'Z') ||
		      (bytes[i] >= '0' && bytes[i] <= '9') || bytes[i] == '_'))
			bytes = NULL;
	if (!bytes) {
		report_add(report, FINDING_SIGNATURE, 0, IVRS_NO_DEVICE,
			   "neither an ACPI table nor the text of acpidump");
		return -IVRS_E_SIGNATURE;
	}
	cursor_text(cursor, 0, 4, name);
	if (!strcmp(name, "DMAR"))
		report_add(report, FINDING_SIGNATURE, 0, IVRS_NO_DEVICE,
			   "the signature is DMAR, Intel's table, not IVRS: this host has no AMD "
			   "IOMMU");
	else
		report_add(report, FINDING_SIGNATURE, 0, IVRS_NO_DEVICE,
			   "the signature is %s, not IVRS", name);
	return -IVRS_E_SIGNATURE;
}

/* Everything that can be said before a byte is copied. */
static int check_header(struct cursor cursor, bool strict, ivrs_report *report, bool *well_formed)
{
	uint32_t length = cursor_u32(cursor, ACPI_LENGTH);
	size_t signature = cursor.size < 4 ? cursor.size : 4;

	if (memcmp(cursor.bytes, "IVRS", signature))
		return wrong_signature(cursor, report);
	if (cursor.size < IVRS_HEADER_SIZE) {
		report_add(report, FINDING_HEADER_CUT, cursor.size, IVRS_NO_DEVICE,
			   "the bytes end at %zu, the header takes %u", cursor.size,
			   (unsigned int)IVRS_HEADER_SIZE);
		return -IVRS_E_TRUNCATED;
	}
	if (length > cursor.size) {
		report_add(report, FINDING_LENGTH_BEYOND_BYTES, ACPI_LENGTH, IVRS_NO_DEVICE,
			   "the length field says %u, there are %zu bytes", length, cursor.size);
		return -IVRS_E_TRUNCATED;
	}
	if (length < IVRS_HEADER_SIZE) {
		report_add(report, FINDING_LENGTH_BELOW_HEADER, ACPI_LENGTH, IVRS_NO_DEVICE,
			   "the length field says %u, the header takes %u", length,
			   (unsigned int)IVRS_HEADER_SIZE);
		/* Below that not even the header that all ACPI tables share is part of the table. */
		if (strict || length < ACPI_HEADER_SIZE)
			return -IVRS_E_MALFORMED;
		*well_formed = false;
	}
	if (length < cursor.size) {
		report_add(report, FINDING_TRAILING_BYTES, length, IVRS_NO_DEVICE,
			   "%zu bytes behind the %u that the length field says",
			   cursor.size - length, length);
		if (strict)
			return -IVRS_E_MALFORMED;
		*well_formed = false;
	}
	if (cursor_sum(cursor, length))
		report_add(report, FINDING_CHECKSUM, ACPI_CHECKSUM, IVRS_NO_DEVICE,
			   "the checksum is %02xh, %02xh would be right",
			   cursor_u8(cursor, ACPI_CHECKSUM),
			   (uint8_t)(cursor_u8(cursor, ACPI_CHECKSUM) -
				     cursor_sum(cursor, length)));
	return 0;
}

static void read_ids(struct ivrs_table *table)
{
	struct cursor cursor = table_cursor(table);
	const struct {
		char *text;
		size_t offset, length;
	} ids[] = {
		{table->oem_id, ACPI_OEM_ID, sizeof(table->oem_id) - 1},
		{table->oem_table_id, ACPI_OEM_TABLE_ID, sizeof(table->oem_table_id) - 1},
		{table->creator_id, ACPI_CREATOR_ID, sizeof(table->creator_id) - 1},
	};

	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		size_t length = cursor_text(cursor, ids[i].offset, ids[i].length, ids[i].text);

		while (length && ids[i].text[length - 1] == ' ')
			ids[i].text[--length] = '\0';
	}
}

/* Makes a table of @cursor's bytes; @owned are the same bytes when they needn't be copied, and are the table's or freed afterwards. */
static int make_table(struct cursor cursor, uint8_t *owned, bool strict, ivrs_report *report,
		      ivrs_table **table)
{
	bool well_formed = true;
	int status = check_header(cursor, strict, report, &well_formed);
	ivrs_table *made;

	if (status) {
		free(owned);
		return status;
	}
	made = calloc(1, sizeof(*made));
	if (!owned && made) {
		owned = malloc(cursor.size);
		if (owned)
			memcpy(owned, cursor.bytes, cursor.size);
	}
	if (!made || !owned) {
		free(owned);
		free(made);
		return -IVRS_E_NOMEM;
	}
	atomic_init(&made->refs, 1);
	made->bytes = owned;
	made->size = cursor.size;
	made->length = cursor_u32(cursor, ACPI_LENGTH);
	made->well_formed = well_formed;
	read_ids(made);
	status = walk_blocks(made, &(struct inspection){made, report, strict});
	if (!status)
		status = list_blocks(made);
	if (status) {
		ivrs_table_unref(made);
		return status;
	}
	*table = made;
	return 0;
}

int ivrs_table_parse(const void *bytes, size_t size, uint32_t flags, ivrs_report *report,
		     ivrs_table **table)
{
	struct cursor cursor = {bytes, size};
	uint8_t *owned = NULL;

	if (!table)
		return -IVRS_E_ARGUMENT;
	*table = NULL;
	if ((!bytes && size) || flags & ~IVRS_PARSE_LENIENT)
		return -IVRS_E_ARGUMENT;
	if (!size) {
		report_add(report, FINDING_TABLE_EMPTY, 0, IVRS_NO_DEVICE,
			   "empty: no bytes at all");
		return -IVRS_E_TRUNCATED;
	}
	if (size > IVRS_TABLE_LIMIT) {
		report_add(report, FINDING_TOO_LARGE, IVRS_NO_OFFSET, IVRS_NO_DEVICE,
			   "%zu bytes, a table may have %u", size, IVRS_TABLE_LIMIT);
		return -IVRS_E_TOO_LARGE;
	}
	if (acpidump_is_text(cursor)) {
		int status = acpidump_decode(cursor, report, &owned, &cursor.size);

		if (status)
			return status;
		cursor.bytes = owned;
	}
	return make_table(cursor, owned, !(flags & IVRS_PARSE_LENIENT), report, table);
}

ivrs_table *ivrs_table_ref(ivrs_table *table)
{
	atomic_fetch_add_explicit(&table->refs, 1, memory_order_relaxed);
	return table;
}

void ivrs_table_unref(ivrs_table *table)
{
	if (!table || atomic_fetch_sub_explicit(&table->refs, 1, memory_order_acq_rel) != 1)
		return;
	free(table->blocks);
	free(table->bytes);
	free(table);
}

const uint8_t *ivrs_table_bytes(const ivrs_table *table, size_t *size)
{
	if (size)
		*size = table->size;
	return table->bytes;
}

bool ivrs_table_well_formed(const ivrs_table *table)
{
	return table->well_formed;
}

uint32_t ivrs_table_length(const ivrs_table *table)
{
	return table->length;
}

uint8_t ivrs_table_revision(const ivrs_table *table)
{
	return cursor_u8(table_cursor(table), ACPI_REVISION);
}

uint8_t ivrs_table_checksum(const ivrs_table *table)
{
	return cursor_u8(table_cursor(table), ACPI_CHECKSUM);
}

bool ivrs_table_checksum_valid(const ivrs_table *table)
{
	return !cursor_sum(table_cursor(table), table->length);
}

const char *ivrs_table_oem_id(const ivrs_table *table)
{
	return table->oem_id;
}

const char *ivrs_table_oem_table_id(const ivrs_table *table)
{
	return table->oem_table_id;
}

uint32_t ivrs_table_oem_revision(const ivrs_table *table)
{
	return cursor_u32(table_cursor(table), ACPI_OEM_REVISION);
}

const char *ivrs_table_creator_id(const ivrs_table *table)
{
	return table->creator_id;
}

uint32_t ivrs_table_creator_revision(const ivrs_table *table)
{
	return cursor_u32(table_cursor(table), ACPI_CREATOR_REVISION);
}

uint32_t ivrs_table_ivinfo(const ivrs_table *table)
{
	return cursor_u32(table_cursor(table), IVRS_IVINFO);
}

size_t ivrs_table_block_count(const ivrs_table *table)
{
	return table->block_count;
}

size_t ivrs_table_ivhd_count(const ivrs_table *table)
{
	return table->ivhd_count;
}

size_t ivrs_table_ivmd_count(const ivrs_table *table)
{
	return table->ivmd_count;
}

uint32_t ivrs_table_block_offset(const ivrs_table *table, size_t index)
{
	return index < table->block_count ? table->blocks[index] : 0;
}

uint8_t ivrs_table_block_type(const ivrs_table *table, size_t index)
{
	if (index >= table->block_count)
		return 0;
	return cursor_u8(table_cursor(table), (size_t)table->blocks[index] + BLOCK_TYPE);
}

uint8_t ivrs_table_block_flags(const ivrs_table *table, size_t index)
{
	if (index >= table->block_count)
		return 0;
	return cursor_u8(table_cursor(table), (size_t)table->blocks[index] + BLOCK_FLAGS);
}

uint16_t ivrs_table_block_length(const ivrs_table *table, size_t index)
{
	if (index >= table->block_count)
		return 0;
	return cursor_u16(table_cursor(table), (size_t)table->blocks[index] + BLOCK_LENGTH);
}

const char *ivrs_block_type_name(uint8_t block_type)
{
	if (ivhd_header_size(block_type))
		return "IVHD";
	return block_is_ivmd(block_type) ? "IVMD" : "unknown";
}
