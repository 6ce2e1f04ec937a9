/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IOMMU groups and IOMMUs of sysfs. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define GROUPS "sys/kernel/iommu_groups"
#define IOMMUS "sys/class/iommu"

/*
 * Linux finds the F0h entry of such a device by hardware id and unique id. Without the ACPI side of sysfs the instance number
 * in the name stands in for the unique id: firmware numbers both from the same start as a rule.
 */
static int add_acpi(ivrs_host *host, uint32_t group, const char *name)
{
	char path[HOST_PATH], hid[16], guess[16], *uid = NULL;
	const char *colon = strchr(name, ':');
	struct fs_names files;
	int code, status;

	if (!colon || (size_t)(colon - name) >= sizeof(hid))
		return 0;
	memcpy(hid, name, (size_t)(colon - name));
	hid[colon - name] = 0;
	snprintf(path, sizeof(path), "sys/bus/acpi/devices/%s/uid", name);
	code = fs_read_text(&host->fs, path, &uid);
	if (code == ENOMEM)
		return -IVRS_E_NOMEM;
	guess[0] = 0;
	if (code) {
		snprintf(path, sizeof(path), "sys/bus/acpi/devices/%s", name);
		if (fs_list(&host->fs, path, &files)) {
			snprintf(guess, sizeof(guess), "%lu",
				 strtoul(colon + 1, NULL, 16) & 0xffff);
			host_note(host, "%s: not captured, unique id taken for %s", path, guess);
		} else {
			fs_names_free(&files);
		}
	}
	status = ivrs_topology_add_acpi(host->topology, name, hid, uid ? uid : guess,
					host->no_groups ? IVRS_NO_GROUP : group);
	free(uid);
	if (status && !host_nomem(status))
		host_note(host, GROUPS "/%" PRIu32 "/devices/%s: left out: %s", group, name,
			  ivrs_status_text(status));
	return host_nomem(status) ? status : 0;
}

static int read_members(ivrs_host *host, uint32_t group)
{
	struct fs_names names;
	char path[HOST_PATH];
	int code, status = 0;
	size_t i, index;

	snprintf(path, sizeof(path), GROUPS "/%" PRIu32 "/devices", group);
	code = fs_list(&host->fs, path, &names);
	if (code) {
		host_note(host, "%s: %s", path, strerror(code));
		return code == ENOMEM ? -IVRS_E_NOMEM : 0;
	}
	for (i = 0; !status && i < names.count; i++) {
		ivrs_sbdf_t sbdf;

		code = host_parse_sbdf(names.names[i], &sbdf);
		if (code < 0)
			status = add_acpi(host, group, names.names[i]);
		else if (!code && ivrs_topology_find(host->topology, sbdf, &index))
			host_note(host, "%s/%s: not among the PCI functions", path, names.names[i]);
		else if (!code && !host->no_groups &&
			 ivrs_topology_group(host->topology, index) == IVRS_NO_GROUP)
			status = ivrs_topology_set_group(host->topology, sbdf, group);
	}
	fs_names_free(&names);
	return host_nomem(status) ? status : 0;
}

static int read_group_text(ivrs_host *host, uint32_t group, const char *attribute, char **text)
{
	char path[HOST_PATH];
	int code;

	snprintf(path, sizeof(path), GROUPS "/%" PRIu32 "/%s", group, attribute);
	code = fs_read_text(&host->fs, path, text);
	if (code == ENOMEM)
		return -IVRS_E_NOMEM;
	if (code)
		host_note(host, "%s: %s", path, strerror(code));
	return 0;
}

