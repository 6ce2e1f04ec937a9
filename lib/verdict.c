/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who may claim a group: SPEC A10, A11. */
#include "sim.h"

/* Linux's numbers, whatever system this library runs on. */
#define LINUX_EPERM 1
#define LINUX_ENOENT 2
#define LINUX_EINVAL 22

#define MSI_START 0xfee00000ull
#define MSI_LENGTH 0x100000ull
#define HT_START 0xfd00000000ull
#define HT_LENGTH 0x300000000ull

/* Regions of all members one by one up to here; above, each IVMD once, which only made-up tables can tell. */
#define ENUMERATE_LIMIT 4096

bool sim_relaxed(const struct sim_device *device, const struct unity *unity)
{
	return device->relax_all || (device->relax_wide && unity->wide);
}

static int add_unity(const struct ivrs_sim *sim, const struct unity *unity, bool relaxed,
		     struct ivrs_regions *to)
{
	struct region r = {.kind = relaxed ? IVRS_REGION_RELAXABLE : IVRS_REGION_DIRECT,
			   .prot = unity->prot,
			   .ivmd = unity->ivmd};

	unity_range(sim->table, unity, &r.start, &r.length);
	return regions_add(to, &r);
}

/* A7.1: MSI, then HyperTransport. */
static int add_fixed(const struct ivrs_sim *sim, struct ivrs_regions *to)
{
	struct region r = {.start = MSI_START,
			   .length = MSI_LENGTH,
			   .kind = IVRS_REGION_MSI,
			   .ivmd = IVRS_NONE};
	int err = regions_add(to, &r);

	if (err || (sim->kernel.rules[RULE_HT_IGNORE] && sim->efr2 & EFR2_HT_RANGE_IGNORE))
		return err;
	r.start = HT_START;
	r.length = HT_LENGTH;
	r.kind = IVRS_REGION_RESERVED;
	return regions_add(to, &r);
}

/* The kernel's own order: member after member, each with its list. -IVRS_E_TOO_LARGE beyond the limit. */
static int enumerate(const struct ivrs_sim *sim, const struct sim_group *g, struct ivrs_regions *to)
{
	int err = 0;

	for (uint32_t i = 0; i < g->count && !err; i++) {
		const struct sim_device *s = &sim->devices[sim->members[g->first + i]];
		uint32_t *found;
		size_t count;

		err = unity_find(&sim->unity, sim_key(sim, s), &found, &count);
		if (!err && to->count + count > ENUMERATE_LIMIT)
			err = -IVRS_E_TOO_LARGE;
		for (size_t k = 0; k < count && !err; k++) {
			const struct unity *u = &sim->unity.at[found[k]];

			err = add_unity(sim, u, sim_relaxed(s, u), to);
		}
		if (!err)
			err = add_fixed(sim, to);
		free(found);
	}
	return err;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Does a sorted list hold a key between first and last? */
static bool holds(const uint64_t *keys, size_t count, uint32_t first, uint32_t last)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (keys[mid] < first)
			low = mid + 1;
		else
			high = mid;
	}
	return low < count && keys[low] <= last;
}

/* How a member is relaxed: not, for wide IVMDs, for all. */
enum { STRICT, WIDE, ALL, KINDS };

static int kind_of(const struct sim_device *s)
{
	return s->relax_all ? ALL : s->relax_wide ? WIDE : STRICT;
}

/* Each IVMD once for all members, strict and relaxed ones apart. */
static int collect(const struct ivrs_sim *sim, const struct sim_group *g, struct ivrs_regions *to)
{
	uint64_t *keys = malloc((KINDS * (size_t)g->count + 1) * sizeof(*keys));
	size_t count[KINDS] = {0};
	int err = keys ? 0 : -IVRS_E_NOMEM;

	to->count = 0;
	for (uint32_t i = 0; i < g->count && !err; i++) {
		const struct sim_device *s = &sim->devices[sim->members[g->first + i]];
		int kind = kind_of(s);

		keys[kind * (size_t)g->count + count[kind]++] = sim_key(sim, s);
	}
	for (int kind = 0; kind < KINDS && !err; kind++)
		qsort(keys + kind * (size_t)g->count, count[kind], sizeof(*keys), compare);
	for (size_t i = 0; i < sim->unity.count && !err; i++) {
		const struct unity *u = &sim->unity.at[i];
		uint32_t first = sbdf_make(u->segment, u->first),
			 last = sbdf_make(u->segment, u->last);
		bool reached[KINDS];

		for (int kind = 0; kind < KINDS; kind++)
			reached[kind] = holds(keys + kind * (size_t)g->count, count[kind], first,
					      last);
		if (reached[STRICT] || (reached[WIDE] && !u->wide))
			err = add_unity(sim, u, false, to);
		if (!err && (reached[ALL] || (reached[WIDE] && u->wide)))
			err = add_unity(sim, u, true, to);
	}
	free(keys);
	return err ? err : add_fixed(sim, to);
}

