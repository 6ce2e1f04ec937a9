/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * IVMDs that get in each other's way: same devices, same addresses, other permissions (SPEC D21), or a later one that isn't
 * mapped because an earlier one failed (D22). There may be 100,000 of them, so pairs are counted and not compared:
 * intervals that meet [low, high] are all, less those that end before it, less those that begin after it.
 */
#include <inttypes.h>

#include "check.h"

/* One IVMD as an interval of devices: positions in check->reach, or keys when no devices are known. */
struct interval {
	uint32_t unity;	     /* index in check->unity */
	uint32_t low, high;  /* replaced by their rank in the sorted list of all ends */
	uint64_t start, end; /* addresses, inclusive */
	uint8_t prot;
	bool maps; /* there is something to map */
};

/* Counts intervals by where they begin and end (binary indexed trees). */
struct counter {
	uint32_t *begins, *ends;
	uint32_t size, total;
};

static int counter_init(struct counter *counter, size_t size)
{
	counter->size = (uint32_t)size;
	counter->total = 0;
	counter->begins = calloc(size + 1, sizeof(*counter->begins));
	counter->ends = calloc(size + 1, sizeof(*counter->ends));
	return counter->begins && counter->ends ? 0 : -IVRS_E_NOMEM;
}

static void counter_free(struct counter *counter)
{
	free(counter->begins);
	free(counter->ends);
}

static void counter_change(struct counter *counter, const struct interval *interval, uint32_t by)
{
	for (uint32_t i = interval->low + 1; i <= counter->size; i += i & -i)
		counter->begins[i] += by;
	for (uint32_t i = interval->high + 1; i <= counter->size; i += i & -i)
		counter->ends[i] += by;
	counter->total += by;
}

static uint32_t below(const uint32_t *tree, uint32_t count)
{
	uint32_t sum = 0;

	for (uint32_t i = count; i; i -= i & -i)
		sum += tree[i];
	return sum;
}

/* Number of counted intervals that share a device with this one. */
static uint32_t counter_meets(const struct counter *counter, const struct interval *interval)
{
	return below(counter->begins, interval->high + 1) - below(counter->ends, interval->low);
}

static int value_compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static uint32_t rank(const uint32_t *values, size_t count, uint32_t value)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (values[middle] < value)
			low = middle + 1;
		else
			high = middle;
	}
	return (uint32_t)low;
}

/* Replaces ends by ranks; *size is their number. */
static int compress(struct interval *intervals, size_t count, size_t *size)
{
	uint32_t *values = calloc(2 * count, sizeof(*values));
	size_t used = 0;

	if (!values)
		return -IVRS_E_NOMEM;
	for (size_t i = 0; i < count; i++) {
		values[2 * i] = intervals[i].low;
		values[2 * i + 1] = intervals[i].high;
	}
	qsort(values, 2 * count, sizeof(*values), value_compare);
	for (size_t i = 0; i < 2 * count; i++)
		if (!i || values[i] != values[used - 1])
			values[used++] = values[i];
	for (size_t i = 0; i < count; i++) {
		intervals[i].low = rank(values, used, intervals[i].low);
		intervals[i].high = rank(values, used, intervals[i].high);
	}
	*size = used;
	free(values);
	return 0;
}

/* The IVMDs that reach somebody, in table order. */
static size_t collect(const struct check *check, struct interval *intervals)
{
	size_t count = 0;

	for (size_t i = 0; i < check->unity.count; i++) {
		const struct unity *unity = &check->unity.at[i];
		struct interval *interval = &intervals[count];
		struct reached reached;
		uint64_t length;

		reach_find(check, unity_first(unity), unity_last(unity), &reached);
		if (!reached.count)
			continue;
		interval->unity = (uint32_t)i;
		interval->low = check->topology ? (uint32_t)reached.from : unity_first(unity);
		interval->high = check->topology ? (uint32_t)reached.to - 1 : unity_last(unity);
		interval->prot = unity->prot;
		unity_range(check->table, unity, &interval->start, &length);
		interval->end = interval->start + length - 1;
		interval->maps = length && !range_wraps(interval->start, length);
		count++;
	}
	return count;
}

static bool meet(const struct interval *a, const struct interval *b)
{
	return a->low <= b->high && b->low <= a->high;
}

static const char *prot_name(uint8_t prot)
{
	static const char *const names[] = {"none", "read", "write", "read and write"};

	return names[prot & 3];
}

