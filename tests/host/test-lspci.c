/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `lspci -xxx` text as people paste it, and what only looks like it. */
#include <unistd.h>

#include "support.h"

static void row(char **at, size_t offset, const uint8_t *bytes)
{
	unsigned i;

	*at += sprintf(*at, "%02zx:", offset);
	for (i = 0; i < 16; i++)
		*at += sprintf(*at, " %02x", bytes[i]);
	*at += sprintf(*at, "\n");
}

static char *add(char *at, const char *line, const struct config *c, size_t size)
{
	size_t i;

	at += sprintf(at, "%s\n", line);
	for (i = 0; i < size; i += 16)
		row(&at, i, c->bytes + i);
	at += sprintf(at, "\n");
	return at;
}

static void test_dump(void **state)
{
	char *text = calloc(1, 1 << 20), *at = text, *file = strdup(in(*state, "lspci.txt"));
	const ivrs_topology *t;
	struct config c;
	ivrs_host *host;
	struct seen s;

	config_init(&c, 0x1022, 0x1450, 0x060000, 0);
	at = add(at, "00:00.0 Host bridge: Advanced Micro Devices", &c, 64);
	config_init(&c, 0x8086, 0x10d3, 0x020000, 0);
	put16(config_capability(&c, 0x10), 0x0002);
	put16(config_extended(&c, 0x0d), 0x5f);
	at = add(at,
		 "0000:03:1f.7 Ethernet controller: Intel\n\tFlags: bus master\n\t\tcolon: yes\n"
		 "\tKernel driver in use: e1000e\n\tKernel modules: e1000e\n\tIOMMU group: 17",
		 &c, 4096);
	config_init(&c, 0x1022, 0x1453, 0x060400, 1);
	c.bytes[0x19] = 2, c.bytes[0x1a] = 5;
	at = add(at, "00c1:80:02.1 PCI bridge: AMD (prog-if 00 [Normal decode])", &c, 256);
	at = add(at, "10000:e0:06.0 PCI bridge: behind a VMD", &c, 64);
	put(*state, "lspci.txt", text);
	host = opened(*state, file);
	t = ivrs_host_topology(host);
	assert_int_equal(ivrs_topology_count(t), 3);
	assert_int_equal(ivrs_topology_sbdf(t, 0), 0);
	s = seen(t, 0x03ff);
	assert_true(s.complete);
	assert_true(s.is_pcie);
	assert_true(s.has_acs);
	assert_int_equal(s.acs_capability, 0x5f);
	assert_int_equal(ivrs_topology_group(t, s.index), 17);
	assert_string_equal(ivrs_topology_driver(t, s.index), "e1000e");
	assert_int_equal(ivrs_topology_class(t, s.index), 0x020000);
	s = seen(t, 0x00c18011);
	assert_int_equal(s.secondary, 2);
	assert_int_equal(s.subordinate, 5);
	assert_int_equal(ivrs_topology_group(t, s.index), IVRS_NO_GROUP);
	assert_true(noted(host, "10000:e0:06.0 needs more than 16 bits"));
	ivrs_host_free(host);

	/* Lines as a mail program on another system leaves them. */
	put(*state, "lspci.txt", "03:00.0 VGA compatible controller\r\n00: de 10 84 26 \r\n");
	host = opened(*state, file);
	s = seen(ivrs_host_topology(host), 0x300);
	assert_false(s.complete);
	assert_true(noted(host, "configuration space can't be read"));
	ivrs_host_free(host);
	free(file);
	free(text);
}

/* The running host's groups must not be laid over a text from elsewhere; those of a captured host are its own. */
static void test_groups(void **state)
{
	char *file = strdup(in(*state, "lspci.txt"));
	ivrs_host *host;

	put(*state, "lspci.txt", "00:00.0 x\n\n00:01.0 y\n");
	put_link(*state, "sys/kernel/iommu_groups/4/devices/0000:00:01.0", "../x");
	put(*state, "sys/bus/pci/devices/0000:09:00.0/config", "");
	host = opened(*state, file);
	assert_int_equal(ivrs_topology_count(ivrs_host_topology(host)), 2);
	assert_int_equal(ivrs_topology_group(ivrs_host_topology(host), 1), 4);
	assert_int_equal(ivrs_host_group_count(host), 1);
	ivrs_host_free(host);
	host = opened(NULL, file);
	assert_int_equal(ivrs_topology_count(ivrs_host_topology(host)), 2);
	assert_int_equal(ivrs_host_group_count(host), 0);
	ivrs_host_free(host);
	free(file);
}

static void check_refused(const char *folder, const char *text, const char *error)
{
	char *file = strdup(in(folder, "lspci.txt"));

	put(folder, "lspci.txt", text);
	refused(folder, file, IVRS_E_PCI, error);
	refused(folder, file, IVRS_E_PCI, file);
	free(file);
}

static void test_bad_text(void **state)
{
	char *file = strdup(in(*state, "lspci.txt")), *many = malloc(16385 * 16 + 1), *at = many;
	uint8_t zeros[4096] = {0};
	unsigned i;

	check_refused(*state, "", "no PCI function");
	check_refused(*state, "hello\nworld\n", "no PCI function");
	check_refused(*state, "00: 00 00\n", "line 1: registers without a function");
	check_refused(*state, "00:00.0 x\n\n00: 00\n", "line 3: registers without a function");
	check_refused(*state, "00:00.0 x\n00: 00 0g\n", "line 2: malformed registers");
	check_refused(*state, "00:00.0 x\n00: 00 000\n", "line 2: malformed registers");
	check_refused(*state, "00:00.0 x\n1000: 00\n", "line 2: registers beyond the 4096 bytes");
	check_refused(*state, "00:00.0 x\nfff: 00 00\n", "line 2: registers beyond");
	check_refused(*state, "00:00.0 x\nffffffff: 00\n", "line 2: registers beyond");
	check_refused(*state, "00:00.0 x\n100000000: 00\n", "line 2: registers beyond");
	check_refused(*state, "00:00.0 x\n00: 00\n\n00:00.0 y\n",
		      "0000:00:00.0 comes more than once");
	put_bytes(*state, "lspci.txt", zeros, sizeof(zeros));
	refused(*state, file, IVRS_E_PCI, "not text");
	assert_int_equal(truncate(file, 100 << 20), 0);
	refused(*state, file, IVRS_E_IO, "larger than");
	refused(*state, *state, IVRS_E_IO, "Is a directory");
	refused(*state, "/nonexistent", IVRS_E_IO, "/nonexistent: ");
	for (i = 0; i < 16385; i++)
		at += sprintf(at, "%04x:%02x:%02x.%x x\n", i >> 16, i >> 8 & 0xff, i >> 3 & 0x1f,
			      i & 7);
	check_refused(*state, many, "line 16385: more than 16384 functions");
	free(many);
	free(file);
}

/* Functions that libpci would take and Linux can't have. */
static void test_no_addresses(void **state)
{
	check_refused(*state, "00:20.0 x\n00: 00\n", "line 2: registers without");
	check_refused(*state, "00:00.8 x\n00: 00\n", "line 2: registers without");
	check_refused(*state, "00:00.0x\n00: 00\n", "line 2: registers without");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_dump, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(test_groups, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(test_bad_text, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(test_no_addresses, make_folder, remove_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
