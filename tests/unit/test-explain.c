/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Explanations: what they name as the cause, what they advise, and that they say nothing that doesn't apply. */
#include "explain-rows.h"

/* Names of all remedies and texts of all useless things, to see that each comes up somewhere. */
static const char *const remedy_names[] = {
#define REMEDY(symbol, name, text, price) name,
#define USELESS(symbol, text)
#define SWITCH(vendor, text)
#define FIRMWARE_DEVICE(hid, text)
#include "remedies.def"
#undef REMEDY
#undef USELESS
#undef SWITCH
#undef FIRMWARE_DEVICE
};

static const char *const useless_texts[] = {
#define REMEDY(symbol, name, text, price)
#define USELESS(symbol, text) text,
#define SWITCH(vendor, text)
#define FIRMWARE_DEVICE(hid, text)
#include "remedies.def"
#undef REMEDY
#undef USELESS
#undef SWITCH
#undef FIRMWARE_DEVICE
};

/* Everything that an explanation says about itself, line by line. */
struct told {
	char lines[32768], remedies[512];
	size_t at;
};

/* A text for a person: sentences, all braces filled, nothing doubled. */
static void tell(struct told *told, const char *kind, const char *text)
{
	size_t length;

	assert_non_null(text);
	length = strlen(text);
	/* What the kernel says is said in its own words. */
	if (!strncmp(text, "The kernel logs: ", 17))
		assert_true(length > 40);
	else if (length < 5 || text[length - 1] != '.' || strpbrk(text, "{}\n") ||
		 strstr(text, "  ") || strstr(text, "..") || strstr(text, "()") ||
		 strstr(text, " ,"))
		fail_msg("%s isn't well said: \"%s\"", kind, text);
	assert_true(length < sizeof(told->lines) - told->at - 32);
	told->at += (size_t)sprintf(told->lines + told->at, "\n  %s: %s", kind, text);
}

static void tell_all(const ivrs_explanation *explanation, struct told *told)
{
	*told = (struct told){0};
	for (size_t i = 0; i < ivrs_explanation_step_count(explanation); i++)
		tell(told, "step", ivrs_explanation_step(explanation, i));
	for (size_t i = 0; i < ivrs_explanation_warning_count(explanation); i++)
		tell(told, "warning", ivrs_explanation_warning(explanation, i));
	for (size_t i = 0; i < ivrs_explanation_useless_count(explanation); i++)
		tell(told, "useless", ivrs_explanation_useless(explanation, i));
	tell(told, "summary", ivrs_explanation_summary(explanation));
	for (size_t i = 0; i < ivrs_explanation_cause_count(explanation); i++)
		tell(told, "cause", ivrs_explanation_cause_text(explanation, i));
	for (size_t i = 0; i < ivrs_explanation_remedy_count(explanation); i++) {
		tell(told, "remedy", ivrs_explanation_remedy_text(explanation, i));
		tell(told, "price", ivrs_explanation_remedy_price(explanation, i));
		strcat(told->remedies, i ? " " : "");
		strcat(told->remedies, ivrs_explanation_remedy_name(explanation, i));
	}
	assert_null(ivrs_explanation_step(explanation, ivrs_explanation_step_count(explanation)));
	assert_null(ivrs_explanation_remedy_name(explanation,
						 ivrs_explanation_remedy_count(explanation)));
	assert_int_equal(ivrs_explanation_cause_ivmd(explanation,
						     ivrs_explanation_cause_count(explanation)),
			 IVRS_NONE);
}

/* The simulation and an explanation of one device of it. */
static ivrs_explanation *explain_row(const struct row *row, struct scene *scene, ivrs_sim **sim)
{
	ivrs_explanation *explanation;
	size_t device;

	scene_make(scene, row->line);
	assert_int_equal(ivrs_simulate(scene->table, scene->topology, scene->kernel, row->relax,
				       row->flags, sim),
			 0);
	assert_int_equal(ivrs_sim_find(*sim, row->device, &device), 0);
	assert_int_equal(ivrs_explain(*sim, device, scene->topology, scene->kernel, "Gigabyte",
				      row->lockdown, &explanation),
			 0);
	return explanation;
}

