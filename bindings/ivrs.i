/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The raw layer of all bindings: the core library as it stands in its headers, for SWIG 4.1 and later. Python, Perl and Go each put a
 * hand-written layer above it; nobody else should use it.
 *
 * One set of rules for every language, and no typemap that only one of them understands:
 *
 * - A function that in C gives its output through its last argument keeps its name here, returns the output, and takes an
 *   ivrs_outcome (made by ivrs_outcome_new()) in its place. After the call its member status is 0 or a negated status; the
 *   returned object is null on failure.
 * - A returned object is always a new reference, owned by the language's collector. Its destructor drops the reference; what needs
 *   a table holds one in C. So the order in which a collector destroys things never matters, and nothing is borrowed.
 * - Functions that write text into a buffer return a new string instead. The bytes of a table come as hexadecimal text.
 * - An argument whose name begins with "maybe_" may be null (and an empty text stands for null, for languages whose texts are
 *   never null); every other object is checked, and null is an error of the language before C sees it.
 * - Lists are a count and an index. The C reference functions (ref, unref, free) don't exist here.
 */
%module ivrs

%{
#include <libivrs/ivrs.h>
#include <stdlib.h>
#include <string.h>
%}

%include <stdint.i>
%include <constraints.i>

/* Wrappers give new strings from malloc(). */
%typemap(newfree) char *"free($1);"

/* Only a simulation takes long enough to let other threads run. */
#ifdef SWIGPYTHON
%nothread;
%thread raw_simulate;
%include <pybuffer.i>
%pybuffer_binary(const char *bytes, size_t size)
/* SWIG's own tp_new gives objects without a type, on which its argument check crashes. */
%{
static PyObject *refuse_new(PyTypeObject *type, PyObject *arguments, PyObject *keywords)
{
	(void)arguments;
	(void)keywords;
	return PyErr_Format(PyExc_TypeError, "%s is made by functions only", type->tp_name);
}
%}
%feature("python:tp_new", "refuse_new") ivrs_table;
%feature("python:tp_new", "refuse_new") ivrs_ivhd;
%feature("python:tp_new", "refuse_new") ivrs_ivmd;
%feature("python:tp_new", "refuse_new") ivrs_report;
%feature("python:tp_new", "refuse_new") ivrs_topology;
%feature("python:tp_new", "refuse_new") ivrs_kernel;
%feature("python:tp_new", "refuse_new") ivrs_sim;
%feature("python:tp_new", "refuse_new") ivrs_regions;
%feature("python:tp_new", "refuse_new") ivrs_explanation;
%feature("python:tp_new", "refuse_new") ivrs_outcome;
#else
%apply(char *STRING, size_t LENGTH) { (const char *bytes, size_t size) }
#endif

%apply Pointer NONNULL {
	ivrs_table *table, const ivrs_table *table, const ivrs_ivhd *ivhd, const ivrs_ivmd *ivmd, ivrs_report *report,
	const ivrs_report *report, ivrs_topology *topology, const ivrs_topology *topology, ivrs_kernel *kernel,
	const ivrs_kernel *kernel, const ivrs_sim *sim, const ivrs_regions *regions, const ivrs_explanation *explanation,
	ivrs_outcome *outcome
};
%apply Pointer NONNULL { const char *rule, const char *cmdline, const char *text, const char *name, const char *hid, const char *uid };

