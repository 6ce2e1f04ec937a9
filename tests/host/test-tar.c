/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tars: every compression, and the ones that must be refused. */
#include <archive.h>
#include <archive_entry.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

static const struct member good[] = {
	{"proc/sys/kernel/osrelease", 0, NULL, "6.12.1\n", 7},
	{"./sys//firmware/acpi/./tables/IVRS", 0, NULL, "IVRS table", 10},
	{"sys/kernel/iommu_groups/3/type", 0, NULL, "DMA\n", 4},
	{"sys/kernel/iommu_groups/3-x", AE_IFDIR, NULL, NULL, 0},
	{"sys/kernel/iommu_groups/3/devices", AE_IFDIR, NULL, NULL, 0},
	{"sys/kernel/iommu_groups/3/reserved_regions", 0, NULL, "old", 3},
	{"sys/kernel/iommu_groups/3/reserved_regions", 0, NULL, "new", 3},
	{"sys/bus/pci/devices/0000:00:01.0", AE_IFLNK, "../../../devices/d", NULL, 0},
	{"sys/devices/d/vendor", 0, NULL, "0x1022\n", 7},
	{"sys/devices/d/device", 0, "sys/devices/d/same", NULL, 0},
	{"sys/devices/d/same", 0, NULL, "0x1450\n", 7},
	{"sys/devices/d/config", AE_IFIFO, NULL, NULL, 0},
	{"sys/devices/d/iommu_group", AE_IFLNK, "../../../../../kernel/iommu_groups/3", NULL, 0},
	{"proc/cmdline", AE_IFLNK, "/proc/cmdline", NULL, 0},
};

static void test_compressions(void **state)
{
	static const int filters[] = {
		ARCHIVE_FILTER_NONE, ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_BZIP2, ARCHIVE_FILTER_XZ,
		ARCHIVE_FILTER_LZMA, ARCHIVE_FILTER_ZSTD, ARCHIVE_FILTER_LZ4,
	};
	const char *tar = strdup(in(*state, "good.tar"));
	size_t i, size;

	for (i = 0; i < ARRAY_SIZE(filters); i++) {
		const ivrs_topology *t;
		ivrs_host *host;
		char *path;

		write_tar(tar, filters[i], good, ARRAY_SIZE(good));
		host = opened(tar, NULL);
		t = ivrs_host_topology(host);
		assert_memory_equal(ivrs_host_table(host, &size), "IVRS table", 10);
		assert_int_equal(size, 10);
		assert_string_equal(ivrs_host_release(host), "6.12.1");
		assert_int_equal(ivrs_host_group_count(host), 1);
		assert_string_equal(ivrs_host_group_type(host, 3), "DMA");
		assert_string_equal(ivrs_host_reserved_regions(host, 3), "new");
		assert_int_equal(ivrs_topology_vendor(t, seen(t, 8).index), 0x1022);
		assert_int_equal(ivrs_topology_device(t, seen(t, 8).index), 0x1450);
		assert_int_equal(ivrs_topology_group(t, seen(t, 8).index), 3);
		assert_true(noted(host, "0000:00:01.0/config: "));
		assert_true(noted(host, "proc/cmdline: Too many levels"));
		assert_true(noted(host, "iommu_groups/3-x: not a group"));
		assert_true(asprintf(&path, "%s:sys/firmware/acpi/tables/IVRS", tar) > 0);
		assert_string_equal(ivrs_host_table_path(host), path);
		free(path);
		ivrs_host_free(host);
	}
	free((char *)tar);
}

static void check_refused(const char *folder, const struct member *member, const char *text)
{
	char *tar = strdup(in(folder, "bad.tar.gz"));
	struct member members[3] = {good[0], *member, good[1]};

	write_tar(tar, ARCHIVE_FILTER_GZIP, members, 3);
	refused(tar, NULL, IVRS_E_ARCHIVE, text);
	refused(tar, NULL, IVRS_E_ARCHIVE, tar);
	free(tar);
}

