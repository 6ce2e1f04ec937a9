/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every finding of the checker: a scene that has it, and one that nearly has it. */
#include "check-scene.h"

#define PLAIN "I10 std "
#define HOST "I10 std topo "
#define HID                                        \
	"f06000004d534654303230310000000000000000" \
	"0000"

static const struct {
	uint32_t code;
	const char *hit, *miss;
} cases[] = {
	{FINDING_IVMD_TAKES_TYPE, PLAIN "M21 dev=2", PLAIN "M21 dev=10"},
	{FINDING_FIRST_BLOCK, "M21 " PLAIN, "M21 dev=2 " PLAIN},
	{FINDING_TYPE_UNSUPPORTED, PLAIN "B12 dev=2", PLAIN "B12 dev=4"},
	{FINDING_NO_IOMMU, "", PLAIN},
	{FINDING_IVHD_WITHOUT_DEVICES, "I10 ioapic", "I10 e:02080000 ioapic"},
	{FINDING_SPECIAL_VARIETY, PLAIN "e:4800000000a10003", PLAIN "e:4800000000a10002"},
	{FINDING_BASE_SHARED, PLAIN "I10 dev=102 e:02000200",
	 PLAIN "I10 dev=102 base=fd504000 e:02000200"},
	{FINDING_TOO_MANY_IOMMUS, "many=21", "many=20"},
	{FINDING_WRITE_BEYOND_TABLE, "I10 e:02080000 ioapic e:4800000000000202",
	 "I10 e:02080000 ioapic e:4800000000ff0102"},
	{FINDING_WRITE_BEYOND_TABLE, "k=6.18 I10 e:02080000 ioapic",
	 "k=6.18 I10 e:02a00000 ioapic"},
	{FINDING_WRITE_BEYOND_TABLE, "I10 e:42ff000000000200 ioapic",
	 "I10 e:42ff000000ff0100 ioapic"},
	{FINDING_WRITE_BEYOND_TABLE, "I10 e:4308000000000200 e:04100000 ioapic", PLAIN},
	{FINDING_WRITE_BEYOND_TABLE,
	 "I40 e:02080000 ioapic e:f0"
	 "0002"
	 "00"
	 "4d534654303230310000000000000000"
	 "0000",
	 "I40 e:02080000 ioapic e:" HID},
	{FINDING_IOAPIC_MISSING, "I10 e:03080000 e:04feff00", PLAIN},
	{FINDING_IOAPIC_MISSING, "I10 e:02080000 e:4800000000a10001",
	 "c=nointremap I10 e:02080000 e:4800000000a10001"},
	{FINDING_IOMMU_TYPE_MISSING, "I10 std I11 std I10 dev=102 base=fd600000 e:02000200",
	 "I10 std I11 std I11 dev=102 base=fd600000 e:02000200"},
	{FINDING_BOGUS_SEGMENT, "I10 fl=1 base=fd50c000 std", "I10 fl=1 base=fd500000 std"},
	{FINDING_BOGUS_SEGMENT, "I10 fl=8 base=fd50c000 std", "k=5.15 I10 fl=8 base=fd50c000 std"},
	{FINDING_IVINFO_UNUSED, "info=203041 " PLAIN, "info=203041 I11 efr=80 std"},
	{FINDING_RANGE_OPEN, PLAIN "e:03000200", PLAIN "e:03000200 e:04ff0200"},
	{FINDING_RANGE_OPEN, "I10 e:03080000 std", PLAIN},
	{FINDING_RANGE_END_ALONE, PLAIN "e:04000200", PLAIN},
	{FINDING_RANGE_INVERTED, PLAIN "e:03000200 e:04000100", PLAIN "e:03000100 e:04000100"},
	{FINDING_HID_IGNORED, PLAIN "e:" HID, "I40 std e:" HID},
	{FINDING_HID_IGNORED,
	 "I40 std e:f0600000"
	 "00000000000000000000000000000000"
	 "0000",
	 "I40 std"},
	{FINDING_MAPPING_IMPOSSIBLE, PLAIN "M21 fl=1", PLAIN "M21 fl=3"},
	{FINDING_MAPPING_IMPOSSIBLE, HOST "d:100 M21 fl=1", HOST "d:100 M21 fl=1 dev=101"},
	{FINDING_MAPPING_IMPOSSIBLE, PLAIN "M21 fl=1", PLAIN "M21 fl=1 len=0"},
	{FINDING_MAPPING_IMPOSSIBLE, PLAIN "M21 fl=1", "c=iommu=pt " PLAIN "M21 fl=1"},
	{FINDING_BOOT_ENDLESS, PLAIN "M21 len=4000000000000", PLAIN "M21 len=3fffffffff000"},
	{FINDING_BOOT_ENDLESS, HOST "M22 aux=101 len=2000000000000 d:100 d:101",
	 HOST "M22 aux=101 len=2000000000000 d:100"},
	{FINDING_BOOT_SLOW, PLAIN "M21 len=10000000000", PLAIN "M21 len=ffffff000"},
	{FINDING_PAGE_ZERO,
	 "k=6.19 " HOST "M22 aux=101 start=0 d:100 hdr=80 grp=1 d:101 hdr=80 grp=1",
	 "k=6.12 " HOST "M22 aux=101 start=0 d:100 hdr=80 grp=1 d:101 hdr=80 grp=1"},
	{FINDING_PAGE_ZERO,
	 "k=6.19 " HOST "M22 aux=101 start=0 d:100 hdr=80 grp=1 d:101 hdr=80 grp=1",
	 "k=6.19 " HOST "M22 aux=101 start=0 d:100 hdr=80 grp=1 d:101 hdr=80 grp=2"},
	{FINDING_BEYOND_PAGE_TABLE, "k=7.2 info=183040 " PLAIN "M21 start=1000000000000",
	 "k=7.2 info=183040 " PLAIN "M21 start=fffffffff000"},
	{FINDING_BEYOND_PAGE_TABLE, "k=6.17 info=203041 I11 efr=80 std M21 start=1000000000000",
	 "k=6.12 info=203041 I11 efr=80 std M21 start=1000000000000"},
	{FINDING_IVMD_BLOCKS, PLAIN "M21", PLAIN "M21 fl=6"},
	{FINDING_IVMD_BLOCKS, HOST "d:100 M21 len=0", HOST "d:101 M21 len=0"},
	{FINDING_IVMD_BLOCKS, "I40 std e:" HID " M21 dev=60 topo a:MSFT0201",
	 "I40 std e:" HID " M21 dev=60 topo"},
	{FINDING_START_UNALIGNED, PLAIN "M21 start=3c000800", PLAIN "M21 len=800"},
	{FINDING_ADDRESS_WRAPS, PLAIN "M21 start=fffffffffffff000 len=2000",
	 PLAIN "M21 start=ffffffffffffe000 len=1000"},
	{FINDING_ADDRESS_WRAPS, PLAIN "M21 start=fffffffffffff800 len=10",
	 PLAIN "M21 start=0 len=0"},
	{FINDING_ADDRESS_WRAPS, PLAIN "M21 start=0 len=fffffffffffff800",
	 PLAIN "M21 start=0 len=1"},
	{FINDING_IVMD_SEGMENT, PLAIN "M21 mseg=1", PLAIN "M21 mseg=0"},
	{FINDING_IVMD_ALIAS, PLAIN "e:4200020000000300 M21 dev=300",
	 PLAIN "e:4200020000000300 M21 dev=200"},
	{FINDING_IVMD_ALIAS, HOST "M21 dev=100 d:8 hdr=1 pcie=72 bus=0101",
	 HOST "M21 dev=100 d:8 hdr=1 pcie=42 bus=0101"},
	{FINDING_IVMD_INVERTED, PLAIN "M22 dev=200 aux=1ff", PLAIN "M22 dev=200 aux=200"},
	{FINDING_IVMD_BOUNDED, PLAIN "M20", "I10 e:01000000 ioapic M20"},
	{FINDING_IVMD_IN_WINDOW, PLAIN "M21 start=fedff000 len=2000",
	 PLAIN "M21 start=fedff000 len=1000"},
	{FINDING_IVMD_IN_WINDOW, PLAIN "M21 start=ffffffffff000 len=1000 M21 start=fd00000000",
	 PLAIN "M21 start=fcfffff000"},
	{FINDING_IVMD_IN_WINDOW, PLAIN "M21 start=fd00000000",
	 "k=6.19 info=203041 I11 efr=80 efr2=800 std M21 start=fd00000000"},
	{FINDING_PERMISSIONS_DIFFER, PLAIN "M21 fl=3 M21 fl=7", PLAIN "M21 fl=3 M21 fl=7 dev=101"},
	{FINDING_PERMISSIONS_DIFFER, PLAIN "M21 fl=3 M21 fl=7", PLAIN "M21 fl=7 M21 fl=8"},
	{FINDING_PERMISSIONS_DIFFER, PLAIN "M21 fl=3 M21 fl=7", PLAIN "M21 fl=1 M21 fl=7"},
	{FINDING_PERMISSIONS_DIFFER, PLAIN "M22 aux=1ff fl=3 len=2000 M21 dev=180 start=3c001000",
	 PLAIN "M22 aux=1ff fl=3 len=2000 M21 dev=180 start=3c002000"},
	{FINDING_PERMISSIONS_DIFFER, HOST "d:180 M22 aux=1ff fl=3 M22 dev=180 aux=2ff",
	 HOST "d:17f d:200 M22 aux=1ff fl=3 M22 dev=180 aux=2ff"},
	{FINDING_LATER_UNMAPPED, "k=6.1 " PLAIN "M21 fl=1 M21 start=3d000000",
	 "k=6.1 " PLAIN "M21 start=3d000000 M21 fl=1"},
	{FINDING_LATER_UNMAPPED, "k=6.1 " PLAIN "M21 fl=1 M21 start=3d000000",
	 "k=6.12 " PLAIN "M21 fl=1 M21 start=3d000000"},
	{FINDING_EXCLUSION, PLAIN "M21 fl=8", PLAIN "M21 fl=7"},
	{FINDING_IVMD_WITHOUT_FLAGS, PLAIN "M21 fl=6", PLAIN "M51 fl=6"},
	{FINDING_IVMD_IN_RAM, PLAIN "M21 start=100000", PLAIN "M21 start=f0000 len=10000"},
	{FINDING_RELATIVE_IVMD_ALONE, PLAIN "M51", PLAIN "M22 dev=0 aux=fff M51"},
	{FINDING_RELATIVE_IVMD_ALONE, PLAIN "M50", PLAIN "M20 M50"},
	{FINDING_PREBOOT_PROTECTION, "info=203042 " PLAIN "M21", "info=203042 " PLAIN},
	{FINDING_REVISION_UNKNOWN, "rev=3 " PLAIN, "rev=1 " PLAIN},
	{FINDING_REVISION_TOO_LOW, "rev=1 I40 std", "rev=1 I11 std"},
	{FINDING_EFRSUP_MISSING, "I11 std", "info=203041 I11 std"},
	{FINDING_IVINFO_RESERVED, "info=203044 " PLAIN, "info=603040 " PLAIN},
	{FINDING_HEADER_RESERVED, "hdr=1 " PLAIN, PLAIN},
	{FINDING_IVHD_FLAGS_RESERVED, "I11 fl=40 std", "I10 fl=c0 std"},
	{FINDING_IVHD_INFO_RESERVED, "I10 inf=2000 std", "I10 inf=1f1f std"},
	{FINDING_IVHD_ATTRIBUTES_RESERVED, "I11 attr=1 std", "I10 attr=1 std"},
	{FINDING_IVMD_FLAGS_RESERVED, PLAIN "M21 fl=17", PLAIN "M21 fl=7"},
	{FINDING_IVMD_RESERVED, PLAIN "M21 rsv=1", PLAIN "M21 mseg=1"},
	{FINDING_ENTRY_TYPE_UNKNOWN, PLAIN "e:05000000", PLAIN "e:00000000"},
	{FINDING_IVMD_TYPE_23, PLAIN "B23", PLAIN "B24"},
	{FINDING_IVMD_LENGTH_ZERO, PLAIN "M21 len=0", PLAIN "M21 len=1"},
	{FINDING_IVMD_LENGTH_UNALIGNED, PLAIN "M21 len=1", PLAIN "M21 len=2000"},
	{FINDING_IVHD_TWINS_DIFFER, "I10 std I11 e:00000000 e:02080000 ioapic",
	 "I10 std I40 e:00000000 std e:" HID},
	{FINDING_IVHD_TWINS_DIFFER, "I10 std I11 base=fd600000 std", "I10 std I11 std"},
	{FINDING_IVMD_TWINS_DIFFER, PLAIN "M21 M51 len=2000", PLAIN "M21 M51"},
	{FINDING_IVMD_TWINS_DIFFER, PLAIN "M21 M51 fl=8", PLAIN "M21 M21 fl=8 M51 fl=8"},
	{FINDING_IVMD_NOT_COVERED, "I10 e:02080000 ioapic M21 dev=9",
	 "I10 e:02080000 ioapic M21 dev=8"},
	{FINDING_DEVICE_BEYOND_TABLE, "I10 e:04ff0000 ioapic topo d:200",
	 "I10 e:04ff0000 ioapic topo d:1ff"},
	{FINDING_DEVICE_BEYOND_TABLE, "k=6.18 I10 e:04ff0000 ioapic topo d:100",
	 "k=5.15 I10 e:04ff0000 ioapic topo d:100"},
	{FINDING_IOMMU_ABSENT, "I10 std d:10", HOST "d:10"},
	{FINDING_DEVICE_NOT_COVERED, "I10 e:04ff0000 ioapic topo d:100",
	 "I10 e:04ff0000 ioapic topo d:10"},
	{FINDING_IVMD_ABSENT, HOST "M21 dev=500 d:100", HOST "M21 dev=100 d:100"},
	{FINDING_IVMD_ABSENT, HOST "M22 dev=101 aux=1ff d:100 d:200",
	 HOST "M22 dev=101 aux=200 d:100 d:200"},
	{FINDING_BRIDGE_BLOCKS, HOST "M21 dev=8 d:8 hdr=1 pcie=42 bus=0101 grp=3 d:100 grp=3",
	 HOST "M21 dev=8 d:8 hdr=1 pcie=42 bus=0101 grp=3 d:100 grp=4"},
	{FINDING_VIABLE_MISLEADS, HOST "M21 d:100 grp=1", HOST "M21 d:100 grp=1 c=iommu=off"},
	{FINDING_BUSY_HIDES, HOST "M21 d:100 grp=1 drv=e1000e",
	 HOST "M21 d:100 grp=1 drv=vfio-pci"},
	{FINDING_OPTION_USELESS, "c=quiet,iommu=pt " PLAIN "M21", "c=quiet,iommu=pt " PLAIN},
	{FINDING_OPTION_USELESS, "c=amd_iommu=pgtbl_v2 " PLAIN "M21",
	 "c=amd_iommu=fullflush " PLAIN "M21"},
	{FINDING_HOT_PLUG, HOST "M22 dev=101 aux=107 d:8 hdr=1 pcie=142 bus=0101 grp=3 d:100 grp=3",
	 HOST "M22 dev=101 aux=107 d:8 hdr=1 pcie=142 bus=0101 acs=1d grp=3 d:100 grp=3"},
	{FINDING_HOT_PLUG, HOST "M22 dev=101 aux=107 d:8 hdr=1 pcie=142 bus=0101 grp=3 d:100 grp=3",
	 HOST "M22 dev=201 aux=207 d:8 hdr=1 pcie=142 bus=0101 grp=3 d:100 grp=3"},
	{FINDING_ALIAS_MERGES, PLAIN "e:4210000000180000 topo d:10 d:18",
	 PLAIN "e:4210000000180000 topo d:10"},
	{FINDING_ALIAS_MERGES, PLAIN "e:4210000000180000 topo d:10 d:18",
	 PLAIN "e:4210000000180100 topo d:10 d:118"},
	{FINDING_RESCAN_SPLITS, HOST "M21 d:100 hdr=80 grp=1 d:101 grp=1",
	 HOST "M21 d:100 hdr=80 grp=1 d:101 hdr=80 grp=1"},
	{FINDING_NOIOMMU_BLOCKED, "c=vfio.enable_unsafe_noiommu_mode=1 " PLAIN "M21 fl=1",
	 "c=vfio.enable_unsafe_noiommu_mode=1 " PLAIN "M21"},
};

