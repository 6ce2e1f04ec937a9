/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ivrsctl show: fields that text and JSON both split. Layout: AMD 48882, chapter 5.2. */
#ifndef IVRSCTL_SHOW_H
#define IVRSCTL_SHOW_H

#include "cli.h"

struct show_ivinfo {
	uint32_t value, reserved;
	unsigned int gva_size, pa_size, va_size;
	bool efr, dma_remap, ht_ats_resv;
};

bool show_is_ivhd(uint8_t block_type);
bool show_is_ivmd(uint8_t block_type);
/* Those of [offset, offset + length) that are there. */
const uint8_t *show_bytes(const ivrs_table *table, size_t offset, size_t length, size_t *available);
void show_decode_ivinfo(uint32_t value, struct show_ivinfo *info);
const char *show_variety(uint8_t variety); /* "IOAPIC", "HPET", "unknown variety" */
/* " (HtTunEn, Coherent)": the bits of an IVHD's flags that are set; "" for none. A static buffer. */
const char *show_ivhd_flags(uint8_t flags, uint8_t block_type);
int show_print_json(const struct source *source);

#endif