/* Opaque, made by functions only. */
%nodefaultctor ivrs_table;
%nodefaultctor ivrs_ivhd;
%nodefaultctor ivrs_ivmd;
%nodefaultctor ivrs_report;
%nodefaultctor ivrs_topology;
%nodefaultctor ivrs_kernel;
%nodefaultctor ivrs_sim;
%nodefaultctor ivrs_regions;
%nodefaultctor ivrs_explanation;
%nodefaultctor ivrs_outcome;
%immutable;
struct ivrs_table {};
struct ivrs_ivhd {};
struct ivrs_ivmd {};
struct ivrs_report {};
struct ivrs_topology {};
struct ivrs_kernel {};
struct ivrs_sim {};
struct ivrs_regions {};
struct ivrs_explanation {};
%extend ivrs_table { ~ivrs_table() { ivrs_table_unref($self); } }
%extend ivrs_ivhd { ~ivrs_ivhd() { ivrs_ivhd_unref($self); } }
%extend ivrs_ivmd { ~ivrs_ivmd() { ivrs_ivmd_unref($self); } }
%extend ivrs_report { ~ivrs_report() { ivrs_report_free($self); } }
%extend ivrs_topology { ~ivrs_topology() { ivrs_topology_free($self); } }
%extend ivrs_kernel { ~ivrs_kernel() { ivrs_kernel_free($self); } }
%extend ivrs_sim { ~ivrs_sim() { ivrs_sim_unref($self); } }
%extend ivrs_regions { ~ivrs_regions() { ivrs_regions_unref($self); } }
%extend ivrs_explanation { ~ivrs_explanation() { ivrs_explanation_free($self); } }

/* Lifetime is the collector's. */
%ignore ivrs_table_ref;
%ignore ivrs_table_unref;
%ignore ivrs_ivhd_ref;
%ignore ivrs_ivhd_unref;
%ignore ivrs_ivmd_ref;
%ignore ivrs_ivmd_unref;
%ignore ivrs_sim_ref;
%ignore ivrs_sim_unref;
%ignore ivrs_regions_ref;
%ignore ivrs_regions_unref;
%ignore ivrs_report_free;
%ignore ivrs_topology_free;
%ignore ivrs_kernel_free;
%ignore ivrs_explanation_free;

/* Replaced below under their own names. */
%ignore ivrs_report_new;
%ignore ivrs_table_parse;
%ignore ivrs_table_bytes;
%ignore ivrs_table_ivhd;
%ignore ivrs_table_ivmd;
%ignore ivrs_table_check;
%ignore ivrs_ivhd_entry_hid;
%ignore ivrs_ivhd_entry_cid;
%ignore ivrs_ivhd_entry_uid;
%ignore ivrs_sbdf_parse;
%ignore ivrs_sbdf_parse_range;
%ignore ivrs_sbdf_format;
%ignore ivrs_topology_new;
%ignore ivrs_topology_find;
%ignore ivrs_topology_set_driver;
%ignore ivrs_kernel_new;
%ignore ivrs_simulate;
%ignore ivrs_sim_table;
%ignore ivrs_sim_find;
%ignore ivrs_sim_group_kernel_message;
%ignore ivrs_sim_group_regions;
%ignore ivrs_sim_group_iova;
%ignore ivrs_sim_device_unity;
%ignore ivrs_explain;

/* What SWIG can't read from the headers, because limits.h isn't its matter. */
%constant unsigned int IVRS_NONE = UINT32_MAX;
%constant unsigned int IVRS_NO_DEVICE = UINT32_MAX;
%constant unsigned int IVRS_NO_GROUP = UINT32_MAX;
%constant unsigned long long IVRS_NO_OFFSET = UINT64_MAX;
%ignore IVRS_NONE;
%ignore IVRS_NO_DEVICE;
%ignore IVRS_NO_GROUP;
%ignore IVRS_NO_OFFSET;

%include <libivrs/status.h>
%include <libivrs/report.h>
%include <libivrs/table.h>
%include <libivrs/topology.h>
%include <libivrs/kernel.h>
%include <libivrs/simulate.h>
%include <libivrs/explain.h>
%include <libivrs/version.h>

/* What is written here as raw_X appears as ivrs_X. */
%rename("%(regex:/^raw_(.+)$/ivrs_\\1/)s") "";

%newobject raw_outcome_new;
%newobject raw_report_new;
%newobject raw_table_parse;
%newobject raw_table_hex;
%newobject raw_table_ivhd;
%newobject raw_table_ivmd;
%newobject raw_ivhd_entry_hid;
%newobject raw_ivhd_entry_cid;
%newobject raw_ivhd_entry_uid;
%newobject raw_sbdf_format;
%newobject raw_topology_new;
%newobject raw_kernel_new;
%newobject raw_simulate;
%newobject raw_sim_table;
%newobject raw_sim_group_kernel_message;
%newobject raw_sim_group_regions;
%newobject raw_sim_group_iova;
%newobject raw_sim_device_unity;
%newobject raw_explain;

