/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* run-vectors TABLES FILE.vec...: run the cases of VECTORS.md through the C library. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run-vectors.h"

#define LINE_LIMIT 8192

static const char *file_name = "run-vectors";
static int file_line;

void fail(const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "%s:%d: ", file_name, file_line);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	exit(1);
}

static uint32_t number(const char *text, uint32_t limit)
{
	char *end;
	unsigned long long value;

	errno = 0;
	value = strtoull(text, &end, 0);
	if (*end || end == text || errno || value > limit)
		fail("'%s' is no number up to %u", text, limit);
	return (uint32_t)value;
}

/* "A:B" */
static void pair(const char *text, uint64_t value[2])
{
	char *end;

	value[0] = strtoull(text, &end, 0);
	if (*end != ':')
		fail("'%s' is no pair A:B", text);
	value[1] = strtoull(end + 1, &end, 0);
	if (*end)
		fail("'%s' is no pair A:B", text);
}

static void copy(char *to, size_t size, const char *text)
{
	if ((size_t)snprintf(to, size, "%s", text) >= size)
		fail("'%s' is too long", text);
}

static void forget(struct scene *s)
{
	ivrs_kernel_free(s->kernel);
	ivrs_sim_unref(s->sim);
	ivrs_table_unref(s->table);
	ivrs_report_free(s->report);
	s->kernel = NULL;
	s->sim = NULL;
	s->table = NULL;
	s->report = NULL;
	s->made = false;
	s->error = 0;
}

void scene_make(struct scene *s)
{
	if (s->made)
		return;
	s->made = true;
	s->error = ivrs_kernel_new(strcmp(s->release, "-") != 0 ? s->release : NULL, &s->kernel);
	if (!s->error)
		s->error = ivrs_kernel_set_cmdline(s->kernel, s->cmdline);
	for (size_t i = 0; i < s->rule_count && !s->error; i++)
		s->error = ivrs_kernel_set_rule(s->kernel, s->rules[i] + 1, s->rules[i][0] == 'y');
	if (!s->error && s->bytes)
		s->error = ivrs_table_parse(s->bytes, s->size, IVRS_PARSE_LENIENT, NULL, &s->table);
	if (!s->error)
		s->error = ivrs_simulate(s->table, s->topology, s->kernel, s->relax, s->flags,
					 &s->sim);
}

static void take_bytes(struct scene *s, const char *directory, const char *name)
{
	const char *base = strrchr(file_name, '/') ? strrchr(file_name, '/') + 1 : file_name;
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%.*s-%s.ivrs", directory, (int)strcspn(base, "."), base,
		 name);
	file = fopen(path, "rb");
	s->bytes = malloc(1 << 20);
	if (!file || !s->bytes)
		fail("%s: %s", path, strerror(errno));
	s->size = fread(s->bytes, 1, 1 << 20, file);
	fclose(file);
}

static void take_table(struct scene *s, const char *directory, char **words, int count)
{
	free(s->bytes);
	s->bytes = NULL;
	s->size = 0;
	if (!strcmp(words[0], "bytes")) {
		const char *hex = count > 1 ? words[1] : "";

		s->bytes = malloc(strlen(hex) + 1);
		if (!s->bytes)
			fail("no memory");
		for (unsigned int byte; sscanf(hex, "%2x", &byte) == 1; hex += 2)
			s->bytes[s->size++] = (uint8_t)byte;
	} else if (strcmp(words[1], "-") != 0) {
		take_bytes(s, directory, words[1]);
	}
}

