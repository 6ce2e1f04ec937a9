/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every allocation of a simulation and of its answers fails once: the status says so, nothing leaks, nothing else happens. */
#include "unit.h"
#include "alloc.h"

static int make_topology(ivrs_topology **t, bool groups)
{
	int err = ivrs_topology_new(t);

	for (uint32_t i = 0; i < 40 && !err; i++) {
		err = ivrs_topology_add(*t, 0x10000 | i << 3);
		if (!err && groups)
			err = ivrs_topology_set_group(*t, 0x10000 | i << 3, i / 2);
		if (!err && i % 3)
			err = ivrs_topology_set_driver(*t, 0x10000 | i << 3,
						       i % 2 ? "pcieport" : "nvme");
	}
	if (!err)
		err = ivrs_topology_set_iommu_capability(*t, 0x10010, 1);
	if (!err)
		err = ivrs_topology_add_acpi(*t, "MSFT0201:00", "MSFT0201", "42", 77);
	return err;
}

static int ask(ivrs_sim *sim)
{
	int err = 0;

	for (size_t g = 0; g < ivrs_sim_group_count(sim) && !err; g++) {
		ivrs_regions *regions = NULL, *iova = NULL, *unity = NULL;

		err = ivrs_sim_group_regions(sim, g, &regions);
		if (!err)
			err = ivrs_sim_group_iova(sim, g, &iova);
		if (!err)
			err = ivrs_sim_device_unity(sim, ivrs_sim_group_device(sim, g, 0), &unity);
		ivrs_regions_unref(regions);
		ivrs_regions_unref(iova);
		ivrs_regions_unref(unity);
	}
	return err;
}

static int run(ivrs_table *table, int kind, const char *relax)
{
	ivrs_topology *t = NULL;
	ivrs_kernel *k = NULL;
	ivrs_sim *sim = NULL;
	int err = kind ? make_topology(&t, kind == 1) : 0;

	if (!err)
		err = ivrs_kernel_new("6.12", &k);
	if (!err)
		err = ivrs_kernel_set_cmdline(k, "amd_iommu_relax_unity=00:01.0");
	if (!err)
		err = ivrs_kernel_set_rule(k, "relax-devices-option", true);
	if (!err)
		err = ivrs_simulate(table, t, k, relax, 0, &sim);
	if (!err)
		err = ask(sim);
	else
		assert_null(sim);
	ivrs_sim_unref(sim);
	ivrs_kernel_free(k);
	ivrs_topology_free(t);
	return err;
}

static void every_allocation(void **state)
{
	static const char *const relaxations[] = {"none", "blanket",
						  "devices=0001:00:01.0-0001:00:02.0,0001:00:05.0"};
	static struct build build;
	ivrs_table *table;
	long most = 0, failures = 0;

	(void)state;
	build_begin(&build);
	size_t at = ivhd_begin(&build, 0x40, 0x0002);

	entry4(&build, 0x03, 0x0008, 0);
	entry4(&build, 0x04, 0x0fff, 0);
	entry8(&build, 0x42, 0x0010, 0, 0x00001800);
	entry8(&build, 0x48, 0, 0, 0x0100a000);
	entry_hid(&build, 0x0060, "MSFT0201", "", 1, 8, "\x2a\0\0\0\0\0\0\0");
	ivhd_end(&build, at);
	for (uint16_t i = 0; i < 20; i++)
		set(&build,
		    ivmd(&build, 0x22, i % 5 ? 0x07 : 0x01, 0x0008 * i, 0x0200, 0x1000u * (20 - i),
			 0x40000) +
			    8,
		    1, 2);
	build_end(&build);
	assert_int_equal(parse_bytes(build.bytes, build.size, 0, NULL, &table), 0);
	for (int kind = 0; kind < 3; kind++)
		for (size_t r = 0; r < ARRAY_SIZE(relaxations); r++)
			for (long n = 0;; n++) {
				int err;

				countdown = n;
				err = run(table, kind, relaxations[r]);
				if (countdown >= 0) {
					/* The whole run took fewer allocations than n. */
					countdown = -1;
					assert_int_equal(err, 0);
					most = n > most ? n : most;
					break;
				}
				/* A list that can't be shrunk stays as it is. */
				assert_true(err == -IVRS_E_NOMEM || err == 0);
				failures += err != 0;
			}
	assert_true(most > 100 && failures > 500);
	ivrs_table_unref(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_allocation)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
