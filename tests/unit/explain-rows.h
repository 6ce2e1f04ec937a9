/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hosts, and what is to be said of one of their devices. */
#ifndef TESTS_UNIT_EXPLAIN_ROWS_H
#define TESTS_UNIT_EXPLAIN_ROWS_H

#include "check-scene.h"

#define PLAIN "I10 std "
#define HOST "I10 std topo "
#define PLUTON             \
	"f0600000"         \
	"4d53465430323031" \
	"0000000000000000" \
	"0000"
/* An affected board: three exclusion ranges over sixteen buses, a card in a slot, a second group. */
#define BOARD                                                                                     \
	"info=203043 I11 efr=80 std I40 efr=80 std M22 dev=0 aux=fff fl=8 "                       \
	"M22 dev=0 aux=fff fl=8 start=3d000000 M22 dev=0 aux=fff fl=8 start=3d001000 len=1 topo " \
	"d:8 hdr=1 pcie=142 bus=0101 acs=1d grp=1 d:100 hdr=80 pcie=2 grp=2 d:101 hdr=80 pcie=2 " \
	"grp=2 "                                                                                  \
	"d:1000 grp=3 "
#define ALL_RELAX "kernel-relax-blanket kernel-relax-devices kernel-relax-unity"

struct row {
	const char *line;     /* see check-scene.h */
	const char *relax;    /* of the simulation */
	const char *remedies; /* names, in order */
	const char *summary;  /* a part of it */
	const char *said;     /* a part of some step, warning or useless thing; NULL none */
	const char *unsaid;   /* a part of none of them */
	uint32_t device, flags, causes, warnings, affected;
	bool lockdown;
};

