# SPDX-License-Identifier: LGPL-2.1-or-later
# Bad input: always an IVRS::Error with a clear text that names this file, never a crash.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Test::More;
use IVRS qw(simulate explain);
use Sample;

sub refused {
    my ($name, $expected, $text, $code) = @_;
    my $error = eval { error_of($code) };
    return fail("$name: $@") if !$error;
    subtest $name => sub {
        is($error->name, "IVRS_E_$expected", 'status');
        like("$error", $text, 'text');
        like("$error", qr/ at \S*bad\.t line \d+\.\n\z/, 'says where');
        ok($error, 'is true');
    };
    return;
}

my $table = table();
my $topology = topology();
my $simulation = simulate($table, $topology, kernel => '6.12');
my $card = $simulation->device('01:00.0');

refused('no bytes', 'ARGUMENT', qr/no undef/, sub { IVRS::Table->parse(undef) });
refused('a reference for bytes', 'ARGUMENT', qr/no 'ARRAY/, sub { IVRS::Table->parse([]) });
refused('characters', 'ARGUMENT', qr/:raw/, sub { IVRS::Table->parse("IVRS\x{263a}") });
refused('empty', 'TRUNCATED', qr/IVRS-001/, sub { IVRS::Table->parse('') });
refused('noise', 'SIGNATURE', qr/IVRS-002\) at offset 0x0/, sub { IVRS::Table->parse('x' x 100) });
refused('cut header', 'TRUNCATED', qr/offset/, sub { IVRS::Table->parse(substr bytes(), 0, 20) });
refused('cut', 'TRUNCATED', qr/offset/, sub { IVRS::Table->parse(substr bytes(), 0, 100) });
refused('malformed', 'MALFORMED', qr/offset 0x58/, sub { IVRS::Table->parse(bytes(0)) });
my $error = error_of(sub { IVRS::Table->parse(bytes(0)) });
is($error->offset, 88, 'offset of the block');
ok($error->code, 'code of the finding');
is($error->text, IVRS::Raw::ivrs_status_text($error->status), 'text of the status');
is(error_of(sub { IVRS::parse_device('x') })->offset, undef, 'no offset');
is(error_of(sub { IVRS::parse_device('x') })->what, q(device 'x'), 'what it was about');

refused('no table', 'ARGUMENT', qr/table is no IVRS::Table: 'rubbish'/, sub { simulate('rubbish') });
refused('another object', 'ARGUMENT', qr/table is no IVRS::Table/, sub { simulate($topology) });
refused('no topology', 'ARGUMENT', qr/topology is no IVRS::Topology/, sub { simulate($table, {}) });
refused('odd options', 'ARGUMENT', qr/pairs/, sub { simulate($table, undef, 'relax') });
refused('unknown option', 'ARGUMENT', qr/no option 'kernels'/, sub { simulate($table, undef, kernels => 1) });
refused('no release', 'KERNEL', qr/'klingon'/, sub { simulate($table, undef, kernel => 'klingon') });
refused('empty release', 'KERNEL', qr/empty/, sub { simulate($table, undef, kernel => '') });
refused('no kernel', 'ARGUMENT', qr/kernel is no IVRS::Kernel/, sub { simulate($table, undef, kernel => $table) });
refused('two command lines', 'ARGUMENT', qr/cmdline/,
    sub { simulate($table, undef, kernel => IVRS::Kernel->new, cmdline => 'quiet') });
refused('long command line', 'TOO_LARGE', qr/command line/, sub { IVRS::Kernel->new('6.12', cmdline => 'x' x 100000) });
refused('unknown rule', 'NOT_FOUND', qr/rule 'klingon'/, sub { IVRS::Kernel->new->set_rule('klingon', 1) });
refused('rules', 'ARGUMENT', qr/hash/, sub { IVRS::Kernel->new('6.12', rules => 'all') });
refused('relaxation', 'SYNTAX', qr/relaxation 'everything'/, sub { simulate($table, undef, relax => 'everything') });
refused('empty relaxation', 'SYNTAX', qr/empty/, sub { simulate($table, undef, relax => '') });
refused('relaxation with a NUL', 'ARGUMENT', qr/NUL/, sub { simulate($table, undef, relax => "none\0") });
refused('relaxation of a wrong type', 'ARGUMENT', qr/no text/, sub { simulate($table, undef, relax => ['unity']) });
refused('interface', 'ARGUMENT', qr/no VFIO interface 'container'/, sub { simulate($table, undef, path => 'container') });

