/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every allocation of the library fails once: a status or a host with notes, never a crash or a leak. */
#include "support.h"
#include "../unit/alloc.h"

/* Opens until an attempt needs fewer allocations than are let through; returns how many attempts failed. */
static long exhaust(const char *sysroot, const char *lspci)
{
	long n, failed = 0;

	for (n = 0;; n++) {
		char error[IVRS_HOST_ERROR], name[64];
		ivrs_host *host;
		int status;
		bool done;

		countdown = n;
		status = ivrs_host_open(sysroot, lspci, 0, &host, error);
		if (!status)
			ivrs_host_device_name(host, 0, name, sizeof(name));
		done = countdown >= 0;
		countdown = -1;
		if (status) {
			assert_int_equal(status, -IVRS_E_NOMEM);
			assert_null(host);
			assert_string_not_equal(error, "");
			failed++;
		}
		ivrs_host_free(host);
		if (done) {
			assert_int_equal(status, 0);
			return failed;
		}
	}
}

static void test_tar(void **state)
{
	(void)state;
	assert_true(exhaust(EXAMPLE, NULL) > 10);
}

static void test_folder(void **state)
{
	unpack(EXAMPLE, *state);
	assert_true(exhaust(*state, NULL) > 10);
}

static void test_lspci(void **state)
{
	char *file = strdup(in(*state, "lspci.txt"));

	put(*state, "lspci.txt", "00:00.0 x\n00: 22 10 50 14\n\n00:01.0 y\nIOMMU group: 1\n");
	assert_true(exhaust(*state, file) > 3);
	free(file);
}

static void test_image(void **state)
{
	long n;

	put(*state, "vmlinux", "\177ELF Linux version 6.12.1 (x) AMD-Vi");
	for (n = 0;; n++) {
		ivrs_kernel *kernel;
		int status;
		bool done;

		countdown = n;
		status = ivrs_host_probe_image(in(*state, "vmlinux"), &kernel, NULL, 0, NULL);
		done = countdown >= 0;
		countdown = -1;
		assert_int_equal(status, done ? 0 : -IVRS_E_NOMEM);
		ivrs_kernel_free(kernel);
		if (done)
			break;
	}
	assert_true(n > 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tar),
		cmocka_unit_test_setup_teardown(test_folder, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(test_lspci, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(test_image, make_folder, remove_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
