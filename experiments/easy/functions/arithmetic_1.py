"""Functions of one or a few numbers."""


# family: arithmetic of a few numbers
def triple(number):
    """Return the number times three."""
    return number * 3


assert triple(4) == 12
assert triple(0) == 0
assert triple(-2) == -6


def average_of_two(a, b):
    """Return the mean of two numbers."""
    return (a + b) / 2


assert average_of_two(2, 4) == 3
assert average_of_two(1, 2) == 1.5
assert average_of_two(-3, 3) == 0


def product_of_three(a, b, c):
    """Return the product of three numbers."""
    return a * b * c


assert product_of_three(2, 3, 4) == 24
assert product_of_three(1, 1, 5) == 5
assert product_of_three(7, 0, 9) == 0


def sum_of_squares(a, b):
    """Return the square of a plus the square of b."""
    return a**2 + b**2


assert sum_of_squares(3, 4) == 25
assert sum_of_squares(1, 0) == 1
assert sum_of_squares(-2, 2) == 8


def square_plus_one(number):
    """Return one more than the square of the number."""
    return number * number + 1


assert square_plus_one(3) == 10
assert square_plus_one(0) == 1
assert square_plus_one(-5) == 26


def half_of_sum_of_three(a, b, c):
    """Return half of the sum of three numbers."""
    return (a + b + c) / 2


assert half_of_sum_of_three(1, 2, 3) == 3
assert half_of_sum_of_three(4, 4, 4) == 6
assert half_of_sum_of_three(1, 0, 0) == 0.5


# family: parity and divisibility
def is_odd(number):
    """Return True if the whole number is odd."""
    return number % 2 == 1


assert is_odd(3) is True
assert is_odd(8) is False
assert is_odd(0) is False


def both_even(a, b):
    """Return True if both whole numbers are even."""
    return a % 2 == 0 and b % 2 == 0


assert both_even(2, 4) is True
assert both_even(2, 5) is False
assert both_even(7, 9) is False


def divisible_by_three(number):
    """Return True if the number can be divided by three without a remainder."""
    return number % 3 == 0


assert divisible_by_three(9) is True
assert divisible_by_three(10) is False
assert divisible_by_three(0) is True


def ends_in_zero(number):
    """Return True if the last digit of the whole number is 0."""
    return number % 10 == 0


assert ends_in_zero(120) is True
assert ends_in_zero(101) is False
assert ends_in_zero(7) is False


def same_parity(a, b):
    """Return True if both numbers are even or both numbers are odd."""
    return a % 2 == b % 2


assert same_parity(2, 8) is True
assert same_parity(3, 5) is True
assert same_parity(3, 4) is False


def even_or_odd(number):
    """Return the text "even" for an even number and "odd" for an odd one."""
    return "even" if number % 2 == 0 else "odd"


assert even_or_odd(10) == "even"
assert even_or_odd(7) == "odd"
assert even_or_odd(0) == "even"


# family: rounding
def round_to_ten(number):
    """Return the largest multiple of ten that is not greater than the number."""
    return number // 10 * 10


assert round_to_ten(47) == 40
assert round_to_ten(50) == 50
assert round_to_ten(9) == 0


def half_rounded_down(number):
    """Return half of the whole number, rounded down."""
    return number // 2


assert half_rounded_down(9) == 4
assert half_rounded_down(8) == 4
assert half_rounded_down(1) == 0


def half_rounded_up(number):
    """Return half of the whole number, rounded up."""
    return (number + 1) // 2


assert half_rounded_up(9) == 5
assert half_rounded_up(8) == 4
assert half_rounded_up(0) == 0


def whole_part(number):
    """Return the number without its decimal places, as an integer."""
    return int(number)


assert whole_part(3.7) == 3
assert whole_part(12.0) == 12
assert whole_part(-1.5) == -1


def two_decimals(number):
    """Return the number rounded to two decimal places."""
    return round(number, 2)


assert two_decimals(3.14159) == 3.14
assert two_decimals(2.5) == 2.5
assert two_decimals(0.126) == 0.13


def boxes_needed(items, per_box):
    """Return how many boxes are needed to hold all items when each box holds per_box of them."""
    return (items + per_box - 1) // per_box


assert boxes_needed(10, 5) == 2
assert boxes_needed(11, 5) == 3
assert boxes_needed(0, 4) == 0


# family: choosing among numbers
def larger_of_two(a, b):
    """Return the larger of two numbers."""
    return a if a > b else b


