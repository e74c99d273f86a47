"""Functions of text."""


# family: reordering
def backwards(text):
    """Return the text from right to left."""
    return text[::-1]


assert backwards("abc") == "cba"
assert backwards("x") == "x"
assert backwards("ab cd") == "dc ba"


def is_palindrome(word):
    """Return True if the word reads the same from left to right and from right to left."""
    return word == word[::-1]


assert is_palindrome("level") is True
assert is_palindrome("lemon") is False
assert is_palindrome("") is True


def is_palindrome_ignoring_case(word):
    """Return True if the word is the same backwards, upper and lower case being the same."""
    return word.lower() == word.lower()[::-1]


assert is_palindrome_ignoring_case("Anna") is True
assert is_palindrome_ignoring_case("Bob") is True
assert is_palindrome_ignoring_case("Lisa") is False


def reverse_each_word(sentence):
    """Return the sentence with the letters of each word from right to left."""
    return " ".join(word[::-1] for word in sentence.split())


assert reverse_each_word("abc de") == "cba ed"
assert reverse_each_word("x") == "x"
assert reverse_each_word("on top") == "no pot"


def with_mirror(text):
    """Return the text followed by itself from right to left."""
    return text + text[::-1]


assert with_mirror("abc") == "abccba"
assert with_mirror("x") == "xx"
assert with_mirror("") == ""


# family: repeating and padding text
def repeat_with_separator(word, count, separator):
    """Return the word count times with the separator between."""
    return separator.join([word] * count)


assert repeat_with_separator("ha", 3, "-") == "ha-ha-ha"
assert repeat_with_separator("x", 1, ",") == "x"
assert repeat_with_separator("x", 0, ",") == ""


def dashes(count):
    """Return a line of so many dashes."""
    return "-" * count


assert dashes(5) == "-----"
assert dashes(1) == "-"
assert dashes(0) == ""


def pad_left(text, width):
    """Return the text with spaces in front so that it has at least the width."""
    return text.rjust(width)


assert pad_left("ab", 4) == "  ab"
assert pad_left("abc", 2) == "abc"
assert pad_left("", 1) == " "


def pad_with_dots(text, width):
    """Return the text with dots behind it so that it has at least the width."""
    return text.ljust(width, ".")


assert pad_with_dots("ab", 4) == "ab.."
assert pad_with_dots("abc", 2) == "abc"
assert pad_with_dots("", 3) == "..."


def progress_bar(done, total):
    """Return one "#" for each part that is done and one "." for each other part."""
    return "#" * done + "." * (total - done)


assert progress_bar(2, 5) == "##..."
assert progress_bar(0, 2) == ".."
assert progress_bar(3, 3) == "###"


def stars(rating):
    """Return a rating from 0 to 5 as text of five signs: "*" for each point, then "-"."""
    return "*" * rating + "-" * (5 - rating)


assert stars(3) == "***--"
assert stars(0) == "-----"
assert stars(5) == "*****"


# family: taking text apart
def split_commas(text):
    """Return the list of the parts of the text between its commas."""
    return text.split(",")


assert split_commas("a,b,c") == ["a", "b", "c"]
assert split_commas("x") == ["x"]
assert split_commas("1,") == ["1", ""]


def key_and_value(text):
    """Return a tuple of what stands before and behind the "=" in the text."""
    key, value = text.split("=")
    return key, value


assert key_and_value("a=1") == ("a", "1")
assert key_and_value("name=Ann") == ("name", "Ann")
assert key_and_value("x=") == ("x", "")


def user_of_email(address):
    """Return what stands before the "@" of an email address."""
    return address.split("@")[0]


assert user_of_email("ann@site.org") == "ann"
assert user_of_email("b.c@x.com") == "b.c"
assert user_of_email("q@q") == "q"


def domain_of_email(address):
    """Return what stands behind the "@" of an email address."""
    return address.split("@")[1]


