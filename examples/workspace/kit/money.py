"""Helpers for prices, in whole cents unless said otherwise."""


def in_euros(cents):
    """Return an amount of cents as text like 12.05."""
    return f"{cents // 100}.{cents % 100:02d}"


def line_price(price, quantity):
    """Return what so many pieces cost at this price."""
    return price * quantity


def discounted(price, percent):
    """Return the price less so many percent, rounded to a whole number."""
    return round(price * (100 - percent) / 100)


def change_due(price, paid):
    """Return how much is given back, or 0 if too little was paid."""
    return max(paid - price, 0)


def can_afford(budget, prices):
    """Return True if all the prices together are not more than the budget."""
    return sum(prices) <= budget


def cheapest(prices):
    """Return the name with the lowest price in a dictionary from names to prices.

    >>> cheapest({"tea": 120, "coffee": 200, "water": 80})
    'water'
    """
    return min(prices, key=prices.get)


class Basket:
    """A shopping basket: names, each with a price."""

    def __init__(self):
        self.prices = {}

    def add(self, name, price):
        """Put a thing with its price into the basket."""
        self.prices[name] = price

    def remove(self, name):
        """Take a thing out of the basket; nothing happens if it is not in there."""
        self.prices.pop(name, None)

    def total(self):
        """Return the sum of all prices in the basket."""
        return sum(self.prices.values())

    def names(self):
        """Return the names of the things in the basket in alphabetical order."""
        return sorted(self.prices)

    def is_empty(self):
        """Return True if there is nothing in the basket."""
        return not self.prices
