/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What verify makes of the kernel's log: the lines of drivers/acpi/tables.c. */
#include "unit.h"

#include "../../cli/verify.h"

#define FIRST "<5>[    0.000000] Linux version 6.12.117\n"
#define FOUND                                                  \
	"<6>[    0.03] ACPI: IVRS ACPI table found in initrd " \
	"[kernel/firmware/acpi/ivrs.aml][0xb0]\n"
#define SPOILED(text) \
	"<3>[    0.03] ACPI: ACPI OVERRIDE: " text " [kernel/firmware/acpi/My-IVRS.aml]\n"

static void logs(void **state)
{
	static const struct {
		const char *log, *state, *reason; /* reason: a part of it */
	} rows[] = {
		{FIRST, "none", NULL},
		{"<6>[  99.0] the beginning is lost\n", NULL, NULL},
		{"", NULL, NULL},
		{FIRST FOUND "<6>[ 0.04] ACPI: Table Upgrade: override [IVRS-BOCHS -BXPC    ]\n",
		 "active", NULL},
		{FIRST FOUND "<6>[ 0.04] ACPI: Table Upgrade: install [IVRS-BOCHS -OTHER   ]\n",
		 "rejected", "OEM table id"},
		{FIRST FOUND "<5>[ 0.04] ACPI: kernel is locked down, ignoring table override\n",
		 "rejected", "locked down"},
		{FIRST FOUND, "rejected", "OEM revision"},
		{FIRST SPOILED("Bad table checksum"), "rejected", "checksum"},
		{FIRST SPOILED("File length does not match table length"), "rejected",
		 "as long as"},
		{FIRST SPOILED("Table smaller than ACPI header"), "rejected", "header"},
		{FIRST SPOILED("Unknown signature"), "rejected", "signature"},
		/* Another table's trouble. */
		{FIRST "<3>[ 0.03] ACPI: ACPI OVERRIDE: Bad table checksum "
		       "[kernel/firmware/acpi/dsdt.aml]\n",
		 "none", NULL},
		{FIRST "<6>[ 0.04] ACPI: Table Upgrade: override [DSDT-BOCHS -BXPC    ]\n", "none",
		 NULL},
		{FIRST "ACPI OVERRIDE: Bad table checksum [", "none", NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *reason = "left as it was",
			   *found = override_in_log(rows[i].log, &reason);

		if (!rows[i].state != !found || (found && strcmp(found, rows[i].state)))
			fail_msg("\"%s\": %s", rows[i].log, found ? found : "nothing");
		if (!rows[i].reason != !reason || (reason && !strstr(reason, rows[i].reason)))
			fail_msg("\"%s\": because %s", rows[i].log, reason ? reason : "of nothing");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(logs)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
