/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Prints the names and numbers that the library answers with and that scripts compare. */
#include <stdio.h>
#include <string.h>

#include <libivrs/ivrs.h>

/* The names of 1, 2, ... up to the first number that has none. */
static void print_numbered(const char *kind, const char *(*name)(uint32_t))
{
	for (uint32_t i = 1; strcmp(name(i), "unknown"); i++)
		printf("%s %u %s\n", kind, i, name(i));
}

int main(void)
{
	for (size_t i = 0; i < ivrs_finding_count(); i++)
		printf("finding %u %s\n", ivrs_finding_code(i),
		       ivrs_finding_name(ivrs_finding_code(i)));
	for (size_t i = 0; i < ivrs_rule_count(); i++)
		printf("rule %s\n", ivrs_rule_name(i));
	for (size_t i = 0; i < ivrs_ruleset_count(); i++)
		printf("ruleset %s\n", ivrs_ruleset_name(i));
	for (int i = 0; strcmp(ivrs_status_name(i), "IVRS_E_UNKNOWN"); i++)
		printf("status %d %s\n", i, ivrs_status_name(i));
	for (uint32_t i = 0; i < 256; i++)
		if (strcmp(ivrs_entry_type_name((uint8_t)i), "unknown"))
			printf("entry 0x%02x %s\n", i, ivrs_entry_type_name((uint8_t)i));
	print_numbered("severity", ivrs_severity_name);
	print_numbered("state", ivrs_state_name);
	print_numbered("claim", ivrs_claim_name);
	print_numbered("reason", ivrs_reason_name);
	print_numbered("region", ivrs_region_kind_name);
	print_numbered("ivmd-class", ivrs_ivmd_class_name);
	return 0;
}