static int by_id(const void *a, const void *b)
{
	const struct host_group *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

int host_read_groups(ivrs_host *host)
{
	struct fs_names names;
	int code = fs_list(&host->fs, GROUPS, &names), status = 0;
	size_t i;

	if (code) {
		if (code != ENOENT)
			host_note(host, GROUPS ": %s", strerror(code));
		return code == ENOMEM ? -IVRS_E_NOMEM : 0;
	}
	if (names.count) {
		host->groups = calloc(names.count, sizeof(*host->groups));
		if (!host->groups)
			status = -IVRS_E_NOMEM;
	}
	for (i = 0; !status && i < names.count; i++) {
		uint32_t id;
		char plain[16];

		/* "007" would be read from another folder than the one that is listed. */
		if (!host_parse_number(names.names[i], &id) || id == IVRS_NO_GROUP ||
		    snprintf(plain, sizeof(plain), "%" PRIu32, id) < 0 ||
		    strcmp(plain, names.names[i])) {
			host_note(host, GROUPS "/%s: not a group", names.names[i]);
			continue;
		}
		host->groups[host->group_count++].id = id;
	}
	fs_names_free(&names);
	if (host->group_count)
		qsort(host->groups, host->group_count, sizeof(*host->groups), by_id);
	for (i = 0; !status && i < host->group_count; i++) {
		struct host_group *group = &host->groups[i];

		status = read_group_text(host, group->id, "type", &group->type);
		if (!status)
			status = read_group_text(host, group->id, "reserved_regions",
						 &group->regions);
		if (!status)
			status = read_members(host, group->id);
	}
	return status;
}

/*
 * "EFR:EFR2" since Linux 6.7, "EFR2:EFR" before. An IOMMU that has EFR2 has EFR, so a zero tells which one is which without
 * the release.
 */
static bool parse_features(const ivrs_host *host, const char *text, uint64_t *efr, uint64_t *efr2)
{
	unsigned major = 0, minor = 0;
	char *end;

	if (!isxdigit((unsigned char)text[0]))
		return false;
	*efr = strtoull(text, &end, 16);
	if (*end != ':' || !isxdigit((unsigned char)end[1]))
		return false;
	*efr2 = strtoull(end + 1, &end, 16);
	if (*end)
		return false;
	if (*efr && *efr2) {
		if (!host->release || sscanf(host->release, "%3u.%4u", &major, &minor) != 2)
			return false;
	}
	if (!*efr || (*efr2 && (major < 6 || (major == 6 && minor < 7)))) {
		uint64_t swap = *efr;

		*efr = *efr2;
		*efr2 = swap;
	}
	return true;
}

static int read_iommu(ivrs_host *host, const char *name)
{
	char path[HOST_PATH], device[64], *text, *end;
	uint64_t efr, efr2;
	ivrs_sbdf_t sbdf;
	unsigned long cap;
	int status = 0;
	size_t index;

	snprintf(path, sizeof(path), IOMMUS "/%s/device", name);
	if (fs_link_name(&host->fs, path, device, sizeof(device)) ||
	    host_parse_sbdf(device, &sbdf) || ivrs_topology_find(host->topology, sbdf, &index))
		return 0;
	snprintf(path, sizeof(path), IOMMUS "/%s/amd-iommu/features", name);
	if (!fs_read_text(&host->fs, path, &text)) {
		if (parse_features(host, text, &efr, &efr2))
			status = ivrs_topology_set_iommu_features(host->topology, sbdf, efr, efr2);
		else
			host_note(host, "%s: not understood: %.64s", path, text);
		free(text);
	}
	/* The kernel's copy of the capability's first 32 bits, readable without root. */
	snprintf(path, sizeof(path), IOMMUS "/%s/amd-iommu/cap", name);
	if (!status && !fs_read_text(&host->fs, path, &text)) {
		cap = strtoul(text, &end, 16);
		if (end != text && !*end)
			status = ivrs_topology_set_iommu_capability(host->topology, sbdf,
								    (uint32_t)cap);
		free(text);
	}
	return host_nomem(status) ? status : 0;
}

int host_read_iommus(ivrs_host *host)
{
	struct fs_names names;
	int status = 0;
	size_t i;

	if (fs_list(&host->fs, IOMMUS, &names))
		return 0;
	for (i = 0; !status && i < names.count; i++)
		if (!strncmp(names.names[i], "ivhd", 4))
			status = read_iommu(host, names.names[i]);
	fs_names_free(&names);
	return status;
}

size_t ivrs_host_group_count(const ivrs_host *host)
{
	return host ? host->group_count : 0;
}

uint32_t ivrs_host_group_id(const ivrs_host *host, size_t index)
{
	return host && index < host->group_count ? host->groups[index].id : IVRS_NO_GROUP;
}

static const struct host_group *find_group(const ivrs_host *host, uint32_t id)
{
	struct host_group key = {.id = id};

	if (!host || !host->group_count)
		return NULL;
	return bsearch(&key, host->groups, host->group_count, sizeof(key), by_id);
}

const char *ivrs_host_reserved_regions(const ivrs_host *host, uint32_t group)
{
	const struct host_group *found = find_group(host, group);

	return found ? found->regions : NULL;
}

const char *ivrs_host_group_type(const ivrs_host *host, uint32_t group)
{
	const struct host_group *found = find_group(host, group);

	return found ? found->type : NULL;
}
