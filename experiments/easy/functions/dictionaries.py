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


# family: lists of records
def names_of(people):
    """Return a list of the "name" of each dictionary in the list."""
    return [person["name"] for person in people]


assert names_of([{"name": "Ann"}, {"name": "Bob"}]) == ["Ann", "Bob"]
assert names_of([{"name": "X", "age": 1}]) == ["X"]
assert names_of([]) == []


def adults(people):
    """Return the names of the people whose "age" is 18 or more."""
    return [person["name"] for person in people if person["age"] >= 18]


assert adults([{"name": "Ann", "age": 20}, {"name": "Bob", "age": 5}]) == ["Ann"]
assert adults([{"name": "C", "age": 18}]) == ["C"]
assert adults([]) == []


def total_price(orders):
    """Return the sum of the "price" of all dictionaries in the list."""
    return sum(order["price"] for order in orders)


assert total_price([{"price": 3}, {"price": 4}]) == 7
assert total_price([{"price": 10, "name": "x"}]) == 10
assert total_price([]) == 0


def oldest_person(people):
    """Return the "name" of the person with the largest "age"."""
    return max(people, key=lambda person: person["age"])["name"]


assert oldest_person([{"name": "Ann", "age": 20}, {"name": "Bob", "age": 5}]) == "Ann"
assert oldest_person([{"name": "A", "age": 1}, {"name": "B", "age": 2}]) == "B"
assert oldest_person([{"name": "X", "age": 0}]) == "X"


def find_by_id(records, wanted):
    """Return the first dictionary whose "id" is the wanted one, or None if there is none."""
    for record in records:
        if record["id"] == wanted:
            return record
    return None


assert find_by_id([{"id": 1}, {"id": 2}], 2) == {"id": 2}
assert find_by_id([{"id": 7, "x": 0}], 7) == {"id": 7, "x": 0}
assert find_by_id([{"id": 1}], 3) is None


def count_done(todos):
    """Return how many dictionaries of the list have True as "done"."""
    return sum(1 for todo in todos if todo["done"])


assert count_done([{"done": True}, {"done": False}]) == 1
assert count_done([{"done": False}]) == 0
assert count_done([{"done": True}, {"done": True}]) == 2


# family: grouping
def by_first_letter(words):
    """Return a dictionary from each first letter to the list of the words that begin with it."""
    groups = {}
    for word in words:
        groups.setdefault(word[0], []).append(word)
    return groups


assert by_first_letter(["ant", "bee", "ape"]) == {"a": ["ant", "ape"], "b": ["bee"]}
assert by_first_letter(["x"]) == {"x": ["x"]}
assert by_first_letter([]) == {}


def split_by_sign(numbers):
    """Return a tuple of two lists: the negative numbers and the others."""
    return [n for n in numbers if n < 0], [n for n in numbers if n >= 0]


assert split_by_sign([1, -2, 0]) == ([-2], [1, 0])
assert split_by_sign([-1]) == ([-1], [])
assert split_by_sign([]) == ([], [])


def evens_and_odds(numbers):
    """Return a dictionary with the keys "even" and "odd" and the lists of those numbers."""
    return {
        "even": [n for n in numbers if n % 2 == 0],
        "odd": [n for n in numbers if n % 2 != 0],
    }


assert evens_and_odds([1, 2, 3]) == {"even": [2], "odd": [1, 3]}
assert evens_and_odds([4]) == {"even": [4], "odd": []}
assert evens_and_odds([]) == {"even": [], "odd": []}


def sum_by_key(pairs):
    """Return a dictionary from each key to the sum of its numbers; pairs are tuples of key and number."""
    sums = {}
    for key, number in pairs:
        sums[key] = sums.get(key, 0) + number
    return sums


assert sum_by_key([("a", 1), ("b", 2), ("a", 3)]) == {"a": 4, "b": 2}
assert sum_by_key([("x", 0)]) == {"x": 0}
assert sum_by_key([]) == {}


