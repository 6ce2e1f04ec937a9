# SPDX-License-Identifier: LGPL-2.1-or-later
# What docs/perl.md shows is run, one piece after the other, and prints what stands below it.
use strict;
use warnings;
use File::Temp;
use Test::More;

my $source = $ENV{IVRS_SOURCE};
plan skip_all => 'IVRS_SOURCE is not set' if !defined $source;
my $root = File::Temp->newdir;
is(system('tar', '-xzf', "$source/examples/hosts/am5-blanket.tar.gz", '-C', "$root"), 0, 'the host is unpacked');

open my $file, '<', "$source/docs/perl.md" or die "$source/docs/perl.md: $!";
my $text = do { local $/ = undef; <$file> };
my @pieces = $text =~ /^```(\w+)\n(.*?)^```$/msg;
my (@code, @expected);
while (my ($language, $piece) = splice @pieces, 0, 2) {
    if ($language eq 'perl') {
        push @code, $piece;
        push @expected, '';
    } else {
        $expected[-1] = $piece;
    }
}
is($code[0] =~ s{my \$root = '';}{my \$root = '$root';}, 1, 'on a captured host');
my $script = File::Temp->new;
print {$script} join qq(print "----\\n";\n), @code;
close $script;
my @got = split /^----\n/m, `'$^X' '$script' 2>&1`, -1;
is($?, 0, 'exit status');
is(scalar @got, scalar @code, 'all pieces run') or diag @got;
for my $i (0 .. $#code) {
    my ($first) = grep { /\S/ } split /\n/, $code[$i];
    is($got[$i], $expected[$i], $first);
}
done_testing;
