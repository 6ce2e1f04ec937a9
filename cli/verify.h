/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ivrsctl verify: a prediction and what the kernel says, line by line. */
#ifndef IVRSCTL_VERIFY_H
#define IVRSCTL_VERIFY_H

#include "cli.h"

struct difference {
	uint32_t group;
	const char *what;	  /* "group", "type", "devices" or "reserved_regions" */
	char *predicted, *kernel; /* one line each; NULL: there is none */
};

struct comparison {
	size_t groups, lines; /* compared */
	struct difference *differences;
	size_t count;
};

/* Complains and ends the process when memory runs out. */
void comparison_make(struct comparison *comparison, const struct source *source,
		     const ivrs_sim *sim);
/* Groups worked out from configuration space against the kernel's, by their members alone: numbers change with hot-plug. */
void comparison_make_grouping(struct comparison *comparison, const struct source *source,
			      const ivrs_sim *predicted);
void comparison_free(struct comparison *comparison);

/*
 * What the kernel's log says about an IVRS in the initrd: "none", "active", "rejected", then with the reason; NULL when
 * the log can't be read or has lost its beginning.
 */
const char *verify_override(const char **reason);
/* The same, of a log as text. */
const char *override_in_log(const char *log, const char **reason);

#endif
