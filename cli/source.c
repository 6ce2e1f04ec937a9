// SPDX-License-Identifier: GPL-2.0-or-later
/* The source options: table, devices and kernel, from a host, a captured one, or files. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"

int source_failed(int status)
{
	complain("%s", ivrs_status_text(status));
	switch (-status) {
	case IVRS_E_SYNTAX:
	case IVRS_E_KERNEL:
		return CLI_USAGE;
	case IVRS_E_SIGNATURE:
	case IVRS_E_TRUNCATED:
	case IVRS_E_MALFORMED:
	case IVRS_E_TOO_LARGE:
		return CLI_UNPARSABLE;
	default:
		return CLI_FAILED;
	}
}

/* Appends what can be read to a growing buffer; libivrs-host has the like, but loading it for one file costs more than the file. */
static int read_all(int fd, uint8_t **bytes, size_t *size)
{
	size_t room = 0;
	struct stat st;

	if (!fstat(fd, &st) && S_ISREG(st.st_mode)) {
		if ((uint64_t)st.st_size > IVRS_TABLE_LIMIT)
			return -EFBIG;
		room = (size_t)st.st_size + 1;
	}
	if (room < 4096)
		room = 4096;
	*size = 0;
	*bytes = malloc(room);
	while (*bytes) {
		ssize_t got = read(fd, *bytes + *size, room - *size);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (!got)
			return 0;
		*size += (size_t)got;
		if (*size > IVRS_TABLE_LIMIT)
			return -EFBIG;
		if (*size == room) {
			uint8_t *more = realloc(*bytes, room *= 2);

			if (!more)
				break;
			*bytes = more;
		}
	}
	return -ENOMEM;
}

static int read_table_file(struct source *source, uint8_t **bytes, size_t *size)
{
	const char *path = source->options->table;
	int fd = STDIN_FILENO, error;

	if (!strcmp(path, "-")) {
		source->table_name = "standard input";
	} else {
		source->table_name = path;
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0) {
			complain("%s: %s", path, strerror(errno));
			return CLI_FAILED;
		}
	}
	error = read_all(fd, bytes, size);
	if (fd != STDIN_FILENO)
		close(fd);
	if (!error)
		return 0;
	if (error == -EFBIG) {
		complain("%s: larger than the %u MiB that a table may have", source->table_name,
			 IVRS_TABLE_LIMIT >> 20);
		return CLI_UNPARSABLE;
	}
	complain("%s: %s", source->table_name, strerror(-error));
	return CLI_FAILED;
}

/* The finding that a message is about: the first one that Linux minds, else the first. */
static size_t worst_first(const ivrs_report *report)
{
	for (size_t i = 0; i < ivrs_report_count(report); i++)
		if (ivrs_report_severity(report, i) > IVRS_SEVERITY_INFO)
			return i;
	return 0;
}

/* As every message about bytes looks: FILE: offset 0x4a: what is wrong (IVRS-0xx). */
static void complain_finding(const struct source *source)
{
	const ivrs_report *report = source->parse;
	size_t index = worst_first(report);
	uint64_t offset = ivrs_report_offset(report, index);
	char where[32] = "";

	if (offset != IVRS_NO_OFFSET)
		snprintf(where, sizeof(where), " offset 0x%llx:", (unsigned long long)offset);
	complain("%s:%s %s (IVRS-%03u)", source->table_name, where,
		 ivrs_report_message(report, index), ivrs_report_code(report, index));
}

static int parse_table(struct source *source, const void *bytes, size_t size)
{
	int status = ivrs_report_new(&source->parse);

	if (status)
		return source_failed(status);
	status = ivrs_table_parse(bytes, size, IVRS_PARSE_LENIENT, source->parse, &source->table);
	if (!status)
		return 0;
	if (ivrs_report_count(source->parse))
		complain_finding(source);
	else
		complain("%s: %s", source->table_name, ivrs_status_text(status));
	return status == -IVRS_E_NOMEM || status == -IVRS_E_ARGUMENT ? CLI_FAILED : CLI_UNPARSABLE;
}

