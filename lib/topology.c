/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The PCI functions and ACPI devices of a host, as told by the caller. */
#include "topology.h"

int ivrs_topology_new(ivrs_topology **out)
{
	if (!out)
		return -IVRS_E_ARGUMENT;
	*out = calloc(1, sizeof(**out));
	return *out ? 0 : -IVRS_E_NOMEM;
}

void ivrs_topology_free(ivrs_topology *t)
{
	if (!t)
		return;
	free(t->devices);
	free(t->slots);
	free(t->acpi);
	free(t->iommus);
	free(t->texts);
	free(t);
}

static size_t slot_of(const struct ivrs_topology *t, ivrs_sbdf_t sbdf)
{
	size_t slot = (sbdf * 2654435761u) & (t->slot_count - 1);

	while (t->slots[slot] != NO_INDEX && t->devices[t->slots[slot]].sbdf != sbdf)
		slot = (slot + 1) & (t->slot_count - 1);
	return slot;
}

uint32_t topology_index(const struct ivrs_topology *t, ivrs_sbdf_t sbdf)
{
	/* Setters mostly follow the add of their device. */
	if (t->count && !t->devices[t->count - 1].is_acpi && t->devices[t->count - 1].sbdf == sbdf)
		return (uint32_t)(t->count - 1);
	return t->slot_count ? t->slots[slot_of(t, sbdf)] : NO_INDEX;
}

static int grow(struct ivrs_topology *t)
{
	if (t->count == IVRS_TOPOLOGY_LIMIT)
		return -IVRS_E_TOO_LARGE;
	if (t->count == t->room) {
		size_t room = t->room ? 2 * t->room : 32;
		struct device *devices = realloc(t->devices, room * sizeof(*devices));

		if (!devices)
			return -IVRS_E_NOMEM;
		t->devices = devices;
		t->room = room;
	}
	if (t->slot_count < 2 * t->room) {
		size_t count = 2 * t->room;
		uint32_t *slots = malloc(count * sizeof(*slots));

		if (!slots)
			return -IVRS_E_NOMEM;
		memset(slots, 0xff, count * sizeof(*slots));
		free(t->slots);
		t->slots = slots;
		t->slot_count = count;
		for (size_t i = 0; i < t->count; i++)
			if (!t->devices[i].is_acpi)
				t->slots[slot_of(t, t->devices[i].sbdf)] = (uint32_t)i;
	}
	return 0;
}

int ivrs_topology_add(ivrs_topology *t, ivrs_sbdf_t sbdf)
{
	int err;

	if (!t)
		return -IVRS_E_ARGUMENT;
	if (topology_index(t, sbdf) != NO_INDEX)
		return -IVRS_E_EXISTS;
	err = grow(t);
	if (err)
		return err;
	t->devices[t->count] = (struct device){.sbdf = sbdf, .group = IVRS_NO_GROUP};
	t->slots[slot_of(t, sbdf)] = (uint32_t)t->count;
	t->count++;
	return 0;
}

int ivrs_topology_add_acpi(ivrs_topology *t, const char *name, const char *hid, const char *uid,
			   uint32_t group)
{
	struct acpi_device *acpi;
	int err;

	if (!t || !name || !hid || !uid || !*name ||
	    strnlen(name, sizeof(acpi->name)) == sizeof(acpi->name) ||
	    strnlen(hid, sizeof(acpi->hid)) == sizeof(acpi->hid) ||
	    strnlen(uid, sizeof(acpi->uid)) == sizeof(acpi->uid))
		return -IVRS_E_ARGUMENT;
	for (size_t i = 0; i < t->acpi_count; i++)
		if (!strcmp(t->acpi[i].name, name))
			return -IVRS_E_EXISTS;
	/* Real hosts have a handful; the names are compared one by one, so the number is kept small. */
	if (t->acpi_count == 4096)
		return -IVRS_E_TOO_LARGE;
	err = grow(t);
	if (err)
		return err;
	acpi = realloc(t->acpi, (t->acpi_count + 1) * sizeof(*acpi));
	if (!acpi)
		return -IVRS_E_NOMEM;
	t->acpi = acpi;
	memset(&acpi[t->acpi_count], 0, sizeof(*acpi));
	memcpy(acpi[t->acpi_count].name, name, strlen(name));
	memcpy(acpi[t->acpi_count].hid, hid, strlen(hid));
	memcpy(acpi[t->acpi_count].uid, uid, strlen(uid));
	t->devices[t->count++] =
		(struct device){.group = group, .is_acpi = true, .text = (uint32_t)t->acpi_count++};
	if (group != IVRS_NO_GROUP)
		t->has_groups = true;
	return 0;
}

static struct device *find(struct ivrs_topology *t, ivrs_sbdf_t sbdf, int *err)
{
	uint32_t index = t ? topology_index(t, sbdf) : NO_INDEX;

