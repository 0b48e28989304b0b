"""What Hypothesis calls when it is imported (entry point group `hypothesis`)."""

from collections.abc import Callable
from functools import partial
from typing import Any, get_args


def register() -> None:
    """Make `st.from_type` find the strategies for the domain's values; they are built when first asked for.

    `Command` and `Event` are unions, which Hypothesis takes apart: so each of their members is registered.
    """
    from hypothesis import strategies as st  # noqa: PLC0415 - Hypothesis itself is being imported

    from feedscript import domain  # noqa: PLC0415 - only where Hypothesis is used

    def lazily(build: Callable[[Any], st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
        def built() -> st.SearchStrategy[Any]:
            from feedscript.testing import strategies  # noqa: PLC0415 - needs Hypothesis whole

            return build(strategies)

        return st.deferred(built)

    whole: dict[type[Any], Callable[[Any], st.SearchStrategy[Any]]] = {
        domain.Job: lambda made: made.jobs(),
        domain.Attempt: lambda made: made.attempts(),
        domain.Activity: lambda made: made.activities(),
        domain.FeedRequest: lambda made: made.requests(),
        domain.RetryPolicy: lambda made: made.retry_policies(),
    }
    for kind, build in whole.items():
        st.register_type_strategy(kind, lazily(build))
    for kind in (*get_args(domain.Event), domain.AttemptEvent, domain.Succeeded, domain.Failed):
        st.register_type_strategy(kind, lazily(partial(_of_kind, "events_of", kind)))
    for kind in get_args(domain.Command):
        st.register_type_strategy(kind, lazily(partial(_of_kind, "commands_of", kind)))


def _of_kind(name: str, kind: type[Any], strategies: Any) -> Any:
    return getattr(strategies, name)(kind)
