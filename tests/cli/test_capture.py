# SPDX-License-Identifier: LGPL-2.1-or-later
"""capture: the same answer, the same bytes, nothing private; verify: which of its conclusions it draws, and why."""
import json
import os
import pathlib
import struct
import subprocess
import tarfile
import unittest

from support import HOST, TABLE, TOOL, ToolTest, host_table, ivmd, mended, run, unpack

SERIAL = bytes.fromhex("0123456789abcdef")


class Capture(ToolTest):
    def setUp(self):
        super().setUp()
        self.root = self.dir / "root"
        self.root.mkdir()
        unpack(self.root)

    def capture(self, name="x.tar"):
        path = self.dir / name
        result = run("capture", "-s", self.root, path)
        self.assertEqual((result.status, result.err), (0, ""), result)
        return path

    def test_simulates_alike(self):
        expected = run("simulate", "-s", self.root, "--json", "-c", "").out
        for suffix in ("tar", "tar.gz", "tgz", "tar.xz", "tar.zst", "tar.bz2"):
            path = self.capture("x." + suffix)
            self.assertEqual(run("simulate", "-s", path, "--json", "-c", "").out, expected)
        self.assertEqual(run("verify", "-s", path).status, 0)

    def test_reproducible(self):
        for suffix in ("tar", "tar.gz", "tar.xz", "tar.zst"):
            one = self.capture("1." + suffix).read_bytes()
            os.utime(self.root / TABLE, (1, 1))
            self.assertEqual(one, self.capture("2." + suffix).read_bytes())
        with tarfile.open(self.capture()) as tar:
            members = tar.getmembers()
        names = [m.name for m in members]
        self.assertEqual(names, sorted(names))
        self.assertEqual({(m.mtime, m.uid, m.gid, m.uname, m.gname) for m in members}, {(0, 0, 0, "", "")})

    def test_captured_twice_is_the_same(self):
        first = self.capture()
        again = self.dir / "again"
        again.mkdir()
        with tarfile.open(first) as tar:
            tar.extractall(again)
        self.root = again
        self.assertEqual(first.read_bytes(), self.capture("2.tar").read_bytes())

    def test_command_line_is_cleaned(self):
        (self.root / "proc/cmdline").write_text(
            'BOOT_IMAGE=/vmlinuz root=UUID=1-2-3 iommu=pt ip=10.0.0.1::host vfio-pci.ids=10de:1 amd_iommu=on '
            'x="iommu=pt secret" ivrs_ioapic[4]=00:14.0 quiet\n')
        result = run("capture", "-s", self.root, self.dir / "x.tar")
        self.assertIn("5 options of the kernel command line were left out", result.out)
        with tarfile.open(self.dir / "x.tar") as tar:
            self.assertEqual(tar.extractfile("proc/cmdline").read(),
                             b"iommu=pt vfio-pci.ids=10de:1 amd_iommu=on ivrs_ioapic[4]=00:14.0\n")

    def test_serial_numbers_are_blotted_out(self):
        config = next(p for p in self.root.glob("sys/devices/**/0000:00:07.0/config"))
        data = bytearray(config.read_bytes().ljust(4096, b"\0"))
        # A Device Serial Number capability in front of those that are there, and one for VPD behind its pointer.
        struct.pack_into("<I", data, 0xf00, struct.unpack_from("<I", data, 0x100)[0])
        struct.pack_into("<I", data, 0x100, 0x0003 | 1 << 16 | 0xf00 << 20)
        data[0x104:0x10c] = SERIAL
        data[0x06] |= 0x10
        data[0x34], data[0xf0:0xf8] = 0xf0, bytes([0x03, 0, 0, 0]) + b"VPDD"
        config.write_bytes(data)
        for name in ("board_serial", "product_uuid"):
            path = self.root / "sys/class/dmi/id" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("SECRET\n")
        with tarfile.open(self.capture()) as tar:
            contents = {m.name: tar.extractfile(m).read() for m in tar if m.isfile()}
        for name, content in contents.items():
            for secret in (SERIAL, b"VPDD", b"SECRET"):
                self.assertNotIn(secret, content, name)
        captured = next(c for n, c in contents.items() if n.endswith("0000:00:07.0/config"))
        self.assertEqual(len(captured), len(data))
        self.assertEqual([i for i in range(4096) if captured[i] != data[i]],
                         [*range(0xf4, 0xf8), *range(0x104, 0x10c)])

    def test_only_what_is_needed(self):
        (self.root / "proc/iomem").write_text("x")
        (self.root / "etc").mkdir()
        (self.root / "etc/hostname").write_text("x")
        with tarfile.open(self.capture()) as tar:
            names = tar.getnames()
        self.assertEqual({n.split("/")[0] for n in names}, {"sys", "proc"})
        self.assertEqual([n for n in names if n.startswith("proc/")], ["proc/cmdline", "proc/sys/kernel/osrelease"])

    @unittest.skipUnless(os.geteuid() == 0, "needs root to become nobody")
    def test_without_root(self):
        self.dir.chmod(0o777)
        (self.root / TABLE).chmod(0)
        try:
            done = subprocess.run([TOOL, "capture", "-s", str(self.root), str(self.dir / "x.tar")],
                                  capture_output=True, text=True, user=65534, check=False)
        except PermissionError:
            self.skipTest("nobody can't run the tool here")
        if "cannot open shared object" in done.stderr:
            self.skipTest("nobody can't read the libraries here")
        self.assertEqual(done.returncode, 0, done)
        self.assertIn(f"ivrsctl: not captured: /{TABLE}: Permission denied", done.stderr)
        self.assertIn("1 could not be read", done.stdout)
        done = subprocess.run([TOOL, "show", "-s", str(self.root)], capture_output=True, text=True, user=65534,
                              check=False)
        self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (1, "", 1), done)
        self.assertIn("Permission denied (root is needed)", done.stderr)

    def test_bad_places(self):
        self.refused(2, ".tar", "capture", self.dir / "x.zip")
        self.refused(1, "No such file", "capture", "-s", self.dir / "none", self.dir / "x.tar")
        result = run("capture", "-s", self.root, self.dir / "none" / "x.tar")
        self.assertEqual(result.status, 1, result)
        self.one_line(result, "No such file")
        self.assertEqual([p.name for p in self.dir.iterdir()], ["root"])