/* Number of findings of a code, the worst of their severities, and all findings as text for a failing test. */
struct seen {
	size_t count, total;
	uint32_t severity;
	char all[8192];
};

static void judge_table(struct scene *scene, uint32_t code, struct seen *seen)
{
	ivrs_report *report;
	size_t at = 0;

	*seen = (struct seen){0};
	assert_int_equal(ivrs_report_new(&report), 0);
	assert_int_equal(ivrs_table_check(scene->table, scene->topology, scene->kernel, report), 0);
	seen->total = ivrs_report_count(report);
	for (size_t i = 0; i < seen->total; i++) {
		const char *message = ivrs_report_message(report, i);

		/* One line, no full stop, and not cut. */
		assert_non_null(message);
		assert_true(strlen(message) > 8 && strlen(message) < 239);
		assert_int_not_equal(message[strlen(message) - 1], '.');
		if (at < sizeof(seen->all) - 300)
			at += (size_t)snprintf(seen->all + at, sizeof(seen->all) - at,
					       "\n  IVRS-%03u %s: %s", ivrs_report_code(report, i),
					       ivrs_severity_name(ivrs_report_severity(report, i)),
					       message);
		if (ivrs_report_code(report, i) != code)
			continue;
		seen->count++;
		if (ivrs_report_severity(report, i) > seen->severity)
			seen->severity = ivrs_report_severity(report, i);
	}
	ivrs_report_free(report);
}

