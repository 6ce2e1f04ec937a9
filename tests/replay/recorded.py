#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Replay recorded boots: what `ivrsctl simulate --json` says of a snapshot against what that kernel did.

    recorded.py IVRSCTL DIRECTORY

Each DIRECTORY/NAME holds snapshot.tar.gz (a sysroot) and expected.json (groups, claims). Every snapshot is judged four
ways: as it is; unpacked; with the kernel's own reserved_regions taken out, which must change nothing, because they are the answer; and with
the groups taken out as well, so that the groups are predicted.
"""
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile


def number(text):
    return int(text, 16)


def run(ivrsctl, sysroot):
    out = subprocess.run([ivrsctl, "simulate", "--json", "-s", sysroot], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if out.returncode not in (0, 3) or out.stderr:
        raise SystemExit(f"ivrsctl: status {out.returncode}: {out.stderr.decode()}")
    return json.loads(out.stdout), out.returncode


def filtered(source, target, drop):
    """A copy of a tar without the members that `drop` names."""
    with tarfile.open(source) as a, tarfile.open(target, "w:gz") as b:
        for member in a.getmembers():
            if not re.search(drop, member.name):
                b.addfile(member, a.extractfile(member) if member.isfile() else None)


def expected_claim(claim):
    """(result, errno, step) of one recorded claim."""
    if claim.get("open") == "ENOENT":
        return "nothing-to-claim", None, None
    for key, step in (("set_container", "VFIO_GROUP_SET_CONTAINER"), ("set_iommu", "VFIO_SET_IOMMU")):
        if claim.get(key, "0") != "0":
            return "refused", claim[key], step
    return "ok", None, None


def compare(name, expected, result, errors, predicted):
    def error(text):
        errors.append(f"{name}: {text}")

    if not expected["groups"]:
        if result["iommu"]["state"] == "ready" and result["groups"]:
            error(f"state {result['iommu']['state']}, but the kernel has no groups")
        for group in result["groups"]:
            if group["claim"]["result"] == "ok":
                error(f"group {group['id']} is claimable, but the kernel has no groups")
        return
    if result["iommu"]["state"] != "ready":
        error(f"state {result['iommu']['state']}: {result['iommu']['message']}")
        return
    groups = {str(g["id"]): g for g in result["groups"]}
    if bool(result.get("groups_predicted")) != predicted:
        error("groups_predicted is wrong")
    if set(groups) != set(expected["groups"]):
        error(f"groups {sorted(groups)} against {sorted(expected['groups'])}")
    for gid in set(groups) & set(expected["groups"]):
        ours, theirs = groups[gid], expected["groups"][gid]
        if sorted(ours["devices"]) != sorted(theirs["devices"]):
            error(f"group {gid}: devices {ours['devices']} against {theirs['devices']}")
        if ours["domain"] != theirs["type"]:
            error(f"group {gid}: domain {ours['domain']} against {theirs['type']}")
        regions = [(number(r["start"]), number(r["end"]), r["type"]) for r in ours["reserved_regions"]]
        lines = [(number(a), number(b), c) for a, b, c in (line.split() for line in theirs["reserved_regions"])]
        if regions != lines:
            error(f"group {gid}: regions {regions} against {lines}")
        claim, kernel = ours["claim"], expected["claims"].get(gid)
        if kernel is None:
            error(f"group {gid}: no claim recorded")
            continue
        if (claim["result"], claim["errno"], claim["step"]) != expected_claim(kernel):
            error(f"group {gid}: claim {claim} against {kernel}")
        if kernel["refused_by"] and claim["culprit"] != kernel["refused_by"][0]:
            error(f"group {gid}: culprit {claim['culprit']} against {kernel['refused_by']}")
        iova = [[number(r["start"]), number(r["end"])] for r in ours["iova_ranges"]]
        if iova != [[number(a), number(b)] for a, b in kernel["iova"]]:
            error(f"group {gid}: addresses {iova} against {kernel['iova']}")


def main():
    ivrsctl, directory = sys.argv[1:3]
    errors, passed, failed = [], 0, 0
    for name in sorted(os.listdir(directory)):
        path = os.path.join(directory, name)
        with open(os.path.join(path, "expected.json"), encoding="utf-8") as f:
            expected = json.load(f)
        snapshot = os.path.join(path, "snapshot.tar.gz")
        with tempfile.TemporaryDirectory() as tmp:
            blind, alone, tree = (os.path.join(tmp, n) for n in ("blind.tar.gz", "alone.tar.gz", "tree"))
            filtered(snapshot, blind, r"/reserved_regions$|iommu_groups/\d+/type$")
            filtered(snapshot, alone, r"iommu_group")
            with tarfile.open(snapshot) as tar:
                tar.extractall(tree)
            for label, sysroot in (("tar", snapshot), ("directory", tree), ("blind", blind), ("predicted", alone)):
                before = len(errors)
                document, status = run(ivrsctl, sysroot)
                result = document["results"][0]
                compare(f"{name} ({label})", expected, result, errors, label == "predicted" and bool(expected["groups"]))
                refused = any(g["claim"]["result"] == "refused" for g in result["groups"])
                if (status == 3) != (refused or result["iommu"]["state"] != "ready"):
                    errors.append(f"{name} ({label}): exit status {status}")
                if len(errors) == before:
                    passed += 1
                else:
                    failed += 1
    for line in errors:
        print("FAIL", line)
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
