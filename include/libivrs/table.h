/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file table.h
 * @brief The ACPI table IVRS (I/O Virtualization Reporting Structure), read and never repaired.
 *
 * All numbers are as they stand in the table (little endian, decoded). Offsets are bytes from the start of the table.
 * The layout is that of the AMD I/O Virtualization Technology (IOMMU) Specification 48882, chapter 5; where a comment names
 * a rule of Linux by a number (SPEC A4), docs/kernel-rules.md has the rule.
 *
 * @par Objects
 * A table, an IVHD and an IVMD are immutable and reference counted: each ref or getter that says "a new reference" is matched by one
 * unref. Every child (IVHD, IVMD) holds a reference to its table, so the order in which they are released doesn't matter.
 * Strings and bytes are owned by the table. Handles must not be NULL where nothing else is said. Blocks, IVHDs, IVMDs and entries
 * are addressed by index from 0; past the end a getter gives 0, false or an empty text.
 *
 * @par Threads
 * Everything in this header may be called from any thread: tables and their children may be shared. Only a report, where one is
 * given, belongs to one thread at a time, and a topology or kernel must not be changed meanwhile.
 */
#ifndef LIBIVRS_TABLE_H
#define LIBIVRS_TABLE_H

#include <libivrs/report.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ivrs_table ivrs_table; /**< a whole IVRS */
typedef struct ivrs_ivhd
	ivrs_ivhd; /**< an I/O Virtualization Hardware Definition block: one IOMMU */
typedef struct ivrs_ivmd
	ivrs_ivmd; /**< an I/O Virtualization Memory Definition block: one range of memory */

struct ivrs_topology; /* topology.h */
struct ivrs_kernel;   /* kernel.h */

/** PCI segment<<16 | bus<<8 | device<<3 | function. The low 16 bits are the device id (devid) of the IVRS. */
typedef uint32_t ivrs_sbdf_t;

#define IVRS_TABLE_LIMIT (64u << 20) /**< largest table that is accepted, in bytes */
#define IVRS_SBDF_TEXT 13	     /**< bytes of a formatted SBDF, "0000:00:00.0" and its NUL */

/** Read as far as the bytes allow, as the kernel does, instead of failing at the first malformed block. */
#define IVRS_PARSE_LENIENT 0x1u

/** Block types. Anything else is kept by number and bytes. */
enum ivrs_block_type {
	IVRS_BLOCK_IVHD_10 = 0x10,    /**< IVHD, 24-byte header */
	IVRS_BLOCK_IVHD_11 = 0x11,    /**< IVHD with a copy of the extended feature register */
	IVRS_BLOCK_IVHD_40 = 0x40,    /**< IVHD that may hold ACPI HID entries */
	IVRS_BLOCK_IVMD_ALL = 0x20,   /**< IVMD for all devices */
	IVRS_BLOCK_IVMD_ONE = 0x21,   /**< IVMD for one device */
	IVRS_BLOCK_IVMD_RANGE = 0x22, /**< IVMD for a range of devices */
	IVRS_BLOCK_IVMD_REL_ALL =
		0x50, /**< IVMD for all devices of the IVHD 40h before it; ignored by Linux */
	IVRS_BLOCK_IVMD_REL_ONE =
		0x51, /**< IVMD for one device of the IVHD 40h before it; ignored by Linux */
};

/** IVinfo bits. */
enum ivrs_ivinfo {
	IVRS_IVINFO_EFRSUP = 0x1, /**< the extended features in the IVHD are valid */
	IVRS_IVINFO_DMA_REMAP =
		0x2, /**< pre-boot DMA protection was on when the firmware handed over */
	IVRS_IVINFO_HTATSRESV =
		0x400000, /**< ATS responses for the HyperTransport range are reserved */
};

/** IVMD flags. */
enum ivrs_ivmd_flag {
	IVRS_IVMD_UNITY = 0x1,	   /**< map one to one */
	IVRS_IVMD_READ = 0x2,	   /**< IR, device may read */
	IVRS_IVMD_WRITE = 0x4,	   /**< IW, device may write */
	IVRS_IVMD_EXCLUSION = 0x8, /**< exclusion range; Linux makes it a read/write unity map */
};

