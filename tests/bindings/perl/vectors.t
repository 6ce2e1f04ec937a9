# SPDX-License-Identifier: LGPL-2.1-or-later
# The cases of tests/vectors (VECTORS.md) through IVRS. IVRS_VECTORS is the directory of the .vec files, IVRS_TABLES that of
# the compiled tables.
use strict;
use warnings;
use Test::More;
use IVRS;

my ($vectors, $tables) = @ENV{qw(IVRS_VECTORS IVRS_TABLES)};
plan skip_all => 'IVRS_VECTORS and IVRS_TABLES are not set' if !defined $vectors || !defined $tables;

my (%scene, $file, $failures);

sub yes { return $_[0] ? 'yes' : 'no' }
sub dash { return defined $_[0] ? "$_[0]" : '-' }
sub hex_dash { return defined $_[0] ? sprintf '0x%x', $_[0] : '-' }

sub number { my ($text) = @_; return $text =~ /^0x/ ? hex $text : $text }

# What the failure of a call has as text; dies of anything that isn't an error of IVRS.
sub status_of {
    my ($code) = @_;
    return 'ok' if eval { $code->(); 1 };
    my $error = $@;
    die $error if !ref $error;
    return join ' ', $error->name, defined $error->code ? ($error->code, hex_dash($error->offset)) : ();
}

sub forget { delete @scene{qw(kernel_object sim table_object report error)}; return }

# Parses and simulates when the first answer needs it.
sub make {
    return if exists $scene{error};
    $scene{error} = undef;
    return if eval {
        $scene{kernel_object} = IVRS::Kernel->new($scene{kernel} eq '-' ? undef : $scene{kernel}, cmdline => $scene{cmdline});
        $scene{kernel_object}->set_rule(@$_) for @{ $scene{rules} };
        $scene{table_object} = IVRS::Table->parse($scene{bytes}, lenient => 1) if defined $scene{bytes};
        $scene{sim} = IVRS::simulate($scene{table_object}, $scene{topology}, kernel => $scene{kernel_object},
            relax => $scene{relax}, %{ $scene{flags} });
        1;
    };
    $scene{error} = $@;
    die $scene{error} if !ref $scene{error};
    return;
}

sub slurp {
    my ($path) = @_;
    open my $in, '<:raw', $path or die "$path: $!\n";
    local $/ = undef;
    return <$in>;
}

my %DEVICE_KEY = (header => 'header_type', capability => 'iommu_capability', features => 'iommu_features');

sub take_device {
    my ($device, @pairs) = @_;
    my @attributes;
    for (@pairs) {
        my ($key, $value) = /^(\w+)=(.*)$/ or die "'$_' isn't KEY=VALUE\n";
        $value = [ map { number($_) } split /:/, $value ] if $key =~ /^(?:ids|bridge|acs|features)$/;
        $value = number($value) if !ref $value && $key ne 'driver';
        push @attributes, $DEVICE_KEY{$key} // $key, $value;
    }
    $scene{topology}->add($device, @attributes);
    return;
}