static void each_scene_is_explained(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		ivrs_explanation *explanation;
		struct scene scene;
		struct told told;
		ivrs_sim *sim;

		explanation = explain_row(row, &scene, &sim);
		tell_all(explanation, &told);
		if (strcmp(told.remedies, row->remedies) ||
		    !strstr(ivrs_explanation_summary(explanation), row->summary) ||
		    (row->said && !strstr(told.lines, row->said)) ||
		    (row->unsaid && strstr(told.lines, row->unsaid)) ||
		    ivrs_explanation_cause_count(explanation) != row->causes ||
		    ivrs_explanation_warning_count(explanation) != row->warnings ||
		    ivrs_explanation_affected_count(explanation) != row->affected)
			fail_msg("\"%s\": %zu causes, %zu warnings, %zu affected, remedies %s%s",
				 row->line, ivrs_explanation_cause_count(explanation),
				 ivrs_explanation_warning_count(explanation),
				 ivrs_explanation_affected_count(explanation), told.remedies,
				 told.lines);
		ivrs_explanation_free(explanation);
		ivrs_sim_unref(sim);
		scene_free(&scene);
	}
}

/* Which IVMDs reach the group, as the simulation's regions have it. */
static void causes_are_what_the_simulation_maps(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		bool mapped[8] = {false}, caused[8] = {false};
		ivrs_explanation *explanation;
		struct scene scene;
		uint32_t group;
		size_t device;
		ivrs_sim *sim;

		explanation = explain_row(&rows[i], &scene, &sim);
		assert_int_equal(ivrs_sim_find(sim, rows[i].device, &device), 0);
		group = ivrs_sim_device_group(sim, device);
		for (size_t k = 0;
		     group != IVRS_NONE && k < ivrs_sim_group_device_count(sim, group); k++) {
			ivrs_regions *regions;

			assert_int_equal(ivrs_sim_device_unity(sim,
							       ivrs_sim_group_device(sim, group, k),
							       &regions),
					 0);
			for (size_t r = 0; r < ivrs_regions_count(regions); r++)
				mapped[ivrs_regions_ivmd(regions, r)] = true;
			ivrs_regions_unref(regions);
		}
		for (size_t k = 0; k < ivrs_explanation_cause_count(explanation); k++)
			if (ivrs_explanation_cause_class(explanation, k) != IVRS_IVMD_IDLE)
				caused[ivrs_explanation_cause_ivmd(explanation, k)] = true;
		if (ivrs_sim_state(sim) == IVRS_STATE_READY)
			assert_memory_equal(mapped, caused, sizeof(mapped));
		ivrs_explanation_free(explanation);
		ivrs_sim_unref(sim);
		scene_free(&scene);
	}
}

static void every_remedy_and_every_useless_thing_comes_up(void **state)
{
	bool remedies[ARRAY_SIZE(remedy_names)] = {false},
	     useless[ARRAY_SIZE(useless_texts)] = {false};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		ivrs_explanation *explanation;
		struct scene scene;
		ivrs_sim *sim;

		explanation = explain_row(&rows[i], &scene, &sim);
		for (size_t k = 0; k < ivrs_explanation_remedy_count(explanation); k++)
			for (size_t n = 0; n < ARRAY_SIZE(remedy_names); n++)
				remedies[n] |=
					!strcmp(remedy_names[n],
						ivrs_explanation_remedy_name(explanation, k));
		for (size_t k = 0; k < ivrs_explanation_useless_count(explanation); k++)
			for (size_t n = 0; n < ARRAY_SIZE(useless_texts); n++)
				useless[n] |= !strncmp(useless_texts[n],
						       ivrs_explanation_useless(explanation, k),
						       strcspn(useless_texts[n], "{"));
		ivrs_explanation_free(explanation);
		ivrs_sim_unref(sim);
		scene_free(&scene);
	}
	for (size_t n = 0; n < ARRAY_SIZE(remedy_names); n++)
		if (!remedies[n] && strcmp(remedy_names[n], "bios-iommu"))
			fail_msg("remedy %s never comes up", remedy_names[n]);
	for (size_t n = 0; n < ARRAY_SIZE(useless_texts); n++)
		if (!useless[n])
			fail_msg("useless thing never comes up: %s", useless_texts[n]);
}

static void a_host_without_table_is_explained(void **state)
{
	ivrs_explanation *explanation;
	struct scene scene;
	struct told told;
	ivrs_sim *sim;

	(void)state;
	scene_make(&scene, HOST "d:100");
	assert_int_equal(ivrs_simulate(NULL, scene.topology, NULL, NULL, 0, &sim), 0);
	assert_int_equal(ivrs_explain(sim, 0, scene.topology, NULL, NULL, false, &explanation), 0);
	tell_all(explanation, &told);
	assert_string_equal(told.remedies, "bios-iommu");
	assert_non_null(strstr(told.lines, "there is no IVRS"));
	assert_non_null(strstr(told.lines, "DMAR"));
	ivrs_explanation_free(explanation);
	ivrs_sim_unref(sim);
	scene_free(&scene);
}

