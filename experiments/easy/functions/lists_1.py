"""Functions of lists."""


# family: sums with a condition
def sum_of_positives(numbers):
    """Return the sum of the numbers that are greater than zero."""
    return sum(n for n in numbers if n > 0)


assert sum_of_positives([1, -2, 3]) == 4
assert sum_of_positives([-1, -5]) == 0
assert sum_of_positives([10]) == 10


def sum_without_first(numbers):
    """Return the sum of all numbers of the list except the first one."""
    return sum(numbers[1:])


assert sum_without_first([1, 2, 3]) == 5
assert sum_without_first([9]) == 0
assert sum_without_first([4, -4, 1]) == -3


def sum_at_even_positions(numbers):
    """Return the sum of the numbers at the indexes 0, 2, 4 and so on."""
    return sum(numbers[::2])


assert sum_at_even_positions([1, 2, 3, 4]) == 4
assert sum_at_even_positions([5]) == 5
assert sum_at_even_positions([]) == 0


def sum_of_small(numbers, limit):
    """Return the sum of the numbers that are less than the limit."""
    return sum(n for n in numbers if n < limit)


assert sum_of_small([1, 5, 10], 6) == 6
assert sum_of_small([7, 8], 7) == 0
assert sum_of_small([1, 2], 100) == 3


def sum_of_absolute(numbers):
    """Return the sum of the absolute values of the numbers."""
    return sum(abs(n) for n in numbers)


assert sum_of_absolute([1, -2, 3]) == 6
assert sum_of_absolute([-5]) == 5
assert sum_of_absolute([]) == 0


def sum_of_list_squares(numbers):
    """Return the sum of the squares of all numbers of the list."""
    return sum(n * n for n in numbers)


assert sum_of_list_squares([1, 2, 3]) == 14
assert sum_of_list_squares([-4]) == 16
assert sum_of_list_squares([]) == 0


# family: products of a list
def product_of_list(numbers):
    """Return the product of all numbers of the list; 1 for an empty list."""
    result = 1
    for n in numbers:
        result *= n
    return result


assert product_of_list([2, 3, 4]) == 24
assert product_of_list([5]) == 5
assert product_of_list([]) == 1


def product_without_zeros(numbers):
    """Return the product of all numbers of the list that are not zero."""
    result = 1
    for n in numbers:
        if n != 0:
            result *= n
    return result


assert product_without_zeros([2, 0, 5]) == 10
assert product_without_zeros([0]) == 1
assert product_without_zeros([-3, 3]) == -9


def product_of_ends(numbers):
    """Return the first number of the list times the last one."""
    return numbers[0] * numbers[-1]


assert product_of_ends([2, 9, 4]) == 8
assert product_of_ends([3]) == 9
assert product_of_ends([0, 7]) == 0


def alternating_sum(numbers):
    """Return the first number minus the second plus the third minus the fourth and so on."""
    return sum(numbers[::2]) - sum(numbers[1::2])


assert alternating_sum([5, 2, 1]) == 4
assert alternating_sum([1, 10]) == -9
assert alternating_sum([]) == 0


# family: largest and smallest
def largest_even(numbers):
    """Return the largest even number of the list, or None if there is none."""
    evens = [n for n in numbers if n % 2 == 0]
    return max(evens) if evens else None


assert largest_even([1, 4, 8, 9]) == 8
assert largest_even([2]) == 2
assert largest_even([1, 3]) is None


def largest_or_zero(numbers):
    """Return the largest number of the list, or 0 if the list is empty."""
    return max(numbers, default=0)


assert largest_or_zero([3, 9, 2]) == 9
assert largest_or_zero([-4]) == -4
assert largest_or_zero([]) == 0


def smallest_positive(numbers):
    """Return the smallest number that is greater than zero."""
    return min(n for n in numbers if n > 0)


assert smallest_positive([5, -1, 3]) == 3
assert smallest_positive([7]) == 7
assert smallest_positive([0, 2, 1]) == 1


def second_largest(numbers):
    """Return the second largest number of the list, in which no number appears twice."""
    return sorted(numbers)[-2]


assert second_largest([3, 9, 5]) == 5
assert second_largest([1, 2]) == 1
assert second_largest([-1, -5, -3]) == -3


