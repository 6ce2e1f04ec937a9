# SPDX-License-Identifier: LGPL-2.1-or-later
"""The libvirt hook, called as libvirt calls it. Usage: libvirt-hook-test.py HOOK IVRSCTL HOST SAMPLES"""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

HOOK, IVRSCTL, HOST, SAMPLES = sys.argv[1:5]
BLANKET = f"--sysroot={HOST}"
RELAXED = f"--sysroot={HOST} --relax=unity"


def sample(name):
    return (pathlib.Path(SAMPLES) / name).read_bytes()


def hook(xml, options=BLANKET, ivrsctl=IVRSCTL, arguments=("win11", "prepare", "begin", "-")):
    # libvirt's own environment is as poor as this one.
    environment = {"LC_ALL": "C", "PATH": os.environ["PATH"], "IVRSCTL": ivrsctl, "IVRSCTL_OPTIONS": options}
    for name in ("LD_LIBRARY_PATH", "LD_PRELOAD", "ASAN_OPTIONS"):
        if name in os.environ:
            environment[name] = os.environ[name]
    return subprocess.run([sys.executable, "-B", HOOK, *arguments], input=xml, capture_output=True,
                          env=environment, timeout=60, check=False)


class Hook(unittest.TestCase):
    def refused(self, run, *texts):
        error = run.stderr.decode()
        self.assertEqual(run.returncode, 1, error)
        self.assertEqual(run.stdout, b"")
        self.assertNotIn("Traceback", error)
        for text in texts:
            self.assertIn(text, error)
        return error

    def started(self, run, error=""):
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(run.stdout, b"")
        self.assertIn(error, run.stderr.decode())
        if not error:
            self.assertEqual(run.stderr, b"")

    def test_several(self):
        error = self.refused(hook(sample("several.xml")),
                             "win11 can't start: 0000:01:00.0 (IOMMU group 7)", "IVMD 0, 1, 2", "EINVAL",
                             "ivrsctl explain 0000:01:00.0",
                             "0000:00:08.1 (IOMMU group 5)", "1:1 mapping of 0000:00:08.0",
                             "0000:00:04.0 (IOMMU group 1)", "0000:05:00.0 (IOMMU group 10)")
        # The guest's addresses, USB, SCSI and mediated devices aren't functions of the host.
        self.assertEqual(len(error.splitlines()), 4)

    def test_several_that_are_fine(self):
        self.started(hook(sample("several.xml"), RELAXED))

    def test_the_last_of_several_modes_counts(self):
        self.started(hook(sample("several.xml"), BLANKET + " -r none -r unity"))

    def test_none(self):
        self.started(hook(sample("none.xml")))
        self.started(hook(sample("none.xml"), ivrsctl="/nonexistent/ivrsctl"))

    def test_malformed(self):
        self.refused(hook(sample("cut.xml")), "malformed: ")
        self.refused(hook(b""), "malformed: no element found")
        self.refused(hook(b"\x00\xff\xfe\x00"), "malformed: ")
        self.refused(hook(b"<?xml version='1.0' encoding='klingon'?><domain/>"), "malformed: ")
        self.refused(hook(b"<network/>"), "isn't a domain")

    def test_malformed_address(self):
        self.refused(hook(sample("address.xml")), "malformed address (bus='0x101')")
        for address in (b"", b"<address/>", b"<address bus='0x01' slot='0x20' function='0x0'/>",
                        b"<address bus='0x01' slot='-1' function='0x0'/>",
                        b"<address bus='one' slot='0' function='0'/>",
                        b"<address domain='0x10000' bus='1' slot='0' function='0'/>",
                        b"<address bus='1' slot='0' function='8'/>",
                        b"<address bus='" + b"9" * 100000 + b"' slot='0' function='0'/>"):
            xml = (b"<domain><devices><hostdev mode='subsystem' type='pci'><source>" + address +
                   b"</source></hostdev></devices></domain>")
            with self.subTest(address=address[:60]):
                self.refused(hook(xml), "address")

    def test_entities(self):
        self.refused(hook(sample("entities.xml")), "DTD")
        outside = b"<!DOCTYPE domain SYSTEM 'file:///etc/passwd'><domain/>"
        self.refused(hook(outside), "DTD")

    def test_deep_and_large(self):
        self.refused(hook(b"<domain>" + b"<a>" * 200000), "malformed: ")
        self.started(hook(b"<domain>" + b"<a>" * 200000 + b"</a>" * 200000 + b"</domain>"))
        self.refused(hook(b"<domain>" + b" " * (17 << 20) + b"</domain>"), "larger than 16 MiB")

    def test_bridge_and_stranger(self):
        xml = sample("address.xml")
        self.refused(hook(xml.replace(b"0x101", b"0").replace(b"slot='0x00'", b"slot='5'"), RELAXED),
                     "0000:00:05.0 is a bridge")
        self.refused(hook(xml.replace(b"0x101", b"0x77"), RELAXED), "0000:77:00.0 isn't on this host")

    def test_other_operations(self):
        for arguments in (("win11", "start", "begin", "-"), ("win11", "release", "end", "-"), ("win11",), (),
                          ("win11", "migrate", "begin", "-"), ("win11", "prepare", "end", "-")):
            self.started(hook(sample("cut.xml"), arguments=arguments))

    def test_no_verdict(self):
        self.started(hook(sample("several.xml"), ivrsctl="/nonexistent/ivrsctl"), "not judged")
        self.started(hook(sample("several.xml"), ivrsctl="/bin/true"), "not judged")
        self.started(hook(sample("several.xml"), BLANKET + " --no-such-option"), "--no-such-option")

    def test_host_without_ivrs(self):
        with tempfile.TemporaryDirectory() as root:
            for directory in ("sys/bus/pci/devices", "proc"):
                os.makedirs(os.path.join(root, directory))
            self.started(hook(sample("several.xml"), f"--sysroot={root}"))

    def test_iommu_that_is_off(self):
        self.refused(hook(sample("several.xml"), BLANKET + " -c amd_iommu=off"), "the IOMMU is disabled: amd_iommu=off")

    def test_no_interrupt_remapping(self):
        self.refused(hook(sample("several.xml"), RELAXED + " -c nointremap"), "interrupt-remapping, Linux refuses")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
