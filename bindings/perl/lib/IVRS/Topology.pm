# SPDX-License-Identifier: LGPL-2.1-or-later
package IVRS::Topology;
use strict;
use warnings;
use parent -norequire, 'IVRS::Object';
use IVRS::Object ();

# What set() knows: how many numbers of how many bits each takes.
my %NUMBERS = (
    class            => [24],
    ids              => [ 16, 16 ],
    header_type      => [8],
    bridge           => [ 8, 8 ],
    pcie             => [16],
    acs              => [ 16, 16 ],
    iommu_capability => [32],
    iommu_features   => [ 64, 64 ],
);

sub new {
    my ($class, @rest) = @_;
    IVRS::Object::wrong('new() takes nothing') if @rest;
    return IVRS::Object::new_object($class, raw => IVRS::Object::outcome('topology', 'topology_new'));
}

sub _raw { return IVRS::Object::raw($_[0], 'IVRS::Topology', 'topology') }

sub _group {
    my ($group) = @_;
    return defined $group ? IVRS::Object::uint($group, 32, 'group') : 0xffffffff;
}

# One pair of set(), checked: the function's name and its arguments.
sub _attribute {
    my ($name, $value) = @_;
    return ('topology_set_group', _group($value)) if $name eq 'group';
    return ('topology_set_driver', IVRS::Object::maybe_text($value, 'driver')) if $name eq 'driver';
    return ("topology_set_$name", $value ? 1 : 0) if $name =~ /\A(?:untrusted|virtual|pasid|page_requests|msi)\z/;
    my $bits = $NUMBERS{$name} or IVRS::Object::wrong('no attribute ' . IVRS::Object::shown($name) . ' of a device');
    my @values = ref $value eq 'ARRAY' ? @$value : ($value);
    IVRS::Object::wrong("$name takes " . @$bits . ' number(s)') if @values != @$bits;
    return ("topology_set_$name", map { IVRS::Object::uint($values[$_], $bits->[$_], $name) } 0 .. $#values);
}

sub set {
    my ($self, $device, @attributes) = @_;
    IVRS::Object::wrong('the attributes of a device are no pairs of names and values') if @attributes % 2;
    my $sbdf = IVRS::Object::sbdf($device);
    my %attributes = @attributes;
    # A bridge's bus numbers imply its layout, the register says more: it comes last.
    my @calls = map { [ _attribute($_, $attributes{$_}) ] } sort keys %attributes;
    for my $call (@calls) {
        my ($function, @arguments) = @$call;
        IVRS::Object::try(IVRS::Raw::ivrs_sbdf_format($sbdf), $function, _raw($self), $sbdf, @arguments);
    }
    return $self;
}

sub add {
    my ($self, $device, @attributes) = @_;
    IVRS::Object::wrong('the attributes of a device are no pairs of names and values') if @attributes % 2;
    my %attributes = @attributes;
    _attribute($_, $attributes{$_}) for keys %attributes;
    my $sbdf = IVRS::Object::sbdf($device);
    IVRS::Object::try(IVRS::Raw::ivrs_sbdf_format($sbdf), 'topology_add', _raw($self), $sbdf);
    return $self->set($sbdf, @attributes);
}

sub add_acpi {
    my ($self, $name, $hid, @options) = @_;
    my $o = IVRS::Object::options('add_acpi', [qw(uid group)], @options);
    $name = IVRS::Object::text($name, 'name');
    IVRS::Object::try($name, 'topology_add_acpi', _raw($self), $name, IVRS::Object::text($hid, 'hid'),
        IVRS::Object::text($o->{uid} // '', 'uid'), _group($o->{group}));
    return $self;
}

sub add_ioapic {
    my ($self, $id) = @_;
    $id = IVRS::Object::uint($id, 8, 'IOAPIC id');
    IVRS::Object::try("IOAPIC $id", 'topology_add_ioapic', _raw($self), $id);
    return $self;
}

sub set_complete {
    my ($self, $complete) = @_;
    IVRS::Object::try(undef, 'topology_set_complete', _raw($self), $complete ? 1 : 0);
    return $self;
}

IVRS::Object::getters(__PACKAGE__, 'topology', qw(has_groups));
IVRS::Object::list(__PACKAGE__, 'function',
    sub { IVRS::Object::call('topology_count', $_[0]{raw}) },
    sub { IVRS::Object::new_object('IVRS::Function', topology => $_[0], raw => $_[0]{raw}, index => $_[1]) });

sub find {
    my ($self, $device) = @_;
    my $sbdf = IVRS::Object::sbdf($device);
    my $index = IVRS::Object::outcome(IVRS::Raw::ivrs_sbdf_format($sbdf), 'topology_find', _raw($self), $sbdf);
    return $self->function($index);
}

package IVRS::Function;
use parent -norequire, 'IVRS::Object';
use overload '""' => sub { $_[0]->acpi_name // $_[0]->address }, 'bool' => sub { 1 }, 'fallback' => 1;

IVRS::Object::getters(__PACKAGE__, 'topology', qw(sbdf acpi_name class vendor device is_bridge driver));
IVRS::Object::optional_getters(__PACKAGE__, 'topology', 0xffffffff, qw(group));
IVRS::Object::accessor(__PACKAGE__, 'index', sub { $_[0]{index} });
IVRS::Object::accessor(__PACKAGE__, 'address', sub { IVRS::Raw::ivrs_sbdf_format($_[0]->sbdf) });

1;

__END__

=encoding utf-8

=head1 NAME

IVRS::Topology - the PCI functions of a host: what a simulation must know of them

=head1 SYNOPSIS

    my $topology = IVRS::Topology->new;
    $topology->add('0000:00:01.1', class => 0x060400, bridge => [ 1, 1 ], pcie => 0x142, group => 9);
    $topology->add('0000:01:00.0', class => 0x030000, ids => [ 0x10de, 0x2204 ], pcie => 0x2, group => 13);

=head1 DESCRIPTION

What isn't set stays unknown, and unknown is judged as Linux judges a plain function: an endpoint, no bridge, no driver, no
group. When no device has a group, the groups are worked out as Linux does. A topology is copied by a simulation and may be
changed afterwards.

A device is written C<0000:01:00.0> or C<01:00.0>, or is the number segmentE<lt>E<lt>16 | busE<lt>E<lt>8 |
deviceE<lt>E<lt>3 | function.

=head1 METHODS OF A TOPOLOGY

=over

=item IVRS::Topology->new

An empty one.

=item add(DEVICE, ATTRIBUTES)

Adds a PCI function. Returns the topology. Dies when the device is there already.

=item set(DEVICE, ATTRIBUTES)

Changes one that was added. The attributes are pairs:

    class             class code, 24 bits
    ids               [ vendor, device ]
    header_type       byte 0Eh of the configuration space
    bridge            [ secondary bus, subordinate bus ]
    pcie              PCI Express capabilities register: makes it PCIe
    acs               [ ACS capability, ACS control ]
    group             IOMMU group as in sysfs; undef for none
    driver            name of the bound driver; undef for none
    untrusted         true behind an external-facing port
    virtual           true for an SR-IOV virtual function
    pasid             true when it has the PASID capability
    page_requests     true when it has the ATS and PRI capabilities
    msi               false when it has no MSI capability
    iommu_capability  first 32 bits of an IOMMU's capability block
    iommu_features    [ EFR, EFR2 ] of an IOMMU

=item add_acpi(NAME, HID, uid => TEXT, group => NUMBER)

Adds a device that only ACPI names, C<MSFT0201:00> with the HID C<MSFT0201>.

=item add_ioapic(ID)

Adds an IOAPIC that the MADT lists, the one with GSI base 0 first.

=item set_complete(BOOL)

States that the list of functions is complete: an IOMMU that isn't in it is absent.

=item has_groups

True when at least one device has a group.

=item function(INDEX), functions, function_iterator, find(DEVICE)

The devices in the order in which they were added, as objects with C<index>, C<sbdf>, C<address>, C<acpi_name>, C<class>,
C<vendor>, C<device>, C<is_bridge>, C<group> and C<driver>. As a string each is its address or its ACPI name.

=back

=head1 SEE ALSO

L<IVRS>

=cut
