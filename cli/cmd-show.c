// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "show.h"
#include "text.h"

bool show_is_ivhd(uint8_t block_type)
{
	return block_type == IVRS_BLOCK_IVHD_10 || block_type == IVRS_BLOCK_IVHD_11 ||
	       block_type == IVRS_BLOCK_IVHD_40;
}

bool show_is_ivmd(uint8_t block_type)
{
	return (block_type >= IVRS_BLOCK_IVMD_ALL && block_type <= IVRS_BLOCK_IVMD_RANGE) ||
	       block_type == IVRS_BLOCK_IVMD_REL_ALL || block_type == IVRS_BLOCK_IVMD_REL_ONE;
}

const uint8_t *show_bytes(const ivrs_table *table, size_t offset, size_t length, size_t *available)
{
	size_t size;
	const uint8_t *bytes = ivrs_table_bytes(table, &size);

	*available = 0;
	if (offset > size)
		return NULL;
	*available = length > size - offset ? size - offset : length;
	return bytes + offset;
}

static void print_hex(const ivrs_table *table, size_t offset, size_t length, const char *indent)
{
	size_t count;
	const uint8_t *bytes = show_bytes(table, offset, length, &count);

	for (size_t i = 0; i < count; i++)
		printf("%s%02x%s", i % 16 ? " " : indent, bytes[i],
		       i % 16 == 15 || i + 1 == count ? "\n" : "");
}

static const char *yes_no(bool value)
{
	return value ? "yes" : "no";
}

static void print_header(const ivrs_table *table)
{
	struct show_ivinfo info;
	size_t size;

	ivrs_table_bytes(table, &size);
	show_decode_ivinfo(ivrs_table_ivinfo(table), &info);
	printf("0x0000 IVRS header\n"
	       "         length              %u bytes (%zu are there)\n"
	       "         revision            %u\n"
	       "         checksum            0x%02x (%s)\n"
	       "         OEM id              \"%s\"\n"
	       "         OEM table id        \"%s\"\n"
	       "         OEM revision        0x%08x\n"
	       "         creator             \"%s\", revision 0x%08x\n",
	       ivrs_table_length(table), size, ivrs_table_revision(table),
	       ivrs_table_checksum(table),
	       ivrs_table_checksum_valid(table) ? "right" : "wrong: Linux refuses the table",
	       ivrs_table_oem_id(table), ivrs_table_oem_table_id(table),
	       ivrs_table_oem_revision(table), ivrs_table_creator_id(table),
	       ivrs_table_creator_revision(table));
	printf("0x0024   IVinfo              0x%08x\n"
	       "           EFRSup            %s (bit 0: features in the IVHD are valid)\n"
	       "           DMA remap         %s (bit 1: pre-boot DMA protection)\n"
	       "           GVAsize           %u (bits 7:5, guest virtual address size)\n"
	       "           PAsize            %u bits (bits 14:8, physical address size)\n"
	       "           VAsize            %u bits (bits 21:15, virtual address size)\n"
	       "           HtAtsResv         %s (bit 22: ATS range of HT is "
	       "reserved)\n",
	       info.value, yes_no(info.efr), yes_no(info.dma_remap), info.gva_size, info.pa_size,
	       info.va_size, yes_no(info.ht_ats_resv));
	if (info.reserved)
		printf("           reserved bits     0x%08x\n", info.reserved);
}

static void print_entry(const ivrs_ivhd *ivhd, size_t index)
{
	ivrs_sbdf_t segment = (ivrs_sbdf_t)ivrs_ivhd_segment(ivhd) << 16;
	uint8_t type = ivrs_ivhd_entry_type(ivhd, index);
	char device[IVRS_SBDF_TEXT], alias[IVRS_SBDF_TEXT], hid[9], cid[9], uid[256];

	printf("0x%04x   %02xh %-14s", ivrs_ivhd_entry_offset(ivhd, index), type,
	       ivrs_entry_type_name(type));
	if (type == IVRS_ENTRY_PAD || !ivrs_ivhd_entry_length(ivhd, index)) {
		putchar('\n');
		return;
	}
	ivrs_sbdf_format(segment | ivrs_ivhd_entry_devid(ivhd, index), device);
	printf(" %s flags 0x%02x", type == IVRS_ENTRY_ALL ? "all         " : device,
	       ivrs_ivhd_entry_flags(ivhd, index));
	switch (type) {
	case IVRS_ENTRY_ALIAS:
	case IVRS_ENTRY_ALIAS_START:
		ivrs_sbdf_format(segment | ivrs_ivhd_entry_alias(ivhd, index), alias);
		printf(" alias %s", alias);
		break;
	case IVRS_ENTRY_EXT_SELECT:
	case IVRS_ENTRY_EXT_START:
		printf(" extended 0x%08x", ivrs_ivhd_entry_extended(ivhd, index));
		break;
	case IVRS_ENTRY_SPECIAL:
		printf(" %s %u", show_variety(ivrs_ivhd_entry_variety(ivhd, index)),
		       ivrs_ivhd_entry_handle(ivhd, index));
		break;
	case IVRS_ENTRY_ACPI_HID:
		ivrs_ivhd_entry_hid(ivhd, index, hid);
		ivrs_ivhd_entry_cid(ivhd, index, cid);
		ivrs_ivhd_entry_uid(ivhd, index, uid, sizeof(uid));
		printf(" HID \"%s\" CID \"%s\" UID \"%s\" (format %u)", hid, cid, uid,
		       ivrs_ivhd_entry_uid_format(ivhd, index));
		break;
	}
	putchar('\n');
}

