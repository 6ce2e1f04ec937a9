/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libpci's failures become the caller's, and nothing is printed or ended on the way. */
#include "support.h"
#include "pci.h"

static struct pci_access *access;

static void open_missing(void *data)
{
	(void)data;
	access = pci_alloc();
	pci_guard_install(access);
	access->method = PCI_ACCESS_DUMP;
	pci_set_param(access, "dump.name", "/nonexistent/dump");
	pci_init(access);
}

static void clean(void *data)
{
	(void)data;
	pci_cleanup(access);
}

static void test_error(void **state)
{
	char text[PCI_GUARD_TEXT];

	(void)state;
	assert_false(pci_guard_run(open_missing, NULL, text));
	assert_non_null(strstr(text, "/nonexistent/dump"));
	assert_true(pci_guard_run(clean, NULL, text));
	assert_string_equal(text, "");
}

static void fail_inside(void *data)
{
	struct pci_access *a = data;

	a->error("line\nwith \x01 bytes, number %d", 7);
}

static void nest(void *data)
{
	char text[PCI_GUARD_TEXT];

	assert_false(pci_guard_run(fail_inside, data, text));
	assert_string_equal(text, "line?with ? bytes, number 7");
	fail_inside(data);
}

static void warn(void *data)
{
	struct pci_access *a = data;

	a->warning("nobody sees %s", "this");
	a->debug("nor that");
}

static void test_nested(void **state)
{
	struct pci_access a = {0};
	char text[PCI_GUARD_TEXT];

	(void)state;
	pci_guard_install(&a);
	assert_false(pci_guard_run(nest, &a, text));
	assert_non_null(strstr(text, "number 7"));
	assert_true(pci_guard_run(warn, &a, text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_error),
		cmocka_unit_test(test_nested),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
