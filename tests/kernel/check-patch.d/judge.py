# SPDX-License-Identifier: LGPL-2.1-or-later
"""Holds what a boot told against the written expectation and against `ivrsctl simulate --json`."""
import json
import os
import re
import subprocess

from guest import failed_step
from scenarios import IOVA

FIRMWARE_WORKAROUND = 1 << 11
RELEASE, IMAGE, SWAP = "verify-release", "verify-image", "verify-swap"   # what verify had to go by, as init marks it
BRIDGES_ONLY = "ENOENT"     # open of /dev/vfio/N of a group in which vfio-pci has nothing


def measured(report, device):
    """(region types at the IVMD range, claim, map) of the group of DEVICE, by legacy container."""
    number = report.group_of(device)
    if number is None:
        return None
    types = frozenset(kind for start, end, kind in report.groups[number]["regions"]
                      if start <= IOVA <= end)
    claim = report.legacy[number]
    failed = failed_step(claim)
    return types, failed[1] if failed else "ok", claim["steps"].get("map", "")


def against_expectation(report, check, cdev):
    """What is wrong, line by line; nothing if CHECK holds."""
    wrong = []
    for device, want in check.outcome.items():
        got = measured(report, device)
        if got != (want.regions, want.claim, want.map):
            wrong.append(f"{device}: expected {sorted(want.regions)} {want.claim} {want.map},"
                         f" the kernel says {got}")
        if not cdev:
            continue
        claim = report.cdev.get(device)
        failed = failed_step(claim) if claim else ("cdev", "missing")
        got = (failed[1] if failed else "ok", claim["steps"].get("map", "") if claim else "")
        if got != (want.claim, want.map):
            wrong.append(f"{device}: by cdev expected {want.claim} {want.map}, got {got} {failed}")
    if bool(report.taint & FIRMWARE_WORKAROUND) != check.taint:
        wrong.append(f"taint is {report.taint}, bit 11 should be {int(check.taint)}")
    for pattern, count in check.log.items():
        lines = [line for line in report.log if re.search(pattern, line)]
        if len(lines) != count:
            wrong.append(f"log: {len(lines)} lines match /{pattern}/, expected {count}")
    return wrong


def _verify(report, mark, wanted, evidence):
    """What is wrong with one `ivrsctl verify --json` of the guest. WANTED: its conclusion, the
    relaxations of which one is to be found, and whether that is without having been predicted."""
    conclusion, relaxations, surprise = wanted
    text = report.section(mark)
    document, _, status = text.rpartition("exit ")
    try:
        answer = json.loads(document)
        got = (int(status), answer["conclusion"], answer["override"], bool(answer["differences"]),
               answer["grouping_compared"], answer["grouping_differences"])
        right = (answer["found"] in relaxations
                 and answer["kernel"]["evidence"].startswith(evidence))
    except (ValueError, KeyError, TypeError):
        right, got = False, None
    if right and got == (0, conclusion, "active", surprise, True, []):
        return []
    return [f"{mark}: expected exit 0, {conclusion}, {relaxations} by {evidence}; it printed",
            *text.splitlines()]


def _swapped(report):
    """A table that isn't the one in force has to be told from it, whatever is relaxed."""
    text = report.section(SWAP)
    document, _, status = text.rpartition("exit ")
    try:
        got = (int(status), bool(json.loads(document)["differences"]))
    except (ValueError, KeyError, TypeError):
        got = None
    return [] if got == (3, True) else [f"{SWAP}: expected exit 3, it printed", *text.splitlines()]


def against_verify(report, boot):
    """`ivrsctl verify` ran in the guest, first without the image of its kernel, when a patch has to be
    found out by what it does, then with it, when it is known which options and rules there are."""
    alone = boot.relax.removesuffix("+blanket")     # the rule may have nothing to add to the option
    relaxed = boot.relaxes()
    by_release = ("relaxed", (boot.relax, alone), True) if relaxed else ("agrees", ("none",), False)
    by_image = ("agrees" if boot.relax == "none" else "relaxed", (boot.relax,), False)
    return (_verify(report, RELEASE, by_release, "the release")
            + _verify(report, IMAGE, by_image, "image /boot/vmlinuz-") + _swapped(report))


def _ranges(entries):
    return [(int(entry["start"], 16), int(entry["end"], 16)) for entry in entries]


