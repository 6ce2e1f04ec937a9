/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fields FILE: every field of a table as the library's getters give it, one a line: offset, bytes, name, value in hexadecimal or text. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <libivrs/ivrs.h>

static void number(uint32_t offset, unsigned int bytes, const char *name, uint64_t value)
{
	printf("%u %u %s %0*" PRIx64 "\n", offset, bytes, name, (int)(2 * bytes), value);
}

static void text(uint32_t offset, unsigned int bytes, const char *name, const char *value)
{
	printf("%u %u %s \"%s\"\n", offset, bytes, name, value);
}

static void print_header(const ivrs_table *table)
{
	text(0, 4, "signature", "IVRS");
	number(4, 4, "length", ivrs_table_length(table));
	number(8, 1, "revision", ivrs_table_revision(table));
	number(9, 1, "checksum", ivrs_table_checksum(table));
	text(10, 6, "oem-id", ivrs_table_oem_id(table));
	text(16, 8, "oem-table-id", ivrs_table_oem_table_id(table));
	number(24, 4, "oem-revision", ivrs_table_oem_revision(table));
	text(28, 4, "creator-id", ivrs_table_creator_id(table));
	number(32, 4, "creator-revision", ivrs_table_creator_revision(table));
	number(36, 4, "ivinfo", ivrs_table_ivinfo(table));
}

static void print_entry(const ivrs_ivhd *ivhd, size_t i)
{
	uint32_t at = ivrs_ivhd_entry_offset(ivhd, i);
	uint8_t type = ivrs_ivhd_entry_type(ivhd, i);
	char id[9], uid[256];

	number(at, 1, "entry-type", type);
	if (type != IVRS_ENTRY_SPECIAL)
		number(at + 1, 2, "entry-devid", ivrs_ivhd_entry_devid(ivhd, i));
	number(at + 3, 1, "entry-flags", ivrs_ivhd_entry_flags(ivhd, i));
	switch (type) {
	case IVRS_ENTRY_ALIAS:
	case IVRS_ENTRY_ALIAS_START:
		number(at + 5, 2, "entry-alias", ivrs_ivhd_entry_alias(ivhd, i));
		break;
	case IVRS_ENTRY_EXT_SELECT:
	case IVRS_ENTRY_EXT_START:
		number(at + 4, 4, "entry-extended", ivrs_ivhd_entry_extended(ivhd, i));
		break;
	case IVRS_ENTRY_SPECIAL:
		number(at + 4, 1, "entry-handle", ivrs_ivhd_entry_handle(ivhd, i));
		number(at + 5, 2, "entry-source", ivrs_ivhd_entry_devid(ivhd, i));
		number(at + 7, 1, "entry-variety", ivrs_ivhd_entry_variety(ivhd, i));
		break;
	case IVRS_ENTRY_ACPI_HID:
		ivrs_ivhd_entry_hid(ivhd, i, id);
		text(at + 4, 8, "entry-hid", id);
		ivrs_ivhd_entry_cid(ivhd, i, id);
		text(at + 12, 8, "entry-cid", id);
		number(at + 20, 1, "entry-uid-format", ivrs_ivhd_entry_uid_format(ivhd, i));
		ivrs_ivhd_entry_uid(ivhd, i, uid, sizeof(uid));
		text(at + 22, ivrs_ivhd_entry_length(ivhd, i) - 22, "entry-uid", uid);
		break;
	}
}

static void print_ivhd(const ivrs_ivhd *ivhd)
{
	uint32_t at = ivrs_ivhd_offset(ivhd);

	number(at + 4, 2, "devid", ivrs_ivhd_devid(ivhd));
	number(at + 6, 2, "capability", ivrs_ivhd_capability(ivhd));
	number(at + 8, 8, "base", ivrs_ivhd_base(ivhd));
	number(at + 16, 2, "segment", ivrs_ivhd_segment(ivhd));
	number(at + 18, 2, "info", ivrs_ivhd_info(ivhd));
	number(at + 20, 4, "attributes", ivrs_ivhd_attributes(ivhd));
	if (ivrs_ivhd_block_type(ivhd) != IVRS_BLOCK_IVHD_10) {
		number(at + 24, 8, "efr", ivrs_ivhd_efr(ivhd));
		number(at + 32, 8, "efr2", ivrs_ivhd_efr2(ivhd));
	}
	for (size_t i = 0; i < ivrs_ivhd_entry_count(ivhd); i++)
		print_entry(ivhd, i);
}

static void print_ivmd(const ivrs_ivmd *ivmd)
{
	uint32_t at = ivrs_ivmd_offset(ivmd);

	number(at + 4, 2, "devid", ivrs_ivmd_devid(ivmd));
	number(at + 6, 2, "aux", ivrs_ivmd_aux(ivmd));
	number(at + 8, 8, "segment-reserved",
	       ivrs_ivmd_reserved(ivmd) << 16 | ivrs_ivmd_segment(ivmd));
	number(at + 16, 8, "start", ivrs_ivmd_start(ivmd));
	number(at + 24, 8, "memory-length", ivrs_ivmd_memory_length(ivmd));
}

static int print_blocks(ivrs_table *table)
{
	size_t ivhds = 0, ivmds = 0;

	for (size_t i = 0; i < ivrs_table_block_count(table); i++) {
		uint32_t at = ivrs_table_block_offset(table, i);
		ivrs_ivhd *ivhd = NULL;
		ivrs_ivmd *ivmd = NULL;

		number(at, 1, "block-type", ivrs_table_block_type(table, i));
		number(at + 1, 1, "flags", ivrs_table_block_flags(table, i));
		number(at + 2, 2, "block-length", ivrs_table_block_length(table, i));
		/* The children count on their own, and each names its block. */
		if (ivrs_table_ivhd(table, ivhds, &ivhd) == 0 && ivrs_ivhd_block_index(ivhd) == i) {
			print_ivhd(ivhd);
			ivhds++;
		} else if (ivrs_table_ivmd(table, ivmds, &ivmd) == 0 &&
			   ivrs_ivmd_block_index(ivmd) == i) {
			print_ivmd(ivmd);
			ivmds++;
		}
		ivrs_ivhd_unref(ivhd);
		ivrs_ivmd_unref(ivmd);
	}
	return ivhds != ivrs_table_ivhd_count(table) || ivmds != ivrs_table_ivmd_count(table);
}

int main(int argc, char **argv)
{
	static char bytes[1 << 20];
	ivrs_report *report = NULL;
	ivrs_table *table = NULL;
	size_t size;
	FILE *file;
	int status;

	file = argc == 2 ? fopen(argv[1], "rb") : NULL;
	if (!file) {
		fprintf(stderr, "usage: fields FILE\n");
		return 2;
	}
	size = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	if (ivrs_report_new(&report))
		return 1;
	status = ivrs_table_parse(bytes, size, 0, report, &table);
	for (size_t i = 0; i < ivrs_report_count(report); i++)
		fprintf(stderr, "IVRS-%03u at %" PRIu64 ": %s\n", ivrs_report_code(report, i),
			ivrs_report_offset(report, i), ivrs_report_message(report, i));
	ivrs_report_free(report);
	if (status) {
		fprintf(stderr, "%s: %s\n", argv[1], ivrs_status_name(status));
		return 1;
	}
	print_header(table);
	status = print_blocks(table);
	ivrs_table_unref(table);
	return status;
}
