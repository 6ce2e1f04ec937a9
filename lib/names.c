/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of the numbers that a simulation answers with. */
#include "internal.h"

static const char *name_of(const char *const *names, size_t count, uint32_t number)
{
	return number < count && names[number] ? names[number] : "unknown";
}

const char *ivrs_state_name(uint32_t state)
{
	static const char *const names[] = {NULL,     "ready", "disabled", "absent",
					    "failed", "lost",  "hangs",	   "panics"};

	return name_of(names, ARRAY_SIZE(names), state);
}

const char *ivrs_region_kind_name(uint32_t kind)
{
	static const char *const names[] = {NULL,	"direct", "direct-relaxable",
					    "reserved", "msi",	  "iova"};

	return name_of(names, ARRAY_SIZE(names), kind);
}

const char *ivrs_claim_name(uint32_t claim)
{
	static const char *const names[] = {NULL, "ok", "refused", "nothing-to-claim"};

	return name_of(names, ARRAY_SIZE(names), claim);
}

const char *ivrs_reason_name(uint32_t reason)
{
	static const char *const names[] = {NULL,	   "require_direct",
					    "no-iommu",	   "interrupt-remapping",
					    "busy",	   "no-iova",
					    "no-interface"};

	return name_of(names, ARRAY_SIZE(names), reason);
}

const char *ivrs_errno_name(uint32_t number)
{
	/* Linux's numbers on x86, not those of the system this runs on. */
	static const char *const names[] = {
		[1] = "EPERM", [2] = "ENOENT", [16] = "EBUSY", [22] = "EINVAL"};

	return name_of(names, ARRAY_SIZE(names), number);
}
