/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which devices an IOMMU translates, and which groups they form. SPEC A4.4, A9. */
#include "groups.h"
#include "sim.h"

/* kernel-patch 0003: a plugged-in endpoint. */
static bool plugged_in(const struct ivrs_topology *t, const uint32_t *parent, uint32_t index)
{
	const struct device *d = &t->devices[index];
	uint32_t base = d->class_code >> 16, sub = d->class_code >> 8;

	if (!d->is_pcie ||
	    (PCIE_TYPE(d->pcie) != PCIE_ENDPOINT && PCIE_TYPE(d->pcie) != PCIE_LEGACY_ENDPOINT))
		return false;
	if (base == 0x06 || base == 0x08 || base == 0x0b || sub == 0x0c05 || sub == 0x0c07)
		return false;
	for (uint32_t b = parent[index]; b != NO_INDEX; b = parent[b])
		if (t->devices[b].is_pcie && t->devices[b].pcie & PCIE_SLOT)
			return true;
	return false;
}

static void set_relaxation(struct ivrs_sim *sim, struct sim_device *s, bool plugged)
{
	s->relax_all = sim->relax.unity ||
		       (!s->is_acpi && spans_find(&sim->relax.devices, s->sbdf));
	s->relax_wide = sim->relax.blanket && plugged;
}

/* The device's IOMMU and first direct region; only in a table that is in use. */
static void place_device(struct ivrs_sim *sim, struct sim_device *s)
{
	const struct iommu *iommu = sim->state == IVRS_STATE_READY
					    ? iommu_map_find(&sim->map, s->sbdf)
					    : NULL;
	const struct spans *spans = s->relax_wide ? &sim->direct_narrow : &sim->direct_any;
	const struct span *span;

	s->group = s->direct = s->iommu = IVRS_NONE;
	if (!iommu)
		return;
	s->iommu = (uint32_t)(iommu - sim->map.iommus);
	span = s->relax_all ? NULL : spans_find(spans, sim_key(sim, s));
	if (span)
		s->direct = span->value;
}

static void take_device(struct ivrs_sim *sim, const struct ivrs_topology *t, const uint32_t *parent,
			uint32_t index, struct sim_device *s)
{
	const struct device *d = &t->devices[index];

	*s = (struct sim_device){.sbdf = d->sbdf,
				 .last = d->sbdf,
				 .text = d->text,
				 .is_acpi = d->is_acpi};
	s->is_bridge = (d->header_type & HEADER_LAYOUT) != 0;
	s->is_port = d->is_pcie && PCIE_TYPE(d->pcie) >= PCIE_ROOT_PORT &&
		     PCIE_TYPE(d->pcie) <= PCIE_DOWNSTREAM;
	if (d->is_acpi) {
		const struct acpi_device *a = &t->acpi[d->text];

		s->group = s->direct = s->iommu = IVRS_NONE;
		if (sim->state != IVRS_STATE_READY ||
		    !iommu_map_acpi_device(&sim->map, sim->table, &sim->kernel, a->hid, a->uid,
					   &s->sbdf))
			return;
		s->last = s->sbdf;
	}
	set_relaxation(sim, s, sim->relax.blanket && !d->is_acpi && plugged_in(t, parent, index));
	place_device(sim, s);
}

