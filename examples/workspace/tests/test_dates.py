import unittest
from datetime import date

from kit.dates import (
    age_in_years,
    clock_text,
    day_name,
    days_between,
    days_in_year,
    first_of_month,
    is_leap_year,
    is_weekend,
    iso_text,
    minutes_of,
    next_days,
    quarter_of,
    tomorrow,
)


class YearsTest(unittest.TestCase):
    def test_is_leap_year(self):
        self.assertTrue(is_leap_year(2024))
        self.assertTrue(is_leap_year(2000))
        self.assertFalse(is_leap_year(1900))
        self.assertFalse(is_leap_year(2023))

    def test_days_in_year(self):
        self.assertEqual(days_in_year(2020), 366)
        self.assertEqual(days_in_year(2021), 365)

    def test_quarter_of(self):
        self.assertEqual(quarter_of(1), 1)
        self.assertEqual(quarter_of(6), 2)
        self.assertEqual(quarter_of(12), 4)

    def test_age_in_years(self):
        self.assertEqual(age_in_years(date(2000, 5, 20), date(2024, 5, 20)), 24)
        self.assertEqual(age_in_years(date(2000, 5, 20), date(2024, 5, 19)), 23)
        self.assertEqual(age_in_years(date(2010, 1, 31), date(2024, 12, 1)), 14)


class DaysTest(unittest.TestCase):
    def test_days_between(self):
        self.assertEqual(days_between(date(2024, 1, 1), date(2024, 1, 31)), 30)
        self.assertEqual(days_between(date(2024, 3, 1), date(2024, 2, 1)), 29)
        self.assertEqual(days_between(date(2024, 3, 1), date(2024, 3, 1)), 0)

    def test_is_weekend(self):
        self.assertTrue(is_weekend(date(2024, 6, 1)))
        self.assertTrue(is_weekend(date(2024, 6, 2)))
        self.assertFalse(is_weekend(date(2024, 6, 3)))

    def test_tomorrow(self):
        self.assertEqual(tomorrow(date(2024, 2, 28)), date(2024, 2, 29))
        self.assertEqual(tomorrow(date(2023, 12, 31)), date(2024, 1, 1))

    def test_day_name(self):
        self.assertEqual(day_name(date(2024, 6, 3)), "Monday")
        self.assertEqual(day_name(date(2024, 6, 9)), "Sunday")

    def test_first_of_month(self):
        self.assertEqual(first_of_month(date(2024, 6, 17)), date(2024, 6, 1))
        self.assertEqual(first_of_month(date(2023, 1, 1)), date(2023, 1, 1))

    def test_next_days(self):
        self.assertEqual(next_days(date(2024, 2, 28), 2), [date(2024, 2, 28), date(2024, 2, 29)])
        self.assertEqual(next_days(date(2024, 2, 28), 0), [])


class ClockTest(unittest.TestCase):
    def test_iso_text(self):
        self.assertEqual(iso_text(2024, 3, 9), "2024-03-09")
        self.assertEqual(iso_text(987, 12, 31), "0987-12-31")

    def test_minutes_of(self):
        self.assertEqual(minutes_of(2, 30), 150)
        self.assertEqual(minutes_of(0, 5), 5)

    def test_clock_text(self):
        self.assertEqual(clock_text(425), "07:05")
        self.assertEqual(clock_text(0), "00:00")
        self.assertEqual(clock_text(1439), "23:59")


if __name__ == "__main__":
    unittest.main()
