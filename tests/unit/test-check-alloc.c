/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every allocation of a check and of an explanation fails once: the status says so, and nothing leaks. */
#include "check-scene.h"
#include "alloc.h"

#define BLANKET                                                                                  \
	"info=203043 I11 efr=80 std I40 efr=80 std M22 dev=0 aux=fff fl=8 M21 fl=1 dev=500 M51 " \
	"topo d:8 hdr=1 pcie=142 bus=0101 grp=1 d:100 grp=2 d:101 grp=2 drv=e1000e d:1000 grp=3"

static void every_allocation_of_a_check(void **state)
{
	struct scene scene;
	int status = -IVRS_E_NOMEM;

	(void)state;
	scene_make(&scene, BLANKET);
	for (long n = 0; status; n++) {
		ivrs_report *report;

		assert_int_equal(ivrs_report_new(&report), 0);
		countdown = n;
		status = ivrs_table_check(scene.table, scene.topology, scene.kernel, report);
		assert_true(!status || status == -IVRS_E_NOMEM);
		/* A list that can't shrink or a finding without room doesn't fail a check, but isn't the end of the loop. */
		if (!status)
			assert_int_equal(ivrs_report_worst(report), IVRS_SEVERITY_BLOCKED);
		if (countdown < 0)
			status = -IVRS_E_NOMEM;
		countdown = -1;
		ivrs_report_free(report);
		assert_in_range(n, 0, 10000);
	}
	scene_free(&scene);
}

static void every_allocation_of_an_explanation(void **state)
{
	struct scene scene;
	int status = -IVRS_E_NOMEM;
	size_t device;
	ivrs_sim *sim;

	(void)state;
	scene_make(&scene, BLANKET);
	assert_int_equal(ivrs_simulate(scene.table, scene.topology, scene.kernel, NULL, 0, &sim),
			 0);
	assert_int_equal(ivrs_sim_find(sim, 0x100, &device), 0);
	for (long n = 0; status; n++) {
		ivrs_explanation *explanation;

		countdown = n;
		status = ivrs_explain(sim, device, scene.topology, scene.kernel, "MSI", false,
				      &explanation);
		assert_true(!status || status == -IVRS_E_NOMEM);
		if (status)
			assert_null(explanation);
		else
			assert_true(ivrs_explanation_remedy_count(explanation) > 3);
		ivrs_explanation_free(explanation);
		if (countdown < 0)
			status = -IVRS_E_NOMEM;
		countdown = -1;
		assert_in_range(n, 0, 10000);
	}
	ivrs_sim_unref(sim);
	scene_free(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_allocation_of_a_check),
		cmocka_unit_test(every_allocation_of_an_explanation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
