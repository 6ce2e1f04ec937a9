/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libarchive, loaded when a tar or a kernel image is opened and not before: with what it depends on (libxml2, ICU)
 * it costs more start-up time than reading and judging a table does.
 */
#ifndef LIBIVRS_HOST_LAZY_ARCHIVE_H
#define LIBIVRS_HOST_LAZY_ARCHIVE_H

#include <archive.h>
#include <archive_entry.h>

#define ARCHIVE_FUNCTIONS(F)                 \
	F(archive_entry_filetype)            \
	F(archive_entry_hardlink)            \
	F(archive_entry_hardlink_utf8)       \
	F(archive_entry_pathname)            \
	F(archive_entry_pathname_utf8)       \
	F(archive_entry_size)                \
	F(archive_entry_symlink)             \
	F(archive_entry_symlink_utf8)        \
	F(archive_error_string)              \
	F(archive_read_data)                 \
	F(archive_read_free)                 \
	F(archive_read_new)                  \
	F(archive_read_next_header)          \
	F(archive_read_open_fd)              \
	F(archive_read_open_memory)          \
	F(archive_read_support_filter_bzip2) \
	F(archive_read_support_filter_gzip)  \
	F(archive_read_support_filter_lz4)   \
	F(archive_read_support_filter_lzma)  \
	F(archive_read_support_filter_xz)    \
	F(archive_read_support_filter_zstd)  \
	F(archive_read_support_format_raw)   \
	F(archive_read_support_format_tar)

struct archive_api {
#define F(name) __typeof__(&name) name;
	ARCHIVE_FUNCTIONS(F)
#undef F
};

/* 0, or -IVRS_E_ARCHIVE with an error line that begins with what. */
int archive_load(struct archive_api *api, const char *what, char *error);
/* A reader with every filter that libarchive has built in; none that would start a program. NULL: no memory. */
struct archive *archive_reader(const struct archive_api *api);
/* The reader's own words, never NULL. */
const char *archive_problem(const struct archive_api *api, struct archive *archive);

#endif
