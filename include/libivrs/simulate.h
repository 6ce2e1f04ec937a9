/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file simulate.h
 * @brief What Linux makes of a table and a host: unity maps, reserved regions, and who may claim which IOMMU group.
 *
 * Groups are ordered by id, devices by address (PCI functions first, then ACPI devices). Lists of regions are made on
 * demand. Without a topology the devices are ranges of device ids that Linux treats alike (ivrs_sim_device_last() gives the
 * end of each), and each range is a group of its own. Numbers like SPEC A9.5 name a rule of docs/kernel-rules.md.
 *
 * @par Objects
 * A simulation and a list of regions are immutable and reference counted: each ref or getter that says "a new reference" is matched by
 * one unref. A simulation keeps its table alive and copies what it needs of topology and kernel; a list of regions outlives its
 * simulation. Groups, devices, members and regions are addressed by index from 0; past the end a getter gives 0, false, NULL or
 * ::IVRS_NONE. Texts are owned by the simulation; names of numbers are static.
 *
 * @par Threads
 * Simulations and lists of regions may be shared between threads, and everything in this header may be called from any
 * thread, as long as nobody changes the topology or the kernel during ivrs_simulate().
 */
#ifndef LIBIVRS_SIMULATE_H
#define LIBIVRS_SIMULATE_H

#include <libivrs/kernel.h>
#include <libivrs/topology.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ivrs_sim ivrs_sim;	  /**< the outcome of one simulation */
typedef struct ivrs_regions ivrs_regions; /**< a list of address ranges */

#define IVRS_SIM_AS_BOUND \
	0x1u /**< judge with the drivers bound now, not with everything bound to vfio-pci */
#define IVRS_SIM_IOMMUFD 0x2u /**< claim through the iommufd character device */
#define IVRS_SIM_COMPAT 0x4u  /**< claim through the legacy group with iommufd as the container */

#define IVRS_NONE UINT32_MAX /**< no such group, device or IVMD */

/** What has become of the IOMMU when the boot is over. */
enum ivrs_state {
	IVRS_STATE_READY = 1,	 /**< it works */
	IVRS_STATE_DISABLED = 2, /**< switched off on the command line */
	IVRS_STATE_ABSENT = 3,	 /**< there is no IVRS */
	IVRS_STATE_FAILED = 4,	 /**< the driver gives up while it starts */
	IVRS_STATE_LOST = 5, /**< it comes up and is unregistered: a direct mapping can't be made */
	IVRS_STATE_HANGS = 6,  /**< the boot never ends */
	IVRS_STATE_PANICS = 7, /**< the kernel panics */
};

/** Result of a claim. */
enum ivrs_claim {
	IVRS_CLAIM_OK = 1,	/**< VFIO gets the group */
	IVRS_CLAIM_REFUSED = 2, /**< it doesn't */
	IVRS_CLAIM_NOTHING = 3, /**< only bridges, or nothing that vfio-pci binds to */
};

/** Why a claim is refused. */
enum ivrs_reason {
	IVRS_REASON_REQUIRE_DIRECT = 1, /**< a member of the group needs a 1:1 mapping */
	IVRS_REASON_NO_IOMMU = 2,	/**< the devices have no IOMMU, or it isn't ready */
	IVRS_REASON_INTERRUPTS = 3,	/**< no interrupt remapping */
	IVRS_REASON_BUSY = 4,		/**< a member is bound to a driver that uses the DMA API */
	IVRS_REASON_NO_IOVA = 5,	/**< no address is left for the guest */
	IVRS_REASON_NO_INTERFACE =
		6, /**< this kernel doesn't have the VFIO interface that was asked for */
};

/** Kinds of regions, as sysfs names them. */
enum ivrs_region_kind {
	IVRS_REGION_DIRECT = 1,	   /**< direct */
	IVRS_REGION_RELAXABLE = 2, /**< direct-relaxable */
	IVRS_REGION_RESERVED = 3,  /**< reserved */
	IVRS_REGION_MSI = 4,	   /**< msi */
	IVRS_REGION_IOVA = 5,	   /**< a range that a guest may use */
};

