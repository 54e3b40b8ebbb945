"""`feesync completion`: the script with which a shell completes feesync's commands and values."""

from __future__ import annotations

import click

from feesync.cli.command import COMPLETE, Once

_SHELLS = ("bash", "zsh", "fish", "powershell")


@click.command("completion", cls=Once, short_help="Complete commands and values in your shell.")
@click.argument("shell", type=click.Choice(_SHELLS, case_sensitive=False))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print what makes a shell complete commands, options, places, releases and modifiers.

    \b
      feesync completion bash >> ~/.bashrc
      feesync completion zsh >> ~/.zshrc
      feesync completion fish > ~/.config/fish/completions/feesync.fish
      feesync completion powershell >> $PROFILE

    It takes effect in the next shell that is opened.
    """
    from feesync.cli.completion import script

    click.echo(script(ctx.find_root().command, shell, COMPLETE))
