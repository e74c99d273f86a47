"""Functions that convert, measure and price."""


# family: units of length
def kilometres_to_metres(kilometres):
    """Convert kilometres to metres."""
    return kilometres * 1000


assert kilometres_to_metres(2) == 2000
assert kilometres_to_metres(0.5) == 500
assert kilometres_to_metres(0) == 0


def centimetres_to_metres(centimetres):
    """Convert centimetres to metres."""
    return centimetres / 100


assert centimetres_to_metres(250) == 2.5
assert centimetres_to_metres(100) == 1
assert centimetres_to_metres(0) == 0


def inches_to_centimetres(inches):
    """Convert inches to centimetres; an inch has 2.54 centimetres."""
    return inches * 2.54


assert inches_to_centimetres(1) == 2.54
assert inches_to_centimetres(100) == 254
assert inches_to_centimetres(0) == 0


def feet_to_inches(feet, inches):
    """Return the length of so many feet and inches in inches; a foot has 12 inches."""
    return feet * 12 + inches


assert feet_to_inches(5, 10) == 70
assert feet_to_inches(0, 3) == 3
assert feet_to_inches(2, 0) == 24


def miles_to_kilometres(miles):
    """Convert miles to kilometres; a mile has 1.6 kilometres."""
    return miles * 1.6


assert miles_to_kilometres(10) == 16
assert miles_to_kilometres(5) == 8
assert miles_to_kilometres(0) == 0


# family: units of time
def hours_to_seconds(hours):
    """Convert hours to seconds."""
    return hours * 3600


assert hours_to_seconds(1) == 3600
assert hours_to_seconds(2) == 7200
assert hours_to_seconds(0.5) == 1800


def weeks_to_days(weeks):
    """Return how many days so many weeks have."""
    return weeks * 7


assert weeks_to_days(2) == 14
assert weeks_to_days(1) == 7
assert weeks_to_days(0) == 0


def whole_hours(minutes):
    """Return how many whole hours are in so many minutes."""
    return minutes // 60


assert whole_hours(130) == 2
assert whole_hours(60) == 1
assert whole_hours(59) == 0


def minutes_and_seconds(seconds):
    """Return a tuple of the whole minutes and the remaining seconds."""
    return seconds // 60, seconds % 60


assert minutes_and_seconds(130) == (2, 10)
assert minutes_and_seconds(59) == (0, 59)
assert minutes_and_seconds(120) == (2, 0)


def duration_text(minutes):
    """Return minutes as text like "2h 5m"."""
    return f"{minutes // 60}h {minutes % 60}m"


assert duration_text(125) == "2h 5m"
assert duration_text(60) == "1h 0m"
assert duration_text(7) == "0h 7m"


def twelve_hour(hour):
    """Return the hour of a 24-hour clock (0 to 23) as the hour of a 12-hour clock (1 to 12)."""
    return (hour - 1) % 12 + 1


assert twelve_hour(15) == 3
assert twelve_hour(0) == 12
assert twelve_hour(12) == 12
assert twelve_hour(9) == 9


# family: weight, temperature, speed
def kilograms_to_grams(kilograms):
    """Convert kilograms to grams."""
    return kilograms * 1000


assert kilograms_to_grams(3) == 3000
assert kilograms_to_grams(0.25) == 250
assert kilograms_to_grams(0) == 0


def fahrenheit_to_celsius(fahrenheit):
    """Convert a temperature from degrees Fahrenheit to degrees Celsius."""
    return (fahrenheit - 32) * 5 / 9


assert fahrenheit_to_celsius(212) == 100
assert fahrenheit_to_celsius(32) == 0
assert fahrenheit_to_celsius(-40) == -40


def celsius_to_kelvin(celsius):
    """Convert degrees Celsius to kelvins by adding 273.15."""
    return celsius + 273.15


