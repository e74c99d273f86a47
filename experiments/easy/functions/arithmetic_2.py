"""Functions of one or a few numbers."""


# family: divisors
def divisors_of(number):
    """Return a list of all whole numbers that divide the number, from small to large."""
    return [d for d in range(1, number + 1) if number % d == 0]


assert divisors_of(6) == [1, 2, 3, 6]
assert divisors_of(7) == [1, 7]
assert divisors_of(1) == [1]


def count_divisors(number):
    """Return how many whole numbers from 1 to the number divide it."""
    return sum(1 for d in range(1, number + 1) if number % d == 0)


assert count_divisors(6) == 4
assert count_divisors(7) == 2
assert count_divisors(1) == 1


def is_prime_number(number):
    """Return True if the number is greater than 1 and only 1 and itself divide it."""
    if number < 2:
        return False
    return all(number % d != 0 for d in range(2, number))


assert is_prime_number(7) is True
assert is_prime_number(9) is False
assert is_prime_number(1) is False
assert is_prime_number(2) is True


def greatest_common_divisor(a, b):
    """Return the largest whole number that divides both a and b."""
    while b:
        a, b = b, a % b
    return a


assert greatest_common_divisor(12, 18) == 6
assert greatest_common_divisor(7, 5) == 1
assert greatest_common_divisor(10, 5) == 5


def smallest_factor(number):
    """Return the smallest whole number greater than 1 that divides the number."""
    factor = 2
    while number % factor != 0:
        factor += 1
    return factor


assert smallest_factor(15) == 3
assert smallest_factor(8) == 2
assert smallest_factor(7) == 7


def is_perfect(number):
    """Return True if the divisors of the number that are less than it add up to it."""
    return sum(d for d in range(1, number) if number % d == 0) == number


assert is_perfect(6) is True
assert is_perfect(28) is True
assert is_perfect(12) is False


# family: signs and limits
def negated(number):
    """Return the number with the opposite sign."""
    return -number


assert negated(5) == -5
assert negated(-3) == 3
assert negated(0) == 0


def at_least_zero(number):
    """Return the number, or 0 if it is negative."""
    return max(number, 0)


assert at_least_zero(5) == 5
assert at_least_zero(-5) == 0
assert at_least_zero(0) == 0


def cap_at_hundred(number):
    """Return the number, or 100 if it is greater than 100."""
    return min(number, 100)


assert cap_at_hundred(42) == 42
assert cap_at_hundred(150) == 100
assert cap_at_hundred(100) == 100


def opposite_signs(a, b):
    """Return True if one number is positive and the other one is negative."""
    return a * b < 0


assert opposite_signs(3, -4) is True
assert opposite_signs(3, 4) is False
assert opposite_signs(-3, -4) is False
assert opposite_signs(0, -1) is False


def outside(value, low, high):
    """Return True if the value is less than low or greater than high."""
    return value < low or value > high


assert outside(5, 1, 10) is False
assert outside(0, 1, 10) is True
assert outside(11, 1, 10) is True
assert outside(10, 1, 10) is False


def sign_name(number):
    """Return the text "positive", "negative" or "zero"."""
    if number > 0:
        return "positive"
    if number < 0:
        return "negative"
    return "zero"


assert sign_name(4) == "positive"
assert sign_name(-2) == "negative"
assert sign_name(0) == "zero"


# family: binary numbers
def to_binary(number):
    """Return the binary digits of a whole number as text, without a prefix."""
    return bin(number)[2:]


assert to_binary(5) == "101"
assert to_binary(8) == "1000"
assert to_binary(0) == "0"


def from_binary(text):
    """Return the number that the text of binary digits stands for."""
    return int(text, 2)


assert from_binary("101") == 5
assert from_binary("0") == 0
assert from_binary("1111") == 15


def count_one_bits(number):
    """Return how many ones the binary digits of the number have."""
    return bin(number).count("1")


assert count_one_bits(7) == 3
assert count_one_bits(8) == 1
assert count_one_bits(0) == 0


def is_power_of_two(number):
    """Return True if the positive number is 1, 2, 4, 8, 16 and so on."""
    return number & (number - 1) == 0


assert is_power_of_two(16) is True
assert is_power_of_two(1) is True
assert is_power_of_two(12) is False


def to_hex(number):
    """Return the whole number in hexadecimal digits as text, in lower case and without a prefix."""
    return format(number, "x")


assert to_hex(255) == "ff"
assert to_hex(16) == "10"
assert to_hex(9) == "9"


# family: repeating a step
def halvings_to_one(number):
    """Return how often a number must be halved (rounded down) until it is 1."""
    count = 0
    while number > 1:
        number //= 2
        count += 1
    return count


assert halvings_to_one(8) == 3
assert halvings_to_one(9) == 3
assert halvings_to_one(1) == 0


def doublings_to_reach(start, goal):
    """Return how often the start must be doubled until it is at least the goal."""
    count = 0
    while start < goal:
        start *= 2
        count += 1
    return count


assert doublings_to_reach(1, 8) == 3
assert doublings_to_reach(5, 5) == 0
assert doublings_to_reach(3, 10) == 2


def collatz_steps(number):
    """Return how many steps lead to 1 when even numbers are halved and odd ones become 3 * n + 1."""
    steps = 0
    while number != 1:
        number = number // 2 if number % 2 == 0 else 3 * number + 1
        steps += 1
    return steps


assert collatz_steps(1) == 0
assert collatz_steps(8) == 3
assert collatz_steps(3) == 7


def years_to_save(per_year, goal):
    """Return after how many years of saving per_year the savings reach the goal."""
    years = 0
    saved = 0
    while saved < goal:
        saved += per_year
        years += 1
    return years


