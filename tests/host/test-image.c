/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Kernel images made up in every compression, and Debian's own where they are installed. */
#include <archive.h>
#include <archive_entry.h>
#include <unistd.h>

#include "search.h"
#include "support.h"

#define REFUSAL                                                                                   \
	"Firmware has requested this device have a 1:1 IOMMU mapping, rejecting configuring the " \
	"device without a 1:1 mapping. Contact your platform vendor.\n"
#define BANNER "Linux version 6.9.7-made-up (builder@host) (gcc) #1\n"
#define KERNEL 300000u

struct kernel {
	uint8_t *bytes;
	size_t size, at;
};

static void begin(struct kernel *k)
{
	unsigned i, x = 1;

	k->bytes = malloc(KERNEL);
	k->size = KERNEL;
	/* Neither empty nor all the same, so that compressors have something to do. */
	for (i = 0; i < KERNEL; i++)
		k->bytes[i] = (uint8_t)((x = x * 1103515245 + 12345) >> 16 & 0x13);
	memcpy(k->bytes, "\177ELF", 4);
	k->at = SEARCH_PIECE - 8; /* the first string lies across two pieces */
}

static void add(struct kernel *k, const char *text)
{
	k->bytes[k->at++] = 0;
	memcpy(k->bytes + k->at, text, strlen(text) + 1);
	k->at += strlen(text) + 1;
}

static size_t compress(const struct kernel *k, int filter, uint8_t *out, size_t room)
{
	struct archive *archive = archive_write_new();
	struct archive_entry *entry = archive_entry_new();
	size_t used = 0;

	assert_int_equal(archive_write_add_filter(archive, filter), ARCHIVE_OK);
	archive_write_set_format_raw(archive);
	archive_write_set_bytes_per_block(archive, 0);
	assert_int_equal(archive_write_open_memory(archive, out, room, &used), ARCHIVE_OK);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_pathname(entry, "x");
	assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
	assert_int_equal(archive_write_data(archive, k->bytes, k->size), k->size);
	assert_int_equal(archive_write_close(archive), ARCHIVE_OK);
	archive_write_free(archive);
	archive_entry_free(entry);
	return used;
}

/* What `lz4 -l` writes and libarchive doesn't: one block of literals behind a magic number. */
static size_t compress_lz4_legacy(const struct kernel *k, uint8_t *out)
{
	size_t left = k->size - 15, n = 8;

	put32(out, 0x184c2102);
	out[n++] = 0xf0;
	for (; left >= 255; left -= 255)
		out[n++] = 255;
	out[n++] = (uint8_t)left;
	memcpy(out + n, k->bytes, k->size);
	n += k->size;
	put32(out + 4, (uint32_t)(n - 8));
	return n;
}

/* A bzImage: setup header, release text, code before and after the compressed kernel. */
static size_t make_image(uint8_t *image, const uint8_t *payload, size_t length, size_t unpacked)
{
	size_t at = (3 + 1) * 512 + 0x200;
	bool gzip = payload[0] == 0x1f;

	memset(image, 0x90, at + length + 1024);
	image[0x1f1] = 3;
	memcpy(image + 0x202, "HdrS\x0f\x02", 6);
	put16(image + 0x20e, 0x400);
	strcpy((char *)image + 0x600, "6.12.117+made-up (builder) #1");
	put32(image + 0x248, 0x200);
	memcpy(image + at, payload, length);
	if (!gzip) {
		put32(image + at + length, (uint32_t)unpacked);
		length += 4;
	}
	put32(image + 0x24c, (uint32_t)length);
	return at + length + 512;
}

struct result {
	int status;
	bool direct, unity, devices, blanket;
	char release[80], evidence[512], error[IVRS_HOST_ERROR];
};

static struct result probe(const char *path)
{
	struct result r = {0};
	ivrs_kernel *kernel = (ivrs_kernel *)&r;

	r.status = ivrs_host_probe_image(path, &kernel, r.evidence, sizeof(r.evidence), r.error);
	if (r.status) {
		assert_null(kernel);
		assert_string_equal(r.evidence, "");
		assert_non_null(strstr(r.error, path));
		return r;
	}
	assert_string_equal(r.error, "");
	assert_non_null(strstr(r.evidence, path));
	r.direct = ivrs_kernel_has_rule(kernel, "require-direct");
	r.unity = ivrs_kernel_has_rule(kernel, "relax-unity-option");
	r.devices = ivrs_kernel_has_rule(kernel, "relax-devices-option");
	r.blanket = ivrs_kernel_has_rule(kernel, "relax-blanket");
	snprintf(r.release, sizeof(r.release), "%s", ivrs_kernel_release(kernel));
	ivrs_kernel_free(kernel);
	return r;
}

