/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef LIBIVRS_ACPIDUMP_H
#define LIBIVRS_ACPIDUMP_H

#include "cursor.h"

/* Whether the bytes are text rather than a binary table. */
bool acpidump_is_text(struct cursor text);
/* The bytes of the first IVRS of a dump, in memory of their own that the caller frees. Offsets of its findings count in the text. */
int acpidump_decode(struct cursor text, ivrs_report *report, uint8_t **bytes, size_t *size);

#endif
