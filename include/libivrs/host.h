/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file host.h
 * @brief libivrs-host: a host, or a captured one, turned into a table, a topology and a kernel.
 *
 * This is the second library (GPL-2.0-or-later, because it links libpci). It reads files and nothing else: it writes none, prints nothing
 * and never exits. What it could not read it notes (ivrs_host_note()) and goes on.
 *
 * @par Objects
 * A host is made with ivrs_host_open() and freed with ivrs_host_free(); it must not be NULL where nothing else is said. Bytes, texts and the
 * topology are owned by the host and valid until it is freed.
 *
 * @par Threads
 * A host belongs to one thread at a time.
 */
#ifndef LIBIVRS_HOST_H
#define LIBIVRS_HOST_H

#include <libivrs/ivrs.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What was read of a host. */
typedef struct ivrs_host ivrs_host;

/** Things to read, for ivrs_host_open(). */
#define IVRS_HOST_NO_DEVICES 0x1u /**< leave the PCI functions out: only the table is wanted */
#define IVRS_HOST_NO_GROUPS \
	0x2u /**< leave sysfs's IOMMU groups out of the topology, so that a simulation predicts them */

/**
 * @brief Open a host.
 *
 * Names in a sysroot are followed inside of it: neither a link nor a `..` leads out. What isn't a regular file isn't read.
 * @param sysroot NULL or "/" for the running host; a directory, or a tar (gzip, bzip2, xz, lzma, zstd, lz4 or not compressed), with `sys/` and `proc/` as the kernel
 *	lays them out. A tar is kept in memory: 64 MiB and 200,000 members at the most, 1 MiB for a file that is no ACPI table
 * @param lspci a file of `lspci -xxx` text (or more x, with or without -v) to take the PCI functions from instead, 64 MiB and 16,384 functions at the most; NULL:
 *	from the sysroot. With it the groups and IOAPICs of the running host are left out, since the text may come from elsewhere; those of a captured host are kept
 * @param flags any of IVRS_HOST_NO_DEVICES, IVRS_HOST_NO_GROUPS
 * @param[out] host free it with ivrs_host_free()
 * @param[out] error at least ::IVRS_HOST_ERROR bytes: a line that names the file and what is wrong, "" on success; may be NULL
 * @return 0, -IVRS_E_IO, -IVRS_E_PCI (libpci failed, or the text isn't lspci's), -IVRS_E_ARCHIVE (absolute or ".." paths, damaged, too large), -IVRS_E_NOMEM,
 *	-IVRS_E_ARGUMENT. A host without IVRS or without PCI isn't an error.
 * @since 0.1
 */
int ivrs_host_open(const char *sysroot, const char *lspci, uint32_t flags, ivrs_host **host,
		   char *error);
#define IVRS_HOST_ERROR 512 /**< bytes of an error line */

/** @brief Free a host; NULL is allowed. @since 0.1 */
void ivrs_host_free(ivrs_host *host);
/**
 * @brief Bytes of the IVRS, for ivrs_table_parse().
 * @param host the host
 * @param[out] size their number; may be NULL
 * @return owned by the host; NULL when there is no IVRS or it can't be read, see ivrs_host_table_errno()
 * @since 0.1
 */
const void *ivrs_host_table(const ivrs_host *host, size_t *size);
/** @brief The file that ivrs_host_table() was read from (or would have been), for messages; owned by the host. @since 0.1 */
const char *ivrs_host_table_path(const ivrs_host *host);
/** @brief How reading the IVRS went. @return 0, or the errno number that it gave (ENOENT: there is none; EACCES: root is needed) @since 0.1 */
int ivrs_host_table_errno(const ivrs_host *host);
/** @brief True when the host has a DMAR, Intel's table. @since 0.1 */
bool ivrs_host_has_dmar(const ivrs_host *host);
/** @brief The devices; owned by the host; NULL when none are known. @since 0.1 */
const ivrs_topology *ivrs_host_topology(const ivrs_host *host);
/** @brief Kernel release (without newline), owned by the host; NULL unknown. @since 0.1 */
const char *ivrs_host_release(const ivrs_host *host);
/** @brief Kernel command line (without newline), owned by the host; NULL unknown. @since 0.1 */
const char *ivrs_host_cmdline(const ivrs_host *host);
/** @brief DMI field: "sys_vendor", "product_name", "board_vendor", "board_name", "board_version", "bios_vendor", "bios_version" or "bios_date"; owned by the host; NULL unknown. @since 0.1 */
const char *ivrs_host_dmi(const ivrs_host *host, const char *field);
/** @brief Lockdown state: "none", "integrity" or "confidentiality"; owned by the host; NULL unknown. @since 0.1 */
const char *ivrs_host_lockdown(const ivrs_host *host);
/**
 * @brief Name of a function from this machine's pci.ids: "Intel Corporation 82574L Gigabit Network Connection".
 *
 * A device that isn't in the list is "Intel Corporation 8086:10d3", a vendor that isn't "8086:10d3", a function that isn't in the topology "". The list is read
 * with the first call.
 * @param host the host
 * @param sbdf the function
 * @param[out] name at most @p size bytes with a NUL
 * @param size bytes of @p name
 * @since 0.1
 */
