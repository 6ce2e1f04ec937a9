# SPDX-License-Identifier: LGPL-2.1-or-later
package IVRS::Kernel;
use strict;
use warnings;
use parent -norequire, 'IVRS::Object';
use IVRS::Object ();

sub new {
    my ($class, $release, @options) = @_;
    my $o = IVRS::Object::options('kernel', [qw(cmdline rules)], @options);
    $release = IVRS::Object::maybe_text($release, 'kernel release');
    IVRS::Error->throw('KERNEL', 'an empty release') if defined $release && $release eq '';
    my $raw = IVRS::Object::outcome(IVRS::Object::shown($release), 'kernel_new', $release);
    my $self = IVRS::Object::new_object($class, raw => $raw);
    $self->set_cmdline($o->{cmdline}) if defined $o->{cmdline};
    my $rules = $o->{rules} // {};
    IVRS::Object::wrong('rules is no reference to a hash') if ref $rules ne 'HASH';
    $self->set_rule($_, $rules->{$_}) for sort keys %$rules;
    return $self;
}

# What a caller may give for a kernel: undef, a release, or a kernel.
sub from {
    my ($kernel) = @_;
    return $kernel if !defined $kernel || ref $kernel;
    return IVRS::Kernel->new($kernel);
}

sub _raw { return IVRS::Object::raw($_[0], 'IVRS::Kernel', 'kernel') }

sub set_cmdline {
    my ($self, $cmdline) = @_;
    IVRS::Object::try('kernel command line', 'kernel_set_cmdline', _raw($self), IVRS::Object::text($cmdline, 'kernel command line'));
    return $self;
}

sub set_rule {
    my ($self, $rule, $holds) = @_;
    $rule = IVRS::Object::text($rule, 'rule');
    IVRS::Object::try('rule ' . IVRS::Object::shown($rule), 'kernel_set_rule', _raw($self), $rule, $holds ? 1 : 0);
    return $self;
}

sub has_rule {
    my ($self, $rule) = @_;
    return IVRS::Object::call('kernel_has_rule', _raw($self), IVRS::Object::text($rule, 'rule'));
}

IVRS::Object::getters(__PACKAGE__, 'kernel', qw(release cmdline exact iommu_off relax));
IVRS::Object::accessor(__PACKAGE__, 'ruleset',
    sub { IVRS::Raw::ivrs_ruleset_name(IVRS::Object::call('kernel_ruleset', $_[0]{raw})) });

sub rulesets {
    my @rules = rules();
    return map {
        my $set = $_;
        {
            name     => IVRS::Raw::ivrs_ruleset_name($set),
            since    => IVRS::Raw::ivrs_ruleset_since($set),
            measured => IVRS::Raw::ivrs_ruleset_measured($set),
            basis    => IVRS::Raw::ivrs_ruleset_basis($set),
            rules    => { map { ($rules[$_]{name} => IVRS::Raw::ivrs_ruleset_has($set, $_) ? 1 : 0) } 0 .. $#rules },
        }
    } 0 .. IVRS::Raw::ivrs_ruleset_count() - 1;
}

sub rules {
    return map { { name => IVRS::Raw::ivrs_rule_name($_), text => IVRS::Raw::ivrs_rule_text($_) } }
        0 .. IVRS::Raw::ivrs_rule_count() - 1;
}

1;

__END__

=encoding utf-8

=head1 NAME

IVRS::Kernel - whose rules are simulated

=head1 SYNOPSIS

    my $kernel = IVRS::Kernel->new('6.12.117+deb12-amd64', cmdline => 'quiet iommu=pt');
    print 'rules ', $kernel->ruleset, $kernel->exact ? '' : ', the nearest that are known', "\n";

=head1 METHODS

=over

=item IVRS::Kernel->new(RELEASE, cmdline => TEXT, rules => { NAME => BOOL })

RELEASE is what C<uname -r> prints, or its beginning; undef is the newest release whose rules are known. C<cmdline> is the
text of F</proc/cmdline>. C<rules> overrides single rules by evidence, because distributions backport.

=item set_cmdline(TEXT), set_rule(NAME, BOOL)

The same afterwards. Both return the kernel.

=item has_rule(NAME)

True when the rule holds for this kernel.

=item release, cmdline

As given.

=item ruleset

Name of the rule set in force, C<linux-6.12>.

=item exact

False when the release lies outside the range of releases whose rules are known.

=item iommu_off

True when the command line switches the AMD IOMMU off.

=item relax

The relaxation that the command line asks for, if the kernel has its option.

=item IVRS::Kernel::rulesets()

The known rule sets, oldest first: hashes with C<name>, C<since>, C<measured>, C<basis> and C<rules> (name to truth).

=item IVRS::Kernel::rules()

The rules that differ between them: hashes with C<name> and C<text>.

=item IVRS::Kernel::from(VALUE)

A kernel from a release or a kernel; for this distribution's own use.

=back

=head1 SEE ALSO

L<IVRS>

=cut