assert domain_of_email("ann@site.org") == "site.org"
assert domain_of_email("b@x.com") == "x.com"
assert domain_of_email("q@z") == "z"


def hours_of_clock(text):
    """Return the hours of a time of day like "07:45" as a number."""
    return int(text.split(":")[0])


assert hours_of_clock("07:45") == 7
assert hours_of_clock("23:00") == 23
assert hours_of_clock("00:10") == 0


def parse_numbers(text):
    """Return the list of the integers that stand in the text with spaces between."""
    return [int(part) for part in text.split()]


assert parse_numbers("1 2 30") == [1, 2, 30]
assert parse_numbers("-5") == [-5]
assert parse_numbers("") == []


def parse_size(text):
    """Return a tuple of the two numbers in a text like "80x24"."""
    width, height = text.split("x")
    return int(width), int(height)


assert parse_size("80x24") == (80, 24)
assert parse_size("1x1") == (1, 1)
assert parse_size("640x480") == (640, 480)


# family: joining text
def join_with_and(first, second):
    """Return both words with " and " between them."""
    return first + " and " + second


assert join_with_and("salt", "pepper") == "salt and pepper"
assert join_with_and("a", "b") == "a and b"
assert join_with_and("", "x") == " and x"


def comma_separated(items):
    """Return the texts of the list joined by a comma and a space."""
    return ", ".join(items)


assert comma_separated(["a", "b"]) == "a, b"
assert comma_separated(["x"]) == "x"
assert comma_separated([]) == ""


def numbers_joined(numbers):
    """Return the numbers of the list as text joined by hyphens."""
    return "-".join(str(n) for n in numbers)


assert numbers_joined([1, 2, 3]) == "1-2-3"
assert numbers_joined([7]) == "7"
assert numbers_joined([]) == ""


def quoted(text):
    """Return the text between double quotes."""
    return '"' + text + '"'


assert quoted("hi") == '"hi"'
assert quoted("") == '""'
assert quoted("a b") == '"a b"'


def as_path(parts):
    """Return the parts as a path that begins with "/" and has "/" between the parts."""
    return "/" + "/".join(parts)


assert as_path(["home", "ann"]) == "/home/ann"
assert as_path(["x"]) == "/x"
assert as_path([]) == "/"


def english_list(words):
    """Return the words joined by commas, with "or" before the last one, such as "a, b or c"."""
    if len(words) < 2:
        return "".join(words)
    return ", ".join(words[:-1]) + " or " + words[-1]


assert english_list(["a", "b", "c"]) == "a, b or c"
assert english_list(["a", "b"]) == "a or b"
assert english_list(["x"]) == "x"


# family: sentences from values
def greeting(name):
    """Return "Hello, NAME!" with the name."""
    return f"Hello, {name}!"


assert greeting("Ann") == "Hello, Ann!"
assert greeting("Bob") == "Hello, Bob!"
assert greeting("") == "Hello, !"


def full_name(first, last):
    """Return the last name, a comma, a space and the first name."""
    return f"{last}, {first}"


assert full_name("Ada", "Brandt") == "Brandt, Ada"
assert full_name("A", "B") == "B, A"
assert full_name("Lin", "Oka") == "Oka, Lin"


def plural(count, word):
    """Return the count and the word, with an "s" behind the word unless the count is 1."""
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


assert plural(1, "dog") == "1 dog"
assert plural(3, "cat") == "3 cats"
assert plural(0, "bird") == "0 birds"


def score_line(home, away):
    """Return the two scores as text like "3 : 1"."""
    return f"{home} : {away}"


assert score_line(3, 1) == "3 : 1"
assert score_line(0, 0) == "0 : 0"
assert score_line(10, 2) == "10 : 2"


def page_label(page, pages):
    """Return text like "Page 2 of 10"."""
    return f"Page {page} of {pages}"


assert page_label(2, 10) == "Page 2 of 10"
assert page_label(1, 1) == "Page 1 of 1"
assert page_label(7, 9) == "Page 7 of 9"


