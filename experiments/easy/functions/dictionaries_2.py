"""Functions of dictionaries, sets and tuples."""


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
