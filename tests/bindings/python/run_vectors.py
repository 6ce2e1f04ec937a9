# SPDX-License-Identifier: LGPL-2.1-or-later
"""run_vectors.py TABLES FILE.vec...: run the cases of tests/vectors/VECTORS.md through the Python binding."""

import pathlib
import sys

import ivrs

PROT = {0: "-", 1: "r", 2: "w", 3: "rw"}
# Words that are part of the question; the rest of the line is the answer.
QUESTION = {
    "parse": 1, "has": 1, "group": 1, "log": 1, "members": 1, "domain": 1, "reserved": 1, "iova": 1, "device": 1,
    "range": 1, "unity": 1, "causes": 1, "affected": 1, "remedy": 2,
}  # fmt: skip


def yes(value):
    return "yes" if value else "no"


def offset(value):
    return "-" if value is None else f"{value:#x}"


def pair(text):
    return tuple(int(word, 0) for word in text.split(":"))


class Scene:
    """What stays, the case, and what the first answer makes of it."""

    def __init__(self, tables, base):
        self.tables, self.base = tables, base
        self.data, self.topology = None, None
        self.begin("none")

    def begin(self, name):
        self.name, self.release, self.cmdline, self.rules = name, "6.12", "", {}
        self.relax, self.flags, self.made = "none", set(), False

    def make(self):
        if self.made:
            return
        self.made, self.error, self.report = True, "none", None
        try:
            release = None if self.release == "-" else self.release
            self.kernel = ivrs.Kernel(release, cmdline=self.cmdline, rules=self.rules)
            self.table = None if self.data is None else ivrs.Table(self.data, lenient=True)
            paths = self.flags - {"as-bound"}
            if len(paths) > 1:  # can't even be written in Python
                self.error = "IVRS_E_ARGUMENT"
                return
            self.sim = ivrs.simulate(
                self.table, self.topology, self.kernel, self.relax,
                as_bound="as-bound" in self.flags, path="".join(paths) or "legacy",
            )  # fmt: skip
        except ivrs.IvrsError as error:
            self.error = error.status.symbol

    # What stays.

    def table_line(self, name):
        self.data = None if name == "-" else (self.tables / f"{self.base}-{name}.ivrs").read_bytes()

    def bytes_line(self, text=""):
        self.data = bytes.fromhex(text)

    def host_line(self, none=None):
        self.topology = None if none else ivrs.Topology()

    def dev_line(self, device, *options):
        names = {"class": "class_code", "header": "header_type", "capability": "iommu_capability", "features": "iommu_features"}
        values = {}
        for key, _, value in (option.partition("=") for option in options):
            if key == "driver":
                values[key] = value
            elif key in ("untrusted", "virtual", "pasid", "page_requests", "msi"):
                values[key] = value == "1"
            else:
                values[names.get(key, key)] = pair(value) if ":" in value else int(value, 0)
        self.topology.add(device, **values)

    def acpi_line(self, name, hid, uid, group):
        self.topology.add_acpi(name, hid, "" if uid == "-" else uid, None if group == "-" else int(group))

    def ioapic_line(self, number):
        self.topology.add_ioapic(int(number))

    def complete_line(self):
        self.topology.complete = True

    # The case.

    def case_line(self, name):
        self.begin(name)

    def kernel_line(self, release):
        self.release = release

    def cmdline_line(self, *words):
        self.cmdline = " ".join(words)

    def rule_line(self, name, holds):
        self.rules[name] = holds == "yes"

    def relax_line(self, mode):
        self.relax = mode

    def flags_line(self, words):
        self.flags = set(words.split(","))

    # Answers.

    def answer(self, what, *words):
        if what == "parse":
            try:
                ivrs.Table(self.data, lenient=words[0] == "lenient")
                return "ok"
            except ivrs.IvrsError as error:
                return f"{error.status.symbol} {error.code} {offset(error.offset)}"
        self.make()
        if what == "error":
            return self.error
        for kind in (self.of_kernel, self.of_state, self.of_group, self.of_device, self.of_finding):
            text = kind(what, *words)
            if text is not None:
                return text
        raise SystemExit(f"unknown line {what!r}")

    def of_kernel(self, what, *words):
        kernel = self.kernel
        answers = {
            "ruleset": lambda: kernel.ruleset,
            "exact": lambda: yes(kernel.exact),
            "off": lambda: yes(kernel.iommu_off),
            "asks": lambda: kernel.relax,
            "has": lambda: yes(kernel.has_rule(words[0])),
        }
        return answers[what]() if what in answers else None

    def of_state(self, what, *words):
        sim = self.sim
        answers = {
            "state": lambda: str(sim.state),
            "offset": lambda: offset(sim.offset),
            "ivhd-type": lambda: f"{sim.ivhd_type:#x}",
            "interrupts": lambda: yes(sim.interrupt_remapping),
            "ranges": lambda: yes(sim.has_ranges),
            "predicted": lambda: yes(sim.groups_predicted),
            "groups": lambda: str(len(sim.groups)),
            "devices": lambda: str(len(sim.devices)),
        }
        return answers[what]() if what in answers else None

    def of_group(self, what, number="", *words):
        if what not in ("group", "log", "members", "domain", "reserved", "iova"):
            return None
        try:
            group = self.sim.group(int(number))
        except KeyError:
            return "none"
        if what == "group":
            if group.claim != ivrs.Claim.REFUSED:
                return str(group.claim)
            culprit = group.culprit.name if group.culprit else "-"
            return f"{group.claim} {group.reason} {group.errno_name} {culprit} {group.step}"
        if what == "log":
            return group.kernel_message or "-"
        if what == "members":
            return " ".join(device.name for device in group)
        if what == "domain":
            return group.domain or "-"
        if what == "reserved":
            return " ".join(f"{r.start:#x}-{r.end:#x}:{r.kind}" for r in group.reserved_regions)
        return " ".join(f"{r.start:#x}-{r.end:#x}" for r in group.iova_ranges)

    def of_device(self, what, address="", *words):
        if what not in ("device", "range", "unity", "causes", "affected", "remedy"):
            return None
        try:
            device = self.sim.device(address)
        except KeyError:
            return "none"
        if what == "device":
            group = "-" if device.group is None else device.group.id
            alias = "-" if device.alias == device.sbdf else device.alias
            return f"{group} {device.iommu or '-'} {alias} {'direct' if device.require_direct else 'free'}"
        if what == "range":
            return f"{device.sbdf} {device.last}"
        if what == "unity":
            return " ".join(f"{r.start:#x}-{r.end:#x}:{PROT[r.prot]}:{r.ivmd}:{r.kind}" for r in device.unity_maps)
        explanation = ivrs.explain(self.sim, device)
        if what == "causes":
            return " ".join(f"{c.ivmd}:{c.ivmd_class}:{c.device}" for c in explanation.causes)
        if what == "affected":
            return " ".join(str(group.id) for group in explanation.affected)
        return yes(words[0] in [remedy.name for remedy in explanation.remedies])

    def of_finding(self, what, *words):
        if what not in ("finding", "no-finding"):
            return None
        if self.report is None:
            self.report = ivrs.check(self.table, self.topology, self.kernel)
        if what == "no-finding":
            return "" if int(words[0]) in self.report.codes else words[0]
        all_of_them = [f"{f.code} {f.severity} {offset(f.offset)} {f.device or '-'}" for f in self.report]
        return " ".join(words) if " ".join(words) in all_of_them else ";".join(all_of_them)


def run(tables, path):
    scene, cases, failures = Scene(tables, path.stem), 0, 0
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        words = line.split()
        if not words or words[0][0] in "#|":
            continue
        statement = getattr(scene, f"{words[0]}_line", None)
        if statement:
            statement(*words[1:])
            scene.made = False
            cases += words[0] == "case"
            continue
        question = QUESTION.get(words[0], 0)
        asked = words[: 1 + question] if "finding" not in words[0] else words
        got = scene.answer(*asked)
        expected = " ".join(words[1:] if "finding" in words[0] else words[1 + question :])
        if got != expected:
            print(f'{path}:{number}: {scene.name}: {words[0]}: got "{got}", expected "{expected}"')
            failures += 1
    print(f"{path}: {cases} cases")
    return failures, cases


def main(arguments):
    if len(arguments) < 2:
        raise SystemExit(__doc__)
    results = [run(pathlib.Path(arguments[0]), pathlib.Path(path)) for path in arguments[1:]]
    return any(failures for failures, _ in results) or not all(cases for _, cases in results)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