def temperature_label(degrees):
    """Return the degrees as text followed by " C", with "cold" in brackets below 10 degrees."""
    return f"{degrees} C (cold)" if degrees < 10 else f"{degrees} C"


assert temperature_label(20) == "20 C"
assert temperature_label(3) == "3 C (cold)"
assert temperature_label(10) == "10 C"


# family: checking the form of text
def is_whole_number(text):
    """Return True if the text consists of digits only and is not empty."""
    return text.isdigit()


assert is_whole_number("123") is True
assert is_whole_number("12a") is False
assert is_whole_number("") is False


def is_valid_pin(text):
    """Return True if the text consists of exactly four digits."""
    return len(text) == 4 and text.isdigit()


assert is_valid_pin("1234") is True
assert is_valid_pin("12345") is False
assert is_valid_pin("12a4") is False


def looks_like_email(text):
    """Return True if the text has exactly one "@" and does not begin or end with it."""
    return text.count("@") == 1 and text[0] != "@" and text[-1] != "@"


assert looks_like_email("a@b") is True
assert looks_like_email("@b") is False
assert looks_like_email("a@@b") is False
assert looks_like_email("ab@") is False


def is_strong_password(password):
    """Return True if the password has at least eight characters and one of them is a digit."""
    return len(password) >= 8 and any(c.isdigit() for c in password)


assert is_strong_password("longword1") is True
assert is_strong_password("longwords") is False
assert is_strong_password("a1") is False


def is_valid_username(name):
    """Return True if the name has 3 to 10 characters, all of them letters."""
    return 3 <= len(name) <= 10 and name.isalpha()


assert is_valid_username("anna") is True
assert is_valid_username("al") is False
assert is_valid_username("anna1") is False
assert is_valid_username("abcdefghijk") is False


def is_single_word(text):
    """Return True if the text is not empty and has no space."""
    return text != "" and " " not in text


assert is_single_word("hello") is True
assert is_single_word("hello you") is False
assert is_single_word("") is False


def balanced_brackets(text):
    """Return True if the text has as many "(" as ")"."""
    return text.count("(") == text.count(")")


assert balanced_brackets("(a)(b)") is True
assert balanced_brackets("((a)") is False
assert balanced_brackets("") is True


# family: the alphabet
def next_letter(letter):
    """Return the letter that follows a letter from a to y in the alphabet."""
    return chr(ord(letter) + 1)


assert next_letter("a") == "b"
assert next_letter("m") == "n"
assert next_letter("y") == "z"


def position_in_alphabet(letter):
    """Return the position of a lower case letter in the alphabet, 1 for "a"."""
    return ord(letter) - ord("a") + 1


assert position_in_alphabet("a") == 1
assert position_in_alphabet("c") == 3
assert position_in_alphabet("z") == 26


def letter_number(number):
    """Return the lower case letter at this position of the alphabet, "a" for 1."""
    return chr(ord("a") + number - 1)


assert letter_number(1) == "a"
assert letter_number(3) == "c"
assert letter_number(26) == "z"


def shifted(word, steps):
    """Return the lower case word with each letter moved so many steps in the alphabet, going on at "a" after "z"."""
    return "".join(chr((ord(c) - 97 + steps) % 26 + 97) for c in word)


assert shifted("abc", 1) == "bcd"
assert shifted("xyz", 3) == "abc"
assert shifted("hi", 0) == "hi"


def first_letters_of_alphabet(count):
    """Return the first count letters of the alphabet as text."""
    return "abcdefghijklmnopqrstuvwxyz"[:count]


assert first_letters_of_alphabet(3) == "abc"
assert first_letters_of_alphabet(1) == "a"
assert first_letters_of_alphabet(0) == ""


def in_alphabetical_order(word):
    """Return True if the letters of the word are in alphabetical order."""
    return list(word) == sorted(word)


assert in_alphabetical_order("abc") is True
assert in_alphabetical_order("acb") is False
assert in_alphabetical_order("almost") is True
