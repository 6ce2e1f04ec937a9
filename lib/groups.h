/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Prediction of IOMMU groups. */
#ifndef LIBIVRS_GROUPS_H
#define LIBIVRS_GROUPS_H

#include "model.h"

/*
 * Gives each device of the topology the group that the kernel would form: group[i] is its id, NO_INDEX for a device that no
 * IOMMU translates. ids[i] is the SBDF that the IVRS knows device i by, iommu[i] the index of its IOMMU or IVRS_NONE.
 */
int groups_predict(const struct ivrs_topology *t, const struct iommu_map *map,
		   const uint32_t *parent, const uint32_t *order, const ivrs_sbdf_t *ids,
		   const uint32_t *iommu, uint32_t *group);

#endif
