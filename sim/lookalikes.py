"""Names that a reader takes for each other: signs that nobody sees, and how a name differs from one it looks like."""

from __future__ import annotations

import unicodedata
from typing import Final

#: Unicode categories of signs that steer a terminal or that nobody sees: control, format, line and paragraph ends.
_UNSEEN: Final = frozenset({"Cc", "Cf", "Zl", "Zp"})


def visible(text: str) -> str:
    """Text as it can be shown on any terminal: signs that steer it, or that nobody sees, by their number."""
    return "".join(_numbered(sign) if unicodedata.category(sign) in _UNSEEN else sign for sign in text)


def hidden_difference(name: str, near: str) -> str | None:
    """How a name differs from the nearest valid one, where a reader may not see it; None where it is plain to see."""
    if name.casefold() == near.casefold():
        return "capital and small letters count"
    unseen = [sign for sign in name if sign not in near and (sign.isspace() or visible(sign) != sign)]
    if unseen and "".join(sign for sign in name if sign not in unseen).casefold() == near.casefold():
        return f"it has a sign that cannot be seen: {', '.join(dict.fromkeys(map(_described, unseen)))}"
    if unicodedata.normalize("NFKC", name) == unicodedata.normalize("NFKC", near):
        return "its letters are put together from other signs"
    others = [sign for sign, own in zip(name, near, strict=False) if sign != own]
    if len(name) == len(near) and not any(sign.isascii() or _is_latin(sign) for sign in others):
        return f"it has a sign that only looks the same: {_described(others[0])}"
    return None


def _numbered(sign: str) -> str:
    return f"\\u{ord(sign):04x}"


def _described(sign: str) -> str:
    return f"{_numbered(sign)} {unicodedata.name(sign, '').lower()}".strip()


def _is_latin(sign: str) -> bool:
    return unicodedata.name(sign, "").startswith("LATIN")
