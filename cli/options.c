// SPDX-License-Identifier: GPL-2.0-or-later
/* One table of options: getopt_long, --help and (through --help) shell completion are made of it. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

struct option_row {
	int key; /* the letter, or a number above all letters */
	const char *name, *value, *help;
	unsigned takes; /* the commands that have any of these bits have the option */
};

enum {
	KEY_AS_BOUND = 256,
	KEY_PATH,
	KEY_THRESHOLD,
	KEY_JSON,
	KEY_COLOR,
	KEY_NO_HEADINGS,
};

#define EVERY (~0u)

/* A VALUE in small letters is a list of words that completion offers; FILE and DIR make it offer files. */
static const struct option_row rows[] = {
	{'s', "sysroot", "DIR|TAR", "a captured host instead of /", TAKES_SOURCE | TAKES_SYSROOT},
	{'t', "table", "FILE", "the IVRS, binary or acpidump text; - for stdin", TAKES_SOURCE},
	{'p', "lspci", "FILE", "PCI functions from `lspci -xxx` text", TAKES_SOURCE},
	{'k', "kernel", "RELEASE|FILE", "kernel release, or a kernel image to look into",
	 TAKES_KERNEL},
	{'c', "cmdline", "TEXT", "kernel command line", TAKES_KERNEL},
	{'r', "relax", "none|unity|devices=LIST|blanket|unchecked",
	 "relaxation; given again, it is compared", TAKES_RELAX},
	{KEY_AS_BOUND, "as-bound", NULL, "judge with the drivers that are bound now", TAKES_CLAIM},
	{KEY_PATH, "path", "legacy|iommufd|compat", "VFIO interface", TAKES_CLAIM},
	{KEY_THRESHOLD, "threshold", "info|wrong-mapping|blocked|iommu-lost|panic|hang",
	 "exit with 3 from this severity on (wrong-mapping)", TAKES_THRESHOLD},
	{KEY_JSON, "json", NULL, "one JSON document", TAKES_OUTPUT},
	{KEY_COLOR, "color", "auto|always|never", "colours, which only repeat the words",
	 TAKES_OUTPUT},
	{KEY_NO_HEADINGS, "no-headings", NULL, "tables without headings", TAKES_OUTPUT},
	{'v', "verbose", NULL, "say more", EVERY},
	{'h', "help", NULL, "this text", EVERY},
};

static void print_option(const struct option_row *row)
{
	char left[128];
	int width = 29;

	snprintf(left, sizeof(left), "  %c%c%s--%s%s%s", row->key < 256 ? '-' : ' ',
		 row->key < 256 ? row->key : ' ', row->key < 256 ? ", " : "  ", row->name,
		 row->value ? "=" : "", row->value ? row->value : "");
	if (strlen(left) < (size_t)width)
		printf("%-*s %s\n", width, left, row->help);
	else
		printf("%s\n%-*s %s\n", left, width, "", row->help);
}

static void print_help(const struct command *command)
{
	printf("Usage: ivrsctl %s [OPTIONS]%s%s\n%s\n\n", command->name,
	       *command->operands ? " " : "", command->operands, command->about);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].takes & command->takes)
			print_option(&rows[i]);
	if (strstr(command->operands, "DEVICE"))
		fputs("\nDEVICE is [SEGMENT:]BUS:DEV.FN in hexadecimal, or a range A-B.\n", stdout);
}

/* Index of @word in the list "a|b|c", or -1. */
static int word_index(const char *list, const char *word)
{
	size_t length = strlen(word);

	for (int index = 0; list; index++) {
		if (!strncmp(list, word, length) && (list[length] == '|' || !list[length]) &&
		    length)
			return index;
		list = strchr(list, '|');
		if (list)
			list++;
	}
	return -1;
}

static const struct option_row *find_row(int key)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].key == key)
			return &rows[i];
	return NULL;
}

static int bad_value(const struct option_row *row, const char *value)
{
	complain("--%s=%s: %s is meant", row->name, value, row->value);
	return CLI_USAGE;
}