/**
 * @brief Simulate one boot of one kernel with one relaxation.
 * @param table the IVRS (parse it leniently: the kernel is lenient); NULL: the host has none
 * @param topology the devices; NULL: answer in ranges of device ids
 * @param kernel whose rules; NULL: the newest known, empty command line
 * @param relax "none" (or NULL), "unity", "devices=LIST", "blanket" or "unchecked", or several joined by "+"; LIST is A[-B][,...] of devices
 * @param flags any of IVRS_SIM_AS_BOUND and one of IVRS_SIM_IOMMUFD, IVRS_SIM_COMPAT
 * @param[out] sim a new reference; release it with ivrs_sim_unref()
 * @return 0, -IVRS_E_SYNTAX (relax), -IVRS_E_NOMEM, -IVRS_E_ARGUMENT
 * @since 0.1
 */
int ivrs_simulate(ivrs_table *table, const ivrs_topology *topology, const ivrs_kernel *kernel,
		  const char *relax, uint32_t flags, ivrs_sim **sim);
/** @brief Take one more reference. @return @p sim @since 0.1 */
ivrs_sim *ivrs_sim_ref(ivrs_sim *sim);
/** @brief Drop a reference; NULL is allowed. The last one frees the simulation. @since 0.1 */
void ivrs_sim_unref(ivrs_sim *sim);

/** @brief State of the IOMMU, one of ::ivrs_state. @since 0.1 */
uint32_t ivrs_sim_state(const ivrs_sim *sim);
/** @brief Name of a state: "ready", "disabled", "absent", "failed", "lost", "hangs", "panics"; else "unknown". @since 0.1 */
const char *ivrs_state_name(uint32_t state);
/** @brief Why the state isn't ready, one line with what the kernel prints where it prints something; NULL when it is ready. @since 0.1 */
const char *ivrs_sim_message(const ivrs_sim *sim);
/** @brief Offset of the bytes that decide a state other than ready, or ::IVRS_NO_OFFSET. @since 0.1 */
uint64_t ivrs_sim_offset(const ivrs_sim *sim);
/** @brief Block type that the kernel takes for IVHDs (SPEC A2); 0 when it takes none. @since 0.1 */
uint8_t ivrs_sim_ivhd_type(const ivrs_sim *sim);
/** @brief True when interrupt remapping works (SPEC A4.2, A10.7). @since 0.1 */
bool ivrs_sim_interrupt_remapping(const ivrs_sim *sim);
/** @brief The relaxation as given, owned by the simulation. @since 0.1 */
const char *ivrs_sim_relax(const ivrs_sim *sim);
/** @brief True when devices are ranges of device ids, because there was no topology. @since 0.1 */
bool ivrs_sim_has_ranges(const ivrs_sim *sim);
/** @brief True when the groups were worked out by SPEC A9.1 and not read from sysfs. @since 0.1 */
bool ivrs_sim_groups_predicted(const ivrs_sim *sim);
/** @brief The table that was simulated, borrowed; NULL when there was none. @since 0.1 */
ivrs_table *ivrs_sim_table(const ivrs_sim *sim);

