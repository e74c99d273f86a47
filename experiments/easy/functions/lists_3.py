"""Functions of lists."""


# family: reordering
def reversed_list(items):
    """Return a new list with the items in the opposite order."""
    return items[::-1]


assert reversed_list([1, 2, 3]) == [3, 2, 1]
assert reversed_list(["a"]) == ["a"]
assert reversed_list([]) == []


def last_to_front(items):
    """Return a new list in which the last item has become the first one."""
    return items[-1:] + items[:-1]


assert last_to_front([1, 2, 3]) == [3, 1, 2]
assert last_to_front(["a"]) == ["a"]
assert last_to_front([]) == []


def swap_first_two(items):
    """Return a new list in which the first and the second item have changed places."""
    return [items[1], items[0]] + items[2:]


assert swap_first_two([1, 2, 3]) == [2, 1, 3]
assert swap_first_two(["a", "b"]) == ["b", "a"]
assert swap_first_two([0, 0, 5]) == [0, 0, 5]


def rotated(items, count):
    """Return a new list in which the first count items stand at the end."""
    return items[count:] + items[:count]


assert rotated([1, 2, 3, 4], 1) == [2, 3, 4, 1]
assert rotated([1, 2, 3, 4], 3) == [4, 1, 2, 3]
assert rotated(["a"], 0) == ["a"]


def evens_first(numbers):
    """Return a new list with all even numbers in front of all odd ones, otherwise in their order."""
    return [n for n in numbers if n % 2 == 0] + [n for n in numbers if n % 2 != 0]


assert evens_first([1, 2, 3, 4]) == [2, 4, 1, 3]
assert evens_first([5, 1]) == [5, 1]
assert evens_first([]) == []


def zeros_to_end(numbers):
    """Return a new list with all zeros moved to the end."""
    kept = [n for n in numbers if n != 0]
    return kept + [0] * (len(numbers) - len(kept))


assert zeros_to_end([0, 1, 0, 2]) == [1, 2, 0, 0]
assert zeros_to_end([3]) == [3]
assert zeros_to_end([0]) == [0]


# family: building lists
def repeat_item(item, count):
    """Return a list that holds the item count times."""
    return [item] * count


assert repeat_item("a", 3) == ["a", "a", "a"]
assert repeat_item(0, 1) == [0]
assert repeat_item(5, 0) == []


def padded_list(items, length):
    """Return the items followed by as many zeros as are needed to reach the length."""
    return items + [0] * (length - len(items))


assert padded_list([1, 2], 4) == [1, 2, 0, 0]
assert padded_list([], 2) == [0, 0]
assert padded_list([7], 1) == [7]


def alternating_list(first, second, count):
    """Return a list of count items that are first, second, first, second and so on."""
    return [first if index % 2 == 0 else second for index in range(count)]


assert alternating_list("a", "b", 3) == ["a", "b", "a"]
assert alternating_list(0, 1, 4) == [0, 1, 0, 1]
assert alternating_list(1, 2, 0) == []


def each_twice(items):
    """Return a new list in which each item stands twice in a row."""
    return [item for item in items for _ in range(2)]


assert each_twice([1, 2]) == [1, 1, 2, 2]
assert each_twice(["a"]) == ["a", "a"]
assert each_twice([]) == []


def mirrored_list(items):
    """Return the items followed by the same items in the opposite order."""
    return items + items[::-1]


assert mirrored_list([1, 2]) == [1, 2, 2, 1]
assert mirrored_list(["a"]) == ["a", "a"]
assert mirrored_list([]) == []


def letters_of(text):
    """Return a list of the single characters of the text."""
    return list(text)


assert letters_of("abc") == ["a", "b", "c"]
assert letters_of("x y") == ["x", " ", "y"]
assert letters_of("") == []


# family: adding and removing items
def with_item(items, item):
    """Return a new list with the item added at the end."""
    return items + [item]


assert with_item([1, 2], 3) == [1, 2, 3]
assert with_item([], "a") == ["a"]
assert with_item([0], 0) == [0, 0]


def with_item_if_missing(items, item):
    """Return the list with the item added at the end if it is not in there yet."""
    return items if item in items else items + [item]


assert with_item_if_missing([1, 2], 3) == [1, 2, 3]
assert with_item_if_missing([1, 2], 2) == [1, 2]
assert with_item_if_missing([], 0) == [0]


def without_index(items, index):
    """Return a new list without the item at the index."""
    return items[:index] + items[index + 1 :]


assert without_index([1, 2, 3], 1) == [1, 3]
assert without_index(["a"], 0) == []
assert without_index([1, 2], 1) == [1]


