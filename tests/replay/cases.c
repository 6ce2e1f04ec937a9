/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Replays what real kernels did with edge-case tables: cases/NAME.json holds the input, the devices, and for every group and claim
 * what the kernel answered. There is no snapshot of those hosts, so groups are taken from the recording; what can't be
 * expressed that way is listed with its reason and counted.
 */
#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include <libivrs/ivrs.h>

static unsigned int passed, failed, skipped;
static const char *current;
static bool bad;

static void __attribute__((format(printf, 1, 2))) mismatch(const char *format, ...)
{
	va_list args;

	bad = true;
	printf("FAIL %s: ", current);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

static const char *text(struct json_object *o, const char *key)
{
	struct json_object *value = NULL;

	return json_object_object_get_ex(o, key, &value) ? json_object_get_string(value) : NULL;
}

static struct json_object *get(struct json_object *o, const char *key)
{
	struct json_object *value = NULL;

	json_object_object_get_ex(o, key, &value);
	return value;
}

static void *slurp(const char *path, size_t *size)
{
	FILE *f = fopen(path, "rb");
	char *bytes = malloc(1 << 20);

	if (!f || !bytes) {
		perror(path);
		exit(1);
	}
	*size = fread(bytes, 1, 1 << 20, f);
	fclose(f);
	return bytes;
}

/* QEMU's e1000e on the root bus is an integrated endpoint of Intel's, which is what isolates its functions (A9.1). */
static void identify(ivrs_topology *t, ivrs_sbdf_t sbdf, const char *arguments)
{
	char wanted[32];
	const char *found;

	snprintf(wanted, sizeof(wanted), "e1000e,addr=%x.%x", sbdf >> 3 & 0x1f, sbdf & 7);
	found = strstr(arguments, wanted);
	if (!found && !(sbdf & 7)) {
		wanted[strlen(wanted) - 2] = '\0';
		found = strstr(arguments, wanted);
	}
	if (found && sbdf < 0x100) {
		ivrs_topology_set_ids(t, sbdf, 0x8086, 0x10d3);
		ivrs_topology_set_pcie(t, sbdf, 0x92);
	}
}

/* The devices as the recording names them; `claimed` is bound to vfio-pci, the others keep their driver. */
static ivrs_topology *topology_of(struct json_object *c, const char *claimed, const char *unbound)
{
	ivrs_topology *t;

	if (ivrs_topology_new(&t))
		exit(1);
	json_object_object_foreach(get(c, "devices"), name, d)
	{
		uint32_t class_code = (uint32_t)strtoul(text(d, "cls"), NULL, 16);
		const char *group = text(d, "group"), *driver = text(d, "driver");
		ivrs_sbdf_t sbdf;

		if (ivrs_sbdf_parse(name, &sbdf) || ivrs_topology_add(t, sbdf))
			exit(1);
		ivrs_topology_set_class(t, sbdf, class_code);
		identify(t, sbdf, text(c, "topology"));
		ivrs_topology_set_header_type(t, sbdf, class_code >> 8 == 0x0604);
		if (strcmp(group, "none"))
			ivrs_topology_set_group(t, sbdf, (uint32_t)strtoul(group, NULL, 10));
		if (claimed && !strcmp(name, claimed))
			ivrs_topology_set_driver(t, sbdf, "vfio-pci");
		else if (strcmp(driver, "-") && (!unbound || strncmp(name, unbound, 12)))
			ivrs_topology_set_driver(t, sbdf, driver);
		/* QEMU's IOMMU advertises a non-present cache. */
		if (class_code == 0x080600)
			ivrs_topology_set_iommu_capability(t, sbdf, 1u << 26 | 0x0b000f);
	}
	ivrs_topology_set_complete(t, true);
	return t;
}

static ivrs_kernel *kernel_of(struct json_object *c)
{
	const char *name = text(c, "kernel");
	ivrs_kernel *k;

	if (ivrs_kernel_new(!strcmp(name, "6.1") ? "6.1.192" : "6.12.117", &k) ||
	    ivrs_kernel_set_cmdline(k, text(c, "cmdline")))
		exit(1);
	if (!strcmp(name, "cust"))
		ivrs_kernel_set_rule(k, "relax-unity-option", true);
	return k;
}

static bool same_number(const char *recorded, uint64_t value)
{
	return strtoull(recorded, NULL, 16) == value;
}

static void compare_group(ivrs_sim *sim, size_t g, struct json_object *c,
			  struct json_object *recorded)
{
	struct json_object *lines = get(recorded, "resv"), *devices = get(recorded, "devices");
	const char *domain = ivrs_sim_group_domain(sim, g);
	uint32_t id = ivrs_sim_group_id(sim, g);
	ivrs_regions *r;

	if (strstr(text(c, "cmdline"), "settype="))
		;
	else if (!domain || strcmp(domain, text(recorded, "type")))
		mismatch("group %u type %s, kernel %s", id, domain, text(recorded, "type"));
	if (ivrs_sim_group_device_count(sim, g) != json_object_array_length(devices))
		mismatch("group %u has %zu members", id, ivrs_sim_group_device_count(sim, g));
	if (ivrs_sim_group_regions(sim, g, &r))
		exit(1);
	if (ivrs_regions_count(r) != json_object_array_length(lines))
		mismatch("group %u has %zu regions, kernel %zu", id, ivrs_regions_count(r),
			 json_object_array_length(lines));
	for (size_t i = 0; i < ivrs_regions_count(r) && i < json_object_array_length(lines); i++) {
		struct json_object *line = json_object_array_get_idx(lines, i);

		if (!same_number(json_object_get_string(json_object_array_get_idx(line, 0)),
				 ivrs_regions_start(r, i)) ||
		    !same_number(json_object_get_string(json_object_array_get_idx(line, 1)),
				 ivrs_regions_end(r, i)) ||
		    strcmp(json_object_get_string(json_object_array_get_idx(line, 2)),
			   ivrs_region_kind_name(ivrs_regions_kind(r, i))))
			mismatch("group %u region %zu is %llx-%llx %s, kernel %s", id, i,
				 (unsigned long long)ivrs_regions_start(r, i),
				 (unsigned long long)ivrs_regions_end(r, i),
				 ivrs_region_kind_name(ivrs_regions_kind(r, i)),
				 json_object_get_string(line));
	}
	ivrs_regions_unref(r);
}

static void compare_groups(ivrs_sim *sim, struct json_object *c)
{
	size_t g = 0;

	if (ivrs_sim_group_count(sim) != (size_t)json_object_object_length(get(c, "groups")))
		mismatch("%zu groups, kernel %d", ivrs_sim_group_count(sim),
			 json_object_object_length(get(c, "groups")));
	for (; g < ivrs_sim_group_count(sim); g++) {
		char id[16];
		struct json_object *recorded;

		snprintf(id, sizeof(id), "%u", ivrs_sim_group_id(sim, g));
		recorded = get(get(c, "groups"), id);
		if (recorded)
			compare_group(sim, g, c, recorded);
		else
			mismatch("group %s isn't one of the kernel's", id);
	}
	/* A device that the kernel left without a group must not be translated in the model either. */
	for (size_t d = 0; d < ivrs_sim_device_count(sim); d++) {
		char name[IVRS_SBDF_TEXT];

		ivrs_sbdf_format(ivrs_sim_device_sbdf(sim, d), name);
		if (ivrs_sim_device_translated(sim, d) ==
		    !strcmp(text(get(get(c, "devices"), name), "group"), "none"))
			mismatch("%s: translated %d", name, ivrs_sim_device_translated(sim, d));
	}
}

/* What the log of one claim amounts to: the call that failed and its errno, or success. */
static void read_log(struct json_object *log, char *step, char *error)
{
	static const struct {
		const char *log, *step;
	} calls[] = {{"SET_CONTAINER", "VFIO_GROUP_SET_CONTAINER"},
		     {"SET_IOMMU", "VFIO_SET_IOMMU"},
		     {"BIND_IOMMUFD", "VFIO_DEVICE_BIND_IOMMUFD"}};

	strcpy(step, "");
	strcpy(error, "");
	for (size_t i = 0; i < json_object_array_length(log); i++) {
		const char *line = json_object_get_string(json_object_array_get_idx(log, i));
		char call[32], result[32];

		if (strstr(line, "no iommu group") || strstr(line, "vfio-dev ENOENT")) {
			strcpy(step, "bind to vfio-pci");
			strcpy(error, "EINVAL");
		}
		if (sscanf(line, "%31s %31s", call, result) != 2 || result[0] != 'E')
			continue;
		for (size_t k = 0; k < sizeof(calls) / sizeof(*calls); k++)
			if (!strcmp(call, calls[k].log)) {
				strcpy(step, calls[k].step);
				strcpy(error, result);
			}
	}
}

static void compare_iova(ivrs_sim *sim, size_t g, struct json_object *log)
{
	ivrs_regions *r;
	size_t n = 0;

	if (ivrs_sim_group_iova(sim, g, &r))
		exit(1);
	for (size_t i = 0; i < json_object_array_length(log); i++) {
		const char *line = json_object_get_string(json_object_array_get_idx(log, i));
		unsigned long long start, end;

		if (sscanf(line, "iova %llx %llx", &start, &end) != 2)
			continue;
		if (ivrs_regions_start(r, n) != start || ivrs_regions_end(r, n) != end ||
		    n >= ivrs_regions_count(r))
			mismatch("%s isn't range %zu of the model", line, n);
		n++;
	}
	if (n && n != ivrs_regions_count(r))
		mismatch("%zu address ranges, kernel %zu", ivrs_regions_count(r), n);
	ivrs_regions_unref(r);
}

static void compare_claim(ivrs_sim *sim, struct json_object *claim, ivrs_sbdf_t sbdf)
{
	char step[64], error[32], line[256];
	size_t device, g;

	read_log(get(claim, "log"), step, error);
	if (ivrs_sim_find(sim, sbdf, &device)) {
		mismatch("%s isn't there", text(claim, "arg"));
		return;
	}
	if (ivrs_sim_device_group(sim, device) == IVRS_NONE) {
		if (strcmp(error, "EINVAL") || strcmp(step, "bind to vfio-pci"))
			mismatch("%s has no group, kernel: %s %s", text(claim, "arg"), step, error);
		return;
	}
	g = ivrs_sim_device_group(sim, device);
	if (ivrs_sim_group_claim(sim, g) == IVRS_CLAIM_OK) {
		if (error[0])
			mismatch("claim of %s succeeds, kernel: %s %s", text(claim, "arg"), step,
				 error);
	} else if (strcmp(ivrs_errno_name(ivrs_sim_group_errno(sim, g)), error) ||
		   strcmp(ivrs_sim_group_step(sim, g), step)) {
		mismatch("claim of %s: %s %s, kernel: %s %s", text(claim, "arg"),
			 ivrs_sim_group_step(sim, g), ivrs_errno_name(ivrs_sim_group_errno(sim, g)),
			 step, error);
	}
	if (json_object_array_length(get(claim, "dmesg")) &&
	    ivrs_sim_group_kernel_message(sim, g, line, sizeof(line)) &&
	    strcmp(line, json_object_get_string(json_object_array_get_idx(get(claim, "dmesg"), 0))))
		mismatch("message: %s", line);
	compare_iova(sim, g, get(claim, "log"));
}

static const char *claim_skipped(struct json_object *c, struct json_object *claim)
{
	const char *op = text(claim, "op");

	if (!strcmp(op, "hole"))
		return "a device is removed and found again while its group is held (A12)";
	if (!strcmp(op, "rescan"))
		return "a device is removed and found again (A12.2)";
	if (!strcmp(op, "settype"))
		return "the group's type is changed by hand (A8.5)";
	if (strstr(text(c, "cmdline"), "noiommu=1"))
		return "VFIO's NOIOMMU mode makes groups of its own (A10.1)";
	if (!strcmp(op, "cdev") && strcmp(text(c, "kernel"), "cust"))
		return "this kernel was built without VFIO's character device";
	return NULL;
}

static void run_claims(ivrs_table *table, ivrs_kernel *kernel, struct json_object *c)
{
	const char *unbind = strstr(text(c, "cmdline"), "unbind=");
	struct json_object *claims = get(c, "claims");

	for (size_t i = 0; i < json_object_array_length(claims); i++) {
		struct json_object *claim = json_object_array_get_idx(claims, i);
		const char *reason = claim_skipped(c, claim);
		ivrs_topology *t;
		ivrs_sbdf_t sbdf;
		ivrs_sim *sim;

		if (reason) {
			printf("SKIP %s: %s %s: %s\n", current, text(claim, "op"),
			       text(claim, "arg"), reason);
			skipped++;
			continue;
		}
		t = topology_of(c, text(claim, "arg"), unbind ? unbind + 7 : NULL);
		if (ivrs_sbdf_parse(text(claim, "arg"), &sbdf) ||
		    ivrs_simulate(table, t, kernel, ivrs_kernel_relax(kernel),
				  IVRS_SIM_AS_BOUND |
					  (strcmp(text(claim, "op"), "cdev") ? 0
									     : IVRS_SIM_IOMMUFD),
				  &sim))
			exit(1);
		compare_claim(sim, claim, sbdf);
		ivrs_sim_unref(sim);
		ivrs_topology_free(t);
	}
}

/* A boot that never ended left no list of devices behind: another one of the same machine has it. */
static void borrow_devices(const char *directory, struct json_object *c)
{
	struct dirent **list;
	int count = scandir(directory, &list, NULL, alphasort);
	bool found = json_object_object_length(get(c, "devices")) != 0;

	for (int i = 0; i < count; i++) {
		char path[4096];
		struct json_object *other;

		snprintf(path, sizeof(path), "%s/%s", directory, list[i]->d_name);
		other = !found && strstr(list[i]->d_name, ".json") ? json_object_from_file(path)
								   : NULL;
		if (other && !strcmp(text(other, "topology"), text(c, "topology")) &&
		    json_object_object_length(get(other, "groups"))) {
			json_object_object_add(c, "devices",
					       json_object_get(get(other, "devices")));
			found = true;
		}
		json_object_put(other);
		free(list[i]);
	}
	free(list);
}

static void run_case(const char *directory, const char *file)
{
	char path[4096];
	struct json_object *c;
	ivrs_topology *t;
	ivrs_kernel *kernel;
	ivrs_table *table;
	ivrs_sim *sim;
	size_t size;
	void *bytes;
	bool groups;

	bad = false;
	current = file;
	snprintf(path, sizeof(path), "%s/%s", directory, file);
	c = json_object_from_file(path);
	if (!c) {
		mismatch("not JSON");
		failed++;
		return;
	}
	if (!text(c, "table")) {
		printf("SKIP %s: QEMU's own table was used and not kept\n", file);
		skipped++;
		json_object_put(c);
		return;
	}
	snprintf(path, sizeof(path), "%s/%s", directory, text(c, "table"));
	bytes = slurp(path, &size);
	if (ivrs_table_parse(bytes, size, IVRS_PARSE_LENIENT, NULL, &table)) {
		mismatch("the table doesn't parse");
		failed++;
		free(bytes);
		json_object_put(c);
		return;
	}
	free(bytes);
	if (!json_object_get_boolean(get(c, "finished")))
		borrow_devices(directory, c);
	t = topology_of(c, NULL, NULL);
	kernel = kernel_of(c);
	if (ivrs_simulate(table, t, kernel, ivrs_kernel_relax(kernel), 0, &sim))
		exit(1);
	groups = get(c, "groups") && json_object_object_length(get(c, "groups"));
	if (!json_object_get_boolean(get(c, "finished"))) {
		if (ivrs_sim_state(sim) != IVRS_STATE_HANGS &&
		    ivrs_sim_state(sim) != IVRS_STATE_PANICS) {
			if (!json_object_object_length(get(c, "devices"))) {
				printf("SKIP %s: the boot never ended, and no other case tells "
				       "what devices this machine has\n",
				       file);
				skipped++;
			} else {
				mismatch("state %s, but the boot never ended",
					 ivrs_state_name(ivrs_sim_state(sim)));
			}
		}
	} else if (!groups) {
		if (ivrs_sim_state(sim) == IVRS_STATE_READY ||
		    ivrs_sim_state(sim) >= IVRS_STATE_HANGS)
			mismatch("state %s, but the kernel has no groups",
				 ivrs_state_name(ivrs_sim_state(sim)));
		run_claims(table, kernel, c);
	} else if (ivrs_sim_state(sim) != IVRS_STATE_READY) {
		mismatch("state %s: %s", ivrs_state_name(ivrs_sim_state(sim)),
			 ivrs_sim_message(sim));
	} else {
		compare_groups(sim, c);
		run_claims(table, kernel, c);
	}
	if (text(c, "ivhd") && strtoul(text(c, "ivhd"), NULL, 16) != ivrs_sim_ivhd_type(sim))
		mismatch("IVHD type %02x, kernel %s", ivrs_sim_ivhd_type(sim), text(c, "ivhd"));
	ivrs_sim_unref(sim);
	ivrs_kernel_free(kernel);
	ivrs_topology_free(t);
	ivrs_table_unref(table);
	json_object_put(c);
	if (bad)
		failed++;
	else
		passed++;
}

int main(int argc, char **argv)
{
	struct dirent **list;
	int count = argc == 2 ? scandir(argv[1], &list, NULL, alphasort) : -1;

	if (count < 0) {
		fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
		return 2;
	}
	for (int i = 0; i < count; i++) {
		const char *dot = strrchr(list[i]->d_name, '.');

		if (dot && !strcmp(dot, ".json"))
			run_case(argv[1], list[i]->d_name);
		free(list[i]);
	}
	free(list);
	printf("%u passed, %u failed, %u skipped\n", passed, failed, skipped);
	return failed || !passed;
}
