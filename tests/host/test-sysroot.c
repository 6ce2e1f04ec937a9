/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A folder that nobody vouches for: links stay inside, nothing is waited for, nothing is read without end. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.h"

#define TABLE "sys/firmware/acpi/tables/IVRS"

static struct fs fs;

/* Both ways to follow a name: openat2, and step by step where that is missing. */
static void check_text(const char *folder, const char *path, const char *expected, int code)
{
	int way;

	for (way = 0; way < 2; way++) {
		char *text;
		int got;

		assert_int_equal(fs_open(folder, &fs, NULL), 0);
		fs.no_openat2 = way;
		got = fs_read_text(&fs, path, &text);
		if (got != code)
			fail_msg("%s: %s", path, strerror(got));
		if (expected)
			assert_string_equal(text, expected);
		free(text);
		fs_close(&fs);
	}
}

static void test_links(void **state)
{
	const char *folder = *state;

	put(folder, "etc/secret", "inside\n");
	put_link(folder, "absolute", "/etc/secret");
	put_link(folder, "above", "../../../../../../../../etc/secret");
	put_link(folder, "a/b/c/relative", "../../../etc/./secret");
	put_link(folder, "folder", "/etc");
	put_link(folder, "loop", "loop2");
	put_link(folder, "loop2", "a/../loop");
	put_link(folder, "dangling", "/etc/hostname-that-is-not-there");
	put_link(folder, "zero", "/dev/zero");
	check_text(folder, "etc/secret", "inside", 0);
	check_text(folder, "absolute", "inside", 0);
	check_text(folder, "above", "inside", 0);
	check_text(folder, "a/b/c/relative", "inside", 0);
	check_text(folder, "folder/secret", "inside", 0);
	check_text(folder, "folder/../a/b/c/relative", "inside", 0);
	check_text(folder, "loop", NULL, ELOOP);
	check_text(folder, "dangling", NULL, ENOENT);
	check_text(folder, "zero", NULL, ENOENT);
	check_text(folder, "etc", NULL, EISDIR);
	check_text(folder, "etc/secret/deeper", NULL, ENOTDIR);
}

static void test_link_names(void **state)
{
	const char *folder = *state;
	char name[16];
	int way;

	put_link(folder, "driver", "../../bus/pci/drivers/nvme");
	put_link(folder, "bare", "17");
	put_link(folder, "long", "../a-name-that-is-longer-than-sixteen");
	put(folder, "file", "x");
	for (way = 0; way < 2; way++) {
		assert_int_equal(fs_open(folder, &fs, NULL), 0);
		fs.no_openat2 = way;
		assert_int_equal(fs_link_name(&fs, "driver", name, sizeof(name)), 0);
		assert_string_equal(name, "nvme");
		assert_int_equal(fs_link_name(&fs, "bare", name, sizeof(name)), 0);
		assert_string_equal(name, "17");
		assert_int_equal(fs_link_name(&fs, "long", name, sizeof(name)), ENAMETOOLONG);
		assert_int_not_equal(fs_link_name(&fs, "file", name, sizeof(name)), 0);
		assert_int_equal(fs_link_name(&fs, "none", name, sizeof(name)), ENOENT);
		fs_close(&fs);
	}
}

static void check_table(const char *folder, int code, const char *note)
{
	ivrs_host *host = opened(folder, NULL);
	size_t size = 1;

	assert_null(ivrs_host_table(host, &size));
	assert_int_equal(size, 0);
	assert_int_equal(ivrs_host_table_errno(host), code);
	assert_string_equal(ivrs_host_table_path(host), in(folder, TABLE));
	if (note)
		assert_true(noted(host, note));
	ivrs_host_free(host);
}

static void test_nothing(void **state)
{
	ivrs_host *host;

	check_table(*state, ENOENT, NULL);
	host = opened(*state, NULL);
	assert_null(ivrs_host_topology(host));
	assert_null(ivrs_host_release(host));
	assert_null(ivrs_host_cmdline(host));
	assert_null(ivrs_host_lockdown(host));
	assert_null(ivrs_host_dmi(host, "bios_vendor"));
	assert_true(noted(host, "sys/bus/pci/devices: "));
	ivrs_host_free(host);
}

