# SPDX-License-Identifier: LGPL-2.1-or-later
# The tests that press hardest on lifetime, under valgrind: no use of freed memory, and nothing of libivrs leaks.
use strict;
use warnings;
use FindBin;
use File::Temp;
use Test::More;

plan skip_all => 'valgrind is not installed' if system('valgrind --version >/dev/null 2>&1') != 0;

local $ENV{IVRS_ORDERS} = 4;
for (['lifetime.t', 0], ['lifetime.t', 1], ['threads.t', 0]) {
    my ($test, $to_the_end) = @$_;
    local $ENV{IVRS_TO_THE_END} = $to_the_end;
    my $log = File::Temp->new;
    my $status = system "valgrind --error-exitcode=99 --errors-for-leak-kinds=none --leak-check=full"
        . " --suppressions='$FindBin::Bin/perl.supp'"
        . " --show-leak-kinds=definite,possible --num-callers=24 --log-file=$log '$^X' '$FindBin::Bin/$test' >/dev/null";
    my $text = do { local $/ = undef; <$log> };
    is($status >> 8, 0, "$test under valgrind");
    diag join "\n==\n", grep { !/lost in loss record/ } split /\n==\d+== \n/, $text if $status;
    next if $to_the_end;
    # Perl itself leaks at its end; a loss is ours when libivrs allocated it.
    my @lost = grep { /(?:definitely|possibly) lost/ && /\bivrs_\w+ \(/ } split /\n==\d+== \n/, $text;
    is(scalar @lost, 0, 'nothing is lost') or diag "@lost";
}
done_testing;
