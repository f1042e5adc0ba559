"""`make run`: everything up, one line when it is ready, everything down on Ctrl-C or SIGTERM."""

import functools
import http.client
import subprocess
import time
from collections.abc import Iterator

from backoffice.embedded import occupancy, processes, programs, services, stopping
from backoffice.embedded import plan as plans
from backoffice.embedded.errors import CannotStart

ROLES = ("analyst", "approver", "treasurer", "compliance", "support", "accountant", "auditor", "admin")


def say(text: str) -> None:
    print(text, flush=True)


def run(plan: plans.Plan) -> int:
    """Hold the services up until a signal comes; the exit code."""
    with stopping.on_signals():
        place = occupancy.Occupancy(plan)
        try:
            place.take(occupancy.RUN, patience_seconds=30)
            _refuse_taken_port(plan)
            return _run(plan, place)
        except CannotStart as error:
            say(f"Cannot start: {error}")
            return 1
        except stopping.Stopped:
            say("Stopped.")
            return 0
        finally:
            place.leave()


def _run(plan: plans.Plan, place: occupancy.Occupancy) -> int:
    programs.shorten_logs(plan.log_dir)
    register = processes.Register(plan.run_dir / "children.json")
    left = register.end_left_behind()
    if left:
        say(f"The last start was killed; ended what it left: {', '.join(left)}")
    kept = services.Services(plan, say=say, register=register)
    running: list[programs.Program] = []
    try:
        kept.start()
        say("Preparing tables, rights and roles …")
        services.prepare(kept, always=True)
        environment = kept.environment(owner=False) | {"SIMBANK_URL": plan.simbank_url or _simbank_url(plan)}
        if plan.demo:
            say("Making sure that demo data is there (loaded once: a minute, more on a busy machine) …")
            log = plan.log_dir / "prepare.log"
            services.manage("load_demo", "--if-empty", environment=environment, log=log, register=register)
        for name, command in programs.commands(plan, simbank=not plan.simbank_url).items():
            start = programs.starter(name, command, plan=plan, environment=environment, register=register)
            running.append(programs.Program(name, start=start))
            running[-1].start()
        watched = [*_watched_services(kept), *running]
        place.announce(environment | kept.environment(owner=True))
        _wait_until_ready(plan, watched)
        _welcome(plan)
        while True:
            stopping.check()
            _look(watched)
            time.sleep(0.25)
    except stopping.Stopped:
        say("Stopping …")
        raise
    finally:
        place.stopping()
        _stop_all(running, register)
        kept.stop()


def _stop_all(running: list[programs.Program], register: processes.Register) -> None:
    for program in reversed(running):  # ask all at once, the web first; then wait for each
        if program.process and program.process.poll() is None:
            program.process.terminate()
    for program in reversed(running):
        program.stop()
        register.remove(program.name)


def _look(watched: list[programs.Program]) -> None:
    for program in watched:
        try:
            news = program.look(now=time.monotonic())
        except CannotStart as error:
            news = str(error)
        if news:
            say(news)


def _watched_services(kept: services.Services) -> Iterator[programs.Program]:
    """PostgreSQL and Valkey come back by themselves too; the programs reconnect."""
    for name, service, start in (
        ("postgres", kept.postgres, kept.start_postgres),
        ("valkey", kept.valkey, kept.start_valkey),
    ):
        if service is not None:
            program = programs.Program(name, start=functools.partial(_restart, service, start))
            program.process = service.process
            yield program


def _restart(service: services.Embedded, start: services.Start) -> "subprocess.Popen[bytes]":
    start()
    assert service.process
    return service.process


def _wait_until_ready(
    plan: plans.Plan, watched: list[programs.Program], *, patience_seconds: float = 300
) -> None:
    """Until the web server says that it can work. A child that cannot stay up is shown with its last words."""
    deadline = time.monotonic() + patience_seconds
    host = "127.0.0.1" if plan.host == "0.0.0.0" else plan.host  # noqa: S104
    while not _answers(host, plan.port):
        stopping.check()
        for program in watched:
            if program.process and program.process.poll() is not None:
                log = plan.log_dir / f"{program.name}.log"
                raise CannotStart(f"{program.name} does not stay up. {log} ends:\n{processes.tail(log)}")
        if time.monotonic() > deadline:
            raise CannotStart(
                f"{plan.address}readyz does not answer after {patience_seconds:.0f} s; see {plan.log_dir}."
            )
        time.sleep(0.2)


def _answers(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/readyz", headers={"Host": "localhost"})
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _welcome(plan: plans.Plan) -> None:
    say(f"Ready: {plan.address}")
    if plan.demo:
        say(f"Log in as {', '.join(ROLES[:-1])} or {ROLES[-1]}; the password is {plan.demo_password}")
    say(f"Logs: {plan.log_dir}  ·  Ctrl-C stops everything")


def _simbank_url(plan: plans.Plan) -> str:
    """Beside our own port, so that two starts do not meet; below 32768, where no outgoing connection sits."""
    first = min(plan.port + 90, 65_400)
    for port in range(first, first + 100):
        if programs.is_free("127.0.0.1", port):
            return f"http://127.0.0.1:{port}"
    raise CannotStart(f"No port between {first} and {first + 99} is free for the simulated bank; set PORT.")


def _refuse_taken_port(plan: plans.Plan) -> None:
    if not programs.is_free(plan.host, plan.port):
        raise CannotStart(
            f"Port {plan.port} is taken by another program. Choose another: PORT={plan.port + 1} make run"
        )
