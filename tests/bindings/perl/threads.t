# SPDX-License-Identifier: LGPL-2.1-or-later
# Perl copies every object for a new thread. A copy of a handle of C must be an error there, and must not be freed twice.
use strict;
use warnings;
use Config;
use FindBin;
use lib $FindBin::Bin;
use Test::More;

plan skip_all => 'this Perl has no threads' if !$Config{useithreads};
require threads;
require IVRS;
require Sample;

my $table      = Sample::table();
my $simulation = IVRS::simulate($table, Sample::topology(), kernel => '6.12');
my $region     = ($simulation->group(1)->regions)[0];
my $bytes      = Sample::bytes();

my @threads = map {
    threads->create({ context => 'list' }, sub {
        my @texts;
        for my $code (sub { $table->length }, sub { $simulation->groups }, sub { $region->start },
            sub { IVRS::simulate($table, undef) }, sub { $simulation->device('01:00.0') }) {
            push @texts, eval { Sample::error_of($code) } ? "$@" || Sample::error_of($code)->what : "died: $@";
        }
        # What a thread makes itself is its own.
        my $own = IVRS::simulate(IVRS::Table->parse($bytes), Sample::topology(), kernel => '6.12');
        return ($own->group(1)->claim, @texts);
    });
} 1 .. 4;
for my $thread (@threads) {
    my ($claim, @texts) = $thread->join;
    is($claim, 'refused', 'a thread works with objects of its own');
    is(scalar(grep { /belongs to the thread that made it/ } @texts), 5, 'and not with those of another') or diag "@texts";
}
is($simulation->group(1)->claim, 'refused', 'the objects still live in the thread that made them');
is($table->length, length $bytes, 'all of them');

done_testing;
