/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JSON output. Documents are written as they are made: members and elements are json-c values, each on a line of its own, so
 * that memory doesn't grow with the number of devices and a person can still read and grep the whole.
 */
#ifndef IVRSCTL_JSON_H
#define IVRSCTL_JSON_H

#include <json-c/json.h>

#include "cli.h"

struct json_out {
	unsigned depth;
	bool open; /* the container has no element yet */
	bool failed;
	size_t maps;   /* listed so far, up to DESCRIBE_LIMIT */
	uint64_t work; /* done for regions so far, up to DESCRIBE_WORK */
};

/* Starts a document of the schema "ivrsctl-COMMAND/1". */
void json_begin(struct json_out *out, const char *command);
/* Ends it. Returns 0, or the exit status after a complaint. */
int json_end(struct json_out *out);
/* Members and elements; @key is NULL in an array. A value is used up; NULL is null. */
void json_put(struct json_out *out, const char *key, struct json_object *value);
void json_open(struct json_out *out, const char *key, char bracket);
void json_close(struct json_out *out, char bracket);

/* Values. None of them returns NULL except for null: lack of memory ends the process, json-c can't go on either. */
struct json_object *json_new_object(void);
struct json_object *json_new_array(void);
void json_add(struct json_object *object, const char *key, struct json_object *value);
void json_append(struct json_object *array, struct json_object *value);
struct json_object *
json_text(const char *text); /* NULL: null; bytes that aren't UTF-8 become U+FFFD */
struct json_object *json_number(uint64_t number);
struct json_object *json_truth(bool value);
struct json_object *json_address(uint64_t address);		    /* "0x" and 16 digits */
struct json_object *json_hex(uint64_t number, unsigned int digits); /* "0x" and so many digits */
struct json_object *json_bytes(const uint8_t *bytes, size_t size);  /* "22 08 20 00" */
struct json_object *json_sbdf(ivrs_sbdf_t sbdf);
struct json_object *json_offset(uint64_t offset); /* null for IVRS_NO_OFFSET */

/* What several documents have in common: json-parts.c */

struct json_object *json_kernel(const struct source *source);
struct json_object *json_iommu(const ivrs_sim *sim);
struct json_object *json_notes(const struct source *source);
/* One device as simulate, unity and verify show it. */
struct json_object *json_device(const ivrs_sim *sim, size_t device, struct json_out *out);
struct json_object *json_device_name(const ivrs_sim *sim,
				     size_t device); /* ssss:bb:dd.f, A-B, or an ACPI name */
struct json_object *json_claim(const ivrs_sim *sim, size_t group, struct json_out *out);

#endif
