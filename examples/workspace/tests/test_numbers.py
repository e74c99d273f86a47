import unittest

from kit import numbers as n


class NumbersTest(unittest.TestCase):
    def test_clamp(self):
        self.assertEqual(n.clamp(5, 0, 10), 5)
        self.assertEqual(n.clamp(-3, 0, 10), 0)
        self.assertEqual(n.clamp(42, 0, 10), 10)

    def test_celsius_to_fahrenheit(self):
        self.assertEqual(n.celsius_to_fahrenheit(0), 32)
        self.assertEqual(n.celsius_to_fahrenheit(100), 212)
        self.assertEqual(n.celsius_to_fahrenheit(-40), -40)

    def test_is_between(self):
        self.assertTrue(n.is_between(3, 1, 5))
        self.assertTrue(n.is_between(1, 1, 5))
        self.assertFalse(n.is_between(6, 1, 5))

    def test_average(self):
        self.assertEqual(n.average([1, 2, 3]), 2)
        self.assertEqual(n.average([5, 10]), 7.5)
        self.assertEqual(n.average([]), 0)

    def test_percent_of(self):
        self.assertEqual(n.percent_of(5, 20), 25)
        self.assertEqual(n.percent_of(3, 3), 100)

    def test_is_multiple(self):
        self.assertTrue(n.is_multiple(12, 4))
        self.assertFalse(n.is_multiple(13, 4))

    def test_countdown(self):
        self.assertEqual(n.countdown(3), [3, 2, 1])
        self.assertEqual(n.countdown(1), [1])
        self.assertEqual(n.countdown(0), [])

    def test_sign(self):
        self.assertEqual(n.sign(17), 1)
        self.assertEqual(n.sign(-0.5), -1)
        self.assertEqual(n.sign(0), 0)

    def test_safe_divide(self):
        self.assertEqual(n.safe_divide(6, 3), 2)
        self.assertEqual(n.safe_divide(1, 4), 0.25)
        self.assertIsNone(n.safe_divide(1, 0))

    def test_sum_to(self):
        self.assertEqual(n.sum_to(4), 10)
        self.assertEqual(n.sum_to(1), 1)
        self.assertEqual(n.sum_to(100), 5050)

    def test_digits_of(self):
        self.assertEqual(n.digits_of(407), [4, 0, 7])
        self.assertEqual(n.digits_of(9), [9])

    def test_distance(self):
        self.assertEqual(n.distance(3, 10), 7)
        self.assertEqual(n.distance(10, 3), 7)
        self.assertEqual(n.distance(-2, 2), 4)

    def test_next_even(self):
        self.assertEqual(n.next_even(3), 4)
        self.assertEqual(n.next_even(4), 6)
        self.assertEqual(n.next_even(-1), 0)

    def test_larger_by_size(self):
        self.assertEqual(n.larger_by_size(3, -7), -7)
        self.assertEqual(n.larger_by_size(5, 2), 5)
        self.assertEqual(n.larger_by_size(-4, 4), -4)

    def test_powers_of_two(self):
        self.assertEqual(n.powers_of_two(5), [1, 2, 4, 8, 16])
        self.assertEqual(n.powers_of_two(0), [])

    def test_half_steps(self):
        self.assertEqual(n.half_steps(1, 2), [1, 1.5, 2])
        self.assertEqual(n.half_steps(0, 0), [0])


if __name__ == "__main__":
    unittest.main()
