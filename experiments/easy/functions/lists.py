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


# family: filtering a list
def only_odd(numbers):
    """Return a new list with only the odd numbers."""
    return [n for n in numbers if n % 2 == 1]


assert only_odd([1, 2, 3]) == [1, 3]
assert only_odd([2]) == []
assert only_odd([5, 5]) == [5, 5]


def above_limit(numbers, limit):
    """Return a list of the numbers that are greater than the limit."""
    return [n for n in numbers if n > limit]


assert above_limit([1, 5, 9], 4) == [5, 9]
assert above_limit([1], 1) == []
assert above_limit([3, 2], 0) == [3, 2]


def without_zeros(numbers):
    """Return a new list without the zeros."""
    return [n for n in numbers if n != 0]


assert without_zeros([0, 1, 0, 2]) == [1, 2]
assert without_zeros([0]) == []
assert without_zeros([3]) == [3]


def keep_multiples(numbers, divisor):
    """Return a list of the numbers that the divisor divides without a remainder."""
    return [n for n in numbers if n % divisor == 0]


assert keep_multiples([1, 3, 6, 8], 3) == [3, 6]
assert keep_multiples([5], 2) == []
assert keep_multiples([4, 8], 4) == [4, 8]


def two_digit_numbers(numbers):
    """Return a list of the numbers from 10 to 99."""
    return [n for n in numbers if 10 <= n <= 99]


assert two_digit_numbers([5, 10, 99, 100]) == [10, 99]
assert two_digit_numbers([1]) == []
assert two_digit_numbers([42]) == [42]


def smaller_than_first(numbers):
    """Return a list of the numbers that are less than the first number of the list."""
    return [n for n in numbers if n < numbers[0]]


assert smaller_than_first([5, 3, 8, 1]) == [3, 1]
assert smaller_than_first([1, 2]) == []
assert smaller_than_first([0, -1]) == [-1]


# family: changing each item
def add_one_to_each(numbers):
    """Return a new list in which each number is one larger."""
    return [n + 1 for n in numbers]


assert add_one_to_each([1, 2, 3]) == [2, 3, 4]
assert add_one_to_each([-1]) == [0]
assert add_one_to_each([]) == []


def squared(numbers):
    """Return a new list with the square of each number."""
    return [n**2 for n in numbers]


assert squared([1, 2, 3]) == [1, 4, 9]
assert squared([-4]) == [16]
assert squared([]) == []


def all_negated(numbers):
    """Return a new list with the opposite of each number."""
    return [-n for n in numbers]


assert all_negated([1, -2]) == [-1, 2]
assert all_negated([0]) == [0]
assert all_negated([]) == []


def scaled(numbers, factor):
    """Return a new list with each number multiplied by the factor."""
    return [n * factor for n in numbers]


assert scaled([1, 2], 10) == [10, 20]
assert scaled([3], 0) == [0]
assert scaled([], 5) == []


def absolute_values(numbers):
    """Return a new list with the absolute value of each number."""
    return [abs(n) for n in numbers]


assert absolute_values([-1, 2, -3]) == [1, 2, 3]
assert absolute_values([0]) == [0]
assert absolute_values([]) == []


def negatives_to_zero(numbers):
    """Return a new list in which each negative number is replaced by 0."""
    return [max(n, 0) for n in numbers]


assert negatives_to_zero([1, -2, 3]) == [1, 0, 3]
assert negatives_to_zero([-5, -6]) == [0, 0]
assert negatives_to_zero([]) == []


def texts_to_numbers(texts):
    """Return the list of the integers that the texts stand for."""
    return [int(text) for text in texts]


assert texts_to_numbers(["1", "20"]) == [1, 20]
assert texts_to_numbers(["-3"]) == [-3]
assert texts_to_numbers([]) == []


# family: filtering a list
def long_words(words, length):
    """Return a list of the words that have more letters than the length."""
    return [word for word in words if len(word) > length]


assert long_words(["to", "tree", "house"], 3) == ["tree", "house"]
assert long_words(["a"], 1) == []
assert long_words(["ab"], 1) == ["ab"]


def words_starting_with(words, letter):
    """Return a list of the words that begin with the letter."""
    return [word for word in words if word.startswith(letter)]


assert words_starting_with(["ant", "bee", "ape"], "a") == ["ant", "ape"]
assert words_starting_with(["bee"], "x") == []
assert words_starting_with(["x"], "x") == ["x"]


