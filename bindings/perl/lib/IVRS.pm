# SPDX-License-Identifier: LGPL-2.1-or-later
package IVRS;
use strict;
use warnings;
use 5.014;
use Config;
use Exporter 'import';

BEGIN {
    die "IVRS needs a Perl with integers of 64 bits\n" if $Config::Config{ivsize} < 8;
}

use IVRS::Raw ();
use IVRS::Error ();
use IVRS::Object ();
use IVRS::Iterator ();
use IVRS::Report ();
use IVRS::Table ();
use IVRS::Topology ();
use IVRS::Kernel ();
use IVRS::Simulation ();
use IVRS::Explanation ();

our $VERSION = '0.1.0';
our @EXPORT_OK = qw(simulate explain parse_device parse_range format_device relax_check library_version findings);

sub simulate { return IVRS::Simulation->new(@_) }
sub explain  { return IVRS::Explanation->new(@_) }

sub parse_device {
    my ($text) = @_;
    $text = IVRS::Object::text($text, 'device');
    return IVRS::Object::outcome('device ' . IVRS::Object::shown($text), 'sbdf_parse', $text);
}

sub parse_range {
    my ($text) = @_;
    $text = IVRS::Object::text($text, 'range');
    my $both = IVRS::Object::outcome('range ' . IVRS::Object::shown($text), 'sbdf_parse_range', $text);
    return ($both >> 32, $both & 0xffffffff);
}

sub format_device { return IVRS::Object::call('sbdf_format', IVRS::Object::uint($_[0], 32, 'device')) }

sub relax_check {
    my ($relax) = @_;
    $relax = IVRS::Object::text($relax, 'relaxation');
    IVRS::Object::try('relaxation ' . IVRS::Object::shown($relax), 'relax_check', $relax);
    return 1;
}

sub library_version { return IVRS::Raw::ivrs_version_string() }

sub findings {
    return map {
        my $code = IVRS::Raw::ivrs_finding_code($_);
        {
            code     => $code,
            id       => sprintf('IVRS-%03u', $code),
            name     => IVRS::Raw::ivrs_finding_name($code),
            text     => IVRS::Raw::ivrs_finding_text($code),
            severity => IVRS::Raw::ivrs_severity_name(IVRS::Raw::ivrs_finding_severity($code)),
        }
    } 0 .. IVRS::Raw::ivrs_finding_count() - 1;
}

1;

__END__

=encoding utf-8

=head1 NAME

IVRS - what Linux makes of an AMD IVRS table

=head1 SYNOPSIS

    use IVRS qw(simulate explain);

    my $table = IVRS::Table->parse($bytes, lenient => 1);
    my $topology = IVRS::Topology->new;
    $topology->add('0000:01:00.0', class => 0x030000, group => 13);

    my $simulation = simulate($table, $topology, kernel => '6.12', relax => 'none');
    my $group = $simulation->device('0000:01:00.0')->group;
    print explain($simulation->device('01:00.0'), topology => $topology) if $group->refused;

=head1 DESCRIPTION

Bytes of an IVRS and a list of PCI functions go in; for every IOMMU group, what the named Linux kernel will do with it, and
why, comes out. Nothing here reads the host: the bytes are those of F</sys/firmware/acpi/tables/IVRS>, the functions those of
F</sys/bus/pci/devices>.

The classes have manual pages of their own: L<IVRS::Table>, L<IVRS::Report>, L<IVRS::Topology>, L<IVRS::Kernel>,
L<IVRS::Simulation>, L<IVRS::Explanation>, L<IVRS::Iterator>.

=head1 FUNCTIONS

All of them can be imported by name.

=over

=item simulate(TABLE, TOPOLOGY, OPTIONS)

Simulates one boot of one kernel with one relaxation and returns an L<IVRS::Simulation>. TABLE may be undef (the host has no
IVRS), TOPOLOGY too (the answer is in ranges of device ids). The options are pairs:

    kernel    a release ("6.12") or an IVRS::Kernel; else the newest rules known
    cmdline   the kernel command line, when kernel is a release
    relax     "none" (default), "unity", "devices=LIST", "blanket" or "unchecked"
    as_bound  true: judge with the drivers that are bound now
    path      "legacy" (default), "iommufd" or "compat": the VFIO interface

=item explain(DEVICE, OPTIONS)

Explains a device of a simulation and returns an L<IVRS::Explanation>. The options are pairs: C<topology> and C<kernel>, those that the
simulation was made with; C<board_vendor>, the DMI board vendor, for the BIOS's own name of a switch; C<lockdown>, true when
the kernel is locked down.

=item parse_device(TEXT), parse_range(TEXT), format_device(NUMBER)

A device as a number, both ends of a range such as C<01:00.0-01:1f.7>, and the text C<ssss:bb:dd.f> of a number.

=item relax_check(TEXT)

Dies unless the text is a relaxation.

=item findings()

The registry of findings: hashes with C<code>, C<id>, C<name>, C<text> and C<severity>.

=item library_version()

Version of the C library that is loaded; C<$IVRS::VERSION> is that of this module.

=back

=head1 ERRORS

Everything dies with an L<IVRS::Error>, which has the status, and for a table that can't be parsed the code of the finding and the
byte offset. Wrong types, undef, negative and too large numbers are errors like any other (C<IVRS_E_ARGUMENT>).

=head1 THREADS AND LIFETIME

Objects live as long as something refers to them, whatever the order in which they go. They belong to the thread of Perl that
made them: in another one they are an error. Give it the bytes instead.

=head1 SEE ALSO

L<ivrsctl(1)>, L<libivrs(3)>

=head1 LICENSE

LGPL-2.1-or-later

=cut
