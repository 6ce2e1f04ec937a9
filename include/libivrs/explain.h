/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file explain.h
 * @brief Why one device can or can't be passed through: the chain of causes, who else is hit, and the remedies.
 *
 * The texts are for people, in English, and may be worded otherwise in a later release; names of remedies and classes stay.
 *
 * @par Objects
 * An explanation is a plain copy: it outlives the simulation, topology and kernel it was made from. It is freed with
 * ivrs_explanation_free() and must not be NULL where nothing else is said. Texts are owned by it. Lists are addressed by index from 0;
 * past the end a getter gives NULL, 0 or ::IVRS_NONE.
 *
 * @par Threads
 * An explanation never changes: any number of threads may read it. ivrs_explain() may be called from any thread as long as nobody
 * changes the topology and the kernel meanwhile.
 */
#ifndef LIBIVRS_EXPLAIN_H
#define LIBIVRS_EXPLAIN_H

#include <libivrs/simulate.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Why a device can or can't be passed through. */
typedef struct ivrs_explanation ivrs_explanation;

/** Whom an IVMD is meant for, as far as its device ids tell. */
enum ivrs_ivmd_class {
	IVRS_IVMD_BLANKET =
		1, /**< every device, or a range over several buses: not about the card in the slot */
	IVRS_IVMD_BUS = 2,   /**< a range inside one bus */
	IVRS_IVMD_NAMED = 3, /**< names one device: meant for it, don't relax */
	IVRS_IVMD_IDLE = 4,  /**< matches nothing, or Linux ignores it */
};

/**
 * @brief Explain a device.
 * @param sim a simulation, made with a topology or without
 * @param device index of the device in @p sim
 * @param topology the one that @p sim was made with; NULL when there was none
 * @param kernel the one that @p sim was made with; NULL: the newest known
 * @param board_vendor DMI board vendor, for the BIOS's own name of a switch; may be NULL
 * @param lockdown true when the kernel is locked down: a table override is refused
 * @param[out] explanation free it with ivrs_explanation_free()
 * @return 0, -IVRS_E_NOT_FOUND, -IVRS_E_NOMEM, -IVRS_E_ARGUMENT
 * @since 0.1
 */
int ivrs_explain(const ivrs_sim *sim, size_t device, const ivrs_topology *topology,
		 const ivrs_kernel *kernel, const char *board_vendor, bool lockdown,
		 ivrs_explanation **explanation);
/** @brief Free an explanation; NULL is allowed. @since 0.1 */
void ivrs_explanation_free(ivrs_explanation *explanation);
/** @brief The verdict in one sentence. @since 0.1 */
const char *ivrs_explanation_summary(const ivrs_explanation *explanation);

/** @brief Number of IVMD blocks that reach the device or its group, or name the device without effect (class idle), in table order. @since 0.1 */
size_t ivrs_explanation_cause_count(const ivrs_explanation *explanation);
/** @brief Index of the IVMD of cause @p index; ::IVRS_NONE when there is none. @since 0.1 */
uint32_t ivrs_explanation_cause_ivmd(const ivrs_explanation *explanation, size_t index);
/** @brief Class of that IVMD, one of ::ivrs_ivmd_class. @since 0.1 */
uint32_t ivrs_explanation_cause_class(const ivrs_explanation *explanation, size_t index);
/** @brief SBDF of the member of the group that the IVMD reaches first (the device itself, or a bridge or sibling). @since 0.1 */
ivrs_sbdf_t ivrs_explanation_cause_device(const ivrs_explanation *explanation, size_t index);
/** @brief What the kernel makes of the block, one sentence. @since 0.1 */
const char *ivrs_explanation_cause_text(const ivrs_explanation *explanation, size_t index);
/** @brief Name of a class: "blanket", "bus", "named", "idle"; else "unknown". @since 0.1 */
const char *ivrs_ivmd_class_name(uint32_t ivmd_class);

/** @brief Number of steps of the chain from the table's bytes to the outcome. @since 0.1 */
size_t ivrs_explanation_step_count(const ivrs_explanation *explanation);
/** @brief Step @p index of the chain, one sentence; NULL when there is none. @since 0.1 */
const char *ivrs_explanation_step(const ivrs_explanation *explanation, size_t index);

/** @brief Number of other groups that the same IVMD blocks hit. @since 0.1 */
size_t ivrs_explanation_affected_count(const ivrs_explanation *explanation);
/** @brief Index in the simulation of affected group @p index; ::IVRS_NONE when there is none. @since 0.1 */
uint32_t ivrs_explanation_affected(const ivrs_explanation *explanation, size_t index);

/** @brief Number of warnings ("do not relax: ..."). @since 0.1 */
size_t ivrs_explanation_warning_count(const ivrs_explanation *explanation);
/** @brief Warning @p index, one sentence; NULL when there is none. @since 0.1 */
const char *ivrs_explanation_warning(const ivrs_explanation *explanation, size_t index);

/** @brief Number of things that people try and that don't help here. @since 0.1 */
size_t ivrs_explanation_useless_count(const ivrs_explanation *explanation);
/** @brief Useless thing @p index and why, one sentence; NULL when there is none. @since 0.1 */
const char *ivrs_explanation_useless(const ivrs_explanation *explanation, size_t index);

/** @brief Number of remedies that apply, cheapest first. @since 0.1 */
size_t ivrs_explanation_remedy_count(const ivrs_explanation *explanation);
/** @brief Stable name of remedy @p index ("bios-dma-protection"); NULL when there is none. @since 0.1 */
const char *ivrs_explanation_remedy_name(const ivrs_explanation *explanation, size_t index);
/** @brief What to do, one or two sentences. @since 0.1 */
const char *ivrs_explanation_remedy_text(const ivrs_explanation *explanation, size_t index);
/** @brief What it costs: security, effort, risk. @since 0.1 */
const char *ivrs_explanation_remedy_price(const ivrs_explanation *explanation, size_t index);

#ifdef __cplusplus
}
#endif
#endif
