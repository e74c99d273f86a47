"""Finds code that no model should learn from: generated, copied from elsewhere, or with secrets in it."""

import re

VENDORED = {
    "_vendor",
    "vendor",
    "_vendored",
    "vendored",
    "third_party",
    "thirdparty",
    "extern",
    "_extern",
    "externals",
}
GENERATED = re.compile(
    r"@generated|\bdo not (edit|modify)\b|\b(auto-?generated|generated (by|from|with|automatically))\b",
    re.IGNORECASE,
)
#: First lines of a file, in which it may say that it was generated.
HEAD_LINES = 10
SECRETS = (
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY"),
    re.compile(r"\b(AKIA|ASIA)[0-9A-Z]{16}\b"),
    re.compile(r"\bgh[pousr]_[A-Za-z0-9]{30,}|\bgithub_pat_\w{30,}|\bglpat-[\w-]{18,}"),
    re.compile(r"\bxox[abprs]-[\w-]{10,}|\bsk-[\w-]{20,}|\bAIza[\w-]{30,}"),
    re.compile(r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\."),
    re.compile(r"://[^/\s:@'\"]+:[^/\s:@'\"]{3,}@"),
)
#: A name for a secret that is assigned a text which could be one.
NAMED_SECRET = re.compile(
    r"\b\w*(?:passw(?:or)?d|secret|api_?key|access_?key|auth_?token|private_?key)\w*[\"']?\s*[:=]\s*[\"']([^\"'\s]{8,})[\"']",
    re.IGNORECASE,
)
#: Texts that are probably no secrets: placeholders, and names of things.
HARMLESS = re.compile(
    r"^(?:[a-z]+(?:[_\- ][a-z]+)*|[<{%$].*|(.)\1*|.*(?:example|changeme|placeholder).*)$", re.IGNORECASE
)


def foreign_code(path: str, source: str) -> str:
    """Why no model should learn from a file's functions; empty if it may."""
    if VENDORED.intersection(path.split("/")[:-1]):
        return "the file lies among code that was copied from elsewhere"
    head = "\n".join(
        line for line in source.split("\n")[:HEAD_LINES] if line.lstrip().startswith(("#", '"', "'"))
    )
    return "the file says that it is generated" if GENERATED.search(head) else ""


def is_secret(text: str) -> bool:
    if any(pattern.search(text) for pattern in SECRETS):
        return True
    return any(not HARMLESS.match(found) for found in NAMED_SECRET.findall(text))
