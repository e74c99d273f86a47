from kit.money import Basket, can_afford, change_due, cheapest, discounted, in_euros, line_price


def test_in_euros():
    assert in_euros(1205) == "12.05"
    assert in_euros(99) == "0.99"
    assert in_euros(5000) == "50.00"


def test_line_price():
    assert line_price(250, 3) == 750
    assert line_price(99, 0) == 0


def test_discounted():
    assert discounted(1000, 10) == 900
    assert discounted(80, 25) == 60
    assert discounted(500, 0) == 500


def test_change_due():
    assert change_due(350, 500) == 150
    assert change_due(350, 350) == 0
    assert change_due(350, 100) == 0


def test_can_afford():
    assert can_afford(100, [40, 60]) is True
    assert can_afford(100, [40, 61]) is False
    assert can_afford(0, []) is True


def test_cheapest():
    assert cheapest({"pen": 150, "pencil": 90}) == "pencil"
    assert cheapest({"book": 2000}) == "book"


def filled_basket():
    basket = Basket()
    basket.prices = {"milk": 110, "bread": 250}
    return basket


def test_add():
    basket = Basket()
    basket.add("tea", 300)
    basket.add("cake", 450)
    assert basket.prices == {"tea": 300, "cake": 450}


def test_remove():
    basket = filled_basket()
    basket.remove("milk")
    assert basket.prices == {"bread": 250}
    basket.remove("butter")
    assert basket.prices == {"bread": 250}


def test_total():
    assert filled_basket().total() == 360
    assert Basket().total() == 0


def test_names():
    assert filled_basket().names() == ["bread", "milk"]
    assert Basket().names() == []


def test_is_empty():
    assert Basket().is_empty() is True
    assert filled_basket().is_empty() is False
