"""What Hypothesis calls when it is imported (entry point group `hypothesis`)."""


def register() -> None:
    """Make `st.from_type` find the strategies for the domain's values; they are built when first asked for."""
    from hypothesis import strategies as st  # noqa: PLC0415 - Hypothesis itself is being imported

    from feedscript.domain import Event, FeedRequest, Job  # noqa: PLC0415 - only where Hypothesis is used

    def lazily(name: str) -> st.SearchStrategy[object]:
        def build() -> st.SearchStrategy[object]:
            from feedscript.testing import strategies  # noqa: PLC0415 - needs Hypothesis whole

            built: st.SearchStrategy[object] = getattr(strategies, name)()
            return built

        return st.deferred(build)

    st.register_type_strategy(Job, lazily("jobs"))
    st.register_type_strategy(FeedRequest, lazily("requests"))
    st.register_type_strategy(Event, lazily("events"))