static int compare_keys(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Devices of the simulation, by address, ACPI devices last. place[i] is where device i of the topology went. */
static int take_devices(struct ivrs_sim *sim, const struct ivrs_topology *t, const uint32_t *parent,
			uint32_t *place)
{
	uint64_t *keys = malloc((t->count + 1) * sizeof(*keys));

	if (!keys)
		return -IVRS_E_NOMEM;
	for (size_t i = 0; i < t->count; i++)
		keys[i] = (t->devices[i].is_acpi ? 1ull << 63 | (uint64_t)t->devices[i].text << 20
						 : (uint64_t)t->devices[i].sbdf << 20) |
			  i;
	qsort(keys, t->count, sizeof(*keys), compare_keys);
	sim->devices = malloc((t->count + 1) * sizeof(*sim->devices));
	if (!sim->devices) {
		free(keys);
		return -IVRS_E_NOMEM;
	}
	for (size_t i = 0; i < t->count; i++) {
		uint32_t index = (uint32_t)(keys[i] & 0xfffff);

		take_device(sim, t, parent, index, &sim->devices[i]);
		place[index] = (uint32_t)i;
	}
	sim->device_count = t->count;
	free(keys);
	return 0;
}

/* Groups as sysfs has them: a device that this table's IOMMUs don't translate has none (A4.4). */
static void known_groups(const struct ivrs_sim *sim, const struct ivrs_topology *t,
			 const uint32_t *place, uint32_t *group)
{
	for (size_t i = 0; i < t->count; i++)
		group[i] = sim->state != IVRS_STATE_READY ||
					   sim->devices[place[i]].iommu != IVRS_NONE
				   ? t->devices[i].group
				   : IVRS_NO_GROUP;
}

static int predict_groups(struct ivrs_sim *sim, const struct ivrs_topology *t,
			  const uint32_t *parent, const uint32_t *order, const uint32_t *place,
			  uint32_t *group)
{
	ivrs_sbdf_t *ids = malloc((t->count + 1) * sizeof(*ids));
	uint32_t *iommu = malloc((t->count + 1) * sizeof(*iommu));
	int err = ids && iommu ? 0 : -IVRS_E_NOMEM;

	for (size_t i = 0; i < t->count && !err; i++) {
		ids[i] = sim->devices[place[i]].sbdf;
		iommu[i] = sim->devices[place[i]].iommu;
	}
	if (!err)
		err = groups_predict(t, &sim->map, parent, order, ids, iommu, group);
	sim->predicted = true;
	free(ids);
	free(iommu);
	return err;
}

/* Lists of members from the group of each device; order is the kernel's order of adding. */
static int list_groups(struct ivrs_sim *sim, const struct ivrs_topology *t, const uint32_t *order,
		       const uint32_t *place, const uint32_t *group)
{
	uint64_t *keys = malloc((t->count + 1) * sizeof(*keys));
	size_t count = 0;

	sim->members = malloc((t->count + 1) * sizeof(*sim->members));
	sim->groups = malloc((t->count + 1) * sizeof(*sim->groups));
	if (!keys || !sim->members || !sim->groups) {
		free(keys);
		return -IVRS_E_NOMEM;
	}
	for (size_t i = 0; i < t->count; i++)
		if (group[order[i]] != IVRS_NO_GROUP)
			keys[count++] = (uint64_t)group[order[i]] << 32 | i;
	qsort(keys, count, sizeof(*keys), compare_keys);
	for (size_t i = 0; i < count; i++) {
		uint32_t device = place[order[(uint32_t)keys[i]]], id = (uint32_t)(keys[i] >> 32);

		if (!sim->group_count || sim->groups[sim->group_count - 1].id != id)
			sim->groups[sim->group_count++] = (struct sim_group){.id = id,
									     .first = (uint32_t)i,
									     .culprit = IVRS_NONE};
		sim->groups[sim->group_count - 1].count++;
		sim->members[i] = device;
		sim->devices[device].group = (uint32_t)(sim->group_count - 1);
	}
	free(keys);
	return 0;
}

int members_devices(struct ivrs_sim *sim, const struct ivrs_topology *t)
{
	uint32_t *parent, *order, *place = malloc((t->count + 1) * sizeof(*place));
	uint32_t *group = malloc((t->count + 1) * sizeof(*group));
	int err = topology_tree(t, &parent, &order);

	if (!err && (!place || !group))
		err = -IVRS_E_NOMEM;
	if (!err && sim->state == IVRS_STATE_READY)
		boot_presence(sim, t);
	if (!err)
		err = take_devices(sim, t, parent, place);
	if (!err && sim->state == IVRS_STATE_READY && !t->has_groups)
		err = predict_groups(sim, t, parent, order, place, group);
	else if (!err)
		known_groups(sim, t, place, group);
	if (!err)
		err = list_groups(sim, t, order, place, group);
	free(parent);
	free(order);
	free(place);
	free(group);
	return err;
}

/* A range of device ids that no boundary divides. */
static int add_range(struct ivrs_sim *sim, size_t *room, uint32_t first, uint32_t last)
{
	struct sim_device *s;

	if (sim->device_count == *room) {
		size_t more = *room ? 2 * *room : 16;

		s = realloc(sim->devices, more * sizeof(*s));
		if (!s)
			return -IVRS_E_NOMEM;
		sim->devices = s;
		*room = more;
	}
	s = &sim->devices[sim->device_count++];
	*s = (struct sim_device){.sbdf = first, .last = last};
	set_relaxation(sim, s, false);
	place_device(sim, s);
	return 0;
}

/* Where the set of IVMDs or the alias changes, ascending, each once. */
static int find_boundaries(const struct ivrs_sim *sim, uint64_t **bounds, size_t *count)
{
	uint64_t *b = malloc(
		(2 * (sim->unity.count + sim->map.alias.count + sim->relax.devices.count) + 1) *
		sizeof(*b));
	size_t n = 0, kept = 0;

	*bounds = b;
	*count = 0;
	if (!b)
		return -IVRS_E_NOMEM;
	for (size_t i = 0; i < sim->unity.order_count; i++) {
		const struct unity *u = &sim->unity.at[sim->unity.order[i]];

		b[n++] = sbdf_make(u->segment, u->first);
		b[n++] = sbdf_make(u->segment, u->last) + 1ull;
	}
	for (size_t i = 0; i < sim->map.alias.count; i++) {
		b[n++] = sim->map.alias.at[i].first;
		b[n++] = sim->map.alias.at[i].last + 1ull;
	}
	for (size_t i = 0; i < sim->relax.devices.count; i++) {
		b[n++] = sim->relax.devices.at[i].first;
		b[n++] = sim->relax.devices.at[i].last + 1ull;
	}
	qsort(b, n, sizeof(*b), compare_keys);
	for (size_t i = 0; i < n; i++)
		if (!i || b[i] != b[kept - 1])
			b[kept++] = b[i];
	*count = kept;
	return 0;
}

/* Without a topology: what is translated, cut at every boundary. */
int members_ranges(struct ivrs_sim *sim)
{
	size_t room = 0, count, next = 0;
	uint64_t *bounds;
	int err = find_boundaries(sim, &bounds, &count);

	sim->ranges = true;
	for (size_t i = 0; i < sim->map.cover.count && !err && sim->state == IVRS_STATE_READY;
	     i++) {
		const struct span *s = &sim->map.cover.at[i];
		const struct segment *segment = iommu_map_segment(&sim->map, s->first);
		uint64_t first = s->first, last = s->last;

		if (!segment || sbdf_devid(s->first) > segment->last_bdf)
			continue;
		if (last > sbdf_make(segment->id, segment->last_bdf))
			last = sbdf_make(segment->id, segment->last_bdf);
		while (first <= last && !err) {
			while (next < count && bounds[next] <= first)
				next++;
			uint64_t end = next < count && bounds[next] <= last ? bounds[next] - 1
									    : last;

			err = add_range(sim, &room, (uint32_t)first, (uint32_t)end);
			first = end + 1;
		}
	}
	free(bounds);
	if (err)
		return err;
	sim->members = malloc((sim->device_count + 1) * sizeof(*sim->members));
	sim->groups = malloc((sim->device_count + 1) * sizeof(*sim->groups));
	if (!sim->members || !sim->groups)
		return -IVRS_E_NOMEM;
	for (uint32_t i = 0; i < sim->device_count; i++) {
		sim->members[i] = i;
		sim->devices[i].group = i;
		sim->groups[i] =
			(struct sim_group){.id = i, .first = i, .count = 1, .culprit = IVRS_NONE};
	}
	sim->group_count = sim->device_count;
	return 0;
}