static void judge(const char *line, uint32_t code, struct seen *seen)
{
	struct scene scene;

	scene_make(&scene, line);
	judge_table(&scene, code, seen);
	scene_free(&scene);
}

static void every_finding_is_made_and_nearly_made(void **state)
{
	struct seen seen;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		judge(cases[i].hit, cases[i].code, &seen);
		if (!seen.count || seen.severity != ivrs_finding_severity(cases[i].code))
			fail_msg("IVRS-%03u isn't found as %s in \"%s\":%s", cases[i].code,
				 ivrs_severity_name(ivrs_finding_severity(cases[i].code)),
				 cases[i].hit, seen.all);
		judge(cases[i].miss, cases[i].code, &seen);
		if (seen.count)
			fail_msg("IVRS-%03u is found in \"%s\":%s", cases[i].code, cases[i].miss,
				 seen.all);
	}
}

static void every_code_of_the_checker_has_a_case(void **state)
{
	(void)state;
	for (size_t i = 0; i < ivrs_finding_count(); i++) {
		uint32_t code = ivrs_finding_code(i);
		bool found = code < 20;

		for (size_t k = 0; k < ARRAY_SIZE(cases); k++)
			found |= cases[k].code == code;
		if (!found)
			fail_msg("IVRS-%03u (%s) is never triggered", code,
				 ivrs_finding_name(code));
	}
}

