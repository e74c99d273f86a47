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
