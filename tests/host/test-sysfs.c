/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What sysfs and configuration space say, complete, cut short and contradictory. */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.h"

#define DEVICES "sys/bus/pci/devices/"
#define GROUPS "sys/kernel/iommu_groups/"

static void make_endpoint(struct config *c)
{
	uint8_t *at;

	config_init(c, 0x1022, 0x1234, 0x010802, 0);
	config_capability(c, 0x05);
	put16(config_capability(c, 0x10), 0x0002);
	config_extended(c, 0x01);
	at = config_extended(c, 0x0d);
	put16(at, 0x005f);
	put16(at + 2, 0x001d);
	config_extended(c, 0x0f);
	config_extended(c, 0x13);
	config_extended(c, 0x1b);
}

static void test_complete(void **state)
{
	struct config c;
	ivrs_host *host;
	struct seen s;

	make_endpoint(&c);
	put_function(*state, "0001:02:03.4", c.bytes, 4096);
	host = opened(*state, NULL);
	s = seen(ivrs_host_topology(host), 0x1021c);
	assert_true(s.is_pcie);
	assert_int_equal(s.pcie, 2);
	assert_true(s.has_acs);
	assert_int_equal(s.acs_capability, 0x5f);
	assert_int_equal(s.acs_control, 0x1d);
	assert_true(s.pasid);
	assert_false(s.untrusted);
	assert_true(s.complete);
	assert_int_equal(ivrs_topology_class(ivrs_host_topology(host), s.index), 0x010802);
	assert_int_equal(ivrs_topology_vendor(ivrs_host_topology(host), s.index), 0x1022);
	assert_int_equal(ivrs_topology_group(ivrs_host_topology(host), s.index), IVRS_NO_GROUP);
	ivrs_host_free(host);
}

/* Linux shows 64 bytes without root, and 256 of a function whose extended space it can't reach. */
static void check_cut(const char *folder, size_t size, bool pcie, const char *note)
{
	struct config c;
	ivrs_host *host;
	struct seen s;

	make_endpoint(&c);
	put_function(folder, "0000:00:01.0", c.bytes, size);
	host = opened(folder, NULL);
	s = seen(ivrs_host_topology(host), 8);
	assert_int_equal(s.is_pcie, pcie);
	assert_false(s.has_acs);
	assert_false(s.pasid);
	assert_true(noted(host, note));
	ivrs_host_free(host);
}

static void test_cut_at_64(void **state)
{
	check_cut(*state, 64, false, "1 of 1 PCI functions: capabilities unknown");
}

static void test_cut_at_256(void **state)
{
	check_cut(*state, 256, true,
		  "1 of 1 PCI functions: extended capabilities (ACS, PASID) unknown");
}

static void test_cut_at_10(void **state)
{
	check_cut(*state, 10, false, "configuration space can't be read");
}

static void test_capabilities_in_circles(void **state)
{
	struct config c;
	ivrs_host *host;

	make_endpoint(&c);
	c.bytes[0x51] = 0x40;
	put16(c.bytes + 0x142, 0x100 << 4 | 1);
	put_function(*state, "0000:00:01.0", c.bytes, 4096);
	/* A last capability whose registers lie beyond the end. */
	make_endpoint(&c);
	c.bytes[0x34] = 0xfc;
	c.bytes[0xfc] = 0x10;
	put16(c.bytes + 0x102, 0xffc << 4 | 1);
	put32(c.bytes + 0xffc, 0x0d | 1u << 16);
	put_function(*state, "0000:00:02.0", c.bytes, 4096);
	host = opened(*state, NULL);
	assert_true(seen(ivrs_host_topology(host), 8).has_acs);
	assert_true(seen(ivrs_host_topology(host), 16).is_pcie);
	assert_false(seen(ivrs_host_topology(host), 16).has_acs);
	ivrs_host_free(host);
}

