/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host object: what is read when, and what is told about it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define MAX_NOTES 1000u

void host_note(ivrs_host *host, const char *format, ...)
{
	char *text = NULL;
	va_list args;
	int length;

	if (host->note_count >= MAX_NOTES) {
		host->notes_lost++;
		return;
	}
	if (host->note_count == host->note_room) {
		size_t room = host->note_room ? host->note_room * 2 : 16;
		char **notes = realloc(host->notes, room * sizeof(*notes));

		if (!notes) {
			host->notes_lost++;
			return;
		}
		host->notes = notes;
		host->note_room = room;
	}
	va_start(args, format);
	length = vasprintf(&text, format, args);
	va_end(args);
	if (length < 0) {
		host->notes_lost++;
		return;
	}
	host_sanitize(text);
	host->notes[host->note_count++] = text;
}

static int read_topology(ivrs_host *host, const char *lspci, char *error)
{
	/* Groups of the running host say nothing about text that came from elsewhere. */
	bool same_host = !lspci || !host->fs.live;
	int status = ivrs_topology_new(&host->topology);

	if (!status)
		status = lspci ? host_read_lspci(host, lspci, error)
			       : host_read_devices(host, error);
	if (!status && same_host)
		status = host_read_groups(host);
	if (!status && same_host)
		status = host_read_iommus(host);
	if (!status && same_host)
		status = host_read_ioapics(host);
	if (!status && !ivrs_topology_count(host->topology)) {
		ivrs_topology_free(host->topology);
		host->topology = NULL;
	}
	return status;
}

int ivrs_host_open(const char *sysroot, const char *lspci, uint32_t flags, ivrs_host **out,
		   char *error)
{
	ivrs_host *host;
	int status;

	if (error)
		error[0] = 0;
	if (out)
		*out = NULL;
	if (!out || flags & ~(IVRS_HOST_NO_DEVICES | IVRS_HOST_NO_GROUPS))
		return host_fail(error, IVRS_E_ARGUMENT, "unknown flags, or no place for the host");
	host = calloc(1, sizeof(*host));
	if (!host)
		return host_fail(error, IVRS_E_NOMEM, "out of memory");
	host->fs.fd = -1;
	host->no_groups = flags & IVRS_HOST_NO_GROUPS;
	status = fs_open(sysroot, &host->fs, error);
	if (!status)
		status = host_read_firmware(host);
	if (!status)
		status = host_read_kernel(host);
	if (!status && !(flags & IVRS_HOST_NO_DEVICES))
		status = read_topology(host, lspci, error);
	if (!status && host->notes_lost) {
		char *last = NULL;

		if (host->note_count &&
		    asprintf(&last, "and %zu more", host->notes_lost + 1) >= 0) {
			free(host->notes[host->note_count - 1]);
			host->notes[host->note_count - 1] = last;
		}
	}
	if (status) {
		if (error && !error[0])
			host_fail(error, -status, "%s: %s", host->fs.name ? host->fs.name : "host",
				  ivrs_status_text(status));
		ivrs_host_free(host);
		return status;
	}
	*out = host;
	return 0;
}

void ivrs_host_free(ivrs_host *host)
{
	size_t i;

	if (!host)
		return;
	for (i = 0; i < ARRAY_SIZE(host->dmi); i++)
		free(host->dmi[i]);
	for (i = 0; i < host->group_count; i++) {
		free(host->groups[i].type);
		free(host->groups[i].regions);
	}
	for (i = 0; i < host->note_count; i++)
		free(host->notes[i]);
	free(host->groups);
	free(host->notes);
	free(host->table);
	free(host->table_path);
	free(host->release);
	free(host->cmdline);
	free(host->lockdown);
	host_names_free(host->names);
	ivrs_topology_free(host->topology);
	fs_close(&host->fs);
	free(host);
}

const void *ivrs_host_table(const ivrs_host *host, size_t *size)
{
	bool there = host && !host->table_errno;

	if (size)
		*size = there ? host->table_size : 0;
	return there ? host->table : NULL;
}

const char *ivrs_host_table_path(const ivrs_host *host)
{
	return host ? host->table_path : NULL;
}

int ivrs_host_table_errno(const ivrs_host *host)
{
	return host ? host->table_errno : 0;
}

bool ivrs_host_has_dmar(const ivrs_host *host)
{
	return host && host->dmar;
}

const ivrs_topology *ivrs_host_topology(const ivrs_host *host)
{
	return host ? host->topology : NULL;
}

const char *ivrs_host_release(const ivrs_host *host)
{
	return host ? host->release : NULL;
}

const char *ivrs_host_cmdline(const ivrs_host *host)
{
	return host ? host->cmdline : NULL;
}

const char *ivrs_host_lockdown(const ivrs_host *host)
{
	return host ? host->lockdown : NULL;
}

size_t ivrs_host_note_count(const ivrs_host *host)
{
	return host ? host->note_count : 0;
}

const char *ivrs_host_note(const ivrs_host *host, size_t index)
{
	return host && index < host->note_count ? host->notes[index] : NULL;
}