static void a_right_table_has_no_finding(void **state)
{
	static const char *const lines[] = {
		PLAIN,
		HOST "d:10 d:8 hdr=1 pcie=42 bus=0101 d:100",
		"info=203041 I10 std I11 efr=80 std I40 efr=80 std e:" HID,
		"k=7.0 info=203041 I11 efr=80 std",
		"k=5.15 " PLAIN,
	};
	struct seen seen;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		judge(lines[i], 0, &seen);
		if (seen.total)
			fail_msg("\"%s\" has findings:%s", lines[i], seen.all);
	}
}

/* The same thing is worse or better on another kernel, or on a host that is known. */
static void severity_follows_the_kernel(void **state)
{
	static const struct {
		uint32_t code, severity;
		const char *line;
	} rows[] = {
		{FINDING_MAPPING_IMPOSSIBLE, IVRS_SEVERITY_IOMMU_LOST, "k=6.5 " PLAIN "M21 fl=1"},
		{FINDING_MAPPING_IMPOSSIBLE, IVRS_SEVERITY_WRONG_MAPPING,
		 "k=6.1 " PLAIN "M21 fl=1"},
		{FINDING_MAPPING_IMPOSSIBLE, IVRS_SEVERITY_INFO, HOST "d:100 M21 M21 fl=1"},
		{FINDING_MAPPING_IMPOSSIBLE, IVRS_SEVERITY_IOMMU_LOST, HOST "d:100 M21 fl=1 M21"},
		{FINDING_MAPPING_IMPOSSIBLE, IVRS_SEVERITY_INFO, PLAIN "M21 M21 fl=1"},
		{FINDING_MAPPING_IMPOSSIBLE, IVRS_SEVERITY_IOMMU_LOST,
		 PLAIN "M21 M22 fl=1 aux=101"},
		{FINDING_IVMD_BLOCKS, IVRS_SEVERITY_BLOCKED, "k=6.6 " PLAIN "M21"},
		{FINDING_IVMD_BLOCKS, IVRS_SEVERITY_INFO, "k=6.5 " PLAIN "M21"},
		{FINDING_IVMD_BLOCKS, IVRS_SEVERITY_INFO,
		 "r=relax-unity-option c=amd_iommu=relax_unity " PLAIN "M21"},
		{FINDING_IVMD_BLOCKS, IVRS_SEVERITY_BLOCKED,
		 "c=amd_iommu=relax_unity " PLAIN "M21"},
		{FINDING_IVMD_BLOCKS, IVRS_SEVERITY_INFO,
		 "r=relax-unity-option c=amd_iommu=relax_unity " HOST "M21 d:100 grp=1"},
		{FINDING_IVMD_SEGMENT, IVRS_SEVERITY_INFO, "k=5.15 " PLAIN "M21 mseg=1"},
		{FINDING_PAGE_ZERO, IVRS_SEVERITY_WRONG_MAPPING,
		 "k=6.19 " PLAIN "M22 aux=101 start=0"},
		{FINDING_SPECIAL_VARIETY, IVRS_SEVERITY_INFO, "I10 std e:4800000000a10003 I11 std"},
		{FINDING_IVHD_WITHOUT_DEVICES, IVRS_SEVERITY_INFO, "I10 I11 std"},
		{FINDING_RANGE_OPEN, IVRS_SEVERITY_INFO, "I10 std e:03000200 I11 std"},
		/* The parser can't know that Linux doesn't read the block. */
		{FINDING_ENTRY_NO_LENGTH, IVRS_SEVERITY_HANG, "I10 std e:80000000"},
		{FINDING_ENTRY_NO_LENGTH, IVRS_SEVERITY_INFO, "I10 std e:80000000 I11 std"},
		{FINDING_ENTRY_PAST_BLOCK, IVRS_SEVERITY_WRONG_MAPPING, "I10 std e:46000000"},
		{FINDING_ENTRY_PAST_BLOCK, IVRS_SEVERITY_INFO, "I10 std e:46000000 I11 std"},
	};
	struct seen seen;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		judge(rows[i].line, rows[i].code, &seen);
		if (!seen.count || seen.severity != rows[i].severity)
			fail_msg("IVRS-%03u isn't %s in \"%s\":%s", rows[i].code,
				 ivrs_severity_name(rows[i].severity), rows[i].line, seen.all);
	}
}

