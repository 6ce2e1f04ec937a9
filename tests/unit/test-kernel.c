/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Releases, rules and command lines. */
#include "unit.h"
#include "kernel.h"

static void releases(void **state)
{
	static const struct {
		const char *release, *ruleset;
		bool exact;
	} known[] = {
		{"6.12.117+deb12-amd64", "linux-6.12", true},
		{"6.1.0-50-amd64", "linux-6.1", true},
		{"5.15.0-91-generic", "linux-5.15", true},
		{"5.10.0", "linux-5.15", false},
		{"4.18.0-553.el8_10.x86_64", "linux-5.15", false},
		{"5.19", "linux-5.15", true},
		{"6.0", "linux-5.15", true},
		{"6.4.16", "linux-6.1", true},
		{"6.5.13-6-pve", "linux-6.5", true},
		{"6.6", "linux-6.6", true},
		{"6.8.12-9-pve", "linux-6.6", true},
		{"6.11-rc3", "linux-6.6", true},
		{"6.14.0", "linux-6.12", true},
		{"6.16.3", "linux-6.16", true},
		{"6.18.2", "linux-6.17", true},
		{"6.19.1", "linux-6.19", true},
		{"7.0", "linux-7.0", true},
		{"7.1.13+deb13-amd64", "linux-7.1", true},
		{"7.2", "linux-7.2", true},
		{"7.3.0-rc1+", "linux-7.3", true},
		{"9.1", "linux-7.3", false},
	};
	static const char *const unknown[] = {"",     "six",  "6",	"6.",	     ".1",    "6.x",
					      "-6.1", " 6.1", "1234.5", "6.1banana", "6.1234"};
	ivrs_kernel *k;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		assert_int_equal(ivrs_kernel_new(known[i].release, &k), 0);
		assert_string_equal(ivrs_ruleset_name(ivrs_kernel_ruleset(k)), known[i].ruleset);
		assert_int_equal(ivrs_kernel_exact(k), known[i].exact);
		assert_string_equal(ivrs_kernel_release(k), known[i].release);
		ivrs_kernel_free(k);
	}
	for (size_t i = 0; i < ARRAY_SIZE(unknown); i++) {
		assert_int_equal(ivrs_kernel_new(unknown[i], &k), -IVRS_E_KERNEL);
		assert_null(k);
	}
	assert_int_equal(ivrs_kernel_new(NULL, &k), 0);
	assert_int_equal(ivrs_kernel_ruleset(k), ivrs_ruleset_count() - 1);
	ivrs_kernel_free(k);
	assert_int_equal(ivrs_kernel_new("6.1", NULL), -IVRS_E_ARGUMENT);
}

static bool has(const char *release, const char *rule)
{
	ivrs_kernel *k;
	bool holds;

	assert_int_equal(ivrs_kernel_new(release, &k), 0);
	holds = ivrs_kernel_has_rule(k, rule);
	ivrs_kernel_free(k);
	return holds;
}

/* SPEC section B, the columns that decide most. */
static void rules_by_release(void **state)
{
	(void)state;
	assert_false(has("6.5.13", "require-direct"));
	assert_true(has("6.6.0", "require-direct"));
	assert_false(has("6.4", "direct-failure-fatal"));
	assert_true(has("6.5", "direct-failure-fatal"));
	assert_false(has("5.19", "pci-segments"));
	assert_true(has("6.0", "pci-segments"));
	assert_true(has("5.18", "claim-by-viability"));
	assert_false(has("5.19", "claim-by-viability"));
	assert_false(has("6.1", "iommufd"));
	assert_true(has("6.2", "iommufd"));
	assert_false(has("6.5", "vfio-cdev"));
	assert_true(has("6.6", "vfio-cdev"));
	assert_false(has("6.12.117", "lookup-exact"));
	assert_true(has("6.16", "lookup-exact"));
	assert_true(has("6.19.2", "page-0-remap-fails"));
	assert_false(has("6.19.10", "page-0-remap-fails"));
	assert_true(has("6.19.10", "page-0-seen"));
	assert_false(has("7.0", "page-0-remap-fails"));
	assert_true(has("6.17", "aperture-by-hats"));
	assert_false(has("7.1", "aperture-by-vasize"));
	assert_true(has("7.2", "aperture-by-vasize"));
	/* What stable releases got early, or late. */
	assert_true(has("6.12", "acpi-hid-only"));
	assert_false(has("6.12.34", "acpi-hid-only"));
	assert_true(has("6.12.35", "acpi-hid-only"));
	assert_false(has("6.15.1", "acpi-hid-only"));
	assert_true(has("6.18.32", "lookup-unchecked"));
	assert_false(has("6.18.33", "lookup-unchecked"));
	assert_true(has("6.19.14", "lookup-unchecked"));
	assert_false(has("7.0.10", "lookup-unchecked"));
	assert_true(has("6.5.3", "ioapic-any"));
	assert_false(has("6.12.117", "ioapic-any"));
	assert_true(has("7.1", "ioapic-any"));
	assert_false(has("7.2", "ioapic-any"));
	assert_false(has("7.0", "relax-unity-option"));
	assert_false(has("6.12", "no-such-rule"));
	for (size_t i = 0; i < ivrs_rule_count(); i++) {
		assert_non_null(ivrs_rule_name(i));
		assert_non_null(ivrs_rule_text(i));
	}
	assert_null(ivrs_rule_name(ivrs_rule_count()));
	assert_null(ivrs_ruleset_name(ivrs_ruleset_count()));
}

