/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text output: tables through libsmartcols that fit the terminal (80 columns where there is none), wrapped lines, and words. */
#ifndef IVRSCTL_TEXT_H
#define IVRSCTL_TEXT_H

#include "cli.h"

struct text_table;

enum {
	COLUMN_RIGHT = 0x1,  /* numbers */
	COLUMN_CUT = 0x2,    /* names: cut first when the line is too long */
	COLUMN_WRAP = 0x4,   /* sentences */
	COLUMN_ABSENT = 0x8, /* not printed */
};

struct text_column {
	const char *name;
	unsigned int flags;
};

/* Colours only repeat what the words say. */
enum tone { TONE_PLAIN, TONE_GOOD, TONE_BAD, TONE_DIM };

/* All three end the process with a complaint when memory runs out. */
/* @columns must live until the table is printed. */
struct text_table *text_table_new(const struct options *options, const struct text_column *columns,
				  size_t count);
/* Starts a row. */
void text_row(struct text_table *table);
void text_cell(struct text_table *table, size_t column, const char *text, enum tone tone);
void text_cellf(struct text_table *table, size_t column, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Prints the table and frees it. */
void text_table_print(struct text_table *table);

/* A paragraph of wrapped lines: @first stands before the first line, the others are indented as far. */
void text_paragraph(const char *first, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* A word in its colour, for use outside of tables. */
void text_word(const struct options *options, const char *word, enum tone tone);
size_t text_width(void);

/* describe.c: numbers of the table in words. @text holds at least DESCRIBE_TEXT bytes. */
#define DESCRIBE_TEXT 160

/* "00:00.0-0f:1f.7", with the segment when it isn't 0 */
void describe_range(ivrs_sbdf_t first, ivrs_sbdf_t last, char *text);
/* "22h 00:00.0-0f:1f.7, exclusion" */
void describe_ivmd(const ivrs_ivmd *ivmd, char *text);
/* "exclusion", "unity, read, write" or "nothing" */
void describe_ivmd_flags(uint8_t flags, char *text);
/* ssss:bb:dd.f, "A-B", or the ACPI name */
void describe_device(const ivrs_sim *sim, size_t device, char *text);
/* The name from pci.ids without what companies call themselves in law; "" for none. */
void describe_name(const struct source *source, ivrs_sbdf_t sbdf, char *text, size_t size);
/* "0-2, 4" out of ascending numbers */
void describe_list(const uint32_t *numbers, size_t count, char *text, size_t size);
/* "Linux 6.12.117 (rules linux-6.12, measured)" */
void describe_kernel(const struct source *source, char *text, size_t size);
/* The source options as they were given, to be put into a command for the user: " -s host.tar"; "" for none. */
void describe_source_options(const struct options *options, char *text, size_t size);

#endif
