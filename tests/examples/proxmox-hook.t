# SPDX-License-Identifier: LGPL-2.1-or-later
# The Proxmox VE hookscript, called as Proxmox VE calls it. The environment: IVRSCTL, IVRS_SOURCE.
use strict;
use warnings;
use File::Temp;
use FindBin;
use Test::More;

my $source = $ENV{IVRS_SOURCE} // "$FindBin::Bin/../..";
my $host = "--sysroot=$source/examples/hosts/am5-blanket.tar.gz";
plan skip_all => 'IVRSCTL is not set' if !$ENV{IVRSCTL};

sub hook {
    my ($options, @arguments) = @_;
    local $ENV{IVRSCTL_OPTIONS} = $options;
    local $ENV{IVRS_PVE} = "$FindBin::Bin/proxmox";
    local $ENV{IVRS_NODE} = 'pve1';
    my $errors = File::Temp->new;
    open my $pipe, '-|', "exec 2>$errors; exec $^X '$source/examples/proxmox-hook.pl' @arguments" or die $!;
    my $text = do { local $/ = undef; <$pipe> } // '';
    close $pipe;
    my $status = $? >> 8;
    seek $errors, 0, 0;
    return ($status, $text, join '', <$errors>);
}

sub refused {
    my ($name, $options, $vmid, @texts) = @_;
    my ($status, $text, $errors) = hook($options, $vmid, 'pre-start');
    is($status, 1, "$name: refused");
    is($errors, '', "$name: no warnings of Perl");
    like($text, $_, "$name: $_") for @texts;
    return $text;
}

sub started {
    my ($name, $options, $vmid, $expected, $phase, $from_ivrsctl) = @_;
    my ($status, $text, $errors) = hook($options, $vmid, $phase // 'pre-start');
    is($status, 0, "$name: started");
    like($errors, $from_ivrsctl // qr/\A\z/, "$name: no warnings of Perl");
    like($text, $expected // qr/\A\z/, "$name: what it says");
    return;
}

my $text = refused('several', $host, 100, qr/guest 100 can't start: hostpci0: 0000:01:00.0 \(IOMMU group 7\)/, qr/IVMD 0, 1, 2/,
    qr/hostpci1: 0000:00:08.1 \(IOMMU group 5\).* 1:1 mapping of 0000:00:08.0/, qr/hostpci2: 0000:05:00.0 \(IOMMU group 10\)/,
    qr/hostpci2: 0000:00:04.0 \(IOMMU group 1\)/, qr/ivrsctl explain 0000:01:00.0/);
is(scalar(split /\n/, $text), 4, 'several: one line each, none for the mediated device');
started('several, relaxed', "$host --relax=unity", 100);
started('none, and pending changes and snapshots', $host, 101);
refused('malformed address', $host, 102, qr/guest 102 can't start: hostpci1 names no PCI device: 0000:0g:00.0/);
refused('malformed line', $host, 103, qr/malformed line in the guest's configuration: hostpci0 0000/);
refused('no device', $host, 104, qr/hostpci0 has neither a host device nor a mapping/);
refused('nothing but separators', $host, 109, qr/hostpci0 names no PCI device/);
refused('mapping', $host, 105, qr/hostpci0: 0000:01:00.0 \(IOMMU group 7\)/);
started('mapping with a good alternative', "$host --relax=unity", 106, qr/\Alibivrs: hostpci0: avoid .*0000:00:05.0 is a bridge.*\n\z/);
refused('mapping without one', $host, 106, qr/is a bridge/, qr/0000:05:00.0 \(IOMMU group 10\)/);
refused('mapping of another node', $host, 107, qr/mapping 'missing' has no device on node pve1/);
refused('stranger and bridge', "$host --relax=unity", 108, qr/0000:77:00 isn't on this host/, qr/0000:00:05.0 is a bridge/);
refused('no configuration', $host, 999, qr/999.conf: No such file/);
refused('IOMMU that is off', "$host --cmdline=amd_iommu=off", 100, qr/the IOMMU is disabled: amd_iommu=off/);
started("phase $_", $host, 100, undef, $_) for qw(post-start pre-stop post-stop);

my $empty = File::Temp->newdir;
mkdir "$empty/$_" for qw(sys proc);
started('host without an IVRS', "--sysroot=$empty", 100, undef, undef, qr/\Aivrsctl: .*no IVRS.*\n\z/);
{
    local $ENV{IVRSCTL} = '/nonexistent/ivrsctl';
    started('no ivrsctl', $host, 100, qr/\Alibivrs: not judged: .*nonexistent.*\n\z/);
    local $ENV{IVRSCTL} = '/bin/true';
    started('another program', $host, 100, qr/\Alibivrs: not judged: .*\n\z/);
}
started('unknown option', "$host --no-such-option", 100, qr/not judged/, undef, qr/--no-such-option/);
for my $arguments ([], ['100'], [ 'all', 'pre-start' ], [ '../../100', 'pre-start' ], [ '100', 'pre-start', 'more' ]) {
    my ($status, undef, $errors) = hook($host, @$arguments);
    isnt($status, 0, "arguments '@$arguments'");
    like($errors, qr/\AUsage: /, 'says how it is called');
}
done_testing;
