// SPDX-License-Identifier: GPL-2.0-or-later
/* ivrsctl: what Linux makes of an AMD IVRS table. The table of commands, and nothing that depends on one of them. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

#define SIMULATES (TAKES_SOURCE | TAKES_KERNEL | TAKES_OUTPUT)

static const struct command commands[] = {
	{.name = "simulate",
	 .help = "can each IOMMU group be given to a guest, and if not, why",
	 .operands = "[DEVICE...]",
	 .about = "Says for each IOMMU group whether VFIO can claim it, and if not, why.",
	 .takes = SIMULATES | TAKES_RELAX | TAKES_CLAIM,
	 .operands_max = SIZE_MAX,
	 .run = cmd_simulate},
	{.name = "explain",
	 .help = "why one device is refused, from the table's bytes on, and what helps",
	 .operands = "DEVICE",
	 .about = "Explains the verdict on a device: the cause, who else is hit, what helps.",
	 .takes = SIMULATES | TAKES_RELAX | TAKES_CLAIM,
	 .operands_min = 1,
	 .operands_max = 1,
	 .run = cmd_explain},
	{.name = "show",
	 .help = "the table decoded: header, IVHD and IVMD blocks, with offsets",
	 .operands = "",
	 .about = "Decodes the table with byte offsets; unknown types by number and bytes.",
	 .takes = TAKES_SOURCE | TAKES_OUTPUT,
	 .run = cmd_show},
	{.name = "unity",
	 .help = "the 1:1 mappings that each device gets, and the IVMD they come from",
	 .operands = "[DEVICE...]",
	 .about = "Lists the unity maps of each device (or range of ids) and their IVMDs.",
	 .takes = SIMULATES | TAKES_RELAX,
	 .operands_max = SIZE_MAX,
	 .run = cmd_unity},
	{.name = "check",
	 .help = "what is wrong with the table, by what Linux does about it",
	 .operands = "",
	 .about = "Judges the table and, when they are known, the devices of the host.",
	 .takes = SIMULATES | TAKES_THRESHOLD,
	 .run = cmd_check},
	{.name = "kernels",
	 .help = "the known rule sets, what differs, measured or only read",
	 .operands = "",
	 .about = "Lists the kernel rule sets that are known and what differs between them.",
	 .takes = TAKES_OUTPUT,
	 .run = cmd_kernels},
	{.name = "verify",
	 .help = "the prediction held against this kernel's groups and regions",
	 .operands = "",
	 .about = "Compares the prediction with /sys/kernel/iommu_groups, line by line.",
	 .takes = SIMULATES | TAKES_RELAX,
	 .run = cmd_verify},
	{.name = "capture",
	 .help = "this host as one tar for --sysroot, without anything private",
	 .operands = "FILE",
	 .about = "Writes what --sysroot needs into a .tar, .tar.gz, .tar.xz, .tar.zst or "
		  ".tar.bz2.\n"
		  "No serial numbers, UUIDs, MAC addresses or host names go in.",
	 .takes = TAKES_SYSROOT,
	 .operands_min = 1,
	 .operands_max = 1,
	 .run = cmd_capture},
};

void complain(const char *format, ...)
{
	char line[2048];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	for (char *c = line; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	fprintf(stderr, "ivrsctl: %s\n", line);
}

void *need(void *memory)
{
	if (memory)
		return memory;
	complain("%s", ivrs_status_text(-IVRS_E_NOMEM));
	exit(CLI_FAILED);
}

static void print_help(void)
{
	fputs("Usage: ivrsctl COMMAND [OPTIONS] [DEVICE...]\n"
	      "What Linux makes of an AMD IVRS table, and why a device can't be passed through.\n\n"
	      "Commands:\n",
	      stdout);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		printf("  %-10s%s\n", commands[i].name, commands[i].help);
	fputs("\nOptions:\n"
	      "  -h, --help     this text; `ivrsctl COMMAND --help` lists the command's options\n"
	      "  -V, --version  version of the tool and of the library that it has loaded\n\n"
	      "DEVICE is [SEGMENT:]BUS:DEV.FN in hexadecimal, or a range A-B.\n"
	      "Exit status: 0 fine, 1 failure, 2 usage, 3 the answer is no, 4 unparsable table.\n",
	      stdout);
}

static int print_version(void)
{
	printf("ivrsctl %s (libivrs %s)\n", IVRS_VERSION_STRING, ivrs_version_string());
	return CLI_FINE;
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

static int run(int argc, char **argv)
{
	const struct command *command;
	struct options options;
	int status;

	if (argc < 2) {
		complain("no command given; see ivrsctl --help");
		return CLI_USAGE;
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V"))
		return print_version();
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		print_help();
		return CLI_FINE;
	}
	command = find_command(argv[1]);
	if (!command) {
		complain("%s: no such %s; see ivrsctl --help", argv[1],
			 argv[1][0] == '-' ? "option" : "command");
		return CLI_USAGE;
	}
	status = options_parse(command, argc - 1, argv + 1, &options);
	if (status < 0)
		status = command->run(&options);
	options_free(&options);
	return status;
}

int main(int argc, char **argv)
{
	int status = run(argc, argv);
	bool failed = ferror(stdout) != 0;

	/* An answer that didn't get out is no answer. */
	if (fflush(stdout) || failed || fclose(stdout)) {
		complain("standard output: %s", errno ? strerror(errno) : "write error");
		return CLI_FAILED;
	}
	return status;
}
