# SPDX-License-Identifier: LGPL-2.1-or-later
# What the module promises, class by class.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Test::More;
use IVRS qw(simulate explain parse_device parse_range format_device relax_check library_version findings);
use Sample;

is($IVRS::VERSION, library_version(), 'module and library are of one version');

subtest 'devices as text' => sub {
    is(parse_device('0001:02:03.4'), 0x1021c, 'parsed');
    is(format_device(0x1021c), '0001:02:03.4', 'formatted');
    is_deeply([ parse_range('01:00.0-01:1f.7') ], [ 0x100, 0x1ff ], 'range');
    ok(relax_check('devices=01:00.0'), 'relaxation');
};

subtest 'table' => sub {
    my $bytes = bytes();
    my $table = IVRS::Table->parse($bytes);
    is($table->length, length $bytes, 'length');
    is($table->bytes, $bytes, 'bytes come back');
    ok($table->checksum_valid && $table->well_formed, 'checksum');
    is($table->oem_id . $table->oem_table_id, 'SAMPLEIVRSTEST', 'OEM ids');
    is_deeply([ map { [ $_->name, $_->block_type, $_->offset ] } $table->blocks ],
        [ [ 'IVHD', 0x10, 48 ], [ 'IVMD', 0x22, 88 ] ], 'blocks');
    my ($ivhd) = $table->ivhds;
    is(scalar $table->ivhds, 1, 'number in scalar context');
    is($ivhd->base, 0xfed80000, 'base');
    is_deeply([ map { $_->name } $ivhd->entries ], [qw(range-start range-end special)], 'entries');
    is($ivhd->entry(2)->variety, 1, 'IOAPIC');
    my $ivmd = $table->ivmd(0);
    is_deeply([ map { $ivmd->$_ } qw(index block_index flags devid aux start memory_length) ],
        [ 0, 1, 8, 0, 0xfff, 0x3c000000, 0x1000 ], 'IVMD');
};

subtest 'bytes that Perl holds as UTF-8' => sub {
    my $bytes = bytes();
    utf8::upgrade($bytes);
    is(IVRS::Table->parse($bytes)->bytes, bytes(), 'the same bytes');
};

subtest 'report' => sub {
    my $report = IVRS::Report->new;
    is($report->worst, undef, 'nothing yet');
    my $table = IVRS::Table->parse(bytes(0), lenient => 1, report => $report);
    ok(!$table->well_formed, 'malformed');
    ok(scalar $report->findings, 'has findings');
    my ($finding) = $report->findings;
    is($finding->id, sprintf('IVRS-%03u', $finding->code), 'id');
    like("$finding", qr/^IVRS-\d+ [a-z-]+: offset 0x[0-9a-f]+: /, 'as a string');
    my ($same) = grep { $_->{code} == $finding->code } findings();
    is($same->{name}, $finding->name, 'in the registry');
    my $check = table()->check(topology => topology(), kernel => '6.12');
    is($check->worst, 'blocked', 'check');
    ok((grep { $_->code == 42 && $_->severity eq 'blocked' } $check->findings), 'passthrough is blocked');
};

subtest 'topology' => sub {
    my $topology = topology();
    ok($topology->has_groups, 'groups');
    is_deeply([ map { "$_" } $topology->functions ], [qw(0000:00:02.0 0000:00:05.0 0000:01:00.0 0000:01:00.1)], 'order');
    my $card = $topology->find('01:00.0');
    is_deeply([ $card->class, $card->vendor, $card->device, $card->group, $card->driver, !!$card->is_bridge ],
        [ 0x030000, 0x10de, 0x2204, 13, undef, !!0 ], 'a function');
    is($topology->find('00:05.0')->driver, 'pcieport', 'driver');
    $topology->set('01:00.0', driver => 'vfio-pci', group => undef);
    is($topology->find('01:00.0')->driver, 'vfio-pci', 'changed');
    is($topology->find('01:00.0')->group, undef, 'no group');
    $topology->add_acpi('MSFT0201:00', 'MSFT0201', uid => '1', group => 20)->add_ioapic(1)->set_complete(1);
    is($topology->function(4)->acpi_name, 'MSFT0201:00', 'ACPI device');
};

subtest 'kernel' => sub {
    my $kernel = IVRS::Kernel->new('6.12.117+deb12-amd64', cmdline => 'quiet amd_iommu=off');
    is($kernel->ruleset, 'linux-6.12', 'rule set');
    ok($kernel->exact && $kernel->iommu_off, 'off');
    ok($kernel->has_rule('require-direct'), 'rule');
    $kernel->set_rule('require-direct', 0);
    ok(!$kernel->has_rule('require-direct'), 'overridden');
    ok(!IVRS::Kernel->new('6.12', rules => { 'require-direct' => 0 })->has_rule('require-direct'), 'in one go');
    my @sets = IVRS::Kernel::rulesets();
    ok((grep { $_->{name} eq 'linux-6.12' && $_->{rules}{'require-direct'} } @sets), 'rule sets');
    ok(scalar IVRS::Kernel::rules(), 'rules');
    is(IVRS::Kernel->new->ruleset, $sets[-1]{name}, 'the newest one');
};