def in_pairs(items):
    """Return a list of tuples of the first and second item, the third and fourth one and so on."""
    return list(zip(items[::2], items[1::2]))


assert in_pairs([1, 2, 3, 4]) == [(1, 2), (3, 4)]
assert in_pairs(["a", "b"]) == [("a", "b")]
assert in_pairs([]) == []


# family: stock
def add_stock(stock, name, amount):
    """Return a new dictionary in which the amount is added to the entry of the name."""
    return {**stock, name: stock.get(name, 0) + amount}


assert add_stock({"tea": 1}, "tea", 4) == {"tea": 5}
assert add_stock({}, "milk", 2) == {"milk": 2}
assert add_stock({"a": 1}, "b", 1) == {"a": 1, "b": 1}


def is_in_stock(stock, name):
    """Return True if the dictionary has more than 0 of the name."""
    return stock.get(name, 0) > 0


assert is_in_stock({"tea": 3}, "tea") is True
assert is_in_stock({"tea": 0}, "tea") is False
assert is_in_stock({}, "tea") is False


def sold_out(stock):
    """Return a sorted list of the names of which there are 0."""
    return sorted(name for name, amount in stock.items() if amount == 0)


assert sold_out({"tea": 0, "milk": 2, "egg": 0}) == ["egg", "tea"]
assert sold_out({"tea": 1}) == []
assert sold_out({"x": 0}) == ["x"]


def can_deliver(stock, order):
    """Return True if there is enough of everything in the order; both map names to amounts."""
    return all(stock.get(name, 0) >= amount for name, amount in order.items())


assert can_deliver({"tea": 3}, {"tea": 2}) is True
assert can_deliver({"tea": 1}, {"tea": 2}) is False
assert can_deliver({}, {"milk": 1}) is False


def rename_entry(stock, old, new):
    """Return a new dictionary in which the key old is called new."""
    return {new if name == old else name: amount for name, amount in stock.items()}


assert rename_entry({"tea": 1, "egg": 2}, "tea", "chai") == {"chai": 1, "egg": 2}
assert rename_entry({"a": 1}, "x", "y") == {"a": 1}
assert rename_entry({}, "a", "b") == {}


# family: sets
def count_common(first, second):
    """Return how many different items are in both lists."""
    return len(set(first) & set(second))


assert count_common([1, 2, 3], [2, 3, 4]) == 2
assert count_common([1], [2]) == 0
assert count_common([1, 1], [1]) == 1


def sorted_union(first, second):
    """Return a sorted list of the different items of both lists."""
    return sorted(set(first) | set(second))


assert sorted_union([3, 1], [2, 1]) == [1, 2, 3]
assert sorted_union([], [5]) == [5]
assert sorted_union([], []) == []


def only_in_first(first, second):
    """Return a list of the items of the first list that are not in the second one."""
    return [item for item in first if item not in second]


assert only_in_first([1, 2, 3], [2]) == [1, 3]
assert only_in_first(["a"], ["a"]) == []
assert only_in_first([5], []) == [5]


def in_exactly_one(first, second):
    """Return a sorted list of the items that are in one of the lists but not in both."""
    return sorted(set(first) ^ set(second))


assert in_exactly_one([1, 2], [2, 3]) == [1, 3]
assert in_exactly_one([1], [1]) == []
assert in_exactly_one([], ["a"]) == ["a"]


def letters_in_both(first, second):
    """Return the different letters that both words have, in alphabetical order, as text."""
    return "".join(sorted(set(first) & set(second)))


assert letters_in_both("cat", "tack") == "act"
assert letters_in_both("dog", "cat") == ""
assert letters_in_both("aab", "ba") == "ab"


def is_subset(small, large):
    """Return True if every item of the first list is also in the second one."""
    return set(small) <= set(large)


