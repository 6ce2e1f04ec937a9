/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ivrsctl capture: what is collected, what is blotted out, and the tar it goes into. */
#ifndef IVRSCTL_CAPTURE_H
#define IVRSCTL_CAPTURE_H

#include "cli.h"

#define CAPTURE_PATH 1024

struct capture_member {
	char *path;
	char *target;	/* of a symbolic link; NULL: a file */
	uint8_t *bytes; /* of a file */
	size_t size;
};

struct capture {
	int root; /* directory that stands for / */
	struct capture_member *members;
	size_t count, room;
	size_t missing; /* files that are there and can't be read */
};

/* The tar, written into a temporary file beside @path and renamed. Returns 0 or the exit status after a complaint. */
int capture_write(const struct capture *capture, const char *path);
/* True when the suffix names a kind of tar that can be written. */
bool capture_knows_suffix(const char *path);

/* Keeps only the options of a kernel command line that the simulation looks at. Returns the number of those left out. */
size_t capture_clean_cmdline(uint8_t *text, size_t *size);
/* Blots out serial numbers in configuration space: the Device Serial Number capability and the VPD data register. */
void capture_clean_config(uint8_t *config, size_t size);

/* A file below a directory; free the bytes. Returns 0 or an errno number. Reading ends at 64 MiB. */
int capture_read(int root, const char *path, uint8_t **bytes, size_t *size);

#endif
