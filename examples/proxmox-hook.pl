#!/usr/bin/perl
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A Proxmox VE hookscript: refuse to start a guest whose PCI devices Linux won't give to VFIO, and say why.
#
#   cp proxmox-hook.pl /var/lib/vz/snippets/ivrs.pl && chmod +x /var/lib/vz/snippets/ivrs.pl
#   qm set 100 --hookscript local:snippets/ivrs.pl
#
# Proxmox VE calls it with VMID PHASE; what it prints stands in the task's log, and a status other than 0 in the phase
# pre-start stops the start. A host without an IVRS (Intel, no IOMMU), or one that ivrsctl can't read, is none of its
# business: the guest is started and the kernel decides, as it would without this hook.
#
# For another ivrsctl, or options for it (a kernel image, a relaxation), edit the lines below or set the environment.
use strict;
use warnings;
no warnings "exec";    # said below, in our own words
use JSON::PP;
use POSIX ();

my $IVRSCTL = $ENV{IVRSCTL} // 'ivrsctl';
my @OPTIONS = split ' ', $ENV{IVRSCTL_OPTIONS} // '';
my $PVE = $ENV{IVRS_PVE} // '/etc/pve';    # where the cluster's configuration is mounted
my $NODE = $ENV{IVRS_NODE} // (split /\./, (POSIX::uname())[1])[0];
my $SECONDS = 30;

# Lines of a file, without their ends.
sub slurp {
    my ($path) = @_;
    open my $file, '<', $path or die "$path: $!\n";
    my @lines = <$file>;
    close $file or die "$path: $!\n";
    chomp @lines;
    return @lines;
}

