/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "internal.h"

static const struct {
	const char *name, *text;
} statuses[] = {
#define STATUS(symbol, text) [IVRS_##symbol] = {"IVRS_" #symbol, text}
	STATUS(OK, "success"),
	STATUS(E_NOMEM, "out of memory"),
	STATUS(E_ARGUMENT, "an argument is missing or out of range"),
	STATUS(E_SYNTAX, "the text does not parse"),
	STATUS(E_NOT_FOUND, "not found"),
	STATUS(E_EXISTS, "exists already"),
	STATUS(E_TRUNCATED, "the bytes end too early"),
	STATUS(E_SIGNATURE, "not an IVRS table"),
	STATUS(E_MALFORMED, "a length or an entry contradicts the structure around it"),
	STATUS(E_TOO_LARGE, "too large"),
	STATUS(E_KERNEL, "the rules of this kernel release are not known"),
	STATUS(E_IO, "a file cannot be read"),
	STATUS(E_PCI, "the PCI library failed"),
	STATUS(E_ARCHIVE, "the archive is damaged or unsafe"),
#undef STATUS
};

/* INT_MIN has no positive counterpart, so the sign is taken off in unsigned arithmetic. */
static size_t status_index(int status)
{
	return status < 0 ? 0u - (unsigned int)status : (unsigned int)status;
}

const char *ivrs_status_name(int status)
{
	size_t index = status_index(status);

	return index < ARRAY_SIZE(statuses) ? statuses[index].name : "IVRS_E_UNKNOWN";
}

const char *ivrs_status_text(int status)
{
	size_t index = status_index(status);

	return index < ARRAY_SIZE(statuses) ? statuses[index].text : "unknown status";
}

const char *ivrs_version_string(void)
{
	return IVRS_VERSION_STRING;
}

uint32_t ivrs_version_number(void)
{
	return IVRS_VERSION_NUMBER;
}