static void overriding(void **state)
{
	ivrs_kernel *k;

	(void)state;
	assert_int_equal(ivrs_kernel_new("5.14.0-427.el9", &k), 0);
	assert_false(ivrs_kernel_has_rule(k, "require-direct"));
	assert_int_equal(ivrs_kernel_set_rule(k, "require-direct", true), 0);
	assert_true(ivrs_kernel_has_rule(k, "require-direct"));
	assert_int_equal(ivrs_kernel_set_rule(k, "no-such-rule", true), -IVRS_E_NOT_FOUND);
	assert_int_equal(ivrs_kernel_set_rule(NULL, "require-direct", true), -IVRS_E_ARGUMENT);
	ivrs_kernel_free(k);
}

static void relaxations_in_force(void **state)
{
	ivrs_kernel *k;

	(void)state;
	assert_int_equal(ivrs_kernel_new("6.12", &k), 0);
	assert_int_equal(ivrs_kernel_set_cmdline(k,
						 "quiet amd_iommu=relax_unity "
						 "amd_iommu_relax_unity=01:00.0,02:00.0-02:00.1"),
			 0);
	/* The options mean nothing to a kernel that doesn't have them. */
	assert_string_equal(ivrs_kernel_relax(k), "none");
	assert_int_equal(ivrs_kernel_set_rule(k, "relax-blanket", true), 0);
	assert_string_equal(ivrs_kernel_relax(k), "blanket");
	assert_int_equal(ivrs_kernel_set_rule(k, "relax-devices-option", true), 0);
	assert_string_equal(ivrs_kernel_relax(k), "devices=01:00.0,02:00.0-02:00.1+blanket");
	assert_int_equal(ivrs_kernel_set_rule(k, "relax-blanket", false), 0);
	assert_string_equal(ivrs_kernel_relax(k), "devices=01:00.0,02:00.0-02:00.1");
	assert_int_equal(ivrs_kernel_set_rule(k, "relax-unity-option", true), 0);
	assert_string_equal(ivrs_kernel_relax(k), "unity");
	ivrs_kernel_free(k);
}

/* kernel-patch/README.md: each entry by itself, the option adds up, 32 good entries. */
static void faulty_lists(void **state)
{
	static const struct {
		const char *cmdline, *relax;
	} lines[] = {
		{"amd_iommu_relax_unity=", "none"},
		{"amd_iommu_relax_unity=,,", "none"},
		{"amd_iommu_relax_unity=all", "none"},
		{"amd_iommu_relax_unity=01:00.0,bad,02:00.0", "devices=01:00.0,02:00.0"},
		{"amd_iommu_relax_unity=01:00.0,,02:00.0-01:00.0", "devices=01:00.0"},
		{"amd_iommu_relax_unity=0x1:00.0,1:2.3", "devices=1:2.3"},
		{"amd_iommu_relax_unity=01:00.0 quiet amd_iommu_relax_unity=02:00.0",
		 "devices=01:00.0,02:00.0"},
		{"amd_iommu_relax_unity=01:20.0,01:1f.8,100:00.0,10000:00:00.0", "none"},
	};
	char many[1024] = "amd_iommu_relax_unity=";
	const char *p;
	ivrs_kernel *k;
	int commas = 0;

	(void)state;
	assert_int_equal(ivrs_kernel_new("6.12", &k), 0);
	assert_int_equal(ivrs_kernel_set_rule(k, "relax-devices-option", true), 0);
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		assert_int_equal(ivrs_kernel_set_cmdline(k, lines[i].cmdline), 0);
		assert_string_equal(ivrs_kernel_relax(k), lines[i].relax);
	}
	for (int i = 0; i < 40; i++)
		sprintf(many + strlen(many), "%02x:00.0,", i);
	assert_int_equal(ivrs_kernel_set_cmdline(k, many), 0);
	for (p = ivrs_kernel_relax(k); *p; p++)
		commas += *p == ',';
	assert_int_equal(commas, 31);
	ivrs_kernel_free(k);
}

