/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * smoke [-n COUNT] [FILE...]: a main() for the fuzz target where there is no libFuzzer. Runs the files given (inputs that once
 * failed, say), or COUNT mutations of the built-in seeds, the same ones every time.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "seeds.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* xorshift64*: good enough to choose bytes, and the same everywhere. */
static uint64_t random_state = 0x9e3779b97f4a7c15;

static uint64_t next_random(void)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return random_state * 0x2545f4914f6cdd1d;
}

static size_t below(size_t limit)
{
	return limit ? (size_t)(next_random() % limit) : 0;
}

/* Copies @length bytes from @from to @to inside the seed, or opens or closes a gap there. */
static void move_bytes(struct seed *s, size_t to, size_t from, size_t length)
{
	if (to + length <= SEED_ROOM && from + length <= s->size) {
		memmove(s->bytes + to, s->bytes + from, length);
		if (to + length > s->size)
			s->size = to + length;
	}
}

static void mutate(struct seed *s)
{
	static const uint64_t odd[] = {0,	   1,	       3,	  4,	 23,	 24,
				       31,	   32,	       33,	  40,	 48,	 0x7f,
				       0x80,	   0xf0,       0xff,	  0xfff, 0x8000, 0xffff,
				       0xfffff000, UINT32_MAX, UINT64_MAX};
	static const uint8_t types[] = {0x00, 0x01, 0x02, 0x03, 0x04, 0x10, 0x11,
					0x20, 0x21, 0x22, 0x23, 0x40, 0x42, 0x43,
					0x46, 0x47, 0x48, 0x50, 0x51, 0x80, 0xf0};
	size_t at = below(s->size), gap = 1 + below(40);
	uint64_t number;

	switch (below(8)) {
	case 0:
		if (s->size)
			s->bytes[at] ^= (uint8_t)(1u << below(8));
		break;
	case 1:
		if (s->size)
			s->bytes[at] = (uint8_t)next_random();
		break;
	case 2:
		if (s->size)
			s->bytes[at] = types[below(sizeof(types))];
		break;
	case 3:
		number = odd[below(sizeof(odd) / sizeof(odd[0]))];
		for (size_t i = 0, length = (size_t)1 << below(4); i < length && at + i < s->size;
		     i++)
			s->bytes[at + i] = (uint8_t)(number >> (8 * i));
		break;
	case 4:
		s->size = at;
		break;
	case 5:
		move_bytes(s, at + gap, at, s->size - at);
		break;
	case 6:
		if (at + gap <= s->size) {
			move_bytes(s, at, at + gap, s->size - at - gap);
			s->size -= gap;
		}
		break;
	case 7:
		move_bytes(s, at, below(s->size), gap);
		break;
	}
}

/* Makes the length field agree again, so that not every mutation dies at the header. */
static void mend(struct seed *s)
{
	struct build b = {0};

	if (s->size < 48 || s->size > sizeof(b.bytes) || s->bytes[7])
		return;
	memcpy(b.bytes, s->bytes, s->size);
	b.size = s->size;
	build_end(&b);
	memcpy(s->bytes, b.bytes, b.size);
}

static void run(const struct seed *s)
{
	/* Memory of exactly that size, for a sanitizer to see every byte too far. */
	uint8_t *copy = malloc(s->size ? s->size : 1);

	if (!copy)
		abort();
	memcpy(copy, s->bytes, s->size);
	LLVMFuzzerTestOneInput(copy, s->size);
	free(copy);
}

static int run_file(const char *name)
{
	static struct seed s;
	FILE *file = fopen(name, "rb");

	if (!file) {
		perror(name);
		return 1;
	}
	s.size = fread(s.bytes, 1, SEED_ROOM, file);
	fclose(file);
	run(&s);
	return 0;
}

int main(int argc, char **argv)
{
	static struct seed s;
	unsigned long count = 20000;
	unsigned int seeds = 0;

	if (argc > 2 && !strcmp(argv[1], "-n")) {
		count = strtoul(argv[2], NULL, 10);
	} else if (argc > 1) {
		for (int i = 1; i < argc; i++)
			if (run_file(argv[i]))
				return 1;
		return 0;
	}
	while (make_seed(seeds, &s)) {
		run(&s);
		seeds++;
	}
	for (unsigned long i = 0; i < count; i++) {
		unsigned int chosen = (unsigned int)below(seeds);

		make_seed(chosen, &s);
		for (size_t n = 1 + below(6); n; n--)
			mutate(&s);
		/* Odd seeds are dumps. */
		if (!(chosen % 2) && below(4))
			mend(&s);
		run(&s);
	}
	printf("%lu mutations of %u seeds\n", count, seeds);
	return 0;
}
