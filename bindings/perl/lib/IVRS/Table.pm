# SPDX-License-Identifier: LGPL-2.1-or-later
package IVRS::Table;
use strict;
use warnings;
use parent -norequire, 'IVRS::Object';
use IVRS::Object ();
use IVRS::Report ();

sub parse {
    my ($class, $bytes, @options) = @_;
    my $o = IVRS::Object::options('parse', [qw(lenient report)], @options);
    IVRS::Object::wrong('the bytes of a table are no ' . IVRS::Object::shown($bytes)) if !defined $bytes || ref $bytes;
    # Perl may hold bytes above 127 as UTF-8; characters above 255 are no bytes at all.
    utf8::downgrade($bytes, 1) or IVRS::Object::wrong('the bytes of a table have characters above 255: read the file with :raw');
    my $table = IVRS::Object::outcome(undef, 'table_parse', $bytes, $o->{lenient} ? $IVRS::Raw::IVRS_PARSE_LENIENT : 0,
        IVRS::Object::maybe_raw($o->{report}, 'IVRS::Report', 'report'));
    return IVRS::Object::new_object($class, raw => $table);
}

IVRS::Object::getters(__PACKAGE__, 'table',
    qw(well_formed length revision checksum checksum_valid oem_id oem_table_id oem_revision creator_id creator_revision ivinfo));
IVRS::Object::accessor(__PACKAGE__, 'bytes', sub { pack 'H*', IVRS::Object::call('table_hex', $_[0]{raw}) });
IVRS::Object::list(__PACKAGE__, 'block',
    sub { IVRS::Object::call('table_block_count', $_[0]{raw}) },
    sub { IVRS::Object::new_object('IVRS::Block', table => $_[0], raw => $_[0]{raw}, index => $_[1]) });

# A child made in C keeps its table alive there.
for my $item (qw(ivhd ivmd)) {
    my $class = 'IVRS::' . uc $item;
    IVRS::Object::list(__PACKAGE__, $item,
        sub { IVRS::Object::call("table_${item}_count", $_[0]{raw}) },
        sub {
            my ($self, $index) = @_;
            my $raw = IVRS::Object::outcome("$item $index", "table_$item", $self->{raw}, $index);
            return IVRS::Object::new_object($class, raw => $raw, number => $index);
        });
}

sub check {
    my ($self, @options) = @_;
    my $o = IVRS::Object::options('check', [qw(topology kernel)], @options);
    my $report = IVRS::Report->new;
    require IVRS::Kernel;
    my $kernel = IVRS::Kernel::from($o->{kernel});
    IVRS::Object::try(undef, 'table_check', IVRS::Object::raw($self, 'IVRS::Table', 'table'),
        IVRS::Object::maybe_raw($o->{topology}, 'IVRS::Topology', 'topology'),
        IVRS::Object::maybe_raw($kernel, 'IVRS::Kernel', 'kernel'), $report->{raw});
    return $report;
}

package IVRS::Block;
use parent -norequire, 'IVRS::Object';

IVRS::Object::accessor(__PACKAGE__, 'index', sub { $_[0]{index} });
for my $name (qw(offset block_type flags length)) {
    my $function = $name eq 'block_type' ? 'table_block_type' : "table_block_$name";
    IVRS::Object::accessor(__PACKAGE__, $name, sub { IVRS::Object::call($function, $_[0]{raw}, $_[0]{index}) });
}
IVRS::Object::accessor(__PACKAGE__, 'name', sub { IVRS::Raw::ivrs_block_type_name($_[0]->block_type) });

package IVRS::IVHD;
use parent -norequire, 'IVRS::Object';

IVRS::Object::getters(__PACKAGE__, 'ivhd',
    qw(block_index offset block_type flags length devid capability base segment info attributes efr efr2));
IVRS::Object::accessor(__PACKAGE__, 'index', sub { $_[0]{number} });
IVRS::Object::list(__PACKAGE__, 'entry',
    sub { IVRS::Object::call('ivhd_entry_count', $_[0]{raw}) },
    sub { IVRS::Object::new_object('IVRS::Entry', raw => $_[0]{raw}, index => $_[1]) }, 'entries');

package IVRS::Entry;
use parent -norequire, 'IVRS::Object';