	*err = !t ? -IVRS_E_ARGUMENT : index == NO_INDEX ? -IVRS_E_NOT_FOUND : 0;
	return *err ? NULL : &t->devices[index];
}

int ivrs_topology_set_class(ivrs_topology *t, ivrs_sbdf_t sbdf, uint32_t class_code)
{
	int err;
	struct device *d = find(t, sbdf, &err);

	if (d)
		d->class_code = class_code & 0xffffff;
	return err;
}

int ivrs_topology_set_ids(ivrs_topology *t, ivrs_sbdf_t sbdf, uint16_t vendor, uint16_t device)
{
	int err;
	struct device *d = find(t, sbdf, &err);

	if (d) {
		d->vendor = vendor;
		d->device = device;
	}
	return err;
}

int ivrs_topology_set_header_type(ivrs_topology *t, ivrs_sbdf_t sbdf, uint8_t header_type)
{
	int err;
	struct device *d = find(t, sbdf, &err);

	if (d)
		d->header_type = header_type;
	return err;
}

int ivrs_topology_set_bridge(ivrs_topology *t, ivrs_sbdf_t sbdf, uint8_t secondary,
			     uint8_t subordinate)
{
	int err;
	struct device *d = find(t, sbdf, &err);

	if (d) {
		if (!(d->header_type & HEADER_LAYOUT))
			d->header_type |= 1;
		d->secondary = secondary;
		d->subordinate = subordinate;
		d->has_bridge = true;
	}
	return err;
}

int ivrs_topology_set_pcie(ivrs_topology *t, ivrs_sbdf_t sbdf, uint16_t flags)
{
	int err;
	struct device *d = find(t, sbdf, &err);

	if (d) {
		d->pcie = flags;
		d->is_pcie = true;
	}
	return err;
}

int ivrs_topology_set_acs(ivrs_topology *t, ivrs_sbdf_t sbdf, uint16_t capability, uint16_t control)
{
	int err;
	struct device *d = find(t, sbdf, &err);

	if (d) {
		d->acs_capability = capability;
		d->acs_control = control;
		d->has_acs = true;
	}
	return err;
}

int ivrs_topology_set_group(ivrs_topology *t, ivrs_sbdf_t sbdf, uint32_t group)
{
	int err;
	struct device *d = find(t, sbdf, &err);

	if (d) {
		d->group = group;
		if (group != IVRS_NO_GROUP)
			t->has_groups = true;
	}
	return err;
}

/* Drivers are few: each name is kept once, found by walking the list of names. */
static int intern(struct ivrs_topology *t, const char *text, uint32_t *offset)
{
	size_t length = strnlen(text, 64), at = 1;

	if (length == 64)
		return -IVRS_E_ARGUMENT;
	for (; at < t->text_size; at += strlen(t->texts + at) + 1)
		if (!strcmp(t->texts + at, text)) {
			*offset = (uint32_t)at;
			return 0;
		}
	if (at + length + 1 > t->text_room) {
		size_t room = t->text_room ? 2 * t->text_room : 256;
		char *texts = room > 65536 ? NULL : realloc(t->texts, room);

		if (!texts)
			return room > 65536 ? -IVRS_E_TOO_LARGE : -IVRS_E_NOMEM;
		t->texts = texts;
		t->text_room = room;
	}
	memcpy(t->texts + at, text, length + 1);
	t->text_size = at + length + 1;
	*offset = (uint32_t)at;
	return 0;
}

int ivrs_topology_set_driver(ivrs_topology *t, ivrs_sbdf_t sbdf, const char *driver)
{
	uint32_t offset = 0;
	int err;
	struct device *d = find(t, sbdf, &err);

	if (!d)
		return err;
	if (driver && *driver) {
		err = intern(t, driver, &offset);
		if (err)
			return err;
	}
	d->text = offset;
	return 0;
}

int ivrs_topology_set_untrusted(ivrs_topology *t, ivrs_sbdf_t sbdf, bool untrusted)
{
	int err;
	struct device *d = find(t, sbdf, &err);

	if (d)
		d->untrusted = untrusted;
	return err;
}

int ivrs_topology_set_virtual(ivrs_topology *t, ivrs_sbdf_t sbdf, bool is_virtual)
{
	int err;
	struct device *d = find(t, sbdf, &err);

	if (d)
		d->is_virtual = is_virtual;
	return err;
}

int ivrs_topology_set_pasid(ivrs_topology *t, ivrs_sbdf_t sbdf, bool pasid)
{
	int err;
	struct device *d = find(t, sbdf, &err);

	if (d)
		d->pasid = pasid;
	return err;
}

