"""Functions of lists."""


# family: nested lists
def flattened(lists):
    """Return one list with the items of all lists."""
    return [item for inner in lists for item in inner]


assert flattened([[1, 2], [3]]) == [1, 2, 3]
assert flattened([[], ["a"]]) == ["a"]
assert flattened([]) == []


def total_of_lists(lists):
    """Return the sum of all numbers in a list of lists."""
    return sum(sum(inner) for inner in lists)


assert total_of_lists([[1, 2], [3]]) == 6
assert total_of_lists([[], [-4]]) == -4
assert total_of_lists([]) == 0


def longest_list(lists):
    """Return the list with the most items."""
    return max(lists, key=len)


assert longest_list([[1], [2, 3], []]) == [2, 3]
assert longest_list([["a"]]) == ["a"]
assert longest_list([[], [0]]) == [0]


def first_of_each(lists):
    """Return a list with the first item of each list."""
    return [inner[0] for inner in lists]


assert first_of_each([[1, 2], [3]]) == [1, 3]
assert first_of_each([["a", "b"]]) == ["a"]
assert first_of_each([]) == []


def largest_of_each(lists):
    """Return a list with the largest number of each list of numbers."""
    return [max(inner) for inner in lists]


assert largest_of_each([[1, 2], [7, 3]]) == [2, 7]
assert largest_of_each([[5]]) == [5]
assert largest_of_each([]) == []


def without_empty_lists(lists):
    """Return the lists that hold at least one item."""
    return [inner for inner in lists if len(inner) > 0]


assert without_empty_lists([[1], [], [2]]) == [[1], [2]]
assert without_empty_lists([[]]) == []
assert without_empty_lists([["a"]]) == [["a"]]


# family: sorting
def descending(numbers):
    """Return a new list of the numbers from large to small."""
    return sorted(numbers, reverse=True)


assert descending([1, 3, 2]) == [3, 2, 1]
assert descending([5]) == [5]
assert descending([]) == []


def sorted_by_length(words):
    """Return a new list of the words from short to long."""
    return sorted(words, key=len)


assert sorted_by_length(["ccc", "a", "bb"]) == ["a", "bb", "ccc"]
assert sorted_by_length(["x"]) == ["x"]
assert sorted_by_length([]) == []


def sorted_by_last_letter(words):
    """Return a new list of the words in the order of their last letters."""
    return sorted(words, key=lambda word: word[-1])


assert sorted_by_last_letter(["ab", "za", "cc"]) == ["za", "ab", "cc"]
assert sorted_by_last_letter(["x"]) == ["x"]
assert sorted_by_last_letter([]) == []


def top_three(numbers):
    """Return the three largest numbers, from large to small."""
    return sorted(numbers, reverse=True)[:3]


assert top_three([4, 1, 9, 7]) == [9, 7, 4]
assert top_three([2, 3]) == [3, 2]
assert top_three([]) == []


def sorted_ignoring_case(words):
    """Return a new list of the words in alphabetical order, upper and lower case being the same."""
    return sorted(words, key=str.lower)


assert sorted_ignoring_case(["b", "A", "c"]) == ["A", "b", "c"]
assert sorted_ignoring_case(["Z", "a"]) == ["a", "Z"]
assert sorted_ignoring_case([]) == []


def sorted_by_distance(numbers, centre):
    """Return a new list of the numbers, the one closest to the centre first."""
    return sorted(numbers, key=lambda n: abs(n - centre))


assert sorted_by_distance([1, 5, 9], 8) == [9, 5, 1]
assert sorted_by_distance([3], 0) == [3]
assert sorted_by_distance([10, 2], 0) == [2, 10]


# family: neighbours
def differences(numbers):
    """Return a list of the differences between each number and the one before it."""
    return [b - a for a, b in zip(numbers, numbers[1:])]


assert differences([1, 4, 9]) == [3, 5]
assert differences([5, 2]) == [-3]
assert differences([7]) == []


def largest_step(numbers):
    """Return the largest difference between a number and the one before it."""
    return max(b - a for a, b in zip(numbers, numbers[1:]))


