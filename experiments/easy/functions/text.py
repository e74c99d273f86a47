"""Functions of text."""


# family: upper and lower case
def title_words(text):
    """Return the text with the first letter of each word in upper case and the others in lower case."""
    return " ".join(word.capitalize() for word in text.split())


assert title_words("hello big world") == "Hello Big World"
assert title_words("ADA") == "Ada"
assert title_words("") == ""


def swapped_case(text):
    """Return the text with upper case letters in lower case and the other way round."""
    return text.swapcase()


assert swapped_case("Hello") == "hELLO"
assert swapped_case("abc") == "ABC"
assert swapped_case("") == ""


def is_all_caps(text):
    """Return True if all letters of the text are in upper case."""
    return text == text.upper()


assert is_all_caps("STOP") is True
assert is_all_caps("Stop") is False
assert is_all_caps("ALL 3") is True


def lower_first(text):
    """Return the text with its first letter in lower case."""
    return text[:1].lower() + text[1:]


assert lower_first("Hello World") == "hello World"
assert lower_first("ABC") == "aBC"
assert lower_first("") == ""


def count_capitals(text):
    """Return how many letters of the text are in upper case."""
    return sum(1 for letter in text if letter.isupper())


assert count_capitals("Hello World") == 2
assert count_capitals("abc") == 0
assert count_capitals("USA") == 3


def alternate_case(text):
    """Return the text with its letters in upper and lower case in turn, beginning with upper case."""
    return "".join(c.upper() if i % 2 == 0 else c.lower() for i, c in enumerate(text))


assert alternate_case("hello") == "HeLlO"
assert alternate_case("AB") == "Ab"
assert alternate_case("") == ""


# family: counting
def count_letter(text, letter):
    """Return how often the letter appears in the text."""
    return text.count(letter)


assert count_letter("banana", "a") == 3
assert count_letter("kiwi", "x") == 0
assert count_letter("x", "x") == 1


def count_spaces(text):
    """Return how many spaces the text has."""
    return text.count(" ")


assert count_spaces("a b c") == 2
assert count_spaces("abc") == 0
assert count_spaces("   ") == 3


def count_digits_in(text):
    """Return how many characters of the text are digits."""
    return sum(1 for c in text if c.isdigit())


assert count_digits_in("a1b22") == 3
assert count_digits_in("abc") == 0
assert count_digits_in("7") == 1


def count_consonants(word):
    """Return how many letters of a word in lower case are no vowels."""
    return sum(1 for letter in word if letter not in "aeiou")


assert count_consonants("banana") == 3
assert count_consonants("aei") == 0
assert count_consonants("strength") == 7


def count_different_letters(word):
    """Return how many different letters the word has."""
    return len(set(word))


assert count_different_letters("banana") == 3
assert count_different_letters("aaa") == 1
assert count_different_letters("") == 0


def most_frequent_letter(word):
    """Return the letter that appears most often in the word."""
    return max(word, key=word.count)


assert most_frequent_letter("banana") == "a"
assert most_frequent_letter("xyy") == "y"
assert most_frequent_letter("q") == "q"


# family: counting
def count_long_words(text, length):
    """Return how many words of the text have more letters than the length."""
    return sum(1 for word in text.split() if len(word) > length)


assert count_long_words("a big tree", 2) == 2
assert count_long_words("a b", 1) == 0
assert count_long_words("hello", 4) == 1


def count_word(text, wanted):
    """Return how often the wanted word is one of the words of the text."""
    return text.split().count(wanted)


assert count_word("the cat and the dog", "the") == 2
assert count_word("there", "the") == 0
assert count_word("a", "a") == 1


def count_sentences(text):
    """Return how many full stops the text has."""
    return text.count(".")


assert count_sentences("One. Two.") == 2
assert count_sentences("none") == 0
assert count_sentences("Yes.") == 1


def average_word_length(text):
    """Return the mean length of the words of the text."""
    words = text.split()
    return sum(len(word) for word in words) / len(words)


assert average_word_length("a bbb") == 2
assert average_word_length("hello") == 5
assert average_word_length("ab abc") == 2.5


def count_different_words(text):
    """Return how many different words the text has, upper and lower case being the same."""
    return len(set(text.lower().split()))


