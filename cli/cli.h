/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of ivrsctl share. No rule of the kernel lives here: options are read, the libraries called, answers printed. */
#ifndef IVRSCTL_CLI_H
#define IVRSCTL_CLI_H

#include <stdio.h>

#include <libivrs/ivrs.h>

#include "host-api.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* What ivrsctl(1) promises as exit status. */
enum {
	CLI_FINE = 0,
	CLI_FAILED = 1,	    /* input, output, memory */
	CLI_USAGE = 2,	    /* an option, a DEVICE, a release or a relaxation is wrong */
	CLI_NO = 3,	    /* the answer is no */
	CLI_UNPARSABLE = 4, /* the table can't be parsed */
};

/* options.c */

enum color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

struct options {
	const char *sysroot, *table, *lspci, *kernel, *cmdline;
	const char **relax; /* at least one after a parse */
	size_t relax_count;
	bool relax_given;
	uint32_t sim_flags; /* IVRS_SIM_* */
	uint32_t threshold; /* enum ivrs_severity */
	bool json, headings, verbose;
	enum color color;
	char **operands;
	size_t operand_count;
};

/* Which options a command takes. */
enum {
	TAKES_SOURCE = 0x01,	/* -s, -t, -p */
	TAKES_KERNEL = 0x02,	/* -k, -c */
	TAKES_RELAX = 0x04,	/* -r */
	TAKES_CLAIM = 0x08,	/* --as-bound, --path */
	TAKES_THRESHOLD = 0x10, /* --threshold */
	TAKES_OUTPUT = 0x20,	/* --json, --color, --no-headings */
	TAKES_SYSROOT = 0x40,	/* -s alone */
};

struct command {
	const char *name, *help; /* help: one line */
	const char *operands;	 /* as --help prints them; "" for none */
	const char *about;	 /* a line or two for its --help */
	unsigned takes;
	size_t operands_min, operands_max;
	int (*run)(const struct options *options);
};

/* Returns -1 to go on, else the exit status (after --help, or a usage error that was printed). */
int options_parse(const struct command *command, int argc, char **argv, struct options *options);
void options_free(struct options *options);

/* One line on standard error, "ivrsctl: ..."; bytes that would disturb a terminal are replaced. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* @memory; ends the process with a complaint when it is NULL, for callers that have nothing to undo. */
void *need(void *memory);

/* commands: cmd-*.c */

int cmd_simulate(const struct options *options);
int cmd_explain(const struct options *options);
int cmd_show(const struct options *options);
int cmd_unity(const struct options *options);
int cmd_check(const struct options *options);
int cmd_kernels(const struct options *options);
int cmd_verify(const struct options *options);
int cmd_capture(const struct options *options);

/*
 * Unity maps that one answer lists at the most, and IVMDs times devices that it merges into regions: a table may ask for more
 * than anybody can read, and for more time than linear in its size.
 */
#define DESCRIBE_LIMIT 200000u
#define DESCRIBE_ROWS 20000u /* in a table of text */
#define DESCRIBE_WORK 20000000u

/* source.c */

struct source {
	const struct options *options;
	const struct host_api *api;    /* NULL with a table alone */
	ivrs_host *host;	       /* likewise */
	ivrs_table *table;	       /* NULL: the host has none */
	const char *table_name;	       /* its file, for messages */
	ivrs_report *parse;	       /* what the parser found */
	const ivrs_topology *topology; /* the host's or devices_only; NULL: none are known */
	ivrs_topology *devices_only;   /* made of the DEVICE operands */
	ivrs_kernel *kernel;
	char evidence[256];	     /* what the kernel's rules were chosen by */
	struct device_range *ranges; /* the DEVICE operands */
	size_t range_count;
};

struct device_range {
	ivrs_sbdf_t first, last;
	const char *text;
};

enum {
	SOURCE_DEVICES = 0x1,	    /* the PCI functions are wanted */
	SOURCE_KERNEL = 0x2,	    /* a kernel is wanted */
	SOURCE_MAY_LACK_IVRS = 0x4, /* a host without IVRS is an answer, not a failure */
	SOURCE_OPERANDS = 0x8,	    /* the operands are DEVICEs */
};

/* Reads what a command needs. Returns 0, or the exit status after it has complained. Close it in either case. */
int source_open(struct source *source, const struct options *options, unsigned wants);
void source_close(struct source *source);
/* The status of a command that would end with @status: says what is wrong with a table that Linux takes and we print as far as it goes. */
int source_finish(const struct source *source, int status);
/* The line that says that there is no IVRS. */
void source_complain_absent(const struct source *source);
/* Name from pci.ids; "" when none is known. */
void source_device_name(const struct source *source, ivrs_sbdf_t sbdf, char *name, size_t size);
/* Notes of the host (what could not be read), at the end of a text. */
void source_print_notes(const struct source *source);
/* Complains about a failed call of the library; returns the exit status. */
int source_failed(int status);

/* select.c: which devices and groups the DEVICE operands mean */

struct selection {
	bool *devices; /* by index in the simulation */
	bool *groups;
	bool all;
};

/* Returns 0 or the exit status after it has complained. */
int selection_make(struct selection *selection, const struct source *source, const ivrs_sim *sim);
void selection_free(struct selection *selection);

#endif