static void test_bridge_and_iommu(void **state)
{
	struct config c;
	ivrs_host *host;
	struct seen s;

	config_init(&c, 0x1022, 0x1450, 0x060400, 0x81);
	c.bytes[0x19] = 3;
	c.bytes[0x1a] = 7;
	put16(config_capability(&c, 0x10), 0x0142);
	put_function(*state, "0000:00:01.1", c.bytes, 256);
	config_init(&c, 0x1022, 0x1451, 0x080600, 0);
	put16(config_capability(&c, 0x0f), 0x0402);
	put_function(*state, "0000:00:00.2", c.bytes, 256);
	put_attribute(*state, "0000:00:00.2", "iommu/ivhd0/amd-iommu/features",
		      "4f77ef22294ada:a5\n");
	put_attribute(*state, "0000:00:00.2", "iommu/ivhd0/amd-iommu/cap", "40b\n");
	put_link(*state, "sys/devices/pci0000:00/0000:00:00.2/iommu/ivhd0/device",
		 "../../../0000:00:00.2");
	put_link(*state, "sys/class/iommu/ivhd0",
		 "../../devices/pci0000:00/0000:00:00.2/iommu/ivhd0");
	put(*state, "proc/sys/kernel/osrelease", "6.12.1\n");
	host = opened(*state, NULL);
	s = seen(ivrs_host_topology(host), 9);
	assert_int_equal(s.header_type, 0x81);
	assert_int_equal(s.secondary, 3);
	assert_int_equal(s.subordinate, 7);
	assert_int_equal(s.pcie, 0x0142);
	s = seen(ivrs_host_topology(host), 2);
	assert_int_equal(s.iommu_header, 0x40b);
	assert_int_equal(s.efr, 0x4f77ef22294ada);
	assert_int_equal(s.efr2, 0xa5);
	ivrs_host_free(host);

	/* Before Linux 6.7 the two stood the other way round. */
	put(*state, "proc/sys/kernel/osrelease", "6.1.0-50-amd64\n");
	put_attribute(*state, "0000:00:00.2", "iommu/ivhd0/amd-iommu/features", "a5:4f77\n");
	unlink(in(*state, "sys/devices/pci0000:00/0000:00:00.2/iommu/ivhd0/amd-iommu/cap"));
	host = opened(*state, NULL);
	s = seen(ivrs_host_topology(host), 2);
	assert_int_equal(s.efr, 0x4f77);
	assert_int_equal(s.efr2, 0xa5);
	assert_int_equal(s.iommu_header, 0x0402000f);
	ivrs_host_free(host);

	unlink(in(*state, "proc/sys/kernel/osrelease"));
	put_attribute(*state, "0000:00:00.2", "iommu/ivhd0/amd-iommu/features", "0:4f77\n");
	host = opened(*state, NULL);
	assert_int_equal(seen(ivrs_host_topology(host), 2).efr, 0x4f77);
	ivrs_host_free(host);

	put_attribute(*state, "0000:00:00.2", "iommu/ivhd0/amd-iommu/features", "zebra\n");
	host = opened(*state, NULL);
	assert_true(noted(host, "not understood: zebra"));
	ivrs_host_free(host);
}

static void test_attributes(void **state)
{
	static const uint8_t ones[64] = {
		0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 2,
	};
	const ivrs_topology *t;
	ivrs_host *host;
	struct seen s;

	/* A virtual function: its own registers have no ids. */
	put_function(*state, "0000:04:10.0", ones, sizeof(ones));
	put_attribute(*state, "0000:04:10.0", "vendor", "0x8086\n");
	put_attribute(*state, "0000:04:10.0", "device", "0x10ed\n");
	put_attribute(*state, "0000:04:10.0", "class", "0x020000\n");
	put_attribute(*state, "0000:04:10.0", "removable", "removable\n");
	put_link(*state, "sys/devices/pci0000:00/0000:04:10.0/driver",
		 "../../../bus/pci/drivers/vfio-pci");
	put_link(*state, "sys/devices/pci0000:00/0000:04:10.0/iommu_group",
		 "../../../kernel/iommu_groups/23");
	host = opened(*state, NULL);
	t = ivrs_host_topology(host);
	s = seen(t, 0x480);
	assert_true(s.untrusted);
	assert_int_equal(ivrs_topology_vendor(t, s.index), 0x8086);
	assert_int_equal(ivrs_topology_device(t, s.index), 0x10ed);
	assert_int_equal(ivrs_topology_class(t, s.index), 0x020000);
	assert_int_equal(ivrs_topology_group(t, s.index), 23);
	assert_string_equal(ivrs_topology_driver(t, s.index), "vfio-pci");
	ivrs_host_free(host);
}

