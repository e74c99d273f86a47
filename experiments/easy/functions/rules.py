"""Functions that decide by rules and tables."""


# family: logic
def exactly_one(a, b):
    """Return True if exactly one of the two truth values is True."""
    return a != b


assert exactly_one(True, False) is True
assert exactly_one(True, True) is False
assert exactly_one(False, False) is False


def neither(a, b):
    """Return True if both truth values are False."""
    return not a and not b


assert neither(False, False) is True
assert neither(True, False) is False
assert neither(True, True) is False


def majority(a, b, c):
    """Return True if at least two of the three truth values are True."""
    return a + b + c >= 2


assert majority(True, True, False) is True
assert majority(True, False, False) is False
assert majority(True, True, True) is True


def implies(a, b):
    """Return False if a is True and b is False, else True."""
    return not a or b


assert implies(True, False) is False
assert implies(True, True) is True
assert implies(False, False) is True


def yes_or_no(flag):
    """Return "yes" for True and "no" for False."""
    return "yes" if flag else "no"


assert yes_or_no(True) == "yes"
assert yes_or_no(False) == "no"
assert yes_or_no(1 > 2) == "no"


def parse_flag(text):
    """Return True if the text is "yes", "true" or "1", in upper or lower case."""
    return text.lower() in ("yes", "true", "1")


assert parse_flag("Yes") is True
assert parse_flag("1") is True
assert parse_flag("no") is False


# family: classes by limits
def grade(points):
    """Return "A" from 90 points on, "B" from 80 on, "C" from 70 on, else "F"."""
    if points >= 90:
        return "A"
    if points >= 80:
        return "B"
    if points >= 70:
        return "C"
    return "F"


assert grade(95) == "A"
assert grade(80) == "B"
assert grade(75) == "C"
assert grade(10) == "F"


def age_group(age):
    """Return "child" below 13, "teen" below 20, else "adult"."""
    if age < 13:
        return "child"
    if age < 20:
        return "teen"
    return "adult"


assert age_group(5) == "child"
assert age_group(13) == "teen"
assert age_group(20) == "adult"


def size_name(number):
    """Return "small" below 10, "medium" below 100, else "large"."""
    if number < 10:
        return "small"
    return "medium" if number < 100 else "large"


assert size_name(3) == "small"
assert size_name(10) == "medium"
assert size_name(500) == "large"


def part_of_day(hour):
    """Return "morning" before 12, "afternoon" before 18, else "evening"."""
    if hour < 12:
        return "morning"
    if hour < 18:
        return "afternoon"
    return "evening"


assert part_of_day(8) == "morning"
assert part_of_day(12) == "afternoon"
assert part_of_day(21) == "evening"


def water_state(celsius):
    """Return "ice" at or below 0 degrees, "steam" at or above 100, else "water"."""
    if celsius <= 0:
        return "ice"
    if celsius >= 100:
        return "steam"
    return "water"


assert water_state(-5) == "ice"
assert water_state(20) == "water"
assert water_state(100) == "steam"


def battery_level(percent):
    """Return "low" below 20 percent, "full" at 100 percent, else "ok"."""
    if percent < 20:
        return "low"
    return "full" if percent == 100 else "ok"


assert battery_level(10) == "low"
assert battery_level(50) == "ok"
assert battery_level(100) == "full"


# family: lookup tables
def weekday_name(number):
    """Return the English name of the day with this number, where 1 is Monday."""
    names = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    return names[number - 1]


assert weekday_name(1) == "Monday"
assert weekday_name(3) == "Wednesday"
assert weekday_name(7) == "Sunday"


def days_in_month(month):
    """Return how many days the month with this number has in a year that is no leap year."""
    if month == 2:
        return 28
    return 30 if month in (4, 6, 9, 11) else 31


assert days_in_month(2) == 28
assert days_in_month(4) == 30
assert days_in_month(12) == 31