IVRS::Object::getters(__PACKAGE__, 'ivhd_entry', qw(offset length flags devid alias extended handle variety hid cid uid));
IVRS::Object::accessor(__PACKAGE__, 'index', sub { $_[0]{index} });
IVRS::Object::accessor(__PACKAGE__, 'entry_type',
    sub { IVRS::Object::call('ivhd_entry_type', $_[0]{raw}, $_[0]{index}) });
IVRS::Object::accessor(__PACKAGE__, 'name', sub { IVRS::Raw::ivrs_entry_type_name($_[0]->entry_type) });
IVRS::Object::accessor(__PACKAGE__, 'uid_format',
    sub { IVRS::Object::call('ivhd_entry_uid_format', $_[0]{raw}, $_[0]{index}) });

package IVRS::IVMD;
use parent -norequire, 'IVRS::Object';

IVRS::Object::getters(__PACKAGE__, 'ivmd',
    qw(block_index offset block_type flags length devid aux segment reserved start memory_length));
IVRS::Object::accessor(__PACKAGE__, 'index', sub { $_[0]{number} });

1;

__END__

=encoding utf-8

=head1 NAME

IVRS::Table - the ACPI table IVRS, read and never repaired

=head1 SYNOPSIS

    open my $file, '<:raw', '/sys/firmware/acpi/tables/IVRS' or die $!;
    my $bytes = do { local $/; <$file> };
    my $table = IVRS::Table->parse($bytes, lenient => 1);
    for my $ivmd ($table->ivmds) {
        printf "IVMD %d: %#x bytes at %#x\n", $ivmd->index, $ivmd->memory_length, $ivmd->start;
    }

=head1 DESCRIPTION

A table doesn't change, and what is taken from it keeps it alive. Every number is as it stands in the table; offsets are
bytes from its start. Blocks, entries and the rest are named as in the AMD IOMMU specification (48882, chapter 5).

=head1 METHODS OF A TABLE

=over

=item IVRS::Table->parse(BYTES, lenient => BOOL, report => REPORT)

Reads a binary table, or the text that acpidump prints. With C<lenient> malformed blocks don't fail, as they don't for the
kernel: what is going to be simulated is best read so. An L<IVRS::Report> gets a finding for each thing wrong. Dies with
an L<IVRS::Error> that has the code and the offset of what made it fail.

=item check(topology => TOPOLOGY, kernel => KERNEL)

Judges the table, and with an L<IVRS::Topology> the host. KERNEL is a release or an L<IVRS::Kernel>; without one the
newest rules that are known hold. Returns an L<IVRS::Report>.

=item bytes

All bytes that were given.

=item well_formed

False when a lenient parse met something that a strict one refuses.

=item length, revision, checksum, checksum_valid, oem_id, oem_table_id, oem_revision, creator_id, creator_revision, ivinfo

The header.

=item block(INDEX), blocks, block_iterator

Blocks of any type, as objects with C<index>, C<offset>, C<block_type>, C<name> (IVHD, IVMD or unknown), C<flags>
and C<length>.

=item ivhd(INDEX), ivhds, ivhd_iterator

One block that describes an IOMMU, all of them (their number in scalar context), an L<IVRS::Iterator>.

=item ivmd(INDEX), ivmds, ivmd_iterator

Blocks that describe memory, likewise. INDEX is the number that unity maps carry.

=back

=head1 METHODS OF AN IVHD

C<index>, C<block_index>, C<offset>, C<block_type>, C<flags>, C<length>, C<devid>, C<capability>, C<base>, C<segment>, C<info>,
C<attributes>, C<efr>, C<efr2>; and C<entry(INDEX)>, C<entries>, C<entry_iterator>: objects with C<index>, C<entry_type>,
C<name>, C<offset>, C<length>, C<flags>, C<devid>, C<alias>, C<extended>, C<handle>, C<variety>, C<hid>, C<cid>, C<uid> and
C<uid_format>.

=head1 METHODS OF AN IVMD

C<index>, C<block_index>, C<offset>, C<block_type>, C<flags>, C<length>, C<devid>, C<aux>, C<segment>, C<reserved>, C<start> and
C<memory_length> (bytes).

=head1 SEE ALSO

L<IVRS>

=cut
