/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A sysroot as the host sees it: names are followed inside of it and never lead out, be it a directory or a tar. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "internal.h"

#define MAX_LINKS 40  /* as many as Linux follows */
#define MAX_STEPS 128 /* components of a path with those of its links; sysfs needs less than 60 */

int fs_open(const char *sysroot, struct fs *fs, char *error)
{
	const char *path = sysroot ? sysroot : "/";
	struct stat st;
	int status = 0;

	memset(fs, 0, sizeof(*fs));
	fs->live = !strcmp(path, "/");
	fs->bytes_left = HOST_BYTES;
	fs->entries_left = 4 * HOST_MEMBERS;
	fs->name = strdup(path);
	fs->fd = fs->name ? open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) : -1;
	if (!fs->name)
		return host_fail(error, IVRS_E_NOMEM, "%s: out of memory", path);
	if (fs->fd < 0)
		return host_fail(error, IVRS_E_IO, "%s: %s", path, strerror(errno));
	if (fstat(fs->fd, &st))
		status = host_fail(error, IVRS_E_IO, "%s: %s", path, strerror(errno));
	else if (S_ISREG(st.st_mode))
		status = tree_load(fs->fd, path, &fs->tree, error);
	else if (!S_ISDIR(st.st_mode))
		status = host_fail(error, IVRS_E_IO, "%s: neither a directory nor a file", path);
	if (status || fs->tree) {
		close(fs->fd);
		fs->fd = -1;
	}
	return status;
}

void fs_close(struct fs *fs)
{
	if (fs->fd >= 0)
		close(fs->fd);
	fs->fd = -1;
	tree_free(fs->tree);
	fs->tree = NULL;
	free(fs->name);
	fs->name = NULL;
}

static int link_at(const struct fs *fs, const char *path, char *target)
{
	ssize_t n;

	if (fs->tree)
		return tree_link(fs->tree, path, target, HOST_PATH);
	n = readlinkat(fs->fd, path, target, HOST_PATH);
	if (n < 0)
		return errno;
	if (n >= HOST_PATH)
		return ENAMETOOLONG;
	target[n] = 0;
	return 0;
}

static void drop_last(char *path)
{
	char *slash = strrchr(path, '/');

	*(slash ? slash : path) = 0;
}

int fs_resolve(const struct fs *fs, const char *path, bool follow_last, char *out)
{
	char rest[2 * HOST_PATH], target[HOST_PATH];
	size_t done = 0, used = 0;
	unsigned links = 0, steps = 0;

	out[0] = 0;
	if (strlen(path) >= HOST_PATH)
		return ENAMETOOLONG;
	strcpy(rest, path);
	for (;;) {
		size_t length, more;
		int code;

		while (rest[done] == '/')
			done++;
		if (!rest[done])
			return 0;
		if (++steps > MAX_STEPS)
			return ELOOP;
		length = strcspn(rest + done, "/");
		if (length == 2 && !memcmp(rest + done, "..", 2)) {
			drop_last(out);
			used = strlen(out);
			done += length;
			continue;
		}
		if (length == 1 && rest[done] == '.') {
			done += length;
			continue;
		}
		if (used + length + 2 > HOST_PATH)
			return ENAMETOOLONG;
		if (used)
			out[used++] = '/';
		memcpy(out + used, rest + done, length);
		used += length;
		out[used] = 0;
		done += length;
		if (!follow_last && !rest[done + strspn(rest + done, "/")])
			return 0;
		code = link_at(fs, out, target);
		if (code == EINVAL)
			continue;
		if (code)
			return code;
		if (++links > MAX_LINKS)
			return ELOOP;
		more = strlen(rest + done);
		length = strlen(target);
		if (length + more + 1 > sizeof(rest))
			return ENAMETOOLONG;
		memmove(rest + length, rest + done, more + 1);
		memcpy(rest, target, length);
		done = 0;
		if (target[0] == '/')
			out[0] = 0;
		else
			drop_last(out);
		used = strlen(out);
	}
}

/* openat2 keeps the walk inside in one call; a kernel or a container without it gets the walk by hand. */
static int open_at(const struct fs *fs, const char *path, int flags, int *fd)
{
	char resolved[HOST_PATH];
	int code;

	*fd = -1;
	if (!fs->no_openat2) {
		struct open_how how = {
			.flags = (uint64_t)(flags | O_CLOEXEC),
			.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
		};

		*fd = (int)syscall(SYS_openat2, fs->fd, path, &how, sizeof(how));
		if (*fd >= 0)
			return 0;
		if (errno != ENOSYS && errno != EPERM && errno != EAGAIN)
			return errno;
	}
	code = fs_resolve(fs, path, !(flags & O_NOFOLLOW), resolved);
	if (code)
		return code;
	*fd = openat(fs->fd, resolved[0] ? resolved : ".", flags | O_NOFOLLOW | O_CLOEXEC);
	return *fd < 0 ? errno : 0;
}

