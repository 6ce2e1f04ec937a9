/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The part of libivrs-host that libpci sees. */
#ifndef LIBIVRS_HOST_PCI_H
#define LIBIVRS_HOST_PCI_H

#include <pci/pci.h>

#include "internal.h"

/* pci-guard.c: libpci ends the process when something fails; here a failure ends the work instead. */

#define PCI_GUARD_TEXT 256

/* Points libpci's three message functions to ones that print nothing. */
void pci_guard_install(struct pci_access *access);
/*
 * Runs work(data); true when it came to its end, false with libpci's message when libpci gave up in the middle. Every
 * call of libpci happens inside. What work allocates must be reachable from data, since it may end anywhere.
 */
bool pci_guard_run(void (*work)(void *data), void *data, char *text);

/* pci.c: what the configuration space of a function says */

#define PCI_ASK SIZE_MAX /* the bytes are libpci's to read */

struct pci_function {
	ivrs_host *host;
	ivrs_sbdf_t sbdf;
	struct pci_dev *dev;
	size_t size; /* bytes of the cache given to libpci, or PCI_ASK */
	int status;
};

/* How many functions hid something, for one note instead of one per function. */
struct pci_gaps {
	size_t functions, no_config, no_capabilities, no_extended;
};

/* Fills the topology from configuration space; the function is in it already. Runs inside pci_guard_run(). */
void pci_decode(struct pci_function *function, struct pci_gaps *gaps);
void pci_note_gaps(ivrs_host *host, const struct pci_gaps *gaps);

#endif