static void print_ivhd(const ivrs_table *table, const ivrs_ivhd *ivhd)
{
	ivrs_sbdf_t segment = (ivrs_sbdf_t)ivrs_ivhd_segment(ivhd) << 16;
	char device[IVRS_SBDF_TEXT];

	ivrs_sbdf_format(segment | ivrs_ivhd_devid(ivhd), device);
	printf("         IOMMU               %s, capability at 0x%02x\n"
	       "         flags               0x%02x%s\n"
	       "         base address        0x%016llx\n"
	       "         segment             %u\n"
	       "         info                0x%04x (MSI number %u, unit id %u)\n"
	       "         %-20s0x%08x\n",
	       device, ivrs_ivhd_capability(ivhd), ivrs_ivhd_flags(ivhd),
	       show_ivhd_flags(ivrs_ivhd_flags(ivhd), ivrs_ivhd_block_type(ivhd)),
	       (unsigned long long)ivrs_ivhd_base(ivhd), ivrs_ivhd_segment(ivhd),
	       ivrs_ivhd_info(ivhd), ivrs_ivhd_info(ivhd) & 0x1f, ivrs_ivhd_info(ivhd) >> 8 & 0x1f,
	       ivrs_ivhd_block_type(ivhd) == IVRS_BLOCK_IVHD_10 ? "feature reporting"
								: "attributes",
	       ivrs_ivhd_attributes(ivhd));
	if (ivrs_ivhd_block_type(ivhd) != IVRS_BLOCK_IVHD_10)
		printf("         extended features   0x%016llx\n"
		       "         extended features 2 0x%016llx\n",
		       (unsigned long long)ivrs_ivhd_efr(ivhd),
		       (unsigned long long)ivrs_ivhd_efr2(ivhd));
	for (size_t i = 0; i < ivrs_ivhd_entry_count(ivhd); i++) {
		uint32_t length = ivrs_ivhd_entry_length(ivhd, i);

		print_entry(ivhd, i);
		if (!strcmp(ivrs_entry_type_name(ivrs_ivhd_entry_type(ivhd, i)), "unknown"))
			print_hex(table, ivrs_ivhd_entry_offset(ivhd, i), length ? length : 4,
				  "           ");
	}
}

static void print_ivmd(const ivrs_ivmd *ivmd, size_t index)
{
	char flags[64], words[DESCRIBE_TEXT];

	describe_ivmd(ivmd, words);
	describe_ivmd_flags(ivrs_ivmd_flags(ivmd), flags);
	printf("         IVMD %-5zu          %s\n"
	       "         flags               0x%02x (%s)\n"
	       "         device id           0x%04x\n"
	       "         auxiliary data      0x%04x\n"
	       "         segment             %u\n"
	       "         reserved            0x%012llx\n"
	       "         start               0x%016llx\n"
	       "         memory length       0x%016llx\n",
	       index, words, ivrs_ivmd_flags(ivmd), flags, ivrs_ivmd_devid(ivmd),
	       ivrs_ivmd_aux(ivmd), ivrs_ivmd_segment(ivmd),
	       (unsigned long long)ivrs_ivmd_reserved(ivmd),
	       (unsigned long long)ivrs_ivmd_start(ivmd),
	       (unsigned long long)ivrs_ivmd_memory_length(ivmd));
}

static int print_block(ivrs_table *table, size_t block, size_t *ivhds, size_t *ivmds)
{
	uint8_t type = ivrs_table_block_type(table, block);
	uint32_t offset = ivrs_table_block_offset(table, block);
	ivrs_ivhd *ivhd;
	ivrs_ivmd *ivmd;
	int status;

	printf("0x%04x %s %02xh, %u bytes\n", offset, ivrs_block_type_name(type), type,
	       ivrs_table_block_length(table, block));
	if (show_is_ivhd(type)) {
		status = ivrs_table_ivhd(table, (*ivhds)++, &ivhd);
		if (status)
			return source_failed(status);
		print_ivhd(table, ivhd);
		ivrs_ivhd_unref(ivhd);
	} else if (show_is_ivmd(type)) {
		status = ivrs_table_ivmd(table, *ivmds, &ivmd);
		if (status)
			return source_failed(status);
		print_ivmd(ivmd, (*ivmds)++);
		ivrs_ivmd_unref(ivmd);
	} else {
		printf("         flags               0x%02x\n",
		       ivrs_table_block_flags(table, block));
		print_hex(table, offset, ivrs_table_block_length(table, block), "         ");
	}
	return 0;
}

static int print_text(const struct source *source)
{
	ivrs_table *table = source->table;
	size_t ivhds = 0, ivmds = 0;
	int status = 0;

	print_header(table);
	for (size_t i = 0; !status && i < ivrs_table_block_count(table); i++)
		status = print_block(table, i, &ivhds, &ivmds);
	return status;
}

int cmd_show(const struct options *options)
{
	struct source source;
	int status = source_open(&source, options, 0);

	if (!status)
		status = source_finish(&source, options->json ? show_print_json(&source)
							      : print_text(&source));
	source_close(&source);
	return status;
}
