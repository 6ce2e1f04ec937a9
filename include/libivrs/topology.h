/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file topology.h
 * @brief The PCI functions (and ACPI-named devices) of a host: what the simulation must know of them.
 *
 * A topology is filled by hand or by libivrs-host. What isn't set stays unknown, and unknown is judged as Linux judges a
 * plain function: an endpoint, no bridge, no driver, no group.
 *
 * @par Objects
 * A topology is made with ivrs_topology_new() and freed with ivrs_topology_free(); a simulation copies what it needs and doesn't keep a
 * pointer to it. Devices are named by SBDF in setters and by index (order of adding, from 0) in getters; past the end a getter
 * gives 0, false, NULL or ::IVRS_NO_GROUP. Texts are copied; texts that getters give are owned by the topology and valid until it is changed.
 *
 * @par Threads
 * A topology belongs to one thread while it is changed; after that any number of threads may read it.
 */
#ifndef LIBIVRS_TOPOLOGY_H
#define LIBIVRS_TOPOLOGY_H

#include <libivrs/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The devices of a host. */
typedef struct ivrs_topology ivrs_topology;

#define IVRS_NO_GROUP UINT32_MAX     /**< the device has no IOMMU group, or none is known */
#define IVRS_TOPOLOGY_LIMIT 1048576u /**< devices at the most */

/**
 * @brief Make an empty topology.
 * @param[out] topology free it with ivrs_topology_free()
 * @return 0, -IVRS_E_NOMEM, -IVRS_E_ARGUMENT
 * @since 0.1
 */
int ivrs_topology_new(ivrs_topology **topology);

/** @brief Free a topology; NULL is allowed. @since 0.1 */
void ivrs_topology_free(ivrs_topology *topology);

/**
 * @brief Add a PCI function, of which nothing more is known yet.
 * @param topology the topology
 * @param sbdf its address
 * @return 0, -IVRS_E_EXISTS, -IVRS_E_TOO_LARGE, -IVRS_E_NOMEM, -IVRS_E_ARGUMENT
 * @since 0.1
 */
int ivrs_topology_add(ivrs_topology *topology, ivrs_sbdf_t sbdf);

/**
 * @brief Add a device that ACPI names and PCI doesn't; an entry F0h of the IVRS gives its device id (SPEC A4).
 * @param topology the topology
 * @param name its name in sysfs ("MSFT0201:00"), up to 31 characters, copied
 * @param hid its ACPI hardware id, up to 8 characters, copied
 * @param uid its ACPI unique id as text, "" for none; up to 31 characters, copied
 * @param group its IOMMU group or ::IVRS_NO_GROUP
 * @return 0, -IVRS_E_EXISTS, -IVRS_E_TOO_LARGE, -IVRS_E_NOMEM, -IVRS_E_ARGUMENT
 * @since 0.1
 */
int ivrs_topology_add_acpi(ivrs_topology *topology, const char *name, const char *hid,
			   const char *uid, uint32_t group);

/**
 * @name Setters
 * Each takes a function that was added before. A second call replaces what the first one set.
 * @{
 */
/** @brief Set the class code, 24 bits (base class<<16 | sub class<<8 | interface), as in sysfs `class`. @return 0, -IVRS_E_NOT_FOUND, -IVRS_E_ARGUMENT @since 0.1 */
int ivrs_topology_set_class(ivrs_topology *topology, ivrs_sbdf_t sbdf, uint32_t class_code);
/** @brief Set the vendor and the device id. @return 0, -IVRS_E_NOT_FOUND, -IVRS_E_ARGUMENT @since 0.1 */
int ivrs_topology_set_ids(ivrs_topology *topology, ivrs_sbdf_t sbdf, uint16_t vendor,
			  uint16_t device);
/** @brief Set the header type byte (configuration space 0Eh): bits 6:0 layout (1 PCI bridge), bit 7 multi-function. @return 0, -IVRS_E_NOT_FOUND, -IVRS_E_ARGUMENT @since 0.1 */
int ivrs_topology_set_header_type(ivrs_topology *topology, ivrs_sbdf_t sbdf, uint8_t header_type);
/** @brief Set the bus numbers behind a bridge; implies layout 1. @return 0, -IVRS_E_NOT_FOUND, -IVRS_E_ARGUMENT @since 0.1 */
int ivrs_topology_set_bridge(ivrs_topology *topology, ivrs_sbdf_t sbdf, uint8_t secondary,
			     uint8_t subordinate);
/** @brief Set the PCI Express capabilities register (offset 2 of the capability): bits 7:4 port type, bit 8 slot. Makes the function PCIe. @return 0, -IVRS_E_NOT_FOUND, -IVRS_E_ARGUMENT @since 0.1 */
int ivrs_topology_set_pcie(ivrs_topology *topology, ivrs_sbdf_t sbdf, uint16_t flags);
/** @brief Set the ACS capability and control registers; a function without them has no ACS. @return 0, -IVRS_E_NOT_FOUND, -IVRS_E_ARGUMENT @since 0.1 */
int ivrs_topology_set_acs(ivrs_topology *topology, ivrs_sbdf_t sbdf, uint16_t capability,
			  uint16_t control);