class Verify(ToolTest):
    def setUp(self):
        super().setUp()
        unpack(self.dir)

    def group(self, number, name):
        return self.dir / "sys/kernel/iommu_groups" / str(number) / name

    def relax_all(self):
        for path in self.dir.glob("sys/kernel/iommu_groups/*/reserved_regions"):
            path.write_text(path.read_text().replace(" direct\n", " direct-relaxable\n"))

    def conclusion(self, expected, *args, status=3):
        document = self.json("verify", "-s", self.dir, *args, status=status)
        self.assertEqual(document["conclusion"], expected)
        return document

    def test_regions_differ(self):
        path = self.group(7, "reserved_regions")
        path.write_text(path.read_text().replace("0x00000000872d8000", "0x00000000872d7000"))
        document = self.conclusion("differs")
        self.assertEqual(document["differences"], [{
            "group": 7, "what": "reserved_regions",
            "predicted": "0x00000000872d8000 0x00000000872d9fff direct",
            "kernel": "0x00000000872d7000 0x00000000872d9fff direct"}])
        self.assertIn("ivrsctl capture", document["text"])
        self.assertRegex(" ".join(self.text("verify", "-s", self.dir, status=3).split()), "7 reserved_regions")

    def test_type_differs(self):
        self.group(7, "type").write_text("identity\n")
        self.assertEqual([d["what"] for d in self.conclusion("differs")["differences"]], ["type"])

    def test_swapped_table(self):
        (self.dir / TABLE).write_bytes(mended(host_table() + ivmd(start=0x12345000)))
        self.conclusion("differs")

    def test_table_that_is_not_in_use(self):
        other = self.dir / "other.ivrs"
        other.write_bytes(mended(host_table() + ivmd(start=0x12345000)))
        self.assertIn("other.ivrs is not the table in use", self.conclusion("other-table", "-t", other)["text"])

    def test_relaxation_of_a_patched_kernel(self):
        self.relax_all()
        self.assertEqual(self.conclusion("relaxed", status=0)["found"], "unity")
        (self.dir / "proc/cmdline").write_text("amd_iommu=relax_unity\n")
        self.assertEqual(self.conclusion("relaxed", status=0)["found"], "unity")
        self.conclusion("relaxed", "-r", "unity", status=0)

    def test_relaxation_that_is_not_in_force(self):
        self.conclusion("not-relaxed", "-r", "unity")

    def test_devices_relaxation(self):
        path = self.group(7, "reserved_regions")
        path.write_text(path.read_text().replace(" direct\n", " direct-relaxable\n"))
        (self.dir / "proc/cmdline").write_text("amd_iommu_relax_unity=01:00.0\n")
        self.assertEqual(self.conclusion("relaxed", status=0)["found"], "devices=01:00.0")

    def test_rule_and_devices_together(self):
        """What is in a slot by patch 0003, a device on the root bus by patch 0002, and no image that would tell."""
        for number in (7, 9, 10):
            path = self.group(number, "reserved_regions")
            lines = []
            for line in path.read_text().splitlines():
                relaxable = line.endswith(" direct")
                # In groups 9 and 10 the bridge above the device stays as it was.
                lines += [line] if not relaxable or number != 7 else []
                lines += [line + "-relaxable"] if relaxable else []
            path.write_text("".join(line + "\n" for line in lines))
        self.assertEqual(self.conclusion("relaxed", status=0)["found"], "blanket")
        path = self.group(1, "reserved_regions")
        path.write_text(path.read_text().replace(" direct\n", " direct-relaxable\n"))
        self.conclusion("differs")
        (self.dir / "proc/cmdline").write_text("amd_iommu_relax_unity=00:04.0\n")
        self.assertEqual(self.conclusion("relaxed", status=0)["found"], "devices=00:04.0+blanket")

    def test_group_is_missing(self):
        for path in ("type", "reserved_regions"):
            self.group(7, path).unlink()
        for path in self.group(7, "devices").iterdir():
            path.unlink()
        self.group(7, "devices").rmdir()
        self.group(7, "").rmdir()
        self.assertEqual([d["what"] for d in self.conclusion("differs")["differences"]], ["group"])

    def test_other_groups(self):
        device = next(self.dir.glob("sys/devices/**/0000:04:00.0"))
        self.assertTrue(self.json("verify", "-s", self.dir)["grouping_compared"])
        link = device / "iommu_group"
        target = os.readlink(link)
        link.unlink()
        link.symlink_to(target.rsplit("/", 1)[0] + "/7")
        old = self.group(9, "devices") / "0000:04:00.0"
        os.rename(old, self.group(7, "devices") / "0000:04:00.0")
        document = self.conclusion("other-groups")
        self.assertIn("0000:03:00.0 0000:04:00.0", [d["predicted"] for d in document["grouping_differences"]])
        self.assertIn("0000:01:00.0 0000:04:00.0", [d["kernel"] for d in document["grouping_differences"]])
        self.assertRegex(self.text("verify", "-s", self.dir, status=3), "members")

    def test_groups_are_not_judged_without_configuration_space(self):
        for path in self.dir.glob("sys/devices/**/config"):
            if path.parent.name != "0000:00:01.0":  # the IOMMU: a real sysfs has its capability elsewhere, too
                path.write_bytes(path.read_bytes()[:64])
        document = self.json("verify", "-s", self.dir)
        self.assertFalse(document["grouping_compared"])
        self.assertNotEqual(document["notes"], [])

    def test_needs_a_host(self):
        self.refused(2, "--sysroot", "verify", "-t", self.dir / TABLE)


if __name__ == "__main__":
    unittest.main()
