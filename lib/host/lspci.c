/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `lspci -xxx` text. libpci's dump reader takes it, but trusts it: it refuses the long lines of -v, and an offset of eight
 * digits makes it write before its buffer. So it is handed, through a file in memory, only the lines it needs, checked.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pci.h"

#define MAX_FUNCTIONS 16384u
#define MAX_ROW 64u

struct text_function {
	ivrs_sbdf_t sbdf;
	uint32_t group;
	char driver[32];
};

struct dump {
	ivrs_host *host;
	const char *name;
	char *error;
	FILE *out;
	char file[32]; /* /proc/self/fd/N */
	struct text_function *functions;
	size_t count, room;
	size_t line;
	bool open, skip; /* rows belong to a function; to one that is left out */
	struct pci_access *access;
	struct pci_gaps gaps;
	int status;
};

static int by_sbdf(const void *a, const void *b)
{
	const struct text_function *x = a, *y = b;

	return x->sbdf < y->sbdf ? -1 : x->sbdf > y->sbdf;
}

static int begin_function(struct dump *d, ivrs_sbdf_t sbdf)
{
	struct text_function *f;

	if (d->count == MAX_FUNCTIONS)
		return host_fail(d->error, IVRS_E_PCI, "%s: line %zu: more than %u functions",
				 d->name, d->line, MAX_FUNCTIONS);
	if (d->count == d->room) {
		size_t room = d->room ? d->room * 2 : 64;
		struct text_function *more = realloc(d->functions, room * sizeof(*more));

		if (!more)
			return -IVRS_E_NOMEM;
		d->functions = more;
		d->room = room;
	}
	f = &d->functions[d->count++];
	memset(f, 0, sizeof(*f));
	f->sbdf = sbdf;
	f->group = IVRS_NO_GROUP;
	d->open = true;
	fprintf(d->out, "\n%04x:%02x:%02x.%u x\n", sbdf >> 16, sbdf >> 8 & 0xff, sbdf >> 3 & 0x1f,
		sbdf & 7);
	return 0;
}

/* "00:14.0 ..." or "0000:00:14.0 ...": 1 when the line is another one. */
static int take_function(struct dump *d, const char *line)
{
	size_t length = strcspn(line, " \t");
	char address[24] = "0000:";
	ivrs_sbdf_t sbdf;
	int code;

	if (length == 7)
		memcpy(address + 5, line, length);
	else if (length >= 12 && length <= 16)
		memcpy(address, line, length);
	else
		return 1;
	code = host_parse_sbdf(address, &sbdf);
	if (code < 0)
		return 1;
	d->open = d->skip = false;
	if (code > 0) {
		d->skip = true;
		host_note(d->host,
			  "%s: line %zu: %s needs more than 16 bits for its domain, left out",
			  d->name, d->line, address);
		return 0;
	}
	return begin_function(d, sbdf);
}

/* "10: 00 00 a0 fe ..."; 1 when the line is another one. */
static int take_row(struct dump *d, char *line)
{
	size_t digits = strspn(line, "0123456789abcdefABCDEF"), bytes = 0;
	unsigned long offset;
	char *at;

	if (digits < 2 || line[digits] != ':' || line[digits + 1] != ' ')
		return 1;
	if (d->skip)
		return 0;
	if (!d->open)
		return host_fail(d->error, IVRS_E_PCI,
				 "%s: line %zu: registers without a function before them", d->name,
				 d->line);
	offset = digits <= 8 ? strtoul(line, NULL, 16) : 4096;
	for (at = line + digits + 1; *at; bytes++) {
		if (at[0] != ' ' || !isxdigit((unsigned char)at[1]) ||
		    !isxdigit((unsigned char)at[2]) || bytes == MAX_ROW)
			return host_fail(d->error, IVRS_E_PCI, "%s: line %zu: malformed registers",
					 d->name, d->line);
		at += 3;
	}
	if (offset >= 4096 || bytes > 4096 - offset)
		return host_fail(d->error, IVRS_E_PCI,
				 "%s: line %zu: registers beyond the 4096 bytes of a function",
				 d->name, d->line);
	fprintf(d->out, "%03lx:%s\n", offset, line + digits + 1);
	return 0;
}

/* What -v and -k add; the wording is lspci's. */
static void take_detail(struct dump *d, const char *line)
{
	struct text_function *f;
	const char *value;

	if (!d->open || d->skip)
		return;
	f = &d->functions[d->count - 1];
	line += strspn(line, " \t");
	value = strchr(line, ':');
	if (!value)
		return;
	value++;
	value += strspn(value, " \t");
	if (!strncmp(line, "IOMMU group:", 12))
		(void)host_parse_number(value, &f->group);
	else if (!strncmp(line, "Kernel driver in use:", 21))
		snprintf(f->driver, sizeof(f->driver), "%s", value);
}

