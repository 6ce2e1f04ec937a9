/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A table, a host and a kernel from one line of words, so that a case of the checker is a line of a table:
 *
 *   info=203041 rev=1 hdr=1	IVinfo, revision, a reserved header byte
 *   I10, I11, I40		an IVHD; then dev= seg= base= fl= inf= attr= efr= efr2=, and its entries: e:HEX, std, ioapic
 *   M20 .. M22, M50, M51	an IVMD; then dev= aux= fl= start= len= mseg= rsv= blk=
 *   B55			eight bytes of another type; then dev=
 *   many=33			so many IOMMUs
 *   mems=78			so many IVMDs, each for a device of its own
 *   sum=1			a wrong checksum
 *   d:0100			a PCI function; then class= hdr= pcie= bus=SSEE acs= grp= drv=
 *   topo			a host bridge and the IOMMU's function
 *   a:HID			an ACPI device
 *   k=6.12 c=WORDS r=RULE	kernel, command line (commas are blanks), a rule that is made to hold
 *
 * Numbers are hexadecimal; devices are device ids of segment 0.
 */
#ifndef TESTS_UNIT_CHECK_SCENE_H
#define TESTS_UNIT_CHECK_SCENE_H

#include "unit.h"

struct scene {
	struct build build;
	size_t block;	 /* offset of the block under construction, 0 none */
	uint16_t device; /* the function under construction */
	ivrs_topology *topology;
	ivrs_kernel *kernel;
	ivrs_table *table;
	bool wrong_sum;
};

static inline void scene_close(struct scene *scene)
{
	if (scene->block)
		set(&scene->build, scene->block + 2, scene->build.size - scene->block, 2);
	scene->block = 0;
}

static inline ivrs_topology *scene_topology(struct scene *scene)
{
	if (!scene->topology) {
		assert_int_equal(ivrs_topology_new(&scene->topology), 0);
		assert_int_equal(ivrs_topology_set_complete(scene->topology, true), 0);
	}
	return scene->topology;
}

static inline void scene_device(struct scene *scene, uint16_t device, uint32_t class_code)
{
	scene->device = device;
	assert_int_equal(ivrs_topology_add(scene_topology(scene), device), 0);
	assert_int_equal(ivrs_topology_set_class(scene->topology, device, class_code), 0);
}

static inline void scene_ivhd(struct scene *scene, uint8_t type, uint16_t device, uint64_t base)
{
	scene_close(scene);
	scene->block = scene->build.size;
	put(&scene->build, type, 4);
	put(&scene->build, device | 0x400000, 4);
	put(&scene->build, base, 8);
	put(&scene->build, 0, type == 0x10 ? 8 : 24);
}

static inline void scene_entry(struct scene *scene, const char *hex)
{
	unsigned int byte;

	for (; sscanf(hex, "%2x", &byte) == 1; hex += 2)
		put(&scene->build, byte, 1);
}

/* A field of the block under construction. */
static inline bool scene_field(struct scene *scene, const char *word, uint64_t value)
{
	static const struct {
		const char *name;
		uint8_t offset, size;
	} fields[] = {
		{"fl=", 1, 1},	   {"blk=", 2, 2},  {"dev=", 4, 2},   {"aux=", 6, 2},
		{"rsv=", 10, 2},   {"base=", 8, 8}, {"seg=", 16, 2},  {"inf=", 18, 2},
		{"attr=", 20, 4},  {"efr=", 24, 8}, {"efr2=", 32, 8}, {"mseg=", 8, 2},
		{"start=", 16, 8}, {"len=", 24, 8},
	};

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		if (!strncmp(word, fields[i].name, strlen(fields[i].name))) {
			set(&scene->build, scene->block + fields[i].offset, value, fields[i].size);
			/* A length that is wrong stays wrong. */
			if (!strcmp(fields[i].name, "blk="))
				scene->block = 0;
			return true;
		}
	return false;
}

static inline bool scene_property(struct scene *scene, const char *word, uint64_t value)
{
	ivrs_topology *topology = scene->topology;
	uint16_t device = scene->device;
	int err;

	if (!strncmp(word, "class=", 6))
		err = ivrs_topology_set_class(topology, device, (uint32_t)value);
	else if (!strncmp(word, "hdr=", 4))
		err = ivrs_topology_set_header_type(topology, device, (uint8_t)value);
	else if (!strncmp(word, "pcie=", 5))
		err = ivrs_topology_set_pcie(topology, device, (uint16_t)value);
	else if (!strncmp(word, "bus=", 4))
		err = ivrs_topology_set_bridge(topology, device, (uint8_t)(value >> 8),
					       (uint8_t)value);
	else if (!strncmp(word, "acs=", 4))
		err = ivrs_topology_set_acs(topology, device, (uint16_t)value, (uint16_t)value);
	else if (!strncmp(word, "grp=", 4))
		err = ivrs_topology_set_group(topology, device, (uint32_t)value);
	else if (!strncmp(word, "drv=", 4))
		err = ivrs_topology_set_driver(topology, device, word + 4);
	else
		return false;
	assert_int_equal(err, 0);
	return true;
}