void source_complain_absent(const struct source *source)
{
	int error = source->api->table_errno(source->host);

	if (error && error != ENOENT)
		complain("%s: %s%s", source->table_name, strerror(error),
			 error == EACCES || error == EPERM ? " (root is needed)" : "");
	else if (source->api->has_dmar(source->host))
		complain("%s: this host has no IVRS, it has a DMAR: that is Intel's table",
			 source->table_name);
	else
		complain("%s: this host has no IVRS (Intel's table is DMAR, and there is none "
			 "either)",
			 source->table_name);
}

static int open_table(struct source *source, unsigned wants)
{
	uint8_t *bytes = NULL;
	const void *host_bytes;
	size_t size;
	int status, error;

	if (source->options->table) {
		status = read_table_file(source, &bytes, &size);
		if (!status)
			status = parse_table(source, bytes, size);
		free(bytes);
		return status;
	}
	source->table_name = source->api->table_path(source->host);
	host_bytes = source->api->table(source->host, &size);
	if (host_bytes)
		return parse_table(source, host_bytes, size);
	error = source->api->table_errno(source->host);
	if ((wants & SOURCE_MAY_LACK_IVRS) && (!error || error == ENOENT))
		return 0;
	source_complain_absent(source);
	return CLI_FAILED;
}

static int open_host(struct source *source, unsigned wants)
{
	const struct options *options = source->options;
	char error[IVRS_HOST_ERROR];
	int status;

	if (options->table && !options->sysroot && !options->lspci)
		return 0;
	source->api = host_api();
	if (!source->api)
		return CLI_FAILED;
	status = source->api->open(options->sysroot, options->lspci,
				   wants & SOURCE_DEVICES ? 0 : IVRS_HOST_NO_DEVICES, &source->host,
				   error);
	if (status) {
		complain("%s", *error ? error : ivrs_status_text(status));
		return CLI_FAILED;
	}
	source->topology = source->api->topology(source->host);
	return 0;
}

/* The rules of the image override what the release suggests, because distributions backport. */
static int probe_image(struct source *source, const char *path)
{
	char error[IVRS_HOST_ERROR];
	int status;

	if (!source->api)
		source->api = host_api();
	if (!source->api)
		return CLI_FAILED;
	status = source->api->probe_image(path, &source->kernel, source->evidence,
					  sizeof(source->evidence), error);
	if (!status)
		return 0;
	complain("%s", *error ? error : ivrs_status_text(status));
	return CLI_FAILED;
}

static bool is_image(const char *kernel)
{
	return strchr(kernel, '/') || !access(kernel, F_OK);
}

static bool is_live(const struct source *source)
{
	return source->host &&
	       (!source->options->sysroot || !strcmp(source->options->sysroot, "/"));
}

/* The running kernel's own image, if it can be found and read, tells more than its release. Without it the release has to do. */
static bool probe_running(struct source *source)
{
	char path[512], error[IVRS_HOST_ERROR];

	return is_live(source) && !source->api->find_image(source->host, path, sizeof(path)) &&
	       !source->api->probe_image(path, &source->kernel, source->evidence,
					 sizeof(source->evidence), error);
}

static int choose_kernel(struct source *source)
{
	const char *release = source->options->kernel, *from = "--kernel";
	int status;

	if (release && is_image(release))
		return probe_image(source, release);
	if (!release && probe_running(source))
		return 0;
	if (!release && source->host) {
		release = source->api->release(source->host);
		from = "the host's osrelease";
	}
	status = ivrs_kernel_new(release, &source->kernel);
	if (status == -IVRS_E_KERNEL) {
		complain("%s: no kernel release that is known (such as 6.12 or 6.1.0-50-amd64)",
			 release);
		return CLI_USAGE;
	}
	if (status)
		return source_failed(status);
	snprintf(source->evidence, sizeof(source->evidence), "%s%s",
		 release ? "the release, by " : "nothing: the newest rules that are known",
		 release ? from : "");
	return 0;
}