static void test_hostile_functions(void **state)
{
	struct config c;
	ivrs_host *host;
	const char *folder = *state;
	char outside[512];

	make_endpoint(&c);
	put_function(folder, "0000:00:00.0", c.bytes, 4096);
	put_link(folder, DEVICES "0000:00:01.0", "../../../devices/pci0000:00/gone");
	put_fifo(folder, "sys/devices/pci0000:00/0000:00:02.0/config");
	put_link(folder, DEVICES "0000:00:02.0", "../../../devices/pci0000:00/0000:00:02.0");
	put(folder, DEVICES "0000:00:03.0/config/is-a-folder", "");
	put(folder, DEVICES "0000:00:04.0", "is a file");
	put_link(folder, DEVICES "0000:00:05.0", "0000:00:05.0");
	put(folder, DEVICES "not-a-function/config", "");
	put(folder, DEVICES "0000:00:0A.0/config", "");
	put(folder, DEVICES "10000:e0:06.0/config", "");
	put(folder, DEVICES "0000:00:20.0/config", "");
	/* An absolute link means one file to us and another to libpci: it must not be opened. */
	put(folder, "outside/config", "the real root's");
	snprintf(outside, sizeof(outside), "%s/outside", folder);
	put(folder, outside + 1, "");
	unlink(in(folder, outside + 1));
	put(folder, in(outside + 1, "config"), "the sysroot's");
	put_link(folder, DEVICES "0000:00:06.0", outside);
	host = opened(folder, NULL);
	assert_int_equal(ivrs_topology_count(ivrs_host_topology(host)), 7);
	assert_true(seen(ivrs_host_topology(host), 0).has_acs);
	assert_false(seen(ivrs_host_topology(host), 0x30).is_pcie);
	assert_true(noted(host, "0000:00:01.0/config: No such file or directory"));
	assert_true(noted(host, "0000:00:02.0/config: "));
	assert_true(noted(host, "0000:00:03.0/config: Is a directory"));
	assert_true(noted(host, "0000:00:04.0/config: Not a directory"));
	assert_true(noted(host, "0000:00:05.0/config: Too many levels"));
	assert_true(noted(host, "0000:00:06.0/config: lies outside of the sysroot"));
	assert_true(noted(host, "not-a-function: not a PCI address"));
	assert_true(noted(host, "0000:00:0A.0: not a PCI address"));
	assert_true(noted(host, "0000:00:20.0: not a PCI address"));
	assert_true(noted(host, "10000:e0:06.0: its PCI domain needs more than 16 bits"));
	ivrs_host_free(host);
}

