# SPDX-License-Identifier: LGPL-2.1-or-later
"""Bad input: an exception with a clear text, never a crash."""

import copy
import pickle
import unittest

import ivrs
import scene
from ivrs import _ivrs

NOT_BYTES = (None, 3, 3.5, "IVRS", [1, 2], object(), {})
NOT_TEXTS = (None, 3, 3.5, b"6.12", [], object())
HUGE = (-1, 1 << 32, 1 << 64, -(1 << 70))


class BadTest(unittest.TestCase):
    def refused(self, error, text, call, *arguments, **keywords):
        with self.assertRaisesRegex(error, text):
            call(*arguments, **keywords)

    def test_table(self):
        for bad in NOT_BYTES:
            self.refused(TypeError, "data must be bytes-like", ivrs.Table, bad)
        self.refused(TypeError, "lenient must be", ivrs.Table, scene.table_bytes(), lenient=1)
        self.refused(TypeError, "", ivrs.Table)
        for path in (None, 3.5, []):
            self.refused(TypeError, "", ivrs.Table.read, path)
        self.refused(IsADirectoryError, "", ivrs.Table.read, "/")

    def test_no_table(self):
        good = scene.table_bytes()
        cases = [
            (b"", ivrs.Status.TRUNCATED, 1, 0),
            (b"\0" * 64, ivrs.Status.SIGNATURE, 2, 0),
            (b"IVRS\0\0", ivrs.Status.TRUNCATED, 3, 6),
            (b"DMAR" + good[4:], ivrs.Status.SIGNATURE, 2, 0),
            (good[:-1], ivrs.Status.TRUNCATED, 4, 4),
            (good + b"\0", ivrs.Status.MALFORMED, 6, len(good)),
            (scene.table_bytes(scene.ivhd(), bytes(4)), ivrs.Status.MALFORMED, 9, 48 + 40),
            (scene.table_bytes(scene.ivhd(b"\x80\0\0\0")), ivrs.Status.MALFORMED, 14, 48 + 24),
        ]
        for data, status, code, offset in cases:
            with self.assertRaises(ivrs.IvrsError) as caught:
                ivrs.Table(data)
            error = caught.exception
            self.assertEqual((error.status, error.code, error.offset), (status, code, offset))
            self.assertIn(f"IVRS-{code:03d} at offset {offset:#x}", str(error))
            again = pickle.loads(pickle.dumps(error))
            self.assertEqual((again.status, again.code, again.offset, str(again)), (status, code, offset, str(error)))

    def test_too_large(self):
        with self.assertRaises(ivrs.IvrsError) as caught:
            ivrs.Table(bytes((64 << 20) + 1))
        self.assertEqual((caught.exception.status, caught.exception.offset), (ivrs.Status.TOO_LARGE, None))

    def test_device(self):
        for bad in ("", "x", "00:20.0", "00:00.8", "10000:00:00.0", "00:00.0 ", "00:00.0\n", "０0:00.0"):
            with self.assertRaises(ivrs.IvrsError, msg=bad) as caught:
                ivrs.Sbdf(bad)
            self.assertEqual(caught.exception.status, ivrs.Status.SYNTAX)
        for number in HUGE:
            self.refused(ValueError, "device must be within", ivrs.Sbdf, number)
        for bad in (None, 3.5, b"00:00.0", [], True):
            self.refused(TypeError, "device must be a str or an integer", ivrs.Sbdf, bad)
        self.refused(ValueError, "NUL", ivrs.Sbdf, "00:00.0\0")
        self.refused(ValueError, "UTF-8", ivrs.Sbdf, "\ud800")

    def test_topology(self):
        t = ivrs.Topology()
        numbers = {"class_code": 24, "header_type": 8, "pcie": 16, "group": 32, "iommu_capability": 32}
        for name, bits in numbers.items():
            for bad in (-1, 1 << bits, 1 << 200):
                self.refused(ValueError, f"{name} must be within", t.add, "00:01.0", **{name: bad})
            for bad in ("3", 3.5, b"", True, []):
                self.refused(TypeError, f"{name} must be an integer", t.add, "00:01.0", **{name: bad})
        for name, bits in {"ids": 16, "bridge": 8, "acs": 16, "iommu_features": 64}.items():
            for bad in (3, (1,), (1, 2, 3), [1, 2], "ab"):
                self.refused(TypeError, f"{name} must be a tuple", t.add, "00:01.0", **{name: bad})
            self.refused(ValueError, name, t.add, "00:01.0", **{name: (0, 1 << bits)})
            self.refused(TypeError, name, t.add, "00:01.0", **{name: (0, None)})
        for name in ("untrusted", "virtual", "pasid", "page_requests", "msi"):
            self.refused(TypeError, f"{name} must be True or False", t.add, "00:01.0", **{name: 1})
        for bad in (3, b"x", []):
            self.refused(TypeError, "driver must be a str", t.add, "00:01.0", driver=bad)
        self.refused(ValueError, "NUL", t.add, "00:01.0", driver="a\0b")
        self.assertEqual(len(t), 0)
        t.add("00:01.0")
        self.refused(ivrs.IvrsError, "0000:00:01.0", t.add, 8)
        self.refused(ivrs.IvrsError, "0000:00:02.0", t.update, "00:02.0", group=1)
        self.refused(ivrs.IvrsError, "", t.update, "00:01.0", driver="x" * 100)
        self.refused(KeyError, "0000:00:02.0", t.__getitem__, "00:02.0")
        for bad in (-1, 256, 1 << 64):
            self.refused(ValueError, "ioapic", t.add_ioapic, bad)
        for _ in range(256):
            t.add_ioapic(0)
        self.refused(ivrs.IvrsError, "", t.add_ioapic, 0)
        self.refused(ivrs.IvrsError, "", t.add_acpi, "", "A")
        self.refused(ivrs.IvrsError, "", t.add_acpi, "A:0", "A" * 9)
        self.refused(TypeError, "hid must be a str", t.add_acpi, "A:0", None)
        self.refused(ValueError, "group", t.add_acpi, "A:0", "A", group=1 << 32)
        with self.assertRaisesRegex(TypeError, "complete must be"):
            t.complete = None
        self.assertNotIn(None, t)
        self.refused(TypeError, "copied", copy.copy, t)
        self.refused(TypeError, "pickled", pickle.dumps, t)

    def test_kernel(self):
        for bad in NOT_TEXTS[1:]:
            self.refused(TypeError, "release must be a str", ivrs.Kernel, bad)
        for bad in NOT_TEXTS:
            self.refused(TypeError, "cmdline must be a str", ivrs.Kernel, "6.12", cmdline=bad)
        for bad in ("", "six", "6", "v6.12", "6.x", "999999.1", "6." + "1" * 5000):
            with self.assertRaises(ivrs.IvrsError, msg=bad[:20]) as caught:
                ivrs.Kernel(bad)
            self.assertEqual(caught.exception.status, ivrs.Status.KERNEL)
        self.refused(ValueError, "NUL", ivrs.Kernel, "6.12\0")
        self.refused(ValueError, "NUL", ivrs.Kernel, "6.12", cmdline="a\0b")
        self.refused(ivrs.IvrsError, "command line", ivrs.Kernel, "6.12", cmdline="x" * 70000)
        self.refused(ivrs.IvrsError, "no-such", ivrs.Kernel, "6.12", rules={"no-such": True})
        self.refused(TypeError, "must be True or False", ivrs.Kernel, "6.12", rules={"require-direct": 1})
        self.refused(TypeError, "rules must be a mapping", ivrs.Kernel, "6.12", rules=["require-direct"])
        self.refused(TypeError, "rule must be a str", ivrs.Kernel, "6.12", rules={3: True})

    def test_simulate(self):
        table, topology = scene.table(), scene.host()
        for bad in (3, b"", bytes(table), "x", topology, object()):
            self.refused(TypeError, "table must be a Table", ivrs.simulate, bad)
        for bad in (3, table, [], "x"):
            self.refused(TypeError, "topology must be a Topology", ivrs.simulate, table, bad)
        for bad in (6.12, 3, b"6.12", table):
            self.refused(TypeError, "kernel must be", ivrs.simulate, table, None, bad)
        for bad in NOT_TEXTS:
            self.refused(TypeError, "relax must be a str", ivrs.simulate, table, None, None, bad)
        for bad in ("", "all", "devices", "devices=", "devices=x", "devices=00:01.0-00:00.0", "unity ", "devices=" + "," * 70000):
            with self.assertRaises(ivrs.IvrsError, msg=bad[:20]) as caught:
                ivrs.simulate(table, relax=bad)
            self.assertEqual(caught.exception.status, ivrs.Status.SYNTAX)
        self.refused(ValueError, "path must be one of", ivrs.simulate, table, path="tcp")
        self.refused(TypeError, "as_bound", ivrs.simulate, table, as_bound=0)
        self.refused(TypeError, "table must be a Table", ivrs.check, None)
        self.refused(TypeError, "topology", ivrs.check, table, 3)
        self.refused(TypeError, "simulation must be", ivrs.explain, table, "00:01.0")
        sim = ivrs.simulate(table, topology)
        self.refused(KeyError, "0f:00.0", ivrs.explain, sim, "0f:00.0")
        self.refused(KeyError, "0f:00.0", sim.device, "0f:00.0")
        self.refused(KeyError, "9", sim.group, 9)
        for bad in (-9, *HUGE[1:]):
            self.refused(ValueError, "", sim.group, bad)
            self.refused(IndexError, "out of range", sim.groups.__getitem__, bad)
            self.refused(IndexError, "out of range", table.ivmds.__getitem__, bad)
        self.refused(TypeError, "index must be", sim.groups.__getitem__, "0")
        other = ivrs.simulate(table, topology)
        self.refused(ValueError, "another simulation", ivrs.explain, sim, other.devices[0])

    def test_read_only(self):
        table = scene.table()
        sim = ivrs.simulate(table, scene.host())
        things = [
            (table, "length"), (table.ivmds[0], "start"), (table.ivhds[0], "base"), (table.blocks[0], "offset"),
            (sim, "state"), (sim.groups[0], "id"), (sim.devices[0], "sbdf"), (ivrs.Kernel(), "release"),
            (sim.groups[2].reserved_regions[0], "start"), (ivrs.check(table), "worst"), (ivrs.explain(sim, 0x100), "summary"),
        ]  # fmt: skip
        for thing, name in things:
            with self.assertRaises(AttributeError):
                setattr(thing, name, 0)
            with self.assertRaises(AttributeError):
                setattr(thing, "something", 0)

    def test_made_by_nobody(self):
        for cls in (ivrs.Ivhd, ivrs.Ivmd, ivrs.Simulation, ivrs.Group, ivrs.Device):
            self.refused(TypeError, "comes from", cls)

    def test_not_initialised(self):
        table = ivrs.Table.__new__(ivrs.Table)
        for call in (len, bytes, hash, repr, list, lambda t: t.length, lambda t: t.ivmds, ivrs.simulate, ivrs.check):
            self.refused(AttributeError, "not initialised", call, table)
        for cls in (ivrs.Topology, ivrs.Ivhd, ivrs.Group, ivrs.Device, ivrs.Simulation):
            self.refused(AttributeError, "not initialised", repr, cls.__new__(cls))
        self.refused(AttributeError, "not initialised", ivrs.simulate, None, ivrs.Topology.__new__(ivrs.Topology))

    def test_not_pickled(self):
        sim = ivrs.simulate(scene.table(), scene.host())
        for thing in (scene.table(), sim, sim.groups[0], scene.table().ivmds[0], ivrs.Kernel()):
            self.refused(TypeError, "can't be pickled", pickle.dumps, thing)

    def test_raw_module(self):
        """Nobody should use it, and it doesn't crash either."""
        outcome = _ivrs.ivrs_outcome_new()
        for name in ("table", "ivhd", "ivmd", "report", "topology", "kernel", "sim", "regions", "explanation", "outcome"):
            cls = getattr(_ivrs, f"ivrs_{name}")
            with self.assertRaises(TypeError):
                cls()
            with self.assertRaises(TypeError):
                cls.__new__(cls)
        for name in dir(_ivrs):
            call = getattr(_ivrs, name)
            if not name.startswith("ivrs_") or isinstance(call, type):
                continue
            for arguments in ((), (None,), (None, 0), (None, None), (3,), ("x", "y", "z"), (None, None, None, None)):
                try:
                    call(*arguments)
                except (TypeError, ValueError, OverflowError):
                    pass
        self.assertEqual(outcome.status, 0)


if __name__ == "__main__":
    unittest.main()
