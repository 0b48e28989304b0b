"""The application's service: it loads a job, has the domain decide, and stores, records and sets off what came of it.

`JobService` is the one door. Behind it: `admission` (what has to be so before something starts), `changes` (the one way
in which a job changes, and what follows), `attempts` (what the executor tells and asks, and what time brings) and
`trail` (what is entered that changes no job).
"""

from feedscript.service.calls import Answer, Call, Callback
from feedscript.service.job_service import JobService

__all__ = ["Answer", "Call", "Callback", "JobService"]