static void command_lines(void **state)
{
	static const struct {
		const char *text;
		struct cmdline expected;
	} lines[] = {
		{"", {0}},
		{"root=/dev/sda1 ro quiet", {0}},
		{"iommu=pt", {.passthrough = true}},
		{"iommu=pt iommu=nopt", {0}},
		{"iommu=soft,pt", {.passthrough = true}},
		{"iommu=off", {.no_iommu = true}},
		{"iommu.passthrough=1", {.passthrough = true}},
		{"iommu.passthrough=yes iommu.passthrough=off", {0}},
		{"iommu.passthrough=maybe", {0}},
		{"iommu.strict=1", {.strict = true}},
		{"amd_iommu=fullflush", {.fullflush = true}},
		{"amd_iommu=off", {.amd_off = true}},
		{"amd-iommu=off", {.amd_off = true}},
		{"amd_iommu=on", {0}},
		{"amd_iommu=pgtbl_v2,force_isolation", {.pgtbl_v2 = true, .force_isolation = true}},
		{"amd_iommu=pgtbl_v2,pgtbl_v1", {0}},
		{"amd_iommu=force_enable", {.force_enable = true}},
		{"nointremap", {.no_intremap = true}},
		{"intremap=off", {.no_intremap = true}},
		{"intremap=off intremap=on", {0}},
		{"noapic", {.no_intremap = true}},
		{"vfio_iommu_type1.allow_unsafe_interrupts=1", {.unsafe_legacy = true}},
		{"vfio-iommu-type1.allow_unsafe_interrupts", {.unsafe_legacy = true}},
		{"iommufd.allow_unsafe_interrupts=Y", {.unsafe_iommufd = true}},
		{"\"iommu=pt\"", {.passthrough = true}},
		{"x=\"a b iommu=pt\" quiet", {0}},
		{"-- iommu=pt", {0}},
		{"iommu=pt -- iommu=off", {.passthrough = true}},
		{"  iommu=pt\tamd_iommu=off\n", {.passthrough = true, .amd_off = true}},
		{"ivrs_ioapic=7@00:14.0", {.ioapics = {{7, 0xa0}}, .ioapic_count = 1}},
		{"ivrs_ioapic[9]=00:14.0", {.ioapics = {{9, 0xa0}}, .ioapic_count = 1}},
		{"ivrs_ioapic=7@0001:02:03.4", {.ioapics = {{7, 0x1021c}}, .ioapic_count = 1}},
		{"ivrs_ioapic=nonsense ivrs_ioapic", {0}},
		{"=", {0}},
		{"\"", {0}},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		struct cmdline c;

		cmdline_parse(lines[i].text, &c);
		if (memcmp(&c, &lines[i].expected, sizeof(c)))
			fail_msg("\"%s\" is decoded wrongly", lines[i].text);
	}
}

static void too_long(void **state)
{
	char *text = malloc(70000);
	ivrs_kernel *k;

	(void)state;
	assert_non_null(text);
	memset(text, 'a', 69999);
	text[69999] = '\0';
	assert_int_equal(ivrs_kernel_new("6.12", &k), 0);
	assert_int_equal(ivrs_kernel_set_cmdline(k, text), -IVRS_E_TOO_LARGE);
	assert_int_equal(ivrs_kernel_set_cmdline(k, NULL), -IVRS_E_ARGUMENT);
	assert_string_equal(ivrs_kernel_cmdline(k), "");
	ivrs_kernel_free(k);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(releases),	 cmocka_unit_test(rules_by_release),
		cmocka_unit_test(overriding),	 cmocka_unit_test(relaxations_in_force),
		cmocka_unit_test(command_lines), cmocka_unit_test(faulty_lists),
		cmocka_unit_test(too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
