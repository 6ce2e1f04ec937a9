/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the smoke test starts from: small tables and dumps that hold every structure. */
#ifndef TESTS_FUZZ_SEEDS_H
#define TESTS_FUZZ_SEEDS_H

#include "../unit/build.h"

#define SEED_ROOM 16384

struct seed {
	uint8_t bytes[SEED_ROOM];
	size_t size;
};

/* Makes seed number @index; false past the last one. */
bool make_seed(unsigned int index, struct seed *seed);

#endif
