# SPDX-License-Identifier: LGPL-2.1-or-later
package IVRS::Report;
use strict;
use warnings;
use parent -norequire, 'IVRS::Object';
use IVRS::Object ();

sub new {
    my ($class, @rest) = @_;
    IVRS::Object::wrong('new() takes nothing') if @rest;
    return IVRS::Object::new_object($class, raw => IVRS::Object::outcome('report', 'report_new'));
}

IVRS::Object::getters(__PACKAGE__, 'report', qw(dropped));
IVRS::Object::accessor(__PACKAGE__, 'worst', sub {
    my $worst = IVRS::Object::call('report_worst', $_[0]{raw});
    return $worst ? IVRS::Raw::ivrs_severity_name($worst) : undef;
});
IVRS::Object::list(__PACKAGE__, 'finding',
    sub { IVRS::Object::call('report_count', $_[0]{raw}) },
    sub { IVRS::Object::new_object('IVRS::Finding', report => $_[0], raw => $_[0]{raw}, index => $_[1]) });

package IVRS::Finding;
use parent -norequire, 'IVRS::Object';
use overload '""' => \&as_string, 'bool' => sub { 1 }, 'fallback' => 1;

IVRS::Object::getters(__PACKAGE__, 'report', qw(code message));
IVRS::Object::optional_getters(__PACKAGE__, 'report', ~0, qw(offset));
IVRS::Object::accessor(__PACKAGE__, 'severity', sub {
    my ($self) = @_;
    return IVRS::Raw::ivrs_severity_name(IVRS::Object::call('report_severity', $self->{raw}, $self->{index}));
});
IVRS::Object::accessor(__PACKAGE__, 'id', sub { sprintf 'IVRS-%03u', $_[0]->code });
IVRS::Object::accessor(__PACKAGE__, 'name', sub { IVRS::Raw::ivrs_finding_name($_[0]->code) });
IVRS::Object::accessor(__PACKAGE__, 'text', sub { IVRS::Raw::ivrs_finding_text($_[0]->code) });
IVRS::Object::accessor(__PACKAGE__, 'device', sub {
    my ($self) = @_;
    my $device = IVRS::Object::call('report_device', $self->{raw}, $self->{index});
    return $device == 0xffffffff ? undef : IVRS::Raw::ivrs_sbdf_format($device);
});

sub as_string {
    my ($self) = @_;
    my $string = $self->id . ' ' . $self->severity . ':';
    $string .= sprintf ' offset 0x%x:', $self->offset if defined $self->offset;
    $string .= ' ' . $self->device . ':' if defined $self->device;
    return $string . ' ' . $self->message;
}

1;

__END__

=encoding utf-8

=head1 NAME

IVRS::Report, IVRS::Finding - what a parse or a check has to say about a table

=head1 SYNOPSIS

    my $report = $table->check;
    print "$_\n" for $report->findings;
    print 'worst: ', $report->worst // 'nothing', "\n";

=head1 METHODS OF A REPORT

=over

=item IVRS::Report->new

An empty report, for L<IVRS::Table/parse>.

=item finding(INDEX), findings, finding_iterator

One finding, all of them in the order in which they were made (their number in scalar context), an L<IVRS::Iterator>.

=item dropped

Number of findings that weren't kept because there are too many.

=item worst

The worst severity, or undef when there are no findings.

=back

=head1 METHODS OF A FINDING

As a string a finding is one line.

=over

=item code, id, name

Its code as a number (42), as printed (C<IVRS-042>), and its short stable name. A code never changes its meaning.

=item severity

C<info>, C<wrong-mapping>, C<blocked>, C<iommu-lost>, C<panic> or C<hang>, by what Linux does about it.

=item offset

Offset in the table, in bytes; undef when it isn't about a byte.

=item device

The device that it is about, C<0000:01:00.0>, or undef.

=item message

What was found, one line.

=item text

What the code means and where that rule comes from.

=item as_string

The line that it is as a string.

=back

=head1 SEE ALSO

L<IVRS>

=cut