int ivrs_topology_set_page_requests(ivrs_topology *t, ivrs_sbdf_t sbdf, bool page_requests)
{
	int err;
	struct device *d = find(t, sbdf, &err);

	if (d)
		d->page_requests = page_requests;
	return err;
}

int ivrs_topology_set_msi(ivrs_topology *t, ivrs_sbdf_t sbdf, bool msi)
{
	int err;
	struct device *d = find(t, sbdf, &err);

	if (d)
		d->no_msi = !msi;
	return err;
}

const struct iommu_hardware *topology_iommu(const struct ivrs_topology *t, ivrs_sbdf_t sbdf)
{
	for (size_t i = 0; i < t->iommu_count; i++)
		if (t->iommus[i].sbdf == sbdf)
			return &t->iommus[i];
	return NULL;
}

static int iommu_entry(struct ivrs_topology *t, ivrs_sbdf_t sbdf, struct iommu_hardware **out)
{
	struct iommu_hardware *iommus;
	int err;

	if (!find(t, sbdf, &err))
		return err;
	*out = (struct iommu_hardware *)topology_iommu(t, sbdf);
	if (*out)
		return 0;
	if (t->iommu_count == 4096)
		return -IVRS_E_TOO_LARGE;
	iommus = realloc(t->iommus, (t->iommu_count + 1) * sizeof(*iommus));
	if (!iommus)
		return -IVRS_E_NOMEM;
	t->iommus = iommus;
	iommus[t->iommu_count] = (struct iommu_hardware){.sbdf = sbdf};
	*out = &iommus[t->iommu_count++];
	return 0;
}

int ivrs_topology_set_iommu_capability(ivrs_topology *t, ivrs_sbdf_t sbdf, uint32_t header)
{
	struct iommu_hardware *iommu = NULL;
	int err = iommu_entry(t, sbdf, &iommu);

	if (!err)
		iommu->header = header;
	return err;
}

int ivrs_topology_set_iommu_features(ivrs_topology *t, ivrs_sbdf_t sbdf, uint64_t efr,
				     uint64_t efr2)
{
	struct iommu_hardware *iommu = NULL;
	int err = iommu_entry(t, sbdf, &iommu);

	if (!err) {
		iommu->efr = efr;
		iommu->efr2 = efr2;
		iommu->has_features = true;
	}
	return err;
}

int ivrs_topology_add_ioapic(ivrs_topology *t, uint8_t id)
{
	if (!t)
		return -IVRS_E_ARGUMENT;
	if (t->ioapic_count == ARRAY_SIZE(t->ioapics))
		return -IVRS_E_TOO_LARGE;
	t->ioapics[t->ioapic_count++] = id;
	return 0;
}

int ivrs_topology_set_complete(ivrs_topology *t, bool complete)
{
	if (!t)
		return -IVRS_E_ARGUMENT;
	t->complete = complete;
	return 0;
}

size_t ivrs_topology_count(const ivrs_topology *t)
{
	return t ? t->count : 0;
}

static const struct device *at(const struct ivrs_topology *t, size_t index)
{
	static const struct device none = {.group = IVRS_NO_GROUP};

	return t && index < t->count ? &t->devices[index] : &none;
}

ivrs_sbdf_t ivrs_topology_sbdf(const ivrs_topology *t, size_t index)
{
	return at(t, index)->sbdf;
}

const char *ivrs_topology_acpi_name(const ivrs_topology *t, size_t index)
{
	return at(t, index)->is_acpi ? t->acpi[at(t, index)->text].name : NULL;
}

int ivrs_topology_find(const ivrs_topology *t, ivrs_sbdf_t sbdf, size_t *index)
{
	uint32_t found;

	if (!t || !index)
		return -IVRS_E_ARGUMENT;
	found = topology_index(t, sbdf);
	*index = found == NO_INDEX ? 0 : found;
	return found == NO_INDEX ? -IVRS_E_NOT_FOUND : 0;
}

uint32_t ivrs_topology_class(const ivrs_topology *t, size_t index)
{
	return at(t, index)->class_code;
}

uint16_t ivrs_topology_vendor(const ivrs_topology *t, size_t index)
{
	return at(t, index)->vendor;
}

uint16_t ivrs_topology_device(const ivrs_topology *t, size_t index)
{
	return at(t, index)->device;
}

bool ivrs_topology_is_bridge(const ivrs_topology *t, size_t index)
{
	return (at(t, index)->header_type & HEADER_LAYOUT) != 0;
}

uint32_t ivrs_topology_group(const ivrs_topology *t, size_t index)
{
	return at(t, index)->group;
}

const char *ivrs_topology_driver(const ivrs_topology *t, size_t index)
{
	const struct device *d = at(t, index);

	return !d->is_acpi && d->text ? t->texts + d->text : NULL;
}

bool ivrs_topology_has_groups(const ivrs_topology *t)
{
	return t && t->has_groups;
}
