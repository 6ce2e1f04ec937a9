/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* IVMD blocks (SPEC A6.1). */
#include "cursor.h"
#include "format.h"

struct ivrs_ivmd {
	atomic_uint refs;
	ivrs_table *table;
	uint32_t block_index, offset;
	struct ivmd_fields fields;
};

void ivmd_decode(const struct ivrs_table *table, uint32_t offset, struct ivmd_fields *ivmd)
{
	struct cursor cursor = table_cursor(table);
	size_t at = offset;

	*ivmd = (struct ivmd_fields){
		.block_type = cursor_u8(cursor, at + BLOCK_TYPE),
		.flags = cursor_u8(cursor, at + BLOCK_FLAGS),
		.length = cursor_u16(cursor, at + BLOCK_LENGTH),
		.devid = cursor_u16(cursor, at + BLOCK_DEVID),
		.aux = cursor_u16(cursor, at + IVMD_AUX),
		.segment = cursor_u16(cursor, at + IVMD_SEGMENT),
		.start = cursor_u64(cursor, at + IVMD_START),
		.memory_length = cursor_u64(cursor, at + IVMD_MEMORY_LENGTH),
	};
}

int ivrs_table_ivmd(ivrs_table *table, size_t index, ivrs_ivmd **ivmd)
{
	ivrs_ivmd *made;

	if (!ivmd)
		return -IVRS_E_ARGUMENT;
	*ivmd = NULL;
	if (!table)
		return -IVRS_E_ARGUMENT;
	if (index >= table->ivmd_count)
		return -IVRS_E_NOT_FOUND;
	made = malloc(sizeof(*made));
	if (!made)
		return -IVRS_E_NOMEM;
	atomic_init(&made->refs, 1);
	made->table = ivrs_table_ref(table);
	made->block_index = table->ivmds[index];
	made->offset = table->blocks[made->block_index];
	ivmd_decode(table, made->offset, &made->fields);
	*ivmd = made;
	return 0;
}

ivrs_ivmd *ivrs_ivmd_ref(ivrs_ivmd *ivmd)
{
	atomic_fetch_add_explicit(&ivmd->refs, 1, memory_order_relaxed);
	return ivmd;
}

void ivrs_ivmd_unref(ivrs_ivmd *ivmd)
{
	if (!ivmd || atomic_fetch_sub_explicit(&ivmd->refs, 1, memory_order_acq_rel) != 1)
		return;
	ivrs_table_unref(ivmd->table);
	free(ivmd);
}

uint32_t ivrs_ivmd_block_index(const ivrs_ivmd *ivmd)
{
	return ivmd->block_index;
}

uint32_t ivrs_ivmd_offset(const ivrs_ivmd *ivmd)
{
	return ivmd->offset;
}

uint8_t ivrs_ivmd_block_type(const ivrs_ivmd *ivmd)
{
	return ivmd->fields.block_type;
}

uint8_t ivrs_ivmd_flags(const ivrs_ivmd *ivmd)
{
	return ivmd->fields.flags;
}

uint16_t ivrs_ivmd_length(const ivrs_ivmd *ivmd)
{
	return ivmd->fields.length;
}

uint16_t ivrs_ivmd_devid(const ivrs_ivmd *ivmd)
{
	return ivmd->fields.devid;
}

uint16_t ivrs_ivmd_aux(const ivrs_ivmd *ivmd)
{
	return ivmd->fields.aux;
}

uint16_t ivrs_ivmd_segment(const ivrs_ivmd *ivmd)
{
	return ivmd->fields.segment;
}

uint64_t ivrs_ivmd_reserved(const ivrs_ivmd *ivmd)
{
	return cursor_number(table_cursor(ivmd->table), (size_t)ivmd->offset + IVMD_RESERVED,
			     IVMD_START - IVMD_RESERVED);
}

uint64_t ivrs_ivmd_start(const ivrs_ivmd *ivmd)
{
	return ivmd->fields.start;
}

uint64_t ivrs_ivmd_memory_length(const ivrs_ivmd *ivmd)
{
	return ivmd->fields.memory_length;
}
