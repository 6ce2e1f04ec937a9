/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.h"
#include "../../lib/topology.h"

int make_folder(void **state)
{
	const char *base = getenv("TMPDIR");
	char *name = NULL;

	if (asprintf(&name, "%s/ivrs-host-XXXXXX", base ? base : "/tmp") < 0 || !mkdtemp(name))
		return -1;
	*state = name;
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st, (void)flag, (void)ftw;
	return remove(path);
}

int remove_folder(void **state)
{
	int status = nftw(*state, remove_one, 16, FTW_DEPTH | FTW_PHYS);

	free(*state);
	return status;
}

const char *in(const char *folder, const char *name)
{
	static char names[4][8192];
	static unsigned next;
	char *out = names[next++ % 4];

	snprintf(out, sizeof(names[0]), "%s/%s", folder, name);
	return out;
}

static void make_parents(const char *path)
{
	char *copy = strdup(path), *slash = copy;

	assert_non_null(copy);
	while ((slash = strchr(slash + 1, '/'))) {
		*slash = 0;
		if (mkdir(copy, 0755) && errno != EEXIST)
			fail_msg("%s: %s", copy, strerror(errno));
		*slash = '/';
	}
	free(copy);
}

void put_bytes(const char *folder, const char *name, const void *bytes, size_t size)
{
	const char *path = in(folder, name);
	FILE *file;

	make_parents(path);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

void put(const char *folder, const char *name, const char *text)
{
	put_bytes(folder, name, text, strlen(text));
}

void put_link(const char *folder, const char *name, const char *target)
{
	const char *path = in(folder, name);

	make_parents(path);
	assert_int_equal(symlink(target, path), 0);
}

void put_fifo(const char *folder, const char *name)
{
	const char *path = in(folder, name);

	make_parents(path);
	assert_int_equal(mkfifo(path, 0644), 0);
}

void put_attribute(const char *folder, const char *address, const char *attribute, const char *text)
{
	char name[128];

	snprintf(name, sizeof(name), "sys/devices/pci0000:00/%s/%s", address, attribute);
	put(folder, name, text);
}

void put_function(const char *folder, const char *address, const void *config, size_t size)
{
	char name[128], target[128];

	snprintf(name, sizeof(name), "sys/devices/pci0000:00/%s/config", address);
	put_bytes(folder, name, config, size);
	snprintf(name, sizeof(name), "sys/bus/pci/devices/%s", address);
	snprintf(target, sizeof(target), "../../../devices/pci0000:00/%s", address);
	put_link(folder, name, target);
}

void put16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)value;
	at[1] = (uint8_t)(value >> 8);
}

void put32(uint8_t *at, uint32_t value)
{
	put16(at, (uint16_t)value);
	put16(at + 2, (uint16_t)(value >> 16));
}

void config_init(struct config *c, uint16_t vendor, uint16_t device, uint32_t class_code,
		 uint8_t header_type)
{
	memset(c, 0, sizeof(*c));
	put16(c->bytes, vendor);
	put16(c->bytes + 2, device);
	put32(c->bytes + 8, class_code << 8);
	c->bytes[0x0e] = header_type;
}

uint8_t *config_capability(struct config *c, uint8_t id)
{
	size_t at = c->last ? c->last + 16 : 0x40;

	c->bytes[6] |= 0x10;
	c->bytes[c->last ? c->last + 1 : 0x34] = (uint8_t)at;
	c->bytes[at] = id;
	c->last = at;
	return c->bytes + at + 2;
}

uint8_t *config_extended(struct config *c, uint16_t id)
{
	size_t at = c->last_extended ? c->last_extended + 16 : 0x100;

	if (c->last_extended)
		put16(c->bytes + c->last_extended + 2, (uint16_t)(at << 4 | 1));
	put32(c->bytes + at, id | 1u << 16);
	c->last_extended = at;
	return c->bytes + at + 4;
}

