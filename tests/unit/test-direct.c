/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Direct mappings against a page table that is walked page by page, as SPEC A8.2 and A8.3 tell it: random unity maps over a few pages, for groups
 * of a few devices.
 */
#include "unit.h"
#include "random.h"

#define PAGES 12
#define DEVICES 4
#define IVMDS 5

struct map {
	uint16_t first, last;
	uint8_t flags;
	uint64_t start, length;
};

struct domain {
	bool mapped[PAGES * 2];
	bool page0_once;
};

/* iommu_map() of a run of pages that look unmapped. */
static bool map_run(struct domain *d, uint64_t from, uint64_t end, int prot)
{
	if (!prot || (from == 0 && d->page0_once && d->mapped[0]))
		return false;
	for (uint64_t p = from; p < end; p++)
		d->mapped[p] = true;
	return true;
}

static bool map_device(struct domain *d, const struct map *maps, size_t count, uint16_t devid)
{
	for (size_t i = 0; i < count; i++) {
		uint64_t start = (maps[i].start + 4095) / 4096,
			 end = start + (maps[i].length + 4095) / 4096, run = 0;
		int prot = maps[i].flags & 8 ? 3 : maps[i].flags >> 1 & 3;

		if (!(maps[i].flags & 9) || devid < maps[i].first || devid > maps[i].last)
			continue;
		for (uint64_t p = start; p <= end; p++) {
			/* Physical address 0 reads as "not mapped". */
			if (p < end && !(d->mapped[p] && p != 0)) {
				run++;
				continue;
			}
			if (run && !map_run(d, p - run, p, prot))
				return false;
			run = 0;
		}
	}
	return true;
}

static bool reference(const struct map *maps, size_t count, const uint16_t *group, size_t members,
		      bool page0_once)
{
	struct domain d = {.page0_once = page0_once};
	bool failed = false;

	for (size_t i = 0; i < members; i++)
		failed |= !map_device(&d, maps, count, group[i]);
	for (size_t i = 0; failed && i < members; i++)
		if (!map_device(&d, maps, count, group[i]))
			return false;
	return true;
}

static ivrs_table *make_table(const struct map *maps, size_t count)
{
	static struct build build;
	struct finding_seen seen;
	ivrs_table *table;
	size_t ivhd;

	build_begin(&build);
	ivhd = ivhd_begin(&build, 0x10, 0x0002);
	set(&build, ivhd + 16, 0, 2); /* segment */
	entry4(&build, IVRS_ENTRY_START, 0x0008, 0);
	entry4(&build, IVRS_ENTRY_END, 0xffff, 0);
	ivhd_end(&build, ivhd);
	for (size_t i = 0; i < count; i++) {
		ivmd(&build, 0x22, maps[i].flags, maps[i].first, maps[i].last, maps[i].start,
		     maps[i].length);
	}
	build_end(&build);
	seen = try_parse(build.bytes, build.size, 0);
	assert_int_equal(seen.status, 0);
	assert_int_equal(parse_bytes(build.bytes, build.size, 0, NULL, &table), 0);
	return table;
}

static void check(const char *release, bool page0_once, bool fatal)
{
	static const uint8_t flags[] = {0x01, 0x01, 0x03, 0x05, 0x07, 0x08, 0x09, 0x06};
	size_t lost = 0, ready = 0;

	for (int round = 0; round < 3000; round++) {
		size_t count = random_below(IVMDS + 1), members = 1 + random_below(DEVICES);
		struct map maps[IVMDS];
		uint16_t group[DEVICES];
		ivrs_topology *t;
		ivrs_table *table;
		ivrs_kernel *k;
		ivrs_sim *sim;
		bool works;

		for (size_t i = 0; i < count; i++) {
			maps[i].first = (uint16_t)(0x100 + random_below(DEVICES));
			maps[i].last = (uint16_t)(maps[i].first + random_below(DEVICES));
			maps[i].flags = flags[random_below(sizeof(flags))];
			maps[i].start = (uint64_t)random_below(PAGES) << 12;
			maps[i].length = (uint64_t)random_below(6) << 12;
		}
		assert_int_equal(ivrs_topology_new(&t), 0);
		for (size_t i = 0; i < members; i++) {
			group[i] = (uint16_t)(0x100 + i);
			assert_int_equal(ivrs_topology_add(t, group[i]), 0);
			assert_int_equal(ivrs_topology_set_group(t, group[i], 0), 0);
		}
		table = make_table(maps, count);
		assert_int_equal(ivrs_kernel_new(release, &k), 0);
		assert_int_equal(ivrs_simulate(table, t, k, "none", 0, &sim), 0);
		works = !fatal || reference(maps, count, group, members, page0_once);
		assert_int_equal(ivrs_sim_state(sim), works ? IVRS_STATE_READY : IVRS_STATE_LOST);
		*(works ? &ready : &lost) += 1;
		ivrs_sim_unref(sim);
		/* An identity domain maps nothing, so nothing fails (A8.3). */
		assert_int_equal(ivrs_kernel_set_cmdline(k, "iommu=pt"), 0);
		assert_int_equal(ivrs_simulate(table, t, k, "none", 0, &sim), 0);
		assert_int_equal(ivrs_sim_state(sim), IVRS_STATE_READY);
		ivrs_sim_unref(sim);
		ivrs_kernel_free(k);
		ivrs_table_unref(table);
		ivrs_topology_free(t);
	}
	/* Both outcomes came up often, or this test says little. */
	assert_true(ready > 300);
	assert_true(!fatal || lost > 300);
}

static void linux_6_12(void **state)
{
	(void)state;
	check("6.12", false, true);
}

static void linux_6_19(void **state)
{
	(void)state;
	check("6.19", true, true);
}

static void linux_6_1(void **state)
{
	(void)state;
	check("6.1", false, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(linux_6_12),
		cmocka_unit_test(linux_6_19),
		cmocka_unit_test(linux_6_1),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