%inline %{
/* How a call ended. code and offset are those of the finding that made a parse fail, else 0 and all ones. */
typedef struct ivrs_outcome {
	int status;
	uint32_t code;
	uint64_t offset;
} ivrs_outcome;

/* Null when memory is short. */
ivrs_outcome *raw_outcome_new(void)
{
	return calloc(1, sizeof(ivrs_outcome));
}

ivrs_report *raw_report_new(ivrs_outcome *outcome)
{
	ivrs_report *report;

	outcome->status = ivrs_report_new(&report);
	return report;
}

/* maybe_report gets every finding. */
ivrs_table *raw_table_parse(const char *bytes, size_t size, uint32_t flags, ivrs_report *maybe_report,
			    ivrs_outcome *outcome)
{
	ivrs_report *report = maybe_report, *own = NULL;
	ivrs_table *table = NULL;
	size_t before;

	outcome->code = 0;
	outcome->offset = IVRS_NO_OFFSET;
	outcome->status = report ? 0 : ivrs_report_new(&own);
	if (outcome->status)
		return NULL;
	if (own)
		report = own;
	before = ivrs_report_count(report);
	outcome->status = ivrs_table_parse(bytes, size, flags, report, &table);
	/* A parse stops at what makes it fail, so that is the last finding. */
	if (outcome->status && ivrs_report_count(report) > before) {
		outcome->code = ivrs_report_code(report, ivrs_report_count(report) - 1);
		outcome->offset = ivrs_report_offset(report, ivrs_report_count(report) - 1);
	}
	ivrs_report_free(own);
	return table;
}

/* All bytes that were given, two hexadecimal digits each. */
char *raw_table_hex(const ivrs_table *table)
{
	static const char digits[] = "0123456789abcdef";
	size_t size;
	const uint8_t *bytes = ivrs_table_bytes(table, &size);
	char *text = malloc(2 * size + 1);

	if (!text)
		return NULL;
	for (size_t i = 0; i < size; i++) {
		text[2 * i] = digits[bytes[i] >> 4];
		text[2 * i + 1] = digits[bytes[i] & 15];
	}
	text[2 * size] = '\0';
	return text;
}

ivrs_ivhd *raw_table_ivhd(ivrs_table *table, size_t index, ivrs_outcome *outcome)
{
	ivrs_ivhd *ivhd;

	outcome->status = ivrs_table_ivhd(table, index, &ivhd);
	return ivhd;
}

ivrs_ivmd *raw_table_ivmd(ivrs_table *table, size_t index, ivrs_outcome *outcome)
{
	ivrs_ivmd *ivmd;

	outcome->status = ivrs_table_ivmd(table, index, &ivmd);
	return ivmd;
}

int raw_table_check(ivrs_table *table, const ivrs_topology *maybe_topology, const ivrs_kernel *maybe_kernel,
		    ivrs_report *report)
{
	return ivrs_table_check(table, maybe_topology, maybe_kernel, report);
}

char *raw_ivhd_entry_hid(const ivrs_ivhd *ivhd, size_t index)
{
	char hid[9];

	ivrs_ivhd_entry_hid(ivhd, index, hid);
	return strdup(hid);
}

char *raw_ivhd_entry_cid(const ivrs_ivhd *ivhd, size_t index)
{
	char cid[9];

	ivrs_ivhd_entry_cid(ivhd, index, cid);
	return strdup(cid);
}

char *raw_ivhd_entry_uid(const ivrs_ivhd *ivhd, size_t index)
{
	char uid[256];

	ivrs_ivhd_entry_uid(ivhd, index, uid, sizeof(uid));
	return strdup(uid);
}

ivrs_sbdf_t raw_sbdf_parse(const char *text, ivrs_outcome *outcome)
{
	ivrs_sbdf_t sbdf = 0;

	outcome->status = ivrs_sbdf_parse(text, &sbdf);
	return sbdf;
}

/* The first device of a range in the upper 32 bits, the last one in the lower. */
uint64_t raw_sbdf_parse_range(const char *text, ivrs_outcome *outcome)
{
	ivrs_sbdf_t first = 0, last = 0;

	outcome->status = ivrs_sbdf_parse_range(text, &first, &last);
	return (uint64_t)first << 32 | last;
}

char *raw_sbdf_format(ivrs_sbdf_t sbdf)
{
	char text[IVRS_SBDF_TEXT];

	ivrs_sbdf_format(sbdf, text);
	return strdup(text);
}

ivrs_topology *raw_topology_new(ivrs_outcome *outcome)
{
	ivrs_topology *topology;

	outcome->status = ivrs_topology_new(&topology);
	return topology;
}

size_t raw_topology_find(const ivrs_topology *topology, ivrs_sbdf_t sbdf, ivrs_outcome *outcome)
{
	size_t index = 0;

	outcome->status = ivrs_topology_find(topology, sbdf, &index);
	return index;
}

int raw_topology_set_driver(ivrs_topology *topology, ivrs_sbdf_t sbdf, const char *maybe_driver)
{
	return ivrs_topology_set_driver(topology, sbdf, maybe_driver);
}

/* maybe_release: null or empty for the newest release known. */
ivrs_kernel *raw_kernel_new(const char *maybe_release, ivrs_outcome *outcome)
{
	ivrs_kernel *kernel;

	outcome->status = ivrs_kernel_new(maybe_release && *maybe_release ? maybe_release : NULL, &kernel);
	return kernel;
}

/* maybe_relax: null or empty for "none". */
ivrs_sim *raw_simulate(ivrs_table *maybe_table, const ivrs_topology *maybe_topology, const ivrs_kernel *maybe_kernel,
		       const char *maybe_relax, uint32_t flags, ivrs_outcome *outcome)
{
	ivrs_sim *sim;

	outcome->status = ivrs_simulate(maybe_table, maybe_topology, maybe_kernel,
					maybe_relax && *maybe_relax ? maybe_relax : NULL, flags, &sim);
	return sim;
}

ivrs_table *raw_sim_table(const ivrs_sim *sim)
{
	ivrs_table *table = ivrs_sim_table(sim);

	return table ? ivrs_table_ref(table) : NULL;
}

size_t raw_sim_find(const ivrs_sim *sim, ivrs_sbdf_t sbdf, ivrs_outcome *outcome)
{
	size_t device = 0;

	outcome->status = ivrs_sim_find(sim, sbdf, &device);
	return device;
}

/* Null when the kernel logs nothing. */
char *raw_sim_group_kernel_message(const ivrs_sim *sim, size_t group)
{
	size_t length = ivrs_sim_group_kernel_message(sim, group, NULL, 0);
	char *text = length ? malloc(length + 1) : NULL;

	if (text)
		ivrs_sim_group_kernel_message(sim, group, text, length + 1);
	return text;
}

ivrs_regions *raw_sim_group_regions(const ivrs_sim *sim, size_t group, ivrs_outcome *outcome)
{
	ivrs_regions *regions;

	outcome->status = ivrs_sim_group_regions(sim, group, &regions);
	return regions;
}

ivrs_regions *raw_sim_group_iova(const ivrs_sim *sim, size_t group, ivrs_outcome *outcome)
{
	ivrs_regions *regions;

	outcome->status = ivrs_sim_group_iova(sim, group, &regions);
	return regions;
}

ivrs_regions *raw_sim_device_unity(const ivrs_sim *sim, size_t device, ivrs_outcome *outcome)
{
	ivrs_regions *regions;

	outcome->status = ivrs_sim_device_unity(sim, device, &regions);
	return regions;
}

ivrs_explanation *raw_explain(const ivrs_sim *sim, size_t device, const ivrs_topology *maybe_topology,
			      const ivrs_kernel *maybe_kernel, const char *maybe_board_vendor, bool lockdown,
			      ivrs_outcome *outcome)
{
	ivrs_explanation *explanation;

	outcome->status = ivrs_explain(sim, device, maybe_topology, maybe_kernel,
				       maybe_board_vendor && *maybe_board_vendor ? maybe_board_vendor : NULL, lockdown,
				       &explanation);
	return explanation;
}
%}
