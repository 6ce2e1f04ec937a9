// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

static void new_line(struct json_out *out)
{
	if (!out->open)
		putchar(',');
	putchar('\n');
	for (unsigned int i = 0; i < out->depth; i++)
		fputs("  ", stdout);
	out->open = false;
}

static void put_key(const char *key)
{
	if (key)
		printf("\"%s\": ", key);
}

void json_put(struct json_out *out, const char *key, struct json_object *value)
{
	const char *text = json_object_to_json_string_ext(value,
							  JSON_C_TO_STRING_SPACED |
								  JSON_C_TO_STRING_NOSLASHESCAPE);

	new_line(out);
	put_key(key);
	fputs(need((void *)text), stdout);
	json_object_put(value);
}

void json_open(struct json_out *out, const char *key, char bracket)
{
	new_line(out);
	put_key(key);
	putchar(bracket);
	out->depth++;
	out->open = true;
}

void json_close(struct json_out *out, char bracket)
{
	bool empty = out->open;

	out->depth--;
	out->open = true;
	if (!empty)
		new_line(out);
	putchar(bracket);
	out->open = false;
}

void json_begin(struct json_out *out, const char *command)
{
	char schema[64];

	*out = (struct json_out){.depth = 1, .open = true};
	putchar('{');
	snprintf(schema, sizeof(schema), "ivrsctl-%s/1", command);
	json_put(out, "schema", json_text(schema));
}

int json_end(struct json_out *out)
{
	fputs("\n}\n", stdout);
	return out->failed ? source_failed(-IVRS_E_NOMEM) : 0;
}

struct json_object *json_new_object(void)
{
	return need(json_object_new_object());
}

struct json_object *json_new_array(void)
{
	return need(json_object_new_array());
}

void json_add(struct json_object *object, const char *key, struct json_object *value)
{
	if (json_object_object_add_ex(object, key, value,
				      JSON_C_OBJECT_ADD_KEY_IS_NEW | JSON_C_OBJECT_KEY_IS_CONSTANT))
		need(NULL);
}

void json_append(struct json_object *array, struct json_object *value)
{
	if (json_object_array_add(array, value))
		need(NULL);
}

/* Bytes of the UTF-8 character at @s, 0 when there is none. */
static size_t utf8_length(const unsigned char *s)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t length = *s < 0x80   ? 1
			: *s < 0xc2 ? 0
			: *s < 0xe0 ? 2
			: *s < 0xf0 ? 3
			: *s < 0xf5 ? 4
				    : 0;
	uint32_t code = *s & (0xffu >> (length + 1));

	if (length < 2)
		return length;
	for (size_t i = 1; i < length; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (s[i] & 0x3f);
	}
	return code < least[length] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)
		       ? 0
		       : length;
}

struct json_object *json_text(const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	struct json_object *value;
	char *clean, *c;
	size_t length;

	if (!text)
		return NULL;
	while (*s && (length = utf8_length(s)))
		s += length;
	if (!*s)
		return need(json_object_new_string(text));
	clean = c = need(malloc(strlen(text) * 3 + 1));
	for (s = (const unsigned char *)text; *s; s += length) {
		length = utf8_length(s);
		if (length) {
			memcpy(c, s, length);
			c += length;
		} else {
			memcpy(c, "\xef\xbf\xbd", 3);
			c += 3;
			length = 1;
		}
	}
	value = need(json_object_new_string_len(clean, (int)(c - clean)));
	free(clean);
	return value;
}

struct json_object *json_number(uint64_t number)
{
	return need(json_object_new_uint64(number));
}

struct json_object *json_truth(bool value)
{
	return need(json_object_new_boolean(value));
}

struct json_object *json_hex(uint64_t number, unsigned int digits)
{
	char text[24];

	snprintf(text, sizeof(text), "0x%0*" PRIx64, (int)digits, number);
	return json_text(text);
}

struct json_object *json_address(uint64_t address)
{
	return json_hex(address, 16);
}

struct json_object *json_bytes(const uint8_t *bytes, size_t size)
{
	char *text = need(malloc(size * 3 + 1)), *c = text;
	struct json_object *value;

	for (size_t i = 0; i < size; i++)
		c += sprintf(c, i ? " %02x" : "%02x", bytes[i]);
	*c = '\0';
	value = json_text(text);
	free(text);
	return value;
}

struct json_object *json_sbdf(ivrs_sbdf_t sbdf)
{
	char text[IVRS_SBDF_TEXT];

	ivrs_sbdf_format(sbdf, text);
	return json_text(text);
}

struct json_object *json_offset(uint64_t offset)
{
	return offset == IVRS_NO_OFFSET ? NULL : json_number(offset);
}
