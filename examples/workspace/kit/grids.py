"""Helpers for grids: lists of rows that are lists of equal length."""


def make_grid(height, width, value):
    """Return a new grid with so many rows and columns that holds the value everywhere.

    >>> make_grid(2, 3, 0)
    [[0, 0, 0], [0, 0, 0]]
    >>> make_grid(1, 1, "x")
    [['x']]
    """
    return [[value] * width for _ in range(height)]


def grid_size(grid):
    """Return the number of rows and the number of columns as a tuple.

    >>> grid_size([[1, 2, 3], [4, 5, 6]])
    (2, 3)
    >>> grid_size([[1], [2]])
    (2, 1)
    """
    return len(grid), len(grid[0])


def row_sums(grid):
    """Return a list with the sum of each row.

    >>> row_sums([[1, 2], [3, 4]])
    [3, 7]
    >>> row_sums([[5]])
    [5]
    """
    return [sum(row) for row in grid]


def column(grid, index):
    """Return the column with this index as a list.

    >>> column([[1, 2], [3, 4]], 1)
    [2, 4]
    >>> column([[1, 2], [3, 4]], 0)
    [1, 3]
    """
    return [row[index] for row in grid]


def count_in_grid(grid, value):
    """Return how often the value appears in the grid.

    >>> count_in_grid([[1, 0], [1, 1]], 1)
    3
    >>> count_in_grid([["a"]], "b")
    0
    """
    return sum(row.count(value) for row in grid)


def upside_down(grid):
    """Return the rows of the grid in the opposite order.

    >>> upside_down([[1], [2], [3]])
    [[3], [2], [1]]
    >>> upside_down([[1, 2]])
    [[1, 2]]
    """
    return list(reversed(grid))


def mirrored(grid):
    """Return the grid with every row read from right to left.

    >>> mirrored([[1, 2], [3, 4]])
    [[2, 1], [4, 3]]
    >>> mirrored([["a", "b", "c"]])
    [['c', 'b', 'a']]
    """
    return [row[::-1] for row in grid]


def as_text(grid):
    """Return the grid as lines of text, the cells of a row side by side.

    >>> as_text([["#", "."], [".", "#"]])
    '#.\\n.#'
    >>> as_text([["x"]])
    'x'
    """
    return "\n".join("".join(row) for row in grid)
