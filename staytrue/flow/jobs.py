"""Everything periodic, as procrastinate jobs. A job is one line: it calls a function with `now`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from django.db import close_old_connections
from procrastinate.contrib.django import app

from staytrue.changes import log
from staytrue.consent import pms_asks
from staytrue.desk import alerts
from staytrue.flow import (
    answers,
    auditing,
    casework,
    checking_out,
    closing,
    contacts,
    lateness,
    leftovers,
    living,
    measuring,
    objectives,
    recognising,
    release,
    stalled,
    watching,
)
from staytrue.forms import website
from staytrue.guests import capturing, dry_runs, safety_reviews
from staytrue.hotel import scope
from staytrue.inbox import actions as inbox
from staytrue.inbox import notifications
from staytrue.journeys import following, members, rehearsing
from staytrue.kit import clock, merge
from staytrue.loyalty import dry_runs as trials
from staytrue.messages import complaints, guest_links, mailboxes, vanishing, wrong_finding
from staytrue.messages.mailings import rounds as mailings
from staytrue.staff import throttle

Duty = Callable[[datetime], object]


def look_into_folders(now: datetime) -> None:
    """Take what lies complete in watched folders."""
    watching.take_all(now)


def finish_interrupted(now: datetime) -> None:
    """Take to their end the deliveries of imports that were killed."""
    release.finish_interrupted(now)


def close_days(now: datetime) -> None:
    """Close the days that are over."""
    closing.close_days(now)


def tell_late_feeds(now: datetime) -> None:
    """Ask about feeds that are late, until they return."""
    lateness.tell_late_feeds(now)


def measure_feeds(now: datetime) -> None:
    """Measure what each feed fills, and ask about what it suddenly lacks."""
    measuring.measure_feeds(now)


def audit_mirrors(_now: datetime) -> None:
    """Compare samples of the mirrors with their PMSs in the night, a piece at a time."""
    auditing.audit_due(living.live_links(), clock.now)


def watch_objectives(now: datetime) -> None:
    """Ask where a connection misses what it must reach, twice in a row."""
    objectives.watch(now)


def make_partitions(now: datetime) -> None:
    """Have the coming months' partitions ready."""
    log.make_room(now)


def forget_old_raw(now: datetime) -> None:
    """Drop raw bodies past their retention."""
    with scope.everything():
        inbox.drop_old_raw(now)
        notifications.drop_old(now)
        guest_links.forget_ended(now)
        website.forget(now)
        throttle.forget(now)


def clear_leftovers(_now: datetime) -> None:
    """Remove what killed imports left behind."""
    leftovers.clear()


def count_rules(now: datetime) -> None:
    """Count what the named rules would do, where somebody asked for it."""
    dry_runs.count_waiting(now)


def watch_rules(now: datetime) -> None:
    """Have automatic joins looked at again, and close the rules that err too often."""
    safety_reviews.keep_watch(now)


def watch_complaints(now: datetime) -> None:
    """Quieten outlets that too many guests complain of."""
    complaints.settle(now)


def ask_for_addresses(now: datetime) -> None:
    """Ask the desks for the addresses that today's arrivals lack."""
    with scope.everything():
        capturing.ask_at_arrival(now)


def read_mailboxes(now: datetime) -> None:
    """Take what came back into hotels' mailboxes."""
    mailboxes.read_all(now)


def take_answers(now: datetime) -> None:
    """Bring the desk what guests answered to our messages."""
    answers.take(now)


def alert_staff(now: datetime) -> None:
    """Tell roles outside Staytrue what is asked of them."""
    alerts.send_due(now)


def move_mailings(now: datetime) -> None:
    """Count whom mailings would reach, and plan the next batch of those that are sent."""
    mailings.move(now)


def recognise_rest(now: datetime) -> None:
    """Recognise the guests that files and histories brought."""
    recognising.catch_up(now)


def learn_contacts(now: datetime) -> None:
    """Learn again who is behind a part of all contact points."""
    contacts.learn_part(now)


def escalate_opt_outs(now: datetime) -> None:
    """Ask above about opt-outs that nobody told the PMS."""
    with scope.everything():
        pms_asks.escalate(now)


def watch_deliveries(now: datetime) -> None:
    """Ask where mail is taken and never arrives."""
    vanishing.settle(now)


def find_wrong_sends(now: datetime) -> None:
    """Look through a part of all that left: every message once a day."""
    with scope.everything():
        wrong_finding.of_share(now.hour, 24, now)


def find_check_outs(now: datetime) -> None:
    """Consider the check-outs that nothing considered yet."""
    checking_out.find_left_out(now)


