/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file status.h
 * @brief What a function of libivrs returns when it can't do its work.
 *
 * Every function that can fail returns 0 or a negated ::ivrs_status; its output is the last argument and is NULL (or 0)
 * after a failure. No function of this library prints, reads a file, keeps global state or ends the process.
 *
 * @par Threads
 * All functions of this header may be called from any thread at any time.
 */
#ifndef LIBIVRS_STATUS_H
#define LIBIVRS_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Status codes; functions return them negated. A value never changes its meaning. */
enum ivrs_status {
	IVRS_OK = 0,	      /**< success */
	IVRS_E_NOMEM = 1,     /**< out of memory */
	IVRS_E_ARGUMENT = 2,  /**< an argument is NULL, out of range or of the wrong kind */
	IVRS_E_SYNTAX = 3,    /**< a text (device, relaxation, release) doesn't parse */
	IVRS_E_NOT_FOUND = 4, /**< no such device, index, rule or table */
	IVRS_E_EXISTS = 5,    /**< the device is there already */
	IVRS_E_TRUNCATED = 6, /**< the bytes end before the structure does */
	IVRS_E_SIGNATURE = 7, /**< not an IVRS: another signature, or no table at all */
	IVRS_E_MALFORMED = 8, /**< a length or an entry contradicts the structure around it */
	IVRS_E_TOO_LARGE = 9, /**< more bytes or items than the library accepts */
	IVRS_E_KERNEL = 10,   /**< the kernel release isn't one whose rules are known */
	IVRS_E_IO = 11,	      /**< a file can't be read (libivrs-host only) */
	IVRS_E_PCI = 12,      /**< libpci refused or failed (libivrs-host only) */
	IVRS_E_ARCHIVE = 13,  /**< a captured tar is damaged or unsafe (libivrs-host only) */
};

/**
 * @brief Name of a status.
 * @param status a status as returned, negated or not
 * @return a static string such as "IVRS_E_NOMEM"; "IVRS_E_UNKNOWN" for a number that is none. Never NULL.
 * @since 0.1
 */
const char *ivrs_status_name(int status);

/**
 * @brief One line for a person, without a full stop.
 * @param status a status as returned, negated or not
 * @return a static string; never NULL.
 * @since 0.1
 */
const char *ivrs_status_text(int status);

#ifdef __cplusplus
}
#endif
#endif
