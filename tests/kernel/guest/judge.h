/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the two halves of the guest's judge share: a group as sysfs shows it, and what came of claiming it. */
#ifndef JUDGE_H
#define JUDGE_H

#include <stdbool.h>
#include <stdint.h>

#define DEVICE_LIMIT 512
#define NAME_SIZE 16 /* 0000:00:00.0 */
#define DRIVER_SIZE 32
#define RANGE_LIMIT 4096
#define PROBE_LIMIT 64

struct function {
	char name[NAME_SIZE];
	char driver[DRIVER_SIZE]; /* "" when there is none */
	unsigned int group;
	bool bridge; /* by its header: vfio-pci doesn't take it */
};

struct claim {
	const char *path, *step; /* step: the call that failed, NULL when none did */
	int error;
	int viable;	    /* GET_STATUS's flag; -1: not asked */
	const char *device; /* at which the call failed, NULL when the call is about the group */
	unsigned int nr_ranges, nr_probes;
	uint64_t ranges[RANGE_LIMIT][2];
	struct {
		uint64_t iova, size;
		int error;
	} probes[PROBE_LIMIT];
};

struct request {
	unsigned int group;
	const struct function *devices[DEVICE_LIMIT]; /* those of the group that vfio-pci has */
	unsigned int nr_devices;
	uint64_t probes[PROBE_LIMIT];
	unsigned int nr_probes;
};

/* Each does what a VMM does until something is refused, and lets everything go again. */
void claim_legacy(const struct request *request, struct claim *claim);
void claim_cdev(const struct request *request, struct claim *claim);
void claim_compat(const struct request *request, struct claim *claim);

const char *errno_name(int error);

#endif
