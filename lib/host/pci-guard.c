/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libpci's error function must not return, and its own exits. Ours jumps out of libpci to the caller. It gets no pointer of
 * ours from libpci, so the running guard is kept per thread; guards nest.
 */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pci.h"

struct guard {
	jmp_buf env;
	struct guard *outer;
	char text[PCI_GUARD_TEXT];
};

static _Thread_local struct guard *current;

static void on_error(char *message, ...) __attribute__((format(printf, 1, 2), noreturn));
static void on_message(char *message, ...) __attribute__((format(printf, 1, 2)));

static void on_error(char *message, ...)
{
	va_list args;

	/* Not reached: all calls of libpci are inside pci_guard_run(). */
	if (!current)
		abort();
	va_start(args, message);
	vsnprintf(current->text, sizeof(current->text), message, args);
	va_end(args);
	longjmp(current->env, 1);
}

static void on_message(char *message, ...)
{
	(void)message;
}

void pci_guard_install(struct pci_access *access)
{
	access->error = on_error;
	access->warning = on_message;
	access->debug = on_message;
}

bool pci_guard_run(void (*work)(void *data), void *data, char *text)
{
	struct guard guard = {.outer = current};
	volatile bool done = false;

	text[0] = 0;
	current = &guard;
	if (!setjmp(guard.env)) {
		work(data);
		done = true;
	} else {
		memcpy(text, guard.text, PCI_GUARD_TEXT);
		host_sanitize(text);
	}
	current = guard.outer;
	return done;
}
