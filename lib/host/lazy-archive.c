/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dlfcn.h>
#include <string.h>

#include "lazy-archive.h"
#include "internal.h"

int archive_load(struct archive_api *api, const char *what, char *error)
{
	/* RTLD_NODELETE: the handle needn't be kept, the second call finds the library loaded. */
	void *handle = dlopen(IVRS_LIBARCHIVE, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);

	if (!handle)
		return host_fail(error, IVRS_E_ARCHIVE, "%s: %s", what, dlerror());
#define F(name)                                                                                    \
	*(void **)&api->name = dlsym(handle, #name);                                               \
	if (!api->name) {                                                                          \
		dlclose(handle);                                                                   \
		return host_fail(error, IVRS_E_ARCHIVE, "%s: %s has no %s", what, IVRS_LIBARCHIVE, \
				 #name);                                                           \
	}
	ARCHIVE_FUNCTIONS(F)
#undef F
	dlclose(handle);
	return 0;
}

struct archive *archive_reader(const struct archive_api *api)
{
	struct archive *archive = api->archive_read_new();

	if (!archive)
		return NULL;
	api->archive_read_support_filter_bzip2(archive);
	api->archive_read_support_filter_gzip(archive);
	api->archive_read_support_filter_lz4(archive);
	api->archive_read_support_filter_lzma(archive);
	api->archive_read_support_filter_xz(archive);
	api->archive_read_support_filter_zstd(archive);
	return archive;
}

const char *archive_problem(const struct archive_api *api, struct archive *archive)
{
	const char *text = api->archive_error_string(archive);

	return text ? text : "damaged";
}
