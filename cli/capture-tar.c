// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tar of a captured host: members by name, times, owners and modes fixed, so that the same host gives the same bytes.
 * libarchive is loaded here and not linked, for the reason that host-api.h gives.
 */
#include <archive.h>
#include <archive_entry.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture.h"

#define ARCHIVE_FUNCTIONS(F)                       \
	F(archive_entry_clear)                     \
	F(archive_entry_free)                      \
	F(archive_entry_new)                       \
	F(archive_entry_set_filetype)              \
	F(archive_entry_set_mode)                  \
	F(archive_entry_set_mtime)                 \
	F(archive_entry_set_pathname)              \
	F(archive_entry_set_size)                  \
	F(archive_entry_set_symlink)               \
	F(archive_error_string)                    \
	F(archive_write_add_filter_bzip2)          \
	F(archive_write_add_filter_gzip)           \
	F(archive_write_add_filter_none)           \
	F(archive_write_add_filter_xz)             \
	F(archive_write_add_filter_zstd)           \
	F(archive_write_close)                     \
	F(archive_write_data)                      \
	F(archive_write_free)                      \
	F(archive_write_header)                    \
	F(archive_write_new)                       \
	F(archive_write_open_fd)                   \
	F(archive_write_set_bytes_in_last_block)   \
	F(archive_write_set_format_pax_restricted) \
	F(archive_write_set_options)

struct archive_api {
#define ARCHIVE_MEMBER(name) __typeof__(&name) name;
	ARCHIVE_FUNCTIONS(ARCHIVE_MEMBER)
#undef ARCHIVE_MEMBER
};

enum filter { FILTER_NONE, FILTER_GZIP, FILTER_XZ, FILTER_ZSTD, FILTER_BZIP2, FILTER_UNKNOWN };

static enum filter filter_of(const char *path)
{
	static const struct {
		const char *suffix;
		enum filter filter;
	} suffixes[] = {{".tar", FILTER_NONE},	   {".tar.gz", FILTER_GZIP},
			{".tgz", FILTER_GZIP},	   {".tar.xz", FILTER_XZ},
			{".tar.zst", FILTER_ZSTD}, {".tar.bz2", FILTER_BZIP2}};
	size_t length = strlen(path);

	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++) {
		size_t suffix = strlen(suffixes[i].suffix);

		if (length > suffix && !strcmp(path + length - suffix, suffixes[i].suffix))
			return suffixes[i].filter;
	}
	return FILTER_UNKNOWN;
}

bool capture_knows_suffix(const char *path)
{
	return filter_of(path) != FILTER_UNKNOWN;
}

static int load(struct archive_api *api)
{
	void *library = dlopen(IVRS_LIBARCHIVE_SONAME, RTLD_NOW | RTLD_LOCAL), *symbol;

	if (!library) {
		complain("%s", dlerror());
		return CLI_FAILED;
	}
#define ARCHIVE_RESOLVE(name)                                      \
	symbol = dlsym(library, #name);                            \
	if (!symbol) {                                             \
		complain("%s: no " #name, IVRS_LIBARCHIVE_SONAME); \
		return CLI_FAILED;                                 \
	}                                                          \
	memcpy(&api->name, &symbol, sizeof(symbol));
	ARCHIVE_FUNCTIONS(ARCHIVE_RESOLVE)
#undef ARCHIVE_RESOLVE
	return 0;
}

static int add_filter(const struct archive_api *api, struct archive *archive, enum filter filter)
{
	switch (filter) {
	case FILTER_GZIP:
		return api->archive_write_add_filter_gzip(archive);
	case FILTER_XZ:
		return api->archive_write_add_filter_xz(archive);
	case FILTER_ZSTD:
		return api->archive_write_add_filter_zstd(archive);
	case FILTER_BZIP2:
		return api->archive_write_add_filter_bzip2(archive);
	default:
		return api->archive_write_add_filter_none(archive);
	}
}

static int add_member(const struct archive_api *api, struct archive *archive,
		      struct archive_entry *entry, const struct capture_member *member)
{
	api->archive_entry_clear(entry);
	api->archive_entry_set_pathname(entry, member->path);
	/* The mode before the type: it carries one of its own. */
	api->archive_entry_set_mode(entry, member->target ? 0777 : 0644);
	api->archive_entry_set_filetype(entry, member->target ? AE_IFLNK : AE_IFREG);
	api->archive_entry_set_mtime(entry, 0, 0);
	if (member->target)
		api->archive_entry_set_symlink(entry, member->target);
	else
		api->archive_entry_set_size(entry, (la_int64_t)member->size);
	if (api->archive_write_header(archive, entry) != ARCHIVE_OK)
		return -1;
	if (!member->target && member->size &&
	    api->archive_write_data(archive, member->bytes, member->size) !=
		    (la_ssize_t)member->size)
		return -1;
	return 0;
}

static int write_all(const struct archive_api *api, const struct capture *capture, int fd,
		     const char *path)
{
	struct archive *archive = api->archive_write_new();
	struct archive_entry *entry = api->archive_entry_new();
	enum filter filter = filter_of(path);
	int failed = !archive || !entry;

	failed = failed || add_filter(api, archive, filter) < ARCHIVE_WARN ||
		 api->archive_write_set_format_pax_restricted(archive) != ARCHIVE_OK ||
		 (filter == FILTER_GZIP &&
		  api->archive_write_set_options(archive, "gzip:!timestamp") != ARCHIVE_OK) ||
		 api->archive_write_set_bytes_in_last_block(archive, 1) != ARCHIVE_OK ||
		 api->archive_write_open_fd(archive, fd) != ARCHIVE_OK;
	for (size_t i = 0; !failed && i < capture->count; i++)
		failed = add_member(api, archive, entry, &capture->members[i]);
	failed = failed || api->archive_write_close(archive) != ARCHIVE_OK;
	if (failed)
		complain("%s: %s", path,
			 archive && api->archive_error_string(archive)
				 ? api->archive_error_string(archive)
				 : ivrs_status_text(-IVRS_E_NOMEM));
	if (entry)
		api->archive_entry_free(entry);
	if (archive)
		api->archive_write_free(archive);
	return failed ? CLI_FAILED : 0;
}

static int by_path(const void *a, const void *b)
{
	const struct capture_member *x = a, *y = b;

	return strcmp(x->path, y->path);
}

int capture_write(const struct capture *capture, const char *path)
{
	size_t length = strlen(path);
	char *temporary = malloc(length + sizeof(".XXXXXX"));
	struct archive_api api;
	mode_t mask;
	int fd, status;

	if (!temporary)
		return source_failed(-IVRS_E_NOMEM);
	qsort(capture->members, capture->count, sizeof(*capture->members), by_path);
	status = load(&api);
	if (status) {
		free(temporary);
		return status;
	}
	sprintf(temporary, "%s.XXXXXX", path);
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0) {
		complain("%s: %s", path, strerror(errno));
		free(temporary);
		return CLI_FAILED;
	}
	status = write_all(&api, capture, fd, path);
	mask = umask(0);
	umask(mask);
	if (!status && (fchmod(fd, 0666 & ~mask) || fsync(fd) || rename(temporary, path))) {
		complain("%s: %s", path, strerror(errno));
		status = CLI_FAILED;
	}
	close(fd);
	if (status)
		unlink(temporary);
	free(temporary);
	return status;
}