int sim_group_reserved(const struct ivrs_sim *sim, const struct sim_group *g,
		       struct ivrs_regions **out)
{
	struct ivrs_regions *all;
	int err = regions_new(&all);

	*out = NULL;
	if (err)
		return err;
	err = enumerate(sim, g, all);
	if (err == -IVRS_E_TOO_LARGE)
		err = collect(sim, g, all);
	if (!err)
		err = resv_merge(all->at, all->count, out);
	ivrs_regions_unref(all);
	return err;
}

/* A10.5: drivers that leave the group to VFIO. */
static bool managed(const char *driver)
{
	return !driver || strstr(driver, "vfio") || !strcmp(driver, "pci-stub") ||
	       !strcmp(driver, "pcieport");
}

static const char *driver_of(const struct ivrs_sim *sim, const struct sim_device *s)
{
	return !s->is_acpi && s->text ? sim->texts + s->text : NULL;
}

static void refuse(struct sim_group *g, uint8_t reason, uint8_t error, const char *step,
		   uint32_t culprit)
{
	g->claim = IVRS_CLAIM_REFUSED;
	g->reason = reason;
	g->error = error;
	g->step = step;
	g->culprit = culprit;
}

/* The first member that a driver holds which uses the DMA API (A10.4 step 3; before 5.19 any driver on a bridge was fine). */
static uint32_t find_busy(const struct ivrs_sim *sim, const struct sim_group *g, bool viability)
{
	for (uint32_t i = 0; i < g->count; i++) {
		uint32_t m = sim->members[g->first + i];
		bool bridge = sim->devices[m].is_bridge;

		/* A VMM's user rebinds functions, never bridges: those keep their driver, and shpchp doesn't leave the group to VFIO. */
		if (!bridge && !(sim->flags & IVRS_SIM_AS_BOUND))
			continue;
		if (!managed(driver_of(sim, &sim->devices[m])) && !(viability && bridge))
			return m;
	}
	return IVRS_NONE;
}

/* The first member in group order whose flag is set (A10.4 step 5). */
static uint32_t find_direct(const struct ivrs_sim *sim, const struct sim_group *g)
{
	if (!sim->kernel.rules[RULE_REQUIRE_DIRECT] || sim->relax.unchecked)
		return IVRS_NONE;
	for (uint32_t i = 0; i < g->count; i++)
		if (sim->devices[sim->members[g->first + i]].direct != IVRS_NONE)
			return sim->members[g->first + i];
	return IVRS_NONE;
}

/* A10.4 step 3 and 5. True when nothing stands in the way. */
static bool claim(const struct ivrs_sim *sim, struct sim_group *g, const char *step)
{
	uint32_t busy = find_busy(sim, g, false), direct = find_direct(sim, g);

	if (busy != IVRS_NONE)
		refuse(g, IVRS_REASON_BUSY, LINUX_EPERM, step, busy);
	else if (direct != IVRS_NONE)
		refuse(g, IVRS_REASON_REQUIRE_DIRECT, LINUX_EINVAL, step, direct);
	else
		return true;
	return false;
}

/* A10.6, A10.7. True when the container takes the group. */
static bool attach(const struct ivrs_sim *sim, struct sim_group *g, bool no_iova)
{
	if (no_iova)
		refuse(g, IVRS_REASON_NO_IOVA, LINUX_EINVAL, "VFIO_SET_IOMMU", IVRS_NONE);
	else if (!sim->interrupts && !sim->kernel.cmdline.unsafe_legacy)
		refuse(g, IVRS_REASON_INTERRUPTS, LINUX_EPERM, "VFIO_SET_IOMMU", IVRS_NONE);
	else
		return true;
	return false;
}