/** @brief Number of groups. @since 0.1 */
size_t ivrs_sim_group_count(const ivrs_sim *sim);
/** @brief Id of group @p group, as in /sys/kernel/iommu_groups; ::IVRS_NONE when there is none. @since 0.1 */
uint32_t ivrs_sim_group_id(const ivrs_sim *sim, size_t group);
/** @brief Number of members of a group. @since 0.1 */
size_t ivrs_sim_group_device_count(const ivrs_sim *sim, size_t group);
/** @brief Index (among the devices) of a member; members come in the order in which the kernel added them. ::IVRS_NONE when there is none. @since 0.1 */
uint32_t ivrs_sim_group_device(const ivrs_sim *sim, size_t group, size_t member);
/** @brief Default domain as sysfs `type` prints it: "DMA", "DMA-FQ", "identity"; NULL when there is none. @since 0.1 */
const char *ivrs_sim_group_domain(const ivrs_sim *sim, size_t group);
/** @brief Result of the claim, one of ::ivrs_claim; 0 when there is no such group. @since 0.1 */
uint32_t ivrs_sim_group_claim(const ivrs_sim *sim, size_t group);
/** @brief Reason of a refusal, one of ::ivrs_reason; 0 when it isn't refused. @since 0.1 */
uint32_t ivrs_sim_group_reason(const ivrs_sim *sim, size_t group);
/** @brief Linux errno number of a refusal (22 is EINVAL); 0 when it isn't refused. @since 0.1 */
uint32_t ivrs_sim_group_errno(const ivrs_sim *sim, size_t group);
/** @brief Call that fails, "VFIO_GROUP_SET_CONTAINER"; NULL when none does. @since 0.1 */
const char *ivrs_sim_group_step(const ivrs_sim *sim, size_t group);
/** @brief Index of the device that the refusal is about; ::IVRS_NONE when there is none. @since 0.1 */
uint32_t ivrs_sim_group_culprit(const ivrs_sim *sim, size_t group);
/**
 * @brief The line that the kernel logs for the refusal (SPEC A10.4).
 * @param sim the simulation
 * @param group index of the group
 * @param[out] text at most @p size bytes are written, with a NUL when @p size > 0
 * @param size bytes of @p text
 * @return length of the whole line without the NUL; 0 when it logs none
 * @since 0.1
 */
size_t ivrs_sim_group_kernel_message(const ivrs_sim *sim, size_t group, char *text, size_t size);
/**
 * @brief reserved_regions of a group, merged, ordered and bounded as sysfs prints them (SPEC A9.5).
 * @param sim the simulation
 * @param group index of the group
 * @param[out] regions a new reference; release it with ivrs_regions_unref()
 * @return 0, -IVRS_E_NOT_FOUND, -IVRS_E_NOMEM, -IVRS_E_ARGUMENT
 * @since 0.1
 */
int ivrs_sim_group_regions(const ivrs_sim *sim, size_t group, ivrs_regions **regions);
/**
 * @brief Address ranges that a guest may use after a successful claim of this group alone (SPEC A10.6); empty when it is refused.
 * @param sim the simulation
 * @param group index of the group
 * @param[out] regions a new reference; release it with ivrs_regions_unref()
 * @return as ivrs_sim_group_regions()
 * @since 0.1
 */
int ivrs_sim_group_iova(const ivrs_sim *sim, size_t group, ivrs_regions **regions);

/** @brief Number of devices (or ranges of device ids). @since 0.1 */
size_t ivrs_sim_device_count(const ivrs_sim *sim);
/** @brief SBDF of a device, or the first of a range; 0 for an ACPI device. @since 0.1 */
ivrs_sbdf_t ivrs_sim_device_sbdf(const ivrs_sim *sim, size_t device);
/** @brief Last SBDF of a range, inclusive; the device itself when it is one device. @since 0.1 */
ivrs_sbdf_t ivrs_sim_device_last(const ivrs_sim *sim, size_t device);
/** @brief Name of an ACPI device, owned by the simulation; NULL for a PCI function. @since 0.1 */
const char *ivrs_sim_device_acpi_name(const ivrs_sim *sim, size_t device);
/**
 * @brief Find a PCI function (or the range that holds it).
 * @param sim the simulation
 * @param sbdf its address
 * @param[out] device its index; 0 on failure
 * @return 0, -IVRS_E_NOT_FOUND, -IVRS_E_ARGUMENT
 * @since 0.1
 */
