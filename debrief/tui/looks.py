"""How things look: themes, glyphs and the few styles that carry meaning.

One ground, one accent; severity colours stand for severity only. Every state has a shape as well
as a colour, so that NO_COLOR and colour-blind eyes lose nothing.
"""

from __future__ import annotations

from typing import Final

from textual.theme import Theme

LEVEL_GLYPHS: Final = {"acute": "■", "urgent": "▲", "watch": "·"}
LEVEL_STYLES: Final = {"acute": "$error bold", "urgent": "$warning", "watch": "$foreground"}
TURN_GLYPHS: Final = {"spoke": "✓", "passed": "–", "left": "×", None: "·"}
SPEAKS: Final = "▶"
AWAITED: Final = "…"
CALL: Final = "›"
ALONE: Final = "°"
DONE, NOW, AHEAD = "✓", "●", "○"

DUSK: Final = Theme(
    name="dusk",
    primary="#8fb8a8",
    secondary="#8fb8a8",
    accent="#8fb8a8",
    foreground="#d8d9d4",
    background="#14171a",
    surface="#14171a",
    panel="#1d2226",
    success="#8fb8a8",
    warning="#d9b26a",
    error="#e38b7d",
    dark=True,
    variables={
        "muted": "#8b918f",
        "line": "#3a4247",
        "line-lit": "#8fb8a8",
        "lift": "#1d2226",
        "input-cursor-background": "#d8d9d4",
        "input-cursor-foreground": "#14171a",
        "input-selection-background": "#8fb8a8 35%",
    },
)
DAY: Final = Theme(
    name="day",
    primary="#2c6b58",
    secondary="#2c6b58",
    accent="#2c6b58",
    foreground="#23292b",
    background="#f6f4ee",
    surface="#f6f4ee",
    panel="#eae7de",
    success="#2c6b58",
    warning="#8a5a00",
    error="#a8321f",
    dark=False,
    variables={
        "muted": "#666b68",
        "line": "#c2bfb4",
        "line-lit": "#2c6b58",
        "lift": "#eae7de",
        "input-cursor-background": "#23292b",
        "input-cursor-foreground": "#f6f4ee",
        "input-selection-background": "#2c6b58 25%",
    },
)
HIGH_CONTRAST: Final = Theme(
    name="high-contrast",
    primary="#ffffff",
    secondary="#ffffff",
    accent="#7fffd4",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#000000",
    success="#7fffd4",
    warning="#ffd75f",
    error="#ff8f80",
    dark=True,
    variables={
        "muted": "#ffffff",
        "line": "#bbbbbb",
        "line-lit": "#7fffd4",
        "lift": "#1c1c1c",
        "input-cursor-background": "#ffffff",
        "input-cursor-foreground": "#000000",
        "input-selection-background": "#7fffd4 45%",
    },
)
ANSI: Final = Theme(
    name="ansi",
    ansi=True,
    primary="ansi_cyan",
    secondary="ansi_cyan",
    accent="ansi_cyan",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    success="ansi_green",
    warning="ansi_yellow",
    error="ansi_red",
    dark=True,
    variables={
        "muted": "ansi_default",
        "line": "ansi_bright_black",
        "line-lit": "ansi_cyan",
        "lift": "ansi_default",
        "ansi-background": "ansi_default",
        "ansi-foreground": "ansi_default",
        "input-cursor-background": "ansi_white",
        "input-cursor-foreground": "ansi_black",
        "input-selection-background": "ansi_cyan",
        "input-selection-foreground": "ansi_black",
    },
)
"""The terminal's own sixteen colours, on its own ground."""
THEMES: Final = (DUSK, DAY, HIGH_CONTRAST, ANSI)


def themes(no_color: bool) -> tuple[Theme, ...]:
    """Return the themes to step through.

    Without colour the library draws shades of grey, which it can't make of the terminal's own
    colours: text would vanish on its ground.
    """
    return tuple(theme for theme in THEMES if not (no_color and theme.ansi))
