"""Workers and the threads that speak to them, until they are closed for good."""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock

from widget_workbench.gateway.errors import TemplateRenderingError
from widget_workbench.gateway.templates.template import Context, Template
from widget_workbench.gateway.templates.turns import Turns
from widget_workbench.gateway.templates.worker_process import WorkerProcess


@dataclass
class Job:
    """A template that a worker is to render, and the future of its text."""

    template: Template
    context: Context
    text: Future[str] = field(default_factory=Future)
    worker: WorkerProcess | None = None  # as long as it is at it


class WorkerPool:
    """Renders in up to `count` processes; each is started when it is first needed, and kept.

    Each has a thread for its pipes: it may then be used from one event loop after another, and loops that start no
    processes (a selector loop on Windows) will do. Among waiting jobs, the templates' texts take turns: one that takes
    long and is asked for often makes the others wait for once, not for all of its jobs.

    Args:
        count: how many processes, and threads.
        time_limit: seconds for one template, from when its rendering begins.
    """

    def __init__(self, count: int, time_limit: float) -> None:
        self._time_limit = time_limit
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="templates")
        self._waiting: Turns[Job] = Turns()
        self._lock = Lock()  # of all that follows
        self._is_closed = False
        self._idle: list[WorkerProcess] = []
        self._processes: set[WorkerProcess] = set()

    @property
    def processes(self) -> frozenset[WorkerProcess]:
        """Those that were started and are still counted on."""
        with self._lock:
            return frozenset(self._processes)

    def submit(self, job: Job) -> None:
        """Has a job done as soon as it is its turn; its future has the text then, or the error.

        The errors are TemplateRenderingError, also of a pool that is closed meanwhile, and JwtSigningError.
        """
        self._waiting.put(job.template.text, job)
        self._threads.submit(self._do_next)

    def abandon(self, job: Job) -> None:
        """Ends the process that is at a job, if one is."""
        with self._lock:
            if job.worker is not None:
                job.worker.kill()

    def close(self) -> None:
        """Ends the processes, and with them what they are at; returns when all have ended."""
        with self._lock:
            self._is_closed = True
            processes = list(self._processes)
        for process in processes:
            process.close()
        # A thread that is just starting a process ends it by itself.
        self._threads.shutdown()

    def _do_next(self) -> None:
        job = self._waiting.take()
        if not job.text.set_running_or_notify_cancel():
            return
        try:
            text = self._render(job)
        except BaseException as error:
            job.text.set_exception(error)
        else:
            job.text.set_result(text)

    def _render(self, job: Job) -> str:
        worker = self._worker(job)
        try:
            return worker.render(job.template, job.context, self._time_limit)
        except TemplateRenderingError:
            # The process may have ended because of that.
            self._check_open(job)
            raise
        finally:
            self._release(job, worker)

    def _worker(self, job: Job) -> WorkerProcess:
        """One that has nothing to do; a new one where there is none, or where it has ended meanwhile."""
        self._check_open(job)
        worker = self._idle_worker() or _started(job.template)
        with self._lock:
            self._processes.add(worker)
            job.worker = worker
        try:
            # It may have been closed while the process was being started, which `close` does not know of then.
            self._check_open(job)
        except TemplateRenderingError:
            self._release(job, worker)
            raise
        return worker

    def _idle_worker(self) -> WorkerProcess | None:
        while True:
            with self._lock:
                if not self._idle:
                    return None
                worker = self._idle.pop()
            if worker.is_alive:
                return worker
            self._end(worker)

    def _release(self, job: Job, worker: WorkerProcess) -> None:
        with self._lock:
            job.worker = None
            if worker.is_alive and not self._is_closed:
                self._idle.append(worker)
                return
        self._end(worker)

    def _end(self, worker: WorkerProcess) -> None:
        worker.close()
        with self._lock:
            self._processes.discard(worker)

    def _check_open(self, job: Job) -> None:
        with self._lock:
            if not self._is_closed:
                return
        raise TemplateRenderingError(
            f"The template of {job.template.place} was not rendered: the gateway was closed meanwhile."
        )


def _started(template: Template) -> WorkerProcess:
    try:
        return WorkerProcess()
    except OSError as error:
        raise TemplateRenderingError(
            f"The template of {template.place} could not be rendered: no process could be "
            f"started for it ({error.strerror})."
        ) from error
