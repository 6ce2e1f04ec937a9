/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of libivrs-host share. Data flows: file system (directory or tar) -> sysfs, libpci -> host. */
#ifndef LIBIVRS_HOST_INTERNAL_H
#define LIBIVRS_HOST_INTERNAL_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the public headers declare is what this library, built with hidden symbols, shows. */
#pragma GCC visibility push(default)
#include <libivrs/host.h>
#pragma GCC visibility pop

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define HOST_PATH 4096		  /* bytes of a path inside a sysroot */
#define HOST_ATTRIBUTE (1u << 20) /* a file of sysfs or proc at the most */
#define HOST_TABLE (64u << 20)	  /* an ACPI table, and the whole of a tar, at the most */
#define HOST_MEMBERS 200000u	  /* members of a tar at the most */
#define HOST_BYTES (256u << 20)	  /* what is read of a sysroot in all, at the most */
#define HOST_LSPCI (64u << 20)	  /* lspci text at the most */
#define HOST_TABLES "sys/firmware/acpi/tables" /* where Linux shows ACPI tables */
#define HOST_PCI "sys/bus/pci/devices"

/* text.c: messages and small parsers */

/* Writes one line into error (may be NULL), unprintable bytes as '?'; returns -status. */
int host_fail(char *error, int status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void host_sanitize(char *text);
/* "ssss:bb:dd.f" or a longer domain: 0; -1 not an address; 1 an address whose domain needs more than 16 bits. */
int host_parse_sbdf(const char *text, ivrs_sbdf_t *sbdf);
/* Decimal number without sign that ends the text. */
bool host_parse_number(const char *text, uint32_t *number);

/* fs.c: read, list and follow inside a sysroot; every function returns 0 or an errno number */

struct tree;

struct fs {
	char *name;	   /* as given by the caller, for messages; "/" for the running host */
	int fd;		   /* the directory, or -1 */
	bool live;	   /* the running host */
	bool no_openat2;   /* resolve names step by step: openat2 is missing or forbidden */
	struct tree *tree; /* a tar, read into memory, or NULL */
	/* Links may make one large file or directory of a hostile sysroot appear many times. */
	size_t bytes_left, entries_left;
};

struct fs_names {
	char **names;
	size_t count;
};

/* Status and error line as ivrs_host_open() gives them. */
int fs_open(const char *sysroot, struct fs *fs, char *error);
void fs_close(struct fs *fs);
int fs_read(struct fs *fs, const char *path, size_t limit, uint8_t **bytes, size_t *size);
/* A text attribute without its trailing newline; to be freed. */
int fs_read_text(struct fs *fs, const char *path, char **text);
/* Last component of a symbolic link's target: a driver's name, a group's number. */
int fs_link_name(const struct fs *fs, const char *path, char *name, size_t size);
/* Entries of a directory, sorted by name. */
int fs_list(struct fs *fs, const char *path, struct fs_names *names);
void fs_names_free(struct fs_names *names);
/* A regular file of a directory's sysroot, for reading in pieces; *fd is -1 on failure. */
int fs_open_file(const struct fs *fs, const char *path, int *fd);
/* The name of a file as the user would write it: "DIR/path", "/path", "TAR:path"; to be freed, NULL without memory. */
char *fs_full_name(const struct fs *fs, const char *path);
/* Path with every symbolic link resolved inside the sysroot. */
int fs_resolve(const struct fs *fs, const char *path, bool follow_last, char *out);

/* fd.c */

/* Opens a regular file (or, when allowed, a pipe) without waiting for anybody; 0 or errno. */
int fd_check_regular(int fd, bool allow_pipe);
int fd_read_all(int fd, size_t limit, uint8_t **bytes, size_t *size);

/* tree.c: a tar in memory */

int tree_load(int fd, const char *name, struct tree **tree, char *error);
void tree_free(struct tree *tree);
/* Canonical paths only, "" is the root. 0 or errno; data stays the tree's. */
int tree_read(const struct tree *tree, const char *path, const uint8_t **bytes, size_t *size);
/* EINVAL: there, and not a link. */
int tree_link(const struct tree *tree, const char *path, char *target, size_t size);
/* Takes what it walks over from left; EFBIG when that doesn't suffice. */
int tree_list(const struct tree *tree, const char *path, size_t *left, struct fs_names *names);
/* For tree.c and fs.c: appends a copy of name[0..length). */
int fs_names_add(struct fs_names *names, size_t *room, const char *name, size_t length);
void fs_names_sort(struct fs_names *names);

/* host.c */

struct host_group {
	uint32_t id;
	char *type, *regions;
};

struct host_names; /* names.c */

struct ivrs_host {
	struct fs fs;
	uint8_t *table;
	size_t table_size;
	int table_errno;
	bool no_groups; /* IVRS_HOST_NO_GROUPS */
	char *table_path;
	bool dmar;
	ivrs_topology *topology;
	char *release, *cmdline, *lockdown;
	char *dmi[8];
	struct host_group *groups;
	size_t group_count;
	char **notes;
	size_t note_count, note_room, notes_lost;
	struct host_names *names;
};

void host_note(ivrs_host *host, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* firmware.c, groups.c, devices.c, lspci.c: 0 or a negated status with an error line */

int host_read_firmware(ivrs_host *host);
int host_read_kernel(ivrs_host *host);
int host_read_ioapics(ivrs_host *host);
int host_read_groups(ivrs_host *host);
int host_read_iommus(ivrs_host *host);
int host_read_devices(ivrs_host *host, char *error);
int host_read_lspci(ivrs_host *host, const char *path, char *error);

/* names.c */

void host_names_free(struct host_names *names);

/* topology.c has no removal; a failing setter other than NOMEM can't happen for a device that was just added. */
static inline bool host_nomem(int status)
{
	return status == -IVRS_E_NOMEM;
}

#endif