subtest 'simulation' => sub {
    my $simulation = simulate(table(), topology(), kernel => '6.12');
    is($simulation->state, 'ready', 'state');
    is_deeply([ $simulation->message, $simulation->offset ], [ undef, undef ], 'nothing to say');
    is($simulation->ivhd_type, 0x10, 'IVHD type');
    is_deeply([ map { "$_" } $simulation->groups ], [ 'group 3: nothing-to-claim', 'group 13: refused' ], 'groups');
    my $group = $simulation->device('0000:01:00.1')->group;
    ok($group == $simulation->group(1), 'from the device to its group');
    is_deeply([ map { $group->$_ } qw(id reason errno errno_name step domain) ],
        [ 13, 'require_direct', 22, 'EINVAL', 'VFIO_GROUP_SET_CONTAINER', 'DMA' ], 'refusal');
    is($group->culprit->address, '0000:01:00.0', 'culprit');
    like($group->kernel_message, qr/^vfio-pci 0000:01:00.0: Firmware has requested/, 'log');
    is_deeply([ map { "$_" } $group->devices ], [qw(0000:01:00.0 0000:01:00.1)], 'members');
    is(($group->regions)[0] . '', '0x000000003c000000-0x000000003c000fff direct', 'reserved region');
    is_deeply([ $group->iova ], [], 'nothing for the guest');
    my ($unity) = $simulation->device('01:00.0')->unity;
    is_deeply([ $unity->start, $unity->length, $unity->prot, $unity->ivmd ], [ 0x3c000000, 0x1000, 'rw', 0 ], 'unity map');
    is($simulation->device('01:00.0')->iommu, '0000:00:02.0', 'IOMMU');
    ok($simulation->device('01:00.0')->require_direct, 'require_direct');

    my $relaxed = simulate(table(), topology(), kernel => '6.12', relax => 'unity');
    ok($relaxed->device('01:00.0')->group->claimable, 'relaxed');
    is(($relaxed->device('01:00.0')->group->iova)[-1]->end, ~0, 'all 64 bits arrive');

    my $off = simulate(table(), topology(), kernel => '6.12', cmdline => 'amd_iommu=off');
    is($off->state, 'disabled', 'switched off');
    like($off->message, qr/amd_iommu=off/, 'and why');
    is(simulate(undef, topology())->state, 'absent', 'no table');
    is(simulate(undef, topology())->table, undef, 'none comes back');

    my $ranges = simulate(table(), undef, kernel => '6.12');
    ok($ranges->has_ranges, 'ranges');
    is($ranges->device('01:00.0')->last, '0000:0f:1f.7', 'the range that holds a device');
    my $bound = topology()->set('01:00.0', driver => 'nouveau');
    is(simulate(table(), $bound, kernel => '5.19', as_bound => 1)->group(1)->reason, 'busy', 'as bound');
};

subtest 'iterators' => sub {
    my $simulation = simulate(table(), topology(), kernel => '6.12');
    my $groups = $simulation->group_iterator;
    my @ids;
    while (my $group = <$groups>) { push @ids, $group->id }
    is_deeply(\@ids, [ 3, 13 ], 'read');
    is($groups->next, undef, 'at its end');
    $groups->reset;
    is($groups->()->id, 3, 'called');
    is($simulation->device_iterator->next->address, '0000:00:02.0', 'devices');
    is(table()->ivhd(0)->entry_iterator->next->name, 'range-start', 'entries');
};

subtest 'explanation' => sub {
    my $topology = topology();
    my $simulation = simulate(table(), $topology, kernel => '6.12');
    my $why = explain($simulation->device('01:00.1'), topology => $topology, kernel => '6.12', board_vendor => 'Gigabyte');
    like("$why", qr/^0000:01:00.1 can't be given to a guest/, 'summary');
    is_deeply([ map { [ @$_{qw(ivmd class device)} ] } $why->causes ], [ [ 0, 'blanket', '0000:01:00.1' ] ], 'causes');
    ok(scalar(my @steps = $why->steps), 'steps');
    is_deeply([ map { $_->id } $why->affected ], [3], 'the bridge is hit, too');
    ok((grep { $_->{name} eq 'table-override' && $_->{price} } $why->remedies), 'remedies');
    my @texts = ($why->warnings, $why->useless);
    ok(!(grep { !length } @texts), 'warnings and useless things');
};

done_testing;
