/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Kernel releases, rule sets, and what the command line selects (SPEC section B). */
#include "kernel.h"

#define V(major, minor) ((uint32_t)(major) << 16 | (uint32_t)(minor) << 8)
#define P(major, minor, patch) (V(major, minor) | (patch))
#define FOREVER UINT32_MAX
#define NEVER UINT32_MAX

static const struct ruleset {
	const char *name, *since_text, *basis;
	uint32_t since;
	bool measured;
} rulesets[] = {
	{"linux-5.15", "5.15", "5.15.99 amd/init.c, vfio from the patches that changed it",
	 V(5, 15), false},
	{"linux-6.1", "6.1", "Debian 6.1.192 in QEMU", V(6, 1), true},
	{"linux-6.5", "6.5", "commits of 6.5, the rest as 6.1", V(6, 5), false},
	{"linux-6.6", "6.6", "commits of 6.6, the rest as 6.12", V(6, 6), false},
	{"linux-6.12", "6.12", "Debian 6.12.117 in QEMU", V(6, 12), true},
	{"linux-6.16", "6.16", "Debian 6.16.12 in QEMU", V(6, 16), true},
	{"linux-6.17", "6.17", "Debian 6.17.13 and 6.18.15 in QEMU", V(6, 17), true},
	{"linux-6.19", "6.19", "Debian 6.19.14 in QEMU", V(6, 19), true},
	{"linux-7.0", "7.0", "Debian 7.0.13 in QEMU", V(7, 0), true},
	{"linux-7.1", "7.1", "Debian 7.1.13 in QEMU", V(7, 1), true},
	{"linux-7.2", "7.2", "Debian 7.2.12 in QEMU", V(7, 2), true},
	{"linux-7.3", "7.3", "Debian 7.3.4 in QEMU", V(7, 3), true},
};

static const struct rule_entry {
	const char *name, *text;
	uint32_t since, until;
} rules[] = {
#define RULE(symbol, name, since, until, text) {name, text, since, until},
#define EXCEPT(symbol, since, until)
#include "rules.def"
#undef RULE
#undef EXCEPT
};

static const struct {
	size_t rule;
	uint32_t since, until;
} exceptions[] = {
#define RULE(symbol, name, since, until, text)
#define EXCEPT(symbol, since, until) {RULE_##symbol, since, until},
#include "rules.def"
#undef RULE
#undef EXCEPT
};

static bool rule_holds(size_t rule, uint32_t version)
{
	for (size_t i = 0; i < ARRAY_SIZE(exceptions); i++)
		if (exceptions[i].rule == rule && version >= exceptions[i].since &&
		    version < exceptions[i].until)
			return false;
	return version >= rules[rule].since && version < rules[rule].until;
}

size_t ivrs_ruleset_count(void)
{
	return ARRAY_SIZE(rulesets);
}

const char *ivrs_ruleset_name(size_t ruleset)
{
	return ruleset < ARRAY_SIZE(rulesets) ? rulesets[ruleset].name : NULL;
}

const char *ivrs_ruleset_since(size_t ruleset)
{
	return ruleset < ARRAY_SIZE(rulesets) ? rulesets[ruleset].since_text : NULL;
}

bool ivrs_ruleset_measured(size_t ruleset)
{
	return ruleset < ARRAY_SIZE(rulesets) && rulesets[ruleset].measured;
}

const char *ivrs_ruleset_basis(size_t ruleset)
{
	return ruleset < ARRAY_SIZE(rulesets) ? rulesets[ruleset].basis : NULL;
}

size_t ivrs_rule_count(void)
{
	return ARRAY_SIZE(rules);
}

const char *ivrs_rule_name(size_t rule)
{
	return rule < ARRAY_SIZE(rules) ? rules[rule].name : NULL;
}

const char *ivrs_rule_text(size_t rule)
{
	return rule < ARRAY_SIZE(rules) ? rules[rule].text : NULL;
}