assert largest_step([1, 4, 9]) == 5
assert largest_step([0, 10]) == 10
assert largest_step([5, 6, 6]) == 1


def count_rises(numbers):
    """Return how often a number of the list is greater than the one before it."""
    return sum(1 for a, b in zip(numbers, numbers[1:]) if b > a)


assert count_rises([1, 2, 1, 5]) == 2
assert count_rises([3, 2, 1]) == 0
assert count_rises([0, 1]) == 1


def has_equal_neighbours(items):
    """Return True if two equal items stand next to each other."""
    return any(a == b for a, b in zip(items, items[1:]))


assert has_equal_neighbours([1, 2, 2]) is True
assert has_equal_neighbours([1, 2, 1]) is False
assert has_equal_neighbours([]) is False


def without_repeats(items):
    """Return a new list in which equal items that follow each other are kept only once."""
    kept = []
    for item in items:
        if not kept or kept[-1] != item:
            kept.append(item)
    return kept


assert without_repeats([1, 1, 2, 1]) == [1, 2, 1]
assert without_repeats(["a", "a"]) == ["a"]
assert without_repeats([]) == []


# family: statistics
def mean_of(numbers):
    """Return the sum of the numbers divided by how many they are."""
    return sum(numbers) / len(numbers)


assert mean_of([1, 2, 3]) == 2
assert mean_of([1, 2]) == 1.5
assert mean_of([7]) == 7