void write_tar(const char *name, int filter, const struct member *members, size_t count)
{
	struct archive *archive = archive_write_new();
	size_t i;

	assert_non_null(archive);
	assert_int_equal(archive_write_add_filter(archive, filter), ARCHIVE_OK);
	archive_write_set_format_pax_restricted(archive);
	assert_int_equal(archive_write_open_filename(archive, name), ARCHIVE_OK);
	for (i = 0; i < count; i++) {
		struct archive_entry *entry = archive_entry_new();
		const struct member *m = &members[i];

		archive_entry_set_pathname(entry, m->path);
		archive_entry_set_filetype(entry, m->type ? m->type : AE_IFREG);
		archive_entry_set_perm(entry, 0644);
		if (m->link && m->type == AE_IFLNK)
			archive_entry_set_symlink(entry, m->link);
		else if (m->link)
			archive_entry_set_hardlink(entry, m->link);
		archive_entry_set_size(entry, m->link ? 0 : (int64_t)m->size);
		assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
		if (m->bytes)
			assert_int_equal(archive_write_data(archive, m->bytes, m->size), m->size);
		archive_entry_free(entry);
	}
	assert_int_equal(archive_write_close(archive), ARCHIVE_OK);
	archive_write_free(archive);
}

void unpack(const char *tar, const char *folder)
{
	struct archive *archive = archive_read_new();
	struct archive_entry *entry;

	archive_read_support_filter_gzip(archive);
	archive_read_support_format_tar(archive);
	assert_int_equal(archive_read_open_filename(archive, tar, 65536), ARCHIVE_OK);
	while (archive_read_next_header(archive, &entry) == ARCHIVE_OK) {
		const char *name = archive_entry_pathname(entry);

		if (archive_entry_filetype(entry) == AE_IFLNK) {
			put_link(folder, name, archive_entry_symlink(entry));
		} else if (archive_entry_filetype(entry) == AE_IFREG) {
			size_t size = (size_t)archive_entry_size(entry);
			void *bytes = malloc(size + 1);

			assert_non_null(bytes);
			assert_int_equal(archive_read_data(archive, bytes, size), size);
			put_bytes(folder, name, bytes, size);
			free(bytes);
		}
	}
	archive_read_free(archive);
}

ivrs_host *opened(const char *sysroot, const char *lspci)
{
	char error[IVRS_HOST_ERROR];
	ivrs_host *host;
	int status = ivrs_host_open(sysroot, lspci, 0, &host, error);

	if (status)
		fail_msg("%s: %s", ivrs_status_name(status), error);
	assert_non_null(host);
	assert_string_equal(error, "");
	return host;
}

void refused(const char *sysroot, const char *lspci, int status, const char *text)
{
	char error[IVRS_HOST_ERROR];
	ivrs_host *host = (ivrs_host *)error;
	int got = ivrs_host_open(sysroot, lspci, 0, &host, error);

	if (got != -status || !strstr(error, text) || strchr(error, '\n'))
		fail_msg("%s: \"%s\" instead of %s: \"%s\"", ivrs_status_name(got), error,
			 ivrs_status_name(status), text);
	assert_null(host);
}

bool noted(const ivrs_host *host, const char *text)
{
	size_t i;

	for (i = 0; i < ivrs_host_note_count(host); i++)
		if (strstr(ivrs_host_note(host, i), text))
			return true;
	return false;
}

struct seen seen(const ivrs_topology *topology, ivrs_sbdf_t sbdf)
{
	struct seen s = {0};
	const struct device *d;
	size_t i;

	assert_non_null(topology);
	assert_int_equal(ivrs_topology_find(topology, sbdf, &s.index), 0);
	d = &topology->devices[s.index];
	s.pcie = d->pcie;
	s.acs_capability = d->acs_capability;
	s.acs_control = d->acs_control;
	s.header_type = d->header_type;
	s.secondary = d->secondary;
	s.subordinate = d->subordinate;
	s.is_pcie = d->is_pcie;
	s.has_acs = d->has_acs;
	s.untrusted = d->untrusted;
	s.pasid = d->pasid;
	s.complete = topology->complete;
	for (i = 0; i < topology->iommu_count; i++)
		if (topology->iommus[i].sbdf == sbdf) {
			s.iommu_header = topology->iommus[i].header;
			s.efr = topology->iommus[i].efr;
			s.efr2 = topology->iommus[i].efr2;
		}
	return s;
}

size_t seen_ioapics(const ivrs_topology *topology, uint8_t *ids)
{
	memcpy(ids, topology->ioapics, topology->ioapic_count);
	return topology->ioapic_count;
}