# Statements: what stays, and what changes a case.
my %STATEMENT = (
    table => sub {
        my ($name) = @_;
        my ($base) = $file =~ m{([^/]+)\.vec$};
        $scene{bytes} = $name eq '-' ? undef : slurp("$tables/$base-$name.ivrs");
    },
    bytes    => sub { $scene{bytes} = pack 'H*', $_[0] // '' },
    host     => sub { $scene{topology} = @_ ? undef : IVRS::Topology->new },
    dev      => \&take_device,
    acpi     => sub {
        my ($name, $hid, $uid, $group) = @_;
        $scene{topology}->add_acpi($name, $hid, $uid eq '-' ? () : (uid => $uid), $group eq '-' ? () : (group => number($group)));
    },
    ioapic   => sub { $scene{topology}->add_ioapic(number($_[0])) },
    complete => sub { $scene{topology}->set_complete(1) },
    case     => sub {
        %scene = (%scene, name => $_[0], kernel => '6.12', cmdline => '', rules => [], relax => 'none', flags => {});
        $scene{cases}++;
    },
    kernel   => sub { $scene{kernel} = $_[0] },
    cmdline  => sub { $scene{cmdline} = "@_" },
    rule     => sub { push @{ $scene{rules} }, [ $_[0], $_[1] eq 'yes' ] },
    relax    => sub { $scene{relax} = $_[0] },
    flags    => sub {
        my @words = split /,/, $_[0];
        my @paths = grep { $_ ne 'as-bound' } @words;
        # Two interfaces at once can't be said in Perl either: the text of both is no interface.
        $scene{flags} = { @paths ? (path => join ',', @paths) : (), @paths < @words ? (as_bound => 1) : () };
    },
);

sub regions {
    my ($what, @regions) = @_;
    return join ' ', map {
        my $text = sprintf '0x%x-0x%x', $_->start, $_->end;
        $text .= ':' . ($_->prot || '-') . ':' . $_->ivmd if $what eq 'unity';
        $what eq 'iova' ? $text : "$text:" . $_->kind;
    } @regions;
}

my %GROUP = (
    group => sub {
        my ($g) = @_;
        return $g->claim if !$g->refused;
        return join ' ', 'refused', $g->reason, $g->errno_name, dash($g->culprit), $g->step;
    },
    log      => sub { dash($_[0]->kernel_message) },
    members  => sub { join ' ', $_[0]->devices },
    domain   => sub { dash($_[0]->domain) },
    reserved => sub { regions('reserved', $_[0]->regions) },
    iova     => sub { regions('iova', $_[0]->iova) },
);

sub explanation { return IVRS::explain($_[0], topology => $scene{topology}, kernel => $scene{kernel_object}) }

my %DEVICE = (
    device => sub {
        my ($d) = @_;
        return join ' ', $d->group ? $d->group->id : '-', dash($d->iommu), $d->alias eq $d->address ? '-' : $d->alias,
            $d->require_direct ? 'direct' : 'free';
    },
    range    => sub { $_[0]->address . ' ' . $_[0]->last },
    unity    => sub { regions('unity', $_[0]->unity) },
    causes   => sub { join ' ', map { "$_->{ivmd}:$_->{class}:$_->{device}" } explanation($_[0])->causes },
    affected => sub { join ' ', map { $_->id } explanation($_[0])->affected },
    remedy   => sub { my ($d, $name) = @_; yes(scalar grep { $_->{name} eq $name } explanation($d)->remedies) },
);

my %KERNEL = (
    ruleset => sub { $_[0]->ruleset },
    exact   => sub { yes($_[0]->exact) },
    off     => sub { yes($_[0]->iommu_off) },
    asks    => sub { $_[0]->relax },
    has     => sub { yes($_[0]->has_rule($_[1])) },
);

my %STATE = (
    state       => sub { $_[0]->state },
    offset      => sub { hex_dash($_[0]->offset) },
    'ivhd-type' => sub { sprintf '0x%x', $_[0]->ivhd_type },
    interrupts  => sub { yes($_[0]->interrupt_remapping) },
    ranges      => sub { yes($_[0]->has_ranges) },
    predicted   => sub { yes($_[0]->groups_predicted) },
    groups      => sub { scalar $_[0]->groups },
    devices     => sub { scalar $_[0]->devices },
);

# The finding that is asked for when it is there; else all, so that the failure tells what is.
sub finding {
    my ($word, @wanted) = @_;
    $scene{report} //= $scene{table_object}->check(topology => $scene{topology}, kernel => $scene{kernel_object});
    my @all = map { [ $_->code, $_->severity, hex_dash($_->offset), dash($_->device) ] } $scene{report}->findings;
    return join ' ', map { @$_ } grep { $_->[0] == $wanted[0] } @all if $word eq 'no-finding' && grep { $_->[0] == $wanted[0] } @all;
    return "@wanted" if $word eq 'no-finding' || grep { "@$_" eq "@wanted" } @all;
    return join('; ', map { "@$_" } @all) || 'no finding';
}

# The library's answer and the number of words that ask for it.
sub answer {
    my ($word, @rest) = @_;
    if ($word eq 'parse') {
        return (status_of(sub { IVRS::Table->parse($scene{bytes}, lenient => $rest[0] eq 'lenient') }), 2);
    }
    make();
    return ($scene{error} ? $scene{error}->name : 'none', 1) if $word eq 'error';
    die $scene{error} if $scene{error};
    return (finding($word, @rest), 1) if $word =~ /^(?:no-)?finding$/;
    return ($KERNEL{$word}->($scene{kernel_object}, @rest), $word eq 'has' ? 2 : 1) if $KERNEL{$word};
    return ($STATE{$word}->($scene{sim}), 1) if $STATE{$word};
    if ($GROUP{$word}) {
        my ($group) = grep { $_->id == number($rest[0]) } $scene{sim}->groups;
        return ($group ? $GROUP{$word}->($group) : 'none', 2);
    }
    die "unknown line '$word'\n" if !$DEVICE{$word};
    my $device = eval { $scene{sim}->device($rest[0]) };
    die $@ if !$device && $@->name ne 'IVRS_E_NOT_FOUND';
    return ($device ? $DEVICE{$word}->($device, @rest[ 1 .. $#rest ]) : 'none', $word eq 'remedy' ? 3 : 2);
}

sub take_line {
    my ($line) = @_;
    my ($word, @rest) = split ' ', $line;
    return if !defined $word || $word =~ /^[#|]/;
    if (my $statement = $STATEMENT{$word}) {
        forget();
        $statement->(@rest);
        return;
    }
    die "'$word' before the first case\n" if !$scene{cases};
    my ($got, $used) = answer($word, @rest);
    my $expected = join ' ', @rest[ $used - 1 .. $#rest ];
    return if $got eq $expected;
    $failures++;
    diag "$file:$.: $scene{name}: $word: got \"$got\", expected \"$expected\"";
    return;
}

my @files = sort glob "$vectors/*.vec";
ok(scalar @files, 'there are vectors');
for (@files) {
    $file = $_;
    $scene{cases} = $failures = 0;
    open my $in, '<', $file or die "$file: $!\n";
    while (my $line = <$in>) {
        eval { take_line($line); 1 } or die "$file:$.: $@";
    }
    close $in;
    ok(!$failures && $scene{cases}, "$file: $scene{cases} cases");
}
done_testing;