static void what_the_parser_finds_is_said_once(void **state)
{
	struct scene scene;
	struct seen seen;

	(void)state;
	scene_make(&scene, "sum=1 " PLAIN "M21");
	judge_table(&scene, FINDING_CHECKSUM, &seen);
	assert_int_equal(seen.count, 1);
	/* A wrong checksum doesn't hide the rest. */
	judge_table(&scene, FINDING_IVMD_BLOCKS, &seen);
	assert_int_equal(seen.count, 1);
	/* And the table itself is as it was. */
	assert_false(ivrs_table_checksum_valid(scene.table));
	scene_free(&scene);
	judge(PLAIN "B55 blk=0", FINDING_BLOCK_LENGTH_ZERO, &seen);
	assert_int_equal(seen.count, 1);
}

static void many_findings_of_a_kind_are_summed_up(void **state)
{
	struct seen seen;

	(void)state;
	judge(PLAIN "mems=64", FINDING_IVMD_BLOCKS, &seen);
	assert_int_equal(seen.count, 100);
	assert_null(strstr(seen.all, "more findings"));
	judge(PLAIN "mems=78", FINDING_IVMD_BLOCKS, &seen);
	assert_int_equal(seen.count, 101);
	assert_int_equal(seen.severity, IVRS_SEVERITY_BLOCKED);
}

static void arguments_are_looked_at(void **state)
{
	ivrs_report *report;
	struct scene scene;

	(void)state;
	scene_make(&scene, PLAIN "M21");
	assert_int_equal(ivrs_report_new(&report), 0);
	assert_int_equal(ivrs_table_check(NULL, NULL, NULL, report), -IVRS_E_ARGUMENT);
	assert_int_equal(ivrs_table_check(scene.table, NULL, NULL, NULL), -IVRS_E_ARGUMENT);
	assert_int_equal(ivrs_report_count(report), 0);
	/* No kernel: the newest one known. */
	assert_int_equal(ivrs_table_check(scene.table, NULL, NULL, report), 0);
	assert_int_equal(ivrs_report_worst(report), IVRS_SEVERITY_BLOCKED);
	ivrs_report_free(report);
	scene_free(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_finding_is_made_and_nearly_made),
		cmocka_unit_test(every_code_of_the_checker_has_a_case),
		cmocka_unit_test(a_right_table_has_no_finding),
		cmocka_unit_test(severity_follows_the_kernel),
		cmocka_unit_test(what_the_parser_finds_is_said_once),
		cmocka_unit_test(many_findings_of_a_kind_are_summed_up),
		cmocka_unit_test(arguments_are_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