static void test_table_is_fifo(void **state)
{
	put_fifo(*state, TABLE);
	check_table(*state, ENODEV, TABLE ": ");
}

static void test_table_is_folder(void **state)
{
	put(*state, TABLE "/x", "");
	check_table(*state, EISDIR, TABLE ": ");
}

static void test_table_is_huge(void **state)
{
	put(*state, TABLE, "IVRS");
	assert_int_equal(truncate(in(*state, TABLE), (off_t)1 << 30), 0);
	check_table(*state, EFBIG, TABLE ": ");
}

static void test_first_of_two_tables(void **state)
{
	ivrs_host *host;
	size_t size;

	put(*state, TABLE "1", "IVRS one");
	put(*state, TABLE "2", "IVRS two");
	put(*state, "sys/firmware/acpi/tables/DMAR", "DMAR");
	host = opened(*state, NULL);
	assert_memory_equal(ivrs_host_table(host, &size), "IVRS one", 8);
	assert_int_equal(size, 8);
	assert_true(ivrs_host_has_dmar(host));
	assert_true(noted(host, "IVRS1: the first of several"));
	ivrs_host_free(host);
}

static void test_texts(void **state)
{
	ivrs_host *host;

	put(*state, "proc/sys/kernel/osrelease", "6.1.0-50-amd64\n");
	put(*state, "proc/cmdline", "a\tb\033[31m iommu=pt\n\n");
	put(*state, "sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
	put(*state, "sys/class/dmi/id/bios_version", "F\n2\n");
	put_fifo(*state, "sys/class/dmi/id/bios_date");
	host = opened(*state, NULL);
	assert_string_equal(ivrs_host_release(host), "6.1.0-50-amd64");
	assert_string_equal(ivrs_host_cmdline(host), "a?b?[31m iommu=pt");
	assert_string_equal(ivrs_host_lockdown(host), "integrity");
	assert_string_equal(ivrs_host_dmi(host, "bios_version"), "F?2");
	assert_null(ivrs_host_dmi(host, "bios_date"));
	assert_true(noted(host, "bios_date"));
	ivrs_host_free(host);
}

/* One large folder under many names must not be listed again and again. */
static void test_listing_is_bounded(void **state)
{
	struct fs_names names;
	char name[32];
	unsigned i;

	for (i = 0; i < 50; i++) {
		snprintf(name, sizeof(name), "folder/%u", i);
		put(*state, name, "");
	}
	assert_int_equal(fs_open(*state, &fs, NULL), 0);
	fs.entries_left = 120;
	assert_int_equal(fs_list(&fs, "folder", &names), 0);
	assert_int_equal(names.count, 50);
	assert_string_equal(names.names[1], "1");
	assert_string_equal(names.names[2], "10");
	fs_names_free(&names);
	assert_int_equal(fs_list(&fs, "folder/../folder", &names), 0);
	fs_names_free(&names);
	assert_int_equal(fs_list(&fs, "folder", &names), EFBIG);
	assert_int_equal(names.count, 0);
	fs.bytes_left = 3;
	fs_close(&fs);
}

static void test_find_image(void **state)
{
	char image[256], small[4];
	ivrs_host *host;

	put(*state, "proc/sys/kernel/osrelease", "6.12.1\n");
	host = opened(*state, NULL);
	assert_int_equal(ivrs_host_find_image(host, image, sizeof(image)), -IVRS_E_NOT_FOUND);
	put_fifo(*state, "boot/vmlinuz-6.12.1");
	assert_int_equal(ivrs_host_find_image(host, image, sizeof(image)), -IVRS_E_NOT_FOUND);
	put(*state, "usr/lib/modules/6.12.1/real", "x");
	put_link(*state, "lib", "usr/lib");
	put_link(*state, "usr/lib/modules/6.12.1/vmlinuz", "/lib/modules/6.12.1/real");
	assert_int_equal(ivrs_host_find_image(host, image, sizeof(image)), 0);
	assert_string_equal(image, in(*state, "usr/lib/modules/6.12.1/real"));
	assert_int_equal(ivrs_host_find_image(host, small, sizeof(small)), -IVRS_E_NOT_FOUND);
	assert_int_equal(ivrs_host_find_image(NULL, small, sizeof(small)), -IVRS_E_ARGUMENT);
	ivrs_host_free(host);

	put(*state, "proc/sys/kernel/osrelease", "../../etc\n");
	host = opened(*state, NULL);
	assert_int_equal(ivrs_host_find_image(host, image, sizeof(image)), -IVRS_E_NOT_FOUND);
	ivrs_host_free(host);
}

static void check_read(const char *path, size_t limit, int status, const char *text)
{
	char error[IVRS_HOST_ERROR];
	void *bytes;
	size_t size;

	assert_int_equal(ivrs_host_read_file(path, limit, &bytes, &size, error), -status);
	assert_null(bytes);
	assert_int_equal(size, 0);
	assert_non_null(strstr(error, text));
	assert_null(strchr(error, '\n'));
}

static void test_read_file(void **state)
{
	const char *folder = *state;
	char error[IVRS_HOST_ERROR], name[64];
	int ends[2], keep;
	void *bytes;
	size_t size;

	put(folder, "file", "twelve bytes");
	put(folder, "empty", "");
	put_fifo(folder, "fifo");
	assert_int_equal(ivrs_host_read_file(in(folder, "file"), 12, &bytes, &size, error), 0);
	assert_int_equal(size, 12);
	assert_memory_equal(bytes, "twelve bytes", 12);
	free(bytes);
	assert_int_equal(ivrs_host_read_file(in(folder, "empty"), 12, &bytes, &size, NULL), 0);
	assert_non_null(bytes);
	assert_int_equal(size, 0);
	free(bytes);
	check_read(in(folder, "file"), 11, IVRS_E_TOO_LARGE, "larger than 11 bytes");
	check_read(folder, 100, IVRS_E_IO, "Is a directory");
	check_read("/dev/zero", 1 << 20, IVRS_E_TOO_LARGE, "/dev/zero: larger");
	check_read("no\nsuch", 100, IVRS_E_IO, "no?such: ");
	assert_int_equal(ivrs_host_read_file(NULL, 1, &bytes, &size, error), -IVRS_E_ARGUMENT);

	/* A pipe with nobody at the other end is empty, one with a writer is read as <(command) in a shell is. */
	assert_int_equal(ivrs_host_read_file(in(folder, "fifo"), 12, &bytes, &size, error), 0);
	assert_int_equal(size, 0);
	free(bytes);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "through a pipe", 14), 14);
	close(ends[1]);
	snprintf(name, sizeof(name), "/dev/fd/%d", ends[0]);
	assert_int_equal(ivrs_host_read_file(name, 20, &bytes, &size, error), 0);
	assert_int_equal(size, 14);
	free(bytes);

	/* Standard input. */
	keep = dup(STDIN_FILENO);
	assert_int_equal(dup2(open(in(folder, "file"), O_RDONLY), STDIN_FILENO), STDIN_FILENO);
	assert_int_equal(ivrs_host_read_file("-", 20, &bytes, &size, error), 0);
	assert_int_equal(size, 12);
	free(bytes);
	lseek(STDIN_FILENO, 0, SEEK_SET);
	check_read("-", 5, IVRS_E_TOO_LARGE, "standard input: ");
	dup2(keep, STDIN_FILENO);
	close(keep);
	close(ends[0]);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(test_links),
		IN_FOLDER(test_link_names),
		IN_FOLDER(test_nothing),
		IN_FOLDER(test_table_is_fifo),
		IN_FOLDER(test_table_is_folder),
		IN_FOLDER(test_table_is_huge),
		IN_FOLDER(test_first_of_two_tables),
		IN_FOLDER(test_texts),
		IN_FOLDER(test_listing_is_bounded),
		IN_FOLDER(test_find_image),
		IN_FOLDER(test_read_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
