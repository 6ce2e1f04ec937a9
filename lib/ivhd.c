/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* IVHD blocks and their device entries, as the kernel reads them (6.12: drivers/iommu/amd/init.c, SPEC A2.6 and A4). */
#include <inttypes.h>
#include <stdio.h>

#include "cursor.h"
#include "format.h"

struct ivrs_ivhd {
	atomic_uint refs;
	ivrs_table *table;
	uint32_t block_index, offset;
	struct ivhd_fields fields;
	size_t entry_count;
	uint32_t entries[]; /* offset of each entry */
};

uint32_t ivhd_header_size(uint8_t block_type)
{
	switch (block_type) {
	case IVRS_BLOCK_IVHD_10:
		return IVHD_10_SIZE;
	case IVRS_BLOCK_IVHD_11:
	case IVRS_BLOCK_IVHD_40:
		return IVHD_11_SIZE;
	default:
		return 0;
	}
}

void ivhd_decode(const struct ivrs_table *table, uint32_t offset, struct ivhd_fields *ivhd)
{
	struct cursor cursor = table_cursor(table);
	size_t at = offset;

	*ivhd = (struct ivhd_fields){
		.block_type = cursor_u8(cursor, at + BLOCK_TYPE),
		.flags = cursor_u8(cursor, at + BLOCK_FLAGS),
		.length = cursor_u16(cursor, at + BLOCK_LENGTH),
		.devid = cursor_u16(cursor, at + BLOCK_DEVID),
		.capability = cursor_u16(cursor, at + IVHD_CAPABILITY),
		.base = cursor_u64(cursor, at + IVHD_BASE),
		.segment = cursor_u16(cursor, at + IVHD_SEGMENT),
		.info = cursor_u16(cursor, at + IVHD_INFO),
		.attributes = cursor_u32(cursor, at + IVHD_ATTRIBUTES),
	};
	if (ivhd_header_size(ivhd->block_type) == IVHD_11_SIZE) {
		ivhd->efr = cursor_u64(cursor, at + IVHD_EFR);
		ivhd->efr2 = cursor_u64(cursor, at + IVHD_EFR2);
	}
}

static uint32_t entry_length(struct cursor cursor, size_t offset)
{
	uint8_t type = cursor_u8(cursor, offset + ENTRY_TYPE);

	if (type < 0x80)
		return type < 0x40 ? 4 : 8;
	if (type == IVRS_ENTRY_ACPI_HID)
		return ENTRY_UID + cursor_u8(cursor, offset + ENTRY_UID_LENGTH);
	return 0;
}

void entry_decode(const struct ivrs_table *table, uint32_t offset, struct entry_fields *entry)
{
	struct cursor cursor = table_cursor(table);
	size_t at = offset;

	*entry = (struct entry_fields){
		.offset = offset,
		.length = entry_length(cursor, at),
		.type = cursor_u8(cursor, at + ENTRY_TYPE),
		.flags = cursor_u8(cursor, at + ENTRY_FLAGS),
		.devid = cursor_u16(cursor, at + ENTRY_DEVID),
	};
	switch (entry->type) {
	case IVRS_ENTRY_ALIAS:
	case IVRS_ENTRY_ALIAS_START:
		entry->alias = cursor_u16(cursor, at + ENTRY_SECOND_DEVID);
		break;
	case IVRS_ENTRY_SPECIAL:
		entry->handle = cursor_u8(cursor, at + ENTRY_HANDLE);
		entry->devid = cursor_u16(cursor, at + ENTRY_SECOND_DEVID);
		entry->variety = cursor_u8(cursor, at + ENTRY_VARIETY);
		break;
	}
}

void entry_decode_names(const struct ivrs_table *table, uint32_t offset, char *hid, char *cid,
			char *uid)
{
	struct cursor cursor = table_cursor(table);
	size_t at = offset;

	hid[0] = cid[0] = uid[0] = '\0';
	if (cursor_u8(cursor, at + ENTRY_TYPE) != IVRS_ENTRY_ACPI_HID)
		return;
	cursor_text(cursor, at + ENTRY_HID, ENTRY_ID_SIZE, hid);
	cursor_text(cursor, at + ENTRY_CID, ENTRY_ID_SIZE, cid);
	switch (cursor_u8(cursor, at + ENTRY_UID_FORMAT)) {
	case UID_INTEGER:
		/* Linux looks at one byte of the integer, whatever its length says. */
		snprintf(uid, 4, "%u", cursor_u8(cursor, at + ENTRY_UID));
		break;
	case UID_STRING:
		cursor_text(cursor, at + ENTRY_UID, cursor_u8(cursor, at + ENTRY_UID_LENGTH), uid);
		break;
	}
}