/** @brief Set the IOMMU group as sysfs gives it, or ::IVRS_NO_GROUP. @return 0, -IVRS_E_NOT_FOUND, -IVRS_E_ARGUMENT @since 0.1 */
int ivrs_topology_set_group(ivrs_topology *topology, ivrs_sbdf_t sbdf, uint32_t group);
/** @brief Set the name of the bound driver, copied; NULL or "" for none. @return 0, -IVRS_E_NOT_FOUND, -IVRS_E_TOO_LARGE, -IVRS_E_NOMEM, -IVRS_E_ARGUMENT @since 0.1 */
int ivrs_topology_set_driver(ivrs_topology *topology, ivrs_sbdf_t sbdf, const char *driver);
/** @brief Say whether the device sits behind an external-facing port (Linux: untrusted). @return 0, -IVRS_E_NOT_FOUND, -IVRS_E_ARGUMENT @since 0.1 */
int ivrs_topology_set_untrusted(ivrs_topology *topology, ivrs_sbdf_t sbdf, bool untrusted);
/** @brief Say whether it is an SR-IOV virtual function: Linux doesn't count those as parts of a multi-function device (SPEC A9.1). @return 0, -IVRS_E_NOT_FOUND, -IVRS_E_ARGUMENT @since 0.1 */
int ivrs_topology_set_virtual(ivrs_topology *topology, ivrs_sbdf_t sbdf, bool is_virtual);
/** @brief Say whether the device has a PASID capability (SPEC A8.1). @return 0, -IVRS_E_NOT_FOUND, -IVRS_E_ARGUMENT @since 0.1 */
int ivrs_topology_set_pasid(ivrs_topology *topology, ivrs_sbdf_t sbdf, bool pasid);
/** @brief Say whether the device has both an ATS and a PRI capability (SPEC A8.1). @return 0, -IVRS_E_NOT_FOUND, -IVRS_E_ARGUMENT @since 0.1 */
int ivrs_topology_set_page_requests(ivrs_topology *topology, ivrs_sbdf_t sbdf, bool page_requests);
/** @brief Say whether the function has an MSI capability; it has one unless said otherwise. Asked of the functions that the table calls IOMMUs only. @return 0, -IVRS_E_NOT_FOUND, -IVRS_E_ARGUMENT @since 0.1 */
int ivrs_topology_set_msi(ivrs_topology *topology, ivrs_sbdf_t sbdf, bool msi);
/** @brief Set the first 32 bits of the IOMMU capability block (id 0Fh) of an IOMMU function; bit 26 is NpCache. @return 0, -IVRS_E_NOT_FOUND, -IVRS_E_TOO_LARGE (more than 4096 IOMMUs), -IVRS_E_NOMEM, -IVRS_E_ARGUMENT @since 0.1 */
int ivrs_topology_set_iommu_capability(ivrs_topology *topology, ivrs_sbdf_t sbdf, uint32_t header);
/** @brief Set the extended feature registers of an IOMMU as its hardware gives them (sysfs amd-iommu/features). @return as ivrs_topology_set_iommu_capability() @since 0.1 */
int ivrs_topology_set_iommu_features(ivrs_topology *topology, ivrs_sbdf_t sbdf, uint64_t efr,
				     uint64_t efr2);
/** @} */

/**
 * @brief Add an IOAPIC id that the MADT lists; the first one added is the one with GSI base 0.
 *
 * Without any, the interrupt remapping rule (SPEC A4.2) asks only that the southbridge's IOAPIC is described.
 * @return 0, -IVRS_E_TOO_LARGE (more than 256), -IVRS_E_ARGUMENT
 * @since 0.1
 */
int ivrs_topology_add_ioapic(ivrs_topology *topology, uint8_t id);
/**
 * @brief State that the list of PCI functions is complete: an IOMMU function that isn't in it is absent (SPEC A4.3).
 *
 * False by default: topologies filled by hand rarely name the IOMMU.
 * @return 0, -IVRS_E_ARGUMENT
 * @since 0.1
 */
int ivrs_topology_set_complete(ivrs_topology *topology, bool complete);

/** @brief Number of devices. @since 0.1 */
size_t ivrs_topology_count(const ivrs_topology *topology);
/** @brief SBDF of device @p index; 0 for an ACPI device or none. @since 0.1 */
ivrs_sbdf_t ivrs_topology_sbdf(const ivrs_topology *topology, size_t index);
/** @brief Name of an ACPI device, borrowed; NULL for a PCI function. @since 0.1 */
const char *ivrs_topology_acpi_name(const ivrs_topology *topology, size_t index);
/**
 * @brief Find a PCI function.
 * @param topology the topology
 * @param sbdf its address
 * @param[out] index where it is; 0 on failure
 * @return 0, -IVRS_E_NOT_FOUND, -IVRS_E_ARGUMENT
 * @since 0.1
 */
int ivrs_topology_find(const ivrs_topology *topology, ivrs_sbdf_t sbdf, size_t *index);
/** @brief Class code, 24 bits; 0 unknown. @since 0.1 */
uint32_t ivrs_topology_class(const ivrs_topology *topology, size_t index);
/** @brief Vendor id; 0 unknown. @since 0.1 */
uint16_t ivrs_topology_vendor(const ivrs_topology *topology, size_t index);
/** @brief Device id (PCI device id, not devid); 0 unknown. @since 0.1 */
uint16_t ivrs_topology_device(const ivrs_topology *topology, size_t index);
/** @brief True for a function with a bridge header (layout 1 or 2): vfio-pci doesn't take it. @since 0.1 */
bool ivrs_topology_is_bridge(const ivrs_topology *topology, size_t index);
/** @brief IOMMU group as set, or ::IVRS_NO_GROUP. @since 0.1 */
uint32_t ivrs_topology_group(const ivrs_topology *topology, size_t index);
/** @brief Bound driver, borrowed; NULL for none. @since 0.1 */
const char *ivrs_topology_driver(const ivrs_topology *topology, size_t index);
/** @brief True when at least one device has a group. @since 0.1 */
bool ivrs_topology_has_groups(const ivrs_topology *topology);

#ifdef __cplusplus
}
#endif
#endif