def _simulate(ivrsctl, snapshot, relax, path):
    command = [ivrsctl, "simulate", "--json", "--sysroot", snapshot, "--relax", relax,
               f"--path={path}"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60,
                          check=False, env=dict(os.environ, LC_ALL="C"))
    # 3 means that some group is refused, which is an answer
    if done.returncode not in (0, 3):
        raise ValueError(f"exit {done.returncode}: {done.stderr.decode(errors='replace').strip()}")
    answer = json.loads(done.stdout)
    if answer.get("schema") != "ivrsctl-simulate/1" or len(answer.get("results", [])) != 1:
        raise ValueError("not one result of schema ivrsctl-simulate/1")
    result = answer["results"][0]
    if result["iommu"]["state"] != "ready":
        raise ValueError(f"predicts that the IOMMU is {result['iommu']['state']}")
    refused = any(group["claim"]["result"] == "refused" for group in result["groups"])
    if done.returncode != (3 if refused else 0):
        raise ValueError(f"exit {done.returncode} does not fit its own answer")
    return {group["id"]: group for group in result["groups"]}


def _compare_claim(where, predicted, claim):
    """Errors in the prediction of one claim, and whether it is predicted to succeed."""
    if claim["steps"].get("open") == BRIDGES_ONLY:
        if predicted["claim"]["result"] != "nothing-to-claim":
            return [f"{where}: only bridges, predicted {predicted['claim']['result']}"]
        return []
    failed = failed_step(claim)
    want = (predicted["claim"]["result"], predicted["claim"].get("step"),
            predicted["claim"].get("errno"))
    if failed:
        if want != ("refused", *failed):
            return [f"{where}: predicted {want}, the kernel refused at {failed}"]
        return []
    if want[0] != "ok":
        return [f"{where}: predicted {want}, the kernel lets it be claimed"]
    wrong = []
    ranges = _ranges(predicted["iova_ranges"])
    if ranges != claim["iova"]:
        wrong.append(f"{where}: IOVA ranges predicted {ranges}, got {claim['iova']}")
    inside = any(start <= IOVA and IOVA + 0xfff <= end for start, end in ranges)
    if inside != (claim["steps"].get("map") == "ok"):
        wrong.append(f"{where}: mapping {IOVA:#x} gave {claim['steps'].get('map')}")
    return wrong


def against_ivrsctl(report, ivrsctl, relax, work, cdev):
    """What is wrong with the prediction for the same table and topology, under the relaxation that
    models the patch and its option."""
    snapshot = os.path.join(work, "snapshot.tar.gz")
    with open(snapshot, "wb") as file:
        file.write(report.snapshot)
    wrong = []
    try:
        groups = _simulate(ivrsctl, snapshot, relax, "legacy")
        if sorted(groups) != sorted(report.groups):
            return [f"groups predicted {sorted(groups)}, there are {sorted(report.groups)}"]
        for number, group in sorted(report.groups.items()):
            where = f"group {number}"
            predicted = groups[number]
            regions = [(int(entry["start"], 16), int(entry["end"], 16), entry["type"])
                       for entry in predicted["reserved_regions"]]
            if regions != group["regions"]:
                wrong.append(f"{where}: regions predicted {regions}, got {group['regions']}")
            if predicted["devices"] != sorted(group["devices"]):
                wrong.append(f"{where}: devices predicted {predicted['devices']},"
                             f" got {sorted(group['devices'])}")
            wrong += _compare_claim(where, predicted, report.legacy[number])
        if cdev:
            groups = _simulate(ivrsctl, snapshot, relax, "iommufd")
            for device, claim in sorted(report.cdev.items()):
                number = report.group_of(device)
                # with several devices in a group each has the ranges of its own regions only
                alone = len(report.groups[number]["devices"]) == 1
                predicted = groups[number]
                if not alone and not failed_step(claim):
                    if predicted["claim"]["result"] != "ok":
                        wrong.append(f"{device} by cdev: predicted {predicted['claim']}")
                    continue
                wrong += _compare_claim(f"{device} by cdev", predicted, claim)
    except (ValueError, KeyError, TypeError, OSError, subprocess.TimeoutExpired) as error:
        wrong.append(f"ivrsctl: {error!r}")
    return wrong
