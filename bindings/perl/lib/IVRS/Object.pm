# SPDX-License-Identifier: LGPL-2.1-or-later
package IVRS::Object;

# What all classes of IVRS are made of: calls of the raw layer whose failures are IVRS::Error objects, checks of arguments,
# and the makers of accessors and lists. An object is { raw => ..., ... }; an item of a list has an index too.
use strict;
use warnings;
use overload ();
use Scalar::Util qw(blessed looks_like_number);
use IVRS::Raw ();
use IVRS::Error ();
use IVRS::Iterator ();

# Threads of Perl copy every object, and two copies of a raw one would drop the same reference twice: a new thread gets
# none of them (perlmod, CLONE_SKIP), and a call there is an error.
sub IVRS::Raw::CLONE_SKIP { return 1 }

# call(NAME, ARGUMENTS...): ivrs_NAME() of the raw layer, which dies on arguments that aren't what C wants.
sub call {
    my ($name, @arguments) = @_;
    my $function = IVRS::Raw->can("ivrs_$name") or die "no function ivrs_$name\n";
    my @result = eval { $function->(@arguments) };
    return $result[0] if !$@;
    my $text = $@;
    $text = 'an object of IVRS belongs to the thread that made it'
        if grep { ref eq 'SCALAR' } @arguments;
    $text =~ s/ at \S+ line \d+\.?\s*\z//;
    IVRS::Error->throw('ARGUMENT', $text);
}

# The same for functions that return 0 or a negated status.
sub try {
    my ($what, $name, @arguments) = @_;
    my $status = call($name, @arguments);
    IVRS::Error->throw($status, $what) if $status;
    return;
}

# The same for functions whose last argument is an outcome; it isn't given.
sub outcome {
    my ($what, $name, @arguments) = @_;
    my $outcome = IVRS::Raw::ivrs_outcome_new();
    my $result = call($name, @arguments, $outcome);
    my $status = $outcome->{status};
    if ($status) {
        my $parsed = $name eq 'table_parse';
        IVRS::Error->throw($status, $what, $parsed ? ($outcome->{code}, $outcome->{offset}) : ());
    }
    return $result;
}

sub wrong { return IVRS::Error->throw('ARGUMENT', $_[0]) }

# A text for messages, not longer than a line can bear.
sub shown {
    my ($value) = @_;
    return 'undef' if !defined $value;
    $value = "$value";
    $value = substr($value, 0, 40) . '...' if length $value > 43;
    $value =~ s/[^\x20-\x7e]/?/g;
    return "'$value'";
}

# A whole number of so many bits.
sub uint {
    my ($value, $bits, $what) = @_;
    my $limit = $bits == 64 ? ~0 : 2**$bits - 1;
    wrong("$what is no number: " . shown($value)) if !defined $value || ref $value || !looks_like_number($value);
    # A text of digits would turn into a float, and lose its last ones, where it is too large.
    my $good = $value =~ /\A[0-9]{1,20}\z/ ? $value <= $limit && $value + 0 eq $value =~ s/\A0+(?=.)//r
        : $value == int $value && $value >= 0 && $value <= $limit && $value < 2**53;
    wrong("$what is not a whole number of $bits bits: " . shown($value)) if !$good;
    return $value + 0;
}

# A text without a NUL, as bytes in UTF-8.
sub text {
    my ($value, $what) = @_;
    wrong("$what is no text: " . shown($value)) if !defined $value || (ref $value && !overload::Method($value, '""'));
    my $text = "$value";
    wrong("$what has a NUL in it") if $text =~ /\0/;
    utf8::encode($text) if utf8::is_utf8($text);
    return $text;
}

sub maybe_text { return defined $_[0] ? text(@_) : undef }

# The raw object of an object of the class.
sub raw {
    my ($value, $class, $what) = @_;
    wrong("$what is no $class: " . shown($value)) if !blessed($value) || !$value->isa($class);
    return $value->{raw};
}

sub maybe_raw { return defined $_[0] ? raw(@_) : undef }

# A device: its number, or a text such as 0000:01:00.0, or an IVRS::Device.
sub sbdf {
    my ($value) = @_;
    return uint($value, 32, 'device') if defined $value && !ref $value && looks_like_number($value);
    my $text = text($value, 'device');
    return outcome('device ' . shown($text), 'sbdf_parse', $text);
}

# NAME => VALUE pairs of which only the listed names are known.
sub options {
    my ($what, $known, @pairs) = @_;
    wrong("$what: the options are no pairs of names and values") if @pairs % 2;
    my %options = @pairs;
    for my $name (sort keys %options) {
        wrong("$what: no option " . shown($name)) if !grep { $_ eq $name } @$known;
    }
    return \%options;
}

sub new_object {
    my ($class, %fields) = @_;
    return bless \%fields, $class;
}

# Accessors are read-only and say so.
sub accessor {
    my ($class, $name, $code) = @_;
    no strict 'refs';
    *{"${class}::$name"} = sub {
        my ($self, @arguments) = @_;
        wrong("$name() is for an object of $class") if !blessed($self) || !$self->isa($class);
        wrong("$name() of $class is read-only") if @arguments;
        return $code->($self);
    };
    return;
}

# getters(CLASS, PREFIX, NAMES): functions of the object, and of its index if it has one.
sub getters {
    my ($class, $prefix, @names) = @_;
    for my $name (@names) {
        my $function = "${prefix}_$name";
        accessor($class, $name, sub {
            my ($self) = @_;
            return call($function, $self->{raw}, exists $self->{index} ? $self->{index} : ());
        });
    }
    return;
}

# Numbers of which one value stands for "none": undef.
sub optional_getters {
    my ($class, $prefix, $none, @names) = @_;
    for my $name (@names) {
        my $function = "${prefix}_$name";
        accessor($class, $name, sub {
            my ($self) = @_;
            my $value = call($function, $self->{raw}, exists $self->{index} ? $self->{index} : ());
            return $value == $none ? undef : $value;
        });
    }
    return;
}

# list(CLASS, ITEM, COUNT, AT, ITEMS, ITERATOR): methods ITEM(INDEX), ITEMS (in list context the items, else their number)
# and ITERATOR. The last two names are made from ITEM where they aren't given.
sub list {
    my ($class, $item, $count, $at, $items, $iterator) = @_;
    $items    //= "${item}s";
    $iterator //= "${item}_iterator";
    my $check = sub {
        my ($name, $self, @rest) = @_;
        wrong("$name() is for an object of $class") if !blessed($self) || !$self->isa($class);
        wrong("$name() of $class takes no arguments") if @rest;
    };
    no strict 'refs';
    *{"${class}::$item"} = sub {
        my ($self, $index, @rest) = @_;
        $check->($item, $self, @rest);
        $index = uint($index, 64, "index of $item");
        my $size = $count->($self);
        IVRS::Error->throw('NOT_FOUND', "$item $index of $size") if $index >= $size;
        return $at->($self, $index);
    };
    *{"${class}::$items"} = sub {
        my ($self) = @_;
        $check->($items, @_);
        my $size = $count->($self);
        return wantarray ? map { $at->($self, $_) } 0 .. $size - 1 : $size;
    };
    *{"${class}::$iterator"} = sub {
        my ($self) = @_;
        $check->($iterator, @_);
        return IVRS::Iterator->new($count->($self), sub { $at->($self, $_[0]) });
    };
    return;
}

1;