static int take_line(struct dump *d, char *line)
{
	size_t length = strlen(line);
	int code;

	while (length && strchr(" \t\r", line[length - 1]))
		line[--length] = 0;
	if (!length) {
		d->open = d->skip = false;
		return 0;
	}
	if (line[0] == ' ' || line[0] == '\t') {
		take_detail(d, line);
		return 0;
	}
	code = take_row(d, line);
	if (code > 0)
		code = take_function(d, line);
	/* Any other line is lspci's prose. */
	return code > 0 ? 0 : code;
}

static int take_text(struct dump *d, char *text, size_t size)
{
	char *end = text + size, *line = text;
	int status = 0;

	if (memchr(text, 0, size))
		return host_fail(d->error, IVRS_E_PCI, "%s: not text", d->name);
	while (!status && line < end) {
		char *newline = memchr(line, '\n', (size_t)(end - line));

		d->line++;
		if (newline)
			*newline = 0;
		status = take_line(d, line);
		if (!newline)
			break;
		line = newline + 1;
	}
	if (!status && !d->count)
		status = host_fail(d->error, IVRS_E_PCI,
				   "%s: no PCI function in it (expected the output of lspci -xxx)",
				   d->name);
	return status;
}

static int add_functions(struct dump *d)
{
	ivrs_topology *t = d->host->topology;
	int status = 0;
	size_t i;

	qsort(d->functions, d->count, sizeof(*d->functions), by_sbdf);
	for (i = 0; i < d->count && !host_nomem(status); i++) {
		struct text_function *f = &d->functions[i];

		status = ivrs_topology_add(t, f->sbdf);
		if (status == -IVRS_E_EXISTS)
			return host_fail(d->error, IVRS_E_PCI,
					 "%s: %04x:%02x:%02x.%u comes more than once", d->name,
					 f->sbdf >> 16, f->sbdf >> 8 & 0xff, f->sbdf >> 3 & 0x1f,
					 f->sbdf & 7);
		if (!status)
			status = ivrs_topology_set_group(t, f->sbdf, f->group);
		if (!status)
			status = ivrs_topology_set_driver(t, f->sbdf, f->driver);
	}
	/* lspci -s shows single functions; who leaves out the first one may have left out IOMMUs. */
	if (!status)
		status = ivrs_topology_set_complete(t, !d->functions[0].sbdf);
	return status;
}

static void read_dump(void *data)
{
	struct dump *d = data;
	struct pci_dev *dev;

	d->access = pci_alloc();
	pci_guard_install(d->access);
	d->access->method = PCI_ACCESS_DUMP;
	pci_set_param(d->access, "dump.name", d->file);
	pci_init(d->access);
	for (dev = d->access->devices; dev && !d->status; dev = dev->next) {
		struct pci_function f = {.host = d->host, .dev = dev, .size = PCI_ASK};

		f.sbdf = (uint32_t)dev->domain << 16 | (uint32_t)dev->bus << 8 |
			 (uint32_t)dev->dev << 3 | dev->func;
		pci_decode(&f, &d->gaps);
		d->status = host_nomem(f.status) ? f.status : 0;
	}
}

static void close_dump(void *data)
{
	struct dump *d = data;

	pci_cleanup(d->access);
}

static int decode_dump(struct dump *d)
{
	char text[PCI_GUARD_TEXT];
	int status = 0;

	snprintf(d->file, sizeof(d->file), "/proc/self/fd/%d", fileno(d->out));
	if (!pci_guard_run(read_dump, d, text))
		status = host_fail(d->error, IVRS_E_PCI, "%s: libpci: %s", d->name, text);
	if (d->access)
		pci_guard_run(close_dump, d, text);
	return status ? status : d->status;
}

int host_read_lspci(ivrs_host *host, const char *path, char *error)
{
	struct dump d = {.host = host, .name = path, .error = error};
	void *text = NULL;
	size_t size;
	int fd, status = ivrs_host_read_file(path, HOST_LSPCI, &text, &size, error);

	if (status == -IVRS_E_TOO_LARGE)
		status = -IVRS_E_IO;
	if (status)
		return status;
	fd = memfd_create("lspci", MFD_CLOEXEC);
	d.out = fd < 0 ? NULL : fdopen(fd, "w");
	if (!d.out) {
		status = host_fail(error, IVRS_E_IO, "%s: memory for the text: %s", path,
				   strerror(errno));
		if (fd >= 0)
			close(fd);
	}
	if (!status) {
		char *line = realloc(text, size + 1);

		if (line) {
			text = line;
			line[size] = 0;
			status = take_text(&d, line, size);
		} else {
			status = -IVRS_E_NOMEM;
		}
	}
	if (!status && (fflush(d.out) || ferror(d.out)))
		status = host_fail(error, IVRS_E_IO, "%s: memory for the text: %s", path,
				   strerror(errno));
	if (!status)
		status = add_functions(&d);
	if (!status)
		status = decode_dump(&d);
	if (!status)
		pci_note_gaps(host, &d.gaps);
	if (d.out)
		fclose(d.out);
	free(d.functions);
	free(text);
	return status;
}