/** Device entry types of an IVHD. */
enum ivrs_entry_type {
	IVRS_ENTRY_PAD = 0x00,	       /**< four bytes of padding */
	IVRS_ENTRY_ALL = 0x01,	       /**< all devices */
	IVRS_ENTRY_SELECT = 0x02,      /**< one device */
	IVRS_ENTRY_START = 0x03,       /**< start of a range */
	IVRS_ENTRY_END = 0x04,	       /**< end of a range, inclusive */
	IVRS_ENTRY_ALIAS = 0x42,       /**< one device that uses the id of another */
	IVRS_ENTRY_ALIAS_START = 0x43, /**< start of a range that uses the id of one device */
	IVRS_ENTRY_EXT_SELECT = 0x46,  /**< one device, with extended setting */
	IVRS_ENTRY_EXT_START = 0x47,   /**< start of a range, with extended setting */
	IVRS_ENTRY_SPECIAL = 0x48,     /**< IOAPIC or HPET */
	IVRS_ENTRY_ACPI_HID = 0xf0,    /**< a device that only ACPI names */
};

/**
 * @brief Read an IVRS from bytes: a binary table, or the text that acpidump prints (its first IVRS is taken).
 *
 * The bytes are copied; nothing keeps pointing at @p bytes. A binary table may be followed by more bytes than its length
 * field says: they are kept, because the kernel may read them, and reported.
 *
 * @param bytes the bytes; may be anything, they are not trusted
 * @param size their number, 0..::IVRS_TABLE_LIMIT
 * @param flags 0 or ::IVRS_PARSE_LENIENT
 * @param report gets a finding for each thing wrong, with its offset; may be NULL
 * @param[out] table a new reference; release it with ivrs_table_unref()
 * @return 0; -IVRS_E_SIGNATURE, -IVRS_E_TRUNCATED, -IVRS_E_MALFORMED, -IVRS_E_SYNTAX (a damaged dump),
 *	-IVRS_E_TOO_LARGE, -IVRS_E_NOMEM, -IVRS_E_ARGUMENT. With ::IVRS_PARSE_LENIENT malformed blocks don't fail; a missing or
 *	cut header and a length field beyond the bytes still do.
 * @since 0.1
 */
int ivrs_table_parse(const void *bytes, size_t size, uint32_t flags, ivrs_report *report,
		     ivrs_table **table);

/** @brief Take one more reference. @param table not NULL @return @p table @since 0.1 */
ivrs_table *ivrs_table_ref(ivrs_table *table);

/** @brief Drop a reference; the last one frees the table. NULL is allowed. @since 0.1 */
void ivrs_table_unref(ivrs_table *table);

/**
 * @brief All bytes that were given, also those past the length field; of an acpidump text the bytes that it stands for.
 * @param table the table
 * @param[out] size their number; may be NULL
 * @return the bytes, owned by the table; never NULL
 * @since 0.1
 */
const uint8_t *ivrs_table_bytes(const ivrs_table *table, size_t *size);

/** @brief False when a lenient parse met something that a strict one refuses. @since 0.1 */
bool ivrs_table_well_formed(const ivrs_table *table);

/** @brief The length field of the header (offset 4), in bytes: 48 or more, and not more than there are. @since 0.1 */
uint32_t ivrs_table_length(const ivrs_table *table);
/** @brief The revision (offset 8). Linux doesn't look at it (SPEC A1.6). @since 0.1 */
uint8_t ivrs_table_revision(const ivrs_table *table);
/** @brief The checksum byte (offset 9). @since 0.1 */
uint8_t ivrs_table_checksum(const ivrs_table *table);
/** @brief True when the bytes of the table, up to its length field, sum to 0 modulo 256. Linux refuses it otherwise (SPEC A1.5). @since 0.1 */
bool ivrs_table_checksum_valid(const ivrs_table *table);
/** @brief OEM id (offset 10), 6 bytes, without trailing blanks, unprintable bytes as '?'; owned by the table. @since 0.1 */
const char *ivrs_table_oem_id(const ivrs_table *table);
/** @brief OEM table id (offset 16), 8 bytes, likewise; owned by the table. @since 0.1 */
const char *ivrs_table_oem_table_id(const ivrs_table *table);
/** @brief OEM revision (offset 24). An override must have a greater one (SPEC A1.9). @since 0.1 */
uint32_t ivrs_table_oem_revision(const ivrs_table *table);
/** @brief Creator id (offset 28), 4 bytes, likewise; owned by the table. @since 0.1 */
const char *ivrs_table_creator_id(const ivrs_table *table);
/** @brief Creator revision (offset 32). @since 0.1 */
uint32_t ivrs_table_creator_revision(const ivrs_table *table);
/** @brief IVinfo (offset 36), see ::ivrs_ivinfo for its flags. Bits 7:5 are GVAsize, 14:8 PAsize, 21:15 VAsize. @since 0.1 */
uint32_t ivrs_table_ivinfo(const ivrs_table *table);