refused('unknown device', 'NOT_FOUND', qr/0000:77:00.0/, sub { $simulation->device('77:00.0') });
refused('no device', 'SYNTAX', qr/device 'card'/, sub { $simulation->device('card') });
refused('device undef', 'ARGUMENT', qr/undef/, sub { $simulation->device(undef) });
refused('device with a NUL', 'ARGUMENT', qr/NUL/, sub { $simulation->device("01:00.0\0") });
for my $number (-1, 2**32, 1.5, 'inf', 'nan', 1e300) {
    refused("device $number", 'ARGUMENT', qr/device is no|whole number of 32 bits/, sub { $simulation->device($number) });
}
for my $index (2, 1000000, ~0, '18446744073709551615') {
    refused("group $index", 'NOT_FOUND', qr/group $index of 2/, sub { $simulation->group($index) });
}
for my $index (-1, 1e18, '18446744073709551616', 1.5, undef, 'one', []) {
    refused('group ' . ($index // 'undef'), 'ARGUMENT', qr/index of group/, sub { $simulation->group($index) });
}
refused('ivmd', 'NOT_FOUND', qr/ivmd 1 of 1/, sub { $table->ivmd(1) });
refused('finding', 'NOT_FOUND', qr/finding/, sub { $table->check->finding(100000) });

refused('added twice', 'EXISTS', qr/0000:01:00.0/, sub { $topology->add('01:00.0') });
refused('not added', 'NOT_FOUND', qr/0000:77:00.0/, sub { $topology->set('77:00.0', class => 0) });
refused('not there', 'NOT_FOUND', qr/0000:77:00.0/, sub { $topology->find('77:00.0') });
refused('unknown attribute', 'ARGUMENT', qr/no attribute 'colour'/, sub { $topology->add('02:00.0', colour => 1) });
refused('not half added', 'NOT_FOUND', qr/0000:02:00.0/, sub { $topology->find('02:00.0') });
refused('odd attributes', 'ARGUMENT', qr/pairs/, sub { $topology->add('02:00.0', 'class') });
refused('class', 'ARGUMENT', qr/class is not a whole number of 24 bits/, sub { $topology->add('02:00.0', class => 2**24) });
refused('negative', 'ARGUMENT', qr/class/, sub { $topology->add('02:00.0', class => -1) });
refused('one of two', 'ARGUMENT', qr/ids takes 2/, sub { $topology->add('02:00.0', ids => 5) });
refused('features', 'ARGUMENT', qr/64 bits/, sub { $topology->add('02:00.0', iommu_features => [ 0, '18446744073709551616' ]) });
refused('group', 'ARGUMENT', qr/group/, sub { $topology->add('02:00.0', group => 2**32) });
refused('driver', 'ARGUMENT', qr/driver/, sub { $topology->add('02:00.0', driver => {}) });
refused('IOAPIC', 'ARGUMENT', qr/8 bits/, sub { $topology->add_ioapic(256) });
refused('IOAPIC undef', 'ARGUMENT', qr/undef/, sub { $topology->add_ioapic(undef) });
refused('long ACPI name', 'ARGUMENT', qr/xxx/, sub { $topology->add_acpi('x' x 100, 'MSFT0201') });
refused('no ACPI name', 'ARGUMENT', qr/undef/, sub { $topology->add_acpi(undef, 'MSFT0201') });

refused('explain nothing', 'ARGUMENT', qr/device is no IVRS::Device/, sub { explain(undef) });
refused('explain a text', 'ARGUMENT', qr/device is no IVRS::Device/, sub { explain('01:00.0') });
refused('report', 'ARGUMENT', qr/report is no IVRS::Report/, sub { IVRS::Table->parse(bytes(), report => []) });
refused('too many arguments', 'ARGUMENT', qr/takes nothing/, sub { IVRS::Report->new(1) });

refused('read-only', 'ARGUMENT', qr/length\(\) of IVRS::Table is read-only/, sub { $table->length(4) });
refused('read-only list', 'ARGUMENT', qr/takes no arguments/, sub { $simulation->groups(4) });
refused('class method', 'ARGUMENT', qr/is for an object of IVRS::Table/, sub { IVRS::Table->length });
refused('foreign method', 'ARGUMENT', qr/is for an object of IVRS::Table/, sub { IVRS::Table::length($simulation) });
refused('list of a foreign object', 'ARGUMENT', qr/is for an object/, sub { IVRS::Simulation::groups($table) });
refused('iterator of a class', 'ARGUMENT', qr/is for an object/, sub { IVRS::Simulation->group_iterator });
refused('forged', 'ARGUMENT', qr/TypeError/, sub { (bless { raw => 5 }, 'IVRS::Table')->length });
refused('forged with another object', 'ARGUMENT', qr/TypeError/,
    sub { (bless { raw => $topology->{raw} }, 'IVRS::Table')->length });
refused('forged with nothing', 'ARGUMENT', qr/NULL/, sub { (bless {}, 'IVRS::Table')->length });

# Every prefix of a table, and every byte of it turned over: an error or a table, never a crash.
my $whole = bytes();
my ($tables, $errors) = (0, 0);
for my $i (0 .. length($whole) - 1) {
    my $flipped = $whole;
    substr $flipped, $i, 1, chr(ord(substr $flipped, $i, 1) ^ 0xff);
    for my $bytes (substr($whole, 0, $i), $flipped) {
        for my $lenient (0, 1) {
            my $one = eval { IVRS::Table->parse($bytes, lenient => $lenient) };
            die $@ if !$one && !ref $@;
            $one ? $tables++ : $errors++;
            next if !$one;
            my @all = ($one->check->findings, map { $_->entries } $one->ivhds);
            simulate($one, $_, kernel => '6.12')->groups for undef, $topology;
        }
    }
}
ok($tables && $errors, "$tables tables, $errors errors");

done_testing;
