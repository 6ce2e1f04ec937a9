/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tree of PCI buses, and the order in which the kernel finds devices on it (SPEC A9.3). */
#include "topology.h"

struct tree {
	const struct ivrs_topology *t;
	uint64_t *keys;	   /* SBDF<<32 | index of each PCI function, ascending */
	uint64_t *bridges; /* segment and secondary bus<<32 | index of each bridge, ascending */
	size_t count, bridge_count;
	uint32_t *parent, *order;
	size_t done;
};

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* First position in a sorted array whose upper half isn't below key. */
static size_t lower(const uint64_t *array, size_t count, uint32_t key)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if ((uint32_t)(array[mid] >> 32) < key)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* A9.1: the bus of a virtual function need not be anybody's secondary one: then it hangs on the bridge of its physical function. */
static uint32_t bridge_around(const struct tree *tree, uint32_t bus)
{
	for (size_t b = lower(tree->bridges, tree->bridge_count, bus); b-- > 0;) {
		const struct device *d = &tree->t->devices[(uint32_t)tree->bridges[b]];

		if (tree->bridges[b] >> 40 != bus >> 8)
			break;
		if (d->subordinate >= (bus & 0xff))
			return (uint32_t)tree->bridges[b];
	}
	return NO_INDEX;
}

static void find_parents(struct tree *tree)
{
	uint32_t around_bus = UINT32_MAX, around = NO_INDEX;

	for (size_t i = 0; i < tree->count; i++) {
		uint32_t bus = (uint32_t)(tree->keys[i] >> 32) >> 8,
			 index = (uint32_t)tree->keys[i];
		size_t b = lower(tree->bridges, tree->bridge_count, bus);

		/* A bridge that claims its own bus as secondary is nobody's parent. */
		if (b < tree->bridge_count && tree->bridges[b] >> 32 == bus &&
		    tree->t->devices[(uint32_t)tree->bridges[b]].sbdf >> 8 != bus)
			tree->parent[index] = (uint32_t)tree->bridges[b];
		if (tree->parent[index] != NO_INDEX || !tree->t->devices[index].is_virtual)
			continue;
		if (bus != around_bus)
			around = bridge_around(tree, bus);
		around_bus = bus;
		tree->parent[index] = around;
	}
}

/*
 * A bus's devices come by address, then the buses below its bridges, depth first. Bus numbers may lie (a loop of
 * bridges), so a bus is entered once only: its first device leaves NO_INDEX in `seen` behind.
 */
static void walk(struct tree *tree, uint32_t bus, bool *seen, uint64_t *stack)
{
	size_t depth = 0;

	stack[depth++] = bus;
	while (depth) {
		uint32_t b = (uint32_t)stack[--depth];
		size_t first = lower(tree->keys, tree->count, b << 8), i;

		for (i = first; i < tree->count && tree->keys[i] >> 40 == b && !seen[i]; i++) {
			seen[i] = true;
			tree->order[tree->done++] = (uint32_t)tree->keys[i];
		}
		/* Each bridge is pushed when its bus is entered, and only then: the number of bridges bounds the stack. */
		while (i-- > first) {
			const struct device *d = &tree->t->devices[(uint32_t)tree->keys[i]];

			if (d->has_bridge && d->secondary != sbdf_bus(d->sbdf))
				stack[depth++] = (d->sbdf >> 16) << 8 | d->secondary;
		}
	}
}

/* A9.3: virtual functions appear when the driver of the physical one is up. */
static void virtual_last(struct tree *tree, uint64_t *later)
{
	size_t kept = 0, count = 0;

	for (size_t i = 0; i < tree->done; i++) {
		if (tree->t->devices[tree->order[i]].is_virtual)
			later[count++] = tree->order[i];
		else
			tree->order[kept++] = tree->order[i];
	}
	for (size_t i = 0; i < count; i++)
		tree->order[kept + i] = (uint32_t)later[i];
}

static int build(struct tree *tree)
{
	const struct ivrs_topology *t = tree->t;
	size_t room = t->count + 1;
	bool *seen = calloc(room, sizeof(*seen));
	uint64_t *stack = malloc(room * sizeof(*stack));

	tree->keys = malloc(room * sizeof(*tree->keys));
	tree->bridges = malloc(room * sizeof(*tree->bridges));
	if (!seen || !stack || !tree->keys || !tree->bridges) {
		free(seen);
		free(stack);
		return -IVRS_E_NOMEM;
	}
	for (size_t i = 0; i < t->count; i++) {
		const struct device *d = &t->devices[i];

		tree->parent[i] = NO_INDEX;
		if (d->is_acpi)
			continue;
		tree->keys[tree->count++] = (uint64_t)d->sbdf << 32 | i;
		if (d->has_bridge)
			tree->bridges[tree->bridge_count++] =
				(uint64_t)((d->sbdf >> 16) << 8 | d->secondary) << 32 | i;
	}
	qsort(tree->keys, tree->count, sizeof(*tree->keys), compare);
	qsort(tree->bridges, tree->bridge_count, sizeof(*tree->bridges), compare);
	find_parents(tree);
	/* ACPI devices sit on the platform bus, which the kernel asks before PCI (iommu_buses[] of iommu.c). */
	for (size_t i = 0; i < t->count; i++)
		if (t->devices[i].is_acpi)
			tree->order[tree->done++] = (uint32_t)i;
	/* Root buses ascend; what only a loop of bridges reaches comes last, by address. */
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < tree->count; i++)
			if (!seen[i] && (pass || tree->parent[(uint32_t)tree->keys[i]] == NO_INDEX))
				walk(tree, (uint32_t)(tree->keys[i] >> 40), seen, stack);
	virtual_last(tree, stack);
	/* Bus numbers that go in circles must not trap who climbs: a parent always comes before its children. */
	for (size_t i = 0; i < tree->done; i++)
		stack[tree->order[i]] = i;
	for (size_t i = 0; i < t->count; i++)
		if (tree->parent[i] != NO_INDEX && stack[tree->parent[i]] >= stack[i])
			tree->parent[i] = NO_INDEX;
	free(seen);
	free(stack);
	return 0;
}

int topology_tree(const struct ivrs_topology *t, uint32_t **parent, uint32_t **order)
{
	struct tree tree = {.t = t};
	int err;

	tree.parent = malloc((t->count + 1) * sizeof(*tree.parent));
	tree.order = malloc((t->count + 1) * sizeof(*tree.order));
	err = tree.parent && tree.order ? build(&tree) : -IVRS_E_NOMEM;
	free(tree.keys);
	free(tree.bridges);
	if (err) {
		free(tree.parent);
		free(tree.order);
		tree.parent = tree.order = NULL;
	}
	*parent = tree.parent;
	*order = tree.order;
	return err;
}
