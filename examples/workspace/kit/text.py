"""Helpers for words and lines of text."""

VOWELS = "aeiou"


def first_word(text):
    """Return the first word of text, or an empty string if there is none."""
    words = text.split()
    return words[0] if words else ""


def last_word(text):
    """Return the last word of text in lower case, or None if there is none."""
    words = text.lower().split()
    if not words:
        return None
    return words[-1]


def count_words(text):
    """Return how many words the text has."""
    return len(text.split())


def vowel_count(text):
    """Return how many letters of the text are vowels, in upper or lower case."""
    return sum(1 for letter in text.lower() if letter in VOWELS)


def initials(name):
    """Return the first letters of all the words of a name, in upper case.

    >>> initials("ada lovelace")
    'AL'
    """
    return "".join(word[0].upper() for word in name.split())


def shout(text):
    """Return the text in upper case with an exclamation mark at its end."""
    return text.upper() + "!"


def is_blank(text):
    """Return True if the text holds nothing but white space."""
    return text.strip() == ""


def remove_spaces(text):
    """Return the text without its spaces."""
    return text.replace(" ", "")


def reverse_words(sentence):
    """Return the sentence with its words in the opposite order.

    >>> reverse_words("one two three")
    'three two one'
    """
    return " ".join(sentence.split()[::-1])


def word_lengths(sentence):
    """Return a list with the length of each word of the sentence."""
    return [len(word) for word in sentence.split()]


def shortest_word(sentence):
    """Return the shortest word of the sentence; the first one if several are equally short."""
    return min(sentence.split(), key=len)


def starts_with_vowel(word):
    """Return True if the word begins with a vowel, in upper or lower case."""
    return word[:1].lower() in set(VOWELS)


def swap_ends(word):
    """Return the word with its first and last letters exchanged."""
    if len(word) < 2:
        return word
    return word[-1] + word[1:-1] + word[0]


def surround(text, mark):
    """Return the text with the mark before and after it."""
    return mark + text + mark


def slug(title):
    """Return the title in lower case with its words joined by hyphens.

    >>> slug("Hello Big World")
    'hello-big-world'
    """
    return "-".join(title.lower().split())


def count_lines(text):
    """Return how many lines of the text are not empty."""
    count = 0
    for line in text.splitlines():
        if line.strip():
            count += 1
    return count


def shorten(text, limit):
    """Return the text cut to limit characters, with "..." added if something was cut off."""
    if len(text) <= limit:
        return text
    return text[:limit] + "..."


def mask_number(number):
    """Return the digits of a card number with all but the last four replaced by "*"."""
    return "*" * (len(number) - 4) + number[-4:]


def double_letters(text):
    """Return the text with every letter written twice."""
    result = ""
    for letter in text:
        result += letter * 2
    return result


def same_letters(first, second):
    """Return True if both words start and end with the same letters."""
    return first[0] == second[0] and first[-1] == second[-1]


def numbered(lines):
    """Return the lines as text, each with its number in front, counted from 1.

    >>> numbered(["bread", "milk"])
    '1. bread\\n2. milk'
    """
    return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, start=1))
