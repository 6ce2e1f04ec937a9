// SPDX-License-Identifier: GPL-2.0-or-later
#include <libsmartcols/libsmartcols.h>
#include <locale.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "text.h"

#define DEFAULT_WIDTH 80
#define LEAST_WIDTH 40
#define LEAST_NAME 20 /* a name is cut down to this before sentences are wrapped */
#define LEAST_SENTENCE 16

struct text_table {
	struct libscols_table *table;
	struct libscols_line *line;
	const struct text_column *columns;
	size_t count;
	bool colors;
};

/* Of libsmartcols and of printf: they fail for want of memory alone. */
static void check(bool failed)
{
	if (failed)
		need(NULL);
}

size_t text_width(void)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_col)
		return DEFAULT_WIDTH;
	return size.ws_col < LEAST_WIDTH ? LEAST_WIDTH : size.ws_col;
}

static bool wants_color(const struct options *options)
{
	const char *no_color = getenv("NO_COLOR");

	if (options->color != COLOR_AUTO)
		return options->color == COLOR_ALWAYS;
	return isatty(STDOUT_FILENO) && !(no_color && *no_color);
}

struct text_table *text_table_new(const struct options *options, const struct text_column *columns,
				  size_t count)
{
	struct text_table *table = calloc(1, sizeof(*table));

	need(table);
	setlocale(LC_CTYPE, "");
	table->table = scols_new_table();
	need(table->table);
	table->colors = wants_color(options);
	scols_table_enable_colors(table->table, table->colors);
	scols_table_enable_noheadings(table->table, !options->headings);
	/* libsmartcols would let lines grow without end when there is no terminal. */
	scols_table_set_termforce(table->table, SCOLS_TERMFORCE_ALWAYS);
	scols_table_set_termwidth(table->table, text_width());
	table->columns = columns;
	table->count = count;
	for (size_t i = 0; i < count; i++) {
		struct libscols_column *column;
		int flags = 0;

		if (columns[i].flags & COLUMN_RIGHT)
			flags |= SCOLS_FL_RIGHT;
		if (columns[i].flags & COLUMN_WRAP)
			flags |= SCOLS_FL_WRAP;
		if (columns[i].flags & COLUMN_ABSENT)
			flags |= SCOLS_FL_HIDDEN;
		column = scols_table_new_column(table->table, columns[i].name, 0, flags);
		need(column);
		/* Left alone, libsmartcols breaks words; fit() puts the line breaks. */
		if (columns[i].flags & COLUMN_WRAP) {
			check(scols_column_set_safechars(column, "\n"));
			check(scols_column_set_wrapfunc(column, scols_wrapnl_chunksize,
							scols_wrapnl_nextchunk, NULL));
		}
	}
	return table;
}

void text_row(struct text_table *table)
{
	table->line = scols_table_new_line(table->table, NULL);
	need(table->line);
}

static const char *tone_color(enum tone tone)
{
	switch (tone) {
	case TONE_GOOD:
		return "green";
	case TONE_BAD:
		return "red";
	case TONE_DIM:
		return "darkgray";
	default:
		return NULL;
	}
}

void text_cell(struct text_table *table, size_t column, const char *text, enum tone tone)
{
	check(scols_line_set_data(table->line, column, text));
	if (table->colors && tone_color(tone))
		check(scols_cell_set_color(scols_line_get_cell(table->line, column),
					   tone_color(tone)));
}

void text_cellf(struct text_table *table, size_t column, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	text_cell(table, column, text, TONE_PLAIN);
}

/* Columns that @length bytes of @text take; without a fitting locale, their number. */
static size_t columns_of(const char *text, size_t length)
{
	size_t columns = 0;

	for (size_t i = 0; i < length; i++)
		columns += ((unsigned char)text[i] & 0xc0) != 0x80;
	return columns;
}

/* Ends @text after @width columns. */
static void cut(char *text, size_t width)
{
	size_t bytes = 0;

	for (size_t columns = 0; text[bytes]; bytes++)
		if (((unsigned char)text[bytes] & 0xc0) != 0x80 && columns++ == width)
			break;
	text[bytes] = '\0';
}

/* Turns blanks into line breaks where a line would grow beyond @width columns. */
static void wrap(char *text, size_t width)
{
	char *blank = NULL, *start = text;

	for (char *c = text;; c++) {
		if (*c != ' ' && *c)
			continue;
		if (blank && columns_of(start, (size_t)(c - start)) > width) {
			*blank = '\n';
			start = blank + 1;
		}
		if (!*c)
			break;
		blank = c;
	}
}

