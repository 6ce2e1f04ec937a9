/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bench-core ranges|each TABLE: reads a table and judges all 65,536 device ids. Count the instructions of measured_ranges() or
 *	measured_each() with callgrind.
 * bench-core blocks N D: a table of N IVMD blocks on a host with D devices; prints seconds of the processor, peak bytes of the library, bytes of the table.
 * bench-core run COMMAND...: prints seconds and peak KiB of a program. A small parent: what a child had before exec counts as its peak.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <libivrs/ivrs.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void __real_free(void *memory);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void __wrap_free(void *memory);

static size_t live, peak;

static double seconds(const struct timespec *from, const struct timespec *to)
{
	return (double)(to->tv_sec - from->tv_sec) + 1e-9 * (double)(to->tv_nsec - from->tv_nsec);
}

static void *count_in(void *memory)
{
	live += memory ? malloc_usable_size(memory) : 0;
	if (live > peak)
		peak = live;
	return memory;
}

void *__wrap_malloc(size_t size)
{
	return count_in(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
	return count_in(__real_calloc(count, size));
}

void *__wrap_realloc(void *old, size_t size)
{
	live -= old ? malloc_usable_size(old) : 0;
	return count_in(__real_realloc(old, size));
}

void __wrap_free(void *memory)
{
	live -= memory ? malloc_usable_size(memory) : 0;
	__real_free(memory);
}

struct outcome {
	size_t refused, groups;
};

static uint8_t verdicts[0x10000];

/* Not static, so that callgrind finds them by name. */
int measured_blocks(const void *bytes, size_t size, const ivrs_topology *topology,
		    struct outcome *outcome);
int measured_ranges(const void *bytes, size_t size);
int measured_each(const void *bytes, size_t size);

/* From bytes to the verdict of every group of a topology. */
__attribute__((noinline)) int measured_blocks(const void *bytes, size_t size,
					      const ivrs_topology *topology,
					      struct outcome *outcome)
{
	ivrs_table *table;
	ivrs_sim *sim = NULL;
	int err = ivrs_table_parse(bytes, size, IVRS_PARSE_LENIENT, NULL, &table);

	if (err)
		return err;
	err = ivrs_simulate(table, topology, NULL, NULL, 0, &sim);
	outcome->groups = ivrs_sim_group_count(sim);
	for (size_t g = 0; g < outcome->groups; g++)
		outcome->refused += ivrs_sim_group_claim(sim, g) == IVRS_CLAIM_REFUSED;
	ivrs_sim_unref(sim);
	ivrs_table_unref(table);
	return err;
}

/* From bytes to the verdict of every device id, from the ranges that a simulation without devices gives. */
__attribute__((noinline)) int measured_ranges(const void *bytes, size_t size)
{
	ivrs_table *table;
	ivrs_sim *sim = NULL;
	int err = ivrs_table_parse(bytes, size, IVRS_PARSE_LENIENT, NULL, &table);

	if (err)
		return err;
	err = ivrs_simulate(table, NULL, NULL, NULL, 0, &sim);
	for (size_t d = 0; d < ivrs_sim_device_count(sim); d++) {
		uint32_t claim = ivrs_sim_group_claim(sim, ivrs_sim_device_group(sim, d));
		ivrs_sbdf_t last = ivrs_sim_device_last(sim, d);

		for (ivrs_sbdf_t i = ivrs_sim_device_sbdf(sim, d); i <= last && i < 0x10000; i++)
			verdicts[i] = (uint8_t)claim;
	}
	ivrs_sim_unref(sim);
	ivrs_table_unref(table);
	return err;
}

/* The same, each device id asked for on its own. */
__attribute__((noinline)) int measured_each(const void *bytes, size_t size)
{
	ivrs_table *table;
	ivrs_sim *sim = NULL;
	int err = ivrs_table_parse(bytes, size, IVRS_PARSE_LENIENT, NULL, &table);
	size_t device;

	if (err)
		return err;
	err = ivrs_simulate(table, NULL, NULL, NULL, 0, &sim);
	for (uint32_t i = 0; i < 0x10000; i++)
		if (!ivrs_sim_find(sim, i, &device))
			verdicts[i] =
				(uint8_t)ivrs_sim_group_claim(sim,
							      ivrs_sim_device_group(sim, device));
	ivrs_sim_unref(sim);
	ivrs_table_unref(table);
	return err;
}

static int judge_devices(const char *name, int (*measured)(const void *, size_t))
{
	static unsigned char bytes[1 << 20];
	FILE *file = fopen(name, "rb");
	size_t size, refused = 0;
	int err;

	if (!file) {
		perror(name);
		return 1;
	}
	size = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	err = measured(bytes, size);
	for (size_t i = 0; i < sizeof(verdicts); i++)
		refused += verdicts[i] == IVRS_CLAIM_REFUSED;
	printf("refused %zu of 65536 device ids, peak %zu bytes, table %zu bytes\n", refused, peak,
	       size);
	return err ? 1 : 0;
}

/* Runs a program with its output thrown away; prints its seconds and its peak memory in KiB. */
static int run(char **command)
{
	struct timespec from, to;
	struct rusage usage;
	int status;
	pid_t child;

	clock_gettime(CLOCK_MONOTONIC, &from);
	child = fork();
	if (!child) {
		if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr))
			_exit(126);
		execvp(command[0], command);
		_exit(127);
	}
	if (child < 0 || wait4(child, &status, 0, &usage) != child)
		return 1;
	clock_gettime(CLOCK_MONOTONIC, &to);
	printf("%.6f %ld\n", seconds(&from, &to), usage.ru_maxrss);
	return !WIFEXITED(status) || WEXITSTATUS(status) >= 126;
}

