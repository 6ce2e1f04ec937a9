/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The n-th allocation fails: for tests that are linked with WRAP_MALLOC. */
#ifndef TESTS_UNIT_ALLOC_H
#define TESTS_UNIT_ALLOC_H

#include <stdbool.h>
#include <stddef.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);

/* Allocations until the one that fails; negative: none fails. What is asked for is added up. */
static long countdown = -1;
static size_t asked;

static bool fails(size_t size)
{
	asked += size;
	if (countdown < 0)
		return false;
	return countdown-- == 0;
}

void *__wrap_malloc(size_t size)
{
	return fails(size) ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	return fails(count * size) ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
	return fails(size) ? NULL : __real_realloc(old, size);
}

#endif
