/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files that explain share. */
#ifndef LIBIVRS_EXPLAIN_INTERNAL_H
#define LIBIVRS_EXPLAIN_INTERNAL_H

#include "internal.h"

struct texts {
	char **at;
	size_t count, room;
};

struct cause {
	uint32_t ivmd, ivmd_class;
	ivrs_sbdf_t device;
	char *text;
};

struct remedy {
	const char *name;
	char *text, *price;
};

enum remedy_number {
#define REMEDY(symbol, name, text, price) REMEDY_##symbol,
#define USELESS(symbol, text)
#define SWITCH(vendor, text)
#define FIRMWARE_DEVICE(hid, text)
#include "remedies.def"
#undef REMEDY
#undef USELESS
#undef SWITCH
#undef FIRMWARE_DEVICE
	REMEDY_COUNT
};

struct ivrs_explanation {
	char *summary;
	struct texts steps, warnings, useless;
	struct cause *causes;
	size_t cause_count;
	uint32_t *affected;
	size_t affected_count;
	struct remedy remedies[REMEDY_COUNT];
	size_t remedy_count;
};

/* A translated member of the group, by the key that IVMDs name it with. */
struct member {
	uint32_t key, device;
};

/* What is known while an explanation is made. An error sticks: what follows it does nothing. */
struct explain {
	struct ivrs_explanation *out;
	const ivrs_sim *sim;
	const struct ivrs_table *table; /* NULL: the host has none */
	const ivrs_topology *topology;
	const ivrs_kernel *kernel;
	const char *vendor;
	bool lockdown, segmented;
	size_t device;
	uint32_t group, key; /* key of the device itself */
	char name[80];	     /* the device, or the range of device ids */
	struct member *members;
	size_t member_count;
	const struct member *itself, *culprit; /* among the members; NULL when they aren't */
	bool self;			       /* an IVMD reaches the device itself */
	bool protection; /* pre-boot DMA protection is the likely source of some cause */
	bool demands;	 /* some member of the group is marked require_direct */
	size_t classes[IVRS_IVMD_IDLE + 1]; /* number of causes of each class */
	int err;
};

void texts_add(struct explain *explain, struct texts *texts, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* A malloc()ed text, NULL (and the error) when there is no memory. */
char *explain_text(struct explain *explain, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* A list "a, b and c" that grows at the end of *list, which is malloc()ed and begins as NULL; @last ends it. */
void explain_list(struct explain *explain, char **list, bool last, const char *item);

/* explain-chain.c: summary and steps. */
void explain_steps(struct explain *explain);

/* explain-causes.c */
void explain_causes(struct explain *explain);
void explain_affected(struct explain *explain);
/* The IVMD that decides a state other than ready; IVRS_NONE when something else does. */
uint32_t explain_deciding_ivmd(const struct explain *explain);
/* The device ids that a block of type 20h to 22h, 50h or 51h names, as keys, inclusive. */
void explain_range(const struct explain *explain, const struct ivmd_fields *ivmd, uint32_t *first,
		   uint32_t *last);
uint32_t explain_class(const struct ivmd_fields *ivmd);
/* True for a block that Linux reads as a unity map (SPEC A6.2). */
bool explain_kept(const struct ivmd_fields *ivmd);
/* "read and write" */
const char *explain_prot(uint8_t flags);
/* Address range as the kernel rounds it (SPEC A6.5). */
void explain_region_text(const struct ivmd_fields *ivmd, char text[48]);
/* "0000:00:00.0 to 0000:0f:1f.7" */
void explain_range_text(const struct explain *explain, const struct ivmd_fields *ivmd,
			char text[40]);

/* explain-advice.c */
void explain_warnings(struct explain *explain);
void explain_useless(struct explain *explain);

/* explain-remedy.c */
void explain_remedies(struct explain *explain);

/* explain-words.c: what fills the braces of remedies.def. */
struct fill {
	const char *build; /* {build} */
	char *list;	   /* {list}, malloc()ed */
};

/* Adds a remedy with its braces filled, and empties @fill. */
void words_add_remedy(struct explain *explain, enum remedy_number number, struct fill *fill);
/* Each makes the list of @fill. Words of the command line that begin with one of the given ones: */
void words_options(struct explain *explain, struct fill *fill, const char *const *options,
		   size_t count);
/* What to ask the vendor: about the blocks that reach the group, or about what stops the kernel. */
void words_complaint(struct explain *explain, struct fill *fill);
/* Functions of the group that the host uses, with their drivers. */
void words_bound(struct explain *explain, struct fill *fill);
/* The members that are in the way of another one, for somebody who may move a card. */
void words_culprits(struct explain *explain, struct fill *fill);
/* The ranges that a kernel before 6.6 keeps from the guest. */
void words_holes(struct explain *explain, struct fill *fill);
/* The members that IVMDs reach, as the option of kernel-patch 0002 takes them; false when there are too many. */
bool words_members(struct explain *explain, char **list);

#endif
