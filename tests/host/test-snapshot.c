/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A recorded host, as a tar and unpacked: both say the same, and what the kernel said. */
#include <errno.h>

#include "support.h"

static void check_example(const ivrs_host *host)
{
	const ivrs_topology *t = ivrs_host_topology(host);
	struct seen s;
	size_t size, i;

	assert_memory_equal(ivrs_host_table(host, &size), "IVRS", 4);
	assert_int_equal(size, 272);
	assert_int_equal(ivrs_host_table_errno(host), 0);
	assert_non_null(strstr(ivrs_host_table_path(host), "sys/firmware/acpi/tables/IVRS"));
	assert_false(ivrs_host_has_dmar(host));
	assert_string_equal(ivrs_host_release(host), "6.12.117+deb12-amd64");
	assert_non_null(strstr(ivrs_host_cmdline(host), "console=ttyS0"));
	assert_string_equal(ivrs_host_lockdown(host), "none");
	assert_string_equal(ivrs_host_dmi(host, "board_vendor"),
			    "Micro-Star International Co. Ltd.");
	assert_null(ivrs_host_dmi(host, "product_serial"));

	assert_int_equal(ivrs_host_group_count(host), 12);
	for (i = 0; i < 12; i++) {
		assert_int_equal(ivrs_host_group_id(host, i), i);
		assert_string_equal(ivrs_host_group_type(host, (uint32_t)i), "DMA");
		assert_non_null(strstr(ivrs_host_reserved_regions(host, (uint32_t)i),
				       "0x00000000fee00000 0x00000000feefffff msi"));
	}
	assert_int_equal(ivrs_host_group_id(host, 12), IVRS_NO_GROUP);
	assert_null(ivrs_host_group_type(host, 12));

	assert_int_equal(ivrs_topology_count(t), 20);
	s = seen(t, 0x708);
	assert_int_equal(ivrs_topology_group(t, s.index), 11);
	assert_int_equal(ivrs_topology_vendor(t, s.index), 0x8086);
	assert_int_equal(ivrs_topology_device(t, s.index), 0x100e);
	assert_int_equal(ivrs_topology_class(t, s.index), 0x020000);
	assert_null(ivrs_topology_driver(t, s.index));
	assert_true(s.complete);

	s = seen(t, 0x28);
	assert_true(ivrs_topology_is_bridge(t, s.index));
	assert_string_equal(ivrs_topology_driver(t, s.index), "pcieport");
	assert_int_equal(s.secondary, 1);
	assert_int_equal(s.pcie >> 4 & 0xf, 4);
	assert_true(s.has_acs);
	assert_int_equal(s.acs_control & 0x1d, 0x1d);

	s = seen(t, 0x08);
	assert_int_equal(ivrs_topology_class(t, s.index), 0x080600);
	assert_int_equal(ivrs_topology_group(t, s.index), IVRS_NO_GROUP);
	assert_int_equal(s.iommu_header & 0xff, 0x0f);
	assert_int_equal(s.iommu_header >> 26 & 1, 1);
	for (i = 0; i < ivrs_host_note_count(host); i++)
		print_message("note: %s\n", ivrs_host_note(host, i));
	assert_int_equal(ivrs_host_note_count(host), 0);
}

static void test_tar(void **state)
{
	ivrs_host *host = opened(EXAMPLE, NULL);
	char image[64] = "x";

	(void)state;
	check_example(host);
	assert_int_equal(ivrs_host_find_image(host, image, sizeof(image)), -IVRS_E_NOT_FOUND);
	assert_string_equal(image, "");
	ivrs_host_free(host);
}

static void test_folder(void **state)
{
	ivrs_host *host;

	unpack(EXAMPLE, *state);
	host = opened(*state, NULL);
	check_example(host);
	ivrs_host_free(host);
}

static void test_names(void **state)
{
	ivrs_host *host = opened(EXAMPLE, NULL);
	char name[128], small[8];

	(void)state;
	ivrs_host_device_name(host, 0x100, name, sizeof(name));
	/* Without any list of names installed the numbers stand in. */
	if (strcmp(name, "8086:10d3"))
		assert_string_equal(name, "Intel Corporation 82574L Gigabit Network Connection");
	ivrs_host_device_name(host, 0x08, name, sizeof(name));
	assert_non_null(strstr(name, "0008"));
	ivrs_host_device_name(host, 0xffff, name, sizeof(name));
	assert_string_equal(name, "");
	ivrs_host_device_name(host, 0x100, small, sizeof(small));
	assert_int_equal(strlen(small), sizeof(small) - 1);
	ivrs_host_device_name(host, 0x100, small, 0);
	ivrs_host_device_name(NULL, 0x100, small, sizeof(small));
	assert_string_equal(small, "");
	ivrs_host_free(host);
}

static void test_table_only(void **state)
{
	ivrs_host *host;
	size_t size;

	(void)state;
	assert_int_equal(ivrs_host_open(EXAMPLE, NULL, IVRS_HOST_NO_DEVICES, &host, NULL), 0);
	assert_non_null(ivrs_host_table(host, &size));
	assert_null(ivrs_host_topology(host));
	assert_int_equal(ivrs_host_group_count(host), 0);
	ivrs_host_free(host);
}

/* Whatever machine this is: opening it works, and what isn't there is told. */
static void test_running_host(void **state)
{
	ivrs_host *host = opened(NULL, NULL), *same = opened("/", NULL);
	size_t size;

	(void)state;
	if (!ivrs_host_table(host, &size))
		assert_int_not_equal(ivrs_host_table_errno(host), 0);
	assert_string_equal(ivrs_host_table_path(host), "/sys/firmware/acpi/tables/IVRS");
	assert_non_null(ivrs_host_release(host));
	assert_string_equal(ivrs_host_release(host), ivrs_host_release(same));
	assert_int_equal(ivrs_topology_count(ivrs_host_topology(host)),
			 ivrs_topology_count(ivrs_host_topology(same)));
	ivrs_host_free(host);
	ivrs_host_free(same);
}

static void test_arguments(void **state)
{
	char error[IVRS_HOST_ERROR];
	ivrs_host *host;

	(void)state;
	assert_int_equal(ivrs_host_open(NULL, NULL, 0, NULL, error), -IVRS_E_ARGUMENT);
	assert_int_equal(ivrs_host_open(NULL, NULL, 1u << 31, &host, error), -IVRS_E_ARGUMENT);
	assert_null(host);
	assert_int_equal(ivrs_host_open("/nonexistent/x", NULL, 0, &host, NULL), -IVRS_E_IO);
	refused("/nonexistent/x", NULL, IVRS_E_IO, "/nonexistent/x: ");
	refused("/dev/zero", NULL, IVRS_E_IO, "/dev/zero: ");
	ivrs_host_free(NULL);
	assert_null(ivrs_host_table(NULL, NULL));
	assert_null(ivrs_host_topology(NULL));
	assert_null(ivrs_host_note(NULL, 0));
	assert_null(ivrs_host_dmi(NULL, "bios_date"));
	assert_int_equal(ivrs_host_group_count(NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tar),
		cmocka_unit_test_setup_teardown(test_folder, make_folder, remove_folder),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_table_only),
		cmocka_unit_test(test_running_host),
		cmocka_unit_test(test_arguments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