static void an_acpi_device_is_explained(void **state)
{
	ivrs_explanation *explanation;
	struct scene scene;
	struct told told;
	ivrs_sim *sim;
	size_t device;

	(void)state;
	scene_make(&scene, "info=203041 I40 efr=80 std e:" PLUTON " M21 dev=60 topo a:MSFT0201");
	assert_int_equal(ivrs_simulate(scene.table, scene.topology, scene.kernel, NULL, 0, &sim),
			 0);
	device = ivrs_sim_device_count(sim) - 1;
	assert_non_null(ivrs_sim_device_acpi_name(sim, device));
	assert_int_equal(ivrs_explain(sim, device, scene.topology, scene.kernel, NULL, false,
				      &explanation),
			 0);
	tell_all(explanation, &told);
	assert_int_equal(ivrs_explanation_cause_count(explanation), 1);
	assert_int_equal(ivrs_explanation_cause_class(explanation, 0), IVRS_IVMD_NAMED);
	assert_non_null(strstr(told.lines, "names MSFT0201 itself"));
	ivrs_explanation_free(explanation);
	ivrs_sim_unref(sim);
	scene_free(&scene);
}

/* The board's vendor decides what its switch is called. */
static void the_switch_has_the_vendors_name(void **state)
{
	static const struct {
		const char *vendor, *text;
	} vendors[] = {
		{"Gigabyte Technology Co., Ltd.", "set \"Kernel DMA Protection Indicator\""},
		{"Micro-Star International Co., Ltd.", "set \"Kernel DMA Protection Indicator\""},
		{"MSI", "set \"Kernel DMA Protection Indicator\""},
		{"ASUSTeK COMPUTER INC.", "set the switch for pre-boot DMA protection"},
		{NULL, "set the switch for pre-boot DMA protection"},
	};
	struct scene scene;
	ivrs_sim *sim;
	size_t device;

	(void)state;
	scene_make(&scene, BOARD);
	assert_int_equal(ivrs_simulate(scene.table, scene.topology, scene.kernel, NULL, 0, &sim),
			 0);
	assert_int_equal(ivrs_sim_find(sim, 0x100, &device), 0);
	for (size_t i = 0; i < ARRAY_SIZE(vendors); i++) {
		ivrs_explanation *explanation;

		assert_int_equal(ivrs_explain(sim, device, scene.topology, scene.kernel,
					      vendors[i].vendor, false, &explanation),
				 0);
		assert_non_null(
			strstr(ivrs_explanation_remedy_text(explanation, 0), vendors[i].text));
		ivrs_explanation_free(explanation);
	}
	ivrs_sim_unref(sim);
	scene_free(&scene);
}

static void arguments_are_looked_at(void **state)
{
	ivrs_explanation *explanation;
	struct scene scene;
	ivrs_sim *sim;

	(void)state;
	scene_make(&scene, BOARD);
	assert_int_equal(ivrs_simulate(scene.table, scene.topology, scene.kernel, NULL, 0, &sim),
			 0);
	assert_int_equal(ivrs_explain(NULL, 0, NULL, NULL, NULL, false, &explanation),
			 -IVRS_E_ARGUMENT);
	assert_null(explanation);
	assert_int_equal(ivrs_explain(sim, 0, NULL, NULL, NULL, false, NULL), -IVRS_E_ARGUMENT);
	assert_int_equal(ivrs_explain(sim, 1000, scene.topology, NULL, NULL, false, &explanation),
			 -IVRS_E_NOT_FOUND);
	assert_null(explanation);
	ivrs_explanation_free(NULL);
	assert_string_equal(ivrs_ivmd_class_name(IVRS_IVMD_BLANKET), "blanket");
	assert_string_equal(ivrs_ivmd_class_name(IVRS_IVMD_IDLE), "idle");
	assert_string_equal(ivrs_ivmd_class_name(0), "unknown");
	ivrs_sim_unref(sim);
	scene_free(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_scene_is_explained),
		cmocka_unit_test(causes_are_what_the_simulation_maps),
		cmocka_unit_test(every_remedy_and_every_useless_thing_comes_up),
		cmocka_unit_test(a_host_without_table_is_explained),
		cmocka_unit_test(an_acpi_device_is_explained),
		cmocka_unit_test(the_switch_has_the_vendors_name),
		cmocka_unit_test(arguments_are_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
