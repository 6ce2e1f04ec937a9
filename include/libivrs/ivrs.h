/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file ivrs.h
 * @brief libivrs: what Linux makes of an AMD IVRS table. This header includes all others of the core library.
 *
 * Bytes of an IVRS and a list of PCI functions go in; for every IOMMU group, what the named Linux kernel will do with it,
 * and why, comes out. The host library, which reads files, is <libivrs/host.h>.
 */
#ifndef LIBIVRS_IVRS_H
#define LIBIVRS_IVRS_H

#include <libivrs/explain.h>
#include <libivrs/kernel.h>
#include <libivrs/report.h>
#include <libivrs/simulate.h>
#include <libivrs/status.h>
#include <libivrs/table.h>
#include <libivrs/topology.h>
#include <libivrs/version.h>

#endif