assert count_different_words("The cat the dog") == 3
assert count_different_words("a A") == 1
assert count_different_words("") == 0


# family: removing characters
def without_vowels(text):
    """Return the text without the letters a, e, i, o and u."""
    return "".join(c for c in text if c not in "aeiou")


assert without_vowels("banana") == "bnn"
assert without_vowels("sky") == "sky"
assert without_vowels("aeiou") == ""


def without_digits(text):
    """Return the text without its digits."""
    return "".join(c for c in text if not c.isdigit())


assert without_digits("a1b2") == "ab"
assert without_digits("123") == ""
assert without_digits("x") == "x"


def letters_only(text):
    """Return only the letters of the text."""
    return "".join(c for c in text if c.isalpha())


assert letters_only("a-b c!") == "abc"
assert letters_only("42") == ""
assert letters_only("Hi") == "Hi"


def without_character(text, character):
    """Return the text without every occurrence of the character."""
    return text.replace(character, "")


assert without_character("banana", "a") == "bnn"
assert without_character("kiwi", "x") == "kiwi"
assert without_character("--", "-") == ""


def strip_punctuation(word):
    """Return the word without the marks . , ! and ? at its ends."""
    return word.strip(".,!?")


assert strip_punctuation("hello!") == "hello"
assert strip_punctuation("...what?") == "what"
assert strip_punctuation("a.b") == "a.b"


def single_spaces(text):
    """Return the words of the text with exactly one space between them."""
    return " ".join(text.split())


assert single_spaces("a   b  c") == "a b c"
assert single_spaces("  x ") == "x"
assert single_spaces("") == ""


# family: replacing in text
def spaces_to_underscores(text):
    """Return the text with each space replaced by an underscore."""
    return text.replace(" ", "_")


assert spaces_to_underscores("a b c") == "a_b_c"
assert spaces_to_underscores("abc") == "abc"
assert spaces_to_underscores(" ") == "_"


def censor(text, word):
    """Return the text with each occurrence of the word replaced by as many stars as it has letters."""
    return text.replace(word, "*" * len(word))


assert censor("a bad day", "bad") == "a *** day"
assert censor("fine", "bad") == "fine"
assert censor("no no", "no") == "** **"


def replace_first(text, old, new):
    """Return the text with only the first occurrence of old replaced by new."""
    return text.replace(old, new, 1)


assert replace_first("aaa", "a", "b") == "baa"
assert replace_first("xyz", "q", "r") == "xyz"
assert replace_first("one one", "one", "two") == "two one"


def dots_to_commas(text):
    """Return the text with dots instead of commas and commas instead of dots."""
    return text.replace(".", "#").replace(",", ".").replace("#", ",")


assert dots_to_commas("1.5") == "1,5"
assert dots_to_commas("1,000.5") == "1.000,5"
assert dots_to_commas("7") == "7"


def vowels_to_star(word):
    """Return the word with each of the letters a, e, i, o and u replaced by a star."""
    return "".join("*" if c in "aeiou" else c for c in word)


assert vowels_to_star("banana") == "b*n*n*"
assert vowels_to_star("sky") == "sky"
assert vowels_to_star("a") == "*"


# family: slices
def first_three(text):
    """Return the first three characters of the text."""
    return text[:3]


assert first_three("python") == "pyt"
assert first_three("ab") == "ab"
assert first_three("") == ""


def last_two(text):
    """Return the last two characters of the text."""
    return text[-2:]


assert last_two("python") == "on"
assert last_two("a") == "a"
assert last_two("xy") == "xy"


