from kit.text import (
    count_lines,
    count_words,
    double_letters,
    first_word,
    initials,
    is_blank,
    last_word,
    mask_number,
    numbered,
    remove_spaces,
    reverse_words,
    same_letters,
    shorten,
    shortest_word,
    shout,
    slug,
    starts_with_vowel,
    surround,
    swap_ends,
    vowel_count,
    word_lengths,
)


def test_first_word():
    assert first_word("good morning all") == "good"
    assert first_word("  hello") == "hello"
    assert first_word("") == ""


def test_last_word():
    assert last_word("Good Morning") == "morning"
    assert last_word("one") == "one"
    assert last_word("   ") is None


def test_count_words():
    assert count_words("the quick brown fox") == 4
    assert count_words("  two   words ") == 2
    assert count_words("") == 0


def test_vowel_count():
    assert vowel_count("banana") == 3
    assert vowel_count("Apple Umbrella") == 5
    assert vowel_count("xyz") == 0


def test_initials():
    assert initials("grace hopper") == "GH"
    assert initials("Alan Mathison Turing") == "AMT"
    assert initials("") == ""


def test_shout():
    assert shout("hello") == "HELLO!"
    assert shout("Stop now") == "STOP NOW!"


def test_is_blank():
    assert is_blank("   ") is True
    assert is_blank("") is True
    assert is_blank(" a ") is False


def test_remove_spaces():
    assert remove_spaces("a b c") == "abc"
    assert remove_spaces("  left") == "left"
    assert remove_spaces("none") == "none"


def test_reverse_words():
    assert reverse_words("red green blue") == "blue green red"
    assert reverse_words("alone") == "alone"


def test_word_lengths():
    assert word_lengths("a bb ccc") == [1, 2, 3]
    assert word_lengths("hello world") == [5, 5]
    assert word_lengths("") == []


def test_shortest_word():
    assert shortest_word("sun moon star") == "sun"
    assert shortest_word("there is an end") == "is"
    assert shortest_word("word") == "word"


def test_starts_with_vowel():
    assert starts_with_vowel("apple") is True
    assert starts_with_vowel("Orange") is True
    assert starts_with_vowel("pear") is False


def test_swap_ends():
    assert swap_ends("lamp") == "paml"
    assert swap_ends("ab") == "ba"
    assert swap_ends("x") == "x"
    assert swap_ends("") == ""


def test_surround():
    assert surround("bold", "**") == "**bold**"
    assert surround("word", "'") == "'word'"


def test_slug():
    assert slug("My First Post") == "my-first-post"
    assert slug("News") == "news"


def test_count_lines():
    assert count_lines("one\ntwo\n\nthree") == 3
    assert count_lines("one\n   \ntwo\n") == 2
    assert count_lines("") == 0


def test_shorten():
    assert shorten("hello world", 5) == "hello..."
    assert shorten("hello", 5) == "hello"
    assert shorten("hi", 10) == "hi"


def test_mask_number():
    assert mask_number("1234567812345678") == "************5678"
    assert mask_number("98765") == "*8765"


def test_double_letters():
    assert double_letters("abc") == "aabbcc"
    assert double_letters("zz") == "zzzz"
    assert double_letters("") == ""


def test_same_letters():
    assert same_letters("hat", "heat") is True
    assert same_letters("hat", "ham") is False
    assert same_letters("bat", "hat") is False


def test_numbered():
    assert numbered(["tea", "cake", "jam"]) == "1. tea\n2. cake\n3. jam"
    assert numbered([]) == ""