static void put(unsigned char *at, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		at[i] = (unsigned char)(value >> 8 * i);
}

/* One IVHD for all device ids, then IVMDs: half name one device, the others ranges of up to 256 at changing places. */
static unsigned char *make_table(size_t blocks, size_t *size)
{
	size_t length = 48 + 32 + 32 * blocks;
	unsigned char *table = __real_calloc(1, length), *at;
	uint32_t state = 1;
	unsigned char sum = 0;

	if (!table)
		return NULL;
	memcpy(table, "IVRS", 4);
	put(table + 4, length, 4);
	table[8] = 2;
	at = table + 48;
	at[0] = 0x10;
	put(at + 2, 32, 2);
	put(at + 4, 2, 2);
	put(at + 8, 0xfeb80000, 8);
	at[24] = 0x03; /* devices 0003h to FFFFh; the IOMMU itself is 00:00.2 */
	put(at + 25, 3, 2);
	at[28] = 0x04;
	put(at + 29, 0xffff, 2);
	for (size_t i = 0; i < blocks; i++) {
		state = state * 1664525u + 1013904223u;
		at = table + 80 + 32 * i;
		at[0] = i % 2 ? 0x22 : 0x21;
		at[1] = 0x07;
		put(at + 2, 32, 2);
		put(at + 4, 0x100 + (state >> 16) % 0xee00, 2);
		put(at + 6, 0x100 + (state >> 16) % 0xee00 + (state >> 8) % 256, 2);
		put(at + 16, 0x100000000 + (uint64_t)i * 0x2000, 8);
		put(at + 24, 0x1000, 8);
	}
	for (size_t i = 0; i < length; i++)
		sum = (unsigned char)(sum + table[i]);
	table[9] = (unsigned char)-sum;
	*size = length;
	return table;
}

static int judge_blocks(size_t blocks, size_t devices)
{
	struct timespec from, to;
	struct outcome outcome = {0};
	ivrs_topology *topology = NULL;
	size_t size, before;
	unsigned char *bytes = make_table(blocks, &size);
	int err = bytes ? ivrs_topology_new(&topology) : -IVRS_E_NOMEM;

	for (uint32_t i = 0; i < devices && !err; i++) {
		err = ivrs_topology_add(topology, 0x100 + i * 8);
		if (!err)
			err = ivrs_topology_set_group(topology, 0x100 + i * 8, i);
	}
	before = peak = live;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	if (!err)
		err = measured_blocks(bytes, size, topology, &outcome);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	if (!err)
		printf("seconds %.4f peak %zu table %zu refused %zu of %zu groups\n",
		       seconds(&from, &to), peak - before, size, outcome.refused, outcome.groups);
	else
		fprintf(stderr, "%s\n", ivrs_status_text(err));
	ivrs_topology_free(topology);
	__real_free(bytes);
	return err || outcome.groups != devices || !outcome.refused;
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "ranges"))
		return judge_devices(argv[2], measured_ranges);
	if (argc == 3 && !strcmp(argv[1], "each"))
		return judge_devices(argv[2], measured_each);
	if (argc == 4 && !strcmp(argv[1], "blocks"))
		return judge_blocks(strtoul(argv[2], NULL, 10), strtoul(argv[3], NULL, 10));
	if (argc >= 3 && !strcmp(argv[1], "run"))
		return run(argv + 2);
	fprintf(stderr, "usage: bench-core ranges|each TABLE | blocks N D | run COMMAND...\n");
	return 2;
}
