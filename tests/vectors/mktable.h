/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What mktable's two files share: the words of a line and what they mean as values. */
#ifndef MKTABLE_H
#define MKTABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINE_LIMIT 4096
#define WORD_LIMIT 64

/* One KEY=VALUE that a line may have. */
struct option {
	const char *key;
	unsigned int bytes; /* of a number; 0: text */
	uint64_t value;	    /* preset with what holds when the line doesn't say it */
	const char *text;
};

/* Where errors are: the caller keeps it up to date. */
extern const char *text_name;
extern unsigned int text_line;

__attribute__((noreturn, format(printf, 1, 2))) void fail(const char *format, ...);
void need(int count, int least, int most, const char *usage);

void set_le(uint8_t *at, uint64_t value, unsigned int count);
uint64_t number(const char *text, unsigned int bytes);
uint64_t device(const char *text);
bool device_range(char *text, uint64_t *first, uint64_t *last);
uint8_t type_number(const char *text);
size_t fixed_text(const char *text, uint8_t *at, size_t width, int fill);
size_t hex_bytes(char **words, int count, uint8_t *at);
void options(char **words, int count, struct option *known);
int split(char *text, char **words);

#endif