static const struct row rows[] = {
	{.line = BOARD,
	 .device = 0x100,
	 .causes = 3,
	 .affected = 1,
	 .summary = "0000:01:00.0 can't be given to a guest by Linux 6.12: 3 IVMD blocks demand "
		    "1:1 mappings for it",
	 .said = "22 08 20 00 00 00 ff 0f",
	 .unsaid = "pcie-acs",
	 .remedies = "bios-dma-protection vendor-report table-override " ALL_RELAX " older-kernel"},
	{.line = BOARD,
	 .device = 0x100,
	 .causes = 3,
	 .affected = 1,
	 .lockdown = true,
	 .summary = "3 IVMD blocks",
	 .said = "locked down",
	 .remedies = "bios-dma-protection vendor-report " ALL_RELAX " older-kernel"},
	{.line = "c=iommu=pt " BOARD,
	 .device = 0x101,
	 .causes = 3,
	 .affected = 1,
	 .summary = "0000:01:00.1",
	 .said = "iommu=pt, which this command line holds",
	 .unsaid = "iommu=pt (or",
	 .remedies = "bios-dma-protection vendor-report table-override " ALL_RELAX " older-kernel"},
	{.line = BOARD,
	 .device = 0x1000,
	 .summary = "can be given to a guest by Linux 6.12: no IVMD reaches its group",
	 .said = "0 of them reach",
	 .unsaid = "iommu=pt",
	 .remedies = ""},
	{.line = BOARD,
	 .device = 0x100,
	 .relax = "unity",
	 .causes = 3,
	 .affected = 1,
	 .summary = "can be given to a guest by Linux 6.12, though 3 IVMD blocks reach its group",
	 .said = "The relaxation \"unity\" lifts the demand",
	 .remedies = ""},
	{.line = BOARD,
	 .device = 0x100,
	 .relax = "unchecked",
	 .causes = 3,
	 .affected = 1,
	 .summary = "can be given to a guest",
	 .said = "With the check left out",
	 .remedies = ""},
	{.line = "k=6.1 " BOARD,
	 .device = 0x100,
	 .causes = 3,
	 .affected = 1,
	 .summary = "can be given to a guest by Linux 6.1",
	 .said = "cuts the addresses out",
	 .remedies = ""},
	{.line = "r=relax-devices-option " BOARD,
	 .device = 0x100,
	 .causes = 3,
	 .affected = 1,
	 .summary = "can't",
	 .said = "rejecting configuring the device",
	 .remedies = "bios-dma-protection vendor-report table-override " ALL_RELAX " older-kernel"},
	/* Without a host: ranges of device ids. */
	{.line = PLAIN "M22 dev=0 aux=fff",
	 .device = 0x100,
	 .causes = 1,
	 .summary = "0000:0f:1f.7 can't",
	 .said = "for 0000:00:00.0 to 0000:0f:1f.7",
	 .remedies = "vendor-report table-override kernel-relax-unity older-kernel"},
	/* Meant for the device: nothing relaxes it. */
	{.line = "info=203043 " HOST "M21 d:100 grp=1",
	 .device = 0x100,
	 .causes = 1,
	 .warnings = 1,
	 .summary = "1 IVMD block demands",
	 .said = "names 0000:01:00.0 itself",
	 .unsaid = "likely source",
	 .remedies = "vendor-report"},
	{.line = "info=203043 " HOST "M21 fl=8 d:100 grp=1",
	 .device = 0x100,
	 .causes = 1,
	 .warnings = 1,
	 .summary = "1 IVMD block demands",
	 .said = "likely source",
	 .remedies = "bios-dma-protection vendor-report"},
	{.line = HOST "M22 dev=100 aux=107 d:100 grp=1",
	 .device = 0x100,
	 .causes = 1,
	 .warnings = 1,
	 .summary = "1 IVMD block demands",
	 .said = "stays inside one bus",
	 .remedies = "vendor-report"},
	{.line = "info=203041 I40 efr=80 std e:" PLUTON " M21 dev=60 topo d:60 grp=1",
	 .device = 0x60,
	 .causes = 1,
	 .warnings = 2,
	 .summary = "0000:00:0c.0 can't",
	 .said = "is MSFT0201 (Microsoft Pluton",
	 .remedies = "vendor-report"},
	{.line = "info=203041 I40 efr=80 std e:" PLUTON " M22 dev=0 aux=fff topo d:100 grp=1",
	 .device = 0x100,
	 .causes = 1,
	 .warnings = 1,
	 .summary = "can't",
	 .said = "reach MSFT0201",
	 .remedies = "vendor-report table-override kernel-relax-devices kernel-relax-unity "
		     "older-kernel"},
	{.line = HOST "M22 dev=0 aux=fff M21 dev=500 d:100 grp=1",
	 .device = 0x100,
	 .causes = 1,
	 .summary = "can't",
	 .remedies = "vendor-report table-override kernel-relax-devices older-kernel"},
	{.line = HOST "M22 dev=0 aux=fff d:100 class=010400 grp=1",
	 .device = 0x100,
	 .causes = 1,
	 .warnings = 1,
	 .summary = "can't",
	 .said = "is a RAID controller",
	 .remedies = "vendor-report table-override kernel-relax-devices kernel-relax-unity "
		     "older-kernel"},
	/* In the way is another member of the group. */
	{.line = HOST "M21 dev=8 d:8 hdr=1 pcie=142 bus=0101 grp=1 d:100 grp=1",
	 .device = 0x100,
	 .causes = 1,
	 .warnings = 1,
	 .summary = "for another member of its group",
	 .said = "names 0000:00:01.0, another member of the group",
	 .unsaid = "pcie_acs_override",
	 .remedies = "other-slot vendor-report"},
	/* Named without effect. */
	{.line = HOST "M51 M21 fl=6 M21 mseg=1 d:100 grp=1",
	 .device = 0x100,
	 .causes = 3,
	 .summary = "no IVMD reaches its group",
	 .said = "0 of them reach",
	 .remedies = ""},
	/* Other reasons. */
	{.line = HOST "d:100 grp=1 drv=e1000e",
	 .device = 0x100,
	 .flags = IVRS_SIM_AS_BOUND,
	 .summary = "the host uses a function",
	 .said = "EPERM",
	 .remedies = "bind-vfio"},
	{.line = HOST "M22 dev=0 aux=fff d:100 grp=1 drv=e1000e",
	 .device = 0x100,
	 .flags = IVRS_SIM_AS_BOUND,
	 .causes = 1,
	 .summary = "the host uses a function",
	 .said = "EPERM",
	 .remedies = "bind-vfio vendor-report table-override kernel-relax-devices "
		     "kernel-relax-unity older-kernel"},
	{.line = "c=nointremap " HOST "d:100 grp=1",
	 .device = 0x100,
	 .summary = "interrupt remapping doesn't work",
	 .remedies = "interrupt-remapping allow-unsafe-interrupts"},
	{.line = "I10 e:04feff00 topo d:100 grp=1",
	 .device = 0x100,
	 .summary = "interrupt remapping doesn't work",
	 .remedies = "vendor-report allow-unsafe-interrupts"},
	{.line = "k=6.1 " HOST "d:100 grp=1",
	 .device = 0x100,
	 .flags = IVRS_SIM_IOMMUFD,
	 .summary = "doesn't have the VFIO interface",
	 .remedies = "other-interface"},
	{.line = "I10 e:04ff0000 ioapic topo d:100",
	 .device = 0x100,
	 .summary = "has no IOMMU group",
	 .said = "No IVHD that Linux uses covers",
	 .remedies = "vendor-report"},
	{.line = HOST "d:8 hdr=1 pcie=42 bus=0101 grp=1",
	 .device = 8,
	 .summary = "nothing to give",
	 .said = "only functions that VFIO doesn't take",
	 .remedies = ""},
	/* No IOMMU at all. */
	{.line = "c=quiet,amd_iommu=off " HOST "d:100",
	 .device = 0x100,
	 .summary = "the command line switches the IOMMU off",
	 .remedies = "iommu-on"},
	{.line = "sum=1 " HOST "d:100",
	 .device = 0x100,
	 .summary = "gives up on this table",
	 .said = "invalid checksum",
	 .remedies = "vendor-report table-override"},
	{.line = HOST "M21 fl=1 d:100",
	 .device = 0x100,
	 .summary = "unregistered during the boot",
	 .said = "IVMD 0 at offset 0x58",
	 .remedies = "iommu-pt vendor-report table-override"},
	{.line = "info=203043 " HOST "M21 fl=1 d:100",
	 .device = 0x100,
	 .lockdown = true,
	 .summary = "unregistered during the boot",
	 .remedies = "bios-dma-protection iommu-pt vendor-report"},
	{.line = HOST "d:100 B55 blk=0",
	 .device = 0x100,
	 .summary = "the boot never ends",
	 .remedies = "vendor-report table-override"},
	{.line = "I10 e:04ff0000 ioapic topo d:300",
	 .device = 0x300,
	 .summary = "the kernel panics",
	 .remedies = "vendor-report"},
};

#endif