static void check_status(struct result r, int status, const char *text)
{
	if (r.status != -status || !strstr(r.error, text))
		fail_msg("%d \"%s\" instead of %d \"%s\"", r.status, r.error, -status, text);
}

static void test_compressions(void **state)
{
	static const int filters[] = {
		ARCHIVE_FILTER_NONE, ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_BZIP2, ARCHIVE_FILTER_XZ,
		ARCHIVE_FILTER_LZMA, ARCHIVE_FILTER_ZSTD, ARCHIVE_FILTER_LZ4,	-1,
	};
	uint8_t *packed = malloc(2 * KERNEL), *image = malloc(3 * KERNEL);
	char *path = strdup(in(*state, "vmlinuz"));
	struct kernel k;
	size_t i;

	begin(&k);
	add(&k, REFUSAL);
	add(&k, "AMD-Vi: ");
	add(&k, BANNER);
	for (i = 0; i < ARRAY_SIZE(filters); i++) {
		size_t packed_size = filters[i] < 0 ? compress_lz4_legacy(&k, packed)
						    : compress(&k, filters[i], packed, 2 * KERNEL);
		size_t size = make_image(image, packed, packed_size, k.size);
		struct result r;

		put_bytes(*state, "vmlinuz", image, size);
		r = probe(path);
		if (r.status)
			fail_msg("filter %d: %s", filters[i], r.error);
		assert_string_equal(r.release, "6.12.117+made-up");
		assert_true(r.direct);
		assert_false(r.unity || r.devices || r.blanket);
		assert_non_null(strstr(r.evidence, "no relaxation"));

		/* The same without a boot header: a vmlinux, packed or not. */
		put_bytes(*state, "vmlinuz", packed, packed_size);
		r = probe(path);
		if (r.status)
			fail_msg("filter %d: %s", filters[i], r.error);
		assert_string_equal(r.release, "6.9.7-made-up");
		assert_true(r.direct);

		if (filters[i] != ARCHIVE_FILTER_NONE) {
			put32(image + 4 * 512 + 0x200 + packed_size -
				      (filters[i] == ARCHIVE_FILTER_GZIP ? 4 : 0),
			      (uint32_t)k.size + 1);
			put_bytes(*state, "vmlinuz", image, size);
			check_status(probe(path), IVRS_E_ARCHIVE, "damaged");
		}
		put_bytes(*state, "vmlinuz", image, size - 600);
		check_status(probe(path), IVRS_E_ARCHIVE, "lies beyond the file");
	}
	free(k.bytes);
	free(packed);
	free(image);
	free(path);
}

static struct result probe_strings(const char *folder, const char *const *strings)
{
	struct result r;
	struct kernel k;

	begin(&k);
	add(&k, "AMD-Vi: ");
	for (; *strings; strings++)
		add(&k, *strings);
	put_bytes(folder, "vmlinux", k.bytes, k.size);
	free(k.bytes);
	r = probe(in(folder, "vmlinux"));
	if (r.status)
		fail_msg("%s", r.error);
	return r;
}

static void test_rules(void **state)
{
	struct result r;

	r = probe_strings(*state, (const char *const[]){BANNER, NULL});
	assert_false(r.direct || r.unity || r.devices || r.blanket);
	assert_non_null(strstr(r.evidence, "has no refusal"));
	/* One option's name is the end of the other's, and sentences name both. */
	r = probe_strings(
		*state,
		(const char *const[]){BANNER, REFUSAL, "amd_iommu_relax_unity=",
				      "amd_iommu_relax_unity: '%s' ignored, more than %d entries\n",
				      "amd_iommu_relax_unity",
				      "named by amd_iommu_relax_unity=", NULL});
	assert_true(r.direct && r.devices);
	assert_false(r.unity || r.blanket);
	assert_non_null(strstr(r.evidence, "option amd_iommu_relax_unity="));
	r = probe_strings(*state, (const char *const[]){"Linux version %s (%s) %s\n", BANNER,
							REFUSAL, "relax_unity",
							"amd_iommu=relax_unity: 1:1 mappings the "
							"firmware asks for are not enforced\n",
							NULL});
	assert_true(r.direct && r.unity);
	assert_false(r.devices || r.blanket);
	assert_string_equal(r.release, "6.9.7-made-up");
	r = probe_strings(*state,
			  (const char *const[]){BANNER, REFUSAL,
						"covers several buses, device is in a slot", NULL});
	assert_true(r.direct && r.blanket);
	assert_false(r.devices || r.unity);
}