def season(month):
    """Return "winter" for the months 12, 1 and 2, then "spring", "summer" and "autumn" for three months each."""
    return ["winter", "spring", "summer", "autumn"][month % 12 // 3]


assert season(1) == "winter"
assert season(12) == "winter"
assert season(4) == "spring"
assert season(7) == "summer"
assert season(11) == "autumn"


def traffic_light_action(colour):
    """Return "stop" for red, "wait" for yellow and "go" for green."""
    return {"red": "stop", "yellow": "wait", "green": "go"}[colour]


assert traffic_light_action("red") == "stop"
assert traffic_light_action("yellow") == "wait"
assert traffic_light_action("green") == "go"


def roman_digit(letter):
    """Return the value of one of the Roman letters I, V, X, L and C."""
    return {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}[letter]


assert roman_digit("I") == 1
assert roman_digit("V") == 5
assert roman_digit("X") == 10
assert roman_digit("C") == 100


def number_word(number):
    """Return the English word for a number from 0 to 5."""
    return ["zero", "one", "two", "three", "four", "five"][number]


assert number_word(0) == "zero"
assert number_word(3) == "three"
assert number_word(5) == "five"


def opposite_direction(direction):
    """Return the opposite of "north", "south", "east" or "west"."""
    return {"north": "south", "south": "north", "east": "west", "west": "east"}[direction]


assert opposite_direction("north") == "south"
assert opposite_direction("south") == "north"
assert opposite_direction("west") == "east"


# family: games
def rock_paper_scissors(first, second):
    """Return 1 if the first player wins, 2 if the second one does, 0 if both chose the same."""
    beats = {"rock": "scissors", "paper": "rock", "scissors": "paper"}
    if first == second:
        return 0
    return 1 if beats[first] == second else 2


assert rock_paper_scissors("rock", "scissors") == 1
assert rock_paper_scissors("rock", "paper") == 2
assert rock_paper_scissors("paper", "paper") == 0


def is_double(dice):
    """Return True if both dice of a tuple show the same number."""
    return dice[0] == dice[1]


assert is_double((3, 3)) is True
assert is_double((3, 4)) is False
assert is_double((6, 6)) is True


def dice_score(dice):
    """Return the sum of the dice, or 0 if one of them shows a 1."""
    return 0 if 1 in dice else sum(dice)


assert dice_score([3, 4]) == 7
assert dice_score([1, 6]) == 0
assert dice_score([6, 6, 2]) == 14


def match_points(goals_for, goals_against):
    """Return 3 points for a win, 1 for a draw and 0 for a loss."""
    if goals_for > goals_against:
        return 3
    return 1 if goals_for == goals_against else 0


assert match_points(2, 1) == 3
assert match_points(1, 1) == 1
assert match_points(0, 4) == 0


def winner_name(scores):
    """Return the name with the highest score in a dictionary, or "nobody" if it is empty."""
    if not scores:
        return "nobody"
    return max(scores, key=scores.get)


assert winner_name({"ann": 3, "bob": 7}) == "bob"
assert winner_name({"x": 0}) == "x"
assert winner_name({}) == "nobody"


def lives_left(lives, hits):
    """Return the lives less the hits, but never less than 0."""
    return max(lives - hits, 0)


assert lives_left(3, 1) == 2
assert lives_left(3, 5) == 0
assert lives_left(1, 0) == 1


# family: rules of daily life
def can_vote(age, is_citizen):
    """Return True if the person is a citizen and at least 18 years old."""
    return is_citizen and age >= 18


assert can_vote(20, True) is True
assert can_vote(20, False) is False
assert can_vote(17, True) is False


def ticket_price(age):
    """Return 0 for children below 6, 5 for people below 18 and 10 for all others."""
    if age < 6:
        return 0
    return 5 if age < 18 else 10


assert ticket_price(3) == 0
assert ticket_price(6) == 5
assert ticket_price(18) == 10


def needs_umbrella(raining, windy):
    """Return True if it rains and there is no wind."""
    return raining and not windy


assert needs_umbrella(True, False) is True
assert needs_umbrella(True, True) is False
assert needs_umbrella(False, False) is False


def library_fine(days_late):
    """Return 0 for up to 7 days, else 2 for each day beyond the seventh."""
    return max(days_late - 7, 0) * 2


assert library_fine(5) == 0
assert library_fine(7) == 0
assert library_fine(10) == 6


def alarm_time(is_weekend, is_holiday):
    """Return "off" on holidays, "10:00" on weekends and "7:00" otherwise."""
    if is_holiday:
        return "off"
    return "10:00" if is_weekend else "7:00"


assert alarm_time(False, False) == "7:00"
assert alarm_time(True, False) == "10:00"
assert alarm_time(True, True) == "off"


def fizz(number):
    """Return "fizz" for multiples of 3, "buzz" for multiples of 5, else the number as text."""
    if number % 3 == 0:
        return "fizz"
    return "buzz" if number % 5 == 0 else str(number)


assert fizz(9) == "fizz"
assert fizz(10) == "buzz"
assert fizz(7) == "7"


# family: doing without errors
def safe_item(items, index):
    """Return the item at the index, or None if the list is too short."""
    if index < len(items):
        return items[index]
    return None


assert safe_item([1, 2], 1) == 2
assert safe_item(["a"], 0) == "a"
assert safe_item([1], 5) is None


def safe_remainder(a, b):
    """Return the remainder of a divided by b, or 0 if b is zero."""
    return a % b if b != 0 else 0


assert safe_remainder(7, 3) == 1
assert safe_remainder(8, 0) == 0
assert safe_remainder(9, 5) == 4


def parse_or_none(text):
    """Return the integer that the text stands for, or None if it is no integer."""
    try:
        return int(text)
    except ValueError:
        return None


assert parse_or_none("12") == 12
assert parse_or_none("-4") == -4
assert parse_or_none("x") is None


def first_not_none(values):
    """Return the first value of the list that is not None, or None if there is none."""
    for value in values:
        if value is not None:
            return value
    return None


assert first_not_none([None, 3, 4]) == 3
assert first_not_none([0]) == 0
assert first_not_none([None]) is None


def or_default(text, default):
    """Return the text, or the default if the text is empty."""
    return text or default


assert or_default("a", "b") == "a"
assert or_default("", "b") == "b"
assert or_default("", "") == ""


# family: kinds of values
def type_name(value):
    """Return "number" for an int or a float, "text" for a str, else "other"."""
    if isinstance(value, (int, float)):
        return "number"
    return "text" if isinstance(value, str) else "other"


assert type_name(3) == "number"
assert type_name("a") == "text"
assert type_name([1]) == "other"


def only_texts(values):
    """Return a list of the values that are texts."""
    return [value for value in values if isinstance(value, str)]


assert only_texts([1, "a", None, "b"]) == ["a", "b"]
assert only_texts([1, 2]) == []
assert only_texts(["x"]) == ["x"]


def only_numbers_sum(values):
    """Return the sum of the values that are of the type int; the others are left out."""
    return sum(value for value in values if isinstance(value, int))


assert only_numbers_sum([1, "a", 2]) == 3
assert only_numbers_sum(["x"]) == 0
assert only_numbers_sum([10]) == 10


def as_list(value):
    """Return the value if it is a list, else a list with the value as its only item."""
    return value if isinstance(value, list) else [value]


assert as_list(3) == [3]
assert as_list([1, 2]) == [1, 2]
assert as_list("ab") == ["ab"]


def length_or_one(value):
    """Return the length of a text or a list; 1 for all other values."""
    if isinstance(value, (str, list)):
        return len(value)
    return 1


assert length_or_one("abc") == 3
assert length_or_one([1, 2]) == 2
assert length_or_one(7) == 1