static int add_relax(const struct option_row *row, struct options *options, const char *mode)
{
	if (ivrs_relax_check(mode))
		return bad_value(row, mode);
	options->relax[options->relax_count++] = mode;
	return -1;
}

static int set_word(const struct option_row *row, struct options *options, const char *value)
{
	static const uint32_t paths[] = {0, IVRS_SIM_IOMMUFD, IVRS_SIM_COMPAT};
	int index = word_index(row->value, value);

	if (index < 0)
		return bad_value(row, value);
	if (row->key == KEY_PATH)
		options->sim_flags = (options->sim_flags & IVRS_SIM_AS_BOUND) | paths[index];
	else if (row->key == KEY_THRESHOLD)
		options->threshold = IVRS_SEVERITY_INFO + (uint32_t)index;
	else
		options->color = (enum color)index;
	return -1;
}

static int set_option(const struct option_row *row, struct options *options, const char *value)
{
	switch (row->key) {
	case 's':
		options->sysroot = value;
		break;
	case 't':
		options->table = value;
		break;
	case 'p':
		options->lspci = value;
		break;
	case 'k':
		options->kernel = value;
		break;
	case 'c':
		options->cmdline = value;
		break;
	case 'r':
		return add_relax(row, options, value);
	case KEY_AS_BOUND:
		options->sim_flags |= IVRS_SIM_AS_BOUND;
		break;
	case KEY_JSON:
		options->json = true;
		break;
	case KEY_NO_HEADINGS:
		options->headings = false;
		break;
	case 'v':
		options->verbose = true;
		break;
	default:
		return set_word(row, options, value);
	}
	return -1;
}

static int check_operands(const struct command *command, const struct options *options)
{
	if (options->operand_count < command->operands_min) {
		complain("%s: %s is missing; see ivrsctl %s --help", command->name,
			 command->operands, command->name);
		return CLI_USAGE;
	}
	if (options->operand_count > command->operands_max) {
		complain("%s: %s is one argument too many; see ivrsctl %s --help", command->name,
			 options->operands[command->operands_max], command->name);
		return CLI_USAGE;
	}
	return -1;
}

int options_parse(const struct command *command, int argc, char **argv, struct options *options)
{
	struct option longs[ARRAY_SIZE(rows) + 1] = {0};
	char shorts[ARRAY_SIZE(rows) * 2 + 2] = ":", *s = shorts + 1;
	size_t count = 0;
	int key, status;

	*options = (struct options){.headings = true, .threshold = IVRS_SEVERITY_WRONG_MAPPING};
	options->relax = calloc((size_t)argc + 1, sizeof(*options->relax));
	if (!options->relax)
		return source_failed(-IVRS_E_NOMEM);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (!(rows[i].takes & command->takes))
			continue;
		longs[count++] = (struct option){rows[i].name,
						 rows[i].value ? required_argument : no_argument,
						 NULL, rows[i].key};
		if (rows[i].key < 256) {
			*s++ = (char)rows[i].key;
			if (rows[i].value)
				*s++ = ':';
		}
	}
	*s = '\0';
	opterr = 0;
	optind = 1;
	while ((key = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		if (key == ':' || key == '?') {
			complain("%s: option %s %s; see ivrsctl %s --help", command->name,
				 argv[optind - 1],
				 key == ':' ? "needs a value" : "isn't known or takes no value",
				 command->name);
			return CLI_USAGE;
		}
		if (key == 'h') {
			print_help(command);
			return CLI_FINE;
		}
		status = set_option(find_row(key), options, optarg);
		if (status >= 0)
			return status;
	}
	options->relax_given = options->relax_count > 0;
	if (!options->relax_given)
		options->relax[options->relax_count++] = "none";
	options->operands = argv + optind;
	options->operand_count = (size_t)(argc - optind);
	return check_operands(command, options);
}

void options_free(struct options *options)
{
	free(options->relax);
	options->relax = NULL;
}
