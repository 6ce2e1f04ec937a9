/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A simulation from beginning to end. The rules are in the rooms that it calls, one after the other. */
#include "sim.h"

/* Which unity entry makes a device need a direct mapping: the first that reaches it. */
static int paint_direct(struct ivrs_sim *sim, bool narrow, struct spans *out)
{
	struct span *items = malloc((sim->unity.count + 1) * sizeof(*items));
	size_t count = 0;
	int err;

	if (!items)
		return -IVRS_E_NOMEM;
	/* The last one painted wins, so the first entry comes last. */
	for (size_t i = sim->unity.count; i-- > 0;) {
		const struct unity *u = &sim->unity.at[i];

		if (u->first <= u->last && !(narrow && u->wide))
			items[count++] = (struct span){sbdf_make(u->segment, u->first),
						       sbdf_make(u->segment, u->last), (uint32_t)i};
	}
	err = spans_paint(items, count, out);
	free(items);
	return err;
}

/* What is kept of the caller's objects: they may be gone when the simulation is read. */
static int copy_inputs(struct ivrs_sim *sim, const struct ivrs_topology *t,
		       const struct ivrs_kernel *kernel, const char *relax)
{
	if (kernel)
		sim->kernel = *kernel;
	else
		kernel_init_newest(&sim->kernel);
	sim->kernel.text = sim->kernel.relax = NULL;
	memset(&sim->kernel.cmdline.relax_devices, 0, sizeof(sim->kernel.cmdline.relax_devices));
	sim->relax_text = strdup(relax ? relax : "none");
	if (!sim->relax_text)
		return -IVRS_E_NOMEM;
	if (t && t->text_size) {
		sim->texts = malloc(t->text_size);
		if (!sim->texts)
			return -IVRS_E_NOMEM;
		memcpy(sim->texts, t->texts, t->text_size);
		sim->drivers_known = true;
	}
	if (t && t->acpi_count) {
		sim->acpi = malloc(t->acpi_count * sizeof(*sim->acpi));
		if (!sim->acpi)
			return -IVRS_E_NOMEM;
		memcpy(sim->acpi, t->acpi, t->acpi_count * sizeof(*sim->acpi));
	}
	return relax_parse(relax, &sim->relax);
}

/* The table as the driver reads it at boot. */
static int read_table(struct ivrs_sim *sim, const struct ivrs_topology *t)
{
	int err;

	if (!boot_enabled(sim, t))
		return 0;
	err = iommu_map_build(sim->table, &sim->kernel, &sim->map);
	if (err)
		return err;
	if (sim->map.state != IVRS_STATE_READY) {
		sim_stop(sim, sim->map.state, sim->map.offset, "%s", sim->map.message);
		return 0;
	}
	err = unity_build(sim->table, &sim->map, &sim->unity);
	if (!err)
		err = paint_direct(sim, false, &sim->direct_any);
	if (!err && sim->relax.blanket)
		err = paint_direct(sim, true, &sim->direct_narrow);
	boot_features(sim, t);
	boot_aperture(sim);
	sim->interrupts = iommu_map_remaps_interrupts(&sim->map, &sim->kernel, t);
	return err;
}

static int run(struct ivrs_sim *sim, const struct ivrs_topology *t,
	       const struct ivrs_kernel *kernel, const char *relax)
{
	int err = copy_inputs(sim, t, kernel, relax);

	if (!err)
		err = read_table(sim, t);
	if (!err)
		err = t ? members_devices(sim, t) : members_ranges(sim);
	for (sim->pci_count = sim->device_count;
	     sim->pci_count && sim->devices[sim->pci_count - 1].is_acpi; sim->pci_count--)
		;
	if (!err && sim->state == IVRS_STATE_READY)
		err = boot_domains(sim, t);
	if (!err && sim->state == IVRS_STATE_READY && t)
		boot_interrupts(sim, t);
	if (!err)
		err = sim_judge(sim);
	return err;
}

int ivrs_simulate(ivrs_table *table, const ivrs_topology *topology, const ivrs_kernel *kernel,
		  const char *relax, uint32_t flags, ivrs_sim **out)
{
	uint32_t paths = flags & (IVRS_SIM_IOMMUFD | IVRS_SIM_COMPAT);
	struct ivrs_sim *sim;
	int err;

	if (!out)
		return -IVRS_E_ARGUMENT;
	*out = NULL;
	if (flags & ~(IVRS_SIM_AS_BOUND | IVRS_SIM_IOMMUFD | IVRS_SIM_COMPAT) ||
	    paths == (IVRS_SIM_IOMMUFD | IVRS_SIM_COMPAT))
		return -IVRS_E_ARGUMENT;
	sim = calloc(1, sizeof(*sim));
	if (!sim)
		return -IVRS_E_NOMEM;
	atomic_init(&sim->refs, 1);
	sim->table = table ? ivrs_table_ref(table) : NULL;
	sim->flags = flags;
	sim->state = IVRS_STATE_READY;
	sim->offset = IVRS_NO_OFFSET;
	err = run(sim, topology, kernel, relax);
	if (err)
		ivrs_sim_unref(sim);
	else
		*out = sim;
	return err;
}

ivrs_sim *ivrs_sim_ref(ivrs_sim *sim)
{
	if (sim)
		atomic_fetch_add_explicit(&sim->refs, 1, memory_order_relaxed);
	return sim;
}

void ivrs_sim_unref(ivrs_sim *sim)
{
	if (!sim || atomic_fetch_sub_explicit(&sim->refs, 1, memory_order_acq_rel) != 1)
		return;
	ivrs_table_unref(sim->table);
	iommu_map_free(&sim->map);
	unity_free(&sim->unity);
	spans_free(&sim->direct_any);
	spans_free(&sim->direct_narrow);
	relax_free(&sim->relax);
	free(sim->relax_text);
	free(sim->devices);
	free(sim->groups);
	free(sim->members);
	free(sim->texts);
	free(sim->acpi);
	free(sim);
}
