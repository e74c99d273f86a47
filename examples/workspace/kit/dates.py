"""Helpers for dates and times of day."""

from datetime import date, timedelta

DAY_NAMES = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def is_leap_year(year):
    """Return True if the year is a leap year."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def days_in_year(year):
    """Return 366 for a leap year and 365 for any other year."""
    return 366 if is_leap_year(year) else 365


def days_between(start, end):
    """Return the number of days from one date to another one, never negative."""
    return abs((end - start).days)


def is_weekend(day):
    """Return True if the date is a Saturday or a Sunday."""
    return day.weekday() >= 5


def iso_text(year, month, day):
    """Return the date as text like 2024-03-09."""
    return f"{year:04d}-{month:02d}-{day:02d}"


def tomorrow(day):
    """Return the date after the given one."""
    return day + timedelta(days=1)


def quarter_of(month):
    """Return the quarter of the year, 1 to 4, in which the month with this number lies."""
    return (month - 1) // 3 + 1


def minutes_of(hours, minutes):
    """Return how many minutes the given hours and minutes are together."""
    return hours * 60 + minutes


def clock_text(minutes):
    """Return the minutes since midnight as text like 07:05."""
    return "%02d:%02d" % divmod(minutes, 60)


def age_in_years(born, today):
    """Return how many birthdays a person born on one date has had until today."""
    age = today.year - born.year
    if (today.month, today.day) < (born.month, born.day):
        age -= 1
    return age


def day_name(day):
    """Return the English name of the date's day of the week."""
    return DAY_NAMES[day.weekday()]


def first_of_month(day):
    """Return the first day of the month in which the date lies."""
    return date(day.year, day.month, 1)


def next_days(start, count):
    """Return a list of count dates, beginning with the given one, one day apart."""
    days = []
    for offset in range(count):
        days.append(start + timedelta(days=offset))
    return days
