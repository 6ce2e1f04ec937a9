/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef LIBIVRS_INSPECT_H
#define LIBIVRS_INSPECT_H

#include "internal.h"

/* A walk over the blocks that looks for what contradicts the structure. */
struct inspection {
	struct ivrs_table *table;
	ivrs_report *report;
	bool strict;
};

/* Reports what is wrong with the block at @offset and its entries; false when a strict parse has to stop there. */
bool inspect_block(struct inspection *inspection, uint32_t offset);

#endif