static inline void scene_kernel(struct scene *scene, const char *word)
{
	char text[256];

	snprintf(text, sizeof(text), "%s", word + 2);
	if (word[0] == 'k') {
		ivrs_kernel_free(scene->kernel);
		assert_int_equal(ivrs_kernel_new(text, &scene->kernel), 0);
	} else if (word[0] == 'r') {
		assert_int_equal(ivrs_kernel_set_rule(scene->kernel, text, true), 0);
	} else {
		for (char *p = text; *p; p++)
			if (*p == ',')
				*p = ' ';
		assert_int_equal(ivrs_kernel_set_cmdline(scene->kernel, text), 0);
	}
}

static inline void scene_word(struct scene *scene, const char *word)
{
	const char *equal = strchr(word, '=');
	uint64_t value = equal ? strtoull(equal + 1, NULL, 16) : 0;
	unsigned long type = strtoul(word + 1, NULL, 16);

	if (word[1] == '=' && strchr("kcr", word[0])) {
		scene_kernel(scene, word);
	} else if (!strncmp(word, "info=", 5)) {
		set(&scene->build, 36, value, 4);
	} else if (!strncmp(word, "rev=", 4)) {
		set(&scene->build, 8, value, 1);
	} else if (!strcmp(word, "hdr=1") && !scene->topology) {
		set(&scene->build, 40, 1, 1);
	} else if (word[0] == 'I') {
		scene_ivhd(scene, (uint8_t)type, 2, 0xfd500000);
	} else if (word[0] == 'M') {
		scene_close(scene);
		scene->block = ivmd(&scene->build, (uint8_t)type, 7, 0x0100, 0, 0x3c000000, 0x1000);
	} else if (word[0] == 'B') {
		scene_close(scene);
		scene->block = scene->build.size;
		put(&scene->build, type, 8);
	} else if (!strncmp(word, "many=", 5)) {
		for (uint64_t i = 0; i < value; i++) {
			scene_ivhd(scene, 0x10, (uint16_t)(i << 8 | 2), 0xfd500000 + (i << 20));
			scene_entry(scene, "04ffff004800000000a00001");
		}
	} else if (!strncmp(word, "mems=", 5)) {
		scene_close(scene);
		for (uint64_t i = 0; i < value; i++)
			ivmd(&scene->build, 0x21, 7, (uint16_t)(0x1000 + i), 0, i << 32, 0x1000);
	} else if (!strncmp(word, "sum=", 4)) {
		scene->wrong_sum = true;
	} else if (!strncmp(word, "e:", 2)) {
		scene_entry(scene, word + 2);
	} else if (!strcmp(word, "std")) {
		scene_entry(scene, "0308000004feff004800000000a00001");
	} else if (!strcmp(word, "ioapic")) {
		scene_entry(scene, "4800000000a00001");
	} else if (!strncmp(word, "d:", 2)) {
		scene_device(scene, (uint16_t)strtoul(word + 2, NULL, 16), 0x020000);
	} else if (!strncmp(word, "a:", 2)) {
		assert_int_equal(ivrs_topology_add_acpi(scene_topology(scene), word + 2, word + 2,
							"", IVRS_NO_GROUP),
				 0);
	} else if (!strcmp(word, "topo")) {
		scene_device(scene, 0x0000, 0x060000);
		scene_device(scene, 0x0002, 0x080600);
	} else if (!(scene->topology && scene_property(scene, word, value)) &&
		   !(scene->block && scene_field(scene, word, value))) {
		fail_msg("unknown word %s", word);
	}
}

/* The table is parsed leniently and the bytes are let go. */
static inline void scene_make(struct scene *scene, const char *line)
{
	char words[1024], *rest = words, *word;

	memset(scene, 0, sizeof(*scene));
	assert_true(strlen(line) < sizeof(words));
	snprintf(words, sizeof(words), "%s", line);
	assert_int_equal(ivrs_kernel_new("6.12", &scene->kernel), 0);
	build_begin(&scene->build);
	set(&scene->build, 36, 0x00203040, 4);
	while ((word = strtok_r(rest, " ", &rest)))
		scene_word(scene, word);
	scene_close(scene);
	build_end(&scene->build);
	scene->build.bytes[9] = (uint8_t)(scene->build.bytes[9] + scene->wrong_sum);
	assert_int_equal(parse_bytes(scene->build.bytes, scene->build.size, IVRS_PARSE_LENIENT,
				     NULL, &scene->table),
			 0);
}

static inline void scene_free(struct scene *scene)
{
	ivrs_topology_free(scene->topology);
	ivrs_kernel_free(scene->kernel);
	ivrs_table_unref(scene->table);
}

#endif
