/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Disjoint ranges of SBDFs with a value each: who translates, which alias, which IVMD. */
#ifndef LIBIVRS_SPANS_H
#define LIBIVRS_SPANS_H

#include "internal.h"

struct span {
	uint32_t first, last; /* inclusive */
	uint32_t value;
};

struct spans {
	struct span *at;
	size_t count;
};

#define SPAN_NONE \
	UINT32_MAX /* a value that isn't kept: the range is as if it had never been painted */

/*
 * Paints ranges one over the other, in array order, and keeps what is visible in the end: sorted, disjoint, equal
 * neighbours joined. Items with first > last are skipped. O(n log n) time, O(n) memory.
 */
int spans_paint(const struct span *items, size_t count, struct spans *out);
/* The span that holds a key, or NULL. */
const struct span *spans_find(const struct spans *spans, uint32_t key);
void spans_free(struct spans *spans);

#endif