static int set_device(ivrs_topology *t, ivrs_sbdf_t sbdf, const char *key, const char *value)
{
	uint64_t two[2];

	if (!strcmp(key, "driver"))
		return ivrs_topology_set_driver(t, sbdf, value);
	if (!strcmp(key, "class"))
		return ivrs_topology_set_class(t, sbdf, number(value, 0xffffff));
	if (!strcmp(key, "header"))
		return ivrs_topology_set_header_type(t, sbdf, (uint8_t)number(value, 0xff));
	if (!strcmp(key, "pcie"))
		return ivrs_topology_set_pcie(t, sbdf, (uint16_t)number(value, 0xffff));
	if (!strcmp(key, "group"))
		return ivrs_topology_set_group(t, sbdf, number(value, UINT32_MAX));
	if (!strcmp(key, "untrusted"))
		return ivrs_topology_set_untrusted(t, sbdf, number(value, 1));
	if (!strcmp(key, "virtual"))
		return ivrs_topology_set_virtual(t, sbdf, number(value, 1));
	if (!strcmp(key, "pasid"))
		return ivrs_topology_set_pasid(t, sbdf, number(value, 1));
	if (!strcmp(key, "page_requests"))
		return ivrs_topology_set_page_requests(t, sbdf, number(value, 1));
	if (!strcmp(key, "msi"))
		return ivrs_topology_set_msi(t, sbdf, number(value, 1));
	if (!strcmp(key, "capability"))
		return ivrs_topology_set_iommu_capability(t, sbdf, number(value, UINT32_MAX));
	pair(value, two);
	if (!strcmp(key, "ids"))
		return ivrs_topology_set_ids(t, sbdf, (uint16_t)two[0], (uint16_t)two[1]);
	if (!strcmp(key, "bridge"))
		return ivrs_topology_set_bridge(t, sbdf, (uint8_t)two[0], (uint8_t)two[1]);
	if (!strcmp(key, "acs"))
		return ivrs_topology_set_acs(t, sbdf, (uint16_t)two[0], (uint16_t)two[1]);
	if (!strcmp(key, "features"))
		return ivrs_topology_set_iommu_features(t, sbdf, two[0], two[1]);
	fail("unknown key '%s'", key);
}

/* The lines of a host. False when it is none of them. */
static bool take_host(struct scene *s, char **words, int count)
{
	int err = 0;

	if (!strcmp(words[0], "host")) {
		ivrs_topology_free(s->topology);
		s->topology = NULL;
		if (count == 1)
			err = ivrs_topology_new(&s->topology);
	} else if (!strcmp(words[0], "dev") && count > 1) {
		ivrs_sbdf_t sbdf;

		err = ivrs_sbdf_parse(words[1], &sbdf);
		if (!err)
			err = ivrs_topology_add(s->topology, sbdf);
		for (int i = 2; i < count && !err; i++) {
			char *value = strchr(words[i], '=');

			if (!value)
				fail("'%s' isn't KEY=VALUE", words[i]);
			*value++ = '\0';
			err = set_device(s->topology, sbdf, words[i], value);
		}
	} else if (!strcmp(words[0], "acpi") && count == 5) {
		err = ivrs_topology_add_acpi(s->topology, words[1], words[2],
					     strcmp(words[3], "-") ? words[3] : "",
					     strcmp(words[4], "-") ? number(words[4], UINT32_MAX)
								   : IVRS_NO_GROUP);
	} else if (!strcmp(words[0], "ioapic") && count == 2) {
		err = ivrs_topology_add_ioapic(s->topology, (uint8_t)number(words[1], 255));
	} else if (!strcmp(words[0], "complete")) {
		err = ivrs_topology_set_complete(s->topology, true);
	} else {
		return false;
	}
	if (err)
		fail("%s: %s", words[0], ivrs_status_text(err));
	return true;
}

static uint32_t flags_of(char *list)
{
	uint32_t flags = 0;

	for (char *word = strtok(list, ","); word; word = strtok(NULL, ",")) {
		if (!strcmp(word, "as-bound"))
			flags |= IVRS_SIM_AS_BOUND;
		else if (!strcmp(word, "iommufd"))
			flags |= IVRS_SIM_IOMMUFD;
		else if (!strcmp(word, "compat"))
			flags |= IVRS_SIM_COMPAT;
		else
			fail("unknown flag '%s'", word);
	}
	return flags;
}

