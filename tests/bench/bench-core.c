/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bench-core devices TABLE: reads a table and judges all 65,536 device ids. Count the instructions of measured() with callgrind.
 * bench-core blocks N D: a table of N IVMD blocks on a host with D devices; prints seconds of the processor, peak bytes of the library, bytes of the table.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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

/* From bytes to the verdict of every device id, or of every group of a topology. Not static, so that callgrind finds it by name. */
int measured(const void *bytes, size_t size, const ivrs_topology *topology,
	     struct outcome *outcome);
__attribute__((noinline)) int measured(const void *bytes, size_t size,
				       const ivrs_topology *topology, struct outcome *outcome)
{
	ivrs_table *table;
	ivrs_sim *sim = NULL;
	int err = ivrs_table_parse(bytes, size, IVRS_PARSE_LENIENT, NULL, &table);

	if (err)
		return err;
	err = ivrs_simulate(table, topology, NULL, NULL, 0, &sim);
	outcome->groups = ivrs_sim_group_count(sim);
	if (!err && topology) {
		for (size_t g = 0; g < outcome->groups; g++)
			outcome->refused += ivrs_sim_group_claim(sim, g) == IVRS_CLAIM_REFUSED;
	}
	for (uint32_t devid = 0; !err && !topology && devid < 0x10000; devid++) {
		uint32_t group;
		size_t device;

		if (ivrs_sim_find(sim, devid, &device))
			continue; /* the IOMMU itself, and what no IOMMU translates for */
		group = ivrs_sim_device_group(sim, device);
		outcome->refused += ivrs_sim_group_claim(sim, group) == IVRS_CLAIM_REFUSED;
	}
	ivrs_sim_unref(sim);
	ivrs_table_unref(table);
	return err;
}

static int judge_devices(const char *name)
{
	static unsigned char bytes[1 << 20];
	struct outcome outcome = {0};
	FILE *file = fopen(name, "rb");
	size_t size;
	int err;

	if (!file) {
		perror(name);
		return 1;
	}
	size = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	err = measured(bytes, size, NULL, &outcome);
	printf("refused %zu of 65536 device ids, peak %zu bytes, table %zu bytes\n",
	       outcome.refused, peak, size);
	return err ? 1 : 0;
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
		err = measured(bytes, size, topology, &outcome);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	if (!err)
		printf("seconds %.4f peak %zu table %zu refused %zu of %zu groups\n",
		       (double)(to.tv_sec - from.tv_sec) +
			       1e-9 * (double)(to.tv_nsec - from.tv_nsec),
		       peak - before, size, outcome.refused, outcome.groups);
	else
		fprintf(stderr, "%s\n", ivrs_status_text(err));
	ivrs_topology_free(topology);
	__real_free(bytes);
	return err || outcome.groups != devices || !outcome.refused;
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "devices"))
		return judge_devices(argv[2]);
	if (argc == 4 && !strcmp(argv[1], "blocks"))
		return judge_blocks(strtoul(argv[2], NULL, 10), strtoul(argv[3], NULL, 10));
	fprintf(stderr, "usage: bench-core devices TABLE | blocks N D\n");
	return 2;
}
