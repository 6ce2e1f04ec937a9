// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "json.h"
#include "show.h"

static struct json_object *header(const ivrs_table *table)
{
	struct json_object *object = json_new_object();
	size_t size;

	ivrs_table_bytes(table, &size);
	json_add(object, "length", json_number(ivrs_table_length(table)));
	json_add(object, "bytes_there", json_number(size));
	json_add(object, "revision", json_number(ivrs_table_revision(table)));
	json_add(object, "checksum", json_hex(ivrs_table_checksum(table), 2));
	json_add(object, "checksum_valid", json_truth(ivrs_table_checksum_valid(table)));
	json_add(object, "oem_id", json_text(ivrs_table_oem_id(table)));
	json_add(object, "oem_table_id", json_text(ivrs_table_oem_table_id(table)));
	json_add(object, "oem_revision", json_hex(ivrs_table_oem_revision(table), 8));
	json_add(object, "creator_id", json_text(ivrs_table_creator_id(table)));
	json_add(object, "creator_revision", json_hex(ivrs_table_creator_revision(table), 8));
	json_add(object, "well_formed", json_truth(ivrs_table_well_formed(table)));
	return object;
}

static struct json_object *ivinfo(uint32_t value)
{
	struct json_object *object = json_new_object();
	struct show_ivinfo info;

	show_decode_ivinfo(value, &info);
	json_add(object, "value", json_hex(info.value, 8));
	json_add(object, "efr_sup", json_truth(info.efr));
	json_add(object, "pre_boot_dma_protection", json_truth(info.dma_remap));
	json_add(object, "gva_size", json_number(info.gva_size));
	json_add(object, "pa_size", json_number(info.pa_size));
	json_add(object, "va_size", json_number(info.va_size));
	json_add(object, "ht_ats_resv", json_truth(info.ht_ats_resv));
	json_add(object, "reserved", json_hex(info.reserved, 8));
	return object;
}

static struct json_object *raw(const ivrs_table *table, size_t offset, size_t length)
{
	size_t count;
	const uint8_t *bytes = show_bytes(table, offset, length, &count);

	return json_bytes(bytes, count);
}

static void add_acpi(struct json_object *object, const ivrs_ivhd *ivhd, size_t index)
{
	char hid[9], cid[9], uid[256];

	ivrs_ivhd_entry_hid(ivhd, index, hid);
	ivrs_ivhd_entry_cid(ivhd, index, cid);
	ivrs_ivhd_entry_uid(ivhd, index, uid, sizeof(uid));
	json_add(object, "hid", json_text(hid));
	json_add(object, "cid", json_text(cid));
	json_add(object, "uid", json_text(uid));
	json_add(object, "uid_format", json_number(ivrs_ivhd_entry_uid_format(ivhd, index)));
}

static struct json_object *entry(const ivrs_table *table, const ivrs_ivhd *ivhd, size_t index)
{
	ivrs_sbdf_t segment = (ivrs_sbdf_t)ivrs_ivhd_segment(ivhd) << 16;
	uint8_t type = ivrs_ivhd_entry_type(ivhd, index);
	uint32_t offset = ivrs_ivhd_entry_offset(ivhd, index);
	uint32_t length = ivrs_ivhd_entry_length(ivhd, index);
	struct json_object *object = json_new_object();

	json_add(object, "offset", json_number(offset));
	json_add(object, "type", json_hex(type, 2));
	json_add(object, "name", json_text(ivrs_entry_type_name(type)));
	json_add(object, "length", json_number(length));
	if (!strcmp(ivrs_entry_type_name(type), "unknown")) {
		json_add(object, "bytes", raw(table, offset, length ? length : 4));
		return object;
	}
	if (type == IVRS_ENTRY_PAD)
		return object;
	json_add(object, "device", json_sbdf(segment | ivrs_ivhd_entry_devid(ivhd, index)));
	json_add(object, "flags", json_hex(ivrs_ivhd_entry_flags(ivhd, index), 2));
	switch (type) {
	case IVRS_ENTRY_ALIAS:
	case IVRS_ENTRY_ALIAS_START:
		json_add(object, "alias", json_sbdf(segment | ivrs_ivhd_entry_alias(ivhd, index)));
		break;
	case IVRS_ENTRY_EXT_SELECT:
	case IVRS_ENTRY_EXT_START:
		json_add(object, "extended", json_hex(ivrs_ivhd_entry_extended(ivhd, index), 8));
		break;
	case IVRS_ENTRY_SPECIAL:
		json_add(object, "handle", json_number(ivrs_ivhd_entry_handle(ivhd, index)));
		json_add(object, "variety", json_number(ivrs_ivhd_entry_variety(ivhd, index)));
		json_add(object, "variety_name",
			 json_text(show_variety(ivrs_ivhd_entry_variety(ivhd, index))));
		break;
	case IVRS_ENTRY_ACPI_HID:
		add_acpi(object, ivhd, index);
		break;
	}
	return object;
}