assert is_subset([1, 2], [1, 2, 3]) is True
assert is_subset([1, 5], [1, 2]) is False
assert is_subset([], [1]) is True


def share_nothing(first, second):
    """Return True if no item is in both lists."""
    return not set(first) & set(second)


assert share_nothing([1, 2], [3]) is True
assert share_nothing([1, 2], [2]) is False
assert share_nothing([], []) is True


# family: tuples
def swapped(pair):
    """Return a tuple with the two items of the pair exchanged."""
    return pair[1], pair[0]


assert swapped((1, 2)) == (2, 1)
assert swapped(("a", "b")) == ("b", "a")
assert swapped((0, 0)) == (0, 0)


def sum_of_pairs(pairs):
    """Return a list of the sums of the two numbers of each tuple."""
    return [a + b for a, b in pairs]


assert sum_of_pairs([(1, 2), (3, 4)]) == [3, 7]
assert sum_of_pairs([(0, 0)]) == [0]
assert sum_of_pairs([]) == []


def sorted_by_second(pairs):
    """Return a list of the tuples, sorted by their second items."""
    return sorted(pairs, key=lambda pair: pair[1])


assert sorted_by_second([("a", 3), ("b", 1)]) == [("b", 1), ("a", 3)]
assert sorted_by_second([("x", 0)]) == [("x", 0)]
assert sorted_by_second([]) == []


def second_items(pairs):
    """Return a list of the second items of the tuples."""
    return [pair[1] for pair in pairs]


assert second_items([(1, "a"), (2, "b")]) == ["a", "b"]
assert second_items([(0, 0)]) == [0]
assert second_items([]) == []


def best_student(results):
    """Return the name in the tuple of name and points that has the most points."""
    return max(results, key=lambda result: result[1])[0]


assert best_student([("ann", 3), ("bob", 9)]) == "bob"
assert best_student([("x", 0)]) == "x"
assert best_student([("p", 5), ("q", 1)]) == "p"


def with_first_replaced(values, new):
    """Return a tuple like the given one but with the first item replaced by the new one."""
    return (new,) + values[1:]


assert with_first_replaced((1, 2, 3), 9) == (9, 2, 3)
assert with_first_replaced(("a",), "b") == ("b",)
assert with_first_replaced((0, 5), 1) == (1, 5)


# family: intervals
def interval_length(interval):
    """Return the end minus the start of an interval, a tuple of start and end."""
    return interval[1] - interval[0]


assert interval_length((2, 5)) == 3
assert interval_length((0, 0)) == 0
assert interval_length((-1, 1)) == 2


def intervals_overlap(first, second):
    """Return True if two intervals, tuples of start and end, have at least one point in common."""
    return first[0] <= second[1] and second[0] <= first[1]


assert intervals_overlap((1, 5), (4, 8)) is True
assert intervals_overlap((1, 2), (3, 4)) is False
assert intervals_overlap((3, 4), (1, 2)) is False


def interval_contains(interval, number):
    """Return True if the number lies in the interval, a tuple of start and end that belong to it."""
    start, end = interval
    return start <= number <= end


assert interval_contains((1, 5), 3) is True
assert interval_contains((1, 5), 5) is True
assert interval_contains((1, 5), 6) is False


def covering_interval(first, second):
    """Return the smallest interval (start, end) that contains both intervals."""
    return min(first[0], second[0]), max(first[1], second[1])


assert covering_interval((1, 3), (2, 8)) == (1, 8)
assert covering_interval((5, 6), (0, 1)) == (0, 6)
assert covering_interval((2, 2), (2, 2)) == (2, 2)


def shifted_interval(interval, amount):
    """Return the interval (start, end) with the amount added to both ends."""
    return interval[0] + amount, interval[1] + amount


assert shifted_interval((1, 3), 2) == (3, 5)
assert shifted_interval((0, 1), -1) == (-1, 0)
assert shifted_interval((4, 4), 0) == (4, 4)