def median_of_odd(numbers):
    """Return the middle number of a list of odd length after sorting it."""
    return sorted(numbers)[len(numbers) // 2]


assert median_of_odd([9, 1, 5]) == 5
assert median_of_odd([3]) == 3
assert median_of_odd([2, 2, 8, 1, 9]) == 2


def most_common(items):
    """Return the item that appears most often in the list."""
    return max(items, key=items.count)


assert most_common([1, 2, 2]) == 2
assert most_common(["a"]) == "a"
assert most_common([3, 1, 3, 1, 3]) == 3


def count_above_average(numbers):
    """Return how many numbers are greater than the mean of all numbers."""
    mean = sum(numbers) / len(numbers)
    return sum(1 for n in numbers if n > mean)


assert count_above_average([1, 2, 9]) == 1
assert count_above_average([5, 5]) == 0
assert count_above_average([0, 10, 10]) == 2


def mean_without_extremes(numbers):
    """Return the mean of the numbers without the smallest and the largest one."""
    kept = sorted(numbers)[1:-1]
    return sum(kept) / len(kept)


assert mean_without_extremes([1, 5, 100]) == 5
assert mean_without_extremes([4, 2, 6, 0]) == 3
assert mean_without_extremes([1, 1, 1]) == 1


def weighted_mean(values, weights):
    """Return the sum of each value times its weight, divided by the sum of the weights."""
    return sum(v * w for v, w in zip(values, weights)) / sum(weights)


assert weighted_mean([1, 3], [1, 1]) == 2
assert weighted_mean([10, 0], [3, 1]) == 7.5
assert weighted_mean([4], [9]) == 4


# family: running values
def running_maximum(numbers):
    """Return a list with the largest number so far at each index."""
    result = []
    for n in numbers:
        result.append(n if not result else max(n, result[-1]))
    return result


assert running_maximum([1, 3, 2, 5]) == [1, 3, 3, 5]
assert running_maximum([4]) == [4]
assert running_maximum([]) == []


def running_product(numbers):
    """Return a list in which each number is the product of all numbers up to there."""
    result = []
    product = 1
    for n in numbers:
        product *= n
        result.append(product)
    return result


assert running_product([1, 2, 3, 4]) == [1, 2, 6, 24]
assert running_product([5]) == [5]
assert running_product([]) == []


def balance_after(start, changes):
    """Return the start plus all changes, but stop at the first change that makes it negative and return -1."""
    for change in changes:
        start += change
        if start < 0:
            return -1
    return start


assert balance_after(10, [-5, 3]) == 8
assert balance_after(1, [-2, 100]) == -1
assert balance_after(0, []) == 0


def first_index_reaching(numbers, goal):
    """Return the index at which the sum of the numbers up to there is at least the goal, or -1."""
    total = 0
    for index, n in enumerate(numbers):
        total += n
        if total >= goal:
            return index
    return -1


assert first_index_reaching([1, 2, 3], 3) == 1
assert first_index_reaching([5], 1) == 0
assert first_index_reaching([1, 1], 10) == -1


def longest_streak(flags):
    """Return how many True values stand in a row at most."""
    best = 0
    current = 0
    for flag in flags:
        current = current + 1 if flag else 0
        best = max(best, current)
    return best


assert longest_streak([True, True, False, True]) == 2
assert longest_streak([False]) == 0
assert longest_streak([True]) == 1


# family: tables of numbers
def transposed(table):
    """Return the table, a list of rows, with its rows and columns exchanged."""
    return [list(row) for row in zip(*table)]


assert transposed([[1, 2], [3, 4]]) == [[1, 3], [2, 4]]
assert transposed([[1, 2, 3]]) == [[1], [2], [3]]
assert transposed([[5]]) == [[5]]


def diagonal(table):
    """Return a list with the first item of the first row, the second one of the second row and so on."""
    return [table[index][index] for index in range(len(table))]


assert diagonal([[1, 2], [3, 4]]) == [1, 4]
assert diagonal([[7]]) == [7]
assert diagonal([]) == []


def largest_in_table(table):
    """Return the largest number in a list of rows."""
    return max(max(row) for row in table)


assert largest_in_table([[1, 9], [3, 4]]) == 9
assert largest_in_table([[-5]]) == -5
assert largest_in_table([[1], [2], [3]]) == 3


def column_sums(table):
    """Return a list with the sum of each column of a list of rows."""
    return [sum(column) for column in zip(*table)]


assert column_sums([[1, 2], [3, 4]]) == [4, 6]
assert column_sums([[5, 6]]) == [5, 6]
assert column_sums([[1], [1], [1]]) == [3]


def multiplication_row(number, length):
    """Return the row of the multiplication table for the number: 1, 2, 3 and so on times the number."""
    return [number * factor for factor in range(1, length + 1)]


assert multiplication_row(4, 3) == [4, 8, 12]
assert multiplication_row(7, 1) == [7]
assert multiplication_row(0, 2) == [0, 0]


def is_square_table(table):
    """Return True if every row has as many items as there are rows."""
    return all(len(row) == len(table) for row in table)


assert is_square_table([[1, 2], [3, 4]]) is True
assert is_square_table([[1, 2]]) is False
assert is_square_table([[1]]) is True


# family: recursion on lists
def recursive_length(items):
    """Return the number of items of the list: 0 for an empty list, else one more than for its rest."""
    if not items:
        return 0
    return 1 + recursive_length(items[1:])


assert recursive_length([1, 2, 3]) == 3
assert recursive_length(["a"]) == 1
assert recursive_length([]) == 0


def nested_sum(items):
    """Return the sum of all numbers in a list that may hold further lists."""
    total = 0
    for item in items:
        total += nested_sum(item) if isinstance(item, list) else item
    return total


assert nested_sum([1, [2, [3]]]) == 6
assert nested_sum([[], 5]) == 5
assert nested_sum([]) == 0


def nesting_depth(items):
    """Return how deep lists are nested in the list: 1 for a list without lists."""
    depths = [nesting_depth(item) for item in items if isinstance(item, list)]
    return 1 + max(depths, default=0)


assert nesting_depth([1, 2]) == 1
assert nesting_depth([1, [2, [3]]]) == 3
assert nesting_depth([[]]) == 2


def count_leaves(items):
    """Return how many items that are no lists are in a list that may hold further lists."""
    return sum(count_leaves(item) if isinstance(item, list) else 1 for item in items)


assert count_leaves([1, [2, 3]]) == 3
assert count_leaves([[], []]) == 0
assert count_leaves(["a"]) == 1
