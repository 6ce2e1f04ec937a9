/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Configuration space to topology, through libpci: it asks the device only for the registers that are needed. */
#include "pci.h"

/* PCI Express Base Specification: id of the ACS, ATS, PRI and PASID capabilities; not all of them are in libpci 3.5. */
#define EXT_ACS 0x0d
#define EXT_ATS 0x0f
#define EXT_PRI 0x13
#define EXT_PASID 0x1b
#define CAP_IOMMU 0x0f /* AMD IOMMU specification 3.2, "IOMMU Capability Block" */
#define CONFIG_HEADER 64u
#define CONFIG_PCI 256u

static bool readable(const struct pci_function *f, unsigned offset, unsigned length)
{
	u8 bytes[8];

	if (f->size != PCI_ASK)
		return offset <= f->size && length <= f->size - offset;
	return pci_read_block(f->dev, (int)offset, bytes, (int)length);
}

static void set(struct pci_function *f, int status)
{
	if (status && !f->status)
		f->status = status;
}

static struct pci_cap *extended(const struct pci_function *f, unsigned id, unsigned length)
{
	struct pci_cap *cap = pci_find_cap(f->dev, id, PCI_CAP_EXTENDED);

	return cap && readable(f, cap->addr, length) ? cap : NULL;
}

static void decode_extended(struct pci_function *f, struct pci_gaps *gaps)
{
	ivrs_topology *t = f->host->topology;
	struct pci_cap *cap;

	if (!readable(f, CONFIG_PCI, 4)) {
		gaps->no_extended++;
		return;
	}
	cap = extended(f, EXT_ACS, 8);
	if (cap)
		set(f, ivrs_topology_set_acs(t, f->sbdf, pci_read_word(f->dev, (int)cap->addr + 4),
					     pci_read_word(f->dev, (int)cap->addr + 6)));
	if (extended(f, EXT_PASID, 4))
		set(f, ivrs_topology_set_pasid(t, f->sbdf, true));
	if (extended(f, EXT_PRI, 4) && extended(f, EXT_ATS, 4))
		set(f, ivrs_topology_set_page_requests(t, f->sbdf, true));
}

static void decode_capabilities(struct pci_function *f, struct pci_gaps *gaps)
{
	ivrs_topology *t = f->host->topology;
	struct pci_cap *cap;

	if (!(pci_read_word(f->dev, PCI_STATUS) & PCI_STATUS_CAP_LIST)) {
		set(f, ivrs_topology_set_msi(t, f->sbdf, false));
		return;
	}
	/* Without root Linux ends the file after the header. */
	if (!readable(f, pci_read_byte(f->dev, PCI_CAPABILITY_LIST) & ~3u, 2)) {
		gaps->no_capabilities++;
		return;
	}
	if (!pci_find_cap(f->dev, PCI_CAP_ID_MSI, PCI_CAP_NORMAL))
		set(f, ivrs_topology_set_msi(t, f->sbdf, false));
	cap = pci_find_cap(f->dev, CAP_IOMMU, PCI_CAP_NORMAL);
	if (cap && readable(f, cap->addr, 4))
		set(f, ivrs_topology_set_iommu_capability(t, f->sbdf,
							  pci_read_long(f->dev, (int)cap->addr)));
	cap = pci_find_cap(f->dev, PCI_CAP_ID_EXP, PCI_CAP_NORMAL);
	if (!cap || !readable(f, cap->addr, 4))
		return;
	set(f, ivrs_topology_set_pcie(t, f->sbdf, pci_read_word(f->dev, (int)cap->addr + 2)));
	decode_extended(f, gaps);
}

void pci_decode(struct pci_function *f, struct pci_gaps *gaps)
{
	ivrs_topology *t = f->host->topology;
	struct pci_dev *dev = f->dev;
	uint16_t vendor;
	uint8_t layout;

	gaps->functions++;
	if (!readable(f, 0, 4) || !readable(f, CONFIG_HEADER - 4, 4)) {
		gaps->no_config++;
		return;
	}
	vendor = pci_read_word(dev, PCI_VENDOR_ID);
	layout = pci_read_byte(dev, PCI_HEADER_TYPE);
	/* A function that sleeps or is gone reads as ones, a virtual function has ones for its ids only. */
	if (vendor == 0xffff && layout == 0xff) {
		gaps->no_config++;
		return;
	}
	if (vendor != 0xffff)
		set(f,
		    ivrs_topology_set_ids(t, f->sbdf, vendor, pci_read_word(dev, PCI_DEVICE_ID)));
	else
		set(f, ivrs_topology_set_virtual(t, f->sbdf, true));
	set(f, ivrs_topology_set_class(t, f->sbdf, pci_read_long(dev, PCI_CLASS_REVISION) >> 8));
	if ((layout & 0x7f) == PCI_HEADER_TYPE_BRIDGE)
		set(f, ivrs_topology_set_bridge(t, f->sbdf, pci_read_byte(dev, PCI_SECONDARY_BUS),
						pci_read_byte(dev, PCI_SUBORDINATE_BUS)));
	set(f, ivrs_topology_set_header_type(t, f->sbdf, layout));
	decode_capabilities(f, gaps);
}

void pci_note_gaps(ivrs_host *host, const struct pci_gaps *gaps)
{
	if (gaps->no_config)
		host_note(host, "%zu of %zu PCI functions: configuration space can't be read",
			  gaps->no_config, gaps->functions);
	if (gaps->no_capabilities)
		host_note(
			host,
			"%zu of %zu PCI functions: capabilities unknown, configuration space ends "
			"after the header (read without root?)",
			gaps->no_capabilities, gaps->functions);
	if (gaps->no_extended)
		host_note(host,
			  "%zu of %zu PCI functions: extended capabilities (ACS, PASID) unknown, "
			  "configuration space ends after 256 bytes",
			  gaps->no_extended, gaps->functions);
}
