# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the package promises: values, lists, comparison, names."""

import copy
import pickle
import tempfile
import unittest

import ivrs
import scene


class TableTest(unittest.TestCase):
    def setUp(self):
        self.data = scene.table_bytes()
        self.table = ivrs.Table(self.data)

    def test_header(self):
        t = self.table
        self.assertEqual((t.length, t.revision, t.ivinfo), (len(self.data), 2, 0))
        self.assertEqual((t.oem_id, t.oem_table_id, t.creator_id), ("TEST", "LIBIVRS", "TEST"))
        self.assertEqual((t.oem_revision, t.creator_revision, t.checksum), (3, 1, self.data[9]))
        self.assertTrue(t.checksum_valid and t.well_formed)
        self.assertEqual(bytes(t), self.data)

    def test_blocks(self):
        self.assertEqual(len(self.table), 2)
        self.assertEqual([block.name for block in self.table], ["IVHD", "IVMD"])
        self.assertEqual(self.table[1], self.table.blocks[-1])
        self.assertEqual(self.table[1].block_type, ivrs.BlockType.IVMD_ONE)
        self.assertEqual(self.table[1].offset, 48 + 40)

    def test_ivhd(self):
        (ivhd,) = self.table.ivhds
        self.assertEqual((ivhd.device, ivhd.base, ivhd.length), (ivrs.Sbdf("00:02.0"), 0xFED80000, 40))
        self.assertEqual([str(entry.entry_type) for entry in ivhd], ["range-start", "range-end", "special"])
        self.assertEqual((ivhd[2].variety, ivhd[2].handle, ivhd[2].devid), (1, 0, 0xA0))
        self.assertEqual(len(ivhd), 3)
        self.assertIn("3 entries", repr(ivhd))

    def test_ivmd(self):
        (ivmd,) = self.table.ivmds
        self.assertEqual((ivmd.devid, ivmd.start, ivmd.memory_length), (0x100, 0x3C000000, 0x2000))
        self.assertEqual(ivmd.flags, ivrs.IvmdFlag.UNITY | ivrs.IvmdFlag.READ | ivrs.IvmdFlag.WRITE)
        self.assertEqual(scene.table().ivmds[0], ivmd)
        self.assertEqual(len({ivmd, self.table.ivmds[0], scene.table().ivmds[0]}), 1)
        big = scene.table(scene.ivhd(), scene.ivmd(start=2**64 - 1, length=2**64 - 4096)).ivmds[0]
        self.assertEqual((big.start, big.memory_length), (2**64 - 1, 2**64 - 4096))
        self.assertNotEqual(big, ivmd)

    def test_equal(self):
        other = ivrs.Table(bytearray(self.data))
        self.assertEqual(self.table, other)
        self.assertEqual(hash(self.table), hash(other))
        self.assertNotEqual(self.table, scene.table(scene.ivhd()))
        self.assertNotEqual(self.table, self.data)
        self.assertIs(copy.copy(self.table), self.table)
        self.assertIs(copy.deepcopy(self.table), self.table)

    def test_sources(self):
        self.assertEqual(ivrs.Table(memoryview(self.data)), self.table)
        self.assertEqual(ivrs.Table(memoryview(self.data + self.data)[: len(self.data)]), self.table)
        rows = "".join(
            f"    {i:04X}: {self.data[i : i + 16].hex(' ').upper()}\n" for i in range(0, len(self.data), 16)
        )
        self.assertEqual(ivrs.Table(f"IVRS @ 0x0000000000000000\n{rows}\n".encode()), self.table)
        with tempfile.NamedTemporaryFile() as file:
            file.write(self.data)
            file.flush()
            self.assertEqual(ivrs.Table.read(file.name), self.table)
        with self.assertRaises(FileNotFoundError):
            ivrs.Table.read("/nonexistent/IVRS")

    def test_acpi_entry(self):
        hid = b"\xf0\xa5\x00\x00AMDI0020CIDCIDXY\x02\x04\\_SB"
        ivhd = bytearray(scene.ivhd(bytes.fromhex("02200000") + hid))
        ivhd[0] = 0x40
        ivhd[2] += 16
        ivhd[24:24] = bytes(16)
        entry = scene.table(bytes(ivhd)).ivhds[0].entries[1]
        self.assertEqual((entry.hid, entry.cid, entry.uid, entry.uid_format), ("AMDI0020", "CIDCIDXY", "\\_SB", 2))
        self.assertEqual(entry.entry_type, ivrs.EntryType.ACPI_HID)