static size_t natural_width(const struct text_table *table, size_t column)
{
	size_t width = scols_table_is_noheadings(table->table)
			       ? 0
			       : strlen(table->columns[column].name);
	struct libscols_iter *lines = scols_new_iter(SCOLS_ITER_FORWARD);
	struct libscols_line *line;

	need(lines);
	while (!scols_table_next_line(table->table, lines, &line)) {
		const char *text = scols_cell_get_data(scols_line_get_cell(line, column));
		size_t columns = text ? columns_of(text, strlen(text)) : 0;

		if (columns > width)
			width = columns;
	}
	scols_free_iter(lines);
	return width;
}

static void narrow(struct text_table *table, size_t column, size_t width,
		   void (*change)(char *text, size_t width))
{
	struct libscols_iter *lines = scols_new_iter(SCOLS_ITER_FORWARD);
	struct libscols_line *line;

	need(lines);
	while (!scols_table_next_line(table->table, lines, &line)) {
		struct libscols_cell *cell = scols_line_get_cell(line, column);
		char *text;

		if (!scols_cell_get_data(cell))
			continue;
		text = strdup(scols_cell_get_data(cell));
		need(text);
		change(text, width);
		check(scols_cell_refer_data(cell, text));
	}
	scols_free_iter(lines);
}

/* Names are cut before sentences are wrapped, and everything else stays whole. */
static void fit(struct text_table *table)
{
	size_t room = text_width() + 1, names = 0, sentences = 0, wraps = 0;
	size_t *widths = calloc(table->count, sizeof(*widths));

	need(widths);
	for (size_t i = 0; i < table->count; i++) {
		unsigned int flags = table->columns[i].flags;

		if (flags & COLUMN_ABSENT)
			continue;
		widths[i] = natural_width(table, i) + 1;
		if (flags & COLUMN_CUT)
			names += widths[i];
		else if (flags & COLUMN_WRAP)
			sentences += widths[i];
		else
			room -= widths[i] < room ? widths[i] : room;
		wraps += (flags & COLUMN_WRAP) != 0;
	}
	if (names && names + sentences > room) {
		size_t left = room > sentences ? room - sentences : 0;

		if (left > names)
			left = names;
		if (left < LEAST_NAME + 1)
			left = names < LEAST_NAME + 1 ? names : LEAST_NAME + 1;
		names = left;
		for (size_t i = 0; i < table->count; i++)
			if (table->columns[i].flags & COLUMN_CUT)
				narrow(table, i, names - 1, cut);
	}
	room -= names < room ? names : room;
	for (size_t i = 0; i < table->count && wraps; i++) {
		size_t width = room / wraps;

		if (!(table->columns[i].flags & COLUMN_WRAP))
			continue;
		if (width > widths[i] || wraps == 1)
			width = room < widths[i] ? room : widths[i];
		if (width < LEAST_SENTENCE + 1)
			width = LEAST_SENTENCE + 1;
		if (width < widths[i])
			narrow(table, i, width - 1, wrap);
		room -= width < room ? width : room;
		wraps--;
	}
	free(widths);
}

void text_table_print(struct text_table *table)
{
	if (!scols_table_is_empty(table->table)) {
		fit(table);
		scols_print_table(table->table);
	}
	scols_unref_table(table->table);
	free(table);
}

void text_word(const struct options *options, const char *word, enum tone tone)
{
	static const char *const codes[] = {"", "\033[32m", "\033[31m", "\033[90m"};

	if (wants_color(options) && tone != TONE_PLAIN)
		printf("%s%s\033[0m", codes[tone], word);
	else
		fputs(word, stdout);
}

void text_paragraph(const char *first, const char *format, ...)
{
	size_t width = text_width(), indent = columns_of(first, strlen(first)), column = indent;
	bool fresh = true;
	va_list args;
	char *text;
	int length;

	va_start(args, format);
	length = vasprintf(&text, format, args);
	va_end(args);
	check(length < 0);
	fputs(first, stdout);
	for (const char *word = text; *word;) {
		size_t bytes = strcspn(word, " \n"), columns = columns_of(word, bytes);

		if (!fresh && column + 1 + columns > width) {
			printf("\n%*s", (int)indent, "");
			column = indent;
			fresh = true;
		}
		if (bytes) {
			printf("%s%.*s", fresh ? "" : " ", (int)bytes, word);
			column += columns + !fresh;
			fresh = false;
		}
		word += bytes + (word[bytes] != '\0');
	}
	putchar('\n');
	free(text);
}