def without_value(items, value):
    """Return a new list without all items that are equal to the value."""
    return [item for item in items if item != value]


assert without_value([1, 2, 1], 1) == [2]
assert without_value(["a"], "b") == ["a"]
assert without_value([5, 5], 5) == []


def insert_in_front(items, item):
    """Return a new list with the item in front of the others."""
    return [item] + items


assert insert_in_front([1, 2], 0) == [0, 1, 2]
assert insert_in_front([], "a") == ["a"]
assert insert_in_front([3], 3) == [3, 3]


def replace_all(items, old, new):
    """Return a new list in which each item that equals old is replaced by new."""
    return [new if item == old else item for item in items]


assert replace_all([1, 2, 1], 1, 9) == [9, 2, 9]
assert replace_all(["a"], "b", "c") == ["a"]
assert replace_all([], 1, 2) == []


# family: questions about lists
def is_sorted(numbers):
    """Return True if no number of the list is smaller than the one before it."""
    return numbers == sorted(numbers)


assert is_sorted([1, 2, 2, 3]) is True
assert is_sorted([2, 1]) is False
assert is_sorted([]) is True


def all_the_same(items):
    """Return True if all items of the list are equal."""
    return len(set(items)) <= 1


assert all_the_same([1, 1, 1]) is True
assert all_the_same([1, 2]) is False
assert all_the_same([]) is True


def has_duplicates(items):
    """Return True if some item appears more than once in the list."""
    return len(items) != len(set(items))


assert has_duplicates([1, 2, 1]) is True
assert has_duplicates([1, 2, 3]) is False
assert has_duplicates([]) is False


def any_negative(numbers):
    """Return True if at least one number of the list is less than zero."""
    return any(n < 0 for n in numbers)


assert any_negative([1, -1]) is True
assert any_negative([0, 5]) is False
assert any_negative([]) is False


def same_ends(items):
    """Return True if the first and the last item of the list are equal."""
    return items[0] == items[-1]


assert same_ends([1, 2, 1]) is True
assert same_ends([1, 2]) is False
assert same_ends(["a"]) is True


def reads_the_same_backwards(items):
    """Return True if the list is equal to itself in the opposite order."""
    return items == items[::-1]


assert reads_the_same_backwards([1, 2, 1]) is True
assert reads_the_same_backwards([1, 2]) is False
assert reads_the_same_backwards([]) is True


def contains_all(items, wanted):
    """Return True if every wanted item is in the list."""
    return all(item in items for item in wanted)


assert contains_all([1, 2, 3], [1, 3]) is True
assert contains_all([1, 2], [5]) is False
assert contains_all([1], []) is True


# family: two lists
def add_pairs(first, second):
    """Return a list of the sums of the numbers at the same index in two lists of equal length."""
    return [a + b for a, b in zip(first, second)]


assert add_pairs([1, 2], [10, 20]) == [11, 22]
assert add_pairs([5], [-5]) == [0]
assert add_pairs([], []) == []


def dot_product(first, second):
    """Return the sum of the products of the numbers at the same index."""
    return sum(a * b for a, b in zip(first, second))


assert dot_product([1, 2], [3, 4]) == 11
assert dot_product([5], [2]) == 10
assert dot_product([], []) == 0


def larger_of_each(first, second):
    """Return a list with the larger one of the two numbers at each index."""
    return [max(a, b) for a, b in zip(first, second)]


assert larger_of_each([1, 5], [3, 2]) == [3, 5]
assert larger_of_each([0], [0]) == [0]
assert larger_of_each([], []) == []


def as_pairs(first, second):
    """Return a list of tuples with the items at the same index in both lists."""
    return list(zip(first, second))


assert as_pairs([1, 2], ["a", "b"]) == [(1, "a"), (2, "b")]
assert as_pairs([1, 2], ["a"]) == [(1, "a")]
assert as_pairs([], []) == []


def interleaved(first, second):
    """Return a list with the items of two lists of equal length in turn."""
    return [item for pair in zip(first, second) for item in pair]


assert interleaved([1, 3], [2, 4]) == [1, 2, 3, 4]
assert interleaved(["a"], ["b"]) == ["a", "b"]
assert interleaved([], []) == []


def count_matches(first, second):
    """Return at how many indexes the two lists have equal items."""
    return sum(1 for a, b in zip(first, second) if a == b)


assert count_matches([1, 2, 3], [1, 5, 3]) == 2
assert count_matches(["a"], ["b"]) == 0
assert count_matches([4], [4]) == 1