assert years_to_save(100, 250) == 3
assert years_to_save(50, 100) == 2
assert years_to_save(10, 0) == 0


def subtract_until_below(number, step, limit):
    """Subtract the step from the number until it is less than the limit, and return it."""
    while number >= limit:
        number -= step
    return number


assert subtract_until_below(10, 3, 5) == 4
assert subtract_until_below(2, 1, 5) == 2
assert subtract_until_below(7, 7, 1) == 0


# family: ranges of numbers
def fibonacci(n):
    """Return the n-th Fibonacci number, where fibonacci(0) is 0 and fibonacci(1) is 1."""
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a


assert fibonacci(0) == 0
assert fibonacci(1) == 1
assert fibonacci(7) == 13


def fibonacci_list(count):
    """Return a list with the first count Fibonacci numbers, beginning with 0 and 1."""
    numbers = []
    a, b = 0, 1
    for _ in range(count):
        numbers.append(a)
        a, b = b, a + b
    return numbers


assert fibonacci_list(6) == [0, 1, 1, 2, 3, 5]
assert fibonacci_list(1) == [0]
assert fibonacci_list(0) == []


def triangle_numbers(count):
    """Return the first count triangle numbers: 1, 3, 6, 10 and so on."""
    return [n * (n + 1) // 2 for n in range(1, count + 1)]


assert triangle_numbers(4) == [1, 3, 6, 10]
assert triangle_numbers(1) == [1]
assert triangle_numbers(0) == []


def geometric(start, factor, count):
    """Return a list of count numbers; the first one is start, each other one is factor times the one before it."""
    return [start * factor**n for n in range(count)]


assert geometric(1, 2, 4) == [1, 2, 4, 8]
assert geometric(5, 3, 2) == [5, 15]
assert geometric(2, 9, 0) == []


def arithmetic(start, step, count):
    """Return a list of count numbers; the first one is start, each other one is step more than the one before it."""
    return [start + step * n for n in range(count)]


assert arithmetic(1, 2, 4) == [1, 3, 5, 7]
assert arithmetic(10, -5, 3) == [10, 5, 0]
assert arithmetic(2, 9, 0) == []


# family: ranges of numbers
def odd_numbers_below(limit):
    """Return the list of the odd numbers from 1 that are less than the limit."""
    return list(range(1, limit, 2))


assert odd_numbers_below(6) == [1, 3, 5]
assert odd_numbers_below(5) == [1, 3]
assert odd_numbers_below(1) == []


def first_multiples(number, count):
    """Return the list of the first count multiples of the number, beginning with the number."""
    return [number * n for n in range(1, count + 1)]


assert first_multiples(3, 4) == [3, 6, 9, 12]
assert first_multiples(5, 1) == [5]
assert first_multiples(2, 0) == []


def squares_to(n):
    """Return the list of the squares of the numbers from 1 to n."""
    return [number**2 for number in range(1, n + 1)]


assert squares_to(4) == [1, 4, 9, 16]
assert squares_to(1) == [1]
assert squares_to(0) == []


def numbers_between(low, high):
    """Return the list of the whole numbers that are greater than low and less than high."""
    return list(range(low + 1, high))


assert numbers_between(2, 6) == [3, 4, 5]
assert numbers_between(0, 2) == [1]
assert numbers_between(4, 5) == []


def even_numbers_to(n):
    """Return the list of the even numbers from 2 to n, n included."""
    return list(range(2, n + 1, 2))


assert even_numbers_to(6) == [2, 4, 6]
assert even_numbers_to(7) == [2, 4, 6]
assert even_numbers_to(1) == []


def count_up_and_down(n):
    """Return the list of the numbers from 1 up to n and down to 1 again."""
    return list(range(1, n + 1)) + list(range(n - 1, 0, -1))


assert count_up_and_down(3) == [1, 2, 3, 2, 1]
assert count_up_and_down(1) == [1]
assert count_up_and_down(2) == [1, 2, 1]


# family: numbers as text
def with_sign(number):
    """Return the number as text, with a "+" in front if it is positive."""
    return f"+{number}" if number > 0 else str(number)


assert with_sign(5) == "+5"
assert with_sign(-5) == "-5"
assert with_sign(0) == "0"


def three_digits(number):
    """Return the number as text with zeros in front so that it has three digits."""
    return str(number).zfill(3)


assert three_digits(7) == "007"
assert three_digits(42) == "042"
assert three_digits(123) == "123"


def with_commas(number):
    """Return the whole number as text with a comma before each group of three digits."""
    return f"{number:,}"


assert with_commas(1234567) == "1,234,567"
assert with_commas(999) == "999"
assert with_commas(1000) == "1,000"


def percent_text(share):
    """Return a share between 0 and 1 as text in whole percent, such as "25%"."""
    return f"{round(share * 100)}%"


assert percent_text(0.25) == "25%"
assert percent_text(1) == "100%"
assert percent_text(0) == "0%"


def ordinal(number):
    """Return "1st", "2nd" and "3rd" for 1, 2 and 3, and the number followed by "th" for others."""
    endings = {1: "st", 2: "nd", 3: "rd"}
    return str(number) + endings.get(number, "th")


assert ordinal(1) == "1st"
assert ordinal(3) == "3rd"
assert ordinal(7) == "7th"


def price_text(amount):
    """Return the amount as text with a dollar sign and two decimal places."""
    return f"${amount:.2f}"


assert price_text(3) == "$3.00"
assert price_text(12.5) == "$12.50"
assert price_text(0.999) == "$1.00"
