/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of the kernel command line that the outcome depends on (SPEC A1.2, A1.3, A4, A8.1, A10.7). */
#include <stdio.h>

#include "kernel.h"

struct option {
	const char *name, *value; /* value NULL: there is no '=' */
	size_t name_length, value_length;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Cuts the next option off, honouring double quotes as the kernel does; false at the end or at "--". */
static bool next_option(const char **text, struct option *o)
{
	const char *p = *text, *equal = NULL, *end;
	bool quoted = false;

	while (is_blank(*p))
		p++;
	if (*p == '"')
		p++, quoted = true;
	o->name = p;
	for (; *p && (quoted || !is_blank(*p)); p++) {
		if (*p == '=' && !equal)
			equal = p;
		else if (*p == '"')
			quoted = !quoted;
	}
	*text = p;
	end = p;
	if (end > o->name && end[-1] == '"')
		end--;
	if (end == o->name)
		return *p != '\0';
	o->name_length = (size_t)((equal ? equal : end) - o->name);
	o->value = NULL;
	o->value_length = 0;
	if (equal) {
		o->value = equal + 1;
		if (o->value < end && *o->value == '"')
			o->value++;
		o->value_length = o->value < end ? (size_t)(end - o->value) : 0;
	}
	/* What follows "--" belongs to init. */
	return !(o->name_length == 2 && !equal && !memcmp(o->name, "--", 2));
}

/* Option names: '-' and '_' are the same to the kernel. */
static bool named(const struct option *o, const char *name)
{
	if (strlen(name) != o->name_length)
		return false;
	for (size_t i = 0; i < o->name_length; i++) {
		char c = o->name[i] == '-' ? '_' : o->name[i];

		if (c != name[i])
			return false;
	}
	return true;
}

/* True when the value at offset begins with the word: the kernel compares prefixes. */
static bool word(const struct option *o, size_t offset, const char *text)
{
	size_t length = strlen(text);

	return length <= o->value_length - offset && !memcmp(o->value + offset, text, length);
}

/* Offset of the next word of a comma list; value_length at its end. */
static size_t next_word(const struct option *o, size_t offset)
{
	while (offset < o->value_length && o->value[offset] != ',')
		offset++;
	while (offset < o->value_length && o->value[offset] == ',')
		offset++;
	return offset;
}

/* kstrtobool(): false when it is no boolean at all. */
static bool boolean(const struct option *o, bool *out)
{
	char a = o->value_length > 0 ? o->value[0] : '\0',
	     b = o->value_length > 1 ? o->value[1] : '\0';

	if (a == 'y' || a == 'Y' || a == 't' || a == 'T' || a == '1' ||
	    ((a == 'o' || a == 'O') && (b == 'n' || b == 'N')))
		*out = true;
	else if (a == 'n' || a == 'N' || a == 'f' || a == 'F' || a == '0' ||
		 ((a == 'o' || a == 'O') && (b == 'f' || b == 'F')))
		*out = false;
	else
		return false;
	return true;
}

static void parse_iommu(const struct option *o, struct cmdline *c)
{
	for (size_t i = 0; i < o->value_length; i = next_word(o, i)) {
		if (word(o, i, "off"))
			c->no_iommu = true;
		else if (word(o, i, "pt"))
			c->passthrough = true;
		else if (word(o, i, "nopt"))
			c->passthrough = false;
	}
}

static void parse_amd_iommu(const struct option *o, struct cmdline *c)
{
	for (size_t i = 0; i < o->value_length; i = next_word(o, i)) {
		if (word(o, i, "fullflush"))
			c->fullflush = true;
		else if (word(o, i, "force_enable"))
			c->force_enable = true;
		else if (word(o, i, "off"))
			c->amd_off = true;
		else if (word(o, i, "force_isolation"))
			c->force_isolation = true;
		else if (word(o, i, "pgtbl_v1"))
			c->pgtbl_v2 = false;
		else if (word(o, i, "pgtbl_v2"))
			c->pgtbl_v2 = true;
		else if (word(o, i, "relax_unity"))
			c->relax_unity = true;
	}
}

static void parse_intremap(const struct option *o, struct cmdline *c)
{
	for (size_t i = 0; i < o->value_length; i = next_word(o, i)) {
		if (word(o, i, "on"))
			c->no_intremap = false;
		else if (word(o, i, "off"))
			c->no_intremap = true;
	}
}

/* ivrs_ioapic=ID@[SEG:]BUS:DEV.FN and the old form ivrs_ioapic[ID]=[SEG:]BUS:DEV.FN */
static void parse_ioapic(const struct option *o, struct cmdline *c)
{
	unsigned int segment = 0, bus, dev, fn;
	char text[64];
	size_t length = o->name_length + 1 + o->value_length;
	int id;

	if (!o->value || length >= sizeof(text) || c->ioapic_count == CMDLINE_MAPS)
		return;
	memcpy(text, o->name, length);
	text[length] = '\0';
	if (sscanf(text, "ivrs_ioapic=%9d@%8x:%8x.%8x", &id, &bus, &dev, &fn) != 4 &&
	    sscanf(text, "ivrs_ioapic=%9d@%8x:%8x:%8x.%8x", &id, &segment, &bus, &dev, &fn) != 5) {
		segment = 0;
		if (sscanf(text, "ivrs_ioapic[%9d]=%8x:%8x.%8x", &id, &bus, &dev, &fn) != 4 &&
		    sscanf(text, "ivrs_ioapic[%9d]=%8x:%8x:%8x.%8x", &id, &segment, &bus, &dev,
			   &fn) != 5)
			return;
	}
	c->ioapics[c->ioapic_count].id = (uint8_t)id;
	c->ioapics[c->ioapic_count++].sbdf = (segment & 0xffff) << 16 | (bus & 0xff) << 8 |
					     (dev & 0x1f) << 3 | (fn & 7);
}

void cmdline_parse(const char *text, struct cmdline *c)
{
	struct option o = {0};
	bool value;

	memset(c, 0, sizeof(*c));
	while (next_option(&text, &o)) {
		if (!o.name_length)
			continue;
		if (named(&o, "nointremap") || named(&o, "noapic") || named(&o, "nolapic") ||
		    named(&o, "disableapic")) {
			c->no_intremap = true;
		} else if (o.name_length >= 11 && !memcmp(o.name, "ivrs_ioapic", 11)) {
			parse_ioapic(&o, c);
		} else if (!o.value) {
			if (named(&o, "vfio_iommu_type1.allow_unsafe_interrupts"))
				c->unsafe_legacy = true;
			else if (named(&o, "iommufd.allow_unsafe_interrupts"))
				c->unsafe_iommufd = true;
		} else if (named(&o, "iommu")) {
			parse_iommu(&o, c);
		} else if (named(&o, "amd_iommu")) {
			parse_amd_iommu(&o, c);
		} else if (named(&o, "amd_iommu_relax_unity")) {
			if (c->relax_devices_count < CMDLINE_LISTS) {
				c->relax_devices[c->relax_devices_count].text = o.value;
				c->relax_devices[c->relax_devices_count++].length = o.value_length;
			}
		} else if (named(&o, "intremap")) {
			parse_intremap(&o, c);
		} else if (boolean(&o, &value)) {
			if (named(&o, "iommu.passthrough"))
				c->passthrough = value;
			else if (named(&o, "iommu.strict"))
				c->strict = value;
			else if (named(&o, "vfio_iommu_type1.allow_unsafe_interrupts"))
				c->unsafe_legacy = value;
			else if (named(&o, "iommufd.allow_unsafe_interrupts"))
				c->unsafe_iommufd = value;
		}
		o.name_length = 0;
	}
}