class ValueTest(unittest.TestCase):
    def test_sbdf(self):
        s = ivrs.Sbdf("1234:56:07.1")
        self.assertEqual((s.segment, s.bus, s.device, s.function, s.devid), (0x1234, 0x56, 7, 1, 0x5639))
        self.assertEqual((str(s), repr(s), f"{s:>14}"), ("1234:56:07.1", "Sbdf('1234:56:07.1')", "  1234:56:07.1"))
        self.assertEqual(ivrs.Sbdf("01:00.0"), 0x100)
        self.assertEqual(ivrs.Sbdf(0xFFFFFFFF), ivrs.Sbdf("ffff:ff:1f.7"))
        self.assertEqual(pickle.loads(pickle.dumps(s)), s)
        self.assertLess(ivrs.Sbdf("00:00.0"), ivrs.Sbdf("00:00.1"))

    def test_enums(self):
        self.assertEqual(str(ivrs.State.LOST), "lost")
        self.assertEqual(str(ivrs.Reason.INTERRUPTS), "interrupt-remapping")
        self.assertEqual(str(ivrs.Claim.NOTHING), "nothing-to-claim")
        self.assertEqual(ivrs.Status.MALFORMED.symbol, "IVRS_E_MALFORMED")
        self.assertEqual(repr(ivrs.BlockType(0x77)), "<BlockType.UNKNOWN_119: 119>")
        self.assertEqual(ivrs.BlockType(0x77), 0x77)
        with self.assertRaises(ValueError):
            ivrs.State("ready")

    def test_versions(self):
        self.assertEqual(ivrs.__version__, ivrs.library_version)

    def test_registry(self):
        codes = ivrs.finding_codes()
        self.assertEqual([c.code for c in codes], sorted({c.code for c in codes}))
        self.assertIn("block-length-zero", [c.name for c in codes])
        self.assertTrue(all(c.text and c.severity for c in codes))


class KernelTest(unittest.TestCase):
    def test_kernel(self):
        k = ivrs.Kernel("6.12.117+deb12-amd64", cmdline="iommu=pt")
        self.assertEqual((k.release, k.ruleset, k.cmdline), ("6.12.117+deb12-amd64", "linux-6.12", "iommu=pt"))
        self.assertTrue(k.exact and k.has_rule("require-direct") and not k.iommu_off)
        self.assertFalse(ivrs.Kernel("6.1").has_rule("require-direct"))
        self.assertTrue(ivrs.Kernel("6.1", rules={"require-direct": True}).has_rule("require-direct"))
        self.assertEqual(ivrs.Kernel("6.1"), ivrs.Kernel("6.1"))
        self.assertEqual(len({ivrs.Kernel("6.1"), ivrs.Kernel("6.1"), ivrs.Kernel("6.1", cmdline="x")}), 2)
        self.assertEqual(ivrs.Kernel().ruleset, ivrs.rulesets()[-1].name)

    def test_rulesets(self):
        names = [r.name for r in ivrs.rulesets()]
        self.assertIn("linux-6.12", names)
        by_name = {r.name: r for r in ivrs.rulesets()}
        self.assertIn("require-direct", by_name["linux-6.12"].rules)
        self.assertNotIn("require-direct", by_name["linux-6.1"].rules)
        self.assertTrue(by_name["linux-6.12"].measured)
        self.assertIn("require-direct", ivrs.rules())


class TopologyTest(unittest.TestCase):
    def test_topology(self):
        t = scene.host()
        self.assertEqual(len(t), 4)
        self.assertIn(scene.ENDPOINT, t)
        self.assertNotIn("0f:00.0", t)
        f = t["00:04.0"]
        self.assertEqual((f.class_code, f.vendor, f.device, f.group, f.driver), (0x020000, 0x8086, 0x10D3, 0, "e1000e"))
        self.assertTrue(t["00:05.0"].is_bridge)
        self.assertTrue(t.has_groups)
        t.update("00:04.0", driver="", group=7)
        self.assertEqual((t["00:04.0"].driver, t["00:04.0"].group), (None, 7))
        t.add_acpi("AMDI0020:00", "AMDI0020", "0")
        self.assertEqual([f.acpi_name for f in t][-1], "AMDI0020:00")
        self.assertIsNone([f.group for f in t][-1])
        self.assertFalse(t.complete)
        t.complete = True
        self.assertTrue(t.complete)
        self.assertEqual(repr(t), "<Topology: 5 devices>")