/** @brief Number of blocks, of any type, in table order. @since 0.1 */
size_t ivrs_table_block_count(const ivrs_table *table);
/** @brief Offset of block @p index, 48 or more; 0 when there is none. @since 0.1 */
uint32_t ivrs_table_block_offset(const ivrs_table *table, size_t index);
/** @brief Type number of block @p index; 0 when there is none. @since 0.1 */
uint8_t ivrs_table_block_type(const ivrs_table *table, size_t index);
/** @brief The byte after the type: flags of block @p index; 0 when there is none. @since 0.1 */
uint8_t ivrs_table_block_flags(const ivrs_table *table, size_t index);
/** @brief Length field of block @p index, in bytes; may reach past the table, or be 0, after a lenient parse. @since 0.1 */
uint16_t ivrs_table_block_length(const ivrs_table *table, size_t index);
/** @brief Short name of a block type, a static string: "IVHD", "IVMD", or "unknown". @since 0.1 */
const char *ivrs_block_type_name(uint8_t block_type);

/** @brief Number of IVHD blocks (10h, 11h, 40h). @since 0.1 */
size_t ivrs_table_ivhd_count(const ivrs_table *table);
/**
 * @brief An IVHD, counted among the IVHD blocks in table order.
 * @param table the table
 * @param index 0..ivrs_table_ivhd_count() - 1
 * @param[out] ivhd a new reference that keeps the table alive; release it with ivrs_ivhd_unref()
 * @return 0, -IVRS_E_NOT_FOUND, -IVRS_E_NOMEM, -IVRS_E_ARGUMENT
 * @since 0.1
 */
int ivrs_table_ivhd(ivrs_table *table, size_t index, ivrs_ivhd **ivhd);
/** @brief Take one more reference. @param ivhd not NULL @return @p ivhd @since 0.1 */
ivrs_ivhd *ivrs_ivhd_ref(ivrs_ivhd *ivhd);
/** @brief Drop a reference; NULL is allowed. @since 0.1 */
void ivrs_ivhd_unref(ivrs_ivhd *ivhd);
/** @brief Index of this block among all blocks of the table. @since 0.1 */
uint32_t ivrs_ivhd_block_index(const ivrs_ivhd *ivhd);
/** @brief Offset of the block in the table, in bytes. @since 0.1 */
uint32_t ivrs_ivhd_offset(const ivrs_ivhd *ivhd);
/** @brief 0x10, 0x11 or 0x40. @since 0.1 */
uint8_t ivrs_ivhd_block_type(const ivrs_ivhd *ivhd);
/** @brief Flags (HtTunEn, PassPW, ResPassPW, Isoc, IotlbSup, Coherent, PreFSup, PPRSup from bit 0). @since 0.1 */
uint8_t ivrs_ivhd_flags(const ivrs_ivhd *ivhd);
/** @brief Length field of the block, in bytes, entries included. @since 0.1 */
uint16_t ivrs_ivhd_length(const ivrs_ivhd *ivhd);
/** @brief Device id of the IOMMU itself (bus<<8 | device<<3 | function). @since 0.1 */
uint16_t ivrs_ivhd_devid(const ivrs_ivhd *ivhd);
/** @brief Offset of the IOMMU's capability block in its configuration space. @since 0.1 */
uint16_t ivrs_ivhd_capability(const ivrs_ivhd *ivhd);
/** @brief Base address of the control registers, a physical address in bytes. @since 0.1 */
uint64_t ivrs_ivhd_base(const ivrs_ivhd *ivhd);
/** @brief PCI segment of the IOMMU and of the devices it lists. @since 0.1 */
uint16_t ivrs_ivhd_segment(const ivrs_ivhd *ivhd);
/** @brief IOMMU info field (MSI number 4:0, unit id 12:8). @since 0.1 */
uint16_t ivrs_ivhd_info(const ivrs_ivhd *ivhd);
/** @brief Feature reporting (10h) or attributes (11h, 40h) field. @since 0.1 */
uint32_t ivrs_ivhd_attributes(const ivrs_ivhd *ivhd);
/** @brief Copy of the extended feature register; 0 in a 10h block. @since 0.1 */
uint64_t ivrs_ivhd_efr(const ivrs_ivhd *ivhd);
/** @brief Copy of the extended feature register 2; 0 in a 10h block. @since 0.1 */
uint64_t ivrs_ivhd_efr2(const ivrs_ivhd *ivhd);
/** @brief Number of device entries, padding included. @since 0.1 */
size_t ivrs_ivhd_entry_count(const ivrs_ivhd *ivhd);
/** @brief Offset of entry @p index in the table; 0 when there is none. @since 0.1 */
uint32_t ivrs_ivhd_entry_offset(const ivrs_ivhd *ivhd, size_t index);
/** @brief Type of entry @p index, see ::ivrs_entry_type; unknown ones as they stand. @since 0.1 */
uint8_t ivrs_ivhd_entry_type(const ivrs_ivhd *ivhd, size_t index);
/** @brief Bytes of entry @p index by the kernel's rule (SPEC A4); 0 when there is none. @since 0.1 */
uint32_t ivrs_ivhd_entry_length(const ivrs_ivhd *ivhd, size_t index);
/** @brief Data setting byte of entry @p index; 0 when there is none. @since 0.1 */
uint8_t ivrs_ivhd_entry_flags(const ivrs_ivhd *ivhd, size_t index);
/** @brief Device id of entry @p index (48h: the source device id); 0 when it has none. @since 0.1 */
uint16_t ivrs_ivhd_entry_devid(const ivrs_ivhd *ivhd, size_t index);
/** @brief Device id that an entry 42h or 43h gives as alias, else 0. @since 0.1 */
uint16_t ivrs_ivhd_entry_alias(const ivrs_ivhd *ivhd, size_t index);
/** @brief Extended data setting of an entry 46h or 47h, else 0. @since 0.1 */
uint32_t ivrs_ivhd_entry_extended(const ivrs_ivhd *ivhd, size_t index);
/** @brief Handle (IOAPIC id or HPET number) of an entry 48h, else 0. @since 0.1 */
uint8_t ivrs_ivhd_entry_handle(const ivrs_ivhd *ivhd, size_t index);
/** @brief Variety of an entry 48h: 1 IOAPIC, 2 HPET; else 0. @since 0.1 */
uint8_t ivrs_ivhd_entry_variety(const ivrs_ivhd *ivhd, size_t index);
/**
 * @brief ACPI hardware id of an entry F0h.
 * @param ivhd the block
 * @param index 0..ivrs_ivhd_entry_count() - 1
 * @param[out] hid 9 bytes: up to 8 characters, unprintable ones as '?', and a NUL; empty for other entries
 * @since 0.1
 */