static void judge_legacy(const struct ivrs_sim *sim, struct sim_group *g, bool no_iova)
{
	/* A backported refusal came with the newer order of steps. */
	bool viability = sim->kernel.rules[RULE_VIABILITY] &&
			 !sim->kernel.rules[RULE_REQUIRE_DIRECT];
	uint32_t busy;

	if (!viability) {
		if (claim(sim, g, "VFIO_GROUP_SET_CONTAINER"))
			attach(sim, g, no_iova);
		return;
	}
	busy = find_busy(sim, g, true);
	if (attach(sim, g, no_iova) && busy != IVRS_NONE)
		refuse(g, IVRS_REASON_BUSY, LINUX_EINVAL, "VFIO_GROUP_GET_DEVICE_FD", busy);
}

/* A11.1, A11.3 */
static void judge_iommufd(const struct ivrs_sim *sim, struct sim_group *g, const char *step)
{
	if (!sim->interrupts && !sim->kernel.cmdline.unsafe_iommufd)
		refuse(g, IVRS_REASON_INTERRUPTS, LINUX_EPERM, step, IVRS_NONE);
	else
		claim(sim, g, step);
}

/* Only a direct region at address 0 can leave nothing, and only where it doesn't refuse the claim before. */
static int finds_no_iova(const struct ivrs_sim *sim, const struct sim_group *g, size_t *budget,
			 bool *no_iova)
{
	struct ivrs_regions *reserved, *left;
	int err;

	*no_iova = false;
	if (find_direct(sim, g) != IVRS_NONE || sim->unity.count > *budget)
		return 0;
	for (uint32_t i = 0; i < g->count; i++)
		if (sim->devices[sim->members[g->first + i]].direct != IVRS_NONE)
			goto look;
	return 0;
look:
	*budget -= sim->unity.count;
	err = sim_group_reserved(sim, g, &reserved);
	if (err)
		return err;
	err = iova_exclude(sim->aperture, reserved, &left);
	if (!err) {
		*no_iova = !left->count;
		ivrs_regions_unref(left);
	}
	ivrs_regions_unref(reserved);
	return err;
}

static bool claimable(const struct ivrs_sim *sim, const struct sim_group *g)
{
	for (uint32_t i = 0; i < g->count; i++) {
		const struct sim_device *s = &sim->devices[sim->members[g->first + i]];

		if (!s->is_bridge && !s->is_acpi)
			return true;
	}
	return false;
}

static int judge(const struct ivrs_sim *sim, struct sim_group *g, size_t *budget)
{
	bool no_iova;
	int err;

	g->claim = IVRS_CLAIM_OK;
	if (!claimable(sim, g)) {
		g->claim = IVRS_CLAIM_NOTHING;
		return 0;
	}
	if (sim->state != IVRS_STATE_READY) {
		/* A10.1: no group, so vfio-pci doesn't even bind. */
		refuse(g, IVRS_REASON_NO_IOMMU, LINUX_EINVAL, "bind to vfio-pci", IVRS_NONE);
	} else if (sim->flags & IVRS_SIM_IOMMUFD) {
		if (sim->kernel.rules[RULE_CDEV])
			judge_iommufd(sim, g, "VFIO_DEVICE_BIND_IOMMUFD");
		else
			refuse(g, IVRS_REASON_NO_INTERFACE, LINUX_ENOENT, "open /dev/vfio/devices",
			       IVRS_NONE);
	} else if (sim->flags & IVRS_SIM_COMPAT) {
		if (sim->kernel.rules[RULE_IOMMUFD])
			judge_iommufd(sim, g, "VFIO_GROUP_GET_DEVICE_FD");
		else
			refuse(g, IVRS_REASON_NO_INTERFACE, LINUX_ENOENT, "open /dev/iommu",
			       IVRS_NONE);
	} else {
		err = finds_no_iova(sim, g, budget, &no_iova);
		if (err)
			return err;
		judge_legacy(sim, g, no_iova);
	}
	return 0;
}

int sim_judge(struct ivrs_sim *sim)
{
	size_t budget = 8u << 20; /* IVMDs looked at to find groups without any address left */
	int err = 0;

	for (size_t i = 0; i < sim->group_count && !err; i++)
		err = judge(sim, &sim->groups[i], &budget);
	return err;
}
