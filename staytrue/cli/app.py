"""The list of all commands, and how a run ends."""

from __future__ import annotations

from collections.abc import Sequence

import click

from staytrue.cli import (
    bench,
    care,
    changing_pms,
    checkout,
    checks,
    connectors,
    consent,
    demo,
    desk,
    fidelity,
    files,
    identity,
    journeys,
    mailings,
    messages,
    points,
    reach,
    reading,
    reporting,
    running,
    sending,
    setup,
    simulate,
    texts,
    totals,
    translating,
    tuning,
)
from staytrue.kit import logs

_COMMANDS = (
    setup.init,
    setup.migrate,
    setup.property_,
    setup.connect,
    setup.secrets_,
    running.up,
    running.down,
    running.web,
    running.work,
    sending.arm,
    sending.disarm,
    sending.sending,
    demo.demo,
    files.import_,
    translating.translate,
    translating.mapping,
    connectors.connectors,
    files.sync,
    tuning.cadence,
    tuning.objective,
    tuning.lag,
    reading.list_,
    reading.show,
    messages.why,
    journeys.plan,
    journeys.journey,
    texts.template,
    mailings.mailing,
    checkout.checkout,
    points.points,
    desk.desk,
    totals.totals,
    reach.reach,
    consent.consent,
    consent.export,
    fidelity.fidelity,
    fidelity.fields,
    identity.identity,
    reporting.report,
    care.parked,
    care.deliveries,
    care.resume,
    checks.verify,
    checks.doctor,
    checks.backup_,
    checks.restore,
    bench.bench,
    simulate.simulate,
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def cli() -> None:
    """Staytrue: a hotel CRM that stays true to the PMS."""


for command in _COMMANDS:
    cli.add_command(command)
for command in (changing_pms.move, changing_pms.propose):
    setup.property_.add_command(command)


def run(arguments: Sequence[str]) -> int:
    """Run one command line; the answer is its exit code."""
    logs.to_stderr()
    try:
        return int(cli.main(args=list(arguments), prog_name="staytrue", standalone_mode=False) or 0)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return 2
    except click.ClickException as error:
        message = " ".join(error.format_message().split())
        click.echo(f"staytrue: {message}", err=True)
        return 2
    except (click.Abort, KeyboardInterrupt):
        return 130
