/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file report.h
 * @brief Findings: what a parse or a check has to say about a table or a host.
 *
 * A finding has a stable code (printed IVRS-042), a severity, a byte offset where there is one, and a message of one line.
 * Codes are a registry (lib/findings.def): a code never changes its meaning, a retired one is not used again.
 *
 * @par Objects
 * A report is made with ivrs_report_new() and freed with ivrs_report_free(); it must not be NULL where nothing else is said. Findings are
 * addressed by index, from 0 to ivrs_report_count() - 1, in the order in which they were made. Strings are owned by the report and
 * valid until it is cleared, added to, or freed; those of the registry are static.
 *
 * @par Threads
 * A report belongs to one thread at a time. The functions about the registry of codes and severities may be called from any thread.
 */
#ifndef LIBIVRS_REPORT_H
#define LIBIVRS_REPORT_H

#include <libivrs/status.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ivrs_report
	ivrs_report; /**< a list of findings, in the order in which they were made */

/** How bad a finding is, by what Linux does about it. A larger number is worse; 0 is unknown. */
enum ivrs_severity {
	IVRS_SEVERITY_INFO =
		1, /**< worth knowing; also what the specification forbids and Linux doesn't mind */
	IVRS_SEVERITY_WRONG_MAPPING = 2, /**< Linux maps something else than the table means */
	IVRS_SEVERITY_BLOCKED = 3,	 /**< passthrough of a device or group is refused */
	IVRS_SEVERITY_IOMMU_LOST =
		4,		 /**< no IOMMU, no groups; devices may be cut off from memory */
	IVRS_SEVERITY_PANIC = 5, /**< the kernel may panic at boot */
	IVRS_SEVERITY_HANG = 6,	 /**< the boot never ends */
};

#define IVRS_NO_OFFSET UINT64_MAX /**< a finding that isn't about a byte of the table */
#define IVRS_NO_DEVICE UINT32_MAX /**< a finding that isn't about one device */
#define IVRS_REPORT_LIMIT \
	10000u /**< findings kept at the most; the rest is counted, see ivrs_report_dropped() */

/**
 * @brief Make an empty report.
 * @param[out] report the report; free it with ivrs_report_free()
 * @return 0, -IVRS_E_NOMEM or -IVRS_E_ARGUMENT
 * @since 0.1
 */
int ivrs_report_new(ivrs_report **report);

/** @brief Free a report and its strings; NULL is allowed. @since 0.1 */
void ivrs_report_free(ivrs_report *report);

/** @brief Forget all findings; the report can be used again. @since 0.1 */
void ivrs_report_clear(ivrs_report *report);

/** @brief Number of findings kept, at most ::IVRS_REPORT_LIMIT. @since 0.1 */
size_t ivrs_report_count(const ivrs_report *report);

/** @brief Number of findings that were not kept because of ::IVRS_REPORT_LIMIT or lack of memory. @since 0.1 */
size_t ivrs_report_dropped(const ivrs_report *report);

/** @brief Code of finding @p index (42 is printed IVRS-042); 0 when there is no such finding. @since 0.1 */
uint32_t ivrs_report_code(const ivrs_report *report, size_t index);

/** @brief Severity of finding @p index, one of ::ivrs_severity; 0 when there is no such finding. @since 0.1 */
uint32_t ivrs_report_severity(const ivrs_report *report, size_t index);

/** @brief Byte offset, from the start of the table, that finding @p index is about; ::IVRS_NO_OFFSET when it is about no byte, or there is no such finding. @since 0.1 */
uint64_t ivrs_report_offset(const ivrs_report *report, size_t index);

/** @brief Device (SBDF) that finding @p index is about; ::IVRS_NO_DEVICE when it is about no device, or there is no such finding. @since 0.1 */
uint32_t ivrs_report_device(const ivrs_report *report, size_t index);

/** @brief Message of finding @p index: one line, no full stop, owned by the report; NULL when there is none. @since 0.1 */
const char *ivrs_report_message(const ivrs_report *report, size_t index);

/** @brief Worst severity in the report, 0 when it is empty. @since 0.1 */
uint32_t ivrs_report_worst(const ivrs_report *report);

/** @brief Name of a severity: "info", "wrong-mapping", "blocked", "iommu-lost", "panic", "hang"; else "unknown". @since 0.1 */
const char *ivrs_severity_name(uint32_t severity);

/** @brief Number of codes in the registry. @since 0.1 */
size_t ivrs_finding_count(void);

/** @brief Code number @p index of the registry, in ascending order; 0 past the end. @since 0.1 */
uint32_t ivrs_finding_code(size_t index);

/** @brief Short stable name of a code ("block-length-zero"), or NULL for no code of the registry. @since 0.1 */
const char *ivrs_finding_name(uint32_t code);

/** @brief What a code means and where that rule comes from, a sentence or two; NULL for no code. @since 0.1 */
const char *ivrs_finding_text(uint32_t code);

/** @brief Usual severity of a code (a finding may be less severe on some kernels); 0 for no code. @since 0.1 */
uint32_t ivrs_finding_severity(uint32_t code);

#ifdef __cplusplus
}
#endif
#endif
