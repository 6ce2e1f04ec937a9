/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The PCI functions of sysfs. libpci's own scan gives up at the first function with a missing file, waits at a FIFO and
 * follows links out of the sysroot; so functions are listed here, libpci is asked about one at a time, and only after its
 * configuration file was seen to be a plain file inside. A tar has no files: there libpci is given the bytes.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pci.h"

struct scan {
	ivrs_host *host;
	struct pci_access *access;
	char *sysfs; /* what libpci puts "/devices/..." behind; NULL for a tar */
	char base
		[HOST_PATH]; /* of the function at hand; in a tar with its links followed, once for all its files */
	struct pci_function function;
	struct pci_gaps gaps;
	uint8_t *bytes;
	bool incomplete;
};

static void open_access(void *data)
{
	struct scan *s = data;

	s->access = pci_alloc();
	pci_guard_install(s->access);
	s->access->method = s->sysfs ? PCI_ACCESS_SYS_BUS_PCI : PCI_ACCESS_DUMP;
	if (s->sysfs)
		pci_set_param(s->access, "sysfs.path", s->sysfs);
	else
		pci_set_param(s->access, "dump.name", "/dev/null");
	pci_init(s->access);
}

static void close_access(void *data)
{
	struct scan *s = data;

	pci_cleanup(s->access);
}

static void decode(void *data)
{
	struct scan *s = data;
	struct pci_function *f = &s->function;

	f->dev = pci_get_dev(s->access, (int)(f->sbdf >> 16), f->sbdf >> 8 & 0xff,
			     f->sbdf >> 3 & 0x1f, f->sbdf & 7);
	if (f->size != PCI_ASK)
		pci_setup_cache(f->dev, s->bytes, (int)f->size);
	pci_decode(f, &s->gaps);
}

static void release(void *data)
{
	struct scan *s = data;

	pci_free_dev(s->function.dev);
}

/* True when libpci, which knows nothing of a sysroot, would open the very file that we find inside. */
static int same_file(struct scan *s, const char *path, const char *name)
{
	struct stat inside, outside;
	char *theirs = NULL;
	int fd, code = fs_open_file(&s->host->fs, path, &fd);

	if (code)
		return code;
	if (fstat(fd, &inside))
		code = errno;
	close(fd);
	if (code)
		return code;
	if (asprintf(&theirs, "%s/devices/%s/config", s->sysfs, name) < 0)
		return ENOMEM;
	if (stat(theirs, &outside))
		code = errno;
	else if (inside.st_dev != outside.st_dev || inside.st_ino != outside.st_ino)
		code = EXDEV;
	free(theirs);
	return code;
}

static void read_config(struct scan *s, const char *name)
{
	char path[HOST_PATH + 16], text[PCI_GUARD_TEXT];
	int code;

	snprintf(path, sizeof(path), "%s/config", s->base);
	s->function.dev = NULL;
	if (s->sysfs) {
		s->function.size = PCI_ASK;
		code = same_file(s, path, name);
	} else {
		code = fs_read(&s->host->fs, path, 4096, &s->bytes, &s->function.size);
	}
	if (code) {
		host_note(s->host, HOST_PCI "/%s/config: %s", name,
			  code == EXDEV ? "lies outside of the sysroot" : strerror(code));
	} else if (!pci_guard_run(decode, s, text)) {
		host_note(s->host, HOST_PCI "/%s/config: libpci: %s", name, text);
	}
	if (s->function.dev)
		pci_guard_run(release, s, text);
	free(s->bytes);
	s->bytes = NULL;
}

static bool read_number(struct scan *s, const char *attribute, uint32_t *value)
{
	char path[HOST_PATH + 16], *text, *end;
	bool good;

	snprintf(path, sizeof(path), "%s/%s", s->base, attribute);
	if (fs_read_text(&s->host->fs, path, &text))
		return false;
	errno = 0;
	*value = (uint32_t)strtoul(text, &end, 16);
	good = end != text && !*end && !errno;
	free(text);
	return good;
}

