"""Helpers for lists."""


def last_item(items):
    """Return the last item of the list, or None if the list is empty."""
    if len(items) == 0:
        return None
    return items[-1]


def first_and_last(items):
    """Return a tuple with the first and the last item of the list."""
    return items[0], items[-1]


def sum_of_evens(numbers):
    """Return the sum of the even numbers in the list."""
    return sum(number for number in numbers if number % 2 == 0)


def drop_negatives(numbers):
    """Return a new list without the numbers below zero."""
    return [number for number in numbers if number >= 0]


def doubled(numbers):
    """Return a new list with each number times two."""
    return [number * 2 for number in numbers]


def unique(items):
    """Return the items without repetitions, in the order in which they first appear."""
    seen = []
    for item in items:
        if item not in seen:
            seen.append(item)
    return seen


def neighbours(items):
    """Return a list of tuples, each with an item and the one after it."""
    return list(zip(items, items[1:]))


def every_other(items):
    """Return the first, third, fifth item and so on.

    >>> every_other(["a", "b", "c", "d", "e"])
    ['a', 'c', 'e']
    """
    return items[::2]


def move_first_to_end(items):
    """Return a new list in which the first item has become the last one."""
    return items[1:] + items[:1]


def chunks(items, size):
    """Return the items as a list of lists with at most size items each."""
    return [items[start : start + size] for start in range(0, len(items), size)]


def running_total(numbers):
    """Return a list in which each number is the sum of all numbers up to there."""
    totals = []
    total = 0
    for number in numbers:
        total += number
        totals.append(total)
    return totals


def position_of_smallest(numbers):
    """Return the index of the smallest number in the list."""
    return numbers.index(min(numbers))


def all_positive(numbers):
    """Return True if every number in the list is greater than zero."""
    return all(number > 0 for number in numbers)


def count_above(numbers, limit):
    """Return how many numbers of the list are greater than the limit."""
    return len([number for number in numbers if number > limit])


def middle_item(items):
    """Return the item in the middle of a list of odd length."""
    return items[len(items) // 2]


def spread(numbers):
    """Return the difference between the largest and the smallest number."""
    return max(numbers) - min(numbers)


def group_by_length(words):
    """Return a dictionary from each length to the list of the words that have it.

    >>> group_by_length(["to", "be", "not"])
    {2: ['to', 'be'], 3: ['not']}
    """
    groups = {}
    for word in words:
        groups.setdefault(len(word), []).append(word)
    return groups


def common_items(first, second):
    """Return the items of the first list that are also in the second one, in their order."""
    wanted = set(second)
    return [item for item in first if item in wanted]