int ivrs_sim_find(const ivrs_sim *sim, ivrs_sbdf_t sbdf, size_t *device);
/** @brief Index of the group of a device; ::IVRS_NONE when it has none. @since 0.1 */
uint32_t ivrs_sim_device_group(const ivrs_sim *sim, size_t device);
/** @brief True when an IOMMU translates for the device. @since 0.1 */
bool ivrs_sim_device_translated(const ivrs_sim *sim, size_t device);
/** @brief SBDF of the device's IOMMU; only when ivrs_sim_device_translated(). @since 0.1 */
ivrs_sbdf_t ivrs_sim_device_iommu(const ivrs_sim *sim, size_t device);
/** @brief SBDF that the IVRS gives the device as requester id; the device itself when it has no alias. @since 0.1 */
ivrs_sbdf_t ivrs_sim_device_alias(const ivrs_sim *sim, size_t device);
/** @brief True when the kernel's require_direct flag is set for the device (SPEC A8.2). @since 0.1 */
bool ivrs_sim_device_require_direct(const ivrs_sim *sim, size_t device);
/** @brief True for a bridge. @since 0.1 */
bool ivrs_sim_device_is_bridge(const ivrs_sim *sim, size_t device);
/**
 * @brief Unity maps of a device, in table order, not merged (SPEC A7.1).
 * @param sim the simulation
 * @param device index of the device
 * @param[out] regions a new reference; release it with ivrs_regions_unref()
 * @return as ivrs_sim_group_regions()
 * @since 0.1
 */
int ivrs_sim_device_unity(const ivrs_sim *sim, size_t device, ivrs_regions **regions);

/** @brief Take one more reference. @return @p regions @since 0.1 */
ivrs_regions *ivrs_regions_ref(ivrs_regions *regions);
/** @brief Drop a reference; NULL is allowed. The last one frees the list. @since 0.1 */
void ivrs_regions_unref(ivrs_regions *regions);
/** @brief Number of regions. @since 0.1 */
size_t ivrs_regions_count(const ivrs_regions *regions);
/** @brief First address of a region, in bytes. @since 0.1 */
uint64_t ivrs_regions_start(const ivrs_regions *regions, size_t index);
/** @brief Length of a region, in bytes; 0 for an empty one and for all 2^64 bytes. @since 0.1 */
uint64_t ivrs_regions_length(const ivrs_regions *regions, size_t index);
/** @brief Last address of a region, inclusive, as the kernel prints it: start + length - 1 modulo 2^64. @since 0.1 */
uint64_t ivrs_regions_end(const ivrs_regions *regions, size_t index);
/** @brief Kind of a region, one of ::ivrs_region_kind; 0 when there is none. @since 0.1 */
uint32_t ivrs_regions_kind(const ivrs_regions *regions, size_t index);
/** @brief Permissions of a unity map: bit 0 read, bit 1 write; 0 for other regions. @since 0.1 */
uint32_t ivrs_regions_prot(const ivrs_regions *regions, size_t index);
/** @brief Index of the IVMD of a unity map; ::IVRS_NONE for merged and other regions. @since 0.1 */
uint32_t ivrs_regions_ivmd(const ivrs_regions *regions, size_t index);

/** @brief Name of a kind as sysfs prints it: "direct", "direct-relaxable", "reserved", "msi"; "iova"; else "unknown". @since 0.1 */
const char *ivrs_region_kind_name(uint32_t kind);
/** @brief Name of a claim result: "ok", "refused", "nothing-to-claim"; else "unknown". @since 0.1 */
const char *ivrs_claim_name(uint32_t claim);
/** @brief Name of a reason: "require_direct", "no-iommu", "interrupt-remapping", "busy", "no-iova", "no-interface"; else "unknown". @since 0.1 */
const char *ivrs_reason_name(uint32_t reason);
/** @brief Name of a Linux errno number that a claim can give ("EINVAL"); "unknown" for others. @since 0.1 */
const char *ivrs_errno_name(uint32_t number);
/**
 * @brief Check the text of a relaxation.
 * @param relax as ivrs_simulate() takes it
 * @return 0, -IVRS_E_SYNTAX, -IVRS_E_NOMEM, -IVRS_E_ARGUMENT
 * @since 0.1
 */
int ivrs_relax_check(const char *relax);

#ifdef __cplusplus
}
#endif
#endif
