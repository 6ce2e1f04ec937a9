# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is booted and what must come out of it: the written expectation for each patch."""
from dataclasses import dataclass, field

from ivrs import ivmd

IOVA = 0x3c000000                      # where the IVMD blocks of ivrs.ivmd() lie
ROOT, SLOT, PAIR, CONV = "0000:00:04.0", "0000:01:00.0", "0000:02:00.0", "0000:04:01.0"
PAIR1 = "0000:02:00.1"
ALL = (ROOT, SLOT, PAIR, CONV)

ACROSS = ivmd(0x22, 0x0000, 0x0fff)    # the published block of affected boards
EVERY = ivmd(0x20, 0)
NAMED = ivmd(0x21, 0x0100)
WITHIN = ivmd(0x22, 0x0100, 0x01ff)


@dataclass
class Outcome:
    """Of the group of a device: how its IVMD range is reported, how far a claim comes, and whether
    a page can be mapped in the range afterwards."""
    regions: frozenset
    claim: str          # "ok" or the errno of the step that refuses
    map: str            # "ok", an errno, or "" when it does not come to that


FREE = Outcome(frozenset(), "ok", "ok")
REFUSED = Outcome(frozenset({"direct"}), "EINVAL", "")
RELAXED = Outcome(frozenset({"direct-relaxable"}), "ok", "ok")
MIXED = Outcome(frozenset({"direct", "direct-relaxable"}), "EINVAL", "")
# before 6.6 a direct region only cuts its range out of what can be mapped
HOLE = Outcome(frozenset({"direct"}), "ok", "EINVAL")
MIXED_HOLE = Outcome(frozenset({"direct", "direct-relaxable"}), "ok", "EINVAL")


@dataclass
class Check:
    name: str
    outcome: dict                                   # device -> Outcome
    taint: bool = False                             # TAINT_FIRMWARE_WORKAROUND
    log: dict = field(default_factory=dict)         # regular expression -> how many lines


@dataclass
class Boot:
    step: int                                       # how many patches are applied
    blocks: list
    cmdline: str
    relax: str                                      # what `ivrsctl simulate --relax` models it
    checks: list

    def relaxes(self):
        """Whether what is in force has an effect on any range."""
        return any("direct-relaxable" in outcome.regions
                   for check in self.checks for outcome in check.outcome.values())


def every(outcome):
    return {device: outcome for device in ALL}


def line_of(device, why):
    """The line that patches 2 and 3 log per device and range."""
    return rf"\b{device}: AMD-Vi: unity map \[mem 0x3c000000-0x3c000fff\] is relaxable: .*{why}"


ANY_RELAXED = r"is relaxable:"
WARNED = r"AMD-Vi: amd_iommu=relax_unity: 1:1 mappings"
BY_NAME = r"amd_iommu_relax_unity="
BY_RULE = r"device is in a slot"
IGNORED = r"AMD-Vi: amd_iommu_relax_unity: '%s' ignored, not"

# one good entry after every kind of bad one: no number, no such device or function number, a
# range that ends before it starts, one over two segments, a prefix, too many digits, a range open
# at its end, text after an entry; and empty ones, which are nobody's mistake
BAD = ["zz", "01:20.0", "01:00.8", "02:00.0-01:00.0", "01:00.0-0001:01:00.0", "0x1:00.0",
       "001:00.0", "01:00.0-", "01:00.0-01:00.0-01:00.0", "01:00", "00001:01:00.0"]
SYNTAX = ",,".join(BAD + ["0000:01:00.0"])


