/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* IOMMU groups where sysfs has none: SPEC A9.1, A9.2. The steps of pci_device_group() carry their numbers. */
#include "groups.h"

#define ACS_REQUIRED \
	0x1du /* source validation, request and completion redirect, upstream forwarding */
#define VENDOR_INTEL 0x8086

enum quirk_kind { ISOLATED = 1, SOUTHBRIDGE, ALIAS_FUNCTION_0, ALIAS_FUNCTION_1, BRIDGE_ALIAS };

static const struct quirk {
	uint16_t vendor, device;
	uint8_t kind;
} quirks[] = {
#define QUIRK(vendor, device, kind) {vendor, device, kind},
#include "pci-quirks.def"
#undef QUIRK
};

struct grouper {
	const struct ivrs_topology *t;
	const struct iommu_map *map;
	const uint32_t *parent;
	uint32_t *group; /* of each device, NO_INDEX as long as it has none */
	int16_t *quirk;	 /* devfn that its DMA carries beside its own by quirk, -1 for none */
	int16_t *ivrs;	 /* the same by the IVRS, -1 until it is probed */
	bool *isolated;	 /* the path from the device up to the root bus is isolated */
	bool any_alias;
	uint32_t count;
	bool visited[256]; /* functions of the bus that the alias walk has seen */
};

static int quirk_of(const struct device *d)
{
	size_t low = 0, high = ARRAY_SIZE(quirks);
	uint32_t key = (uint32_t)d->vendor << 16 | d->device;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (((uint32_t)quirks[mid].vendor << 16 | quirks[mid].device) < key)
			low = mid + 1;
		else
			high = mid;
	}
	return low < ARRAY_SIZE(quirks) && quirks[low].vendor == d->vendor &&
			       quirks[low].device == d->device
		       ? quirks[low].kind
		       : 0;
}

static bool multifunction(const struct device *d)
{
	return !d->is_virtual && (d->header_type & HEADER_MULTIFUNCTION || (d->sbdf & 7));
}

/* pci_acs_enabled(): capabilities that are there were switched on at boot, because an IVRS was found (A1.2). */
static bool acs_enabled(const struct grouper *g, uint32_t index)
{
	const struct device *d = &g->t->devices[index];
	uint16_t control = d->acs_control | (d->acs_capability & ACS_REQUIRED);
	uint16_t wanted = ACS_REQUIRED & d->acs_capability;
	int quirk = quirk_of(d);

	if (quirk == ISOLATED ||
	    (quirk == SOUTHBRIDGE && multifunction(d) && g->parent[index] == NO_INDEX))
		return true;
	if (!d->is_pcie)
		return false;
	if (d->vendor == VENDOR_INTEL && PCIE_TYPE(d->pcie) == PCIE_RC_ENDPOINT)
		return true;
	switch (PCIE_TYPE(d->pcie)) {
	case PCIE_TO_PCI:
	case PCI_TO_PCIE:
	case PCIE_RC_EVENT:
		return false;
	case PCIE_ROOT_PORT:
	case PCIE_DOWNSTREAM:
		break;
	default:
		if (!multifunction(d))
			return true;
	}
	return d->has_acs && (control & wanted) == wanted;
}

/* Devfn that the IVRS adds to a function's own, on the same bus (A9.2); -1 for none. */
static int16_t ivrs_devfn(const struct grouper *g, const struct device *d)
{
	const struct span *alias = spans_find(&g->map->alias, map_key(g->map, d->sbdf));

	if (alias && alias->value != sbdf_devid(d->sbdf) && alias->value >> 8 == sbdf_bus(d->sbdf))
		return (int16_t)(alias->value & 0xff);
	return -1;
}

/* Devfn that a quirk adds; -1 for none. */
static int16_t quirk_devfn(const struct device *d)
{
	int quirk = quirk_of(d);

	if (quirk == ALIAS_FUNCTION_0 && (d->sbdf & 7) != 0)
		return (int16_t)(d->sbdf & 0xf8);
	if (quirk == ALIAS_FUNCTION_1 && (d->sbdf & 7) != 1)
		return (int16_t)((d->sbdf & 0xf8) | 1);
	return -1;
}

/* Does the DMA of a carry the id of b? An IVRS alias counts from the moment at which the kernel probes its function. */
static bool carries(const struct grouper *g, uint32_t a, uint32_t b)
{
	int devfn = (int)(g->t->devices[b].sbdf & 0xff);

	return g->quirk[a] == devfn || g->ivrs[a] == devfn;
}

static bool aliases(const struct grouper *g, uint32_t a, uint32_t b)
{
	return carries(g, a, b) || carries(g, b, a);
}

/* What each device says for itself; parents come before children in the order. */
static int survey(struct grouper *g, const uint32_t *order)
{
	size_t count = g->t->count;

	g->quirk = malloc((count + 1) * sizeof(*g->quirk));
	g->ivrs = malloc((count + 1) * sizeof(*g->ivrs));
	g->isolated = malloc((count + 1) * sizeof(*g->isolated));
	if (!g->quirk || !g->ivrs || !g->isolated)
		return -IVRS_E_NOMEM;
	for (size_t k = 0; k < count; k++) {
		uint32_t i = order[k];

		g->group[i] = NO_INDEX;
		g->quirk[i] = g->ivrs[i] = -1;
		g->isolated[i] = false;
		if (g->t->devices[i].is_acpi)
			continue;
		g->quirk[i] = quirk_devfn(&g->t->devices[i]);
		g->any_alias |= g->quirk[i] >= 0 || ivrs_devfn(g, &g->t->devices[i]) >= 0;
		/* pci_acs_path_enabled() */
		g->isolated[i] = acs_enabled(g, i) &&
				 (g->parent[i] == NO_INDEX || g->isolated[g->parent[i]]);
	}
	return 0;
}