static void test_bad_images(void **state)
{
	uint8_t *image = calloc(1, 3 * KERNEL), *packed = malloc(2 * KERNEL);
	char *path = strdup(in(*state, "vmlinuz"));
	ivrs_kernel *kernel;
	struct kernel k;
	size_t size;

	check_status(probe(path), IVRS_E_IO, "No such file");
	check_status(probe(*state), IVRS_E_IO, "directory");
	check_status(probe("/dev/zero"), IVRS_E_TOO_LARGE, "/dev/zero");
	assert_int_equal(ivrs_host_probe_image(NULL, &kernel, NULL, 0, NULL), -IVRS_E_ARGUMENT);
	assert_int_equal(ivrs_host_probe_image(path, NULL, NULL, 0, NULL), -IVRS_E_ARGUMENT);
	put(*state, "vmlinuz", "");
	check_status(probe(path), IVRS_E_SIGNATURE, "not a kernel image");
	put_bytes(*state, "vmlinuz", image, 2 * KERNEL);
	check_status(probe(path), IVRS_E_SIGNATURE, "not a kernel image");
	put(*state, "vmlinuz", "\x1f\x8b gzip only in name");
	check_status(probe(path), IVRS_E_SIGNATURE, "no kernel in it");

	size = make_image(image, (const uint8_t *)"\x89LZO....", 8, 8);
	put_bytes(*state, "vmlinuz", image, size);
	check_status(probe(path), IVRS_E_ARCHIVE, "LZO");
	image[0x207] = 1;
	put_bytes(*state, "vmlinuz", image, size);
	check_status(probe(path), IVRS_E_ARCHIVE, "older than boot protocol");
	image[0x207] = 2;
	put32(image + 0x24c, 0xffffffff);
	put_bytes(*state, "vmlinuz", image, size);
	check_status(probe(path), IVRS_E_ARCHIVE, "beyond the file");
	put32(image + 0x24c, 0);
	put_bytes(*state, "vmlinuz", image, size);
	check_status(probe(path), IVRS_E_ARCHIVE, "beyond the file");

	begin(&k);
	add(&k, BANNER);
	put_bytes(*state, "vmlinuz", k.bytes, k.size);
	check_status(probe(path), IVRS_E_KERNEL, "without the AMD IOMMU driver");
	memset(k.bytes, 0, 4);
	size = compress(&k, ARCHIVE_FILTER_GZIP, packed, 2 * KERNEL);
	put_bytes(*state, "vmlinuz", packed, size);
	check_status(probe(path), IVRS_E_SIGNATURE, "no kernel in it");
	free(k.bytes);
	begin(&k);
	add(&k, "AMD-Vi: ");
	put_bytes(*state, "vmlinuz", k.bytes, k.size);
	check_status(probe(path), IVRS_E_KERNEL, "no kernel release");
	free(k.bytes);
	free(image);
	free(packed);
	free(path);
}

/* 400 MiB of zeros in a few kilobytes. */
static void test_bomb(void **state)
{
	struct archive *archive = archive_write_new();
	struct archive_entry *entry = archive_entry_new();
	char *path = strdup(in(*state, "vmlinux.zst")), *zeros = calloc(1, 1 << 20);
	int i;

	archive_write_add_filter_zstd(archive);
	archive_write_set_format_raw(archive);
	archive_write_open_filename(archive, path);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_pathname(entry, "x");
	archive_write_header(archive, entry);
	for (i = 0; i < 400; i++)
		archive_write_data(archive, zeros, 1 << 20);
	archive_write_free(archive);
	archive_entry_free(entry);
	check_status(probe(path), IVRS_E_TOO_LARGE, "more than 256 MiB unpacked");
	free(zeros);
	free(path);
}

/* What stock kernels say was seen on them running: 6.12 refuses, 6.1 doesn't know the rule. */
static void check_debian(const char *path, const char *release, bool direct)
{
	struct result r;

	if (access(path, R_OK)) {
		print_message("SKIP: %s isn't installed\n", path);
		skip();
	}
	r = probe(path);
	if (r.status)
		fail_msg("%s", r.error);
	assert_string_equal(r.release, release);
	assert_int_equal(r.direct, direct);
	assert_false(r.unity || r.devices || r.blanket);
}

static void test_debian_6_12(void **state)
{
	(void)state;
	check_debian("/boot/vmlinuz-6.12.117+deb12-amd64", "6.12.117+deb12-amd64", true);
}

static void test_debian_6_1(void **state)
{
	(void)state;
	check_debian("/boot/vmlinuz-6.1.0-50-amd64", "6.1.0-50-amd64", false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_compressions, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(test_rules, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(test_bad_images, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(test_bomb, make_folder, remove_folder),
		cmocka_unit_test(test_debian_6_12),
		cmocka_unit_test(test_debian_6_1),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