void ivrs_ivhd_entry_hid(const ivrs_ivhd *ivhd, size_t index, char hid[9]);
/**
 * @brief ACPI compatible id of an entry F0h.
 * @param ivhd the block
 * @param index 0..ivrs_ivhd_entry_count() - 1
 * @param[out] cid as in ivrs_ivhd_entry_hid()
 * @since 0.1
 */
void ivrs_ivhd_entry_cid(const ivrs_ivhd *ivhd, size_t index, char cid[9]);
/** @brief Format of the unique id of an entry F0h: 0 none, 1 integer, 2 string; others as they stand. 0 for other entries. @since 0.1 */
uint8_t ivrs_ivhd_entry_uid_format(const ivrs_ivhd *ivhd, size_t index);
/**
 * @brief Unique id of an entry F0h as text: the string, or the integer in decimal. Empty for other entries.
 * @param ivhd the block
 * @param index 0..ivrs_ivhd_entry_count() - 1
 * @param[out] uid at most @p size bytes are written, always with a NUL when @p size > 0; may be NULL when it is 0
 * @param size bytes of @p uid; 256 is always enough
 * @return length of the whole text without the NUL
 * @since 0.1
 */
size_t ivrs_ivhd_entry_uid(const ivrs_ivhd *ivhd, size_t index, char *uid, size_t size);
/** @brief Name of an entry type ("select", "range-start", ...); "unknown" for others. A static string. @since 0.1 */
const char *ivrs_entry_type_name(uint8_t entry_type);

/** @brief Number of IVMD blocks (20h, 21h, 22h and the relative 50h, 51h). @since 0.1 */
size_t ivrs_table_ivmd_count(const ivrs_table *table);
/**
 * @brief An IVMD, counted among the IVMD blocks in table order: the number that unity maps carry.
 * @param table the table
 * @param index 0..ivrs_table_ivmd_count() - 1
 * @param[out] ivmd a new reference that keeps the table alive; release it with ivrs_ivmd_unref()
 * @return 0, -IVRS_E_NOT_FOUND, -IVRS_E_NOMEM, -IVRS_E_ARGUMENT
 * @since 0.1
 */
