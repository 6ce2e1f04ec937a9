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

struct text_table {
	struct libscols_table *table;
	struct libscols_line *line;
	bool colors;
};

static void need(bool there)
{
	if (there)
		return;
	complain("%s", ivrs_status_text(-IVRS_E_NOMEM));
	exit(CLI_FAILED);
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
	for (size_t i = 0; i < count; i++) {
		int flags = 0;

		if (columns[i].flags & COLUMN_RIGHT)
			flags |= SCOLS_FL_RIGHT;
		if (columns[i].flags & COLUMN_CUT)
			flags |= SCOLS_FL_TRUNC;
		if (columns[i].flags & COLUMN_WRAP)
			flags |= SCOLS_FL_WRAP;
		if (columns[i].flags & COLUMN_ABSENT)
			flags |= SCOLS_FL_HIDDEN;
		need(scols_table_new_column(table->table, columns[i].name, 0, flags));
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
	need(!scols_line_set_data(table->line, column, text));
	if (table->colors && tone_color(tone))
		need(!scols_cell_set_color(scols_line_get_cell(table->line, column),
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

void text_table_print(struct text_table *table)
{
	if (!scols_table_is_empty(table->table))
		scols_print_table(table->table);
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

/* Columns that @length bytes of @text take; without a fitting locale, their number. */
static size_t columns_of(const char *text, size_t length)
{
	size_t columns = 0;

	for (size_t i = 0; i < length; i++)
		columns += ((unsigned char)text[i] & 0xc0) != 0x80;
	return columns;
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
	need(length >= 0);
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
