// SPDX-License-Identifier: GPL-2.0-or-later
/* sysfs shows only the table in force; that an initrd held another one is told by the kernel's log alone. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>

#include "verify.h"

enum { SYSLOG_READ_ALL = 3, SYSLOG_SIZE_BUFFER = 10 };

static char *read_log(void)
{
	int size = klogctl(SYSLOG_SIZE_BUFFER, NULL, 0), got;
	char *log;

	if (size <= 0 || size > 64 << 20)
		return NULL;
	log = malloc((size_t)size + 1);
	if (!log)
		return NULL;
	got = klogctl(SYSLOG_READ_ALL, log, size);
	if (got < 0) {
		free(log);
		return NULL;
	}
	log[got] = '\0';
	return log;
}

/* A file with errors isn't looked at, so that only its name can tell which table it was meant to be. */
static const char *spoiled(const char *log)
{
	static const char *const reasons[][2] = {
		{"ACPI OVERRIDE: Bad table checksum [", "its checksum is wrong"},
		{"ACPI OVERRIDE: File length does not match table length [",
		 "the file isn't as long as the table says"},
		{"ACPI OVERRIDE: Table smaller than ACPI header [",
		 "the file is shorter than a table's header"},
		{"ACPI OVERRIDE: Unknown signature [", "it has no table's signature"},
	};

	for (size_t i = 0; i < sizeof(reasons) / sizeof(*reasons); i++)
		for (const char *at = log; (at = strstr(at, reasons[i][0]));) {
			char name[128];

			at += strlen(reasons[i][0]);
			snprintf(name, sizeof(name), "%.*s", (int)strcspn(at, "]\n"), at);
			if (strcasestr(name, "ivrs"))
				return reasons[i][1];
		}
	return NULL;
}

/* drivers/acpi/tables.c: a table that passes the checks either replaces the firmware's, or is a further one that the driver doesn't read (A1.1). */
static const char *unused(const char *log)
{
	if (strstr(log, "kernel is locked down, ignoring table override"))
		return "the kernel is locked down";
	if (strstr(log, "Table Upgrade: install [IVRS-"))
		return "its OEM id or OEM table id isn't that of the firmware's table";
	return "its OEM revision isn't greater than that of the firmware's table";
}

const char *override_in_log(const char *log, const char **reason)
{
	const char *state = NULL;

	*reason = NULL;
	if (strstr(log, "Table Upgrade: override [IVRS-")) {
		state = "active";
	} else if (strstr(log, "IVRS ACPI table found in initrd")) {
		state = "rejected";
		*reason = unused(log);
	} else if ((*reason = spoiled(log))) {
		state = "rejected";
	} else if (strstr(log, "Linux version ")) {
		state = "none"; /* the log still has its first line, so nothing was lost */
	}
	return state;
}

const char *verify_override(const char **reason)
{
	char *log = read_log();
	const char *state = NULL;

	*reason = NULL;
	if (log)
		state = override_in_log(log, reason);
	free(log);
	return state;
}