static void test_groups(void **state)
{
	const ivrs_topology *t;
	struct config c;
	ivrs_host *host;
	size_t i, acpi = 0;

	make_endpoint(&c);
	put_function(*state, "0000:00:01.0", c.bytes, 64);
	put(*state, GROUPS "10/type", "DMA-FQ\n");
	put(*state, GROUPS "10/reserved_regions", "0x0 0xfff direct\n0x1000 0x1fff msi\n");
	put_link(*state, GROUPS "10/devices/0000:00:01.0", "../../../../devices/x");
	put_link(*state, GROUPS "10/devices/0000:77:01.0", "../../../../devices/x");
	put(*state, GROUPS "9/devices/AMDI0020:02/x", "");
	put(*state, "sys/bus/acpi/devices/AMDI0020:02/uid", "7\n");
	put(*state, GROUPS "9/devices/MSFT0201:1f/x", "");
	put(*state, GROUPS "9/devices/AMDI0040:00/x", "");
	put(*state, "sys/bus/acpi/devices/AMDI0040:00/hid", "AMDI0040\n");
	put(*state, GROUPS "9/devices/TOOLONGHID:00/x", "");
	put(*state, GROUPS "9/devices/platform-thing", "");
	put(*state, GROUPS "010/type", "identity\n");
	put(*state, GROUPS "4294967295/type", "identity\n");
	put(*state, GROUPS "x/type", "identity\n");
	host = opened(*state, NULL);
	t = ivrs_host_topology(host);
	assert_int_equal(ivrs_host_group_count(host), 2);
	assert_int_equal(ivrs_host_group_id(host, 0), 9);
	assert_int_equal(ivrs_host_group_id(host, 1), 10);
	assert_string_equal(ivrs_host_group_type(host, 10), "DMA-FQ");
	assert_string_equal(ivrs_host_reserved_regions(host, 10),
			    "0x0 0xfff direct\n0x1000 0x1fff msi");
	assert_null(ivrs_host_reserved_regions(host, 9));
	assert_int_equal(ivrs_topology_group(t, seen(t, 8).index), 10);
	for (i = 0; i < ivrs_topology_count(t); i++)
		if (ivrs_topology_acpi_name(t, i)) {
			assert_int_equal(ivrs_topology_group(t, i), 9);
			acpi++;
		}
	assert_int_equal(acpi, 3);
	assert_true(noted(host, "0000:77:01.0: not among the PCI functions"));
	assert_true(noted(host, "MSFT0201:1f: not captured, unique id taken for 31"));
	assert_false(noted(host, "AMDI0040"));
	assert_true(noted(host, "TOOLONGHID:00: left out"));
	assert_true(noted(host, "iommu_groups/010: not a group"));
	assert_true(noted(host, "iommu_groups/9/type: No such file"));
	ivrs_host_free(host);
}

static void test_ioapics(void **state)
{
	uint8_t madt[44 + 12 + 12 + 8 + 3] = "APIC", ids[256];
	struct config c;
	ivrs_host *host;

	madt[44] = 1, madt[45] = 12, madt[46] = 0x81, madt[44 + 8] = 24;
	madt[56] = 0, madt[57] = 8;
	madt[64] = 1, madt[65] = 12, madt[66] = 0x80;
	madt[76] = 1, madt[77] = 12;
	make_endpoint(&c);
	put_function(*state, "0000:00:01.0", c.bytes, 64);
	put_bytes(*state, "sys/firmware/acpi/tables/APIC", madt, sizeof(madt));
	host = opened(*state, NULL);
	assert_int_equal(seen_ioapics(ivrs_host_topology(host), ids), 2);
	assert_int_equal(ids[0], 0x80);
	assert_int_equal(ids[1], 0x81);
	assert_true(noted(host, "APIC: offset 0x4c: entry of length 12"));
	ivrs_host_free(host);

	put(*state, "sys/firmware/acpi/tables/APIC", "APIC");
	host = opened(*state, NULL);
	assert_int_equal(seen_ioapics(ivrs_host_topology(host), ids), 0);
	assert_true(noted(host, "APIC: not a MADT"));
	ivrs_host_free(host);
}

static void test_notes_are_bounded(void **state)
{
	ivrs_host *host;
	char name[64];
	unsigned i;

	for (i = 0; i < 1200; i++) {
		snprintf(name, sizeof(name), DEVICES "strange-%04u", i);
		put(*state, name, "");
	}
	host = opened(*state, NULL);
	assert_int_equal(ivrs_host_note_count(host), 1000);
	assert_true(noted(host, "and 201 more"));
	assert_null(ivrs_host_note(host, 1000));
	ivrs_host_free(host);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(test_complete),
		IN_FOLDER(test_cut_at_64),
		IN_FOLDER(test_cut_at_256),
		IN_FOLDER(test_cut_at_10),
		IN_FOLDER(test_capabilities_in_circles),
		IN_FOLDER(test_bridge_and_iommu),
		IN_FOLDER(test_attributes),
		IN_FOLDER(test_hostile_functions),
		IN_FOLDER(test_groups),
		IN_FOLDER(test_ioapics),
		IN_FOLDER(test_notes_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
