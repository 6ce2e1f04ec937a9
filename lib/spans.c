/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Painting ranges: the last writer of a table entry wins, as in the kernel's lookup tables, without having the tables. */
#include "spans.h"

struct sweep {
	const struct span *items;
	uint32_t *order; /* items by first */
	uint32_t *heap;	 /* items under the brush, the latest painted on top */
	size_t heap_count;
};

static void heap_push(struct sweep *s, uint32_t item)
{
	size_t i = s->heap_count++;

	for (; i && s->heap[(i - 1) / 2] < item; i = (i - 1) / 2)
		s->heap[i] = s->heap[(i - 1) / 2];
	s->heap[i] = item;
}

static void heap_pop(struct sweep *s)
{
	uint32_t last = s->heap[--s->heap_count];
	size_t i = 0, child;

	while ((child = 2 * i + 1) < s->heap_count) {
		if (child + 1 < s->heap_count && s->heap[child + 1] > s->heap[child])
			child++;
		if (s->heap[child] <= last)
			break;
		s->heap[i] = s->heap[child];
		i = child;
	}
	s->heap[i] = last;
}

/* Merge sort of the order by first: stable, no recursion on hostile input, no context that qsort() can't carry. */
static int sort_by_first(struct sweep *s, size_t count)
{
	uint32_t *from = s->order, *to, *spare;

	to = spare = malloc(count * sizeof(*to));
	if (!spare)
		return -IVRS_E_NOMEM;
	for (size_t width = 1; width < count; width *= 2) {
		for (size_t low = 0; low < count; low += 2 * width) {
			size_t mid = low + width < count ? low + width : count;
			size_t high = low + 2 * width < count ? low + 2 * width : count;
			size_t a = low, b = mid;

			for (size_t k = low; k < high; k++)
				to[k] = b >= high || (a < mid && s->items[from[a]].first <=
									 s->items[from[b]].first)
						? from[a++]
						: from[b++];
		}
		uint32_t *swap = from;

		from = to;
		to = swap;
	}
	if (from != s->order)
		memcpy(s->order, from, count * sizeof(*from));
	free(spare);
	return 0;
}

/* *room is as many pieces as items at first, which is what tables need, and grows once to what no input passes. */
static bool emit(struct spans *out, size_t *room, uint32_t first, uint32_t last, uint32_t value)
{
	struct span *top = out->count ? &out->at[out->count - 1] : NULL;

	if (value == SPAN_NONE)
		return true;
	if (top && top->value == value && top->last + 1 == first) {
		top->last = last;
		return true;
	}
	if (out->count == *room) {
		struct span *grown = realloc(out->at, 2 * *room * sizeof(*grown));

		if (!grown)
			return false;
		out->at = grown;
		*room *= 2;
	}
	out->at[out->count++] = (struct span){first, last, value};
	return true;
}

static int sweep(struct sweep *s, size_t count, struct spans *out, size_t room)
{
	uint64_t position = 0;
	size_t next = 0;

	while (next < count || s->heap_count) {
		uint64_t until;

		while (s->heap_count && s->items[s->heap[0]].last < position)
			heap_pop(s);
		if (!s->heap_count && next < count && s->items[s->order[next]].first > position)
			position = s->items[s->order[next]].first;
		while (next < count && s->items[s->order[next]].first <= position)
			heap_push(s, s->order[next++]);
		if (!s->heap_count)
			continue;
		until = s->items[s->heap[0]].last;
		if (until < position)
			continue;
		if (next < count && s->items[s->order[next]].first <= until)
			until = s->items[s->order[next]].first - 1ull;
		if (!emit(out, &room, (uint32_t)position, (uint32_t)until,
			  s->items[s->heap[0]].value))
			return -IVRS_E_NOMEM;
		position = until + 1;
	}
	return 0;
}

int spans_paint(const struct span *items, size_t count, struct spans *out)
{
	struct sweep s = {.items = items};
	struct span *shrunk;
	size_t used = 0;
	int err = -IVRS_E_NOMEM;

	out->at = NULL;
	out->count = 0;
	if (!count)
		return 0;
	if (count > UINT32_MAX / 4)
		return -IVRS_E_TOO_LARGE;
	s.order = malloc(count * sizeof(*s.order));
	if (!s.order)
		goto out;
	for (size_t i = 0; i < count; i++)
		if (items[i].first <= items[i].last)
			s.order[used++] = (uint32_t)i;
	err = used ? sort_by_first(&s, used) : 0;
	if (err)
		goto out;
	err = -IVRS_E_NOMEM;
	s.heap = malloc(count * sizeof(*s.heap));
	/* Each piece ends where an item begins or ends, so there are fewer than twice as many. */
	out->at = malloc(count * sizeof(*out->at));
	if (!s.heap || !out->at)
		goto out;
	err = sweep(&s, used, out, count);
	if (err)
		goto out;
	shrunk = realloc(out->at, (out->count ? out->count : 1) * sizeof(*out->at));
	if (shrunk)
		out->at = shrunk;
out:
	free(s.order);
	free(s.heap);
	if (err)
		spans_free(out);
	return err;
}

const struct span *spans_find(const struct spans *spans, uint32_t key)
{
	size_t low = 0, high = spans->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (spans->at[mid].last < key)
			low = mid + 1;
		else
			high = mid;
	}
	return low < spans->count && spans->at[low].first <= key ? &spans->at[low] : NULL;
}

void spans_free(struct spans *spans)
{
	free(spans->at);
	spans->at = NULL;
	spans->count = 0;
}