/* The lines that change a case. False when it is none of them. */
static bool take_case(struct scene *s, char **words, int count, const char *rest)
{
	if (count < 2 && strcmp(words[0], "cmdline") != 0)
		return false;
	if (!strcmp(words[0], "case")) {
		copy(s->name, sizeof(s->name), words[1]);
		copy(s->release, sizeof(s->release), "6.12");
		copy(s->relax, sizeof(s->relax), "none");
		s->cmdline[0] = '\0';
		s->rule_count = 0;
		s->flags = 0;
	} else if (!strcmp(words[0], "kernel")) {
		copy(s->release, sizeof(s->release), words[1]);
	} else if (!strcmp(words[0], "cmdline")) {
		copy(s->cmdline, sizeof(s->cmdline), rest);
	} else if (!strcmp(words[0], "relax")) {
		copy(s->relax, sizeof(s->relax), words[1]);
	} else if (!strcmp(words[0], "flags")) {
		s->flags = flags_of(words[1]);
	} else if (!strcmp(words[0], "rule") && count == 3 && s->rule_count < 16) {
		snprintf(s->rules[s->rule_count++], 64, "%c%s", words[2][0], words[1]);
	} else {
		return false;
	}
	return true;
}

static int split(char *text, char **words)
{
	int count = 0;

	for (char *word = strtok(text, " \t\n"); word; word = strtok(NULL, " \t\n")) {
		if (count == WORD_LIMIT)
			fail("more than %d words", WORD_LIMIT);
		words[count++] = word;
	}
	return count;
}

/* Words from @first joined by one blank. */
static const char *join(char **words, int first, int count)
{
	static char text[LINE_LIMIT];
	size_t size = 0;

	text[0] = '\0';
	for (int i = first; i < count; i++)
		size += (size_t)snprintf(text + size, sizeof(text) - size, "%s%s",
					 i > first ? " " : "", words[i]);
	return text;
}

/* One line; 1 when its answer is another one. */
static int take_line(struct scene *s, const char *directory, char *line, size_t *cases)
{
	char text[LINE_LIMIT], *words[WORD_LIMIT];
	const char *got, *expected;
	int count, used;

	strcpy(text, line);
	count = split(text, words);
	if (!count || words[0][0] == '#' || words[0][0] == '|')
		return 0;
	if (!strcmp(words[0], "table") || !strcmp(words[0], "bytes")) {
		forget(s);
		if (count < 2 && strcmp(words[0], "bytes") != 0)
			fail("which table?");
		take_table(s, directory, words, count);
		return 0;
	}
	expected = join(words, 1, count);
	if (take_host(s, words, count) || take_case(s, words, count, expected)) {
		forget(s);
		*cases += strcmp(words[0], "case") == 0;
		return 0;
	}
	if (!*cases)
		fail("'%s' before the first case", words[0]);
	got = answer(s, words, count, &used);
	if (!got)
		fail("unknown line '%s'", words[0]);
	expected = join(words, used, count);
	if (strcmp(got, expected) == 0)
		return 0;
	printf("%s:%d: %s: %s: got \"%s\", expected \"%s\"\n", file_name, file_line, s->name,
	       words[0], got, expected);
	return 1;
}

int main(int argc, char **argv)
{
	static struct scene scene;
	char line[LINE_LIMIT];
	size_t cases = 0;
	int failures = 0;

	if (argc < 3) {
		fputs("usage: run-vectors TABLES FILE.vec...\n", stderr);
		return 2;
	}
	for (int i = 2; i < argc; i++) {
		size_t before = cases;
		FILE *file = fopen(argv[i], "r");

		file_name = argv[i];
		file_line = 0;
		if (!file)
			fail("%s", strerror(errno));
		while (fgets(line, sizeof(line), file)) {
			file_line++;
			failures += take_line(&scene, argv[1], line, &cases);
		}
		fclose(file);
		printf("%s: %zu cases\n", argv[i], cases - before);
	}
	forget(&scene);
	free(scene.bytes);
	ivrs_topology_free(scene.topology);
	return failures || !cases;
}
