# SPDX-License-Identifier: LGPL-2.1-or-later
package IVRS::Iterator;
use strict;
use warnings;
use overload '<>' => \&next, '&{}' => sub { my $self = shift; sub { $self->next } }, 'bool' => sub { 1 }, 'fallback' => 1;

sub new {
    my ($class, $count, $at) = @_;
    return bless { index => 0, count => $count, at => $at }, $class;
}

sub next {
    my ($self) = @_;
    return if $self->{index} >= $self->{count};
    return $self->{at}->($self->{index}++);
}

sub reset { $_[0]{index} = 0; return }

1;

__END__

=encoding utf-8

=head1 NAME

IVRS::Iterator - one item of a list after the other

=head1 SYNOPSIS

    my $groups = $simulation->group_iterator;
    while (my $group = <$groups>) {
        print $group->id, "\n";
    }

=head1 DESCRIPTION

Every list of IVRS has an iterator beside it, for tables that are large. It keeps alive what it goes through.

=head1 METHODS

=over

=item next

The next item, or undef behind the last one. Reading from the iterator as from a file, and calling it, are the same.

=item reset

Begins again.

=item new(COUNT, CODE)

For this distribution's own use.

=back

=head1 SEE ALSO

L<IVRS>

=cut