def sum_of_extremes(numbers):
    """Return the smallest number plus the largest one."""
    return min(numbers) + max(numbers)


assert sum_of_extremes([4, 1, 9]) == 10
assert sum_of_extremes([3]) == 6
assert sum_of_extremes([-2, 2, 0]) == 0


def min_and_max(numbers):
    """Return a tuple of the smallest and the largest number."""
    return min(numbers), max(numbers)


assert min_and_max([3, 1, 2]) == (1, 3)
assert min_and_max([5]) == (5, 5)
assert min_and_max([-1, 0]) == (-1, 0)


# family: finding positions
def index_or_minus_one(items, wanted):
    """Return the index of the wanted item in the list, or -1 if it is not there."""
    if wanted in items:
        return items.index(wanted)
    return -1


assert index_or_minus_one(["a", "b"], "b") == 1
assert index_or_minus_one(["a", "b"], "c") == -1
assert index_or_minus_one([7, 8, 7], 7) == 0


def last_position(items, wanted):
    """Return the last index at which the wanted item stands in the list, or None if it is not there."""
    for index in range(len(items) - 1, -1, -1):
        if items[index] == wanted:
            return index
    return None


assert last_position([1, 2, 1, 3], 1) == 2
assert last_position(["x"], "x") == 0
assert last_position([1, 2], 5) is None


def positions_of(items, wanted):
    """Return the list of all indexes at which the wanted item stands."""
    return [index for index, item in enumerate(items) if item == wanted]


assert positions_of([1, 2, 1], 1) == [0, 2]
assert positions_of(["a"], "b") == []
assert positions_of([5, 5], 5) == [0, 1]


def index_of_largest(numbers):
    """Return the index of the largest number of the list."""
    return numbers.index(max(numbers))


assert index_of_largest([3, 9, 2]) == 1
assert index_of_largest([8, 1]) == 0
assert index_of_largest([0, 1, 2]) == 2


def first_negative(numbers):
    """Return the first number less than zero, or None if there is none."""
    for n in numbers:
        if n < 0:
            return n
    return None


assert first_negative([3, -1, -7]) == -1
assert first_negative([-4]) == -4
assert first_negative([1, 2]) is None


def first_longer_than(words, length):
    """Return the first word that has more letters than the length, or an empty string if there is none."""
    for word in words:
        if len(word) > length:
            return word
    return ""


assert first_longer_than(["to", "banana", "kiwis"], 3) == "banana"
assert first_longer_than(["a", "bc"], 1) == "bc"
assert first_longer_than(["a"], 5) == ""


# family: counting
def count_zeros(numbers):
    """Return how many zeros the list holds."""
    return numbers.count(0)


assert count_zeros([0, 1, 0]) == 2
assert count_zeros([5]) == 0
assert count_zeros([0]) == 1


def count_evens(numbers):
    """Return how many even numbers the list holds."""
    return sum(1 for n in numbers if n % 2 == 0)


assert count_evens([1, 2, 4]) == 2
assert count_evens([1, 3]) == 0
assert count_evens([6]) == 1


def count_in_range(numbers, low, high):
    """Return how many numbers lie between low and high, both included."""
    return sum(1 for n in numbers if low <= n <= high)


assert count_in_range([1, 5, 10], 2, 10) == 2
assert count_in_range([1], 2, 3) == 0
assert count_in_range([4, 4, 4], 4, 4) == 3


def count_different(items):
    """Return how many different items the list holds."""
    return len(set(items))


assert count_different([1, 2, 1]) == 2
assert count_different(["a", "a"]) == 1
assert count_different([]) == 0


def count_none(items):
    """Return how many items of the list are None."""
    return sum(1 for item in items if item is None)


assert count_none([1, None, None]) == 2
assert count_none([0, ""]) == 0
assert count_none([None]) == 1


def count_true(flags):
    """Return how many values of the list are True."""
    return flags.count(True)


assert count_true([True, False, True]) == 2
assert count_true([False]) == 0
assert count_true([True]) == 1


def most_common_count(items):
    """Return how often the most frequent item of the list appears; 0 for an empty list."""
    return max((items.count(item) for item in items), default=0)


assert most_common_count([1, 2, 1, 1]) == 3
assert most_common_count(["a", "b"]) == 1
assert most_common_count([]) == 0
