/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What firmware and kernel say about themselves: ACPI tables, DMI, release, command line, lockdown. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define MADT_HEADER 44u
#define MADT_IOAPIC 1u

static const char *const dmi_fields[] = {
	"sys_vendor",	 "product_name", "board_vendor", "board_name",
	"board_version", "bios_vendor",	 "bios_version", "bios_date",
};
_Static_assert(ARRAY_SIZE(dmi_fields) == ARRAY_SIZE(((ivrs_host *)0)->dmi), "one text per field");

/* An absent attribute is no news, one that can't be read is. */
static int read_optional(ivrs_host *host, const char *path, char **text)
{
	int code = fs_read_text(&host->fs, path, text);

	if (code == ENOMEM)
		return -IVRS_E_NOMEM;
	if (code && code != ENOENT && code != ENOTDIR)
		host_note(host, "%s: %s", path, strerror(code));
	return 0;
}

static bool exists(ivrs_host *host, const char *path)
{
	uint8_t *bytes;
	size_t size;
	int code = fs_read(&host->fs, path, HOST_TABLE, &bytes, &size);

	free(bytes);
	return code != ENOENT && code != ENOTDIR;
}

int host_read_firmware(ivrs_host *host)
{
	const char *path = HOST_TABLES "/IVRS";
	char dmi[64];
	size_t i;
	int code, status = 0;

	code = fs_read(&host->fs, path, HOST_TABLE, &host->table, &host->table_size);
	if (code == ENOENT) {
		/* Linux numbers tables that come more than once, and the driver takes the first (SPEC A1.1). */
		const char *first = HOST_TABLES "/IVRS1";

		code = fs_read(&host->fs, first, HOST_TABLE, &host->table, &host->table_size);
		if (code != ENOENT)
			path = first;
		if (!code)
			host_note(host, "%s: the first of several IVRS tables", first);
	}
	host->table_errno = code;
	host->table_path = fs_full_name(&host->fs, path);
	if (!host->table_path || code == ENOMEM)
		return -IVRS_E_NOMEM;
	if (code && code != ENOENT && code != ENOTDIR)
		host_note(host, "%s: %s", path, strerror(code));
	host->dmar = exists(host, HOST_TABLES "/DMAR");
	for (i = 0; !status && i < ARRAY_SIZE(dmi_fields); i++) {
		snprintf(dmi, sizeof(dmi), "sys/class/dmi/id/%s", dmi_fields[i]);
		status = read_optional(host, dmi, &host->dmi[i]);
		if (host->dmi[i])
			host_sanitize(host->dmi[i]);
	}
	return status;
}

const char *ivrs_host_dmi(const ivrs_host *host, const char *field)
{
	size_t i;

	for (i = 0; host && field && i < ARRAY_SIZE(dmi_fields); i++)
		if (!strcmp(field, dmi_fields[i]))
			return host->dmi[i];
	return NULL;
}

/* "none [integrity] confidentiality" -> "integrity" */
static void chosen(char *text)
{
	char *open = strchr(text, '['), *close = open ? strchr(open, ']') : NULL;

	if (!close)
		return;
	*close = 0;
	memmove(text, open + 1, strlen(open + 1) + 1);
}

int host_read_kernel(ivrs_host *host)
{
	int status = read_optional(host, "proc/sys/kernel/osrelease", &host->release);

	if (!status)
		status = read_optional(host, "proc/cmdline", &host->cmdline);
	if (!status)
		status = read_optional(host, "sys/kernel/security/lockdown", &host->lockdown);
	if (host->release)
		host_sanitize(host->release);
	if (host->cmdline)
		host_sanitize(host->cmdline);
	if (host->lockdown) {
		host_sanitize(host->lockdown);
		chosen(host->lockdown);
	}
	return status;
}

/* The IOAPIC that starts at interrupt 0 goes first, wherever it stands in the table. */
static int add_ioapics(ivrs_host *host, const char *path, const uint8_t *bytes, size_t size,
		       bool first)
{
	size_t at = MADT_HEADER;
	int status = 0;

	while (!status && size - at >= 2) {
		uint8_t length = bytes[at + 1];

		if (length < 2 || length > size - at) {
			if (first)
				host_note(host, "%s: offset 0x%zx: entry of length %u", path, at,
					  length);
			break;
		}
		if (bytes[at] == MADT_IOAPIC && length >= 12) {
			static const uint8_t zero[4];

			if (!memcmp(bytes + at + 8, zero, 4) == first)
				status = ivrs_topology_add_ioapic(host->topology, bytes[at + 2]);
		}
		at += length;
	}
	return status;
}

int host_read_ioapics(ivrs_host *host)
{
	const char *path = HOST_TABLES "/APIC";
	uint8_t *bytes;
	size_t size;
	int code = fs_read(&host->fs, path, HOST_ATTRIBUTE, &bytes, &size), status = 0;

	if (code == ENOMEM)
		return -IVRS_E_NOMEM;
	if (code) {
		if (code != ENOENT && code != ENOTDIR)
			host_note(host, "%s: %s", path, strerror(code));
		return 0;
	}
	if (size < MADT_HEADER || memcmp(bytes, "APIC", 4)) {
		host_note(host, "%s: not a MADT", path);
	} else {
		status = add_ioapics(host, path, bytes, size, true);
		if (!status)
			status = add_ioapics(host, path, bytes, size, false);
	}
	free(bytes);
	return host_nomem(status) ? status : 0;
}
