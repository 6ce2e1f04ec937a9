/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the two halves of the text of ivrsctl simulate share: the table of groups, and why a group is refused. */
#ifndef IVRSCTL_SIMULATE_TEXT_H
#define IVRSCTL_SIMULATE_TEXT_H

#include "simulate.h"
#include "text.h"

/* What the table of groups remembers for the lines below it. */
struct summary {
	const struct source *source;
	const ivrs_sim *sim;
	size_t groups, refused, nothing;
	size_t reasons[IVRS_REASON_NO_INTERFACE + 1];
	bool *ivmds; /* those that refuse a group */
	size_t ivmd_count;
	size_t next; /* the device to explain; none: the number of devices */
	bool next_is_display;
	uint32_t *last_list; /* IVMDs of the row before, to be described once */
	size_t last_count;
	size_t maps; /* looked at so far */
};

/* Why a group is refused, in a few words, and notes the IVMDs that do it; "" when it isn't. */
void summary_why(struct summary *summary, size_t group, char *text, size_t size);

#endif
