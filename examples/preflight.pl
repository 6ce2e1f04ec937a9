#!/usr/bin/perl
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What a management program asks before it gives a device to a guest: will this kernel let VFIO have it, and what is the user
# told if not? Only files of sysfs and proc are read.
#
# preflight.pl DEVICE [SYSROOT]: prints the sentence; exit status 0 yes, 3 no, 1 unknown.
use strict;
use warnings;
use IVRS qw(simulate explain format_device parse_device);

# A whole file, without the line end that proc puts behind its texts; nothing when it can't be read.
sub slurp {
    my ($path, $text) = @_;
    open my $file, '<:raw', $path or return;
    my $bytes = do { local $/ = undef; <$file> };
    chomp $bytes if $text && defined $bytes;
    return $bytes;
}

# VFIO claims whole groups: the other functions of the device's group count as much as the device.
sub read_group {
    my ($root, $device) = @_;
    my $topology = IVRS::Topology->new;
    for my $path (glob "\Q$root\E/sys/bus/pci/devices/$device/iommu_group/devices/*") {
        my ($function) = $path =~ m{/([0-9a-f:.]+)$} or next;
        my $config = slurp("$path/config") // '';
        $topology->add($function, group => 0);
        next if length $config < 64;
        $topology->set($function, class => unpack('x8 V', $config) >> 8, header_type => unpack('x14 C', $config));
    }
    return $topology;
}

# True or false, and the sentence. Dies when it can't be told.
sub preflight {
    my ($root, $device) = @_;
    $device = format_device(parse_device($device));
    my $bytes = slurp("$root/sys/firmware/acpi/tables/IVRS") // die "this host has no IVRS, or it can't be read\n";
    my $table = IVRS::Table->parse($bytes, lenient => 1);
    my $topology = read_group($root, $device);
    my $kernel = IVRS::Kernel->new(slurp("$root/proc/sys/kernel/osrelease", 1), cmdline => slurp("$root/proc/cmdline", 1));
    my $simulation = simulate($table, $topology, kernel => $kernel, relax => $kernel->relax);
    my $judged = $simulation->device($device);
    return ($judged->group->claimable, explain($judged, topology => $topology, kernel => $kernel)->summary);
}

if (@ARGV < 1 || @ARGV > 2) {
    print STDERR "usage: preflight.pl DEVICE [SYSROOT]\n";
    exit 2;
}
my ($device, $root) = (@ARGV, '');
my ($good, $sentence) = eval { preflight($root, $device) };
if ($@) {
    my $why = ref $@ ? $@->text : $@;
    chomp $why;
    print "$device: whether it can be passed through isn't known: $why\n";
    exit 1;
}
print "$sentence\n";
exit($good ? 0 : 3);
