# SPDX-License-Identifier: LGPL-2.1-or-later
package IVRS::Explanation;
use strict;
use warnings;
use parent -norequire, 'IVRS::Object';
use IVRS::Simulation ();
use overload '""' => sub { $_[0]->summary }, 'bool' => sub { 1 }, 'fallback' => 1;

sub new {
    my ($class, $device, @options) = @_;
    my $o = IVRS::Object::options('explain', [qw(topology kernel board_vendor lockdown)], @options);
    my $sim = IVRS::Object::raw($device, 'IVRS::Device', 'device');
    my $kernel = IVRS::Kernel::from($o->{kernel});
    my $raw = IVRS::Object::outcome("$device", 'explain', $sim, $device->{index},
        IVRS::Object::maybe_raw($o->{topology}, 'IVRS::Topology', 'topology'),
        IVRS::Object::maybe_raw($kernel, 'IVRS::Kernel', 'kernel'),
        IVRS::Object::maybe_text($o->{board_vendor}, 'board vendor'), $o->{lockdown} ? 1 : 0);
    return IVRS::Object::new_object($class, raw => $raw, sim => $device->{sim});
}

IVRS::Object::getters(__PACKAGE__, 'explanation', qw(summary));

# The items of a list, each made from its index.
sub _each {
    my ($name, $item) = @_;
    return sub {
        my ($self) = @_;
        return map { $item->($self, $_) } 0 .. IVRS::Object::call("explanation_${name}_count", $self->{raw}) - 1;
    };
}

for my $name (qw(step warning useless)) {
    IVRS::Object::accessor(__PACKAGE__, $name eq 'useless' ? $name : "${name}s",
        _each($name, sub { IVRS::Object::call("explanation_$name", $_[0]{raw}, $_[1]) }));
}
IVRS::Object::accessor(__PACKAGE__, 'causes', _each('cause', sub {
    my ($self, $index) = @_;
    my ($ivmd, $class, $device, $text) =
        map { IVRS::Object::call("explanation_cause_$_", $self->{raw}, $index) } qw(ivmd class device text);
    return {
        ivmd   => $ivmd == 0xffffffff ? undef : $ivmd,
        class  => IVRS::Raw::ivrs_ivmd_class_name($class),
        device => IVRS::Raw::ivrs_sbdf_format($device),
        text   => $text,
    };
}));
IVRS::Object::accessor(__PACKAGE__, 'affected', _each('affected',
    sub { $_[0]{sim}->group(IVRS::Object::call('explanation_affected', $_[0]{raw}, $_[1])) }));
IVRS::Object::accessor(__PACKAGE__, 'remedies', _each('remedy', sub {
    my ($self, $index) = @_;
    return { map { ($_ => IVRS::Object::call("explanation_remedy_$_", $self->{raw}, $index)) } qw(name text price) };
}));

1;

__END__

=encoding utf-8

=head1 NAME

IVRS::Explanation - why one device can or can't be passed through, and what helps

=head1 SYNOPSIS

    my $why = IVRS::explain($simulation->device('01:00.0'), topology => $topology);
    print $why->summary, "\n";
    print "- $_->{text} Price: $_->{price}\n" for $why->remedies;

=head1 METHODS

=over

=item summary

The verdict in one sentence; also what the explanation is as a string.

=item causes

The IVMD blocks that reach the device or its group: hashes with C<ivmd> (index), C<class> (C<blanket>, C<bus>, C<named> or C<idle>),
C<device> (the member of the group that it reaches first) and C<text>.

=item steps

The chain from the table's bytes to the outcome, sentences.

=item affected

The other groups that the same blocks hit.

=item warnings

Sentences.

=item useless

What people try and doesn't help here, sentences.

=item remedies

What helps, cheapest first: hashes with C<name> (stable), C<text> and C<price>.

=item IVRS::Explanation->new(DEVICE, OPTIONS)

As L<IVRS/explain>.

=back

=head1 SEE ALSO

L<IVRS>

=cut
