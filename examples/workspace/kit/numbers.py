"""Helpers for numbers."""


def clamp(value, low, high):
    """Return the value, but not less than low and not more than high."""
    return max(low, min(value, high))


def celsius_to_fahrenheit(celsius):
    """Convert a temperature from degrees Celsius to degrees Fahrenheit."""
    return celsius * 9 / 5 + 32


def is_between(value, low, high):
    """Return True if the value lies between low and high, both included."""
    return low <= value <= high


def average(numbers):
    """Return the mean of the numbers, or 0 if there are none."""
    if not numbers:
        return 0
    return sum(numbers) / len(numbers)


def percent_of(part, whole):
    """Return which percentage of the whole the part is."""
    return part / whole * 100


def is_multiple(number, of):
    """Return True if the number can be divided by the other one without a remainder."""
    return number % of == 0


def countdown(start):
    """Return the list of the numbers from start down to 1."""
    return list(range(start, 0, -1))


def sign(number):
    """Return 1 for a positive number, -1 for a negative one and 0 for zero."""
    if number > 0:
        return 1
    if number < 0:
        return -1
    return 0


def safe_divide(a, b):
    """Return a divided by b, or None if b is zero."""
    if b == 0:
        return None
    return a / b


def sum_to(n):
    """Return the sum of all whole numbers from 1 to n."""
    return n * (n + 1) // 2


def digits_of(number):
    """Return the digits of a positive whole number as a list of numbers."""
    return [int(digit) for digit in str(number)]


def distance(a, b):
    """Return how far apart two numbers are on the number line."""
    return abs(a - b)


def next_even(number):
    """Return the smallest even number that is greater than the given one."""
    number += 1
    while number % 2 != 0:
        number += 1
    return number


def larger_by_size(a, b):
    """Return the number that is farther from zero; the first one if both are equally far."""
    return a if abs(a) >= abs(b) else b


def powers_of_two(count):
    """Return the first count powers of two, beginning with 1."""
    return [2**exponent for exponent in range(count)]


def half_steps(low, high):
    """Return the numbers from low to high, both included, in steps of one half."""
    steps = []
    while low <= high:
        steps.append(low)
        low += 0.5
    return steps
