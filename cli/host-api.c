// SPDX-License-Identifier: GPL-2.0-or-later
#include <dlfcn.h>
#include <string.h>

#include "cli.h"

/* Never unloaded: the process ends soon enough, and leak checkers need the symbols. */
const struct host_api *host_api(void)
{
	static struct host_api api;
	static bool loaded;
	void *library, *symbol;

	if (loaded)
		return &api;
	library = dlopen(IVRS_HOST_SONAME, RTLD_NOW | RTLD_LOCAL);
	if (!library) {
		complain("%s", dlerror());
		return NULL;
	}
#define HOST_RESOLVE(name)                                             \
	symbol = dlsym(library, "ivrs_host_" #name);                   \
	if (!symbol) {                                                 \
		complain("%s: no ivrs_host_" #name, IVRS_HOST_SONAME); \
		return NULL;                                           \
	}                                                              \
	memcpy(&api.name, &symbol, sizeof(symbol));
	HOST_FUNCTIONS(HOST_RESOLVE)
#undef HOST_RESOLVE
	loaded = true;
	return &api;
}
