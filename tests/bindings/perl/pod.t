# SPDX-License-Identifier: LGPL-2.1-or-later
# The manual is well-formed, names every public method, and what it shows at the beginning compiles.
use strict;
use warnings;
use Pod::Checker;
use Test::More;
use IVRS;

my ($dir) = $INC{'IVRS.pm'} =~ m{^(.*)/IVRS\.pm$};
my @pages = ("$dir/IVRS.pm", grep { !/(?:Raw|Object)\.pm$/ } glob "$dir/IVRS/*.pm");
for my $page (@pages) {
    my $checker = Pod::Checker->new(-warnings => 2);
    open my $sink, '>', \my $messages or die $!;
    $checker->parse_from_file($page, $sink);
    is($checker->num_errors + $checker->num_warnings, 0, "$page: podchecker") or diag $messages;

    open my $file, '<', $page or die "$page: $!";
    my $text = do { local $/ = undef; <$file> };
    my ($pod) = $text =~ /\n__END__\n(.*)\z/s;
    my @undocumented;
    no strict 'refs';
    for my $class ($text =~ /^package (IVRS[\w:]*);/mg) {
        for my $name (sort keys %{"${class}::"}) {
            next if $name =~ /^[^a-z]|^_|::$/ || !defined &{"${class}::$name"};
            require B;
            # Imported functions are of another package; accessors are made in IVRS::Object.
            next if B::svref_2object(\&{"${class}::$name"})->GV->STASH->NAME !~ /^IVRS/;
            push @undocumented, "${class}::$name" if $pod !~ /\b\Q$name\E\b/;
        }
    }
    is("@undocumented", '', "$page: every method is documented");

    my ($synopsis) = $pod =~ /=head1 SYNOPSIS\n(.*?)\n=head1/s;
    next if !$synopsis;
    my $code = "sub { no strict; no warnings; use IVRS qw(simulate explain); $synopsis }";
    ok(eval $code, "$page: the synopsis compiles") or diag $@;
}
done_testing;
