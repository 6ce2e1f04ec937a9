# SPDX-License-Identifier: LGPL-2.1-or-later
# Everything outlives what it came from, in every order in which it can go. Run under valgrind too: see memory.t.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Test::More;
use IVRS qw(simulate explain);
use Sample;

# One object of every class, and a question to each.
sub family {
    my %o;
    $o{report}      = IVRS::Report->new;
    $o{table}       = IVRS::Table->parse(bytes(), report => $o{report});
    $o{block}       = $o{table}->block(1);
    $o{ivhd}        = $o{table}->ivhd(0);
    $o{entry}       = $o{ivhd}->entry(0);
    $o{ivmd}        = $o{table}->ivmd(0);
    $o{topology}    = topology();
    $o{function}    = $o{topology}->function(2);
    $o{kernel}      = IVRS::Kernel->new('6.12');
    $o{check}       = $o{table}->check(topology => $o{topology}, kernel => $o{kernel});
    $o{finding}     = $o{check}->finding(0);
    $o{simulation}  = simulate($o{table}, $o{topology}, kernel => $o{kernel});
    $o{again}       = $o{simulation}->table;
    $o{group}       = $o{simulation}->group(1);
    $o{device}      = $o{group}->device(0);
    $o{region}      = ($o{group}->regions)[0];
    $o{unity}       = ($o{device}->unity)[0];
    $o{iterator}    = $o{simulation}->group_iterator;
    $o{explanation} = explain($o{device}, topology => $o{topology}, kernel => $o{kernel});
    return \%o;
}

my %ASK = (
    report      => sub { $_[0]->dropped == 0 },
    table       => sub { $_[0]->ivmd(0)->start == 0x3c000000 },
    block       => sub { $_[0]->offset == 88 },
    ivhd        => sub { $_[0]->base == 0xfed80000 },
    entry       => sub { $_[0]->name eq 'range-start' },
    ivmd        => sub { $_[0]->start == 0x3c000000 },
    topology    => sub { $_[0]->functions == 4 },
    function    => sub { $_[0]->address eq '0000:01:00.0' },
    kernel      => sub { $_[0]->ruleset eq 'linux-6.12' },
    check       => sub { $_[0]->worst eq 'blocked' },
    finding     => sub { length $_[0]->message },
    simulation  => sub { $_[0]->group(1)->id == 13 },
    again       => sub { $_[0]->oem_id eq 'SAMPLE' },
    group       => sub { $_[0]->culprit->address eq '0000:01:00.0' && $_[0]->regions },
    device      => sub { $_[0]->group->simulation->table->ivmds == 1 },
    region      => sub { $_[0]->start == 0x3c000000 },
    unity       => sub { $_[0]->ivmd == 0 },
    iterator    => sub { $_[0]->reset; $_[0]->next->id == 3 },
    explanation => sub { ($_[0]->affected, 1) && length $_[0]->summary && $_[0]->causes },
);
my @names = sort keys %ASK;
is_deeply([ sort keys %{ family() } ], \@names, 'one of every class');

# Each pair in both orders, each one alone, forwards, backwards, and orders by chance (always the same ones).
my @orders = (\@names, [ reverse @names ]);
for my $first (@names) {
    push @orders, [ $first, grep { $_ ne $first } @names ], [ (grep { $_ ne $first } @names), $first ];
}
my $state = 1;
for (1 .. ($ENV{IVRS_ORDERS} // 200)) {
    my @order = @names;
    for my $i (reverse 1 .. $#order) {
        $state = ($state * 1103515245 + 12345) & 0x7fffffff;
        my $j = ($state >> 8) % ($i + 1);
        @order[ $i, $j ] = @order[ $j, $i ];
    }
    push @orders, \@order;
}
my $wrong = 0;
for my $order (@orders) {
    my $family = family();
    for my $name (@$order) {
        delete $family->{$name};
        for my $other (keys %$family) {
            $wrong++ if !$ASK{$other}->($family->{$other});
        }
    }
}
is($wrong, 0, @orders . ' orders of going');

# In the chaos of the end of the program too, when Perl may have forgotten who owns what: what is left then isn't freed.
our ($global, $cycle);
if ($ENV{IVRS_TO_THE_END} // 1) {
    $global = family();
    $cycle = family();
    $cycle->{self} = $cycle;
}

subtest 'raw destructors called by hand' => sub {
    my $table = table();
    ok(!$table->can('DESTROY'), 'the classes have none to call');
    my $simulation = simulate($table, undef);
    $table->{raw}->DESTROY;
    my $error = eval { error_of(sub { $table->length }) };
    ok(!$error || $error->name eq 'IVRS_E_ARGUMENT', 'no crash') or diag $@;
    is($simulation->table->oem_id, 'SAMPLE', 'the other reference holds');
};

done_testing;
