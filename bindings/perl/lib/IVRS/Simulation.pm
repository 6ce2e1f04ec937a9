# SPDX-License-Identifier: LGPL-2.1-or-later
package IVRS::Simulation;
use strict;
use warnings;
use parent -norequire, 'IVRS::Object';
use IVRS::Object ();
use IVRS::Table ();
use IVRS::Kernel ();
use IVRS::Topology ();

my $NONE = 0xffffffff;
my %PATH = (legacy => 0, iommufd => $IVRS::Raw::IVRS_SIM_IOMMUFD, compat => $IVRS::Raw::IVRS_SIM_COMPAT);

sub new {
    my ($class, $table, $topology, @options) = @_;
    my $o = IVRS::Object::options('simulate', [qw(kernel cmdline relax as_bound path)], @options);
    my $kernel = $o->{kernel};
    IVRS::Object::wrong('cmdline goes with a release: an IVRS::Kernel has its own') if ref $kernel && defined $o->{cmdline};
    $kernel = IVRS::Kernel->new($kernel, defined $o->{cmdline} ? (cmdline => $o->{cmdline}) : ()) if !ref $kernel;
    my $relax = IVRS::Object::maybe_text($o->{relax}, 'relaxation');
    IVRS::Error->throw('SYNTAX', 'an empty relaxation') if defined $relax && $relax eq '';
    my $path = IVRS::Object::text($o->{path} // 'legacy', 'path');
    IVRS::Object::wrong('no VFIO interface ' . IVRS::Object::shown($path)) if !defined $PATH{$path};
    my $raw = IVRS::Object::outcome('relaxation ' . IVRS::Object::shown($relax), 'simulate',
        IVRS::Object::maybe_raw($table, 'IVRS::Table', 'table'),
        IVRS::Object::maybe_raw($topology, 'IVRS::Topology', 'topology'),
        IVRS::Object::raw($kernel, 'IVRS::Kernel', 'kernel'),
        $relax, $PATH{$path} | ($o->{as_bound} ? $IVRS::Raw::IVRS_SIM_AS_BOUND : 0));
    return IVRS::Object::new_object($class, raw => $raw);
}

IVRS::Object::getters(__PACKAGE__, 'sim', qw(message ivhd_type interrupt_remapping relax has_ranges groups_predicted));
IVRS::Object::optional_getters(__PACKAGE__, 'sim', ~0, qw(offset));
IVRS::Object::accessor(__PACKAGE__, 'state',
    sub { IVRS::Raw::ivrs_state_name(IVRS::Object::call('sim_state', $_[0]{raw})) });
IVRS::Object::accessor(__PACKAGE__, 'table', sub {
    my $raw = IVRS::Object::call('sim_table', $_[0]{raw});
    return defined $raw ? IVRS::Object::new_object('IVRS::Table', raw => $raw) : undef;
});
# Items hold the simulation itself, so that they compare and lead back to it.
for (
    [ 'IVRS::Group',  'sim_group_count',  'group',     'groups',  'group_iterator' ],
    [ 'IVRS::Device', 'sim_device_count', 'device_at', 'devices', 'device_iterator' ],
) {
    my ($class, $count, $item, @names) = @$_;
    IVRS::Object::list(__PACKAGE__, $item,
        sub { IVRS::Object::call($count, $_[0]{raw}) },
        sub { IVRS::Object::new_object($class, sim => $_[0], raw => $_[0]{raw}, index => $_[1]) }, @names);
}

sub device {
    my ($self, $device) = @_;
    my $sbdf = IVRS::Object::sbdf($device);
    my $index = IVRS::Object::outcome(IVRS::Raw::ivrs_sbdf_format($sbdf), 'sim_find',
        IVRS::Object::raw($self, 'IVRS::Simulation', 'simulation'), $sbdf);
    return $self->device_at($index);
}

package IVRS::Group;
use parent -norequire, 'IVRS::Object';
use overload '""' => sub { 'group ' . $_[0]->id . ': ' . $_[0]->claim }, 'bool' => sub { 1 },
    '==' => sub { ref $_[1] eq __PACKAGE__ && $_[0]{raw} == $_[1]{raw} && $_[0]{index} == $_[1]{index} }, 'fallback' => 1;

sub _device {
    my ($self, $index) = @_;
    return if $index == $NONE;
    return IVRS::Object::new_object('IVRS::Device', sim => $self->{sim}, raw => $self->{raw}, index => $index);
}

sub _regions {
    my ($function, $self) = @_;
    my $raw = IVRS::Object::outcome(undef, $function, $self->{raw}, $self->{index});
    return map { IVRS::Object::new_object('IVRS::Region', raw => $raw, index => $_) }
        0 .. IVRS::Object::call('regions_count', $raw) - 1;
}

IVRS::Object::getters(__PACKAGE__, 'sim_group', qw(id domain step));
IVRS::Object::accessor(__PACKAGE__, 'index', sub { $_[0]{index} });
IVRS::Object::accessor(__PACKAGE__, 'simulation', sub { $_[0]{sim} });
IVRS::Object::accessor(__PACKAGE__, 'claim',
    sub { IVRS::Raw::ivrs_claim_name(IVRS::Object::call('sim_group_claim', $_[0]{raw}, $_[0]{index})) });
IVRS::Object::accessor(__PACKAGE__, 'claimable',
    sub { IVRS::Object::call('sim_group_claim', $_[0]{raw}, $_[0]{index}) == $IVRS::Raw::IVRS_CLAIM_OK });
IVRS::Object::accessor(__PACKAGE__, 'refused',
    sub { IVRS::Object::call('sim_group_claim', $_[0]{raw}, $_[0]{index}) == $IVRS::Raw::IVRS_CLAIM_REFUSED });
for (['reason', \&IVRS::Raw::ivrs_reason_name, 'reason'], ['errno', sub { $_[0] }, 'errno'],
    ['errno_name', \&IVRS::Raw::ivrs_errno_name, 'errno']) {
    my ($name, $word, $function) = @$_;
    IVRS::Object::accessor(__PACKAGE__, $name, sub {
        my $number = IVRS::Object::call("sim_group_$function", $_[0]{raw}, $_[0]{index});
        return $number ? $word->($number) : undef;
    });
}
IVRS::Object::accessor(__PACKAGE__, 'culprit',
    sub { $_[0]->_device(IVRS::Object::call('sim_group_culprit', $_[0]{raw}, $_[0]{index})) });
IVRS::Object::accessor(__PACKAGE__, 'kernel_message',
    sub { IVRS::Object::call('sim_group_kernel_message', $_[0]{raw}, $_[0]{index}) });
IVRS::Object::accessor(__PACKAGE__, 'regions', sub { _regions('sim_group_regions', $_[0]) });
IVRS::Object::accessor(__PACKAGE__, 'iova', sub { _regions('sim_group_iova', $_[0]) });
IVRS::Object::list(__PACKAGE__, 'device',
    sub { IVRS::Object::call('sim_group_device_count', $_[0]{raw}, $_[0]{index}) },
    sub { $_[0]->_device(IVRS::Object::call('sim_group_device', $_[0]{raw}, $_[0]{index}, $_[1])) });

package IVRS::Device;
use parent -norequire, 'IVRS::Object';
use overload '""' => sub { $_[0]->acpi_name // $_[0]->address }, 'bool' => sub { 1 }, 'fallback' => 1;

IVRS::Object::getters(__PACKAGE__, 'sim_device', qw(sbdf acpi_name translated require_direct is_bridge));
IVRS::Object::accessor(__PACKAGE__, 'index', sub { $_[0]{index} });
IVRS::Object::accessor(__PACKAGE__, 'simulation', sub { $_[0]{sim} });
IVRS::Object::accessor(__PACKAGE__, 'address', sub { IVRS::Raw::ivrs_sbdf_format($_[0]->sbdf) });
for my $name (qw(last alias)) {
    IVRS::Object::accessor(__PACKAGE__, $name,
        sub { IVRS::Raw::ivrs_sbdf_format(IVRS::Object::call("sim_device_$name", $_[0]{raw}, $_[0]{index})) });
}
IVRS::Object::accessor(__PACKAGE__, 'iommu', sub {
    my ($self) = @_;
    return if !$self->translated;
    return IVRS::Raw::ivrs_sbdf_format(IVRS::Object::call('sim_device_iommu', $self->{raw}, $self->{index}));
});
IVRS::Object::accessor(__PACKAGE__, 'group', sub {
    my ($self) = @_;
    my $index = IVRS::Object::call('sim_device_group', $self->{raw}, $self->{index});
    return $index == $NONE ? undef : $self->{sim}->group($index);
});
IVRS::Object::accessor(__PACKAGE__, 'unity', sub { IVRS::Group::_regions('sim_device_unity', $_[0]) });

package IVRS::Region;
use parent -norequire, 'IVRS::Object';
use overload '""' => sub { sprintf '0x%016x-0x%016x %s', $_[0]->start, $_[0]->end, $_[0]->kind }, 'bool' => sub { 1 },
    'fallback' => 1;

IVRS::Object::getters(__PACKAGE__, 'regions', qw(start length end));
IVRS::Object::optional_getters(__PACKAGE__, 'regions', $NONE, qw(ivmd));
IVRS::Object::accessor(__PACKAGE__, 'kind',
    sub { IVRS::Raw::ivrs_region_kind_name(IVRS::Object::call('regions_kind', $_[0]{raw}, $_[0]{index})) });
IVRS::Object::accessor(__PACKAGE__, 'prot', sub {
    my $prot = IVRS::Object::call('regions_prot', $_[0]{raw}, $_[0]{index});
    return ($prot & 1 ? 'r' : '') . ($prot & 2 ? 'w' : '');
});

1;

__END__

=encoding utf-8

=head1 NAME

IVRS::Simulation - what Linux makes of a table and a host

=head1 SYNOPSIS

    my $simulation = IVRS::simulate($table, $topology, kernel => '6.12', relax => 'none');
    for my $group ($simulation->groups) {
        printf "%d %s %s\n", $group->id, $group->claim, join ' ', $group->devices;
    }
    my $group = $simulation->device('0000:01:00.0')->group;
    print $group->kernel_message, "\n" if $group->refused;

=head1 DESCRIPTION

Made by L<IVRS/simulate>. It doesn't change, and what is taken from it keeps it alive. Groups are ordered by id, devices by
address. Without a topology the devices are ranges of device ids that Linux treats alike, each a group of its own.

=head1 METHODS OF A SIMULATION

=over

=item state

C<ready>, C<disabled>, C<absent>, C<failed>, C<lost>, C<hangs> or C<panics>: what has become of the IOMMU.

=item message, offset

Why it isn't ready, and the offset of the bytes that decide it; undef where there is none.

=item ivhd_type, interrupt_remapping, relax, has_ranges, groups_predicted

The block type that the kernel takes for IVHDs; whether interrupt remapping works; the relaxation as given; whether devices
are ranges; whether the groups were worked out rather than given.

=item table

The L<IVRS::Table>, or undef.

=item group(INDEX), groups, group_iterator

One group, all of them (their number in scalar context), an L<IVRS::Iterator>.

=item device(DEVICE)

The device with that address, or the range that holds it. Dies when there is none.

=item device_at(INDEX), devices, device_iterator

The same by index.

=item IVRS::Simulation->new(TABLE, TOPOLOGY, OPTIONS)

As L<IVRS/simulate>.

=back

=head1 METHODS OF A GROUP

=over

=item id, index, simulation

Its number in sysfs, its place in the list, where it comes from.

=item claim, claimable, refused

C<ok>, C<refused> or C<nothing-to-claim> (only bridges); the first two as truth.

=item reason

Why it is refused: C<require_direct>, C<no-iommu>, C<interrupt-remapping>, C<busy>, C<no-iova> or C<no-interface>; else undef.

=item errno, errno_name, step, culprit, kernel_message

The errno of a refusal as a number and as C<EINVAL>, the call that fails, the device that it is about, the line that the kernel
logs; undef where there is none.

=item domain

The default domain as sysfs prints it, or undef.

=item device(INDEX), devices, device_iterator

Its members in the order in which the kernel added them.

=item regions, iova

The reserved regions as sysfs prints them, and the ranges that a guest may use after a successful claim: lists of regions.

=back

=head1 METHODS OF A DEVICE

As a string it is its address or its ACPI name.

=over

=item address, last, sbdf, acpi_name, index, simulation

C<0000:01:00.0>; the last device of a range (itself when it is one device); the address as a number; the name of a device that
only ACPI names.

=item group

Its group, or undef.

=item translated, iommu, alias

Whether an IOMMU translates for it, the address of that IOMMU or undef, the address that the table gives it as requester id.

=item require_direct, is_bridge

Whether the kernel's flag is set for it; whether it is a bridge.

=item unity

Its unity maps in table order: a list of regions.

=back

=head1 METHODS OF A REGION

C<start>, C<length> and C<end> (inclusive) in bytes; C<kind>: C<direct>, C<direct-relaxable>, C<reserved>, C<msi> or C<iova>; C<prot>: of
a unity map, C<r>, C<w>, C<rw> or empty; C<ivmd>: of a unity map, the index of its IVMD, else undef.

=head1 SEE ALSO

L<IVRS>

=cut