int ivrs_table_ivmd(ivrs_table *table, size_t index, ivrs_ivmd **ivmd);
/** @brief Take one more reference. @param ivmd not NULL @return @p ivmd @since 0.1 */
ivrs_ivmd *ivrs_ivmd_ref(ivrs_ivmd *ivmd);
/** @brief Drop a reference; NULL is allowed. @since 0.1 */
void ivrs_ivmd_unref(ivrs_ivmd *ivmd);
/** @brief Index of this block among all blocks of the table. @since 0.1 */
uint32_t ivrs_ivmd_block_index(const ivrs_ivmd *ivmd);
/** @brief Offset of the block in the table, in bytes. @since 0.1 */
uint32_t ivrs_ivmd_offset(const ivrs_ivmd *ivmd);
/** @brief 0x20, 0x21, 0x22, 0x50 or 0x51. @since 0.1 */
uint8_t ivrs_ivmd_block_type(const ivrs_ivmd *ivmd);
/** @brief Flags, see ::ivrs_ivmd_flag. @since 0.1 */
uint8_t ivrs_ivmd_flags(const ivrs_ivmd *ivmd);
/** @brief Length field of the block, in bytes; 32 in a well-formed one. @since 0.1 */
uint16_t ivrs_ivmd_length(const ivrs_ivmd *ivmd);
/** @brief Device id field: the device of a 21h, the first one of a 22h. @since 0.1 */
uint16_t ivrs_ivmd_devid(const ivrs_ivmd *ivmd);
/** @brief Auxiliary data field: the last device of a 22h. @since 0.1 */
uint16_t ivrs_ivmd_aux(const ivrs_ivmd *ivmd);
/** @brief 16 bits at offset 8, the PCI segment for Linux 6.0 and later (SPEC A5.2). @since 0.1 */
uint16_t ivrs_ivmd_segment(const ivrs_ivmd *ivmd);
/** @brief The 6 reserved bytes at offset 10, little endian. @since 0.1 */
uint64_t ivrs_ivmd_reserved(const ivrs_ivmd *ivmd);
/** @brief Start of the memory, a physical address in bytes, as it stands; Linux rounds it up to a page (SPEC A6.5). @since 0.1 */
uint64_t ivrs_ivmd_start(const ivrs_ivmd *ivmd);
/** @brief Length of the memory, in bytes, as it stands; Linux rounds it up to a page (SPEC A6.5). @since 0.1 */
uint64_t ivrs_ivmd_memory_length(const ivrs_ivmd *ivmd);

/**
 * @brief Judge a table: the findings of what Linux makes of it, and of what the specification forbids.
 * @param table parsed leniently or strictly
 * @param topology the PCI functions of the host; NULL: only what the table alone shows
 * @param kernel whose rules decide the severity; NULL: the newest that is known
 * @param report gets the findings, those of the parser included; not NULL
 * @return 0 also when there are findings; -IVRS_E_NOMEM, -IVRS_E_ARGUMENT
 * @since 0.1
 */
int ivrs_table_check(ivrs_table *table, const struct ivrs_topology *topology,
		     const struct ivrs_kernel *kernel, ivrs_report *report);

/**
 * @brief Read the name of a device.
 * @param text "[SEGMENT:]BUS:DEV.FN", hexadecimal, as lspci prints it
 * @param[out] sbdf the device; segment 0 when none is given
 * @return 0, -IVRS_E_SYNTAX, -IVRS_E_ARGUMENT
 * @since 0.1
 */
int ivrs_sbdf_parse(const char *text, ivrs_sbdf_t *sbdf);

/**
 * @brief Read the name of a device or of a range of devices.
 * @param text "A" or "A-B", each as in ivrs_sbdf_parse(); B may leave out the segment (A's is meant)
 * @param[out] first the first device
 * @param[out] last the last device, inclusive; equal to @p first for a single one
 * @return 0, -IVRS_E_SYNTAX (also when the segments differ or B comes before A), -IVRS_E_ARGUMENT
 * @since 0.1
 */
int ivrs_sbdf_parse_range(const char *text, ivrs_sbdf_t *first, ivrs_sbdf_t *last);

/**
 * @brief Write a device as "ssss:bb:dd.f", hexadecimal.
 * @param sbdf the device
 * @param[out] text ::IVRS_SBDF_TEXT bytes
 * @since 0.1
 */
void ivrs_sbdf_format(ivrs_sbdf_t sbdf, char text[IVRS_SBDF_TEXT]);

#ifdef __cplusplus
}
#endif
#endif
