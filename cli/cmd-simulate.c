// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include "simulate.h"

static int simulate_all(const struct source *source, struct simulations *sims)
{
	const struct options *options = source->options;
	int status = 0;

	sims->sims = calloc(options->relax_count, sizeof(*sims->sims));
	sims->selections = calloc(options->relax_count, sizeof(*sims->selections));
	if (!sims->sims || !sims->selections)
		return source_failed(-IVRS_E_NOMEM);
	while (!status && sims->count < options->relax_count) {
		size_t i = sims->count;

		status = ivrs_simulate(source->table, source->topology, source->kernel,
				       options->relax[i], options->sim_flags, &sims->sims[i]);
		if (status)
			return source_failed(status);
		sims->count++;
		status = selection_make(&sims->selections[i], source, sims->sims[i]);
	}
	return status;
}

static void free_all(struct simulations *sims)
{
	for (size_t i = 0; i < sims->count; i++) {
		ivrs_sim_unref(sims->sims[i]);
		selection_free(&sims->selections[i]);
	}
	free(sims->sims);
	free(sims->selections);
}

/* No: a group that was asked about is refused, or a device that was asked about has none. */
static bool refuses(const ivrs_sim *sim, const struct selection *selection)
{
	if (ivrs_sim_state(sim) != IVRS_STATE_READY)
		return true;
	for (size_t i = 0; i < ivrs_sim_group_count(sim); i++)
		if (selection->groups[i] && ivrs_sim_group_claim(sim, i) == IVRS_CLAIM_REFUSED)
			return true;
	if (selection->all)
		return false;
	for (size_t i = 0; i < ivrs_sim_device_count(sim); i++)
		if (selection->devices[i] && ivrs_sim_device_group(sim, i) == IVRS_NONE)
			return true;
	return false;
}

static int answer(const struct source *source, const struct simulations *sims)
{
	int status = source->options->json ? simulate_print_json(source, sims)
					   : simulate_print_text(source, sims);

	if (status)
		return status;
	for (size_t i = 0; i < sims->count; i++)
		if (refuses(sims->sims[i], &sims->selections[i]))
			status = CLI_NO;
	if (!source->table)
		source_complain_absent(source);
	return status;
}

int cmd_simulate(const struct options *options)
{
	struct simulations sims = {0};
	struct source source;
	int status = source_open(&source, options,
				 SOURCE_DEVICES | SOURCE_KERNEL | SOURCE_MAY_LACK_IVRS |
					 SOURCE_OPERANDS);

	if (!status) {
		status = simulate_all(&source, &sims);
		if (!status)
			status = source_finish(&source, answer(&source, &sims));
		free_all(&sims);
	}
	source_close(&source);
	return status;
}