def middle_letter(word):
    """Return the letter in the middle of a word with an odd number of letters."""
    return word[len(word) // 2]


assert middle_letter("abc") == "b"
assert middle_letter("x") == "x"
assert middle_letter("hello") == "l"


def without_first_and_last(word):
    """Return the word without its first and its last letter."""
    return word[1:-1]


assert without_first_and_last("hello") == "ell"
assert without_first_and_last("ab") == ""
assert without_first_and_last("xyz") == "y"


def every_second_letter(text):
    """Return the characters of the text at the indexes 0, 2, 4 and so on."""
    return text[::2]


assert every_second_letter("python") == "pto"
assert every_second_letter("a") == "a"
assert every_second_letter("") == ""


def letter_at(text, index):
    """Return the character at the index, or an empty string if the text is too short."""
    return text[index] if index < len(text) else ""


assert letter_at("abc", 1) == "b"
assert letter_at("abc", 5) == ""
assert letter_at("x", 0) == "x"


def halves(text):
    """Return a tuple of the first and the second half of a text of even length."""
    middle = len(text) // 2
    return text[:middle], text[middle:]


assert halves("abcd") == ("ab", "cd")
assert halves("xy") == ("x", "y")
assert halves("") == ("", "")


# family: beginnings and endings
def is_python_file(name):
    """Return True if the name ends with ".py"."""
    return name.endswith(".py")


assert is_python_file("main.py") is True
assert is_python_file("main.txt") is False
assert is_python_file("py") is False


def with_https(address):
    """Return the address with "https://" in front unless it begins with it already."""
    return address if address.startswith("https://") else "https://" + address


assert with_https("a.org") == "https://a.org"
assert with_https("https://b.org") == "https://b.org"
assert with_https("c.net/x") == "https://c.net/x"


def file_extension(name):
    """Return what stands behind the last dot of a file's name."""
    return name.split(".")[-1]


assert file_extension("a.txt") == "txt"
assert file_extension("b.tar.gz") == "gz"
assert file_extension("c.py") == "py"


def without_extension(name):
    """Return a file's name without its last dot and what follows it."""
    return name.rsplit(".", 1)[0]


assert without_extension("a.txt") == "a"
assert without_extension("b.tar.gz") == "b.tar"
assert without_extension("readme") == "readme"


def with_full_stop(sentence):
    """Return the sentence with a full stop at its end unless it has one already."""
    return sentence if sentence.endswith(".") else sentence + "."


assert with_full_stop("Hello") == "Hello."
assert with_full_stop("Done.") == "Done."
assert with_full_stop("") == "."


def is_question(sentence):
    """Return True if the sentence ends with a question mark."""
    return sentence.endswith("?")


assert is_question("Why?") is True
assert is_question("Yes.") is False
assert is_question("") is False


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


# family: comparing texts
def same_ignoring_case(first, second):
    """Return True if both texts are equal, upper and lower case being the same."""
    return first.lower() == second.lower()


assert same_ignoring_case("Hello", "hELLO") is True
assert same_ignoring_case("a", "b") is False
assert same_ignoring_case("", "") is True


def are_anagrams(first, second):
    """Return True if both words have the same letters in some order."""
    return sorted(first) == sorted(second)


assert are_anagrams("listen", "silent") is True
assert are_anagrams("aab", "abb") is False
assert are_anagrams("a", "a") is True


def common_prefix(first, second):
    """Return the longest text with which both texts begin."""
    prefix = ""
    for a, b in zip(first, second):
        if a != b:
            break
        prefix += a
    return prefix


assert common_prefix("flower", "flow") == "flow"
assert common_prefix("dog", "cat") == ""
assert common_prefix("abx", "aby") == "ab"


def differing_positions(first, second):
    """Return at how many positions two texts of equal length have different characters."""
    return sum(1 for a, b in zip(first, second) if a != b)


assert differing_positions("abc", "abd") == 1
assert differing_positions("abc", "abc") == 0
assert differing_positions("ab", "ba") == 2


def longer_text(first, second):
    """Return the text with more characters; the first one if both have the same length."""
    return first if len(first) >= len(second) else second


assert longer_text("abc", "de") == "abc"
assert longer_text("a", "bc") == "bc"
assert longer_text("x", "y") == "x"


def rhyme(first, second):
    """Return True if the last three letters of both words are the same."""
    return first[-3:] == second[-3:]


assert rhyme("station", "nation") is True
assert rhyme("cat", "dog") is False
assert rhyme("bring", "sing") is True


# family: searching in text
def contains_digit(text):
    """Return True if at least one character of the text is a digit."""
    return any(c.isdigit() for c in text)


assert contains_digit("a1") is True
assert contains_digit("abc") is False
assert contains_digit("") is False


def first_vowel(word):
    """Return the first of the letters a, e, i, o and u in the word, or None if there is none."""
    for letter in word:
        if letter in "aeiou":
            return letter
    return None


assert first_vowel("tree") == "e"
assert first_vowel("ice") == "i"
assert first_vowel("sky") is None


def between_brackets(text):
    """Return what stands between the "(" and the ")" in the text."""
    return text[text.index("(") + 1 : text.index(")")]


assert between_brackets("a(b)c") == "b"
assert between_brackets("(xyz)") == "xyz"
assert between_brackets("f()") == ""


def find_all(text, letter):
    """Return a list of the indexes at which the letter stands in the text."""
    return [index for index, c in enumerate(text) if c == letter]


assert find_all("banana", "a") == [1, 3, 5]
assert find_all("kiwi", "x") == []
assert find_all("xx", "x") == [0, 1]


def after_colon(text):
    """Return what stands behind the first colon of the text, without white space at its ends."""
    return text.split(":", 1)[1].strip()


assert after_colon("name: Ann") == "Ann"
assert after_colon("a:b:c") == "b:c"
assert after_colon("x:") == ""


def mentions_any(text, words):
    """Return True if at least one of the words appears in the text."""
    return any(word in text for word in words)


assert mentions_any("a red car", ["red", "blue"]) is True
assert mentions_any("a car", ["red", "blue"]) is False
assert mentions_any("abc", []) is False


# family: lines of text
def first_line(text):
    """Return the first line of the text."""
    return text.split("\n")[0]


assert first_line("one\ntwo") == "one"
assert first_line("x") == "x"
assert first_line("\ny") == ""


def longest_line(text):
    """Return the length of the longest line of the text."""
    return max(len(line) for line in text.split("\n"))


assert longest_line("ab\nabcd\na") == 4
assert longest_line("xyz") == 3
assert longest_line("") == 0


def indented(text):
    """Return the text with two spaces in front of each of its lines."""
    return "\n".join("  " + line for line in text.split("\n"))


assert indented("a\nb") == "  a\n  b"
assert indented("x") == "  x"
assert indented("a b\nc") == "  a b\n  c"


def without_comments(lines):
    """Return a list of the lines that do not begin with "#"."""
    return [line for line in lines if not line.startswith("#")]


assert without_comments(["a", "# b", "c"]) == ["a", "c"]
assert without_comments(["#"]) == []
assert without_comments(["x # y"]) == ["x # y"]


def lines_containing(text, word):
    """Return a list of the lines of the text in which the word appears."""
    return [line for line in text.split("\n") if word in line]


assert lines_containing("a cat\na dog\ncats", "cat") == ["a cat", "cats"]
assert lines_containing("x", "y") == []
assert lines_containing("yes", "y") == ["yes"]


# family: choosing words
def longest_word(sentence):
    """Return the longest word of the sentence; the first one if several are equally long."""
    return max(sentence.split(), key=len)


assert longest_word("a big banana") == "banana"
assert longest_word("ab cd") == "ab"
assert longest_word("x") == "x"


def nth_word(sentence, n):
    """Return the n-th word of the sentence, counted from 1."""
    return sentence.split()[n - 1]


assert nth_word("one two three", 2) == "two"
assert nth_word("one two three", 1) == "one"
assert nth_word("x", 1) == "x"


def unique_words(sentence):
    """Return a sorted list of the different words of the sentence."""
    return sorted(set(sentence.split()))


assert unique_words("b a b") == ["a", "b"]
assert unique_words("x") == ["x"]
assert unique_words("") == []


def without_last_word(sentence):
    """Return the sentence without its last word."""
    return " ".join(sentence.split()[:-1])


assert without_last_word("one two three") == "one two"
assert without_last_word("x") == ""
assert without_last_word("a b") == "a"


def middle_words(sentence):
    """Return a list of the words of the sentence without the first and the last one."""
    return sentence.split()[1:-1]


assert middle_words("one two three") == ["two"]
assert middle_words("a b") == []
assert middle_words("a b c d") == ["b", "c"]


def last_letters_joined(sentence):
    """Return the last letters of all words of the sentence as one text."""
    return "".join(word[-1] for word in sentence.split())


assert last_letters_joined("one two") == "eo"
assert last_letters_joined("x") == "x"
assert last_letters_joined("") == ""


# family: numbers inside text
def digits_in(text):
    """Return the digits of the text as one text."""
    return "".join(c for c in text if c.isdigit())


assert digits_in("a1b22") == "122"
assert digits_in("abc") == ""
assert digits_in("7") == "7"


def sum_of_digits_in(text):
    """Return the sum of all digits that appear in the text."""
    return sum(int(c) for c in text if c.isdigit())


assert sum_of_digits_in("a1b22") == 5
assert sum_of_digits_in("abc") == 0
assert sum_of_digits_in("9") == 9


def to_number_or_zero(text):
    """Return the whole number that the text stands for, or 0 if it holds anything but digits."""
    return int(text) if text.isdigit() else 0


assert to_number_or_zero("12") == 12
assert to_number_or_zero("x") == 0
assert to_number_or_zero("") == 0


def add_texts(first, second):
    """Return the sum of two whole numbers that are given as text, as text."""
    return str(int(first) + int(second))


assert add_texts("12", "30") == "42"
assert add_texts("0", "5") == "5"
assert add_texts("9", "1") == "10"


def largest_of_text(text):
    """Return the largest of the numbers that stand in the text with commas between."""
    return max(int(part) for part in text.split(","))


assert largest_of_text("3,12,7") == 12
assert largest_of_text("5") == 5
assert largest_of_text("0,1") == 1


# family: neighbours
def squeeze(text):
    """Return the text in which equal characters that follow each other are kept only once."""
    result = ""
    for c in text:
        if not result or result[-1] != c:
            result += c
    return result


assert squeeze("aabbbc") == "abc"
assert squeeze("aba") == "aba"
assert squeeze("") == ""


def has_double_letter(word):
    """Return True if two equal letters follow each other in the word."""
    return any(a == b for a, b in zip(word, word[1:]))


assert has_double_letter("letter") is True
assert has_double_letter("word") is False
assert has_double_letter("") is False


def length_of_first_run(text):
    """Return how often the first character stands in a row at the beginning of the text."""
    return len(text) - len(text.lstrip(text[0]))


assert length_of_first_run("aaab") == 3
assert length_of_first_run("abc") == 1
assert length_of_first_run("zz") == 2


def expand(letter_counts):
    """Return the text that a list of tuples of a letter and a count stands for."""
    return "".join(letter * count for letter, count in letter_counts)


assert expand([("a", 3), ("b", 1)]) == "aaab"
assert expand([("x", 2)]) == "xx"
assert expand([]) == ""


# family: markup
def html_tag(name, content):
    """Return the content between the opening and the closing HTML tag of this name."""
    return f"<{name}>{content}</{name}>"


assert html_tag("b", "hi") == "<b>hi</b>"
assert html_tag("p", "") == "<p></p>"
assert html_tag("h1", "Top") == "<h1>Top</h1>"


def markdown_heading(level, text):
    """Return the text as a Markdown heading: as many "#" as the level, a space, the text."""
    return "#" * level + " " + text


assert markdown_heading(1, "Top") == "# Top"
assert markdown_heading(3, "Low") == "### Low"
assert markdown_heading(2, "A b") == "## A b"


def markdown_link(text, address):
    """Return a Markdown link: the text in square brackets, then the address in round ones."""
    return f"[{text}]({address})"


assert markdown_link("home", "a.org") == "[home](a.org)"
assert markdown_link("x", "y") == "[x](y)"
assert markdown_link("a b", "c.net") == "[a b](c.net)"


def bullet_list(items):
    """Return the items as lines of text, each with "- " in front."""
    return "\n".join("- " + item for item in items)


assert bullet_list(["a", "b"]) == "- a\n- b"
assert bullet_list(["x"]) == "- x"
assert bullet_list([]) == ""


def csv_row(values):
    """Return the values as text with semicolons between."""
    return ";".join(str(value) for value in values)


assert csv_row([1, "a", 2.5]) == "1;a;2.5"
assert csv_row(["x"]) == "x"
assert csv_row([]) == ""
