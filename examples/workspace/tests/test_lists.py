from kit import lists


def test_last_item():
    assert lists.last_item([1, 2, 3]) == 3
    assert lists.last_item(["only"]) == "only"
    assert lists.last_item([]) is None


def test_first_and_last():
    assert lists.first_and_last([1, 2, 3]) == (1, 3)
    assert lists.first_and_last(["x"]) == ("x", "x")


def test_sum_of_evens():
    assert lists.sum_of_evens([1, 2, 3, 4]) == 6
    assert lists.sum_of_evens([1, 3]) == 0
    assert lists.sum_of_evens([-2, 10]) == 8


def test_drop_negatives():
    assert lists.drop_negatives([3, -1, 0, -7, 5]) == [3, 0, 5]
    assert lists.drop_negatives([-1]) == []


def test_doubled():
    assert lists.doubled([1, 2, 5]) == [2, 4, 10]
    assert lists.doubled([]) == []


def test_unique():
    assert lists.unique([3, 1, 3, 2, 1]) == [3, 1, 2]
    assert lists.unique(["a", "a"]) == ["a"]
    assert lists.unique([]) == []


def test_neighbours():
    assert lists.neighbours([1, 2, 3]) == [(1, 2), (2, 3)]
    assert lists.neighbours(["a"]) == []


def test_every_other():
    assert lists.every_other([1, 2, 3, 4]) == [1, 3]
    assert lists.every_other([7]) == [7]


def test_move_first_to_end():
    assert lists.move_first_to_end([1, 2, 3]) == [2, 3, 1]
    assert lists.move_first_to_end(["a"]) == ["a"]
    assert lists.move_first_to_end([]) == []


def test_chunks():
    assert lists.chunks([1, 2, 3, 4, 5], 2) == [[1, 2], [3, 4], [5]]
    assert lists.chunks([1, 2], 5) == [[1, 2]]
    assert lists.chunks([], 3) == []


def test_running_total():
    assert lists.running_total([1, 2, 3]) == [1, 3, 6]
    assert lists.running_total([5, -5, 2]) == [5, 0, 2]
    assert lists.running_total([]) == []


def test_position_of_smallest():
    assert lists.position_of_smallest([4, 2, 9]) == 1
    assert lists.position_of_smallest([7, 7]) == 0


def test_all_positive():
    assert lists.all_positive([1, 2, 3]) is True
    assert lists.all_positive([1, 0]) is False
    assert lists.all_positive([-4]) is False


def test_count_above():
    assert lists.count_above([1, 5, 10], 4) == 2
    assert lists.count_above([1, 2], 2) == 0


def test_middle_item():
    assert lists.middle_item([1, 2, 3]) == 2
    assert lists.middle_item(["a", "b", "c", "d", "e"]) == "c"


def test_spread():
    assert lists.spread([3, 10, 6]) == 7
    assert lists.spread([4, 4]) == 0
    assert lists.spread([-2, 2]) == 4


def test_group_by_length():
    assert lists.group_by_length(["a", "bb", "c"]) == {1: ["a", "c"], 2: ["bb"]}
    assert lists.group_by_length([]) == {}


def test_common_items():
    assert lists.common_items([1, 2, 3], [3, 1]) == [1, 3]
    assert lists.common_items(["a"], ["b"]) == []
