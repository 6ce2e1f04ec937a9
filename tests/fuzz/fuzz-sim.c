/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The simulation, the check and the explanation of a table that somebody made up, on a small host. */
#include <stdio.h>
#include <stdlib.h>

#include "fuzz-sim.h"

#define REQUIRE(condition)                                                              \
	do {                                                                            \
		if (!(condition)) {                                                     \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
			abort();                                                        \
		}                                                                       \
	} while (0)

/* A root port with a slot and a card below it, a bridge to conventional PCI with two cards, two functions of one device. */
static ivrs_topology *make_host(bool groups)
{
	static const struct {
		ivrs_sbdf_t sbdf;
		uint32_t class_code, group;
		uint16_t pcie;
		uint8_t header_type, secondary;
	} devices[] = {
		{0x0002, 0x080600, IVRS_NO_GROUP, 0, 0, 0},
		{0x0008, 0x060400, 0, 0x142, 1, 1},
		{0x0100, 0x030000, 0, 0x02, 0, 0},
		{0x0010, 0x060400, 1, 0x72, 1, 2},
		{0x0200, 0x020000, 1, 0, 0, 0},
		{0x0208, 0x020000, 1, 0, 0, 0},
		{0x00a0, 0x0c0500, 2, 0, 0x80, 0},
		{0x00a1, 0x010802, 3, 0x12, 0, 0},
		{0x1f00, 0x020000, 4, 0x02, 0, 0},
	};
	ivrs_topology *t;

	REQUIRE(!ivrs_topology_new(&t));
	for (size_t i = 0; i < sizeof(devices) / sizeof(*devices); i++) {
		ivrs_sbdf_t sbdf = devices[i].sbdf;

		REQUIRE(!ivrs_topology_add(t, sbdf));
		ivrs_topology_set_class(t, sbdf, devices[i].class_code);
		ivrs_topology_set_header_type(t, sbdf, devices[i].header_type);
		if (devices[i].secondary)
			ivrs_topology_set_bridge(t, sbdf, devices[i].secondary,
						 devices[i].secondary);
		if (devices[i].pcie)
			ivrs_topology_set_pcie(t, sbdf, devices[i].pcie);
		if (groups)
			ivrs_topology_set_group(t, sbdf, devices[i].group);
	}
	REQUIRE(!ivrs_topology_add_acpi(t, "MSFT0201:00", "MSFT0201", "1",
					groups ? 9 : IVRS_NO_GROUP));
	return t;
}

static void walk_regions(ivrs_regions *r)
{
	for (size_t i = 0; i < ivrs_regions_count(r); i++)
		REQUIRE(ivrs_regions_end(r, i) ==
			ivrs_regions_start(r, i) + ivrs_regions_length(r, i) - 1);
	ivrs_regions_unref(r);
}

static void walk_sim(const ivrs_sim *sim)
{
	ivrs_regions *r;
	char line[256];

	REQUIRE(!ivrs_sim_message(sim) == (ivrs_sim_state(sim) == IVRS_STATE_READY));
	for (size_t g = 0; g < ivrs_sim_group_count(sim); g++) {
		uint32_t claim = ivrs_sim_group_claim(sim, g);

		REQUIRE(claim >= IVRS_CLAIM_OK && claim <= IVRS_CLAIM_NOTHING);
		REQUIRE(claim != IVRS_CLAIM_OK || ivrs_sim_state(sim) == IVRS_STATE_READY);
		REQUIRE((claim == IVRS_CLAIM_REFUSED) == (ivrs_sim_group_errno(sim, g) != 0));
		REQUIRE(ivrs_sim_group_kernel_message(sim, g, line, sizeof(line)) < sizeof(line));
		REQUIRE(!ivrs_sim_group_regions(sim, g, &r));
		REQUIRE(ivrs_regions_count(r) <= 91);
		walk_regions(r);
		REQUIRE(!ivrs_sim_group_iova(sim, g, &r));

		walk_regions(r);
		for (size_t m = 0; m < ivrs_sim_group_device_count(sim, g); m++)
			REQUIRE(ivrs_sim_device_group(sim, ivrs_sim_group_device(sim, g, m)) == g);
	}
	for (size_t d = 0; d < ivrs_sim_device_count(sim); d++) {
		REQUIRE(!ivrs_sim_device_unity(sim, d, &r));
		REQUIRE(!ivrs_sim_device_require_direct(sim, d) || ivrs_regions_count(r));
		walk_regions(r);
	}
}

static void explain(const ivrs_sim *sim, const ivrs_topology *t, const ivrs_kernel *k)
{
	ivrs_explanation *e;

	for (size_t d = 0; d < ivrs_sim_device_count(sim) && d < 12; d++) {
		REQUIRE(!ivrs_explain(sim, d, t, k, "Gigabyte Technology Co., Ltd.", d % 2, &e));
		REQUIRE(ivrs_explanation_summary(e));
		ivrs_explanation_free(e);
	}
}

void fuzz_simulation(ivrs_table *table)
{
	static const char *const releases[] = {"5.15", "6.1", "6.12", "6.19", "7.1"};
	static const char *const relaxations[] = {"none", "unity", "devices=01:00.0-02:01.0",
						  "blanket", "unchecked"};
	static unsigned int turn;

	/* One combination a table: the fuzzer has many tables. */
	for (int kind = 0; kind < 3; kind++, turn++) {
		ivrs_topology *t = kind ? make_host(kind == 1) : NULL;
		ivrs_kernel *k;
		ivrs_sim *sim;
		ivrs_report *report;

		REQUIRE(!ivrs_kernel_new(releases[turn % 5], &k));
		REQUIRE(!ivrs_kernel_set_cmdline(k, turn % 4 ? "" : "iommu=pt"));
		REQUIRE(!ivrs_simulate(table, t, k, relaxations[turn / 5 % 5], turn & 7 & ~4u,
				       &sim));
		walk_sim(sim);
		explain(sim, t, k);
		REQUIRE(!ivrs_report_new(&report));
		REQUIRE(!ivrs_table_check(table, t, k, report));
		ivrs_report_free(report);
		ivrs_sim_unref(sim);
		ivrs_kernel_free(k);
		ivrs_topology_free(t);
	}
}