# The guest's own hostpci lines: [ name, value ]. Sections behind it are snapshots and pending changes.
sub hostpci {
    my ($vmid) = @_;
    my @found;
    for my $line (slurp("$PVE/qemu-server/$vmid.conf")) {
        last if $line =~ /^\[/;
        next if $line !~ /^hostpci/;
        $line =~ /^(hostpci[0-9]+):\s*(\S.*?)\s*$/ or die "malformed line in the guest's configuration: $line\n";
        push @found, [ $1, $2 ];
    }
    return @found;
}

# Alternatives that a resource mapping of the cluster has on this node; Proxmox VE takes the first one that is free.
sub mapping {
    my ($name) = @_;
    my ($inside, @paths);
    for my $line (slurp("$PVE/mapping/pci.cfg")) {
        $inside = $1 eq $name if $line =~ /^(\S+)\s*$/;
        next if !$inside || $line !~ /^\s+map\s+(.*)$/;
        my %field = map { /^([^=]+)=(.*)$/ ? ($1, $2) : () } split /,/, $1;
        push @paths, $field{path} if ($field{node} // '') eq $NODE && defined $field{path};
    }
    die "mapping '$name' has no device on node $NODE\n" if !@paths;
    return @paths;
}

# One entry as alternatives, each a list of devices (BUS:DEV.FN, or BUS:DEV for all functions of the slot), with the
# domain in front. An empty list for a mediated device, which VFIO gets from its parent's driver.
sub alternatives {
    my ($name, $value) = @_;
    my %field;
    for my $part (split /,/, $value) {
        my ($key, $text) = $part =~ /^([a-z0-9-]+)=(.*)$/ ? ($1, $2) : ('host', $part);
        $field{$key} = $text;
    }
    return if defined $field{mdev};
    die "$name has neither a host device nor a mapping: $value\n" if !defined($field{host} // $field{mapping});
    my @result;
    for my $path (defined $field{mapping} ? mapping($field{mapping}) : $field{host}) {
        my @devices;
        for my $device (split /;/, $path) {
            $device =~ /^(?:([0-9a-f]{4}):)?([0-9a-f]{2}:[01][0-9a-f](?:\.[0-7])?)$/i
                or die "$name names no PCI device: $device\n";
            push @devices, lc(($1 // '0000') . ":$2");
        }
        die "$name names no PCI device: $value\n" if !@devices;
        push @result, \@devices;
    }
    return @result;
}

# What ivrsctl says of this host for the kernel that runs, or undef when it can say nothing.
sub simulate {
    my $result = eval {
        local $SIG{ALRM} = sub { die "no answer after $SECONDS seconds\n" };
        alarm $SECONDS;
        open my $pipe, '-|', $IVRSCTL, 'simulate', '--json', @OPTIONS or die "$IVRSCTL: $!\n";
        my $text = do { local $/ = undef; <$pipe> };
        close $pipe;    # its status says 3 when a group is refused: the document tells more
        alarm 0;
        decode_json($text)->{results}[-1] // die "$IVRSCTL: no result\n";
    };
    alarm 0;
    print "libivrs: not judged: $@" if !$result;
    return if !$result || $result->{iommu}{state} eq 'absent';
    return $result;
}

# The reason of a refusal in words.
sub why {
    my ($claim, $iommu) = @_;
    return "the IOMMU is $iommu->{state}: " . ($iommu->{message} // '') if $iommu->{state} ne 'ready';
    return "the firmware's IVRS (IVMD " . join(', ', @{ $claim->{ivmd} }) . ') asks for a 1:1 mapping of '
        . "$claim->{culprit}, so Linux refuses with $claim->{errno}"
        if $claim->{reason} eq 'require_direct';
    return "$claim->{reason}, Linux refuses with $claim->{errno} at $claim->{step}";
}

# Why the guest can't have these devices, one line each; nothing when it can. Of a whole slot Proxmox VE takes every function.
sub judge {
    my ($result, @devices) = @_;
    my %group_of = map { $_->{device} => $_->{group} } @{ $result->{devices} };
    my %claim_of = map { $_->{id} => $_->{claim} } @{ $result->{groups} };
    my @lines;
    for my $device (@devices) {
        my @functions = grep { $_ eq $device || /^\Q$device\E\.[0-7]$/ } sort keys %group_of;
        push @lines, "$device isn't on this host" if !@functions;
        for my $function (@functions) {
            my $group = $group_of{$function};
            my $claim = defined $group ? $claim_of{$group} : undef;
            if (!$claim) {
                push @lines, "$function has no IOMMU group";
            } elsif ($claim->{result} eq 'nothing-to-claim') {
                push @lines, "$function is a bridge, which no guest can have";
            } elsif ($claim->{result} ne 'ok') {
                push @lines, "$function (IOMMU group $group): " . why($claim, $result->{iommu})
                    . "; ivrsctl explain $function says what helps";
            }
        }
    }
    return @lines;
}

sub pre_start {
    my ($vmid) = @_;
    my @entries = map { [ $_->[0], alternatives(@$_) ] } hostpci($vmid);
    @entries = grep { @$_ > 1 } @entries;
    my $result = @entries ? simulate() : undef;
    return 1 if !$result;
    my $good = 1;
    for my $entry (@entries) {
        my ($name, @choices) = @$entry;
        my @verdicts = map { [ judge($result, @$_) ] } @choices;
        my $possible = grep { !@$_ } @verdicts;
        $good &&= $possible;
        for my $line (map { @$_ } @verdicts) {
            print $possible
                ? "libivrs: $name: avoid one device of the mapping: $line\n"
                : "libivrs: guest $vmid can't start: $name: $line\n";
        }
    }
    return $good;
}

my ($vmid, $phase) = @ARGV;
die "Usage: $0 VMID PHASE\n" if @ARGV != 2 || $vmid !~ /^[1-9][0-9]{2,8}$/;
exit 0 if $phase ne 'pre-start';
my $good = eval { pre_start($vmid) };
if (!defined $good) {
    print "libivrs: guest $vmid can't start: $@";
    exit 1;
}
exit($good ? 0 : 1);