assert larger_of_two(3, 8) == 8
assert larger_of_two(9, 2) == 9
assert larger_of_two(-1, -4) == -1


def smallest_of_three(a, b, c):
    """Return the smallest of three numbers."""
    return min(a, b, c)


assert smallest_of_three(3, 1, 2) == 1
assert smallest_of_three(5, 6, 7) == 5
assert smallest_of_three(0, 4, -4) == -4


def middle_of_three(a, b, c):
    """Return the number that is neither the smallest nor the largest of the three."""
    return sorted([a, b, c])[1]


assert middle_of_three(3, 1, 2) == 2
assert middle_of_three(10, 30, 20) == 20
assert middle_of_three(5, 9, 1) == 5


def sum_of_two_largest(a, b, c):
    """Return the sum of the two largest of three numbers."""
    return a + b + c - min(a, b, c)


assert sum_of_two_largest(1, 2, 3) == 5
assert sum_of_two_largest(9, 1, 4) == 13
assert sum_of_two_largest(0, 0, 7) == 7


def closer_to_ten(a, b):
    """Return the number that is closer to ten; the first one if both are equally close."""
    return a if abs(a - 10) <= abs(b - 10) else b


assert closer_to_ten(8, 15) == 8
assert closer_to_ten(1, 12) == 12
assert closer_to_ten(9, 11) == 9


def in_ascending_order(a, b, c):
    """Return True if a is less than b and b is less than c."""
    return a < b < c


assert in_ascending_order(1, 2, 3) is True
assert in_ascending_order(1, 3, 2) is False
assert in_ascending_order(2, 2, 5) is False


# family: digits of a number
def digit_sum(number):
    """Return the sum of the digits of a positive whole number."""
    return sum(int(digit) for digit in str(number))


assert digit_sum(123) == 6
assert digit_sum(50) == 5
assert digit_sum(9) == 9


def number_of_digits(number):
    """Return how many digits a positive whole number has."""
    return len(str(number))


assert number_of_digits(7) == 1
assert number_of_digits(1234) == 4
assert number_of_digits(100) == 3


def last_digit(number):
    """Return the last digit of a positive whole number."""
    return number % 10


assert last_digit(123) == 3
assert last_digit(40) == 0
assert last_digit(8) == 8


def first_digit(number):
    """Return the first digit of a positive whole number, as a number."""
    return int(str(number)[0])


assert first_digit(725) == 7
assert first_digit(19) == 1
assert first_digit(4) == 4


def reversed_number(number):
    """Return the number whose digits are those of the given one from right to left."""
    return int(str(number)[::-1])


assert reversed_number(123) == 321
assert reversed_number(90) == 9
assert reversed_number(5) == 5


def has_digit(number, digit):
    """Return True if the digit appears in the whole number."""
    return str(digit) in str(number)


assert has_digit(1234, 3) is True
assert has_digit(1234, 7) is False
assert has_digit(70, 0) is True


def largest_digit(number):
    """Return the largest digit of a positive whole number, as a number."""
    return max(int(digit) for digit in str(number))


assert largest_digit(1729) == 9
assert largest_digit(301) == 3
assert largest_digit(4) == 4


# family: recursion on a number
def factorial(n):
    """Return the product of all whole numbers from 1 to n; 1 for n = 0."""
    if n == 0:
        return 1
    return n * factorial(n - 1)


assert factorial(5) == 120
assert factorial(0) == 1
assert factorial(3) == 6


def double_factorial(n):
    """Return n * (n - 2) * (n - 4) and so on, down to 1 or 2."""
    if n <= 1:
        return 1
    return n * double_factorial(n - 2)


assert double_factorial(5) == 15
assert double_factorial(6) == 48
assert double_factorial(1) == 1


def power(base, exponent):
    """Return the base multiplied with itself exponent times; 1 for exponent 0."""
    if exponent == 0:
        return 1
    return base * power(base, exponent - 1)


assert power(2, 5) == 32
assert power(7, 0) == 1
assert power(3, 2) == 9


def sum_of_cubes_to(n):
    """Return 1**3 + 2**3 + ... + n**3."""
    return sum(number**3 for number in range(1, n + 1))


assert sum_of_cubes_to(3) == 36
assert sum_of_cubes_to(1) == 1
assert sum_of_cubes_to(0) == 0


def sum_of_odds_to(n):
    """Return the sum of all odd numbers from 1 to n."""
    return sum(range(1, n + 1, 2))


assert sum_of_odds_to(5) == 9
assert sum_of_odds_to(6) == 9
assert sum_of_odds_to(1) == 1