int fs_open_file(const struct fs *fs, const char *path, int *fd)
{
	int code = open_at(fs, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, fd);

	if (code)
		return code;
	code = fd_check_regular(*fd, false);
	if (code) {
		close(*fd);
		*fd = -1;
	}
	return code;
}

int fs_read(struct fs *fs, const char *path, size_t limit, uint8_t **bytes, size_t *size)
{
	int fd, code;

	*bytes = NULL;
	*size = 0;
	if (limit > fs->bytes_left)
		limit = fs->bytes_left;
	if (fs->tree) {
		char resolved[HOST_PATH];
		const uint8_t *data;

		code = fs_resolve(fs, path, true, resolved);
		if (!code)
			code = tree_read(fs->tree, resolved, &data, size);
		if (!code && *size > limit)
			code = EFBIG;
		if (code) {
			*size = 0;
			return code;
		}
		*bytes = malloc(*size + 1);
		if (!*bytes)
			return ENOMEM;
		if (*size)
			memcpy(*bytes, data, *size);
		fs->bytes_left -= *size;
		return 0;
	}
	code = fs_open_file(fs, path, &fd);
	if (code)
		return code;
	code = fd_read_all(fd, limit, bytes, size);
	fs->bytes_left -= *size;
	close(fd);
	return code;
}

int fs_read_text(struct fs *fs, const char *path, char **text)
{
	uint8_t *bytes;
	size_t size;
	int code = fs_read(fs, path, HOST_ATTRIBUTE, &bytes, &size);
	char *copy;

	*text = NULL;
	if (code)
		return code;
	while (size && (bytes[size - 1] == '\n' || bytes[size - 1] == 0))
		size--;
	copy = strndup((const char *)bytes, size);
	free(bytes);
	if (!copy)
		return ENOMEM;
	*text = copy;
	return 0;
}

int fs_link_name(const struct fs *fs, const char *path, char *name, size_t size)
{
	char target[HOST_PATH];
	const char *last;
	int code;

	if (fs->tree || fs->no_openat2) {
		char resolved[HOST_PATH];

		code = fs_resolve(fs, path, false, resolved);
		if (!code)
			code = link_at(fs, resolved, target);
	} else {
		int fd;

		code = open_at(fs, path, O_PATH | O_NOFOLLOW, &fd);
		if (!code) {
			ssize_t n = readlinkat(fd, "", target, sizeof(target));

			/* ENOENT is what a descriptor that is no link gives. */
			code = n < 0 ? errno : n >= (ssize_t)sizeof(target) ? ENAMETOOLONG : 0;
			target[code ? 0 : n] = 0;
			close(fd);
		}
	}
	if (code)
		return code;
	last = strrchr(target, '/');
	last = last ? last + 1 : target;
	if (strlen(last) >= size)
		return ENAMETOOLONG;
	strcpy(name, last);
	return 0;
}

int fs_names_add(struct fs_names *names, size_t *room, const char *name, size_t length)
{
	if (names->count == *room) {
		size_t more = *room ? *room * 2 : 64;
		char **grown = realloc(names->names, more * sizeof(*grown));

		if (!grown)
			return ENOMEM;
		names->names = grown;
		*room = more;
	}
	names->names[names->count] = strndup(name, length);
	if (!names->names[names->count])
		return ENOMEM;
	names->count++;
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void fs_names_sort(struct fs_names *names)
{
	if (names->count)
		qsort(names->names, names->count, sizeof(*names->names), by_name);
}

void fs_names_free(struct fs_names *names)
{
	size_t i;

	for (i = 0; i < names->count; i++)
		free(names->names[i]);
	free(names->names);
	names->names = NULL;
	names->count = 0;
}

int fs_list(struct fs *fs, const char *path, struct fs_names *names)
{
	struct dirent *entry;
	size_t room = 0;
	int fd, code;
	DIR *dir;

	names->names = NULL;
	names->count = 0;
	if (fs->tree) {
		char resolved[HOST_PATH];

		code = fs_resolve(fs, path, true, resolved);
		return code ? code : tree_list(fs->tree, resolved, &fs->entries_left, names);
	}
	code = open_at(fs, path, O_RDONLY | O_DIRECTORY | O_NONBLOCK, &fd);
	if (code)
		return code;
	dir = fdopendir(fd);
	if (!dir) {
		code = errno;
		close(fd);
		return code;
	}
	while (!code && (errno = 0, entry = readdir(dir))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		if (!fs->entries_left) {
			code = EFBIG;
		} else {
			fs->entries_left--;
			code = fs_names_add(names, &room, entry->d_name, strlen(entry->d_name));
		}
	}
	if (!code && errno)
		code = errno;
	closedir(dir);
	if (code)
		fs_names_free(names);
	else
		fs_names_sort(names);
	return code;
}

char *fs_full_name(const struct fs *fs, const char *path)
{
	const char *between = fs->tree ? ":" : fs->live ? "" : "/";
	char *name = NULL;

	if (asprintf(&name, "%s%s%s", fs->name, between, path) < 0)
		return NULL;
	return name;
}
