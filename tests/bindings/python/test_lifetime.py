# SPDX-License-Identifier: LGPL-2.1-or-later
"""Objects die in every order, and what is left still answers. Run under valgrind or a sanitizer it shows what Python can't."""

import ctypes
import gc
import itertools
import os
import unittest

import ivrs
import scene

# Under valgrind each order takes long: only every so many is run.
STEP = int(os.environ.get("IVRS_LIFETIME_STEP", "1"))

ANSWERS = {
    "table": lambda t: (len(t), bytes(t)),
    "ivhd": lambda h: (h.base, [e.devid for e in h]),
    "ivmd": lambda m: m.start,
    "sim": lambda s: (s.state, s.message, len(s.groups)),
    "group": lambda g: (g.id, g.kernel_message, g.reserved_regions, g.culprit.sbdf),
    "device": lambda d: (d.sbdf, d.unity_maps, d.group.id),
}


def family():
    table, topology = scene.table(), scene.host()
    sim = ivrs.simulate(table, topology, "6.12")
    return {
        "table": table,
        "ivhd": table.ivhds[0],
        "ivmd": table.ivmds[0],
        "sim": sim,
        "group": sim.group(2),
        "device": sim.device(scene.ENDPOINT),
    }


class LifetimeTest(unittest.TestCase):
    def test_every_order(self):
        expected = {name: ANSWERS[name](thing) for name, thing in family().items()}
        for order in itertools.islice(itertools.permutations(ANSWERS), 0, None, STEP):
            living = family()
            for name in order:
                del living[name]
                for other, thing in living.items():
                    self.assertEqual(ANSWERS[other](thing), expected[other], f"{order}: {other} after {name}")

    def test_views_outlive(self):
        ivmds, entries = scene.table().ivmds, scene.table().ivhds[0].entries
        groups = ivrs.simulate(scene.table(), scene.host(), "6.12").groups
        regions = groups[2].reserved_regions
        device = groups[2].devices[0]
        del groups
        gc.collect()
        self.assertEqual(ivmds[0].start, 0x3C000000)
        self.assertEqual(entries[1].devid, 0x1FF)
        self.assertEqual(regions[0].start, 0x3C000000)
        self.assertEqual(device.sbdf, ivrs.Sbdf(scene.ENDPOINT))

    def test_simulation_gives_its_table_back(self):
        sim = ivrs.simulate(scene.table(), scene.host(), "6.12")
        sim._table = None  # as if Python had forgotten it; C still holds it
        table = sim.table
        del sim
        gc.collect()
        self.assertEqual(table, scene.table())
        self.assertEqual(table.ivmds[0].start, 0x3C000000)

    def test_copies_outlive(self):
        sim = ivrs.simulate(scene.table(), scene.host(), "6.12")
        explanation = ivrs.explain(sim, scene.ENDPOINT)
        report = ivrs.check(scene.table(), scene.host())
        findings = scene.table().findings
        del sim
        gc.collect()
        self.assertTrue(explanation.summary and explanation.causes[0].text)
        self.assertTrue(report[0].message)
        self.assertEqual(len(findings), 0)

    def test_bytes_are_copied(self):
        data = bytearray(scene.table_bytes())
        table = ivrs.Table(memoryview(data))
        data[:] = bytes(len(data))
        data.extend(b"x")  # possible only when nobody holds the buffer
        self.assertEqual(bytes(table), scene.table_bytes())


class Mallinfo(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in (
        "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost",
    )]  # fmt: skip


def everything():
    """Every getter once, and every way to fail."""
    for thing in family().values():
        ANSWERS[{"Ivhd": "ivhd", "Ivmd": "ivmd", "Simulation": "sim"}.get(type(thing).__name__, type(thing).__name__.lower())](thing)
    sim = ivrs.simulate(scene.table(), scene.host(), "6.12", "devices=00:04.0")
    repr((list(sim.groups), [str(d.iommu) for d in sim.devices], [g.iova_ranges for g in sim.groups]))
    ivrs.explain(sim, scene.ENDPOINT)
    ivrs.check(scene.table(), scene.host(), ivrs.Kernel("6.1", cmdline="iommu=pt", rules={"require-direct": True}))
    for call in (
        lambda: ivrs.Table(b"IVRS"),
        lambda: ivrs.Sbdf("x"),
        lambda: ivrs.Kernel("x"),
        lambda: ivrs.simulate(scene.table(), relax="x"),
        lambda: sim.device("0f:00.0"),
        lambda: scene.host().add("00:04.0"),
    ):
        try:
            call()
        except (ivrs.IvrsError, KeyError):
            pass


class LeakTest(unittest.TestCase):
    def test_memory_stays(self):
        libc = ctypes.CDLL(None)
        if not hasattr(libc, "mallinfo2") or os.environ.get("LD_PRELOAD") or STEP > 1:
            self.skipTest("no mallinfo2(), or another malloc")
        libc.mallinfo2.restype = Mallinfo

        def used():
            gc.collect()
            info = libc.mallinfo2()
            return info.uordblks + info.hblkhd

        for _ in range(50):
            everything()
        before = used()
        for _ in range(500):
            everything()
        # One leaked object per round would be at least 500 * 32 bytes.
        self.assertLess(used() - before, 8000)


if __name__ == "__main__":
    unittest.main()