/*
 * Walks the entries as the kernel does and returns their number. The last one may reach past the block, or have no length, on
 * which the kernel would stay for ever. Entries that begin behind the last byte aren't made up.
 */
static size_t walk_entries(struct cursor cursor, uint32_t offset, const struct ivhd_fields *fields,
			   uint32_t *entries)
{
	size_t count = 0, end = (size_t)offset + fields->length;
	size_t at = (size_t)offset + ivhd_header_size(fields->block_type);

	if (end > cursor.size)
		end = cursor.size;
	while (at < end) {
		uint32_t length = entry_length(cursor, at);

		if (entries)
			entries[count] = (uint32_t)at;
		count++;
		if (!length)
			break;
		at += length;
	}
	return count;
}

int ivrs_table_ivhd(ivrs_table *table, size_t index, ivrs_ivhd **ivhd)
{
	struct ivhd_fields fields;
	uint32_t block, offset;
	ivrs_ivhd *made;
	size_t count;

	if (!ivhd)
		return -IVRS_E_ARGUMENT;
	*ivhd = NULL;
	if (!table)
		return -IVRS_E_ARGUMENT;
	if (index >= table->ivhd_count)
		return -IVRS_E_NOT_FOUND;
	block = table->ivhds[index];
	offset = table->blocks[block];
	ivhd_decode(table, offset, &fields);
	count = walk_entries(table_cursor(table), offset, &fields, NULL);
	made = malloc(sizeof(*made) + count * sizeof(made->entries[0]));
	if (!made)
		return -IVRS_E_NOMEM;
	atomic_init(&made->refs, 1);
	made->table = ivrs_table_ref(table);
	made->block_index = block;
	made->offset = offset;
	made->fields = fields;
	made->entry_count = walk_entries(table_cursor(table), offset, &fields, made->entries);
	*ivhd = made;
	return 0;
}

ivrs_ivhd *ivrs_ivhd_ref(ivrs_ivhd *ivhd)
{
	atomic_fetch_add_explicit(&ivhd->refs, 1, memory_order_relaxed);
	return ivhd;
}

void ivrs_ivhd_unref(ivrs_ivhd *ivhd)
{
	if (!ivhd || atomic_fetch_sub_explicit(&ivhd->refs, 1, memory_order_acq_rel) != 1)
		return;
	ivrs_table_unref(ivhd->table);
	free(ivhd);
}

uint32_t ivrs_ivhd_block_index(const ivrs_ivhd *ivhd)
{
	return ivhd->block_index;
}

uint32_t ivrs_ivhd_offset(const ivrs_ivhd *ivhd)
{
	return ivhd->offset;
}

uint8_t ivrs_ivhd_block_type(const ivrs_ivhd *ivhd)
{
	return ivhd->fields.block_type;
}

uint8_t ivrs_ivhd_flags(const ivrs_ivhd *ivhd)
{
	return ivhd->fields.flags;
}

uint16_t ivrs_ivhd_length(const ivrs_ivhd *ivhd)
{
	return ivhd->fields.length;
}

uint16_t ivrs_ivhd_devid(const ivrs_ivhd *ivhd)
{
	return ivhd->fields.devid;
}

uint16_t ivrs_ivhd_capability(const ivrs_ivhd *ivhd)
{
	return ivhd->fields.capability;
}

uint64_t ivrs_ivhd_base(const ivrs_ivhd *ivhd)
{
	return ivhd->fields.base;
}

uint16_t ivrs_ivhd_segment(const ivrs_ivhd *ivhd)
{
	return ivhd->fields.segment;
}

uint16_t ivrs_ivhd_info(const ivrs_ivhd *ivhd)
{
	return ivhd->fields.info;
}

uint32_t ivrs_ivhd_attributes(const ivrs_ivhd *ivhd)
{
	return ivhd->fields.attributes;
}

uint64_t ivrs_ivhd_efr(const ivrs_ivhd *ivhd)
{
	return ivhd->fields.efr;
}

uint64_t ivrs_ivhd_efr2(const ivrs_ivhd *ivhd)
{
	return ivhd->fields.efr2;
}

size_t ivrs_ivhd_entry_count(const ivrs_ivhd *ivhd)
{
	return ivhd->entry_count;
}

uint32_t ivrs_ivhd_entry_offset(const ivrs_ivhd *ivhd, size_t index)
{
	return index < ivhd->entry_count ? ivhd->entries[index] : 0;
}

/* Entry @index; all fields 0 when there is none. */
static struct entry_fields get_entry(const ivrs_ivhd *ivhd, size_t index)
{
	struct entry_fields entry = {0};

	if (index < ivhd->entry_count)
		entry_decode(ivhd->table, ivhd->entries[index], &entry);
	return entry;
}

uint8_t ivrs_ivhd_entry_type(const ivrs_ivhd *ivhd, size_t index)
{
	return get_entry(ivhd, index).type;
}

