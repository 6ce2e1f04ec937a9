// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "capture.h"

/* Everything else of a command line may name disks, hosts, users or hardware addresses. */
static const char *const kept_options[] = {
	"acpi=",	"amd_iommu",
	"intremap=",	"iommu",
	"ivrs_",	"lockdown=",
	"mem_encrypt=", "noapic",
	"nointremap",	"noiommu",
	"nolapic",	"nox2apic",
	"pci=",		"pcie_acs_override=",
	"vfio",
};

static bool keeps(const char *word, size_t length)
{
	for (size_t i = 0; i < ARRAY_SIZE(kept_options); i++) {
		size_t prefix = strlen(kept_options[i]);

		if (length >= prefix && !memcmp(word, kept_options[i], prefix))
			return true;
	}
	return false;
}

size_t capture_clean_cmdline(uint8_t *text, size_t *size)
{
	size_t used = 0, dropped = 0, end;

	for (size_t i = 0; i < *size; i = end) {
		bool quoted = false;

		while (i < *size && text[i] <= ' ')
			i++;
		for (end = i; end < *size && (quoted || text[end] > ' '); end++)
			if (text[end] == '"')
				quoted = !quoted;
		if (end == i)
			continue;
		if (!keeps((const char *)text + i, end - i)) {
			dropped++;
			continue;
		}
		if (used)
			text[used++] = ' ';
		memmove(text + used, text + i, end - i);
		used += end - i;
	}
	if (used < *size)
		text[used++] = '\n';
	*size = used;
	return dropped;
}

#define CAPABILITY_VPD 0x03
#define EXTENDED_SERIAL 0x0003

static void zero(uint8_t *config, size_t size, size_t offset, size_t length)
{
	if (offset < size)
		memset(config + offset, 0, length < size - offset ? length : size - offset);
}

void capture_clean_config(uint8_t *config, size_t size)
{
	size_t offset;

	if (size > 0x40 && config[0x06] & 0x10) {
		offset = config[0x34] & 0xfc;
		for (int i = 0; i < 48 && offset >= 0x40 && offset + 8 <= size; i++) {
			if (config[offset] == CAPABILITY_VPD)
				zero(config, size, offset + 4, 4);
			offset = config[offset + 1] & 0xfc;
		}
	}
	offset = 0x100;
	for (int i = 0; i < 960 && offset >= 0x100 && offset + 4 <= size; i++) {
		unsigned int id = config[offset] | (unsigned int)config[offset + 1] << 8;
		unsigned int next = config[offset + 2] | (unsigned int)config[offset + 3] << 8;

		if (id == EXTENDED_SERIAL)
			zero(config, size, offset + 4, 8);
		offset = next >> 4 & 0xffc;
	}
}