assert celsius_to_kelvin(0) == 273.15
assert celsius_to_kelvin(-273.15) == 0
assert celsius_to_kelvin(100) == 373.15


def speed(distance, hours):
    """Return the distance divided by the hours, or 0 if no time has passed."""
    if hours == 0:
        return 0
    return distance / hours


assert speed(100, 2) == 50
assert speed(30, 4) == 7.5
assert speed(10, 0) == 0


def body_mass_index(kilograms, metres):
    """Return the weight divided by the square of the height."""
    return kilograms / metres**2


assert body_mass_index(80, 2) == 20
assert body_mass_index(50, 1) == 50
assert body_mass_index(9, 1.5) == 4


# family: areas and volumes
def rectangle_area(width, height):
    """Return the area of a rectangle."""
    return width * height


assert rectangle_area(3, 4) == 12
assert rectangle_area(5, 5) == 25
assert rectangle_area(2, 0) == 0


def rectangle_perimeter(width, height):
    """Return the length of the outline of a rectangle."""
    return 2 * (width + height)


assert rectangle_perimeter(3, 4) == 14
assert rectangle_perimeter(5, 5) == 20
assert rectangle_perimeter(1, 0) == 2


def triangle_area(base, height):
    """Return the area of a triangle with this base and height."""
    return base * height / 2


assert triangle_area(4, 3) == 6
assert triangle_area(5, 5) == 12.5
assert triangle_area(0, 9) == 0


def box_volume(width, height, depth):
    """Return the volume of a box."""
    return width * height * depth


assert box_volume(2, 3, 4) == 24
assert box_volume(1, 1, 1) == 1
assert box_volume(5, 0, 2) == 0


def cube_surface(side):
    """Return the area of all six faces of a cube together."""
    return 6 * side**2


assert cube_surface(1) == 6
assert cube_surface(3) == 54
assert cube_surface(0) == 0


def is_valid_triangle(a, b, c):
    """Return True if each side is shorter than the other two sides together."""
    return a < b + c and b < a + c and c < a + b


assert is_valid_triangle(3, 4, 5) is True
assert is_valid_triangle(1, 1, 3) is False
assert is_valid_triangle(9, 2, 3) is False


def triangle_kind(a, b, c):
    """Return "equilateral" if all sides are equal, "isosceles" if two are equal, else "scalene"."""
    different = len({a, b, c})
    if different == 1:
        return "equilateral"
    return "isosceles" if different == 2 else "scalene"


assert triangle_kind(3, 3, 3) == "equilateral"
assert triangle_kind(3, 4, 3) == "isosceles"
assert triangle_kind(3, 4, 5) == "scalene"


# family: points in the plane
def city_block_distance(first, second):
    """Return the distance of two points (x, y) when one can only walk along the axes."""
    return abs(first[0] - second[0]) + abs(first[1] - second[1])


assert city_block_distance((0, 0), (3, 4)) == 7
assert city_block_distance((1, 1), (1, 1)) == 0
assert city_block_distance((5, 2), (3, 6)) == 6


def midpoint(first, second):
    """Return the point (x, y) halfway between two points."""
    return (first[0] + second[0]) / 2, (first[1] + second[1]) / 2


assert midpoint((0, 0), (4, 2)) == (2, 1)
assert midpoint((1, 1), (2, 2)) == (1.5, 1.5)
assert midpoint((3, -3), (-3, 3)) == (0, 0)


def move_point(point, dx, dy):
    """Return the point (x, y) moved by dx and dy."""
    x, y = point
    return x + dx, y + dy


assert move_point((1, 2), 3, 4) == (4, 6)
assert move_point((0, 0), -1, 1) == (-1, 1)
assert move_point((5, 5), 0, 0) == (5, 5)


def quadrant(x, y):
    """Return the number of the quadrant, 1 to 4, in which the point lies; it lies on no axis."""
    if x > 0:
        return 1 if y > 0 else 4
    return 2 if y > 0 else 3


