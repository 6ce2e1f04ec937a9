# SPDX-License-Identifier: LGPL-2.1-or-later
"""Bad input: one line on standard error, the promised exit status, nothing on standard output, in no time."""
import io
import os
import pathlib
import resource
import struct
import tarfile
import unittest

from support import HOST, TABLE, TOOL, ToolTest, acpidump, host_table, ivmd, mended, run, unpack


def cpu_seconds():
    """Of the tool's runs so far: a loaded machine makes the clock no judge."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


class Tables(ToolTest):
    def test_unparsable(self):
        good = host_table()
        longer, shorter = bytearray(good), bytearray(good)
        struct.pack_into("<I", longer, 4, len(good) + 100)
        struct.pack_into("<I", shorter, 4, 20)
        cases = {
            "empty": (b"", "IVRS-001"),
            "cut header": (good[:40], "IVRS-003"),
            "wrong signature": (b"DMAR" + good[4:], "IVRS-002"),
            "text": (b"hello, world\n" * 10, "IVRS-002"),
            "length beyond the bytes": (bytes(longer), "IVRS-004"),
            "cut": (good[:-1], "IVRS-004"),
            "length below the header": (bytes(shorter), "IVRS-005"),
            "damaged dump": (acpidump(("IVRS", good)).replace(b"0010:", b"0020:"), "IVRS-016"),
        }
        for name, (data, code) in cases.items():
            with self.subTest(name):
                path = self.file(data)
                for command in (["simulate"], ["show"], ["check"], ["unity"], ["explain", "01:00.0"]):
                    self.refused(4, [f"{path}: ", f"({code})"], *command, "-t", path)

    def test_offset_is_named(self):
        self.refused(4, "offset 0x4:", "show", "-t", self.file(host_table()[:-1]))

    def test_every_truncation(self):
        good = host_table()
        for size in range(0, len(good), 7):
            self.refused(4, "(IVRS-0", "show", "-t", "-", stdin=good[:size])

    def test_truncated_and_mended(self):
        good = host_table()
        for size in range(48, len(good), 5):
            result = run("simulate", "-t", "-", "--json", stdin=mended(good[:size]))
            self.assertIn(result.status, (0, 3, 4), result)
            if result.status == 4:
                self.one_line(result, ["standard input: ", "(IVRS-0"])

    def test_files(self):
        self.refused(1, [str(self.dir), "Is a directory"], "show", "-t", self.dir)
        self.refused(1, "No such file", "show", "-t", self.dir / "none")
        for option in ("-s", "-p"):
            self.refused(1, "none", "simulate", option, self.dir / "none")

    def test_100_mb_of_zeros(self):
        path = self.dir / "zeros"
        with open(path, "wb") as file:
            file.truncate(100 << 20)
        start = cpu_seconds()
        self.refused(4, str(path), "show", "-t", path)
        self.refused(1, str(path), "simulate", "-s", path)
        self.refused(1, str(path), "simulate", "-p", path)
        self.assertLess(cpu_seconds() - start, 3)

    def test_60_mb_of_zeros(self):
        start = cpu_seconds()
        self.refused(4, "(IVRS-002)", "show", "-t", "-", stdin=bytes(60 << 20))
        self.assertLess(cpu_seconds() - start, 1)


class Large(ToolTest):
    """Blocks times devices would be more than linear: what is too much is left out and called null."""

    def test_many_blocks_for_all_devices(self):
        blocks = b"".join(ivmd(0x20, aux=0, start=0x100000000 + i * 0x1000) for i in range(60000))
        path = self.file(mended(host_table()[:0xb0] + blocks))
        document = self.json("simulate", "-s", HOST, "-t", path, status=3)
        maps = [d["unity_maps"] for d in document["results"][0]["devices"] if d["iommu"]]
        self.assertIn(None, maps)
        self.assertTrue(all(m is None or len(m) == 60000 for m in maps))
        result = run("unity", "-s", HOST, "-t", path)
        self.assertEqual(result.status, 0)
        self.one_line(result, "the rest is not listed")
        self.assertIn("Cause: 60000 IVMD blocks ask for 1:1 mappings for every function.",
                      self.text("simulate", "-s", HOST, "-t", path, status=3))


class Usage(ToolTest):
    def test_commands_and_options(self):
        self.refused(2, "no command")
        self.refused(2, "nonsense", "nonsense")
        self.refused(2, "--nonsense", "--nonsense")
        self.refused(2, "--nonsense", "simulate", "--nonsense")
        self.refused(2, "-t", "show", "-t")
        self.refused(2, "--color=pink", "show", "--color=pink")
        self.refused(2, "--path=", "simulate", "--path=vfio")
        self.refused(2, "--threshold=", "check", "--threshold=bad")
        self.refused(2, "DEVICE is missing", "explain")
        self.refused(2, "one argument too many", "explain", "01:00.0", "02:00.0")
        self.refused(2, "one argument too many", "show", "01:00.0")
        self.refused(2, "--relax", "show", "--relax=none")
        self.refused(2, "one --relax", "unity", "-s", HOST, "-r", "none", "-r", "unity")

    def test_relaxations(self):
        for mode in ("", "all", "devices", "devices=", "devices=xx", "devices=01:00.0,,02:00.0", "Unity"):
            self.refused(2, f"--relax={mode}:", "simulate", "-s", HOST, "-r", mode)

    def test_devices(self):
        for device in ("", "xx", "1", "01:20.0", "01:00.8", "01:00.0-", "02:00.0-01:00.0", "0000:01:00.0x"):
            self.refused(2, f"{device}: no device", "simulate", "-s", HOST, device)
        self.refused(2, "09:00.0: no such device", "simulate", "-s", HOST, "09:00.0")
        self.refused(2, "0001:01:00.0: no such device", "explain", "-s", HOST, "0001:01:00.0")

    def test_kernels(self):
        for release in ("", "linux", "abc", "-1"):
            self.refused(2, f"{release}: no kernel release", "simulate", "-s", HOST, "-k", release)
        self.refused(1, "none/vmlinuz", "simulate", "-s", HOST, "-k", self.dir / "none/vmlinuz")
        self.refused(1, "image", "simulate", "-s", HOST, "-k", self.file(b"no kernel image", "image"))

    def test_control_characters_are_not_echoed(self):
        result = self.refused(2, "no device", "simulate", "-s", HOST, "a\x1b[31m\nb")
        self.assertNotIn("\x1b", result.err)


class Hosts(ToolTest):
    def setUp(self):
        super().setUp()
        unpack(self.dir)

    def test_no_ivrs(self):
        (self.dir / TABLE).unlink()
        for command in (["show"], ["check"], ["unity"], ["explain", "01:00.0"]):
            self.refused(1, ["no IVRS", "Intel's table is DMAR"], *command, "-s", self.dir)
        result = run("simulate", "-s", self.dir, "--json")
        self.assertEqual(result.status, 3, result)
        self.one_line(result, "no IVRS")
        self.assertIn('"state": "absent"', result.out)
        (self.dir / TABLE).with_name("DMAR").write_bytes(b"DMAR")
        self.refused(1, "it has a DMAR", "show", "-s", self.dir)

    def test_no_host_at_all(self):
        empty = self.dir / "empty"
        empty.mkdir()
        self.refused(1, "no IVRS", "check", "-s", empty)

    @unittest.skipIf(os.geteuid() == 0, "root reads everything")
    def test_unreadable_table(self):
        (self.dir / TABLE).chmod(0)
        self.refused(1, ["Permission denied", "root is needed"], "simulate", "-s", self.dir)

    def test_vanished_device_and_attribute(self):
        devices = self.dir / "sys/bus/pci/devices"
        (devices / "0000:01:00.0").resolve().joinpath("config").unlink()
        link = devices / "0000:04:00.0"
        target = os.readlink(link)
        link.unlink()
        link.symlink_to(target + "-gone")
        result = run("simulate", "-s", self.dir, "--json")
        self.assertIn(result.status, (0, 3), result)
        self.assertEqual(result.err, "")
        self.assertIn("0000:01:00.0", " ".join(__import__("json").loads(result.out)["notes"]))

    def test_unsafe_tars(self):
        for name in ("/etc/passwd", "../x", "sys/../../x"):
            path = self.dir / "unsafe.tar"
            with tarfile.open(path, "w") as tar:
                info = tarfile.TarInfo(name)
                info.size = 1
                tar.addfile(info, io.BytesIO(b"x"))
            self.refused(1, str(path), "simulate", "-s", path)

    def test_damaged_tar(self):
        data = pathlib.Path(HOST).read_bytes()
        self.refused(1, "cut.tar.gz", "simulate", "-s", self.file(data[:len(data) // 2], "cut.tar.gz"))


class Output(ToolTest):
    def test_full_disk(self):
        for command in (["simulate", "-s", HOST], ["simulate", "-s", HOST, "--json"], ["kernels"], ["--help"],
                        ["show", "-s", HOST, "--json"]):
            with open("/dev/full", "wb") as full:
                pid = os.posix_spawn(TOOL, [TOOL, *command], os.environ,
                                     file_actions=[(os.POSIX_SPAWN_DUP2, full.fileno(), 1),
                                                   (os.POSIX_SPAWN_OPEN, 2, str(self.dir / "err"), os.O_WRONLY |
                                                    os.O_CREAT | os.O_TRUNC, 0o600)])
                status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            self.assertEqual(status, 1, command)
            self.assertIn("No space left", (self.dir / "err").read_text())

    def test_closed_output(self):
        pid = os.posix_spawn(TOOL, [TOOL, "kernels"], os.environ,
                             file_actions=[(os.POSIX_SPAWN_CLOSE, 1), (os.POSIX_SPAWN_CLOSE, 2)])
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 1)

    def test_nothing_is_written(self):
        before = sorted(self.dir.iterdir())
        run("simulate", "-s", HOST, cwd=self.dir)
        run("capture", "-s", self.dir / "none", self.dir / "x.tar", cwd=self.dir)
        self.assertEqual(sorted(self.dir.iterdir()), before)


if __name__ == "__main__":
    unittest.main()
