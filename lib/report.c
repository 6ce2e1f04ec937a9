/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdarg.h>
#include <stdio.h>

#include "internal.h"

/* A message is a line for a person; what is longer is cut. */
#define MESSAGE_SIZE 240

struct item {
	uint32_t code, severity, device;
	uint64_t offset;
	char *message;
};

struct ivrs_report {
	struct item *items;
	size_t count, room, dropped;
	uint32_t worst; /* of the dropped ones too: what is lost must not look harmless */
};

static const struct {
	uint32_t code, severity;
	const char *name, *text;
} registry[] = {
#define FINDING(code, symbol, name, severity, text) {code, IVRS_SEVERITY_##severity, name, text},
#include "findings.def"
#undef FINDING
};

int ivrs_report_new(ivrs_report **report)
{
	if (!report)
		return -IVRS_E_ARGUMENT;
	*report = calloc(1, sizeof(**report));
	return *report ? 0 : -IVRS_E_NOMEM;
}

void ivrs_report_clear(ivrs_report *report)
{
	for (size_t i = 0; i < report->count; i++)
		free(report->items[i].message);
	free(report->items);
	*report = (struct ivrs_report){0};
}

void ivrs_report_free(ivrs_report *report)
{
	if (!report)
		return;
	ivrs_report_clear(report);
	free(report);
}

static bool make_room(ivrs_report *report)
{
	size_t room = report->room ? 2 * report->room : 16;
	struct item *items;

	if (report->count < report->room)
		return true;
	items = realloc(report->items, room * sizeof(*items));
	if (!items)
		return false;
	report->items = items;
	report->room = room;
	return true;
}

static char *format_message(const char *format, va_list arguments)
	__attribute__((format(printf, 1, 0)));

static char *format_message(const char *format, va_list arguments)
{
	char line[MESSAGE_SIZE], *message;
	size_t size;

	if (vsnprintf(line, sizeof(line), format, arguments) < 0)
		line[0] = '\0';
	for (char *p = line; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '?';
	size = strlen(line) + 1;
	message = malloc(size);
	if (message)
		memcpy(message, line, size);
	return message;
}

static void add(ivrs_report *report, uint32_t severity, enum finding code, uint64_t offset,
		uint32_t device, const char *format, va_list arguments)
	__attribute__((format(printf, 6, 0)));

static void add(ivrs_report *report, uint32_t severity, enum finding code, uint64_t offset,
		uint32_t device, const char *format, va_list arguments)
{
	char *message;

	if (severity > report->worst)
		report->worst = severity;
	if (report->count >= IVRS_REPORT_LIMIT || !make_room(report)) {
		report->dropped++;
		return;
	}
	message = format_message(format, arguments);
	if (!message) {
		report->dropped++;
		return;
	}
	report->items[report->count++] = (struct item){
		.code = code,
		.severity = severity,
		.device = device,
		.offset = offset,
		.message = message,
	};
}

void report_add(ivrs_report *report, enum finding code, uint64_t offset, uint32_t device,
		const char *format, ...)
{
	va_list arguments;

	if (!report)
		return;
	va_start(arguments, format);
	add(report, ivrs_finding_severity(code), code, offset, device, format, arguments);
	va_end(arguments);
}

void report_add_as(ivrs_report *report, uint32_t severity, enum finding code, uint64_t offset,
		   uint32_t device, const char *format, ...)
{
	va_list arguments;

	if (!report)
		return;
	va_start(arguments, format);
	add(report, severity, code, offset, device, format, arguments);
	va_end(arguments);
}

size_t ivrs_report_count(const ivrs_report *report)
{
	return report->count;
}

size_t ivrs_report_dropped(const ivrs_report *report)
{
	return report->dropped;
}

uint32_t ivrs_report_code(const ivrs_report *report, size_t index)
{
	return index < report->count ? report->items[index].code : 0;
}

uint32_t ivrs_report_severity(const ivrs_report *report, size_t index)
{
	return index < report->count ? report->items[index].severity : 0;
}

uint64_t ivrs_report_offset(const ivrs_report *report, size_t index)
{
	return index < report->count ? report->items[index].offset : IVRS_NO_OFFSET;
}

uint32_t ivrs_report_device(const ivrs_report *report, size_t index)
{
	return index < report->count ? report->items[index].device : IVRS_NO_DEVICE;
}

const char *ivrs_report_message(const ivrs_report *report, size_t index)
{
	return index < report->count ? report->items[index].message : NULL;
}

uint32_t ivrs_report_worst(const ivrs_report *report)
{
	return report->worst;
}

const char *ivrs_severity_name(uint32_t severity)
{
	static const char *const names[] = {
		[IVRS_SEVERITY_INFO] = "info",
		[IVRS_SEVERITY_WRONG_MAPPING] = "wrong-mapping",
		[IVRS_SEVERITY_BLOCKED] = "blocked",
		[IVRS_SEVERITY_IOMMU_LOST] = "iommu-lost",
		[IVRS_SEVERITY_PANIC] = "panic",
		[IVRS_SEVERITY_HANG] = "hang",
	};

	return severity && severity < ARRAY_SIZE(names) ? names[severity] : "unknown";
}

/* Index of a code in the registry, which is sorted; the number of codes when it isn't there. */
static size_t registry_find(uint32_t code)
{
	size_t low = 0, high = ARRAY_SIZE(registry);

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (registry[middle].code == code)
			return middle;
		if (registry[middle].code < code)
			low = middle + 1;
		else
			high = middle;
	}
	return ARRAY_SIZE(registry);
}

size_t ivrs_finding_count(void)
{
	return ARRAY_SIZE(registry);
}

uint32_t ivrs_finding_code(size_t index)
{
	return index < ARRAY_SIZE(registry) ? registry[index].code : 0;
}

const char *ivrs_finding_name(uint32_t code)
{
	size_t index = registry_find(code);

	return index < ARRAY_SIZE(registry) ? registry[index].name : NULL;
}

const char *ivrs_finding_text(uint32_t code)
{
	size_t index = registry_find(code);

	return index < ARRAY_SIZE(registry) ? registry[index].text : NULL;
}

uint32_t ivrs_finding_severity(uint32_t code)
{
	size_t index = registry_find(code);

	return index < ARRAY_SIZE(registry) ? registry[index].severity : 0;
}