static void put_ivhd(struct json_out *out, const ivrs_table *table, const ivrs_ivhd *ivhd)
{
	ivrs_sbdf_t segment = (ivrs_sbdf_t)ivrs_ivhd_segment(ivhd) << 16;
	bool extended = ivrs_ivhd_block_type(ivhd) != IVRS_BLOCK_IVHD_10;

	json_put(out, "device", json_sbdf(segment | ivrs_ivhd_devid(ivhd)));
	json_put(out, "capability", json_hex(ivrs_ivhd_capability(ivhd), 4));
	json_put(out, "base", json_address(ivrs_ivhd_base(ivhd)));
	json_put(out, "segment", json_number(ivrs_ivhd_segment(ivhd)));
	json_put(out, "info", json_hex(ivrs_ivhd_info(ivhd), 4));
	json_put(out, "attributes", json_hex(ivrs_ivhd_attributes(ivhd), 8));
	json_put(out, "efr", extended ? json_address(ivrs_ivhd_efr(ivhd)) : NULL);
	json_put(out, "efr2", extended ? json_address(ivrs_ivhd_efr2(ivhd)) : NULL);
	json_open(out, "entries", '[');
	for (size_t i = 0; i < ivrs_ivhd_entry_count(ivhd); i++)
		json_put(out, NULL, entry(table, ivhd, i));
	json_close(out, ']');
}

static void put_ivmd(struct json_out *out, const ivrs_ivmd *ivmd, size_t index)
{
	json_put(out, "ivmd", json_number(index));
	json_put(out, "device_id", json_hex(ivrs_ivmd_devid(ivmd), 4));
	json_put(out, "auxiliary", json_hex(ivrs_ivmd_aux(ivmd), 4));
	json_put(out, "segment", json_number(ivrs_ivmd_segment(ivmd)));
	json_put(out, "reserved", json_hex(ivrs_ivmd_reserved(ivmd), 12));
	json_put(out, "start", json_address(ivrs_ivmd_start(ivmd)));
	json_put(out, "memory_length", json_address(ivrs_ivmd_memory_length(ivmd)));
}

static int put_block(struct json_out *out, ivrs_table *table, size_t block, size_t *ivhds,
		     size_t *ivmds)
{
	uint8_t type = ivrs_table_block_type(table, block);
	uint32_t offset = ivrs_table_block_offset(table, block);
	ivrs_ivhd *ivhd;
	ivrs_ivmd *ivmd;
	int status = 0;

	json_open(out, NULL, '{');
	json_put(out, "index", json_number(block));
	json_put(out, "offset", json_number(offset));
	json_put(out, "kind", json_text(ivrs_block_type_name(type)));
	json_put(out, "type", json_hex(type, 2));
	json_put(out, "flags", json_hex(ivrs_table_block_flags(table, block), 2));
	json_put(out, "length", json_number(ivrs_table_block_length(table, block)));
	if (show_is_ivhd(type)) {
		status = ivrs_table_ivhd(table, (*ivhds)++, &ivhd);
		if (!status) {
			put_ivhd(out, table, ivhd);
			ivrs_ivhd_unref(ivhd);
		}
	} else if (show_is_ivmd(type)) {
		status = ivrs_table_ivmd(table, *ivmds, &ivmd);
		if (!status) {
			put_ivmd(out, ivmd, (*ivmds)++);
			ivrs_ivmd_unref(ivmd);
		}
	} else {
		json_put(out, "bytes", raw(table, offset, ivrs_table_block_length(table, block)));
	}
	json_close(out, '}');
	return status;
}

int show_print_json(const struct source *source)
{
	ivrs_table *table = source->table;
	size_t ivhds = 0, ivmds = 0;
	struct json_out out;
	int status = 0;

	json_begin(&out, "show");
	json_put(&out, "table", header(table));
	json_put(&out, "ivinfo", ivinfo(ivrs_table_ivinfo(table)));
	json_open(&out, "blocks", '[');
	for (size_t i = 0; !status && i < ivrs_table_block_count(table); i++)
		status = put_block(&out, table, i, &ivhds, &ivmds);
	json_close(&out, ']');
	out.failed |= status != 0;
	return json_end(&out);
}
