/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef TESTS_FUZZ_FUZZ_SIM_H
#define TESTS_FUZZ_FUZZ_SIM_H

#include <libivrs/ivrs.h>

/* Simulates, checks and explains a table that may be anything; aborts when an answer contradicts another. */
void fuzz_simulation(ivrs_table *table);

#endif
