"""Functions of dictionaries, sets and tuples."""


# family: looking up in dictionaries
def value_or_zero(counts, key):
    """Return the value of the key in the dictionary, or 0 if it is not there."""
    return counts.get(key, 0)


assert value_or_zero({"a": 3}, "a") == 3
assert value_or_zero({"a": 3}, "b") == 0
assert value_or_zero({}, "x") == 0


def sorted_keys(table):
    """Return a sorted list of the keys of the dictionary."""
    return sorted(table)


assert sorted_keys({"b": 1, "a": 2}) == ["a", "b"]
assert sorted_keys({"x": 0}) == ["x"]
assert sorted_keys({}) == []


def has_value(table, value):
    """Return True if the value is one of the dictionary's values."""
    return value in table.values()


assert has_value({"a": 1}, 1) is True
assert has_value({"a": 1}, 2) is False
assert has_value({"a": 1}, "a") is False


def key_of_value(table, value):
    """Return the first key that has this value, or None if there is none."""
    for key, other in table.items():
        if other == value:
            return key
    return None


assert key_of_value({"a": 1, "b": 2}, 2) == "b"
assert key_of_value({"a": 1}, 1) == "a"
assert key_of_value({"a": 1}, 5) is None


def missing_keys(table, keys):
    """Return a list of the keys that are not in the dictionary."""
    return [key for key in keys if key not in table]


assert missing_keys({"a": 1}, ["a", "b"]) == ["b"]
assert missing_keys({"a": 1}, ["a"]) == []
assert missing_keys({}, ["x"]) == ["x"]


def translate_words(words, dictionary):
    """Return a list of the words, each replaced by its entry in the dictionary if it has one."""
    return [dictionary.get(word, word) for word in words]


assert translate_words(["hi", "you"], {"hi": "hallo"}) == ["hallo", "you"]
assert translate_words(["a"], {}) == ["a"]
assert translate_words([], {"a": "b"}) == []


# family: counting into dictionaries
def letter_counts(word):
    """Return a dictionary from each letter of the word to how often it appears."""
    counts = {}
    for letter in word:
        counts[letter] = counts.get(letter, 0) + 1
    return counts


assert letter_counts("aab") == {"a": 2, "b": 1}
assert letter_counts("x") == {"x": 1}
assert letter_counts("") == {}


def word_counts(text):
    """Return a dictionary from each word of the text to how often it appears."""
    counts = {}
    for word in text.split():
        counts[word] = counts.get(word, 0) + 1
    return counts


assert word_counts("a b a") == {"a": 2, "b": 1}
assert word_counts("hi") == {"hi": 1}
assert word_counts("") == {}


def count_by_parity(numbers):
    """Return a dictionary with the keys "even" and "odd" and how many numbers of each kind there are."""
    evens = sum(1 for n in numbers if n % 2 == 0)
    return {"even": evens, "odd": len(numbers) - evens}


assert count_by_parity([1, 2, 3]) == {"even": 1, "odd": 2}
assert count_by_parity([4]) == {"even": 1, "odd": 0}
assert count_by_parity([]) == {"even": 0, "odd": 0}


def vote_winner(votes):
    """Return the name that appears most often in the list of votes."""
    return max(set(votes), key=votes.count)


assert vote_winner(["ann", "bob", "ann"]) == "ann"
assert vote_winner(["x"]) == "x"
assert vote_winner(["a", "b", "b"]) == "b"


def items_seen_once(items):
    """Return a list of the items that appear exactly once in the list."""
    return [item for item in items if items.count(item) == 1]


assert items_seen_once([1, 2, 1, 3]) == [2, 3]
assert items_seen_once(["a", "a"]) == []
assert items_seen_once([5]) == [5]


# family: changing dictionaries
def inverted(table):
    """Return a new dictionary with keys and values exchanged."""
    return {value: key for key, value in table.items()}


assert inverted({"a": 1, "b": 2}) == {1: "a", 2: "b"}
assert inverted({"x": "y"}) == {"y": "x"}
assert inverted({}) == {}


def values_doubled(table):
    """Return a new dictionary with each value times two."""
    return {key: value * 2 for key, value in table.items()}


assert values_doubled({"a": 1, "b": 5}) == {"a": 2, "b": 10}
assert values_doubled({"x": 0}) == {"x": 0}
assert values_doubled({}) == {}


def keep_large_values(table, limit):
    """Return a new dictionary with only the entries whose value is greater than the limit."""
    return {key: value for key, value in table.items() if value > limit}


assert keep_large_values({"a": 1, "b": 5}, 2) == {"b": 5}
assert keep_large_values({"a": 1}, 1) == {}
assert keep_large_values({"x": 9}, 0) == {"x": 9}


def without_key(table, key):
    """Return a new dictionary without the key."""
    return {other: value for other, value in table.items() if other != key}


assert without_key({"a": 1, "b": 2}, "a") == {"b": 2}
assert without_key({"a": 1}, "x") == {"a": 1}
assert without_key({"a": 1}, "a") == {}


def upper_case_keys(table):
    """Return a new dictionary with all keys in upper case."""
    return {key.upper(): value for key, value in table.items()}


assert upper_case_keys({"a": 1, "Bc": 2}) == {"A": 1, "BC": 2}
assert upper_case_keys({"X": 0}) == {"X": 0}
assert upper_case_keys({}) == {}


def without_none_values(table):
    """Return a new dictionary without the entries whose value is None."""
    return {key: value for key, value in table.items() if value is not None}