bool ivrs_ruleset_has(size_t ruleset, size_t rule)
{
	return ruleset < ARRAY_SIZE(rulesets) && rule < ARRAY_SIZE(rules) &&
	       rule_holds(rule, rulesets[ruleset].since);
}

/* A number of at most three digits; the kernel's version parts fit and an overflow can't happen. */
static bool read_number(const char **text, uint32_t *number)
{
	const char *p = *text;

	*number = 0;
	for (; *p >= '0' && *p <= '9' && p - *text < 3; p++)
		*number = *number * 10 + (uint32_t)(*p - '0');
	if (p == *text || (*p >= '0' && *p <= '9'))
		return false;
	*text = p;
	return true;
}

/* "6.12.117+deb12-amd64" gives 6.12.117; the minor number is required, what follows the numbers isn't looked at. */
static bool parse_release(const char *release, uint32_t *version)
{
	uint32_t major, minor, patch = 0;

	if (!read_number(&release, &major) || *release++ != '.' || !read_number(&release, &minor))
		return false;
	if (*release == '.') {
		release++;
		if (!read_number(&release, &patch))
			patch = 0;
	}
	if (major > 255 || minor > 255)
		return false;
	*version = V(major, minor) | (patch > 255 ? 255 : patch);
	return *release == '\0' ||
	       !((*release >= 'a' && *release <= 'z') || (*release >= 'A' && *release <= 'Z'));
}

static void kernel_select(struct ivrs_kernel *kernel)
{
	kernel->ruleset = 0;
	for (size_t i = 0; i < ARRAY_SIZE(rulesets); i++)
		if (kernel->version >= rulesets[i].since)
			kernel->ruleset = i;
	/* Releases above the next minor of the newest rule set don't exist yet; 5.15 is the oldest that was read. */
	kernel->exact = kernel->version >= rulesets[0].since && kernel->version < V(8, 0);
	for (size_t i = 0; i < RULE_COUNT; i++)
		kernel->rules[i] = rule_holds(i, kernel->version);
}

void kernel_init_newest(struct ivrs_kernel *kernel)
{
	const struct ruleset *newest = &rulesets[ARRAY_SIZE(rulesets) - 1];

	memset(kernel, 0, sizeof(*kernel));
	memcpy(kernel->release, newest->since_text, strlen(newest->since_text) + 1);
	kernel->version = newest->since;
	kernel_select(kernel);
}

int ivrs_kernel_new(const char *release, ivrs_kernel **out)
{
	struct ivrs_kernel *kernel;

	if (!out)
		return -IVRS_E_ARGUMENT;
	*out = NULL;
	kernel = malloc(sizeof(*kernel));
	if (!kernel)
		return -IVRS_E_NOMEM;
	kernel_init_newest(kernel);
	if (release) {
		size_t length = strnlen(release, sizeof(kernel->release));

		if (length == sizeof(kernel->release) ||
		    !parse_release(release, &kernel->version)) {
			free(kernel);
			return -IVRS_E_KERNEL;
		}
		memcpy(kernel->release, release, length + 1);
		kernel_select(kernel);
	}
	*out = kernel;
	return 0;
}

void ivrs_kernel_free(ivrs_kernel *kernel)
{
	if (!kernel)
		return;
	free(kernel->text);
	free(kernel->relax);
	free(kernel);
}

/* What patch 0002 takes of an option: good entries one by one, 32 at the most; faulty and empty ones are passed over. */
#define RELAX_ENTRIES 32

static void take_entries(const char *list, size_t length, char *to, size_t *used,
			 unsigned int *count)
{
	ivrs_sbdf_t first, last;
	char entry[32];

	while (length) {
		const char *comma = memchr(list, ',', length);
		size_t n = comma ? (size_t)(comma - list) : length;

		if (n && n < sizeof(entry) && *count < RELAX_ENTRIES) {
			memcpy(entry, list, n);
			entry[n] = '\0';
			if (!ivrs_sbdf_parse_range(entry, &first, &last)) {
				if (++*count > 1)
					to[(*used)++] = ',';
				memcpy(to + *used, entry, n);
				*used += n;
			}
		}
		list += comma ? n + 1 : n;
		length -= comma ? n + 1 : n;
	}
}

