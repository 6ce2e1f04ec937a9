# SPDX-License-Identifier: LGPL-2.1-or-later
"""What ivrsctl predicts for a boot, held against what the kernel did. The kernel's own answers are taken out of the snapshot before."""
import dataclasses
import io
import json
import pathlib
import re
import subprocess
import tarfile
import tempfile

REFUSAL = re.compile(r"^\S+ \S+: Firmware has requested this device have a 1:1 IOMMU mapping")
# The driver gave up after groups were made and freed its domain ids: whoever claims a group then crashes.
CLAIM_CRASHED = re.compile(r"BUG: kernel NULL pointer.*Comm: judge .*domain_id_alloc", re.DOTALL)
NOT_MAPPED = "IOMMU driver was not able to establish FW requested direct mapping"
GROUPS = "sys/kernel/iommu_groups/"
TABLE = "sys/firmware/acpi/tables/IVRS"


class Broken(Exception):
    """ivrsctl itself failed: that is a mismatch of its own."""


@dataclasses.dataclass
class Snapshot:
    """A captured host as a folder, without the answers."""
    data: bytes

    def write(self, folder, groups=True, drivers=None):
        """Unpack; groups False: as if the IOMMU had been off; drivers {device: driver}: bound to these instead."""
        drivers = drivers or {}
        with tarfile.open(fileobj=io.BytesIO(self.data)) as tar:
            members = []
            for member in tar:
                path = member.name.removeprefix("./")
                if path.startswith(GROUPS) and path.endswith(("/reserved_regions", "/type")):
                    continue
                if not groups and (path.startswith(GROUPS) or path.endswith("/iommu_group")):
                    continue
                if path.endswith("/driver") and path.split("/")[-2] in drivers:
                    continue
                members.append(member)
            tar.extractall(folder, members=members)
        for device, driver in drivers.items():
            link = pathlib.Path(folder) / "sys/bus/pci/devices" / device
            if driver and link.exists():
                (link.resolve() / "driver").symlink_to("../../../bus/pci/drivers/" + driver)