assert quadrant(1, 1) == 1
assert quadrant(-1, 2) == 2
assert quadrant(-3, -3) == 3
assert quadrant(2, -5) == 4


def mirror_at_y_axis(point):
    """Return the point (x, y) with the sign of its x changed."""
    x, y = point
    return -x, y


assert mirror_at_y_axis((3, 4)) == (-3, 4)
assert mirror_at_y_axis((-1, 0)) == (1, 0)
assert mirror_at_y_axis((2, -2)) == (-2, -2)


def is_on_diagonal(point):
    """Return True if both coordinates of the point are equal."""
    return point[0] == point[1]


assert is_on_diagonal((2, 2)) is True
assert is_on_diagonal((2, 3)) is False
assert is_on_diagonal((-1, 1)) is False


# family: prices
def with_tax(price, percent):
    """Return the price with so many percent of tax added."""
    return price + price * percent / 100


assert with_tax(100, 20) == 120
assert with_tax(50, 10) == 55
assert with_tax(80, 0) == 80


def share_of_bill(total, people):
    """Return how much each person pays when all pay the same."""
    return total / people


assert share_of_bill(90, 3) == 30
assert share_of_bill(10, 4) == 2.5
assert share_of_bill(7, 1) == 7


def order_total(price, count, shipping):
    """Return the price of count pieces plus the shipping."""
    return price * count + shipping


assert order_total(10, 3, 5) == 35
assert order_total(4, 0, 2) == 2
assert order_total(1, 1, 0) == 1


def bulk_price(price, count):
    """Return the price of count pieces, less ten percent if there are ten or more."""
    total = price * count
    return total * 0.9 if count >= 10 else total


assert bulk_price(10, 10) == 90
assert bulk_price(10, 9) == 90
assert bulk_price(2, 3) == 6


def cheaper_shop(first_price, second_price):
    """Return "first", "second" or "same", depending on which price is lower."""
    if first_price < second_price:
        return "first"
    if second_price < first_price:
        return "second"
    return "same"


assert cheaper_shop(3, 4) == "first"
assert cheaper_shop(5, 4) == "second"
assert cheaper_shop(2, 2) == "same"


def free_shipping(total):
    """Return the total plus 5 for shipping, which is free from 50 on."""
    return total if total >= 50 else total + 5


assert free_shipping(20) == 25
assert free_shipping(50) == 50
assert free_shipping(49) == 54


# family: money and interest
def after_interest(amount, percent, years):
    """Return the amount after so many years, when each year adds this percentage of the first amount."""
    return amount + amount * percent / 100 * years


assert after_interest(100, 5, 2) == 110
assert after_interest(200, 10, 1) == 220
assert after_interest(50, 3, 0) == 50


def coins_value(quarters, dimes, pennies):
    """Return the value in cents of quarters (25), dimes (10) and pennies (1)."""
    return quarters * 25 + dimes * 10 + pennies


assert coins_value(1, 1, 1) == 36
assert coins_value(0, 3, 0) == 30
assert coins_value(2, 0, 4) == 54


def fewest_coins(cents):
    """Return the smallest number of coins of 10, 5 and 1 that make up the cents."""
    return cents // 10 + cents % 10 // 5 + cents % 5


assert fewest_coins(28) == 6
assert fewest_coins(10) == 1
assert fewest_coins(4) == 4


def profit(revenue, costs):
    """Return the revenue less the sum of the list of costs."""
    return revenue - sum(costs)


assert profit(100, [20, 30]) == 50
assert profit(10, [15]) == -5
assert profit(7, []) == 7


def weekly_pay(hours, rate):
    """Return the pay for the hours; hours beyond 40 are paid one and a half times."""
    overtime = max(hours - 40, 0)
    return hours * rate + overtime * rate * 0.5


assert weekly_pay(30, 10) == 300
assert weekly_pay(40, 10) == 400
assert weekly_pay(42, 10) == 430