static int open_kernel(struct source *source)
{
	const char *cmdline = source->options->cmdline;
	int status = choose_kernel(source);

	if (status)
		return status;
	if (!cmdline && source->host)
		cmdline = source->api->cmdline(source->host);
	status = ivrs_kernel_set_cmdline(source->kernel, cmdline ? cmdline : "");
	if (!status)
		return 0;
	complain("kernel command line: %s", ivrs_status_text(status));
	return CLI_USAGE;
}

static int parse_operands(struct source *source)
{
	const struct options *options = source->options;

	source->ranges = calloc(options->operand_count + 1, sizeof(*source->ranges));
	if (!source->ranges)
		return source_failed(-IVRS_E_NOMEM);
	for (size_t i = 0; i < options->operand_count; i++) {
		struct device_range *range = &source->ranges[source->range_count++];

		range->text = options->operands[i];
		if (ivrs_sbdf_parse_range(range->text, &range->first, &range->last)) {
			complain("%s: no device ([SEGMENT:]BUS:DEV.FN in hexadecimal, or a range "
				 "A-B, is meant)",
				 range->text);
			return CLI_USAGE;
		}
	}
	return 0;
}

/* With a table alone nothing is known of the devices, so each one that is asked about is a group of its own. */
static int add_operands(struct source *source)
{
	uint32_t group = 0;
	int status = ivrs_topology_new(&source->devices_only);

	if (!status)
		status = ivrs_topology_set_complete(source->devices_only, false);
	for (size_t i = 0; !status && i < source->range_count; i++) {
		uint64_t last = source->ranges[i].last;

		for (uint64_t sbdf = source->ranges[i].first; !status && sbdf <= last; sbdf++) {
			status = ivrs_topology_add(source->devices_only, (ivrs_sbdf_t)sbdf);
			if (!status)
				status = ivrs_topology_set_group(source->devices_only,
								 (ivrs_sbdf_t)sbdf, group++);
			else if (status == -IVRS_E_EXISTS)
				status = 0;
		}
	}
	source->topology = source->devices_only;
	return status ? source_failed(status) : 0;
}

int source_open(struct source *source, const struct options *options, unsigned wants)
{
	int status = 0;

	*source = (struct source){.options = options};
	if (wants & SOURCE_OPERANDS)
		status = parse_operands(source);
	if (!status)
		status = open_host(source, wants);
	if (!status)
		status = open_table(source, wants);
	if (!status && (wants & SOURCE_KERNEL))
		status = open_kernel(source);
	if (!status && !source->host && source->range_count)
		status = add_operands(source);
	return status;
}

void source_close(struct source *source)
{
	ivrs_kernel_free(source->kernel);
	ivrs_topology_free(source->devices_only);
	ivrs_table_unref(source->table);
	ivrs_report_free(source->parse);
	if (source->host)
		source->api->free(source->host);
	free(source->ranges);
}

int source_finish(const struct source *source, int status)
{
	if (status == CLI_FAILED || !source->table || ivrs_table_well_formed(source->table))
		return status;
	if (ivrs_report_count(source->parse))
		complain_finding(source);
	else
		complain("%s: malformed", source->table_name);
	return CLI_UNPARSABLE;
}

void source_device_name(const struct source *source, ivrs_sbdf_t sbdf, char *name, size_t size)
{
	*name = '\0';
	if (source->host)
		source->api->device_name(source->host, sbdf, name, size);
}

void source_print_notes(const struct source *source)
{
	size_t count = source->host ? source->api->note_count(source->host) : 0;
	size_t shown = source->options->verbose || count < 2 ? count : 1;

	for (size_t i = 0; i < shown; i++)
		printf("Note: %s\n", source->api->note(source->host, i));
	if (shown < count)
		printf("Note: %zu more could not be read (-v lists them)\n", count - shown);
}
