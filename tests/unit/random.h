/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers that look random and are the same on every run: xorshift64*. */
#ifndef TESTS_UNIT_RANDOM_H
#define TESTS_UNIT_RANDOM_H

#include <stdint.h>

static uint64_t random_state = 0x9e3779b97f4a7c15ull;

static inline uint64_t random_bits(void)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return random_state * 0x2545f4914f6cdd1dull;
}

static inline uint32_t random_below(uint32_t limit)
{
	return (uint32_t)(random_bits() >> 33) % limit;
}

#endif