void ivrs_host_device_name(ivrs_host *host, ivrs_sbdf_t sbdf, char *name, size_t size);
/** @brief The kernel's own reserved_regions of a group, text as in sysfs; owned by the host; NULL unknown. Never an input of a simulation. @since 0.1 */
const char *ivrs_host_reserved_regions(const ivrs_host *host, uint32_t group);
/** @brief The kernel's own default domain type of a group, as in sysfs; owned by the host; NULL unknown. @since 0.1 */
const char *ivrs_host_group_type(const ivrs_host *host, uint32_t group);
/** @brief Number of groups that sysfs lists. @since 0.1 */
size_t ivrs_host_group_count(const ivrs_host *host);
/** @brief Id of group @p index, ascending; ::IVRS_NO_GROUP when there is none. @since 0.1 */
uint32_t ivrs_host_group_id(const ivrs_host *host, size_t index);
/** @brief Number of notes: what could not be read, and why. At most 1000; the last one then says how many more there were. @since 0.1 */
size_t ivrs_host_note_count(const ivrs_host *host);
/** @brief Note @p index, one line; owned by the host; NULL when there is none. @since 0.1 */
const char *ivrs_host_note(const ivrs_host *host, size_t index);

/**
 * @brief Read a whole file, bounded, for tables and dumps.
 * @param path a file, or "-" for standard input; a pipe is read to its end, a directory is an error
 * @param limit bytes at the most
 * @param[out] bytes to be freed with free(); never NULL on success
 * @param[out] size their number
 * @param[out] error as in ivrs_host_open()
 * @return 0, -IVRS_E_IO, -IVRS_E_TOO_LARGE, -IVRS_E_NOMEM, -IVRS_E_ARGUMENT
 * @since 0.1
 */
int ivrs_host_read_file(const char *path, size_t limit, void **bytes, size_t *size, char *error);

/**
 * @brief A kernel by its image: the release it names, and the rules that its own strings tell.
 *
 * Distributions backport, so the image is better evidence than the release: rule "require-direct" holds when the refusal's text is in it,
 * the rules "relax-unity-option", "relax-devices-option" and "relax-blanket" when the strings of the kernel-patch series are. The other rules are those of the release.
 * @param path a bzImage (gzip, xz, zstd, lz4, lzma, bzip2 or not compressed) or a vmlinux, compressed or not; 256 MiB at the most, packed and unpacked
 * @param[out] kernel free it with ivrs_kernel_free()
 * @param[out] evidence one line that says what was found where; at most @p size bytes with a NUL; may be NULL
 * @param size bytes of @p evidence
 * @param[out] error as in ivrs_host_open()
 * @return 0, -IVRS_E_IO, -IVRS_E_TOO_LARGE, -IVRS_E_SIGNATURE (no kernel image), -IVRS_E_ARCHIVE (damaged, or compressed in a way that isn't known),
 *	-IVRS_E_KERNEL (no release in it, or no AMD IOMMU driver), -IVRS_E_NOMEM, -IVRS_E_ARGUMENT
 * @since 0.1
 */
int ivrs_host_probe_image(const char *path, ivrs_kernel **kernel, char *evidence, size_t size,
			  char *error);

/**
 * @brief Image of the kernel that runs on the host, if it lies where distributions put it (boot/vmlinuz-RELEASE, lib/modules/RELEASE/vmlinuz) and can be read.
 * @param host the host
 * @param[out] path its name for ivrs_host_probe_image(); "" on failure
 * @param size bytes of @p path
 * @return 0, -IVRS_E_NOT_FOUND (also for a tar), -IVRS_E_NOMEM, -IVRS_E_ARGUMENT
 * @since 0.1
 */
int ivrs_host_find_image(const ivrs_host *host, char *path, size_t size);

#ifdef __cplusplus
}
#endif
#endif
