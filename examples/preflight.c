/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a VMM asks before it opens the IOMMU group of a device: will this kernel let VFIO have it, and what is the user told if not?
 * The answer comes in one call and one sentence, from libivrs alone; no file is read but those of sysfs and proc shown here.
 *
 * preflight DEVICE [SYSROOT]: prints the sentence; exit status 0 yes, 3 no, 1 unknown.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libivrs/ivrs.h>

/* Reads at most size - 1 bytes of ROOT/PATH and ends them with a NUL; 0 when there are none. */
static size_t read_file(const char *root, const char *path, void *bytes, size_t size)
{
	char name[512];
	size_t got = 0;
	FILE *file;

	snprintf(name, sizeof(name), "%s/%s", root, path);
	file = fopen(name, "rb");
	if (file) {
		got = fread(bytes, 1, size - 1, file);
		fclose(file);
	}
	((char *)bytes)[got] = '\0';
	return got;
}

/* The same for a file of one line. */
static void read_line(const char *root, const char *path, char *line, size_t size)
{
	read_file(root, path, line, size);
	line[strcspn(line, "\n")] = '\0';
}

/* VFIO claims whole groups: the other functions of the device's group count as much as the device. */
static int add_group(const char *root, const char *device, ivrs_topology *topology)
{
	char path[512], name[1024];
	uint8_t config[64];
	const struct dirent *entry;
	ivrs_sbdf_t sbdf;
	int err = -IVRS_E_NOT_FOUND;
	DIR *members;

	snprintf(path, sizeof(path), "sys/bus/pci/devices/%s/iommu_group/devices", device);
	snprintf(name, sizeof(name), "%s/%s", root, path);
	members = opendir(name);
	while (members && (entry = readdir(members))) {
		if (ivrs_sbdf_parse(entry->d_name, &sbdf))
			continue;
		err = ivrs_topology_add(topology, sbdf);
		if (err)
			break;
		ivrs_topology_set_group(topology, sbdf, 0);
		snprintf(name, sizeof(name), "%s/%s/config", path, entry->d_name);
		if (read_file(root, name, config, sizeof(config)) > 0x0e) {
			ivrs_topology_set_class(topology, sbdf,
						(uint32_t)config[11] << 16 | config[10] << 8 |
							config[9]);
			ivrs_topology_set_header_type(topology, sbdf, config[0x0e]);
		}
	}
	if (members)
		closedir(members);
	return err;
}

/* The sentence for the user, from what the library makes of the device. */
static int judge(const ivrs_sim *sim, const ivrs_topology *topology, const ivrs_kernel *kernel,
		 const char *device, char *sentence, size_t size)
{
	ivrs_explanation *why = NULL;
	ivrs_sbdf_t sbdf;
	size_t index;
	int err;

	err = ivrs_sbdf_parse(device, &sbdf);
	if (!err)
		err = ivrs_sim_find(sim, sbdf, &index);
	if (!err)
		err = ivrs_explain(sim, index, topology, kernel, NULL, false, &why);
	if (err)
		return err;
	snprintf(sentence, size, "%s", ivrs_explanation_summary(why));
	ivrs_explanation_free(why);
	return ivrs_sim_group_claim(sim, ivrs_sim_device_group(sim, index)) == IVRS_CLAIM_OK;
}

/* 1: the kernel will let VFIO have the device; 0: it won't; negative: a status, it can't be told. */
static int preflight(const char *root, const char *device, char *sentence, size_t size)
{
	static char bytes[1 << 20], release[256], cmdline[4096];
	size_t length = read_file(root, "sys/firmware/acpi/tables/IVRS", bytes, sizeof(bytes));
	ivrs_table *table = NULL;
	ivrs_topology *topology = NULL;
	ivrs_kernel *kernel = NULL;
	ivrs_sim *sim = NULL;
	int err;

	read_line(root, "proc/sys/kernel/osrelease", release, sizeof(release));
	read_line(root, "proc/cmdline", cmdline, sizeof(cmdline));
	err = length ? ivrs_table_parse(bytes, length, IVRS_PARSE_LENIENT, NULL, &table)
		     : -IVRS_E_SIGNATURE;
	if (!err)
		err = ivrs_topology_new(&topology);
	if (!err)
		err = add_group(root, device, topology);
	if (!err)
		err = ivrs_kernel_new(release, &kernel);
	if (!err)
		err = ivrs_kernel_set_cmdline(kernel, cmdline);
	if (!err)
		err = ivrs_simulate(table, topology, kernel, ivrs_kernel_relax(kernel), 0, &sim);
	if (!err)
		err = judge(sim, topology, kernel, device, sentence, size);
	if (err < 0)
		snprintf(sentence, size, "%s: whether it can be passed through isn't known: %s",
			 device, ivrs_status_text(err));
	ivrs_sim_unref(sim);
	ivrs_kernel_free(kernel);
	ivrs_topology_free(topology);
	ivrs_table_unref(table);
	return err;
}

int main(int argc, char **argv)
{
	char sentence[512];
	int answer;

	if (argc < 2 || argc > 3) {
		fprintf(stderr, "usage: preflight DEVICE [SYSROOT]\n");
		return 2;
	}
	answer = preflight(argc > 2 ? argv[2] : "", argv[1], sentence, sizeof(sentence));
	puts(sentence);
	return answer < 0 ? 1 : answer ? 0 : 3;
}