uint32_t ivrs_ivhd_entry_length(const ivrs_ivhd *ivhd, size_t index)
{
	return get_entry(ivhd, index).length;
}

uint8_t ivrs_ivhd_entry_flags(const ivrs_ivhd *ivhd, size_t index)
{
	return get_entry(ivhd, index).flags;
}

uint16_t ivrs_ivhd_entry_devid(const ivrs_ivhd *ivhd, size_t index)
{
	return get_entry(ivhd, index).devid;
}

uint16_t ivrs_ivhd_entry_alias(const ivrs_ivhd *ivhd, size_t index)
{
	return get_entry(ivhd, index).alias;
}

uint32_t ivrs_ivhd_entry_extended(const ivrs_ivhd *ivhd, size_t index)
{
	struct entry_fields entry = get_entry(ivhd, index);

	if (entry.type != IVRS_ENTRY_EXT_SELECT && entry.type != IVRS_ENTRY_EXT_START)
		return 0;
	return cursor_u32(table_cursor(ivhd->table), (size_t)entry.offset + ENTRY_EXTENDED);
}

uint8_t ivrs_ivhd_entry_handle(const ivrs_ivhd *ivhd, size_t index)
{
	return get_entry(ivhd, index).handle;
}

uint8_t ivrs_ivhd_entry_variety(const ivrs_ivhd *ivhd, size_t index)
{
	return get_entry(ivhd, index).variety;
}

void ivrs_ivhd_entry_hid(const ivrs_ivhd *ivhd, size_t index, char hid[9])
{
	struct entry_fields entry = get_entry(ivhd, index);

	hid[0] = '\0';
	if (entry.type == IVRS_ENTRY_ACPI_HID)
		cursor_text(table_cursor(ivhd->table), (size_t)entry.offset + ENTRY_HID,
			    ENTRY_ID_SIZE, hid);
}

void ivrs_ivhd_entry_cid(const ivrs_ivhd *ivhd, size_t index, char cid[9])
{
	struct entry_fields entry = get_entry(ivhd, index);

	cid[0] = '\0';
	if (entry.type == IVRS_ENTRY_ACPI_HID)
		cursor_text(table_cursor(ivhd->table), (size_t)entry.offset + ENTRY_CID,
			    ENTRY_ID_SIZE, cid);
}

uint8_t ivrs_ivhd_entry_uid_format(const ivrs_ivhd *ivhd, size_t index)
{
	struct entry_fields entry = get_entry(ivhd, index);

	if (entry.type != IVRS_ENTRY_ACPI_HID)
		return 0;
	return cursor_u8(table_cursor(ivhd->table), (size_t)entry.offset + ENTRY_UID_FORMAT);
}

/* Unlike entry_decode_names() this gives the whole integer that the table means, not the one byte that Linux looks at. */
size_t ivrs_ivhd_entry_uid(const ivrs_ivhd *ivhd, size_t index, char *uid, size_t size)
{
	struct cursor cursor = table_cursor(ivhd->table);
	struct entry_fields entry = get_entry(ivhd, index);
	size_t at = (size_t)entry.offset + ENTRY_UID, length = 0;
	char text[256] = "";

	if (entry.type == IVRS_ENTRY_ACPI_HID) {
		length = entry.length - ENTRY_UID;
		switch (ivrs_ivhd_entry_uid_format(ivhd, index)) {
		case UID_INTEGER:
			snprintf(text, sizeof(text), "%" PRIu64,
				 cursor_number(cursor, at, length < 8 ? length : 8));
			length = strlen(text);
			break;
		case UID_STRING:
			length = cursor_text(cursor, at, length, text);
			break;
		default:
			length = 0;
		}
	}
	if (uid && size) {
		size_t kept = length < size ? length : size - 1;

		memcpy(uid, text, kept);
		uid[kept] = '\0';
	}
	return length;
}

const char *ivrs_entry_type_name(uint8_t entry_type)
{
	switch (entry_type) {
	case IVRS_ENTRY_PAD:
		return "pad";
	case IVRS_ENTRY_ALL:
		return "all";
	case IVRS_ENTRY_SELECT:
		return "select";
	case IVRS_ENTRY_START:
		return "range-start";
	case IVRS_ENTRY_END:
		return "range-end";
	case IVRS_ENTRY_ALIAS:
		return "alias";
	case IVRS_ENTRY_ALIAS_START:
		return "alias-range-start";
	case IVRS_ENTRY_EXT_SELECT:
		return "ext-select";
	case IVRS_ENTRY_EXT_START:
		return "ext-range-start";
	case IVRS_ENTRY_SPECIAL:
		return "special";
	case IVRS_ENTRY_ACPI_HID:
		return "acpi-hid";
	default:
		return "unknown";
	}
}