assert without_none_values({"a": 1, "b": None}) == {"a": 1}
assert without_none_values({"x": None}) == {}
assert without_none_values({"z": 0}) == {"z": 0}


# family: summing up dictionaries
def total_of_values(table):
    """Return the sum of the values of the dictionary."""
    return sum(table.values())


assert total_of_values({"a": 1, "b": 5}) == 6
assert total_of_values({"x": -2}) == -2
assert total_of_values({}) == 0


def key_with_largest_value(table):
    """Return the key with the largest value."""
    return max(table, key=table.get)


assert key_with_largest_value({"a": 1, "b": 5}) == "b"
assert key_with_largest_value({"x": 0}) == "x"
assert key_with_largest_value({"p": 9, "q": 3}) == "p"


def average_value(table):
    """Return the mean of the values of the dictionary."""
    return sum(table.values()) / len(table)


assert average_value({"a": 1, "b": 3}) == 2
assert average_value({"x": 7}) == 7
assert average_value({"x": 1, "y": 2}) == 1.5


def keys_above(table, limit):
    """Return a sorted list of the keys whose value is greater than the limit."""
    return sorted(key for key, value in table.items() if value > limit)


assert keys_above({"b": 5, "a": 9, "c": 1}, 4) == ["a", "b"]
assert keys_above({"a": 1}, 1) == []
assert keys_above({"x": 3}, 2) == ["x"]


def all_values_positive(table):
    """Return True if every value of the dictionary is greater than zero."""
    return all(value > 0 for value in table.values())


assert all_values_positive({"a": 1, "b": 2}) is True
assert all_values_positive({"a": 0}) is False
assert all_values_positive({}) is True


def basket_price(basket, prices):
    """Return the sum of each count in the basket times the price of that thing."""
    return sum(count * prices[name] for name, count in basket.items())


assert basket_price({"tea": 2}, {"tea": 3, "milk": 1}) == 6
assert basket_price({"tea": 1, "milk": 4}, {"tea": 3, "milk": 1}) == 7
assert basket_price({}, {"tea": 3}) == 0


# family: merging dictionaries
def merged(first, second):
    """Return a new dictionary with the entries of both; the second one wins where both have a key."""
    return {**first, **second}


assert merged({"a": 1}, {"b": 2}) == {"a": 1, "b": 2}
assert merged({"a": 1}, {"a": 5}) == {"a": 5}
assert merged({}, {}) == {}


def added_counts(first, second):
    """Return a new dictionary in which the values of equal keys are added."""
    result = dict(first)
    for key, value in second.items():
        result[key] = result.get(key, 0) + value
    return result


assert added_counts({"a": 1}, {"a": 2, "b": 3}) == {"a": 3, "b": 3}
assert added_counts({}, {"x": 1}) == {"x": 1}
assert added_counts({"y": 5}, {}) == {"y": 5}


def shared_keys(first, second):
    """Return a sorted list of the keys that both dictionaries have."""
    return sorted(set(first) & set(second))


assert shared_keys({"a": 1, "b": 2}, {"b": 3}) == ["b"]
assert shared_keys({"a": 1}, {"c": 1}) == []
assert shared_keys({"y": 0, "x": 0}, {"x": 1, "y": 1}) == ["x", "y"]


def changed_keys(old, new):
    """Return a sorted list of the keys of both dictionaries whose values differ."""
    return sorted(key for key in old if key in new and old[key] != new[key])


assert changed_keys({"a": 1, "b": 2}, {"a": 1, "b": 3}) == ["b"]
assert changed_keys({"a": 1}, {"a": 1}) == []
assert changed_keys({"x": 1}, {"x": 2}) == ["x"]


def with_defaults(options, defaults):
    """Return the defaults, overridden by the options that are not None."""
    result = dict(defaults)
    for key, value in options.items():
        if value is not None:
            result[key] = value
    return result


assert with_defaults({"a": 5}, {"a": 1, "b": 2}) == {"a": 5, "b": 2}
assert with_defaults({"a": None}, {"a": 1}) == {"a": 1}
assert with_defaults({}, {}) == {}


# family: dictionaries from lists
def dictionary_of(keys, values):
    """Return a dictionary from each key to the value at the same index."""
    return dict(zip(keys, values))


assert dictionary_of(["a", "b"], [1, 2]) == {"a": 1, "b": 2}
assert dictionary_of(["x"], [0]) == {"x": 0}
assert dictionary_of([], []) == {}


def word_to_length(words):
    """Return a dictionary from each word to its length."""
    return {word: len(word) for word in words}


assert word_to_length(["a", "tree"]) == {"a": 1, "tree": 4}
assert word_to_length([""]) == {"": 0}
assert word_to_length([]) == {}


def number_to_square(n):
    """Return a dictionary from each number from 1 to n to its square."""
    return {number: number**2 for number in range(1, n + 1)}


assert number_to_square(3) == {1: 1, 2: 4, 3: 9}
assert number_to_square(1) == {1: 1}
assert number_to_square(0) == {}


def index_by_item(items):
    """Return a dictionary from each item to its index in the list."""
    return {item: index for index, item in enumerate(items)}


assert index_by_item(["a", "b"]) == {"a": 0, "b": 1}
assert index_by_item(["x"]) == {"x": 0}
assert index_by_item([]) == {}


def all_set_to(keys, value):
    """Return a dictionary in which each key has the same value."""
    return {key: value for key in keys}


assert all_set_to(["a", "b"], 0) == {"a": 0, "b": 0}
assert all_set_to(["x"], "y") == {"x": "y"}
assert all_set_to([], 1) == {}
