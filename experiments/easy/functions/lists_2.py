"""Functions of lists."""


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
