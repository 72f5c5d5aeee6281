"""Commands for who writes a programme: begin one, check it, list its rules."""

from __future__ import annotations

import sys

import click

from service.cli.settings import read_settings
from service.programmes.demo.strange_words import find_strange_words
from service.programmes.diagram import completeness
from service.programmes.pack import new_pack
from service.programmes.pack.packs import load_all, load_pack
from service.programmes.pack.rule_list import write_table
from service.rehearsal.scenario.library import find_problems

LEFTOVER_LENGTH = 80  #: characters of a line that is left to be rewritten


@click.command("new-programme")
@click.argument("key")
@click.option("--like", required=True, help="The programme it is most like; its folders are copied.")
def new_programme(key: str, like: str) -> None:
    """Begin a programme: copy another's two folders under a key of its own, and say what is left to write."""
    settings = read_settings()
    other = load_pack(settings.processes_dir, settings.forms_dir, like)
    leftovers = new_pack.begin(settings.processes_dir, settings.forms_dir, key, other)
    click.echo(f"已建 {settings.processes_dir / key} 和 {settings.forms_dir / key}。")
    click.echo(f"还有 {len(leftovers)} 行说的是“{other.programme.title}”，请对照通知改写：")
    for leftover in leftovers:
        click.echo(f"  {leftover.file}:{leftover.line}: {leftover.text[:LEFTOVER_LENGTH]}")
    click.echo(f"改法见 processes/README.md；随时用 xuanshu check {key} 检查。")


@click.command()
@click.argument("programme", required=False)
def check(programme: str | None) -> None:
    """Check one programme pack or every one: files, diagram, forms, roles, topics, dates and scenarios."""
    settings = read_settings()
    if programme:
        packs = {programme: load_pack(settings.processes_dir, settings.forms_dir, programme)}
    else:
        packs = load_all(settings.processes_dir, settings.forms_dir)
    errors = 0
    for key, pack in packs.items():
        problems = completeness.check(pack)
        errors += sum(problem.severity == "error" for problem in problems)
        for problem in problems:
            where = f" {problem.element_id}" if problem.element_id else ""
            click.echo(f"{key}{where}: {problem.severity}: {problem.message} {problem.fix}")
        wrong = [f"demo.toml: error: {sentence}" for sentence in find_strange_words(pack)]
        wrong += [f"scenarios: error: {said}" for said in find_problems(settings.processes_dir, key)]
        errors += len(wrong)
        for sentence in wrong:
            click.echo(f"{key} {sentence}")
        if not problems and not wrong:
            click.echo(f"{key}: 没有问题")
    if errors:
        sys.exit(1)


@click.command("rules")
@click.argument("programme")
def list_rules(programme: str) -> None:
    """List every rule of a programme: where it is checked, what it does, and its words."""
    settings = read_settings()
    click.echo(write_table(load_pack(settings.processes_dir, settings.forms_dir, programme)))