static void test_unsafe_paths(void **state)
{
	static const struct member absolute = {"/etc/passwd", 0, NULL, "x", 1};
	static const struct member above = {"../x", 0, NULL, "x", 1};
	static const struct member through = {"sys/../../x", AE_IFDIR, NULL, NULL, 0};
	static const struct member last = {"sys/..", AE_IFDIR, NULL, NULL, 0};
	static const struct member hard = {"sys/x", 0, "../../etc/passwd", NULL, 0};
	static const struct member hard_root = {"sys/x", 0, "/etc/passwd", NULL, 0};
	static const struct member control = {"/a\nb", 0, NULL, "x", 1};

	check_refused(*state, &absolute, "member /etc/passwd: unsafe path");
	check_refused(*state, &above, "member ../x: unsafe path");
	check_refused(*state, &through, "unsafe path");
	check_refused(*state, &last, "unsafe path");
	check_refused(*state, &hard, "unsafe hard link");
	check_refused(*state, &hard_root, "unsafe hard link");
	check_refused(*state, &control, "member /a?b: unsafe path");
}

static void test_too_large(void **state)
{
	size_t size = (1 << 20) + 1, i;
	char *bytes = calloc(1, size), *tar = strdup(in(*state, "big.tar"));
	char long_path[4200];
	struct member large = {"sys/x", 0, NULL, bytes, size};
	struct member *many = calloc(65, sizeof(*many));
	char names[65][16];

	check_refused(*state, &large, "member sys/x: more than 1048576 bytes");
	for (i = 0; i < 65; i++) {
		snprintf(names[i], sizeof(names[i]), "sys/%zu", i);
		many[i] = (struct member){names[i], 0, NULL, bytes, 1 << 20};
	}
	write_tar(tar, ARCHIVE_FILTER_ZSTD, many, 65);
	refused(tar, NULL, IVRS_E_ARCHIVE, "more than 64 MiB unpacked");
	memset(long_path, 'a', sizeof(long_path) - 1);
	long_path[sizeof(long_path) - 1] = 0;
	large = (struct member){long_path, 0, NULL, "x", 1};
	check_refused(*state, &large, "path is too long");
	free(many);
	free(tar);
	free(bytes);
}

static void test_many_members(void **state)
{
	size_t count = HOST_MEMBERS + 1, i;
	struct member *many = calloc(count, sizeof(*many));
	char *tar = strdup(in(*state, "many.tar.zst"));

	for (i = 0; i < count; i++)
		many[i] = (struct member){"sys/x", AE_IFDIR, NULL, NULL, 0};
	write_tar(tar, ARCHIVE_FILTER_ZSTD, many, count);
	refused(tar, NULL, IVRS_E_ARCHIVE, "more than 200000 members");
	free(many);
	free(tar);
}

/* A few kilobytes that unpack to a terabyte of one member, or of nothing at all. */
static void test_bombs(void **state)
{
	char *tar = strdup(in(*state, "bomb.tar.zst")), *zeros = calloc(1, 1 << 20);
	struct archive *archive = archive_write_new();
	struct archive_entry *entry = archive_entry_new();
	struct timespec from, to;
	struct rusage before, after;
	int i;

	archive_write_add_filter_zstd(archive);
	archive_write_set_format_raw(archive);
	archive_write_open_filename(archive, tar);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_pathname(entry, "x");
	assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
	for (i = 0; i < 256; i++)
		assert_int_equal(archive_write_data(archive, zeros, 1 << 20), 1 << 20);
	archive_write_free(archive);
	archive_entry_free(entry);
	getrusage(RUSAGE_SELF, &before);
	clock_gettime(CLOCK_MONOTONIC, &from);
	refused(tar, NULL, IVRS_E_ARCHIVE, "not a tar, or an empty one");
	/* A tar whose member says 1 TiB: an honest header over a long run of zeros. */
	{
		char header[512] = "sys/x";
		unsigned sum = 0, j;
		FILE *file = fopen(tar, "w");

		strcpy(header + 100, "0000644");
		strcpy(header + 108, "0000000");
		strcpy(header + 116, "0000000");
		header[124] = (char)0x80;
		header[130] = 1; /* 2^40 in base 256 */
		strcpy(header + 136, "00000000000");
		memset(header + 148, ' ', 8);
		header[156] = '0';
		memcpy(header + 257, "ustar\00000", 8);
		for (j = 0; j < sizeof(header); j++)
			sum += (unsigned char)header[j];
		snprintf(header + 148, 8, "%06o", sum);
		assert_non_null(file);
		fwrite(header, sizeof(header), 1, file);
		fclose(file);
		assert_int_equal(truncate(tar, (off_t)1 << 32), 0);
	}
	refused(tar, NULL, IVRS_E_ARCHIVE, "more than 1048576 bytes");
	clock_gettime(CLOCK_MONOTONIC, &to);
	getrusage(RUSAGE_SELF, &after);
	assert_true(to.tv_sec - from.tv_sec < 5);
	assert_true(after.ru_maxrss - before.ru_maxrss < 64 << 10);
	free(zeros);
	free(tar);
}

