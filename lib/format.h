/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Offsets and sizes of the IVRS (AMD 48882, chapter 5; SPEC A1.7, A2.6, A4, A6.1). */
#ifndef LIBIVRS_FORMAT_H
#define LIBIVRS_FORMAT_H

enum table_layout {
	ACPI_LENGTH = 4,
	ACPI_REVISION = 8,
	ACPI_CHECKSUM = 9,
	ACPI_OEM_ID = 10,
	ACPI_OEM_TABLE_ID = 16,
	ACPI_OEM_REVISION = 24,
	ACPI_CREATOR_ID = 28,
	ACPI_CREATOR_REVISION = 32,
	ACPI_HEADER_SIZE = 36,
	IVRS_IVINFO = 36,
	IVRS_HEADER_SIZE = 48,
};

enum block_layout {
	BLOCK_TYPE = 0,
	BLOCK_FLAGS = 1,
	BLOCK_LENGTH = 2,
	BLOCK_DEVID = 4,
	BLOCK_HEADER_SIZE = 4, /* what every block has, of whatever type */
};

enum ivhd_layout {
	IVHD_CAPABILITY = 6,
	IVHD_BASE = 8,
	IVHD_SEGMENT = 16,
	IVHD_INFO = 18,
	IVHD_ATTRIBUTES = 20,
	IVHD_EFR = 24,
	IVHD_EFR2 = 32,
	IVHD_10_SIZE = 24,
	IVHD_11_SIZE = 40,
};

enum entry_layout {
	ENTRY_TYPE = 0,
	ENTRY_DEVID = 1,
	ENTRY_FLAGS = 3,
	ENTRY_HANDLE = 4,
	ENTRY_EXTENDED = 4,
	ENTRY_SECOND_DEVID = 5, /* alias target, or the source of a special device */
	ENTRY_VARIETY = 7,
	ENTRY_HID = 4,
	ENTRY_CID = 12,
	ENTRY_UID_FORMAT = 20,
	ENTRY_UID_LENGTH = 21,
	ENTRY_UID = 22,
	ENTRY_ID_SIZE = 8,
};

enum uid_format { UID_NONE, UID_INTEGER, UID_STRING };

enum ivmd_layout {
	IVMD_AUX = 6,
	IVMD_SEGMENT = 8,
	IVMD_RESERVED = 10,
	IVMD_START = 16,
	IVMD_MEMORY_LENGTH = 24,
	IVMD_SIZE = 32,
};

#endif
