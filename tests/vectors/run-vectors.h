/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the two halves of the runner share: the scene of a case, and the answers of the library as text. */
#ifndef RUN_VECTORS_H
#define RUN_VECTORS_H

#include <libivrs/ivrs.h>

#define WORD_LIMIT 64
#define ANSWER_SIZE 65536

struct scene {
	/* What stays until it is said anew. */
	uint8_t *bytes;
	size_t size;
	ivrs_topology *topology;
	/* The case. */
	char name[128], release[128], cmdline[1024], relax[1024];
	char rules[16][64];
	size_t rule_count;
	uint32_t flags;
	/* What the first answer makes of it. */
	bool made;
	int error;
	ivrs_kernel *kernel;
	ivrs_table *table;
	ivrs_sim *sim;
	ivrs_report *report;
};

/* Make the simulation, if it isn't there. */
void scene_make(struct scene *scene);
/* The text that the library has for a question; NULL when there is no such question. @used words of it were the question. */
const char *answer(struct scene *scene, char **words, int count, int *used);
/* An error of the file itself ends the run. */
void fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif
