/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a kernel's own image says about its rules: distributions backport, so the release alone doesn't tell. An x86 bzImage
 * holds the kernel compressed (Documentation/arch/x86/boot.rst, payload_offset and payload_length since protocol 2.08).
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lazy-archive.h"
#include "internal.h"
#include "search.h"

#define IMAGE_FILE (256u << 20)
#define IMAGE_UNPACKED (256u << 20)

#define SETUP_SECTORS 0x1f1
#define SETUP_MAGIC 0x202
#define SETUP_PROTOCOL 0x206
#define SETUP_VERSION 0x20e
#define SETUP_PAYLOAD_OFFSET 0x248
#define SETUP_PAYLOAD_LENGTH 0x24c
#define SETUP_END 0x250

struct image {
	const char *path;
	char *error;
	uint8_t *bytes;
	size_t size;
	const uint8_t *payload;
	size_t payload_size;
	bool is_bzimage;
	char release[SEARCH_RELEASE];
	struct search search;
};

static uint32_t le32(const uint8_t *bytes)
{
	return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
	       (uint32_t)bytes[3] << 24;
}

static bool starts(const uint8_t *bytes, size_t size, const char *magic, size_t length)
{
	return size >= length && !memcmp(bytes, magic, length);
}

/* "6.12.117+deb12-amd64 (debian-kernel@...) ..." */
static void header_release(struct image *image)
{
	size_t at = 0x200u + image->bytes[SETUP_VERSION] +
		    ((size_t)image->bytes[SETUP_VERSION + 1] << 8);
	size_t length = 0;

	while (at + length < image->size && length < SEARCH_RELEASE - 1 &&
	       isgraph(image->bytes[at + length]))
		length++;
	if (at + length == image->size || !length || !isdigit(image->bytes[at]))
		return;
	memcpy(image->release, image->bytes + at, length);
}

static int find_payload(struct image *image)
{
	const uint8_t *bytes = image->bytes;
	uint64_t offset, length;

	image->payload = bytes;
	image->payload_size = image->size;
	if (image->size < SETUP_END || memcmp(bytes + SETUP_MAGIC, "HdrS", 4))
		return 0;
	image->is_bzimage = true;
	if ((bytes[SETUP_PROTOCOL] | bytes[SETUP_PROTOCOL + 1] << 8) < 0x208)
		return host_fail(image->error, IVRS_E_ARCHIVE,
				 "%s: a kernel image older than boot protocol 2.08", image->path);
	header_release(image);
	offset = (bytes[SETUP_SECTORS] ? bytes[SETUP_SECTORS] + 1u : 5u) * UINT64_C(512) +
		 le32(bytes + SETUP_PAYLOAD_OFFSET);
	length = le32(bytes + SETUP_PAYLOAD_LENGTH);
	if (offset > image->size || length > image->size - offset || length < 4)
		return host_fail(
			image->error, IVRS_E_ARCHIVE,
			"%s: the compressed kernel (0x%llx bytes at 0x%llx) lies beyond the file",
			image->path, (unsigned long long)length, (unsigned long long)offset);
	image->payload = bytes + offset;
	image->payload_size = (size_t)length;
	return 0;
}

/* Not compressed at all: only searched. */
static void search_plain(struct image *image)
{
	size_t at = 0;

	while (at < image->payload_size) {
		size_t n = image->payload_size - at;

		if (n > SEARCH_PIECE)
			n = SEARCH_PIECE;
		memcpy(search_room(&image->search), image->payload + at, n);
		search_piece(&image->search, n);
		at += n;
	}
}

static int unpack(struct image *image, const struct archive_api *api, struct archive *archive,
		  size_t size, uint64_t expected)
{
	struct archive_entry *entry;
	la_ssize_t n = 0;

	api->archive_read_support_format_raw(archive);
	if (api->archive_read_open_memory(archive, image->payload, size) != ARCHIVE_OK ||
	    api->archive_read_next_header(archive, &entry) != ARCHIVE_OK)
		return host_fail(image->error, IVRS_E_ARCHIVE, "%s: can't be unpacked: %s",
				 image->path, archive_problem(api, archive));
	while (image->search.total <= IMAGE_UNPACKED) {
		n = api->archive_read_data(archive, search_room(&image->search), SEARCH_PIECE);
		if (n <= 0)
			break;
		search_piece(&image->search, (size_t)n);
	}
	if (image->search.total > IMAGE_UNPACKED)
		return host_fail(image->error, IVRS_E_TOO_LARGE, "%s: more than %u MiB unpacked",
				 image->path, IMAGE_UNPACKED >> 20);
	/* What follows the kernel may confuse the reader; the length that is stored with it tells. */
	if (expected ? image->search.total != expected : n < 0)
		return host_fail(image->error, IVRS_E_ARCHIVE, "%s: damaged: %s", image->path,
				 n < 0 ? archive_problem(api, archive) : "the kernel is cut off");
	return 0;
}

static int search_compressed(struct image *image)
{
	const uint8_t *bytes = image->payload;
	size_t size = image->payload_size;
	struct archive_api api;
	struct archive *archive;
	uint64_t expected = 0;
	int status;

	if (starts(bytes, size, "\x89LZO", 4))
		return host_fail(image->error, IVRS_E_ARCHIVE,
				 "%s: compressed with LZO, which isn't supported", image->path);
	if (!starts(bytes, size, "\x1f\x8b", 2) &&
	    !starts(bytes, size,
		    "\xfd"
		    "7zXZ",
		    6) &&
	    !starts(bytes, size, "\x28\xb5\x2f\xfd", 4) &&
	    !starts(bytes, size, "\x02\x21\x4c\x18", 4) &&
	    !starts(bytes, size, "\x04\x22\x4d\x18", 4) && !starts(bytes, size, "\x5d\0\0", 3) &&
	    !starts(bytes, size, "BZh", 3))
		return host_fail(image->error, IVRS_E_SIGNATURE, "%s: not a kernel image",
				 image->path);
	/* The kernel's build appends the unpacked length, except to gzip, which ends with it anyway. */
	if (image->is_bzimage) {
		expected = le32(bytes + size - 4);
		if (!starts(bytes, size, "\x1f\x8b", 2))
			size -= 4;
	}
	status = archive_load(&api, image->path, image->error);
	if (status)
		return status;
	archive = archive_reader(&api);
	if (!archive)
		return host_fail(image->error, IVRS_E_NOMEM, "%s: out of memory", image->path);
	status = unpack(image, &api, archive, size, expected);
	api.archive_read_free(archive);
	return status;
}

static int set_rules(struct image *image, ivrs_kernel *kernel)
{
	static const struct {
		const char *name;
		enum search_string string;
	} rules[] = {
		{"require-direct", SEARCH_DIRECT},
		{"relax-unity-option", SEARCH_UNITY},
		{"relax-devices-option", SEARCH_DEVICES},
		{"relax-blanket", SEARCH_BLANKET},
	};
	int status = 0;
	size_t i;

	for (i = 0; !status && i < ARRAY_SIZE(rules); i++)
		status = ivrs_kernel_set_rule(kernel, rules[i].name,
					      image->search.found[rules[i].string]);
	return status;
}

static void describe(const struct image *image, char *evidence, size_t size)
{
	const bool *found = image->search.found;

	if (!evidence || !size)
		return;
	snprintf(evidence, size, "image %s: %s%s%s%s%s", image->path,
		 found[SEARCH_DIRECT] ? "has the refusal for want of a 1:1 mapping"
				      : "has no refusal for want of a 1:1 mapping",
		 found[SEARCH_UNITY] ? ", option amd_iommu=relax_unity" : "",
		 found[SEARCH_DEVICES] ? ", option amd_iommu_relax_unity=" : "",
		 found[SEARCH_BLANKET] ? ", relaxes blanket IVMDs" : "",
		 !found[SEARCH_UNITY] && !found[SEARCH_DEVICES] && !found[SEARCH_BLANKET]
			 ? ", no relaxation"
			 : "");
	host_sanitize(evidence);
}

static int probe(struct image *image, ivrs_kernel **kernel)
{
	int status = find_payload(image);

	if (status)
		return status;
	if (starts(image->payload, image->payload_size, "\177ELF", 4))
		search_plain(image);
	else
		status = search_compressed(image);
	if (status)
		return status;
	if (!search_is_elf(&image->search))
		return host_fail(image->error, IVRS_E_SIGNATURE, "%s: no kernel in it",
				 image->path);
	if (!image->release[0])
		memcpy(image->release, image->search.release, sizeof(image->release));
	if (!image->release[0])
		return host_fail(image->error, IVRS_E_KERNEL, "%s: no kernel release in it",
				 image->path);
	if (!image->search.found[SEARCH_DRIVER])
		return host_fail(image->error, IVRS_E_KERNEL,
				 "%s: Linux %s without the AMD IOMMU driver", image->path,
				 image->release);
	status = ivrs_kernel_new(image->release, kernel);
	if (!status)
		status = set_rules(image, *kernel);
	if (!status)
		return 0;
	ivrs_kernel_free(*kernel);
	*kernel = NULL;
	return host_fail(image->error, -status, "%s: Linux %s: %s", image->path, image->release,
			 ivrs_status_text(status));
}

int ivrs_host_probe_image(const char *path, ivrs_kernel **kernel, char *evidence, size_t size,
			  char *error)
{
	struct image *image;
	void *bytes;
	int status;

	if (error)
		error[0] = 0;
	if (evidence && size)
		evidence[0] = 0;
	if (kernel)
		*kernel = NULL;
	if (!path || !kernel)
		return host_fail(error, IVRS_E_ARGUMENT, "no image");
	image = calloc(1, sizeof(*image));
	if (!image)
		return host_fail(error, IVRS_E_NOMEM, "%s: out of memory", path);
	image->path = path;
	image->error = error;
	search_init(&image->search);
	status = ivrs_host_read_file(path, IMAGE_FILE, &bytes, &image->size, error);
	if (!status) {
		image->bytes = bytes;
		status = probe(image, kernel);
	}
	if (!status)
		describe(image, evidence, size);
	free(image->bytes);
	free(image);
	return status;
}

int ivrs_host_find_image(const ivrs_host *host, char *path, size_t size)
{
	static const char *const places[] = {
		"boot/vmlinuz-%s",
		"usr/lib/modules/%s/vmlinuz",
		"lib/modules/%s/vmlinuz",
		"boot/vmlinux-%s",
	};
	size_t i;

	if (path && size)
		path[0] = 0;
	if (!host || !path || !size)
		return -IVRS_E_ARGUMENT;
	/* A release that isn't a plain name would lead elsewhere. */
	if (host->fs.tree || !host->release || !host->release[0] || strchr(host->release, '/'))
		return -IVRS_E_NOT_FOUND;
	for (i = 0; i < ARRAY_SIZE(places); i++) {
		char inside[HOST_PATH], *name, resolved[HOST_PATH];
		int fd;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(inside, sizeof(inside), places[i], host->release);
#pragma GCC diagnostic pop
		if (fs_open_file(&host->fs, inside, &fd))
			continue;
		close(fd);
		/* The caller opens the name outside of the sysroot, so links are followed here. */
		if (fs_resolve(&host->fs, inside, true, resolved))
			continue;
		name = fs_full_name(&host->fs, resolved);
		if (!name)
			return -IVRS_E_NOMEM;
		if (strlen(name) < size) {
			strcpy(path, name);
			free(name);
			return 0;
		}
		free(name);
	}
	return -IVRS_E_NOT_FOUND;
}