/* The relaxation in force by the command line and the options the kernel has. */
static int kernel_update_relax(struct ivrs_kernel *kernel)
{
	static const char prefix[] = "devices=", suffix[] = "+blanket";
	const struct cmdline *c = &kernel->cmdline;
	size_t used = sizeof(prefix) - 1;
	unsigned int count = 0;
	char *text;

	free(kernel->relax);
	kernel->relax = NULL;
	if (!c->relax_devices_count || !kernel->rules[RULE_RELAX_DEVICES])
		return 0;
	text = malloc(sizeof(prefix) + RELAX_ENTRIES * 32 + sizeof(suffix));
	if (!text)
		return -IVRS_E_NOMEM;
	memcpy(text, prefix, used);
	for (unsigned int i = 0; i < c->relax_devices_count; i++)
		take_entries(c->relax_devices[i].text, c->relax_devices[i].length, text, &used,
			     &count);
	text[used] = '\0';
	if (kernel->rules[RULE_RELAX_BLANKET])
		memcpy(text + used, suffix, sizeof(suffix));
	if (count)
		kernel->relax = text;
	else
		free(text);
	return 0;
}

int ivrs_kernel_set_cmdline(ivrs_kernel *kernel, const char *cmdline)
{
	size_t length;
	char *copy;

	if (!kernel || !cmdline)
		return -IVRS_E_ARGUMENT;
	length = strnlen(cmdline, 65536);
	if (length == 65536)
		return -IVRS_E_TOO_LARGE;
	copy = malloc(length + 1);
	if (!copy)
		return -IVRS_E_NOMEM;
	memcpy(copy, cmdline, length + 1);
	free(kernel->text);
	kernel->text = copy;
	cmdline_parse(copy, &kernel->cmdline);
	return kernel_update_relax(kernel);
}

static size_t rule_find(const char *name)
{
	size_t i;

	for (i = 0; i < RULE_COUNT; i++)
		if (!strcmp(rules[i].name, name))
			break;
	return i;
}

int ivrs_kernel_set_rule(ivrs_kernel *kernel, const char *rule, bool holds)
{
	size_t i;

	if (!kernel || !rule)
		return -IVRS_E_ARGUMENT;
	i = rule_find(rule);
	if (i == RULE_COUNT)
		return -IVRS_E_NOT_FOUND;
	kernel->rules[i] = holds;
	return kernel_update_relax(kernel);
}

bool ivrs_kernel_has_rule(const ivrs_kernel *kernel, const char *rule)
{
	size_t i;

	if (!kernel || !rule)
		return false;
	i = rule_find(rule);
	return i < RULE_COUNT && kernel->rules[i];
}

const char *ivrs_kernel_release(const ivrs_kernel *kernel)
{
	return kernel ? kernel->release : NULL;
}

size_t ivrs_kernel_ruleset(const ivrs_kernel *kernel)
{
	return kernel ? kernel->ruleset : ARRAY_SIZE(rulesets);
}

const char *ivrs_kernel_cmdline(const ivrs_kernel *kernel)
{
	return kernel ? (kernel->text ? kernel->text : "") : NULL;
}

bool ivrs_kernel_exact(const ivrs_kernel *kernel)
{
	return kernel && kernel->exact;
}

bool ivrs_kernel_iommu_off(const ivrs_kernel *kernel)
{
	return kernel && (kernel->cmdline.no_iommu || kernel->cmdline.amd_off);
}

const char *ivrs_kernel_relax(const ivrs_kernel *kernel)
{
	if (!kernel)
		return NULL;
	if (kernel->cmdline.relax_unity && kernel->rules[RULE_RELAX_UNITY])
		return "unity";
	if (kernel->relax)
		return kernel->relax;
	return kernel->rules[RULE_RELAX_BLANKET] ? "blanket" : "none";
}