def ivrsctl(program, *args):
    done = subprocess.run([program, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    # 4 says that the table is malformed; what Linux makes of it is told all the same.
    if done.returncode not in (0, 3, 4) or not done.stdout:
        raise Broken("ivrsctl %s: exit %d: %s" % (" ".join(str(a) for a in args), done.returncode, done.stderr.decode("latin1").strip()))
    return json.loads(done.stdout)


def simulate(program, snapshot, *args, **how):
    with tempfile.TemporaryDirectory(prefix="ivrslab-") as folder:
        snapshot.write(folder, **how)
        return ivrsctl(program, "simulate", "--json", "--sysroot", folder, *args)["results"][0]


def kernel_state(outcome):
    """The kernel's state in the words of simulate --json."""
    if outcome.state == "hung":
        return "hangs"
    if outcome.state == "panic":
        return "failed" if CLAIM_CRASHED.search(outcome.console) else "panics"
    if outcome.json("judge.json")["groups"]:
        return "ready"
    if NOT_MAPPED in outcome.dmesg():
        return "lost"
    if re.search(r"Kernel command line: .*\b(amd_iommu|iommu)=off\b", outcome.dmesg()):
        return "disabled"
    return "failed"


def differing(where, a, b):
    """Where two JSON documents differ, leaf by leaf."""
    if isinstance(a, dict) and isinstance(b, dict) and a.keys() == b.keys():
        for key in a:
            yield from differing("%s.%s" % (where, key), a[key], b[key])
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for i, (x, y) in enumerate(zip(a, b)):
            yield from differing("%s[%d]" % (where, i), x, y)
    elif a != b:
        yield "%s: %s, %s" % (where, json.dumps(a)[:200], json.dumps(b)[:200])


class Compare:
    """Collects what differs, as lines."""

    def __init__(self):
        self.lines = []

    def same(self, what, predicted, kernel):
        if predicted != kernel:
            self.lines.append("%s: predicted %s, kernel %s" % (what, json.dumps(predicted), json.dumps(kernel)))

    def groups(self, what, predicted, kernel):
        self.same(what, {g["id"]: sorted(g["devices"]) for g in predicted}, {g["id"]: sorted(g["devices"]) for g in kernel})

    def regions(self, predicted, kernel):
        mine = {g["id"]: g for g in predicted}
        for group in kernel:
            if group["id"] not in mine:
                continue
            p, n = mine[group["id"]], "group %d" % group["id"]
            self.same(n + " domain", p["domain"], group["domain"])
            self.same(n + " reserved_regions", ["%(start)s %(end)s %(type)s" % r for r in p["reserved_regions"]], group["reserved_regions"])

    def claims(self, predicted, claims):
        mine = {g["id"]: g for g in predicted}
        for claim in claims:
            if claim["group"] in mine:
                self.claim(mine[claim["group"]], claim)

    def claim(self, group, kernel):
        name = "group %d %s%s" % (kernel["group"], kernel["path"], " as bound" if kernel["as_bound"] else "")
        p = group["claim"]
        self.same(name + " claim", p["result"], kernel["result"])
        if kernel["result"] == p["result"] == "refused":
            self.same(name + " errno", p["errno"], kernel["errno"])
            self.same(name + " step", p["step"], kernel["step"])
        # The kernel's one line names the culprit; where the prediction has a line the kernel must have logged it.
        logged = [m for m in kernel["messages"] if REFUSAL.match(m)]
        if p.get("reason") == "require_direct":
            self.same(name + " message", [p["kernel_message"]], logged[:1])
            self.same(name + " culprit", p["culprit"], logged[0].split()[1].rstrip(":") if logged else None)
        else:
            self.same(name + " message", [], logged)
        ranges = [[r["start"], r["end"]] for r in group["iova_ranges"]]
        self.same(name + " iova_ranges", ranges, kernel["iova_ranges"])
        numbers = [(int(a, 16), int(b, 16)) for a, b in ranges]
        for iova, size, error in kernel["probes"]:
            first = int(iova, 16)
            inside = any(a <= first and first + size - 1 <= b for a, b in numbers)
            self.same("%s map %s+%#x" % (name, iova, size), inside, error == "0")


def several_roots(snapshot):
    """Root buses come in the order of the ACPI namespace, which no file tells: then ids can't be predicted, members can."""
    with tarfile.open(fileobj=io.BytesIO(snapshot.data)) as tar:
        found = (re.match(r"(?:\./)?sys/devices/(pci[0-9a-f]+:[0-9a-f]+)(?:/|$)", name) for name in tar.getnames())
        return len({m.group(1) for m in found if m}) > 1


def renumber(mine, kernels):
    """Give groups the ids that the kernel has for the same members; the others get ids of their own."""
    ids = {tuple(sorted(g["devices"])): g["id"] for g in kernels}
    for i, group in enumerate(mine):
        group["id"] = ids.get(tuple(sorted(group["devices"])), "unknown-%d" % i)


def compare(outcome, program, same_program=True):
    """Everything that a booted outcome and the prediction disagree about, as lines; same_program: as the one that ran in the guest."""
    judged, snapshot, c = outcome.json("judge.json"), Snapshot(outcome.files["snapshot.tar"]), Compare()
    state = kernel_state(outcome)
    sim = simulate(program, snapshot)
    c.same("IOMMU state", sim["iommu"]["state"], state)
    if state == "ready" == sim["iommu"]["state"]:
        c.groups("groups", sim["groups"], judged["groups"])
        c.regions(sim["groups"], judged["groups"])
        blind = simulate(program, snapshot, groups=False)["groups"]
        if several_roots(snapshot):
            renumber(blind, judged["groups"])
        c.groups("groups predicted without the kernel's", blind, judged["groups"])
        # What a group needs must not depend on who told the groups.
        c.regions(blind, judged["groups"])
        for path in ("legacy", "iommufd", "compat"):
            claims = [x for x in judged["claims"] if x["path"] == path]
            free = [x for x in claims if not x["as_bound"]]
            bound = [x for x in claims if x["as_bound"]]
            if free:
                c.claims(simulate(program, snapshot, "--path=" + path)["groups"], free)
            if bound:
                drivers = {d: v for x in bound for d, v in x["drivers"].items()}
                c.claims(simulate(program, snapshot, "--path=" + path, "--as-bound", drivers=drivers)["groups"], bound)
    elif state == sim["iommu"]["state"]:
        for group in sim["groups"]:
            if group["claim"]["result"] != "nothing-to-claim":
                c.same("group %d claim" % group["id"], group["claim"]["result"], "refused")
        for device in judged["ungrouped"]:
            if "bind" in device:
                c.same("%s bind to vfio-pci works" % device["device"], False, device["bind"] == "0")
    if same_program:
        in_guest(outcome, program, c)
    return c.lines


def override(outcome):
    """What became of the table in the initrd, by the one that is in force."""
    if outcome.table is None:
        return "none"
    with tarfile.open(fileobj=io.BytesIO(outcome.files["snapshot.tar"])) as tar:
        used = next((tar.extractfile(m).read() for m in tar if m.name.removeprefix("./") == TABLE), None)
    return "active" if used == outcome.table else "rejected"


def in_guest(outcome, program, c):
    """What ivrsctl itself said on the live host."""
    if "capture.status" not in outcome.files:
        return
    c.same("capture in the guest, exit status", 0, outcome.status("capture"))
    if outcome.json("verify.json") is None:
        c.lines.append("verify in the guest printed nothing: %s" % outcome.files.get("verify.err", b"").decode("latin1"))
    else:
        verify = outcome.json("verify.json")
        c.same("verify in the guest", "agrees", verify["conclusion"])
        c.same("verify in the guest, the initrd's table", override(outcome), verify["override"])
    # 4: the table is malformed, and what was said is true all the same.
    if outcome.status("verify") not in (0, 4):
        c.same("verify in the guest, exit status", 0, outcome.status("verify"))
    if "swap.status" in outcome.files:
        c.same("verify with another table, exit status", 3, outcome.status("swap"))
    live = outcome.json("simulate.json")
    with tempfile.TemporaryDirectory(prefix="ivrslab-") as folder:
        path = pathlib.Path(folder) / "snapshot.tar"
        path.write_bytes(outcome.files["snapshot.tar"])
        kept = ivrsctl(program, "simulate", "--json", "--sysroot", path)
    # The command line isn't compared: a capture keeps only the options that matter here.
    for key in ("release", "rules"):
        c.same("simulate from the capture, %s" % key, kept["kernel"].get(key), (live or kept)["kernel"].get(key))
    for line in list(differing("simulate on the live host, then from the capture", live and live["results"], kept["results"]))[:8]:
        c.lines.append(line)


def dead_state(program, snapshot, table, cmdline):
    """State predicted for a boot that never reached its first process: devices from another boot of the same topology."""
    with tempfile.TemporaryDirectory(prefix="ivrslab-") as folder:
        snapshot.write(folder, groups=False)
        path = pathlib.Path(folder) / "table"
        path.write_bytes(table)
        return ivrsctl(program, "simulate", "--json", "--sysroot", folder, "--table", path, "--cmdline", cmdline)["results"][0]["iommu"]
