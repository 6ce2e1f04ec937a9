/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading a whole file that nobody vouches for: it may be a pipe, a device, endless, or lie about its size. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"

int fd_check_regular(int fd, bool allow_pipe)
{
	struct stat st;

	if (fstat(fd, &st))
		return errno;
	if (S_ISREG(st.st_mode))
		return 0;
	if (S_ISDIR(st.st_mode))
		return EISDIR;
	if (allow_pipe && !S_ISBLK(st.st_mode))
		return 0;
	return ENODEV;
}

/* The size of a file in sysfs says nothing (4096 or 0), so the end is where read() says it is. */
int fd_read_all(int fd, size_t limit, uint8_t **bytes, size_t *size)
{
	size_t room = 0, used = 0;
	uint8_t *data = NULL;
	int error = 0;
	struct stat st;

	*bytes = NULL;
	*size = 0;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_size > 0) {
		if ((uintmax_t)st.st_size > limit)
			return EFBIG;
		room = (size_t)st.st_size + 1;
	}
	if (room < 256)
		room = 256;
	data = malloc(room);
	if (!data)
		return ENOMEM;
	for (;;) {
		ssize_t n;

		if (used == room) {
			uint8_t *more = realloc(data, room * 2);

			if (!more) {
				error = ENOMEM;
				break;
			}
			data = more;
			room *= 2;
		}
		n = read(fd, data + used, room - used);
		if (!n)
			break;
		if (n < 0) {
			struct pollfd wait = {.fd = fd, .events = POLLIN};

			if (errno == EINTR)
				continue;
			if (errno == EAGAIN && poll(&wait, 1, -1) >= 0)
				continue;
			error = errno;
			break;
		}
		used += (size_t)n;
		if (used > limit) {
			error = EFBIG;
			break;
		}
	}
	if (error) {
		free(data);
		return error;
	}
	*bytes = data;
	*size = used;
	return 0;
}

int ivrs_host_read_file(const char *path, size_t limit, void **bytes, size_t *size, char *error)
{
	uint8_t *data = NULL;
	int fd, code;

	if (error)
		error[0] = 0;
	if (bytes)
		*bytes = NULL;
	if (size)
		*size = 0;
	if (!path || !bytes || !size)
		return host_fail(error, IVRS_E_ARGUMENT, "no file name");
	if (!strcmp(path, "-")) {
		code = fd_read_all(STDIN_FILENO, limit, &data, size);
		path = "standard input";
	} else {
		fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
		if (fd < 0)
			return host_fail(error, errno == ENOMEM ? IVRS_E_NOMEM : IVRS_E_IO,
					 "%s: %s", path, strerror(errno));
		code = fd_check_regular(fd, true);
		if (!code)
			code = fd_read_all(fd, limit, &data, size);
		close(fd);
	}
	if (code == EFBIG)
		return host_fail(error, IVRS_E_TOO_LARGE, "%s: larger than %zu bytes", path, limit);
	if (code == ENODEV)
		return host_fail(error, IVRS_E_IO, "%s: not a regular file", path);
	if (code)
		return host_fail(error, code == ENOMEM ? IVRS_E_NOMEM : IVRS_E_IO, "%s: %s", path,
				 strerror(code));
	*bytes = data;
	return 0;
}
