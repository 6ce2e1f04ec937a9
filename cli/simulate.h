/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ivrsctl simulate: one simulation for each relaxation, and two ways to print them. */
#ifndef IVRSCTL_SIMULATE_H
#define IVRSCTL_SIMULATE_H

#include "cli.h"

struct simulations {
	ivrs_sim **sims;
	struct selection
		*selections; /* one for each: relaxations may move devices between groups */
	size_t count;
};

int simulate_print_json(const struct source *source, const struct simulations *sims);
int simulate_print_text(const struct source *source, const struct simulations *sims);

#endif