static void test_damaged(void **state)
{
	char *tar = strdup(in(*state, "cut.tar.gz"));
	void *bytes;
	size_t size, length;

	assert_int_equal(ivrs_host_read_file(EXAMPLE, 1 << 20, &bytes, &size, NULL), 0);
	for (length = 0; length < size; length += 97) {
		put_bytes(*state, "cut.tar.gz", bytes, length);
		refused(tar, NULL, IVRS_E_ARCHIVE, "cut.tar.gz: ");
	}
	put_bytes(*state, "cut.tar.gz", "no tar at all", 13);
	refused(tar, NULL, IVRS_E_ARCHIVE, "cut.tar.gz: ");
	/* Any bytes may be wrong: an answer or a refusal, never a crash. */
	for (length = 0; length < size; length += 61) {
		char error[IVRS_HOST_ERROR];
		ivrs_host *host;

		((uint8_t *)bytes)[length] ^= 0x55;
		put_bytes(*state, "cut.tar.gz", bytes, size);
		((uint8_t *)bytes)[length] ^= 0x55;
		if (!ivrs_host_open(tar, NULL, 0, &host, error))
			ivrs_host_free(host);
	}
	free(bytes);
	free(tar);
}

/* Every lookup goes through the same long way; without a bound on steps this would take minutes. */
static void test_long_links(void **state)
{
	enum { FUNCTIONS = 4000 };
	struct member *members = calloc(FUNCTIONS + 1, sizeof(*members));
	char(*names)[40] = calloc(FUNCTIONS, sizeof(*names));
	char *target = malloc(4000), *tar = strdup(in(*state, "links.tar.zst"));
	struct timespec from, to;
	ivrs_host *host;
	unsigned i;

	for (i = 0; i + 5 < 4000; i += 5)
		memcpy(target + i, "x/../", 5);
	target[i] = 0;
	members[0] = (struct member){"sys/bus/pci/devices/x", AE_IFDIR, NULL, NULL, 0};
	for (i = 0; i < FUNCTIONS; i++) {
		snprintf(names[i], sizeof(names[i]), "sys/bus/pci/devices/0000:%02x:%02x.%x",
			 i >> 8 & 0xff, i >> 3 & 0x1f, i & 7);
		members[i + 1] = (struct member){names[i], AE_IFLNK, target, NULL, 0};
	}
	write_tar(tar, ARCHIVE_FILTER_ZSTD, members, FUNCTIONS + 1);
	clock_gettime(CLOCK_MONOTONIC, &from);
	host = opened(tar, NULL);
	clock_gettime(CLOCK_MONOTONIC, &to);
	assert_int_equal(ivrs_topology_count(ivrs_host_topology(host)), FUNCTIONS);
	assert_true(to.tv_sec - from.tv_sec < 20);
	ivrs_host_free(host);
	free(members);
	free(names);
	free(target);
	free(tar);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(test_compressions), IN_FOLDER(test_unsafe_paths),
		IN_FOLDER(test_too_large),    IN_FOLDER(test_many_members),
		IN_FOLDER(test_bombs),	      IN_FOLDER(test_damaged),
		IN_FOLDER(test_long_links),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
