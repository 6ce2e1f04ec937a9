# SPDX-License-Identifier: LGPL-2.1-or-later
package IVRS::Error;
use strict;
use warnings;
use IVRS::Raw ();
use overload '""' => \&as_string, 'bool' => sub { 1 }, 'fallback' => 1;

my %STATUS = map { no strict 'refs'; my $name = $_; ($name => ${"IVRS::Raw::IVRS_E_$name"}) }
    qw(NOMEM ARGUMENT SYNTAX NOT_FOUND EXISTS TRUNCATED SIGNATURE MALFORMED TOO_LARGE KERNEL);

# File and line of the call from outside.
sub _where {
    my ($package, $file, $line, $level) = (__PACKAGE__, '-', 0, 0);
    ($package, $file, $line) = caller $level++ while defined $package && $package =~ /\AIVRS(?:::|\z)/;
    return defined $file ? " at $file line $line.\n" : "\n";
}

# IVRS::Error->throw($status, $what, $code, $offset): $status is a number, negated or not, or a name as in %STATUS.
sub throw {
    my ($class, $status, $what, $code, $offset) = @_;
    $status = $STATUS{$status} if exists $STATUS{$status};
    $status = abs $status;
    my $self = bless {
        status => $status,
        what   => $what,
        code   => $code || undef,
        offset => defined $offset && $offset != ~0 ? $offset : undef,
        where  => _where(),
    }, $class;
    die $self;
}

sub status { return $_[0]{status} }
sub name   { return IVRS::Raw::ivrs_status_name($_[0]{status}) }
sub text   { return IVRS::Raw::ivrs_status_text($_[0]{status}) }
sub what   { return $_[0]{what} }
sub code   { return $_[0]{code} }
sub offset { return $_[0]{offset} }

sub as_string {
    my ($self) = @_;
    my $string = $self->name . ': ' . $self->text;
    $string .= sprintf ' (IVRS-%03u)', $self->{code} if defined $self->{code};
    $string .= sprintf ' at offset 0x%x', $self->{offset} if defined $self->{offset};
    $string .= ": $self->{what}" if defined $self->{what} && length $self->{what};
    return $string . $self->{where};
}

1;

__END__

=encoding utf-8

=head1 NAME

IVRS::Error - what the functions of IVRS die with

=head1 SYNOPSIS

    my $table = eval { IVRS::Table->parse($bytes) };
    if (my $error = $@) {
        die $error if !ref $error || !$error->isa('IVRS::Error');
        printf "%s at byte %d\n", $error->name, $error->offset // 0;
    }

=head1 DESCRIPTION

An error is true, and as a string it is one line that ends with the file and line of the call.

=head1 METHODS

=over

=item status

The number of the C library's C<enum ivrs_status>, always positive. Wrong types, numbers out of range and undefined
values have the status of C<IVRS_E_ARGUMENT>, 2.

=item name

The name of the status, C<IVRS_E_MALFORMED>.

=item text

What the status means, one line.

=item what

What it was about, where there is more to say; else undef.

=item code

The number of the finding that made a parse fail (12 is printed IVRS-012); undef for other errors.

=item offset

Offset in the table, in bytes, of what made a parse fail; undef where there is none.

=item throw(STATUS, WHAT, CODE, OFFSET)

Dies with a new error; for this distribution's own use.

=item as_string

The line that the error is as a string.

=back

=head1 SEE ALSO

L<IVRS>

=cut
