/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file version.h
 * @brief Version of the library: the compiled-in one as macros, the loaded one as functions.
 *
 * @par Threads
 * All functions of this header may be called from any thread at any time.
 */
#ifndef LIBIVRS_VERSION_H
#define LIBIVRS_VERSION_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define IVRS_VERSION_MAJOR 0 /**< grows when a program has to be changed */
#define IVRS_VERSION_MINOR 1 /**< grows when something is added */
#define IVRS_VERSION_PATCH 0 /**< grows when something is mended */
/** Version as one comparable number: major<<16 | minor<<8 | patch. */
#define IVRS_VERSION_NUMBER \
	(IVRS_VERSION_MAJOR << 16 | IVRS_VERSION_MINOR << 8 | IVRS_VERSION_PATCH)
#define IVRS_VERSION_STRING "0.1.0" /**< "major.minor.patch" */

/**
 * @brief Version of the library that is loaded.
 * @return a static string, "0.1.0"; compare it with ::IVRS_VERSION_STRING to find a stale library
 * @since 0.1
 */
const char *ivrs_version_string(void);

/**
 * @brief Version of the library that is loaded, as a number.
 * @return major<<16 | minor<<8 | patch, like ::IVRS_VERSION_NUMBER
 * @since 0.1
 */
uint32_t ivrs_version_number(void);

#ifdef __cplusplus
}
#endif
#endif
