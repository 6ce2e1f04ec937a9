/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libivrs-host, loaded when a host is read and not before: libpci and libarchive (with libxml2 and ICU behind it) cost more
 * start-up time than the whole of `ivrsctl show --table FILE`.
 */
#ifndef IVRSCTL_HOST_API_H
#define IVRSCTL_HOST_API_H

#include <libivrs/host.h>

#define HOST_FUNCTIONS(F)   \
	F(open)             \
	F(free)             \
	F(table)            \
	F(table_path)       \
	F(table_errno)      \
	F(has_dmar)         \
	F(topology)         \
	F(release)          \
	F(cmdline)          \
	F(dmi)              \
	F(lockdown)         \
	F(device_name)      \
	F(reserved_regions) \
	F(group_type)       \
	F(group_count)      \
	F(group_id)         \
	F(note_count)       \
	F(note)             \
	F(probe_image)      \
	F(find_image)

struct host_api {
#define HOST_MEMBER(name) __typeof__(ivrs_host_##name) *name;
	HOST_FUNCTIONS(HOST_MEMBER)
#undef HOST_MEMBER
};

/* The functions of libivrs-host; NULL after a complaint when it can't be loaded. */
const struct host_api *host_api(void);

#endif
