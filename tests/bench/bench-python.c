/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bench-python TABLE ROUNDS CALLS: the C side of bench-python.py. Prints the nanoseconds of one simulation, the best of all
 * rounds, with the kernel made for each call, and with one kernel for all.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <libivrs/ivrs.h>

static void require(int status)
{
	if (status) {
		fprintf(stderr, "bench-python: %s\n", ivrs_status_text(status));
		exit(1);
	}
}

static void add(ivrs_topology *t, ivrs_sbdf_t sbdf, uint32_t class_code, uint32_t group)
{
	require(ivrs_topology_add(t, sbdf));
	require(ivrs_topology_set_class(t, sbdf, class_code));
	require(ivrs_topology_set_group(t, sbdf, group));
}

/* The same host as in bench-python.py: eight ports with a card of two functions each, and what a chipset has. */
static ivrs_topology *make_host(void)
{
	ivrs_topology *t;

	require(ivrs_topology_new(&t));
	require(ivrs_topology_add(t, 2));
	for (uint32_t port = 1; port <= 8; port++) {
		add(t, port << 3, 0x060400, port);
		require(ivrs_topology_set_bridge(t, port << 3, (uint8_t)port, (uint8_t)port));
		require(ivrs_topology_set_pcie(t, port << 3, 0x0142));
		require(ivrs_topology_set_driver(t, port << 3, "pcieport"));
		for (uint32_t function = 0; function < 2; function++) {
			ivrs_sbdf_t card = port << 8 | function;

			add(t, card, 0x030000, 10 + port);
			require(ivrs_topology_set_pcie(t, card, 2));
			require(ivrs_topology_set_driver(t, card, "vfio-pci"));
		}
	}
	for (uint32_t function = 0; function < 8; function++)
		add(t, 0x18 << 3 | function, 0x060000, 20);
	return t;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static double best(ivrs_table *table, const ivrs_topology *host, const ivrs_kernel *kernel,
		   long rounds, long calls)
{
	double least = 0;

	for (long i = 0; i < rounds; i++) {
		double start = now();

		for (long k = 0; k < calls; k++) {
			ivrs_kernel *own = NULL;
			ivrs_sim *sim;

			if (!kernel)
				require(ivrs_kernel_new("6.12", &own));
			require(ivrs_simulate(table, host, kernel ? kernel : own, "none", 0, &sim));
			ivrs_sim_unref(sim);
			ivrs_kernel_free(own);
		}
		start = (now() - start) / (double)calls;
		if (!i || start < least)
			least = start;
	}
	return least;
}

int main(int argc, char **argv)
{
	static unsigned char bytes[65536];
	ivrs_topology *host = make_host();
	ivrs_kernel *kernel;
	ivrs_table *table;
	long rounds, calls;
	FILE *file = argc == 4 ? fopen(argv[1], "rb") : NULL;

	if (!file) {
		fputs("usage: bench-python TABLE ROUNDS CALLS\n", stderr);
		return 2;
	}
	require(ivrs_table_parse(bytes, fread(bytes, 1, sizeof(bytes), file), 0, NULL, &table));
	fclose(file);
	rounds = strtol(argv[2], NULL, 10);
	calls = strtol(argv[3], NULL, 10);
	require(ivrs_kernel_new("6.12", &kernel));
	printf("%.1f %.1f\n", best(table, host, NULL, rounds, calls),
	       best(table, host, kernel, rounds, calls));
	ivrs_kernel_free(kernel);
	ivrs_table_unref(table);
	ivrs_topology_free(host);
	return 0;
}
