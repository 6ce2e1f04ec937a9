// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "show.h"

void show_decode_ivinfo(uint32_t value, struct show_ivinfo *info)
{
	*info = (struct show_ivinfo){
		.value = value,
		.reserved = value & ~(uint32_t)0x7fffe3,
		.gva_size = value >> 5 & 0x7,
		.pa_size = value >> 8 & 0x7f,
		.va_size = value >> 15 & 0x7f,
		.efr = value & IVRS_IVINFO_EFRSUP,
		.dma_remap = value & IVRS_IVINFO_DMA_REMAP,
		.ht_ats_resv = value & IVRS_IVINFO_HTATSRESV,
	};
}

const char *show_variety(uint8_t variety)
{
	return variety == 1 ? "IOAPIC" : variety == 2 ? "HPET" : "unknown variety";
}

const char *show_ivhd_flags(uint8_t flags, uint8_t block_type)
{
	/* Bits 6 and 7 exist in a 10h block only. */
	static const char *const names[] = {"HtTunEn",	"PassPW",   "ResPassPW", "Isoc",
					    "IotlbSup", "Coherent", "PreFSup",	 "PPRSup"};
	static char text[96];

	*text = '\0';
	for (unsigned int bit = 0; bit < 8; bit++) {
		if (!(flags >> bit & 1))
			continue;
		strcat(text, *text ? ", " : " (");
		strcat(text, bit < 6 || block_type == IVRS_BLOCK_IVHD_10 ? names[bit] : "reserved");
	}
	if (*text)
		strcat(text, ")");
	return text;
}