/* Names one partner: a plain search, made for the findings that are listed and not for those that are only counted. */
static void report_pair(struct check *check, const struct interval *intervals, size_t count,
			const struct interval *one)
{
	const struct interval *two = NULL, *swap;
	uint32_t at;

	for (size_t i = 0; i < count && !two; i++)
		if (intervals[i].maps && intervals[i].prot && intervals[i].prot != one->prot &&
		    meet(&intervals[i], one) && intervals[i].start <= one->end &&
		    one->start <= intervals[i].end)
			two = &intervals[i];
	if (!two)
		return;
	if (one->unity > two->unity) {
		swap = one;
		one = two;
		two = swap;
	}
	at = ivmd_offset(check->table, check->unity.at[two->unity].ivmd);
	check_add(check, FINDING_PERMISSIONS_DIFFER, at, IVRS_NO_DEVICE,
		  "IVMD %" PRIu32 " (%s) and IVMD %" PRIu32
		  " (%s) overlap for the same device: the pages keep the permissions of the first",
		  check->unity.at[one->unity].ivmd, prot_name(one->prot),
		  check->unity.at[two->unity].ivmd, prot_name(two->prot));
}

/* An interval enters the sweep at its first address and leaves it behind its last. */
struct event {
	uint64_t address;
	uint32_t interval;
	bool leaves;
};

static int event_compare(const void *a, const void *b)
{
	const struct event *x = a, *y = b;

	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	/* Ends are inclusive: who leaves here still meets who enters here. */
	if (x->leaves != y->leaves)
		return x->leaves ? 1 : -1;
	return x->interval < y->interval ? -1 : x->interval > y->interval;
}

static void sweep(struct check *check, const struct interval *intervals, size_t count,
		  const struct event *events, size_t event_count, struct counter counters[4])
{
	for (size_t i = 0; i < event_count; i++) {
		const struct interval *interval = &intervals[events[i].interval];
		uint32_t others = 0;

		if (events[i].leaves) {
			counter_change(&counters[interval->prot], interval, UINT32_MAX);
			continue;
		}
		for (uint8_t prot = 0; prot < 4; prot++)
			if (prot != interval->prot)
				others += counter_meets(&counters[prot], interval);
		if (others && check->counts[FINDING_PERMISSIONS_DIFFER] < CHECK_PER_CODE)
			report_pair(check, intervals, count, interval);
		else if (others)
			check_add(check, FINDING_PERMISSIONS_DIFFER, IVRS_NO_OFFSET, IVRS_NO_DEVICE,
				  "overlap with other permissions");
		counter_change(&counters[interval->prot], interval, 1);
	}
}

static int check_permissions(struct check *check, const struct interval *intervals, size_t count,
			     size_t size)
{
	struct counter counters[4] = {0};
	struct event *events = calloc(2 * count, sizeof(*events));
	size_t used = 0;
	int err = events ? 0 : -IVRS_E_NOMEM;

	for (int i = 0; i < 4 && !err; i++)
		err = counter_init(&counters[i], size);
	if (!err) {
		for (size_t i = 0; i < count; i++) {
			/* Without any permission nothing is mapped: that is a finding of its own. */
			if (!intervals[i].maps || !intervals[i].prot)
				continue;
			events[used++] = (struct event){intervals[i].start, (uint32_t)i, false};
			events[used++] = (struct event){intervals[i].end, (uint32_t)i, true};
		}
		qsort(events, used, sizeof(*events), event_compare);
		sweep(check, intervals, count, events, used, counters);
	}
	for (int i = 0; i < 4; i++)
		counter_free(&counters[i]);
	free(events);
	return err;
}

/* Where a failure isn't fatal it only ends the device's list: what comes later in the table isn't mapped. */
static int check_after_failure(struct check *check, const struct interval *intervals, size_t count,
			       size_t size)
{
	struct counter failing;
	int err;

	if (check->kernel->rules[RULE_DIRECT_FATAL] || check->kernel->cmdline.passthrough)
		return 0;
	err = counter_init(&failing, size);
	for (size_t i = 0; i < count && !err; i++) {
		const struct interval *interval = &intervals[i];
		uint32_t ivmd = check->unity.at[interval->unity].ivmd;

		if (!interval->maps)
			continue;
		if (!interval->prot)
			counter_change(&failing, interval, 1);
		else if (counter_meets(&failing, interval))
			check_add(check, FINDING_LATER_UNMAPPED, ivmd_offset(check->table, ivmd),
				  IVRS_NO_DEVICE,
				  "IVMD %" PRIu32
				  " isn't mapped for devices that an earlier IVMD without "
				  "IR and IW reaches too",
				  ivmd);
	}
	counter_free(&failing);
	return err;
}

int check_overlaps(struct check *check)
{
	struct interval *intervals;
	size_t count, size = 0;
	int err = 0;

	if (!check->usable || check->unity.count < 2)
		return 0;
	intervals = calloc(check->unity.count, sizeof(*intervals));
	if (!intervals)
		return -IVRS_E_NOMEM;
	count = collect(check, intervals);
	if (count > 1)
		err = compress(intervals, count, &size);
	if (!err && count > 1)
		err = check_permissions(check, intervals, count, size);
	if (!err && count > 1)
		err = check_after_failure(check, intervals, count, size);
	free(intervals);
	return err;
}
