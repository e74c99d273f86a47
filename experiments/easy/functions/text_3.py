"""Functions of text."""


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
