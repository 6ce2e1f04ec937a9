# SPDX-License-Identifier: LGPL-2.1-or-later
package Sample;

# A table and a host for the tests: one IOMMU for all functions, an IOAPIC, and one IVMD 22h over buses 00-0f.
use strict;
use warnings;
use Exporter 'import';
use IVRS;

our @EXPORT = qw(bytes table topology error_of);

sub bytes {
    my ($ivmd_length) = @_;
    my $entries = pack('C v C', 0x03, 0x0000, 0) . pack('C v C', 0x04, 0xffff, 0) . pack('C v C C v C', 0x48, 0, 0, 0, 0x00a0, 1);
    my $ivhd = pack('C C v v v Q< v v V', 0x10, 0, 24 + length $entries, 0x0010, 0x40, 0xfed80000, 0, 0, 0) . $entries;
    my $ivmd = pack('C C v v v x8 Q< Q<', 0x22, 0x08, $ivmd_length // 32, 0x0000, 0x0fff, 0x3c000000, 0x1000);
    my $body = pack('V x8', 0) . $ivhd . $ivmd;
    my $header = pack('a4 V C C a6 a8 V a4 V', 'IVRS', 36 + length $body, 2, 0, 'SAMPLE', 'IVRSTEST', 1, 'PERL', 1);
    my $table = $header . $body;
    substr $table, 9, 1, chr(-unpack('%8C*', $table) & 0xff);
    return $table;
}

sub table { return IVRS::Table->parse(bytes(@_), lenient => 1) }

sub topology {
    my $topology = IVRS::Topology->new;
    $topology->add('00:02.0', class => 0x080600, iommu_capability => 0x0400000f);
    $topology->add('0000:00:05.0', class => 0x060400, bridge => [ 1, 1 ], pcie => 0x0142, group => 3, driver => 'pcieport');
    $topology->add('0000:01:00.0', class => 0x030000, ids => [ 0x10de, 0x2204 ], pcie => 0x2, group => 13);
    $topology->add(0x0101, class => 0x040300, pcie => 0x2, group => 13);
    return $topology;
}

# The error that code dies with; the test dies when there is none, or one that isn't an object.
sub error_of {
    my ($code) = @_;
    die "no error\n" if eval { $code->(); 1 };
    my $error = $@;
    die "not an IVRS::Error: $error" if !ref $error || !$error->isa('IVRS::Error');
    return $error;
}

1;