/* The kernel mends ids and classes, and knows those of virtual functions: its word counts more than the registers. */
static int read_attributes(struct scan *s)
{
	ivrs_topology *t = s->host->topology;
	ivrs_sbdf_t sbdf = s->function.sbdf;
	char path[HOST_PATH + 16], link[64], *text;
	uint32_t vendor, device, number;
	int status = 0;

	if (read_number(s, "vendor", &vendor) && read_number(s, "device", &device))
		status = ivrs_topology_set_ids(t, sbdf, (uint16_t)vendor, (uint16_t)device);
	if (!status && read_number(s, "class", &number))
		status = ivrs_topology_set_class(t, sbdf, number & 0xffffff);
	snprintf(path, sizeof(path), "%s/iommu_group", s->base);
	if (!status && !s->host->no_groups &&
	    !fs_link_name(&s->host->fs, path, link, sizeof(link)) &&
	    host_parse_number(link, &number))
		status = ivrs_topology_set_group(t, sbdf, number);
	snprintf(path, sizeof(path), "%s/driver", s->base);
	if (!status && !fs_link_name(&s->host->fs, path, link, sizeof(link)))
		status = ivrs_topology_set_driver(t, sbdf, link);
	snprintf(path, sizeof(path), "%s/removable", s->base);
	if (!status && !fs_read_text(&s->host->fs, path, &text)) {
		/* Linux calls removable what sits behind an external-facing port, and distrusts exactly that. */
		if (!strcmp(text, "removable"))
			status = ivrs_topology_set_untrusted(t, sbdf, true);
		free(text);
	}
	return host_nomem(status) ? status : 0;
}

static int read_function(struct scan *s, const char *name)
{
	char path[HOST_PATH];
	int code = host_parse_sbdf(name, &s->function.sbdf), status;

	/* libpci makes the name from the numbers, so only the name that it makes was checked. */
	if (!code && name[strspn(name, "0123456789abcdef:.")])
		code = -1;
	if (code) {
		host_note(s->host, HOST_PCI "/%s: %s", name,
			  code > 0 ? "its PCI domain needs more than 16 bits, left out"
				   : "not a PCI address, left out");
		return 0;
	}
	status = ivrs_topology_add(s->host->topology, s->function.sbdf);
	if (status) {
		host_note(s->host, HOST_PCI "/%s: left out: %s", name, ivrs_status_text(status));
		s->incomplete = true;
		return host_nomem(status) ? status : 0;
	}
	s->function.status = 0;
	snprintf(path, sizeof(path), HOST_PCI "/%s", name);
	if (!s->host->fs.tree) {
		strcpy(s->base, path);
	} else {
		code = fs_resolve(&s->host->fs, path, true, s->base);
		if (code) {
			host_note(s->host, "%s: %s", path, strerror(code));
			return 0;
		}
	}
	read_config(s, name);
	if (host_nomem(s->function.status))
		return s->function.status;
	return read_attributes(s);
}

int host_read_devices(ivrs_host *host, char *error)
{
	struct scan s = {.host = host, .function.host = host};
	char text[PCI_GUARD_TEXT];
	struct fs_names names;
	int code = fs_list(&host->fs, HOST_PCI, &names), status = 0;
	size_t i;

	if (code) {
		host_note(host, HOST_PCI ": %s", strerror(code));
		return code == ENOMEM ? -IVRS_E_NOMEM : 0;
	}
	if (!host->fs.tree) {
		s.sysfs = fs_full_name(&host->fs, "sys/bus/pci");
		if (!s.sysfs)
			status = -IVRS_E_NOMEM;
	}
	if (!status && names.count && !pci_guard_run(open_access, &s, text))
		status = host_fail(error, IVRS_E_PCI, "%s: libpci: %s", host->fs.name, text);
	for (i = 0; !status && i < names.count; i++)
		status = read_function(&s, names.names[i]);
	if (!status) {
		pci_note_gaps(host, &s.gaps);
		status = ivrs_topology_set_complete(host->topology, !s.incomplete);
	}
	if (s.access)
		pci_guard_run(close_access, &s, text);
	fs_names_free(&names);
	free(s.sysfs);
	return status;
}