def run_past_days(now: datetime) -> None:
    """Do what runs over past days have left."""
    checking_out.carry_on_runs(now)


def try_terms(now: datetime) -> None:
    """Count what drafts of the programme would have given, where somebody asked for it."""
    trials.count_waiting(now)


def end_old_points(now: datetime) -> None:
    """End points that have become too old."""
    checking_out.end_points(now)


def escalate_cases(now: datetime) -> None:
    """Escalate cases that nobody did in time."""
    casework.climb(now)


def prepare_busy_nights(now: datetime) -> None:
    """Have exceptions read before busy nights, and cases checked after busy days."""
    casework.prepare_busy_nights(now)


def tell_accounting(now: datetime) -> None:
    """Tell accounting of the money that was decided."""
    casework.tell_accounting(now)


def rehearse_journeys(now: datetime) -> None:
    """Rehearse the drafts of journeys that somebody asked for."""
    rehearsing.rehearse_waiting(now)


def follow_members(now: datetime) -> None:
    """Plan the stays of members anew where a step asks for their points or tier."""
    with scope.everything():
        members.follow(now)


def follow_capabilities(now: datetime) -> None:
    """Plan anew where a hotel gets another standing of a step."""
    with scope.everything():
        following.follow(now)


# Five fields: minute, hour, day, month, weekday; a sixth is seconds. None is less often than
# hourly: a machine that is off at night has its duties done all the same.
DUTIES: dict[Duty, str] = {
    look_into_folders: "* * * * * */15",
    recognise_rest: "* * * * * */5",
    finish_interrupted: "* * * * * 40",
    close_days: "*/5 * * * *",
    tell_late_feeds: "* * * * * 5",
    measure_feeds: "57 * * * *",
    audit_mirrors: "*/2 * * * * 20",
    watch_objectives: "*/10 * * * * 25",
    make_partitions: "17 * * * *",
    escalate_opt_outs: "37 * * * *",
    forget_old_raw: "47 * * * *",
    clear_leftovers: "27 * * * *",
    count_rules: "* * * * * 50",
    rehearse_journeys: "* * * * * 55",
    follow_capabilities: "* * * * * 15",
    follow_members: "27 * * * *",
    watch_rules: "*/5 * * * * 35",
    watch_complaints: "* * * * * 35",
    read_mailboxes: "* * * * * */20",
    take_answers: "* * * * * */5",
    alert_staff: "* * * * * */10",
    ask_for_addresses: "*/5 * * * * 45",
    watch_deliveries: "* * * * * 45",
    find_wrong_sends: "7 * * * *",
    learn_contacts: "37 * * * *",
    find_check_outs: "* * * * * 10",
    run_past_days: "* * * * * */5",
    end_old_points: "7 * * * *",
    try_terms: "* * * * * */5",
    move_mailings: "* * * * * */5",
    escalate_cases: "* * * * * */20",
    prepare_busy_nights: "*/10 * * * * 30",
    tell_accounting: "* * * * * */15",
}


def _register(duty: Duty, cron: str) -> None:
    name = getattr(duty, "__name__", "")

    # In a thread of its own: procrastinate would do all duties in one, after each other.
    @app.periodic(cron=cron)
    @app.task(name=name, queueing_lock=name, pass_context=False)
    async def run(timestamp: int) -> None:  # noqa: ARG001 - procrastinate gives it by this name
        await asyncio.to_thread(do, duty, name)


def do(duty: Duty, name: str) -> None:
    """Do a duty unless another worker does it just now.

    The lock is the connection's and not the job's: a job whose server went away in the middle
    stays "doing" for as long as its worker lives, and would keep its duty from all others.
    """
    # The thread's connection may be one that the server has closed since.
    close_old_connections()
    with merge.if_nobody_else(f"duty {name}", 0) as alone:
        if alone:
            duty(clock.now())


for _duty, _cron in DUTIES.items():
    _register(_duty, _cron)


@app.periodic(cron="* * * * * */20")
@app.task(name="retry_stalled", queueing_lock="retry_stalled")
async def retry_stalled(timestamp: int) -> None:  # noqa: ARG001
    """A job whose worker was killed is tried again. Without a lock, which a killed one would keep."""
    await stalled.retry(app, clock.now())


@app.periodic(cron="37 * * * *")
@app.task(name="forget_old_jobs", queueing_lock="forget_old_jobs")
async def forget_old_jobs(timestamp: int) -> None:  # noqa: ARG001
    """Failed jobs are kept for a week, for whoever looks why."""
    await app.job_manager.delete_old_jobs(nb_hours=7 * 24, include_failed=True)