def words_containing(words, part):
    """Return a list of the words in which the part appears."""
    return [word for word in words if part in word]


assert words_containing(["cart", "dog", "art"], "art") == ["cart", "art"]
assert words_containing(["dog"], "z") == []
assert words_containing(["dog"], "o") == ["dog"]


def without_empty(texts):
    """Return a list of the texts that are not empty."""
    return [text for text in texts if text]


assert without_empty(["a", "", "b"]) == ["a", "b"]
assert without_empty([""]) == []
assert without_empty(["x"]) == ["x"]


def words_ending_in_s(words):
    """Return a list of the words that end with the letter s."""
    return [word for word in words if word.endswith("s")]


assert words_ending_in_s(["cats", "dog", "bus"]) == ["cats", "bus"]
assert words_ending_in_s(["dog"]) == []
assert words_ending_in_s(["s"]) == ["s"]


def capitalised_only(words):
    """Return a list of the words whose first letter is a capital letter."""
    return [word for word in words if word[0].isupper()]


assert capitalised_only(["Anna", "dog", "Bob"]) == ["Anna", "Bob"]
assert capitalised_only(["dog"]) == []
assert capitalised_only(["X"]) == ["X"]


# family: changing each item
def all_upper(words):
    """Return a new list with each word in upper case."""
    return [word.upper() for word in words]


assert all_upper(["a", "Bc"]) == ["A", "BC"]
assert all_upper(["X"]) == ["X"]
assert all_upper([]) == []


def first_letters(words):
    """Return a list with the first letter of each word."""
    return [word[0] for word in words]


assert first_letters(["ant", "bee"]) == ["a", "b"]
assert first_letters(["x"]) == ["x"]
assert first_letters([]) == []


def all_stripped(texts):
    """Return a new list with each text without white space at its ends."""
    return [text.strip() for text in texts]


assert all_stripped([" a", "b "]) == ["a", "b"]
assert all_stripped(["c d "]) == ["c d"]
assert all_stripped([]) == []


def with_prefix(words, prefix):
    """Return a new list with the prefix in front of each word."""
    return [prefix + word for word in words]


assert with_prefix(["do", "tie"], "un") == ["undo", "untie"]
assert with_prefix(["a"], "") == ["a"]
assert with_prefix([], "x") == []


def each_reversed(words):
    """Return a new list with the letters of each word from right to left."""
    return [word[::-1] for word in words]


assert each_reversed(["abc", "de"]) == ["cba", "ed"]
assert each_reversed(["x"]) == ["x"]
assert each_reversed([]) == []


def lengths_of(words):
    """Return a list with the number of letters of each word of the list."""
    return [len(word) for word in words]


assert lengths_of(["a", "tree"]) == [1, 4]
assert lengths_of([""]) == [0]
assert lengths_of([]) == []


# family: slices
def first_items(items, count):
    """Return a list of the first count items."""
    return items[:count]


assert first_items([1, 2, 3], 2) == [1, 2]
assert first_items(["a"], 3) == ["a"]
assert first_items([1, 2], 0) == []


def last_items(items, count):
    """Return a list of the last count items; count is at least 1."""
    return items[-count:]


assert last_items([1, 2, 3], 2) == [2, 3]
assert last_items(["a"], 1) == ["a"]
assert last_items([1, 2], 5) == [1, 2]


def without_ends(items):
    """Return a list without the first and the last item."""
    return items[1:-1]


assert without_ends([1, 2, 3, 4]) == [2, 3]
assert without_ends(["a", "b"]) == []
assert without_ends([1, 9, 1]) == [9]


def first_half(items):
    """Return the first half of a list of even length."""
    return items[: len(items) // 2]


assert first_half([1, 2, 3, 4]) == [1, 2]
assert first_half(["a", "b"]) == ["a"]
assert first_half([]) == []


def split_at(items, index):
    """Return a tuple of two lists: the items before the index and the rest."""
    return items[:index], items[index:]


assert split_at([1, 2, 3], 1) == ([1], [2, 3])
assert split_at([1, 2], 0) == ([], [1, 2])
assert split_at(["a"], 1) == (["a"], [])


def every_third(items):
    """Return a list of the items at the indexes 0, 3, 6 and so on."""
    return items[::3]


assert every_third([1, 2, 3, 4, 5]) == [1, 4]
assert every_third(["a"]) == ["a"]
assert every_third([]) == []


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
