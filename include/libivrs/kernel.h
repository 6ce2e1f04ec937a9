/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file kernel.h
 * @brief Whose rules are simulated: a kernel release, its command line, and what was found in its image.
 *
 * The rules that differ between releases have names ("require-direct"); a rule set gives each a value. A release string
 * selects a rule set; evidence from the kernel image may override single rules, because distributions backport.
 *
 * @par Objects
 * A kernel is made with ivrs_kernel_new() and freed with ivrs_kernel_free(); it must not be NULL where nothing else is said. A simulation
 * copies it. Rule sets and rules are addressed by index from 0; past the end a getter gives NULL or false. Their texts are
 * static; those of a kernel are owned by it and valid until it is changed.
 *
 * @par Threads
 * A kernel belongs to one thread while it is changed; after that any number of threads may read it. The functions about rule
 * sets and rules may be called from any thread.
 */
#ifndef LIBIVRS_KERNEL_H
#define LIBIVRS_KERNEL_H

#include <libivrs/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A kernel release, its command line, and evidence from its image. */
typedef struct ivrs_kernel ivrs_kernel;

/** @brief Number of rule sets known, oldest first. @since 0.1 */
size_t ivrs_ruleset_count(void);
/** @brief Name of a rule set, "linux-6.12"; NULL when there is none. @since 0.1 */
const char *ivrs_ruleset_name(size_t ruleset);
/** @brief First release the rule set is for, "6.12"; NULL when there is none. @since 0.1 */
const char *ivrs_ruleset_since(size_t ruleset);
/** @brief True when the rule set was measured on a running kernel, false when it was only read. @since 0.1 */
bool ivrs_ruleset_measured(size_t ruleset);
/** @brief On what the rule set rests, one line; NULL when there is none. @since 0.1 */
const char *ivrs_ruleset_basis(size_t ruleset);
/** @brief Number of rules that differ between rule sets. @since 0.1 */
size_t ivrs_rule_count(void);
/** @brief Name of a rule, "require-direct"; NULL when there is none. @since 0.1 */
const char *ivrs_rule_name(size_t rule);
/** @brief What the rule says, one line, with its SPEC number; NULL when there is none. @since 0.1 */
const char *ivrs_rule_text(size_t rule);
/** @brief True when the rule holds in a rule set. @since 0.1 */
bool ivrs_ruleset_has(size_t ruleset, size_t rule);

/**
 * @brief A kernel by its release.
 * @param release what `uname -r` prints ("6.12.117+deb12-amd64") or its beginning ("6.1"); NULL: the newest known
 * @param[out] kernel free it with ivrs_kernel_free()
 * @return 0; -IVRS_E_KERNEL when the text doesn't begin with a version number; -IVRS_E_NOMEM, -IVRS_E_ARGUMENT.
 *	A release older or newer than all rule sets gets the nearest one, see ivrs_kernel_exact().
 * @since 0.1
 */
int ivrs_kernel_new(const char *release, ivrs_kernel **kernel);
/** @brief Free a kernel; NULL is allowed. @since 0.1 */
void ivrs_kernel_free(ivrs_kernel *kernel);
/**
 * @brief Set the kernel command line (default: empty). Options that Linux doesn't know are ignored as it ignores them.
 * @param kernel the kernel
 * @param cmdline the text of /proc/cmdline, copied; less than 64 KiB
 * @return 0, -IVRS_E_NOMEM, -IVRS_E_TOO_LARGE, -IVRS_E_ARGUMENT
 * @since 0.1
 */
int ivrs_kernel_set_cmdline(ivrs_kernel *kernel, const char *cmdline);
/**
 * @brief Override one rule by evidence, say from the kernel's image.
 * @param kernel the kernel
 * @param rule a name as ivrs_rule_name() gives it
 * @param holds whether the rule holds for this kernel
 * @return 0, -IVRS_E_NOT_FOUND (no such rule), -IVRS_E_NOMEM, -IVRS_E_ARGUMENT
 * @since 0.1
 */
int ivrs_kernel_set_rule(ivrs_kernel *kernel, const char *rule, bool holds);
/** @brief True when a rule holds for this kernel; false also for an unknown name. @since 0.1 */
bool ivrs_kernel_has_rule(const ivrs_kernel *kernel, const char *rule);
/** @brief The release as given, or the rule set's first release; owned by the kernel. @since 0.1 */
const char *ivrs_kernel_release(const ivrs_kernel *kernel);
/** @brief Index of the rule set in force. @since 0.1 */
size_t ivrs_kernel_ruleset(const ivrs_kernel *kernel);
/** @brief The command line as set, owned by the kernel. @since 0.1 */
const char *ivrs_kernel_cmdline(const ivrs_kernel *kernel);
/** @brief False when the release lies outside the range of releases whose rules are known. @since 0.1 */
bool ivrs_kernel_exact(const ivrs_kernel *kernel);
/** @brief True when the command line switches the AMD IOMMU off (SPEC A1.2, A1.3). @since 0.1 */
bool ivrs_kernel_iommu_off(const ivrs_kernel *kernel);
/**
 * @brief The relaxation that the command line asks for, if the kernel has its option: "unity", "devices=LIST" or "none".
 * A faulty list counts as the patched kernel takes it: good entries only, 32 at the most.
 *
 * It can be given to ivrs_simulate() as it is. Whether the kernel has the option
 * is told by the rules relax-unity-option and relax-devices-option; the rule relax-blanket makes it "blanket", or adds
 * "+blanket" to a list.
 * @return the text, owned by the kernel, valid until it is changed; never NULL for a kernel
 * @since 0.1
 */
const char *ivrs_kernel_relax(const ivrs_kernel *kernel);

#ifdef __cplusplus
}
#endif
#endif
