/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The text that acpidump prints: for each table a line "IVRS @ 0x000000009F5E1000", rows of an offset, up to 16 bytes and the
 * same as characters, and an empty line.
 */
#include "acpidump.h"

#define ROW_BYTES 16

bool acpidump_is_text(struct cursor text)
{
	size_t look = text.size < 256 ? text.size : 256;
	size_t name = text.size < 4 ? text.size : 4;

	/* acpidump -n IVRS begins with the name too; as a length, " @ 0" is beyond any limit. */
	if (!memcmp(cursor_at(text, 0, name), "IVRS", name) &&
	    (text.size < 7 || memcmp(cursor_at(text, 4, 3), " @ ", 3)))
		return false;
	for (size_t i = 0; i < look; i++) {
		uint8_t byte = cursor_u8(text, i);

		if ((byte < 0x20 || byte > 0x7e) && byte != '\t' && byte != '\n' && byte != '\r')
			return false;
	}
	return look > 0;
}

static bool is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static int hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Offset of the line feed that ends the line at @offset, or of the end of the text. */
static size_t line_end(struct cursor text, size_t offset)
{
	const uint8_t *rest = cursor_at(text, offset, 1), *feed;

	if (!rest)
		return text.size;
	feed = memchr(rest, '\n', text.size - offset);
	return feed ? offset + (size_t)(feed - rest) : text.size;
}

/* "NAME @ 0x1234": the line above the rows of a table. */
static bool is_heading(struct cursor text, size_t offset)
{
	const uint8_t *line = cursor_at(text, offset, 10);

	if (!line || memcmp(line + 4, " @ 0x", 5) || hex_value(line[9]) < 0)
		return false;
	for (int i = 0; i < 4; i++)
		if (line[i] < 0x21 || line[i] > 0x7e)
			return false;
	return true;
}

static bool is_blank(struct cursor text, size_t offset, size_t end)
{
	for (; offset < end; offset++)
		if (!is_space(cursor_u8(text, offset)))
			return false;
	return true;
}

struct rows {
	struct cursor text;
	ivrs_report *report;
	size_t line;	/* number of the line, from 1 */
	uint8_t *bytes; /* NULL: only count */
	size_t size;
};

static int damaged(struct rows *rows, size_t offset, const char *what)
{
	report_add(rows->report, FINDING_DUMP_SYNTAX, offset, IVRS_NO_DEVICE, "line %zu: %s",
		   rows->line, what);
	return -IVRS_E_SYNTAX;
}

/* One row, "    0010: 49 56 52 53 ...  IVRS...". */
static int parse_row(struct rows *rows, size_t at, size_t end)
{
	size_t offset = 0, digits, start, count;

	while (at < end && is_space(cursor_u8(rows->text, at)))
		at++;
	start = at;
	for (digits = 0; digits < 8 && hex_value(cursor_u8(rows->text, at)) >= 0; digits++)
		offset = offset << 4 | (size_t)hex_value(cursor_u8(rows->text, at++));
	if (!digits || cursor_u8(rows->text, at) != ':')
		return damaged(rows, start, "not a row of a table: no offset and colon");
	if (offset != rows->size) {
		report_add(rows->report, FINDING_DUMP_SYNTAX, start, IVRS_NO_DEVICE,
			   "line %zu: the row says offset %zx, %zx follows the row before",
			   rows->line, offset, rows->size);
		return -IVRS_E_SYNTAX;
	}
	at++;
	for (count = 0; count < ROW_BYTES; count++) {
		int high, low;

		/* Two blanks, or the end of the line, end a row that isn't full. */
		if (at + 1 >= end || cursor_u8(rows->text, at) != ' ' ||
		    is_space(cursor_u8(rows->text, at + 1)))
			break;
		high = hex_value(cursor_u8(rows->text, at + 1));
		low = hex_value(cursor_u8(rows->text, at + 2));
		if (high < 0 || low < 0)
			return damaged(rows, at + 1, "not a hexadecimal byte");
		if (rows->bytes)
			rows->bytes[rows->size] = (uint8_t)(high << 4 | low);
		rows->size++;
		at += 3;
	}
	if (!count)
		return damaged(rows, at, "a row without bytes");
	if (at < end && !is_space(cursor_u8(rows->text, at)))
		return damaged(rows, at, "no blank behind the bytes");
	return 0;
}

/* The rows below a heading, up to an empty line, the next heading or the end of the text. */
static int parse_rows(struct rows *rows, size_t at)
{
	while (at < rows->text.size) {
		size_t end = line_end(rows->text, at);
		int status;

		if (is_blank(rows->text, at, end) || is_heading(rows->text, at))
			break;
		status = parse_row(rows, at, end);
		if (status)
			return status;
		rows->line++;
		at = end + 1;
	}
	return 0;
}

/* Finds the first IVRS; 0 for none, else the offset of the line below its heading. */
static size_t find_table(struct cursor text, ivrs_report *report, size_t *line_found)
{
	size_t line = 1, found = 0, tables = 0;
	bool dmar = false;

	for (size_t at = 0; at < text.size; line++) {
		size_t end = line_end(text, at);

		if (is_heading(text, at)) {
			const uint8_t *name = cursor_at(text, at, 4);

			tables++;
			dmar |= !memcmp(name, "DMAR", 4);
			if (!memcmp(name, "IVRS", 4)) {
				if (found)
					report_add(report, FINDING_SECOND_TABLE, at, IVRS_NO_DEVICE,
						   "line %zu: another IVRS, Linux reads the first "
						   "one only",
						   line);
				else {
					found = end + 1;
					*line_found = line + 1;
				}
			}
		}
		at = end + 1;
	}
	if (!found && !tables)
		report_add(report, FINDING_SIGNATURE, 0, IVRS_NO_DEVICE,
			   "a text without any table as acpidump prints it");
	else if (!found && dmar)
		report_add(report, FINDING_SIGNATURE, 0, IVRS_NO_DEVICE,
			   "no IVRS among the %zu tables of the dump, but a DMAR: Intel's table, "
			   "this host has no AMD IOMMU",
			   tables);
	else if (!found)
		report_add(report, FINDING_SIGNATURE, 0, IVRS_NO_DEVICE,
			   "no IVRS among the %zu tables of the dump", tables);
	return found;
}

int acpidump_decode(struct cursor text, ivrs_report *report, uint8_t **bytes, size_t *size)
{
	size_t line = 0, start = find_table(text, report, &line);
	struct rows rows = {.text = text, .report = report, .line = line};
	int status;

	if (!start)
		return -IVRS_E_SIGNATURE;
	status = parse_rows(&rows, start);
	if (status)
		return status;
	if (!rows.size)
		return damaged(&rows, start < text.size ? start : text.size,
			       "no rows below the heading");
	*bytes = malloc(rows.size);
	if (!*bytes)
		return -IVRS_E_NOMEM;
	rows.bytes = *bytes;
	rows.size = 0;
	parse_rows(&rows, start);
	*size = rows.size;
	return 0;
}