class SimulationTest(unittest.TestCase):
    def test_reads_like_python(self):
        table, topology = scene.table(), scene.host()
        sim = ivrs.simulate(table, topology, kernel="6.12", relax="none")
        self.assertEqual(sim.state, ivrs.State.READY)
        self.assertIsNone(sim.message)
        self.assertEqual([group.id for group in sim.groups], [0, 1, 2])
        group = sim.group(2)
        self.assertEqual(group.claim, ivrs.Claim.REFUSED)
        self.assertFalse(group.claimable)
        self.assertEqual((group.reason, group.errno, group.errno_name), (ivrs.Reason.REQUIRE_DIRECT, 22, "EINVAL"))
        self.assertEqual(group.step, "VFIO_GROUP_SET_CONTAINER")
        self.assertEqual(group.culprit, sim.device(scene.ENDPOINT))
        self.assertIn("vfio-pci 0000:01:00.0: Firmware has requested", group.kernel_message)
        self.assertEqual([d.name for d in group], [scene.ENDPOINT])
        self.assertEqual(group.iova_ranges, ())
        self.assertEqual(group, sim.device(scene.ENDPOINT).group)
        self.assertEqual(len({group, sim.group(2), sim.groups[2]}), 1)
        self.assertNotEqual(group, ivrs.simulate(table, topology).groups[2])
        self.assertEqual(repr(group), "<Group 2: refused (require_direct), 1 devices>")
        self.assertIs(sim.table, table)

    def test_regions(self):
        device = ivrs.simulate(scene.table(), scene.host(), "6.12").device(scene.ENDPOINT)
        (region,) = device.unity_maps
        self.assertEqual((region.start, region.length, region.end), (0x3C000000, 0x2000, 0x3C001FFF))
        self.assertEqual((region.prot, region.ivmd), (ivrs.Prot.READ | ivrs.Prot.WRITE, 0))
        self.assertIn(0x3C001FFF, region)
        self.assertNotIn(0x3C002000, region)
        self.assertEqual(str(region), "0x000000003c000000-0x000000003c001fff direct")
        self.assertEqual(hash(region), hash(device.unity_maps[0]))
        self.assertEqual(device.unity_maps, device.unity_maps)
        self.assertTrue(device.require_direct and device.translated)
        self.assertEqual((device.iommu, device.alias), (ivrs.Sbdf("00:02.0"), device.sbdf))

    def test_last_address(self):
        sim = ivrs.simulate(scene.table(scene.ivhd()), scene.host(), "6.12")
        self.assertEqual(sim.group(2).iova_ranges[-1].end, 2**64 - 1)

    def test_relaxation(self):
        sim = ivrs.simulate(scene.table(), scene.host(), "6.12", "devices=01:00.0")
        self.assertTrue(sim.group(2).claimable)
        self.assertEqual(sim.relax, "devices=01:00.0")

    def test_paths(self):
        sim = ivrs.simulate(scene.table(), scene.host(), "6.12", path="iommufd")
        self.assertEqual(sim.group(2).step, "VFIO_DEVICE_BIND_IOMMUFD")
        sim = ivrs.simulate(scene.table(), scene.host(), "6.12", as_bound=True)
        self.assertEqual(sim.group(0).reason, ivrs.Reason.BUSY)

    def test_without_topology(self):
        sim = ivrs.simulate(scene.table())
        self.assertTrue(sim.has_ranges)
        self.assertEqual(sim.device("01:03.0").name, "0000:01:00.1-0000:01:1f.7")

    def test_without_table(self):
        sim = ivrs.simulate(None, scene.host())
        self.assertEqual(sim.state, ivrs.State.ABSENT)
        self.assertIsNone(sim.table)
        self.assertIn("IVRS", sim.message)

    def test_view(self):
        groups = ivrs.simulate(scene.table(), scene.host()).groups
        self.assertEqual(groups[-1].id, 2)
        self.assertEqual([g.id for g in groups[::2]], [0, 2])
        self.assertEqual([g.id for g in reversed(groups)], [2, 1, 0])
        self.assertEqual(groups.index(groups[1]), 1)
        self.assertEqual(groups, groups)
        with self.assertRaises(IndexError):
            groups[3]

    def test_check(self):
        report = ivrs.check(scene.table(), scene.host(), "6.12")
        self.assertIn(42, report.codes)
        finding = next(f for f in report if f.code == 42)
        self.assertEqual((finding.id, finding.severity), ("IVRS-042", ivrs.Severity.BLOCKED))
        self.assertEqual((finding.offset, finding.device), (48 + 40, ivrs.Sbdf(scene.ENDPOINT)))
        self.assertEqual(finding.name, "ivmd-blocks-passthrough")
        self.assertIn("require_direct", finding.text)
        self.assertEqual(report.worst, ivrs.Severity.BLOCKED)
        self.assertEqual(report, ivrs.check(scene.table(), scene.host(), "6.12"))
        self.assertEqual(report.dropped, 0)

    def test_explain(self):
        sim = ivrs.simulate(scene.table(), scene.host(), "6.12")
        e = ivrs.explain(sim, scene.ENDPOINT)
        self.assertTrue(e.summary and e.steps and e.warnings)
        self.assertEqual((e.causes[0].ivmd, e.causes[0].ivmd_class), (0, ivrs.IvmdClass.NAMED))
        self.assertEqual(e, ivrs.explain(sim, sim.device(scene.ENDPOINT)))
        self.assertEqual(e.affected, ())
        blanket = scene.table(scene.ivhd(), scene.ivmd(0, aux=0xFFF, block_type=0x22))
        sim = ivrs.simulate(blanket, scene.host(), "6.12")
        e = ivrs.explain(sim, scene.ENDPOINT)
        self.assertEqual([g.id for g in e.affected], [0, 1])
        self.assertIn("table-override", [r.name for r in e.remedies])
        e = ivrs.explain(sim, scene.ENDPOINT, lockdown=True, board_vendor="ASUSTeK COMPUTER INC.")
        self.assertNotIn("table-override", [r.name for r in e.remedies])


if __name__ == "__main__":
    unittest.main()
