"""Settings: what debrief.toml says, each with a sentence, changed in place and at once in force."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from debrief import i18n
from debrief.desk import settings as files
from debrief.desk.settings import Sheet
from debrief.errors import Problem
from debrief.i18n import _
from debrief.protocol import Protocol
from debrief.tui import commands, wordings
from debrief.tui.dialogs import LineDialog
from debrief.tui.screens.base import BaseScreen
from debrief.tui.sure import SureDialog
from debrief.tui.widgets.bars import KeyBar, TopBar
from debrief.workspace import editing
from debrief.workspace.editing import Setting, Value

NARROWEST: Final = 28
"""Columns beside the list before the screen has been laid out."""


class SettingsList(OptionList):
    """The settings, one a row; left and right step the one that is chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings("choices")]

    class Stepped(Message):
        """The setting at this index is to have the value before or after the one it has."""

        def __init__(self, at: int, step: int) -> None:
            super().__init__()
            self.at = at
            self.step = step

    def action_before(self) -> None:
        """Step back."""
        self._step(-1)

    def action_after(self) -> None:
        """Step on."""
        self._step(1)

    def _step(self, step: int) -> None:
        if self.highlighted is not None:
            self.post_message(self.Stepped(self.highlighted, step))


class SettingsScreen(BaseScreen):
    """Every setting with one value. Each change is written at once, or told why not."""

    SCOPES: ClassVar[tuple[str, ...]] = ("settings",)
    PANES: ClassVar[tuple[str, ...]] = ("choices",)
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings("settings")]

    def __init__(self) -> None:
        super().__init__()
        self._settings = editing.settings()
        self._sheet: Sheet | None = None
        self._protocols: Mapping[str, Protocol] = {}
        self._broken = ""
        """What is wrong with the file."""
        self._told = Content("")
        """What came of the last change, of the setting beneath."""
        self._told_of: Setting | None = None

    def compose(self) -> ComposeResult:
        """Lay out the settings, and what is to be said of the one that is chosen."""
        yield TopBar()
        with Horizontal(id="settings"):
            yield SettingsList(id="choices")
            yield Static(id="about-setting", markup=False)
        yield KeyBar()

    def purpose(self) -> str:
        """Return what the screen is for."""
        return _(
            "Settings shows what debrief.toml says and changes it line by line; comments stay. "
            "Keys, destinations and recipients are written in the file itself."
        )

    def on_mount(self) -> None:
        """Read the file."""
        self._read()
        with contextlib.suppress(Problem):  # a setting can be mended while a protocol is not
            self._protocols = self.desk_app.desk.protocols()
        self.redraw()
        self.query_one(SettingsList).highlighted = 0
        self.query_one(SettingsList).focus()

    # Showing

    def redraw(self) -> None:
        """Say everything in the language in force."""
        self.query_one(KeyBar).show((*self.SCOPES, *self.PANES))
        self.show_top(_("Settings"), self.desk_app.desk.places.settings.name)
        chosen = self.query_one(SettingsList)
        chosen.border_title = _("What is set")
        rows = [Option(self._row(one)) for one in self._settings]
        at = chosen.highlighted
        chosen.clear_options()
        chosen.add_options(rows)
        chosen.highlighted = at
        self._tell()

    def _row(self, setting: Setting) -> Content:
        label = Content(wordings.label(setting)).truncate(24, ellipsis=True)
        shown = self._shown(setting)
        return Content.assemble(
            label.pad_right(26 - label.cell_length),
            (shown, "$accent" if self._is_set(setting) else "$muted"),
        )

    def _shown(self, setting: Setting) -> str:
        """Return the value as a person reads it; a protocol by its name, where there is one."""
        value = self._value(setting)
        if setting.name == "protocol" and str(value) in self._protocols:
            return self._protocols[str(value)].name.to(i18n.language())
        return wordings.shown(setting, value)

    def _value(self, setting: Setting) -> Value:
        config = self._sheet.config if self._sheet else self.desk_app.desk.config
        return editing.value(config, setting)

    def _is_set(self, setting: Setting) -> bool:
        return bool(self._sheet and self._sheet.data and editing.written(self._sheet.data, setting))

    def _tell(self) -> None:
        """Show what is to be said of the chosen setting, and of what was written last."""
        about = self.query_one("#about-setting", Static)
        setting = self._chosen
        if setting is None:
            return
        about.border_title = wordings.label(setting)
        path = self.desk_app.desk.places.settings
        lines = [Content(wordings.sentence(setting)), Content("")]
        if setting.kind in ("choice", "switch"):
            choices = [wordings.shown(setting, one) for one in wordings.steps(setting)]
            lines += [Content.styled(", ".join(choices), "$muted"), Content("")]
        is_set = self._is_set(setting)
        where = (
            _("It is written in {file} as {key}:")
            if is_set
            else _("Nothing is written of it; it would be in {file} as {key}:")
        )
        said = where.format(file=path.name, key=setting.name)
        rows = [said, *wordings.path_rows(path, about.content_size.width or NARROWEST)]
        lines += [Content.styled(row, "$muted") for row in rows]
        told = Content.styled(f"▲ {self._broken}", "$warning") if self._broken else self._told
        about.update(Content("\n").join([*lines, Content(""), told]))

    @property
    def _chosen(self) -> Setting | None:
        at = self.query_one(SettingsList).highlighted
        return self._settings[at] if at is not None and at < len(self._settings) else None

    def on_option_list_option_highlighted(self) -> None:
        """Say what is to be said of this setting; what was told of another one is past."""
        if self._chosen is not self._told_of:
            self._told, self._told_of = Content(""), self._chosen
        self._tell()

    # Changing

    def on_settings_list_stepped(self, message: SettingsList.Stepped) -> None:
        """Give the setting the value before or after."""
        setting = self._settings[message.at]
        steps = wordings.steps(setting)
        if steps:
            now = self._value(setting) if self._is_set(setting) or not setting.optional else None
            at = steps.index(now) if now in steps else 0
            self._choose(setting, steps[(at + message.step) % len(steps)])
        else:
            self._ask(setting)

    def _choose(self, setting: Setting, wanted: Value) -> None:
        """Write a value; one that takes a protection away only when it was asked about."""

        def answered(sure: bool | None) -> None:
            if sure:
                self._write(setting, wanted)

        told = wordings.risk(setting, wanted)
        if told:
            self.app.push_screen(SureDialog(told), answered)
        else:
            self._write(setting, wanted)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter or a click steps on, or asks for the text."""
        event.stop()
        message = SettingsList.Stepped(event.option_index, 1)
        self.on_settings_list_stepped(message)

    def _ask(self, setting: Setting) -> None:
        hint = _("Enter writes it, Esc leaves it as it is; {value} now.")
        now = wordings.shown(setting, self._value(setting))
        self.app.push_screen(
            LineDialog(
                f"{wordings.label(setting)}: {wordings.sentence(setting)}",
                hint.format(value=now),
                lambda text: editing.typed(setting, text),
            ),
            lambda text: self._write(setting, editing.typed(setting, text)) if text else None,
        )

    def action_unset(self) -> None:
        """Take the setting's line out of the file, so that the usual holds again."""
        if self._chosen is not None and self._is_set(self._chosen):
            self._write(self._chosen, None)

    def _write(self, setting: Setting, wanted: Value) -> None:
        """Write it, follow it, and say so; or say why not."""
        if self._sheet is None:
            return
        try:
            self._sheet = files.write(self.desk_app.desk, self._sheet, setting, wanted)
        except Problem as problem:
            self._told, self._told_of = Content.styled(f"▲ {problem}", "$warning"), setting
            self._tell()
            return
        if setting.name == "language":
            i18n.use(self._sheet.config.language or i18n.from_environment())
        self._follow(Content.styled(_("Written, and in force."), "$success"))

    def _follow(self, told: Content) -> None:
        """Let look, glyphs and keys be as the file now says."""
        self.desk_app.follow_config()
        self.desk_app.redraw()
        self.app.refresh(layout=True)
        self._told, self._told_of = told, self._chosen
        self._tell()

    def _read(self) -> bool:
        """Read the file; tell what is wrong with it."""
        try:
            self._sheet = files.read(self.desk_app.desk)
        except Problem as problem:
            self._sheet, self._broken = None, str(problem)
            return False
        self._broken = ""
        self.desk_app.desk.config = self._sheet.config
        return True

    def action_again(self) -> None:
        """Read the file again, as somebody else may have changed it, and follow it."""
        if self._read():
            self._follow(Content(""))
        else:
            self._tell()

    def action_back(self) -> None:
        """Go back to where one came from."""
        self.app.pop_screen()
        self.desk_app.redraw()