def since_6_6():
    return [
        Boot(0, [], "", "none", [
            Check("unpatched: no IVMD, every group can be claimed", every(FREE))]),
        Boot(0, [ACROSS], "amd_iommu=relax_unity", "none", [
            Check("unpatched: refuses, and does not know the option", every(REFUSED),
                  log={r"AMD-Vi: Unknown option - 'relax_unity'": 1, ANY_RELAXED: 0})]),

        Boot(1, [ACROSS], "", "none", [
            Check("0001 without its option: refuses", every(REFUSED), log={WARNED: 0})]),
        Boot(1, [ACROSS], "amd_iommu=relax_unity", "unity", [
            Check("0001 with its option: accepts, warns once, taints", every(RELAXED), taint=True,
                  log={WARNED: 1})]),
        Boot(1, [], "amd_iommu=relax_unity", "unity", [
            Check("0001 with its option and no IVMD: no warning, no taint", every(FREE),
                  log={WARNED: 0})]),

        Boot(2, [ACROSS], "amd_iommu_relax_unity=0f:00.0", "devices=0f:00.0", [
            Check("0002 naming another device: refuses, no taint", every(REFUSED),
                  log={ANY_RELAXED: 0})]),
        Boot(2, [ACROSS], "amd_iommu_relax_unity=01:00.0,02:00.0", "devices=01:00.0,02:00.0", [
            Check("0002 naming the device: accepts that one only, logs it, taints",
                  {SLOT: RELAXED, ROOT: REFUSED, CONV: REFUSED}, taint=True,
                  log={line_of(SLOT, BY_NAME): 1, WARNED: 0}),
            Check("0002 naming part of a group: refuses", {PAIR: MIXED}, taint=True,
                  log={line_of(PAIR, BY_NAME): 1, line_of(PAIR1, BY_NAME): 0})]),
        Boot(2, [ACROSS], "amd_iommu_relax_unity=0000:02:00.0-02:00.1,3:0.0-04:1f.7",
             "devices=0000:02:00.0-02:00.1,3:0.0-04:1f.7", [
                 Check("0002 naming a whole group by a range: accepts",
                       {PAIR: RELAXED, CONV: RELAXED, SLOT: REFUSED}, taint=True,
                       log={line_of(PAIR, BY_NAME): 1, line_of(PAIR1, BY_NAME): 1,
                            line_of(CONV, BY_NAME): 1})]),
        Boot(2, [ACROSS], "amd_iommu_relax_unity=" + SYNTAX, "devices=0000:01:00.0", [
            Check("0002 bad syntax: each bad entry reported, the good one applies",
                  {SLOT: RELAXED, PAIR: REFUSED, ROOT: REFUSED}, taint=True,
                  log=dict({IGNORED % bad.replace(".", r"\."): 1 for bad in BAD},
                           **{IGNORED % ".*": len(BAD)}))]),

        Boot(3, [ACROSS], "", "blanket", [
            Check("0003 22h across buses: accepts what is in a slot, logs it, no taint",
                  {SLOT: RELAXED, PAIR: RELAXED},
                  log={line_of(SLOT, BY_RULE): 1, line_of(PAIR, BY_RULE): 1,
                       line_of(PAIR1, BY_RULE): 1, ANY_RELAXED: 3}),
            Check("0003 22h across buses: root-bus device stays enforced", {ROOT: REFUSED}),
            Check("0003 22h across buses: conventional PCI in a slot stays enforced",
                  {CONV: REFUSED})]),
        Boot(3, [EVERY], "", "blanket", [
            Check("0003 20h: as 22h across buses",
                  {SLOT: RELAXED, PAIR: RELAXED, ROOT: REFUSED, CONV: REFUSED},
                  log={ANY_RELAXED: 3})]),
        Boot(3, [NAMED], "", "blanket", [
            Check("0003 21h: stays enforced", {SLOT: REFUSED, PAIR: FREE, ROOT: FREE},
                  log={ANY_RELAXED: 0})]),
        Boot(3, [WITHIN], "", "blanket", [
            Check("0003 22h inside one bus: stays enforced", {SLOT: REFUSED, PAIR: FREE},
                  log={ANY_RELAXED: 0})]),
        Boot(3, [ACROSS, NAMED], "", "blanket", [
            Check("0003 22h across buses and 21h naming the device: refuses",
                  {SLOT: MIXED, PAIR: RELAXED, ROOT: REFUSED})]),
        Boot(3, [NAMED], "amd_iommu_relax_unity=01:00.0", "devices=01:00.0+blanket", [
            Check("0003 does not touch the option of 0002", {SLOT: RELAXED, PAIR: FREE},
                  taint=True, log={line_of(SLOT, BY_NAME): 1})]),
        Boot(3, [ACROSS], "amd_iommu_relax_unity=00:04.0", "devices=00:04.0+blanket", [
            Check("0003 and the option of 0002 add up",
                  {ROOT: RELAXED, SLOT: RELAXED, PAIR: RELAXED, CONV: REFUSED}, taint=True,
                  log={line_of(ROOT, BY_NAME): 1, line_of(SLOT, BY_RULE): 1, ANY_RELAXED: 4})]),
    ]


def before_6_6():
    return [
        Boot(0, [ACROSS], "", "none", [
            Check("unpatched: claim works, mapping the range fails", every(HOLE))]),
        Boot(1, [ACROSS], "", "none", [
            Check("0001 without its option: mapping the range fails", every(HOLE),
                  log={WARNED: 0})]),
        Boot(1, [ACROSS], "amd_iommu=relax_unity", "unity", [
            Check("0001 with its option: mapping works, warns once, taints", every(RELAXED),
                  taint=True, log={WARNED: 1})]),
        Boot(2, [ACROSS], "amd_iommu_relax_unity=zz,01:00.0,02:00.0",
             "devices=01:00.0,02:00.0", [
                 Check("0002 naming the device: mapping works for that one only",
                       {SLOT: RELAXED, ROOT: HOLE, CONV: HOLE}, taint=True,
                       log={line_of(SLOT, BY_NAME): 1, IGNORED % "zz": 1}),
                 Check("0002 naming part of a group: mapping the range fails",
                       {PAIR: MIXED_HOLE}, taint=True)]),
        Boot(3, [ACROSS], "", "blanket", [
            Check("0003 22h across buses: mapping works for what is in a slot, no taint",
                  {SLOT: RELAXED, PAIR: RELAXED, ROOT: HOLE, CONV: HOLE},
                  log={line_of(SLOT, BY_RULE): 1, ANY_RELAXED: 3})]),
        Boot(3, [ACROSS, NAMED], "", "blanket", [
            Check("0003 22h across buses and 21h naming the device: mapping the range fails",
                  {SLOT: MIXED_HOLE, PAIR: RELAXED})]),
    ]


LINES = {"6.12": since_6_6, "6.1": before_6_6, "mainline": since_6_6}