/* Steps 3 and 4 call each other; the table of visited functions ends it. */
static uint32_t join_aliases(struct grouper *g, uint32_t index);

/* Step 4: functions of the slot that aren't isolated from each other. */
static uint32_t join_functions(struct grouper *g, uint32_t index)
{
	const struct device *d = &g->t->devices[index];
	uint32_t group = NO_INDEX;

	if (!multifunction(d) || acs_enabled(g, index))
		return NO_INDEX;
	for (uint32_t fn = 0; fn < 8 && group == NO_INDEX; fn++) {
		uint32_t other = topology_index(g->t, (d->sbdf & ~7u) | fn);

		if (other != NO_INDEX && other != index && !acs_enabled(g, other))
			group = join_aliases(g, other);
	}
	return group;
}

/* Step 3: devices of the bus whose ids mix with this one's. */
static uint32_t join_aliases(struct grouper *g, uint32_t index)
{
	const struct device *d = &g->t->devices[index];
	uint32_t group = NO_INDEX;

	if (g->visited[d->sbdf & 0xff])
		return NO_INDEX;
	g->visited[d->sbdf & 0xff] = true;
	if (g->group[index] != NO_INDEX)
		return g->group[index];
	for (uint32_t devfn = 0; g->any_alias && devfn < 256 && group == NO_INDEX; devfn++) {
		uint32_t other = topology_index(g->t, (d->sbdf & ~0xffu) | devfn);

		if (other == NO_INDEX || other == index || !aliases(g, index, other))
			continue;
		group = join_aliases(g, other);
		if (group == NO_INDEX)
			group = join_functions(g, other);
	}
	return group;
}

/* Step 1: bridges that put their own id on DMA. Gives the group of the first that has one, and the last of them. */
static uint32_t join_bridges(const struct grouper *g, uint32_t index, uint32_t *last)
{
	for (uint32_t b = g->parent[index]; b != NO_INDEX; b = g->parent[b]) {
		const struct device *bridge = &g->t->devices[b];

		if (bridge->is_pcie && PCIE_TYPE(bridge->pcie) != PCIE_TO_PCI &&
		    PCIE_TYPE(bridge->pcie) != PCI_TO_PCIE)
			continue;
		*last = b;
		if (g->group[b] != NO_INDEX)
			return g->group[b];
	}
	return NO_INDEX;
}

static uint32_t group_of(struct grouper *g, uint32_t index)
{
	uint32_t at = index, group = join_bridges(g, index, &at);

	if (group != NO_INDEX)
		return group;
	/* Step 2: up to where the path to the root isolates. */
	for (uint32_t bridge = g->parent[at]; bridge != NO_INDEX && !g->isolated[bridge];
	     bridge = g->parent[bridge]) {
		at = bridge;
		if (g->group[bridge] != NO_INDEX)
			return g->group[bridge];
	}
	memset(g->visited, 0, sizeof(g->visited));
	group = join_aliases(g, at);
	if (group == NO_INDEX)
		group = join_functions(g, at);
	return group != NO_INDEX ? group : g->count++;
}

/* Devices that ACPI names share a group when they share a devid (A9.3). */
static uint32_t group_of_acpi(struct grouper *g, const ivrs_sbdf_t *ids, uint32_t index,
			      const uint32_t *order, size_t done)
{
	for (size_t i = done; i-- > 0 && g->t->devices[order[i]].is_acpi;)
		if (ids[order[i]] == ids[index] && g->group[order[i]] != NO_INDEX)
			return g->group[order[i]];
	return g->count++;
}

/* IOMMUs register one after the other, and each asks for its own devices then (A4.4): the order, sorted by IOMMU. */
static size_t queue_devices(const struct grouper *g, const uint32_t *order, const uint32_t *iommu,
			    uint32_t *starts, uint32_t *queue)
{
	size_t queued = 0;

	for (size_t i = 0; i < g->t->count; i++)
		if (iommu[i] != IVRS_NONE) {
			starts[iommu[i] + 1]++;
			queued++;
		}
	for (size_t i = 0; i < g->map->iommu_count; i++)
		starts[i + 1] += starts[i];
	for (size_t i = 0; i < g->t->count; i++)
		if (iommu[order[i]] != IVRS_NONE)
			queue[starts[iommu[order[i]]]++] = order[i];
	return queued;
}

int groups_predict(const struct ivrs_topology *t, const struct iommu_map *map,
		   const uint32_t *parent, const uint32_t *order, const ivrs_sbdf_t *ids,
		   const uint32_t *iommu, uint32_t *group)
{
	struct grouper g = {.t = t, .map = map, .parent = parent, .group = group};
	uint32_t *starts = calloc(map->iommu_count + 2, sizeof(*starts)),
		 *queue = malloc((t->count + 1) * sizeof(*queue));
	int err = starts && queue ? survey(&g, order) : -IVRS_E_NOMEM;

	if (!err) {
		size_t queued = queue_devices(&g, order, iommu, starts, queue);

		for (size_t i = 0; i < queued; i++) {
			uint32_t index = queue[i];

			if (!t->devices[index].is_acpi)
				g.ivrs[index] = ivrs_devfn(&g, &t->devices[index]);
			group[index] = t->devices[index].is_acpi
					       ? group_of_acpi(&g, ids, index, queue, i)
					       : group_of(&g, index);
		}
	}
	free(starts);
	free(queue);
	free(g.quirk);
	free(g.ivrs);
	free(g.isolated);
	return err;
}
